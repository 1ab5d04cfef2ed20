//! Runs that go well.

use crate::places::{at, names};
use crate::scene::Scene;
use serde_json::json;

#[test]
fn a_run_makes_a_cluster_works_on_it_and_ends_it_with_the_bytes_of_one_process() {
    let Some(scene) = Scene::or_skip("run") else { return };
    let ran = scene.run().ok();
    assert!(ran.stderr.contains("submitted application_1700000000000_10001"), "{}", ran.stderr);
    assert_eq!(scene.service.alive(), Vec::<String>::new());
    let logs = scene.university.path("logs").display().to_string();
    let inline = ["run", "course-enrollment-events", "--param", "reducers=1", "--source", &logs];
    crate::university::ended(scene.university.command("disk", &inline).output().unwrap()).ok();
    let parts = scene.parts();
    assert!(!parts.is_empty());
    assert_eq!(parts, scene.university.parts("disk"));
    let kinds: Vec<_> = scene.events().iter().map(|event| event["kind"].clone()).collect();
    for kind in ["cluster_requested", "cluster_ready", "step_added", "job_submitted"] {
        assert!(kinds.contains(&json!(kind)), "{kind}: {kinds:?}");
    }
    let left = names(&at(&format!("{}/w", scene.bucket)));
    assert!(left.iter().all(|name| !name.contains("/stage/")));
    // The node is left as it was, and nothing to do asks for no cluster.
    assert!(
        !scene
            .node
            .path("hdfs/tmp/insights")
            .read_dir()
            .unwrap()
            .any(|run| { run.unwrap().path().read_dir().unwrap().next().is_some() })
    );
    scene.run().ok();
    assert_eq!(scene.service.asked("RunJobFlow").len(), 1);
}

#[test]
fn a_cluster_is_asked_for_as_described_with_what_ends_it() {
    let Some(scene) = Scene::or_skip("asked") else { return };
    scene.run().ok();
    let asked = &scene.service.asked("RunJobFlow")[0];
    let instances = &asked["Instances"];
    assert_eq!(asked["Name"], "nightly");
    assert_eq!(asked["LogUri"], "s3://logs/emr");
    assert_eq!(asked["ReleaseLabel"], "emr-7.5.0");
    assert_eq!(asked["JobFlowRole"], "nodes");
    assert_eq!(asked["ServiceRole"], "service");
    assert_eq!(asked["AutoTerminationPolicy"], json!({"IdleTimeout": 3600}));
    assert_eq!(asked["Applications"], json!([{"Name": "Hadoop"}, {"Name": "Hive"}]));
    assert_eq!(instances["Ec2KeyName"], "ours");
    assert_eq!(instances["Ec2SubnetId"], "subnet-1");
    assert_eq!(instances["KeepJobFlowAliveWhenNoSteps"], true);
    assert_eq!(instances["TerminationProtected"], false);
    let core = &instances["InstanceGroups"][1];
    assert_eq!(core["Market"], "SPOT");
    assert_eq!(core["BidPrice"], "0.8");
    assert_eq!(core["InstanceCount"], 2);
    let volume = &instances["InstanceGroups"][0]["EbsConfiguration"]["EbsBlockDeviceConfigs"][0];
    assert_eq!(volume["VolumeSpecification"], json!({"VolumeType": "gp2", "SizeInGB": 32}));
    let tags: Vec<_> = asked["Tags"].as_array().unwrap().iter().map(|it| &it["Key"]).collect();
    for tag in ["team", "Name", "insights-run", "insights-until", "insights-description"] {
        assert!(tags.contains(&&json!(tag)), "{tags:?}");
    }
    let action = &asked["BootstrapActions"][0]["ScriptBootstrapAction"];
    let script = at(action["Path"].as_str().unwrap()).read().unwrap();
    assert!(script.starts_with(b"#!/bin/bash\n"));
    let (program, checksum) = (&action["Args"][0], action["Args"][1].as_str().unwrap());
    assert_eq!(checksum.len(), 64);
    assert!(at(program.as_str().unwrap()).exists().unwrap());
    assert_eq!(action["Args"][3], "10");
}

#[test]
fn a_kept_cluster_is_joined_by_the_next_run_and_by_none_of_another_description() {
    let Some(scene) = Scene::or_skip("kept") else { return };
    scene.configure("keep: true");
    scene.run().ok();
    assert_eq!(scene.service.alive().len(), 1);
    let force = ["--force", "course-enrollment-events"];
    let logs = format!("{}/logs", scene.bucket);
    let again = ["run", "course-enrollment-events", "-r", "emr", "--param", "reducers=1"];
    let again = [&again[..], &force, &["--source", &logs]].concat();
    scene.insights(&again).ok();
    assert_eq!(scene.service.asked("RunJobFlow").len(), 1);
    assert_eq!(scene.service.asked("AddJobFlowSteps").len(), 2);
    let changed = crate::scene::DESCRIPTION.replace("m5.2xlarge", "m5.4xlarge");
    std::fs::write(scene.university.path("cluster.yml"), changed).unwrap();
    let why = scene.insights(&["cluster", "why-not", &scene.service.alive()[0]]).ok();
    assert!(why.stdout.contains("another description"), "{}", why.stdout);
    scene.insights(&again).ok();
    assert_eq!(scene.service.asked("RunJobFlow").len(), 2);
}
