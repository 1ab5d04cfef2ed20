//! The commands, one file each, and how they print.

pub mod about;
#[cfg(feature = "emr")]
pub mod cluster;
pub mod config;
pub mod diagnose;
pub mod doctor;
pub mod hive;
pub mod import;
pub mod input;
pub mod jobs;
pub mod life;
pub mod plan;
pub mod profile;
pub mod prune;
pub mod publish;
pub mod resume;
pub mod retire;
pub mod run;
pub mod schedule;
pub mod status;
pub mod test;
pub mod why;

use hadoop::error::{Drive, DriveError};
use hadoop::storage::StorageError;
use std::collections::BTreeMap;
use std::io::Write;

/// The environment, as far as it is Unicode.
pub fn environment() -> BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Prints to standard output. A reader that went away has seen enough.
pub fn print(text: &str) -> Drive<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(DriveError::Storage(StorageError::disk("write", "standard output".as_ref())(e)))
        }
        _ => Ok(()),
    }
}
