//! The parts of a problem that one check answered (spec 20 §1.1).

use crate::event::Json;
use crate::streaming::Output;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One answered part of a problem.
#[derive(Debug)]
pub struct Part<'a> {
    /// The id of the part.
    pub answer_id: Cow<'a, str>,
    /// What is known of the answer, by name.
    pub members: BTreeMap<Cow<'a, str>, Json<'a>>,
}

/// Which of a learner's checks of a problem an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The first.
    First,
    /// The last.
    Last,
}

const NULL: Json<'static> = Json::trusted(b"null");
/// Endings of the ids of parts that no learner sees.
const HIDDEN: [&str; 2] = ["_dynamath", "_comment"];

/// The parts that the data of a check tell of. A part that is no object is counted.
#[must_use]
pub fn parts<'a>(data: Json<'a>, attempt: Attempt, out: &mut Output) -> Vec<Part<'a>> {
    let [answers, submission, correct_map] = data.pick(["answers", "submission", "correct_map"]);
    let found = match submission {
        Some(submission) => submitted(submission, answers, out),
        None => answered(answers, correct_map, data),
    };
    let [problem_id, context, grade, max_grade] =
        data.pick(["problem_id", "context", "grade", "max_grade"]);
    let name = context.and_then(|c| c.get("module")).and_then(|m| m.get("display_name"));
    let mut found: Vec<_> = found.into_iter().filter(|part| !part.is_hidden()).collect();
    for part in &mut found {
        let judged = correct_map.and_then(|map| map.get(&part.answer_id));
        part.set("answer_correct_map", judged);
        part.set("problem_id", problem_id);
        part.set("problem_display_name", name);
        part.set("attempt_category", Some(attempt.json()));
        part.set("grade", grade);
        part.set("max_grade", max_grade);
    }
    found
}

impl Attempt {
    const fn json(self) -> Json<'static> {
        match self {
            Self::First => Json::trusted(br#""first""#),
            Self::Last => Json::trusted(br#""last""#),
        }
    }
}

impl<'a> Part<'a> {
    fn set(&mut self, name: &'static str, value: Option<Json<'a>>) {
        self.members.insert(name.into(), value.unwrap_or(NULL));
    }

    fn is_hidden(&self) -> bool {
        HIDDEN.iter().any(|ending| self.answer_id.ends_with(ending))
    }
}

/// Parts of a check that says what was submitted. Where the LMS knows an answer by another name than
/// the one that the learner saw, that name is kept as `answer_value_id`.
fn submitted<'a>(
    submission: Json<'a>,
    answers: Option<Json<'a>>,
    out: &mut Output,
) -> Vec<Part<'a>> {
    let mut found = Vec::new();
    for (answer_id, submitted) in submission.members() {
        if !submitted.is_object() {
            out.count("Problem Checks", "Discard Malformed Part", 1);
            continue;
        }
        let mut members = submitted.members();
        let shown = members.get("answer").copied().unwrap_or(NULL).to_string();
        let raw = answers.and_then(|answers| answers.get(&answer_id));
        if let Some(raw) = raw.filter(|raw| raw.to_string() != shown) {
            members.insert("answer_value_id".into(), raw);
        }
        found.push(Part { answer_id, members });
    }
    found
}

