//! `insights test`: golden files of a workflow, blessed, kept, broken; and chaos that changes nothing.
#![allow(clippy::unwrap_used)]

mod university;

use std::fs;
use university::{Ended, University, ended, jobs_program};

/// A fixture of the university's logs and LMS.
fn fixture(university: &University) {
    let run = "params:\n  interval: 2026-03-01-2026-03-09\n  date: 2026-03-09\n  import_date: 2026-03-09\n  reducers: 3\n\
               settings:\n  warehouse: {compress: gzip}\n";
    fs::write(university.path("run.yml"), run).unwrap();
}

fn test(university: &University, arguments: &[&str]) -> Ended {
    let folder = university.path("").display().to_string();
    let all = [&["test", "enrollment", "--fixture", &folder], arguments].concat();
    let mut command = university.plain_command(&all);
    command.env("INSIGHTS_RUNNERS_LOCAL_PROGRAM", jobs_program());
    // Settings of the machine have no say.
    command.env("INSIGHTS_JOBS_CCX_ENABLED", "\"nonsense\"");
    ended(command.output().unwrap())
}

#[test]
fn what_was_blessed_comes_out_again_and_what_differs_is_told() {
    let university = University::new();
    fixture(&university);
    let unblessed = test(&university, &[]);
    assert_eq!(unblessed.code, Some(20), "{}", unblessed.stderr);
    assert!(unblessed.stderr.contains("keep it with --bless"), "{}", unblessed.stderr);

    let blessed = test(&university, &["--bless"]).ok().stdout;
    assert!(blessed.ends_with(" files are what is expected from now on\n"), "{blessed}");
    let daily = university.path("expected/course_enrollment_daily/dt=2026-03-09");
    assert!(fs::read_dir(&daily).unwrap().count() > 0);
    test(&university, &[]).ok();

    // Attempts fail on the way; the result is the same.
    let chaos = test(&university, &["--chaos", "7"]).ok();
    assert!(chaos.stderr.contains("attempt 0: "), "nothing went wrong: {}", chaos.stderr);

    let part = fs::read_dir(&daily).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let text = fs::read_to_string(&part).unwrap();
    fs::write(&part, text.replacen("2026-03-0", "2027-03-0", 1)).unwrap();
    fs::write(university.path("expected/gone"), "x").unwrap();
    let junit = university.path("junit.xml");
    let wrong = test(&university, &["--junit", junit.to_str().unwrap()]);
    assert_eq!(wrong.code, Some(41), "{}", wrong.stderr);
    assert!(wrong.stdout.contains(", line 1: expected \""), "{}", wrong.stdout);
    assert!(wrong.stdout.contains("gone was not made"), "{}", wrong.stdout);
    let xml = fs::read_to_string(junit).unwrap();
    assert!(
        xml.contains("failures=\"2\"") && xml.contains("name=\"course_enrollment_daily\""),
        "{xml}"
    );
}

#[test]
fn what_is_no_fixture_is_said_and_a_run_that_fails_keeps_its_code() {
    let university = University::new();
    let none = ended(
        university.plain_command(&["test", "enrollment", "--fixture", "nothing"]).output().unwrap(),
    );
    assert_eq!(none.code, Some(20), "{}", none.stderr);
    assert!(none.stderr.contains("it has no folder `logs`"), "{}", none.stderr);
    fs::write(university.path("run.yml"), "parms: {}\n").unwrap();
    let misspelt = test(&university, &[]);
    assert_eq!(misspelt.code, Some(3), "{}", misspelt.stderr);
    assert!(misspelt.stderr.contains("run.yml: unknown field `parms`"), "{}", misspelt.stderr);
    fs::write(university.path("run.yml"), "params: {interval: never}\n").unwrap();
    assert_eq!(test(&university, &["--bless"]).code, Some(3));
    assert!(!university.path("expected").exists());
}
