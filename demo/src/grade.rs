//! Grades: the chain of events behind a submission, and the policy (05 §2.12, §3.9 rule 4).

use crate::clock::{self, Micros};
use crate::courses::Course;
use crate::outline::{Format, Sequence};
use crate::registration::{Grade, Registration};
use crate::session::Session;

const CHECK: &str = "xmodule_handler/problem_check";
const SUBMITTED: &str = "edx.grades.problem.submitted";
const WEIGHTS: [(Format, f64); 3] =
    [(Format::Homework, 0.5), (Format::Midterm, 0.2), (Format::Final, 0.3)];

/// Points earned and possible in a subsection; problems taken out of the course do not count.
fn points(course: &Course, registration: &Registration, sequence: &Sequence) -> (f64, f64) {
    let units = &course.outline.units[sequence.units.clone()];
    let mut sum = (0.0, 0.0);
    for number in units.iter().flat_map(|unit| unit.problems.clone()) {
        let problem = &course.outline.problems[number];
        if problem.removed.is_none() {
            sum.0 += registration.problems.get(&number).map_or(0.0, |tried| tried.earned);
            sum.1 += problem.parts.len() as f64;
        }
    }
    sum
}

/// The grade in hundredths: the mean of each kind of assignment, by weight; of homework the
/// lowest is dropped.
pub fn percent(course: &Course, registration: &Registration) -> u32 {
    let mut total = 0.0;
    for (format, weight) in WEIGHTS {
        let mut scores: Vec<f64> = course
            .outline
            .sequences
            .iter()
            .filter(|sequence| {
                sequence.format == format && !course.outline.chapters[sequence.chapter].hidden
            })
            .map(|sequence| points(course, registration, sequence))
            .filter(|(_, possible)| *possible > 0.0)
            .map(|(earned, possible)| earned / possible)
            .collect();
        scores.sort_by(f64::total_cmp);
        let dropped = usize::from(format == Format::Homework && scores.len() > 1);
        let counted = &scores[dropped..];
        total += weight * counted.iter().sum::<f64>() / counted.len().max(1) as f64;
    }
    (total * 100.0 + 0.5).floor() as u32
}

/// `letter_grade`.
pub fn letter(course: &Course, percent: u32) -> &'static str {
    if passes(course, percent) { "Pass" } else { "" }
}

/// Whether a grade passes.
pub fn passes(course: &Course, percent: u32) -> bool {
    f64::from(percent) >= course.pass_mark * 100.0
}

/// Whether the learner passes by a hair, and may fall back.
pub fn just_passed(visit: &Session) -> bool {
    let percent = visit.registration.grade.map_or(0, |grade| grade.percent);
    passes(visit.course, percent) && !passes(visit.course, percent.saturating_sub(2))
}

/// The events behind a checked problem: its points at once, subsection and course later.
pub fn submitted(visit: &mut Session, number: usize) {
    let transaction = visit.rng.uuid();
    let course = visit.course;
    let problem = &course.outline.problems[number];
    let sequence = &course.outline.sequences[problem.sequence];
    let user = visit.person.id.to_string();
    let earned = visit.registration.problems.get(&number).map_or(0.0, |tried| tried.earned);
    visit.block(SUBMITTED, &problem.block, CHECK, None, |event| {
        event
            .text("user_id", &user)
            .text("course_id", &course.id)
            .text("problem_id", &problem.block.key);
        event.text("event_transaction_id", &transaction).text("event_transaction_type", SUBMITTED);
        event
            .number("weighted_earned", earned)
            .int("weighted_possible", problem.parts.len() as i64);
    });
    let delay = visit.rng.uniform(1.0, 4.0);
    visit.later(delay, |visit| subsection(visit, number, sequence, &transaction));
    if sequence.format != Format::Practice && problem.removed.is_none() {
        visit.later(delay + 0.4, |visit| course_grade(visit, number, &transaction));
    }
}

