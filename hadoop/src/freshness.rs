//! How fresh the results of scheduled workflows are, by what their runs have left.
//!
//! A result is as old as the last step that made it or found it to be as it should. So a night without news
//! is a good one; that logs stopped coming is told by [`crate::lag`].

use crate::error::Drive;
use crate::events;
use crate::record::{self, Record, State};
use crate::storage::Place;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// What is asked of an entry of the schedule.
pub struct Wanted {
    /// Its name.
    pub entry: String,
    /// What its runs are told: the workflow, then its arguments.
    pub words: Vec<String>,
    /// How old it may be.
    pub limit: TimeDelta,
    /// Its result tables, each with the step that makes it; none = the run itself is looked at.
    pub results: BTreeMap<String, String>,
}

/// How fresh a result is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The entry.
    pub entry: String,
    /// The table; none: the entry has none, and its last success counts.
    pub table: Option<String>,
    /// When it was made or found to be as it should; none: not for a long time.
    pub at: Option<DateTime<Utc>>,
    /// How old it may be.
    pub limit: TimeDelta,
}

impl Freshness {
    /// Whether it is not older than it may be.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.at.is_some_and(|at| now - at <= self.limit)
    }
}

/// Looks at the runs of a warehouse, as far back as twice the longest limit.
///
/// # Errors
/// When they cannot be read.
pub fn look(warehouse: &Place, wanted: &[Wanted], now: DateTime<Utc>) -> Drive<Vec<Freshness>> {
    let longest = wanted.iter().map(|wanted| wanted.limit).max().unwrap_or_default();
    let since = (now - longest * 2).naive_utc();
    let mut found = Vec::new();
    for wanted in wanted {
        let of =
            |table| Freshness { entry: wanted.entry.clone(), table, at: None, limit: wanted.limit };
        match wanted.results.is_empty() {
            true => found.push((of(None), wanted, None)),
            false => found.extend(
                wanted
                    .results
                    .iter()
                    .map(|(table, step)| (of(Some(table.clone())), wanted, Some(step))),
            ),
        }
    }
    for name in record::names(warehouse)? {
        if found.iter().all(|(fresh, ..)| fresh.at.is_some())
            || events::began(&name).is_some_and(|at| at < since)
        {
            break;
        }
        let record = Record::read(warehouse, &name)?;
        let steps = done(&record);
        for (fresh, wanted, step) in found.iter_mut().filter(|(fresh, ..)| fresh.at.is_none()) {
            fresh.at = match step {
                Some(step) => steps.get(step.as_str()).copied(),
                None => succeeded(&record, &wanted.words),
            };
        }
    }
    Ok(found.into_iter().map(|(fresh, ..)| fresh).collect())
}

/// The steps of a run that were done, or had nothing to do, each with the last time.
fn done(record: &Record) -> BTreeMap<&str, DateTime<Utc>> {
    let kinds = ["task_finished", "task_skipped"];
    let events =
        record.events.iter().filter(|event| kinds.iter().any(|kind| event["kind"] == *kind));
    events
        .filter_map(|event| Some((event["task"].as_str()?, record::moment(&event["ts"])?)))
        .collect()
}

/// When a run ended well that was told these words.
fn succeeded(record: &Record, words: &[String]) -> Option<DateTime<Utc>> {
    let argv: Vec<_> = record.argv().collect();
    let at = argv.iter().position(|word| word == "run")?;
    let is_it = argv[at + 1..].starts_with(words) && record.state() == State::Ended(0);
    is_it.then(|| record::moment(&record.end["finished"]))?
}
