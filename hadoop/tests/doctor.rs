//! `insights doctor`: a deployment that lacks nothing, and each lack by itself, told first and with its exit code.
#![allow(clippy::unwrap_used)]

mod scripted_server;
mod service;
mod university;
mod wire;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mysql_async::prelude::Queryable;
use scripted_server::Server;
use serde_json::{Value, json};
use service::Service;
use university::{Ended, University, ended, jobs_program};

/// A university, and settings that the doctor finds fine.
struct Scene {
    university: University,
    settings: Value,
}

/// What the doctor found: the checks, the worst first.
struct Found {
    code: Option<i32>,
    checks: Vec<Value>,
}

impl Scene {
    fn new() -> Self {
        let university = University::new();
        let at = |name: &str| university.path(name).display().to_string();
        let entry = json!({
            "name": "nightly", "workflow": "enrollment", "cadence": "15 3 * * *", "fresh": "36h",
            "expected": {"duration": "1m", "input": "1 MiB"},
        });
        let catalogue =
            json!({"program": "insights", "config": "x", "user": "x", "workflows": [entry]});
        fs::write(university.path("schedule.yml"), catalogue.to_string()).unwrap();
        let settings = json!({
            "warehouse": {"url": at("w")},
            "sources": [{"url": at("logs")}],
            "store": {"url": format!("sqlite:{}", at("store.db"))},
            "lms": {"database": format!("sqlite:{}", at("lms.sqlite"))},
            "runners": {"default": "local", "local": {"program": jobs_program()}},
            "schedule": {"file": at("schedule.yml")},
        });
        Self { university, settings }
    }

    fn path(&self, name: &str) -> String {
        self.university.path(name).display().to_string()
    }

    /// Sets a key of the settings, given by its path.
    fn set(&mut self, path: &str, value: impl Into<Value>) {
        let mut at = &mut self.settings;
        for key in path.split('.') {
            at = &mut at[key];
        }
        *at = value.into();
    }

    fn insights(&self, words: &[&str]) -> Ended {
        fs::write(self.university.path("insights.yml"), self.settings.to_string()).unwrap();
        let mut command = self.university.plain_command(&[&["doctor"], words].concat());
        ended(command.env("RUST_LOG", "error").env_remove("HADOOP_CONF_DIR").output().unwrap())
    }

    fn doctor(&self) -> Found {
        let ended = self.insights(&["--output", "json"]);
        let told: Value =
            serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {}", ended.stderr));
        assert_eq!(told["exit_code"].as_i64(), ended.code.map(i64::from));
        Found { code: ended.code, checks: told["checks"].as_array().unwrap().clone() }
    }

