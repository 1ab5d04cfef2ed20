//! A small university for tests of the driver: logs by day, an LMS, and the program.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Days of logs: from 2026-03-01.
pub const DAYS: u32 = 7;
/// A course for each organisation.
const COURSES: [&str; 3] = ["course-v1:A+One+R", "B/Two/R", "course-v1:C\u{e9}+Three+R"];

/// A folder that holds everything.
pub struct University {
    dir: tempfile::TempDir,
}

/// What a command printed and how it ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl University {
    /// Logs of [`DAYS`] days and an LMS.
    pub fn new() -> Self {
        let university = Self { dir: tempfile::tempdir().unwrap() };
        for day in 1..=DAYS {
            university.write_log(&log_name(day), &day_lines(day));
        }
        university.make_lms();
        university
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write_log(&self, name: &str, lines: &[String]) {
        let lines: Vec<_> = lines.iter().map(|line| format!("{line}\n")).collect();
        self.write_bytes(name, lines.concat().as_bytes());
    }

    /// A log of any bytes.
    pub fn write_bytes(&self, name: &str, bytes: &[u8]) {
        let path = self.path("logs").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        fs::write(path, out.finish().unwrap()).unwrap();
    }

    fn make_lms(&self) {
        let lms = rusqlite::Connection::open(self.path("lms.sqlite")).unwrap();
        lms.execute_batch(LMS).unwrap();
        for user in 1..=40i64 {
            let at = (user % 4) as usize;
            let (gender, level) = (["m", "f", "", "o"][at], ["b", "m", "p_se", "zz"][at]);
            let profile = (user, format!("N {user}\twith\ntab"), gender, 1950 + user, level);
            lms.execute("INSERT INTO auth_userprofile (user_id, name, gender, year_of_birth, level_of_education, language, location, mailing_address, city, country, goals) VALUES (?,?,?,?,?,'','',NULL,NULL,'DE','')", profile).unwrap();
            let modified = format!("2026-03-0{} 10:00:00.000000", 1 + user % 7);
            let passed = (user % 3 == 0).then(|| modified.clone());
            lms.execute("INSERT INTO grades_persistentcoursegrade (id, user_id, course_id, course_edited_timestamp, course_version, grading_policy_hash, percent_grade, letter_grade, passed_timestamp, created, modified) VALUES (?1,?1,?2,NULL,'v','h',0.7,'Pass',?3,?4,?4)", (user, COURSES[(user % 3) as usize], passed, modified)).unwrap();
        }
    }

    /// What the catalogue service would have answered, put into a warehouse by hand.
    pub fn write_catalogue(&self, warehouse: &str) {
        let folder = self.path(warehouse).join("discovery_api_raw/dt=2026-03-09");
        fs::create_dir_all(&folder).unwrap();
        let runs = COURSES.iter().enumerate().map(|(at, course)| {
            format!(
                r#"{{"key": "{course}", "title": "Run\t{at}  of {course}", "programs": [{{"uuid": "p{at}", "title": "Ünïversal {at}", "type": "MicroMasters"}}], "start": "2026-0{}-01T00:00:00Z", "pacing_type": "instructor_paced"}}"#,
                at + 1
            )
        });
        fs::write(folder.join("course_runs.json"), runs.collect::<Vec<_>>().join("\n")).unwrap();
    }

    /// A command of `insights` with this university's sources and LMS, ready to be changed.
    pub fn command(&self, warehouse: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_insights"));
        command.current_dir(self.dir.path()).args(arguments);
        command.arg("--warehouse").arg(self.path(warehouse));
        command
            .env("INSIGHTS_LMS_DATABASE", format!("sqlite:{}", self.path("lms.sqlite").display()));
        command.env("INSIGHTS_RUNNERS_LOCAL_PROGRAM", jobs_program());
        command
    }

    /// A command of `insights` as its settings file says.
    pub fn plain_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_insights"));
        command.current_dir(self.dir.path()).args(arguments);
        command
    }

    /// The LMS as statements for another database.
    pub fn lms_statements(&self) -> Vec<String> {
        let lms = rusqlite::Connection::open(self.path("lms.sqlite")).unwrap();
        let types = [
            ("INTEGER PRIMARY KEY", "INT PRIMARY KEY AUTO_INCREMENT"),
            ("DATETIME", "DATETIME(6)"),
            ("TEXT", "LONGTEXT"),
        ];
        let made = types.iter().fold(LMS.to_owned(), |text, (from, to)| text.replace(from, to));
        let mut all: Vec<_> =
            made.split(';').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect();
        for table in ["auth_userprofile", "grades_persistentcoursegrade"] {
            all.extend(testkit::inserts(&lms, table).unwrap());
        }
        all
    }

    /// `insights VERB enrollment` over the logs, with fixed dates.
    pub fn enrollment(&self, verb: &str, warehouse: &str, arguments: &[&str]) -> Command {
        let logs = self.path("logs").display().to_string();
        let fixed = [verb, "enrollment", "--source", &logs, "--interval", "2026-03-01-2026-03-09"];
        let dates = ["--param", "date=2026-03-09", "--param", "import_date=2026-03-09"];
        self.command(warehouse, &[&fixed[..], &dates[..], arguments].concat())
    }

    /// Runs [`University::enrollment`].
    pub fn run(&self, warehouse: &str, arguments: &[&str]) -> Ended {
        ended(self.enrollment("run", warehouse, arguments).output().unwrap())
    }

    /// Every part file of a warehouse: its path and its bytes, unpacked; imports apart (Avro's sync marks
    /// differ).
    pub fn parts(&self, warehouse: &str) -> Vec<(String, String)> {
        let root = self.path(warehouse);
        let mut found = Vec::new();
        collect(&root, &root, &mut found);
        found.sort();
        found
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if path.is_dir() && !name.starts_with("_ledger") && !name.starts_with("_runs") {
            collect(root, &path, found);
        } else if let Some(name) = name.strip_suffix(".gz").filter(|name| name.contains("/part-")) {
            let mut text = String::new();
            let packed = fs::File::open(&path).unwrap();
            flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
            found.push((name.to_owned(), text));
        } else if name.contains("/part-") && !name.ends_with(".avro") {
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

pub fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Ended {
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }
}

pub fn log_name(day: u32) -> String {
    format!("lms-{}/tracking.log-2026030{day}-1.gz", day % 2)
}

/// Enrollments and other events, most of them of that day, one of the day before.
pub fn day_lines(day: u32) -> Vec<String> {
    let mut lines = vec![
        "not json".to_owned(),
        r#"{"event_type": "page_close", "time": "2026-03-01T00:00:00"}"#.to_owned(),
    ];
    for user in 1..=40u32 {
        let kind = ["activated", "deactivated", "mode_changed"][((user + day) % 3) as usize];
        let mode = ["audit", "honor", "verified"][((user * day) % 3) as usize];
        let course = COURSES[(user % 3) as usize];
        let of = if user == 7 { (day - 1).max(1) } else { day };
        lines.push(format!(
            r#"{{"event_type": "edx.course.enrollment.{kind}", "time": "2026-03-0{of}T1{}:00:0{}.5+00:00", "event": {{"course_id": "{course}", "user_id": {user}, "mode": "{mode}"}}}}"#,
            user % 10,
            day
        ));
    }
    lines
}

/// Learner 7 leaves; `retire --users` takes the file of this name.
pub const LEAVING: &str = "leaving.csv";
/// A log that comes after that, with lines of learner 7, too.
pub const LATE: &str = "lms-0/tracking.log-20260303-9.gz";

impl University {
    /// Writes the file of those who leave, and makes its folder one that has a secret for the list of them.
    pub fn let_one_leave(&self) {
        fs::write(self.path(LEAVING), "7,user_7\n").unwrap();
        fs::write(self.path("retirement.key"), "a secret of this test\n").unwrap();
        let settings = self.path("insights.yml");
        let text = fs::read_to_string(&settings).unwrap_or_default();
        fs::write(settings, text + "retirement: {key_file: retirement.key}\n").unwrap();
    }

    /// What one process makes of the logs, of a learner who leaves, and of the late log.
    pub fn leave_in_one_process(&self, reducers: &str) -> Vec<(String, String)> {
        let insights = |arguments: &[&str]| {
            ended(self.command("one", arguments).output().unwrap()).ok();
        };
        let logs = self.path("logs").display().to_string();
        let run = ["run", "course-enrollment-events", "--source", &logs, "--param", reducers];
        insights(&run);
        insights(&["retire", "--users", LEAVING]);
        self.write_log(LATE, &day_lines(3));
        insights(&run);
        let parts = self.parts("one");
        let has = |user: &str| parts.iter().any(|(_, text)| text.contains(user));
        assert!(has("\t-1\t") && has("\t8\t") && !has("\t7\t"), "{parts:?}");
        parts
    }
}

/// The program that tasks run as.
pub fn jobs_program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_insights")).with_file_name("jobs");
    assert!(program.is_file(), "build the program `jobs` first: cargo build -p jobs");
    program
}

const LMS: &str = "
CREATE TABLE auth_userprofile (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL UNIQUE, name VARCHAR(255) NOT NULL, gender VARCHAR(6), year_of_birth INTEGER, level_of_education VARCHAR(6), language VARCHAR(255) NOT NULL, location VARCHAR(255) NOT NULL, mailing_address TEXT, city TEXT, country VARCHAR(2), goals TEXT);
CREATE TABLE grades_persistentcoursegrade (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, course_id VARCHAR(255) NOT NULL, course_edited_timestamp DATETIME, course_version VARCHAR(255) NOT NULL, grading_policy_hash VARCHAR(255) NOT NULL, percent_grade DOUBLE NOT NULL, letter_grade VARCHAR(255) NOT NULL, passed_timestamp DATETIME, created DATETIME NOT NULL, modified DATETIME NOT NULL);
";
