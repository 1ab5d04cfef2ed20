//! Job DSL and pipeline: Groovy reads them, with a stand-in for Jenkins that carries the shell steps out.

use crate::scene::{Scene, named};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::{cached_or_skip, program_or_skip};

type Fields = Vec<String>;

struct Jenkins {
    java: PathBuf,
    groovy: PathBuf,
    /// A seed job's workspace, where the files were rendered.
    dir: PathBuf,
    /// What the seed job makes, by job.
    jobs: BTreeMap<String, Vec<Fields>>,
}

impl Jenkins {
    fn or_skip(test: &str, scene: &Scene) -> Option<Self> {
        let java = program_or_skip(test, "java", "default-jre-headless").unwrap()?;
        let groovy = cached_or_skip(test, "groovy/installed").unwrap()?;
        let groovy = groovy.with_file_name("*");
        let (dir, jobs) = (scene.render("jenkins"), BTreeMap::new());
        let mut jenkins = Self { java, groovy, dir, jobs };
        jenkins.jobs = jenkins.seeded();
        Some(jenkins)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schedule/jenkins.groovy");
        let mut command = Command::new(&self.java);
        command
            .arg("-cp")
            .arg(&self.groovy)
            .args(["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"]);
        command.env("LC_ALL", "C.UTF-8").env("RUST_LOG", "error");
        command.arg("groovy.ui.GroovyMain").arg(script).args(arguments).current_dir(&self.dir);
        command
    }

    fn seeded(&self) -> BTreeMap<String, Vec<Fields>> {
        let mut jobs: BTreeMap<String, Vec<Fields>> = BTreeMap::new();
        let mut name = String::new();
        for fields in told(self.command(&["jobs", "jobs.groovy"])).0 {
            match &fields[0][..] {
                "job" => name.clone_from(&fields[1]),
                _ => jobs.entry(name.clone()).or_default().push(fields),
            }
        }
        jobs
    }

    /// A build of a job in a workspace of its own, with its parameters and others in their place.
    fn build(&self, job: &str, others: &[(&str, &str)]) -> (Vec<Fields>, PathBuf, String) {
        let workspace = self.dir.join(format!("workspace-{job}"));
        fs::create_dir_all(&workspace).unwrap();
        for name in ["jobs.groovy", "Jenkinsfile"] {
            fs::copy(self.dir.join(name), workspace.join(name)).unwrap();
        }
        let mut command = self.command(&["run", job, "jobs.groovy"]);
        command.current_dir(&workspace);
        for fields in self.jobs[job].iter().filter(|fields| fields[0] == "parameter") {
            command.env(&fields[1], &fields[2]);
        }
        let (steps, said) = told({
            command.envs(others.iter().copied());
            command
        });
        (steps, workspace.join("artifacts"), said)
    }
}

/// What the stand-in answers, and what the steps have said.
fn told(mut command: Command) -> (Vec<Fields>, String) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let decoded = |field: &str| {
        let pair = form_urlencoded::parse(field.as_bytes()).next();
        pair.map(|(text, _)| text.into_owned()).unwrap_or_default()
    };
    let lines = text.lines().filter_map(|line| line.strip_prefix('>'));
    (lines.map(|line| line.split('\t').map(decoded).collect()).collect(), said)
}

fn has(steps: &[Fields], fields: &[&str]) -> bool {
    steps.iter().any(|step| step == fields)
}

