//! What only a server can do: refuse rights, switch a setting off, compare loosely, go away.

use std::time::Duration;

use jobs::registry::RESULT_TABLES;
use mysql_async::prelude::Queryable;
use store::{Address, Dates, Part, Parts, Store};
use testkit::{MariaDb, mariadb_or_skip};

use crate::setup::{SAMPLE, mariadb, on, options, rows};

/// The same database for a user with fewer rights, by a password from a file.
async fn as_user(
    server: &MariaDb,
    database: &Address,
    user: &str,
    grants: &str,
    folder: &std::path::Path,
) -> Store {
    let name = database.to_string().rsplit('/').next().unwrap().to_owned();
    let mut administrator = server.administrator().await.unwrap();
    administrator
        .query_drop(format!("CREATE USER {user}@'%' IDENTIFIED BY 'hunter2'"))
        .await
        .unwrap();
    administrator.query_drop(format!("GRANT {grants} ON {name}.* TO {user}@'%'")).await.unwrap();
    administrator.disconnect().await.unwrap();
    let file = folder.join("password");
    std::fs::write(&file, "hunter2\n").unwrap();
    let url = format!(
        "mysql://{user}@127.0.0.1:{}/{name}?password_file={}",
        server.port(),
        file.display()
    );
    Store::open(&url.parse().unwrap()).unwrap()
}

#[tokio::test]
async fn k13_a_missing_right_is_told_before_the_work() {
    let Some(server) = mariadb() else { return };
    let database = on(server).await;
    let folder = tempfile::tempdir().unwrap();
    let few = as_user(
        server,
        &database.address,
        "loader",
        "SELECT, INSERT, DELETE, CREATE",
        folder.path(),
    )
    .await;
    let error = few.check_loadable().await.unwrap_err();
    let message = error.to_string();
    assert!(message.contains("command denied to user 'loader'"), "{message}");
    assert!(!format!("{message} {few:?} {error:?}").contains("hunter2"), "{error:?}");
    let grants = "SELECT, INSERT, DELETE, CREATE, DROP, ALTER, INDEX";
    let enough = as_user(server, &database.address, "operator", grants, folder.path()).await;
    enough.check_loadable().await.unwrap();
    enough.load(&SAMPLE, rows(&["a"]), &options("u1")).await.unwrap();
}

#[tokio::test]
async fn a_reader_needs_no_more_than_select() {
    let Some(server) = mariadb() else { return };
    let database = on(server).await;
    database.store.create_tables(RESULT_TABLES).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let reader = as_user(server, &database.address, "reader", "SELECT", folder.path()).await;
    assert_eq!(reader.enrollment("c", Dates::Latest).await.unwrap(), []);
    let filter = store::SummaryFilter { programs: true, ..Default::default() };
    assert_eq!(reader.summaries(&filter).await.unwrap(), store::Summaries::default());
    assert!(reader.load(&SAMPLE, rows(&["a"]), &options("u1")).await.is_err());
}

#[tokio::test]
async fn a_wrong_password_is_told_without_it() {
    let Some(server) = mariadb() else { return };
    let database = on(server).await;
    let folder = tempfile::tempdir().unwrap();
    as_user(server, &database.address, "locked", "SELECT", folder.path()).await;
    let url = format!("mysql://locked@127.0.0.1:{}/reports_0", server.port());
    let error = Store::open(&url.parse().unwrap()).unwrap().check().await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("Access denied"), "{error}");
}

#[tokio::test]
async fn other_spellings_of_a_course_are_other_courses_even_where_the_column_ignores_case() {
    let Some(server) = mariadb() else { return };
    let database = on(server).await;
    database
        .execute(
            "CREATE TABLE course_enrollment_daily (id INT AUTO_INCREMENT PRIMARY KEY, course_id VARCHAR(255), \
             date DATE, count INT, created DATETIME(6), KEY (course_id, date)) COLLATE utf8mb4_general_ci",
        )
        .await;
    database
        .execute(
            "INSERT INTO course_enrollment_daily (course_id, date, count) VALUES \
             ('edX/Demo/É', '2014-01-01', 1), ('edx/demo/é', '2014-01-05', 2), ('edX/Demo/É ', '2014-01-06', 3)",
        )
        .await;
    let counts = async |course: &str, dates| {
        let rows = database.store.enrollment(course, dates).await.unwrap();
        rows.iter().filter_map(|row| row.count).collect::<Vec<_>>()
    };
    for dates in [Dates::Latest, Dates::Range { start: None, end: None }] {
        assert_eq!(counts("edX/Demo/É", dates).await, [1]);
        assert_eq!(counts("edx/demo/é", dates).await, [2]);
        assert_eq!(counts("edX/Demo/É ", dates).await, [3]);
    }
}

