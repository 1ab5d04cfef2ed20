//! Working on problems: trying, hinting, saving, giving up (05 §2.2, §2.3, §3.5).

use crate::clock::{DAY, Micros, seconds};
use crate::grade;
use crate::known;
use crate::line::Payload;
use crate::outline::{Format, Problem};
use crate::registration::Tried;
use crate::schedule;
use crate::session::Session;
use crate::submission::{self, Choices};

const CHECK: &str = "xmodule_handler/problem_check";

/// Shows a problem; the LMS remembers it from then on.
pub fn show(visit: &mut Session, number: usize) {
    let problem = &visit.course.outline.problems[number];
    visit.request(
        "implicit problem_get",
        &format!("{}xmodule_handler/problem_get", problem.block.handler),
    );
    let seed = if problem.randomized { visit.rng.between(1, 999) } else { 1 };
    let now = visit.instant();
    visit.registration.problems.entry(number).or_insert_with(|| Tried {
        seed,
        attempts: 0,
        answers: Vec::new(),
        created: now,
        modified: now,
        first: None,
        earned: 0.0,
        solved: false,
    });
}

/// Whether a problem is in the course at an instant.
pub fn present(visit: &Session, number: usize) -> bool {
    visit.course.outline.problems[number].removed.is_none_or(|removed| visit.now < removed)
}

/// The instant after which a graded problem takes no more answers.
fn due(visit: &Session, problem: &Problem) -> Option<Micros> {
    let sequence = &visit.course.outline.sequences[problem.sequence];
    let paced = visit.course.paced(crate::clock::day_of(visit.now));
    (paced && sequence.format != Format::Practice).then(|| {
        schedule::deadline_after(
            (visit.course.window.start + 7 * (sequence.chapter as i64 + 3)) * DAY,
        )
    })
}

/// Tries a problem until it is right, given up or the visit ends.
pub fn work(visit: &mut Session, number: usize) {
    let problem = &visit.course.outline.problems[number];
    let mut patience = 0;
    visit.stay(80.0);
    while patience < 8 && open_to_attempts(visit, number) {
        let median = if patience == 0 { 40.0 } else { 25.0 };
        let pause = visit.rng.lognormal(median, 0.7) * problem.parts.len() as f64;
        if !visit.wait(pause) {
            return;
        }
        if due(visit, problem).is_some_and(|due| visit.now > due) {
            return refused(visit, number);
        }
        prepare(visit, number);
        let choices = answer(visit, number);
        let solved = submit(visit, number, &choices);
        patience += 1;
        if !goes_on(visit, number, solved) {
            return;
        }
    }
}

fn open_to_attempts(visit: &Session, number: usize) -> bool {
    let tried = visit.registration.problems.get(&number).map_or(0, |tried| tried.attempts);
    visit.course.outline.problems[number].attempts.is_none_or(|allowed| tried < allowed)
}

/// What may come before an answer: a hint, a save, a reset.
fn prepare(visit: &mut Session, number: usize) {
    let problem = &visit.course.outline.problems[number];
    if problem.hint && visit.rng.chance(0.25) {
        hint(visit, problem);
    }
    if visit.rng.chance(0.04) {
        save(visit, number);
    }
    if visit.rng.chance(0.02) {
        reset(visit, number);
    }
}

