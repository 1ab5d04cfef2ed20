//! Spans of days: how they are spelled, and what lies in them (spec 10 §2.1, §2.14).

use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta, Weekday};
use regex::{Captures, Regex};
use std::fmt::{self, Display};
use std::str::FromStr;
use std::sync::LazyLock;

/// Days from a start up to but without an end. It prints as it was spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    text: String,
    start: NaiveDate,
    end: NaiveDate,
}

/// Why there is no interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntervalError {
    /// The text is none.
    #[error(
        "`{0}` is no interval; write YYYY, YYYY-MM, YYYY-Www, YYYY-MM-DD or YYYY-MM-DD-YYYY-MM-DD"
    )]
    Unreadable(String),
    /// An interval of no weeks was asked for.
    #[error("an interval of whole weeks needs one week or more")]
    NoWeeks,
    /// It would begin before the calendar does.
    #[error("{weeks} weeks before {end_date} is too long ago")]
    TooLongAgo {
        /// The date in the week behind the interval.
        end_date: NaiveDate,
        /// How many weeks were asked for.
        weeks: u32,
    },
}

impl Interval {
    /// The days from `start` up to but without `end`, printed `YYYY-MM-DD-YYYY-MM-DD`.
    #[must_use]
    pub fn new(start: NaiveDate, end: NaiveDate) -> Self {
        Self { text: format!("{start}-{end}"), start, end }
    }

    /// So many whole ISO weeks before the week that holds `end_date`.
    ///
    /// # Errors
    /// When `weeks` is 0 or reaches back beyond the calendar.
    pub fn weekly(end_date: NaiveDate, weeks: u32) -> Result<Self, IntervalError> {
        if weeks == 0 {
            return Err(IntervalError::NoWeeks);
        }
        let start = monday(end_date).checked_sub_days(Days::new(7 * u64::from(weeks)));
        let start = start.ok_or(IntervalError::TooLongAgo { end_date, weeks })?;
        Ok(Self::new(start, monday(end_date)))
    }

    /// The first day.
    #[must_use]
    pub const fn start(&self) -> NaiveDate {
        self.start
    }

    /// The day behind the last one.
    #[must_use]
    pub const fn end(&self) -> NaiveDate {
        self.end
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.start <= day && day < self.end
    }

    /// Its days in order; none when the end is before the start.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let end = self.end;
        self.start.iter_days().take_while(move |day| *day < end)
    }

    /// The interval with so much put on both sides, in whole days.
    #[must_use]
    pub fn expanded(&self, by: TimeDelta) -> Self {
        let by = TimeDelta::days(by.num_days());
        let start = self.start.checked_sub_signed(by).unwrap_or(NaiveDate::MIN);
        let end = self.end.checked_add_signed(by).unwrap_or(NaiveDate::MAX);
        Self::new(start, end)
    }
}

impl Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for Interval {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, IntervalError> {
        let (start, end) = read(text).ok_or_else(|| IntervalError::Unreadable(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), start, end })
    }
}

/// A text with the words `today`, `yesterday` and `today-7d` replaced by dates, so that an interval or
/// a date can be given relative to a day: `today-7d-today` are the last seven whole days.
#[must_use]
pub fn resolve_words(text: &str, today: NaiveDate) -> String {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:yesterday|today(?:-(\d{1,5})d\b)?)")
            .unwrap_or_else(|error| unreachable!("the pattern is a constant: {error}"))
    });
    let date = |word: &Captures| {
        let days = match word.get(1) {
            Some(days) => days.as_str().parse().ok(),
            None => Some(u64::from(&word[0] == "yesterday")),
        };
        let date = days.and_then(|days| today.checked_sub_days(Days::new(days)));
        date.map_or_else(|| word[0].to_owned(), |date| date.to_string())
    };
    WORDS.replace_all(text, date).into_owned()
}

/// The Monday of a day's ISO week.
#[must_use]
pub fn monday(day: NaiveDate) -> NaiveDate {
    day.week(Weekday::Mon).checked_first_day().unwrap_or(NaiveDate::MIN)
}

