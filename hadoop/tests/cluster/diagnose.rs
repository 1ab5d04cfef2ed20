//! Each cause of a failure, made to happen, and what `insights diagnose` says of it.

use std::fs;
use std::process::{Child, Command};

use crate::scene::{Scene, mapper, process};
use crate::setup::{Cluster, said};
use crate::university::{Ended, ended, log_name};
use hadoop::storage::Place;

/// One attempt a task, so that the first failure is the last.
const ONCE: [&str; 4] =
    ["-D", "mapreduce.map.maxattempts=1", "-D", "mapreduce.reduce.maxattempts=1"];

fn settings(more: &[&'static str]) -> Vec<&'static str> {
    let more = more.iter().flat_map(|setting| ["-D", setting]);
    ONCE.into_iter().chain(more).collect()
}

/// Runs what will fail, and gives what is said of it.
fn screen(scene: &Scene, options: &[&str], fault: impl FnOnce(&mut Child)) -> String {
    let run = scene.disturbed(options, "] ", fault);
    assert_ne!(run.code, Some(0), "{}", run.stderr);
    diagnosed(scene)
}

/// What is said of the run that failed last.
fn diagnosed(scene: &Scene) -> String {
    let arguments = ["diagnose", "--warehouse", &scene.warehouse];
    let screen = ended(scene.university.plain_command(&arguments).output().unwrap()).ok().stdout;
    eprintln!("{screen}");
    screen
}

fn says(screen: &str, all: &[&str]) {
    for text in all {
        assert!(screen.contains(text), "`{text}` is not in:\n{screen}");
    }
    assert!(!screen.contains("\nnot read  "), "{screen}");
}

/// Runs the command that a screen gives to do the failed work again.
fn replayed(scene: &Scene, screen: &str) -> Ended {
    let (_, replay) = screen.split_once("replay    ").unwrap();
    let mut again = Command::new("sh");
    again.args(["-c", replay.lines().next().unwrap()]).current_dir(scene.university.path(""));
    ended(again.output().unwrap())
}

/// Replays a panic that a fault asked for, and gives what it says.
fn panics_again(scene: &Scene, screen: &str) -> String {
    let again = replayed(scene, screen);
    assert_eq!(again.code, Some(30), "{}", again.stderr);
    assert!(again.stderr.contains("insights.fault asks for it"), "{}", again.stderr);
    again.stderr
}

#[test]
fn a_panic_is_named_with_its_place_and_can_be_replayed() {
    let Some(cluster) = Cluster::or_skip("diagnose: panic") else { return };
    let scene = Scene::new(&cluster, "panic");
    let screen = screen(&scene, &settings(&["insights.fault=panic"]), |_| {});
    says(
        &screen,
        &["the job's own code panicked", "insights.fault asks for it", "evidence  attempt_"],
    );
    let (_, input) = screen.split_once("input     ").unwrap();
    assert!(input.starts_with(&scene.logs) && input.contains(".gz, byte "), "{screen}");
    panics_again(&scene, &screen);
}

/// It is tried again, and all attempts end alike; no single file is its input.
#[test]
fn a_reducers_panic_is_named_with_the_attempts_that_share_it() {
    let Some(cluster) = Cluster::or_skip("diagnose: reducer") else { return };
    let scene = Scene::new(&cluster, "reducer-panic");
    let twice = ["-D", "mapreduce.reduce.maxattempts=2", "-D", "insights.fault=reduce panic at 5"];
    let screen = screen(&scene, &twice, |_| {});
    says(
        &screen,
        &[
            "the job's own code panicked",
            "insights.fault asks for it",
            "_r_000000_",
            "standard error: panicked",
            "attempts  2 of 2 that failed say the same",
        ],
    );
    assert!(!screen.contains("\ninput     "), "{screen}");
    panics_again(&scene, &screen);
}

/// A later step reads tables of the warehouse, which its replay needs.
#[test]
fn a_panic_of_a_later_step_is_replayed_over_the_warehouse() {
    let Some(cluster) = Cluster::or_skip("diagnose: join") else { return };
    let scene = Scene::new(&cluster, "join-panic");
    ended(scene.command(&[]).output().unwrap()).ok();
    let mut join =
        scene.university.plain_command(&["run", "course-enrollment-daily", "-r", "hadoop"]);
    join.args(["--source", &scene.logs, "--warehouse", &scene.warehouse, "--param", "reducers=1"]);
    join.args(["--interval", "2026-03-01-2026-03-03"]);
    join.args(settings(&["insights.fault=reduce panic"]));
    let failed = ended(join.output().unwrap());
    assert_eq!(failed.code, Some(30), "{}", failed.stderr);
    let screen = diagnosed(&scene);
    says(&screen, &["the job's own code panicked", "_r_000000_0, standard error"]);
    let again = panics_again(&scene, &screen);
    assert!(again.contains("course-enrollment-spans"), "{again}");
}

#[test]
fn a_memory_kill_is_named() {
    let Some(cluster) = Cluster::or_skip("diagnose: memory") else { return };
    let scene = Scene::new(&cluster, "memory");
    let options = settings(&[
        "mapreduce.map.memory.mb=256",
        "mapreduce.map.java.opts=-Xms900m -Xmx900m -XX:+AlwaysPreTouch",
        "insights.fault=silence 60",
    ]);
    let screen = screen(&scene, &options, |_| {});
    says(
        &screen,
        &["cause     a task was killed for its memory", "physical", "mapreduce.map.memory.mb"],
    );
}

#[test]
fn k06_a_long_group_survives_the_timeout_and_a_hang_does_not() {
    let Some(cluster) = Cluster::or_skip("diagnose: timeout") else { return };
    let scene = Scene::new(&cluster, "timeout");
    let silent = [
        "mapreduce.task.timeout=8000",
        "mapreduce.task.timeout.check-interval-ms=1000",
        "insights.fault=silence 20",
    ];
    let hang = settings(&[&silent[..], &["insights.heartbeat.seconds=0"]].concat());
    let screen = screen(&scene, &hang, |_| {});
    says(&screen, &["it hangs, or its node does", "taskTimedOut: true", "evidence  attempt_"]);
    let (_, file) = screen.split_once("input     ").unwrap();
    assert!(file.starts_with(&scene.logs), "{screen}");
    let heard = settings(&[&silent[..], &["insights.heartbeat.seconds=1"]].concat());
    ended(scene.command(&heard).output().unwrap()).ok();
    scene.is_whole(&crate::scene::DAYS);
}

#[test]
fn too_many_counters_are_named() {
    let Some(cluster) = Cluster::or_skip("diagnose: counters") else { return };
    let scene = Scene::new(&cluster, "counters");
    let screen = screen(&scene, &settings(&["mapreduce.job.counters.max=3"]), |_| {});
    says(&screen, &["more counters than the cluster allows", "Too many counters"]);
}

#[test]
fn a_program_that_the_nodes_cannot_start_is_named() {
    let Some(cluster) = Cluster::or_skip("diagnose: platform") else { return };
    let scene = Scene::new(&cluster, "platform");
    let mut program = fs::read(&cluster.program).unwrap();
    // Its kind, in an ELF header: none.
    program[16] = 0;
    let path = scene.university.path("broken");
    fs::write(&path, program).unwrap();
    let config = format!("runners: {{hadoop: {{program: '{}'}}}}\n", path.display());
    fs::write(scene.university.path("insights.yml"), config).unwrap();
    let screen = screen(&scene, &settings(&[]), |_| {});
    says(&screen, &["the nodes cannot start the program", "make program"]);
}

#[test]
fn a_full_disk_is_named() {
    let Some(cluster) = Cluster::or_skip("diagnose: quota") else { return };
    let scene = Scene::new(&cluster, "quota");
    let screen = {
        let fill = |_: &mut Child| {
            process("a mapper", mapper);
            let runs = Place::at(&scene.warehouse).unwrap().join("_runs").list().unwrap();
            let stage = runs[0].0.join("stage").address();
            said("hdfs", &["dfsadmin", "-setSpaceQuota", "1", &stage]);
        };
        let slow = ["mapreduce.job.reduce.slowstart.completedmaps=1", "insights.fault=silence 4"];
        screen(&scene, &settings(&slow), fill)
    };
    says(&screen, &["there is no room left", "quota"]);
}

#[test]
fn an_input_that_went_away_is_named() {
    let Some(cluster) = Cluster::or_skip("diagnose: input") else { return };
    let scene = Scene::new(&cluster, "missing-input");
    let vanish = |_: &mut Child| {
        process("the ApplicationMaster", |words| {
            words.iter().any(|word| word.ends_with("MRAppMaster"))
        });
        Place::at(&scene.logs).unwrap().join(log_name(2)).remove().unwrap();
    };
    let screen = screen(&scene, &settings(&[]), vanish);
    says(&screen, &["an input is not there", &log_name(2)]);
}

#[test]
fn a_queue_that_refuses_is_named() {
    let Some(cluster) = Cluster::or_skip("diagnose: queue") else { return };
    let scene = Scene::new(&cluster, "queue");
    let screen = screen(&scene, &settings(&["mapreduce.job.queuename=nope"]), |_| {});
    says(&screen, &["the queue refuses the job", "unknown queue", "runners.hadoop.queue"]);
}

#[test]
fn a_torn_log_is_named() {
    let Some(cluster) = Cluster::or_skip("diagnose: torn") else { return };
    // Most of them never begin.
    let scene = Scene::new(&cluster, "torn").with_reducers(12);
    let log = Place::at(&scene.logs).unwrap().join(log_name(2));
    let whole = fs::read(scene.university.path("logs").join(log_name(2))).unwrap();
    log.stage(&whole[..whole.len() - 9]).unwrap();
    let screen = screen(&scene, &settings(&[]), |_| {});
    says(&screen, &["a log file is torn", "input     ", &log_name(2), "--bad-files skip"]);
    let job = screen.split_once("attempt_").unwrap().1;
    let job: Vec<_> = job.split('_').take(2).collect();
    let foreign = ["diagnose", &format!("job_{}", job.join("_")), "--warehouse", "elsewhere"];
    let foreign = scene.university.plain_command(&foreign).output().unwrap();
    let foreign = ended(foreign).ok().stdout;
    assert!(foreign.contains("a log file is torn") && !foreign.contains("replay"), "{foreign}");
}
