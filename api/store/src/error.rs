//! How the store fails: what was being done, to which table, at which file and line. No error holds
//! a password.

use std::io;
use std::path::PathBuf;

/// What went wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store's address cannot be used.
    #[error("the store's address {address} is not usable: {reason}")]
    Address {
        /// As it was given.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file that holds the password cannot be read.
    #[error("reading the store's password from {file}")]
    Password {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Nobody answers at the store's address.
    #[error("the store {store} is unreachable: {reason}")]
    Unreachable {
        /// Its address.
        store: String,
        /// The failure.
        reason: String,
    },
    /// The database refused or failed a statement.
    #[error("{doing}: {source}")]
    Statement {
        /// What was being done, the table included.
        doing: String,
        /// What the database said.
        source: Backend,
    },
    /// A stored value is not what its column promises.
    #[error("{what} holds {value}, which is not {expected}")]
    Stored {
        /// The column.
        what: String,
        /// The value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A name that cannot be a table, a column or an update.
    #[error("{name:?} cannot name a {what}")]
    Name {
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Another loader is at work on the table.
    #[error("{table} is being loaded by another process")]
    Locked {
        /// The table.
        table: String,
    },
    /// The file that stands for the lock of a table cannot be used.
    #[error("locking {table} by the file {file}")]
    LockFile {
        /// The table.
        table: String,
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A part file cannot be read.
    #[error("loading {table}: reading {file}, line {line}")]
    Read {
        /// The table.
        table: String,
        /// The part file.
        file: String,
        /// The line that was being read.
        line: u64,
        /// Why not.
        source: io::Error,
    },
    /// A row of a part file has too few or too many fields.
    #[error("loading {table}: {file}, line {line} has {found} fields, not {expected}")]
    Width {
        /// The table.
        table: String,
        /// The part file.
        file: String,
        /// The line.
        line: u64,
        /// Fields of the table.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// A field of a part file does not fit its column.
    #[error("loading {table}: {file}, line {line}: {column} {reason}")]
    Value {
        /// The table.
        table: String,
        /// The part file.
        file: String,
        /// The line.
        line: u64,
        /// The column.
        column: &'static str,
        /// What is wrong with the field.
        reason: String,
    },
    /// No row of the result table can be made of a row of a part file.
    #[error("loading {table}: {file}, line {line}: {source}")]
    Row {
        /// The table.
        table: String,
        /// The part file.
        file: String,
        /// The line.
        line: u64,
        /// Why not.
        source: Box<jobs::streaming::Error>,
    },
    /// The part files hold no row, and the table may not become empty.
    #[error("loading {table}: there are no rows; the table is left as it is")]
    Empty {
        /// The table.
        table: String,
    },
    /// The part files hold far fewer rows than the table.
    #[error(
        "loading {table}: {rows} rows in place of {live} is a drop of more than {allowed:.0} %; \
         the table is left as it is"
    )]
    Shrunk {
        /// The table.
        table: String,
        /// Rows of the part files.
        rows: u64,
        /// Rows of the table.
        live: u64,
        /// The largest drop that is let through, in per cent.
        allowed: f64,
    },
    /// Two rows of the part files say the same thing twice.
    #[error("loading {table}: several rows have the same {key}; the table is left as it is")]
    Repeated {
        /// The table.
        table: String,
        /// The columns that should tell rows apart.
        key: String,
    },
    /// The server takes no rows from its client.
    #[error(
        "loading {table}: the server refuses LOAD DATA LOCAL INFILE; switch local_infile on there"
    )]
    LocalInfile {
        /// The table.
        table: String,
    },
    /// The database does not hold what was sent.
    #[error("loading {table}: {reason}; the table is left as it is")]
    Mangled {
        /// The table.
        table: String,
        /// What the database did.
        reason: String,
    },
    /// There is no generation to go back to.
    #[error("{table} has no previous generation to go back to")]
    NoPrevious {
        /// The table.
        table: String,
    },
    /// A thread of the store's ended without an answer.
    #[error("{doing} was given up: {reason}")]
    Interrupted {
        /// What was being done.
        doing: String,
        /// Why.
        reason: String,
    },
}

/// What the database itself said.
#[derive(Debug, thiserror::Error)]
pub enum Backend {
    /// SQLite.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// MySQL or MariaDB.
    #[error(transparent)]
    Mysql(#[from] mysql_async::Error),
}

/// MySQL's number for a table that is not there.
const NO_SUCH_TABLE: u16 = 1146;
/// MySQL's number for a column that is not there.
const NO_SUCH_COLUMN: u16 = 1054;
/// MySQL's number for a table that was replaced since the snapshot was taken.
const TABLE_DEFINITION_CHANGED: u16 = 1412;

/// What MySQL 5, MySQL 8 and MariaDB say where `local_infile` is off.
const LOCAL_INFILE_OFF: [u16; 3] = [1148, 3948, 4166];

impl Backend {
    /// Whether the server refused to take rows from its client.
    pub(crate) fn is_local_infile_off(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Mysql(error) => {
                server_code(error).is_some_and(|code| LOCAL_INFILE_OFF.contains(&code))
            }
        }
    }

    /// Whether a statement named a table that is not there.
    pub(crate) fn is_missing_table(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.to_string().starts_with("no such table"),
            Self::Mysql(error) => server_code(error) == Some(NO_SUCH_TABLE),
        }
    }

    /// Whether a statement named a column that is not there.
    pub(crate) fn is_missing_column(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.to_string().starts_with("no such column"),
            Self::Mysql(error) => server_code(error) == Some(NO_SUCH_COLUMN),
        }
    }

    /// Whether the same statement may well succeed a moment later: a table was being swapped, or
    /// an idle connection had been closed by the server.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Mysql(error) => {
                server_code(error) == Some(TABLE_DEFINITION_CHANGED) || is_lost(error)
            }
        }
    }

    fn is_unavailable(&self) -> bool {
        match self {
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    rusqlite::ErrorCode::CannotOpen
                        | rusqlite::ErrorCode::DatabaseBusy
                        | rusqlite::ErrorCode::DatabaseLocked
                        | rusqlite::ErrorCode::SystemIoFailure
                )
            ),
            Self::Mysql(error) => is_lost(error),
        }
    }
}

impl Error {
    /// Whether it is the rows that were refused, which says nothing of other tables.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Empty { .. }
                | Self::Repeated { .. }
                | Self::Shrunk { .. }
                | Self::Width { .. }
                | Self::Value { .. }
                | Self::Row { .. }
                | Self::Mangled { .. }
        )
    }

    /// Whether the store cannot be reached now, rather than being asked something wrong.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Statement { source, .. } => source.is_unavailable(),
            _ => false,
        }
    }
}

/// For `map_err`: the statement's error with what was being done.
pub(crate) fn statement<E: Into<Backend>>(doing: impl Into<String>) -> impl FnOnce(E) -> Error {
    let doing = doing.into();
    move |source| Error::Statement { doing, source: source.into() }
}

fn server_code(error: &mysql_async::Error) -> Option<u16> {
    match error {
        mysql_async::Error::Server(error) => Some(error.code),
        _ => None,
    }
}

fn is_lost(error: &mysql_async::Error) -> bool {
    use mysql_async::{DriverError, Error};
    matches!(
        error,
        Error::Io(_) | Error::Driver(DriverError::ConnectionClosed | DriverError::PoolDisconnected)
    )
}
