//! Learners of a course by day: enrolled, and ever seen (spec 10 §4.4).

use super::counts::{CountByDay, Days, SumChanges, write_changes};
use super::course_enrollment_spans as spans;
use super::span::Span;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::streaming::{Error, Mapper, Output};
use crate::table::{BY_COURSE_AND_DATE, Column, Kind, Table};
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-daily",
    about: "learners enrolled in each course, by day",
    internal: false,
    inputs: &[Input::new(&spans::TABLE, At::IntervalEnd)],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, _| Ok(Box::new(Map { end: params.interval()?.end() })),
        combiner: Some(|_| Ok(Box::new(SumChanges))),
        reducer: |params| Ok(Box::new(CountByDay { end: params.interval()?.end(), write })),
        partition: 1,
        key: 1,
    }]),
};

/// One row: a course on a day.
pub const TABLE: Table = Table::result(
    "course_enrollment_daily",
    &[
        Column::required("course_id", Kind::Text(255)),
        Column::required("date", Kind::Date),
        Column::new("count", Kind::Int),
        Column::new("cumulative_count", Kind::Int),
    ],
    BY_COURSE_AND_DATE,
)
.unique(&["course_id", "date"]);

struct Map {
    end: NaiveDate,
}

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let span = Span::read(line)?;
        write_changes(&span, span.course_id, Days::Before(self.end), out)
    }
}

fn write(
    out: &mut Output,
    course_id: &[u8],
    date: NaiveDate,
    count: i64,
    cumulative: i64,
) -> Result<(), Error> {
    let mut row = out.row();
    row.fields(course_id).show(date).int(count).int(cumulative).end()
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn a_learner_who_left_stays_in_the_cumulative_count() {
        let spans = [
            "o/c/r\t1\t2013-01-01\t2013-01-02\t1\t1\thonor",
            "o/c/r\t1\t2013-01-03\t2013-01-04\t0\t-1\thonor",
            "o/c/r\t2\t2013-01-02\t2013-01-04\t1\t1\taudit",
            "x/y/z\t1\t2013-01-04\t2013-01-04\t0\t0\taudit",
        ];
        let input = [("course_enrollment_spans", spans.map(str::to_owned).to_vec())];
        let rows = run(&super::JOB, &[("interval", "2013-01-01-2013-01-05")], &input);
        assert_eq!(
            rows.table("course_enrollment_daily"),
            [
                "o/c/r\t2013-01-01\t1\t1",
                "o/c/r\t2013-01-02\t2\t2",
                "o/c/r\t2013-01-03\t1\t2",
                "o/c/r\t2013-01-04\t1\t2",
                "x/y/z\t2013-01-04\t0\t1",
            ]
        );
    }
}
