//! The durations of videos, asked of a service that knows, refuses, fails or is gone (spec 20 §4.2).
#![allow(clippy::unwrap_used, clippy::panic)]

mod hands;
mod scripted_server;
mod wire;

use std::io::Write;
use std::sync::{LazyLock, Mutex};

use hadoop::config::VideoConfig;
use hadoop::pull::durations::{Answers, Service};
use hands::Hands;
use scripted_server::Server;
use serde_json::{Value, json};

const KEY: &str = "AIza-never-shown";

/// All that was logged, by whatever library.
struct Logged(Mutex<Vec<String>>);

static LOGGED: LazyLock<&'static Logged> = LazyLock::new(|| {
    let logged: &Logged = Box::leak(Box::new(Logged(Mutex::default())));
    log::set_logger(logged).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    logged
});

impl log::Log for Logged {
    fn enabled(&self, _: &log::Metadata) -> bool {
        true
    }

    fn log(&self, record: &log::Record) {
        self.0.lock().unwrap().push(format!("{} {}", record.level(), record.args()));
    }

    fn flush(&self) {}
}

/// What was logged and holds this text.
fn logged(text: &str) -> Vec<String> {
    let all = LOGGED.0.lock().unwrap();
    all.iter().filter(|line| line.contains(text)).cloned().collect()
}

fn service(url: &str, hands: &Hands) -> Service {
    LazyLock::force(&LOGGED);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{KEY}").unwrap();
    let config =
        VideoConfig { api_key_file: Some(file.path().to_owned()), api_url: format!("{url}/v3/") };
    Service::of(&config, hands.clock()).unwrap().unwrap()
}

/// What came of asking for `code0`, `code1` and so on, and what the service was asked.
fn ask(answers: Vec<Value>, count: usize) -> (Answers, Vec<Value>) {
    let server = Server::start(answers);
    let codes: Vec<_> = (0..count).map(|number| format!("code{number}")).collect();
    let codes: Vec<_> = codes.iter().map(String::as_str).collect();
    let found = service(&server.url, &Hands::default()).ask(&codes);
    let queries = server.asked().into_iter().map(|request| {
        assert_eq!(request[..2], ["GET", "/v3/videos"]);
        serde_json::from_str(&request[2]).unwrap()
    });
    let queries: Vec<Value> = queries.collect();
    assert_eq!(logged(KEY), [""; 0]);
    assert!(!format!("{found:?}").contains(KEY));
    (found, queries)
}

fn item(number: usize, duration: &str) -> Value {
    json!({"id": format!("code{number}"), "contentDetails": {"duration": duration}})
}

fn told(items: &[Value]) -> Value {
    json!({"status": 200, "json": {"kind": "youtube#videoListResponse", "items": items}})
}

/// The seconds of `code0`, `code1` and so on.
fn seconds(answers: &Answers) -> Vec<Option<i64>> {
    answers.seconds.values().copied().collect()
}

#[test]
fn videos_are_asked_for_together_and_matched_by_their_ids() {
    let (found, queries) =
        ask(vec![told(&[item(2, "P0D"), item(1, "PT1H2S"), item(0, "PT62S")])], 4);
    assert_eq!(seconds(&found), [Some(62), Some(3602), None, None]);
    assert_eq!((found.failed, found.refusal), (0, None));
    let query = json!({"id": "code0,code1,code2,code3", "part": "contentDetails", "key": KEY});
    assert_eq!(queries, [query]);
}

#[test]
fn a_request_holds_fifty_videos_at_most() {
    let last = told(&[item(100, "PT5S")]);
    let (found, queries) = ask(vec![told(&[]), told(&[]), last], 101);
    let asked: Vec<_> =
        queries.iter().map(|query| query["id"].as_str().unwrap().split(',').count()).collect();
    assert_eq!(asked, [50, 50, 1]);
    assert_eq!((found.seconds.len(), found.seconds["code100"]), (101, Some(5)));
}

#[test]
fn a_refused_key_is_told_once_and_nobody_asks_on() {
    for (status, reason) in [(400, "API key not valid"), (403, "quota exceeded")] {
        let message = format!("{reason} for {KEY} ({status})");
        let refused = json!({"status": status, "json": {"error": {"message": message}}});
        let (found, queries) = ask(vec![refused], 120);
        assert_eq!((found.seconds.len(), found.failed, queries.len()), (0, 120, 1));
        let refusal = found.refusal.unwrap();
        assert!(refusal.ends_with(&format!("{status}: {reason} for … ({status})")), "{refusal}");
        let warnings = logged(&format!("{reason} for … ({status})"));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with("WARN the video service refuses the key"), "{warnings:?}");
    }
}

#[test]
fn a_failure_costs_its_own_videos_only() {
    let failed = json!({"status": 500, "text": "x"});
    let (found, queries) = ask(vec![failed, told(&[item(50, "PT5S")])], 51);
    assert_eq!((queries.len(), found.failed, found.seconds.len()), (2, 50, 1));
    assert_eq!(found.seconds["code50"], Some(5));
    for text in ["", "<html>", "{}", r#"{"items": 1}"#] {
        let (found, _) = ask(vec![json!({"status": 200, "text": text})], 2);
        assert_eq!((found.failed, found.seconds.len()), (2, 0), "{text}");
    }
}

#[test]
fn a_busy_service_is_asked_again() {
    let busy = json!({"status": 429, "text": "x", "header": "retry-after: 3"});
    let good = told(&[item(0, "PT5S")]);
    let (found, queries) = ask(vec![busy, json!({"cut": true}), good], 1);
    assert_eq!((queries.len(), seconds(&found)), (3, vec![Some(5)]));
}

#[test]
fn a_service_that_keeps_failing_or_is_gone_is_left_alone() {
    let (found, queries) = ask(vec![json!({"status": 500, "text": "x"}); 9], 400);
    assert_eq!((queries.len(), found.failed), (3, 400));
    let hands = Hands::default();
    let gone = service("http://127.0.0.1:1", &hands).ask(&["code0"]);
    assert_eq!((gone.failed, gone.refusal, hands.slept().len()), (1, None, 3));
    assert_eq!(logged(KEY), [""; 0]);
}

#[test]
fn nobody_is_asked_without_a_key() {
    let clock = || Hands::default().clock();
    assert!(Service::of(&VideoConfig::default(), clock()).unwrap().is_none());
    let missing = VideoConfig { api_key_file: Some("/no/key".into()), ..VideoConfig::default() };
    let said = Service::of(&missing, clock()).err().unwrap().to_string();
    assert!(said.contains("cannot be read from /no/key"), "{said}");
}
