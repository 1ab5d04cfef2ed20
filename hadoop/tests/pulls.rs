//! Runs that ask services: a catalogue and an LMS on loopback, the real program, warehouse and store.
#![allow(clippy::unwrap_used)]

mod service;
mod university;
mod wire;

use service::Service;
use std::fs;
use std::process::Command;
use university::{Ended, University, ended};

const AT: &str = "datetime=2026-03-09T10:20:30";

/// A command whose settings name the service.
fn told(mut command: Command, university: &University, service: &Service) -> Command {
    let secret = university.path("secret");
    fs::write(&secret, "never-shown\n").unwrap();
    command.env("INSIGHTS_LMS_API_URL", &service.url).env("INSIGHTS_LMS_API_CLIENT_ID", "insights");
    command.env("INSIGHTS_LMS_API_CLIENT_SECRET_FILE", secret);
    command.env("INSIGHTS_LMS_API_PAGE_SIZE", "2");
    command.env("INSIGHTS_LMS_CATALOGUE_URL", format!("{}/api/v1/", service.url));
    command.env("INSIGHTS_LMS_CATALOGUE_PARTNERS", "[edu, other]");
    command
}

fn courses(university: &University, service: &Service, arguments: &[&str]) -> Ended {
    let arguments = [&["run", "courses", "--param", AT][..], arguments].concat();
    let command = told(university.command("w", &arguments), university, service);
    ended({ command }.output().unwrap())
}

fn read(university: &University, file: &str) -> String {
    fs::read_to_string(university.path("w").join(file)).unwrap()
}

/// The first columns of a table's rows, in order.
fn first_columns(university: &University, table: &str) -> Vec<String> {
    let parts = university.parts("w");
    let of_table = parts.iter().filter(|(name, _)| name.starts_with(&format!("{table}/")));
    let rows = of_table.flat_map(|(_, text)| text.lines());
    let mut found: Vec<_> =
        rows.map(|row| row.split('\t').next().unwrap_or_default().to_owned()).collect();
    found.sort();
    found
}

#[test]
fn courses_and_their_blocks_come_from_the_lms_once() {
    let (university, service) = (University::new(), Service::start());
    let first = courses(&university, &service, &[]).ok();
    assert!(first.stdout.starts_with("4 steps made"), "{}", first.stdout);
    assert_eq!(first_columns(&university, "course_list"), service::COURSES);
    assert_eq!(
        first_columns(&university, "course_blocks"),
        ["A-leaf", "A-root", "B-leaf", "B-root"]
    );
    let blocks = read(&university, "course_blocks_raw/dt=2026-03-09/course_blocks.json");
    assert_eq!(blocks.lines().count(), 2, "the third course is not known: {blocks}");
    assert_eq!(
        read(&university, "course_list_raw/dt=2026-03-09/course_list.json").lines().count(),
        3
    );
    assert!(!first.stderr.contains("never-shown"), "{}", first.stderr);
    let asked = service.asked();
    let second = courses(&university, &service, &[]).ok();
    assert!(second.stdout.starts_with("0 steps made, 4 were done"), "{}", second.stdout);
    assert!(second.stderr.contains("course-list-pull: it is there"), "{}", second.stderr);
    assert_eq!(service.asked(), asked, "nothing is asked again");
    let forced = courses(&university, &service, &["--force", "course-list-pull"]).ok();
    assert!(forced.stdout.starts_with("1 steps made, 3 were done"), "{}", forced.stdout);
    let again = service.asked();
    assert!(again.len() > asked.len() && !again[asked.len()..].iter().any(|a| a.contains("block")));
}

#[test]
fn a_service_that_fails_in_the_middle_leaves_nothing_half() {
    let (university, service) = (University::new(), Service::start());
    service.fail_at("page=2");
    let failed = courses(&university, &service, &[]);
    assert_eq!(failed.code, Some(30), "{}", failed.stderr);
    let said = format!("course-list-pull: GET {}/api/courses/v1/courses/: http 500", service.url);
    assert!(failed.stderr.contains(&said), "{}", failed.stderr);
    assert!(!university.path("w/course_list_raw").exists());
    service.fail_at("B%2FTwo");
    let failed = courses(&university, &service, &[]);
    assert_eq!(failed.code, Some(30), "{}", failed.stderr);
    let said = format!(
        "course-blocks-pull: B/Two/R: GET {}/api/courses/v1/blocks/: http 500",
        service.url
    );
    assert!(failed.stderr.contains(&said), "{}", failed.stderr);
    assert!(university.path("w/course_list/dt=2026-03-09/_SUCCESS").exists());
    assert!(!university.path("w/course_blocks_raw").exists());
    let runs = fs::read_dir(university.path("w/_runs")).unwrap();
    assert!(runs.map(Result::unwrap).all(|run| !run.path().join("stage").exists()));
    service.heal();
    let mended = courses(&university, &service, &[]).ok();
    assert!(mended.stdout.starts_with("2 steps made, 2 were done"), "{}", mended.stdout);
    assert_eq!(first_columns(&university, "course_blocks").len(), 4);
}

