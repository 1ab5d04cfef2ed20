//! Answers about single learners (spec 50 §7.14, §8.7, §9.1). Fields stand in the order in which the service prints
//! them.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::moment;

/// What a learner did in a course: in all, and in the last week. A sum over nothing is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserEngagement {
    /// The learner.
    pub username: String,
    /// Views of videos.
    pub videos_overall: Option<i64>,
    /// Videos and days with views, of those loaded in the last week.
    pub videos_last_week: Option<i64>,
    /// Whatever was done with problems.
    pub problems_overall: Option<i64>,
    /// The same, of the last week.
    pub problems_last_week: Option<i64>,
    /// Problems completed.
    pub correct_problems_overall: Option<i64>,
    /// The same, of the last week.
    pub correct_problems_last_week: Option<i64>,
    /// Attempts at problems.
    pub problems_attempts_overall: Option<i64>,
    /// The same, of the last week.
    pub problems_attempts_last_week: Option<i64>,
    /// What was written in the forum.
    pub forum_posts_overall: Option<i64>,
    /// The same, of the last week.
    pub forum_posts_last_week: Option<i64>,
    /// The day of the newest figure.
    pub date_last_active: Option<NaiveDate>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// How many there are on all pages.
    pub count: usize,
    /// Pages; 1 where there is nothing.
    pub num_pages: usize,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the page before.
    pub previous: Option<String>,
    /// What is on this one.
    pub results: Vec<T>,
}

/// A learner of a course.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Learner {
    /// The account's number.
    pub user_id: Option<i64>,
    /// The learner.
    pub username: String,
    /// The mode of the enrollment.
    pub enrollment_mode: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The learner's page in the LMS.
    pub account_url: Option<String>,
    /// The address of mail.
    pub email: Option<String>,
    /// What the learner says: language.
    pub language: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// Year of birth.
    pub year_of_birth: Option<i64>,
    /// Level of education.
    pub level_of_education: Option<String>,
    /// Gender.
    pub gender: Option<String>,
    /// Address.
    pub mailing_address: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Goals.
    pub goals: Option<String>,
    /// What the learner is like: `highly_engaged`, `disengaging`, `struggling`, `inactive`, `unenrolled`.
    pub segments: Vec<String>,
    /// What the learner did in the week of the roster.
    pub engagements: Engagements,
    /// The day of the enrollment.
    pub enrollment_date: Option<NaiveDate>,
    /// The cohort.
    pub cohort: Option<String>,
    /// The day on which the roster was made.
    pub last_updated: Option<NaiveDate>,
}

/// What a learner did in a week.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Engagements {
    /// What was written in the forum.
    pub discussion_contributions: i64,
    /// Problems attempted.
    pub problems_attempted: i64,
    /// Problems completed.
    pub problems_completed: i64,
    /// Videos viewed.
    pub videos_viewed: i64,
    /// Attempts for each completed problem; none without one.
    pub problem_attempts_per_completed: Option<f64>,
}

/// What a learner did in a course, day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EngagementTimeline {
    /// From the first day with anything to the last, those between with nothing included.
    pub days: Vec<TimelineDay>,
}

/// What a learner did on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineDay {
    /// The day.
    pub date: NaiveDate,
    /// Problems attempted.
    pub problems_attempted: i64,
    /// Problems completed.
    pub problems_completed: i64,
    /// What was written in the forum.
    pub discussion_contributions: i64,
    /// Videos viewed.
    pub videos_viewed: i64,
}

/// How many learners of a course are alike, and what is usual there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LearnerMetadata {
    /// Learners by mode of enrollment.
    pub enrollment_modes: BTreeMap<String, i64>,
    /// Learners by segment; a learner in two counts in both.
    pub segments: BTreeMap<String, i64>,
    /// Learners by cohort.
    pub cohorts: BTreeMap<String, i64>,
    /// What is usual.
    pub engagement_ranges: EngagementRanges,
}

/// What is usual in a course, of each metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EngagementRanges {
    /// The days that the ranges are of.
    pub date_range: DayRange,
    /// Of attempts for each completed problem: few are good.
    pub problem_attempts_per_completed: ClassRanks,
    /// Of problems attempted.
    pub problems_attempted: ClassRanks,
    /// Of problems completed.
    pub problems_completed: ClassRanks,
    /// Of what was written in the forum.
    pub discussion_contributions: ClassRanks,
    /// Of videos viewed.
    pub videos_viewed: ClassRanks,
}

/// Days; none where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayRange {
    /// The first.
    pub start: Option<NaiveDate>,
    /// The one after the last.
    pub end: Option<NaiveDate>,
}

/// From and below; none: without bound.
pub type Range = [Option<f64>; 2];

/// The values of learners who stand at the bottom, in the middle and at the top of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassRanks {
    /// At the bottom.
    #[schema(value_type = Option<Vec<Option<f64>>>)]
    pub class_rank_bottom: Option<Range>,
    /// In the middle.
    #[schema(value_type = Option<Vec<Option<f64>>>)]
    pub class_rank_average: Option<Range>,
    /// At the top.
    #[schema(value_type = Option<Vec<Option<f64>>>)]
    pub class_rank_top: Option<Range>,
}

/// What a learner of an enterprise did with one thing on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnterpriseEngagement {
    /// The row's number.
    pub id: Option<i64>,
    /// The course.
    pub course_id: String,
    /// When the figure was loaded (UTC).
    #[serde(with = "moment::iso")]
    #[schema(value_type = Option<moment::Iso>)]
    pub created: Option<NaiveDateTime>,
    /// The learner.
    pub username: String,
    /// The day.
    pub date: NaiveDate,
    /// What kind of thing was used.
    pub entity_type: String,
    /// Which.
    pub entity_id: String,
    /// What was done with it.
    pub event: String,
    /// How often.
    pub count: Option<i64>,
}
