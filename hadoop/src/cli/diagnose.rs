//! `insights diagnose`: why a run failed, on one screen.

use super::{environment, print};
use hadoop::cluster::Rest;
use hadoop::config::Settings;
use hadoop::diagnose;
use hadoop::error::{Drive, DriveError};
use hadoop::record::{self, Record, State};
use hadoop::storage::Place;
use std::collections::BTreeSet;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// A run, or the beginning of its name; the id of a job on the cluster, whoever started it, or of a
    /// cluster of EMR; none = the last run that failed and was not resumed well
    run: Option<String>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

pub fn diagnose(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let url = args.warehouse.as_ref().unwrap_or(&settings.config.warehouse.url);
    let warehouse = Place::at(url)?;
    let record = match &args.run {
        Some(run) => find(&warehouse, run)?,
        None => last_failed(&warehouse)?,
    };
    if record.state() == State::Ended(0) {
        return Err(DriveError::Missing(format!("run {} did not fail", record.id)));
    }
    let config = &settings.config.runners.hadoop;
    print(&diagnose::diagnose(&record, &Rest::of(config), &config.yarn).to_string())
}

fn find(warehouse: &Place, wanted: &str) -> Drive<Record> {
    match record::find(warehouse, wanted) {
        Err(DriveError::Missing(said)) => Record::of_job(wanted).ok_or(DriveError::Missing(said)),
        found => found,
    }
}

/// The newest run that failed and that no later run has brought to a good end.
fn last_failed(warehouse: &Place) -> Drive<Record> {
    let mut mended = BTreeSet::new();
    for name in record::names(warehouse)? {
        let record = Record::read(warehouse, &name)?;
        let state = record.state();
        if state == State::Running {
            continue;
        }
        if state != State::Ended(0) && !mended.contains(&name) {
            return Ok(record);
        }
        mended.extend(record.resumes().map(str::to_owned));
    }
    Err(DriveError::Missing(format!("no run in {warehouse} failed and was not resumed well")))
}
