//! The result store of a case: the loader's tables, emptied and filled row by row.

use std::path::{Path, PathBuf};

use jobs::registry::RESULT_TABLES;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params};
use rusqlite::Connection;
use serde_json::{Map, Value};
use store::{Address, Store};
use testkit::MariaDb;

use crate::case::Rows;

pub struct Tables {
    pub address: Address,
}

impl Tables {
    pub fn sqlite(folder: &Path, name: &str) -> Self {
        let path: PathBuf = folder.join(format!("{name}.db"));
        let address = Address::Sqlite(path);
        let store = Store::open(&address).unwrap();
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(store.create_tables(RESULT_TABLES)).unwrap();
        });
        Self { address }
    }

    pub async fn mariadb(server: &MariaDb) -> Self {
        let address: Address = server.database().await.unwrap().parse().unwrap();
        Store::open(&address).unwrap().create_tables(RESULT_TABLES).await.unwrap();
        Self { address }
    }

    /// Empties every table, then inserts the rows of those that are built.
    pub async fn fill(&self, rows: &Rows) {
        let mut statements: Vec<(String, Vec<Value>)> = Vec::new();
        for table in RESULT_TABLES {
            statements.push((format!("DELETE FROM `{}`", table.name), Vec::new()));
            let rows = rows.get(table.name).into_iter().flatten().enumerate();
            statements.extend(rows.map(|(number, row)| insert(table.name, number, row)));
        }
        match &self.address {
            Address::Sqlite(path) => fill_sqlite(path, &statements),
            Address::Mysql { url, .. } => fill_mysql(url, &statements).await,
        }
    }
}

/// Ids ascend from 1 unless a row has one.
fn insert(table: &str, number: usize, row: &Map<String, Value>) -> (String, Vec<Value>) {
    let mut row = row.clone();
    row.entry("id").or_insert_with(|| Value::from(number + 1));
    let columns: Vec<String> = row.keys().map(|name| format!("`{name}`")).collect();
    let places = vec!["?"; row.len()].join(", ");
    let sql = format!("INSERT INTO `{table}` ({}) VALUES ({places})", columns.join(", "));
    (sql, row.into_iter().map(|(_, value)| value).collect())
}

fn fill_sqlite(path: &Path, statements: &[(String, Vec<Value>)]) {
    let mut connection = Connection::open(path).unwrap();
    let transaction = connection.transaction().unwrap();
    for (sql, values) in statements {
        let values = values.iter().map(|value| match value {
            Value::Null => rusqlite::types::Value::Null,
            Value::Number(number) => rusqlite::types::Value::Integer(number.as_i64().unwrap()),
            other => rusqlite::types::Value::Text(other.as_str().unwrap().to_owned()),
        });
        transaction.execute(sql, rusqlite::params_from_iter(values)).unwrap();
    }
    transaction.commit().unwrap();
}

async fn fill_mysql(url: &str, statements: &[(String, Vec<Value>)]) {
    let mut connection = Conn::from_url(url).await.unwrap();
    connection.query_drop("SET time_zone = '+00:00'").await.unwrap();
    for (sql, values) in statements {
        let values = values.iter().map(|value| match value {
            Value::Null => mysql_async::Value::NULL,
            Value::Number(number) => mysql_async::Value::Int(number.as_i64().unwrap()),
            other => mysql_async::Value::from(other.as_str().unwrap()),
        });
        let values: Vec<mysql_async::Value> = values.collect();
        let parameters = if values.is_empty() { Params::Empty } else { Params::Positional(values) };
        connection.exec_drop(sql.as_str(), parameters).await.unwrap();
    }
    connection.disconnect().await.unwrap();
}
