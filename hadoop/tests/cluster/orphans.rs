//! Drivers that end while they submit, or right behind: nothing that they began goes on.

use std::process::Child;

use crate::scene::{DAYS, Scene, is_at_work, process, signal};
use crate::setup::{Cluster, said};
use hadoop::storage::Place;

/// The client that submits the scene's job.
fn client(scene: &Scene) -> u32 {
    process("the client", |words| {
        words.contains(&"org.apache.hadoop.util.RunJar")
            && words.iter().any(|word| word.starts_with(&scene.warehouse))
    })
}

/// By the tag that a job has of its run.
fn no_job_runs(scene: &Scene) {
    let runs = Place::at(&scene.warehouse).unwrap().join("_runs").list().unwrap();
    let runs: Vec<_> = runs.iter().map(|(run, _)| run.name()).collect();
    let running = said("yarn", &["application", "-list", "-appTags", &runs.join(",")]);
    assert!(!runs.is_empty() && !running.contains("course-enrollment-events"), "{running}");
}

#[test]
fn a_driver_killed_while_it_submits_leaves_no_job_behind() {
    let Some(cluster) = Cluster::or_skip("a driver killed early") else { return };
    let scene = Scene::new(&cluster, "killed-early");
    let mut left = 0;
    let kill = |driver: &mut Child| {
        left = client(&scene);
        // The client does not notice, and submits in some seconds.
        driver.kill().unwrap();
    };
    let run = scene.disturbed(&[], "scan: 2 files to read", kill);
    assert_eq!(run.code, None);
    assert!(is_at_work(left));
    let again = scene.rerun();
    assert!(again.stderr.contains("the client of run "), "{}", again.stderr);
    assert!(!is_at_work(left));
    scene.is_whole(&DAYS);
    no_job_runs(&scene);
}

/// A far record is written now and then: of a job that was submitted just now it may know nothing.
#[test]
fn a_job_that_no_record_knows_is_found_by_its_tag() {
    let Some(cluster) = Cluster::or_skip("a job without a record") else { return };
    let scene = Scene::new(&cluster, "unrecorded");
    let kill = |driver: &mut Child| driver.kill().unwrap();
    let slow = ["-D", "insights.fault=silence 60"];
    let run = scene.disturbed(&slow, "submitted application_", kill);
    assert_eq!(run.code, None);
    let runs = Place::at(&scene.warehouse).unwrap().join("_runs").list().unwrap();
    runs[0].0.join("events.jsonl").write(b"").unwrap();
    let again = scene.rerun();
    assert!(again.stderr.contains("which was killed, is ended"), "{}", again.stderr);
    scene.is_whole(&DAYS);
    no_job_runs(&scene);
}

#[test]
fn ctrl_c_before_a_job_is_submitted_ends_the_client() {
    let Some(cluster) = Cluster::or_skip("Ctrl-C while it submits") else { return };
    let scene = Scene::new(&cluster, "interrupted-early");
    let mut left = 0;
    let interrupt = |driver: &mut Child| {
        left = client(&scene);
        signal("INT", driver.id());
    };
    let run = scene.disturbed(&[], "scan: 2 files to read", interrupt);
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(!run.stderr.contains("submitted application_"), "{}", run.stderr);
    assert!(!is_at_work(left));
    no_job_runs(&scene);
    scene.rerun();
    scene.is_whole(&DAYS);
}
