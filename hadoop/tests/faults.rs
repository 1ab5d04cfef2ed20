//! What goes wrong: killed runs, bad input, a store that goes away.
#![allow(clippy::unwrap_used)]

mod university;

use std::fs;
use university::{Ended, University, ended, log_name};

#[test]
fn k07_a_run_killed_at_any_point_is_finished_by_the_next() {
    let university = University::new();
    let store = |name: &str| format!("sqlite:{}", university.path(name).display());
    university.run("whole", &["--store", &store("whole.db")]).ok();
    let whole = university.parts("whole");
    let mut killed = 0;
    for number in (1..).step_by(5) {
        let (name, db) = (format!("cut-{number}"), store(&format!("cut-{number}.db")));
        let arguments = ["--store", &db];
        let mut command = university.enrollment("run", &name, &arguments);
        command.env("INSIGHTS_FAULT", format!("any:{number}"));
        let first = ended(command.output().unwrap());
        if first.code == Some(0) {
            break;
        }
        assert_eq!(first.code, None, "{}", first.stderr);
        killed += 1;
        university.run(&name, &["--store", &db]).ok();
        assert_eq!(university.parts(&name), whole, "killed at point {number}");
        assert_eq!(rows(&university, &format!("cut-{number}.db")), rows(&university, "whole.db"));
        fs::remove_dir_all(university.path(&name)).unwrap();
    }
    assert!(killed > 20, "only {killed} points were passed");
}

fn rows(university: &University, db: &str) -> Vec<(String, i64)> {
    let db = rusqlite::Connection::open(university.path(db)).unwrap();
    let count = |table: &str| {
        let sql = format!("SELECT COUNT(*), TOTAL(count) FROM {table}");
        db.query_row(&sql, [], |row| {
            Ok(row.get::<_, i64>(0)? * 1_000_000 + row.get::<_, f64>(1)? as i64)
        })
        .unwrap()
    };
    let tables = [
        "course_enrollment_daily",
        "course_enrollment_gender_daily",
        "course_meta_summary_enrollment",
    ];
    tables.iter().map(|table| ((*table).to_owned(), count(table))).collect()
}

fn nothing_published(university: &University, warehouse: &str) {
    let parts = university.parts(warehouse);
    assert!(parts.is_empty(), "{parts:?}");
}

fn refused(ended: &Ended, code: i32, says: &[&str]) {
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    for text in says {
        assert!(ended.stderr.contains(text), "`{text}` is not in: {}", ended.stderr);
    }
    let errors = ended.stderr.lines().filter(|line| line.contains("ERROR")).count();
    assert_eq!(errors, 1, "{}", ended.stderr);
}

#[test]
fn a_torn_file_is_named_or_left_out() {
    for engine in ["inline", "local"] {
        let university = University::new();
        let path = university.path("logs").join(log_name(2));
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
        let torn = university.run(engine, &["-r", engine]);
        refused(&torn, 20, &["tracking.log-20260302-1.gz: the file ends in the middle", "at byte"]);
        nothing_published(&university, engine);
        let left_out = university.run(engine, &["-r", engine, "--bad-files", "skip"]).ok();
        assert!(left_out.stderr.contains("left out: "), "{}", left_out.stderr);
        assert!(left_out.stderr.contains("Bad Files Left Out\":1"), "{}", left_out.stderr);
        fs::remove_file(&path).unwrap();
        university.run("without", &[]).ok();
        assert_eq!(university.parts(engine), university.parts("without"));
    }
}

