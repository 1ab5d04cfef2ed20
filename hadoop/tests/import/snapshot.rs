//! All tables and all connections of an import see one moment, whatever is written meanwhile.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use apache_avro::types::Value;
use mysql_async::prelude::Queryable;
use tokio::runtime::Runtime;

use crate::lms::{Lms, numbered};

const TABLES: [&str; 2] = ["--table\na\n-m\n8", "--table\nb\n-m\n8"];

fn fill(lms: &Lms) {
    for table in ["a", "b"] {
        lms.execute(&[&format!("CREATE TABLE {table} (id int PRIMARY KEY, word varchar(255))")]);
        let inserts = numbered(table, 1000, |at| at);
        lms.execute(&inserts.iter().map(String::as_str).collect::<Vec<_>>());
        lms.execute(&[&write(table, 0)]);
    }
}

/// The writer's statement: the number of the transaction into one row of every part.
fn write(table: &str, transaction: u32) -> String {
    format!("UPDATE {table} SET word = '{transaction}' WHERE id % 100 = 50")
}

/// Every transaction writes its number into both tables, so one moment has one number everywhere.
fn moment(lms: &Lms) -> u32 {
    let mut numbers = BTreeSet::new();
    for record in lms.records("a").into_iter().chain(lms.records("b")) {
        let (Value::Int(id), Value::String(word)) = (&record["id"], &record["word"]) else {
            panic!("{record:?}")
        };
        if id % 100 == 50 {
            numbers.insert(word.parse().unwrap());
        }
    }
    assert_eq!(numbers.len(), 1, "the import saw several moments: {numbers:?}");
    numbers.pop_first().unwrap()
}

/// So many that snapshots which do not agree are met when the lock, or the look at the version, is
/// taken away.
const IMPORTS: usize = 25;

/// Between two transactions of the writer, so that the tables stay small.
const PAUSE: Duration = Duration::from_micros(500);

/// Ends the writer when the imports end, be it by a failed assertion.
struct Stopping<'a>(&'a AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Imports again and again beside `writer`, which runs until told to stop.
fn imports_beside(lms: &Lms, writer: impl FnOnce(&AtomicBool) + Send) -> Vec<String> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| writer(&stop));
        let _stopping = Stopping(&stop);
        let (mut how, mut moments) = (Vec::new(), Vec::new());
        for _ in 0..IMPORTS {
            lms.import(&TABLES, 8).unwrap();
            moments.push(moment(lms));
            how.push(
                lms.metadata("a")["additional_metadata"]["snapshot"].as_str().unwrap().to_owned(),
            );
        }
        assert!(moments.last() > moments.first(), "the writer slept: {moments:?}");
        how
    })
}

#[test]
fn mariadb_connections_agree_while_a_writer_runs() {
    let Some(lms) = Lms::mariadb("a snapshot beside a writer") else { return };
    fill(&lms);
    let how = imports_beside(&lms, |stop| {
        Runtime::new().unwrap().block_on(async {
            let mut connection = lms.connect().await;
            for transaction in 1.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                for sql in ["BEGIN", &write("a", transaction), &write("b", transaction), "COMMIT"] {
                    connection.query_drop(sql).await.unwrap();
                }
                thread::sleep(PAUSE);
            }
        });
    });
    assert!(how.iter().any(|how| how == "connections begun under a read lock"), "{how:?}");
}

#[test]
fn sqlite_connections_agree_while_a_writer_runs() {
    let lms = Lms::sqlite();
    lms.execute(&["PRAGMA journal_mode = wal"]);
    fill(&lms);
    let path = lms.address.trim_start_matches("sqlite:").to_owned();
    imports_beside(&lms, |stop| {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.execute_batch("PRAGMA synchronous = off").unwrap();
        for transaction in 1.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let sql =
                format!("BEGIN; {}; {}; COMMIT", write("a", transaction), write("b", transaction));
            connection.execute_batch(&sql).unwrap();
            thread::sleep(PAUSE);
        }
    });
}

#[test]
fn a_writer_that_does_not_end_leaves_one_connection() {
    let Some(lms) = Lms::mariadb("a long transaction") else { return };
    fill(&lms);
    let runtime = Runtime::new().unwrap();
    let mut writer = runtime.block_on(lms.connect());
    runtime.block_on(writer.query_drop("BEGIN")).unwrap();
    runtime.block_on(writer.query_drop(write("a", 1))).unwrap();
    lms.import(&TABLES, 8).unwrap();
    assert_eq!(moment(&lms), 0);
    assert_eq!(lms.metadata("a")["additional_metadata"]["snapshot"], "one connection");
    runtime.block_on(writer.query_drop("COMMIT")).unwrap();
}
