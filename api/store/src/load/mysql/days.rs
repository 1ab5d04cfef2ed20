//! Loading by days into MySQL: in one transaction, the rows of some days are deleted, those that they
//! are to have are sent, and the marks follow. Where no row stays, the table is staged as a whole.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use jobs::table::Table;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Value};

use super::fill::fill;
use super::{DIALECT, count, create_live, drop_leftovers, execute, give_up, leave, swap};
use crate::Error;
use crate::error::statement;
use crate::load::days::{
    Batch, Changes, DAYS_IN_A_STATEMENT, DaysLoaded, judge_days, loses_rows, marked, not_of_days,
    of_days, places,
};
use crate::load::{Limits, Names};
use crate::mysql::Mysql;

/// Rows of a transaction: enough to make its round trips small beside them, few enough to be rolled
/// back in seconds.
const BATCH_ROWS: u64 = 250_000;

impl Mysql {
    pub(in crate::load) async fn load_days(
        &self,
        changes: Changes,
        limits: &Limits,
    ) -> Result<DaysLoaded, Error> {
        let (mut connection, names) = self.begin(&changes.table).await?;
        let loaded = load_days(&mut connection, &names, changes, limits).await;
        if loaded.is_err() {
            roll_back(&mut connection, &names).await;
        }
        leave(connection).await;
        loaded
    }
}

async fn load_days(
    connection: &mut Conn,
    names: &Names,
    changes: Changes,
    limits: &Limits,
) -> Result<DaysLoaded, Error> {
    let table = changes.table;
    drop_leftovers(connection, names.live).await?;
    drop_previous(connection, names).await?;
    create_live(connection, &[table]).await?;
    let marks = marks(connection, &table).await?;
    let (dates, rows) = (changes.dates(), changes.rows());
    let some_stay = some_stay(connection, &table, &dates).await?;
    let replaced = match some_stay {
        true => count_days(connection, &table, &dates).await?,
        false => count(connection, names.live).await?,
    };
    if loses_rows(replaced, rows) {
        let live = count(connection, names.live).await?;
        judge_days(&table, live, replaced, rows, limits)?;
    }
    let rows = match some_stay {
        true => load_some(connection, changes, marks).await?,
        false => load_whole(connection, names, changes, marks).await?,
    };
    Ok(DaysLoaded { rows, replaced })
}

/// Rolls back, and drops what was staged; if that fails, the end of the connection and the next load
/// do it.
async fn roll_back(connection: &mut Conn, names: &Names) {
    if let Err(error) = execute(connection, names.live, "ROLLBACK").await {
        log::debug!("leaving it to the server: {error}");
    }
    give_up(connection, names).await;
}

/// The generation before is not kept: after some loads of days it would be of no use.
async fn drop_previous(connection: &mut Conn, names: &Names) -> Result<(), Error> {
    let Names { live, previous, .. } = names;
    execute(connection, live, &format!("DROP TABLE IF EXISTS `{previous}`")).await
}

/// Fills a staged table and swaps it in, which is much faster than to fill one that has indexes. While
/// the marks are gone, a later run loads every day again.
async fn load_whole(
    connection: &mut Conn,
    names: &Names,
    changes: Changes,
    old_marks: Marks,
) -> Result<u64, Error> {
    let table = changes.table;
    execute(connection, names.live, &DIALECT.create(&table, &names.stage, None)?).await?;
    let (mut rows, mut marks) = (0, Vec::new());
    for batch in changes.batches(u64::MAX)? {
        rows += fill(connection, &table, &names.stage, batch.source).await?;
        marks.extend(batch.marks);
    }
    for index in DIALECT.indexes(&table, &names.stage)? {
        execute(connection, names.live, &index).await?;
    }
    forget(connection, &table, old_marks.into_values().flatten().collect()).await?;
    swap(connection, names).await?;
    execute(connection, names.live, "START TRANSACTION").await?;
    remember(connection, &table, marks).await?;
    execute(connection, names.live, "COMMIT").await?;
    drop_previous(connection, names).await?;
    Ok(rows)
}

