//! Loading a result table: staged beside the live one, checked, swapped in at once, marked in
//! `table_updates`; the generation before is kept for one step back (spec 00 §5, 40 §E.7).
//!
//! Names of a table's generations: `T` is live, `T__prev` was live before, `T__stage_RUN` is being
//! filled (a killed loader leaves one behind; the next load of the table drops it). Each knows the
//! update it came from, so that a mark that a killed loader did not write can be written later.

mod days;
mod leave;
mod mysql;
mod sqlite;

pub use days::{Day, DaysLoaded};
pub use leave::Leaver;

use std::time::Duration;

use chrono::Utc;
use jobs::table::{Column, Kind, Table};
use tokio::time::sleep;

use crate::cell::Record;
use crate::rows::{Part, Parts};
use crate::schema::{Dialect, identifier, update};
use crate::{Error, Statement, Store};

/// How a load is named, and what it may do to its table.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Names this load in `table_updates`; unique among all tables, so it should hold the table's
    /// name. ASCII letters, digits and `_-.:+/=`, at most 128.
    pub update_id: String,
    /// What it may do.
    pub limits: Limits,
}

/// What a load may do to its table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Whether a table may become empty.
    pub allow_empty: bool,
    /// The largest share of the live rows (0 to 1) that may be lost; none: any.
    pub max_drop: Option<f64>,
}

/// What a load did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Rows of the table now.
    pub rows: u64,
    /// Rows of the table before.
    pub replaced: u64,
}

/// A table for trying whether a load would succeed.
const PROBE: Table =
    Table::result("insights_probe", &[Column::required("text", Kind::Text(8))], &[&["text"]]);
/// How often a probe waits for another one, and how long each time.
const PROBE_TRIES: u32 = 50;
const PROBE_PAUSE: Duration = Duration::from_millis(100);

impl Store {
    /// Makes the tables that are not there yet, `table_updates` among them.
    ///
    /// # Errors
    /// The store cannot be reached or refuses.
    pub async fn create_tables(&self, tables: &[Table]) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.create_tables(tables.to_vec()).await,
            Self::Mysql(store) => store.create_tables(tables).await,
        }
    }

    /// Replaces the whole of the result table that `table` is loaded into by the rows of `parts`,
    /// which are rows of `table`. Whatever goes wrong, the result table stays as it was. Another load
    /// of it at the same time is refused.
    ///
    /// # Errors
    /// A part file that cannot be read, a row that does not fit, no rows, too few rows, a lock held
    /// by another loader, a store that fails.
    pub async fn load(
        &self,
        table: &Table,
        parts: Parts,
        options: &LoadOptions,
    ) -> Result<Loaded, Error> {
        update(&options.update_id)?;
        match self {
            Self::Sqlite(store) => store.load(*table, parts, options.clone()).await,
            Self::Mysql(store) => store.load(*table, parts, options).await,
        }
    }

    /// Puts the previous generation of `table` back and marks it; called again, it takes that back.
    ///
    /// # Errors
    /// There is no previous generation, another loader holds the lock, the store fails.
    pub async fn rollback(&self, table: &Table) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.rollback(*table).await,
            Self::Mysql(store) => store.rollback(*table).await,
        }
    }

    /// The update that the live rows of `table` came from, if a loader of ours put them there. Writes
    /// the mark of a load that was swapped in by a loader which was killed before it could.
    ///
    /// # Errors
    /// The store cannot be reached or refuses.
    pub async fn published(&self, table: &Table) -> Result<Option<String>, Error> {
        match self {
            Self::Sqlite(store) => store.published(*table).await,
            Self::Mysql(store) => store.published(*table).await,
        }
    }

    /// Rows of the live `table`; 0 where it is not there.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn row_count(&self, table: &Table) -> Result<u64, Error> {
        let sql = format!("SELECT COUNT(*) FROM `{}`", identifier("table", table.name)?);
        let doing = format!("counting {}", table.name);
        let rows = self.select_one(Statement { doing, sql, parameters: vec![] }).await?;
        let count = rows.first().map_or(Ok(None), |row: &Record| row.int(0))?.unwrap_or(0);
        Ok(count.try_into().unwrap_or(0))
    }

    /// Tries every right that a load needs, by loading a small table of its own twice and dropping
    /// it: to be asked before hours of computing, not after.
    ///
    /// # Errors
    /// What a load would fail with.
    pub async fn check_loadable(&self) -> Result<(), Error> {
        for round in ["first", "second"] {
            let bytes = Box::new(&b"probe\n"[..]);
            let parts: Parts = Box::new([Ok(Part { name: "probe".to_owned(), bytes })].into_iter());
            self.probe(parts, round).await?;
        }
        match self {
            Self::Sqlite(store) => store.drop_table(PROBE).await,
            Self::Mysql(store) => store.drop_table(PROBE).await,
        }
    }

    async fn probe(&self, parts: Parts, round: &str) -> Result<(), Error> {
        let options =
            LoadOptions { update_id: format!("{}:{round}", PROBE.name), limits: Limits::default() };
        let mut parts = parts;
        for _ in 1..PROBE_TRIES {
            match self.load(&PROBE, parts, &options).await {
                Err(Error::Locked { .. }) => sleep(PROBE_PAUSE).await,
                done => return done.map(drop),
            }
            parts = Box::new(std::iter::empty());
        }
        Ok(())
    }
}