/// Start and end, by the length of the text: each form has its own.
fn read(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let day = |date: NaiveDate| Some((date, date.succ_opt()?));
    let months =
        |date: NaiveDate, count| Some((date, date.checked_add_months(Months::new(count))?));
    match text.len() {
        4 => months(date(&format!("{text}-01-01"))?, 12),
        7 => months(date(&format!("{text}-01"))?, 1),
        8 => {
            let start = iso_week(text)?;
            Some((start, start.checked_add_days(Days::new(7))?))
        }
        10 => day(date(text)?),
        21 if text.is_char_boundary(10) => {
            Some((date(&text[..10])?, date(text[10..].strip_prefix('-')?)?))
        }
        _ => None,
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    crate::day::parse(text.as_bytes()).filter(|date| date.year() > 0)
}

/// The Monday of `YYYY-Www`.
fn iso_week(text: &str) -> Option<NaiveDate> {
    let (year, week) = text.split_once("-W")?;
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|c| c.is_ascii_digit());
    if !digits(year, 4) || !digits(week, 2) {
        return None;
    }
    NaiveDate::from_isoywd_opt(
        year.parse().ok().filter(|year| *year > 0)?,
        week.parse().ok()?,
        Weekday::Mon,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn interval(text: &str) -> Interval {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_spelling_is_read_and_printed_as_given() {
        for (text, start, end) in [
            ("2014", "2014-01-01", "2015-01-01"),
            ("2014-12", "2014-12-01", "2015-01-01"),
            ("2015-W53", "2015-12-28", "2016-01-04"),
            ("2014-W01", "2013-12-30", "2014-01-06"),
            ("2012-02-29", "2012-02-29", "2012-03-01"),
            ("2014-03-01-2014-03-31", "2014-03-01", "2014-03-31"),
            ("2014-03-31-2014-03-01", "2014-03-31", "2014-03-01"),
        ] {
            let read = interval(text);
            assert_eq!((read.start(), read.end()), (day(start), day(end)), "{text}");
            assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_errors() {
        for text in [
            "",
            "14",
            "0000",
            "2014-13",
            "2014-W54",
            "2014-W53",
            "2014-W00",
            "2013-02-29",
            "2014-3-1",
            "2014-03-01-2014-03",
            "2014-03-01_2014-03-02",
            "2014-03-01-2014-03-32",
            "2014-W1",
            "20140301",
            "+014",
            "2014-w01",
            "2014-03-01é2014-03-02",
            "123456789é-2014-03-02",
            "today",
        ] {
            assert!(text.parse::<Interval>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_end_is_outside() {
        let march = interval("2014-03");
        assert!(march.contains(day("2014-03-01")) && march.contains(day("2014-03-31")));
        assert!(!march.contains(day("2014-02-28")) && !march.contains(day("2014-04-01")));
        assert_eq!(march.days().count(), 31);
        assert_eq!(interval("2014-03-31-2014-03-01").days().count(), 0);
    }

    #[test]
    fn expanding_takes_whole_days() {
        let expanded = interval("2014-03").expanded(TimeDelta::hours(50));
        assert_eq!(expanded.to_string(), "2014-02-27-2014-04-03");
    }

    #[test]
    fn whole_weeks_end_before_the_week_of_the_date() {
        let weekly = |end: &str, weeks| Interval::weekly(day(end), weeks).map(|w| w.to_string());
        assert_eq!(weekly("2014-01-05", 1).as_deref(), Ok("2013-12-23-2013-12-30"));
        assert_eq!(weekly("2014-01-06", 2).as_deref(), Ok("2013-12-23-2014-01-06"));
        assert_eq!(weekly("2014-01-06", 0), Err(IntervalError::NoWeeks));
        assert!(weekly("2014-01-06", u32::MAX).is_err());
    }

    #[test]
    fn words_stand_for_dates() {
        let resolve = |text| resolve_words(text, day("2024-03-01"));
        assert_eq!(resolve("today"), "2024-03-01");
        assert_eq!(resolve("yesterday"), "2024-02-29");
        assert_eq!(resolve("today-7d-today"), "2024-02-23-2024-03-01");
        assert_eq!(resolve("2024-01-01-yesterday"), "2024-01-01-2024-02-29");
        assert_eq!(resolve("2024-W05"), "2024-W05");
        assert_eq!(resolve("today-7days"), "2024-03-01-7days");
        assert_eq!(resolve("today-999999d"), "2024-03-01-999999d");
    }
}
