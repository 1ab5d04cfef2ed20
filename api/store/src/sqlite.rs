//! SQLite: a file in WAL mode. Its calls block, so they run on the runtime's blocking threads.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags, Params};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::cell::{Cell, Record};
use crate::error::statement;
use crate::{Backend, Error, Statement};

/// Readers at a time; each has a connection of its own.
const READERS: usize = 16;
/// How long a statement waits for another process's lock.
const BUSY_LIMIT: Duration = Duration::from_secs(60);

/// A connection that reads, and the device and number of its file.
struct Reader {
    connection: Connection,
    file: (u64, u64),
}

/// A store in a file.
#[derive(Clone)]
pub struct Sqlite {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Reader>>>,
    places: Arc<Semaphore>,
    pub(crate) has_old_answers: Arc<AtomicBool>,
}

impl Sqlite {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Arc::default(),
            places: Arc::new(Semaphore::new(READERS)),
            has_old_answers: Arc::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn address(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    pub(crate) async fn select(
        &self,
        statements: Vec<Statement>,
    ) -> Result<Vec<Vec<Record>>, Error> {
        // Nobody closes the semaphore, so a place always comes.
        let _place = self.places.acquire().await;
        let store = self.clone();
        blocking("reading the store", move || {
            let mut reader = store.reader()?;
            let rows = snapshot(&mut reader.connection, &statements)?;
            store.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            Ok(rows)
        })
        .await
    }

    pub(crate) async fn execute(&self, query: Statement) -> Result<(), Error> {
        let store = self.clone();
        blocking("writing the store", move || {
            let written = store.writer()?.execute(&query.sql, parameters(&query));
            written.map(drop).map_err(statement(query.doing.as_str()))
        })
        .await
    }

    /// Writes the file anew without its free pages, and empties its log.
    pub(crate) async fn compact(&self) -> Result<(), Error> {
        let store = self.clone();
        blocking("packing the store", move || {
            let packed = store.writer()?.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
            packed.map_err(statement("packing the store"))
        })
        .await
    }

    /// An idle connection to the file that the path names now, else a new one: a file that was put
    /// in another's place is another store.
    fn reader(&self) -> Result<Reader, Error> {
        let file = std::fs::metadata(&self.path).map_err(|error| self.unreachable(&error))?;
        let file = (file.dev(), file.ino());
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|reader| reader.file == file);
        match idle.pop() {
            Some(reader) => Ok(reader),
            None => Ok(Reader { connection: self.connect()?, file }),
        }
    }

    fn connect(&self) -> Result<Connection, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)
            .map_err(|error| self.unreachable(&error))?;
        connection.busy_timeout(BUSY_LIMIT).map_err(|error| self.unreachable(&error))?;
        Ok(connection)
    }

    /// A connection that may write; it makes the file if need be.
    pub(crate) fn writer(&self) -> Result<Connection, Error> {
        let connection = Connection::open(&self.path).map_err(|error| self.unreachable(&error))?;
        connection.busy_timeout(BUSY_LIMIT).map_err(|error| self.unreachable(&error))?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF",
            )
            .map_err(|error| self.unreachable(&error))?;
        Ok(connection)
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> Error {
        Error::Unreachable { store: self.address(), reason: error.to_string() }
    }
}

/// Runs what blocks on a thread for such work.
pub(crate) async fn blocking<T: Send + 'static>(
    doing: &str,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let ended = spawn_blocking(work).await;
    ended.unwrap_or_else(|error| {
        Err(Error::Interrupted { doing: doing.to_owned(), reason: error.to_string() })
    })
}

fn snapshot(
    connection: &mut Connection,
    statements: &[Statement],
) -> Result<Vec<Vec<Record>>, Error> {
    let transaction = connection.transaction().map_err(statement("beginning to read"))?;
    let rows =
        statements.iter().map(|query| rows(&transaction, query)).collect::<Result<Vec<_>, _>>()?;
    transaction.finish().map_err(statement("ending to read"))?;
    Ok(rows)
}

fn rows(connection: &Connection, query: &Statement) -> Result<Vec<Record>, Error> {
    match run(connection, query).map_err(Backend::from) {
        Err(missing) if missing.is_missing_table() => {
            log::warn!("{}: {missing}; taken as empty", query.doing);
            Ok(Vec::new())
        }
        result => result.map_err(statement(query.doing.as_str())),
    }
}

fn run(connection: &Connection, query: &Statement) -> rusqlite::Result<Vec<Record>> {
    log::trace!(target: "sqlite", "{}", query.sql);
    let mut prepared = connection.prepare_cached(&query.sql)?;
    let columns = prepared.column_count();
    let records = prepared.query_map(parameters(query), |row| {
        let cells = (0..columns).map(|column| row.get_ref(column).map(cell));
        cells.collect::<Result<_, _>>().map(Record)
    })?;
    records.collect()
}

fn parameters(query: &Statement) -> impl Params {
    rusqlite::params_from_iter(query.parameters.iter().map(parameter))
}

fn parameter(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => Value::Integer(*number),
        Cell::Real(number) => Value::Real(*number),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Moment(moment) => Value::Text(moment.format("%Y-%m-%d %H:%M:%S").to_string()),
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Cell::Text(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
