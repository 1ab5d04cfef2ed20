//! The parts of problem payloads: answers, correctness, state and the page's form text
//! (05 §2.2, §2.3).

use crate::json::{self, Object};
use crate::outline::Problem;
use crate::questions::{Answer, Verdict};
use crate::registration::Tried;

/// One chosen answer a question.
pub type Choices = [usize];

const MATHML: &str = "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">\r\n  <mstyle displaystyle=\"true\">\r\n    <mn>4</mn>\r\n    <mo>&#x22C5;</mo>\r\n    <mi>&#x3C0;</mi>\r\n  </mstyle>\r\n</math>";

fn chosen<'p>(problem: &'p Problem, choices: &Choices) -> Vec<&'p Answer> {
    problem.parts.iter().zip(choices).map(|(part, choice)| &part.answers[*choice]).collect()
}

/// How an answer is judged at once; code waits in a queue and counts as wrong meanwhile.
fn verdict(problem: &Problem, part: usize, answer: &Answer) -> Verdict {
    if problem.parts[part].response == "coderesponse" { Verdict::Incorrect } else { answer.verdict }
}

/// Points of an attempt and whether all parts are right.
pub fn points(problem: &Problem, choices: &Choices) -> (f64, bool) {
    let verdicts: Vec<Verdict> = chosen(problem, choices)
        .iter()
        .enumerate()
        .map(|(part, answer)| verdict(problem, part, answer))
        .collect();
    let earned = verdicts.iter().map(|verdict| verdict.points()).sum();
    (earned, verdicts.iter().all(|verdict| *verdict == Verdict::Correct))
}

/// Whether each part is right.
pub fn right_parts(problem: &Problem, choices: &Choices) -> Vec<bool> {
    let answers = chosen(problem, choices);
    answers
        .iter()
        .enumerate()
        .map(|(part, answer)| verdict(problem, part, answer) == Verdict::Correct)
        .collect()
}

/// `answers`: what was sent.
pub fn push_answers(out: &mut Vec<u8>, problem: &Problem, choices: &Choices) {
    let mut object = Object::open(out);
    for (part, answer) in chosen(problem, choices).iter().enumerate() {
        let id = problem.answer_id(part);
        object.raw(&id, &answer.raw);
        if problem.parts[part].dynamath {
            object.text(&format!("{id}_dynamath"), MATHML);
        }
    }
    object.close();
}

/// `correct_map`: how each part was judged.
pub fn push_correct_map(out: &mut Vec<u8>, problem: &Problem, choices: &Choices) {
    let mut object = Object::open(out);
    for (part, answer) in chosen(problem, choices).iter().enumerate() {
        let verdict = verdict(problem, part, answer);
        object.object(&problem.answer_id(part), |entry| {
            entry.text("correctness", verdict.name());
            match verdict {
                Verdict::Partial => entry.float("npoints", 0.5),
                _ => entry.null("npoints"),
            };
            entry.text("msg", feedback(problem, part, verdict)).text("hint", "").null("hintmode");
            match problem.parts[part].response {
                "coderesponse" => {
                    entry.raw("queuestate", r#"{"key": "qk-7d41", "time": "20241001182304"}"#)
                }
                _ => entry.null("queuestate"),
            };
            entry.null("answervariable");
        });
    }
    object.close();
}

fn feedback(problem: &Problem, part: usize, verdict: Verdict) -> &'static str {
    if problem.parts[part].response == "choiceresponse" && verdict == Verdict::Incorrect {
        return "<div class=\"feedback-hint-incorrect\"><div class=\"hint-text\">Look again at the table.</div></div>";
    }
    ""
}

/// `submission`: what the learner saw.
pub fn push_submission(out: &mut Vec<u8>, problem: &Problem, choices: &Choices, seed: i64) {
    let variant = if problem.randomized { seed.to_string() } else { String::new() };
    let mut object = Object::open(out);
    for (index, answer) in chosen(problem, choices).iter().enumerate() {
        let part = &problem.parts[index];
        let correct = verdict(problem, index, answer) == Verdict::Correct;
        object.object(&problem.answer_id(index), |entry| {
            entry.text("question", part.question).raw("answer", &answer.shown);
            entry.text("response_type", part.response).text("input_type", part.input);
            entry.bool("correct", correct).text("variant", &variant).text("group_label", "");
        });
        if part.dynamath {
            companion(&mut object, &problem.answer_id(index), &variant);
        }
    }
    object.close();
}

/// The MathML beside a formula: an entry without types or judgement.
fn companion(object: &mut Object, id: &str, variant: &str) {
    object.object(&format!("{id}_dynamath"), |entry| {
        entry.text("question", "").text("answer", MATHML).text("response_type", "");
        entry
            .text("input_type", "")
            .text("correct", "")
            .text("variant", variant)
            .text("group_label", "");
    });
}

