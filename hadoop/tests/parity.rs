//! The same bytes, whatever the engine, the number of reducers' engine, and the order of arrival.
#![allow(clippy::unwrap_used)]

mod university;

use serde_json::Value;
use std::fs;
use university::{DAYS, University, day_lines, log_name};

#[test]
fn k02_engines_write_the_same_part_files() {
    let university = University::new();
    for reducers in ["1", "7", "25"] {
        let param = format!("reducers={reducers}");
        for engine in ["inline", "local"] {
            university
                .run(&format!("{engine}-{reducers}"), &["-r", engine, "--param", &param])
                .ok();
        }
        let inline = university.parts(&format!("inline-{reducers}"));
        assert!(inline.iter().any(|(name, _)| name.starts_with("course_enrollment_gender_daily/")));
        assert_eq!(inline, university.parts(&format!("local-{reducers}")), "{reducers} reducers");
    }
}

#[test]
fn little_memory_changes_nothing() {
    let university = University::new();
    university.run("much", &[]).ok();
    let mut command = university.enrollment("run", "little", &[]);
    command.env("INSIGHTS_RUNNERS_INLINE_MEMORY_MB", "0");
    university::ended(command.output().unwrap()).ok();
    assert_eq!(university.parts("much"), university.parts("little"));
}

/// Logs that come in two runs, so that packed facts are merged too; and the store's rows.
#[test]
fn k17_packed_tables_are_read_back_by_every_step_and_by_the_loader() {
    let university = University::new();
    let store = |name: &str| format!("sqlite:{}", university.path(name).display());
    let last = university.path("logs").join(log_name(DAYS));
    university.run("plain", &["--store", &store("plain.db")]).ok();
    for engine in ["inline", "local"] {
        fs::rename(&last, university.path("aside")).unwrap();
        let db = format!("{engine}.db");
        let run = || {
            let store = store(&db);
            let mut command =
                university.enrollment("run", engine, &["-r", engine, "--store", &store]);
            command.env("INSIGHTS_WAREHOUSE_COMPRESS", "gzip");
            university::ended(command.output().unwrap()).ok();
        };
        run();
        fs::rename(university.path("aside"), &last).unwrap();
        run();
        assert_eq!(university.parts("plain"), university.parts(engine), "{engine}");
        let daily = university.path(engine).join("course_enrollment_daily/dt=2026-03-09");
        let names = fs::read_dir(daily).unwrap().map(|file| file.unwrap().file_name());
        let names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        let parts = names.iter().filter(|name| name.starts_with("part-"));
        assert!(parts.clone().count() > 0, "{names:?}");
        assert!(parts.into_iter().all(|name| name.ends_with(".gz")), "{names:?}");
        assert_eq!(daily_rows(&university, &db), daily_rows(&university, "plain.db"), "{engine}");
    }
}

fn daily_rows(university: &University, db: &str) -> Vec<(String, String, i64)> {
    let db = rusqlite::Connection::open(university.path(db)).unwrap();
    let sql = "SELECT course_id, date, count FROM course_enrollment_daily ORDER BY 1, 2";
    let mut rows = db.prepare(sql).unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let rows: Vec<_> = rows.map(Result::unwrap).collect();
    assert!(!rows.is_empty());
    rows
}

/// Days of the interval are [start − expand, end + expand) for the choice of files.
#[test]
fn k11_expand_interval_on_the_command_line_widens_the_choice_of_files() {
    let university = University::new();
    let logs = university.path("logs").display().to_string();
    let pattern = r"pattern=.*tracking\.log-(?P<date>\d{8}).*\.gz";
    for (expand, files) in [("0 days", 1), ("1 day", 3), ("P2D", 5), ("1 week", 7)] {
        let expand = format!("expand_interval={expand}");
        let arguments = ["plan", "course-enrollment-events", "--interval", "2026-03-04"];
        let more = ["--source", &logs, "--param", pattern, "--param", &expand];
        let planned = university.command("w", &[&arguments[..], &more].concat()).output().unwrap();
        let said = university::ended(planned).ok().stdout;
        assert!(
            said.starts_with(&format!("STALE\tscan\t{files} files to read")),
            "{expand}: {said}"
        );
    }
}

/// A university whose logs come day by day; `held` gives what is not there at first.
fn day_by_day(late: &[u32], replaced: &[u32]) -> University {
    let university = University::new();
    let all = university.path("logs");
    let aside = university.path("aside");
    fs::rename(&all, &aside).unwrap();
    let arrive = |day: u32| {
        let to = all.join(log_name(day));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(aside.join(log_name(day)), to).unwrap();
    };
    for day in (1..=DAYS).filter(|day| !late.contains(day)) {
        arrive(day);
        if replaced.contains(&day) {
            university.write_log(&log_name(day), &day_lines(day)[..20]);
        }
        university.run("daily", &[]).ok();
    }
    for day in late.iter().chain(replaced) {
        arrive(*day);
        university.run("daily", &[]).ok();
    }
    university
}

#[test]
fn seven_daily_runs_are_one_run() {
    let university = day_by_day(&[], &[]);
    university.run("once", &[]).ok();
    assert_eq!(university.parts("daily"), university.parts("once"));
}

#[test]
fn a_late_and_a_replaced_file_are_merged_into_their_days() {
    let university = day_by_day(&[3], &[5]);
    university.run("once", &[]).ok();
    assert_eq!(university.parts("daily"), university.parts("once"));
}

