//! From logs to the result store: what is loaded, what is not loaded again, what is refused.
#![allow(clippy::unwrap_used)]

mod university;

use jobs::lms::{AUTH_USER, COURSE_GROUPS_COURSEUSERGROUP, COURSE_GROUPS_COURSEUSERGROUP_USERS};
use jobs::table::{Column, Kind};
use serde_json::json;
use std::fs;
use testkit::MariaDb;
use university::{Ended, University, ended};

/// A store of either kind, asked as a third party would.
enum Db {
    File(std::path::PathBuf),
    Server(String, tokio::runtime::Runtime),
}

impl Db {
    /// A new store of each kind that there is; that of a file is the university's.
    fn all(university: &University, server: Option<&MariaDb>) -> Vec<Self> {
        let mut all = vec![Self::File(university.path("store.db"))];
        if let Some(server) = server {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let url = runtime.block_on(server.database()).unwrap();
            all.push(Self::Server(url, runtime));
        }
        all
    }

    fn url(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite:{}", path.display()),
            Self::Server(url, _) => url.clone(),
        }
    }

    /// The first column of a query, sorted.
    fn column(&self, sql: &str) -> Vec<String> {
        use mysql_async::prelude::Queryable;
        let mut values: Vec<String> = match self {
            Self::File(path) => {
                let db = rusqlite::Connection::open(path).unwrap();
                let mut statement = db.prepare(sql).unwrap();
                let values = statement.query_map([], |row| row.get(0)).unwrap();
                values.map(Result::unwrap).collect()
            }
            Self::Server(url, runtime) => runtime.block_on(async {
                let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
                let values = connection.query(sql).await.unwrap();
                connection.disconnect().await.unwrap();
                values
            }),
        };
        values.sort();
        values
    }
}

fn check(day: u32, learner: &str, answer: &str) -> String {
    json!({
        "username": learner, "event_type": "problem_check", "event_source": "server",
        "time": format!("2026-03-0{day}T10:00:00.5+00:00"),
        "context": {"course_id": "B/Two/R", "module": {"display_name": "A\tproblem"}},
        "event": {
            "problem_id": "p", "success": "correct", "answers": {"p_1": answer},
            "submission": {"p_1": {"answer": answer, "correct": true, "question": "Why\n?",
                "response_type": "stringresponse", "variant": ""}},
        },
    })
    .to_string()
}

/// A log of this name, of a check by each learner.
fn write_log(university: &University, name: &str, day: u32, learners: &[&str]) {
    let folder = university.path("checks");
    fs::create_dir_all(&folder).unwrap();
    let lines = learners.iter().map(|learner| check(day, learner, learner) + "\n");
    fs::write(folder.join(format!("tracking.log-{name}")), lines.collect::<String>()).unwrap();
}

/// Checks of three days.
fn checked() -> University {
    let university = University::new();
    for day in 1..=3 {
        write_log(&university, &format!("2026030{day}"), day, &["ana", "bo", "C\u{e9}"]);
    }
    university
}

fn run(university: &University, warehouse: &str, job: &str, db: &Db, arguments: &[&str]) -> Ended {
    let logs = university.path("checks").display().to_string();
    let url = db.url();
    let fixed = ["run", job, "--source", &logs, "--store", &url];
    let dates = ["--interval", "2026-03-01-2026-03-09"];
    let all = [&fixed[..], &dates, arguments].concat();
    ended(university.command(warehouse, &all).output().unwrap())
}

/// Rows of a table in the warehouse, of all its partitions.
fn warehouse_rows(university: &University, warehouse: &str, table: &str) -> Vec<String> {
    let parts = university.parts(warehouse);
    let of_table = parts.iter().filter(|(name, _)| name.starts_with(&format!("{table}/")));
    let mut rows: Vec<_> =
        of_table.flat_map(|(_, text)| text.lines()).map(|row| row.replace('\t', "|")).collect();
    rows.sort();
    rows
}

const ENGAGEMENT: &str = "SELECT CONCAT_WS('|', course_id, username, date, entity_type, entity_id, \
                          event, count) FROM module_engagement";

