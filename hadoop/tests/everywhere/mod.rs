//! A university in which every job finds something to do, and all that an engine makes of it.
#![allow(dead_code, clippy::unwrap_used)]

use flate2::read::MultiGzDecoder;
use jobs::testkit::KeyPair;
use jobs::testkit::address_files::{map, maxmind_db, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is run: together it runs every job.
pub const NAMES: &[&str] = &[
    "enrollment",
    "activity",
    "geography",
    "video",
    "performance",
    "grades",
    "courses",
    "problem-response",
    "engagement",
    "module-engagement-roster-index",
    "student-engagement",
    "monitoring",
    "exports",
    "enrollment-validation",
    "calendar",
    "course-enrollment",
];

/// The day after the last one with events.
const TODAY: &str = "2026-03-09";
/// All days with events.
pub const INTERVAL: &str = "2026-02-21-2026-03-09";
/// Tables of the LMS that jobs read.
const IMPORTS: &[&str] = &[
    "auth_user",
    "auth_userprofile",
    "course_groups_courseusergroup",
    "course_groups_courseusergroup_users",
    "courseware_studentmodule",
    "grades_persistentcoursegrade",
    "student_courseenrollment",
];

/// Folders that stay empty: no enrollment event is lost here, and a run makes one of three types of
/// reports.
const EMPTY_HERE: &[&str] = &[
    "_files/enrollment_validation/",
    "student_engagement_joined_all/",
    "student_engagement_joined_weekly/",
    "student_engagement_raw_all/",
    "student_engagement_raw_weekly/",
];

/// Compares what two engines made, in which every job has to have found something to do.
#[track_caller]
pub fn compare(one: &Made, other: &Made) {
    let is_empty = |folder: &String| {
        !one.iter().any(|(name, text)| name.starts_with(folder) && !text.is_empty())
    };
    let empty: Vec<_> = folders().into_iter().filter(is_empty).collect();
    assert_eq!(empty, EMPTY_HERE, "folders in which nothing was made");
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, text) in one {
        assert!(Some(text) == other.get(name), "{name} differs:\n{text}\n{:?}", other.get(name));
    }
}

/// The folders of a warehouse that jobs make something in.
fn folders() -> Vec<String> {
    let mut folders = Vec::new();
    for job in jobs::registry::JOBS {
        folders.extend(job.fills.iter().map(|fill| format!("{}/", fill.table.name)));
        folders
            .extend(job.writes_files().then(|| format!("_files/{}/", job.name.replace('-', "_"))));
    }
    folders.sort();
    folders
}

/// What an engine made: the content of each file, unpacked and decrypted, by its path.
pub type Made = BTreeMap<String, String>;

/// The university's folder, and the keys that open its exports.
pub struct University {
    dir: tempfile::TempDir,
    keys: BTreeMap<&'static str, KeyPair>,
}

