//! A server for tests of clients: it answers as it is told, or misbehaves.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::wire::Request;

/// A server that gives its answers in order and remembers what it was asked.
pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Server {
    /// Answers are `{status, json|text, header?}`, or `{cut: true}`: the connection ends without one.
    pub fn start(answers: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remember = Arc::clone(&asked);
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                remember.lock().unwrap().push(told(&Request::read(&stream)));
                if answer["cut"] != true {
                    respond(&mut stream, &answer);
                }
            }
        });
        Self { url, asked }
    }

    pub fn asked(&self) -> Vec<Vec<String>> {
        self.asked.lock().unwrap().clone()
    }
}

/// Method, path, query or form as JSON with sorted keys, Authorization.
fn told(request: &Request) -> Vec<String> {
    let (path, query) = request.path_and_query();
    let given = if request.body.is_empty() { query } else { &request.body };
    let given: BTreeMap<_, _> = form_urlencoded::parse(given.as_bytes()).into_owned().collect();
    [&request.method, path, &json!(given).to_string(), request.authorization()]
        .map(str::to_owned)
        .into()
}

fn respond(stream: &mut TcpStream, answer: &Value) {
    let body = match answer.get("json") {
        Some(json) => json.to_string(),
        None => answer["text"].as_str().unwrap_or_default().to_owned(),
    };
    let header = answer["header"].as_str().map(|h| format!("{h}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {} x\r\nconnection: close\r\n{header}content-length: {}\r\n\r\n",
        answer["status"],
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}