#[tokio::test]
async fn a_switched_off_local_infile_is_told_and_nothing_hangs() {
    let Some(server) = mariadb_or_skip("the store against a server without LOCAL INFILE").unwrap()
    else {
        return;
    };
    let database = on(&server).await;
    let mut administrator = server.administrator().await.unwrap();
    administrator.query_drop("SET GLOBAL local_infile = 0").await.unwrap();
    let endless: Parts = Box::new(std::iter::repeat_with(|| {
        let row = "c\t\\N\tt\t\\N\t\\N\t\\N\t\\N\t\\N\n".repeat(1000);
        Ok(Part {
            name: "part".to_owned(),
            bytes: Box::new(std::io::Cursor::new(row.into_bytes())),
        })
    }));
    let options = options("u1");
    let load = database.store.load(&SAMPLE, endless, &options);
    let error = tokio::time::timeout(Duration::from_secs(20), load).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("local_infile"), "{error}");
}

/// A reader in the middle of a transaction holds the swap up, and the loader is killed there.
#[tokio::test]
async fn k13_a_rename_that_fails_leaves_the_old_rows_and_their_mark() {
    let Some(server) = mariadb() else { return };
    let database = on(server).await;
    database.load("u1", &["old"]).await.unwrap();
    let mut reader = server.administrator().await.unwrap();
    let name = database.address.to_string().rsplit('/').next().unwrap().to_owned();
    reader.query_drop("BEGIN").await.unwrap();
    reader.query_drop(format!("SELECT COUNT(*) FROM {name}.sample")).await.unwrap();
    let renaming =
        "SELECT id FROM information_schema.processlist WHERE db = ? AND info LIKE 'RENAME TABLE%'";
    let kill = async {
        loop {
            let found: Option<u64> = reader.exec_first(renaming, (&name,)).await.unwrap();
            if let Some(id) = found {
                return reader.query_drop(format!("KILL {id}")).await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let (loaded, ()) = tokio::join!(database.load("u2", &["new"]), kill);
    loaded.unwrap_err();
    // The killed statement must be gone before what holds it up ends, or it may still be granted its lock.
    while reader.exec_first::<u64, _, _>(renaming, (&name,)).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    reader.query_drop("COMMIT").await.unwrap();
    assert_eq!(
        (database.titles().await, database.marks().await),
        (vec!["old".to_owned()], vec!["u1".to_owned()])
    );
    database.load("u2", &["new"]).await.unwrap();
    assert_eq!(database.titles().await, ["new"]);
    assert_eq!(database.tables().await, ["sample", "sample__prev"]);
}

#[tokio::test]
async fn k13_a_server_that_goes_away_in_the_middle_publishes_nothing() {
    let Some(server) = mariadb_or_skip("the store against a server that goes away").unwrap() else {
        return;
    };
    let server = std::sync::Arc::new(server);
    let database = on(&server).await;
    database.load("u1", &["old"]).await.unwrap();
    let killer = server.clone();
    let mut number = 0;
    let endless: Parts = Box::new(std::iter::repeat_with(move || {
        number += 1;
        if number == 50 {
            killer.kill().unwrap();
        }
        let row = "c\t\\N\tnew\t\\N\t\\N\t\\N\t\\N\t\\N\n".repeat(1000);
        Ok(Part {
            name: format!("part-{number}"),
            bytes: Box::new(std::io::Cursor::new(row.into_bytes())),
        })
    }));
    let options = options("u2");
    let load = database.store.load(&SAMPLE, endless, &options);
    let error = tokio::time::timeout(Duration::from_secs(20), load).await.unwrap().unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(database.store.check().await.unwrap_err().is_unavailable());

    server.restart().unwrap();
    database.store.check().await.unwrap();
    assert_eq!(database.titles().await, ["old"]);
    assert_eq!(database.marks().await, ["u1"]);
    database.load("u3", &["new"]).await.unwrap();
    assert_eq!(database.tables().await, ["sample", "sample__prev"]);
}
