//! Imported files → the rows that jobs read (spec 01 §1): TAB-separated text, one file an imported
//! file, with the columns that `jobs::lms` names.
//!
//! Any Avro that Sqoop or the native importer writes is taken: every codec of theirs, unions in either
//! order, columns in any order, types that `--map-column-java` changed. A date-time that was not mapped
//! to text is a count of milliseconds; it is read as UTC, which holds if Sqoop's JVM ran in UTC, and
//! counted. So is the text that old clusters import (spec 40 C.3). Rows have no escapes: TAB, LF, CR and 0x01 inside a text become one blank each.

mod print;
mod records;

use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use jobs::table::Table;

use crate::storage::{Place, StorageError};
use print::Printer;
pub use records::is_avro;
use records::{Form, Records};

/// Why there are no rows.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// A folder without part files; even an empty table has one.
    #[error("{0} holds no part file of an import")]
    NoFiles(String),
    /// An import that has no rows: a dump is read as it is.
    #[error("{place} is {found}, of which no rows are made")]
    Form {
        /// The folder.
        place: String,
        /// What stands there.
        found: String,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read {place}: {cause}")]
    Read {
        /// The file.
        place: String,
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row that cannot be read, or a value that its column cannot hold.
    #[error("{place}, row {row}: {what}")]
    Row {
        /// The file.
        place: String,
        /// The row, from 1.
        row: u64,
        /// What is wrong; never the value of a text.
        what: String,
    },
    /// A file whose records are not those of the table.
    #[error("{place} is no import of {table}: {what}")]
    Schema {
        /// The file.
        place: String,
        /// The table.
        table: &'static str,
        /// What is wrong.
        what: String,
    },
    /// Storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A file that cannot be written.
    #[error("cannot write {place}: {cause}")]
    Write {
        /// The file.
        place: String,
        /// Why.
        cause: io::Error,
    },
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Part files, as many as were imported.
    pub files: usize,
    /// Rows in them.
    pub rows: u64,
    /// Characters that became a blank (the counter `Records.Cleaned`).
    pub cleaned: u64,
    /// Date-times that came as milliseconds, without a zone, and were read as UTC.
    pub from_millis: u64,
    /// Columns that a file lacks; they are NULL in its rows.
    pub absent: Vec<&'static str>,
}

impl Written {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.rows += other.rows;
        self.cleaned += other.cleaned;
        self.from_millis += other.from_millis;
        self.absent.extend(other.absent);
        self.absent.sort_unstable();
        self.absent.dedup();
    }
}

/// Writes the rows of every Avro file of `source` into `target`: `part-m-00000.avro` becomes
/// `part-m-00000`. `target` is a staging folder: the caller promotes it, or removes it after an error.
///
/// # Errors
/// The first file that cannot be read or written.
pub fn write(
    table: &'static Table,
    source: &Place,
    target: &Place,
    parallelism: NonZeroUsize,
) -> Result<Written, RowsError> {
    let (form, files) = records::files(source)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut written = Written::default();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let part = target.join(file.name().trim_end_matches(".avro"));
            // After an error the others have nothing to go on for.
            let one = write_file(table, &form, file, &part)
                .inspect_err(|_| next.store(files.len(), Ordering::Relaxed))?;
            written.add(one);
        }
        Ok::<_, RowsError>(written)
    };
    let mut sum = Written::default();
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..parallelism.get().min(files.len())).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            sum.add(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok::<(), RowsError>(())
    })?;
    if !sum.absent.is_empty() {
        log::warn!(
            "the import of {} in {} lacks {}: NULL in every row",
            table.name,
            source,
            sum.absent.join(", ")
        );
    }
    Ok(sum)
}

/// Hands out every row of an import, a line each.
///
/// # Errors
/// The first file that cannot be read.
pub fn each(
    table: &'static Table,
    source: &Place,
    mut take: impl FnMut(&[u8]),
) -> Result<(), RowsError> {
    let (form, files) = records::files(source)?;
    for file in &files {
        print_file(table, &form, file, |line| {
            take(line);
            Ok(())
        })?;
    }
    Ok(())
}

fn write_file(
    table: &'static Table,
    form: &Form,
    source: &Place,
    target: &Place,
) -> Result<Written, RowsError> {
    let failed = |cause| RowsError::Write { place: target.address(), cause };
    let mut out = BufWriter::with_capacity(1 << 18, target.create()?);
    let written = print_file(table, form, source, |line| out.write_all(line).map_err(failed))?;
    out.into_inner().map_err(|error| failed(error.into_error()))?.close().map_err(failed)?;
    Ok(written)
}

fn print_file(
    table: &'static Table,
    form: &Form,
    source: &Place,
    mut take: impl FnMut(&[u8]) -> Result<(), RowsError>,
) -> Result<Written, RowsError> {
    let mut records = Records::open(table, form, source)?;
    let mut printer =
        Printer { line: Vec::new(), written: Written { files: 1, ..Written::default() } };
    printer.written.absent = records.absent();
    while let Some(values) = records.next() {
        printer.written.rows += 1;
        let row = printer.written.rows;
        let at_row = |what| RowsError::Row { place: source.address(), row, what };
        let values = values.map_err(at_row)?;
        printer.row(records.fields(), &values).map_err(at_row)?;
        take(&printer.line)?;
    }
    Ok(printer.written)
}