#[test]
fn days_of_engagement_reach_the_store_and_only_those_that_changed_again() {
    let server = testkit::mariadb_or_skip("days of engagement in the store").unwrap();
    let folder = University::new();
    for db in Db::all(&folder, server.as_ref()) {
        let university = checked();
        let load = || {
            let said = run(&university, "w", "module-engagement", &db, &[]).ok().stderr;
            let rows = db.column(ENGAGEMENT);
            assert_eq!(rows, warehouse_rows(&university, "w", "module_engagement"));
            let mut lines = said.lines().filter(|line| line.contains("load module_engagement: "));
            let line = lines.next_back().unwrap().split_once("module_engagement: ").unwrap();
            let others = "SELECT CONCAT_WS(' ', id, '') FROM module_engagement \
                          WHERE date <> '2026-03-02'";
            (line.1.to_owned(), rows.len(), db.column(others))
        };
        let (said, rows, first_ids) = load();
        assert_eq!((said.as_str(), rows), ("days 3, deleted 0, replaced 0, rows 18", 18));
        assert_eq!(load().0, "the store has every day already");

        write_log(&university, "20260304", 2, &["late"]);
        let (said, rows, ids) = load();
        assert_eq!((said.as_str(), rows), ("days 1, deleted 0, replaced 6, rows 8", 20));
        assert_eq!(ids, first_ids, "other days were touched");

        fs::remove_file(university.path("checks/tracking.log-20260303")).unwrap();
        let (said, rows, _) = load();
        assert_eq!((said.as_str(), rows), ("days 0, deleted 1, replaced 6, rows 0", 14));
        let marks = "SELECT update_id FROM table_updates WHERE target_table = 'module_engagement'";
        assert_eq!(db.column(marks).len(), 2);
        let publish = |arguments: &[&str]| {
            let url = db.url();
            let arguments = [&["publish", "--store", &url], arguments].concat();
            ended(university.command("w", &arguments).output().unwrap()).ok().stdout
        };
        let nothing = "module_engagement: skipped, the store has every day already\n";
        assert_eq!(publish(&["module_engagement"]), format!("{nothing}0 tables loaded\n"));
    }
}

#[test]
fn a_warehouse_that_lost_most_days_does_not_empty_the_store() {
    let university = checked();
    let db = Db::File(university.path("store.db"));
    run(&university, "w", "module-engagement", &db, &[]).ok();
    for day in [2, 3] {
        fs::remove_file(university.path(&format!("checks/tracking.log-2026030{day}"))).unwrap();
    }
    let refused = run(&university, "other", "module-engagement", &db, &[]);
    assert_eq!(refused.code, Some(41), "{}", refused.stderr);
    let said = "loading module_engagement: 6 rows in place of 18 is a drop of more than 50 %";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    assert_eq!(db.column(ENGAGEMENT).len(), 18);
}

#[test]
fn k07_days_of_a_run_that_was_killed_are_loaded_by_the_next() {
    let university = checked();
    let db = |name: &str| Db::File(university.path(name));
    run(&university, "whole", "module-engagement", &db("whole.db"), &[]).ok();
    let whole = db("whole.db").column(ENGAGEMENT);
    let logs = university.path("checks").display().to_string();
    let mut killed = 0;
    for number in (1..).step_by(3) {
        let (warehouse, store) = (format!("cut-{number}"), db(&format!("cut-{number}.db")));
        let (url, job) = (store.url(), "module-engagement");
        let arguments = ["run", job, "--source", &logs, "--store", &url];
        let mut command = university.command(&warehouse, &arguments);
        command.env("INSIGHTS_FAULT", format!("any:{number}"));
        let first = ended(command.output().unwrap());
        if first.code == Some(0) {
            break;
        }
        assert_eq!(first.code, None, "{}", first.stderr);
        killed += 1;
        run(&university, &warehouse, job, &store, &[]).ok();
        assert_eq!(store.column(ENGAGEMENT), whole, "killed at point {number}");
        let again = run(&university, &warehouse, job, &store, &[]).ok().stderr;
        assert!(again.contains("the store has every day already"), "{again}");
    }
    assert!(killed > 5, "only {killed} points were passed");
}

