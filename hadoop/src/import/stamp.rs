//! A date and time of the LMS, read from any of its spellings and printed in the one of our rows.

use std::fmt;

use chrono::NaiveDate;

/// A UTC date-time with microseconds; a plain date has the time zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub micros: u32,
}

impl Stamp {
    /// Reads `YYYY-MM-DD`, then perhaps a blank or `T` and `HH:MM[:SS[.f…]]`; digits of the fraction
    /// beyond six are cut.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_at_checked(10)?;
        let (year, month, day) = split3(date, '-')?;
        let mut stamp = Self {
            year: number(year, 4)?,
            month: number(month, 2)?,
            day: number(day, 2)?,
            ..Self::default()
        };
        if let Some(time) = time.strip_prefix([' ', 'T']) {
            stamp.set_time(time)?;
        } else if !time.is_empty() {
            return None;
        }
        stamp.is_possible().then_some(stamp)
    }

    /// Reads milliseconds since 1970, as Sqoop writes a date-time that is not mapped to text.
    pub fn from_micros(micros: i64) -> Option<Self> {
        use chrono::{Datelike, Timelike};
        let time = chrono::DateTime::from_timestamp_micros(micros)?;
        Some(Self {
            year: u16::try_from(time.year()).ok().filter(|&year| year < 10_000)?,
            month: time.month() as u8,
            day: time.day() as u8,
            hour: time.hour() as u8,
            minute: time.minute() as u8,
            second: time.second() as u8,
            micros: time.timestamp_subsec_micros(),
        })
    }

    /// Whether MySQL wrote it for want of a date (`0000-00-00`, `2013-00-00`): Sqoop makes it NULL.
    pub fn is_zero(self) -> bool {
        self.month == 0 || self.day == 0
    }

    /// Milliseconds since 1970; nothing for a day that no calendar has.
    pub fn millis(self) -> Option<i64> {
        NaiveDate::from_ymd_opt(i32::from(self.year), u32::from(self.month), u32::from(self.day))?
            .and_hms_micro_opt(
                u32::from(self.hour),
                u32::from(self.minute),
                u32::from(self.second),
                self.micros,
            )
            .map(|time| time.and_utc().timestamp_millis())
    }

    /// The day alone, `YYYY-MM-DD`.
    pub fn day(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn set_time(&mut self, time: &str) -> Option<()> {
        let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let mut parts = clock.split(':');
        self.hour = number(parts.next()?, 2)?;
        self.minute = number(parts.next()?, 2)?;
        self.second = parts.next().map_or(Some(0), |text| number(text, 2))?;
        self.micros = micros(fraction)?;
        parts.next().is_none().then_some(())
    }

    fn is_possible(self) -> bool {
        self.month <= 12 && self.day <= 31 && self.hour < 24 && self.minute < 60 && self.second < 60
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
            self.year, self.month, self.day, self.hour, self.minute, self.second, self.micros
        )
    }
}

fn split3(text: &str, at: char) -> Option<(&str, &str, &str)> {
    let (first, rest) = text.split_once(at)?;
    let (second, third) = rest.split_once(at)?;
    Some((first, second, third))
}

/// A number of exactly so many ASCII digits.
fn number<T: std::str::FromStr>(text: &str, digits: usize) -> Option<T> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn micros(fraction: &str) -> Option<u32> {
    let used = &fraction.as_bytes()[..fraction.len().min(6)];
    let all_digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let value = used.iter().fold(0, |sum, byte| sum * 10 + u32::from(byte.wrapping_sub(b'0')));
    all_digits.then(|| value * 10_u32.pow(6 - used.len() as u32))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn printed(text: &str) -> Option<String> {
        Stamp::parse(text).map(|stamp| stamp.to_string())
    }

    #[test]
    fn every_spelling_gets_six_digits() {
        for (text, expected) in [
            ("2013-11-30 12:34:56.789012", "2013-11-30 12:34:56.789012"),
            ("2013-11-30T12:34:56", "2013-11-30 12:34:56.000000"),
            ("2013-11-30 12:34:56.0", "2013-11-30 12:34:56.000000"),
            ("2013-11-30 12:34:56.1234567", "2013-11-30 12:34:56.123456"),
            ("2013-11-30 12:34", "2013-11-30 12:34:00.000000"),
            ("2013-11-30", "2013-11-30 00:00:00.000000"),
        ] {
            assert_eq!(printed(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_stamps() {
        for text in [
            "",
            "2013-11-3",
            "2013-11-30x",
            "2013-13-30",
            "2013-11-30 24:00:00",
            "2013-11-30 12",
            "2013-11-30 12:34:56.",
            "2013-11-30 12:34:56.1x",
            "2013-11-30 12:34:56:78",
            "x013-11-30",
            "2013-11-3é",
            "+013-11-30",
        ] {
            assert_eq!(printed(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_without_a_month_or_day_is_zero() {
        assert!(Stamp::parse("0000-00-00 00:00:00").unwrap().is_zero());
        assert!(Stamp::parse("2013-11-00").unwrap().is_zero());
        assert!(!Stamp::parse("2013-11-01").unwrap().is_zero());
    }

    #[test]
    fn milliseconds_go_there_and_back() {
        let stamp = Stamp::parse("1969-12-31 23:59:59.250000").unwrap();
        assert_eq!(stamp.millis(), Some(-750));
        assert_eq!(Stamp::from_micros(-750_000), Some(stamp));
        assert_eq!(Stamp::parse("2013-02-31").unwrap().millis(), None);
        assert_eq!(Stamp::from_micros(i64::MAX), None);
    }
}
