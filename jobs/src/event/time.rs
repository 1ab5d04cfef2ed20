//! What the `time` of an event says (spec 10 §2.4). No time zone is ever applied.

use chrono::{NaiveDate, NaiveDateTime, Timelike};
use std::borrow::Cow;

/// The timestamp of a time: cut at the first `+`, and with a fraction of seconds behind it.
#[must_use]
pub fn timestamp(time: &str) -> Cow<'_, str> {
    let kept = time.split('+').next().unwrap_or_default();
    if kept.contains('.') { Cow::Borrowed(kept) } else { Cow::Owned(format!("{kept}.000000")) }
}

/// The instant that a timestamp gives when it is read strictly: `YYYY-MM-DDThh:mm:ss.f`, where all
/// but the year may have fewer digits, and the fraction has 1 to 6.
#[must_use]
pub fn strict(timestamp: &str) -> Option<NaiveDateTime> {
    let (date, time) = timestamp.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let (clock, fraction) = time.split_once('.')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let four_digits = date.find('-') == Some(4) && year > 0;
    let date =
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| four_digits)?;
    date.and_hms_micro_opt(hour, minute, second, microseconds(fraction)?)
}

/// A strict time as text that sorts by time: the fraction is left out when it is zero.
#[must_use]
pub fn iso_text(time: NaiveDateTime) -> String {
    let format = if time.nanosecond() == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.6f" };
    time.format(format).to_string()
}

/// Exactly three numbers; the second and third of one or two digits.
fn numbers(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut parts = text.split(separator);
    let mut number = |longest| digits(parts.next()?, longest);
    let numbers = [number(4)?, number(2)?, number(2)?];
    parts.next().is_none().then_some(numbers)
}

/// One to `longest` digits and nothing else.
fn digits(text: &str, longest: usize) -> Option<u32> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    if all && text.len() <= longest { text.parse().ok() } else { None }
}

fn microseconds(fraction: &str) -> Option<u32> {
    let number = digits(fraction, 6)?;
    (fraction.len()..6).try_fold(number, |sum, _| sum.checked_mul(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_cut_and_completed_but_never_checked() {
        for (time, text) in [
            ("2013-12-17T15:38:32+00:00", "2013-12-17T15:38:32.000000"),
            ("2013-12-17T15:38:32.8", "2013-12-17T15:38:32.8"),
            ("2013-12-17T15:38:32Z", "2013-12-17T15:38:32Z.000000"),
            ("2013-12-17T15:38:32.805Z", "2013-12-17T15:38:32.805Z"),
            ("2013-12-17T15:38:32.805444-05:00", "2013-12-17T15:38:32.805444-05:00"),
            ("", ".000000"),
        ] {
            assert_eq!(timestamp(time), text);
        }
    }

    #[test]
    fn the_strict_reading_pads_fractions_on_the_right() {
        let read = |text| strict(text).map(iso_text);
        for (timestamp, text) in [
            ("2013-12-17T15:38:32.8", "2013-12-17T15:38:32.800000"),
            ("2013-12-17T15:38:32.000000", "2013-12-17T15:38:32"),
            ("2013-2-7T5:8:2.000001", "2013-02-07T05:08:02.000001"),
        ] {
            assert_eq!(read(timestamp).as_deref(), Some(text), "{timestamp}");
        }
    }

    #[test]
    fn the_strict_reading_takes_nothing_else() {
        for timestamp in [
            "2013-12-17T15:38:32Z.000000",
            "2013-12-17 15:38:32.000000",
            "2013-12-17T15:38:32.805444-05:00",
            "2013-12-17T15:38:32.8054441",
            "2013-12-17T15:38:32.",
            "2013-12-17T15:38:60.0",
            "2013-02-30T15:38:32.0",
            "0000-02-03T15:38:32.0",
            "213-12-17T15:38:32.0",
            "2013-12-17T15:38.0",
            "2013-12-17T15:38:32:1.0",
            "2013-12-017T15:38:32.0",
            "2013-12-17T-5:38:32.0",
            "2013-12-17",
            ".000000",
        ] {
            assert_eq!(strict(timestamp), None, "{timestamp}");
        }
    }
}
