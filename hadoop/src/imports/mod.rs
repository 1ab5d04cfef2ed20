//! The steps that bring LMS tables in: the import itself, then the rows that jobs read.

mod sqoop;

use crate::config::{ImportEngine, Lms};
use crate::error::{Drive, DriveError};
use crate::import::{self, Database, OptionFiles, Options, Source, TableImport};
use crate::ledger::{CODE, Changes, Ledger, hex, identity};
use crate::plan;
use crate::retire;
use crate::rows;
use crate::run::{Run, Summary};
use crate::storage::Place;
use jobs::job::Job;
use jobs::lms::{self, LmsTable};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

/// Imports what jobs need and is not there, all in one snapshot, and makes rows of it; a dump is read as
/// it is.
///
/// # Errors
/// When a table is neither there nor can be imported.
pub fn import(run: &mut Run, jobs: &[&'static Job], summary: &mut Summary) -> Drive<()> {
    let wanted = wanted(run, jobs)?;
    let mut missing = Vec::new();
    for (table, date) in &wanted {
        let task = format!("import {}", table.staged.name);
        match is_whole(&run.ledger.partition(table.staged.name, "dt", date))? {
            true => run.skipped(&task, &format!("dt={date} is there"), summary)?,
            false => {
                refuse_cut(run, table.staged.name, date)?;
                missing.push((*table, date.clone()));
            }
        }
    }
    if !missing.is_empty() {
        import_tables(run, &missing, summary)?;
    }
    let mut with_rows = wanted.iter().filter(|(table, _)| !table.is_dump);
    with_rows.try_for_each(|(table, date)| make_rows(run, table, date, summary))
}

/// What was an import of a day long ago is not what the LMS says today.
fn refuse_cut(run: &Run, table: &str, date: &str) -> Drive<()> {
    match run.ledger.cut().by(table, date) {
        None => Ok(()),
        Some(by) => Err(DriveError::Missing(format!(
            "{table}/dt={date} was cut by `insights prune` (run {by}); `insights import {table} --date \
             {date}` imports what the LMS says today in its place"
        ))),
    }
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

/// An import that a hand-run Sqoop left is as good as ours: `_SUCCESS` tells that it ended. What the files
/// are is told by `_metadata`, which Sqoop does not write; Avro files tell it themselves.
fn is_whole(folder: &Place) -> Drive<bool> {
    if !folder.join("_SUCCESS").exists()? {
        return Ok(false);
    }
    Ok(folder.join("_metadata").exists()? || rows::is_avro(&folder.parts()?))
}

/// The days of which a table's import is there, whoever made it, with their folders.
///
/// # Errors
/// When the warehouse cannot be read.
pub fn imported(ledger: &Ledger, table: &str) -> Drive<Vec<(String, Place)>> {
    let folder = ledger.warehouse().join(table);
    let mut found = Vec::new();
    for (place, _) in if folder.is_folder()? { folder.list()? } else { Vec::new() } {
        if let Some(day) = place.name().strip_prefix("dt=").map(str::to_owned)
            && is_whole(&place)?
        {
            found.push((day, place));
        }
    }
    Ok(found)
}

/// Imports tables whatever the ledger says, each for a day.
///
/// # Errors
/// When there is no database, its tables are not as expected, or it is lost.
pub fn import_tables(
    run: &mut Run,
    tables: &[(&'static LmsTable, String)],
    summary: &mut Summary,
) -> Drive<()> {
    let mut by_database: BTreeMap<Database, Vec<Wanted>> = BTreeMap::new();
    let lms = &run.settings.config.lms;
    let files = OptionFiles { folder: lms.options.as_deref() };
    let groups = files.imports()?;
    for (table, date) in tables {
        let name = table.staged.name;
        let database = groups
            .database_of(name)
            .ok_or_else(|| DriveError::Missing(format!("{name} is in no group of imports.yaml")))?;
        let wanted = Wanted { table, date: date.clone(), options: files.of(name)? };
        by_database.entry(database).or_default().push(wanted);
    }
    for (database, tables) in by_database {
        let names = || {
            let names = tables.iter().map(|t| format!("{}/dt={}", t.table.staged.name, t.date));
            names.collect::<Vec<_>>()
        };
        let source = source(lms, database, names)?;
        match run.settings.config.lms.engine {
            ImportEngine::Native => natively(run, &source, &tables, summary)?,
            ImportEngine::Sqoop => sqoop::import(run, &source, &tables, summary)?,
        }
    }
    Ok(())
}

/// A table that is to be imported, for a day.
struct Wanted {
    table: &'static LmsTable,
    date: String,
    options: Options,
}

/// Compares tables of a database with what is expected of them, and reads nothing else; gives where they are.
///
/// # Errors
/// When no database is named, it does not let this program in, or its tables are not as expected.
pub fn survey(lms: &Lms, database: Database, tables: &[&'static LmsTable]) -> Drive<String> {
    let files = OptionFiles { folder: lms.options.as_deref() };
    let imports = tables
        .iter()
        .map(|table| Ok(TableImport { options: files.of(table.staged.name)?, staging: "".into() }));
    let imports = imports.collect::<Drive<Vec<_>>>()?;
    let names = || tables.iter().map(|table| table.staged.name.to_owned()).collect();
    let source = source(lms, database, names)?;
    import::survey(&source, &imports)?;
    Ok(source.to_string())
}

fn source(lms: &Lms, database: Database, names: impl Fn() -> Vec<String>) -> Drive<Source> {
    let address = match database {
        Database::Lms => &lms.database,
        Database::Ecommerce => &lms.ecommerce,
    };
    let Some(address) = address else {
        return Err(DriveError::Missing(format!(
            "{} is not there, and no database is named ({})",
            names().join(", "),
            database.key()
        )));
    };
    Ok(address.parse()?)
}

/// All tables of a database in one snapshot, by this process.
fn natively(run: &mut Run, source: &Source, tables: &[Wanted], summary: &mut Summary) -> Drive<()> {
    let parallelism = parallelism(run);
    let near = run.scratch("import")?;
    let names: Vec<_> = tables.iter().map(|t| t.table.staged.name).collect();
    run.started("import", &names.join(", "))?;
    let imports: Vec<_> = tables
        .iter()
        .map(|wanted| {
            let name = wanted.table.staged.name;
            let staging = near.path().join(name).join(format!("dt={}", wanted.date));
            TableImport { options: wanted.options.clone(), staging }
        })
        .collect();
    let request = import::Request { source, tables: &imports, parallelism };
    let told = |progress: import::Progress| {
        log::debug!("import {}: {} rows", progress.table, progress.rows)
    };
    let imported = import::run(&request, &told)?;
    let stage = run.stage("imported")?;
    let mut changes = Changes::new(&run.stage("ledger")?);
    for (wanted, (import, done)) in tables.iter().zip(imports.iter().zip(&imported)) {
        let staged = staged(&import.staging, &stage.join(wanted.table.staged.name))?;
        put(run, &mut changes, wanted, &staged, done.rows)?;
    }
    run.commit(changes)?;
    let figures = imported.iter().map(|done| {
        let figures = json!({"rows": done.rows, "parts": done.parts, "bytes": done.bytes});
        (format!("import {}", done.table), figures)
    });
    run.finished_as_one(&figures.collect::<Vec<_>>(), summary)
}

/// Notes a staged import, to be committed.
fn put(run: &Run, changes: &mut Changes, wanted: &Wanted, staged: &Place, rows: u64) -> Drive<()> {
    let (name, date) = (wanted.table.staged.name, wanted.date.as_str());
    let gone = match run.retired()? {
        Some(list) => retire::clean_import(&list, wanted.table, staged, &aside(staged))?,
        None => 0,
    };
    let rows = rows.saturating_sub(gone);
    let identity = identity_of(staged)?;
    let entry = run.entry("import", identity, BTreeMap::new(), rows);
    changes.put(&run.ledger, (name, "dt", date), staged, entry)?;
    run.events.output(name, date, rows);
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

/// An import is told by its `_metadata`: it holds the times, and ours the checksum of the rows. One of a
/// hand-run Sqoop is told by its files.
fn identity_of(folder: &Place) -> Drive<String> {
    if let Some(metadata) = folder.join("_metadata").read_if_there()? {
        return Ok(hex(&Sha256::digest(metadata)));
    }
    let files = folder.walk()?;
    let files = files
        .iter()
        .map(|(file, about)| format!("{} {} {}", file.name(), about.size, about.modified));
    Ok(identity(["import", &files.collect::<Vec<_>>().join("\n")]))
}

/// Where a staged folder is written anew.
fn aside(staged: &Place) -> Place {
    staged.parent().join(format!("{}-retired", staged.name()))
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
    let from = identity_of(&imported)?;
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
    let mut written = rows::write(&table.rows, &imported, &staged, parallelism(run))?;
    if let Some(list) = run.retired()? {
        written.rows -= retire::clean_rows(&list, table, &staged, &aside(&staged))?;
    }
    let inputs = [(format!("{name}/{date}"), from)].into_iter().collect();
    let mut changes = Changes::new(&run.stage("ledger")?);
    let entry = run.entry("rows", identity, inputs, written.rows);
    changes.put(&run.ledger, (&folder, "dt", date), &staged, entry)?;
    run.commit(changes)?;
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
