//! Reducers that are disturbed while the files that they write themselves are open: the attempts that
//! fail or lose leave nothing behind.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::scene::{DAYS, Scene, attempt, process, reducer, signal};
use crate::setup::{Cluster, one, said};
use crate::university::Ended;
use hadoop::storage::Place;

/// A reducer has its files open by then, and stays so for a while.
const OPEN: [&str; 2] = ["-D", "insights.fault=reduce silence 8 at 10"];

/// Waits until a reducer has a file in its attempt's own folder; gives the file.
fn open_file(scene: &Scene) -> String {
    let began = Instant::now();
    let is_open = |path: &String| {
        path.contains("/_temporary/attempt_") && path.contains("/course_enrollment_events/")
    };
    while began.elapsed() < Duration::from_secs(120) {
        // What is listed while it changes may be gone the next moment.
        let files = Place::at(&scene.warehouse).unwrap().join("_runs").walk().unwrap_or_default();
        let mut paths = files.iter().map(|(file, _)| file.address());
        if let Some(path) = paths.find(is_open) {
            return path;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no reducer has opened a file");
}

/// Attempts of a job's reducers that succeeded, by their numbers.
fn reducers_that_won(run: &Ended) -> Vec<String> {
    let (_, rest) = run.stderr.split_once("submitted application_").unwrap();
    let job = format!("job_{}", rest.split_whitespace().next().unwrap());
    let said = said("mapred", &["job", "-list-attempt-ids", &job, "REDUCE", "completed"]);
    let attempts = said.lines().filter(|line| line.starts_with("attempt_"));
    attempts.map(str::to_owned).collect()
}

#[test]
fn k08_a_killed_reducer_leaves_one_output() {
    let Some(cluster) = Cluster::or_skip("a killed reducer") else { return };
    let scene = Scene::new(&cluster, "killed-reducer");
    let kill = |_: &mut Child| {
        let open = open_file(&scene);
        assert!(open.contains("_r_000000_0/course_enrollment_events/"), "{open}");
        signal("KILL", process("the reducer's JVM", |words| attempt(words, "_r_000000_0")));
        signal("KILL", process("a reducer", reducer));
    };
    let run = scene.disturbed(&OPEN, "submitted application_", kill).ok();
    let won = reducers_that_won(&run);
    assert!(won.len() == 1 && won[0].ends_with("_r_000000_1"), "{won:?}");
    scene.is_whole(&DAYS);
}

/// The stopped reducer holds its file to the end; the second attempt writes the same one elsewhere.
#[test]
fn k08_a_speculative_reducer_leaves_one_output() {
    let Some(cluster) = Cluster::or_skip("a speculative reducer") else { return };
    // A reducer is slow beside others only.
    let scene = Scene::new(&cluster, "speculative-reducer").with_reducers(7);
    let options = [
        "-D",
        "mapreduce.reduce.speculative=true",
        "-D",
        "mapreduce.job.speculative.retry-after-no-speculate=500",
        "-D",
        "mapreduce.job.speculative.retry-after-speculate=500",
        "-D",
        "mapreduce.job.speculative.minimum-allowed-tasks=1",
        "-D",
        "mapreduce.job.speculative.slowtaskthreshold=0.1",
        // The usual one guesses by the last progress of a task, and one that stops before its first has none.
        "-D",
        "yarn.app.mapreduce.am.job.task.estimator.class=\
         org.apache.hadoop.mapreduce.v2.app.speculate.SimpleExponentialTaskRuntimeEstimator",
        "-D",
        "yarn.app.mapreduce.am.job.task.estimator.simple.exponential.smooth.stagnated-ms=5000",
    ];
    let stop = |_: &mut Child| {
        open_file(&scene);
        signal("STOP", process("a reducer", reducer));
    };
    let run = scene.disturbed(&[&options[..], &OPEN].concat(), "submitted application_", stop).ok();
    let won = reducers_that_won(&run);
    assert!(won.len() == 7 && won.iter().any(|attempt| attempt.ends_with("_1")), "{won:?}");
    scene.is_whole(&DAYS);
}

#[test]
fn a_datanode_that_is_lost_while_a_reducer_writes_loses_nothing() {
    let Some(cluster) = Cluster::or_skip("a DataNode down in a reducer") else { return };
    let scene = Scene::new(&cluster, "datanode-reducer");
    let lose = |_: &mut Child| {
        open_file(&scene);
        one("kill", "datanode");
        // The reducer speaks again, and has nobody to write to.
        std::thread::sleep(Duration::from_secs(10));
        one("start", "datanode");
    };
    let run = scene.disturbed(&OPEN, "submitted application_", lose);
    if run.code != Some(0) {
        eprintln!("the run failed, and is run again: {}", run.stderr.lines().last().unwrap());
        scene.rerun();
    }
    scene.is_whole(&DAYS);
}
