//! The steps that bring LMS tables in: the import itself, then the rows that jobs read.

use crate::error::{Drive, DriveError};
use crate::events::now;
use crate::import::{self, Options, TableImport};
use crate::ledger::{CODE, Changes, Entry, Ledger, hex, identity};
use crate::plan;
use crate::rows;
use crate::run::{Run, Summary};
use crate::storage::Place;
use jobs::job::Job;
use jobs::lms::{self, LmsTable};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// The option files that the program brings along.
const OPTIONS: &[(&str, &str)] = &[
    ("auth_user", include_str!("../../sqoop-configs/auth_user.options")),
    ("auth_userprofile", include_str!("../../sqoop-configs/auth_userprofile.options")),
    (
        "grades_persistentcoursegrade",
        include_str!("../../sqoop-configs/grades_persistentcoursegrade.options"),
    ),
    (
        "student_courseenrollment",
        include_str!("../../sqoop-configs/student_courseenrollment.options"),
    ),
];

/// Imports what jobs need and is not there, all in one snapshot, and makes rows of it.
///
/// # Errors
/// When a table is neither there nor can be imported.
pub fn import(run: &mut Run, jobs: &[&'static Job], summary: &mut Summary) -> Drive<()> {
    let wanted = wanted(run, jobs)?;
    let mut missing = Vec::new();
    for (table, date) in &wanted {
        let task = format!("import {}", table.staged.name);
        match present(&run.ledger, table, date)? {
            true => run.skipped(&task, &format!("dt={date} is there"), summary)?,
            false => missing.push((*table, date.clone())),
        }
    }
    if !missing.is_empty() {
        import_tables(run, &missing, summary)?;
    }
    wanted.iter().try_for_each(|(table, date)| make_rows(run, table, date, summary))
}

/// The LMS tables that jobs read in this run, and the day of each, each once.
fn wanted(run: &Run, jobs: &[&'static Job]) -> Drive<Vec<(&'static LmsTable, String)>> {
    let mut found: Vec<(&'static LmsTable, String)> = Vec::new();
    for input in jobs.iter().flat_map(|job| job.inputs) {
        let Some(table) = lms::find(input.table.name) else { continue };
        let Some(date) = input.at.value(&run.params)? else { continue };
        if plan::is_read(input, &run.params)?
            && !found.iter().any(|(t, d)| t.staged.name == table.staged.name && *d == date)
        {
            found.push((table, date));
        }
    }
    Ok(found)
}

/// An import that a hand-run Sqoop left is as good as ours: both marks tell that it is whole.
fn present(ledger: &Ledger, table: &LmsTable, date: &str) -> Drive<bool> {
    let folder = ledger.partition(table.staged.name, "dt", date);
    Ok(folder.join("_SUCCESS").exists()? && folder.join("_metadata").exists()?)
}

/// Imports tables whatever the ledger says, each for a day.
///
/// # Errors
/// When there is no LMS, its tables are not as expected, or it is lost.
pub fn import_tables(
    run: &mut Run,
    tables: &[(&'static LmsTable, String)],
    summary: &mut Summary,
) -> Drive<()> {
    let lms = &run.settings.config.lms;
    let names: Vec<_> = tables.iter().map(|(t, d)| format!("{}/dt={d}", t.staged.name)).collect();
    let Some(database) = lms.database.clone() else {
        return Err(DriveError::Missing(format!(
            "{} is not there, and no LMS database is named (lms.database)",
            names.join(", ")
        )));
    };
    let parallelism = NonZeroUsize::new(lms.parallelism).unwrap_or(NonZeroUsize::MIN);
    let folder = lms.options.clone();
    let near = run.scratch("import")?;
    run.started("import", &names.join(", "))?;
    let imports = tables.iter().map(|(table, date)| {
        let staging = near.path().join(table.staged.name).join(format!("dt={date}"));
        Ok(TableImport { options: options(table.staged.name, folder.as_deref())?, staging })
    });
    let imports = imports.collect::<Drive<Vec<_>>>()?;
    let source = database.parse()?;
    let request = import::Request { source: &source, tables: &imports, parallelism };
    let told = |progress: import::Progress| {
        log::debug!("import {}: {} rows", progress.table, progress.rows)
    };
    let imported = import::run(&request, &told)?;
    let stage = run.stage("imported")?;
    let mut changes = Changes::new(&run.stage("ledger")?);
    for ((table, date), (import, done)) in tables.iter().zip(imports.iter().zip(&imported)) {
        let staged = staged(&import.staging, &stage.join(table.staged.name))?;
        let identity = metadata_identity(&staged)?;
        let entry = entry(run, "import", &identity, BTreeMap::new(), done.rows);
        changes.put(&run.ledger, (table.staged.name, "dt", date), &staged, entry)?;
        run.events.output(table.staged.name, date, done.rows);
    }
    run.ledger.commit(changes)?;
    for done in imported {
        let figures = json!({"rows": done.rows, "parts": done.parts, "bytes": done.bytes});
        run.finished(&format!("import {}", done.table), figures, summary)?;
    }
    Ok(())
}

/// Brings what was written on this machine to where the warehouse is.
fn staged(near: &Path, far: &Place) -> Drive<Place> {
    if far.disk_path().is_some() {
        return Ok(near.into());
    }
    far.put_tree(near)?;
    Ok(far.clone())
}

fn options(table: &str, folder: Option<&Path>) -> Drive<Options> {
    if let Some(folder) = folder {
        return Ok(Options::read(&folder.join(format!("{table}.options")))?);
    }
    let text = OPTIONS.iter().find(|(name, _)| *name == table).map(|(_, text)| *text);
    let text = text.ok_or_else(|| DriveError::Missing(format!("no option file for {table}")))?;
    Ok(Options::parse(&PathBuf::from(format!("sqoop-configs/{table}.options")), text)?)
}

fn entry(
    run: &Run,
    job: &str,
    identity: &str,
    inputs: BTreeMap<String, String>,
    rows: u64,
) -> Entry {
    Entry {
        job: job.to_owned(),
        identity: identity.to_owned(),
        inputs,
        rows,
        run: run.events.id().to_owned(),
        finished: now(),
    }
}

/// An import is told by its `_metadata`: it holds the times, and ours the checksum of the rows.
fn metadata_identity(folder: &Place) -> Drive<String> {
    Ok(hex(&Sha256::digest(folder.join("_metadata").read()?)))
}

fn make_rows(
    run: &mut Run,
    table: &'static LmsTable,
    date: &str,
    summary: &mut Summary,
) -> Drive<()> {
    let name = table.staged.name;
    let task = format!("rows of {name}");
    let imported = run.ledger.partition(name, "dt", date);
    let from = metadata_identity(&imported)?;
    let columns: Vec<_> = table.rows.columns.iter().map(|column| column.name).collect();
    let identity = identity(["rows", CODE, &from, &columns.join(",")]);
    let folder = plan::folder_of(name);
    let known = run.ledger.entry(&folder, date)?;
    let there = run.ledger.partition(&folder, "dt", date).join("_SUCCESS").exists()?;
    if there && known.is_some_and(|entry| entry.identity == identity) {
        return run.skipped(&task, &format!("dt={date} is made from the same import"), summary);
    }
    run.started(&task, &format!("dt={date}"))?;
    let staged = run.stage("rows")?.join(name);
    let written = rows::write(&table.rows, &imported, &staged, parallelism(run))?;
    let inputs = [(format!("{name}/{date}"), from)].into_iter().collect();
    let mut changes = Changes::new(&run.stage("ledger")?);
    let entry = entry(run, "rows", &identity, inputs, written.rows);
    changes.put(&run.ledger, (&folder, "dt", date), &staged, entry)?;
    run.ledger.commit(changes)?;
    run.finished(&task, json!({"rows": written.rows, "cleaned": written.cleaned}), summary)
}

fn parallelism(run: &Run) -> NonZeroUsize {
    NonZeroUsize::new(run.settings.config.lms.parallelism).unwrap_or(NonZeroUsize::MIN)
}

/// The names of the tables that can be imported.
#[must_use]
pub fn table_names() -> Vec<&'static str> {
    lms::TABLES.iter().map(|table| table.staged.name).collect()
}
