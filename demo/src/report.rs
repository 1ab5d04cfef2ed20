//! What was made: `expected.json`, against which a run of the pipeline can be checked end to end
//! (05 §3.9 rule 7), and the figures printed at the end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::clock::date_of_day;
use crate::courses::Course;
use crate::known::ACTIVITIES;
use crate::lms::{Faults, Rows};
use crate::places;
use crate::registration::Registration;
use crate::submission;
use crate::university::University;

/// Event types whose share of lines 05 §3.2 rule 7 names, with that share in per cent.
const MIX: [(&str, f64); 27] = [
    ("implicit save_user_state", 9.4),
    ("implicit unit frame", 6.7),
    ("implicit problem_get", 4.7),
    ("implicit api sequence", 4.0),
    ("implicit problem_check", 3.4),
    ("implicit goto_position", 3.4),
    ("implicit publish_completion", 3.4),
    ("implicit subsection page", 2.7),
    ("implicit transcript", 2.7),
    ("implicit course home", 2.0),
    ("implicit dashboard", 1.3),
    ("play_video", 5.4),
    ("pause_video", 4.7),
    ("load_video", 4.0),
    ("seek_video", 2.4),
    ("stop_video", 1.3),
    ("complete_video", 1.0),
    ("seq_next", 3.4),
    ("page_close", 3.4),
    ("edx.ui.lms.link_clicked", 2.0),
    ("seq_goto", 0.8),
    ("problem_check", 6.7),
    ("problem_graded", 3.4),
    ("edx.grades.problem.submitted", 3.4),
    ("edx.grades.subsection.grade_calculated", 3.4),
    ("edx.grades.course.grade_calculated", 2.7),
    ("edx.completion.block_completion.changed", 3.4),
];

/// Writes `expected.json`.
pub fn write_expected(
    path: &Path,
    university: &University,
    rows: &Rows,
    faults: &Faults,
) -> Result<()> {
    let counts = &university.counts;
    let plan = &university.plan;
    let courses: Vec<Value> = university
        .courses
        .iter()
        .map(|course| course_figures(university, course, faults))
        .collect();
    let wrong: Vec<Value> = faults
        .enrollments
        .iter()
        .map(|(user, course, what)| json!({"user_id": user, "course_id": course, "column": what}))
        .collect();
    let value = json!({
        "seed": plan.seed,
        "first_day": date_of_day(plan.first).to_string(),
        "last_day": date_of_day(plan.last).to_string(),
        "lines": counts.lines,
        "bytes": counts.bytes,
        "events": counts.events,
        "events_by_day": days(university),
        "planted_faults": counts.faults,
        "odd_events": counts.odd,
        "rows": rows.counts().collect::<BTreeMap<_, _>>(),
        "users_without_account": faults.no_account,
        "users_without_profile": faults.no_profile,
        "enrollment_rows_that_disagree": wrong,
        "courses": courses,
    });
    let text = serde_json::to_string_pretty(&value).context("cannot print the expected figures")?;
    fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}

/// Figures of a course as its events say them, without the rows that disagree on purpose.
fn course_figures(university: &University, course: &Course, faults: &Faults) -> Value {
    let mut modes: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut ever, mut passed) = (0, 0);
    let enrolled = registrations(university, course).filter(|r| r.created.is_some());
    for registration in enrolled {
        ever += 1;
        passed += u64::from(registration.grade.is_some_and(|grade| grade.passed.is_some()));
        if registration.active {
            *modes.entry(registration.mode).or_default() += 1;
        }
    }
    json!({
        "course_id": course.id,
        "enrolled_by_mode": modes,
        "ever_enrolled": ever,
        "ever_passed": passed,
        "activity_by_week": activity(university, course),
        "learners_by_country": countries(university, course, faults),
        "engagement": acts(university, course),
        "viewers_by_video": viewers(university, course),
        "plays_by_video": plays(university, course),
        "first_tries_by_answer": first_tries(university, course),
        "last_answers": last_answers(university, course),
    })
}

/// Events of the rotated logs by day; those of clocks that are years off stand under their own days.
fn days(university: &University) -> BTreeMap<String, u64> {
    let days = university.counts.days.iter();
    days.map(|(day, count)| (date_of_day(*day).to_string(), *count)).collect()
}

/// Learners of each week, by kind of activity; weeks without any are left out.
fn activity(university: &University, course: &Course) -> Vec<Value> {
    let of_week = |week: u32| {
        let learners = |kind| university.counts.weekly.get(&(course.index, week, kind)).copied();
        learners(0)?;
        let mut row = Map::new();
        row.insert("week".to_owned(), date_of_day(university.plan.monday(week)).to_string().into());
        for (kind, name) in ACTIVITIES.iter().enumerate() {
            row.insert((*name).to_owned(), learners(kind).unwrap_or_default().into());
        }
        Some(Value::Object(row))
    };
    (0..64).filter_map(of_week).collect()
}

