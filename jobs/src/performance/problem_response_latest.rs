//! Each learner's latest answer to each part of each problem, with attempts and dates (spec 20 §2.1).

use super::answer_text::text_of;
use super::parts::{Attempt, Part, parts};
use super::problem_checks;
use crate::event::Json;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::params::{ParamError, Params};
use crate::retired::is_pseudonym;
use crate::streaming::output::{NULL, split};
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::{collapse_white_space, strip};
use regex::Regex;

/// The job.
pub const JOB: Job = Job {
    name: "problem-response-latest",
    about: "each learner's latest answer to each part of each problem",
    internal: true,
    inputs: &[Input::new(&problem_checks::TABLE, At::Days)],
    fills: &[Fill { table: &TABLE, at: At::DateTime }],
    report: None,
    params: &["datetime", "partition_format", "clean_text_regex"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(OfLearners)),
        combiner: None,
        reducer: |params| Ok(Box::new(Latest { cleaning: Cleaning::new(params)? })),
        partition: 3,
        key: 3,
    }]),
};

const TEXT: Kind = Kind::Text(255);

/// The columns of a response, also where its location is known.
pub const COLUMNS: &[Column] = &[
    Column::new("course_id", TEXT),
    Column::new("answer_id", TEXT),
    Column::new("problem_id", TEXT),
    Column::new("problem", Kind::LongText),
    Column::new("username", TEXT),
    Column::new("question", Kind::LongText),
    Column::new("score", Kind::Float),
    Column::new("max_score", Kind::Float),
    Column::new("correct", Kind::Flag),
    Column::new("answer", Kind::LongText),
    Column::new("total_attempts", Kind::Int),
    Column::new("first_attempt_date", Kind::Timestamp),
    Column::new("last_attempt_date", Kind::Timestamp),
    Column::new("location", Kind::LongText),
    Column::new("sort_idx", Kind::Int),
];

/// One row: a learner's answer to a part of a problem. Items of an answer are joined by U+0000;
/// `location` and `sort_idx` are empty and zero.
pub const TABLE: Table = Table::staged("problem_response_latest", COLUMNS);

const CHECK: &str = "a check of a problem";

/// Checks by learners with a name.
struct OfLearners;

impl Mapper for OfLearners {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [_, _, username, _, _] = split(CHECK, line)?;
        let username = name(username, line)?;
        if strip(&username).is_empty() {
            out.count("Problem Response", "Discard Blank Username", 1);
            return Ok(());
        }
        if is_pseudonym(username.as_bytes()) {
            out.count("Retired", "Rows Left Out", 1);
            return Ok(());
        }
        out.line(line)
    }
}

fn parsed<'a>(field: &'a [u8], line: &[u8]) -> Result<Json<'a>, Error> {
    Json::parse(field).ok_or_else(|| Error::contract(CHECK, "no JSON", line))
}

/// A user or problem as text.
fn name(field: &[u8], line: &[u8]) -> Result<String, Error> {
    Ok(text_of(parsed(field, line)?, &str::to_owned))
}

struct Latest {
    cleaning: Cleaning,
}

/// What a row says of all of a learner's checks of a problem.
struct Checks<'k> {
    course_id: &'k [u8],
    problem_id: String,
    username: String,
    total: i64,
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Reducer for Latest {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut total, mut first, mut latest) = (0, Vec::new(), Vec::new());
        while let Some(value) = values.next()? {
            if total == 0 {
                first.extend_from_slice(value);
            }
            total += 1;
            latest.clear();
            latest.extend_from_slice(value);
        }
        let [course_id, problem_id, username] = split("course, problem and user", key)?;
        let [[first, _], [last, data]] = [split(CHECK, &first)?, split(CHECK, &latest)?];
        let checks = Checks {
            course_id,
            problem_id: name(problem_id, key)?,
            username: name(username, key)?,
            total,
            first: date_time(first),
            last: date_time(last),
        };
        let data = parsed(data, &latest)?;
        parts(data, Attempt::Last, out).iter().try_for_each(|part| self.write(&checks, part, out))
    }
}

/// `YYYY-MM-DD hh:mm:ss.ffffff` of a timestamp.
fn date_time(timestamp: &[u8]) -> Vec<u8> {
    let fraction: &[u8] = if timestamp.contains(&b'.') { b"" } else { b".000000" };
    let blank = |byte: &u8| if *byte == b'T' { b' ' } else { *byte };
    timestamp.iter().map(blank).chain(fraction.iter().copied()).collect()
}

