//! Reading SQLite: connections that see one snapshot, and rows streamed through them.
//!
//! Each connection begins a read transaction. They see the same rows if nothing was committed between
//! the first and the last beginning, and one more connection tells just that: its `data_version`
//! changes with every commit of another.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::column::Raw;
use super::part::Part;
use super::query::{self, Slice};
use super::session::Pulse;
use super::shape::{Shape, SourceColumn, SourceTable};
use super::split::Range;
use super::{Difference, ImportError};

/// How long a writer that locks the file is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// How often the beginnings are tried before one connection has to do.
const ATTEMPTS: usize = 20;

/// One connection inside its read transaction.
pub(super) struct Session {
    connection: Connection,
    /// The file, for messages.
    file: String,
}

/// Opens at most `wanted` sessions that see the same rows, and says how that was reached.
pub(super) fn open(
    path: &Path,
    wanted: usize,
) -> Result<(Vec<Session>, &'static str), ImportError> {
    let mut watch = Session::open(path)?;
    for _ in 0..ATTEMPTS {
        let before = watch.data_version()?;
        let mut sessions = Vec::new();
        for _ in 0..wanted {
            let mut session = Session::open(path)?;
            session.begin()?;
            sessions.push(session);
        }
        if wanted == 1 || watch.data_version()? == before {
            return Ok((sessions, "read transactions begun between two commits"));
        }
    }
    watch.begin()?;
    Ok((vec![watch], "one connection"))
}

impl Session {
    fn open(path: &Path) -> Result<Self, ImportError> {
        let file = path.display().to_string();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags)
            .and_then(|connection| connection.busy_timeout(BUSY).map(|()| connection));
        let connection = opened
            .map_err(|error| ImportError::database(format!("opening sqlite:{file}"), error))?;
        Ok(Self { connection, file })
    }

    fn failed(&self, doing: &str) -> impl Fn(rusqlite::Error) -> ImportError + use<> {
        let doing = format!("{doing} of sqlite:{}", self.file);
        move |error| ImportError::database(doing.clone(), error)
    }

    /// The read transaction begins with its first read.
    fn begin(&mut self) -> Result<(), ImportError> {
        let begun = self.connection.execute_batch("BEGIN; SELECT COUNT(*) FROM sqlite_schema;");
        begun.map_err(self.failed("beginning a snapshot"))
    }

    fn data_version(&mut self) -> Result<i64, ImportError> {
        let version = self.connection.query_row("PRAGMA data_version", [], |row| row.get(0));
        version.map_err(self.failed("asking for changes"))
    }

    /// What the file says of a table; a difference if there is none.
    pub fn describe(
        &mut self,
        table: &str,
    ) -> Result<Result<SourceTable, Difference>, ImportError> {
        let failed = self.failed(&format!("describing {table}"));
        let mut statement = self
            .connection
            .prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)")
            .map_err(&failed)?;
        let rows = statement.query_map([table], |row| {
            let column = SourceColumn {
                name: row.get(0)?,
                declared: row.get(1)?,
                nullable: !row.get::<_, bool>(2)?,
            };
            Ok((column, row.get::<_, i64>(3)? > 0))
        });
        let columns: Vec<_> = rows.and_then(Iterator::collect).map_err(&failed)?;
        if columns.is_empty() {
            return Ok(Err(Difference::of_table(table, "a table", "none of that name")));
        }
        Ok(Ok(described(columns)))
    }

    /// The least and greatest key; none in a table without rows.
    pub fn span(&mut self, shape: &Shape, key: &str) -> Result<Option<Range>, ImportError> {
        let failed = self.failed(&format!("looking for the keys of {}", shape.options.table));
        let ends = self.connection.query_row(&query::span(shape, key), [], |row| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
        });
        let (first, last) = ends.map_err(failed)?;
        Ok(first.zip(last).map(|(first, last)| (i128::from(first), i128::from(last))))
    }

    /// How many rows a range holds.
    pub fn weigh(&mut self, shape: &Shape, range: Range) -> Result<u64, ImportError> {
        let failed = self.failed(&format!("counting the rows of {}", shape.options.table));
        let count =
            self.connection.query_row(&query::count(shape, range), [], |row| row.get::<_, i64>(0));
        Ok(count.map_err(failed)?.unsigned_abs())
    }

    /// Streams the rows of a slice into a part.
    pub fn fill(
        &mut self,
        slice: Slice,
        part: &mut Part,
        shape: &Shape,
        pulse: &Pulse,
    ) -> Result<(), ImportError> {
        let failed = self.failed(&format!("reading table {}", shape.options.table));
        let mut statement = self.connection.prepare(&query::rows(shape, slice)).map_err(&failed)?;
        let width = shape.columns.len();
        let mut rows = statement.query([]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            part.append((0..width).map(|at| row.get_ref(at).map_or(Raw::Null, raw)))?;
            pulse.beat()?;
        }
        Ok(())
    }
}

fn described(columns: Vec<(SourceColumn, bool)>) -> SourceTable {
    let keys: Vec<_> =
        columns.iter().filter(|(_, key)| *key).map(|(column, _)| column.name.clone()).collect();
    let key = <[String; 1]>::try_from(keys).ok().map(|[key]| key);
    let columns = columns.into_iter().map(|(mut column, of_key)| {
        // The row's own number is never NULL, although it is not declared so.
        column.nullable &=
            !(of_key && key.is_some() && column.declared.eq_ignore_ascii_case("integer"));
        column
    });
    SourceTable { columns: columns.collect(), key: key.clone() }
}

fn raw(value: ValueRef<'_>) -> Raw<'_> {
    match value {
        ValueRef::Null => Raw::Null,
        ValueRef::Integer(value) => Raw::Int(i128::from(value)),
        ValueRef::Real(value) => Raw::Double(value),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Raw::Bytes(bytes),
    }
}
