//! What those who watch a run are left when it has ended: why it failed, copies of its record, metrics, and
//! a ping after success. None of it changes how the run ends; what cannot be done is a warning.

mod metrics;
mod ping;

use crate::cluster::Rest;
use crate::diagnose;
use crate::error::Drive;
use crate::interrupt;
use crate::record::Record;
use crate::run::Run;
use crate::storage::Place;
use std::path::Path;

/// The files of a run that are of use elsewhere.
const FILES: [&str; 3] = ["run.json", "events.jsonl", DIAGNOSIS];
/// Why it failed, as `insights diagnose` says it.
const DIAGNOSIS: &str = "diagnose.txt";

/// Tells of a run that has ended with this code.
pub fn tell(run: &Run, code: u8) {
    let record = match Record::read(run.ledger.warehouse(), run.events.id()) {
        Ok(record) => record,
        Err(error) => return log::warn!("the run's record cannot be read: {error}"),
    };
    // Who interrupts a run knows why it ended, and wants it to end.
    if code != 0 && interrupt::signal().is_none() {
        warned("the diagnosis was not written", write_diagnosis(run, &record));
    }
    if let Some(folder) = &run.request.artifacts {
        warned("the run's record was not copied", copy_record(run, folder));
    }
    if run.request.names.is_empty() {
        return;
    }
    let schedule = &run.settings.config.schedule;
    if let Some(file) = &schedule.metrics_file {
        warned("metrics were not written", write_metrics(run, &record, file));
    }
    if code == 0 {
        ping::ping(schedule.ping_url_file.as_deref());
    }
}

fn warned(what: &str, done: Drive<()>) {
    if let Err(error) = done {
        log::warn!("{what}: {error}");
    }
}

fn write_diagnosis(run: &Run, record: &Record) -> Drive<()> {
    let config = &run.settings.config.runners.hadoop;
    let said = diagnose::diagnose(record, &Rest::of(config), &config.yarn).to_string();
    Ok(run.events.folder().join(DIAGNOSIS).write(said.as_bytes())?)
}

fn copy_record(run: &Run, folder: &Path) -> Drive<()> {
    let folder = Place::from(folder);
    folder.make_folder()?;
    for name in FILES {
        let file = run.events.folder().join(name);
        if file.exists()? {
            folder.join(name).copy_of(&file)?;
        }
    }
    Ok(())
}

fn write_metrics(run: &Run, record: &Record, file: &Path) -> Drive<()> {
    let file = Place::from(file);
    let before = file.read_if_there()?.unwrap_or_default();
    let workflow = run.request.asked.join(",");
    let text = metrics::text(&workflow, record, &String::from_utf8_lossy(&before));
    Ok(file.write(text.as_bytes())?)
}
