//! Missing days of logs, and the shipping that keeps them from going missing.
#![allow(clippy::unwrap_used)]

mod university;

use hadoop::shipping::{Shipped, ship};
use hadoop::storage::Place;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use university::{Ended, University, ended};

const PATTERN: &str = r"pattern=.*tracking\.log-(?P<date>\d{8}).*";

fn lag(university: &University, arguments: &[&str]) -> Ended {
    let logs = university.path("logs").display().to_string();
    let fixed = ["input", "lag", "--source", &logs, "--param", PATTERN];
    ended(university.plain_command(&[&fixed[..], arguments].concat()).output().unwrap())
}

#[test]
fn a_missing_day_is_told_with_20_and_so_is_that_of_one_server() {
    let university = University::new();
    let logs = university.path("logs");
    for day in 1..=7 {
        for server in ["lms-0", "lms-1"] {
            university.write_log(&format!("{server}/tracking.log-2026030{day}-9.gz"), &[]);
        }
    }
    let week = ["--interval", "2026-03-01-2026-03-08"];
    let whole = lag(&university, &week).ok();
    let said =
        format!("{}: 21 files, the newest of 2026-03-07, no day is missing\n", logs.display());
    assert_eq!(whole.stdout, said);

    let remove = |server: &str, days: &[u32]| {
        for day in days {
            for end in ["1", "9"] {
                let _ = fs::remove_file(
                    logs.join(format!("{server}/tracking.log-2026030{day}-{end}.gz")),
                );
            }
        }
    };
    remove("lms-0", &[4, 5, 7]);
    remove("lms-1", &[4]);
    // What is hidden, or of another name, is no log.
    university.write_log("lms-1/.tracking.log-20260304-1.gz", &[]);
    university.write_log("lms-1/other-20260304.gz", &[]);
    // A server that was given up lacks nothing, and the days before a server's first are none of its own.
    university.write_log("gone/tracking.log-20251231-1.gz", &[]);
    university.write_log("new/tracking.log-20260307-1.gz", &[]);
    let lacks = lag(&university, &week);
    assert_eq!(lacks.code, Some(20), "{}", lacks.stderr);
    let servers = [
        format!(
            "{}: 17 files, the newest of 2026-03-07, 1 day is missing: 2026-03-04",
            logs.display()
        ),
        format!(
            "  {}/lms-0: 6 files, the newest of 2026-03-06, 3 days are missing: 2026-03-04 to 2026-03-05, 2026-03-07",
            logs.display()
        ),
    ];
    assert_eq!(lacks.stdout.lines().collect::<Vec<_>>(), servers);
    assert!(lacks.stderr.contains("logs of 3 days of 2026-03-01-2026-03-08 are missing"));

    let json = lag(&university, &[&week[..], &["--json"]].concat());
    assert_eq!(json.code, Some(20));
    let told: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(told["sources"][0]["missing"], json!(["2026-03-04"]));
    let first = format!("{}/lms-0", logs.display());
    assert_eq!(told["sources"][0]["folders"][&first]["newest"], "2026-03-06");
}

#[test]
fn by_default_the_last_two_weeks_are_looked_at_and_names_without_dates_tell_nothing() {
    let university = University::new();
    let today = chrono::Utc::now().date_naive();
    assert_eq!(lag(&university, &[]).code, Some(20), "its logs are of a spring");
    for back in 1..=14 {
        let day = today - chrono::Days::new(back);
        university.write_log(&format!("lms-0/tracking.log-{}-1.gz", day.format("%Y%m%d")), &[]);
    }
    lag(&university, &[]).ok();
    let undated = lag(&university, &["--param", "pattern=.*"]);
    assert_eq!(undated.code, Some(2), "{}", undated.stderr);
    assert!(undated.stderr.contains("its pattern has no group `date`"), "{}", undated.stderr);
    let misspelt = lag(&university, &["--param", "patern=.*"]);
    assert!(misspelt.stderr.contains("did you mean `pattern`?"), "{}", misspelt.stderr);
}

struct Lms {
    dir: tempfile::TempDir,
}