impl University {
    /// Generates it; `settings` are lines of its configuration besides what it has itself.
    pub fn new(settings: &str) -> Self {
        let keys = ["partner", "master"].map(|name| (name, KeyPair::generate(name, true).unwrap()));
        let university = Self { dir: tempfile::tempdir().unwrap(), keys: keys.into() };
        let generator = program("insights-demo");
        let made = university.path("made").display().to_string();
        let size = ["--events", "8000", "--courses", "4", "--days", "16", "--end", "2026-03-08"];
        let done = Command::new(generator).args(["--out", &made]).args(size).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        university.join_logs();
        university.write_keys();
        fs::write(university.path("countries.mmdb"), countries()).unwrap();
        let config = university.config() + settings;
        fs::write(university.path("insights.yml"), config).unwrap();
        university.import();
        university
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Hundreds of small files would be as many tasks: those of a server and week become one.
    fn join_logs(&self) {
        for server in fs::read_dir(self.path("made/logs")).unwrap() {
            let server = server.unwrap();
            let mut files: Vec<_> =
                fs::read_dir(server.path()).unwrap().map(|file| file.unwrap().path()).collect();
            files.sort();
            let folder = self.path("logs").join(server.file_name());
            fs::create_dir_all(&folder).unwrap();
            let half = files.len().div_ceil(2);
            for (number, files) in files.chunks(half).enumerate() {
                let bytes: Vec<_> = files.iter().flat_map(|file| fs::read(file).unwrap()).collect();
                let name = format!("tracking.log-2026030{}-1.gz", number + 1);
                fs::write(folder.join(name), bytes).unwrap();
            }
        }
    }

    fn write_keys(&self) {
        let folder = self.path("keys");
        fs::create_dir_all(&folder).unwrap();
        for (name, key) in &self.keys {
            fs::write(folder.join(name), key.public().unwrap()).unwrap();
        }
        let partner = json!({"recipients": ["partner"]});
        let config = json!({"organizations": {"NorthvaleX": partner, "HarborU": partner}});
        fs::write(self.path("exports.yml"), config.to_string()).unwrap();
    }

    fn config(&self) -> String {
        let at = |name: &str| self.path(name).display().to_string();
        let settings = json!({
            "sources": [{"url": at("logs")}],
            "lms": {"database": format!("sqlite:{}", at("made/lms.sqlite"))},
            "privacy": "named",
            "jobs": {
                "enable_course_catalog": true,
                "geolocation_data": at("countries.mmdb"),
                "config": at("exports.yml"),
                "environment": "prod",
                "gpg_key_dir": at("keys"),
                "gpg_master_key": "master",
            },
        });
        let lines = settings.as_object().unwrap().iter();
        lines.map(|(key, value)| format!("{key}: {value}\n")).collect()
    }

    /// One import for all warehouses, since times of its own would be in the snapshots.
    fn import(&self) {
        let mut command = self.insights("base", &["import", "--date", TODAY]);
        succeeded(command.args(IMPORTS));
    }

    /// A command over a warehouse.
    pub fn insights(&self, warehouse: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_insights"));
        command.current_dir(self.dir.path()).args(arguments);
        // One that is elsewhere is named by its address.
        let is_far = warehouse.contains("://");
        let warehouse = if is_far { PathBuf::from(warehouse) } else { self.path(warehouse) };
        command.arg("--warehouse").arg(warehouse);
        command.env("INSIGHTS_RUNNERS_LOCAL_PROGRAM", program("jobs"));
        command
    }

    /// Runs every job by an engine, into a new warehouse.
    pub fn run(&self, engine: &str, reducers: u32) -> Made {
        let warehouse = format!("{engine}-{reducers}");
        self.begin_warehouse(&warehouse);
        let reducers = format!("reducers={reducers}");
        succeeded(self.dated(&warehouse, NAMES).args(["-r", engine, "--param", &reducers]));
        self.made(&warehouse)
    }

    /// Runs some jobs in this process; gives what is said at the end.
    pub fn run_some(&self, warehouse: &str, names: &[&str]) -> String {
        succeeded(&mut self.dated(warehouse, names))
    }

    /// A run of these names over all days, as if it were the day after the last one with events.
    pub fn dated(&self, warehouse: &str, names: &[&str]) -> Command {
        self.verb_over("run", INTERVAL, warehouse, names)
    }

    /// Runs or plans these names over some days.
    pub fn verb_over(
        &self,
        verb: &str,
        interval: &str,
        warehouse: &str,
        names: &[&str],
    ) -> Command {
        let dates = ["date", "import_date", "end_date"]
            .map(|name| (name, TODAY.to_owned()))
            .into_iter()
            .chain([("datetime", format!("{TODAY}T00:00:00"))]);
        let taken = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let taken = hadoop::plan::closure(&taken).unwrap();
        let mut command = self.insights(warehouse, &[verb, "--interval", interval]);
        command.args(names);
        for (name, value) in dates.filter(|(name, _)| taken.iter().any(|j| j.params.contains(name)))
        {
            command.arg("--param").arg(format!("{name}={value}"));
        }
        command
    }

    /// A warehouse with the imports, and with what services would have answered.
    pub fn begin_warehouse(&self, name: &str) {
        copy_tree(&self.path("base"), &self.path(name));
        let put = |table: &str, file: &str, lines: &str| {
            let folder = self.path(name).join(table).join(format!("dt={TODAY}"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(file), lines).unwrap();
        };
        let read = |file: &str| fs::read_to_string(self.path("made").join(file)).unwrap();
        let runs = read("course_runs.json");
        put("course_list_raw", "course_list.json", &course_list(&runs));
        put("discovery_api_raw", "course_runs.json", &runs);
        put("course_blocks_raw", "course_blocks.json", &read("course_blocks.json"));
    }

    /// What stands in a warehouse.
    pub fn made(&self, warehouse: &str) -> Made {
        let root = self.path(warehouse);
        let mut found = BTreeMap::new();
        for file in files(&root) {
            let name = file.strip_prefix(&root).unwrap().display().to_string();
            if name.contains("/part-m-") || name.ends_with(".json") {
                continue;
            }
            let mut bytes = fs::read(&file).unwrap();
            if name.ends_with(".gpg") {
                bytes = self.keys["partner"].open(&bytes).unwrap();
                assert_eq!(bytes, self.keys["master"].open(&fs::read(&file).unwrap()).unwrap());
            }
            if name.contains(".gz") {
                let mut plain = Vec::new();
                MultiGzDecoder::new(&*bytes).read_to_end(&mut plain).unwrap();
                bytes = plain;
            }
            found.insert(name, String::from_utf8(bytes).unwrap());
        }
        found
    }
}

/// Every file below a folder that holds rows or is for people.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        match path.is_dir() {
            true if ["_ledger", "_runs"].contains(&name) => {}
            true => found.append(&mut files(&path)),
            false if name.starts_with(['_', '.']) => {}
            false => found.push(path),
        }
    }
    found
}

pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_tree(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// What the courses interface would say of the runs that the catalogue knows.
fn course_list(runs: &str) -> String {
    let course = |line: &str| {
        let run: Value = serde_json::from_str(line).unwrap();
        let course = json!({
            "course_id": run["key"], "name": run["title"], "org": "O", "number": "N",
            "blocks_url": "https://lms.example/blocks", "start": run["start"],
        });
        format!("{course}\n")
    };
    runs.lines().map(course).collect()
}

/// Two halves of the world.
fn countries() -> Vec<u8> {
    let of = |code: &str, name: &str| {
        let names = map(&[("en", text(name))]);
        map(&[("country", map(&[("iso_code", text(code)), ("names", names)]))])
    };
    maxmind_db(&[("0.0.0.0/1", of("DE", "Germany")), ("128.0.0.0/1", of("BR", "Brazil"))])
}

#[track_caller]
pub fn succeeded(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A program that stands beside the tested one.
fn program(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_insights")).with_file_name(name);
    assert!(program.is_file(), "{name} is not built: cargo build --bins");
    program
}
