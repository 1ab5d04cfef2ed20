//! What is computed: the streaming contract, tracking-log events, and every job.
//!
//! `streaming/` is the contract between a job and whatever runs it; `event/` reads one log line;
//! `enrollment/`, `engagement/`, `learners/`, `performance/`, `catalog/`, `export/` and `monitor/` hold one
//! file a job; `registry.rs` lists them all.
//! [`pass`] runs several jobs over the same input at once. Nothing here opens a socket.

pub mod catalog;
pub mod copy;
pub mod csv_file;
pub mod day;
pub mod engagement;
pub mod enrollment;
pub mod event;
pub mod export;
pub mod job;
pub mod learners;
pub mod lms;
pub mod monitor;
pub mod nearest;
pub mod params;
pub mod pass;
pub mod performance;
pub mod record;
pub mod registry;
pub mod report;
pub mod retired;
pub mod side_output;
pub mod streaming;
pub mod table;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
pub mod text;
