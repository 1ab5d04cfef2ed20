//! Cuts days of facts and viewings, and imports, that nobody needs any more (spec 01 §1).
//!
//! The ledger remembers what was cut: the scan does not read the logs of these days again, a late fact
//! of them is left out, and a job that needs them says so. Days that a run of today would read, under the
//! settings' own parameters, are kept unless somebody insists: results of whole histories would be
//! others without them.

use crate::error::{Drive, DriveError};
use crate::ledger::{Changes, Ledger};
use crate::plan;
use crate::run::{Run, Summary};
use chrono::{NaiveDate, NaiveDateTime};
use jobs::job::{At, Input, Job};
use jobs::nearest::did_you_mean;
use jobs::params::{ParamError, Params};
use jobs::registry::JOBS;
use jobs::{day, lms};
use serde_json::json;
use std::collections::BTreeMap;

/// What is asked to be cut.
pub struct Request<'a> {
    /// Tables; none named = all.
    pub tables: &'a [String],
    /// Days and imports before this day.
    pub before: NaiveDate,
    /// Parameters of the settings.
    pub params: &'a Params,
    /// Days that results of whole histories are made from are cut, too.
    pub insist: bool,
    /// Now, UTC.
    pub now: NaiveDateTime,
}

/// Partitions of a table, with their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    /// The table.
    pub table: String,
    /// Its partition column.
    pub key: &'static str,
    /// What is old of it, by value.
    pub partitions: BTreeMap<String, u64>,
    /// The job that would read of it today, where one would.
    pub needed_by: Option<&'static str>,
}

impl Old {
    /// All its bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.partitions.values().sum()
    }
}

/// What would be cut, and what is as old and kept since it is needed.
///
/// # Errors
/// When a table is not known or may not be cut, or the warehouse cannot be read.
pub fn survey(request: &Request, ledger: &Ledger) -> Drive<(Vec<Old>, Vec<Old>)> {
    request.tables.iter().try_for_each(|name| known(name))?;
    let is_asked =
        |name: &str| request.tables.is_empty() || request.tables.iter().any(|table| table == name);
    let (mut cut, mut kept) = (Vec::new(), Vec::new());
    for (table, key) in by_days().filter(|(table, _)| is_asked(table)) {
        let mut old = old_days(table, key, request.before, ledger)?;
        old.needed_by = needed_by(table, &old, request, ledger)?;
        match old.needed_by {
            Some(job) if !request.insist && !request.tables.is_empty() => {
                return Err(DriveError::Usage(format!(
                    "{table} is not cut: {job} would need days of it (--force cuts them all the same)"
                )));
            }
            Some(_) if !request.insist => kept.push(old),
            _ => cut.push(old),
        }
    }
    for name in lms::TABLES.iter().map(|table| table.staged.name).filter(|name| is_asked(name)) {
        cut.push(old_imports(name, request.before, ledger)?);
    }
    cut.retain(|old| !old.partitions.is_empty());
    kept.retain(|old| !old.partitions.is_empty());
    Ok((cut, kept))
}

/// The tables that have a partition a day, each with its partition column.
fn by_days() -> impl Iterator<Item = (&'static str, &'static str)> {
    let fills = JOBS.iter().flat_map(|job| job.fills).filter(|fill| fill.at == At::Days);
    fills.map(|fill| (fill.table.name, fill.table.partition))
}

fn known(name: &str) -> Drive<()> {
    let tables = by_days().map(|(table, _)| table);
    let all: Vec<_> = tables.chain(lms::TABLES.iter().map(|table| table.staged.name)).collect();
    if all.contains(&name) {
        return Ok(());
    }
    Err(DriveError::Usage(match jobs::registry::filling(name) {
        Some(_) => format!("of {name} as many results are kept as warehouse.keep_partitions says"),
        None => {
            format!("there are no days or imports of a table `{name}`{}", did_you_mean(name, all))
        }
    }))
}

