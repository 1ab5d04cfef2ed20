//! `insights resume`: what a run that failed or was killed has left undone, asked for again as it was then.
//!
//! What the command line said stays, dates of that day among it; what came from the configuration is read
//! anew, since a wrong setting may be why the run failed, and what differs is told.

use super::{environment, print, run};
use crate::{Cli, Command};
use chrono::NaiveDateTime;
use clap::Parser;
use hadoop::config::{Settings, differing};
use hadoop::error::{Drive, DriveError};
use hadoop::record::{self, Record, State};
use hadoop::storage::{Place, StorageError};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// A run, or the beginning of its name; an id of its job on the cluster, or of its cluster of EMR; `last`
    run: String,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

/// The key that says where the run's record was found.
const WAREHOUSE: &str = "warehouse.url";

/// Runs again what a run was asked for, under a new name; what the ledger has stays done.
pub fn resume(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let url = args.warehouse.as_ref().unwrap_or(&settings.config.warehouse.url);
    let warehouse = absolute(&Place::at(url)?)?;
    let record = record::find(&warehouse, &args.run)?;
    match (record.state(), record.process()) {
        (State::Ended(0), _) => {
            return print(&format!("{}\tended well: there is nothing to resume\n", record.id));
        }
        (State::Running, Some(_)) => return Err(DriveError::AtWork(record.id)),
        // Of a run on another machine the lock tells whether it lives.
        (State::Running | State::Gone | State::Ended(_), _) => {}
    }
    let asked = Asked::of(&record)?;
    let file = file.map(|file| std::path::absolute(file).map_err(StorageError::disk("find", file)));
    let file = file.transpose()?;
    std::env::set_current_dir(&asked.folder).map_err(|error| {
        let (id, folder) = (&record.id, asked.folder.display());
        DriveError::Missing(format!(
            "run {id} was started in {folder}, which cannot be entered: {error}"
        ))
    })?;
    let (named, mut words) = words(&record, &asked.argv)?;
    words.warehouse = Some(warehouse.address());
    let file = file.or(named);
    let (settings, mut request) = run::prepare_at(file.as_deref(), &words, asked.now)?;
    tell_changes(&record, &asked.settings, &settings);
    request.force.obeyed_by = chain(&warehouse, &record)?;
    request.argv = asked.argv;
    request.resumes = Some(record.id);
    run::execute_and_tell(&settings, &request)
}

/// The place, whatever folder this process is in.
fn absolute(place: &Place) -> Drive<Place> {
    let Some(path) = place.disk_path() else { return Ok(place.clone()) };
    Ok(Place::from(std::path::absolute(path).map_err(StorageError::disk("find", path))?.as_path()))
}

/// What a run was asked for, and when and where.
struct Asked {
    argv: Vec<String>,
    now: NaiveDateTime,
    folder: PathBuf,
    settings: Value,
}

impl Asked {
    fn of(record: &Record) -> Drive<Self> {
        let started = record.of_kind("run_started").next();
        let field = |name: &str| started.map_or(Value::Null, |event| event[name].clone());
        let (now, folder) = (field("now"), field("folder"));
        match (serde_json::from_value(now), serde_json::from_value(folder)) {
            (Ok(now), Ok(folder)) => {
                let (argv, settings) = (record.argv().collect(), field("settings"));
                Ok(Self { argv, now, folder, settings })
            }
            _ => Err(DriveError::Missing(format!(
                "the record of run {} does not say what it was asked for; run its command again",
                record.id
            ))),
        }
    }
}

/// The configuration file and the words of a command line of `insights run`.
fn words(record: &Record, argv: &[String]) -> Drive<(Option<PathBuf>, run::Args)> {
    let cli = Cli::try_parse_from(argv).map_err(|error| {
        DriveError::Usage(format!("the command of run {} is none any more: {error}", record.id))
    })?;
    match cli.command {
        Command::Run(words) => Ok((cli.config, words)),
        _ => Err(DriveError::Usage(format!(
            "run {} was no `insights run`; give its command again: {}",
            record.id,
            argv.join(" ")
        ))),
    }
}

fn tell_changes(record: &Record, before: &Value, settings: &Settings) {
    let mut changed = differing(before, &settings.config);
    changed.retain(|key| key != WAREHOUSE);
    if !changed.is_empty() {
        let keys = changed.join(", ");
        log::warn!(
            "settings are others than those of run {}, and are used as they are now: {keys}",
            record.id
        );
    }
}

/// The run, the one that it resumed itself, and so on.
fn chain(warehouse: &Place, record: &Record) -> Drive<Vec<String>> {
    let mut ids = vec![record.id.clone()];
    let mut before = record.resumes().map(str::to_owned);
    while let Some(id) = before.filter(|id| !ids.contains(id)) {
        before = Record::read(warehouse, &id)?.resumes().map(str::to_owned);
        ids.push(id);
    }
    Ok(ids)
}
