//! The run of an import: compare, plan the parts, read them by several threads, mark what is whole.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use chrono::{DateTime, Utc};

use super::marker::{self, Facts};
use super::options::Format;
use super::part::{Part, Tally};
use super::query::Slice;
use super::session::{Pulse, Session};
use super::shape::Shape;
use super::{ImportError, Imported, Progress, Request, Source, TableImport};

/// Imports all tables of a request. It blocks; call it from a thread that may.
///
/// # Errors
/// The first thing that went wrong. Then no folder of the request may be promoted.
pub fn run(
    request: &Request<'_>,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Vec<Imported>, ImportError> {
    let started = Utc::now();
    if let Some(table) = request.tables.iter().find(|table| table.options.format == Format::Text) {
        let what = "text is imported by Sqoop alone (lms.engine)".to_owned();
        return Err(ImportError::Options { path: table.options.path.clone(), line: 1, what });
    }
    let names: Vec<_> = request.tables.iter().map(|table| table.options.table.as_str()).collect();
    let parts: usize = request.tables.iter().map(|table| table.options.parts).sum();
    let wanted = request.parallelism.get().min(parts).max(1);
    let (mut sessions, snapshot) = Session::open(&request.source.0, wanted, &names)?;
    let shapes = shapes(&mut sessions[0], request.tables)?;
    let tables = plan(&mut sessions[0], request.tables, shapes)?;
    for table in &tables {
        empty_folder(table.folder)?;
    }
    let tallies = read(sessions, &tables, progress)?;
    let finished = Finished { request, started, snapshot };
    tables.iter().zip(&tallies).map(|(table, tally)| finished.mark(table, tally)).collect()
}

/// Compares tables with what is expected of them where Sqoop will read them, and says about how many rows
/// each has; none where its key cannot be split. It reads nothing else.
///
/// # Errors
/// When the database refuses, or the tables are not as expected.
pub fn survey(source: &Source, tables: &[TableImport]) -> Result<Vec<Option<u64>>, ImportError> {
    let names: Vec<_> = tables.iter().map(|table| table.options.table.as_str()).collect();
    let (mut sessions, _) = Session::open(&source.0, 1, &names)?;
    let shapes = shapes(&mut sessions[0], tables)?;
    dumps_are_in_order(&mut sessions[0], &shapes)?;
    shapes.iter().map(|shape| sessions[0].about(shape)).collect()
}

/// Sqoop dumps all columns as they stand in the table, and who reads a dump goes by their places.
fn dumps_are_in_order(session: &mut Session, shapes: &[Shape]) -> Result<(), ImportError> {
    let mut drift = Vec::new();
    for shape in shapes.iter().filter(|shape| shape.options.format == Format::Dump) {
        let table = &shape.options.table;
        match session.describe(table)? {
            Ok(source) => drift.extend(shape.order_differs(&source)),
            Err(difference) => drift.push(difference),
        }
    }
    if drift.is_empty() { Ok(()) } else { Err(ImportError::Drift(drift)) }
}

/// A table whose parts are known.
struct Table<'a> {
    shape: Shape,
    folder: &'a Path,
    slices: Vec<Slice>,
    rows: AtomicU64,
}

fn shapes(session: &mut Session, tables: &[TableImport]) -> Result<Vec<Shape>, ImportError> {
    let mut drift = Vec::new();
    let mut shapes = Vec::new();
    for table in tables {
        let options = &table.options;
        let expected = jobs::lms::find(&options.table).map(|table| &table.staged);
        match session.describe(&options.table)? {
            Ok(source) => shapes.push(Shape::find(options, expected, &source, &mut drift)?),
            Err(difference) => drift.push(difference),
        }
    }
    if drift.is_empty() { Ok(shapes) } else { Err(ImportError::Drift(drift)) }
}

fn plan<'a>(
    session: &mut Session,
    tables: &'a [TableImport],
    shapes: Vec<Shape>,
) -> Result<Vec<Table<'a>>, ImportError> {
    let planned = |(table, shape): (&'a TableImport, Shape)| {
        let slices = session.slices(&shape)?;
        Ok(Table { shape, folder: &table.staging, slices, rows: AtomicU64::new(0) })
    };
    tables.iter().zip(shapes).map(planned).collect()
}

