//! Checks of tagged problems, by tag and value (spec 20 §3).
//!
//! The tags of a problem are those of its latest check. All its checks count for each of them, those
//! from before it was tagged too.

use super::tags_distribution_by_day::{self as by_day, Submissions};
use crate::event::Json;
use crate::job::{At, Fill, Input, Job, Pass, Step, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::first_characters;
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "tags-distribution",
    about: "checks of tagged problems, by tag and value",
    internal: false,
    inputs: &[Input::new(&by_day::TABLE, At::Days)],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Pass)),
        combiner: None,
        reducer: |_| Ok(Box::new(Distribute)),
        partition: 3,
        key: 3,
    }]),
};

/// One row: a problem with one value of one tag. Values that a tag has twice give two rows.
pub const TABLE: Table = Table::result(
    "tags_distribution",
    &[
        Column::required("course_id", Kind::Text(LONGEST)),
        Column::required("org_id", Kind::Text(LONGEST)),
        Column::required("module_id", Kind::Text(LONGEST)),
        Column::required("tag_name", Kind::Text(LONGEST)),
        Column::required("tag_value", Kind::Text(LONGEST)),
        Column::required("total_submissions", Kind::Int),
        Column::required("correct_submissions", Kind::Int),
    ],
    &[&["course_id"], &["module_id"], &["course_id", "module_id"]],
);

const LONGEST: u16 = 255;

struct Distribute;

impl Reducer for Distribute {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let problem = split::<3>("course, organisation and problem", key)?;
        let problem = problem.map(|field| cut(String::from_utf8_lossy(field), out));
        let sum = Submissions::of(values)?;
        let tags = Json::parse(sum.tags())
            .ok_or_else(|| Error::contract("the tags of a problem", "no JSON", sum.tags()))?;
        for (name, tagged) in tags.members() {
            let name = cut(name, out);
            for value in values_of(tagged) {
                let Some(value) = value.text() else {
                    out.count("Tags Distribution", "Discard Tag Value", 1);
                    continue;
                };
                let value = cut(value, out);
                let mut row = out.row();
                for field in &problem {
                    row.text(&**field);
                }
                row.text(&*name).text(&*value).int(sum.total).int(sum.correct).end()?;
            }
        }
        Ok(())
    }
}

/// A list's items, or the one value.
fn values_of(tagged: Json<'_>) -> Vec<Json<'_>> {
    if tagged.is_array() { tagged.items() } else { vec![tagged] }
}

/// At most as many characters as a column holds; a text that is cut is counted.
fn cut<'t>(text: Cow<'t, str>, out: &mut Output) -> Cow<'t, str> {
    let kept = first_characters(&text, LONGEST.into());
    if kept.len() == text.len() {
        return text;
    }
    out.count("Tags Distribution", "Truncated Text", 1);
    Cow::Owned(kept.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::testkit::{Done, run};

    /// Rows of problem `p` as `timestamp, tags, total, correct`.
    fn distributed(days: &[(&str, &str, u32, u32)]) -> Done {
        let line = |(time, tags, total, correct): &(&str, &str, u32, u32)| {
            format!("o/c/r\to\tp\t{time}\t{tags}\t{total}\t{correct}")
        };
        let input = [("tags_distribution_by_day", days.iter().map(line).collect())];
        run(&super::JOB, &[("interval", "2015-03")], &input)
    }

    fn rows(days: &[(&str, &str, u32, u32)]) -> Vec<String> {
        distributed(days).table("tags_distribution")
    }

    #[test]
    fn the_latest_tags_count_for_all_days_whatever_their_order() {
        let mut days = [
            ("3.0", r#"{"a":"x","b":["y","z"]}"#, 1, 1),
            ("2.0", r#"{"c":"w"}"#, 4, 2),
            ("1.0", "{}", 5, 0),
        ];
        let found = ["a\tx", "b\ty", "b\tz"].map(|tag| format!("o/c/r\to\tp\t{tag}\t10\t3"));
        for _ in 0..days.len() {
            days.rotate_left(1);
            assert_eq!(rows(&days), found);
        }
    }

    #[test]
    fn a_problem_whose_latest_check_has_no_tags_has_no_rows() {
        for none in ["{}", "null", r#""""#, r#"{"a":[]}"#, r#""text""#, "[1]"] {
            let days = [("2.0", none, 1, 1), ("1.0", r#"{"a":"x"}"#, 1, 1)];
            assert!(rows(&days).is_empty(), "{none}");
        }
    }

    #[test]
    fn values_repeat_and_what_is_no_text_is_counted() {
        let done = distributed(&[("1.0", r#"{"a":["x",null,"x",7],"b":null,"c":"None"}"#, 2, 1)]);
        let found = ["a\tx", "a\tx", "c\tNone"].map(|tag| format!("o/c/r\to\tp\t{tag}\t2\t1"));
        assert_eq!(done.table("tags_distribution"), found);
        assert_eq!(done.counters.get("Tags Distribution", "Discard Tag Value"), 3);
    }

    #[test]
    fn long_and_broken_texts_are_made_to_fit() {
        let tags = format!(r#"{{"a":"{}","b":"x\ty"}}"#, "é".repeat(256));
        let done = distributed(&[("1.0", &tags, 1, 1)]);
        let found = [format!("a\t{}", "é".repeat(255)), "b\tx y".to_owned()];
        assert_eq!(
            done.table("tags_distribution"),
            found.map(|t| format!("o/c/r\to\tp\t{t}\t1\t1"))
        );
        assert_eq!(done.counters.get("Tags Distribution", "Truncated Text"), 1);
        assert_eq!(done.counters.get("Records", "Cleaned"), 1);
    }
}
