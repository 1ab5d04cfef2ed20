//! Reads what runs have left below the warehouse's `_runs/`: which there are, how each goes or went,
//! what it has on a cluster.

use crate::error::{Drive, DriveError};
use crate::lock::{host, is_running};
use crate::storage::Place;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// One run's record.
pub struct Record {
    /// Its name.
    pub id: String,
    /// `run.json`, once it has ended.
    pub end: Value,
    /// Its events, oldest first.
    pub events: Vec<Value>,
}

/// How a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It ended with this code.
    Ended(u8),
    /// Its process is at work, or may be: on another machine nobody can tell.
    Running,
    /// Its process is gone, without an end.
    Gone,
}

/// The names of a warehouse's runs, newest first.
///
/// # Errors
/// When they cannot be listed.
pub fn names(warehouse: &Place) -> Drive<Vec<String>> {
    let folder = warehouse.join("_runs");
    let found = if folder.is_folder()? { folder.list()? } else { Vec::new() };
    let mut names: Vec<_> = found.iter().map(|(run, _)| run.name().to_owned()).collect();
    names.sort_by(|a, b| b.cmp(a));
    Ok(names)
}

/// The one run that a person means: `last`, the beginning of a name, or an id that its jobs have on
/// the cluster, or the id of a cluster of EMR, for the last run there.
///
/// # Errors
/// When there is none, or several begin so.
pub fn find(warehouse: &Place, wanted: &str) -> Drive<Record> {
    let names = names(warehouse)?;
    if wanted == "last" {
        let last =
            names.first().ok_or_else(|| DriveError::Missing("there is no run".to_owned()))?;
        return Record::read(warehouse, last);
    }
    if ["application_", "job_", "j-"].iter().any(|kind| wanted.starts_with(kind)) {
        for name in &names {
            let record = Record::read(warehouse, name)?;
            let of_job = |(application, job)| application == wanted || job == wanted;
            let of_cluster = |step: &Value| step["cluster"] == wanted;
            if record.jobs().any(of_job) || record.of_kind("step_added").any(of_cluster) {
                return Ok(record);
            }
        }
    }
    let fitting: Vec<_> = names.iter().filter(|name| name.starts_with(wanted)).collect();
    match fitting[..] {
        [one] => Record::read(warehouse, one),
        [] => Err(DriveError::Missing(format!("there is no run `{wanted}` in {warehouse}"))),
        _ => Err(DriveError::Usage(format!("`{wanted}` is the beginning of several runs"))),
    }
}

/// A moment as records hold it.
#[must_use]
pub fn moment(text: &Value) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text.as_str()?).ok()?.to_utc())
}

impl Record {
    /// Reads the record of a run by its whole name. Of a run that was cut off, the last event may be
    /// half written: it is left out.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(warehouse: &Place, id: &str) -> Drive<Self> {
        let folder = warehouse.join("_runs").join(id);
        let end = folder.join("run.json").read_if_there()?.unwrap_or_default();
        let events = folder.join("events.jsonl").read_if_there()?.unwrap_or_default();
        let lines = events.split(|byte| *byte == b'\n');
        Ok(Self {
            id: id.to_owned(),
            end: serde_json::from_slice(&end).unwrap_or_default(),
            events: lines.filter_map(|line| serde_json::from_slice(line).ok()).collect(),
        })
    }

    /// What is known of a job on a cluster that no run of the warehouse has submitted: its ids.
    #[must_use]
    pub fn of_job(id: &str) -> Option<Self> {
        let (_, number) = id.split_once("application_").or_else(|| id.split_once("job_"))?;
        let ids = json!({
            "kind": "job_submitted", "application": format!("application_{number}"),
            "job": format!("job_{number}"),
        });
        Some(Self { id: id.to_owned(), end: Value::Null, events: vec![ids] })
    }

    /// How the run is.
    #[must_use]
    pub fn state(&self) -> State {
        if let Some(code) = self.end["exit_code"].as_u64() {
            return State::Ended(u8::try_from(code).unwrap_or(u8::MAX));
        }
        match self.process() {
            Some(pid) if is_running(pid) => State::Running,
            Some(_) => State::Gone,
            None => State::Running,
        }
    }

    /// The run's process, where it was started on this machine.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        let started = self.of_kind("run_started").next()?;
        let pid = started["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
        pid.filter(|_| started["host"].as_str() == Some(&host()))
    }

    /// Events of a kind, oldest first.
    pub fn of_kind(&self, kind: &str) -> impl DoubleEndedIterator<Item = &Value> {
        self.events.iter().filter(move |event| event["kind"] == kind)
    }

    /// Ids of the run's jobs on a cluster, of the application and of the job; empty where unknown.
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.of_kind("job_submitted").map(|event| {
            let id = |name: &str| event[name].as_str().unwrap_or_default();
            (id("application"), id("job"))
        })
    }

    /// The job that the run submitted to a cluster last; none when there was none.
    #[must_use]
    pub fn last_job(&self) -> Option<(&str, &str)> {
        self.jobs().next_back().filter(|(application, _)| !application.is_empty())
    }

    /// The run that this one resumes.
    #[must_use]
    pub fn resumes(&self) -> Option<&str> {
        self.of_kind("run_started").next()?["resumes"].as_str()
    }

    /// The command line.
    pub fn argv(&self) -> impl Iterator<Item = String> {
        let words = self.of_kind("run_started").filter_map(|event| event["argv"].as_array());
        words.flatten().filter_map(|word| word.as_str().map(str::to_owned))
    }
}
