//! Forms of text that rows hold: floats, white space, the date-times of the result store.
//!
//! Text sorts by code point, which in UTF-8 is the order of its bytes and of Rust's `str`.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use std::borrow::Cow;

/// A float in 12 significant digits (spec 20 §0.4, 30 §2.1): `21.0`, `0.333333333333`, `1e+11`, `inf`.
#[must_use]
pub fn f12(number: f64) -> String {
    float_text(number, &format!("{number:.11e}"), 11)
}

/// A float in the fewest digits that read back as the same double (spec 30 §2.1): `0.1`, `1e+16`.
#[must_use]
pub fn shortest(number: f64) -> String {
    if number == 0.0 || (1e-4..1e16).contains(&number.abs()) {
        // Where it is laid out in plain form, it is as Rust prints it.
        return format!("{number:?}");
    }
    float_text(number, &format!("{number:e}"), 16)
}

/// Lays out digits and exponent: in plain form from 1e-4 up to below ten to the `plain`.
fn float_text(number: f64, scientific: &str, plain: i32) -> String {
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return number.to_string().to_lowercase();
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    match usize::try_from(exponent) {
        Ok(whole) if exponent < plain => format!("{sign}{}", with_point(digits, whole + 1)),
        Err(_) if exponent >= -4 => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            format!("{sign}0.{zeros}{digits}")
        }
        _ => format!("{sign}{}e{exponent:+03}", with_point(digits, 1).trim_end_matches(".0")),
    }
}

/// Digits with a point behind the first so many, and at least one more behind the point.
fn with_point(digits: &str, whole: usize) -> String {
    let filled = format!("{digits:0<width$}", width = whole + 1);
    format!("{}.{}", &filled[..whole], &filled[whole..])
}

/// Text without Unicode white space at its ends, by the original's list: that of `char`, and the
/// separators U+001C to U+001F.
#[must_use]
pub fn strip(text: &str) -> &str {
    match text.as_bytes() {
        // As nearly all text does, it begins and ends with ink.
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim_matches(is_space),
    }
}

/// The words between Unicode white space (the same list as [`strip`]).
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

/// [`strip`] for a text that may be borrowed.
#[must_use]
pub fn stripped(text: Cow<str>) -> Cow<str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(strip(text)),
        Cow::Owned(text) => Cow::Owned(strip(&text).to_owned()),
    }
}

/// Bytes without ASCII white space at their ends, the vertical tab included.
#[must_use]
pub fn strip_ascii(bytes: &[u8]) -> &[u8] {
    let is_ink = |byte: &u8| !matches!(byte, b' ' | b'\t'..=b'\r');
    let Some(start) = bytes.iter().position(is_ink) else { return &[] };
    let end = bytes.iter().rposition(is_ink).map_or(bytes.len(), |last| last + 1);
    &bytes[start..end]
}

/// Whether a text holds neither TAB nor line end, so that a row can hold it as it is.
#[must_use]
pub fn is_one_field(text: &str) -> bool {
    memchr::memchr3(b'\t', b'\n', b'\r', text.as_bytes()).is_none()
}

/// Whether a text has more characters than so many.
#[must_use]
pub fn is_longer(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().nth(most).is_some()
}

/// At most so many characters of a text, from the first.
#[must_use]
pub fn first_characters(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// Each run of ASCII white space made one blank; ends are not trimmed, other spaces stay.
#[must_use]
pub fn collapse_white_space(text: &str) -> Cow<'_, str> {
    let is_space = |c: char| matches!(c, ' ' | '\t'..='\r');
    if !text.contains("  ") && !text.contains(|c| is_space(c) && c != ' ') {
        return Cow::Borrowed(text);
    }
    let mut collapsed = String::with_capacity(text.len());
    for c in text.chars() {
        match is_space(c) {
            true if collapsed.ends_with(' ') => {}
            true => collapsed.push(' '),
            false => collapsed.push(c),
        }
    }
    Cow::Owned(collapsed)
}

/// A text with digits in it that are no date-time of the result store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date-time from the year 1900 on")]
pub struct DateTimeError(String);

/// The result store's reading of a date-time in a log or catalogue (spec 10 §2.4 rule 7): its runs of
/// digits are year, month, day, hour, minute, second and a whole number of microseconds; an offset
/// behind the time is ignored. None when it has no digits.
///
/// # Errors
/// When there are too many or too few runs for a date, it does not exist, or is before 1900.
pub fn result_date_time(text: &str) -> Result<Option<String>, DateTimeError> {
    let error = || DateTimeError(text.to_owned());
    let Some(runs) = digit_runs(text).map_err(|TooMany| error())? else { return Ok(None) };
    date_time(runs).map(|time| Some(date_time_text(time))).ok_or_else(error)
}

