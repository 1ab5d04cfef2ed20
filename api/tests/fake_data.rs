//! Invented figures: the same ones each time, for one course, and every endpoint answers with them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod serving;

use std::path::Path;
use std::process::Command;

use jobs::registry::RESULT_TABLES;
use mysql_async::prelude::Queryable;
use serving::serve;
use store::{Address, Limits, LoadOptions, Part, Store};

const COURSE: &str = "course-v1:edX+DemoX+Demo_Course";

fn invent(store: &str, more: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insights-api"));
    command
        .args(["fake-data", "--store", store, "--until", "2026-03-14", "--weeks", "3"])
        .args(more);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    match output.status.code() {
        Some(0) => Ok(text(output.stdout)),
        Some(1) => Err(text(output.stderr)),
        other => panic!("{other:?}: {}", text(output.stderr)),
    }
}

/// All rows of all tables, but for when they were loaded.
async fn rows(store: &str) -> Vec<String> {
    let mut all = Vec::new();
    for table in RESULT_TABLES {
        let columns = table.columns.iter().map(|column| match store.starts_with("sqlite") {
            true => format!("COALESCE(`{}`, 'NULL')", column.name),
            false => format!("COALESCE(CAST(`{}` AS CHAR), 'NULL')", column.name),
        });
        let columns = columns.collect::<Vec<_>>();
        let (sql, path) = match store.strip_prefix("sqlite:") {
            Some(path) => (
                format!("SELECT {} FROM `{}` ORDER BY id", columns.join(" || '|' || "), table.name),
                path,
            ),
            None => (
                format!(
                    "SELECT CONCAT_WS('|', {}) FROM `{}` ORDER BY id",
                    columns.join(", "),
                    table.name
                ),
                "",
            ),
        };
        let found: Vec<String> = if path.is_empty() {
            let mut connection = mysql_async::Conn::from_url(store).await.unwrap();
            let found = connection.query(sql).await.unwrap();
            connection.disconnect().await.unwrap();
            found
        } else {
            let connection = rusqlite::Connection::open(path).unwrap();
            let mut statement = connection.prepare(&sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        assert!(!found.is_empty(), "{} is empty", table.name);
        all.extend(found);
    }
    all
}

/// A store of each kind that there is.
async fn stores(folder: &Path) -> (Vec<String>, Option<testkit::MariaDb>) {
    let mut all = vec![format!("sqlite:{}", folder.join("reports.db").display())];
    let server = testkit::mariadb_or_skip("fake-data on MariaDB").unwrap();
    if let Some(server) = &server {
        all.push(server.database().await.unwrap());
    }
    (all, server)
}

#[tokio::test]
async fn two_runs_give_the_same_rows_and_every_endpoint_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (stores, _server) = stores(folder.path()).await;
    for store in &stores {
        let said = invent(store, &[]).unwrap();
        assert_eq!(said.lines().count(), RESULT_TABLES.len(), "{said}");
        let first = rows(store).await;
        let versions = Store::open(&store.parse().unwrap()).unwrap().versions().await.unwrap();
        assert_eq!(versions.len(), RESULT_TABLES.len(), "each table is marked");
        invent(store, &[]).unwrap();
        assert!(rows(store).await == first, "a second run gives other rows on {store}");
        every_endpoint_answers(folder.path(), store).await;
        invent(store, &["--seed", "2", "--course", "a/b/c"]).unwrap();
        let other = rows(store).await;
        assert!(other != first && !other.iter().any(|row| row.contains(COURSE)));
    }
}

async fn every_endpoint_answers(folder: &Path, store: &str) {
    let reports = folder.join("files");
    std::fs::create_dir_all(&reports).unwrap();
    std::fs::write(reports.join("edX_DemoX_Demo_Course_problem_response.csv"), "x").unwrap();
    let keys = folder.join("keys");
    let token = api::keys::create(
        &keys,
        "tester",
        api::keys::Grant { service: true, ..Default::default() },
    );
    let token = token.unwrap();
    let settings = format!(
        "store: '{store}'\nkey_file: {}\nprivacy: named\nMEDIA_ROOT: {}\n",
        keys.display(),
        reports.display()
    );
    let (base, serving) = serve(folder, &settings).await;
    let client = reqwest::Client::new();
    for path in paths() {
        for format in ["json", "csv"] {
            let separator = if path.contains('?') { '&' } else { '?' };
            let url = format!("{base}{path}{separator}format={format}");
            let request = client.get(&url).header("Authorization", format!("Token {token}"));
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 200, "{url}");
            let body = answer.text().await.unwrap();
            assert!(!body.is_empty() || path.contains("enterprise"), "{url}");
        }
    }
    serving.abort();
}

