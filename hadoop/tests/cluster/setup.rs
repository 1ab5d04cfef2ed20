//! The cluster's addresses, its databases, and the program for its nodes.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};

use jobs::registry::RESULT_TABLES;
use jobs::table::Table;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use tokio::runtime::Runtime;

/// A cluster as `ci/cluster/up` leaves it in the environment.
pub struct Cluster {
    pub namenode: String,
    /// The static program `jobs`.
    pub program: PathBuf,
    lms: String,
    lms_password: String,
    store: String,
    store_password: String,
}

impl Cluster {
    /// The cluster of the environment; where there is none the test is named as skipped.
    pub fn or_skip(test: &str) -> Option<Self> {
        let found = Self::found();
        if found.is_none() {
            assert!(env::var_os("CI").is_none(), "{test}: no cluster in the environment");
            eprintln!("SKIPPED cluster {test}: no cluster in the environment (make cluster)");
        }
        found
    }

    fn found() -> Option<Self> {
        Some(Self {
            namenode: env::var("CLUSTER_NAMENODE").ok()?,
            program: env::var("CLUSTER_JOBS_PROGRAM").ok()?.into(),
            lms: env::var("CLUSTER_LMS").ok()?,
            lms_password: env::var("CLUSTER_LMS_PASSWORD_FILE").ok()?,
            store: env::var("CLUSTER_STORE").ok()?,
            store_password: env::var("CLUSTER_STORE_PASSWORD_FILE").ok()?,
        })
    }

    /// The address of an LMS database whose name begins as that of the cluster's; it is made anew.
    pub fn lms(&self, name: &str) -> String {
        let base = self.database(&self.lms, &self.lms_password, name);
        format!("{base}?password_file={}", self.lms_password)
    }

    /// The same of a result store.
    pub fn store(&self, name: &str) -> String {
        let base = self.database(&self.store, &self.store_password, name);
        format!("{base}?password_file={}", self.store_password)
    }

    fn database(&self, url: &str, password: &str, name: &str) -> String {
        let (server, database) = url.rsplit_once('/').unwrap();
        let database = format!("{database}_{name}");
        run_sql(
            url,
            password,
            &[
                format!("DROP DATABASE IF EXISTS {database}"),
                format!("CREATE DATABASE {database} CHARACTER SET utf8mb4"),
            ],
        );
        format!("{server}/{database}")
    }

    /// A folder on HDFS that is not there.
    pub fn folder(&self, name: &str) -> String {
        let address = format!("{}/tests/{name}", self.namenode);
        let removed =
            Command::new("hadoop").args(["fs", "-rm", "-r", "-f", "-skipTrash", &address]).output();
        assert!(removed.unwrap().status.success());
        address
    }
}

/// `ci/cluster/one`: starts, stops or kills one part of the cluster.
pub fn one(verb: &str, service: &str) {
    said(concat!(env!("CARGO_MANIFEST_DIR"), "/../ci/cluster/one"), &[verb, service]);
}

/// Runs a command of the cluster's and gives what it printed.
pub fn said(program: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new(program).args(arguments).output().unwrap();
    assert!(status.success(), "{program}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Runs statements on a MariaDB; a backslash is a backslash, and zero dates are taken.
pub fn statements(address: &str, statements: &[String]) {
    let (url, password) = address.split_once("?password_file=").unwrap();
    run_sql(url, password, statements);
}

/// The rows of a query, as they are shown.
pub fn rows(address: &str, sql: &str) -> Vec<String> {
    let (url, password) = address.split_once("?password_file=").unwrap();
    let options = options(url, password);
    Runtime::new().unwrap().block_on(async {
        let mut connection = Conn::new(options).await.unwrap();
        let rows: Vec<mysql_async::Row> = connection.query(sql).await.unwrap();
        connection.disconnect().await.unwrap();
        rows.into_iter().map(|row| format!("{:?}", row.unwrap())).collect()
    })
}

/// All rows of all tables of a store.
pub fn all_rows(store: &str) -> Vec<(&'static str, Vec<String>)> {
    let of = |table: &'static Table| {
        let columns = table.columns.iter().map(|column| format!("`{}`", column.name));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let query = format!("SELECT {columns} FROM {} ORDER BY {columns}", table.name);
        (table.name, rows(store, &query))
    };
    RESULT_TABLES.iter().map(of).collect()
}

fn options(url: &str, password_file: &str) -> OptsBuilder {
    let password = std::fs::read_to_string(password_file).unwrap();
    OptsBuilder::from_opts(mysql_async::Opts::from_url(url).unwrap())
        .pass(Some(password.trim_end()))
        .prefer_socket(false)
}

fn run_sql(url: &str, password_file: &str, statements: &[String]) {
    let options = options(url, password_file);
    Runtime::new().unwrap().block_on(async {
        let mut connection = Conn::new(options).await.unwrap();
        connection.query_drop("SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'").await.unwrap();
        for sql in statements {
            connection.query_drop(sql.as_str()).await.unwrap();
        }
        connection.disconnect().await.unwrap();
    });
}
