//! The two stores, tables to load, and rows for them.

use std::sync::OnceLock;

use jobs::table::{Column, Kind, Table};
use mysql_async::prelude::Queryable;
use rusqlite::types::Value;
use store::{Address, Limits, LoadOptions, Part, Parts, Store};
use tempfile::TempDir;
use testkit::{MariaDb, mariadb_or_skip};

/// A table with each kind of column.
pub const SAMPLE: Table = Table::result(
    "sample",
    &[
        Column::required("course_id", Kind::Text(255)),
        Column::new("date", Kind::Date),
        Column::new("title", Kind::Text(255)),
        Column::new("count", Kind::Int),
        Column::new("share", Kind::Double),
        Column::new("seen", Kind::Timestamp),
        Column::new("done", Kind::Flag),
        Column::new("data", Kind::Json),
    ],
    &[&["course_id"], &["course_id", "date"]],
);

/// An empty store of one kind.
pub struct TestStore {
    pub store: Store,
    pub name: &'static str,
    pub address: Address,
    _folder: Option<TempDir>,
}

static MARIADB: OnceLock<Option<MariaDb>> = OnceLock::new();

/// The shared server; none where MariaDB is not installed.
pub fn mariadb() -> Option<&'static MariaDb> {
    MARIADB.get_or_init(|| mariadb_or_skip("the store's suite on MariaDB").unwrap()).as_ref()
}

/// An empty store of each kind that there is.
pub async fn stores() -> Vec<TestStore> {
    let mut stores = vec![sqlite()];
    if let Some(server) = mariadb() {
        stores.push(on(server).await);
    }
    stores
}

/// An empty SQLite store.
pub fn sqlite() -> TestStore {
    let folder = tempfile::tempdir().unwrap();
    let address = Address::Sqlite(folder.path().join("reports.db"));
    TestStore {
        store: Store::open(&address).unwrap(),
        name: "SQLite",
        address,
        _folder: Some(folder),
    }
}

/// An empty database of a server.
pub async fn on(server: &MariaDb) -> TestStore {
    let address: Address = server.database().await.unwrap().parse().unwrap();
    TestStore { store: Store::open(&address).unwrap(), name: "MariaDB", address, _folder: None }
}

impl TestStore {
    /// Runs SQL as a third party would.
    pub async fn execute(&self, sql: &str) {
        match &self.address {
            Address::Sqlite(path) => {
                rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap()
            }
            Address::Mysql { url, .. } => {
                let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
                connection.query_drop(sql).await.unwrap();
                connection.disconnect().await.unwrap();
            }
        }
    }

    /// The first column of a query as text, NULL as `NULL`.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        match &self.address {
            Address::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                let mut statement = connection.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get(0)).unwrap();
                rows.map(|value| shown(value.unwrap())).collect()
            }
            Address::Mysql { url, .. } => {
                let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
                let rows: Vec<Option<String>> = connection.query(sql).await.unwrap();
                connection.disconnect().await.unwrap();
                rows.into_iter().map(|text| text.unwrap_or_else(|| "NULL".to_owned())).collect()
            }
        }
    }

    /// Every row of a result table in the order of loading, each value as text, none for NULL.
    pub async fn rows(&self, table: &Table) -> Vec<Vec<Option<String>>> {
        let columns = table.columns.iter().map(|column| format!("`{}`", column.name));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {columns} FROM `{}` ORDER BY id", table.name);
        match &self.address {
            Address::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                let mut statement = connection.prepare(&sql).unwrap();
                let cells = |row: &rusqlite::Row<'_>| {
                    (0..table.columns.len()).map(|at| row.get(at)).collect::<Result<Vec<_>, _>>()
                };
                let rows = statement.query_map([], cells).unwrap();
                rows.map(|row| row.unwrap().into_iter().map(of_file).collect()).collect()
            }
            Address::Mysql { url, .. } => {
                let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
                let rows: Vec<mysql_async::Row> = connection.exec(sql, ()).await.unwrap();
                connection.disconnect().await.unwrap();
                rows.into_iter()
                    .map(|row| row.unwrap().into_iter().map(of_server).collect())
                    .collect()
            }
        }
    }

    /// Every table but the markers'.
    pub async fn tables(&self) -> Vec<String> {
        let sql = match &self.address {
            Address::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                 AND name != 'table_updates'"
            }
            Address::Mysql { .. } => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
                 AND table_name != 'table_updates'"
            }
        };
        let mut names = self.column(sql).await;
        names.sort();
        names
    }

    /// How many indexes a table has besides its key.
    pub async fn indexes(&self, table: &str) -> usize {
        let sql = match &self.address {
            Address::Sqlite(_) => format!(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}'"
            ),
            Address::Mysql { .. } => format!(
                "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() \
                 AND table_name = '{table}' AND index_name != 'PRIMARY'"
            ),
        };
        self.column(&sql).await.len()
    }

    /// The titles of the sample table in the order of loading.
    pub async fn titles(&self) -> Vec<String> {
        self.column("SELECT title FROM sample ORDER BY id").await
    }

    /// The marked updates of the sample table.
    pub async fn marks(&self) -> Vec<String> {
        let updates = self.store.updates().await.unwrap();
        updates
            .into_iter()
            .filter(|update| update.table == SAMPLE.name)
            .map(|update| update.update_id)
            .collect()
    }

    /// Loads these titles as one part file.
    pub async fn load(
        &self,
        update_id: &str,
        titles: &[&str],
    ) -> Result<store::Loaded, store::Error> {
        self.store.load(&SAMPLE, rows(titles), &options(update_id)).await
    }
}

fn of_file(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(format!("{number:?}")),
        Value::Text(text) => Some(text),
        Value::Blob(_) => panic!("no column holds bytes"),
    }
}

fn of_server(value: mysql_async::Value) -> Option<String> {
    use mysql_async::Value;
    match value {
        Value::NULL => None,
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(format!("{:?}", number.to_string().parse::<f64>().unwrap())),
        Value::Double(number) => Some(format!("{number:?}")),
        Value::Bytes(bytes) => Some(String::from_utf8(bytes).unwrap()),
        Value::Date(year, month, day, 0, 0, 0, 0) => Some(format!("{year:04}-{month:02}-{day:02}")),
        Value::Date(year, month, day, hour, minute, second, 0) => {
            Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
        }
        other => panic!("no column holds {other:?}"),
    }
}

fn shown(value: Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text,
        other => format!("{other:?}"),
    }
}

/// A load with nothing switched on.
pub fn options(update_id: &str) -> LoadOptions {
    LoadOptions { update_id: update_id.to_owned(), limits: Limits::default() }
}

/// A row of the sample table for each title.
pub fn rows(titles: &[&str]) -> Parts {
    let row = |title: &&str| {
        format!("course\t2014-01-01\t{title}\t1\t0.5\t2014-01-02 03:04:05.5\t1\t{{}}\n")
    };
    parts(&[("part-00000", &titles.iter().map(row).collect::<String>())])
}

/// Part files of these names and texts.
pub fn parts(files: &[(&str, &str)]) -> Parts {
    let part = |(name, text): &(&str, &str)| {
        Ok(Part {
            name: (*name).to_owned(),
            bytes: Box::new(std::io::Cursor::new(text.as_bytes().to_vec())),
        })
    };
    Box::new(files.iter().map(part).collect::<Vec<_>>().into_iter())
}
