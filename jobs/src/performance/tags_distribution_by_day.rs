//! Checks of problems by day, with the tags that the problem had last (spec 20 §3).

use crate::event::{Event, Json, course_key};
use crate::job::{At, Extract, Fill, Job, Scan, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "tags-distribution-by-day",
    about: "checks of each problem on each day, and the tags that it had",
    internal: true,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &["problem_check"],
        extract: |params| Ok(Box::new(TaggedChecks { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(Merge),
        key_columns: 3,
        fold: None,
    }),
};

/// One row: a problem on a day. `saved_tags` is what its latest check, at `timestamp`, said.
pub const TABLE: Table = Table::staged(
    "tags_distribution_by_day",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("org_id", Kind::Text(255)),
        Column::new("module_id", Kind::Text(255)),
        Column::new("timestamp", Kind::Text(255)),
        Column::new("saved_tags", Kind::Json),
        Column::new("total_submissions", Kind::Int),
        Column::new("correct_submissions", Kind::Int),
    ],
);

struct TaggedChecks {
    ccx: bool,
}

impl Extract for TaggedChecks {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        if event.event_type() != Some("problem_check") || event.event_source() != Some("server") {
            return Ok(());
        }
        match self.check(event) {
            Ok(check) => {
                let mut row = out.row();
                row.text(day).text(&*check.course_id).text(&check.org_id).text(&*check.module_id);
                row.text(check.timestamp).text(saved_tags(event).to_string());
                row.int(1).int(check.correct.into()).end()
            }
            Err(reason) => {
                out.count("Tags Distribution", reason, 1);
                Ok(())
            }
        }
    }
}

struct Check<'e> {
    course_id: Cow<'e, str>,
    org_id: String,
    module_id: Cow<'e, str>,
    timestamp: String,
    correct: bool,
}

impl TaggedChecks {
    fn check<'e>(&self, event: &'e Event) -> Result<Check<'e>, &'static str> {
        let course_id = event.course_id().filter(|id| course_key::counts(id, self.ccx));
        let course_id = course_id.ok_or("Discard Bad Course ID")?;
        let org_id = course_key::org(&course_id).ok_or("Discard Bad Course ID")?.to_string();
        let timestamp = event.timestamp().ok_or("Discard Missing Time")?;
        event.payload().ok_or("Discard Missing Event Data")?;
        let [problem_id, success] = event.payload_members(["problem_id", "success"]);
        let problem_id =
            problem_id.filter(|id| id.is_truthy()).ok_or("Discard Missing Problem ID")?;
        let module_id = problem_id.scalar_text().ok_or("Discard Bad Problem ID")?;
        let correct = success.and_then(Json::text).as_deref() == Some("correct");
        Ok(Check { course_id, org_id, module_id, timestamp, correct })
    }
}

/// The problem's tags; none where the event tells of none.
fn saved_tags<'e>(event: &Event<'e>) -> Json<'e> {
    let aside = event.context().and_then(|c| c.get("asides")).and_then(|a| a.get("tagging_aside"));
    aside.and_then(|aside| aside.get("saved_tags")).unwrap_or(Json::EMPTY_OBJECT)
}

/// What rows of one problem say together.
#[derive(Debug, Default)]
pub(super) struct Submissions {
    /// Time and tags of the latest row; of equal times, the greater tags.
    latest: (Vec<u8>, Vec<u8>),
    pub total: i64,
    pub correct: i64,
}

impl Submissions {
    /// Sums the rows `timestamp, saved_tags, total, correct` of a problem.
    pub fn of(values: &mut Values) -> Result<Self, Error> {
        let mut sum = Self::default();
        while let Some(value) = values.next()? {
            let [timestamp, tags, total, correct] = split("checks of a problem on a day", value)?;
            sum.total += count(total, value)?;
            sum.correct += count(correct, value)?;
            if (timestamp, tags) > (&sum.latest.0, &sum.latest.1) {
                sum.latest = (timestamp.to_vec(), tags.to_vec());
            }
        }
        Ok(sum)
    }

    /// The tags of the latest row.
    pub fn tags(&self) -> &[u8] {
        &self.latest.1
    }
}

fn count(field: &[u8], line: &[u8]) -> Result<i64, Error> {
    let number = str::from_utf8(field).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| Error::contract("a count of checks", "no number", line))
}

struct Merge;

impl Reducer for Merge {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let sum = Submissions::of(values)?;
        let mut row = out.row();
        row.fields(key).fields(&sum.latest.0).fields(&sum.latest.1);
        row.int(sum.total).int(sum.correct).end()
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::scan;

    /// A check as `time, asides, event`.
    fn line(time: &str, asides: &str, event: &str) -> String {
        format!(
            r#"{{"event_type": "problem_check", "event_source": "server", "time": "2015-03-09T{time}",
            "context": {{"course_id": "o/c/r", "asides": {asides}}}, "event": {event}}}"#
        )
        .replace('\n', " ")
    }

    fn facts(lines: Vec<String>) -> (Vec<String>, Vec<String>) {
        let done = scan(&[&super::JOB], &[], &[("log", lines)]);
        let counted = done.counters.iter().filter(|(group, ..)| *group == "Tags Distribution");
        let counted = counted.map(|(_, name, _)| name.to_owned()).collect();
        (done.table("tags_distribution_by_day"), counted)
    }

    const CORRECT: &str = r#"{"problem_id": "p", "success": "correct"}"#;

    #[test]
    fn checks_of_a_day_are_summed_and_the_latest_tags_kept() {
        let aside =
            |tag: &str| format!(r#"{{"tagging_aside": {{"saved_tags": {{"t": "{tag}"}}}}}}"#);
        let mut lines = vec![
            line("10:00:00+00:00", &aside("a"), CORRECT),
            line("10:00:00.1+00:00", &aside("b"), r#"{"problem_id": "p", "success": "CORRECT"}"#),
            line("10:00:00.1+05:00", &aside("c"), CORRECT),
        ];
        let row = "o/c/r\to\tp\t2015-03-09T10:00:00.1\t{\"t\":\"c\"}\t3\t2";
        for _ in 0..lines.len() {
            lines.rotate_left(1);
            assert_eq!(facts(lines.clone()).0, [row]);
        }
    }

    #[test]
    fn what_is_no_tags_is_none() {
        for asides in ["null", "7", r#"{"tagging_aside": null}"#, r#"{"tagging_aside": []}"#] {
            let (rows, _) = facts(vec![line("10:00:00", asides, CORRECT)]);
            assert_eq!(rows, ["o/c/r\to\tp\t2015-03-09T10:00:00.000000\t{}\t1\t1"], "{asides}");
        }
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        for (event, reason) in [
            ("[]", "Discard Missing Event Data"),
            (r#"{"problem_id": ""}"#, "Discard Missing Problem ID"),
            (r#"{"problem_id": ["p"]}"#, "Discard Bad Problem ID"),
        ] {
            let (rows, counted) = facts(vec![line("10:00:00", "{}", event)]);
            assert!(rows.is_empty(), "{event}: {rows:?}");
            assert_eq!(counted, [reason], "{event}");
        }
        let bad = line("10:00:00", "{}", CORRECT).replace("o/c/r", "o c r");
        assert_eq!(facts(vec![bad]), (vec![], vec!["Discard Bad Course ID".to_owned()]));
    }
}
