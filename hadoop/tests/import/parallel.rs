//! Many parts and threads give what one gives.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use apache_avro::types::Value;
use hadoop::import::{Request, run};

use crate::lms::{Lms, numbered, on_both};

/// Negative keys, gaps, a crowd and an outlier.
fn skewed(at: i64) -> i64 {
    match at {
        0..1000 => at * 1000 - 500_000,
        1000..4999 => 2_000_000_000 + at,
        _ => i64::MAX,
    }
}

fn fill(lms: &Lms) {
    lms.execute(&["CREATE TABLE t (id bigint PRIMARY KEY, word varchar(255))"]);
    let inserts = numbered("t", 5000, skewed);
    lms.execute(&inserts.iter().map(String::as_str).collect::<Vec<_>>());
}

fn ids(lms: &Lms) -> Vec<i64> {
    let id = |value: &Value| if let Value::Long(id) = value { *id } else { panic!("{value:?}") };
    let mut ids: Vec<_> = lms.records("t").iter().map(|record| id(&record["id"])).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn parts_and_threads_do_not_change_the_rows() {
    on_both("parallel = single", |lms| {
        fill(lms);
        let one = lms.import(&["--table\nt\n-m\n1"], 1).unwrap().remove(0);
        let expected = ids(lms);
        assert_eq!((one.rows, one.parts, expected.len()), (5000, 1, 5000));
        let many = lms.import(&["--table\nt\n-m\n5"], 3).unwrap().remove(0);
        assert_eq!((many.rows, many.parts), (5000, 5));
        assert_eq!((many.checksum, many.nulls), (one.checksum, one.nulls));
        assert_eq!(ids(lms), expected);
    });
}

#[test]
fn skewed_keys_still_fill_every_part() {
    on_both("skewed keys", |lms| {
        fill(lms);
        if !lms.address.starts_with("sqlite") {
            lms.execute(&["ANALYZE TABLE t"]);
        }
        lms.import(&["--table\nt\n-m\n4"], 2).unwrap();
        for file in lms.files("t") {
            let rows =
                apache_avro::Reader::new(std::fs::File::open(&file).unwrap()).unwrap().count();
            assert!((400..=2400).contains(&rows), "{rows} of 5000 rows in {}", file.display());
        }
    });
}

#[test]
fn progress_ends_with_every_table_whole() {
    on_both("progress", |lms| {
        fill(lms);
        lms.execute(&["CREATE TABLE u (id int PRIMARY KEY)", "INSERT INTO u VALUES (1), (2)"]);
        let tables = [lms.table_import("--table\nt\n-m\n3"), lms.table_import("--table\nu")];
        let source = lms.address.parse().unwrap();
        let told = Mutex::new(BTreeSet::new());
        let request = Request {
            source: &source,
            tables: &tables,
            parallelism: NonZeroUsize::new(2).unwrap(),
        };
        run(&request, &|progress| {
            told.lock().unwrap().insert((progress.table.to_owned(), progress.rows));
        })
        .unwrap();
        let told = told.into_inner().unwrap();
        assert!(
            told.contains(&("t".to_owned(), 5000)) && told.contains(&("u".to_owned(), 2)),
            "{told:?}"
        );
        assert!(told.len() > 4, "{told:?}");
    });
}
