//! A database that is not what is expected stops the import before a byte is written.

use crate::lms::{Lms, on_both};
use hadoop::import::{Options, TableImport, survey};
use std::path::Path;

const ENROLLMENT: &str = "--table\nstudent_courseenrollment\n--columns\nid,user_id,course_id,created,is_active,mode\n--map-column-java\ncreated=String";

fn refused(lms: &Lms, address: &str, tables: &[&str]) -> String {
    let message = lms.import_as(address, tables, 2).unwrap_err().to_string();
    assert!(!lms.folder.path().join("staged").exists(), "something was written");
    message
}

#[test]
fn every_difference_is_named_at_once() {
    on_both("drift", |lms| {
        lms.execute(&[
            "CREATE TABLE student_courseenrollment (id int PRIMARY KEY, user_id varchar(20), course_id varchar(255), \
             created date, is_active int, enrolled_as varchar(100))",
            "CREATE TABLE fine (id int PRIMARY KEY)",
        ]);
        let message = refused(
            lms,
            &lms.address,
            &["--table\nfine", ENROLLMENT, "--table\nauth_user\n--columns\nid"],
        );
        assert!(
            message.starts_with("the LMS tables have changed, nothing was imported: "),
            "{message}"
        );
        for part in [
            "student_courseenrollment.user_id: expected a whole number, found varchar(20)",
            "student_courseenrollment.created: expected a date and time, found date",
            "student_courseenrollment.is_active: expected a boolean, found int",
            "student_courseenrollment.mode: expected text, found no such column",
            "auth_user: expected a table, found none",
        ] {
            assert!(message.to_lowercase().contains(part), "{message}");
        }
        assert!(!message.contains("fine"), "{message}");
    });
}

#[test]
fn sqoop_is_not_sent_to_dump_columns_in_another_order() {
    on_both("order", |lms| {
        let columns = "id int PRIMARY KEY, module_id varchar(255), module_type varchar(32), student_id int, \
             state text, grade double, created datetime, modified datetime, max_grade double, \
             done varchar(8), course_id varchar(255)";
        lms.execute(&[&format!("CREATE TABLE courseware_studentmodule ({columns})")]);
        let path = Path::new("courseware_studentmodule.options");
        let dump = "--table\ncourseware_studentmodule\n--direct\n--mysql-delimiters";
        let options = Options::parse(path, dump).unwrap();
        let staging = lms.folder.path().join("staged");
        let tables = [TableImport { options, staging }];
        let message = survey(&lms.address.parse().unwrap(), &tables).unwrap_err().to_string();
        assert!(message.contains("expected columns id, module_type, module_id, "), "{message}");
        assert!(message.contains("found id, module_id, module_type, "), "{message}");
    });
}

#[test]
fn a_file_that_is_no_database_or_not_there_is_named() {
    let lms = Lms::sqlite();
    let missing = refused(&lms, &lms.address, &[ENROLLMENT]);
    assert!(missing.contains(&format!("opening {}", lms.address)), "{missing}");
    let text = lms.folder.path().join("text");
    std::fs::write(&text, "x".repeat(4096)).unwrap();
    let message = refused(&lms, &format!("sqlite:{}", text.display()), &[ENROLLMENT]);
    assert!(message.contains("not a database"), "{message}");
}

#[test]
fn an_engine_without_snapshots_is_refused() {
    let Some(lms) = Lms::mariadb("an engine without snapshots") else { return };
    lms.execute(&["CREATE TABLE t (id int PRIMARY KEY) ENGINE = MyISAM"]);
    let message = refused(&lms, &lms.address, &["--table\nt"]);
    assert!(
        message.ends_with("t: expected an engine with snapshots, as InnoDB, found MyISAM"),
        "{message}"
    );
}

#[test]
fn rights_decide_what_is_there() {
    let Some(lms) = Lms::mariadb("rights") else { return };
    let (database, user) = (lms.name(), format!("few_{}", lms.name()));
    let create = format!("CREATE USER {user}@'127.0.0.1' IDENTIFIED BY 'hunter2'");
    lms.execute(&[
        "CREATE TABLE t (id int PRIMARY KEY, word varchar(9), secret varchar(9))",
        "INSERT INTO t VALUES (1, 'a', 's'), (2, 'b', 's')",
        "CREATE TABLE hidden (id int PRIMARY KEY)",
        &create,
        &format!("GRANT SELECT (id, word) ON {database}.t TO {user}@'127.0.0.1'"),
    ]);
    let wrong = lms.folder.path().join("wrong");
    std::fs::write(&wrong, "opensesame").unwrap();
    let message = refused(
        &lms,
        &format!("{}?password_file={}", lms.address_of(&user), wrong.display()),
        &["--table\nt"],
    );
    assert!(message.contains("Access denied") && !message.contains("opensesame"), "{message}");
    let password = lms.folder.path().join("password");
    std::fs::write(&password, "hunter2\n").unwrap();
    let address = format!("{}?password_file={}", lms.address_of(&user), password.display());
    let message = refused(&lms, &address, &["--table\nt\n--columns\nid,secret", "--table\nhidden"]);
    assert!(
        message.contains("t.secret: expected a column of a plain type, found no such column"),
        "{message}"
    );
    assert!(
        message.contains("hidden: expected a table, found none that this user may read"),
        "{message}"
    );
    let imported =
        lms.import_as(&address, &["--table\nt\n--columns\nid,word\n-m\n2"], 2).unwrap().remove(0);
    assert_eq!(imported.rows, 2);
    assert_eq!(lms.metadata("t")["additional_metadata"]["snapshot"], "one connection");
}