#[test]
fn what_is_no_log_is_refused() {
    let university = University::new();
    let noise: Vec<u8> =
        (0..9000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    fs::write(university.path("logs").join("tracking.log"), noise).unwrap();
    refused(&university.run("w", &[]), 20, &["logs/tracking.log: holds no text"]);
    nothing_published(&university, "w");
}

#[test]
fn an_empty_folder_and_a_missing_one_are_named() {
    let university = University::new();
    fs::create_dir_all(university.path("empty")).unwrap();
    for (folder, says) in [("empty", "no log file was chosen: 0 files"), ("gone", "is not there")] {
        let source = university.path(folder).display().to_string();
        let ended = ended(
            university.command("w", &["run", "enrollment", "--source", &source]).output().unwrap(),
        );
        refused(&ended, 20, &[says, &source]);
    }
    nothing_published(&university, "w");
}

#[test]
fn k15_and_k19_wrong_words_are_refused_before_anything_runs() {
    let university = University::new();
    for (arguments, code, says) in [
        (
            vec!["run", "enrolment"],
            2,
            "there is no workflow or job `enrolment`; did you mean `enrollment`?",
        ),
        (
            vec!["run", "enrollment", "--interval", "2014-13"],
            3,
            "parameter `interval` is `2014-13`, which is not an interval",
        ),
        (
            vec!["run", "enrollment", "--param", "overwrite_n_day=3"],
            2,
            "`overwrite_n_day`; did you mean `overwrite_n_days`?",
        ),
        (
            vec!["run", "enrollment", "--param", "reducers=0", "--source", "logs"],
            2,
            "`reducers` must be 1 or more",
        ),
        (
            vec!["run", "enrollment", "--source", "gs://bucket/logs"],
            20,
            "files at `gs:` cannot be reached",
        ),
    ] {
        refused(&ended(university.command("w", &arguments).output().unwrap()), code, &[says]);
    }
    fs::write(university.path("insights.yml"), "warehouse:\n  keep: 3\n").unwrap();
    let wrong = ended(university.command("w", &["run", "enrollment"]).output().unwrap());
    refused(&wrong, 3, &["insights.yml", "unknown key `keep`"]);
}

#[test]
fn a_lost_lms_publishes_nothing() {
    let university = University::new();
    fs::remove_file(university.path("lms.sqlite")).unwrap();
    let lost = university.run("w", &[]);
    assert_ne!(lost.code, Some(0));
    assert!(lost.stderr.contains("lms.sqlite"), "{}", lost.stderr);
    let is_fact = |table: &str| {
        jobs::registry::filling(table)
            .is_some_and(|job| matches!(job.work, jobs::job::Work::Scan(_)))
    };
    let parts = university.parts("w");
    assert!(!parts.is_empty());
    assert!(parts.iter().all(|(name, _)| is_fact(name.split('/').next().unwrap())), "{parts:?}");
}

#[test]
fn k13_a_store_that_goes_away_keeps_its_tables() {
    let university = University::new();
    let gone = university.run("w", &["--store", "mysql://nobody@127.0.0.1:9/none"]);
    refused(&gone, 30, &["mysql://nobody@127.0.0.1:9/none"]);
    nothing_published(&university, "w");
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let university = University::new();
    let folder = university.path("w/_ledger");
    fs::create_dir_all(&folder).unwrap();
    let lock = fs::File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    refused(&university.run("w", &[]), 10, &["another run is at work"]);
}

/// By us, with `_metadata`, or by Sqoop alone, without.
#[test]
fn a_hand_made_import_is_taken_as_it_is() {
    let university = University::new();
    university.run("w", &[]).ok();
    for hand in ["by-us", "by-sqoop"] {
        for table in ["auth_userprofile", "grades_persistentcoursegrade"] {
            let from = university.path("w").join(table).join("dt=2026-03-09");
            let to = university.path(hand).join(table).join("dt=2026-03-09");
            fs::create_dir_all(&to).unwrap();
            for file in fs::read_dir(from).unwrap() {
                let file = file.unwrap().path();
                let name = file.file_name().unwrap().to_str().unwrap();
                if hand == "by-us" || name != "_metadata" {
                    fs::copy(&file, to.join(name)).unwrap();
                }
            }
        }
    }
    fs::remove_file(university.path("lms.sqlite")).unwrap();
    for hand in ["by-us", "by-sqoop"] {
        university.run(hand, &[]).ok();
        assert_eq!(university.parts(hand), university.parts("w"));
        let again = university.run(hand, &[]).ok();
        assert!(again.stdout.starts_with("0 steps made"), "{}", again.stdout);
    }
    let mark = university.path("by-sqoop/auth_userprofile/dt=2026-03-09/_SUCCESS");
    fs::remove_file(mark).unwrap();
    let cut_off = university.run("by-sqoop", &["--force", "course-enrollment-gender-daily"]);
    assert!(cut_off.code != Some(0) && cut_off.stderr.contains("lms.sqlite"), "{}", cut_off.stderr);
}

#[test]
fn every_run_leaves_its_record() {
    let university = University::new();
    university.run("w", &[]).ok();
    assert_ne!(
        university.run("w", &["--param", "reducers=0", "--force", "enrollment"]).code,
        Some(0)
    );
    let mut runs: Vec<_> =
        fs::read_dir(university.path("w/_runs")).unwrap().map(|e| e.unwrap().path()).collect();
    runs.sort();
    let record = |run: &std::path::Path| -> serde_json::Value {
        serde_json::from_slice(&fs::read(run.join("run.json")).unwrap()).unwrap()
    };
    assert_eq!(record(&runs[0])["exit_code"], 0);
    assert_eq!(record(&runs[1])["exit_code"], 2);
    let events = fs::read_to_string(runs[0].join("events.jsonl")).unwrap();
    let kinds: Vec<String> = events
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    for kind in ["run_started", "task_started", "counters", "task_finished", "run_finished"] {
        assert!(kinds.iter().any(|k| k == kind), "{kind}");
    }
    let status = ended(university.command("w", &["status"]).output().unwrap()).ok().stdout;
    assert!(status.contains("failed (2): parameter `reducers` must be 1 or more"), "{status}");
}

/// A copy of the program that an ordinary user can run, and a place where he can work.
fn for_everybody(university: &University) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let program = university.path("insights");
    fs::copy(env!("CARGO_BIN_EXE_insights"), &program).unwrap();
    for path in [university.path(""), program.clone()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    program
}

/// Root may read everything, so this is tried as somebody else.
#[test]
fn what_may_not_be_read_or_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let university = University::new();
    let program = for_everybody(&university);
    let as_nobody = |arguments: &[&str]| {
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        ended(command.current_dir(university.path("")).args(arguments).output().unwrap())
    };
    if as_nobody(&["--version"]).code != Some(0) {
        return skipped("what_may_not_be_read_or_written_is_named: no other user can be taken");
    }
    let locked = university.path("logs").join(log_name(2));
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let unread =
        as_nobody(&["run", "course-enrollment-events", "--source", "logs", "--warehouse", "w"]);
    refused(&unread, 20, &["tracking.log-20260302-1.gz: cannot be", "Permission denied"]);
    nothing_published(&university, "w");
    fs::create_dir(university.path("mine")).unwrap();
    let unwritten = as_nobody(&[
        "run",
        "course-enrollment-events",
        "--source",
        "logs",
        "--warehouse",
        "mine/w",
    ]);
    refused(&unwritten, 40, &["mine/w", "Permission denied"]);
}

