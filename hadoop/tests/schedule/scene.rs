//! A university with a schedule: `first`, which `second` and `third` follow, and `weekly`, which has a time of
//! its own. One argument has all characters that a scheduler could stumble over.

use crate::university::{Ended, University, ended};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub struct Scene {
    pub university: University,
}

/// The end of the report's name.
const ODD: &str = "it's 100% of \"$HOME\" {{ x }} {% y %} \\n `z`; é.csv";

impl Scene {
    pub fn new() -> Self {
        Self::with_second(&[])
    }

    /// One whose second entry is told this.
    pub fn with_second(arguments: &[&str]) -> Self {
        let scene = Self { university: University::new() };
        let at = |name: &str| scene.path(name).display().to_string();
        let settings = json!({
            "warehouse": {"url": at("w")},
            "sources": [{"url": at("logs"), "pattern": [".*tracking.log-(?P<date>\\d{8}).*"]}],
            "store": {
                "url": format!("sqlite:{}", at("store.db")),
                "allow_empty": ["course_activity", "video", "video_timeline"],
            },
            "schedule": {"file": at("schedule.yml")},
        });
        fs::write(scene.path("insights.yml"), settings.to_string()).unwrap();
        let expected = json!({"duration": "1m", "input": "1 MiB"});
        let entry = |name: &str, workflow: &str, arguments: Value, more: Value| {
            let mut entry = json!({
                "name": name, "workflow": workflow, "arguments": arguments, "fresh": "36h", "expected": expected,
            });
            entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            entry
        };
        let report = format!("report={}", scene.report().display());
        let interval = ["--interval", "2026-03-01-2026-03-09"];
        let workflows = [
            entry(
                "first",
                "monitoring",
                json!([interval[0], interval[1], "--param", report]),
                json!({"cadence": "15 3 * * *"}),
            ),
            entry("second", "activity", json!(arguments), json!({"after": ["first"]})),
            entry("third", "video", json!(interval), json!({"after": ["first"]})),
            entry(
                "weekly",
                "total-events",
                json!([]),
                json!({"cadence": "30 7 * * 1-5", "after": ["first"]}),
            ),
        ];
        let catalogue = json!({
            "program": env!("CARGO_BIN_EXE_insights"), "config": at("insights.yml"), "user": "root",
            "mail": "operator@example.org", "metrics": at("metrics"), "workflows": workflows,
            "logs": [{
                "name": "ship", "from": at("lms"), "to": at("shipped"), "cadence": "20 * * * *",
                "hosts": ["lms-1"],
            }],
        });
        fs::write(scene.path("schedule.yml"), catalogue.to_string()).unwrap();
        fs::create_dir_all(scene.path("metrics")).unwrap();
        fs::create_dir_all(scene.path("lms")).unwrap();
        scene
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.university.path(name)
    }

    /// Where the first entry's report goes.
    pub fn report(&self) -> PathBuf {
        self.path(ODD)
    }

    pub fn insights(&self, arguments: &[&str]) -> Ended {
        ended(self.university.plain_command(arguments).output().unwrap())
    }

    /// Renders into a folder; gives that.
    pub fn render(&self, to: &str) -> PathBuf {
        let dir = self.path(to);
        self.insights(&["schedule", "render", "--to", to, "--dir", dir.to_str().unwrap()]).ok();
        dir
    }

    /// The workflows that were run, oldest first, each with its exit code.
    pub fn ran(&self) -> Vec<(String, u64)> {
        let runs = fs::read_dir(self.path("w/_runs")).into_iter().flatten();
        let mut runs: Vec<_> = runs.map(|run| run.unwrap().path()).collect();
        runs.sort();
        // One that has not ended yet is none.
        let ends = runs.iter().filter_map(|run| fs::read_to_string(run.join("run.json")).ok());
        let ended = ends.map(|end| {
            let end: Value = serde_json::from_str(&end).unwrap();
            let argv = end["argv"].as_array().unwrap();
            let at = argv.iter().position(|word| word == "run").unwrap();
            (argv[at + 1].as_str().unwrap().to_owned(), end["exit_code"].as_u64().unwrap())
        });
        ended.collect()
    }

    pub fn all_ran(&self) -> bool {
        self.ran() == [("monitoring", 0), ("activity", 0), ("video", 0)].map(named)
    }

    /// A line of a shell, as schedulers start it.
    pub fn shell(&self, shell: &str, line: &str) -> Ended {
        let mut command = Command::new(shell);
        command.args(["-c", line]).current_dir("/").env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.path("")).env("RUST_LOG", "error");
        ended(command.output().unwrap())
    }
}

pub fn named((name, code): (&str, u64)) -> (String, u64) {
    (name.to_owned(), code)
}
