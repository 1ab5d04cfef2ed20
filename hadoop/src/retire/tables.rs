//! Those who have left in the warehouse's tables: facts, what was made of them, imports and their rows.
//!
//! Facts go through the very pass that merges late ones, so that a day has the bytes that a scan with the list
//! would give it. Of the other tables the files are written anew in which somebody is found. A partition takes
//! its new place by one rename, and keeps its identity: the whole warehouse changes at once, so what was made
//! of what is as true as before.

use super::list::List;
use super::receipt::{Counts, Receipt};
use super::{avro, rewrite};
use crate::codec;
use crate::error::{Drive, DriveError};
use crate::ledger::{Changes, Entry};
use crate::plan;
use crate::rows::is_avro;
use crate::run::Run;
use crate::runner::{cores, in_parallel};
use crate::storage::Place;
use jobs::job::{Job, Work};
use jobs::lms::{self, LmsTable};
use jobs::pass::Pass;
use jobs::registry::JOBS;
use jobs::retired::{LISTING, Person, columns_of, person};
use jobs::table::{Kind, Table};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The partition column of imports.
const IMPORTED: &str = "dt";

/// How the files of a table are read.
enum Form {
    Rows { fields: Vec<(usize, Person)>, is_listing: bool, separator: u8 },
    Avro,
    Dump { column: usize },
}

impl Form {
    fn of_rows(table: &Table) -> Self {
        let (fields, is_listing) = (columns_of(table), LISTING.contains(&table.name));
        Self::Rows { fields, is_listing, separator: b'\t' }
    }

    /// Writes a file of a table to `to` where somebody is found in it.
    fn rewrite(&self, table: &str, file: &Place, to: &Place, list: &List) -> Drive<Counts> {
        let retired = list.retired();
        match self {
            Self::Rows { fields, is_listing, separator } => {
                let judge = rewrite::row(fields, *is_listing, *separator);
                rewrite::lines(file, to, &retired, &judge)
            }
            Self::Dump { column } => rewrite::lines(file, to, &retired, &rewrite::dump(*column)),
            Self::Avro => avro::avro(file, to, table, &retired),
        }
    }
}

