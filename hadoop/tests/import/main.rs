//! The native importer and the rows step, from an LMS database to text, on SQLite and on MariaDB.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod awkward;
mod catalogue;
mod drift;
mod fault;
mod lms;
#[path = "../lms_source/mod.rs"]
mod lms_source;
mod parallel;
mod rows;
mod snapshot;
mod sqoop;
