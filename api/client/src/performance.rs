//! Answers about how learners answer: the problems of a course, their tags, the answers to one, its
//! grades, and the report to download (spec 50 §7.10, §7.11, §7.13, §8.1 to §8.3). Fields stand in the
//! order in which the service prints them.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use crate::moment;

/// The submissions to a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The problem.
    pub module_id: String,
    /// Submissions: those to its parts by the number of parts, rounded down.
    pub total_submissions: i64,
    /// Right ones, counted alike.
    pub correct_submissions: i64,
    /// Its parts, ascending.
    pub part_ids: Vec<String>,
    /// When the newest of the figures was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// The tags of a problem, and its submissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaggedProblem {
    /// The problem.
    pub module_id: String,
    /// Submissions.
    pub total_submissions: Option<i64>,
    /// Right ones.
    pub correct_submissions: Option<i64>,
    /// What each tag says, ascending.
    pub tags: BTreeMap<String, Vec<String>>,
    /// When the newest of the figures was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// An answer to a part of a problem, and how many gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// The course.
    pub course_id: String,
    /// The problem.
    pub module_id: String,
    /// The part.
    pub part_id: String,
    /// Whether it is right.
    pub correct: Option<bool>,
    /// Learners who gave it; only in a store of the older shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The id of a choice.
    pub value_id: Option<String>,
    /// What was answered, as text.
    pub answer_value: Option<String>,
    /// The problem's name.
    pub problem_display_name: Option<String>,
    /// The question.
    pub question_text: Option<String>,
    /// The seed of a randomised problem; none where variants are brought together.
    pub variant: Option<i64>,
    /// When the figures were loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
    /// Learners whose first answer it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response_count: Option<i64>,
    /// Learners whose last answer it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_response_count: Option<i64>,
    /// Whether variants are brought together here.
    pub consolidated_variant: bool,
}

/// Learners with one grade in a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Grade {
    /// The problem.
    pub module_id: String,
    /// The course.
    pub course_id: String,
    /// The grade; whole where it is.
    #[schema(value_type = Option<f64>)]
    pub grade: Option<Number>,
    /// The best there is.
    #[schema(value_type = Option<f64>)]
    pub max_grade: Option<Number>,
    /// Learners.
    pub count: Option<i64>,
    /// When the figures were loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// Learners who opened a sequential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SequentialOpens {
    /// The sequential.
    pub module_id: String,
    /// The course.
    pub course_id: String,
    /// Learners.
    pub count: Option<i64>,
    /// When the figures were loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// Where to download a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// The course, as names of files spell it.
    pub course_id: String,
    /// The report.
    pub report_name: String,
    /// Its link.
    pub download_url: String,
    /// When the file was written (UTC); absent where the storage does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub last_modified: Option<NaiveDateTime>,
    /// When the link expires (UTC); absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub expiration_date: Option<NaiveDateTime>,
    /// Bytes; absent where the storage does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
}
