//! What learners do in a course: by day, by week, and how videos are watched.

pub mod calendar;
pub mod course_activity;
pub mod interval_type;
pub mod module_engagement;
pub mod module_engagement_metric_ranges;
pub mod module_engagement_summary;
pub mod student_engagement;
pub mod student_engagement_by_day;
pub mod student_engagement_csv;
mod student_engagement_report;
pub mod summary_row;
pub mod user_activity;
pub mod video;
pub mod video_durations;
pub mod video_events;
pub mod video_viewing;
