//! The whole site over HTTP, against a Data API and an LMS of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod announcements;
mod answers;
mod catalog;
mod colours;
mod defects;
mod demographics;
mod engagement;
mod enrollment;
mod fixture;
mod geography;
mod languages;
mod learners;
mod performance;
mod program;
mod programs;
mod sign_in;
mod states;
mod troubles;
mod typed_answers;
mod usage;
mod weeks;