/// Parts of a check from before submissions were told.
fn answered<'a>(
    answers: Option<Json<'a>>,
    correct_map: Option<Json<'a>>,
    data: Json<'a>,
) -> Vec<Part<'a>> {
    let seed = data.get("state").and_then(|state| state.get("seed"));
    let part = |(answer_id, raw): (Cow<'a, str>, Json<'a>)| {
        let judged = correct_map.and_then(|map| map.get(&answer_id))?;
        let correct = judged.get("correctness").and_then(Json::text).as_deref() == Some("correct");
        let correct = Json::trusted(if correct { b"true" } else { b"false" });
        let mut part = Part { answer_id, members: BTreeMap::new() };
        part.set("answer_value_id", Some(raw));
        part.set("correct", Some(correct));
        part.set("variant", seed);
        Some(part)
    };
    answers.map(Json::members).unwrap_or_default().into_iter().filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::canonical;

    /// Parts as `id: object`, without the members that all parts have; and how many were malformed.
    fn found(data: &str) -> (Vec<String>, i64) {
        let mut sink = |_: &[u8]| Ok(());
        let mut out = Output::new(&mut sink);
        let data = Json::parse(data.as_bytes()).unwrap();
        let parts = parts(data, Attempt::First, &mut out).into_iter().map(|mut part| {
            part.members.retain(|name, _| {
                ["answer", "answer_value_id", "correct", "variant"].contains(&&**name)
            });
            format!("{}: {}", part.answer_id, canonical::object(part.members))
        });
        (parts.collect(), out.counters.get("Problem Checks", "Discard Malformed Part"))
    }

    #[test]
    fn a_name_of_an_answer_is_kept_where_it_differs() {
        for (raw, shown, part) in [
            (r#""a""#, r#""a""#, r#"1: {"answer":"a"}"#),
            (r#""c1""#, r#""a""#, r#"1: {"answer":"a","answer_value_id":"c1"}"#),
            (r#""a ""#, r#""a""#, r#"1: {"answer":"a","answer_value_id":"a "}"#),
            (r#"["a"]"#, r#""a""#, r#"1: {"answer":"a","answer_value_id":["a"]}"#),
        ] {
            let data = format!(
                r#"{{"answers": {{"1": {raw}}}, "submission": {{"1": {{"answer": {shown}}}}}}}"#
            );
            assert_eq!(found(&data).0, [part], "{raw}");
        }
    }

    #[test]
    fn a_part_without_a_raw_answer_has_no_name() {
        let data = r#"{"answers": {"2": "x"}, "submission": {"1": {"answer": "a"}, "3": 7}}"#;
        assert_eq!(found(data), (vec![r#"1: {"answer":"a"}"#.to_owned()], 1));
    }

    #[test]
    fn old_checks_tell_only_of_judged_answers() {
        let data = r#"{"answers": {"1": "a", "2": "b", "3": "c"}, "state": {"seed": 5},
            "correct_map": {"1": {"correctness": "correct"}, "3": null}}"#;
        let one = r#"1: {"answer_value_id":"a","correct":true,"variant":5}"#;
        let three = r#"3: {"answer_value_id":"c","correct":false,"variant":5}"#;
        assert_eq!(found(data).0, [one, three]);
    }

    #[test]
    fn hidden_parts_are_left_out_and_an_empty_submission_has_none() {
        let data = r#"{"answers": {"1_comment": "a"}, "submission": {"1_dynamath": {}, "1": {}}}"#;
        assert_eq!(found(data).0, ["1: {}"]);
        let data = r#"{"answers": {"1": "a"}, "submission": {}, "correct_map": {"1": {}}}"#;
        assert!(found(data).0.is_empty());
    }

    #[test]
    fn what_the_check_says_of_the_problem_is_in_every_part() {
        let data = r#"{"answers": {"1": "a"}, "submission": {"1": {}}, "grade": 1, "problem_id": "p",
            "context": {"module": {"display_name": "N"}}, "correct_map": {"1": {"x": 1}}}"#;
        let mut sink = |_: &[u8]| Ok(());
        let parts = parts(
            Json::parse(data.as_bytes()).unwrap(),
            Attempt::Last,
            &mut Output::new(&mut sink),
        );
        let all = r#"{"answer_correct_map":{"x":1},"answer_value_id":"a","attempt_category":"last","grade":1,"max_grade":null,"problem_display_name":"N","problem_id":"p"}"#;
        assert_eq!(canonical::object(parts.into_iter().next().unwrap().members), all);
    }
}
