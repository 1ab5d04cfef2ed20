//! Why a run failed, as `insights diagnose` tells it: the cause stands first, and what to do about it.
#![allow(clippy::unwrap_used)]

mod university;

use std::fs;
use university::{University, ended, log_name};

/// What is told of the last run that failed.
struct Told {
    cause: String,
    attempt_next: String,
    screen: String,
}

fn told(university: &University, warehouse: &str) -> Told {
    let screen = ended(university.command(warehouse, &["diagnose"]).output().unwrap()).ok().stdout;
    let line = |name: &str| {
        let found = screen.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_default().trim().to_owned()
    };
    assert!(screen.lines().nth(1).unwrap().starts_with("cause "), "{screen}");
    Told { cause: line("cause"), attempt_next: line("try"), screen }
}

#[test]
fn what_the_run_itself_knows_is_the_cause() {
    let university = University::new();
    let nowhere = university.path("nowhere").display().to_string();
    let unreachable = "mysql://loader@127.0.0.1:1/insights";
    for (warehouse, arguments, code, cause, attempt_next) in [
        ("bad", &["--bad-records", "0"][..], 41, "7 of 294 lines of logs were rejected", "resume"),
        ("far", &["--source", &nowhere], 20, &nowhere, "bring what is missing"),
        ("few", &["--only", "course-enrollment-daily"], 35, "left out by --only", "insights plan"),
        ("lost", &["--store", unreachable], 30, "127.0.0.1:1", "resume"),
    ] {
        let failed = university.run(warehouse, arguments);
        assert_eq!(failed.code, Some(code), "{warehouse}: {}", failed.stderr);
        let told = told(&university, warehouse);
        assert!(told.cause.contains(cause), "{warehouse}: {}", told.screen);
        assert!(told.attempt_next.contains(attempt_next), "{warehouse}: {}", told.screen);
    }
}

#[test]
fn a_program_that_ends_badly_is_named_with_its_task() {
    let university = University::new();
    let mut command = university.enrollment("run", "w", &["-r", "local"]);
    command.env("INSIGHTS_RUNNERS_LOCAL_PROGRAM", "/bin/false");
    assert_eq!(ended(command.output().unwrap()).code, Some(30));
    let told = told(&university, "w");
    assert!(told.cause.contains("failed 4 times"), "{}", told.screen);
}

#[test]
fn a_torn_log_is_named() {
    let university = University::new();
    let log = university.path("logs").join(log_name(3));
    let whole = fs::read(&log).unwrap();
    fs::write(&log, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(university.run("w", &[]).code, Some(20));
    let told = told(&university, "w");
    assert!(told.cause.contains("torn"), "{}", told.screen);
    assert!(told.screen.contains(&log_name(3)), "{}", told.screen);
}

#[test]
fn a_run_whose_process_is_gone_is_told_from_one_that_failed() {
    let university = University::new();
    let mut command = university.enrollment("run", "w", &[]);
    assert_eq!(ended(command.env("INSIGHTS_FAULT", "any:3").output().unwrap()).code, None);
    let told = told(&university, "w");
    assert!(told.cause.contains("gone without an end"), "{}", told.screen);
    let run = told.screen.lines().next().unwrap().trim_start_matches("run").trim();
    assert!(told.attempt_next.ends_with(&format!("insights resume {run}")), "{}", told.screen);
    ended(university.command("w", &["resume", run]).output().unwrap()).ok();
    let nothing = ended(university.command("w", &["diagnose"]).output().unwrap());
    assert_eq!(nothing.code, Some(20), "{}", nothing.stdout);
    assert!(nothing.stderr.contains("was not resumed well"), "{}", nothing.stderr);
}

/// A list of those who have left, without the secret that it was made with: nobody may come back.
#[test]
fn a_secret_that_is_missing_is_named_as_a_setting() {
    let university = University::new();
    fs::write(university.path("leaving.csv"), "7,user_7\n").unwrap();
    let mut retire = university.command("w", &["retire", "--users", "leaving.csv"]);
    ended(retire.env("INSIGHTS_RETIREMENT_KEY", "of sixteen bytes").output().unwrap()).ok();
    assert_eq!(university.run("w", &[]).code, Some(3));
    let told = told(&university, "w");
    assert!(told.cause.contains("retirement.key_file"), "{}", told.screen);
    assert!(told.attempt_next.contains("setting"), "{}", told.screen);
}
