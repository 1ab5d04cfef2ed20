//! Answers about what learners of a course do: by week, and videos with their segments (spec 50 §7.2,
//! §7.3, §7.12, §8.4). Fields stand in the order in which the service prints them.

use chrono::NaiveDateTime;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::moment;

/// Learners of a course who were active in a week, by kind of activity. A kind is absent where the week
/// has no figure of it, and null where the figure is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeeklyActivity {
    /// When the week begins: a Monday (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub interval_start: Option<NaiveDateTime>,
    /// When the next one does.
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub interval_end: Option<NaiveDateTime>,
    /// The course.
    pub course_id: String,
    /// Active in any way.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub any: Option<Option<i64>>,
    /// Tried a problem.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub attempted_problem: Option<Option<i64>>,
    /// Played a video.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub played_video: Option<Option<i64>>,
    /// Wrote in the forum.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub posted_forum: Option<Option<i64>>,
    /// When the newest of the figures was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// A value that stands there, be it null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// One kind of activity in its newest week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentActivity {
    /// When the week begins (UTC).
    #[serde(with = "moment::iso")]
    #[schema(value_type = Option<moment::Iso>)]
    pub interval_start: Option<NaiveDateTime>,
    /// When the next one does.
    #[serde(with = "moment::iso")]
    #[schema(value_type = Option<moment::Iso>)]
    pub interval_end: Option<NaiveDateTime>,
    /// The kind: `any`, `attempted_problem`, `played_video`, `posted_forum`.
    pub activity_type: String,
    /// Learners.
    pub count: Option<i64>,
    /// The course.
    pub course_id: String,
}

/// A video of a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Video {
    /// Its id in the pipeline, by which its timeline is asked for.
    pub pipeline_video_id: String,
    /// Its module.
    pub encoded_module_id: String,
    /// Its length in seconds; none when it is not known.
    pub duration: Option<i64>,
    /// The length of a segment in seconds.
    pub segment_length: Option<i64>,
    /// Learners who began it.
    pub users_at_start: Option<i64>,
    /// Learners who saw its end.
    pub users_at_end: Option<i64>,
    /// When the figures were loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// A segment of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VideoSegment {
    /// Its number, from 0.
    pub segment: Option<i64>,
    /// Learners who saw it.
    pub num_users: Option<i64>,
    /// How often it was seen.
    pub num_views: Option<i64>,
    /// When the figures were loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}