fn old_days(
    table: &'static str,
    key: &'static str,
    before: NaiveDate,
    ledger: &Ledger,
) -> Drive<Old> {
    let sizes = sizes(table, key, ledger)?;
    let entries = ledger.entries(table)?;
    let is_old = |value: &&String| is_before(value, before);
    let sized = |value: &String| (value.clone(), sizes.get(value).copied().unwrap_or(0));
    let partitions = entries.keys().filter(is_old).map(sized).collect();
    Ok(Old { table: table.to_owned(), key, partitions, needed_by: None })
}

/// Imports may have been made by hand: what stands there counts. Their rows go with them.
fn old_imports(table: &str, before: NaiveDate, ledger: &Ledger) -> Drive<Old> {
    let mut partitions = BTreeMap::new();
    for folder in plan::folders_of(table) {
        for (value, bytes) in sizes(&folder, IMPORTED, ledger)? {
            *partitions.entry(value).or_default() += bytes;
        }
    }
    partitions.retain(|value, _| is_before(value, before));
    Ok(Old { table: table.to_owned(), key: IMPORTED, partitions, needed_by: None })
}

/// The partition column of imports.
const IMPORTED: &str = "dt";

fn is_before(value: &str, before: NaiveDate) -> bool {
    day::parse(value.as_bytes()).is_some_and(|day| day < before)
}

/// The bytes of each partition that stands in a table's folder.
fn sizes(table: &str, key: &str, ledger: &Ledger) -> Drive<BTreeMap<String, u64>> {
    let folder = ledger.warehouse().join(table);
    let mut sizes = BTreeMap::new();
    if !folder.is_folder()? {
        return Ok(sizes);
    }
    for (file, about) in folder.walk()? {
        let path = file.below(&folder)?;
        let partition = path.split('/').next().and_then(|name| name.strip_prefix(key));
        if let Some(value) = partition.and_then(|rest| rest.strip_prefix('=')) {
            *sizes.entry(value.to_owned()).or_default() += about.size;
        }
    }
    Ok(sizes)
}

/// The first job that would read one of the days in a run of today.
fn needed_by(
    table: &str,
    old: &Old,
    request: &Request,
    ledger: &Ledger,
) -> Drive<Option<&'static str>> {
    let days: Vec<_> =
        old.partitions.keys().filter_map(|value| day::parse(value.as_bytes())).collect();
    let reads = |input: &&Input| input.table.name == table && input.at == At::Days;
    for (job, input) in
        JOBS.iter().flat_map(|job| job.inputs.iter().filter(reads).map(move |input| (job, input)))
    {
        let Some((from, until)) = window(job, input, request, ledger)? else { continue };
        if days.iter().any(|day| from <= *day && *day < until) {
            return Ok(Some(job.name));
        }
    }
    Ok(None)
}

/// The days that a job would read today; none where it cannot run without being told more.
fn window(
    job: &'static Job,
    input: &Input,
    request: &Request,
    ledger: &Ledger,
) -> Drive<Option<(NaiveDate, NaiveDate)>> {
    let jobs = plan::closure(&[job.name.to_owned()])?;
    let mut params = request.params.clone();
    plan::resolve_dates(&mut params, request.now.date());
    plan::resolve_params(&mut params, ledger, &jobs, request.now)?;
    match (input.window)(&params) {
        Ok(window) => Ok(Some(window)),
        Err(ParamError::Missing(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Cuts what a survey has found, in one commit.
///
/// # Errors
/// When the ledger or the storage refuses.
pub fn cut(run: &mut Run, old: &[Old], summary: &mut Summary) -> Drive<()> {
    let mut changes = Changes::new(&run.stage("ledger")?);
    let by = run.events.id().to_owned();
    run.started("prune", &format!("{} tables", old.len()))?;
    let mut bytes = 0;
    for Old { table, key, partitions, .. } in old {
        for value in partitions.keys() {
            changes.cut_partition((table, key, value), &by);
            for rows in plan::folders_of(table).iter().skip(1) {
                changes.drop_partition(rows, key, value);
            }
        }
        bytes += partitions.values().sum::<u64>();
    }
    run.commit(changes)?;
    let partitions: usize = old.iter().map(|old| old.partitions.len()).sum();
    run.finished("prune", json!({"partitions": partitions, "bytes": bytes}), summary)
}
