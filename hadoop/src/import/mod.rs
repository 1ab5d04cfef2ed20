//! The native importer: LMS tables from MySQL, MariaDB or SQLite into staged Avro files.
//!
//! It reads the option files that Sqoop reads and writes what Sqoop's Avro import writes (spec 40 C,
//! 45): `part-m-0000N.avro`, every field null or its type, then `_metadata` and, last of all,
//! `_SUCCESS`. All tables of an import and all its connections see one snapshot; a table is read in
//! ranges of its key by several threads, a row at a time, so memory does not grow with the table.
//! Before a byte is written, the tables are compared with what the option files and `jobs::lms` expect.
//!
//! The importer fills folders that the caller gives it and promotes nothing. After an error in
//! reading they hold no `_SUCCESS`; after any error the caller throws them away.

mod cell;
mod column;
mod dump;
mod error;
mod groups;
pub(crate) mod marker;
mod mysql;
mod options;
mod part;
mod query;
mod session;
mod shape;
mod source;
mod split;
mod sqlite;
mod sqoop;
pub(crate) mod stamp;
mod work;

use std::num::NonZeroUsize;
use std::path::PathBuf;

pub use error::{Difference, ImportError};
pub use groups::{Database, Group, Imports, OptionFiles};
pub use options::{Compression, Format, JavaType, Options};
pub use source::{PASSWORD_VARIABLE, Source};
pub use sqoop::Order;
pub use work::{run, survey};

/// What is to be imported.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The LMS database.
    pub source: &'a Source,
    /// The tables; one snapshot for all.
    pub tables: &'a [TableImport],
    /// The most connections, each with its thread.
    pub parallelism: NonZeroUsize,
}

/// One table and the folder that it is staged in.
#[derive(Clone, Debug)]
pub struct TableImport {
    /// Its option file.
    pub options: Options,
    /// An empty folder, or one that does not exist yet.
    pub staging: PathBuf,
}

/// How far one table is. Told from any of the reading threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The table.
    pub table: &'a str,
    /// Rows written so far, over all its parts.
    pub rows: u64,
}

/// One table that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The table.
    pub table: String,
    /// Part files.
    pub parts: usize,
    /// Rows in them.
    pub rows: u64,
    /// Bytes of the part files.
    pub bytes: u64,
    /// For each column, the rows that hold NULL in it.
    pub nulls: Vec<(String, u64)>,
    /// 32 hex digits that depend on the rows, not on their order, parts or compression.
    pub checksum: String,
}
