//! The behaviour that the jobs promise, as data: input lines and expected rows, a folder a job.
//!
//! The data stand outside the repository (`INSIGHTS_CONFORMANCE`, else `../shared/conformance`). An
//! adapter turns a case into calls of the code that the engines run, and holds no rule of a job.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod activity;
mod calendar;
mod case;
mod catalog;
mod course_key;
mod engagement;
mod enrollment;
mod enrollment_validation;
mod eventlog;
mod events;
mod export;
mod geography;
mod monitor;
mod path_selection;
mod performance;
mod records;
mod student_engagement;
mod studentmodule;
mod video;
mod weekly_interval;

use case::{check, folder};
use std::collections::BTreeMap;

#[test]
fn shared_rules() {
    check("eventlog", eventlog::run);
    check("course-key", course_key::run);
    check("path-selection", path_selection::run);
    check("weekly-interval", weekly_interval::run);
    check("records", records::run);
}

#[test]
fn example_events() {
    events::check();
}

#[test]
fn calendar_table() {
    check("calendar", calendar::run);
}

#[test]
fn activity_family() {
    check("user-activity", activity::user_activity);
    check("course-activity", activity::course_activity);
}

#[test]
fn enrollment_family() {
    check("course-enrollment-events", enrollment::events);
    check("course-enrollment", enrollment::daily_state);
    check("course-enrollment-summary", enrollment::summary);
    for breakdown in ["", "-gender", "-birth-year", "-education-level", "-mode"] {
        check(&format!("course-enrollment{breakdown}-daily"), enrollment::breakdown);
    }
}

#[test]
fn geography_family() {
    check("last-ip-of-user", geography::addresses);
    check("last-country-of-user", geography::countries);
    check("course-enrollment-location-current", geography::learners);
}

#[test]
fn course_summary_family() {
    check("course-meta-summary-enrollment", catalog::run);
}

#[test]
fn video_family() {
    check("video", video::run);
}

#[test]
fn monitor_family() {
    check("total-events", monitor::total_events);
    check("total-events-report", monitor::report);
}

#[test]
fn student_engagement_family() {
    check("student-engagement", student_engagement::rows);
    check("student-engagement-csv", student_engagement::reports);
}

#[test]
fn studentmodule_family() {
    check("studentmodule-distribution", studentmodule::distribution);
    check("courseware-studentmodule-export", studentmodule::export);
}

#[test]
fn engagement_family() {
    check("module-engagement", engagement::counts);
    check("module-engagement-summary", engagement::summary);
    check("module-engagement-metric-ranges", engagement::metric_ranges);
    check("module-engagement-user-segments", engagement::user_segments);
    check("module-engagement-roster", engagement::roster);
    check("module-engagement-roster-index", engagement::roster_index);
}

#[test]
fn course_outline_family() {
    check("course-list", catalog::course_list);
    check("course-blocks", catalog::course_blocks);
}

#[test]
fn performance_family() {
    check("answer-distribution", performance::answer_distribution);
    check("tags-distribution", performance::tags_distribution);
    check("problem-response", performance::problem_response);
}

#[test]
fn monitoring_family() {
    check("enrollment-validation", enrollment_validation::run);
}

#[test]
fn export_family() {
    check("event-export", export::by_organization);
    check("event-export-by-course", export::by_course);
}

/// Every folder on disk is claimed by a test program or listed as not claimed yet.
#[test]
fn every_folder_is_accounted_for() {
    let Some(root) = case::root() else { return case::skipped("the list of folders") };
    let list = include_str!("../../../ci/conformance.txt");
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let listed: BTreeMap<_, _> = lines.map(|line| line.split_once('\t').expect(line)).collect();
    let on_disk = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap());
    let on_disk: Vec<_> = on_disk.map(|entry| entry.file_name().into_string().unwrap()).collect();
    for name in &on_disk {
        assert!(listed.contains_key(name.as_str()), "{name} is in no line of ci/conformance.txt");
    }
    for (name, claim) in &listed {
        assert!(on_disk.iter().any(|n| n == name), "{name} is listed and has no folder");
        if *claim == "not yet" {
            println!("conformance {name}: not claimed yet");
        }
        let here = folder(name).is_some();
        assert!(here, "{name} cannot be read");
    }
}
