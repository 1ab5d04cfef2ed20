//! The program over a filled store.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::keys;
use jobs::registry::RESULT_TABLES;
use store::{Address, Store};
use tempfile::TempDir;

const A_WHILE: Duration = Duration::from_millis(20);
/// Longer than any answer takes.
const FOR_EVER: Duration = Duration::from_secs(60);

pub const TOKEN: &str = "wire-token";
pub const ENROLLMENT: &str = "/api/v0/courses/a/b/c/enrollment/";
/// Some megabytes of them.
pub const SUMMARIES: &str = "/api/v0/course_summaries/";

/// A store, keys and settings.
pub struct Place(TempDir);

impl Place {
    pub async fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("reports.db");
        let made = Store::open(&Address::Sqlite(store.clone())).unwrap();
        made.create_tables(RESULT_TABLES).await.unwrap();
        rusqlite::Connection::open(&store)
            .unwrap()
            .execute_batch(
                "INSERT INTO course_enrollment_daily (course_id, date, count) VALUES ('a/b/c', '2014-01-01', 3);
                 WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
                 INSERT INTO course_meta_summary_enrollment (course_id, enrollment_mode, count)
                 SELECT 'a/b/' || n, 'audit', n FROM numbers;",
            )
            .unwrap();
        let key = format!("u:{}:0 service\n", keys::hash(TOKEN));
        std::fs::write(folder.path().join("keys"), key).unwrap();
        std::fs::write(folder.path().join("api.yml"), settings).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Starts the program and waits until it listens.
    pub fn start(&self, address: &str) -> Program {
        let store = format!("sqlite:{}", self.file("reports.db").display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_insights-api"));
        command.args(["--store", &store, "--listen", address]);
        command.arg("--key-file").arg(self.file("keys")).arg("--config").arg(self.file("api.yml"));
        let mut child =
            command.env("RUST_LOG", "info,access=off").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("listening on")), "the program ended");
        let log = Arc::new(Mutex::new(String::new()));
        let said = Arc::clone(&log);
        std::thread::spawn(move || {
            lines.for_each(|line| *said.lock().unwrap() += &format!("{line}\n"));
        });
        Program { child, address: address.to_owned(), log }
    }
}

/// The running program; it is killed when it is dropped.
pub struct Program {
    child: Child,
    pub address: String,
    pub log: Arc<Mutex<String>>,
}

impl Program {
    /// Tells it to stop, and waits until it has.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(FOR_EVER)).unwrap();
        stream
    }

    /// All that comes back for some bytes. When nothing more comes, the caller ends the request that the program
    /// may be waiting for.
    pub fn sent(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        // One who has refused what he read may close before the rest is sent.
        let _ = stream.write_all(bytes);
        stream.set_read_timeout(Some(A_WHILE)).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let _ = stream.shutdown(Shutdown::Write);
        stream.set_read_timeout(Some(FOR_EVER)).unwrap();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    /// The status of a path.
    pub fn status(&self, path: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(get(path, "Connection: close\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(answer.get(9..12).unwrap_or_default()).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended already cannot be killed; that is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {TOKEN}\r\n{headers}\r\n")
}

pub fn free_address() -> String {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string()
}

/// Whether a program is there; on CI it must be.
pub fn is_there(program: &str, tests: &str) -> bool {
    let folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];
    let is_there = folders.iter().any(|folder| Path::new(folder).join(program).is_file());
    if !is_there {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{tests}: there is no {program}");
        eprintln!("SKIPPED {tests}: there is no {program}");
    }
    is_there
}
