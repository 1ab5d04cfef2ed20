//! The exit codes that schedulers build upon (spec 41 C): each is produced by a test.
#![allow(clippy::unwrap_used)]

mod service;
mod university;
mod wire;

use serde_json::json;
use service::Service;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use university::{University, ended};

/// The table: the code, what it means, and the file and the function of a test that produces it.
const CODES: &[(i32, &str, &str, &str)] = &[
    (0, "done or nothing to do", "exit_codes.rs", "what_is_done_and_what_is_wrong"),
    (2, "usage", "exit_codes.rs", "what_is_done_and_what_is_wrong"),
    (3, "configuration", "exit_codes.rs", "what_is_done_and_what_is_wrong"),
    (10, "already running", "exit_codes.rs", "a_warehouse_is_of_one_run_at_a_time"),
    (20, "missing input", "exit_codes.rs", "what_is_done_and_what_is_wrong"),
    (25, "not run", "exit_codes.rs", "a_run_that_is_gone_was_not_run"),
    (30, "task failed", "exit_codes.rs", "a_task_that_fails_again_and_again"),
    (35, "planning error", "exit_codes.rs", "what_is_done_and_what_is_wrong"),
    (40, "internal error", "exit_codes.rs", "a_ledger_that_is_broken"),
    (41, "validation gate failed", "exit_codes.rs", "what_is_done_and_what_is_wrong"),
    (42, "budget or quota refused", "emr/faults.rs", "a_quota_that_is_used_up_is_told_from_a_loss"),
    (43, "cluster lost", "emr/faults.rs", "a_cluster_that_dies_while_starting_is_lost"),
    (44, "credentials refused", "exit_codes.rs", "a_service_that_does_not_let_in"),
    (45, "timeout", "emr/faults.rs", "a_cluster_that_is_not_ready_in_time_is_ended"),
    (143, "128+n signal", "exit_codes.rs", "a_run_that_a_signal_ends"),
];

/// The body of a function of a test file.
fn body(file: &str, function: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    let text = fs::read_to_string(path).unwrap();
    let begins = format!("\nfn {function}() {{\n");
    let (before, body) = text.split_once(&begins).unwrap_or_else(|| panic!("{file}: {function}"));
    assert!(before.ends_with("#[test]"), "{file}: {function} is no test");
    body.split("\n}\n").next().unwrap().to_owned()
}

#[test]
fn each_code_has_a_test_that_names_it() {
    for (code, meaning, file, function) in CODES {
        let body = body(file, function);
        let mut words = body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        assert!(words.any(|word| word == code.to_string()), "{code} ({meaning}): {function}");
    }
}

/// `**Exit codes** …: 0 done or nothing to do; 2 usage; …; 128+n signal.`
#[test]
fn the_table_is_that_of_the_specification() {
    let Some(spec) = std::env::var_os("INSIGHTS_SPEC") else {
        return println!("SKIPPED the_table_is_that_of_the_specification: no INSIGHTS_SPEC");
    };
    let text = fs::read_to_string(Path::new(&spec).join("41-job-library-features.md")).unwrap();
    let table = text.lines().find_map(|line| line.strip_prefix("**Exit codes** ")).unwrap();
    let (_, table) = table.split_once("): ").unwrap();
    let wanted: BTreeSet<_> = table.split('.').next().unwrap().split("; ").collect();
    let word = |(code, meaning, ..): &(i32, &str, &str, &str)| match meaning.starts_with("128") {
        true => (*meaning).to_owned(),
        false => format!("{code} {meaning}"),
    };
    assert_eq!(
        CODES.iter().map(word).collect::<BTreeSet<_>>(),
        wanted.iter().map(|w| (*w).to_owned()).collect()
    );
}

/// Every code that the driver's errors can have stands in the table.
#[test]
fn no_error_has_a_code_that_the_table_does_not_have() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error.rs");
    let text = fs::read_to_string(source).unwrap();
    let code = text.split_once("pub fn exit_code").unwrap().1.split("#[cfg(test)]").next().unwrap();
    let found = code.lines().filter_map(|line| line.trim().rsplit_once("=> "));
    let found = found.filter_map(|(_, code)| code.trim_end_matches(',').parse::<i32>().ok());
    let found: BTreeSet<_> = found.collect();
    assert!(found.len() > 8, "{found:?}");
    let known: BTreeSet<_> = CODES.iter().map(|(code, ..)| *code).collect();
    assert!(found.is_subset(&known), "{found:?}");
}

