//! What `insights prune` cuts, what it keeps, and what runs make of it afterwards.
#![allow(clippy::unwrap_used)]

mod university;

use std::fs;
use university::{Ended, University, day_lines, ended};

fn prune(university: &University, arguments: &[&str]) -> Ended {
    let arguments = [&["prune"], arguments].concat();
    ended(university.command("w", &arguments).output().unwrap())
}

/// A run of enrollment from some day on.
fn run_from(university: &University, day: u32, arguments: &[&str]) -> Ended {
    let interval = format!("2026-03-0{day}-2026-03-09");
    let logs = university.path("logs").display().to_string();
    let fixed = ["run", "enrollment", "--source", &logs, "--interval", &interval];
    let dates = ["--param", "date=2026-03-09", "--param", "import_date=2026-03-09"];
    let arguments = [&fixed[..], &dates[..], arguments].concat();
    ended(university.command("w", &arguments).output().unwrap())
}

/// The days of enrollment events that stand in the warehouse.
fn days(university: &University) -> Vec<String> {
    let folder = fs::read_dir(university.path("w/course_enrollment_events")).unwrap();
    let mut days: Vec<_> =
        folder.map(|day| day.unwrap().file_name().into_string().unwrap()).collect();
    days.sort();
    days
}

#[test]
fn what_a_whole_history_needs_is_kept() {
    let university = University::new();
    university.run("w", &[]).ok();
    let before = days(&university);
    let said = prune(&university, &["--before", "2026-03-04", "--yes"]).ok().stdout;
    let kept =
        "course_enrollment_events       3 days kept, since course-enrollment-spans would need";
    let kept: Vec<_> = kept.split_whitespace().collect();
    let line = said.lines().find(|line| line.starts_with("course_enrollment_events")).unwrap();
    assert!(line.split_whitespace().collect::<Vec<_>>().starts_with(&kept), "{said}");
    assert_eq!(days(&university), before);
    let named = ["course_enrollment_events", "--before", "2026-03-04", "--yes"];
    let refused = prune(&university, &named);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("course-enrollment-spans would need days of it (--force"));
    university.run("w", &[]).ok();
}

/// A history that begins later by the settings does not need what was before.
#[test]
fn days_before_the_history_of_the_settings_are_cut() {
    let university = University::new();
    university.run("w", &[]).ok();
    fs::write(university.path("insights.yml"), "jobs: {interval_start: 2026-03-04}\n").unwrap();
    let named = ["course_enrollment_events", "--before", "2026-03-04", "--yes"];
    let said = prune(&university, &named).ok().stdout;
    assert!(said.contains("to be cut: 3 partitions, ") && said.ends_with("cut\n"), "{said}");
    assert_eq!(days(&university)[0], "dt=2026-03-04");
    let logs = university.path("logs").display().to_string();
    let mut run = university.command("w", &["run", "course-enrollment-daily", "--source", &logs]);
    ended(run.output().unwrap()).ok();
}

