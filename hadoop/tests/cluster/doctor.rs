//! The settings for an own Hadoop 3 that are shipped, with this cluster's addresses in them: the doctor misses nothing,
//! and a run goes by them. Without a queue, a job of the doctor's is refused, and told.

use std::fs;

use crate::setup::{Cluster, said, statements};
use crate::university::{Ended, University, ended};
use hadoop::storage::Place;

const SETTINGS: &str = include_str!("../../../ci/deploy/own-hadoop/insights-hadoop-3.yml");
const SCHEDULE: &str = r#"{"program": "insights", "config": "x", "user": "x", "workflows": [{"name": "nightly",
    "workflow": "enrollment", "cadence": "15 3 * * *", "fresh": "36h", "expected": {"duration": "1h", "input": "1 GiB"}}]}"#;

/// A line of the settings with another value.
fn replaced(settings: &str, key: &str, value: &str) -> String {
    let line = settings.lines().find(|line| line.trim_start().starts_with(&format!("{key}: ")));
    let line = line.unwrap_or_else(|| panic!("no {key}"));
    let indent = line.len() - line.trim_start().len();
    settings.replacen(line, &format!("{}{key}: {value}", " ".repeat(indent)), 1)
}

#[test]
fn own_hadoop_lacks_nothing_and_a_run_goes_by_its_settings() {
    let Some(cluster) = Cluster::or_skip("doctor") else { return };
    let university = University::new();
    let lms = cluster.lms("doctor");
    statements(&lms, &university.lms_statements());
    let home = cluster.folder("doctor");
    let logs = Place::at(&home).unwrap().join("logs/tracking.log-20260301.gz");
    let day = university.path("logs").join(crate::university::log_name(1));
    logs.stage(&fs::read(day).unwrap()).unwrap();
    let database = format!("doctor_{}", std::process::id());
    said("hive", &["-e", &format!("CREATE DATABASE IF NOT EXISTS {database}")]);
    fs::write(university.path("schedule.yml"), SCHEDULE).unwrap();
    let mut settings = SETTINGS.replace("hdfs://prod", &home);
    let store = settings.lines().find(|line| line.contains("url: mysql")).unwrap().to_owned();
    settings = settings.replace(&store, &format!("  url: {}", cluster.store("doctor")));
    for (key, value) in [
        ("database", lms),
        ("conf_dir", std::env::var("HADOOP_CONF_DIR").unwrap()),
        ("program", cluster.program.display().to_string()),
    ] {
        settings = replaced(&settings, key, &value);
    }
    settings = settings.replace("  database: insights", &format!("  database: {database}"));
    let schedule = university.path("schedule.yml").display().to_string();
    settings = settings.replace("/etc/insights/schedule.yml", &schedule);
    let insights =
        |words: &[&str]| -> Ended { ended(university.plain_command(words).output().unwrap()) };
    fs::write(university.path("insights.yml"), &settings).unwrap();
    let told = insights(&["doctor"]);
    assert!(
        told.code == Some(0) && told.stdout.contains(" 0 missing"),
        "{}\n{}",
        told.stdout,
        told.stderr
    );
    for (check, said) in [
        ("hadoop", "Hadoop 3"),
        ("self-test", "the same"),
        ("sqoop", "Sqoop 1.4"),
        ("hive", "Hive 4"),
    ] {
        let line = told
            .stdout
            .lines()
            .find(|line| line.contains(&format!("  {check} ")))
            .unwrap_or_default();
        assert!(line.starts_with("ok") && line.contains(said), "{check}: {}", told.stdout);
    }
    insights(&["run", "course-enrollment-events", "--param", "reducers=1"]).ok();
    fs::write(university.path("insights.yml"), replaced(&settings, "queue", "nope")).unwrap();
    let told = insights(&["doctor"]);
    assert_eq!(told.code, Some(20), "{}", told.stdout);
    assert!(told.stdout.starts_with("missing      self-test"), "{}", told.stdout);
    assert!(told.stdout.contains("unknown queue: nope"), "{}", told.stdout);
}
