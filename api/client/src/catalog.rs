//! Answers about all courses: their summaries and the programs they belong to (spec 50 §8.5, §8.6).
//! Fields stand in the order in which the service prints them.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::moment;

/// What is asked of `course_summaries/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryQuery {
    /// The courses; all where it is empty.
    pub course_ids: Vec<String>,
    /// Whether the programs of each course are wanted.
    pub programs: bool,
    /// Whether `passing_users` is left out, of the course and of its modes.
    pub without_passing_users: bool,
    /// A past day to compare today's enrollment with.
    pub recent_date: Option<NaiveDate>,
}

/// When a table was loaded last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TableUpdate {
    /// When (UTC).
    #[serde(with = "moment::iso")]
    #[schema(value_type = Option<moment::Iso>)]
    pub updated: Option<NaiveDateTime>,
    /// Another text after each load.
    pub version: String,
}

/// Sums over courses; none over no courses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CourseTotals {
    /// Learners enrolled now.
    pub count: Option<i64>,
    /// Learners ever enrolled.
    pub cumulative_count: Option<i64>,
    /// `count` against seven days before.
    pub count_change_7_days: Option<i64>,
    /// Learners enrolled now in mode `verified`.
    pub verified_enrollment: Option<i64>,
}

/// A page of courses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryPage<T> {
    /// How many there are on all pages.
    pub count: usize,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the page before.
    pub previous: Option<String>,
    /// The courses of this page.
    pub results: Vec<T>,
}

/// One course: its catalogue entry and its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CourseSummary {
    /// When the newest of the figures was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
    /// The course.
    pub course_id: String,
    /// Its title.
    pub catalog_course_title: Option<String>,
    /// Its catalogue key, shared by the course's runs.
    pub catalog_course: Option<String>,
    /// When it starts (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub start_date: Option<NaiveDateTime>,
    /// When it ends (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub end_date: Option<NaiveDateTime>,
    /// `instructor_paced`, `self_paced`.
    pub pacing_type: Option<String>,
    /// `Archived`, `Current`, `Upcoming`.
    pub availability: Option<String>,
    /// Learners enrolled now, in any mode.
    pub count: i64,
    /// Learners ever enrolled, in any mode.
    pub cumulative_count: i64,
    /// `count` against seven days before.
    pub count_change_7_days: i64,
    /// `count` against the day asked for; none where no day was.
    pub recent_count_change: Option<i64>,
    /// Learners who pass; absent where it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passing_users: Option<i64>,
    /// The figures by mode.
    pub enrollment_modes: EnrollmentModes,
    /// The programs of the course; absent where they were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programs: Option<Vec<String>>,
}

/// The figures of a course by enrollment mode; zeros where it has no learner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentModes {
    /// `audit`.
    pub audit: ModeCounts,
    /// `credit`.
    pub credit: ModeCounts,
    /// `honor`.
    pub honor: ModeCounts,
    /// `professional` and `no-id-professional`.
    pub professional: ModeCounts,
    /// `verified`.
    pub verified: ModeCounts,
    /// `masters`.
    pub masters: ModeCounts,
    /// Every other mode that the store holds.
    #[serde(flatten)]
    pub other: BTreeMap<String, ModeCounts>,
}

/// The figures of a course in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModeCounts {
    /// Learners enrolled now.
    pub count: i64,
    /// Learners ever enrolled.
    pub cumulative_count: i64,
    /// `count` against seven days before.
    pub count_change_7_days: i64,
    /// Learners who pass; absent where it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passing_users: Option<i64>,
}

impl Default for ModeCounts {
    /// A mode without learners: zeros, of which none is left out.
    fn default() -> Self {
        Self { count: 0, cumulative_count: 0, count_change_7_days: 0, passing_users: Some(0) }
    }
}

/// A program and its courses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Program {
    /// Its identifier.
    pub program_id: String,
    /// Its kind, `MicroMasters` say.
    pub program_type: Option<String>,
    /// Its title.
    pub program_title: Option<String>,
    /// Its course runs, ascending.
    pub course_ids: Vec<String>,
    /// When the newest of its rows was loaded (UTC).
    #[serde(with = "moment::iso")]
    #[schema(value_type = Option<moment::Iso>)]
    pub created: Option<NaiveDateTime>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MODE: &str =
        r#"{"count":5,"cumulative_count":10,"count_change_7_days":1,"passing_users":1}"#;

    fn summary(modes: &str, tail: &str) -> String {
        format!(
            r#"{{"created":"2018-06-02T030405","course_id":"edX/DemoX/Demo_Course","catalog_course_title":"Title","catalog_course":"Catalog","start_date":"2016-10-11T000000","end_date":null,"pacing_type":"instructor","availability":"Current","count":35,"cumulative_count":70,"count_change_7_days":7,"recent_count_change":null,"passing_users":7,"enrollment_modes":{{{modes}}}{tail}}}"#
        )
    }

    #[test]
    fn a_summary_prints_as_the_service_prints_it() {
        let known =
            ["audit", "credit", "honor", "professional", "verified", "masters", "unknown-mode"];
        let modes = known.map(|mode| format!("\"{mode}\":{MODE}")).join(",");
        for json in [summary(&modes, ""), summary(&modes, r#","programs":["p1","p2"]"#)] {
            let read: CourseSummary = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }

    #[test]
    fn left_out_passing_users_are_not_zero() {
        let mode: ModeCounts =
            serde_json::from_str(r#"{"count":5,"cumulative_count":10,"count_change_7_days":1}"#)
                .unwrap();
        assert_eq!(mode.passing_users, None);
        assert_eq!(ModeCounts::default().passing_users, Some(0));
    }

    #[test]
    fn a_program_prints_as_the_service_prints_it() {
        let json = r#"{"program_id":"a-prog","program_type":"Demo","program_title":"A","course_ids":["edX/DemoX/Demo_Course"],"created":"2018-06-02T03:04:05Z"}"#;
        let read: Program = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}