#[test]
fn what_is_done_and_what_is_wrong() {
    let university = University::new();
    fs::write(university.path("wrong.yml"), "warehouse: {keep: 3}\n").unwrap();
    let wrong = university.path("wrong.yml").display().to_string();
    for (arguments, code) in [
        (&["--only", "course-enrollment-daily"][..], 35),
        (&["--source", "/nowhere"], 20),
        (&["--bad-records", "0"], 41),
        (&["--config", &wrong], 3),
        (&["--param", "overwrite_n_day=3"], 2),
        (&["--unheard-of"], 2),
        (&[], 0),
        (&[], 0),
    ] {
        let ended = university.run("w", arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn a_warehouse_is_of_one_run_at_a_time() {
    let university = University::new();
    let folder = university.path("w/_ledger");
    fs::create_dir_all(&folder).unwrap();
    let lock = fs::File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(university.run("w", &[]).code, Some(10));
}

#[test]
fn a_run_that_is_gone_was_not_run() {
    let university = University::new();
    let mut command = university.enrollment("run", "w", &[]);
    assert_eq!(ended(command.env("INSIGHTS_FAULT", "any:3").output().unwrap()).code, None);
    let wait = || ended(university.command("w", &["wait", "last"]).output().unwrap());
    let gone = wait();
    assert_eq!(gone.code, Some(25), "{}", gone.stderr);
    assert!(gone.stderr.contains("insights resume "), "{}", gone.stderr);
    let resumed = university.command("w", &["resume", "last"]).output();
    ended(resumed.unwrap()).ok();
    assert_eq!(wait().code, Some(0));
}

#[test]
fn a_task_that_fails_again_and_again() {
    let university = University::new();
    let mut command = university.enrollment("run", "w", &["-r", "local"]);
    command.env("INSIGHTS_RUNNERS_LOCAL_PROGRAM", "/bin/false");
    let failed = ended(command.output().unwrap());
    assert_eq!(failed.code, Some(30), "{}", failed.stderr);
    assert!(failed.stderr.contains("failed 4 times"), "{}", failed.stderr);
}

#[test]
fn a_ledger_that_is_broken() {
    let university = University::new();
    let folder = university.path("w/_ledger");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("scanned.jsonl"), "no JSON\n").unwrap();
    let broken = university.run("w", &[]);
    assert_eq!(broken.code, Some(40), "{}", broken.stderr);
    assert!(broken.stderr.contains("scanned.jsonl"), "{}", broken.stderr);
}

#[test]
fn a_service_that_does_not_let_in() {
    let (university, service) = (University::new(), Service::start());
    let mut command = university.command("w", &["run", "courses"]);
    command.env("INSIGHTS_LMS_API_URL", &service.url).env("INSIGHTS_LMS_API_CLIENT_ID", "insights");
    command.env("INSIGHTS_LMS_API_CLIENT_SECRET", "another");
    let refused = ended(command.output().unwrap());
    assert_eq!(refused.code, Some(44), "{}", refused.stderr);
    let told = ended(university.command("w", &["diagnose"]).output().unwrap()).ok().stdout;
    assert!(told.contains("\ntry       renew the credentials"), "{told}");
}

/// The signal comes when a task is at work, which ends with its driver.
#[test]
fn a_run_that_a_signal_ends() {
    use std::os::unix::fs::PermissionsExt;
    let university = University::new();
    let (program, begun) = (university.path("task"), university.path("begun"));
    let text = format!(
        "#!/bin/sh\ntouch {}\nwhile kill -0 $PPID 2>/dev/null; do sleep 0.05; done\n",
        begun.display()
    );
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = university.enrollment("run", "w", &["-r", "local"]);
    command.env("INSIGHTS_RUNNERS_LOCAL_PROGRAM", &program);
    let mut run = command.spawn().unwrap();
    while !begun.exists() {
        assert!(run.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::yield_now();
    }
    let pid = run.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(143));
    let told = ended(university.command("w", &["diagnose"]).output().unwrap()).ok().stdout;
    assert!(told.contains("\ncause     the run's process is gone without an end"), "{told}");
    // What a signal ended is resumed like what failed, once its settings are right.
    let resumed = university.command("w", &["resume", "last"]).output();
    assert!(ended(resumed.unwrap()).ok().stderr.contains("settings are others"));
    let record = json!({"none": fs::read_dir(university.path("w/_runs")).unwrap().count()});
    assert_eq!(record, json!({"none": 2}));
}
