//! The life of a run on a cluster: detached, looked at, waited for, ended; and what Ctrl-C does.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::scene::{DAYS, Scene, signal};
use crate::setup::{Cluster, said};
use crate::university::{Ended, ended};

/// Asks until an answer holds a text.
fn until(holds: &str, ask: impl Fn() -> String) -> String {
    let began = Instant::now();
    loop {
        let answer = ask();
        if answer.contains(holds) {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "no `{holds}` in: {answer}");
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn application(said: &str) -> String {
    let (_, rest) = said.split_once("application_").unwrap();
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '_').collect();
    format!("application_{number}")
}

/// How an application ended, once it has.
fn end_of(application: &str) -> String {
    let began = Instant::now();
    loop {
        let about = said("yarn", &["application", "-status", application]);
        let end = about.lines().find_map(|line| line.trim().strip_prefix("Final-State : "));
        match end {
            Some("UNDEFINED") if began.elapsed() < Duration::from_secs(90) => {}
            end => return end.unwrap().to_owned(),
        }
    }
}

#[test]
fn a_detached_run_is_known_by_its_name_and_ended_with_its_job() {
    let Some(cluster) = Cluster::or_skip("a detached run") else { return };
    let scene = Scene::new(&cluster, "detached");
    let slow = ["--detach", "-D", "insights.fault=silence 60"];
    let started = ended(scene.command(&slow).output().unwrap()).ok().stdout;
    let started: serde_json::Value = serde_json::from_str(&started).unwrap();
    let run = started["run"].as_str().unwrap();
    let asked = |verb: &str| -> Ended {
        let arguments = [verb, run, "--warehouse", &scene.warehouse];
        ended(scene.university.plain_command(&arguments).output().unwrap())
    };
    let status = until("0 of 2 maps", || asked("status").ok().stdout);
    assert!(status.starts_with(&format!("{run}\trunning: scan, application_")), "{status}");
    let application = application(&status);
    let killed = asked("kill").ok().stdout;
    assert!(killed.contains("asked to end"), "{killed}");
    let waited = asked("wait");
    assert_eq!(waited.code, Some(143), "{}{}", waited.stdout, waited.stderr);
    assert_eq!(end_of(&application), "KILLED");
    let logs = asked("logs").ok().stdout;
    assert!(logs.contains("\"kind\":\"run_finished\"") && logs.contains(&application), "{logs}");
    assert!(logs.contains("LogType:syslog"), "{logs}");
    let by_application = ["status", &application, "--warehouse", &scene.warehouse];
    let by_application = scene.university.plain_command(&by_application).output().unwrap();
    assert!(ended(by_application).ok().stdout.starts_with(run));
}

#[test]
fn ctrl_c_leaves_the_job_where_that_is_asked_for() {
    let Some(cluster) = Cluster::or_skip("Ctrl-C that leaves") else { return };
    let scene = Scene::new(&cluster, "left");
    let options = ["--on-interrupt", "leave", "-D", "insights.fault=silence 3"];
    let interrupt = |child: &mut Child| signal("INT", child.id());
    let run = scene.disturbed(&options, "submitted application_", interrupt);
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert_eq!(end_of(&application(&run.stderr)), "SUCCEEDED");
    scene.rerun();
    scene.is_whole(&DAYS);
}

#[test]
fn ctrl_c_kills_the_job_where_that_is_asked_for() {
    let Some(cluster) = Cluster::or_skip("Ctrl-C that kills") else { return };
    let scene = Scene::new(&cluster, "killed");
    let options = ["--on-interrupt", "kill", "-D", "insights.fault=silence 60"];
    let interrupt = |child: &mut Child| signal("INT", child.id());
    let run = scene.disturbed(&options, "submitted application_", interrupt);
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert_eq!(end_of(&application(&run.stderr)), "KILLED");
}

/// Presses Ctrl-C on a terminal, which `script` makes, and answers the question; gives how the job ended.
fn asked_on_a_terminal(scene: &Scene, fault: &str, answer: &str) -> String {
    let slow = scene.command(&["-D", fault]);
    let words = std::iter::once(slow.get_program()).chain(slow.get_args());
    let words: Vec<_> = words.map(|word| format!("'{}'", word.display())).collect();
    let mut terminal = Command::new("script");
    terminal.args(["-qefc", &words.join(" "), "/dev/null"]).current_dir(scene.university.path(""));
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut keys = terminal.stdin.take().unwrap();
    let (send, said) = std::sync::mpsc::channel();
    let mut screen = terminal.stdout.take().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = std::io::Read::read(&mut screen, &mut buffer) {
            let _ = send.send(String::from_utf8_lossy(&buffer[..count]).into_owned());
        }
    });
    let mut seen = String::new();
    let mut see = |text: &str| {
        while !seen.contains(text) {
            seen += &said.recv_timeout(Duration::from_secs(90)).expect(text);
        }
        seen.clone()
    };
    let application = application(&see("/proxy/"));
    keys.write_all(b"\x03").unwrap();
    see("[Y/n]");
    keys.write_all(format!("{answer}\n").as_bytes()).unwrap();
    assert_eq!(terminal.wait().unwrap().code(), Some(130));
    end_of(&application)
}

#[test]
fn ctrl_c_on_a_terminal_asks() {
    let Some(cluster) = Cluster::or_skip("Ctrl-C on a terminal") else { return };
    let scene = Scene::new(&cluster, "asked");
    assert_eq!(asked_on_a_terminal(&scene, "insights.fault=silence 60", "k"), "KILLED");
    let scene = Scene::new(&cluster, "asked-no");
    assert_eq!(asked_on_a_terminal(&scene, "insights.fault=silence 3", "n"), "SUCCEEDED");
}