/// A path of each endpoint.
fn paths() -> Vec<String> {
    let course = |version: &str, tail: &str| format!("/api/{version}/courses/{COURSE}/{tail}/");
    let tails = [
        "activity",
        "recent_activity",
        "enrollment",
        "enrollment/mode",
        "enrollment/gender",
        "enrollment/education",
        "enrollment/location",
        "problems",
        "problems_and_tags",
        "videos",
        "reports/problem_response",
        "user_engagement",
    ];
    let id = COURSE.replace(':', "%3A").replace('+', "%2B");
    let rest = [
        "problems/i4x://test/problem/0/answer_distribution/".to_owned(),
        "problems/i4x://test/problem/0/grade_distribution/".to_owned(),
        "problems/i4x://test/sequential/0/sequential_open_distribution/".to_owned(),
        "videos/0fac49ba/timeline/".to_owned(),
        "course_summaries/".to_owned(),
        format!("course_summaries/?course_ids={id}&programs=True&recent_date=2026-03-07"),
        "programs/".to_owned(),
        "table_updates/".to_owned(),
        format!("learners/?course_id={id}"),
        format!("learners/ed_xavier/?course_id={id}"),
        format!("engagement_timelines/ed_xavier/?course_id={id}"),
        format!("course_learner_metadata/{COURSE}/"),
    ];
    let mut paths = Vec::new();
    for version in ["v0", "v1"] {
        paths.extend(tails.map(|tail| course(version, tail)));
        paths.extend(rest.iter().map(|path| format!("/api/{version}/{path}")));
    }
    paths.push(course("v0", "enrollment/birth_year"));
    paths.push("/api/v0/enterprise/0395b1aa-6d5b-4bd9-8f6a-1b2c3d4e5f60/engagements/".to_owned());
    paths.extend(["/api/v2/course_summaries/", "/api/v2/course_totals/"].map(str::to_owned));
    paths.extend(["/status/", "/health/", "/authenticated/", "/version/"].map(str::to_owned));
    paths
}

#[tokio::test]
async fn a_store_of_somebody_elses_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (stores, _server) = stores(folder.path()).await;
    for address in &stores {
        let store = Store::open(&address.parse::<Address>().unwrap()).unwrap();
        let table = &jobs::engagement::video::TIMELINE;
        let bytes = Box::new(&b"real/course/1|video\t0\t1\t1\n"[..]);
        let part = Part { name: "part".to_owned(), bytes };
        let options = LoadOptions { update_id: "video:1".to_owned(), limits: Limits::default() };
        store.load(table, Box::new([Ok(part)].into_iter()), &options).await.unwrap();
        let refused = invent(address, &[]).unwrap_err();
        assert!(refused.contains("real/course/1|video in video_timeline"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
        assert_eq!(store.row_count(table).await.unwrap(), 1);
        assert!(!store.shapes().await.unwrap().contains_key("course_activity"), "it was touched");
    }
}

#[test]
fn what_cannot_be_invented_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("x.db").display());
    for (arguments, said) in [
        (["--course", "bad"], "\"bad\" is no course key"),
        (["--username", "a b"], "\"a b\" is no username"),
        (["--weeks", "0"], "between 1 and 520"),
    ] {
        let arguments: Vec<&str> = arguments.into_iter().collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_insights-api"));
        let output =
            command.args(["fake-data", "--store", &store]).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && text.contains(said), "{text}");
    }
    assert!(!folder.path().join("x.db").exists());
}