#[test]
fn cut_days_are_missed_and_come_back_when_asked_for() {
    let university = University::new();
    university.run("w", &[]).ok();
    let cut = ["course_enrollment_events", "--before", "2026-03-04", "--force"];
    let unsaid = prune(&university, &cut);
    assert_eq!(unsaid.code, Some(2), "{}", unsaid.stderr);
    assert!(unsaid.stderr.contains("say --yes"), "{}", unsaid.stderr);
    assert_eq!(days(&university).len(), 7, "nothing was cut");
    let shown = unsaid.stdout.lines().next().unwrap();
    let shown: Vec<_> = shown.split_whitespace().collect();
    assert_eq!(shown[..5], ["course_enrollment_events", "3", "2026-03-01", "to", "2026-03-03"]);
    prune(&university, &[&cut[..], &["--yes"]].concat()).ok();
    assert_eq!(days(&university).len(), 4);

    let missed = run_from(&university, 1, &[]);
    assert_eq!(missed.code, Some(20), "{}", missed.stderr);
    let says = "course-enrollment-spans needs days of course_enrollment_events that `insights prune` has \
                cut: 2026-03-01 to 2026-03-03.";
    assert!(missed.stderr.contains(says), "{}", missed.stderr);
    assert!(missed.stderr.contains("scan: 0 files to read"), "no log is read again");
    // The history begins where it began, though its first days are gone.
    let mut usual = university.command("w", &["run", "course-enrollment-daily"]);
    let usual = ended(usual.output().unwrap());
    assert!(usual.code == Some(20) && usual.stderr.contains(says), "{}", usual.stderr);
    run_from(&university, 4, &[]).ok();

    // A late file speaks of a day that was cut, and of one that was not.
    let late = [day_lines(2), day_lines(5)].concat();
    university.write_log("lms-0/tracking.log-20260305-9.gz", &late);
    let run = run_from(&university, 4, &[]).ok();
    let says = "late facts of course_enrollment_events/2026-03-02 are left out";
    assert!(run.stderr.contains(says), "{}", run.stderr);
    assert_eq!(days(&university)[0], "dt=2026-03-04");
    let why = university.command("w", &["why", "course_enrollment_events"]).output().unwrap();
    let why = ended(why).ok().stdout;
    assert!(why.contains("course_enrollment_events/2026-03-02: cut by run "), "{why}");

    run_from(&university, 1, &["--force", "course-enrollment-events"]).ok();
    university.run("once", &[]).ok();
    assert_eq!(university.parts("w"), university.parts("once"));
    let again = run_from(&university, 1, &[]).ok();
    assert!(again.stdout.starts_with("0 steps made"), "{}", again.stdout);
}

/// A file that was replaced rebuilds its days, but for those that were cut.
#[test]
fn a_replaced_file_brings_no_cut_day_back() {
    let university = University::new();
    university.run("w", &[]).ok();
    let cut = ["course_enrollment_events", "--before", "2026-03-04", "--force", "--yes"];
    prune(&university, &cut).ok();
    university.write_log(&university::log_name(2), &day_lines(2)[..20]);
    run_from(&university, 4, &[]).ok();
    assert_eq!(days(&university)[0], "dt=2026-03-04");
}

#[test]
fn a_prune_that_was_killed_is_finished_by_the_next_run() {
    let university = University::new();
    university.run("w", &[]).ok();
    let cut = ["course_enrollment_events", "--before", "2026-03-04", "--force", "--yes"];
    let mut command = university.command("w", &[&["prune"], &cut[..]].concat());
    command.env("INSIGHTS_FAULT", "move:2");
    assert_eq!(ended(command.output().unwrap()).code, None);
    assert_eq!(days(&university).len(), 6);
    run_from(&university, 4, &[]).ok();
    assert_eq!(days(&university)[0], "dt=2026-03-04");
    assert!(prune(&university, &cut).ok().stdout.starts_with("nothing to cut"));
}

#[test]
fn an_import_that_was_cut_is_not_made_of_todays_lms() {
    let university = University::new();
    university.run("w", &[]).ok();
    let tables = ["auth_userprofile", "grades_persistentcoursegrade"];
    prune(&university, &[&tables[..], &["--before", "2026-03-10", "--yes"]].concat()).ok();
    for table in tables {
        for folder in [format!("w/{table}"), format!("w/_rows/{table}")] {
            assert!(!university.path(&folder).join("dt=2026-03-09").exists(), "{folder}");
        }
    }
    let missed = run_from(&university, 1, &[]);
    assert_eq!(missed.code, Some(20), "{}", missed.stderr);
    let says = "auth_userprofile/dt=2026-03-09 was cut by `insights prune`";
    assert!(missed.stderr.contains(says), "{}", missed.stderr);
    let import = [&["import"], &tables[..], &["--date", "2026-03-09"]].concat();
    ended(university.command("w", &import).output().unwrap()).ok();
    run_from(&university, 1, &[]).ok();
}

#[test]
fn only_what_can_be_cut_is_taken() {
    let university = University::new();
    university.run("w", &[]).ok();
    for (arguments, says) in [
        (["course_enrollment_daily", "--before", "2026-03-04"], "warehouse.keep_partitions"),
        (["auth_userprofiles", "--before", "2026-03-04"], "did you mean `auth_userprofile`?"),
        (["auth_user", "--before", "soon"], "--before: `soon` is no date"),
    ] {
        let refused = prune(&university, &arguments);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
}
