//! Learners of a course by day and gender (spec 10 §4.5).

use super::course_enrollment_spans as spans;
use super::profile_join::{self, COUNT, join, mapper};
use crate::job::{At, Fill, Input, Job, Work};
use crate::lms::{AUTH_USERPROFILE, UserProfile};
use crate::table::{BY_COURSE_AND_DATE, Column, Kind, Table};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-gender-daily",
    about: "learners enrolled in each course, by day and gender",
    internal: false,
    inputs: &[
        Input::new(&spans::TABLE, At::IntervalEnd),
        Input::new(&AUTH_USERPROFILE.rows, At::ImportDate),
    ],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &["import_date"],
    only_if: None,
    work: Work::Steps(&[join(|_, table| mapper(table, value), profile_join::all_days), COUNT]),
};

/// One row: a course on a day, and a gender.
pub const TABLE: Table = Table::result(
    "course_enrollment_gender_daily",
    &[
        Column::required("date", Kind::Date),
        Column::required("course_id", Kind::Text(255)),
        Column::new("gender", Kind::Text(6)),
        Column::new("count", Kind::Int),
        Column::new("cumulative_count", Kind::Int),
    ],
    BY_COURSE_AND_DATE,
)
.unique(&["course_id", "date", "gender"]);

fn value<'a>(profile: &UserProfile<'a>) -> Option<Cow<'a, str>> {
    profile.gender.filter(|gender| !gender.is_empty()).map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    const PROFILE: &str = "USER\tname\tVALUE\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N";

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
    fn no_profile_and_nothing_in_it_are_one_group() {
        let mut found = rows(&[(1, "f"), (2, ""), (3, "m"), (4, "\\N"), (9, "m")]);
        found.sort();
        assert_eq!(
            found,
            [
                "2013-01-01\to/c/r\tf\t1\t1",
                "2013-01-02\to/c/r\t\\N\t1\t1",
                "2013-01-02\to/c/r\tf\t1\t1",
                "2013-01-03\to/c/r\t\\N\t3\t3",
                "2013-01-03\to/c/r\tf\t1\t1",
                "2013-01-03\to/c/r\tm\t1\t1",
            ]
        );
    }
}
