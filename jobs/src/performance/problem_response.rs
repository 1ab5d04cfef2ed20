//! Where in its course each response belongs, and a course's report of responses (spec 20 §2.2, §2.3).
//!
//! Rows of a course come out in the report's order, so that a report of any length is written line by
//! line.

use super::problem_response_latest::{self as latest, COLUMNS};
use crate::catalog::course_blocks::{self, DELETED_BLOCKS_PATH, PATH_DELIMITER};
use crate::csv_file::write_row;
use crate::event::{Json, course_key};
use crate::job::{At, Fill, Input, Job, Pass, Step, Work};
use crate::params::{ParamError, Params};
use crate::report;
use crate::streaming::output::{NULL, split};
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Kind, Table};
use crate::text::{f12, strip};
use chrono::NaiveDateTime;
use std::borrow::Cow;
use std::fmt::Write;

/// The job.
pub const JOB: Job = Job {
    name: "problem-response",
    about: "learners' latest answers with their place in the course, and reports of them",
    internal: false,
    inputs: &[
        Input::new(&latest::TABLE, At::DateTime),
        Input::new(&course_blocks::TABLE, At::DateTime),
    ],
    fills: &[Fill { table: &TABLE, at: At::DateTime }],
    report: Some(|params| Ok(Box::new(Reports::new(params)?))),
    params: &[
        "datetime",
        "partition_format",
        "path_delimiter",
        "deleted_blocks_path",
        "report_fields",
        "report_field_datetime_format",
        "report_field_list_delimiter",
        "report_filename_template",
        "report_output_root",
    ],
    only_if: None,
    work: Work::Steps(&[
        Step {
            mapper: |_, table| match table == course_blocks::TABLE.name {
                true => Ok(Box::new(FromBlock)),
                false => Ok(Box::new(FromResponse)),
            },
            combiner: None,
            reducer: |params| Ok(Box::new(Locate::new(params))),
            partition: 1,
            key: 1,
        },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: None,
            reducer: |_| Ok(Box::new(InOrder)),
            partition: 1,
            key: 1,
        },
    ]),
};

/// One row: a response with its location. Rows of a course stand together, in the report's order.
pub const TABLE: Table = Table::staged("problem_response_location", COLUMNS);

/// `block_id, 0, course_path, sort_idx`: before the problem's responses.
struct FromBlock;

impl Mapper for FromBlock {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [block_id, .., path, sort_idx] = split::<10>("a row of course_blocks", line)?;
        out.row().fields(block_id).int(0).fields(path).fields(sort_idx).end()
    }
}

/// `problem_id, 1, response`.
struct FromResponse;

impl Mapper for FromResponse {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let response: [_; COLUMNS.len()] = split(RESPONSE, line)?;
        out.row().fields(response[2]).int(1).fields(line).end()
    }
}

const RESPONSE: &str = "a row of a problem's responses";

/// Joins responses with the blocks of their problem's id, of whatever course. `course_id, rank,
/// username, answer_id, response`, where ranks sort as the places of blocks do.
struct Locate {
    delimiter: String,
    deleted_path: String,
}

/// A place in the outline of a course.
struct Place {
    path: Vec<u8>,
    sort_idx: i64,
}

impl Locate {
    fn new(params: &Params) -> Self {
        let text = |name, default: &str| params.get(name).unwrap_or(default).to_owned();
        Self {
            delimiter: text("path_delimiter", PATH_DELIMITER),
            deleted_path: text("deleted_blocks_path", DELETED_BLOCKS_PATH),
        }
    }

    fn write(&self, response: &[u8], place: &Place, out: &mut Output) -> Result<(), Error> {
        let cells: [_; COLUMNS.len()] = split(RESPONSE, response)?;
        let [course_id, answer_id, _, problem, username, _, score, max_score, ..] = cells;
        let mut row = out.row();
        row.fields(course_id).show(rank(place.sort_idx)).fields(username).fields(answer_id);
        cells[..6].iter().for_each(|cell| {
            row.fields(cell);
        });
        for score in [score, max_score] {
            row.opt_str(single(score, response)?);
        }
        cells[8..13].iter().for_each(|cell| {
            row.fields(cell);
        });
        let location = [&*place.path, self.delimiter.as_bytes(), problem].concat();
        row.text(location).int(place.sort_idx).end()
    }
}

/// A number's place in the order of numbers, as text.
fn rank(number: i64) -> String {
    format!("{:020}", number.cast_unsigned() ^ (1 << 63))
}

/// A score as 32 bits hold it.
fn single(score: &[u8], line: &[u8]) -> Result<Option<String>, Error> {
    if score == NULL {
        return Ok(None);
    }
    let broken = || Error::contract(RESPONSE, "a score is no number", line);
    let single: f32 =
        str::from_utf8(score).ok().and_then(|s| strip(s).parse().ok()).ok_or_else(broken)?;
    // Its shortest text, read as a double, is what readers of the table see.
    Ok(Some(single.to_string().parse().map_or_else(|_| single.to_string(), f12)))
}

impl Reducer for Locate {
    fn reduce(&mut self, _: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let mut places = Vec::new();
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", block)) => {
                    let [path, sort_idx] = split("the place of a block", block)?;
                    let sort_idx = whole(sort_idx, block)?;
                    places.push(Place { path: path.to_vec(), sort_idx });
                }
                Some((b"1\t", response)) => {
                    if places.is_empty() {
                        places.push(Place { path: self.deleted_path.clone().into(), sort_idx: -1 });
                    }
                    places.iter().try_for_each(|place| self.write(response, place, out))?;
                }
                _ => return Err(Error::contract("a block or a response", "neither", value)),
            }
        }
        Ok(())
    }
}

