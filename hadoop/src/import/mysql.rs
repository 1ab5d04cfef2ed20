//! Reading MySQL and MariaDB: connections that see one snapshot, and rows streamed through them.
//!
//! Snapshots of several connections agree only if nobody writes between their beginnings. A reader has
//! no right to stop the whole server (`FLUSH TABLES WITH READ LOCK`), so an extra connection locks just
//! the imported tables for reading, for the milliseconds in which the others begin; it waits at most
//! [`LOCK_WAIT`] seconds for transactions that are writing to them. Where that is not allowed, or a
//! writer takes too long, one connection reads everything: slower, and as consistent.

use mysql_async::prelude::{FromRow, Queryable};
use mysql_async::{Conn, Params, Row, Value};
use tokio::runtime::{Builder, Runtime};

use super::column::Raw;
use super::part::Part;
use super::query::{self, Slice};
use super::session::Pulse;
use super::shape::{Shape, SourceColumn, SourceTable};
use super::source::Server;
use super::split::Range;
use super::stamp::Stamp;
use super::{Difference, ImportError};

/// Seconds that the read lock may wait. New writers queue behind it, so it must be short.
const LOCK_WAIT: u32 = 2;

/// One connection with its own reactor, so that a thread can own both.
pub(super) struct Session {
    runtime: Runtime,
    connection: Conn,
    /// The server's address, for messages.
    server: String,
}

/// Opens at most `wanted` sessions that see the same rows of `tables`, and says how that was reached.
pub(super) fn open(
    server: &Server,
    wanted: usize,
    tables: &[&str],
) -> Result<(Vec<Session>, &'static str), ImportError> {
    let mut sessions = vec![Session::open(server)?];
    while sessions.len() < wanted {
        match Session::open(server) {
            Ok(session) => sessions.push(session),
            Err(error) => {
                log::info!("reading by {} connections: {error}", sessions.len());
                break;
            }
        }
    }
    let locked = if sessions.len() > 1 { lock(server, tables) } else { None };
    if locked.is_none() {
        sessions.truncate(1);
    }
    for session in &mut sessions {
        session.execute(
            "beginning a snapshot",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        )?;
    }
    let Some(mut locker) = locked else { return Ok((sessions, "one connection")) };
    locker.execute("unlocking the tables", "UNLOCK TABLES")?;
    Ok((sessions, "connections begun under a read lock"))
}

/// A session that holds the read lock; none where there is no right to it or no time for it.
fn lock(server: &Server, tables: &[&str]) -> Option<Session> {
    let names: Vec<_> =
        tables.iter().map(|table| format!("{} READ", query::quoted(table))).collect();
    let take = || {
        let mut session = Session::open(server)?;
        // The lock must wait for transactions that have written: servers before MySQL 5.7 and MariaDB
        // 10.2 make it do so only without autocommit.
        let limits = format!(
            "SET SESSION autocommit = 0, lock_wait_timeout = {LOCK_WAIT}, innodb_lock_wait_timeout = {LOCK_WAIT}"
        );
        session.execute("limiting the wait for locks", &limits)?;
        session.execute(
            "locking the tables for reading",
            &format!("LOCK TABLES {}", names.join(", ")),
        )?;
        Ok(session)
    };
    take().inspect_err(|error: &ImportError| log::info!("reading by one connection: {error}")).ok()
}

