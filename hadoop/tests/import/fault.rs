//! What goes wrong in the middle leaves no `_SUCCESS` and one clear error.

use std::fs;
use std::num::NonZeroUsize;
use std::sync::Once;

use hadoop::import::{Request, run};

use crate::lms::{Lms, import, numbered, on_both};

#[test]
fn a_server_that_dies_fails_the_import() {
    let Some(server) = testkit::mariadb_or_skip("a server that dies").unwrap() else { return };
    let lms = Lms::on(&server);
    lms.execute(&["CREATE TABLE t (id int PRIMARY KEY, word varchar(255))"]);
    let inserts = numbered("t", 300_000, |at| at);
    lms.execute(&inserts.iter().map(String::as_str).collect::<Vec<_>>());
    let tables = [lms.table_import("--table\nt\n-m\n2")];
    let source = lms.address.parse().unwrap();
    let request =
        Request { source: &source, tables: &tables, parallelism: NonZeroUsize::new(2).unwrap() };
    let once = Once::new();
    let result = run(&request, &|_| once.call_once(|| server.kill().unwrap()));
    let message = result.unwrap_err().to_string();
    assert!(message.starts_with(&format!("reading t at {}: ", lms.address)), "{message}");
    assert!(!lms.is_marked("t"));
    let message = lms.import(&["--table\nt"], 2).unwrap_err().to_string();
    assert!(message.starts_with(&format!("connecting to {}: ", lms.address)), "{message}");
}

#[test]
fn a_value_that_its_type_cannot_hold_fails_the_import() {
    let lms = Lms::sqlite();
    lms.execute(&[
        "CREATE TABLE t (id int PRIMARY KEY, made datetime)",
        "INSERT INTO t VALUES (1, '2024-01-01 00:00:00'), (2, 'yesterday')",
    ]);
    let message = lms.import(&["--table\nt\n-m\n1"], 1).unwrap_err().to_string();
    assert_eq!(message, "t.made, row 2 of part-m-00000.avro: is no date and time");
    assert!(!lms.is_marked("t"));
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    on_both("a full folder", |lms| {
        lms.execute(&["CREATE TABLE t (id int PRIMARY KEY)"]);
        let table = lms.table_import("--table\nt");
        fs::create_dir_all(&table.staging).unwrap();
        fs::write(table.staging.join("part-m-00000.avro"), "mine").unwrap();
        let message =
            import(&lms.address, std::slice::from_ref(&table), 1).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("cannot write {}: the staging folder is not empty", table.staging.display())
        );
        assert_eq!(fs::read_to_string(table.staging.join("part-m-00000.avro")).unwrap(), "mine");
    });
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let lms = Lms::sqlite();
    lms.execute(&["CREATE TABLE t (id int PRIMARY KEY)"]);
    fs::write(lms.folder.path().join("staged"), "a file in its place").unwrap();
    let table = lms.table_import("--table\nt");
    let message = import(&lms.address, std::slice::from_ref(&table), 1).unwrap_err().to_string();
    assert!(
        message.starts_with(&format!("cannot write {}: ", table.staging.display())),
        "{message}"
    );
}

#[test]
fn a_server_without_tls_is_refused_when_tls_is_asked_for() {
    let Some(lms) = Lms::mariadb("no TLS") else { return };
    lms.execute(&["CREATE TABLE t (id int PRIMARY KEY)"]);
    let message = lms
        .import_as(&format!("{}?require_ssl=true", lms.address), &["--table\nt"], 1)
        .unwrap_err();
    assert!(message.to_string().contains("server does not have this capability"), "{message}");
}