impl Latest {
    fn write(&self, checks: &Checks, part: &Part, out: &mut Output) -> Result<(), Error> {
        let told = |name: &str| part.members.get(name).copied().filter(|value| !value.is_null());
        let cleaned = |name| told(name).map(|value| self.cleaning.text_of(value));
        let [problem, question] = ["problem_display_name", "question"].map(cleaned);
        let [score, max_score] = ["grade", "max_grade"].map(|name| told(name).map(number));
        if [&score, &max_score].contains(&&Some(None)) {
            out.count("Problem Response", "Discard Malformed Score", 1);
        }
        let answer = ["answer", "answer_value_id"].iter().find_map(|name| part.members.get(*name));
        let answer = answer.map(|answer| self.cleaning.items_of(*answer)).unwrap_or_default();
        let mut row = out.row();
        row.fields(checks.course_id).text(&*part.answer_id).text(&checks.problem_id);
        row.text(problem.unwrap_or_default()).text(&checks.username);
        row.text(question.unwrap_or_default())
            .opt_str(score.flatten())
            .opt_str(max_score.flatten());
        row.fields(correct(told("answer_correct_map"))).text(answer).int(checks.total);
        row.fields(&checks.first).fields(&checks.last).text("").int(0).end()
    }
}

/// A score as rows hold it; text that reads as a number stays as it is.
fn number(value: Json) -> Option<String> {
    match value.text() {
        Some(text) => strip(&text).parse::<f64>().ok().map(|_| text.into_owned()),
        None => value.number().and(value.scalar_text()).map(|text| text.into_owned()),
    }
}

fn correct(judged: Option<Json>) -> &'static [u8] {
    let correctness = judged.and_then(|judged| judged.get("correctness")).and_then(Json::text);
    match correctness.as_deref() {
        Some("correct") => b"1",
        Some("incorrect") => b"0",
        _ => NULL,
    }
}

/// How texts are made fit for a report: white space collapsed, hints removed.
struct Cleaning {
    removed: Option<Regex>,
}

const HINTS: &str = "(?:<choicehint.*?</choicehint>)|(?:<choicehint.*?>)";

impl Cleaning {
    /// Reads the parameter `clean_text_regex`; empty, nothing is removed.
    fn new(params: &Params) -> Result<Self, ParamError> {
        const NAME: &str = "clean_text_regex";
        let pattern = params.get(NAME).unwrap_or(HINTS);
        let removed = Regex::new(&plain_brackets(pattern)).map_err(|_| ParamError::Unreadable {
            name: NAME,
            text: pattern.to_owned(),
            wanted: "a regular expression".to_owned(),
        })?;
        Ok(Self { removed: (!pattern.is_empty()).then_some(removed) })
    }

    fn clean(&self, text: &str) -> String {
        let collapsed = collapse_white_space(text);
        match &self.removed {
            Some(removed) => removed.replace_all(&collapsed, "").into_owned(),
            None => collapsed.into_owned(),
        }
    }

    fn text_of(&self, value: Json) -> String {
        text_of(value, &|text| self.clean(text))
    }

    /// The items of a list, or the one value, joined by U+0000.
    fn items_of(&self, value: Json) -> String {
        let items = if value.is_array() { value.items() } else { vec![value] };
        items.into_iter().map(|item| self.text_of(item)).collect::<Vec<_>>().join("\0")
    }
}

