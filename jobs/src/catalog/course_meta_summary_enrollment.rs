//! One line a course and mode for the course list: counts, the week's change, passing learners,
//! what the catalogue says (spec 10 §4.11).

use super::{course_catalog, course_grade_by_mode};
use crate::enrollment::course_enrollment_mode_daily as mode_daily;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::params::{ParamError, Params};
use crate::streaming::output::{NULL, split};
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use chrono::Days;

/// The job.
pub const JOB: Job = Job {
    name: "course-meta-summary-enrollment",
    about: "one line a course and mode for the course list",
    internal: false,
    inputs: &[
        Input::new(&mode_daily::TABLE, At::IntervalEnd),
        Input::new(&course_grade_by_mode::TABLE, At::Date),
        Input::only_if(&course_catalog::TABLE, At::Date, "enable_course_catalog"),
    ],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &["date", "enable_course_catalog"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, table| match table {
            t if t == course_catalog::TABLE.name => Ok(Box::new(FromCatalog)),
            t if t == course_grade_by_mode::TABLE.name => Ok(Box::new(FromGrades)),
            _ => Ok(Box::new(FromCounts::new(params)?)),
        },
        combiner: None,
        reducer: |_| Ok(Box::new(Reduce)),
        partition: 1,
        key: 1,
    }]),
};

/// One row: a course and an enrollment mode on the last day.
pub const TABLE: Table = Table::result(
    "course_meta_summary_enrollment",
    &[
        Column::required("course_id", Kind::Text(255)),
        Column::new("catalog_course_title", Kind::Text(255)),
        Column::new("catalog_course", Kind::Text(255)),
        Column::new("start_time", Kind::Timestamp),
        Column::new("end_time", Kind::Timestamp),
        Column::new("pacing_type", Kind::Text(255)),
        Column::new("availability", Kind::Text(255)),
        Column::required("enrollment_mode", Kind::Text(100)),
        Column::new("count", Kind::Int),
        Column::new("count_change_7_days", Kind::Int),
        Column::new("cumulative_count", Kind::Int),
        Column::new("passing_users", Kind::Int),
    ],
    &[&["course_id"]],
)
.unique(&["course_id", "enrollment_mode"]);

/// `course_id, 0, catalogue columns`: before the course's modes.
struct FromCatalog;

impl Mapper for FromCatalog {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let fields: [&[u8]; 19] = split("a row of course_catalog", line)?;
        let [course_id, course, title, start, end] = fields[..5] else { return Ok(()) };
        let (pacing, availability) = (fields[8], fields[10]);
        let mut row = out.row();
        row.fields(course_id).int(0).fields(title).fields(course);
        row.fields(start).fields(end).fields(pacing).fields(availability).end()
    }
}

/// `course_id, 1, mode, 0, passing_users`.
struct FromGrades;

impl Mapper for FromGrades {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [course_id, mode, passing] = split("a row of course_grade_by_mode", line)?;
        out.row().fields(course_id).int(1).fields(mode).int(0).fields(passing).end()
    }
}

/// `course_id, 1, mode, 1 (the week before) or 2 (the last day), count, cumulative_count`.
struct FromCounts {
    last_day: Vec<u8>,
    week_before: Vec<u8>,
}

impl FromCounts {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let end = params.interval()?.end();
        let before = |days| end.checked_sub_days(Days::new(days)).unwrap_or(end);
        let text = |days| before(days).to_string().into_bytes();
        Ok(Self { last_day: text(1), week_before: text(8) })
    }
}

impl Mapper for FromCounts {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [date, course_id, mode, count, cumulative] =
            split("a row of course_enrollment_mode_daily", line)?;
        let order = match date {
            _ if date == self.week_before => 1,
            _ if date == self.last_day => 2,
            _ => return Ok(()),
        };
        let mut row = out.row();
        row.fields(course_id).int(1).fields(mode).int(order);
        row.fields(count).fields(cumulative).end()
    }
}

/// What is known of one mode of a course so far.
#[derive(Default)]
struct Mode {
    name: Vec<u8>,
    passing: Option<Vec<u8>>,
    count_before: i64,
}

struct Reduce;

impl Reducer for Reduce {
    /// Several catalogue rows of a course multiply its rows (10 §4.11).
    fn reduce(
        &mut self,
        course_id: &[u8],
        values: &mut Values,
        out: &mut Output,
    ) -> Result<(), Error> {
        let (mut catalog, mut mode) = (Vec::new(), Mode::default());
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", columns)) => catalog.push(columns.to_vec()),
                Some((b"1\t", of_mode)) => {
                    if catalog.is_empty() {
                        catalog.push([NULL; 6].join(&b'\t'));
                    }
                    mode.take(of_mode, course_id, &catalog, out)?;
                }
                _ => return Err(Error::contract("a catalogue row or a count", "neither", value)),
            }
        }
        Ok(())
    }
}

impl Mode {
    fn take(
        &mut self,
        value: &[u8],
        course_id: &[u8],
        catalog: &[Vec<u8>],
        out: &mut Output,
    ) -> Result<(), Error> {
        let broken = || Error::contract("a count of a mode", "not its columns", value);
        let mut fields = value.splitn(3, |b| *b == b'\t');
        let (name, order) = fields.next().zip(fields.next()).ok_or_else(broken)?;
        let rest = fields.next().ok_or_else(broken)?;
        if self.name != name {
            *self = Self { name: name.to_vec(), ..Self::default() };
        }
        if order == b"0" {
            self.passing = Some(rest.to_vec());
            return Ok(());
        }
        let [count, cumulative] = split("counts of a mode", rest)?;
        let number = std::str::from_utf8(count).ok().and_then(|text| text.parse::<i64>().ok());
        let number = number.ok_or_else(broken)?;
        if order == b"1" {
            self.count_before = number;
            return Ok(());
        }
        for columns in catalog {
            let mut row = out.row();
            row.fields(course_id).fields(columns).fields(name).int(number);
            row.int(number - self.count_before).fields(cumulative);
            row.opt(self.passing.as_deref()).end()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn the_weeks_change_and_passing_learners_join_by_mode() {
        let counts = [
            "2013-01-02\to/c/r\thonor\t5\t6",
            "2013-01-09\to/c/r\taudit\t2\t2",
            "2013-01-09\to/c/r\thonor\t4\t7",
            "2013-01-02\tgone/c/r\thonor\t4\t7",
        ];
        let catalog = |title| {
            format!(
                "o/c/r\to+c\t{title}\t\\N\t\\N\t\\N\t\\N\ten\tself_paced\t\\N\tCurrent{}",
                "\t\\N".repeat(8)
            )
        };
        let input = [
            ("course_enrollment_mode_daily", counts.map(str::to_owned).to_vec()),
            ("course_grade_by_mode", vec!["o/c/r\thonor\t3".to_owned()]),
            ("course_catalog", vec![catalog("B"), catalog("A")]),
        ];
        let params = [
            ("interval", "2013-01-01-2013-01-10"),
            ("date", "2013-01-10"),
            ("enable_course_catalog", "true"),
        ];
        let known = |title| format!("o/c/r\t{title}\to+c\t\\N\t\\N\tself_paced\tCurrent");
        assert_eq!(
            run(&super::JOB, &params, &input).table("course_meta_summary_enrollment"),
            [
                format!("{}\taudit\t2\t2\t2\t\\N", known("A")),
                format!("{}\taudit\t2\t2\t2\t\\N", known("B")),
                format!("{}\thonor\t4\t-1\t7\t3", known("A")),
                format!("{}\thonor\t4\t-1\t7\t3", known("B")),
            ]
        );
    }
}