/// Learners whose row says that they are enrolled, by the country of their last address: `UNKNOWN`
/// where no range holds it, `none` of learners who never had one.
fn countries(
    university: &University,
    course: &Course,
    faults: &Faults,
) -> BTreeMap<&'static str, u64> {
    let mut learners = BTreeMap::new();
    for learner in &university.people {
        let id = learner.person.id;
        let own = learner.registrations.iter().filter(|r| r.course == course.index);
        for registration in own.filter(|registration| registration.created.is_some()) {
            let is_wrong = faults.enrollments.iter().any(|(user, course_id, what)| {
                (*user, course_id, *what) == (id, &course.id, "is_active")
            });
            if registration.active == is_wrong {
                continue;
            }
            let country = match university.counts.addresses.of(id) {
                Some(address) => places::country_of(address).map_or("UNKNOWN", |c| c.code),
                None => "none",
            };
            *learners.entry(country).or_default() += 1;
        }
    }
    learners
}

fn acts(university: &University, course: &Course) -> BTreeMap<&'static str, u64> {
    let own = university.counts.acts.iter().filter(|((number, _), _)| *number == course.index);
    own.map(|((_, act), count)| (*act, *count)).collect()
}

/// Who is or was to be in a course.
fn registrations<'u>(
    university: &'u University,
    course: &'u Course,
) -> impl Iterator<Item = &'u Registration> {
    let all = university.people.iter().flat_map(|learner| &learner.registrations);
    all.filter(|registration| registration.course == course.index)
}

/// Learners who saw the first five seconds of each video.
fn viewers(university: &University, course: &Course) -> BTreeMap<String, u64> {
    let mut viewers = BTreeMap::new();
    for registration in registrations(university, course) {
        for (number, viewing) in &registration.seen.viewings {
            let element = &course.outline.videos[*number].block.element;
            *viewers.entry(element.clone()).or_default() += u64::from(viewing.started);
        }
    }
    viewers
}

/// The last answer of each learner to each question: how many are right, of how many, and of what
/// type the question is.
fn last_answers(university: &University, course: &Course) -> BTreeMap<String, Value> {
    let mut answers: BTreeMap<(usize, usize), (u64, u64)> = BTreeMap::new();
    for (number, choices) in registrations(university, course).flat_map(|r| &r.seen.answers) {
        let right = submission::right_parts(&course.outline.problems[*number], choices);
        for (part, right) in right.into_iter().enumerate() {
            let held = answers.entry((*number, part)).or_default();
            held.0 += u64::from(right);
            held.1 += 1;
        }
    }
    let row = |((number, part), (right, all)): ((usize, usize), (u64, u64))| {
        let problem = &course.outline.problems[number];
        let kind = problem.parts[part].response;
        (problem.answer_id(part), json!({"type": kind, "right": right, "all": all}))
    };
    answers.into_iter().map(row).collect()
}

fn plays(university: &University, course: &Course) -> BTreeMap<String, u64> {
    let own = university.counts.plays.iter().filter(|((number, _), _)| *number == course.index);
    own.map(|((_, video), count)| (course.outline.videos[*video].block.element.clone(), *count))
        .collect()
}

fn first_tries(university: &University, course: &Course) -> BTreeMap<String, Value> {
    let own =
        university.counts.first_tries.iter().filter(|((number, _, _), _)| *number == course.index);
    own.map(|((_, problem, part), (right, all))| {
        (course.outline.problems[*problem].answer_id(*part), json!({"right": right, "all": all}))
    })
    .collect()
}

/// Prints the figures of a run: sizes, and the mix of event types beside that of 05 §3.2.
pub fn print(university: &University, rows: &Rows) {
    let counts = &university.counts;
    let plan = &university.plan;
    println!(
        "{} to {}: {} learners in {} courses",
        date_of_day(plan.first),
        date_of_day(plan.last),
        plan.learners,
        plan.courses
    );
    println!(
        "{} lines, {} bytes of text, {} bytes in files",
        counts.lines, counts.bytes, university.stored
    );
    println!("\nper cent of lines, made and wanted:");
    for (kind, wanted) in MIX {
        println!("  {kind:<42} {:5.1} {wanted:5.1}", share(university, kind));
    }
    println!("\nother events:");
    for (kind, count) in
        counts.events.iter().filter(|(kind, _)| MIX.iter().all(|(known, _)| known != *kind))
    {
        println!("  {kind:<60} {count}");
    }
    println!("\nplanted faults: {:?}", counts.faults);
    println!("odd events: {:?}", counts.odd);
    println!("rows: {:?}", rows.counts().collect::<BTreeMap<_, _>>());
}

fn share(university: &University, kind: &str) -> f64 {
    let count = university.counts.events.get(kind).copied().unwrap_or_default();
    count as f64 * 100.0 / university.counts.lines.max(1) as f64
}
