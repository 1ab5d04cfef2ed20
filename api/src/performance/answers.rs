//! The answers to a problem, variants of a randomised one brought together where they agree (spec 50
//! §8.1).

use api_client::Answer;
use store::{AnswerRow, Store};

use super::answer_text::clean;
use crate::error::Error;

pub(crate) async fn answers(store: &Store, module_id: &str) -> Result<Vec<Answer>, Error> {
    let rows = store.answers(module_id).await?;
    let parts = rows.chunk_by(|one, other| one.part_id == other.part_id);
    Ok(parts.flat_map(consolidated).collect())
}

/// The answers to a part. Rows with one value id are variants; if any of them differ in what was asked
/// or answered, no variants of the part are brought together.
fn consolidated(part: &[AnswerRow]) -> Vec<Answer> {
    let mut groups: Vec<Vec<&AnswerRow>> = Vec::new();
    for row in part {
        match groups.iter_mut().find(|group| group[0].value_id == row.value_id) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    match groups.iter().all(|group| group.iter().all(|row| is_variant(row, group[0]))) {
        true => groups.iter().map(|group| together(group)).collect(),
        false => part.iter().map(|row| answer(row, false)).collect(),
    }
}

fn is_variant(one: &AnswerRow, other: &AnswerRow) -> bool {
    one.correct == other.correct
        && one.question_text == other.question_text
        && one.answer_value == other.answer_value
        && one.problem_display_name == other.problem_display_name
}

fn together(group: &[&AnswerRow]) -> Answer {
    let first = answer(group[0], group.len() > 1);
    if group.len() == 1 {
        return first;
    }
    let sum = |count: fn(&AnswerRow) -> Option<i64>| {
        group.iter().filter_map(|row| count(row)).reduce(|sum, count| sum + count)
    };
    Answer {
        variant: None,
        count: sum(|row| row.count),
        first_response_count: sum(|row| row.first_response_count),
        last_response_count: sum(|row| row.last_response_count),
        ..first
    }
}

fn answer(row: &AnswerRow, consolidated_variant: bool) -> Answer {
    Answer {
        course_id: row.course_id.clone(),
        module_id: row.module_id.clone(),
        part_id: row.part_id.clone(),
        correct: row.correct,
        count: row.count,
        value_id: row.value_id.as_deref().map(clean),
        answer_value: row.answer_value.as_deref().map(clean),
        problem_display_name: row.problem_display_name.clone(),
        question_text: row.question_text.clone(),
        variant: row.variant,
        created: row.created,
        first_response_count: row.first_response_count,
        last_response_count: row.last_response_count,
        consolidated_variant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value_id: Option<&str>, answer: &str, variant: i64) -> AnswerRow {
        AnswerRow {
            course_id: "c".to_owned(),
            module_id: "m".to_owned(),
            part_id: "p".to_owned(),
            correct: Some(true),
            count: None,
            value_id: value_id.map(str::to_owned),
            answer_value: Some(answer.to_owned()),
            problem_display_name: None,
            question_text: None,
            variant: Some(variant),
            created: None,
            first_response_count: Some(1),
            last_response_count: Some(10),
        }
    }

    #[test]
    fn variants_that_agree_are_one_answer() {
        let rows = [row(Some("2"), "b", 1), row(None, "a", 1), row(Some("2"), "b", 2)];
        let shown: Vec<_> = consolidated(&rows)
            .into_iter()
            .map(|a| (a.value_id, a.variant, a.last_response_count, a.consolidated_variant))
            .collect();
        let two = Some("2".to_owned());
        assert_eq!(shown, [(two, None, Some(20), true), (None, Some(1), Some(10), false)]);
    }

    #[test]
    fn one_pair_that_differs_keeps_the_whole_part_apart() {
        let of = |value_id, answer, variant| row(value_id, answer, variant);
        let rows =
            [of(None, "a", 1), of(None, "a", 2), of(Some("2"), "b", 1), of(Some("2"), "c", 2)];
        let answers = consolidated(&rows);
        assert!(answers.len() == 4 && answers.iter().all(|answer| !answer.consolidated_variant));
        assert_eq!(answers[0].variant, Some(1));
    }
}
