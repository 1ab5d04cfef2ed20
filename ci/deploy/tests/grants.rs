//! The store's two users, made by the very statements that are shipped: one loads, the other reads.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use deploy::{Settings, program, shipped};
use mysql_async::prelude::Queryable;
use serde_json::{Value, json};
use testkit::{MariaDb, mariadb_or_skip};

const SCHEDULE: &str = r#"{"program": "insights", "config": "x", "user": "x", "workflows": [{"name": "nightly",
    "workflow": "total-events", "cadence": "15 3 * * *", "fresh": "36h", "expected": {"duration": "1m", "input": "1 MiB"}}]}"#;

/// Runs the statements as an administrator does.
async fn make(server: &MariaDb, pipeline: &str, api: &str) {
    let mut administrator = server.administrator().await.unwrap();
    let given = format!("SET @pipeline_password = '{pipeline}', @api_password = '{api}';\n");
    let statements = given + &fs::read_to_string(shipped("shared/database.sql")).unwrap();
    administrator.query_drop(statements).await.unwrap();
    administrator.disconnect().await.unwrap();
}

/// What the doctor says of a store and its reader: exit code, and verdicts by check.
fn doctor(
    settings: &Settings,
    port: u16,
    loader: (&str, &str),
    reader: (&str, &str),
) -> (Option<i32>, Value) {
    let url = |(user, password): (&str, &str)| {
        let file = settings.path(&format!("{user}-{password}"));
        fs::write(&file, password).unwrap();
        format!("mysql://{user}@127.0.0.1:{port}/reports?password_file={}", file.display())
    };
    fs::write(settings.path("schedule.yml"), SCHEDULE).unwrap();
    let config = json!({
        "warehouse": {"url": settings.path("w")}, "store": {"url": url(loader)},
        "schedule": {"file": settings.path("schedule.yml")},
    });
    fs::write(settings.path("insights.yml"), config.to_string()).unwrap();
    let mut command = Command::new(program("insights"));
    command.arg("-c").arg(settings.path("insights.yml")).args([
        "doctor",
        "--output",
        "json",
        "--reader",
        &url(reader),
    ]);
    let ended = command.env("RUST_LOG", "error").output().unwrap();
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let checks = told["checks"].as_array().unwrap().iter();
    let verdicts =
        checks.map(|it| (it["check"].as_str().unwrap().to_owned(), it["verdict"].clone()));
    (ended.status.code(), Value::Object(verdicts.collect()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_loads_and_the_other_reads() {
    let Some(server) = mariadb_or_skip("the store's two users").unwrap() else { return };
    let settings = Settings::new().unwrap();
    // Again is as good, and changes passwords.
    make(&server, "before", "before").await;
    make(&server, "of-pipeline", "of-api").await;
    let (pipeline, api) = (("pipeline", "of-pipeline"), ("api", "of-api"));
    let ask = |loader, reader| {
        tokio::task::block_in_place(|| doctor(&settings, server.port(), loader, reader))
    };
    let (code, told) = ask(pipeline, api);
    assert_eq!(
        (&told["store"], &told["reader of the store"]),
        (&json!("ok"), &json!("ok")),
        "{told}"
    );
    assert_eq!(code, Some(0));
    let (code, told) = ask(api, pipeline);
    assert_eq!(
        (&told["store"], &told["reader of the store"]),
        (&json!("missing"), &json!("missing")),
        "{told}"
    );
    assert_eq!(code, Some(44));
    let (code, _) = ask(("pipeline", "before"), api);
    assert_eq!(code, Some(44), "a password of before");
    let mut connection = server.administrator().await.unwrap();
    let made: Option<(String, String)> = connection
        .query_first("SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = 'reports'")
        .await
        .unwrap();
    assert_eq!(made, Some(("utf8mb4".to_owned(), "utf8mb4_bin".to_owned())));
    let infile: Option<u8> = connection.query_first("SELECT @@GLOBAL.local_infile").await.unwrap();
    assert_eq!(infile, Some(1));
}