fn whole(number: &[u8], line: &[u8]) -> Result<i64, Error> {
    let number = str::from_utf8(number).ok().and_then(|number| number.parse().ok());
    number.ok_or_else(|| Error::contract("the place of a block", "no number", line))
}

/// Takes rank, user and part, which sorted the rows of a course, from the front of each.
struct InOrder;

impl Reducer for InOrder {
    fn reduce(&mut self, _: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        while let Some(value) = values.next()? {
            out.line(value.get(key_len(value, 3) + 1..).unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Reports: a course's rows of [`TABLE`], in the order in which they stand, as CSV.
struct Reports {
    fields: Vec<String>,
    date_time_format: Option<String>,
    list_delimiter: String,
    file_name: String,
    /// Of the rows that come now.
    course_id: Vec<u8>,
    path: String,
}

impl Reports {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let list_delimiter =
            params.get("report_field_list_delimiter").map_or("|".into(), literal).into_owned();
        Ok(Self {
            fields: fields(params)?,
            date_time_format: date_time_format(params)?,
            list_delimiter,
            file_name: params.get("report_filename_template").unwrap_or(FILE_NAME).to_owned(),
            course_id: Vec::new(),
            path: String::new(),
        })
    }

    fn path(&self, course_id: &[u8]) -> String {
        let course = course_key::filename_safe(&String::from_utf8_lossy(course_id), "_");
        self.file_name.replace("{course_id}", &course)
    }

    fn cell(&self, at: usize, text: &str) -> String {
        match (COLUMNS[at].kind, &self.date_time_format) {
            (Kind::Flag, _) => (if text == "1" { "True" } else { "False" }).to_owned(),
            (Kind::Timestamp, None) => format!("{text}+00:00"),
            (Kind::Timestamp, Some(format)) => {
                formatted(text, format).unwrap_or_else(|| text.to_owned())
            }
            _ if COLUMNS[at].name == "answer" => text.replace('\0', &self.list_delimiter),
            _ => text.to_owned(),
        }
    }
}

impl report::Report for Reports {
    fn row(&mut self, row: &[u8], write: &mut report::Write) -> Result<(), Error> {
        let cells: [_; COLUMNS.len()] = split(RESPONSE, row)?;
        let mut bytes = Vec::new();
        if self.path.is_empty() || self.course_id != cells[0] {
            self.course_id = cells[0].to_vec();
            self.path = self.path(cells[0]);
            write_row(&mut bytes, &self.fields);
        }
        let cell = |field: &String| match COLUMNS.iter().position(|c| c.name == field) {
            Some(at) if cells[at] != NULL => self.cell(at, &String::from_utf8_lossy(cells[at])),
            _ => "None".to_owned(),
        };
        write_row(&mut bytes, self.fields.iter().map(cell));
        write(&self.path, &bytes)
    }
}

const FILE_NAME: &str = "{course_id}_problem_response.csv";

/// The fields of a report: a JSON list of names; without it all columns.
fn fields(params: &Params) -> Result<Vec<String>, ParamError> {
    const NAME: &str = "report_fields";
    let Some(text) = params.get(NAME) else {
        return Ok(COLUMNS.iter().map(|column| column.name.to_owned()).collect());
    };
    let names = |list: Json| {
        let names = list.items().into_iter().map(|name| name.text().map(Cow::into_owned));
        names.collect::<Option<Vec<_>>>()
    };
    let list = Json::parse(text.as_bytes()).filter(|json| json.is_array()).and_then(names);
    list.ok_or_else(|| ParamError::Unreadable {
        name: NAME,
        text: text.to_owned(),
        wanted: "a JSON list of column names".to_owned(),
    })
}

/// The format of date-times, `%f` being microseconds.
fn date_time_format(params: &Params) -> Result<Option<String>, ParamError> {
    const NAME: &str = "report_field_datetime_format";
    let Some(text) = params.get(NAME) else { return Ok(None) };
    let format =
        text.split("%%").map(|part| part.replace("%f", "%6f")).collect::<Vec<_>>().join("%%");
    match formatted("2000-01-01 00:00:00.000000", &format) {
        Some(_) => Ok(Some(format)),
        None => Err(ParamError::Unreadable {
            name: NAME,
            text: text.to_owned(),
            wanted: "a format of date-times".to_owned(),
        }),
    }
}

fn formatted(date_time: &str, format: &str) -> Option<String> {
    let time = NaiveDateTime::parse_from_str(date_time, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    let mut text = String::new();
    write!(text, "{}", time.format(format)).ok()?;
    Some(text)
}

/// A text that may be given in quotes, with escapes.
fn literal(text: &str) -> Cow<'_, str> {
    let quoted = |quote| text.strip_prefix(quote).and_then(|text: &str| text.strip_suffix(quote));
    let Some(inner) = quoted('"').or_else(|| quoted('\'')) else { return text.into() };
    let json = format!("\"{inner}\"");
    Json::trusted(json.as_bytes()).text().map_or(inner.into(), |text| text.into_owned().into())
}

#[cfg(test)]
mod tests;
