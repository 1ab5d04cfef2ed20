//! Calendar days as rows hold them.

use chrono::NaiveDate;

/// Reads exactly `YYYY-MM-DD`, a day that exists.
#[must_use]
pub fn parse(text: &[u8]) -> Option<NaiveDate> {
    let digits = |range: std::ops::Range<usize>| {
        text[range]
            .iter()
            .try_fold(0u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
    };
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let year = i32::try_from(digits(0..4)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(5..7)?, digits(8..10)?)
}

/// The day of a timestamp: its text before the first `T`.
#[must_use]
pub fn of_timestamp(timestamp: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'T', timestamp).unwrap_or(timestamp.len());
    &timestamp[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_real_days_are_read() {
        assert_eq!(parse(b"2012-02-29").map(|d| d.to_string()).as_deref(), Some("2012-02-29"));
        for broken in ["2013-02-29", "2013-2-09", "2013-02-091", "2013/02/01", "", "+013-01-01"] {
            assert_eq!(parse(broken.as_bytes()), None, "{broken}");
        }
    }

    #[test]
    fn the_day_is_before_the_t() {
        assert_eq!(of_timestamp(b"2013-01-01T10:00:00"), b"2013-01-01");
        assert_eq!(of_timestamp(b"2013-01-01"), b"2013-01-01");
    }
}
