//! Learners of a course by level of education, on the last day (spec 10 §4.7).

use super::course_enrollment_spans as spans;
use super::profile_join::{self, COUNT, join, mapper};
use crate::job::{At, Fill, Input, Job, Work};
use crate::lms::{AUTH_USERPROFILE, UserProfile};
use crate::table::{BY_COURSE_AND_DATE, Column, Kind, Table};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-education-level-daily",
    about: "learners enrolled in each course on the last day, by level of education",
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

/// One row: a course on the last day, and a level of education.
pub const TABLE: Table = Table::result(
    "course_enrollment_education_level_daily",
    &[
        Column::required("date", Kind::Date),
        Column::required("course_id", Kind::Text(255)),
        Column::new("education_level", Kind::Text(16)),
        Column::new("count", Kind::Int),
        Column::new("cumulative_count", Kind::Int),
    ],
    BY_COURSE_AND_DATE,
)
.unique(&["course_id", "date", "education_level"]);

/// The LMS's codes and their names (10 §4.7); every other code is NULL.
fn value<'a>(profile: &UserProfile<'a>) -> Option<Cow<'a, str>> {
    Some(Cow::Borrowed(match profile.level_of_education? {
        "el" => "primary",
        "jhs" => "junior_secondary",
        "hs" => "secondary",
        "a" => "associates",
        "b" => "bachelors",
        "m" => "masters",
        "p" | "p_se" | "p_oth" => "doctorate",
        "none" => "none",
        "other" => "other",
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    const PROFILE: &str = "USER\tname\t\\N\t\\N\tVALUE\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N";

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
    fn codes_are_named_and_unknown_ones_null() {
        let found = rows(&[(1, "p_se"), (2, "p"), (3, "zzz"), (4, "none")]);
        assert_eq!(
            found,
            [
                "2013-01-03\to/c/r\t\\N\t2\t2",
                "2013-01-03\to/c/r\tdoctorate\t2\t2",
                "2013-01-03\to/c/r\tnone\t1\t1",
            ]
        );
    }
}
