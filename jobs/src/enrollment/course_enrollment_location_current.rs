//! Learners of a course by country, now (spec 10 §6.3).
//!
//! Enrollments are those of the LMS as it stands, not those that the logs tell. A learner who was never
//! seen has no country (NULL); one whose address has none is in the country `UNKNOWN`.

use super::last_country_of_user;
use crate::job::{At, Fill, Input, Job, Pass, Step, Work, lms_row};
use crate::lms::{CourseEnrollment, STUDENT_COURSEENROLLMENT};
use crate::streaming::output::{NULL, split};
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{BY_COURSE_AND_DATE, Column, Kind, Table};
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-location-current",
    about: "learners enrolled in each course now, by country",
    internal: false,
    inputs: &[
        Input::new(&STUDENT_COURSEENROLLMENT.rows, At::ImportDate),
        Input::new(&last_country_of_user::TABLE, At::IntervalEnd),
    ],
    fills: &[Fill { table: &TABLE, at: At::ImportDate }],
    report: None,
    params: &["import_date"],
    only_if: None,
    work: Work::Steps(&[
        Step {
            mapper: |_, table| match table == STUDENT_COURSEENROLLMENT.rows.name {
                true => Ok(Box::new(FromEnrollment)),
                false => Ok(Box::new(FromCountry)),
            },
            combiner: None,
            reducer: |_| Ok(Box::new(Join)),
            partition: 1,
            key: 1,
        },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: Some(|_| Ok(Box::new(SumBoth))),
            reducer: |params| Ok(Box::new(Count { date: params.date("import_date")? })),
            partition: 1,
            key: 2,
        },
    ]),
};

/// One row: a course on the import date, and a country.
pub const TABLE: Table = Table::result(
    "course_enrollment_location_current",
    &[
        Column::required("date", Kind::Date),
        Column::required("course_id", Kind::Text(255)),
        Column::new("country_code", Kind::Text(10)),
        Column::required("count", Kind::Int),
        Column::required("cumulative_count", Kind::Int),
    ],
    BY_COURSE_AND_DATE,
)
.unique(&["course_id", "date", "country_code"]);

/// `user_id, 0, country_code`: before the learner's enrollments.
struct FromCountry;

impl Mapper for FromCountry {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [_name, code, user_id] = split("a country of a learner", line)?;
        out.row().fields(user_id).int(0).fields(code).end()
    }
}

/// `user_id, 1, course_id, enrolled`.
struct FromEnrollment;

impl Mapper for FromEnrollment {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let enrollment = lms_row(line, CourseEnrollment::parse)?;
        let mut row = out.row();
        row.int(enrollment.user_id).int(1).text(enrollment.course_id);
        row.int(enrollment.is_active.into()).end()
    }
}

/// `course_id, country_code, enrolled, 1` for each enrollment.
struct Join;

impl Reducer for Join {
    fn reduce(&mut self, _: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let mut country = NULL.to_vec();
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", code)) => country = code.to_vec(),
                Some((b"1\t", enrollment)) => {
                    let [course_id, enrolled] = split("an enrollment", enrollment)?;
                    let mut row = out.row();
                    row.fields(course_id).fields(&country).fields(enrolled).int(1).end()?;
                }
                _ => return Err(Error::contract("a country or an enrollment", "neither", value)),
            }
        }
        Ok(())
    }
}

struct SumBoth;

impl Reducer for SumBoth {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (enrolled, learners) = sums(values)?;
        out.row().fields(key).int(enrolled).int(learners).end()
    }
}

struct Count {
    date: NaiveDate,
}

impl Reducer for Count {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (enrolled, learners) = sums(values)?;
        out.row().show(self.date).fields(key).int(enrolled).int(learners).end()
    }
}

/// How many are enrolled, and how many are or were.
fn sums(values: &mut Values) -> Result<(i64, i64), Error> {
    let (mut enrolled, mut learners) = (0, 0);
    while let Some(value) = values.next()? {
        let number = |text: &[u8]| -> Result<i64, Error> {
            let number = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            number.ok_or_else(|| Error::contract("a count of learners", "no number", value))
        };
        let [now, ever] = split("a count of learners", value)?;
        enrolled += number(now)?;
        learners += number(ever)?;
    }
    Ok((enrolled, learners))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::run;

    #[test]
    fn never_seen_and_unknown_are_two_groups_and_who_left_counts_as_ever() {
        let enrollments =
            [(1, "o/c/r", 1), (2, "o/c/r", 0), (3, "o/c/r", 1), (4, "o/c/r", 1), (3, "x/y/z", 0)];
        let enrollments = enrollments
            .map(|(user, course, active)| format!("9\t{user}\t{course}\t\\N\t{active}\taudit"));
        let countries = ["UNKNOWN\tUNKNOWN\t2", "Ireland\tIE\t3", "Ireland\tIE\t4", "Malta\tMT\t9"];
        let input = [
            (last_country_of_user::TABLE.name, countries.map(str::to_owned).to_vec()),
            (STUDENT_COURSEENROLLMENT.rows.name, enrollments.to_vec()),
        ];
        let params = [("interval", "2014-07-21"), ("import_date", "2014-07-25")];
        let mut rows = run(&JOB, &params, &input).table(TABLE.name);
        rows.sort();
        assert_eq!(
            rows,
            [
                "2014-07-25\to/c/r\tIE\t2\t2",
                "2014-07-25\to/c/r\tUNKNOWN\t0\t1",
                "2014-07-25\to/c/r\t\\N\t1\t1",
                "2014-07-25\tx/y/z\tIE\t0\t1",
            ]
        );
    }
}
