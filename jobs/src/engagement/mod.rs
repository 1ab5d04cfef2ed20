//! What learners do in a course, by day and by week.

pub mod calendar;
pub mod interval_type;
pub mod student_engagement;
pub mod student_engagement_by_day;
pub mod student_engagement_csv;
pub mod student_engagement_report;