/// Goes over all facts.
///
/// # Errors
/// When they cannot be read, made or put into place.
pub fn facts(run: &mut Run, list: &List, receipt: &mut Receipt) -> Drive<()> {
    let (mut jobs, mut days) = (Vec::<&'static Job>::new(), Vec::new());
    for job in JOBS.iter().filter(|job| matches!(job.work, Work::Scan(_))) {
        let found = days_of(run, job, list)?;
        if !found.is_empty() {
            jobs.push(job);
            days.extend(found);
        }
    }
    if days.is_empty() {
        return Ok(());
    }
    let mut inputs: Vec<Arc<str>> = Vec::new();
    for day in &days {
        inputs.extend(day.folder(run).parts()?.iter().map(|part| part.address().into()));
    }
    let pass = Pass { jobs, step: 0, params: run.params.clone() };
    let (made, _, _) = run.pass("retire", pass, &inputs)?;
    let mut changes = Changes::new(&run.stage("ledger")?);
    let by = run.events.id().to_owned();
    for Day { table, key, value, entry, counts } in days {
        receipt.note(table, counts, &by);
        let staged = made.join(table).join(format!("{key}={value}"));
        if staged.is_folder()? {
            let entry = Entry { rows: codec::count_rows(&staged)?, ..entry };
            changes.put(&run.ledger, (table, key, &value), &staged, entry)?;
        } else {
            changes.drop_partition(table, key, &value);
        }
    }
    receipt.commit(run, changes)
}

/// A day of facts in which somebody was found.
struct Day {
    table: &'static str,
    key: &'static str,
    value: String,
    entry: Entry,
    counts: Counts,
}

impl Day {
    fn folder(&self, run: &Run) -> Place {
        run.ledger.partition(self.table, self.key, &self.value)
    }
}

/// The days of a job's facts in which somebody is found, with the rows that are theirs.
fn days_of(run: &Run, job: &'static Job, list: &List) -> Drive<Vec<Day>> {
    let Some(table) = job.fills.first().map(|fill| fill.table) else { return Ok(Vec::new()) };
    let Form::Rows { fields, is_listing, separator } = Form::of_rows(table) else {
        return Ok(Vec::new());
    };
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let judge = rewrite::row(&fields, is_listing, separator);
    let found = Mutex::new(Vec::new());
    let entries = run.ledger.entries(table.name)?;
    let folder = |value: &str| run.ledger.partition(table.name, table.partition, value);
    let days = entries.iter().map(|(value, entry)| (value, entry, folder(value))).collect();
    in_parallel(cores(), days, |(value, entry, folder): (&String, &Entry, Place)| {
        let retired = list.retired();
        let mut counts = Counts::default();
        for part in folder.parts()? {
            counts.add(rewrite::look(&part, &retired, &judge)?);
        }
        if !counts.is_nothing() {
            let (value, entry) = (value.clone(), entry.clone());
            let day = Day { table: table.name, key: table.partition, value, entry, counts };
            found.lock().unwrap_or_else(PoisonError::into_inner).push(day);
        }
        Ok::<(), DriveError>(())
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by(|a, b| a.value.cmp(&b.value));
    Ok(found)
}

/// Goes over all tables that are made of facts, and over imports with their rows: one commit a table.
///
/// # Errors
/// When they cannot be read or written.
pub fn others(run: &mut Run, list: &List, receipt: &mut Receipt) -> Drive<()> {
    for job in JOBS.iter().filter(|job| !matches!(job.work, Work::Scan(_))) {
        for table in job.fills.iter().map(|fill| fill.table) {
            let partition = |value: &String| Partition {
                folder: table.name.to_owned(),
                table: table.name,
                key: table.partition,
                value: value.clone(),
                form: Form::of_rows(table),
            };
            let partitions = run.ledger.entries(table.name)?.keys().map(partition).collect();
            rewrite_table(run, table.name, partitions, list, receipt)?;
        }
    }
    for table in lms::TABLES {
        let partitions = imported(run, table, receipt)?;
        rewrite_table(run, table.staged.name, partitions, list, receipt)?;
    }
    Ok(())
}

/// A partition, and how its files are read.
struct Partition {
    folder: String,
    /// The table whose columns it has.
    table: &'static str,
    key: &'static str,
    value: String,
    form: Form,
}

/// The imports of a table, whoever made them, and their rows.
fn imported(run: &Run, table: &'static LmsTable, receipt: &mut Receipt) -> Drive<Vec<Partition>> {
    let (mut found, name) = (Vec::new(), table.staged.name);
    if columns_of(&table.staged).is_empty() {
        return Ok(found);
    }
    for folder in plan::folders_of(name) {
        for value in values_of(&run.ledger.warehouse().join(&folder))? {
            let place = run.ledger.partition(&folder, IMPORTED, &value);
            let form = match folder == name {
                true => form_of_import(table, &place)?,
                false => Some(Form::of_rows(&table.rows)),
            };
            let (folder, key) = (folder.clone(), IMPORTED);
            match form {
                Some(form) => found.push(Partition { folder, table: name, key, value, form }),
                None => receipt
                    .cannot_reach("imports of unknown form", [format!("{folder}/{key}={value}")]),
            }
        }
    }
    Ok(found)
}

/// The values of the partitions that stand in a folder.
pub(super) fn values_of(folder: &Place) -> Drive<Vec<String>> {
    let found = if folder.is_folder()? { folder.list()? } else { Vec::new() };
    let value = |place: &Place| place.name().strip_prefix("dt=").map(str::to_owned);
    Ok(found.iter().filter_map(|(place, _)| value(place)).collect())
}

/// How the files of an import are read: as Avro, as a dump, or as text whose columns its metadata tells.
fn form_of_import(table: &LmsTable, folder: &Place) -> Drive<Option<Form>> {
    let parts = folder.parts()?;
    if parts.is_empty() || is_avro(&parts) {
        return Ok(Some(Form::Avro));
    }
    if table.is_dump {
        let mut columns = columns_of(&table.staged).into_iter();
        let id = columns.find(|(_, person)| *person == Person::UserId);
        return Ok(id.map(|(column, _)| Form::Dump { column }));
    }
    let metadata = folder.join("_metadata").read_if_there()?.unwrap_or_default();
    let metadata: Value = serde_json::from_slice(&metadata).unwrap_or_default();
    if metadata["format"]["fields_terminated_by"] != "\u{1}" {
        return Ok(None);
    }
    let name = table.staged.name;
    let columns = metadata["format"]["columns"].as_array().into_iter().flatten();
    let told = |(at, column): (usize, &Value)| {
        Some((at, person(name, &column.as_str()?.to_lowercase(), Kind::LongText)?))
    };
    let fields = columns.enumerate().filter_map(told).collect();
    Ok(Some(Form::Rows { fields, is_listing: LISTING.contains(&name), separator: 1 }))
}

fn rewrite_table(
    run: &mut Run,
    name: &str,
    partitions: Vec<Partition>,
    list: &List,
    receipt: &mut Receipt,
) -> Drive<()> {
    if partitions.iter().all(|partition| partition.form.tells_nothing()) {
        return Ok(());
    }
    let stage = run.stage("retire")?;
    let mut changes = Changes::new(&run.stage("ledger")?);
    let mut sum = Counts::default();
    for Partition { folder, table, key, value, form } in partitions {
        let place = run.ledger.partition(&folder, key, &value);
        let path = format!("{folder}/{key}={value}");
        let staged = stage.join(&path);
        let counts = form.rewrite_folder(table, &place, &staged, list)?;
        if counts.is_nothing() {
            continue;
        }
        sum.add(counts);
        match run.ledger.entry(&folder, &value)? {
            Some(entry) => {
                let entry = Entry { rows: entry.rows.saturating_sub(counts.removed), ..entry };
                changes.put(&run.ledger, (&folder, key, &value), &staged, entry)?;
            }
            // Somebody has brought it along.
            None => changes.put_file(&run.ledger, &staged, path)?,
        }
    }
    if sum.is_nothing() {
        return Ok(());
    }
    receipt.note(name, sum, run.events.id());
    receipt.commit(run, changes)
}

impl Form {
    fn tells_nothing(&self) -> bool {
        matches!(self, Self::Rows { fields, .. } if fields.is_empty())
    }

    /// Writes a folder of a table to `to` where somebody is found in it.
    fn rewrite_folder(&self, table: &str, from: &Place, to: &Place, list: &List) -> Drive<Counts> {
        let found = Mutex::new((Counts::default(), BTreeSet::new()));
        in_parallel(cores(), from.parts()?, |part: Place| {
            let path = part.below(from)?;
            let counts = self.rewrite(table, &part, &to.join(&path), list)?;
            if !counts.is_nothing() {
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.0.add(counts);
                found.1.insert(path);
            }
            Ok::<(), DriveError>(())
        })?;
        let (counts, rewritten) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !counts.is_nothing() {
            for (file, _) in from.walk()? {
                let path = file.below(from)?;
                if !rewritten.contains(&path) {
                    let kept = to.join(path);
                    kept.parent().make_folder()?;
                    kept.copy_of(&file)?;
                }
            }
        }
        Ok(counts)
    }
}

/// Takes those who have left out of an import that is staged, before anybody sees it. Gives how many rows go.
///
/// # Errors
/// When a file cannot be read or written, or the import is of unknown form.
pub fn clean_import(list: &List, table: &LmsTable, staged: &Place, aside: &Place) -> Drive<u64> {
    if columns_of(&table.staged).is_empty() {
        return Ok(0);
    }
    let form = form_of_import(table, staged)?.ok_or_else(|| {
        let name = table.staged.name;
        DriveError::Missing(format!(
            "the import of {name} is of unknown form, so that those who have left cannot be taken out of it"
        ))
    })?;
    clean(list, &form, table.staged.name, staged, aside)
}

/// Takes those who have left out of rows that are staged. Gives how many rows go.
///
/// # Errors
/// When a file cannot be read or written.
pub fn clean_rows(list: &List, table: &LmsTable, staged: &Place, aside: &Place) -> Drive<u64> {
    clean(list, &Form::of_rows(&table.rows), table.staged.name, staged, aside)
}

fn clean(list: &List, form: &Form, table: &str, staged: &Place, aside: &Place) -> Drive<u64> {
    let counts = form.rewrite_folder(table, staged, aside, list)?;
    if !counts.is_nothing() {
        staged.remove()?;
        aside.rename(staged)?;
    }
    Ok(counts.removed)
}
