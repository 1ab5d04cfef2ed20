//! Very many connections that rest, callers that read slowly, and callers that are cut off.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::running::{ENROLLMENT, Place, Program, SUMMARIES, TOKEN, free_address, get};

const RESTING: usize = 10_000;
/// Files that a process may open here.
const FILES: usize = 20_000;
/// More than the program may take with so many connections, in kB.
const MEMORY: usize = 400_000;

/// Asks and reads the answer, whose body is `{}`; the connection stays.
fn ask(stream: &mut TcpStream) {
    stream.write_all(get("/status/", "").as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut bytes = [0; 1024];
    while !answer.ends_with(b"{}") {
        let read = stream.read(&mut bytes).unwrap();
        assert!(read > 0, "the connection was closed");
        answer.extend_from_slice(&bytes[..read]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

/// Lets a process open many files; says so where that cannot be.
fn may_open_files(process: u32, tests: &str) -> bool {
    let limit = format!("--nofile={FILES}:{FILES}");
    let set = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).output();
    let is_set = set.is_ok_and(|set| set.status.success());
    if !is_set {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{tests}: too few files");
        eprintln!("SKIPPED {tests}: a process may not open {FILES} files");
    }
    is_set
}

fn memory(program: &Program) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn ten_thousand_connections_may_rest() {
    let tests = "ten thousand connections at rest";
    let program = Place::new("").await.start_and_keep();
    if !may_open_files(program.1.id(), tests) || !may_open_files(std::process::id(), tests) {
        return;
    }
    let program = &program.1;
    let mut resting: Vec<_> = (0..RESTING).map(|_| program.connect()).collect();
    resting.iter_mut().for_each(ask);
    assert_eq!(program.status(ENROLLMENT), "200");
    let taken = memory(program);
    println!("{RESTING} connections at rest take {taken} kB");
    assert!(taken < MEMORY, "{taken} kB");
    resting.iter_mut().step_by(100).for_each(ask);
}

#[tokio::test]
async fn a_slow_reader_stands_in_nobodys_way() {
    let (_place, program) = Place::new("max_in_flight: 4\n").await.start_and_keep();
    // More than there are places for requests, or connections to the store.
    let mut slow: Vec<_> = (0..24).map(|_| program.connect()).collect();
    for stream in &mut slow {
        stream.write_all(get(SUMMARIES, "").as_bytes()).unwrap();
        let mut byte = [0];
        for expected in b"HTTP/1.1 200" {
            stream.read_exact(&mut byte).unwrap();
            assert_eq!(byte[0], *expected);
        }
        assert_eq!(program.status(ENROLLMENT), "200");
    }
}

#[tokio::test]
async fn a_request_that_is_cut_off_leaves_its_place() {
    let (_place, program) = Place::new("max_in_flight: 4\n").await.start_and_keep();
    let posted = format!(
        "POST {SUMMARIES} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {TOKEN}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ncourse_ids="
    );
    let whole = get(SUMMARIES, "");
    for bytes in [&whole[..40], &posted, &whole] {
        for _ in 0..50 {
            program.connect().write_all(bytes.as_bytes()).unwrap();
        }
    }
    // Those that were whole are answered to nobody, which takes its time.
    while program.status(ENROLLMENT) == "503" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    for _ in 0..20 {
        assert_eq!(program.status(ENROLLMENT), "200");
    }
}

#[tokio::test]
async fn a_head_that_does_not_end_is_given_up_and_a_rest_is_not() {
    let (_place, program) = Place::new("").await.start_and_keep();
    let mut resting = program.connect();
    ask(&mut resting);
    let mut endless = program.connect();
    endless.write_all(b"GET /status/ HTTP/1.1\r\nHost: x\r\nX-Never: ").unwrap();
    let mut rest = Vec::new();
    endless.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{rest:?}");
    ask(&mut resting);
    let long = format!("GET /status/?{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(70_000));
    assert!(program.sent(long.as_bytes()).starts_with(b"HTTP/1.1 414"));
    let large = get("/status/", &format!("X-Large: {}\r\n", "x".repeat(200_000)));
    assert!(program.sent(large.as_bytes()).starts_with(b"HTTP/1.1 431"));
}

impl Place {
    fn start_and_keep(self) -> (Self, Program) {
        let program = self.start(&free_address());
        (self, program)
    }
}