#[test]
fn a_withdrawn_file_leaves_nothing_behind() {
    let university = University::new();
    university.run("before", &[]).ok();
    fs::remove_file(university.path("logs").join(log_name(4))).unwrap();
    university.run("before", &[]).ok();
    university.run("without", &[]).ok();
    assert_eq!(university.parts("before"), university.parts("without"));
}

#[test]
fn a_second_run_does_nothing_and_force_gives_the_same_bytes() {
    let university = University::new();
    university.run("w", &[]).ok();
    let before = university.parts("w");
    let said = university.run("w", &[]).ok().stdout;
    assert!(said.starts_with("0 steps made"), "{said}");
    for force in [
        ["--force", "course-enrollment-daily"],
        ["--force", "enrollment"],
        ["--force-from", "2026-03-03"],
    ] {
        let said = university.run("w", &force).ok().stdout;
        assert!(!said.starts_with("0 steps made"), "{force:?}: {said}");
        assert_eq!(university.parts("w"), before, "{force:?}");
    }
}

#[test]
fn a_day_that_changed_makes_only_what_depends_on_it_stale() {
    let university = University::new();
    university.run("w", &[]).ok();
    let planned = |university: &University| {
        university::ended(university.enrollment("plan", "w", &[]).output().unwrap()).ok().stdout
    };
    let said = planned(&university);
    assert!(said.lines().all(|line| line.starts_with("COMPLETE")), "{said}");
    university.write_log("lms-0/tracking.log-20260302-2.gz", &day_lines(2)[..5]);
    let said = planned(&university);
    assert!(said.starts_with("STALE\tscan\t1 files to read"), "{said}");
    assert!(
        said.contains(
            "STALE\tcourse-enrollment-spans\tcourse-enrollment-events will be made again"
        ),
        "{said}"
    );
    let why = university.command("w", &["why", "course-enrollment-daily"]).output().unwrap();
    let why = university::ended(why).ok().stdout;
    assert!(
        why.contains("course_enrollment_daily/2026-03-09: ")
            && why.contains("from course_enrollment_spans/2026-03-09"),
        "{why}"
    );
}

#[test]
fn splits_of_a_plain_file_lose_and_double_nothing() {
    let university = University::new();
    let line = &day_lines(3)[5];
    // Larger than two splits; only every thousandth line is of interest.
    let other = format!("{{\"event_type\": \"page_close\", \"page\": \"{}\"}}", "x".repeat(3000));
    let mut text = String::new();
    for number in 0..48_000 {
        text += if number % 1000 == 0 { line } else { &other };
        text += if number % 3 == 0 { "\r\n" } else { "\n" };
    }
    assert!(text.len() > 128 * 1024 * 1024);
    let folder = university.path("plain");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("tracking.log"), text).unwrap();
    let source = folder.display().to_string();
    for engine in ["inline", "local"] {
        let arguments = ["run", "course-enrollment-events", "-r", engine, "--source", &source];
        university::ended(university.command(engine, &arguments).output().unwrap()).ok();
        let parts = university.parts(engine);
        let of =
            |table: &'static str| parts.iter().filter(move |(name, _)| name.starts_with(table));
        let rows: usize =
            of("course_enrollment_events/").map(|(_, text)| text.lines().count()).sum();
        assert_eq!(rows, 48, "{engine}");
        // The other lines have no time.
        assert!(of("total_events/").all(|(_, text)| text == "2026-03-03\t48\n"), "{engine}");
    }
}

/// However long the history is.
#[test]
fn a_new_day_reads_and_parses_that_days_file_only() {
    let university = University::new();
    let last = university.path("logs").join(log_name(DAYS));
    fs::rename(&last, university.path("aside")).unwrap();
    university.run("w", &[]).ok();
    fs::rename(university.path("aside"), &last).unwrap();
    university.run("w", &[]).ok();
    let runs = fs::read_dir(university.path("w/_runs")).unwrap();
    let run = runs.map(|run| run.unwrap().path()).max().unwrap();
    let events = fs::read_to_string(run.join("events.jsonl")).unwrap();
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let scan = events.into_iter().find(|e| e["kind"] == "task_finished" && e["task"] == "scan");
    let figures = scan.unwrap()["figures"].clone();
    assert_eq!(figures["files"], 1);
    assert_eq!(figures["counters"]["Event.Lines"], day_lines(DAYS).len());
    university.run("once", &[]).ok();
    assert_eq!(university.parts("w"), university.parts("once"));
}

#[test]
fn a_run_says_what_its_time_went_to() {
    let university = University::new();
    let store = format!("sqlite:{}", university.path("shares.db").display());
    let said = university.run("w", &["--store", &store]).ok().stdout;
    let lines: Vec<Vec<&str>> = said.lines().skip(1).map(|l| l.split('\t').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == 4 && line[0].ends_with(" %")), "{said}");
    let named = |name: &str| lines.iter().find(|line| line[3].split(", ").any(|n| n == name));
    for name in ["scan", "import auth_userprofile", "course-enrollment-daily"] {
        assert!(named(name).is_some_and(|line| line[2].ends_with(" rows")), "{name}: {said}");
    }
    assert!(named("load course_enrollment_daily").is_some(), "{said}");
    assert_eq!(lines.last().unwrap()[3], "between steps");
}
