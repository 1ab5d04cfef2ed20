//! A server for tests of clients: it answers as it is told, or misbehaves.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

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
                let request = read(&stream);
                remember.lock().unwrap().push(request);
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
fn read(stream: &TcpStream) -> Vec<String> {
    let mut lines = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let first = line();
    let headers: BTreeMap<String, String> = std::iter::from_fn(|| {
        let header = line();
        let (name, value) = header.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    })
    .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    let words: Vec<_> = first.split(' ').collect();
    let (path, query) = words[1].split_once('?').unwrap_or((words[1], ""));
    let given = if length > 0 { body } else { query.as_bytes().to_vec() };
    let given: BTreeMap<_, _> = form_urlencoded::parse(&given).into_owned().collect();
    let authorization = headers.get("authorization").cloned().unwrap_or_default();
    vec![words[0].to_owned(), path.to_owned(), json!(given).to_string(), authorization]
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
