//! What learners do in a course, by week.

pub mod calendar;
pub mod module_engagement;
