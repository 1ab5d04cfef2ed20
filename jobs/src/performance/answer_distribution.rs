//! How many learners gave each answer to each part of a problem, on their first and on their last
//! check (spec 20 §1.2 to §1.4).
//!
//! What a part is called, whether it is counted at all and whether its answers have names is told by
//! its latest answer. So answers are first counted by themselves, each keeping its own latest form;
//! then the answers of a part meet, the latest first. Neither step holds more than a few of them.

use super::answer::{Answer, Metadata};
use super::problem_check_events;
use crate::csv_file::{course_folder, write_row};
use crate::event::{Json, canonical, course_key};
use crate::job::{At, Fill, Input, Job, Pass, Step, Work};
use crate::params::{ParamError, Params};
use crate::report::{Report, Write};
use crate::streaming::output::split;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Load, Table};
use crate::text::{self, first_characters};

/// The job.
pub const JOB: Job = Job {
    name: "answer-distribution",
    about: "how many learners gave each answer to each part of a problem",
    internal: false,
    inputs: &[Input::new(&problem_check_events::TABLE, At::Date)],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: Some(|_| Ok(Box::<Files>::default())),
    params: &["date", "answer_metadata", "valid_response_types", "output_root"],
    only_if: None,
    work: Work::Steps(&[
        Step {
            mapper: |params, _| Ok(Box::new(ByAnswer { metadata: Metadata::read(params)? })),
            combiner: None,
            reducer: |_| Ok(Box::new(CountAnswer)),
            partition: 3,
            key: 3,
        },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: None,
            reducer: |params| Ok(Box::new(Distribute::new(params)?)),
            // The rows of a course's file then stand together.
            partition: 1,
            key: 2,
        },
    ]),
};

/// One row: an answer to a part, as an object with the members of [`MEMBERS`].
pub const TABLE: Table = Table {
    load: Load::From(&RESULT, |row| result_row(row).map(Vec::from)),
    ..Table::staged(
        "answer_distribution_per_course",
        &[Column::new("course_id", Kind::Text(LONGEST)), Column::new("answer", Kind::Json)],
    )
};

/// The result table; its rows come from those of [`TABLE`] by [`result_row`].
pub const RESULT: Table = Table::result(
    "answer_distribution",
    &[
        Column::required("course_id", Kind::Text(LONGEST)),
        Column::required("module_id", Kind::Text(LONGEST)),
        Column::required("part_id", Kind::Text(LONGEST)),
        Column::required("correct", Kind::Flag),
        Column::required("first_response_count", Kind::Int),
        Column::required("last_response_count", Kind::Int),
        Column::new("value_id", Kind::Text(LONGEST)),
        Column::new("answer_value_text", Kind::LongText),
        Column::new("answer_value_numeric", Kind::Double),
        Column::new("variant", Kind::Int),
        Column::new("problem_display_name", Kind::LongText),
        Column::new("question_text", Kind::LongText),
    ],
    &[&["course_id"], &["module_id"], &["part_id"], &["course_id", "module_id"]],
);

/// Characters that an id may have in the result table.
const LONGEST: u16 = 255;

/// Members of an answer's object, and the header of a course's file.
pub const MEMBERS: [&str; 10] = [
    "ModuleID",
    "PartID",
    "Correct Answer",
    "First Response Count",
    "Last Response Count",
    "ValueID",
    "AnswerValue",
    "Variant",
    "Problem Display Name",
    "Question",
];

const VALID_RESPONSE_TYPES: &str = "choiceresponse,optionresponse,multiplechoiceresponse,\
                                    numericalresponse,stringresponse,formularesponse";

/// `course_id, answer_id, group, timestamp, answer, category`: equal answers to a part meet, in the
/// order of time, then of their text.
struct ByAnswer {
    metadata: Metadata,
}

impl Mapper for ByAnswer {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [course_id, answer_id, timestamp, answer] = split("an answer of a check", line)?;
        let json = parsed(answer, line)?;
        let category = json.get("attempt_category").and_then(Json::text).unwrap_or_default();
        let group = Answer::read(json, &String::from_utf8_lossy(answer_id), &self.metadata).group();
        let mut row = out.row();
        row.fields(course_id).fields(answer_id).text(canonical::quoted(&group));
        row.fields(timestamp).fields(answer).text(&*category).end()
    }
}

