//! Learners of a course by day and enrollment mode (spec 10 §4.8).
//!
//! A learner counts in the mode of that day: one who moves from audit to honor leaves the audit
//! group, also in the cumulative count.

use super::counts::{CountByDay, Days, SumChanges, write_changes, write_date_first};
use super::course_enrollment_spans as spans;
use super::span::Span;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::streaming::{Error, Mapper, Output};
use crate::table::{BY_COURSE_AND_DATE, Column, Kind, Table};
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-mode-daily",
    about: "learners enrolled in each course, by day and enrollment mode",
    internal: false,
    inputs: &[Input::new(&spans::TABLE, At::IntervalEnd)],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, _| Ok(Box::new(Map { end: params.interval()?.end(), group: Vec::new() })),
        combiner: Some(|_| Ok(Box::new(SumChanges))),
        reducer: |params| {
            let end = params.interval()?.end();
            Ok(Box::new(CountByDay { end, write: write_date_first }))
        },
        partition: 1,
        key: 2,
    }]),
};

/// One row: a course on a day, and a mode.
pub const TABLE: Table = Table::result(
    "course_enrollment_mode_daily",
    &[
        Column::required("date", Kind::Date),
        Column::required("course_id", Kind::Text(255)),
        Column::required("mode", Kind::Text(255)),
        Column::new("count", Kind::Int),
        Column::new("cumulative_count", Kind::Int),
    ],
    BY_COURSE_AND_DATE,
)
.unique(&["course_id", "date", "mode"]);

struct Map {
    end: NaiveDate,
    group: Vec<u8>,
}

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let span = Span::read(line)?;
        self.group.clear();
        self.group.extend_from_slice(span.course_id);
        self.group.push(b'\t');
        self.group.extend_from_slice(span.mode);
        write_changes(&span, &self.group, Days::Before(self.end), out)
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn a_group_that_its_last_learner_left_has_no_row() {
        let spans = [
            "o/c/r\t1\t2013-01-01\t2013-01-01\t1\t1\taudit",
            "o/c/r\t1\t2013-01-02\t2013-01-03\t1\t0\thonor",
            "o/c/r\t2\t2013-01-01\t2013-01-03\t0\t0\thonor",
        ];
        let input = [("course_enrollment_spans", spans.map(str::to_owned).to_vec())];
        let rows = run(&super::JOB, &[("interval", "2013-01-01-2013-01-04")], &input);
        assert_eq!(
            rows.table("course_enrollment_mode_daily"),
            [
                "2013-01-01\to/c/r\taudit\t1\t1",
                "2013-01-01\to/c/r\thonor\t0\t1",
                "2013-01-02\to/c/r\thonor\t1\t2",
                "2013-01-03\to/c/r\thonor\t1\t2",
            ]
        );
    }
}
