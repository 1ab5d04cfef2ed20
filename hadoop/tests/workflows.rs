//! Workflows of the catalogue from logs, LMS and services to the store, by the real program.
#![allow(clippy::unwrap_used)]

mod service;
mod university;
mod wire;

use service::Service;
use std::process::Command;
use university::{Ended, University, ended};

/// A command that loads into a store, with fixed dates.
fn run(university: &University, arguments: &[&str]) -> Command {
    let store = format!("sqlite:{}", university.path("store.db").display());
    university.command("w", &[&["run"], arguments, &["--store", &store]].concat())
}

fn done(mut command: Command) -> Ended {
    ended(command.output().unwrap()).ok()
}

/// The rows of a query on the store, columns joined by a bar.
fn rows(university: &University, columns: &str, table: &str) -> Vec<String> {
    let db = rusqlite::Connection::open(university.path("store.db")).unwrap();
    let columns = columns.split(", ").map(|column| format!("COALESCE({column}, 'NULL')"));
    let columns = columns.collect::<Vec<_>>().join(" || '|' || ");
    let mut rows = db.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1")).unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

const STUDENTMODULE: &str = "
CREATE TABLE courseware_studentmodule (id INTEGER PRIMARY KEY, module_type VARCHAR(32) NOT NULL, module_id VARCHAR(255) NOT NULL, student_id INTEGER NOT NULL, state LONGTEXT, grade DOUBLE, created DATETIME NOT NULL, modified DATETIME NOT NULL, max_grade DOUBLE, done VARCHAR(8) NOT NULL, course_id VARCHAR(255) NOT NULL);
INSERT INTO courseware_studentmodule VALUES
 (1, 'problem', 'p', 1, '{\"a\": \"it''s, a\tb\\n\"}', 0.5, '2026-03-01 10:00:00', '2026-03-01 10:00:00', 1, 'na', 'o/c/r'),
 (2, 'problem', 'p', 2, NULL, 0.5, '2026-03-01 10:00:00', '2026-03-01 10:00:00', 1, 'na', 'o/c/r'),
 (3, 'problem', 'p', 3, 'line
end', 1, '2026-03-01 10:00:00', '2026-03-01 10:00:00', NULL, 'na', 'o/c/r'),
 (4, 'sequential', 's', 1, '{}', NULL, '2026-03-01 10:00:00', '2026-03-01 10:00:00', NULL, 'na', 'o/c/r'),
 (5, 'sequential', 's', 2, '{}', NULL, '2026-03-01 10:00:00', '2026-03-01 10:00:00', NULL, 'na', 'o/c/r');
";

#[test]
fn grades_go_from_the_lms_to_the_store() {
    let university = University::new();
    let lms = rusqlite::Connection::open(university.path("lms.sqlite")).unwrap();
    lms.execute_batch(STUDENTMODULE).unwrap();
    let grades = || done(run(&university, &["grades", "--param", "import_date=2026-03-09"]));
    let first = grades();
    assert!(first.stdout.starts_with("5 steps made"), "{}\n{}", first.stdout, first.stderr);
    let columns = "module_id, course_id, grade, max_grade, count";
    assert_eq!(
        rows(&university, columns, "grade_distribution"),
        ["p|o/c/r|0.5|1.0|2", "p|o/c/r|1.0|NULL|1"]
    );
    let columns = "module_id, course_id, count";
    assert_eq!(rows(&university, columns, "sequential_open_distribution"), ["s|o/c/r|2"]);
    assert!(!university.path("w/_rows").exists(), "a dump is read as it is");
    assert!(grades().stdout.starts_with("0 steps made"));
}

#[test]
fn geography_without_addresses_is_left_out_with_a_warning() {
    let university = University::new();
    let logs = university.path("logs").display().to_string();
    let alone = done(run(&university, &["geography", "--source", &logs]));
    assert!(alone.stdout.starts_with("0 steps made, 0 were done"), "{}", alone.stdout);
    let says = "geography is left out: it needs a file that tells the country of an address \
                (--param geolocation_data=FILE";
    assert!(alone.stderr.contains(says) && alone.stderr.contains("WARN"), "{}", alone.stderr);
    let both = ["monitoring", "geography", "--source", &logs, "--interval", "2026-03"];
    let both = done(run(&university, &both));
    assert!(both.stdout.starts_with("2 steps made"), "{}", both.stdout);
    assert!(both.stderr.contains(says), "{}", both.stderr);
    let mut plan = university.command("w", &["plan", "geography", "--source", &logs]);
    let plan = ended(plan.output().unwrap()).ok().stdout;
    assert!(plan.starts_with("SKIPPED\tgeography is left out"), "{plan}");
    let mut job = run(&university, &["last-country-of-user", "--source", &logs]);
    let job = ended(job.output().unwrap());
    assert_eq!(job.code, Some(30), "a job that was asked for is not left out: {}", job.stderr);
    assert!(job.stderr.contains("`geolocation_data`"), "{}", job.stderr);
}

/// A learner's check of a problem.
fn check(day: u32, user: &str, (choice, answer): (&str, &str), success: &str) -> String {
    format!(
        r#"{{"event_type": "problem_check", "event_source": "server", "time": "2026-03-0{day}T10:00:00.000000+00:00", "username": "{user}", "context": {{"course_id": "course-v1:A+One+R", "user_id": 1, "module": {{"display_name": "Quiz"}}, "asides": {{"tagging_aside": {{"saved_tags": {{"level": "easy"}}}}}}}}, "event": {{"problem_id": "A-leaf", "attempts": 1, "grade": 1, "max_grade": 1, "success": "{success}", "answers": {{"A_2_1": "{choice}"}}, "correct_map": {{"A_2_1": {{"correctness": "{success}"}}}}, "state": {{}}, "submission": {{"A_2_1": {{"question": "Which\tof them?", "answer": "{answer}", "response_type": "multiplechoiceresponse", "input_type": "choicegroup", "variant": "", "correct": true}}}}}}}}"#
    )
}

/// A university where learners have checked problems.
fn with_checks() -> University {
    let university = University::new();
    let checks = [
        check(2, "anna", ("choice_0", "one\\nor two"), "incorrect"),
        check(3, "anna", ("choice_1", "three"), "correct"),
        check(3, "bert", ("choice_1", "three"), "correct"),
    ];
    university.write_log("lms-0/tracking.log-20260304-9.gz", &checks);
    university
}

#[test]
fn checks_of_problems_become_answers_and_tags_in_the_store() {
    let university = with_checks();
    let logs = university.path("logs").display().to_string();
    let arguments =
        ["performance", "--source", &logs, "--interval", "2026-03", "--param", "date=2026-03-09"];
    done(run(&university, &arguments));
    let parts = university.parts("w");
    let counted =
        parts.iter().filter(|(name, _)| name.starts_with("answer_distribution_per_course/"));
    let counted: Vec<_> = counted.flat_map(|(_, text)| text.lines()).collect();
    assert_eq!(counted.len(), 2, "{counted:?}");
    assert!(counted.iter().all(|row| row.starts_with("course-v1:A+One+R\t{")), "{counted:?}");
    let columns =
        "course_id, module_id, tag_name, tag_value, total_submissions, correct_submissions";
    assert_eq!(
        rows(&university, columns, "tags_distribution"),
        ["course-v1:A+One+R|A-leaf|level|easy|3|2"]
    );
    assert!(done(run(&university, &arguments)).stdout.starts_with("0 steps made"));
}

#[test]
fn responses_are_placed_in_their_course() {
    let (university, service) = (with_checks(), Service::start());
    let logs = university.path("logs").display().to_string();
    let at = "datetime=2026-03-09T10:00:00";
    let mut command = run(
        &university,
        &["problem-response", "--source", &logs, "--interval", "2026-03", "--param", at],
    );
    command.env("INSIGHTS_LMS_API_URL", &service.url).env("INSIGHTS_LMS_API_CLIENT_ID", "insights");
    command.env("INSIGHTS_LMS_API_CLIENT_SECRET", "never-shown");
    command.env("INSIGHTS_LMS_API_PAGE_SIZE", "2");
    done(command);
    let parts = university.parts("w");
    let located = parts.iter().filter(|(name, _)| name.starts_with("problem_response_location/"));
    let mut found: Vec<_> = located.flat_map(|(_, text)| text.lines()).collect();
    found.sort_unstable();
    let [anna, bert] = found[..] else { panic!("{found:?}") };
    let last = |row: &str| row.rsplitn(3, '\t').take(2).map(str::to_owned).collect::<Vec<_>>();
    assert!(anna.contains("\tanna\t") && bert.contains("\tbert\t"), "{found:?}");
    assert_eq!(last(anna), ["1", "A-root / Quiz"]);
}
