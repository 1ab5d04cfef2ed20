//! The few questions that the Data API asks. Each is answered from one snapshot, by an index where
//! the table has one, and compares ids byte for byte whatever the column's collation (spec 50 §10.3).

mod catalog;
mod engagement;
mod enrollment;
mod learners;
mod performance;
mod users;

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::cell::{Cell, Record};
use crate::{Error, Statement, Store};

pub use catalog::{ProgramRow, Summaries, SummaryFilter, SummaryRow};
pub use engagement::{ActivityRow, SegmentRow, VideoRow};
pub use enrollment::{DayRow, Grouping};
pub use learners::{
    EngagementRow, LearnerDay, LearnerRow, ModuleRow, Order, RangeRow, Roster, RosterCounts,
    RosterFilter, Sums,
};
pub use performance::{AnswerRow, GradeRow, OpenRow, PartRow, TagRow};
pub use users::{Login, TokenUser};

/// More ids than this are not sent: all rows are read and those of other ids dropped here.
const IDS_IN_A_STATEMENT: usize = 500;

/// Which days, or moments, are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates<T = NaiveDate> {
    /// The newest that the table holds for the course.
    Latest,
    /// From `start` on, before `end`, each only if it is given.
    Range {
        /// The first.
        start: Option<T>,
        /// The one after the last.
        end: Option<T>,
    },
}

impl Store {
    /// The rows of a table that have this id in a column.
    async fn rows_with<T>(
        &self,
        table: &str,
        columns: &str,
        id: (&str, &str),
        order: &str,
        read: impl Fn(&Record) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let statement = self.rows_statement(table, columns, id, order);
        self.select_one(statement).await?.iter().map(read).collect()
    }

    fn rows_statement(
        &self,
        table: &str,
        columns: &str,
        (column, id): (&str, &str),
        order: &str,
    ) -> Statement {
        let condition = self.equals(column);
        Statement {
            doing: format!("reading {table}"),
            parameters: ids(&condition, id),
            sql: format!("SELECT {columns} FROM `{table}` WHERE {condition} ORDER BY {order}"),
        }
    }

    /// A text column as its bytes, which groups and sorts whatever its collation.
    fn bytes_of(&self, column: &str) -> String {
        match self {
            Self::Sqlite(_) => column.to_owned(),
            Self::Mysql(_) => format!("CAST(CONVERT({column} USING utf8mb4) AS BINARY)"),
        }
    }

    /// A condition on one id that the index serves and that no collation widens: the first half finds
    /// the rows, the second drops other spellings. SQLite compares bytes by itself.
    fn equals(&self, column: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("{column} = ?"),
            Self::Mysql(_) => {
                format!("{column} = ? AND {} = CAST(? AS BINARY)", self.bytes_of(column))
            }
        }
    }
}

/// An id for each place that a condition has for it.
fn ids(condition: &str, id: &str) -> Vec<Cell> {
    vec![Cell::Text(id.to_owned()); condition.matches('?').count()]
}

/// The answers to so many statements.
pub(crate) fn take<const N: usize>(answers: Vec<Vec<Record>>) -> [Vec<Record>; N] {
    let mut answers = answers.into_iter();
    std::array::from_fn(|_| answers.next().unwrap_or_default())
}

/// The number that a `SELECT COUNT(*)` answers.
fn count(answer: &[Record]) -> Result<usize, Error> {
    let count = answer.first().map(|row| row.int(0)).transpose()?.flatten();
    Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
}

/// A restriction to some ids of a column.
struct Ids<'a> {
    column: &'static str,
    wanted: Option<HashSet<&'a str>>,
}

impl<'a> Ids<'a> {
    fn new(column: &'static str, ids: Option<&'a [String]>) -> Self {
        Self { column, wanted: ids.map(|ids| ids.iter().map(String::as_str).collect()) }
    }

    /// Whether all rows are read, of whatever ids.
    fn are_all(&self) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| !(1..=IDS_IN_A_STATEMENT).contains(&wanted.len()))
    }

    /// `columns` of the rows with these ids and `condition`, if there are not too many.
    fn statement(&self, what: &str, columns: &str, condition: &str, order: &str) -> Statement {
        let few = self.wanted.iter().filter(|_| !self.are_all());
        let ids: Vec<Cell> = few.flatten().map(|id| Cell::Text((*id).to_owned())).collect();
        let among = (!ids.is_empty())
            .then(|| format!("{} IN ({})", self.column, vec!["?"; ids.len()].join(", ")));
        let conditions: Vec<String> = (!condition.is_empty())
            .then(|| condition.to_owned())
            .into_iter()
            .chain(among)
            .collect();
        let filter = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        Statement {
            doing: format!("reading {what}"),
            sql: format!("{columns}{filter} ORDER BY {order}"),
            parameters: ids,
        }
    }

    /// The rows, without those of ids that the column's collation or the restriction let through.
    fn keep<T>(
        &self,
        rows: &[Record],
        id: impl Fn(&T) -> &String,
        read: impl Fn(&Record) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let wanted =
            |row: &T| self.wanted.as_ref().is_none_or(|wanted| wanted.contains(id(row).as_str()));
        let read = rows.iter().map(read).filter(|row| row.as_ref().map_or(true, &wanted));
        read.collect()
    }
}
