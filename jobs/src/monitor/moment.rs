//! Times of events as text, a few microseconds moved (spec 30 E.1).

use crate::event::time;
use chrono::{NaiveDateTime, TimeDelta};

/// Whether a text is a time that [`shifted`] can move.
pub fn is_readable(time: &str) -> bool {
    Parts::read(time).is_some()
}

/// A time so many microseconds later, with six digits of fraction; a zone stays where it stands.
/// None when the text is no time.
pub fn shifted(time: &str, microseconds: i64) -> Option<String> {
    let Parts { at, zone, tail } = Parts::read(time)?;
    let at = at.checked_add_signed(TimeDelta::microseconds(microseconds))?;
    let (second, fraction) = (at.format("%Y-%m-%dT%H:%M:%S"), at.format("%.6f"));
    Some(format!("{second}{zone}{fraction}{tail}"))
}

/// `DATE T CLOCK [ZONE] [.FRACTION [ZONE]]`: the zone of an event without fraction stands before the
/// `.000000` that is put behind every such time (spec 10 §2.4 rule 5).
struct Parts<'a> {
    at: NaiveDateTime,
    zone: &'a str,
    tail: &'a str,
}

impl<'a> Parts<'a> {
    fn read(time: &'a str) -> Option<Self> {
        let (before, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let (digits, tail) = split_at_first(fraction, |c| !c.is_ascii_digit());
        let (date, clock) = before.split_once('T')?;
        let (clock, zone) = split_at_first(clock, |c| !c.is_ascii_digit() && c != ':');
        let digits = &digits[..digits.len().min(6)];
        let at = time::strict(&format!("{date}T{clock}.{digits}"))?;
        Some(Self { at, zone, tail })
    }
}

fn split_at_first(text: &str, is_end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_microsecond_carries_and_borrows() {
        for (time, by, moved) in [
            ("2013-04-01T00:00:01.123456", 1, "2013-04-01T00:00:01.123457"),
            ("2013-04-01T00:00:01.000000", -1, "2013-04-01T00:00:00.999999"),
            ("2013-12-31T23:59:59.999999", 1, "2014-01-01T00:00:00.000000"),
            ("2013-04-01T00:00:01", 1, "2013-04-01T00:00:01.000001"),
            ("2013-04-01T00:00:01.8", 1, "2013-04-01T00:00:01.800001"),
            ("2013-04-01T00:00:01.1234567", 1, "2013-04-01T00:00:01.123457"),
        ] {
            assert_eq!(shifted(time, by).as_deref(), Some(moved), "{time}");
        }
    }

    #[test]
    fn a_zone_stays_where_it_stands() {
        for (time, moved) in [
            ("2013-04-01T00:00:01Z.000000", "2013-04-01T00:00:00Z.999999"),
            ("2013-04-01T00:00:01.000000-05:00", "2013-04-01T00:00:00.999999-05:00"),
            ("2013-04-01T00:00:01-05:00.000000", "2013-04-01T00:00:00-05:00.999999"),
        ] {
            assert_eq!(shifted(time, -1).as_deref(), Some(moved));
        }
    }

    #[test]
    fn what_is_no_time_cannot_be_moved() {
        for text in ["", "2013-04-01", "2013-04-01.000000", "2013-04-01Tnoon.000000", "soon"] {
            assert_eq!(shifted(text, 1), None, "{text}");
            assert!(!is_readable(text));
        }
    }
}
