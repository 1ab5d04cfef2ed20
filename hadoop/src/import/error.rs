//! What can go wrong in an import, and what a schema that drifted looks like.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why an import gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// An address, a password or a certificate that cannot be used.
    #[error("{0}")]
    Source(String),
    /// A line of an option file, or of `imports.yaml`, that cannot be honoured.
    #[error("{}:{line}: {what}", path.display())]
    Options {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The tables are not those that the option files and the jobs expect. Nothing was written.
    #[error("{}", listed(.0))]
    Drift(Vec<Difference>),
    /// The database refused, or was lost.
    #[error("{doing}: {cause}")]
    Database {
        /// What was being done, with the table and the address.
        doing: String,
        /// What the database or its driver said.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A value that its column cannot hold.
    #[error("{table}.{column}, row {row} of {file}: {what}")]
    Value {
        /// The LMS table.
        table: String,
        /// The column.
        column: String,
        /// The part file that the row was meant for.
        file: String,
        /// The row in that file, from 1.
        row: u64,
        /// What is wrong with the value; never the value of a text.
        what: String,
    },
    /// A file that cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file that cannot be written.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A part was given up because another one failed; that one's error is reported.
    #[error("the import was stopped")]
    Stopped,
}

impl ImportError {
    pub(super) fn database(
        doing: String,
        cause: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Database { doing, cause: Box::new(cause) }
    }

    pub(super) fn read(path: &Path, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Read { path: path.to_owned(), cause: Box::new(cause) }
    }

    pub(super) fn write(
        path: &Path,
        cause: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Write { path: path.to_owned(), cause: Box::new(cause) }
    }
}

/// One way in which the LMS is not what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The column; none if the table itself is meant.
    pub column: Option<String>,
    /// What the option file and the jobs expect.
    pub expected: String,
    /// What the database has.
    pub found: String,
}

impl Difference {
    /// A table that cannot be used as a whole.
    pub(super) fn of_table(table: &str, expected: &str, found: &str) -> Self {
        Self {
            table: table.to_owned(),
            column: None,
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.table)?;
        if let Some(column) = &self.column {
            write!(out, ".{column}")?;
        }
        write!(out, ": expected {}, found {}", self.expected, self.found)
    }
}

fn listed(differences: &[Difference]) -> String {
    let texts: Vec<_> = differences.iter().map(Difference::to_string).collect();
    format!("the LMS tables have changed, nothing was imported: {}", texts.join("; "))
}
