//! Runs that failed or were killed are resumed as they were asked for.
#![allow(clippy::unwrap_used)]

mod university;

use serde_json::{Value, json};
use std::fs;
use university::{Ended, University, ended};

/// `insights resume` from another folder than that of the run.
fn resume(university: &University, run: &str) -> Ended {
    let elsewhere = university.path("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let mut command = university.command("w", &["resume", run]);
    ended(command.current_dir(elsewhere).output().unwrap())
}

/// A run with relative places, ended at a point.
fn killed(university: &University, at: &str, more: &[&str]) -> Ended {
    let dates = ["--interval", "2026-03-01-2026-03-09", "--param", "date=2026-03-09"];
    let words = ["run", "enrollment", "--source", "logs", "--param", "import_date=2026-03-09"];
    let mut command = university.command("w", &[&words[..], &dates, more].concat());
    let ended = ended(command.env("INSIGHTS_FAULT", at).output().unwrap());
    assert_eq!(ended.code, None, "{}", ended.stderr);
    ended
}

fn runs(university: &University) -> Vec<String> {
    let runs = fs::read_dir(university.path("w/_runs")).unwrap();
    let mut names: Vec<_> =
        runs.map(|run| run.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn events(university: &University, run: &str) -> Vec<Value> {
    let text = fs::read_to_string(university.path(&format!("w/_runs/{run}/events.jsonl"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The steps that a run made.
fn made(university: &University, run: &str) -> Vec<String> {
    let events = events(university, run);
    let made = events.iter().filter(|event| event["kind"] == "task_finished");
    made.map(|event| event["task"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_killed_run_is_resumed_from_any_folder_and_keeps_what_was_done() {
    let university = University::new();
    university.run("whole", &[]).ok();
    killed(&university, "finished:3", &[]);
    let first = runs(&university).remove(0);
    let done = resume(&university, "last").ok();
    assert!(done.stderr.contains(&format!(" resumes {first}")), "{}", done.stderr);
    assert!(done.stdout.contains(" were done already"), "{}", done.stdout);
    assert!(!made(&university, &runs(&university)[1]).contains(&"scan".to_owned()));
    assert_eq!(university.parts("w"), university.parts("whole"));
    let record = fs::read(university.path(&format!("w/_runs/{}/run.json", runs(&university)[1])));
    let record: Value = serde_json::from_slice(&record.unwrap()).unwrap();
    assert_eq!(record["resumes"], first.as_str());
    let argv = record["argv"].to_string();
    assert!(argv.contains("enrollment") && !argv.contains("\"resume\""), "{argv}");
    let status = university.command("w", &["status", "last"]).output().unwrap();
    assert!(ended(status).stdout.contains(&format!("  resumes {first}\n")));

    let again = resume(&university, "last").ok();
    assert!(again.stdout.ends_with("ended well: there is nothing to resume\n"), "{}", again.stdout);
    assert_eq!(runs(&university).len(), 2);
}

/// What the ledger says of each partition that a run made.
fn of_run(university: &University, run: &str) -> Vec<String> {
    let files = fs::read_dir(university.path("w/_ledger/tables")).unwrap();
    let text: String =
        files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap_or_default()).collect();
    text.lines().filter(|line| line.contains(run)).map(str::to_owned).collect()
}

#[test]
fn what_was_forced_and_is_made_is_not_made_once_more() {
    let university = University::new();
    university.run("w", &[]).ok();
    killed(&university, "finished:1", &["--force", "enrollment"]);
    let by_first = of_run(&university, &runs(&university)[1]);
    // It is killed, too: the one after knows what both have made.
    let mut command = university.command("w", &["resume", "last"]);
    let second = ended(command.env("INSIGHTS_FAULT", "finished:2").output().unwrap());
    assert_eq!(second.code, None, "{}", second.stderr);
    let by_second = of_run(&university, &runs(&university)[2]);
    resume(&university, "last").ok();
    let runs = runs(&university);
    assert!(!by_first.is_empty() && !by_second.is_empty());
    assert!(by_first.iter().all(|line| of_run(&university, &runs[1]).contains(line)));
    assert!(by_second.iter().all(|line| of_run(&university, &runs[2]).contains(line)));
    assert!(!of_run(&university, &runs[3]).is_empty());
    let mut unforced = of_run(&university, &runs[0]);
    unforced
        .retain(|line| !line.contains(r#""job":"import""#) && !line.contains(r#""job":"rows""#));
    assert!(unforced.is_empty(), "every job was made again: {unforced:?}");
}

#[test]
fn settings_that_changed_are_named_and_used() {
    let university = University::new();
    fs::rename(university.path("lms.sqlite"), university.path("other.sqlite")).unwrap();
    assert_eq!(university.run("w", &[]).code, Some(30));
    let mut command = university.command("w", &["resume", "last"]);
    let address = format!("sqlite:{}", university.path("other.sqlite").display());
    command.env("INSIGHTS_LMS_DATABASE", address).env("INSIGHTS_WAREHOUSE_KEEP_PARTITIONS", "5");
    let done = ended(command.output().unwrap()).ok();
    let said = done.stderr.lines().find(|line| line.contains("settings are others")).unwrap();
    assert!(said.ends_with(": lms.database, warehouse.keep_partitions"), "{said}");
    assert!(university.path("w/auth_userprofile/dt=2026-03-09").exists(), "of the run's own day");
}

#[test]
fn only_runs_that_ended_and_can_be_asked_for_again_are_resumed() {
    let university = University::new();
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let live = json!({"kind": "run_started", "host": host.trim(), "pid": std::process::id()});
    let older = json!({"kind": "run_started", "argv": ["insights", "run", "monitoring"]});
    let folder = university.path("elsewhere").display().to_string();
    let prune = json!({
        "kind": "run_started", "folder": folder,
        "argv": ["insights", "prune", "--before", "2014-01-01"],
        "now": "2026-03-09T00:00:00",
    });
    let moved = json!({
        "kind": "run_started", "argv": ["insights", "run", "monitoring"], "folder": "/nowhere",
        "now": "2026-03-09T00:00:00",
    });
    for (name, event) in [("live", live), ("older", older), ("prune", prune), ("moved", moved)] {
        let folder = university.path(&format!("w/_runs/{name}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("events.jsonl"), format!("{event}\n")).unwrap();
    }
    for (run, code, says) in [
        ("live", 10, "run live is still at work; `insights wait live`"),
        ("older", 20, "does not say what it was asked for; run its command again"),
        ("prune", 2, "give its command again: insights prune --before 2014-01-01"),
        ("moved", 20, "run moved was started in /nowhere, which cannot be entered: No such file"),
        ("none", 20, "there is no run `none`"),
    ] {
        let refused = resume(&university, run);
        assert_eq!(refused.code, Some(code), "{run}: {}", refused.stderr);
        assert!(refused.stderr.contains(says), "{run}: {}", refused.stderr);
    }
    assert_eq!(runs(&university).len(), 4, "a refusal is no run");
}