    /// A file that can be run.
    fn script(&self, name: &str, text: &str) -> String {
        fs::write(self.university.path(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(self.university.path(name), fs::Permissions::from_mode(0o755)).unwrap();
        self.path(name)
    }
}

impl Found {
    fn named(&self, verdict: &str) -> Vec<&str> {
        let ours = self.checks.iter().filter(|it| it["verdict"] == verdict);
        ours.map(|it| it["check"].as_str().unwrap()).collect()
    }

    /// What a check said.
    fn said(&self, check: &str) -> String {
        let found = self.checks.iter().find(|it| it["check"] == check);
        found.unwrap_or_else(|| panic!("no {check}: {:?}", self.checks)).to_string()
    }

    /// Asserts that the first of the checks is missing, what it says, and the exit code.
    #[track_caller]
    fn lacks(&self, check: &str, code: i32, said: &str) {
        let first = &self.checks[0];
        assert_eq!(
            (&first["check"], &first["verdict"]),
            (&json!(check), &json!("missing")),
            "{:?}",
            self.checks
        );
        assert!(first["said"].as_str().unwrap().contains(said), "{first}");
        assert!(!first["todo"].as_str().unwrap().is_empty(), "{first}");
        assert_eq!(self.code, Some(code), "{first}");
    }
}

#[test]
fn a_deployment_on_one_machine_lacks_nothing() {
    let scene = Scene::new();
    let found = scene.doctor();
    assert_eq!(
        (found.code, found.named("missing")),
        (Some(0), Vec::<&str>::new()),
        "{:?}",
        found.checks
    );
    let mut fine = found.named("ok");
    fine.sort_unstable();
    let all = [
        "lms.database",
        "program",
        "room",
        "self-test",
        "settings",
        "source 1",
        "store",
        "warehouse",
    ];
    assert_eq!(fine, all);
    assert!(found.said("store").contains("SQLite 3"), "{}", found.said("store"));
    assert!(
        found.said("lms.database").contains("2 tables are as expected"),
        "{}",
        found.said("lms.database")
    );
    // Nothing of it stays.
    let left: Vec<_> = fs::read_dir(scene.university.path("w")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let text = scene.insights(&[]).ok().stdout;
    assert!(text.ends_with("8 ok, 0 missing, 0 cannot be told\n"), "{text}");
    assert!(scene.insights(&["-r", "inline"]).ok().stdout.contains("7 ok, 0 missing"));
}

#[test]
fn settings_that_cannot_be_used_are_all_that_is_told() {
    let mut scene = Scene::new();
    scene.set("warehouse.keep_partition", 5);
    let found = scene.doctor();
    found.lacks("settings", 3, "did you mean `keep_partitions`?");
    assert_eq!(found.checks.len(), 1);
    let text = scene.insights(&[]);
    assert!(text.stdout.starts_with("missing      settings"), "{}", text.stdout);
    assert!(text.stdout.contains("\n                               -> "), "{}", text.stdout);
}

#[test]
fn a_secret_that_is_not_there_is_named() {
    let mut scene = Scene::new();
    scene.set("index.password_file", scene.path("none"));
    scene.doctor().lacks("settings", 3, "index.password_file");
}

#[test]
fn places_that_cannot_be_used_are_named() {
    let mut scene = Scene::new();
    fs::write(scene.university.path("file"), "").unwrap();
    scene.set("warehouse.url", scene.path("file/w"));
    let found = scene.doctor();
    found.lacks("warehouse", 20, "file/w");
    assert_eq!(
        (found.named("missing"), found.named("cannot_tell")),
        (vec!["warehouse"], vec!["self-test"])
    );

    let mut scene = Scene::new();
    fs::create_dir(scene.university.path("empty")).unwrap();
    scene.set("sources", json!([{"url": scene.path("logs")}, {"url": scene.path("empty")}]));
    scene.doctor().lacks("source 2", 20, "holds no files");
}

#[test]
fn another_program_is_told_from_ours() {
    let mut scene = Scene::new();
    let other = scene.script("other", "echo other 1.0");
    scene.set("runners.local.program", other);
    let found = scene.doctor();
    found.lacks("program", 3, "says `other 1.0`, not `jobs ");
    assert_eq!(
        (found.named("missing"), found.named("cannot_tell")),
        (vec!["program"], vec!["self-test"])
    );
}

/// A program of the right name and version that gives other rows.
#[test]
fn a_program_that_computes_otherwise_fails_its_self_test() {
    let mut scene = Scene::new();
    let jobs = jobs_program().display().to_string();
    let other = scene.script(
        "other",
        &format!(
            "case $1 in reduce) {jobs} \"$@\" | cat; exit ;; esac\nexec {jobs} \"$@\" < /dev/null"
        ),
    );
    scene.set("runners.local.program", other);
    let found = scene.doctor();
    assert_eq!(
        (found.named("missing"), found.code),
        (vec!["self-test"], Some(20)),
        "{:?}",
        found.checks
    );
}

#[test]
fn lms_tables_that_are_not_as_expected_are_named() {
    let mut scene = Scene::new();
    let lms = rusqlite::Connection::open(scene.university.path("lms.sqlite")).unwrap();
    lms.execute_batch("ALTER TABLE auth_userprofile DROP COLUMN gender").unwrap();
    scene.doctor().lacks("lms.database", 20, "auth_userprofile.gender");
    scene.set("lms.database", Value::Null);
    let found = scene.doctor();
    found.lacks("lms.database", 20, "no database is named");
    assert!(found.checks[0]["todo"].as_str().unwrap().contains("lms.database"));
}

#[test]
fn services_that_do_not_let_us_in_are_told_from_those_that_do() {
    let mut scene = Scene::new();
    let service = Service::start();
    fs::write(scene.university.path("secret"), "never-shown").unwrap();
    let api = json!({"url": service.url, "client_id": "c", "client_secret_file": scene.path("secret"), "page_size": 2});
    scene.set("lms.api", api);
    scene.set(
        "lms.catalogue",
        json!({"url": format!("{}/api/v1", service.url), "partners": ["edu", "other"]}),
    );
    let found = scene.doctor();
    assert_eq!(found.code, Some(0), "{:?}", found.checks);
    assert!(found.said("lms.catalogue").contains("2 partners"), "{}", found.said("lms.catalogue"));
    service.refuse("courses");
    scene.doctor().lacks("lms.api", 44, "http 403");
    service.fail_at("course_runs");
    scene.doctor().lacks("lms.catalogue", 20, "http 500");
}

#[test]
fn a_store_that_refuses_the_password_is_told() {
    let Some(server) = testkit::mariadb_or_skip("the doctor at a store").unwrap() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut administrator = server.administrator().await.unwrap();
        for sql in [
            "CREATE DATABASE doctor",
            "CREATE USER 'who'@'%' IDENTIFIED BY 'right'",
            "GRANT SELECT ON doctor.* TO 'who'@'%'",
        ] {
            administrator.query_drop(sql).await.unwrap();
        }
    });
    let mut scene = Scene::new();
    let url = format!(
        "mysql://who@127.0.0.1:{}/doctor?password_file={}",
        server.port(),
        scene.path("password")
    );
    scene.set("store.url", url);
    scene.doctor().lacks("store", 3, "password");
    fs::write(scene.university.path("password"), "wrong").unwrap();
    let found = scene.doctor();
    found.lacks("store", 44, "Access denied");
    assert!(!found.said("store").contains("wrong"), "{}", found.said("store"));
    fs::write(scene.university.path("password"), "right").unwrap();
    let found = scene.doctor();
    found.lacks("store", 44, "command denied");
    let todo = found.checks[0]["todo"].as_str().unwrap();
    assert!(todo.contains("GRANT SELECT, INSERT") && todo.contains("he has: GRANT"), "{todo}");
    server.kill().unwrap();
    scene.doctor().lacks("store", 20, "unreachable");
}

/// A cluster of stand-ins: its commands, and a server for both of its own.
fn cluster(date: &str, answers: usize) -> (Scene, Server) {
    let mut scene = Scene::new();
    let hadoop = scene.script("hadoop", "echo Hadoop 3.4.2");
    fs::write(scene.university.path("hadoop-streaming-3.4.2.jar"), "").unwrap();
    let answer = json!({
        "status": 200, "header": format!("Date: {date}"),
        "json": {
            "clusterInfo": {"resourceManagerVersion": "3.4.2", "state": "STARTED", "haState": "ACTIVE"},
            "historyInfo": {"hadoopVersion": "3.4.2"},
        },
    });
    let server = Server::start(vec![answer; answers]);
    let hadoop = json!({
        "command": hadoop, "streaming_jar": scene.path("hadoop-streaming-3.4.2.jar"), "program": jobs_program(),
        "resource_manager_url": server.url, "history_url": server.url,
    });
    scene.set("runners", json!({"default": "hadoop", "hadoop": hadoop}));
    (scene, server)
}

fn now(minutes: i64) -> String {
    let time = chrono::Utc::now() + chrono::TimeDelta::minutes(minutes);
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn versions_of_a_cluster_are_told_and_its_servers_clocks_compared() {
    let (scene, _server) = cluster(&now(0), 3);
    let found = scene.doctor();
    for (check, said) in [
        ("hadoop", "Hadoop 3.4.2"),
        ("streaming jar", "hadoop-streaming-3.4.2.jar"),
        ("resource manager", "3.4.2, STARTED ACTIVE"),
        ("history server", "3.4.2"),
        ("clock", "within"),
    ] {
        assert!(
            found.said(check).contains(said) && found.named("ok").contains(&check),
            "{}",
            found.said(check)
        );
    }
    // The program is not static here: what nodes need is told, and a job cannot be tried.
    assert_eq!(
        (found.named("missing"), found.named("cannot_tell")),
        (vec!["program"], vec!["self-test"])
    );
    assert_eq!(found.code, Some(3));

    let (scene, _server) = cluster(&now(-7), 3);
    let found = scene.doctor();
    found.lacks("clock", 44, "ahead of that of http://127.0.0.1");
}

#[test]
fn servers_and_tools_of_a_cluster_that_are_not_there_are_named() {
    let (mut scene, _server) = cluster(&now(0), 2);
    scene.set("runners.hadoop.resource_manager_url", "http://127.0.0.1:9");
    let found = scene.doctor();
    assert!(found.named("missing").contains(&"resource manager"), "{:?}", found.checks);
    assert!(
        found.said("resource manager").contains("\"code\":20"),
        "{}",
        found.said("resource manager")
    );
    scene.set("runners.hadoop.command", scene.path("none"));
    scene.set("runners.hadoop.streaming_jar", scene.path("none.jar"));
    scene.set("hive.command", scene.path("no-hive"));
    scene.set("lms.engine", "sqoop");
    scene.set("lms.sqoop", json!({"command": scene.path("no-sqoop")}));
    let found = scene.doctor();
    for check in ["hadoop", "streaming jar", "hive", "sqoop"] {
        assert!(found.said(check).contains("\"code\":3"), "{}", found.said(check));
    }
    // Its servers have gone, too, and that is the larger one.
    assert_eq!(found.code, Some(20));
    scene.set("warehouse.url", "s3://bucket/w");
    assert!(scene.doctor().said("warehouse").contains("cannot write on S3"));
}