fn hint(visit: &mut Session, problem: &Problem) {
    let path = format!("{}xmodule_handler/hint_button", problem.block.handler);
    visit.implicit("implicit problem other", &path, "{}", r#"{"hint_index": ["0"]}"#);
    visit.block(
        "edx.problem.hint.demandhint_displayed",
        &problem.block,
        "xmodule_handler/hint_button",
        Some("{}"),
        |event| {
            event.int("hint_index", 0).text("module_id", &problem.block.key);
            event.text("hint_text", "Think of where oxygen is used.").int("hint_len", 2);
        },
    );
}

fn tried(visit: &Session, number: usize) -> Option<Tried> {
    visit.registration.problems.get(&number).cloned()
}

/// Saving without checking; the stored answers stay those of the last check.
fn save(visit: &mut Session, number: usize) {
    let problem = &visit.course.outline.problems[number];
    let Some(before) = tried(visit, number) else { return };
    let choices = draw(visit, problem, 0.5);
    visit.browser_form("problem_save", Payload::Text(&submission::form_text(problem, &choices)));
    let post = submission::post_object(problem, &choices);
    visit.implicit(
        "implicit problem other",
        &format!("{}xmodule_handler/problem_save", problem.block.handler),
        "{}",
        &post,
    );
    visit.block(
        "save_problem_success",
        &problem.block,
        "xmodule_handler/problem_save",
        Some(problem.asides),
        |event| {
            event.with("state", |out| submission::push_state(out, problem, &before));
            event.text("problem_id", &problem.block.key);
            event.with("answers", |out| submission::push_answers(out, problem, &choices));
        },
    );
}

/// A new seed for a randomised problem; attempts go on counting.
fn reset(visit: &mut Session, number: usize) {
    let problem = &visit.course.outline.problems[number];
    let Some(before) = tried(visit, number) else { return };
    if before.attempts == 0 {
        return;
    }
    visit.browser_form(
        "problem_reset",
        Payload::Text(&submission::form_text(problem, &before.answers)),
    );
    visit.request(
        "implicit problem other",
        &format!("{}xmodule_handler/problem_reset", problem.block.handler),
    );
    let seed = if problem.randomized { visit.rng.between(1, 999) } else { before.seed };
    visit.block(
        "reset_problem",
        &problem.block,
        "xmodule_handler/problem_reset",
        Some(problem.asides),
        |event| {
            event.with("old_state", |out| submission::push_state(out, problem, &before));
            event.text("problem_id", &problem.block.key);
            event.object("new_state", |state| {
                state
                    .int("seed", seed)
                    .raw("student_answers", "{}")
                    .raw("correct_map", "{}")
                    .bool("done", false);
            });
        },
    );
    if let Some(tried) = visit.registration.problems.get_mut(&number) {
        tried.seed = seed;
    }
}

fn draw(visit: &mut Session, problem: &Problem, ease: f64) -> Vec<usize> {
    problem.parts.iter().map(|part| part.give(ease, visit.rng)).collect()
}

/// Parts that are right stay, the others are answered by skill, better at each try. Who repeats a
/// solved problem plays with it: any part may get worse.
fn answer(visit: &mut Session, number: usize) -> Vec<usize> {
    let problem = &visit.course.outline.problems[number];
    let ability = visit.person.ability
        + if visit.registration.aim == crate::registration::Aim::Certified { 0.9 } else { 0.0 };
    let before = tried(visit, number).filter(|tried| tried.attempts > 0);
    let right = before.as_ref().map(|tried| submission::right_parts(problem, &tried.answers));
    let tries = before.as_ref().map_or(0, |tried| tried.attempts);
    let mut choices = Vec::with_capacity(problem.parts.len());
    for (index, part) in problem.parts.iter().enumerate() {
        let kept = before
            .as_ref()
            .filter(|tried| !tried.solved && right.as_ref().is_some_and(|right| right[index]));
        choices.push(match kept {
            Some(tried) => tried.answers[index],
            None => part.give(chance_of_right(part.ease, ability, tries), visit.rng),
        });
    }
    choices
}

fn chance_of_right(ease: f64, ability: f64, tries: u32) -> f64 {
    let odds = (ease / (1.0 - ease)).ln() + ability;
    let first = 1.0 / (1.0 + (-odds).exp());
    (0..tries.min(6)).fold(first, |p, _| p + 0.12 * (1.0 - p))
}

/// The chain of one submission; returns whether it is right.
fn submit(visit: &mut Session, number: usize, choices: &Choices) -> bool {
    let problem = &visit.course.outline.problems[number];
    let form = submission::form_text(problem, choices);
    visit.browser_form("problem_check", Payload::Text(&form));
    visit.now += seconds(visit.rng.uniform(0.08, 0.25));
    let post = submission::post_object(problem, choices);
    visit.implicit(
        "implicit problem_check",
        &format!("{}{CHECK}", problem.block.handler),
        "{}",
        &post,
    );
    let solved = check(visit, number, choices);
    grade::submitted(visit, number);
    complete(visit, problem);
    visit.now += seconds(visit.rng.uniform(0.2, 0.3));
    graded(visit, problem, &form, solved);
    solved
}

/// The server's `problem_check`, and what the LMS remembers of it.
fn check(visit: &mut Session, number: usize, choices: &Choices) -> bool {
    let problem = &visit.course.outline.problems[number];
    let Some(before) = tried(visit, number) else { return false };
    let (earned, solved) = submission::points(problem, choices);
    let attempts = before.attempts + 1;
    let found =
        visit.block("problem_check", &problem.block, CHECK, Some(problem.asides), |event| {
            event.with("state", |out| submission::push_state(out, problem, &before));
            event.text("problem_id", &problem.block.key);
            event.with("answers", |out| submission::push_answers(out, problem, choices));
            event.number("grade", earned).int("max_grade", problem.parts.len() as i64);
            event.with("correct_map", |out| submission::push_correct_map(out, problem, choices));
            event
                .text("success", if solved { "correct" } else { "incorrect" })
                .int("attempts", i64::from(attempts));
            event.with("submission", |out| {
                submission::push_submission(out, problem, choices, before.seed)
            });
        });
    visit.registration.seen.checks.insert(number, (attempts, earned));
    if found > 0 {
        note_found(visit, number, choices, solved);
    }
    if attempts == 1 {
        note_first_try(visit, number, choices);
    }
    let now = visit.instant();
    if let Some(tried) = visit.registration.problems.get_mut(&number) {
        tried.attempts = attempts;
        tried.answers = choices.to_vec();
        tried.earned = earned;
        tried.solved = solved;
        tried.modified = now;
        tried.first.get_or_insert(now);
    }
    feedback(visit, problem, choices);
    solved
}

/// Notes what readers of the rotated logs know of a check.
fn note_found(visit: &mut Session, number: usize, choices: &Choices, solved: bool) {
    visit.registration.seen.answers.insert(number, choices.to_vec());
    if solved && known::is_engaged(&visit.person.username) {
        *visit.sink.counts.acts.entry((visit.course.index, "completed")).or_default() += 1;
    }
}

fn note_first_try(visit: &mut Session, number: usize, choices: &Choices) {
    let problem = &visit.course.outline.problems[number];
    for (part, right) in submission::right_parts(problem, choices).into_iter().enumerate() {
        let held =
            visit.sink.counts.first_tries.entry((visit.course.index, number, part)).or_default();
        held.0 += u64::from(right);
        held.1 += 1;
    }
}

/// Check boxes answer a wrong choice with a hint.
fn feedback(visit: &mut Session, problem: &Problem, choices: &Choices) {
    let right = submission::right_parts(problem, choices);
    let wrong = problem
        .parts
        .iter()
        .position(|part| part.response == "choiceresponse")
        .filter(|part| !right[*part]);
    let Some(part) = wrong else { return };
    let answer = &problem.parts[part].answers[choices[part]];
    visit.block(
        "edx.problem.hint.feedback_displayed",
        &problem.block,
        CHECK,
        Some(problem.asides),
        |event| {
            event
                .text("hint_label", "Incorrect")
                .text("problem_part_id", &format!("{}_{}", problem.block.element, part + 1));
            event
                .text("trigger_type", "single")
                .raw("student_answer", &answer.raw)
                .bool("correctness", false);
            event.text("question_type", "choiceresponse").text("module_id", &problem.block.key);
            event.raw("hints", r#"[{"text": "Look again at the table."}]"#);
            event.raw("choice_all", r#"["choice_0", "choice_1", "choice_2", "choice_3"]"#);
        },
    );
}

fn complete(visit: &mut Session, problem: &Problem) {
    crate::study::completed(visit, &problem.block, CHECK);
}

/// The page's own record of the graded problem: the form and the new HTML.
fn graded(visit: &mut Session, problem: &Problem, form: &str, solved: bool) {
    let status = if solved { "correct" } else { "incorrect" };
    let id = &problem.block.element;
    let html = format!(
        "\n<h3 class=\"hd hd-3 problem-header\" id=\"{id}-problem-title\">{}</h3>\n<div class=\"problem-progress\"></div>\n<div class=\"problem\"><div class=\"wrapper-problem-response\"><span class=\"status {status}\">{status}</span></div></div>\n",
        problem.block.title
    );
    let list = crate::json::texts(&[form, &html]);
    visit.browser_form("problem_graded", Payload::Plain(list.as_bytes()));
}

/// An attempt after the deadline, by some of those who come too late.
fn refused(visit: &mut Session, number: usize) {
    let problem = &visit.course.outline.problems[number];
    let Some(before) = tried(visit, number) else { return };
    if !visit.rng.chance(0.15) {
        return;
    }
    let choices = draw(visit, problem, 0.6);
    visit.browser_form("problem_check", Payload::Text(&submission::form_text(problem, &choices)));
    let post = submission::post_object(problem, &choices);
    visit.implicit(
        "implicit problem_check",
        &format!("{}{CHECK}", problem.block.handler),
        "{}",
        &post,
    );
    visit.block("problem_check_fail", &problem.block, CHECK, Some(problem.asides), |event| {
        event.with("state", |out| submission::push_state(out, problem, &before));
        event.text("problem_id", &problem.block.key);
        event
            .with("answers", |out| submission::push_answers(out, problem, &choices))
            .text("failure", "closed");
    });
}

/// After an attempt: repeat, look at the answer, or leave it.
fn goes_on(visit: &mut Session, number: usize, solved: bool) -> bool {
    if solved {
        let repeats = if grade::just_passed(visit) { 0.4 } else { 0.03 };
        return visit.rng.chance(repeats);
    }
    match visit.rng.weighted(&[0.75, 0.15, 0.10]) {
        0 => true,
        1 => {
            show_answer(visit, number);
            if visit.rng.chance(0.4) && open_to_attempts(visit, number) && visit.wait(8.0) {
                let problem = &visit.course.outline.problems[number];
                let choices: Vec<usize> = problem.parts.iter().map(|part| part.right()).collect();
                submit(visit, number, &choices);
            }
            false
        }
        _ => false,
    }
}

fn show_answer(visit: &mut Session, number: usize) {
    let block = &visit.course.outline.problems[number].block;
    visit.browser("problem_show", |event| {
        event.text("problem", &block.key);
    });
    visit.request(
        "implicit problem other",
        &format!("{}xmodule_handler/problem_show", block.handler),
    );
    visit.block("showanswer", block, "xmodule_handler/problem_show", Some("{}"), |event| {
        event.text("problem_id", &block.key);
    });
}
