//! What those who watch runs are left: metrics, a ping, copies of the record, how fresh results are.
#![allow(clippy::unwrap_used, clippy::panic)]

mod scripted_server;
mod university;
mod wire;

use scripted_server::Server;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use university::{Ended, University, ended};

/// The workflow that needs logs alone.
fn monitoring(university: &University, arguments: &[&str]) -> Command {
    let logs = university.path("logs").display().to_string();
    let fixed = ["run", "monitoring", "--source", &logs, "--interval", "2026-03"];
    university.command("w", &[&fixed[..], arguments].concat())
}

fn run(mut command: Command) -> Ended {
    ended(command.output().unwrap())
}

#[test]
fn metrics_keep_the_last_success_over_a_failure() {
    let university = University::new();
    let file = university.path("out/insights.prom").display().to_string();
    run(monitoring(&university, &["--metrics-file", &file])).ok();
    let value = |name: &str| {
        let text = fs::read_to_string(&file).unwrap();
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse::<f64>().unwrap()
    };
    let success = r#"insights_run_success_timestamp_seconds{workflow="monitoring"}"#;
    let code = r#"insights_run_exit_code{workflow="monitoring"}"#;
    let at = value(success);
    assert_eq!(value(code), 0.0);
    assert!(value(r#"insights_step_rows{workflow="monitoring",step="scan"}"#) > 0.0);
    let took = value(r#"insights_run_duration_seconds{workflow="monitoring"}"#);
    assert!(took >= value(r#"insights_step_duration_seconds{workflow="monitoring",step="scan"}"#));

    let mut torn =
        monitoring(&university, &["--force", "total-events-report", "--source", "/nowhere"]);
    torn.env("INSIGHTS_SCHEDULE_METRICS_FILE", &file);
    assert_eq!(run(torn).code, Some(20));
    assert_eq!((value(code), value(success)), (20.0, at));
    let left = fs::read_dir(university.path("out")).unwrap().count();
    assert_eq!(left, 1, "it is put into its place whole");
}

#[test]
fn a_success_is_told_to_the_ping_address_and_a_failure_is_not() {
    let university = University::new();
    let server = Server::start(vec![json!({"status": 200, "text": "OK"})]);
    let address = university.path("ping");
    fs::write(&address, format!("{}/never-shown/of/this\n", server.url)).unwrap();
    let with_ping = |arguments: &[&str]| {
        let mut command = monitoring(&university, arguments);
        command.env("INSIGHTS_SCHEDULE_PING_URL_FILE", &address).env("RUST_LOG", "trace");
        run(command)
    };
    let failed = with_ping(&["--source", "/nowhere"]);
    assert_eq!((failed.code, server.asked().len()), (Some(20), 0));
    let done = with_ping(&["--artifacts", "kept"]).ok();
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0][..2], ["GET", "/never-shown/of/this"]);
    let told = [&failed.stderr, &failed.stdout, &done.stderr, &done.stdout];
    assert!(told.iter().all(|text| !text.contains("never-shown")), "{}", done.stderr);
    for name in ["run.json", "events.jsonl"] {
        let kept = fs::read_to_string(university.path("kept").join(name)).unwrap();
        assert!(!kept.contains("never-shown"), "{name}: {kept}");
    }
}

#[test]
fn a_ping_that_fails_is_a_warning() {
    let university = University::new();
    for (address, says) in [
        ("http://127.0.0.1:9/never-shown", "the success was not told to the ping address"),
        ("never-shown", "the success was not told to the ping address"),
    ] {
        let mut command = monitoring(&university, &[]);
        let done = run({
            command.env("INSIGHTS_SCHEDULE_PING_URL", address);
            command
        })
        .ok();
        assert!(done.stderr.contains("WARN") && done.stderr.contains(says), "{}", done.stderr);
        assert!(!done.stderr.contains("never-shown"), "{}", done.stderr);
    }
    let mut command = monitoring(&university, &[]);
    command.env("INSIGHTS_SCHEDULE_PING_URL_FILE", "/no/such/file");
    let done = run(command).ok();
    assert!(done.stderr.contains("schedule.ping_url_file cannot be read"), "{}", done.stderr);
}

#[test]
fn a_failed_run_leaves_its_diagnosis_and_copies_of_its_record() {
    let university = University::new();
    let failed = run(monitoring(&university, &["--artifacts", "kept", "--source", "/nowhere"]));
    assert_eq!(failed.code, Some(20));
    let kept = |name: &str| fs::read_to_string(university.path("kept").join(name)).unwrap();
    let end: Value = serde_json::from_str(&kept("run.json")).unwrap();
    assert_eq!(end["exit_code"], 20);
    assert!(kept("events.jsonl").lines().last().unwrap().contains("run_finished"));
    assert!(kept("diagnose.txt").contains("/nowhere is not there"), "{}", kept("diagnose.txt"));
    let runs = fs::read_dir(university.path("w/_runs")).unwrap();
    let own = runs.map(|run| run.unwrap().path().join("diagnose.txt")).collect::<Vec<_>>();
    assert_eq!(fs::read_to_string(&own[0]).unwrap(), kept("diagnose.txt"));

    run(monitoring(&university, &["--artifacts", "well"])).ok();
    assert!(university.path("well/run.json").exists());
    assert!(!university.path("well/diagnose.txt").exists());
}

/// A store that cannot be reached is a failure like any other to those who watch.
#[test]
fn a_run_that_never_reaches_its_store_leaves_its_record_too() {
    let university = University::new();
    let store = "sqlite:/no/such/folder/store.db";
    let logs = university.path("logs").display().to_string();
    let arguments = ["run", "video", "--source", &logs, "--interval", "2026-03", "--store", store];
    let metrics = ["--artifacts", "kept", "--metrics-file", "m.prom"];
    let failed = run(university.command("w", &[&arguments[..], &metrics].concat()));
    assert_eq!(failed.code, Some(30), "{}", failed.stderr);
    let kept = fs::read_to_string(university.path("kept/diagnose.txt")).unwrap();
    assert!(kept.contains(store), "{kept}");
    let figures = fs::read_to_string(university.path("m.prom")).unwrap();
    assert!(figures.contains(r#"insights_run_exit_code{workflow="video"} 30"#), "{figures}");
    assert!(!university.path("w/video_usage").exists(), "it is tried before anything is computed");
    assert!(!university.path("w/_ledger/scanned.jsonl").exists());
}

/// A schedule of one entry, which makes three result tables of the store, and one without any.
fn scheduled(university: &University, fresh: &str) {
    let at = |name: &str| university.path(name).display().to_string();
    let expected = json!({"duration": "1m", "input": "1 MiB"});
    let catalogue = json!({
        "program": "insights", "config": "insights.yml", "user": "insights",
        "workflows": [
            {
                "name": "videos", "workflow": "video", "arguments": ["--interval", "2026-03"],
                "cadence": "0 1 * * *", "fresh": fresh, "expected": expected,
            },
            {
                "name": "totals", "workflow": "monitoring", "cadence": "0 2 * * *", "fresh": fresh,
                "expected": expected,
            },
        ],
    });
    let settings = json!({
        "warehouse": {"url": at("w")}, "sources": [{"url": at("logs")}],
        "store": {"url": format!("sqlite:{}", at("store.db")), "allow_empty": ["video"]},
        "schedule": {"file": at("schedule.yml")},
    });
    fs::write(university.path("schedule.yml"), catalogue.to_string()).unwrap();
    fs::write(university.path("insights.yml"), settings.to_string()).unwrap();
}

#[test]
fn freshness_is_told_table_by_table_and_late_ones_end_with_41() {
    let university = University::new();
    scheduled(&university, "36h");
    let insights = |arguments: &[&str]| run(university.plain_command(arguments));
    let verdicts = |ended: &Ended| {
        let row = |line: &str| {
            let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            format!("{} {} {}", words[0], words[1], words.last().unwrap())
        };
        ended.stdout.lines().map(row).collect::<Vec<_>>()
    };
    let never = insights(&["status", "--freshness"]);
    assert_eq!(never.code, Some(41), "{}", never.stderr);
    assert_eq!(
        verdicts(&never),
        ["videos video LATE", "videos video_timeline LATE", "totals (last LATE"]
    );
    assert!(never.stderr.contains("3 of 3 results are older than they may be"), "{}", never.stderr);

    // One table is refused, since it is empty: the run fails, and the other is fresh all the same.
    assert_eq!(insights(&["run", "video", "--interval", "2026-03"]).code, Some(41));
    let one = insights(&["status", "--freshness", "videos"]);
    assert_eq!(one.code, Some(41));
    assert_eq!(verdicts(&one), ["videos video fresh", "videos video_timeline LATE"]);

    insights(&["run", "monitoring"]).ok();
    insights(&["status", "--freshness", "totals"]).ok();
    let unknown = insights(&["status", "--freshness", "total"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean `totals`?"), "{}", unknown.stderr);

    // With nothing new to do, a night is a good one, too.
    insights(&["run", "monitoring"]).ok();
    insights(&["status", "--freshness", "totals"]).ok();
    scheduled(&university, "0 seconds");
    let old = insights(&["status", "--freshness", "totals"]);
    assert_eq!((old.code, verdicts(&old)), (Some(41), vec!["totals (last LATE".to_owned()]));
}

#[test]
fn an_entry_with_a_warehouse_of_its_own_is_looked_for_there() {
    let university = University::new();
    scheduled(&university, "36h");
    let file = university.path("schedule.yml");
    let mut catalogue: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let other = university.path("other").display().to_string();
    catalogue["workflows"][1]["arguments"] = json!(["--warehouse", other]);
    fs::write(&file, catalogue.to_string()).unwrap();
    let insights = |arguments: &[&str]| run(university.plain_command(arguments));
    insights(&["run", "monitoring"]).ok();
    assert_eq!(insights(&["status", "--freshness", "totals"]).code, Some(41));
    insights(&["run", "monitoring", "--warehouse", &other]).ok();
    insights(&["status", "--freshness", "totals"]).ok();
}
