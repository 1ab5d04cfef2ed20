//! Who is enrolled at the end of a few days: those who enrolled before them, too.
#![allow(dead_code, clippy::unwrap_used)]

mod everywhere;

use everywhere::{INTERVAL as ALL_DAYS, University};
use std::collections::BTreeMap;
use std::process::Command;

const FEW_DAYS: &str = "2026-03-07-2026-03-09";
const REPORTS: &[&str] = &["student-engagement"];

fn printed(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The rows of two days, by course and day, in a table of reports.
fn rows(university: &University, warehouse: &str, table: &str) -> Vec<String> {
    let made = university.made(warehouse);
    let texts = made.iter().filter(|(name, _)| name.starts_with(&format!("{table}/")));
    let mut rows: Vec<_> =
        texts.flat_map(|(_, text)| text.lines()).filter(|row| *row >= "2026-03-07").collect();
    rows.sort_unstable();
    rows.into_iter().map(str::to_owned).collect()
}

#[test]
fn reports_of_a_few_days_are_those_of_all_days() {
    let university = University::new("");
    printed(university.dated("all", REPORTS));
    printed(university.verb_over("run", FEW_DAYS, "few", REPORTS));
    let expected = rows(&university, "all", "student_engagement_joined_daily");
    let learners: BTreeMap<_, u32> = expected.iter().fold(BTreeMap::new(), |mut days, row| {
        *days.entry(row.split('\t').next().unwrap()).or_default() += 1;
        days
    });
    assert_eq!(learners.len(), 2, "{learners:?}");
    let found = rows(&university, "few", "student_engagement_joined_daily");
    assert!(found == expected, "{} rows, not {}", found.len(), expected.len());

    let again = printed(university.verb_over("run", FEW_DAYS, "few", REPORTS));
    assert!(again.starts_with("0 steps made"), "{again}");
    let all_days =
        printed(university.verb_over("plan", ALL_DAYS, "few", &["course-enrollment-daily"]));
    assert!(all_days.contains("COMPLETE\tcourse-enrollment-spans\t"), "{all_days}");
}

#[test]
fn whoever_asks_for_enrollments_of_a_few_days_gets_them() {
    let university = University::new("");
    printed(university.dated("w", &["course-enrollment-events"]));
    let plan = printed(university.verb_over("plan", FEW_DAYS, "w", REPORTS));
    assert!(plan.contains("\tcourse-enrollment-spans for student-engagement-csv\t"), "{plan}");
    assert!(!plan.contains("\tcourse-enrollment-spans\t"), "{plan}");

    let both = &["course-enrollment-daily", "student-engagement"];
    let plan = printed(university.verb_over("plan", FEW_DAYS, "w", both));
    assert!(plan.contains("\tcourse-enrollment-spans\t"), "{plan}");
    assert!(!plan.contains("spans for"), "{plan}");
    printed(university.verb_over("run", FEW_DAYS, "w", both));
    let again = printed(university.verb_over("run", FEW_DAYS, "w", both));
    assert!(again.starts_with("0 steps made"), "{again}");
}
