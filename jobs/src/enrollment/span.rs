//! One row of `course_enrollment_spans`, as the jobs that read it see it.

use crate::day;
use crate::streaming::Error;
use crate::streaming::output::{NULL, split};
use chrono::NaiveDate;

const WHAT: &str = "a row of course_enrollment_spans";

/// A stretch of days of a learner in a course.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// The course.
    pub course_id: &'a [u8],
    /// The learner, as the event spelled it.
    pub user_id: &'a [u8],
    /// The first day.
    pub first: NaiveDate,
    /// The last day, included.
    pub last: NaiveDate,
    /// Whether the learner is enrolled at the end of these days.
    pub at_end: bool,
    /// Change of the first day: -1, 0 or 1.
    pub change: &'a [u8],
    /// The enrollment mode.
    pub mode: &'a [u8],
}

impl<'a> Span<'a> {
    /// Reads a row.
    ///
    /// # Errors
    /// When it is not such a row.
    pub fn read(line: &'a [u8]) -> Result<Self, Error> {
        let [course_id, user_id, first, last, at_end, change, mode] = split(WHAT, line)?;
        let date = |text| {
            day::parse(text).ok_or_else(|| Error::contract(WHAT, "a date that is none", line))
        };
        Ok(Self {
            course_id,
            user_id,
            first: date(first)?,
            last: date(last)?,
            at_end: at_end == b"1",
            change,
            mode,
        })
    }

    /// `1` or `0`.
    #[must_use]
    pub fn at_end_text(&self) -> &'static [u8] {
        if self.at_end { b"1" } else { b"0" }
    }

    /// The learner's number as a joining key: what Hive reads in an INT column, so other text and
    /// numbers beyond 32 bits are NULL (10 §2.10).
    #[must_use]
    pub fn learner(&self) -> Learner {
        learner(self.user_id)
    }
}

/// A learner's number; none for NULL.
pub type Learner = Option<i32>;

/// Reads a learner's number as Hive reads an INT column.
#[must_use]
pub fn learner(text: &[u8]) -> Learner {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// The text of a joining key.
#[must_use]
pub fn learner_key(learner: Learner) -> Vec<u8> {
    learner.map_or_else(|| NULL.to_vec(), |number| number.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_row_reads_and_a_broken_one_says_where() {
        let line = b"o/c/r\t007\t2013-01-01\t2013-01-02\t1\t1\thonor";
        let span = Span::read(line).unwrap();
        assert_eq!((span.learner(), span.at_end, span.mode), (Some(7), true, &b"honor"[..]));
        let error = Span::read(b"o/c/r\t7\t2013-01-41\t2013-01-02\t1\t1\thonor").unwrap_err();
        assert!(error.to_string().contains("a date that is none"), "{error}");
    }

    #[test]
    fn numbers_beyond_hives_int_are_null() {
        assert_eq!(learner(b"2147483647"), Some(i32::MAX));
        assert_eq!(learner(b"2147483648"), None);
        assert_eq!(learner(b"abc"), None);
        assert_eq!(learner_key(None), b"\\N");
    }
}
