//! What the `time` of an event says (spec 10 §2.4). No time zone is ever applied.

use crate::day;
use chrono::{NaiveDate, NaiveDateTime, Timelike};
use memchr::memchr;
use std::borrow::Cow;

/// The timestamp of a time: cut at the first `+`, and with a fraction of seconds behind it.
#[must_use]
pub fn timestamp(time: &str) -> Cow<'_, str> {
    let kept = memchr(b'+', time.as_bytes()).map_or(time, |end| &time[..end]);
    match memchr(b'.', kept.as_bytes()) {
        Some(_) => Cow::Borrowed(kept),
        None => Cow::Owned(format!("{kept}.000000")),
    }
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
    let (date, micros) = (time.date(), time.nanosecond() / 1000);
    let seconds = format!("{date}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    if micros == 0 { seconds } else { format!("{seconds}.{micros:06}") }
}

/// The ISO text of a timestamp that may have kept a zone, as the start of a viewing is written (spec
/// 20 §4.1): `YYYY-MM-DDThh:mm:ss`, six digits of a fraction that is not zero, then `+00:00` for `Z`,
/// or the offset. Digits behind the sixth are cut.
#[must_use]
pub fn zoned_iso_text(timestamp: &str) -> Option<String> {
    let (seconds, rest) = timestamp.split_at_checked("YYYY-MM-DDThh:mm:ss".len())?;
    let (date, clock) = seconds.split_once('T')?;
    day::parse(date.as_bytes())?;
    is_clock(clock, [24, 60, 60]).then_some(())?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())),
        // The fraction that stands behind a zone is the one that `timestamp` put there.
        None => ("0", rest.strip_suffix(".000000").unwrap_or(rest)),
    };
    let micros = microseconds(fraction.get(..6).unwrap_or(fraction))?;
    let zone = match zone.strip_prefix('-') {
        Some("00:00") => "+00:00",
        Some(offset) => is_clock(offset, [24, 60]).then_some(zone)?,
        None if zone == "Z" => "+00:00",
        None => zone.is_empty().then_some("")?,
    };
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    Some(format!("{seconds}{fraction}{zone}"))
}

/// Numbers of two digits, each below its limit, joined by colons.
fn is_clock<const N: usize>(text: &str, limits: [u32; N]) -> bool {
    let mut parts = text.split(':');
    let below = |part: &str, limit| part.len() == 2 && digits(part, 2).is_some_and(|n| n < limit);
    limits.into_iter().all(|limit| parts.next().is_some_and(|part| below(part, limit)))
        && parts.next().is_none()
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
    fn a_zone_that_a_timestamp_kept_stays() {
        for (time, text) in [
            ("2024-03-05T00:00:09.000000+00:00", Some("2024-03-05T00:00:09")),
            ("2024-03-05T00:00:09.1", Some("2024-03-05T00:00:09.100000")),
            ("2024-03-05T00:00:09.12345678", Some("2024-03-05T00:00:09.123456")),
            ("2024-03-05T00:00:09Z", Some("2024-03-05T00:00:09+00:00")),
            ("2024-03-05T00:00:09.5Z", Some("2024-03-05T00:00:09.500000+00:00")),
            ("2024-03-05T00:00:09-05:00", Some("2024-03-05T00:00:09-05:00")),
            ("2024-03-05T00:00:09.5-00:00", Some("2024-03-05T00:00:09.500000+00:00")),
            ("2024-03-05T00:00:09.Z", None),
            ("2024-03-05T00:00:60", None),
            ("2024-02-30T00:00:09", None),
            ("2024-03-05T0:00:009", None),
            ("2024-03-05T00:00:09-25:00", None),
            ("2024-03-05T00:00:09X", None),
            ("2024-03-05T00:00:0é", None),
            ("2024-03-05T00:00", None),
            ("2024-03-05", None),
        ] {
            assert_eq!(zoned_iso_text(&timestamp(time)).as_deref(), text, "{time}");
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