/// `state` before an attempt.
pub fn push_state(out: &mut Vec<u8>, problem: &Problem, tried: &Tried) {
    let before = tried.attempts > 0;
    let mut object = Object::open(out);
    object.int("seed", tried.seed).with("student_answers", |out| match before {
        true => push_answers(out, problem, &tried.answers),
        false => out.extend_from_slice(b"{}"),
    });
    object.bool("has_saved_answers", false).with("correct_map", |out| match before {
        true => push_correct_map(out, problem, &tried.answers),
        false => out.extend_from_slice(b"{}"),
    });
    object.with("input_state", |out| push_input_state(out, problem));
    object.raw("done", if before { "true" } else { "null" });
    object.close();
}

fn push_input_state(out: &mut Vec<u8>, problem: &Problem) {
    let mut object = Object::open(out);
    for part in 0..problem.parts.len() {
        object.raw(&problem.answer_id(part), "{}");
    }
    object.close();
}

/// State column of `courseware_studentmodule`.
pub fn stored_state(problem: &Problem, tried: &Tried) -> String {
    let mut out = Vec::new();
    let mut object = Object::open(&mut out);
    object.int("seed", tried.seed);
    if tried.attempts > 0 {
        object.int("attempts", i64::from(tried.attempts)).bool("done", true);
        object.with("student_answers", |out| push_answers(out, problem, &tried.answers));
        object.with("correct_map", |out| push_correct_map(out, problem, &tried.answers));
    }
    object.with("input_state", |out| push_input_state(out, problem));
    object.close();
    String::from_utf8_lossy(&out).into_owned()
}

/// The form as the page sends it: `input_<id>=…`, lists with `[]` percent-encoded.
pub fn form_text(problem: &Problem, choices: &Choices) -> String {
    let mut pairs = Vec::new();
    for (part, answer) in chosen(problem, choices).iter().enumerate() {
        let suffix = if answer.list { "%5B%5D" } else { "" };
        let id = problem.answer_id(part);
        pairs.extend(
            answer.values.iter().map(|value| format!("input_{id}{suffix}={}", form_encoded(value))),
        );
    }
    pairs.join("&")
}

fn form_encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'*' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The `POST` object of the request that carries the form.
pub fn post_object(problem: &Problem, choices: &Choices) -> String {
    let mut out = Vec::new();
    let mut object = Object::open(&mut out);
    for (part, answer) in chosen(problem, choices).iter().enumerate() {
        let id = problem.answer_id(part);
        if problem.parts[part].dynamath {
            object.raw(&format!("input_{id}_dynamath"), json::texts(&[MATHML]));
        }
        let values: Vec<&str> = answer.values.iter().map(String::as_str).collect();
        let suffix = if answer.list { "[]" } else { "" };
        object.raw(&format!("input_{id}{suffix}"), json::texts(&values));
    }
    object.close();
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::courses;

    #[test]
    fn payload_parts_agree_for_every_problem() {
        let course = &courses::all(1, 1, 20_000, 20_181)[0];
        for problem in &course.outline.problems {
            let right: Vec<usize> = problem.parts.iter().map(|part| part.right()).collect();
            let mut out = Vec::new();
            push_correct_map(&mut out, problem, &right);
            let map: serde_json::Value = serde_json::from_slice(&out).unwrap();
            assert_eq!(map.as_object().unwrap().len(), problem.parts.len());
            out.clear();
            push_submission(&mut out, problem, &right, 1);
            let submission: serde_json::Value = serde_json::from_slice(&out).unwrap();
            for (id, entry) in submission.as_object().unwrap() {
                let judged = map.get(id).map(|entry| entry["correctness"] == "correct");
                assert_eq!(judged.unwrap_or_default(), entry["correct"] == true, "{id}");
            }
            assert!(
                serde_json::from_str::<serde_json::Value>(&post_object(problem, &right)).is_ok()
            );
            assert!(!form_text(problem, &right).contains(' '));
        }
    }

    #[test]
    fn lists_are_sent_with_encoded_brackets() {
        let course = &courses::all(1, 1, 20_000, 20_181)[0];
        let boxes = course
            .outline
            .problems
            .iter()
            .find(|p| p.parts[0].response == "choiceresponse")
            .unwrap();
        let choices: Vec<usize> = boxes.parts.iter().map(|part| part.right()).collect();
        let text = form_text(boxes, &choices);
        assert!(text.contains("%5B%5D=choice_0&input_"), "{text}");
    }
}