#[test]
fn jobs_are_made_with_their_triggers_and_their_pipelines_run() {
    let scene = Scene::new();
    let test = "jobs_are_made_with_their_triggers_and_their_pipelines_run";
    let Some(jenkins) = Jenkins::or_skip(test, &scene) else { return };
    let jobs = &jenkins.jobs;
    let trigger = |job: &str| {
        let found = jobs[job].iter().find(|fields| fields[0] == "trigger").unwrap();
        (found[1].clone(), found[2].clone())
    };
    let text = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
    assert_eq!(jobs.len(), 5, "{jobs:?}");
    assert_eq!(trigger("insights-first"), text("cron", "TZ=UTC\n15 3 * * *"));
    assert_eq!(trigger("insights-second"), text("upstream", "insights-first"));
    assert_eq!(trigger("insights-ship-lms-1"), text("cron", "TZ=UTC\n20 * * * *"));
    assert!(jobs.values().all(|job| has(job, &["alone", "1"])));

    let (steps, _, said) = jenkins.build("insights-weekly", &[]);
    assert!(
        has(&steps, &["stage", "What must have succeeded"]) && has(&steps, &["sh", "41"]),
        "{said}"
    );
    assert_eq!(scene.ran(), []);

    let (steps, artifacts, said) = jenkins.build("insights-first", &[]);
    assert!(has(&steps, &["SUCCESS"]) && has(&steps, &["agent", "insights"]), "{steps:?}\n{said}");
    assert!(has(&steps, &["passed over", "What must have succeeded"]), "{steps:?}");
    assert!(scene.report().is_file(), "an argument came otherwise than it was written");
    assert!(artifacts.join("run.json").is_file() && artifacts.join("events.jsonl").is_file());
    assert!(scene.path("metrics/insights-first.prom").is_file());

    let (steps, _, said) = jenkins.build("insights-weekly", &[]);
    assert!(has(&steps, &["SUCCESS"]), "{said}");
    let (steps, _, said) = jenkins.build("insights-ship-lms-1", &[]);
    assert!(has(&steps, &["agent", "lms-1"]) && has(&steps, &["SUCCESS"]), "{said}");
    assert_eq!(scene.ran(), [("monitoring", 0), ("total-events", 0)].map(named));
}

#[test]
fn a_person_may_give_a_build_other_days_and_settings_and_a_failed_one_keeps_its_artefacts() {
    let scene = Scene::new();
    let test = "a_person_may_give_a_build_other_days_and_settings";
    let Some(jenkins) = Jenkins::or_skip(test, &scene) else { return };
    let elsewhere = scene.path("elsewhere").display().to_string();
    let settings = format!("INSIGHTS_WAREHOUSE_URL={elsewhere}\r\n");
    let other = [
        ("FROM_DATE", "2026-03-01"),
        ("TO_DATE", "2026-03-01 + 3 days"),
        ("NUM_TASK_CAPACITY", "2"),
        ("RUNNER", "inline"),
        ("EXTRA_VARS", &settings),
        ("EXTRA_ARGS", "--param\npattern=.*tracking.*"),
    ];
    let (steps, artifacts, said) = jenkins.build("insights-third", &other);
    assert!(has(&steps, &["SUCCESS"]), "{said}");
    assert!(scene.path("elsewhere/_ledger").is_dir());
    let argv = fs::read_to_string(artifacts.join("run.json")).unwrap();
    let argv: serde_json::Value = serde_json::from_str(&argv).unwrap();
    let argv = argv["argv"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let argv = argv.collect::<Vec<_>>().join(" ");
    let said = "--param pattern=.*tracking.* --interval 2026-03-01-2026-03-04 -r inline --param reducers=2";
    assert!(argv.contains(said), "{argv}");

    let torn = [("EXTRA_ARGS", "--source\n/nowhere")];
    let (steps, artifacts, said) = jenkins.build("insights-third", &torn);
    assert!(has(&steps, &["sh", "20"]) && has(&steps, &["FAILURE"]), "{said}");
    assert!(has(&steps, &["mail", "operator@example.org"]), "{steps:?}");
    assert!(has(&steps, &["archived", "artifacts/*"]), "{steps:?}");
    let diagnosis = fs::read_to_string(artifacts.join("diagnose.txt")).unwrap();
    assert!(diagnosis.contains("/nowhere is not there"), "{diagnosis}");
    assert!(artifacts.join("run.json").is_file() && artifacts.join("events.jsonl").is_file());

    let (steps, _, said) = jenkins.build("insights-third", &[("EXTRA_VARS", "PATH=/x")]);
    assert!(has(&steps, &["sh", "2"]), "{said}");
}
