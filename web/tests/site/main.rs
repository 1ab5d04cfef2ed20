//! The whole site over HTTP, against a false Data API.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod catalog;
mod demographics;
mod enrollment;
mod false_api;
mod program;
mod troubles;
