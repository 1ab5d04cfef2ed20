//! Where the time of real runs went.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

mod scripted_server;
mod university;
mod wire;

use scripted_server::Server;
use serde_json::{Value, json};
use std::fs;
use university::{University, ended};

fn profile(university: &University, warehouse: &str, arguments: &[&str]) -> String {
    let words = [&["profile", "last"], arguments].concat();
    ended(university.command(warehouse, &words).output().unwrap()).ok().stdout
}

#[test]
fn each_engine_of_this_machine_tells_of_its_tasks() {
    let university = University::new();
    for engine in ["inline", "local"] {
        let store = format!("sqlite:{}", university.path(&format!("{engine}.db")).display());
        university.run(engine, &["-r", engine, "--store", &store]).ok();
        let found: Value =
            serde_json::from_str(&profile(&university, engine, &["--output", "json"])).unwrap();
        assert_eq!((&found["version"], &found["exit_code"]), (&1.into(), &0.into()));
        let spans = found["spans"].as_array().unwrap();
        let has = |phase: &str| spans.iter().any(|span| span["phase"] == phase);
        assert!(has("map") && has("reduce") && has("load") && has("import"), "{found:#}");
        let whole = found["millis"].as_i64().unwrap();
        let sum = |list: &Value, of: &dyn Fn(&Value) -> i64| -> i64 {
            list.as_array().unwrap().iter().map(of).sum()
        };
        // Phases go on at once: one thread sorts while another maps.
        assert!(sum(&found["phases"], &|time| time["millis"].as_i64().unwrap()) >= whole);
        let took = |span: &Value| span["ended"].as_i64().unwrap() - span["began"].as_i64().unwrap();
        assert_eq!(sum(&found["critical_path"], &took), whole, "from its beginning to its end");
        let parts = found["skew"].as_array().unwrap().iter().filter(|skew| skew["of"] == "part");
        assert!(parts.count() > 0, "{found:#}");
        let text = profile(&university, engine, &[]);
        for says in
            ["phases, by the clock\n", "critical path, the longest of ", "skew, the largest"]
        {
            assert!(text.contains(says), "{text}");
        }
    }
}

#[test]
fn the_page_needs_nothing_else_and_is_put_into_its_place_whole() {
    let university = University::new();
    university.run("w", &[]).ok();
    let file = university.path("profile.html").display().to_string();
    profile(&university, "w", &["--html", &file]);
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    assert!(page.contains("<svg ") && page.contains("prefers-color-scheme: dark"), "{page}");
    for outside in ["<script", "<link", "src=", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let none = ended(university.command("w", &["profile", "none"]).output().unwrap());
    assert_eq!(none.code, Some(20), "{}", none.stderr);
}

/// Of a run that was killed, what it did until then.
#[test]
fn a_run_that_was_killed_has_a_profile() {
    let university = University::new();
    let mut command = university.enrollment("run", "w", &[]);
    assert_eq!(ended(command.env("INSIGHTS_FAULT", "finished:3").output().unwrap()).code, None);
    let found: Value =
        serde_json::from_str(&profile(&university, "w", &["--output", "json"])).unwrap();
    assert_eq!(found["exit_code"], Value::Null);
    assert!(!found["spans"].as_array().unwrap().is_empty(), "{found:#}");
}

/// A run whose pass was a job on a cluster, from 1 s to 9 s after its beginning.
fn run_on_a_cluster(university: &University) {
    let event = |second: u32, kind: &str, more: Value| {
        let mut event = json!({"kind": kind, "ts": format!("2026-03-09T00:00:0{second}.000Z")});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("{event}\n")
    };
    let job = json!({"application": "application_1_10001", "job": "job_1_10001"});
    let events = [
        event(0, "run_started", json!({"argv": ["insights", "run", "monitoring"]})),
        event(1, "pass_started", json!({"task": "scan"})),
        event(2, "job_submitted", job),
        event(9, "pass_finished", json!({"task": "scan", "spans": [], "parts": {"part-00000": 5}})),
        event(9, "run_finished", json!({"exit_code": 0})),
    ];
    let folder = university.path("w/_runs/20260309T000000.000-1");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("events.jsonl"), events.concat()).unwrap();
    fs::write(folder.join("run.json"), json!({"exit_code": 0}).to_string()).unwrap();
}

#[test]
fn what_the_history_server_keeps_of_a_job_is_in_its_runs_profile() {
    let university = University::new();
    run_on_a_cluster(&university);
    let at = |second: u64| 1_773_014_400_000 + 1000 * second;
    let task = |id: &str, kind: &str, from, until| {
        json!({"id": format!("task_1_10001_{id}"), "type": kind, "startTime": at(from),
            "finishTime": at(until), "successfulAttempt": format!("attempt_1_10001_{id}_0")})
    };
    let tasks = json!({"tasks": {"task": [
        task("m_000000", "MAP", 3, 4), task("m_000001", "MAP", 3, 6), task("r_000000", "REDUCE", 4, 8),
    ]}});
    let attempts = json!({"taskAttempts": {"taskAttempt": [
        {"id": "attempt_1_10001_r_000000_0", "mergeFinishTime": at(7)},
    ]}});
    let counter =
        json!({"name": "GC_TIME_MILLIS", "mapCounterValue": 12, "reduceCounterValue": 34});
    let counters = json!({"jobCounters": {"counterGroup": [{"counter": [counter]}]}});
    let about = json!({"job": {"submitTime": at(2), "finishTime": at(9)}});
    let answer = |json: &Value| json!({"status": 200, "json": json});
    let server = Server::start([&about, &tasks, &attempts, &counters].map(answer).to_vec());
    let words = ["profile", "job_1_10001", "--output", "json"];
    let mut command = university.command("w", &words);
    command.env("INSIGHTS_RUNNERS_HADOOP_HISTORY_URL", &server.url).env_remove("HADOOP_CONF_DIR");
    let found: Value = serde_json::from_str(&ended(command.output().unwrap()).ok().stdout).unwrap();
    let phases: Vec<_> = found["phases"].as_array().unwrap().iter().collect();
    let time =
        |name: &str| phases.iter().find(|time| time["phase"] == name).unwrap()["millis"].clone();
    for (phase, millis) in [
        ("scheduling", 2000),
        ("queue", 1000),
        ("map", 3000),
        ("shuffle", 3000),
        ("reduce", 1000),
        ("commit", 1000),
    ] {
        assert_eq!(time(phase), millis, "{phase}: {found:#}");
    }
    assert_eq!(found["skew"][0]["largest_of"], "map 1");
    assert_eq!(
        (&found["figures"][0]["map"], &found["figures"][0]["reduce"]),
        (&json!(12), &json!(34))
    );
    assert_eq!(found["unread"], json!([]));
    let asked: Vec<_> = server.asked().into_iter().map(|asked| asked[1].clone()).collect();
    let job = "/ws/v1/history/mapreduce/jobs/job_1_10001";
    let attempts = format!("{job}/tasks/task_1_10001_r_000000/attempts");
    assert_eq!(asked, [job, &format!("{job}/tasks"), &attempts, &format!("{job}/counters")]);
}
