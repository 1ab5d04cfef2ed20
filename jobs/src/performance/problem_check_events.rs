//! The parts of each learner's first and last check of each problem (spec 20 §1.1).

use super::parts::{Attempt, parts};
use super::problem_checks;
use crate::event::{Json, canonical};
use crate::job::{At, Fill, Input, Job, Pass, Step, Work, every_day};
use crate::streaming::output::split;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "problem-check-events",
    about: "answers of each learner's first and last check of each problem",
    internal: true,
    inputs: &[Input::new(&problem_checks::TABLE, At::Days).within(every_day)],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: None,
    params: &["date"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Pass)),
        combiner: None,
        reducer: |_| Ok(Box::new(FirstAndLast)),
        partition: 3,
        key: 3,
    }]),
};

/// One row: an answer to a part of a problem, with its `attempt_category` inside.
pub const TABLE: Table = Table::staged(
    "problem_check_events",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("answer_id", Kind::Text(255)),
        Column::new("timestamp", Kind::Text(255)),
        Column::new("answer", Kind::Json),
    ],
);

/// Values are `timestamp, data` in order: by time, then by the data's text. One check is first and
/// last.
struct FirstAndLast;

impl Reducer for FirstAndLast {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let course_id = &key[..key_len(key, 1)];
        let (mut first, mut last) = (None, Vec::new());
        while let Some(value) = values.next()? {
            first.get_or_insert_with(|| value.to_vec());
            last.clear();
            last.extend_from_slice(value);
        }
        write_parts(course_id, &first.unwrap_or_default(), Attempt::First, out)?;
        write_parts(course_id, &last, Attempt::Last, out)
    }
}

fn write_parts(
    course_id: &[u8],
    check: &[u8],
    attempt: Attempt,
    out: &mut Output,
) -> Result<(), Error> {
    let [timestamp, data] = split("time and data of a problem check", check)?;
    let data = Json::parse(data)
        .ok_or_else(|| Error::contract("the data of a problem check", "no JSON", check))?;
    for part in parts(data, attempt, out) {
        let mut row = out.row();
        row.fields(course_id).text(&*part.answer_id).fields(timestamp);
        row.text(canonical::object(part.members)).end()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    /// Checks of one learner and problem as `time, answer`; the rows as `time, category, answer`.
    fn answers(checks: &[(&str, &str)]) -> Vec<String> {
        let check = |(time, answer): &(&str, &str)| {
            let answered = format!(
                r#""answers":{{"1":"{answer}"}},"submission":{{"1":{{"answer":"{answer}"}}}}"#
            );
            format!("o/c/r\t\"p\"\t\"u\"\t2015-01-01T{time}\t{{{answered}}}")
        };
        let input = [("problem_checks", checks.iter().map(check).collect())];
        let rows =
            run(&super::JOB, &[("date", "2015-02-01")], &input).table("problem_check_events");
        let short = |row: &String| {
            let text = |name: &str| {
                let (_, rest) = row.split_once(&format!("\"{name}\":\"")).unwrap_or_default();
                rest.split('"').next().unwrap_or_default().to_owned()
            };
            let time = row.split('\t').nth(2).unwrap_or_default();
            format!("{} {} {}", &time[11..], text("attempt_category"), text("answer"))
        };
        rows.iter().map(short).collect()
    }

    #[test]
    fn checks_between_first_and_last_vanish() {
        let checks = [("03:00:00", "5"), ("01:00:00", "7"), ("02:00:00", "6")];
        assert_eq!(answers(&checks), ["01:00:00 first 7", "03:00:00 last 5"]);
        assert_eq!(answers(&checks[..1]), ["03:00:00 first 5", "03:00:00 last 5"]);
    }

    #[test]
    fn a_fraction_of_a_second_is_later_than_none() {
        let checks = [("01:00:00.500000", "b"), ("01:00:00", "a")];
        assert_eq!(answers(&checks), ["01:00:00 first a", "01:00:00.500000 last b"]);
    }

    #[test]
    fn checks_of_one_instant_are_told_apart_by_their_text() {
        let mut checks = [("01:00:00", "b"), ("01:00:00", "a"), ("01:00:00", "c")];
        for _ in 0..checks.len() {
            checks.rotate_left(1);
            assert_eq!(answers(&checks), ["01:00:00 first a", "01:00:00 last c"]);
        }
    }
}
