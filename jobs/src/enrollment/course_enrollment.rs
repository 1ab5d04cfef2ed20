//! The daily state of each learner in each course, a row a day (spec 10 §4.2).
//!
//! Spans hold the same facts in fewer rows; this spells them out for whoever asks for it by name.

use super::course_enrollment_spans as spans;
use super::span::Span;
use crate::job::{At, Fill, Input, Job, Pass, Step, WHOLE_LINE, Work};
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment",
    about: "each learner's enrollment in each course, a row a day (large; on demand)",
    internal: false,
    inputs: &[Input::new(&spans::TABLE, At::IntervalEnd)],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Pass)),
        combiner: None,
        reducer: |_| Ok(Box::new(Reduce)),
        partition: 2,
        key: WHOLE_LINE,
    }]),
};

/// One row: a learner in a course on a day.
pub const TABLE: Table = Table::staged(
    "course_enrollment",
    &[
        Column::new("date", Kind::Date),
        Column::new("course_id", Kind::Text(255)),
        Column::new("user_id", Kind::Int),
        Column::new("at_end", Kind::Flag),
        Column::new("change", Kind::Flag),
        Column::new("mode", Kind::Text(255)),
    ],
);

struct Reduce;

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        while values.next()?.is_some() {
            let span = Span::read(key)?;
            let days = span.first.iter_days().take_while(|day| *day <= span.last);
            for (at, day) in days.enumerate() {
                let change = if at == 0 { span.change } else { b"0" };
                let mut row = out.row();
                row.show(day).fields(span.course_id).fields(span.user_id);
                row.fields(span.at_end_text()).fields(change).fields(span.mode).end()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn only_the_first_day_of_a_span_holds_the_change() {
        let span = "o/c/r\t7\t2012-02-28\t2012-03-01\t1\t1\thonor".to_owned();
        let rows = run(
            &super::JOB,
            &[("interval", "2012-02-28-2012-03-02")],
            &[("course_enrollment_spans", vec![span])],
        );
        assert_eq!(
            rows.table("course_enrollment"),
            [
                "2012-02-28\to/c/r\t7\t1\t1\thonor",
                "2012-02-29\to/c/r\t7\t1\t0\thonor",
                "2012-03-01\to/c/r\t7\t1\t0\thonor",
            ]
        );
    }
}
