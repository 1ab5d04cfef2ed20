//! What learners do in a course, by week.

pub mod calendar;
pub mod module_engagement;
pub mod module_engagement_metric_ranges;
pub mod module_engagement_summary;
pub mod summary_row;
