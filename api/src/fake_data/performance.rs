//! Fifty problems: their tags, the answers to them, their grades; and sequentials that were opened.

use jobs::event::course_key;
use jobs::performance::{
    answer_distribution as answers, studentmodule_distribution as grades, tags_distribution as tags,
};

use super::Plan;
use super::chance::{Chance, dealt};
use super::table_text::TableText;

/// How many problems there are.
pub(super) const PROBLEMS: usize = 50;
/// How many sequentials hold them.
const SEQUENTIALS: usize = 10;
const DIFFICULTIES: [&str; 3] = ["Easy", "Medium", "Hard"];
const OUTCOMES: [&str; 3] = ["Learned nothing", "Learned a few things", "Learned everything"];
const CHOICES: [&str; 4] = ["choice_0", "choice_1", "choice_2", "choice_3"];
/// Points that a problem gives.
const MOST_POINTS: i64 = 4;

/// What a problem is called.
pub(super) fn problem(number: usize) -> String {
    format!("i4x://test/problem/{number}")
}

pub(super) fn tables(plan: &Plan, chance: &mut Chance) -> Vec<TableText> {
    let mut tagged = TableText::new(&tags::TABLE);
    let mut answered = TableText::new(&answers::RESULT);
    let mut graded = TableText::new(&grades::GRADES);
    for number in 0..PROBLEMS {
        let learners = chance.between(50, 500);
        tag(plan, number, learners, chance, &mut tagged);
        answer(plan, number, learners, chance, &mut answered);
        grade(plan, number, learners, chance, &mut graded);
    }
    vec![tagged, answered, graded, opened(plan, chance)]
}

fn tag(plan: &Plan, number: usize, learners: i64, chance: &mut Chance, text: &mut TableText) {
    let org = course_key::org(&plan.course_id).unwrap_or_default();
    let correct = chance.between(0, learners);
    let outcome = ("learning_outcome", chance.pick(&OUTCOMES));
    let difficulty = ("difficulty", chance.pick(&DIFFICULTIES));
    let has_difficulty = chance.between(1, 6) < 6;
    for (name, value) in [Some(outcome), has_difficulty.then_some(difficulty)].into_iter().flatten()
    {
        text.row(&[
            ("course_id", &plan.course_id),
            ("org_id", &org),
            ("module_id", &problem(number)),
            ("tag_name", &name),
            ("tag_value", &value),
            ("total_submissions", &learners),
            ("correct_submissions", &correct),
        ]);
    }
}

fn answer(plan: &Plan, number: usize, learners: i64, chance: &mut Chance, text: &mut TableText) {
    let first = dealt(learners, &CHOICES.map(|_| 0.1 + chance.unit()));
    let last = dealt(learners, &CHOICES.map(|_| 0.1 + chance.unit()));
    let right = chance.pick(&CHOICES);
    for (choice, (first, last)) in CHOICES.iter().zip(first.iter().zip(&last)) {
        text.row(&[
            ("course_id", &plan.course_id),
            ("module_id", &problem(number)),
            ("part_id", &format!("i4x-test-problem-{number}_2_1")),
            ("correct", &u8::from(*choice == right)),
            ("first_response_count", first),
            ("last_response_count", last),
            ("value_id", choice),
            ("answer_value_text", &choice.replace("choice_", "Choice ")),
            ("problem_display_name", &format!("Problem {number}")),
            ("question_text", &format!("What is the answer to problem {number}?")),
        ]);
    }
}

fn grade(plan: &Plan, number: usize, learners: i64, chance: &mut Chance, text: &mut TableText) {
    let weights: Vec<f64> = (0..=MOST_POINTS).map(|_| 0.1 + chance.unit()).collect();
    for (points, count) in dealt(learners, &weights).iter().enumerate() {
        text.row(&[
            ("course_id", &plan.course_id),
            ("module_id", &problem(number)),
            ("grade", &points),
            ("max_grade", &MOST_POINTS),
            ("count", count),
        ]);
    }
}

fn opened(plan: &Plan, chance: &mut Chance) -> TableText {
    let mut text = TableText::new(&grades::OPENS);
    for number in 0..SEQUENTIALS {
        text.row(&[
            ("course_id", &plan.course_id),
            ("module_id", &format!("i4x://test/sequential/{number}")),
            ("count", &chance.between(100, 1500)),
        ]);
    }
    text
}