/// In patterns written for the original `\<` and `\>` are nothing but brackets.
fn plain_brackets(pattern: &str) -> String {
    let mut plain = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '\\' { rest.next() } else { None }) {
            (_, Some(bracket @ ('<' | '>'))) => plain.push(bracket),
            (_, Some(escaped)) => plain.extend(['\\', escaped]),
            (c, None) => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::{Done, run};

    fn latest(checks: &[(&str, &str, &str)]) -> Done {
        let line = |(user, time, data): &(&str, &str, &str)| {
            format!("o/c/r\t\"p\"\t{user}\t2015-01-01T{time}\t{{{data}}}")
        };
        let input = [("problem_checks", checks.iter().map(line).collect())];
        run(&JOB, &[("interval", "2015"), ("datetime", "2015-02-01")], &input)
    }

    fn row(data: &str) -> Vec<String> {
        let row = latest(&[("\"u\"", "00:00:01", data)]).table(TABLE.name).remove(0);
        row.split('\t').map(str::to_owned).collect()
    }

    #[test]
    fn attempts_are_counted_and_the_last_one_shown_whatever_the_order() {
        let data = |answer: &str| {
            format!(r#""answers":{{"1":"{answer}"}},"submission":{{"1":{{"answer":"{answer}"}}}}"#)
        };
        let [a, b] = ["a", "b"].map(data);
        let mut checks = [
            ("\" u\"", "00:00:01", &*a),
            ("\" u\"", "00:00:01.500000", &*b),
            ("\" u\"", "00:00:01", &*a),
        ];
        for _ in 0..checks.len() {
            checks.rotate_left(1);
            let rows = latest(&checks).table(TABLE.name);
            let dates = "2015-01-01 00:00:01.000000\t2015-01-01 00:00:01.500000";
            let null = "\\N";
            let row = format!("o/c/r\t1\tp\t\t u\t\t{null}\t{null}\t{null}\tb\t3\t{dates}\t\t0");
            assert_eq!(rows, [row]);
        }
    }

    #[test]
    fn blank_names_are_counted() {
        for blank in ["\"\"", "\" \\u00a0\""] {
            let done = latest(&[(blank, "00:00:01", r#""submission":{"1":{}}"#)]);
            assert!(done.table(TABLE.name).is_empty());
            assert_eq!(done.counters.get("Problem Response", "Discard Blank Username"), 1);
        }
    }

    #[test]
    fn answers_are_items_of_text() {
        for (submitted, answer) in [
            (r#"{"answer":["a ","b\tc"],"answer_value_id":"x"}"#, "a \0b c"),
            (r#"{"answer":"a <choicehint>x</choicehint> b"}"#, "a  b"),
            (r#"{"answer":["<choicehint x> y <choicehint z"]}"#, " y <choicehint z"),
            (r#"{"answer":3.50}"#, "3.5"),
            (r#"{"answer":null}"#, "None"),
            (r#"{"answer_value_id":"raw"}"#, "raw"),
            ("{}", ""),
        ] {
            let data = format!(r#""submission":{{"1":{submitted}}}"#);
            assert_eq!(row(&data)[9], answer, "{submitted}");
        }
    }

    #[test]
    fn scores_and_judgements_may_be_unknown() {
        let judged = |score: &str, correctness: &str| {
            let map = format!(r#""correct_map":{{"1":{{"correctness":{correctness}}}}}"#);
            let cells = row(&format!(r#""submission":{{"1":{{}}}},"grade":{score},{map}"#));
            (cells[6].clone(), cells[8].clone())
        };
        for (score, correctness, expected) in [
            ("1", r#""correct""#, ("1", "1")),
            ("0.3333333333333333", r#""incorrect""#, ("0.333333333333", "0")),
            ("2.0", r#""partially-correct""#, ("2.0", "\\N")),
            (r#"" 2""#, "null", (" 2", "\\N")),
            ("null", "null", ("\\N", "\\N")),
            ("true", "null", ("\\N", "\\N")),
        ] {
            let (score_text, correct_text) = expected;
            let expected = (score_text.to_owned(), correct_text.to_owned());
            assert_eq!(judged(score, correctness), expected, "{score}");
        }
    }

    #[test]
    fn a_score_that_is_no_number_is_counted() {
        for (score, counted) in [("true", 1), (r#""x""#, 1), ("null", 0), ("7", 0)] {
            let data = format!(r#""submission":{{"1":{{}}}},"max_grade":{score}"#);
            let done = latest(&[("\"u\"", "00:00:01", &data)]);
            let discarded = done.counters.get("Problem Response", "Discard Malformed Score");
            assert_eq!(discarded, counted, "{score}");
        }
    }

    #[test]
    fn a_pattern_is_read_as_the_original_read_it() {
        let cleaned = |pattern: &str, text: &str| {
            Cleaning::new(&[("clean_text_regex", pattern)].into_iter().collect())
                .unwrap()
                .clean(text)
        };
        assert_eq!(cleaned(r"\<b\>", "a<b>\tc"), "a c");
        assert_eq!(cleaned(r"\\>", r"a\>b"), "ab");
        assert_eq!(cleaned("", "a <choicehint>\n"), "a <choicehint> ");
        let bad: Params = [("clean_text_regex", "(")].into_iter().collect();
        assert!(Cleaning::new(&bad).is_err());
    }
}
