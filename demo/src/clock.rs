//! Time: microseconds since 1970 in UTC, days, and the two ways an LMS prints them.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

/// Microseconds since 1970-01-01T00:00:00 UTC.
pub type Micros = i64;

/// Days since 1970-01-01.
pub type Day = i64;

/// Microseconds in a second.
pub const SECOND: Micros = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: Micros = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: Micros = 60 * MINUTE;
/// Microseconds in a day.
pub const DAY: Micros = 24 * HOUR;

/// The day of a date.
pub fn day_of_date(date: NaiveDate) -> Day {
    Day::from(date.num_days_from_ce()) - 719_163
}

/// The date of a day; the first day of the epoch when out of range.
pub fn date_of_day(day: Day) -> NaiveDate {
    i32::try_from(day + 719_163)
        .ok()
        .and_then(NaiveDate::from_num_days_from_ce_opt)
        .unwrap_or_default()
}

/// The day in which an instant lies.
pub fn day_of(time: Micros) -> Day {
    time.div_euclid(DAY)
}

/// Monday is 0.
pub fn weekday(day: Day) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// A fraction of seconds as microseconds.
pub fn seconds(value: f64) -> Micros {
    (value * SECOND as f64) as Micros
}

/// Appends `YYYY-MM-DD<separator>hh:mm:ss[.ffffff]`; a fraction of zero is left out.
fn push_stamp(out: &mut Vec<u8>, time: Micros, separator: u8) {
    let date = date_of_day(day_of(time));
    let rest = time.rem_euclid(DAY);
    push_number(out, i64::from(date.year()), 4);
    out.push(b'-');
    push_number(out, i64::from(date.month()), 2);
    out.push(b'-');
    push_number(out, i64::from(date.day()), 2);
    out.push(separator);
    push_number(out, rest / HOUR, 2);
    out.push(b':');
    push_number(out, rest / MINUTE % 60, 2);
    out.push(b':');
    push_number(out, rest / SECOND % 60, 2);
    if rest % SECOND != 0 {
        out.push(b'.');
        push_number(out, rest % SECOND, 6);
    }
}

/// Appends a number padded with zeros to `width` digits.
fn push_number(out: &mut Vec<u8>, value: i64, width: usize) {
    let start = out.len();
    out.resize(start + width, b'0');
    let mut left = value;
    for place in out[start..].iter_mut().rev() {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
    }
}

/// Appends the form of the `time` field: `2024-10-01T18:23:04.871250+00:00`.
pub fn push_iso(out: &mut Vec<u8>, time: Micros) {
    push_stamp(out, time, b'T');
    out.extend_from_slice(b"+00:00");
}

/// The form of the `time` field.
pub fn iso(time: Micros) -> String {
    text(|out| push_iso(out, time))
}

/// The form with a blank that grade and assessment payloads use.
pub fn spaced(time: Micros) -> String {
    text(|out| {
        push_stamp(out, time, b' ');
        out.extend_from_slice(b"+00:00");
    })
}

/// The form of a `datetime(6)` column: blank, six digits, no zone.
pub fn sql(time: Micros) -> String {
    let fraction = time.rem_euclid(SECOND);
    let whole = text(|out| push_stamp(out, time - fraction, b' '));
    format!("{whole}.{fraction:06}")
}

/// The form of catalogue and course answers: `2024-09-30T08:00:00Z`.
pub fn zulu(time: Micros) -> String {
    text(|out| {
        push_stamp(out, time - time.rem_euclid(SECOND), b'T');
        out.push(b'Z');
    })
}

/// `hh:mm:ss` of a number of seconds, as a saved video position is written.
pub fn position(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// The prefix that syslog puts before a line: `Oct  1 18:05:09`.
pub fn syslog(time: Micros) -> String {
    let when = DateTime::from_timestamp_micros(time).unwrap_or_default();
    format!(
        "{} {:2} {:02}:{:02}:{:02}",
        when.format("%b"),
        when.day(),
        when.hour(),
        when.minute(),
        when.second()
    )
}

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::with_capacity(32);
    write(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Micros = 1_727_806_984 * SECOND + 871_250;

    #[test]
    fn prints_every_form() {
        assert_eq!(iso(T), "2024-10-01T18:23:04.871250+00:00");
        assert_eq!(iso(T - 871_250), "2024-10-01T18:23:04+00:00");
        assert_eq!(spaced(T), "2024-10-01 18:23:04.871250+00:00");
        assert_eq!(sql(T - 871_250), "2024-10-01 18:23:04.000000");
        assert_eq!(zulu(T), "2024-10-01T18:23:04Z");
        assert_eq!(syslog(T), "Oct  1 18:23:04");
        assert_eq!(position(141.9), "00:02:21");
    }

    #[test]
    fn days_and_weekdays() -> Result<(), String> {
        let date = NaiveDate::from_ymd_opt(2024, 10, 1).ok_or("a date")?;
        assert_eq!(day_of_date(date), day_of(T));
        assert_eq!(date_of_day(day_of(T)), date);
        assert_eq!(weekday(day_of(T)), 1);
        Ok(())
    }
}
