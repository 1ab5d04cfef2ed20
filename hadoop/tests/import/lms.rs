//! An LMS database for one test, in SQLite or in MariaDB, and its import.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use apache_avro::Reader;
use apache_avro::types::Value;
use hadoop::import::{ImportError, Imported, Options, Request, Source, TableImport, run};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use tempfile::TempDir;
use testkit::MariaDb;
use tokio::runtime::Runtime;

static SERVER: OnceLock<Option<MariaDb>> = OnceLock::new();

/// A database of its own, and a folder for what is imported.
pub struct Lms {
    pub address: String,
    pub folder: TempDir,
}

/// One staged table as it was read back.
pub type Records = Vec<BTreeMap<String, Value>>;

impl Lms {
    pub fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        Self { address: format!("sqlite:{}", folder.path().join("lms.db").display()), folder }
    }

    /// Nothing where MariaDB is not installed; the skip is printed with the name of the test.
    pub fn mariadb(test: &str) -> Option<Self> {
        let server = SERVER.get_or_init(|| testkit::mariadb_or_skip("hadoop import").unwrap());
        if server.is_none() {
            eprintln!("SKIPPED {test} on MariaDB");
        }
        server.as_ref().map(Self::on)
    }

    pub fn on(server: &MariaDb) -> Self {
        let address = Runtime::new().unwrap().block_on(server.database()).unwrap();
        Self { address, folder: TempDir::new().unwrap() }
    }

    /// The database's own name.
    pub fn name(&self) -> &str {
        self.address.rsplit('/').next().unwrap()
    }

    /// The same database, seen by another user.
    pub fn address_of(&self, user: &str) -> String {
        self.address.replace("root@", &format!("{user}@"))
    }

    /// Runs statements that both databases understand; a backslash is a backslash in both.
    pub fn execute(&self, statements: &[&str]) {
        if let Some(path) = self.address.strip_prefix("sqlite:") {
            let connection = rusqlite::Connection::open(path).unwrap();
            statements.iter().for_each(|sql| connection.execute_batch(sql).unwrap());
            return;
        }
        Runtime::new().unwrap().block_on(async {
            let mut connection = self.connect().await;
            for sql in statements {
                connection.query_drop(*sql).await.unwrap();
            }
            connection.disconnect().await.unwrap();
        });
    }

    /// A connection to MariaDB that takes zero dates.
    pub async fn connect(&self) -> Conn {
        let mut connection = Conn::from_url(&self.address).await.unwrap();
        connection.query_drop("SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'").await.unwrap();
        connection
    }

    pub fn staging(&self, table: &str) -> PathBuf {
        self.folder.path().join("staged").join(table)
    }

    /// Imports tables, each by the lines of its option file.
    pub fn import(
        &self,
        tables: &[&str],
        parallelism: usize,
    ) -> Result<Vec<Imported>, ImportError> {
        self.import_as(&self.address, tables, parallelism)
    }

    pub fn import_as(
        &self,
        address: &str,
        tables: &[&str],
        parallelism: usize,
    ) -> Result<Vec<Imported>, ImportError> {
        let _ = fs::remove_dir_all(self.folder.path().join("staged"));
        let tables: Vec<_> = tables.iter().map(|lines| self.table_import(lines)).collect();
        import(address, &tables, parallelism)
    }

    pub fn table_import(&self, lines: &str) -> TableImport {
        let text = format!("{lines}\n--as-avrodatafile\n--compress\n--compression-codec\nsnappy");
        let options = Options::parse(Path::new("test.options"), &text).unwrap();
        TableImport { staging: self.staging(&options.table), options }
    }

    /// All records of a table, in the order of files and rows.
    pub fn records(&self, table: &str) -> Records {
        let mut records = Vec::new();
        for file in self.files(table) {
            for value in Reader::new(File::open(file).unwrap()).unwrap() {
                let Value::Record(fields) = value.unwrap() else { panic!("not a record") };
                let plain = |(name, value): (String, Value)| match value {
                    Value::Union(_, inner) => (name, *inner),
                    other => panic!("{name} is no union but {other:?}"),
                };
                records.push(fields.into_iter().map(plain).collect());
            }
        }
        records
    }

    /// The Avro files of a table, by name.
    pub fn files(&self, table: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.staging(table)).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "avro"));
        files.sort();
        files
    }

    pub fn metadata(&self, table: &str) -> serde_json::Value {
        let text = fs::read_to_string(self.staging(table).join("_metadata")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub fn is_marked(&self, table: &str) -> bool {
        self.staging(table).join("_SUCCESS").exists()
    }
}

pub fn import(
    address: &str,
    tables: &[TableImport],
    parallelism: usize,
) -> Result<Vec<Imported>, ImportError> {
    let source: Source = address.parse()?;
    let parallelism = NonZeroUsize::new(parallelism).unwrap();
    run(&Request { source: &source, tables, parallelism }, &|_| {})
}

/// Runs a test on SQLite, and on MariaDB where it is installed.
pub fn on_both(test: &str, check: impl Fn(&Lms)) {
    check(&Lms::sqlite());
    if let Some(lms) = Lms::mariadb(test) {
        check(&lms);
    }
}

/// Inserts that make `rows` rows of `table (id, word)`, with the keys that `key` gives.
pub fn numbered(table: &str, rows: i64, key: impl Fn(i64) -> i64) -> Vec<String> {
    let row = |at: i64| format!("({}, 'word number {at}')", key(at));
    let all: Vec<_> = (0..rows).map(row).collect();
    all.chunks(2000).map(|some| format!("INSERT INTO {table} VALUES {}", some.join(","))).collect()
}