fn parsed<'a>(json: &'a [u8], line: &[u8]) -> Result<Json<'a>, Error> {
    Json::parse(json).ok_or_else(|| Error::contract("an answer", "no JSON", line))
}

/// `course_id, answer_id, reversed timestamp, answer, first, last`: how often an answer was given, in
/// its latest form.
struct CountAnswer;

impl Reducer for CountAnswer {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let part = &key[..key_len(key, 2)];
        let (mut first, mut last, mut latest) = (0, 0, Vec::new());
        while let Some(value) = values.next()? {
            let [.., category] = split::<3>("an answer of a group", value)?;
            match category {
                b"first" => first += 1,
                b"last" => last += 1,
                _ => return Err(Error::contract("an answer", "neither first nor last", value)),
            }
            latest.clear();
            latest.extend_from_slice(value);
        }
        let [timestamp, answer, _] = split("an answer of a group", &latest)?;
        let mut row = out.row();
        row.fields(part).fields(&reversed(timestamp)).fields(answer).int(first).int(last).end()
    }
}

/// A timestamp whose byte order is that of time backwards: with all its fraction, and each digit
/// taken from nine.
fn reversed(timestamp: &[u8]) -> Vec<u8> {
    let fraction: &[u8] = if timestamp.contains(&b'.') { b"" } else { b".000000" };
    let whole = timestamp.iter().chain(fraction);
    whole.map(|byte| if byte.is_ascii_digit() { b'9' - (byte - b'0') } else { *byte }).collect()
}

struct Distribute {
    metadata: Metadata,
    valid_response_types: Vec<String>,
}

/// What the latest answer says of all answers of its part.
struct Latest {
    module_id: String,
    problem_name: String,
    uses_id: bool,
}

impl Distribute {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let types = params.get("valid_response_types").unwrap_or(VALID_RESPONSE_TYPES);
        let valid_response_types = types.split(',').map(str::to_owned).collect();
        Ok(Self { metadata: Metadata::read(params)?, valid_response_types })
    }

    /// None where the part is of a type that is not counted.
    fn latest(&self, part: &Part, counted: &[u8]) -> Result<Option<Latest>, Error> {
        let [_, answer, _, _] = split(COUNTED, counted)?;
        let answer = Answer::read(parsed(answer, counted)?, &part.answer_id, &self.metadata);
        let valid =
            answer.response_type().filter(|t| self.valid_response_types.iter().any(|v| v == t));
        Ok(valid.map(|_| Latest {
            module_id: answer.problem_id(),
            problem_name: answer.problem_display_name(),
            uses_id: answer.has_value_id(),
        }))
    }

    fn write(
        &self,
        part: &Part,
        latest: &Latest,
        counted: &[u8],
        out: &mut Output,
    ) -> Result<(), Error> {
        let [_, answer, first, last] = split(COUNTED, counted)?;
        let answer = Answer::read(parsed(answer, counted)?, &part.answer_id, &self.metadata);
        let (value_id, value) = answer.id_and_value(latest.uses_id);
        let texts = [
            &*latest.module_id,
            &part.answer_id,
            &value_id,
            &value,
            &latest.problem_name,
            &answer.question(),
        ];
        let [module_id, part_id, value_id, value, name, question] = texts.map(canonical::quoted);
        let correct = if answer.is_correct() { "1" } else { "0" };
        let variant = answer.variant.filter(|v| v.is_truthy()).map_or(&br#""""#[..], Json::raw);
        let values = [
            module_id.as_bytes(),
            part_id.as_bytes(),
            correct.as_bytes(),
            first,
            last,
            value_id.as_bytes(),
            value.as_bytes(),
            variant,
            name.as_bytes(),
            question.as_bytes(),
        ];
        let members = MEMBERS.into_iter().map(Into::into).zip(values.map(Json::trusted));
        out.row().fields(part.course_id).text(canonical::object(members.collect())).end()
    }
}

const ROW: &str = "a row of answer_distribution_per_course";
const COUNTED: &str = "a counted answer";

fn instant(counted: &[u8]) -> &[u8] {
    &counted[..key_len(counted, 1)]
}

