//! The client of the LMS's REST interfaces against a server that answers as it is told, or misbehaves:
//! the conformance cases of the folder `lms-rest-client`, and cases of our own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hands;
mod scripted_server;
mod wire;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hadoop::pull::{self, Client, Credentials, PullError};
use hands::Hands;
use scripted_server::Server;
use serde_json::{Value, json};

fn client(server: &Server, config: &Value, token_type: &'static str, hands: &Hands) -> Client {
    let text = |name: &str| config[name].as_str().map(str::to_owned);
    let credentials = Credentials {
        auth_url: format!("{}{}", server.url, text("auth_url").unwrap()),
        client: (text("client_id").unwrap(), text("client_secret").unwrap().into()),
        user: text("oauth_username").zip(text("oauth_password").map(Into::into)),
    };
    Client::new(credentials, token_type, hands.clock()).unwrap()
}

/// One case: the requests, pages, lines and error that came of it.
fn run(case: &Value) -> Vec<Vec<String>> {
    let params = &case["params"];
    let texts = case["input"].as_array().unwrap().iter();
    let answers = texts.map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap());
    let server = Server::start(answers.collect());
    let operation = params["operation"].as_str().unwrap();
    let usual = if operation == "pull_course_blocks" { "bearer" } else { "jwt" };
    let token_type = if params["token_type"] == "bearer" { "bearer" } else { usual };
    let hands = Hands::default();
    let mut client = client(&server, &params["config"], token_type, &hands);
    let url = format!("{}{}", server.url, params["url"].as_str().unwrap());
    let query: Vec<(String, String)> = params["query"].as_object().map_or_else(Vec::new, |query| {
        query
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string().replace('"', "")))
            .collect()
    });
    let query: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut rows = Vec::new();
    let mut counted = BTreeMap::new();
    let mut note = |kind: &str, value: &Value| {
        let number = counted.entry(kind.to_owned()).or_insert(0);
        *number += 1;
        rows.push(vec![kind.to_owned(), format!("{number:02}"), value.to_string()]);
    };
    let done: Result<(), PullError> = match operation {
        "get" => (0..params["calls"].as_u64().unwrap_or(1)).try_for_each(|call| {
            if call > 0 {
                let seconds = params["seconds_between_calls"].as_u64().unwrap_or_default();
                hands.forward(Duration::from_secs(seconds));
            }
            client.get(&url, &query).map(|page| note("page", &page))
        }),
        "paginated_get" => client.pages(&url, &query, |page| {
            note("page", &page);
            Ok(())
        }),
        "pull_course_list" => pull::course_list(&mut client, &url, 100, |line| {
            note("line", line);
            Ok(())
        }),
        "pull_course_blocks" => {
            let courses = params["courses"].as_array().unwrap().iter();
            let courses = courses.map(|course| course.as_str().unwrap());
            let pulled = pull::course_blocks(&mut client, &url, courses, |line| {
                note("line", line);
                Ok(())
            });
            pulled.map(|_| ())
        }
        other => panic!("{other}"),
    };
    if let Err(error) = done {
        // A pull's file is seen when it is whole.
        rows.retain(|row| row[0] != "line");
        rows.push(vec!["error".to_owned(), format!("http {}", error.status().unwrap())]);
    }
    for (number, request) in (1..).zip(server.asked()) {
        let start = vec!["request".to_owned(), format!("{number:02}")];
        rows.push([start, request].concat());
    }
    rows.sort();
    rows
}

