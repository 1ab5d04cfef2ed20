//! The behaviour that the jobs promise, as data: input lines and expected rows, a folder a job.
//!
//! The data stand outside the repository (`INSIGHTS_CONFORMANCE`, else `../shared/conformance`). An
//! adapter turns a case into calls of the code that the engines run, and holds no rule of a job.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calendar;
mod case;
mod catalog;
mod course_key;
mod enrollment;
mod enrollment_validation;
mod eventlog;
mod events;
mod export;
mod path_selection;
mod records;
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
fn enrollment_family() {
    check("course-enrollment-events", enrollment::events);
    check("course-enrollment", enrollment::daily_state);
    check("course-enrollment-summary", enrollment::summary);
    for breakdown in ["", "-gender", "-birth-year", "-education-level", "-mode"] {
        check(&format!("course-enrollment{breakdown}-daily"), enrollment::breakdown);
    }
}

#[test]
fn course_summary_family() {
    check("course-meta-summary-enrollment", catalog::run);
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
