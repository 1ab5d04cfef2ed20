//! What can go wrong: each has its exit code, and nothing is left running.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command};

use crate::scene::Scene;
use crate::service::Answer;
use crate::university::Ended;

/// A client that has submitted its job and waits until it is let go on.
const WAITING: &str = "#!/usr/bin/env bash
echo '2026-11-24 03:00:00,000 INFO impl.YarnClientImpl: Submitted application application_1700000000000_10001' >&2
echo '2026-11-24 03:00:00,000 INFO mapreduce.Job: Running job: job_1700000000000_10001' >&2
until [ -e \"$NODE/go\" ]; do sleep 0.1; done
";

/// What a run said until a line with a text.
fn until(child: &mut Child, text: &str) -> BufReader<std::process::ChildStderr> {
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains(text) {
        let before = said.len();
        lines.read_line(&mut said).unwrap();
        assert!(said.len() > before, "`{text}` was never said: {said}");
    }
    lines
}

/// The end of a run.
fn end(mut child: Child, lines: BufReader<std::process::ChildStderr>) -> Ended {
    let stderr = lines.lines().map_while(Result::ok).collect::<Vec<_>>().join("\n");
    Ended { code: child.wait().unwrap().code(), stdout: String::new(), stderr }
}

/// The screen of `insights diagnose` names this cause.
#[track_caller]
fn is_diagnosed(scene: &Scene, cause: &str) {
    let told = scene.insights(&["diagnose"]).ok().stdout;
    let line = told.lines().find(|line| line.starts_with("cause ")).unwrap_or_default();
    assert!(line.contains(cause), "{told}");
}

#[track_caller]
fn is_over(scene: &Scene, ended: &Ended, code: i32, said: &str) {
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    assert_eq!(scene.service.alive(), Vec::<String>::new());
}

#[test]
fn throttling_costs_time_and_nothing_else() {
    let Some(scene) = Scene::or_skip("throttled") else { return };
    for operation in
        ["RunJobFlow", "DescribeCluster", "AddJobFlowSteps", "DescribeStep", "TerminateJobFlows"]
    {
        scene.service.answer(operation, 2, Answer::Refused("ThrottlingException"));
    }
    is_over(&scene, &scene.run(), 0, "asking again");
    scene.only_cluster();
    assert_eq!(scene.service.asked("RunJobFlow").len(), 3);
    assert_eq!(scene.service.asked("AddJobFlowSteps").len(), 3);
}

#[test]
fn what_was_obeyed_without_an_answer_is_not_asked_for_twice() {
    let Some(scene) = Scene::or_skip("unheard") else { return };
    scene.service.answer("RunJobFlow", 1, Answer::Unheard);
    scene.service.answer("AddJobFlowSteps", 1, Answer::Unheard);
    is_over(&scene, &scene.run(), 0, "asking again");
    scene.only_cluster();
    assert_eq!(scene.service.asked("AddJobFlowSteps").len(), 1);
}

#[test]
fn a_cluster_that_dies_while_starting_is_lost() {
    let Some(scene) = Scene::or_skip("dies") else { return };
    let message = "On the master instance, bootstrap action 1 returned a non-zero return code";
    scene.service.clusters_are("TERMINATED_WITH_ERRORS", "BOOTSTRAP_FAILURE", message);
    is_over(&scene, &scene.run(), 43, message);
    is_diagnosed(&scene, "a node could not prepare itself");
}

#[test]
fn a_quota_that_is_used_up_is_told_from_a_loss() {
    let Some(scene) = Scene::or_skip("quota") else { return };
    let message = "The requested number of spot instances exceeds your EC2 quota";
    scene.service.clusters_are("TERMINATED_WITH_ERRORS", "VALIDATION_ERROR", message);
    is_over(&scene, &scene.run(), 42, message);
    is_diagnosed(&scene, "a quota of the account");
}

#[test]
fn a_description_that_emr_refuses_is_a_setting() {
    let Some(scene) = Scene::or_skip("refused") else { return };
    scene.service.answer("RunJobFlow", 1, Answer::Refused("ValidationException"));
    is_over(&scene, &scene.run(), 3, "make a cluster: ValidationException, as told");
    assert_eq!(scene.service.asked("RunJobFlow").len(), 1);
}

#[test]
fn a_cluster_that_is_not_ready_in_time_is_ended() {
    let Some(scene) = Scene::or_skip("late") else { return };
    scene.configure("start_minutes: 0.005");
    scene.service.clusters_are("STARTING", "", "");
    is_over(&scene, &scene.run(), 45, "was not ready within 0.005 minutes: it is STARTING");
    is_diagnosed(&scene, "not ready in time");
    assert_eq!(scene.service.asked("TerminateJobFlows").len(), 1);
}

#[test]
fn a_step_that_fails_is_told_with_its_cause() {
    let Some(scene) = Scene::or_skip("fails") else { return };
    for (code, client, exit) in [
        (
            "1",
            "INFO mapreduce.Job: Job job_1_10000 failed with state FAILED due to: Task failed",
            30,
        ),
        (
            "2",
            "ERROR streaming.StreamJob: Error Launching job : Input path does not exist: s3://b/gone.gz",
            20,
        ),
    ] {
        let text = format!("#!/bin/sh\necho '{client}' >&2\nexit {code}\n");
        scene.node.command("hadoop-streaming", &text);
        let cause = client.rsplit_once(": ").unwrap().1;
        is_over(&scene, &scene.run(), exit, cause);
    }
}

#[test]
fn a_program_with_another_checksum_is_not_run() {
    let Some(scene) = Scene::or_skip("checksum") else { return };
    let aws = "#!/usr/bin/env bash\ncase $4 in */programs/*) echo other > \"$5\" ;; *) exec \"$NODE/aws-cp\" \"$@\" ;; esac\n";
    scene.node.command("aws-cp", include_str!("node/aws"));
    scene.node.command("aws", aws);
    is_over(&scene, &scene.run(), 30, "has not the checksum");
    is_diagnosed(&scene, "not the one that was put there");
}

#[test]
fn instances_that_are_taken_away_lose_the_cluster() {
    let Some(scene) = Scene::or_skip("reclaim") else { return };
    scene.node.command("hadoop-streaming", WAITING);
    let mut child = scene.begin();
    let lines = until(&mut child, "submitted application_1700000000000_10001");
    let message = "Spot instances of the master group were reclaimed";
    scene.service.cluster_is(
        &scene.only_cluster(),
        "TERMINATED_WITH_ERRORS",
        "INSTANCE_FAILURE",
        message,
    );
    is_over(&scene, &end(child, lines), 43, message);
    is_diagnosed(&scene, "instances were taken away");
    std::fs::write(scene.node.path("go"), "").unwrap();
}

#[test]
fn credentials_that_expire_end_the_run_and_the_next_one_ends_its_cluster() {
    let Some(scene) = Scene::or_skip("expire") else { return };
    scene.node.command("hadoop-streaming", WAITING);
    let mut child = scene.begin();
    let lines = until(&mut child, "submitted application_1700000000000_10001");
    scene.service.answer("*", usize::MAX, Answer::Refused("ExpiredTokenException"));
    let ended = end(child, lines);
    assert_eq!(ended.code, Some(44), "{}", ended.stderr);
    is_diagnosed(&scene, "credentials");
    std::fs::write(scene.node.path("go"), "").unwrap();
    scene.service.behave();
    assert_eq!(scene.service.alive().len(), 1);
    is_over(&scene, &scene.run(), 30, "");
}

#[test]
fn without_credentials_nothing_is_asked_for() {
    let Some(scene) = Scene::or_skip("nobody") else { return };
    let mut command = scene.command(&["cluster", "list"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", scene.university.path(""));
    let ended = crate::university::ended(command.output().unwrap());
    is_over(&scene, &ended, 44, "credentials");
}

#[test]
fn a_signal_ends_the_job_the_step_and_the_cluster() {
    let Some(scene) = Scene::or_skip("signal") else { return };
    scene.node.command("hadoop-streaming", WAITING);
    let mut child = scene.begin();
    let lines = until(&mut child, "submitted application_1700000000000_10001");
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    is_over(&scene, &end(child, lines), 143, "");
    assert_eq!(scene.service.asked("CancelSteps").len(), 1);
    let said = scene.node.path("yarn.said");
    let began = std::time::Instant::now();
    while !said.exists() && began.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let said = std::fs::read_to_string(said).unwrap();
    assert_eq!(said, "application -kill application_1700000000000_10001\n");
}

#[test]
fn a_job_that_is_to_be_left_goes_on_with_its_cluster() {
    let Some(scene) = Scene::or_skip("leave") else { return };
    scene.node.command("hadoop-streaming", WAITING);
    let settings = std::fs::read_to_string(scene.university.path("insights.yml")).unwrap();
    let settings = settings.replace("program: static", "program: static, on_interrupt: leave");
    std::fs::write(scene.university.path("insights.yml"), settings).unwrap();
    let mut child = scene.begin();
    let lines = until(&mut child, "submitted application_1700000000000_10001");
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    let ended = end(child, lines);
    assert_eq!(ended.code, Some(143), "{}", ended.stderr);
    assert!(ended.stderr.contains("goes on on the cluster"), "{}", ended.stderr);
    assert_eq!(scene.service.alive().len(), 1);
    assert_eq!(scene.service.asked("CancelSteps").len(), 0);
    std::fs::write(scene.node.path("go"), "").unwrap();
}

#[test]
fn a_run_waits_for_a_cluster_that_others_use_as_long_as_it_may() {
    let Some(scene) = Scene::or_skip("waits") else { return };
    scene.configure("keep: true\nmax_clusters: 1\nwait_minutes: 5");
    scene.run().ok();
    scene.node.command("hadoop-streaming", WAITING);
    let logs = format!("{}/logs", scene.bucket);
    let begin = |name: &str| {
        let warehouse = format!("{}/{name}", scene.bucket);
        let run = ["run", "course-enrollment-events", "-r", "emr", "--source", &logs];
        let mut command = scene.command(&run);
        command.args(["--warehouse", &warehouse, "--param", "reducers=1"]);
        command.stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let mut first = begin("first");
    let of_first = until(&mut first, "submitted application_1700000000000_10001");
    let mut second = begin("second");
    let of_second = until(&mut second, "; waiting");
    scene.node.command("hadoop-streaming", include_str!("node/hadoop-streaming"));
    std::fs::write(scene.node.path("go"), "").unwrap();
    end(first, of_first);
    let waited = end(second, of_second);
    assert_eq!(waited.code, Some(0), "{}", waited.stderr);
    assert_eq!(scene.service.asked("RunJobFlow").len(), 1);
}

#[test]
fn a_signal_while_the_cluster_starts_ends_it() {
    let Some(scene) = Scene::or_skip("starting") else { return };
    scene.service.clusters_are("STARTING", "", "");
    let mut child = scene.begin();
    let lines = until(&mut child, "STARTING");
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    is_over(&scene, &end(child, lines), 143, "");
}

#[test]
fn the_cluster_of_a_killed_driver_is_ended_by_the_next_run() {
    let Some(scene) = Scene::or_skip("killed") else { return };
    scene.node.command("hadoop-streaming", WAITING);
    let mut child = scene.begin();
    let lines = until(&mut child, "submitted application_1700000000000_10001");
    child.kill().unwrap();
    assert_eq!(end(child, lines).code, None);
    std::fs::write(scene.node.path("go"), "").unwrap();
    let orphan = scene.only_cluster();
    scene.node.command("hadoop-streaming", include_str!("node/hadoop-streaming"));
    is_over(&scene, &scene.run(), 0, &format!("ending cluster {orphan}"));
}

#[test]
fn a_cluster_that_a_run_uses_is_neither_shared_nor_ended() {
    let Some(scene) = Scene::or_skip("shared") else { return };
    scene.configure("keep: true\nmax_clusters: 1");
    scene.run().ok();
    let id = scene.only_cluster();
    scene.node.command("hadoop-streaming", WAITING);
    let other = |name: &str| format!("{}/{name}", scene.bucket);
    let logs = other("logs");
    let run = ["run", "course-enrollment-events", "-r", "emr", "--source", &logs, "--warehouse"];
    let (first, second) = (other("first"), other("second"));
    let mut command = scene.command(&[&run[..], &[&first]].concat());
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let lines = until(&mut child, "submitted application_1700000000000_10001");
    let refused = scene.insights(&[&run[..], &[&second]].concat());
    assert_eq!(refused.code, Some(10), "{}", refused.stderr);
    assert!(
        refused.stderr.contains(&format!("cluster {id} is used by process")),
        "{}",
        refused.stderr
    );
    assert_eq!(scene.insights(&["cluster", "terminate", &id]).code, Some(10));
    let why = scene.insights(&["cluster", "why-not", &id]).ok().stdout;
    assert!(why.contains("has its lease"), "{why}");
    assert_eq!(scene.service.asked("RunJobFlow").len(), 1);
    std::fs::write(scene.node.path("go"), "").unwrap();
    end(child, lines);
    scene.insights(&["cluster", "terminate", &id]).ok();
    assert_eq!(scene.service.alive(), Vec::<String>::new());
}

#[test]
fn a_cluster_above_the_budget_is_not_asked_for() {
    let Some(scene) = Scene::or_skip("budget") else { return };
    scene.configure(&format!("{}\nbudget: 12", crate::scene::HOURLY));
    // (1 x 0.25 + 2 x 0.5) for 10 hours
    is_over(&scene, &scene.run(), 42, "may cost 12.50");
    is_diagnosed(&scene, "the budget");
    scene.configure("budget: 100");
    is_over(&scene, &scene.run(), 3, "`m5.xlarge` has no price");
    assert_eq!(scene.service.asked("RunJobFlow"), Vec::<serde_json::Value>::new());
    scene.configure(&format!("{}\nbudget: 13", crate::scene::HOURLY));
    is_over(&scene, &scene.run(), 0, "");
}

#[test]
fn where_the_client_said_nothing_the_log_of_emr_is_read() {
    let Some(scene) = Scene::or_skip("logs") else { return };
    let uri = format!("{}/emr-logs", scene.bucket);
    let description = crate::scene::DESCRIPTION.replace("s3://logs/emr", &uri);
    std::fs::write(scene.university.path("cluster.yml"), description).unwrap();
    scene.service.without_node();
    let mut child = scene.begin();
    let lines = until(&mut child, "added step");
    let step = scene.service.steps().remove(0);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"first\nNo space left on device\n").unwrap();
    let log = format!("{uri}/{}/steps/{step}/stderr.gz", scene.only_cluster());
    crate::places::at(&log).write(&packed.finish().unwrap()).unwrap();
    scene.service.step_is(&step, "FAILED");
    is_over(&scene, &end(child, lines), 30, "No space left on device");
    is_diagnosed(&scene, "there is no room left");
}

#[test]
fn a_killed_run_can_be_ended_by_hand() {
    let Some(scene) = Scene::or_skip("by-hand") else { return };
    scene.service.without_node();
    let mut child = scene.begin();
    let lines = until(&mut child, "added step");
    child.kill().unwrap();
    end(child, lines);
    assert_eq!(scene.service.alive().len(), 1);
    let killed = scene.insights(&["kill", "last"]);
    is_over(&scene, &killed, 0, &format!("ending cluster {}", scene.only_cluster()));
}

/// As EMR brings them: a panic of the task that failed, and one of an attempt that was made good.
#[test]
fn the_logs_of_containers_are_read_from_s3() {
    let Some(scene) = Scene::or_skip("containers") else { return };
    let uri = format!("{}/emr-logs", scene.bucket);
    let description = crate::scene::DESCRIPTION.replace("s3://logs/emr", &uri);
    std::fs::write(scene.university.path("cluster.yml"), description).unwrap();
    let client = "Job job_1700000000000_10001 failed with state FAILED due to: Task failed task_1700000000000_10001_m_000003";
    let text = format!("{}echo 'INFO mapreduce.Job: {client}' >&2\nexit 1\n", WAITING);
    scene.node.command("hadoop-streaming", &text);
    std::fs::write(scene.node.path("go"), "").unwrap();
    is_over(&scene, &scene.run(), 30, "Task failed task_1700000000000_10001_m_000003");
    let waiting = scene.insights(&["diagnose"]).ok().stdout;
    assert!(waiting.contains("EMR has not brought them yet"), "{waiting}");
    let folder =
        format!("{uri}/{}/containers/application_1700000000000_10001", scene.only_cluster());
    let put = |container: &str, log: &str, text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        let place = crate::places::at(&format!("{folder}/container_{container}/{log}.gz"));
        place.write(&packed.finish().unwrap()).unwrap();
    };
    let attempt = |task: &str| format!("INFO mapred.Task: attempt_1700000000000_10001_m_{task}\n");
    put("01", "syslog", "INFO MRAppMaster: Created\n");
    put("02", "syslog", &attempt("000001_0"));
    put("02", "stderr", "[2026-01-01T00:00:00Z ERROR] another node: made good\n");
    put("03", "syslog", &attempt("000003_3"));
    put("03", "stderr", "[2026-01-01T00:00:00Z ERROR] line 3 of x: bad\n");
    put("04", "syslog", &(attempt("000004_0") + "INFO Task 'attempt_1_m_000004_0' done."));
    put("04", "stderr", "[2026-01-01T00:00:00Z ERROR] nothing\n");
    let told = scene.insights(&["diagnose", &scene.only_cluster()]).ok().stdout;
    let attempt = "attempt_1700000000000_10001_m_000003_3, standard error";
    assert!(
        told.contains(&format!(
            "evidence  {attempt}: [2026-01-01T00:00:00Z ERROR] line 3 of x: bad"
        )),
        "{told}"
    );
    assert!(told.contains("made good attempt_1700000000000_10001_m_000001_0"), "{told}");
    let logs = scene.insights(&["logs", "last"]).ok().stdout;
    assert!(logs.contains("-- container_03 stderr\n[2026-01-01T00:00:00Z ERROR] line 3"), "{logs}");
}
