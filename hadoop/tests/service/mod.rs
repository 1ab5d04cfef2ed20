//! An LMS and a catalogue on loopback, which fail where they are told to.
#![allow(dead_code, clippy::unwrap_used)]

use serde_json::{Value, json};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::wire::Request;

/// The courses that are listed; the last has no blocks.
pub const COURSES: [&str; 3] = ["B/Two/R", "course-v1:A+One+R", "course-v1:C+Three+R"];

/// What it does with an address that holds a text.
type Trouble = Arc<Mutex<Option<(String, u16)>>>;

pub struct Service {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
    trouble: Trouble,
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = Self { url: url.clone(), asked: Arc::default(), trouble: Trouble::default() };
        let (asked, trouble) = (Arc::clone(&service.asked), Arc::clone(&service.trouble));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = Request::read(&stream);
                asked.lock().unwrap().push(request.address.clone());
                let trouble = trouble.lock().unwrap().clone();
                let answer = match trouble.filter(|(at, _)| request.address.contains(at)) {
                    Some((_, status)) => Err(status),
                    None => answer(&url, &request),
                };
                respond(&mut stream, answer);
            }
        });
        service
    }

    /// The addresses that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Fails where the address holds this text.
    pub fn fail_at(&self, text: &str) {
        *self.trouble.lock().unwrap() = Some((text.to_owned(), 500));
    }

    /// Refuses where the address holds this text.
    pub fn refuse(&self, text: &str) {
        *self.trouble.lock().unwrap() = Some((text.to_owned(), 403));
    }

    pub fn heal(&self) {
        *self.trouble.lock().unwrap() = None;
    }
}

fn answer(url: &str, request: &Request) -> Result<Value, u16> {
    let (path, query) = request.path_and_query();
    let wanted = if path.contains("blocks") { "bearer tok" } else { "jwt tok" };
    match path {
        "/oauth2/access_token" if request.body.contains("client_secret=never-shown") => {
            Ok(json!({"access_token": "tok", "expires_in": 3600}))
        }
        _ if request.authorization() != wanted => Err(401),
        "/api/courses/v1/courses/" if query == "page_size=2" => {
            let next = format!("{url}{path}?page=2");
            let results: Vec<_> = COURSES[..2].iter().map(|id| course(id)).collect();
            Ok(json!({"results": results, "pagination": {"next": next}}))
        }
        "/api/courses/v1/courses/" if query == "page=2" => {
            Ok(json!({"results": [course(COURSES[2])], "pagination": {"next": null}}))
        }
        "/api/courses/v1/blocks/" if query.contains("A%2BOne") => Ok(outline(COURSES[1], "A")),
        "/api/courses/v1/blocks/" if query.contains("B%2FTwo") => Ok(outline(COURSES[0], "B")),
        "/api/v1/course_runs/" if query.contains("partner=edu") => Ok(run("edu", COURSES[1])),
        "/api/v1/course_runs/" if query.contains("partner=other") => Ok(run("other", COURSES[0])),
        _ => Err(404),
    }
}

fn course(id: &str) -> Value {
    json!({"id": id, "name": "A\tname", "org": "o", "number": "n", "blocks_url": "http://b"})
}

/// A course of a root and a leaf.
pub fn outline(id: &str, name: &str) -> Value {
    let (root, leaf) = (format!("{name}-root"), format!("{name}-leaf"));
    let block = |id: &str, children: &[&str]| json!({"id": id, "type": "t", "display_name": id, "children": children});
    json!({
        "course_id": id,
        "root": root,
        "blocks": {&root: block(&root, &[leaf.as_str()]), &leaf: block(&leaf, &[])},
    })
}

fn run(partner: &str, id: &str) -> Value {
    let program = json!({"uuid": partner, "title": format!("One {partner}"), "type": "t"});
    let run = json!({"key": id, "title": format!("Run of {partner}"), "programs": [program]});
    json!({"results": [run], "next": null})
}

fn respond(stream: &mut TcpStream, answer: Result<Value, u16>) {
    let (status, body) = match answer {
        Ok(body) => (200, body.to_string()),
        Err(status) => (status, "<html>".to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}