#[test]
fn a_client_that_is_refused_says_so() {
    let (university, service) = (University::new(), Service::start());
    service.refuse("access_token");
    let refused = courses(&university, &service, &[]);
    assert_eq!(refused.code, Some(44), "{}", refused.stderr);
    assert!(refused.stderr.contains("/oauth2/access_token: http 403"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("never-shown"), "{}", refused.stderr);
}

#[test]
fn without_a_service_the_run_says_what_to_set() {
    let university = University::new();
    let run = |name: &str| {
        ended(university.command("w", &["run", name, "--param", AT]).output().unwrap())
    };
    for name in ["courses", "course-list", "course-blocks", "course-list-pull"] {
        let said = run(name);
        assert_eq!(said.code, Some(20), "{name}: {}", said.stderr);
        let what = "course-list-pull: what it brings is not there, and lms.api.url or \
                    lms.api.courses_url is not set";
        assert!(said.stderr.contains(what), "{name}: {}", said.stderr);
    }
    // What somebody brought along needs no service, and not what a pull of it would read.
    let folder = university.path("w/course_blocks_raw/dt=2026-03-09");
    fs::create_dir_all(&folder).unwrap();
    let blocks = format!("{}\n", service::outline("o/c/r", "A"));
    fs::write(folder.join("course_blocks.json"), blocks).unwrap();
    let brought = run("course-blocks").ok();
    assert!(brought.stdout.starts_with("1 steps made, 1 were done"), "{}", brought.stdout);
    assert_eq!(first_columns(&university, "course_blocks"), ["A-leaf", "A-root"]);
}

#[test]
fn a_plan_shows_what_is_to_be_asked_and_asks_nothing() {
    let (university, service) = (University::new(), Service::start());
    let plan = || {
        let arguments = ["plan", "courses", "--param", AT];
        let command = told(university.command("w", &arguments), &university, &service);
        ended({ command }.output().unwrap()).ok().stdout
    };
    let said = plan();
    assert!(said.contains("MISSING\tcourse-list-pull\t"), "{said}");
    assert!(said.contains("MISSING\tcourse-blocks-pull\t"), "{said}");
    assert!(service.asked().is_empty());
    courses(&university, &service, &[]).ok();
    let said = plan();
    assert!(said.contains("COMPLETE\tcourse-blocks-pull\tit is there"), "{said}");
    assert!(said.lines().all(|line| line.starts_with("COMPLETE")), "{said}");
}

/// The partition is that of the moment, unless it is said.
#[test]
fn a_pull_without_a_date_is_of_today() {
    let (university, service) = (University::new(), Service::start());
    let arguments = ["run", "course-list", "--param", "partition_format=%Y-%m-%dT%H"];
    let before = chrono::Utc::now().format("dt=%Y-%m-%dT%H").to_string();
    let command = told(university.command("w", &arguments), &university, &service);
    ended({ command }.output().unwrap()).ok();
    let after = chrono::Utc::now().format("dt=%Y-%m-%dT%H").to_string();
    let made = fs::read_dir(university.path("w/course_list_raw")).unwrap().next().unwrap().unwrap();
    let made = made.file_name().into_string().unwrap();
    assert!(made == before || made == after, "{made}");
}

#[test]
fn the_catalogue_is_asked_for_enrollment_and_reaches_the_store() {
    let (university, service) = (University::new(), Service::start());
    let store = format!("sqlite:{}", university.path("store.db").display());
    let arguments = ["--param", "enable_course_catalog=true", "--store", &store];
    let run = || {
        let command = told(university.enrollment("run", "w", &arguments), &university, &service);
        ended({ command }.output().unwrap())
    };
    service.fail_at("partner=other");
    let failed = run();
    assert_eq!(failed.code, Some(30), "{}", failed.stderr);
    let said = format!("course-runs-pull: GET {}/api/v1/course_runs/: http 500", service.url);
    assert!(failed.stderr.contains(&said), "{}", failed.stderr);
    assert!(!university.path("w/discovery_api_raw").exists());
    service.heal();
    run().ok();
    let db = rusqlite::Connection::open(university.path("store.db")).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut rows = db.prepare(sql).unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let programs =
        "SELECT course_id || '|' || program_title FROM course_program_metadata ORDER BY 1";
    assert_eq!(texts(programs), ["B/Two/R|One other", "course-v1:A+One+R|One edu"]);
    let titles = "SELECT DISTINCT catalog_course_title FROM course_meta_summary_enrollment \
                  WHERE catalog_course_title IS NOT NULL ORDER BY 1";
    assert_eq!(texts(titles), ["Run of edu", "Run of other"]);
    let asked = service.asked().len();
    let second = run().ok();
    assert!(second.stdout.starts_with("0 steps made"), "{}", second.stdout);
    assert_eq!(service.asked().len(), asked);
}
