//! An LMS that was there before: its database, its tracking logs, and where people sign in.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use deploy::program;
use mysql_async::prelude::Queryable;
use rusqlite::Connection;
use testkit::MariaDb;

use crate::machine::said;

/// Of the user `insights` of its database `edxapp`.
pub const PASSWORD: &str = "of-the-lms";
const LIMIT: Duration = Duration::from_secs(20);

pub struct Lms {
    folder: PathBuf,
    address: String,
    service: Child,
}

impl Drop for Lms {
    fn drop(&mut self) {
        // One that has ended already cannot be killed; that is as good.
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

impl Lms {
    /// One with some weeks of learners, up to yesterday, and a site that people come from.
    pub async fn new(folder: &Path, site: &str, server: &MariaDb) -> Self {
        let yesterday = said(Command::new("date").args(["-u", "-d", "yesterday", "+%F"]));
        let mut generator = Command::new(program("insights-demo"));
        generator.arg("--out").arg(folder).args([
            "--events",
            "8000",
            "--courses",
            "4",
            "--days",
            "16",
        ]);
        said(generator.args(["--end", yesterday.trim()]));
        join_logs(folder, yesterday.trim());
        let mut connection = server.administrator().await.unwrap();
        for statement in statements(&folder.join("lms.sqlite")) {
            connection.query_drop(statement).await.unwrap();
        }
        connection.disconnect().await.unwrap();
        fs::write(folder.join("secret"), "secret-of-the-test").unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut service = Command::new(program("insights-demo-lms"));
        service.arg("--university").arg(folder).args(["--listen", &address, "--site", site]);
        service
            .arg("--keys")
            .arg(folder.join("lms_keys.json"))
            .arg("--secret")
            .arg(folder.join("secret"));
        let service = service.stdout(Stdio::null()).spawn().unwrap();
        let lms = Self { folder: folder.to_owned(), address: format!("http://{address}"), service };
        let began = Instant::now();
        while fs::read(folder.join("lms_keys.json")).unwrap_or_default().is_empty() {
            assert!(began.elapsed() < LIMIT, "the LMS does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        lms
    }

    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// A folder of rotated logs.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("rotated")
    }

    /// The id of a course.
    pub fn course(&self) -> String {
        let runs = fs::read_to_string(self.folder.join("course_runs.json")).unwrap();
        let run: serde_json::Value = serde_json::from_str(runs.lines().next().unwrap()).unwrap();
        run["key"].as_str().unwrap().to_owned()
    }

    /// Gives those who deploy what they need to know of it.
    pub fn gives(&self, to: &Path) {
        for (file, name) in [
            ("secret", "sign_in_secret"),
            ("secret", "service_secret"),
            ("lms_keys.json", "lms_keys.json"),
        ] {
            fs::copy(self.folder.join(file), to.join(name)).unwrap();
        }
    }
}

/// Hundreds of small files would be as many tasks: those of a server become one.
fn join_logs(folder: &Path, day: &str) {
    for server in fs::read_dir(folder.join("logs")).unwrap().map(Result::unwrap) {
        let files = fs::read_dir(server.path()).unwrap().map(|file| file.unwrap().path());
        let rotated = |file: &PathBuf| file.extension().is_some_and(|end| end == "gz");
        let mut files: Vec<_> = files.filter(rotated).collect();
        files.sort();
        let bytes: Vec<_> = files.iter().flat_map(|file| fs::read(file).unwrap()).collect();
        let to = folder.join("rotated").join(server.file_name());
        fs::create_dir_all(&to).unwrap();
        fs::write(to.join(format!("tracking.log-{}-1.gz", day.replace('-', ""))), bytes).unwrap();
    }
}

/// Statements that make the database of a file of SQLite, whose types are those of MySQL.
fn statements(file: &Path) -> Vec<String> {
    let mut made = vec![
        "SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'".to_owned(),
        "CREATE DATABASE edxapp CHARACTER SET utf8mb4".to_owned(),
        format!("CREATE USER insights IDENTIFIED BY '{PASSWORD}'"),
        "GRANT SELECT ON edxapp.* TO insights".to_owned(),
        "USE edxapp".to_owned(),
    ];
    let lms = Connection::open(file).unwrap();
    let mut tables =
        lms.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table'").unwrap();
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    for (name, declared) in tables.map(Result::<(String, String), _>::unwrap) {
        made.push(declared);
        made.extend(testkit::inserts(&lms, &name).unwrap());
    }
    made
}
