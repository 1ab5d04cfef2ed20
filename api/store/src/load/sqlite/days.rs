//! Loading by days into SQLite: one transaction for all of them.

use std::collections::HashSet;

use chrono::NaiveDate;
use jobs::table::Table;
use rusqlite::{Transaction, params, params_from_iter};

use super::{DIALECT, count, create_live, execute, insert};
use crate::Error;
use crate::error::statement;
use crate::load::days::{
    Batch, Changes, DAYS_IN_A_STATEMENT, DaysLoaded, judge_days, loses_rows, marked, of_days,
};
use crate::load::{Limits, Names};
use crate::schema::UPDATES_TABLE;
use crate::sqlite::Sqlite;

impl Sqlite {
    pub(in crate::load) async fn load_days(
        &self,
        changes: Changes,
        limits: Limits,
    ) -> Result<DaysLoaded, Error> {
        let lock = self.lock(&changes.table)?;
        self.write("loading days", move |transaction| {
            let loaded = load_days(transaction, changes, &limits);
            drop(lock);
            loaded
        })
        .await
    }
}

fn load_days(
    transaction: &Transaction<'_>,
    changes: Changes,
    limits: &Limits,
) -> Result<DaysLoaded, Error> {
    let table = changes.table;
    execute(transaction, UPDATES_TABLE, DIALECT.create_updates())?;
    create_live(transaction, &table)?;
    let (dates, rows) = (changes.dates(), changes.rows());
    let replaced = count_days(transaction, &table, &dates)?;
    let live = count(transaction, table.name)?;
    if loses_rows(replaced, rows) {
        judge_days(&table, live, replaced, rows, limits)?;
    }
    let some_stay = replaced < live;
    let dates: HashSet<_> = dates.into_iter().collect();
    forget(transaction, &table, |date| !some_stay || dates.contains(&date))?;
    let batches = changes.batches(u64::MAX)?;
    let rows = match some_stay {
        true => load_some(transaction, &table, batches)?,
        false => load_whole(transaction, &table, batches)?,
    };
    Ok(DaysLoaded { rows, replaced })
}

/// Fills a staged table and puts it in the live one's place, which is much faster than to fill one
/// that has indexes.
fn load_whole(
    transaction: &Transaction<'_>,
    table: &Table,
    batches: Vec<Batch>,
) -> Result<u64, Error> {
    let Names { live, previous, stage, .. } = Names::new(table)?;
    execute(transaction, live, &DIALECT.create(table, &stage, None)?)?;
    let mut rows = 0;
    for batch in batches {
        rows += insert(transaction, table, &stage, batch.source)?;
        remember(transaction, table, batch.marks)?;
    }
    for index in DIALECT.indexes(table, &stage)? {
        execute(transaction, live, &index)?;
    }
    execute(transaction, live, &format!("DROP TABLE IF EXISTS `{previous}`"))?;
    execute(transaction, live, &format!("DROP TABLE `{live}`"))?;
    execute(transaction, live, &format!("ALTER TABLE `{stage}` RENAME TO `{live}`"))?;
    Ok(rows)
}

fn load_some(
    transaction: &Transaction<'_>,
    table: &Table,
    batches: Vec<Batch>,
) -> Result<u64, Error> {
    let mut rows = 0;
    for batch in batches {
        rows += replace(transaction, table, batch)?;
    }
    Ok(rows)
}

fn replace(transaction: &Transaction<'_>, table: &Table, batch: Batch) -> Result<u64, Error> {
    let name = table.name;
    let delete = format!("DELETE FROM `{name}`{}", of_days(batch.dates.len()));
    let dates = params_from_iter(batch.dates.iter().map(NaiveDate::to_string));
    transaction.execute(&delete, dates).map_err(statement(format!("deleting days of {name}")))?;
    let rows = insert(transaction, table, name, batch.source)?;
    remember(transaction, table, batch.marks)?;
    Ok(rows)
}

fn remember(transaction: &Transaction<'_>, table: &Table, marks: Vec<String>) -> Result<(), Error> {
    let marking = || statement(format!("marking days of {}", table.name));
    let sql = "INSERT INTO table_updates (update_id, target_table) VALUES (?, ?)";
    let mut insert = transaction.prepare(sql).map_err(marking())?;
    for mark in marks {
        insert.execute(params![mark, table.name]).map_err(marking())?;
    }
    Ok(())
}

/// Deletes the marks of days that are gone, or will be.
fn forget(
    transaction: &Transaction<'_>,
    table: &Table,
    is_gone: impl Fn(NaiveDate) -> bool,
) -> Result<(), Error> {
    let marking = || statement(format!("marking days of {}", table.name));
    let sql = "SELECT update_id FROM table_updates WHERE target_table = ?";
    let mut asked = transaction.prepare(sql).map_err(marking())?;
    let marks = asked.query_map([table.name], |row| row.get(0)).map_err(marking())?;
    let marks = marks.collect::<Result<Vec<String>, _>>().map_err(marking())?;
    let sql = "DELETE FROM table_updates WHERE update_id = ?";
    let mut delete = transaction.prepare(sql).map_err(marking())?;
    for mark in &marks {
        if marked(table, mark).is_some_and(|(date, _)| is_gone(date)) {
            delete.execute([mark]).map_err(marking())?;
        }
    }
    Ok(())
}

fn count_days(
    transaction: &Transaction<'_>,
    table: &Table,
    dates: &[NaiveDate],
) -> Result<u64, Error> {
    let mut rows = 0;
    for dates in dates.chunks(DAYS_IN_A_STATEMENT) {
        let sql = format!("SELECT COUNT(*) FROM `{}`{}", table.name, of_days(dates.len()));
        let dates = params_from_iter(dates.iter().map(NaiveDate::to_string));
        let counted: i64 = transaction
            .query_row(&sql, dates, |row| row.get(0))
            .map_err(statement(format!("counting days of {}", table.name)))?;
        rows += counted.unsigned_abs();
    }
    Ok(rows)
}