/// A date-time as rows and the result store print it: `YYYY-MM-DD hh:mm:ss.ffffff`.
#[must_use]
pub fn date_time_text(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// A date-time from year, month, day, hour, minute, second and microsecond, from 1900 on.
pub(crate) fn date_time(
    [year, month, day, hour, minute, second, micro]: [u32; 7],
) -> Option<NaiveDateTime> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    if date.year() < 1900 || second > 59 || micro > 999_999 {
        return None;
    }
    date.and_hms_micro_opt(hour, minute, second, micro)
}

struct TooMany;

/// The first seven runs of digits, missing ones zero; what follows a sign behind the hour is an
/// offset. A fraction is cut to six digits.
fn digit_runs(text: &str) -> Result<Option<[u32; 7]>, TooMany> {
    let (mut runs, mut count, mut rest) = ([0; 7], 0, text);
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        if count > 3 && rest[..start].contains(['-', '+']) {
            break;
        }
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let longest = if count == 6 { end.min(6) } else { end };
        *runs.get_mut(count).ok_or(TooMany)? = rest[..longest].parse().map_err(|_| TooMany)?;
        count += 1;
        rest = &rest[end..];
    }
    Ok((count > 0).then_some(runs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_have_twelve_digits() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333333333"),
            (5.0 / 3.0, "1.66666666667"),
            (100_000.0 / 3.0, "33333.3333333"),
            (3.0, "3.0"),
            (21.0, "21.0"),
            (99_999_999_999.0, "99999999999.0"),
            (99_999_999_999.96, "1e+11"),
            (100_000_000_000.5, "1e+11"),
            (1e11, "1e+11"),
            (123_456_789_012.0, "1.23456789012e+11"),
            (0.0001, "0.0001"),
            (0.000_123_456_789_012_3, "0.000123456789012"),
            (1e-5, "1e-05"),
            (-1.5e-300, "-1.5e-300"),
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(f12(number), text);
        }
    }

    #[test]
    fn shortest_floats_read_back() {
        for (number, text) in [
            (0.549_999_999_999_999_8, "0.5499999999999998"),
            (13.0, "13.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (123.456, "123.456"),
            (f64::MAX, "1.7976931348623157e+308"),
        ] {
            assert_eq!(shortest(number), text);
            assert_eq!(text.parse(), Ok(number));
        }
    }

    #[test]
    fn stripping_knows_unicode_white_space() {
        assert_eq!(strip("\u{1c}\u{85}\u{a0}\u{2028}\n a b \u{1f}\t"), "a b");
        assert_eq!(strip("\u{200b}a\u{200b}"), "\u{200b}a\u{200b}");
        assert_eq!(words(" a\u{a0}b\u{1d}\u{1d}c").collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn only_ascii_white_space_collapses() {
        assert_eq!(
            collapse_white_space(" a \t\n\r\x0c\x0b b\u{a0} \u{2003}c\n"),
            " a b\u{a0} \u{2003}c "
        );
        assert!(matches!(collapse_white_space(" a b "), Cow::Borrowed(_)));
    }

    #[test]
    fn date_times_are_runs_of_digits() {
        for (text, read) in [
            ("2013-01-01", "2013-01-01 00:00:00.000000"),
            ("2013-01-01T10:20:02.5", "2013-01-01 10:20:02.000005"),
            ("2013-01-01T10:20:02.805", "2013-01-01 10:20:02.000805"),
            ("2013-01-01T10:20:02Z", "2013-01-01 10:20:02.000000"),
            ("2013-01-01T10:20:02Z.000000", "2013-01-01 10:20:02.000000"),
            ("2013-01-01 10:20:02.805444-05:00", "2013-01-01 10:20:02.805444"),
            ("2013-01-01T10:20:02-05:00.000000", "2013-01-01 10:20:02.000000"),
            ("2013-01-01T10:20:02.8054449", "2013-01-01 10:20:02.805444"),
            ("2013-01-01T10:20:02.805444+00:00", "2013-01-01 10:20:02.805444"),
        ] {
            assert_eq!(result_date_time(text), Ok(Some(read.to_owned())), "{text}");
        }
        assert_eq!(result_date_time("soon"), Ok(None));
        for text in [
            "1899-12-31",
            "2013",
            "2013-02-30",
            "2013-01-01T24:00:00",
            "2013-01-01T10:20:60",
            "99999999999-1-1",
            "1 2 3 4 5 6 7 8",
        ] {
            assert!(result_date_time(text).is_err(), "{text}");
        }
    }
}