/// What a learner types may hold everything that tells fields and rows apart.
#[test]
fn answers_reach_the_store_whole() {
    let server = testkit::mariadb_or_skip("answers in the store").unwrap();
    let folder = University::new();
    for db in Db::all(&folder, server.as_ref()) {
        let university = University::new();
        let typed = ["a\tb\\\nc", "\u{1f980} 'it'", "12.50"];
        let lines: String = typed.iter().map(|answer| check(1, answer, answer) + "\n").collect();
        fs::create_dir_all(university.path("checks")).unwrap();
        fs::write(university.path("checks/tracking.log-20260301"), lines).unwrap();
        let date = ["--param", "date=2026-03-09"];
        let said = run(&university, "w", "answer-distribution", &db, &date).ok().stderr;
        assert!(said.contains("load answer_distribution: 3 rows of 2026-03-09"), "{said}");
        let mut expected = typed.map(str::to_owned);
        expected.sort();
        assert_eq!(db.column("SELECT answer_value_text FROM answer_distribution"), expected);
        let told = "SELECT CONCAT_WS('|', problem_display_name, question_text, correct) \
                    FROM answer_distribution WHERE answer_value_numeric = 12.5";
        assert_eq!(db.column(told), ["A\tproblem|Why\n?|1"]);
        let again = run(&university, "w", "answer-distribution", &db, &date).ok().stderr;
        assert!(again.contains("the store has 2026-03-09 already"), "{again}");
    }
}

/// The result table has another name than that of the warehouse; of three a run fills one.
#[test]
fn engagement_of_students_reaches_the_table_of_its_interval() {
    let university = checked();
    make_accounts(&university);
    let db = Db::File(university.path("store.db"));
    run(&university, "w", "student-engagement", &db, &[]).ok();
    let daily = "SELECT CONCAT_WS('|', end_date, course_id, username, days_active, \
                 problems_attempted, last_subsection_viewed) FROM student_engagement_daily";
    let stored = db.column(daily);
    assert_eq!((stored.len(), stored[0].as_str()), (9, "2026-03-01|B/Two/R|C\u{e9}|1|1|"));
    assert!(db.column("SELECT username FROM student_engagement_all").is_empty());
    let all = ["--param", "interval_type=all"];
    run(&university, "w", "student-engagement", &db, &all).ok();
    assert_eq!(db.column("SELECT username FROM student_engagement_all"), ["C\u{e9}", "ana", "bo"]);
    assert_eq!(db.column(daily), stored);
}

/// The tables of accounts and cohorts, which the reports read: nobody is in them.
fn make_accounts(university: &University) {
    let lms = rusqlite::Connection::open(university.path("lms.sqlite")).unwrap();
    for table in [AUTH_USER, COURSE_GROUPS_COURSEUSERGROUP, COURSE_GROUPS_COURSEUSERGROUP_USERS] {
        let column = |column: &Column| match column.kind {
            Kind::Int => format!("{} INTEGER", column.name),
            Kind::Flag => format!("{} tinyint(1)", column.name),
            Kind::Timestamp => format!("{} DATETIME", column.name),
            _ => format!("{} VARCHAR(255)", column.name),
        };
        let columns: Vec<_> = table.staged.columns.iter().map(column).collect();
        let made = format!("CREATE TABLE {} ({})", table.staged.name, columns.join(", "));
        lms.execute_batch(&made).unwrap();
    }
}

const NOWHERE: &str = "mysql://nobody@127.0.0.1:9/none";