fn subsection(visit: &mut Session, number: usize, sequence: &Sequence, transaction: &str) {
    let course = visit.course;
    let (earned, possible) = points(course, visit.registration, sequence);
    let graded = sequence.format != Format::Practice;
    let first = first_attempt(visit.registration, course, sequence);
    let user = visit.person.id.to_string();
    visit.block(
        "edx.grades.subsection.grade_calculated",
        &course.outline.problems[number].block,
        CHECK,
        None,
        |event| {
            event
                .text("user_id", &user)
                .text("course_id", &course.id)
                .text("block_id", &sequence.block.key);
            event.text("course_version", &course.version);
            event.float("weighted_total_earned", earned).float("weighted_total_possible", possible);
            event.float("weighted_graded_earned", if graded { earned } else { 0.0 });
            event.float("weighted_graded_possible", if graded { possible } else { 0.0 });
            match first {
                Some(first) => event.text("first_attempted", &clock::spaced(first)),
                None => event.null("first_attempted"),
            };
            event.text("subtree_edited_timestamp", &clock::spaced(course.edited()));
            event
                .text("event_transaction_id", transaction)
                .text("event_transaction_type", SUBMITTED);
            event.text("visible_blocks_hash", &sequence.blocks_hash);
        },
    );
}

fn first_attempt(
    registration: &Registration,
    course: &Course,
    sequence: &Sequence,
) -> Option<Micros> {
    let units = &course.outline.units[sequence.units.clone()];
    let numbers = units.iter().flat_map(|unit| unit.problems.clone());
    numbers.filter_map(|number| registration.problems.get(&number)?.first).min()
}

fn course_grade(visit: &mut Session, number: usize, transaction: &str) {
    let course = visit.course;
    let percent = percent(course, visit.registration);
    let passed_before = visit.registration.grade.is_some_and(|grade| passes(course, grade.percent));
    let block = &course.outline.problems[number].block;
    let user = visit.person.id.to_string();
    visit.block("edx.grades.course.grade_calculated", block, CHECK, None, |event| {
        event
            .text("user_id", &user)
            .text("course_id", &course.id)
            .text("course_version", &course.version);
        event
            .float("percent_grade", f64::from(percent) / 100.0)
            .text("letter_grade", letter(course, percent));
        event.text("course_edited_timestamp", &clock::spaced(course.edited()));
        event.text("event_transaction_id", transaction).text("event_transaction_type", SUBMITTED);
        event.text("grading_policy_hash", &course.policy_hash);
    });
    let now = visit.instant();
    let passing = passes(course, percent);
    remember(visit, percent, passing.then_some(now));
    if passing != passed_before {
        turning_point(visit, number, passing, transaction);
    }
}

/// Stores the grade; the first passing time is kept when the grade falls again.
fn remember(visit: &mut Session, percent: u32, passed: Option<Micros>) {
    let now = visit.instant();
    let grade = visit.registration.grade.get_or_insert(Grade {
        percent,
        passed: None,
        created: now,
        modified: now,
    });
    grade.percent = percent;
    grade.modified = now;
    grade.passed = grade.passed.or(passed);
    let seen = &mut visit.registration.seen;
    seen.percent = Some(percent);
    seen.passed = seen.passed.or(passed);
}

fn turning_point(visit: &mut Session, number: usize, passing: bool, transaction: &str) {
    let first = passing
        && visit.registration.grade.is_some_and(|grade| grade.passed == Some(visit.instant()));
    if first {
        outcome(visit, number, "edx.course.grade.passed.first_time", transaction);
    }
    outcome(
        visit,
        number,
        if passing { "edx.course.grade.now_passed" } else { "edx.course.grade.now_failed" },
        transaction,
    );
}

fn outcome(visit: &mut Session, number: usize, kind: &'static str, transaction: &str) {
    let course = visit.course;
    let user = visit.person.id.to_string();
    visit.block(kind, &course.outline.problems[number].block, CHECK, None, |event| {
        event.text("user_id", &user).text("course_id", &course.id);
        event.text("event_transaction_id", transaction).text("event_transaction_type", SUBMITTED);
    });
}
