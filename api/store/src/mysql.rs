//! MySQL and MariaDB: a pool for reading, a connection of its own for each load.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Params, Pool, PoolConstraints, PoolOpts, Row, TxOpts, Value};
use tokio::time::{sleep, timeout};

use crate::address::{Password, mysql_options};
use crate::cell::{Cell, Record};
use crate::error::statement;
use crate::{Backend, Error, Statement};

/// How long a reader waits for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How long a reader waits for its rows, should the server not keep to its own limit.
const READ_LIMIT: Duration = Duration::from_secs(10);
/// How long a loader waits for a connection.
const LOADER_CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long a swap takes at the most; a table that is missing may be there again after it.
const SWAP_PAUSE: Duration = Duration::from_millis(100);

/// Readers: UTC, and five seconds a statement, in the words of MariaDB and of MySQL (each takes the
/// other's for a comment).
const READER_SETUP: &str = "SET time_zone = '+00:00' /*M!100101 , max_statement_time = 5 */ /*!50708 , max_execution_time = 5000 */";
/// Loaders: UTC, no value bent silently, no waiting for ever for a reader's lock.
const LOADER_SETUP: &str = "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
                            lock_wait_timeout = 60, innodb_lock_wait_timeout = 60";

/// A store on a server.
#[derive(Clone)]
pub struct Mysql {
    url: String,
    options: Arc<OptsBuilder>,
    pool: Pool,
    pub(crate) has_old_answers: Arc<AtomicBool>,
}

impl Mysql {
    pub(crate) fn new(
        url: &str,
        password: &Password,
        certificates: Option<&Path>,
    ) -> Result<Self, Error> {
        let options = mysql_options(url, password, certificates)?.prefer_socket(false);
        let limits = PoolOpts::new()
            .with_constraints(PoolConstraints::new(0, 16).unwrap_or_default())
            .with_inactive_connection_ttl(Duration::from_secs(60))
            .with_abs_conn_ttl(Some(Duration::from_secs(600)))
            .with_reset_connection(false);
        let pool = Pool::new(options.clone().setup(vec![READER_SETUP]).pool_opts(limits));
        Ok(Self {
            url: url.to_owned(),
            options: Arc::new(options),
            pool,
            has_old_answers: Arc::default(),
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.url
    }

    pub(crate) async fn select(&self, statements: &[Statement]) -> Result<Vec<Vec<Record>>, Error> {
        let mut connection = self.within(CONNECT_LIMIT, self.pool.get_conn()).await?;
        let first = self.snapshot(&mut connection, statements, Absent::Refuse).await;
        match first {
            Err(Error::Statement { source, .. })
                if source.is_passing() || source.is_missing_table() =>
            {
                drop(connection);
                sleep(SWAP_PAUSE).await;
                // Not from the pool: after a restart of the server all its connections are dead.
                let fresh = Conn::new((*self.options).clone().setup(vec![READER_SETUP]));
                let mut connection = self.within(CONNECT_LIMIT, fresh).await?;
                let rows = self.snapshot(&mut connection, statements, Absent::TakeAsEmpty).await;
                drop(connection);
                rows
            }
            result => result,
        }
    }

    pub(crate) async fn execute(&self, query: &Statement) -> Result<(), Error> {
        let mut connection = self.loader().await?;
        let done = connection.exec_drop(query.sql.as_str(), parameters(query)).await;
        done.map_err(statement(query.doing.as_str()))
    }

    /// A connection for a load or what belongs to one.
    pub(crate) async fn loader(&self) -> Result<Conn, Error> {
        self.within(
            LOADER_CONNECT_LIMIT,
            Conn::new((*self.options).clone().setup(vec![LOADER_SETUP])),
        )
        .await
    }

    async fn within(
        &self,
        limit: Duration,
        connecting: impl Future<Output = mysql_async::Result<Conn>>,
    ) -> Result<Conn, Error> {
        let unreachable = |reason: String| Error::Unreachable { store: self.url.clone(), reason };
        match timeout(limit, connecting).await {
            Ok(connected) => connected.map_err(|error| unreachable(error.to_string())),
            Err(_) => Err(unreachable(format!("no connection within {} s", limit.as_secs()))),
        }
    }

    async fn snapshot(
        &self,
        connection: &mut Conn,
        statements: &[Statement],
        absent: Absent,
    ) -> Result<Vec<Vec<Record>>, Error> {
        let reading = read_all(connection, statements, absent);
        let late =
            || Error::Unreachable { store: self.url.clone(), reason: "no rows in time".to_owned() };
        timeout(READ_LIMIT, reading).await.unwrap_or_else(|_| Err(late()))
    }
}

/// What to do about a table that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    Refuse,
    TakeAsEmpty,
}

async fn read_all(
    connection: &mut Conn,
    statements: &[Statement],
    absent: Absent,
) -> Result<Vec<Vec<Record>>, Error> {
    if let [only] = statements {
        return Ok(vec![rows(connection, only, absent).await?]);
    }
    let mut options = TxOpts::default();
    options.with_consistent_snapshot(true).with_readonly(true);
    let mut transaction =
        connection.start_transaction(options).await.map_err(statement("beginning to read"))?;
    let mut all = Vec::with_capacity(statements.len());
    for query in statements {
        all.push(rows(&mut transaction, query, absent).await?);
    }
    transaction.commit().await.map_err(statement("ending to read"))?;
    Ok(all)
}

async fn rows<Q: Queryable>(
    connection: &mut Q,
    query: &Statement,
    absent: Absent,
) -> Result<Vec<Record>, Error> {
    let found: Result<Vec<Row>, _> =
        connection.exec(query.sql.as_str(), parameters(query)).await.map_err(Backend::from);
    match found {
        Ok(rows) => Ok(rows.into_iter().map(record).collect()),
        Err(missing) if absent == Absent::TakeAsEmpty && missing.is_missing_table() => {
            log::warn!("{}: {missing}; taken as empty", query.doing);
            Ok(Vec::new())
        }
        Err(source) => Err(Error::Statement { doing: query.doing.clone(), source }),
    }
}

fn parameters(query: &Statement) -> Params {
    Params::from(query.parameters.iter().map(parameter).collect::<Vec<_>>())
}

fn parameter(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::NULL,
        Cell::Int(number) => Value::Int(*number),
        Cell::Real(number) => Value::Double(*number),
        Cell::Text(text) => Value::Bytes(text.clone().into_bytes()),
        Cell::Moment(moment) => Value::from(*moment),
    }
}

fn record(row: Row) -> Record {
    Record(row.unwrap().into_iter().map(cell).collect())
}

fn cell(value: Value) -> Cell {
    match value {
        Value::NULL => Cell::Null,
        Value::Int(number) => Cell::Int(number),
        Value::UInt(number) => {
            i64::try_from(number).map_or_else(|_| Cell::Text(number.to_string()), Cell::Int)
        }
        Value::Float(number) => Cell::Real(widened(number)),
        Value::Double(number) => Cell::Real(number),
        Value::Bytes(bytes) => Cell::Text(String::from_utf8_lossy(&bytes).into_owned()),
        moment @ Value::Date(..) => moment_cell(moment),
        time @ Value::Time(..) => Cell::Text(time.as_sql(true)),
    }
}

/// The double that has a single's shortest text, as SQLite holds it.
fn widened(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}

/// A date-time, or the text of one that no calendar has (`0000-00-00`).
fn moment_cell(value: Value) -> Cell {
    let text = value.as_sql(true);
    mysql_async::from_value_opt(value).map_or(Cell::Text(text), Cell::Moment)
}