impl Session {
    fn open(server: &Server) -> Result<Self, ImportError> {
        let address = server.to_string();
        let failed = |error| ImportError::database(format!("connecting to {address}"), error);
        let options = server.options()?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| ImportError::database("starting a reactor".to_owned(), error))?;
        let connection = runtime.block_on(Conn::new(options)).map_err(failed)?;
        let mut session = Self { runtime, connection, server: address };
        for setting in [
            "SET NAMES utf8mb4",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            // TIMESTAMP columns come out as UTC; a slow disk of ours does not end the connection.
            "SET SESSION time_zone = '+00:00', net_write_timeout = 3600, wait_timeout = 86400",
        ] {
            session.execute("setting up a connection", setting)?;
        }
        Ok(session)
    }

    fn execute(&mut self, doing: &str, sql: &str) -> Result<(), ImportError> {
        let done = self.runtime.block_on(self.connection.query_drop(sql));
        done.map_err(|error| self.failed(doing, error))
    }

    fn failed(&self, doing: &str, error: mysql_async::Error) -> ImportError {
        ImportError::database(format!("{doing} at {}", self.server), error)
    }

    fn select<T: FromRow + Send + 'static>(
        &mut self,
        doing: &str,
        sql: &str,
        params: Params,
    ) -> Result<Vec<T>, ImportError> {
        let rows = self.runtime.block_on(self.connection.exec(sql, params));
        rows.map_err(|error| self.failed(doing, error))
    }

    /// What the server says of a table; a difference if it cannot be imported.
    pub fn describe(
        &mut self,
        table: &str,
    ) -> Result<Result<SourceTable, Difference>, ImportError> {
        let doing = format!("describing {table}");
        let engines: Vec<(Option<String>, Option<String>)> = self.select(
            &doing,
            "SELECT t.engine, e.transactions FROM information_schema.tables t \
             LEFT JOIN information_schema.engines e ON e.engine = t.engine \
             WHERE t.table_schema = DATABASE() AND t.table_name = ?",
            (table,).into(),
        )?;
        match engines.first() {
            None => {
                return Ok(Err(Difference::of_table(
                    table,
                    "a table",
                    "none that this user may read",
                )));
            }
            Some((Some(engine), transactions)) if transactions.as_deref() != Some("YES") => {
                return Ok(Err(Difference::of_table(
                    table,
                    "an engine with snapshots, as InnoDB",
                    engine,
                )));
            }
            Some(_) => {}
        }
        // Being part of the transaction from now on, the table cannot be altered under our hands.
        self.execute(&doing, &format!("SELECT 1 FROM {} LIMIT 0", query::quoted(table)))?;
        self.columns(&doing, table).map(Ok)
    }

    fn columns(&mut self, doing: &str, table: &str) -> Result<SourceTable, ImportError> {
        let rows: Vec<(String, String, String, String)> = self.select(
            doing,
            "SELECT column_name, column_type, is_nullable, column_key FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position",
            (table,).into(),
        )?;
        let keys: Vec<_> =
            rows.iter().filter(|row| row.3 == "PRI").map(|row| row.0.clone()).collect();
        let column = |(name, declared, nullable, _)| SourceColumn {
            name,
            declared,
            nullable: nullable == "YES",
        };
        Ok(SourceTable {
            key: <[String; 1]>::try_from(keys).ok().map(|[key]| key),
            columns: rows.into_iter().map(column).collect(),
        })
    }

    /// The least and greatest key; none in a table without rows.
    pub fn span(&mut self, shape: &Shape, key: &str) -> Result<Option<Range>, ImportError> {
        let doing = format!("looking for the keys of {}", shape.options.table);
        let rows: Vec<(Value, Value)> =
            self.select(&doing, &query::span(shape, key), Params::Empty)?;
        Ok(rows.first().and_then(|(first, last)| Some((whole(first)?, whole(last)?))))
    }

    /// About how many rows a range holds, by the server's own estimate.
    pub fn weigh(&mut self, shape: &Shape, range: Range) -> Result<u64, ImportError> {
        let doing = format!("estimating the rows of {}", shape.options.table);
        let sql = format!("EXPLAIN {}", query::count(shape, range));
        let row: Option<Row> = self
            .runtime
            .block_on(self.connection.query_first(sql))
            .map_err(|error| self.failed(&doing, error))?;
        Ok(row.and_then(|row| row.get::<Option<u64>, _>("rows")).flatten().unwrap_or(0))
    }

    /// Streams the rows of a slice into a part.
    pub fn fill(
        &mut self,
        slice: Slice,
        part: &mut Part,
        shape: &Shape,
        pulse: &Pulse,
    ) -> Result<(), ImportError> {
        let sql = query::rows(shape, slice);
        let doing = format!("reading {} at {}", shape.options.table, self.server);
        let failed = |error| ImportError::database(doing.clone(), error);
        let (runtime, connection) = (&self.runtime, &mut self.connection);
        runtime.block_on(async {
            let mut rows = connection.exec_iter(sql, Params::Empty).await.map_err(failed)?;
            while let Some(row) = rows.next().await.map_err(failed)? {
                part.append((0..row.len()).map(|at| raw(row.as_ref(at))))?;
                pulse.beat()?;
            }
            Ok(())
        })
    }
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Int(value) => Some(i128::from(*value)),
        Value::UInt(value) => Some(i128::from(*value)),
        _ => None,
    }
}

fn raw(value: Option<&Value>) -> Raw<'_> {
    match value {
        None | Some(Value::NULL) => Raw::Null,
        Some(Value::Bytes(bytes)) => Raw::Bytes(bytes),
        Some(Value::Int(value)) => Raw::Int(i128::from(*value)),
        Some(Value::UInt(value)) => Raw::Int(i128::from(*value)),
        Some(Value::Float(value)) => Raw::Float(*value),
        Some(Value::Double(value)) => Raw::Double(*value),
        Some(&Value::Date(year, month, day, hour, minute, second, micros)) => {
            Raw::Stamp(Stamp { year, month, day, hour, minute, second, micros })
        }
        Some(&Value::Time(negative, days, hours, minutes, seconds, micros)) => {
            let sign = if negative { "-" } else { "" };
            let hours = days * 24 + u32::from(hours);
            Raw::Time(format!("{sign}{hours:02}:{minutes:02}:{seconds:02}.{micros:06}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spans_with_hours_beyond_a_day() {
        assert_eq!(
            raw(Some(&Value::Time(true, 2, 3, 4, 5, 6))),
            Raw::Time("-51:04:05.000006".to_owned())
        );
    }

    #[test]
    fn the_zero_date_is_a_stamp_of_zeros() {
        assert_eq!(raw(Some(&Value::Date(0, 0, 0, 0, 0, 0, 0))), Raw::Stamp(Stamp::default()));
    }
}