struct Part<'k> {
    course_id: &'k [u8],
    answer_id: String,
}

impl Reducer for Distribute {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let [course_id, answer_id] = split("course and part of an answer", key)?;
        let part = Part { course_id, answer_id: String::from_utf8_lossy(answer_id).into_owned() };
        // Answers of the latest instant come first. Of these the last, by its text, is the latest.
        let (mut newest, mut next): (Vec<Vec<u8>>, _) = (Vec::new(), None);
        while let Some(counted) = values.next()? {
            if newest.first().is_some_and(|first| instant(first) != instant(counted)) {
                next = Some(counted.to_vec());
                break;
            }
            newest.push(counted.to_vec());
        }
        let Some(latest) =
            newest.last().map(|last| self.latest(&part, last)).transpose()?.flatten()
        else {
            out.count("Answer Distribution", "Discard Part Of Other Response Type", 1);
            return Ok(());
        };
        for counted in newest.iter().chain(&next) {
            self.write(&part, &latest, counted, out)?;
        }
        while let Some(counted) = values.next()? {
            self.write(&part, &latest, counted, out)?;
        }
        Ok(())
    }
}

/// A row of [`TABLE`] as the cells of a row of [`RESULT`], none for NULL. Texts are whole: they may
/// hold TABs and line ends. What learners and authors can make too long for its column is cut, and a
/// variant that is no number is none: one odd answer must not keep the table from the store.
///
/// # Errors
/// When it is no row of the table.
pub fn result_row(row: &[u8]) -> Result<[Option<String>; 12], Error> {
    let [course_id, answer] = split(ROW, row)?;
    let cells = parsed(answer, row)?.pick(MEMBERS).map(cell_text);
    let [module_id, part_id, correct, first, last, value_id, value, variant, name, question] =
        cells;
    let numeric = text::strip(&value).parse().ok().filter(|number: &f64| number.is_finite());
    let some = |text: String| (!text.is_empty()).then_some(text);
    let cut = |text: &str| first_characters(text, LONGEST.into()).to_owned();
    Ok([
        Some(cut(&String::from_utf8_lossy(course_id))),
        Some(cut(&module_id)),
        Some(cut(&part_id)),
        Some(correct),
        Some(first),
        Some(last),
        some(cut(&value_id)),
        some(value),
        numeric.map(text::shortest),
        some(variant).filter(|variant| variant.parse::<i32>().is_ok()),
        some(name),
        some(question),
    ])
}

fn cell_text(cell: Option<Json>) -> String {
    cell.and_then(Json::scalar_text).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// A cell of a course's file; numbers come before texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Number(i64),
    Text(String),
}

impl Cell {
    fn of(json: Option<Json>) -> Self {
        match json.and_then(Json::integer) {
            Some(number) => Self::Number(number),
            None => Self::Text(cell_text(json)),
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// The files of courses. The rows of one are held in memory, since they have to be sorted.
#[derive(Default)]
struct Files {
    course_id: Vec<u8>,
    rows: Vec<[Cell; MEMBERS.len()]>,
}

impl Report for Files {
    fn row(&mut self, row: &[u8], write: &mut Write) -> Result<(), Error> {
        let [course_id, answer] = split(ROW, row)?;
        if self.course_id != course_id {
            self.finish(write)?;
            self.course_id = course_id.to_vec();
        }
        self.rows.push(parsed(answer, row)?.pick(MEMBERS).map(Cell::of));
        Ok(())
    }

    fn finish(&mut self, write: &mut Write) -> Result<(), Error> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let name = course_key::filename_safe(&String::from_utf8_lossy(&self.course_id), "_");
        let path = format!("{}/{name}_answer_distribution.csv", course_folder(&self.course_id));
        let mut bytes = Vec::new();
        write_row(&mut bytes, MEMBERS);
        self.rows.sort_unstable();
        for row in self.rows.drain(..) {
            write_row(&mut bytes, row.map(Cell::into_text));
            if bytes.len() > BLOCK {
                write(&path, &bytes)?;
                bytes.clear();
            }
        }
        write(&path, &bytes)
    }
}

/// What is gathered of a file before it is handed on, in bytes.
const BLOCK: usize = 64 * 1024;

#[cfg(test)]
mod tests;
