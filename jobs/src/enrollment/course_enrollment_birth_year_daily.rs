//! Learners of a course by year of birth, on the last day (spec 10 §4.6).

use super::course_enrollment_spans as spans;
use super::profile_join::{self, COUNT, join, mapper};
use crate::job::{At, Fill, Input, Job, Work};
use crate::lms::{AUTH_USERPROFILE, UserProfile};
use crate::table::{BY_COURSE_AND_DATE, Column, Kind, Table};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-birth-year-daily",
    about: "learners enrolled in each course on the last day, by year of birth",
    internal: false,
    inputs: &[
        Input::new(&spans::TABLE, At::IntervalEnd),
        Input::new(&AUTH_USERPROFILE.rows, At::ImportDate),
    ],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &["import_date"],
    only_if: None,
    work: Work::Steps(&[join(|_, table| mapper(table, value), profile_join::last_day), COUNT]),
};

/// One row: a course on the last day, and a year of birth.
pub const TABLE: Table = Table::result(
    "course_enrollment_birth_year_daily",
    &[
        Column::required("date", Kind::Date),
        Column::required("course_id", Kind::Text(255)),
        Column::new("birth_year", Kind::Int),
        Column::new("count", Kind::Int),
        Column::new("cumulative_count", Kind::Int),
    ],
    BY_COURSE_AND_DATE,
)
.unique(&["course_id", "date", "birth_year"]);

fn value<'a>(profile: &UserProfile<'a>) -> Option<Cow<'a, str>> {
    profile.year_of_birth.map(|year| Cow::Owned(year.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    const PROFILE: &str = "USER\tname\t\\N\tVALUE\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N";

    fn rows(profiles: &[(u32, &str)]) -> Vec<String> {
        let spans = (1..=5).map(|user| {
            format!("o/c/r\t{user}\t2013-01-0{first}\t2013-01-03\t1\t1\thonor", first = user.min(3))
        });
        let profiles = profiles.iter().map(|(user, value)| {
            PROFILE.replace("USER", &user.to_string()).replace("VALUE", value)
        });
        let input = [
            ("course_enrollment_spans", spans.collect()),
            ("auth_userprofile", profiles.collect()),
        ];
        let params = [("interval", "2013-01-01-2013-01-04"), ("import_date", "2013-01-04")];
        run(&super::JOB, &params, &input).table(super::TABLE.name)
    }

    #[test]
    fn only_the_last_day_has_rows() {
        let found = rows(&[(1, "1984"), (2, "1984"), (3, "2000")]);
        assert_eq!(
            found,
            [
                "2013-01-03\to/c/r\t1984\t2\t2",
                "2013-01-03\to/c/r\t2000\t1\t1",
                "2013-01-03\to/c/r\t\\N\t2\t2",
            ]
        );
    }
}
