//! The engagement lens: what learners do.

pub mod content;
pub mod timeline;
pub mod videos;
