//! What a cluster does to a run: killed tasks, lost machines and servers, a killed driver. Nothing is
//! lost, nothing is doubled, and the next run makes it right.

use std::process::Child;

use crate::scene::{DAYS, Scene, attempt, mapper, process, signal};
use crate::setup::{Cluster, one, said};
use crate::university::{Ended, ended, log_name};
use hadoop::storage::Place;

fn first_attempt(words: &[&str]) -> bool {
    attempt(words, "_m_000000_0")
}

#[test]
fn a_killed_task_is_tried_again() {
    let Some(cluster) = Cluster::or_skip("a killed task") else { return };
    let scene = Scene::new(&cluster, "killed-task");
    let kill = |_: &mut Child| signal("KILL", process("a map attempt", first_attempt));
    scene.disturbed(&[], "submitted application_", kill).ok();
    scene.is_whole(&DAYS);
}

/// A stopped attempt looks slow; the second one ends first, and the two wrote the same files.
#[test]
fn k08_speculative_attempts_leave_one_output() {
    let Some(cluster) = Cluster::or_skip("speculative attempts") else { return };
    let scene = Scene::new(&cluster, "speculation");
    let options = [
        "-D",
        "mapreduce.map.speculative=true",
        "-D",
        "mapreduce.reduce.speculative=true",
        "-D",
        "mapreduce.job.speculative.retry-after-no-speculate=500",
        "-D",
        "mapreduce.job.speculative.minimum-allowed-tasks=1",
        "-D",
        "mapreduce.job.speculative.slowtaskthreshold=0.1",
        "-D",
        "insights.fault=silence 5",
    ];
    let stop = |_: &mut Child| {
        signal("STOP", process("a mapper", mapper));
    };
    let run = scene.disturbed(&options, "submitted application_", stop).ok();
    assert!(speculated(&run), "{}", run.stderr);
    scene.is_whole(&DAYS);
}

/// Whether the history server knows a killed attempt beside the one that succeeded.
fn speculated(run: &Ended) -> bool {
    let (_, rest) = run.stderr.split_once("submitted application_").unwrap();
    let job = format!("job_{}", rest.split_whitespace().next().unwrap());
    let said = said("mapred", &["job", "-list-attempt-ids", &job, "MAP", "completed"]);
    said.lines().any(|line| line.contains("_m_00000") && line.ends_with("_1"))
}

#[test]
fn a_lost_machine_loses_nothing() {
    let Some(cluster) = Cluster::or_skip("a lost machine") else { return };
    let scene = Scene::new(&cluster, "lost-machine");
    let lose = |_: &mut Child| {
        process("a map attempt", first_attempt);
        one("kill", "nodemanager");
        one("kill", "containers");
        one("start", "nodemanager");
    };
    let run = scene.disturbed(&[], "submitted application_", lose);
    if run.code != Some(0) {
        scene.rerun();
    }
    scene.is_whole(&DAYS);
}

#[test]
fn a_killed_driver_leaves_no_job_behind() {
    let Some(cluster) = Cluster::or_skip("a killed driver") else { return };
    let scene = Scene::new(&cluster, "killed-driver");
    let kill = |child: &mut Child| child.kill().unwrap();
    let run = scene.disturbed(&[], "submitted application_", kill);
    assert_eq!(run.code, None);
    let again = scene.rerun();
    assert!(again.stderr.contains("which was killed, is ended"), "{}", again.stderr);
    scene.is_whole(&DAYS);
    let running = said("yarn", &["application", "-list"]);
    assert!(!running.contains("course-enrollment-events"), "{running}");
}

#[test]
fn a_killed_resource_manager_comes_back_to_the_job() {
    let Some(cluster) = Cluster::or_skip("a killed ResourceManager") else { return };
    let scene = Scene::new(&cluster, "killed-rm");
    let restart = |_: &mut Child| {
        one("kill", "resourcemanager");
        one("start", "resourcemanager");
    };
    let run = scene.disturbed(&[], "submitted application_", restart);
    if run.code != Some(0) {
        scene.rerun();
    }
    scene.is_whole(&DAYS);
}

#[test]
fn a_datanode_that_is_down_fails_the_run_and_not_the_next() {
    let Some(cluster) = Cluster::or_skip("a DataNode down") else { return };
    let scene = Scene::new(&cluster, "datanode");
    one("kill", "datanode");
    let down = ended(scene.command(&[]).output().unwrap());
    one("start", "datanode");
    assert_ne!(down.code, Some(0), "{}", down.stderr);
    assert!(down.stderr.contains("ERROR"), "{}", down.stderr);
    scene.rerun();
    scene.is_whole(&DAYS);
}

#[test]
fn a_log_that_vanishes_is_named_and_the_next_run_goes_on_without_it() {
    let Some(cluster) = Cluster::or_skip("a vanished log") else { return };
    let scene = Scene::new(&cluster, "vanished");
    let vanish = |_: &mut Child| {
        Place::at(&scene.logs).unwrap().join(log_name(2)).remove().unwrap();
    };
    let run = scene.disturbed(&[], "scan: 2 files to read", vanish);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains(&log_name(2)), "{}", run.stderr);
    scene.rerun();
    scene.is_whole(&DAYS[..1]);
}