impl Lms {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A file of the log folder that was changed long ago.
    fn log(&self, name: &str, text: &str) -> PathBuf {
        let path = self.logs().join(name);
        fs::create_dir_all(self.logs()).unwrap();
        fs::write(&path, text).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        path
    }

    fn logs(&self) -> PathBuf {
        self.dir.path().join("logs")
    }

    fn to(&self) -> PathBuf {
        self.dir.path().join("shipped/lms-1")
    }

    fn ship(&self) -> Shipped {
        ship(&self.logs(), &Place::from(self.to().as_path()), SystemTime::now()).unwrap()
    }

    fn shipped(&self) -> Vec<String> {
        names(&self.to())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn rotated_logs_are_shipped_once_and_whole() {
    let lms = Lms::new();
    for (name, text) in [
        ("tracking.log", "being written"),
        ("tracking.log-20260301-1772323200", "not packed yet"),
        ("tracking.log-20260301-1772323200.gz", "half"),
        ("tracking.log.1.gz", "another file's name tomorrow"),
        ("tracking.log-20260228-1.gz", "february"),
        ("tracking.log-20260302-1.gz", "march"),
        ("app.log-20260301.gz", "none of ours"),
    ] {
        lms.log(name, text);
    }
    // A copy that was cut off by a kill.
    fs::create_dir_all(lms.to()).unwrap();
    fs::write(lms.to().join(".tracking.log-20260302-1.gz"), "mar and more than there is").unwrap();
    assert_eq!(lms.ship(), Shipped { copied: 2, bytes: 13, there: 0, waiting: 1 });
    assert_eq!(lms.shipped(), ["tracking.log-20260228-1.gz", "tracking.log-20260302-1.gz"]);
    let march = fs::read_to_string(lms.to().join("tracking.log-20260302-1.gz")).unwrap();
    assert_eq!(march, "march");
    assert_eq!(lms.ship(), Shipped { copied: 0, bytes: 0, there: 2, waiting: 1 });

    // Packed by now.
    fs::remove_file(lms.logs().join("tracking.log-20260301-1772323200")).unwrap();
    assert_eq!(lms.ship().copied, 1);
}

#[test]
fn a_file_that_was_just_changed_waits_and_one_of_another_size_replaces() {
    let lms = Lms::new();
    let path = lms.log("tracking.log-20260301-1.gz", "first");
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now()).unwrap();
    assert_eq!(lms.ship(), Shipped { waiting: 1, ..Shipped::default() });
    let later = SystemTime::now() + Duration::from_secs(61);
    let to = Place::from(lms.to().as_path());
    assert_eq!(ship(&lms.logs(), &to, later).unwrap().copied, 1);
    lms.log("tracking.log-20260301-1.gz", "first and second");
    assert_eq!(lms.ship().copied, 1);
    assert_eq!(
        fs::read_to_string(lms.to().join("tracking.log-20260301-1.gz")).unwrap(),
        "first and second"
    );
}

#[test]
fn one_process_ships_a_folder_and_a_bad_file_holds_no_other_up() {
    let lms = Lms::new();
    lms.log("tracking.log-20260302-1.gz", "well");
    // A folder stands where the file would be copied to, and is not empty.
    fs::create_dir_all(lms.to().join(".tracking.log-20260301-1.gz/x")).unwrap();
    lms.log("tracking.log-20260301-1.gz", "badly");
    let to = Place::from(lms.to().as_path());
    let failed = ship(&lms.logs(), &to, SystemTime::now()).unwrap_err();
    assert_eq!(failed.exit_code(), 30, "{failed}");
    assert!(lms.to().join("tracking.log-20260302-1.gz").is_file());

    let held = fs::File::open(lms.logs()).unwrap();
    held.lock().unwrap();
    let refused = ship(&lms.logs(), &to, SystemTime::now()).unwrap_err();
    assert_eq!(refused.exit_code(), 10, "{refused}");
    let nowhere = ship(&lms.dir.path().join("none"), &to, SystemTime::now()).unwrap_err();
    assert_eq!(nowhere.exit_code(), 20, "{nowhere}");
}
