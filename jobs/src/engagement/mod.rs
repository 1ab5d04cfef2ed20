//! What learners do in a course, by week.

pub mod calendar;
pub mod course_activity;
pub mod user_activity;
