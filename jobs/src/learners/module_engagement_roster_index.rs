//! The roster as documents of a search index, one JSON object a line (spec 30 A.7).
//!
//! Course and name of a learner name a document. A line is `{"_id": …, "_source": {…}}`. A learner with
//! two rows in a course has one document, made of the row that is greater by its bytes, whatever order
//! they come in. The documents of a course are one file.

use super::module_engagement_roster;
use crate::csv_file::course_folder;
use crate::event::canonical::quoted;
use crate::job::{At, Input, Job, Pass, Step, Work};
use crate::report;
use crate::streaming::output::nullable;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind};
use crate::text::shortest;
use std::collections::BTreeMap;

/// The job.
pub const JOB: Job = Job {
    name: "module-engagement-roster-index",
    about: "the roster as documents for a search index",
    internal: false,
    inputs: &[Input::new(&module_engagement_roster::TABLE, At::Date)],
    fills: &[],
    report: Some(report::lines),
    params: &["date", "scale_factor"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Pass)),
        combiner: None,
        reducer: |params| {
            Ok(Box::new(Reduce { copies: params.number("scale_factor")?.unwrap_or(1) }))
        },
        // The documents of a course then stand together.
        partition: 1,
        key: 2,
    }]),
};

struct Reduce {
    copies: u32,
}

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let mut last = Vec::new();
        while let Some(value) = values.next()? {
            last.clear();
            last.extend_from_slice(value);
        }
        let row = [key, &last].join(&b'\t');
        let (id, source) = document(&row)?;
        let file = format!("{}.jsonl", course_folder(&key[..key_len(key, 1)]));
        for copy in 0..self.copies {
            let id = if copy == 0 { id.clone() } else { format!("{id}|{copy}") };
            let id = quoted(&id);
            let mut row = out.row();
            row.text(&file).show(format_args!(r#"{{"_id":{id},"_source":{source}}}"#)).end()?;
        }
        Ok(())
    }
}

/// What the index must be told of the columns, as JSON: `name` is found by its words, all else whole.
#[must_use]
pub fn mapping() -> String {
    let columns = module_engagement_roster::TABLE.columns;
    let field = |column: &Column| (column.name, search_type(column).to_owned());
    format!(r#"{{"properties":{}}}"#, object(columns.iter().map(field)))
}

fn search_type(column: &Column) -> &'static str {
    match column.kind {
        _ if column.name == "name" => r#"{"fields":{"keyword":{"type":"keyword"}},"type":"text"}"#,
        Kind::Int => r#"{"type":"integer"}"#,
        Kind::Float => r#"{"type":"float"}"#,
        Kind::Date => r#"{"type":"date"}"#,
        _ => r#"{"type":"keyword"}"#,
    }
}

/// The name of a row's document, and its text.
fn document(row: &[u8]) -> Result<(String, String), Error> {
    const WHAT: &str = "a row of module_engagement_roster";
    let text = str::from_utf8(row).map_err(|e| Error::contract(WHAT, e.to_string(), row))?;
    let cells: Vec<_> = text.split('\t').collect();
    let columns = module_engagement_roster::TABLE.columns;
    if cells.len() != columns.len() {
        return Err(Error::contract(WHAT, format!("{} fields", cells.len()), row));
    }
    let mut members = Vec::new();
    for (column, cell) in columns.iter().zip(&cells) {
        let value = value(column, cell).ok_or_else(|| Error::contract(WHAT, column.name, row))?;
        members.extend(value.map(|value| (column.name, value)));
    }
    Ok((format!("{}|{}", cells[0], cells[1]), object(members)))
}

/// A cell in JSON; `Some(None)` where the document leaves it out, none where it is broken.
#[expect(clippy::option_option, reason = "a missing member is no broken one")]
fn value(column: &Column, cell: &str) -> Option<Option<String>> {
    if nullable(cell.as_bytes()).is_none() {
        return Some(["name", "email"].contains(&column.name).then(|| "null".to_owned()));
    }
    Some(match column.kind {
        Kind::Int => Some(cell.parse::<i64>().ok()?.to_string()),
        Kind::Float => Some(cell.parse().ok()?).filter(|n: &f64| n.is_finite()).map(shortest),
        _ if column.name == "segments" => {
            let segments: Vec<_> = cell.split(',').map(quoted).collect();
            Some(format!("[{}]", segments.join(",")))
        }
        _ => Some(quoted(cell)),
    })
}

/// An object of members in JSON, sorted by name.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let sorted: BTreeMap<_, _> = members.into_iter().collect();
    let members: Vec<_> =
        sorted.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::run;
    use serde_json::{Value, json};

    const ROW: &str = "o/c/r\tmira\t2014-03-25\t2014-04-01\t\\N\t\\N\thonor\t\\N\tCOHORT\t4\t1\t0\tinf\t10\t0\t\t-4\t7\ten \"x\"\t\\N\t1970\t\t\\N\t\\N\t\\N\t\\N\t\\N";

    fn documents(rows: &[String], copies: &str) -> Vec<Value> {
        let input = [("module_engagement_roster", rows.to_vec())];
        let done = run(&JOB, &[("date", "2014-04-01"), ("scale_factor", copies)], &input);
        let line = |line: &String| {
            let (file, line) = line.split_once('\t').unwrap();
            assert_eq!(file, format!("{}.jsonl", course_folder(b"o/c/r")));
            serde_json::from_str(line).unwrap()
        };
        done.files(JOB.name).iter().map(line).collect()
    }

    #[test]
    fn what_is_null_or_infinite_is_left_out() {
        let source = json!({
            "course_id": "o/c/r", "username": "mira", "start_date": "2014-03-25",
            "end_date": "2014-04-01", "email": null, "name": null, "enrollment_mode": "honor",
            "cohort": "COHORT", "problem_attempts": 4, "problems_attempted": 1,
            "problems_completed": 0, "videos_viewed": 10, "discussion_contributions": 0,
            "segments": [""], "attempt_ratio_order": -4, "user_id": 7, "language": "en \"x\"",
            "year_of_birth": 1970, "level_of_education": "",
        });
        assert_eq!(
            documents(&[ROW.to_owned()], "1"),
            [json!({"_id": "o/c/r|mira", "_source": source})]
        );
    }

    #[test]
    fn of_two_rows_the_greater_is_the_document_and_copies_have_numbers() {
        let rows = ["Red", "Blue"].map(|cohort| ROW.replace("COHORT", cohort));
        let turned = [rows[1].clone(), rows[0].clone()];
        let found = documents(&rows, "3");
        let ids: Vec<_> = found.iter().map(|document| document["_id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["o/c/r|mira", "o/c/r|mira|1", "o/c/r|mira|2"]);
        assert!(found.iter().all(|document| document["_source"]["cohort"] == "Red"));
        assert_eq!(documents(&turned, "3"), found);
    }

    #[test]
    fn the_mapping_names_every_column() {
        let mapping: Value = serde_json::from_str(&mapping()).unwrap();
        let fields = mapping["properties"].as_object().unwrap();
        assert_eq!(fields.len(), 27);
        assert_eq!(fields["name"]["fields"]["keyword"]["type"], "keyword");
        for (name, kind) in [
            ("name", "text"),
            ("username", "keyword"),
            ("goals", "keyword"),
            ("end_date", "date"),
            ("user_id", "integer"),
            ("problem_attempts_per_completed", "float"),
        ] {
            assert_eq!(fields[name]["type"], kind, "{name}");
        }
    }
}
