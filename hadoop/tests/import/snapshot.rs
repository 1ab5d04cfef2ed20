//! All tables and all connections of an import see one moment, whatever is written meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
    }
}

/// Every transaction of the writer adds one key to both tables, so a snapshot has the same in both.
fn assert_one_moment(lms: &Lms) -> usize {
    let ids = |table: &str| {
        let mut ids: Vec<i32> = Vec::new();
        for record in lms.records(table) {
            let Value::Int(id) = record["id"] else { panic!("{record:?}") };
            ids.push(id);
        }
        ids.sort_unstable();
        ids
    };
    let (a, b) = (ids("a"), ids("b"));
    assert_eq!(a, b);
    assert_eq!(a, (0..a.len() as i32).collect::<Vec<_>>(), "a transaction is missing");
    a.len()
}

/// So many that snapshots which do not agree are met: without the lock, or the look at the version, one
/// import in ten or so shows it.
const IMPORTS: usize = 60;

/// Imports again and again beside `writer`, which runs until told to stop.
fn imports_beside(lms: &Lms, writer: impl FnOnce(&AtomicBool) + Send) -> Vec<String> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let writing = scope.spawn(|| writer(&stop));
        let (mut how, mut sizes) = (Vec::new(), Vec::new());
        for _ in 0..IMPORTS {
            let imported = lms.import(&TABLES, 8);
            if imported.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            imported.unwrap();
            sizes.push(assert_one_moment(lms));
            how.push(
                lms.metadata("a")["additional_metadata"]["snapshot"].as_str().unwrap().to_owned(),
            );
        }
        stop.store(true, Ordering::Relaxed);
        writing.join().unwrap();
        assert!(sizes.last() > sizes.first(), "the writer slept: {sizes:?}");
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
            for id in 1000.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                for sql in [
                    "BEGIN",
                    &format!("INSERT INTO a VALUES ({id}, 'new')"),
                    &format!("INSERT INTO b VALUES ({id}, 'new')"),
                    "COMMIT",
                ] {
                    connection.query_drop(sql).await.unwrap();
                }
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
        for id in 1000.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let sql = format!(
                "BEGIN; INSERT INTO a VALUES ({id}, 'new'); INSERT INTO b VALUES ({id}, 'new'); COMMIT"
            );
            connection.execute_batch(&sql).unwrap();
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
    runtime.block_on(writer.query_drop("INSERT INTO a VALUES (-1, 'uncommitted')")).unwrap();
    lms.import(&TABLES, 8).unwrap();
    assert_eq!(assert_one_moment(&lms), 1000);
    assert_eq!(lms.metadata("a")["additional_metadata"]["snapshot"], "one connection");
    runtime.block_on(writer.query_drop("COMMIT")).unwrap();
}