/// The names of a table's generations in one load.
struct Names {
    live: &'static str,
    previous: String,
    stage: String,
    /// Where the previous generation goes while it is replaced.
    outgoing: String,
}

impl Names {
    fn new(table: &Table) -> Result<Self, Error> {
        let live = identifier("table", table.name)?;
        let stage = format!("{}{:x}", stage_prefix(live), Utc::now().timestamp_millis());
        Ok(Self { live, previous: format!("{live}__prev"), outgoing: format!("{stage}x"), stage })
    }
}

fn stage_prefix(live: &str) -> String {
    format!("{live}__stage_")
}

/// Stops a load whose rows are too few.
fn judge(table: &Table, rows: u64, live: u64, limits: &Limits) -> Result<(), Error> {
    let name = || table.name.to_owned();
    if rows == 0 && !limits.allow_empty {
        return Err(Error::Empty { table: name() });
    }
    let Some(share) = limits.max_drop.filter(|_| rows > 0) else {
        return Ok(());
    };
    if (rows as f64) < live as f64 * (1.0 - share) {
        return Err(Error::Shrunk { table: name(), rows, live, allowed: share * 100.0 });
    }
    Ok(())
}

/// A query that gives a row where the staged rows repeat the table's key, byte for byte: to a
/// collation, texts may be equal that are not.
fn repeated(table: &Table, stage: &str, dialect: Dialect) -> Result<Option<String>, Error> {
    if table.key.is_empty() {
        return Ok(None);
    }
    let bytes = match dialect {
        Dialect::Mysql => "BINARY",
        Dialect::Sqlite => "BLOB",
    };
    let column = |name: &&str| Ok(format!("CAST(`{}` AS {bytes})", identifier("column", name)?));
    let columns = table.key.iter().map(column);
    let key = columns.collect::<Result<Vec<_>, Error>>()?.join(", ");
    Ok(Some(format!("SELECT 1 FROM `{stage}` GROUP BY {key} HAVING COUNT(*) > 1 LIMIT 1")))
}

fn refuse_repeated(table: &Table, found: bool) -> Result<(), Error> {
    match found {
        true => Err(Error::Repeated { table: table.name.to_owned(), key: table.key.join(", ") }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn judged(rows: u64, live: u64, allow_empty: bool, max_drop: Option<f64>) -> Result<(), Error> {
        judge(&PROBE, rows, live, &Limits { allow_empty, max_drop })
    }

    #[test]
    fn an_empty_load_needs_leave() {
        assert!(matches!(judged(0, 5, false, None), Err(Error::Empty { .. })));
        assert!(judged(0, 5, true, Some(0.1)).is_ok());
    }

    #[test]
    fn a_drop_is_measured_against_the_live_rows() {
        assert!(judged(50, 100, false, Some(0.5)).is_ok());
        assert!(matches!(judged(49, 100, false, Some(0.5)), Err(Error::Shrunk { .. })));
        assert!(judged(1, 100, false, None).is_ok());
        assert!(judged(1, 0, false, Some(0.0)).is_ok());
        let message = judged(1, 100, false, Some(0.25)).unwrap_err().to_string();
        assert!(
            message.contains("1 rows in place of 100 is a drop of more than 25 %"),
            "{message}"
        );
    }

    #[test]
    fn every_name_of_a_generation_fits() {
        for table in jobs::registry::RESULT_TABLES {
            let names = Names::new(table).unwrap();
            assert!(
                names.outgoing.len() <= 64 && names.outgoing.starts_with(&stage_prefix(names.live))
            );
        }
    }
}
