//! Loads result tables into the store.

use crate::codec::{self, Reader};
use crate::config::Settings;
use crate::error::{Drive, DriveError};
use crate::run::{Run, Summary};
use crate::storage::{Place, StorageError};
use crate::wait::block_on;
use jobs::job::{Fill, Job};
use jobs::registry::RESULT_TABLES;
use jobs::table::Load;
use serde_json::json;
use std::io;
use std::sync::Arc;
use store::{Address, LoadOptions, Part, Parts, Store};

/// What is read of a part file at once, in bytes.
const BLOCK: u64 = 256 * 1024;

/// Opens the store and tries, before anything is computed, whether loads would succeed; none where
/// no store is named or nothing is to be loaded.
///
/// # Errors
/// When the store cannot be reached, or refuses what a load needs.
pub fn open(settings: &Settings, jobs: &[&'static Job]) -> Drive<Option<Store>> {
    let loads = jobs.iter().flat_map(|job| job.fills).any(|fill| fill.table.load != Load::No);
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

/// Loads the result tables of a run's jobs that the store does not have yet.
///
/// # Errors
/// The first table that cannot be loaded; it stays as it was.
pub fn load(
    run: &mut Run,
    jobs: &[&'static Job],
    store: &Store,
    summary: &mut Summary,
) -> Drive<()> {
    for fill in jobs.iter().flat_map(|job| job.fills).filter(|fill| fill.table.load != Load::No) {
        let Some(value) = fill.at.value(&run.params)? else { continue };
        load_table(run, fill, &value, store, summary)?;
    }
    Ok(())
}

/// Loads one partition of a result table, unless it is what the store has.
///
/// # Errors
/// When the partition is not there or the store refuses it.
pub fn load_table(
    run: &mut Run,
    fill: &Fill,
    value: &str,
    store: &Store,
    summary: &mut Summary,
) -> Drive<()> {
    let table = fill.table;
    let Some(result) = table.loaded_into() else { return Ok(()) };
    let task = format!("load {}", result.name);
    let entry = run.ledger.entry(table.name, value)?.ok_or_else(|| {
        DriveError::Missing(format!(
            "{}/{}={value} is not there to be loaded",
            table.name, table.partition
        ))
    })?;
    let update_id =
        format!("{}:{}:{}", result.name, value, &entry.identity[..entry.identity.len().min(16)]);
    if wait(store.published(result))?.as_deref() == Some(&update_id) {
        return run.skipped(&task, &format!("the store has {value} already"), summary);
    }
    run.started(&task, &format!("{} rows of {value}", entry.rows))?;
    let config = &run.settings.config.store;
    let options = LoadOptions {
        update_id,
        allow_empty: config.allow_empty.iter().any(|name| name == result.name),
        max_drop: config.max_drop,
    };
    let folder = run.ledger.partition(table.name, table.partition, value);
    let loaded = wait(store.load(result, parts(folder.parts()?), &options))?;
    let gate = json!({"name": result.name, "rows": loaded.rows, "replaced": loaded.replaced, "verdict": "passed"});
    run.events.write("load_gate", gate)?;
    summary.loaded += 1;
    run.finished(&task, json!({"rows": loaded.rows, "replaced": loaded.replaced}), summary)
}

fn parts(files: Vec<Place>) -> Parts {
    Box::new(files.into_iter().map(|part| {
        let reader = codec::sniff(&part)
            .and_then(|codec| Reader::open(&part, codec, 0, BLOCK, &Arc::default()))
            .map_err(io::Error::other)?;
        Ok(Part { name: part.address(), bytes: Box::new(reader) })
    }))
}
