//! The result store of a case: the loader's tables, emptied and filled row by row.

use std::path::{Path, PathBuf};

use jobs::registry::RESULT_TABLES;
use jobs::table::{Column, Table};
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

    /// Empties every table, makes the one anew that cases have in other shapes, and inserts the rows.
    pub async fn fill(&self, rows: &Rows, variant: Option<&str>) {
        let store = Store::open(&self.address).unwrap();
        let (answers, others): (Vec<&Table>, Vec<_>) =
            RESULT_TABLES.iter().partition(|table| table.name == ANSWERS);
        self.execute(&[(format!("DROP TABLE `{ANSWERS}`"), Vec::new())]).await;
        store.create_tables(&[shaped(answers[0], variant)]).await.unwrap();
        let emptied = |table: &&Table| (format!("DELETE FROM `{}`", table.name), Vec::new());
        let mut statements: Vec<(String, Vec<Value>)> = others.iter().map(emptied).collect();
        statements.push((self.enterprise_users(), Vec::new()));
        statements.push(("DELETE FROM enterprise_user".to_owned(), Vec::new()));
        for table in RESULT_TABLES.iter().map(|table| table.name).chain(["enterprise_user"]) {
            let rows = rows.get(table).into_iter().flatten().enumerate();
            statements.extend(rows.map(|(number, row)| insert(table, number, row)));
        }
        self.execute(&statements).await;
    }

    /// Makes the tables of users and tokens, as Django has them, and fills them.
    pub async fn make_users(&self) {
        let id = match &self.address {
            Address::Sqlite(_) => "INTEGER PRIMARY KEY",
            Address::Mysql { .. } => "INT NOT NULL AUTO_INCREMENT PRIMARY KEY",
        };
        let users = format!(
            "CREATE TABLE auth_user (id {id}, password VARCHAR(128) NOT NULL, last_login DATETIME(6), \
             is_superuser BOOL NOT NULL, username VARCHAR(150) NOT NULL UNIQUE, \
             first_name VARCHAR(150) NOT NULL, last_name VARCHAR(150) NOT NULL, \
             email VARCHAR(254) NOT NULL, is_staff BOOL NOT NULL, is_active BOOL NOT NULL, \
             date_joined DATETIME(6) NOT NULL)"
        );
        let tokens = "CREATE TABLE authtoken_token (`key` VARCHAR(40) NOT NULL PRIMARY KEY, \
                      created DATETIME(6) NOT NULL, user_id INT NOT NULL UNIQUE, \
                      FOREIGN KEY (user_id) REFERENCES auth_user (id))";
        let user = |id: u32, name: &str, active: u8| {
            format!(
                "INSERT INTO auth_user VALUES ({id}, '{PASSWORD}', NULL, 0, '{name}', '', '', '', 0, \
                 {active}, '2014-01-01')"
            )
        };
        let tokens_of = "INSERT INTO authtoken_token VALUES \
                         ('conformance-token', '2014-01-01', 1), ('inactive-token', '2014-01-01', 2)";
        let statements = [
            users,
            tokens.to_owned(),
            user(1, "tester", 1),
            user(2, "sleeper", 0),
            tokens_of.to_owned(),
        ];
        self.execute(&statements.map(|sql| (sql, Vec::new()))).await;
    }

    /// Makes the table of enterprises' users, as other loaders have it.
    fn enterprise_users(&self) -> String {
        let id = match &self.address {
            Address::Sqlite(_) => "INTEGER PRIMARY KEY",
            Address::Mysql { .. } => "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
        };
        format!(
            "CREATE TABLE IF NOT EXISTS enterprise_user (id {id}, enterprise_id VARCHAR(32) NOT NULL, \
             lms_user_id INT NOT NULL, enterprise_user_id INT NOT NULL, enterprise_sso_uid VARCHAR(255), \
             user_account_creation_timestamp DATETIME, user_email VARCHAR(255), \
             user_username VARCHAR(255), user_country_code VARCHAR(2), last_activity_date DATE, \
             created TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"
        )
    }

    /// The documents of a roster as rows, and the mark of their load.
    pub async fn fill_roster(&self, roster: &[Map<String, Value>], updated: Option<&str>) {
        let clear = "DELETE FROM table_updates".to_owned();
        let mut statements = vec![(clear, Vec::new())];
        for (number, document) in roster.iter().enumerate() {
            let mut row = document.clone();
            if let Some(Value::Array(segments)) = row.get_mut("segments") {
                let joined = segments.iter().map(|s| s.as_str().unwrap()).collect::<Vec<_>>();
                row["segments"] = Value::from(joined.join(","));
            }
            statements.push(insert("learner_roster", number, &row));
        }
        if let Some(updated) = updated {
            let sql = "INSERT INTO table_updates (update_id, target_table, inserted) \
                       VALUES (?, ?, ?)";
            let values = ["roster", "learner_roster", &format!("{updated} 00:00:00")];
            statements.push((sql.to_owned(), values.map(Value::from).to_vec()));
        }
        self.execute(&statements).await;
    }

    async fn execute(&self, statements: &[(String, Vec<Value>)]) {
        match &self.address {
            Address::Sqlite(path) => fill_sqlite(path, statements),
            Address::Mysql { url, .. } => fill_mysql(url, statements).await,
        }
    }
}

/// `testpassword`.
const PASSWORD: &str = "pbkdf2_sha256$1000$seasalt$LfPIpAWoEL8W08v8/PW36pXAgeu8h/BPaUIxjKTMXlE=";

const ANSWERS: &str = "answer_distribution";

/// The table of answers as cases have it: an answer may be neither right nor wrong, and in the older shape there
/// is one count.
fn shaped(table: &Table, variant: Option<&str>) -> Table {
    let is_older = variant == Some("answer_distribution_count");
    let column = |column: &Column| match column.name {
        "correct" => Some(Column { required: false, ..*column }),
        "first_response_count" if is_older => None,
        "last_response_count" if is_older => Some(Column { name: "count", ..*column }),
        _ => Some(*column),
    };
    let columns: Vec<_> = table.columns.iter().filter_map(column).collect();
    Table { columns: columns.leak(), ..*table }
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
            Value::Number(number) if number.is_f64() => {
                rusqlite::types::Value::Real(number.as_f64().unwrap())
            }
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
            Value::Number(number) if number.is_f64() => {
                mysql_async::Value::Double(number.as_f64().unwrap())
            }
            Value::Number(number) => mysql_async::Value::Int(number.as_i64().unwrap()),
            other => mysql_async::Value::from(other.as_str().unwrap()),
        });
        let values: Vec<mysql_async::Value> = values.collect();
        let parameters = if values.is_empty() { Params::Empty } else { Params::Positional(values) };
        connection.exec_drop(sql.as_str(), parameters).await.unwrap();
    }
    connection.disconnect().await.unwrap();
}