async fn load_some(
    connection: &mut Conn,
    changes: Changes,
    mut old_marks: Marks,
) -> Result<u64, Error> {
    let (table, mut rows) = (changes.table, 0);
    for batch in changes.batches(BATCH_ROWS)? {
        let old = batch.dates.iter().filter_map(|date| old_marks.remove(date)).flatten().collect();
        rows += replace(connection, &table, batch, old).await?;
    }
    Ok(rows)
}

async fn replace(
    connection: &mut Conn,
    table: &Table,
    batch: Batch,
    old_marks: Vec<String>,
) -> Result<u64, Error> {
    let Batch { dates, marks, source } = batch;
    let name = table.name;
    execute(connection, name, "START TRANSACTION").await?;
    let delete = format!("DELETE FROM `{name}`{}", of_days(dates.len()));
    run(connection, &delete, days(&dates), &format!("deleting days of {name}")).await?;
    let rows = fill(connection, table, name, source).await?;
    // Last, so that loaders of other tables hardly wait.
    forget(connection, table, old_marks).await?;
    remember(connection, table, marks).await?;
    execute(connection, name, "COMMIT").await?;
    Ok(rows)
}

/// Deletes marks, by their keys, so that no gap is locked.
async fn forget(connection: &mut Conn, table: &Table, marks: Vec<String>) -> Result<(), Error> {
    for marks in marks.chunks(DAYS_IN_A_STATEMENT) {
        let sql = format!("DELETE FROM table_updates WHERE update_id IN ({})", places(marks.len()));
        run(connection, &sql, marks.iter().map(Value::from).collect(), &marking(table)).await?;
    }
    Ok(())
}

async fn remember(connection: &mut Conn, table: &Table, marks: Vec<String>) -> Result<(), Error> {
    for marks in marks.chunks(DAYS_IN_A_STATEMENT) {
        let places = vec!["(?, ?)"; marks.len()].join(", ");
        let sql = format!("INSERT INTO table_updates (update_id, target_table) VALUES {places}");
        let values = marks.iter().flat_map(|mark| [Value::from(mark), Value::from(table.name)]);
        run(connection, &sql, values.collect(), &marking(table)).await?;
    }
    Ok(())
}

fn marking(table: &Table) -> String {
    format!("marking days of {}", table.name)
}

async fn run(
    connection: &mut Conn,
    sql: &str,
    values: Vec<Value>,
    doing: &str,
) -> Result<(), Error> {
    connection.exec_drop(sql, Params::Positional(values)).await.map_err(statement(doing))
}

fn days(dates: &[NaiveDate]) -> Vec<Value> {
    dates.iter().map(|date| Value::from(date.to_string())).collect()
}

/// The marks of days; one a day, but for what others wrote.
type Marks = BTreeMap<NaiveDate, Vec<String>>;

async fn marks(connection: &mut Conn, table: &Table) -> Result<Marks, Error> {
    let sql = "SELECT update_id FROM table_updates WHERE target_table = ?";
    let found: Vec<String> = connection
        .exec(sql, (table.name,))
        .await
        .map_err(statement(format!("asking for the days of {}", table.name)))?;
    let mut marks = Marks::new();
    for mark in found {
        if let Some((date, _)) = marked(table, &mark) {
            marks.entry(date).or_default().push(mark);
        }
    }
    Ok(marks)
}

async fn count_days(
    connection: &mut Conn,
    table: &Table,
    dates: &[NaiveDate],
) -> Result<u64, Error> {
    let mut rows = 0;
    for dates in dates.chunks(DAYS_IN_A_STATEMENT) {
        let sql = format!("SELECT COUNT(*) FROM `{}`{}", table.name, of_days(dates.len()));
        let counted: Option<u64> = connection
            .exec_first(sql, Params::Positional(days(dates)))
            .await
            .map_err(statement(format!("counting days of {}", table.name)))?;
        rows += counted.unwrap_or(0);
    }
    Ok(rows)
}

/// Whether there are rows of days that do not change.
async fn some_stay(
    connection: &mut Conn,
    table: &Table,
    dates: &[NaiveDate],
) -> Result<bool, Error> {
    let sql = format!("SELECT 1 FROM `{}`{} LIMIT 1", table.name, not_of_days(dates.len()));
    let found: Option<u8> = connection
        .exec_first(sql, Params::Positional(days(dates)))
        .await
        .map_err(statement(format!("looking for other days of {}", table.name)))?;
    Ok(found.is_some())
}
