//! Which log files a run reads, told by their URLs alone (spec 10 §2.2). Listing them is not done here.

use super::date_pattern::{DatePattern, DatePatternError};
use super::interval::Interval;
use chrono::{DateTime, NaiveDate, TimeDelta};
use regex::{Captures, Regex};

/// The rule by which files are chosen.
#[derive(Clone, Debug)]
pub struct Selection {
    patterns: Vec<Regex>,
    date_pattern: DatePattern,
    interval: Interval,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is read.
    Kept,
    /// No pattern fits its URL.
    NoPattern,
    /// Its name gives a day outside the expanded interval.
    OutOfInterval,
    /// The pattern that fits has a date, and there the name holds none.
    NoDate,
}

/// Patterns that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SelectionError {
    /// A file pattern is no regular expression.
    #[error("the file pattern `{pattern}` is no regular expression")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        source: regex::Error,
    },
    /// The date pattern cannot be used.
    #[error(transparent)]
    DatePattern(#[from] DatePatternError),
}

impl Selection {
    /// Files whose URL fits a pattern from its start on. A group `date` of the pattern is read by
    /// `date_pattern` (strptime form), a group `timestamp` as Unix seconds; the day must lie in the
    /// interval with `expand` put on both sides.
    ///
    /// # Errors
    /// When a pattern cannot be used.
    pub fn new<P: AsRef<str>>(
        patterns: &[P],
        date_pattern: &str,
        interval: &Interval,
        expand: TimeDelta,
    ) -> Result<Self, SelectionError> {
        Ok(Self {
            patterns: patterns
                .iter()
                .map(|pattern| anchored(pattern.as_ref()))
                .collect::<Result<_, _>>()?,
            date_pattern: DatePattern::new(date_pattern)?,
            interval: interval.expanded(expand),
        })
    }

    /// Whether a file is read, and if not, why. The first pattern that fits decides alone.
    #[must_use]
    pub fn choose(&self, url: &str) -> Choice {
        match self.day(url) {
            Ok(None) => Choice::Kept,
            Ok(Some(day)) if self.interval.contains(day) => Choice::Kept,
            Ok(Some(_)) => Choice::OutOfInterval,
            Err(choice) => choice,
        }
    }

    /// The day that a file's name gives; none where the pattern that fits wants no date.
    ///
    /// # Errors
    /// Why the file is not read, whatever the interval is.
    pub fn day(&self, url: &str) -> Result<Option<NaiveDate>, Choice> {
        let fit = self.patterns.iter().find_map(|pattern| Some((pattern, pattern.captures(url)?)));
        let Some((pattern, groups)) = fit else { return Err(Choice::NoPattern) };
        let has = |group| pattern.capture_names().flatten().any(|name| name == group);
        let day = if has("date") {
            groups.name("date").and_then(|date| self.date_pattern.date(date.as_str()))
        } else if has("timestamp") {
            timestamp_day(&groups)
        } else {
            return Ok(None);
        };
        day.map(Some).ok_or(Choice::NoDate)
    }
}

fn anchored(pattern: &str) -> Result<Regex, SelectionError> {
    Regex::new(&format!(r"\A(?:{pattern})"))
        .map_err(|source| SelectionError::Pattern { pattern: pattern.to_owned(), source })
}

/// The UTC date of Unix seconds.
fn timestamp_day(groups: &Captures) -> Option<NaiveDate> {
    let seconds = groups.name("timestamp")?.as_str().parse().ok()?;
    Some(DateTime::from_timestamp(seconds, 0)?.date_naive())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn selection(patterns: &[&str], expand: i64) -> Selection {
        Selection::new(patterns, "%Y%m%d", &"2014-03".parse().unwrap(), TimeDelta::days(expand))
            .unwrap()
    }

    #[test]
    fn the_date_in_a_name_decides() {
        let selection = selection(&[r".*tracking.log-(?P<date>\d{8}).*\.gz"], 2);
        for (url, choice) in [
            ("s3://b/logs/tracking.log-20140227-1.gz", Choice::Kept),
            ("s3://b/logs/tracking.log-20140402-1.gz", Choice::Kept),
            ("s3://b/logs/tracking.log-20140403-1.gz", Choice::OutOfInterval),
            ("s3://b/logs/tracking.log-20140399-1.gz", Choice::NoDate),
            ("s3://b/logs/tracking.log-20140301-1.gz.part", Choice::Kept),
            ("s3://b/logs/tracking.log", Choice::NoPattern),
        ] {
            assert_eq!(selection.choose(url), choice, "{url}");
        }
    }

    #[test]
    fn a_timestamp_is_a_day_in_utc() {
        let selection = selection(&[r".*-(?P<timestamp>\d+)\.gz"], 0);
        assert_eq!(selection.choose("a-1393632000.gz"), Choice::Kept);
        assert_eq!(selection.choose("a-1393631999.gz"), Choice::OutOfInterval);
        assert_eq!(selection.choose("a-99999999999999999999.gz"), Choice::NoDate);
        assert_eq!(selection.choose("a-9999999999999999.gz"), Choice::NoDate);
    }

    #[test]
    fn the_first_pattern_that_fits_decides_alone() {
        let selection = selection(&[r"a/(?P<date>\d{8})", "a/"], 0);
        assert_eq!(selection.choose("a/20140401"), Choice::OutOfInterval);
        assert_eq!(selection.choose("a/x"), Choice::Kept);
        assert_eq!(selection.choose("b/a/x"), Choice::NoPattern);
    }

    #[test]
    fn alternatives_of_a_pattern_are_anchored_too() {
        let selection = selection(&[r"a|b(?P<date>\d{8})?"], 0);
        assert_eq!(selection.choose("xb"), Choice::NoPattern);
        assert_eq!(selection.choose("b"), Choice::NoDate);
    }

    #[test]
    fn unusable_patterns_are_named() {
        let new = |pattern: &str, date: &str| {
            Selection::new(&[pattern], date, &"2014".parse().unwrap(), TimeDelta::zero())
                .unwrap_err()
        };
        assert_eq!(new("(", "%Y").to_string(), "the file pattern `(` is no regular expression");
        assert!(new("a", "%Q").to_string().contains("%Q"));
    }
}
