//! Lines of logs that are no events: how many may be, and where they are found.
#![allow(clippy::unwrap_used)]

mod university;

use std::fs;
use university::{Ended, University, ended};

/// The sample of a warehouse's last run, without the folder of the logs.
fn sample(university: &University, warehouse: &str) -> String {
    let runs = fs::read_dir(university.path(warehouse).join("_runs")).unwrap();
    let last = runs.map(|run| run.unwrap().path()).max().unwrap();
    let text = fs::read_to_string(last.join("rejected.tsv")).unwrap();
    text.replace(&format!("{}/", university.path("logs").display()), "")
}

fn run(university: &University, engine: &str, limit: &str) -> Ended {
    university.run(engine, &["-r", engine, "--bad-records", limit])
}

/// Seven lines of 294 are no events: the first one of each log.
#[test]
fn every_engine_counts_alike_and_leaves_the_same_sample() {
    let university = University::new();
    let mut samples = Vec::new();
    for engine in ["inline", "local"] {
        for too_few in ["6", "0", "2.3%"] {
            let refused = run(&university, engine, too_few);
            assert_eq!(refused.code, Some(41), "{engine} {too_few}: {}", refused.stderr);
            for says in [
                "7 of 294 lines of logs were rejected, and --bad-records ",
                "(Discard Unparseable Event 7)",
                "/lms-0/tracking.log-20260302-1.gz at byte 0 (Discard Unparseable Event)",
                "rejected.tsv",
            ] {
                assert!(refused.stderr.contains(says), "{engine}: {says}\n{}", refused.stderr);
            }
            assert!(university.parts(engine).is_empty(), "nothing is committed");
        }
        run(&university, engine, "2.4%").ok();
        samples.push(sample(&university, engine));
    }
    assert_eq!(samples[0], samples[1]);
    let lines: Vec<_> = samples[0].lines().collect();
    assert_eq!(lines.len(), 8);
    assert_eq!(lines[0], "source\toffset\treason");
    assert_eq!(lines[1], "lms-0/tracking.log-20260302-1.gz\t0\tDiscard Unparseable Event");
    university.run("any", &[]).ok();
    assert_eq!(university.parts("inline"), university.parts("any"));
    assert_eq!(university.parts("local"), university.parts("any"));
    assert_eq!(sample(&university, "any"), samples[0], "left without a limit, too");
}

#[test]
fn each_runner_has_its_own_limit_in_the_settings_and_the_flag_wins() {
    let university = University::new();
    fs::write(university.path("insights.yml"), "runners: {local: {bad_records: 1%}}\n").unwrap();
    let of = |warehouse: &str, arguments: &[&str]| university.run(warehouse, arguments).code;
    assert_eq!(of("a", &["-r", "local"]), Some(41));
    assert_eq!(of("a", &["-r", "local", "--bad-records", "7"]), Some(0));
    assert_eq!(of("b", &[]), Some(0));
    let mut command = university.enrollment("run", "c", &[]);
    command.env("INSIGHTS_RUNNERS_INLINE_BAD_RECORDS", "3");
    assert_eq!(ended(command.output().unwrap()).code, Some(41));
    let wrong = university.run("d", &["--bad-records", "many"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("neither a number of lines nor a share"), "{}", wrong.stderr);
}

#[test]
fn a_sample_holds_some_lines_of_each_file_with_their_places() {
    let university = University::new();
    let good = r#"{"event_type": "page_close", "time": "2026-03-03T00:00:00"}"#;
    let bad = r#"{"event_type": "page_close"}"#;
    let lines: Vec<_> = (0..50).flat_map(|_| [good, bad]).map(str::to_owned).collect();
    university.write_log("lms-0/tracking.log-20260303-9.gz", &lines);
    for engine in ["inline", "local"] {
        university.run(engine, &["-r", engine]).ok();
        let sample = sample(&university, engine);
        let of_file = "lms-0/tracking.log-20260303-9.gz\t";
        let rows: Vec<_> = sample.lines().filter_map(|line| line.strip_prefix(of_file)).collect();
        let offset = |number: usize| good.len() + 1 + number * (good.len() + bad.len() + 2);
        let expected: Vec<_> = (0..10)
            .map(|number| format!("{}\tDiscard Missing Time Field", offset(number)))
            .collect();
        assert_eq!(rows, expected, "{engine}");
    }
}

#[test]
fn exports_of_log_lines_have_the_limit_too() {
    let university = University::new();
    let logs = university.path("logs").display().to_string();
    let bad = r#"{"course_id": "#.to_owned();
    let good = r#"{"event_type": "x", "event_source": "server", "time": "2026-03-03T10:00:00+00:00", "context": {"course_id": "course-v1:A+One+R"}}"#;
    university.write_log("lms-0/tracking.log-20260303-9.gz", &[bad, good.to_owned()]);
    for engine in ["inline", "local"] {
        let words = ["run", "event-export-by-course", "--source", &logs, "--interval", "2026-03"];
        let export = |limit: &str| {
            let words = [&words[..], &["-r", engine, "--bad-records", limit]].concat();
            ended(university.command(engine, &words).output().unwrap())
        };
        let refused = export("0");
        assert_eq!(refused.code, Some(41), "{}", refused.stderr);
        assert!(!university.path(engine).join("_files").exists());
        export("50%").ok();
        let sample = sample(&university, engine);
        let row = "lms-0/tracking.log-20260303-9.gz\t0\tDiscard Unparseable Event";
        assert!(sample.lines().any(|line| line == row), "{sample}");
        assert!(university.path(engine).join("_files/event_export_by_course").exists());
    }
}