#[test]
fn a_store_is_not_opened_for_nothing() {
    let university = checked();
    let logs = university.path("checks").display().to_string();
    let insights = |arguments: &[&str]| {
        let arguments = [arguments, &["--store", NOWHERE]].concat();
        let warehouse = if arguments[0] == "run" { "w" } else { "empty" };
        ended(university.command(warehouse, &arguments).output().unwrap())
    };
    insights(&["run", "total-events", "--source", &logs]).ok();
    insights(&["run", "course-program-metadata", "--source", &logs]).ok();
    let nothing = insights(&["publish"]).ok();
    let lines: Vec<_> = nothing.stdout.lines().collect();
    assert_eq!(lines.len(), jobs::registry::RESULT_TABLES.len() + 1);
    assert!(lines.contains(&"video: skipped, the warehouse has nothing of video"), "{lines:?}");
    assert_eq!(lines.last(), Some(&"0 tables loaded"));
    for (arguments, code, said) in [
        (vec!["publish", "vidoe"], 2, "no result table `vidoe`; did you mean `video`?"),
        (vec!["publish", "--rollback", "vidoe"], 2, "did you mean `video`?"),
        (vec!["publish", "video"], 20, "the warehouse has nothing of video"),
        (vec!["publish", "answer_distribution"], 20, "nothing of answer_distribution_per_course"),
        (vec!["run", "module-engagement", "--source", &logs], 30, NOWHERE),
    ] {
        let refused = insights(&arguments);
        assert_eq!(refused.code, Some(code), "{}", refused.stderr);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}

#[test]
fn publish_says_what_was_loaded_skipped_and_refused_and_loads_what_it_can() {
    let university = University::new();
    university.run("w", &[]).ok();
    let broken = university.path("w/course_enrollment_gender_daily/dt=2026-03-09/part-99999");
    fs::write(&broken, "no row\n").unwrap();
    let db = Db::File(university.path("store.db"));
    let url = db.url();
    let publish =
        || ended(university.command("w", &["publish", "--store", &url]).output().unwrap());
    let first = publish();
    assert_eq!(first.code, Some(41), "{}", first.stderr);
    let errors: Vec<_> = first.stderr.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let place =
        "course_enrollment_gender_daily/dt=2026-03-09/part-99999, line 1: date is \"no row\"";
    assert!(errors[0].contains(place), "{errors:?}");
    let lines: Vec<_> = first.stdout.lines().collect();
    assert!(lines.contains(&"course_enrollment_gender_daily: refused"), "{lines:?}");
    assert!(
        lines.contains(&"course_enrollment_daily: 24 rows of 2026-03-09 in place of 0"),
        "{lines:?}"
    );
    assert!(lines.iter().any(|line| line.starts_with("course_meta_summary_enrollment: ")));
    fs::remove_file(&broken).unwrap();
    let second = publish().ok().stdout;
    assert!(second.contains("course_enrollment_daily: skipped, the store has 2026-03-09 already"));
    let gender = second.lines().find(|l| l.starts_with("course_enrollment_gender_daily: "));
    assert!(
        gender.is_some_and(|line| line.contains(" rows of 2026-03-09 in place of 0")),
        "{second}"
    );
    assert!(second.ends_with("\n1 tables loaded\n"), "{second}");
}

/// A roster that was made while `privacy` allowed it.
#[test]
fn a_roster_reaches_the_store_only_where_privacy_allows() {
    let university = University::new();
    let table = &jobs::learners::module_engagement_roster::TABLE;
    let folder = university.path(&format!("w/{}/dt=2026-03-09", table.name));
    fs::create_dir_all(&folder).unwrap();
    let mut row = vec!["\\N"; table.columns.len()];
    (row[0], row[1], row[12]) = ("B/Two/R", "ana", "inf");
    fs::write(folder.join("part-00000"), row.join("\t") + "\n").unwrap();
    let entry = json!({
        "value": "2026-03-09", "job": "module-engagement-roster", "identity": "0123456789abcdef01",
        "inputs": {}, "rows": 1, "run": "r", "finished": "2026-03-09T00:00:00.000Z",
    });
    fs::create_dir_all(university.path("w/_ledger/tables")).unwrap();
    let ledger = university.path(&format!("w/_ledger/tables/{}.jsonl", table.name));
    fs::write(ledger, format!("{entry}\n")).unwrap();
    let db = Db::File(university.path("store.db"));
    let url = db.url();
    let publish = |arguments: &[&str], privacy: &str| {
        let arguments = [&["publish", "--store", &url], arguments].concat();
        let mut command = university.command("w", &arguments);
        ended(command.env("INSIGHTS_PRIVACY", privacy).output().unwrap())
    };
    let all = publish(&[], "aggregate").ok().stdout;
    let said = "learner_roster: skipped, module-engagement-roster keeps rows of single learners";
    assert!(all.contains(said), "{all}");
    let named = publish(&["learner_roster"], "aggregate");
    assert_eq!(named.code, Some(2), "{}", named.stderr);
    assert!(!university.path("store.db").exists());
    let loaded = publish(&["learner_roster"], "named").ok().stdout;
    assert_eq!(loaded, "learner_roster: 1 rows of 2026-03-09 in place of 0\n1 tables loaded\n");
    let ratio = "SELECT username FROM learner_roster WHERE problem_attempts_per_completed IS NULL";
    assert_eq!(db.column(ratio), ["ana"]);
}
