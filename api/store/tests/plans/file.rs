//! The statements as the store itself logs them, and what SQLite says of each. Its plans do not depend on how
//! many rows there are.

use std::path::Path;
use std::sync::Mutex;

use jobs::registry::RESULT_TABLES;
use log::{LevelFilter, Log, Metadata, Record};
use rusqlite::Connection;
use store::{Address, Store};

use crate::{Reads, Watched};

/// What was sent since the log was emptied.
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Sent;

impl Log for Sent {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlite"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            SENT.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// The tables that the loader does not make.
const OTHERS: &str = "
    CREATE TABLE enterprise_user (id INTEGER PRIMARY KEY, enterprise_id TEXT, user_username TEXT);
    CREATE INDEX enterprise_user_id ON enterprise_user (enterprise_id);
    CREATE TABLE auth_user (id INTEGER PRIMARY KEY, password TEXT, username TEXT UNIQUE, is_staff INT, is_active INT);
    CREATE TABLE authtoken_token (`key` TEXT PRIMARY KEY, created TEXT, user_id INT UNIQUE);";

/// What a statement makes for itself, or needs no table for.
const MADE: [&str; 2] = ["summary", "CONSTANT"];

/// A store in a file whose statements are logged.
pub struct File {
    store: Store,
    connection: Connection,
    complaints: Vec<String>,
}

impl File {
    pub async fn new(path: &Path) -> Self {
        log::set_logger(&Sent).unwrap();
        log::set_max_level(LevelFilter::Trace);
        let store = Store::open(&Address::Sqlite(path.to_owned())).unwrap();
        store.create_tables(RESULT_TABLES).await.unwrap();
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(OTHERS).unwrap();
        Self { store, connection, complaints: Vec::new() }
    }

    /// Fails if there is anything to complain of.
    pub fn end(self) {
        assert!(self.complaints.is_empty(), "{}", self.complaints.join("\n"));
    }
}

/// Whether a step reads a table from end to end: as `SCAN video`.
fn is_scan(step: &str, reads: Reads) -> bool {
    let Some(table) = step.strip_prefix("SCAN ") else { return false };
    let table = table.split(' ').next().unwrap();
    let may = matches!(reads, Reads::All(whole) if whole.contains(&table));
    !may && !MADE.contains(&table)
}

impl Watched for File {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn forget(&mut self) {
        SENT.lock().unwrap().clear();
    }

    async fn sent(&mut self) -> Vec<String> {
        std::mem::take(&mut *SENT.lock().unwrap())
    }

    async fn judge(&mut self, question: &str, reads: Reads, sql: &str) {
        let mut plan = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        // Its parameters stay NULL: the plan is the same.
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get("detail").unwrap();
            if is_scan(&step, reads) {
                self.complaints.push(format!("{question} ({reads:?}): {step}: {sql}"));
            }
        }
    }
}
