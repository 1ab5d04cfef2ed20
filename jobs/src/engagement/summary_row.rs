//! One row of `module_engagement_summary`, as the jobs that read it see it.

use crate::streaming::Error;
use crate::streaming::output::split;
use crate::streaming::shuffle::key_len;

const WHAT: &str = "a row of module_engagement_summary";

/// The measures of a week that are compared between learners, in the order of their columns.
pub const METRICS: [&str; 6] = [
    "problem_attempts",
    "problems_attempted",
    "problems_completed",
    ATTEMPTS_PER_COMPLETED,
    "videos_viewed",
    "discussion_contributions",
];

/// The one that is no count: attempts divided by completed problems.
pub const ATTEMPTS_PER_COMPLETED: &str = "problem_attempts_per_completed";

/// A learner's week in a course.
#[derive(Clone, Copy, Debug)]
pub struct SummaryRow<'a> {
    /// The course.
    pub course_id: &'a [u8],
    /// The learner.
    pub username: &'a [u8],
    /// The first day of the week.
    pub start_date: &'a [u8],
    /// The end of the week, excluded.
    pub end_date: &'a [u8],
    /// The texts of [`METRICS`].
    pub metrics: [&'a [u8]; 6],
    /// On how many days the learner did anything.
    pub days_active: &'a [u8],
}

impl<'a> SummaryRow<'a> {
    /// Reads a row.
    ///
    /// # Errors
    /// When it has another number of fields.
    pub fn read(line: &'a [u8]) -> Result<Self, Error> {
        let course_id = &line[..key_len(line, 1)];
        Self::of_course(course_id, line.get(course_id.len() + 1..).unwrap_or_default())
    }

    /// Reads what follows the course in a row.
    ///
    /// # Errors
    /// When it has another number of fields.
    pub fn of_course(course_id: &'a [u8], rest: &'a [u8]) -> Result<Self, Error> {
        let [username, start_date, end_date, a, b, c, d, e, f, days_active] = split(WHAT, rest)?;
        let metrics = [a, b, c, d, e, f];
        Ok(Self { course_id, username, start_date, end_date, metrics, days_active })
    }
}

/// The value of a metric or of a bound; 0 or more, `inf` too.
///
/// # Errors
/// When it is no such number.
pub fn number(text: &[u8]) -> Result<f64, Error> {
    let number = str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    let number = number.filter(|number| *number >= 0.0);
    number.ok_or_else(|| Error::contract("a number of a week's summary", "none", text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_row_reads_and_a_short_one_is_refused() {
        let line = b"o/c/r\tmira\t2014-03-25\t2014-04-01\t5\t1\t3\t1.66666666667\t2\t4\t6";
        let row = SummaryRow::read(line).unwrap();
        assert_eq!((row.username, row.days_active), (&b"mira"[..], &b"6"[..]));
        assert_eq!(
            row.metrics.map(|text| number(text).unwrap()),
            [5., 1., 3., 1.66666666667, 2., 4.]
        );
        assert!(SummaryRow::read(b"o/c/r\tmira").is_err());
    }

    #[test]
    fn a_metric_is_a_number_of_zero_or_more() {
        assert_eq!(number(b"inf").unwrap(), f64::INFINITY);
        for broken in ["", "nan", "-1", "\\N", "x"] {
            assert!(number(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
