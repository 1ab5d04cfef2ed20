//! Loads result tables into the store, and says of each by name what became of it.

use crate::codec::Reader;
use crate::config::Settings;
use crate::error::{Drive, DriveError};
use crate::ledger::Entry;
use crate::run::{Run, Summary};
use crate::storage::{Place, StorageError};
use crate::wait::block_on;
use chrono::NaiveDate;
use jobs::job::{At, Fill, Job};
use jobs::params::Params;
use jobs::registry::RESULT_TABLES;
use jobs::table::Table;
use serde_json::json;
use std::io;
use store::{Address, Day, Limits, LoadOptions, Part, Parts, Store};

/// Digits of an identity that a mark in the store holds: enough to tell a table's versions apart, few
/// enough for its column.
const DIGITS: usize = 16;

/// A table of the warehouse that is to be loaded.
#[derive(Clone, Debug)]
pub struct ToLoad {
    /// The table.
    pub table: &'static Table,
    /// The table of the store.
    pub result: &'static Table,
    /// Its partition; none: all its days.
    pub value: Option<String>,
}

/// What jobs load in a run.
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn tables_of(jobs: &[&'static Job], params: &Params) -> Drive<Vec<ToLoad>> {
    let mut found = Vec::new();
    for Fill { table, at } in jobs.iter().flat_map(|job| job.fills) {
        let Some(result) = table.loaded_into().filter(|_| is_chosen(*at, params)) else { continue };
        found.push(ToLoad { table, result, value: at.value(params)? });
    }
    Ok(found)
}

/// Whether a run fills a table at all: of a family it fills one.
fn is_chosen(at: At, params: &Params) -> bool {
    match at {
        At::IntervalEndIf(choice) => choice.is_made(params),
        _ => true,
    }
}

/// Opens the store and tries, before anything is computed, whether loads would succeed; none where
/// no store is named or nothing is to be loaded.
///
/// # Errors
/// When the store cannot be reached, or refuses what a load needs.
pub fn open(settings: &Settings, jobs: &[&'static Job], params: &Params) -> Drive<Option<Store>> {
    let mut fills = jobs.iter().flat_map(|job| job.fills);
    let loads = fills.any(|fill| fill.table.load.is_some() && is_chosen(fill.at, params));
    match &settings.config.store.url {
        Some(url) if loads => connect(url).map(Some),
        _ => Ok(None),
    }
}

/// Opens a store, makes its tables and tries what a load needs.
///
/// # Errors
/// When the store cannot be reached, or refuses.
pub fn connect(url: &str) -> Drive<Store> {
    let address: Address = url.parse()?;
    let store = Store::open(&address)?;
    wait(async {
        store.check_loadable().await?;
        store.create_tables(RESULT_TABLES).await
    })?;
    Ok(store)
}

/// Waits for an answer of the store.
///
/// # Errors
/// What the store says.
pub fn wait<T>(answer: impl Future<Output = Result<T, store::Error>>) -> Drive<T> {
    let answer = block_on(answer).map_err(StorageError::disk("start the runtime", "".as_ref()))?;
    Ok(answer?)
}

/// Loads the tables that the store does not have yet, and says in `report` what became of each. One
/// whose rows are refused stays as it was and does not hold the others up.
///
/// # Errors
/// At once, when the store or the warehouse fails; in the end, the tables that were refused.
pub fn load(
    run: &mut Run,
    tables: &[ToLoad],
    store: &Store,
    summary: &mut Summary,
    report: &mut Vec<String>,
) -> Drive<()> {
    let mut refused = Vec::new();
    for to_load in tables {
        let loaded = match &to_load.value {
            Some(value) => load_table(run, to_load, value, store, summary),
            None => load_days(run, to_load, store, summary),
        };
        let name = to_load.result.name;
        match loaded {
            Ok(said) => report.push(format!("{name}: {said}")),
            Err(DriveError::Store(error)) if error.is_refusal() => {
                log::warn!("{name} is refused: {error}");
                run.events
                    .write("load_gate", json!({"name": name, "verdict": error.to_string()}))?;
                report.push(format!("{name}: refused"));
                refused.push(error);
            }
            Err(error) => return Err(error),
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(DriveError::Refused(refused)) }
}

/// Loads one partition of a result table, unless it is what the store has.
fn load_table(
    run: &mut Run,
    ToLoad { table, result, .. }: &ToLoad,
    value: &str,
    store: &Store,
    summary: &mut Summary,
) -> Drive<String> {
    let task = format!("load {}", result.name);
    let entry = run.ledger.entry(table.name, value)?.ok_or_else(|| {
        DriveError::Missing(format!(
            "{}/{}={value} is not there to be loaded",
            table.name, table.partition
        ))
    })?;
    let update_id = format!("{}:{}:{}", result.name, value, brief(&entry));
    if wait(store.published(result))?.as_deref() == Some(&update_id) {
        let reason = format!("the store has {value} already");
        run.skipped(&task, &reason, summary)?;
        return Ok(format!("skipped, {reason}"));
    }
    run.started(&task, &format!("{} rows of {value}", entry.rows))?;
    let options = LoadOptions { update_id, limits: limits(run, result) };
    let parts = parts(run.ledger.partition(table.name, table.partition, value));
    let loaded = wait(store.load(table, parts, &options))?;
    let figures = json!({"rows": loaded.rows, "replaced": loaded.replaced});
    passed(run, result, &figures)?;
    summary.loaded += 1;
    run.finished(&task, figures, summary)?;
    Ok(format!("{} rows of {value} in place of {}", loaded.rows, loaded.replaced))
}

/// Loads the days that the store does not have as they are, and deletes those that the warehouse no
/// longer has. A day without facts is no day of either.
fn load_days(
    run: &mut Run,
    ToLoad { table, result, .. }: &ToLoad,
    store: &Store,
    summary: &mut Summary,
) -> Drive<String> {
    let task = format!("load {}", result.name);
    let mut known = wait(store.loaded_days(result))?;
    let mut days = Vec::new();
    for (value, entry) in run.ledger.entries(table.name)?.iter() {
        let date = jobs::day::parse(value.as_bytes()).ok_or_else(|| {
            DriveError::Missing(format!("{}/{}={value} is no day", table.name, table.partition))
        })?;
        if known.remove(&date).as_deref() != Some(brief(entry)) {
            let parts = parts(run.ledger.partition(table.name, table.partition, value));
            days.push(Day { date, identity: brief(entry).to_owned(), rows: entry.rows, parts });
        }
    }
    let gone: Vec<NaiveDate> = known.into_keys().collect();
    if days.is_empty() && gone.is_empty() {
        let reason = "the store has every day already";
        run.skipped(&task, reason, summary)?;
        return Ok(format!("skipped, {reason}"));
    }
    let (count, deleted) = (days.len(), gone.len());
    run.started(&task, &format!("{count} days to load, {deleted} to delete"))?;
    let loaded = wait(store.load_days(result, days, &gone, &limits(run, result)))?;
    let figures = json!({"days": count, "deleted": deleted, "rows": loaded.rows, "replaced": loaded.replaced});
    passed(run, result, &figures)?;
    summary.loaded += 1;
    run.finished(&task, figures, summary)?;
    let (rows, replaced) = (loaded.rows, loaded.replaced);
    Ok(format!("{rows} rows of {count} days in place of {replaced}, {deleted} days deleted"))
}

fn brief(entry: &Entry) -> &str {
    entry.identity.get(..DIGITS).unwrap_or(&entry.identity)
}

fn limits(run: &Run, result: &Table) -> Limits {
    let config = &run.settings.config.store;
    let allow_empty = config.allow_empty.iter().any(|name| name == result.name);
    Limits { allow_empty, max_drop: config.max_drop }
}

fn passed(run: &Run, result: &Table, figures: &serde_json::Value) -> Drive<()> {
    let mut gate = figures.clone();
    gate["name"] = result.name.into();
    gate["verdict"] = "passed".into();
    Ok(run.events.write("load_gate", gate)?)
}

/// The part files of a partition: looked for when the first is wanted, opened one after another.
fn parts(folder: Place) -> Parts {
    let found = std::iter::once_with(move || folder.parts());
    Box::new(found.flat_map(|files| -> Parts {
        match files {
            Ok(files) => Box::new(files.into_iter().map(part)),
            Err(error) => Box::new(std::iter::once(Err(io::Error::other(error)))),
        }
    }))
}

fn part(part: Place) -> io::Result<Part> {
    let reader = Reader::whole(&part).map_err(io::Error::other)?;
    Ok(Part { name: part.address(), bytes: Box::new(reader) })
}
