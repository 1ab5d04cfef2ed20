//! What learners do in a course: the weeks, and how videos are watched.

pub mod calendar;
pub mod course_activity;
pub mod user_activity;
pub mod video;
pub mod video_durations;
pub mod video_events;
pub mod video_viewing;