/// Makes the folder; one that holds anything is not ours to fill.
fn empty_folder(folder: &Path) -> Result<(), ImportError> {
    fs::create_dir_all(folder).map_err(|error| ImportError::write(folder, error))?;
    let mut entries = fs::read_dir(folder).map_err(|error| ImportError::read(folder, error))?;
    if entries.next().is_some() {
        let full = std::io::Error::new(
            std::io::ErrorKind::DirectoryNotEmpty,
            "the staging folder is not empty",
        );
        return Err(ImportError::write(folder, full));
    }
    Ok(())
}

/// One part to be read: of which table, and which of its slices.
type Task = (usize, usize);

/// What the reading threads share.
struct Shared<'a> {
    tables: &'a [Table<'a>],
    tasks: Mutex<VecDeque<Task>>,
    tallies: Mutex<Vec<Tally>>,
    failure: Mutex<Option<ImportError>>,
    stopped: AtomicBool,
    progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// Reads every part, by one thread a session; the tally of each table.
fn read(
    sessions: Vec<Session>,
    tables: &[Table<'_>],
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Vec<Tally>, ImportError> {
    let parts = |(at, table): (usize, &Table<'_>)| {
        (0..table.slices.len()).map(move |slice| (at, slice)).collect::<Vec<_>>()
    };
    let shared = Shared {
        tables,
        tasks: Mutex::new(tables.iter().enumerate().flat_map(parts).collect()),
        tallies: Mutex::new(vec![Tally::default(); tables.len()]),
        failure: Mutex::new(None),
        stopped: AtomicBool::new(false),
        progress,
    };
    thread::scope(|scope| {
        for session in sessions {
            scope.spawn(|| shared.work(session));
        }
    });
    match shared.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(shared.tallies.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

impl Shared<'_> {
    fn work(&self, mut session: Session) {
        while let Some(task) = self.next() {
            match self.part(&mut session, task) {
                Ok(tally) => lock(&self.tallies)[task.0].add(&tally),
                Err(error) => return self.fail(error),
            }
        }
    }

    fn next(&self) -> Option<Task> {
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        lock(&self.tasks).pop_front()
    }

    fn part(&self, session: &mut Session, (table, slice): Task) -> Result<Tally, ImportError> {
        let table = &self.tables[table];
        let path = part_path(table, slice);
        let pulse = Pulse {
            table: &table.shape.options.table,
            rows: &table.rows,
            stopped: &self.stopped,
            progress: self.progress,
        };
        let mut part = Part::create(&table.shape, &path)?;
        session.fill(table.slices[slice], &mut part, &table.shape, &pulse)?;
        let tally = part.finish()?;
        pulse.report(table.rows.load(Ordering::Relaxed));
        Ok(tally)
    }

    /// Keeps the first error, which is the cause of those that follow.
    fn fail(&self, error: ImportError) {
        lock(&self.failure).get_or_insert(error);
        self.stopped.store(true, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sqoop's names.
fn part_path(table: &Table<'_>, number: usize) -> PathBuf {
    let ending = match table.shape.options.format {
        Format::Avro(_) => ".avro",
        Format::Dump | Format::Text => "",
    };
    table.folder.join(format!("part-m-{number:05}{ending}"))
}

/// What all tables of a finished import share.
struct Finished<'a> {
    request: &'a Request<'a>,
    started: DateTime<Utc>,
    snapshot: &'static str,
}

impl Finished<'_> {
    fn mark(&self, table: &Table<'_>, tally: &Tally) -> Result<Imported, ImportError> {
        let facts = Facts {
            source: self.request.source,
            shape: &table.shape,
            tally,
            started: self.started,
            ended: Utc::now(),
            snapshot: self.snapshot,
        };
        marker::write(table.folder, &facts.metadata())?;
        let columns = table.shape.columns.iter().map(|column| column.name.clone());
        Ok(Imported {
            table: table.shape.options.table.clone(),
            parts: table.slices.len(),
            rows: tally.rows,
            bytes: tally.bytes,
            nulls: columns.zip(tally.nulls.iter().copied()).collect(),
            checksum: marker::checksum(tally),
        })
    }
}
