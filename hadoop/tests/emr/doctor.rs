//! `insights doctor -r emr`: what EMR and S3 let this machine do, before a cluster is paid for.

use std::fs;

use serde_json::{Value, json};

use crate::scene::{DESCRIPTION, HOURLY, Scene};
use crate::service::Answer;

/// What the doctor found: its exit code, and the checks, the worst first.
fn doctor(scene: &Scene) -> (Option<i32>, Vec<Value>) {
    let ended = scene.insights(&["doctor", "-r", "emr", "--output", "json"]);
    let told: Value = serde_json::from_str(&ended.stdout).unwrap();
    (ended.code, told["checks"].as_array().unwrap().clone())
}

fn verdict<'c>(checks: &'c [Value], check: &str) -> &'c Value {
    &checks.iter().find(|it| it["check"] == check).unwrap()["verdict"]
}

#[test]
fn what_a_cluster_would_need_is_told_before_it_is_paid_for() {
    let Some(scene) = Scene::or_skip("doctor") else { return };
    let entry = json!({
        "name": "nightly", "workflow": "total-events", "cadence": "15 3 * * *", "fresh": "36h",
        "expected": {"duration": "1m", "input": "1 MiB"},
    });
    let catalogue = json!({"program": "x", "config": "x", "user": "x", "workflows": [entry]});
    fs::write(scene.university.path("schedule.yml"), catalogue.to_string()).unwrap();
    let description = DESCRIPTION.replace("s3://logs/emr", &format!("{}/emr", scene.bucket));
    fs::write(scene.university.path("cluster.yml"), description).unwrap();
    scene.configure(&format!("budget: 20\n{HOURLY}"));
    let settings = fs::read_to_string(scene.university.path("insights.yml")).unwrap();
    let settings = settings
        + "schedule: {file: schedule.yml}\nsources: [{url: '"
        + &scene.bucket
        + "/logs'}]\n";
    fs::write(scene.university.path("insights.yml"), settings).unwrap();
    let (code, checks) = doctor(&scene);
    for check in ["warehouse", "source 1", "clock", "description", "emr", "logs of emr"] {
        assert_eq!(verdict(&checks, check), "ok", "{checks:?}");
    }
    assert_eq!(verdict(&checks, "roles and quotas"), "cannot_tell");
    // The scene's program is none that could be started.
    assert_eq!(
        (&checks[0]["check"], &checks[0]["verdict"], code),
        (&json!("program"), &json!("missing"), Some(3))
    );
    assert_eq!(scene.service.asked("RunJobFlow"), Vec::<Value>::new());

    scene.service.answer("*", 9, Answer::Refused("UnrecognizedClientException"));
    let (code, checks) = doctor(&scene);
    assert_eq!((&checks[0]["check"], code), (&json!("emr"), Some(44)), "{checks:?}");
}
