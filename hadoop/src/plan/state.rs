//! Whether what a job makes is done, by what the ledger says.

use super::{Force, Made, Read, made, made_files};
use crate::error::Drive;
use crate::files;
use crate::ledger::Ledger;
use jobs::job::{Job, Work};
use jobs::params::Params;
use std::collections::BTreeMap;

/// What the ledger says of a job in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is done, from these very inputs.
    Complete,
    /// It was done from other inputs.
    Stale(String),
    /// It was never done.
    Missing,
    /// It was pulled, or brought along by somebody.
    There,
    /// It is made again because somebody said so.
    Forced,
}

impl State {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Complete | Self::There)
    }

    /// The word and the reason.
    #[must_use]
    pub fn said(&self) -> (&'static str, String) {
        match self {
            Self::Complete => {
                ("COMPLETE", "the ledger has it, made from the same inputs".to_owned())
            }
            Self::Stale(reason) => ("STALE", reason.clone()),
            Self::Missing => ("MISSING", "the ledger knows nothing of it".to_owned()),
            Self::There => ("COMPLETE", "it is there".to_owned()),
            Self::Forced => ("FORCED", "it was asked for by --force".to_owned()),
        }
    }
}

/// Whether a job that is not a scan is done.
///
/// # Errors
/// When a parameter is missing or the ledger cannot be read.
pub fn state(
    job: &Job,
    params: &Params,
    ledger: &Ledger,
    force: &Force,
    reads: &[Read],
) -> Drive<State> {
    if force.covers(job) && !is_obeyed(job, params, ledger, force, reads)? {
        return Ok(State::Forced);
    }
    if let Work::Pull = job.work {
        return pulled(job, params, ledger);
    }
    for (fill, partitions) in made(job, params, reads)? {
        for made in partitions {
            let place = ledger.partition(fill.table.name, fill.table.partition, &made.value);
            if !place.join("_SUCCESS").exists()? {
                return Ok(State::Missing);
            }
            let state = known(ledger, fill.table.name, &made)?;
            if state != State::Complete {
                return Ok(state);
            }
        }
    }
    match made_files(job, params, reads)? {
        Some(made) => known(ledger, &files::ledger_name(job), &made),
        None => Ok(State::Complete),
    }
}

/// Whether all that a job makes was made again by a run that this one resumes.
fn is_obeyed(
    job: &Job,
    params: &Params,
    ledger: &Ledger,
    force: &Force,
    reads: &[Read],
) -> Drive<bool> {
    if force.obeyed_by.is_empty() {
        return Ok(false);
    }
    let mut partitions = Vec::new();
    for (fill, made) in made(job, params, reads)? {
        partitions.extend(made.into_iter().map(|made| (fill.table.name.to_owned(), made.value)));
    }
    let of_files = made_files(job, params, reads)?;
    partitions.extend(of_files.map(|made| (files::ledger_name(job), made.value)));
    for (table, value) in partitions {
        if !ledger.entry(&table, &value)?.is_some_and(|entry| force.is_obeyed(&entry)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the ledger says of a partition.
fn known(ledger: &Ledger, table: &str, made: &Made) -> Drive<State> {
    Ok(match ledger.entry(table, &made.value)? {
        None => State::Missing,
        Some(entry) if entry.identity == made.identity => State::Complete,
        Some(entry) => State::Stale(difference(&entry.inputs, &made.inputs)),
    })
}

/// What a service has said is done where it is there, whatever it was asked for.
fn pulled(job: &Job, params: &Params, ledger: &Ledger) -> Drive<State> {
    for fill in job.fills {
        let Some(value) = fill.at.value(params)? else { continue };
        let folder = ledger.partition(fill.table.name, fill.table.partition, &value);
        let there = match ledger.entry(fill.table.name, &value)? {
            Some(_) => folder.join("_SUCCESS").exists()?,
            // Somebody may have brought it along.
            None => folder.is_folder()?,
        };
        if !there {
            return Ok(State::Missing);
        }
    }
    Ok(State::There)
}

/// Says, in one line, how two lists of inputs differ.
fn difference(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> String {
    let new: Vec<_> = now.keys().filter(|name| !before.contains_key(*name)).collect();
    let gone: Vec<_> = before.keys().filter(|name| !now.contains_key(*name)).collect();
    let changed: Vec<_> =
        now.iter().filter(|(name, id)| before.get(*name).is_some_and(|b| b != *id)).collect();
    let some = |what: &str, count: usize, example: Option<&String>| {
        example.map(|name| format!("{count} {what} ({name}{})", if count > 1 { ", …" } else { "" }))
    };
    let parts = [
        some("inputs changed", changed.len(), changed.first().map(|(name, _)| *name)),
        some("inputs are new", new.len(), new.first().copied()),
        some("inputs are gone", gone.len(), gone.first().copied()),
    ];
    let said: Vec<_> = parts.into_iter().flatten().collect();
    if said.is_empty() { "the code that makes it changed".to_owned() } else { said.join(", ") }
}