fn skipped(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}");
    println!("SKIPPED {what}");
}

/// A small file system, while it lives.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(place: std::path::PathBuf) -> Option<Self> {
        fs::create_dir_all(&place).unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=300k", "tmpfs"])
            .arg(&place)
            .output();
        mounted.is_ok_and(|done| done.status.success()).then_some(Self(place))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_named_and_the_next_run_goes_on() {
    let university = University::new();
    let Some(small) = Small::mount(university.path("w")) else {
        return skipped("a_full_disk_is_named_and_the_next_run_goes_on: nothing can be mounted");
    };
    let full = university.run("w", &[]);
    assert_eq!(full.code, Some(30), "{}", full.stderr);
    assert!(full.stderr.contains("No space left on device"), "{}", full.stderr);
    let grown =
        std::process::Command::new("mount").args(["-o", "remount,size=50m"]).arg(&small.0).status();
    assert!(grown.unwrap().success());
    university.run("w", &[]).ok();
    university.run("roomy", &[]).ok();
    assert_eq!(university.parts("w"), university.parts("roomy"));
}

#[tokio::test]
async fn k13_a_store_that_is_lost_in_the_middle_is_mended_by_the_next_run() {
    use mysql_async::prelude::Queryable;
    let name = "k13_a_store_that_is_lost_in_the_middle_is_mended_by_the_next_run";
    let Some(server) = testkit::mariadb_or_skip(name).unwrap() else { return };
    let university = University::new();
    let store = server.database().await.unwrap();
    let arguments = ["--store", &store];
    let mut command = university.enrollment("run", "w", &arguments);
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut rest = String::new();
    for line in std::io::BufRead::lines(said).map_while(Result::ok) {
        if line.contains("] load ") {
            server.kill().unwrap();
        }
        rest += &line;
    }
    assert_eq!(child.wait().unwrap().code(), Some(30), "{rest}");
    assert!(rest.contains("ERROR"), "{rest}");
    server.restart().unwrap();
    university.run("w", &["--store", &store]).ok();
    let mut connection = server.administrator().await.unwrap();
    let database = store.rsplit('/').next().unwrap();
    let gender: Option<u64> = connection
        .query_first(format!("SELECT COUNT(*) FROM {database}.course_enrollment_gender_daily"))
        .await
        .unwrap();
    let parts = university.parts("w");
    let rows: usize = parts
        .iter()
        .filter(|(name, _)| name.starts_with("course_enrollment_gender_daily/"))
        .map(|(_, text)| text.lines().count())
        .sum();
    assert_eq!(gender, Some(rows as u64));
}
