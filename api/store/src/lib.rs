//! The result store: the tables that the pipeline publishes and the Data API reads, in SQLite or in
//! MySQL/MariaDB behind one interface (spec 00 §5, 50 §10).
//!
//! The driver creates tables and loads them ([`Store::load`]); the service asks the few questions of
//! `query/`. A load is staged, checked and swapped in at once: a reader sees the old rows or the
//! new ones. This is the only place that speaks SQL to the result store.

mod address;
mod cell;
mod error;
mod load;
mod mysql;
mod query;
mod rights;
mod rows;
mod schema;
mod shape;
mod sqlite;

use std::fmt;
use std::sync::atomic::AtomicBool;

use chrono::NaiveDateTime;

pub use address::{Address, PASSWORD_VARIABLE, Password, trusting};
pub use error::{Backend, Error};
pub use load::{Day, DaysLoaded, Leaver, Limits, LoadOptions, Loaded};
pub use mysql::Mysql;
pub use query::{
    ActivityRow, AnswerRow, Dates, DayRow, EngagementRow, GradeRow, Grouping, LearnerDay,
    LearnerRow, Login, ModuleRow, OpenRow, Order, PartRow, ProgramRow, RangeRow, Roster,
    RosterCounts, RosterFilter, SegmentRow, Summaries, SummaryFilter, SummaryRow, Sums, TagRow,
    TokenUser, VideoRow,
};
pub use rights::{is_young_enough, may_write};
pub use rows::{Part, Parts};
pub use schema::UPDATES_TABLE;
pub use shape::{ENTERPRISE_TABLE, Lacks, Shape};
pub use sqlite::Sqlite;

use cell::{Cell, Record};

/// A result store. Clones share their connections.
#[derive(Clone)]
pub enum Store {
    /// A file.
    Sqlite(Sqlite),
    /// A server.
    Mysql(Mysql),
}

/// A load that is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The table.
    pub table: String,
    /// What the loader called the load.
    pub update_id: String,
    /// When it was marked (UTC).
    pub inserted: Option<NaiveDateTime>,
}

/// Which load of a table is live: two loads differ in something here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableVersion {
    /// The table.
    pub table: String,
    /// The time of its newest mark (UTC).
    pub inserted: Option<NaiveDateTime>,
    /// The number of its newest mark.
    pub newest: i64,
    /// How many marks it has.
    pub marks: i64,
}

/// A SELECT, and what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) doing: String,
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Cell>,
}

impl Store {
    /// The store at an address. Connects when it is first asked something.
    ///
    /// # Errors
    /// A password file that cannot be read.
    pub fn open(address: &Address) -> Result<Self, Error> {
        Ok(match address {
            Address::Sqlite(path) => Self::Sqlite(Sqlite::new(path)),
            Address::Mysql { url, password, certificates } => {
                Self::Mysql(Mysql::new(url, password, certificates.as_deref())?)
            }
        })
    }

    /// Succeeds if the store answers a trivial question.
    ///
    /// # Errors
    /// It does not.
    pub async fn check(&self) -> Result<(), Error> {
        let question = Statement {
            doing: "asking the store".to_owned(),
            sql: "SELECT 1".to_owned(),
            parameters: vec![],
        };
        self.select(vec![question]).await.map(drop)
    }

    /// The marks of `table_updates`, by table; none where nothing was ever loaded.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn updates(&self) -> Result<Vec<Update>, Error> {
        let sql =
            "SELECT target_table, update_id, inserted FROM table_updates ORDER BY target_table, id";
        let doing = format!("reading {UPDATES_TABLE}");
        let rows =
            self.select_one(Statement { doing, sql: sql.to_owned(), parameters: vec![] }).await?;
        let update = |row: &Record| {
            Ok(Update {
                table: row.text(0)?.unwrap_or_default(),
                update_id: row.required_text(1)?,
                inserted: row.moment(2)?,
            })
        };
        rows.iter().map(update).collect()
    }

    /// The version of each table that was ever loaded.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn versions(&self) -> Result<Vec<TableVersion>, Error> {
        let sql = "SELECT target_table, MAX(inserted), MAX(id), COUNT(*) FROM table_updates \
                   WHERE target_table IS NOT NULL GROUP BY target_table";
        let doing = format!("reading {UPDATES_TABLE}");
        let rows =
            self.select_one(Statement { doing, sql: sql.to_owned(), parameters: vec![] }).await?;
        let version = |row: &Record| {
            Ok(TableVersion {
                table: row.required_text(0)?,
                inserted: row.moment(1)?,
                newest: row.int(2)?.unwrap_or(0),
                marks: row.int(3)?.unwrap_or(0),
            })
        };
        rows.iter().map(version).collect()
    }

    /// What stands for the version of a table that no loader marks: its newest row. None where it has no
    /// rows, or is not there.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn newest_row(&self, table: &str) -> Result<Option<TableVersion>, Error> {
        let newest = Statement {
            doing: format!("reading the newest row of {table}"),
            sql: format!(
                "SELECT id, created FROM `{table}` WHERE id = (SELECT MAX(id) FROM `{table}`)"
            ),
            parameters: vec![],
        };
        let version = |row: &Record| {
            Ok(TableVersion {
                table: table.to_owned(),
                inserted: row.moment(1)?,
                newest: row.int(0)?.unwrap_or(0),
                marks: 0,
            })
        };
        self.select_one(newest).await?.first().map(version).transpose()
    }

    /// Runs the statements on one snapshot; a table that is not there has no rows.
    pub(crate) async fn select(
        &self,
        statements: Vec<Statement>,
    ) -> Result<Vec<Vec<Record>>, Error> {
        match self {
            Self::Sqlite(store) => store.select(statements).await,
            Self::Mysql(store) => store.select(&statements).await,
        }
    }

    /// Runs a statement that writes.
    async fn execute(&self, statement: Statement) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.execute(statement).await,
            Self::Mysql(store) => store.execute(&statement).await,
        }
    }

    /// Whether the table of answers had its older shape when it was last read.
    fn has_old_answers(&self) -> &AtomicBool {
        match self {
            Self::Sqlite(store) => &store.has_old_answers,
            Self::Mysql(store) => &store.has_old_answers,
        }
    }

    pub(crate) async fn select_one(&self, statement: Statement) -> Result<Vec<Record>, Error> {
        Ok(self.select(vec![statement]).await?.pop().unwrap_or_default())
    }
}

impl fmt::Debug for Store {
    /// Without the options, which hold the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(store) => write!(out, "Store({})", store.address()),
            Self::Mysql(store) => write!(out, "Store({})", store.address()),
        }
    }
}