/// The third cell of a page, and the form of a request, are JSON.
fn comparable(rows: &[Vec<String>]) -> Vec<Vec<Value>> {
    let cell = |text: &String| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

fn folder() -> PathBuf {
    let root = std::env::var_os("INSIGHTS_CONFORMANCE").map(PathBuf::from);
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    root.unwrap_or_else(usual).join("lms-rest-client")
}

#[test]
fn every_conformance_case_passes() {
    let Ok(text) = fs::read_to_string(folder().join("cases.jsonl")) else {
        assert!(std::env::var_os("CI").is_none(), "the conformance data are not here");
        return println!("SKIPPED conformance lms-rest-client: the data are not here");
    };
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for case in &cases {
        let expected: Vec<Vec<String>> = serde_json::from_value(case["expected"].clone()).unwrap();
        let (found, name) = (run(case), &case["name"]);
        assert_eq!(comparable(&found), comparable(&expected), "{name}");
    }
    println!("conformance lms-rest-client: {} cases", cases.len());
}

const TOKEN: &str = r#"{"status": 200, "json": {"access_token": "tok", "expires_in": 3600}}"#;

/// What came of one page, how long was slept, and how often the server was asked.
fn one_page(answers: &[Value]) -> (Result<Value, PullError>, Vec<Duration>, usize) {
    let token = serde_json::from_str(TOKEN).unwrap();
    let server = Server::start([&[token], answers].concat());
    let hands = Hands::default();
    let config = json!({"auth_url": "/token", "client_id": "c", "client_secret": "never-shown"});
    let mut client = client(&server, &config, "jwt", &hands);
    let page = client.get(&format!("{}/x", server.url), &[("secret", "never-shown")]);
    let slept = hands.slept();
    (page, slept, server.asked().len())
}

#[test]
fn a_cut_connection_is_tried_again() {
    let (page, slept, asked) =
        one_page(&[json!({"cut": true}), json!({"status": 200, "json": [1]})]);
    assert_eq!(page.unwrap(), json!([1]));
    assert_eq!((slept.len(), asked), (1, 3));
}

#[test]
fn a_busy_server_says_how_long_to_wait() {
    let busy = json!({"status": 429, "text": "x", "header": "retry-after: 17"});
    let (page, slept, _) = one_page(&[busy, json!({"status": 200, "json": {}})]);
    page.unwrap();
    assert_eq!(slept, [Duration::from_secs(17)]);
}

#[test]
fn pauses_double_up_to_a_minute_and_end_after_two_hours() {
    let (page, slept, _) = one_page(&vec![json!({"status": 502, "text": "x"}); 200]);
    assert_eq!(page.unwrap_err().status(), Some(502));
    let seconds: f64 = slept.iter().map(Duration::as_secs_f64).sum();
    assert!((7200.0..7300.0).contains(&seconds), "{seconds}");
    for (pause, wanted) in slept.iter().zip([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]) {
        let share = pause.as_secs_f64() / wanted;
        assert!((0.75..1.25).contains(&share), "{slept:?}");
    }
}

#[test]
fn a_token_that_was_withdrawn_is_renewed_once() {
    let refused = json!({"status": 401, "text": "x"});
    let token = serde_json::from_str(TOKEN).unwrap();
    let (page, _, asked) = one_page(&[refused.clone(), token, json!({"status": 200, "json": {}})]);
    page.unwrap();
    assert_eq!(asked, 4);
    let token = serde_json::from_str(TOKEN).unwrap();
    let (page, _, asked) = one_page(&[refused.clone(), token, refused]);
    assert_eq!(page.unwrap_err().status(), Some(401));
    assert_eq!(asked, 4);
}

#[test]
fn answers_that_are_none_are_told_without_secrets() {
    let (page, _, _) = one_page(&[json!({"status": 200, "text": "<html>"})]);
    let said = page.unwrap_err().to_string();
    assert!(said.contains("/x: the answer is no JSON") && !said.contains("never-shown"), "{said}");
    let server = Server::start(vec![json!({"status": 403, "text": "x"})]);
    let config = json!({"auth_url": "/token", "client_id": "c", "client_secret": "never-shown"});
    let mut client = client(&server, &config, "jwt", &Hands::default());
    let said = client.get(&server.url, &[]).unwrap_err().to_string();
    assert!(said.contains("/token: http 403") && !said.contains("never-shown"), "{said}");
}
