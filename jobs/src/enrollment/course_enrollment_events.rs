//! Enrollment events out of the logs: activated, deactivated, mode changed (spec 10 §4.1).

use super::{ACTIVATED, DEACTIVATED, MODE_CHANGED};
use crate::event::{Event, Json, course_key};
use crate::job::{At, Extract, Fill, Job, KeepAll, Scan, WHOLE_LINE, Work};
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Table};
use crate::text;
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-events",
    about: "enrollments, unenrollments and changes of mode, as the logs tell them",
    internal: false,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &["edx.course.enrollment."],
        extract: |params| Ok(Box::new(EnrollmentEvents { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(KeepAll),
        key_columns: WHOLE_LINE,
        fold: None,
    }),
};

/// One row: an event, duplicates kept.
pub const TABLE: Table = Table::staged(
    "course_enrollment_events",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("user_id", Kind::Int),
        Column::new("timestamp", Kind::Text(255)),
        Column::new("event_type", Kind::Text(255)),
        Column::new("mode", Kind::Text(100)),
    ],
);

const LONGEST_COURSE_ID: usize = 255;
const LONGEST_MODE: usize = 100;

struct EnrollmentEvents {
    ccx: bool,
}

impl Extract for EnrollmentEvents {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        let Some(event_type) = event.event_type() else { return Ok(()) };
        if ![ACTIVATED, DEACTIVATED, MODE_CHANGED].contains(&event_type.as_bytes()) {
            return Ok(());
        }
        match self.fields(event) {
            Ok([course_id, user_id, timestamp, mode]) => {
                let mut row = out.row();
                row.text(day).text(&*course_id).text(&*user_id).text(&*timestamp);
                row.text(event_type).text(&*mode).end()
            }
            Err(reason) => {
                out.count("Enrollment Events", reason, 1);
                Ok(())
            }
        }
    }
}

impl EnrollmentEvents {
    fn fields<'e>(&self, event: &'e Event) -> Result<[Cow<'e, str>; 4], &'static str> {
        // A time that is only a day is a real day, but no time (10 §2.4 rule 4).
        let timestamp = event.timestamp().filter(|time| time.contains('T'));
        let timestamp = timestamp.ok_or("Discard Malformed Time")?;
        let payload = event.payload().ok_or("Discard Missing Event Data")?;
        let [course_id, user_id, mode] = payload.pick(["course_id", "user_id", "mode"]);
        Ok([
            self.course_id(course_id)?,
            integer_text(user_id)?,
            Cow::Owned(timestamp),
            mode_text(mode)?,
        ])
    }

    fn course_id<'e>(&self, value: Option<Json<'e>>) -> Result<Cow<'e, str>, &'static str> {
        let id = value.and_then(Json::text).map(text::stripped).unwrap_or_default();
        let known = course_key::is_valid(&id) && course_key::counts(&id, self.ccx);
        if known && id.len() <= LONGEST_COURSE_ID { Ok(id) } else { Err("Discard Bad Course ID") }
    }
}

/// A JSON integer, or the text of a decimal integer kept as it is; at most 63 bits.
fn integer_text(value: Option<Json<'_>>) -> Result<Cow<'_, str>, &'static str> {
    let value = value.filter(|v| !v.is_null()).ok_or("Discard Missing User ID")?;
    let text = match value.text() {
        Some(text) => text,
        None => value.integer().map(|n| Cow::Owned(n.to_string())).ok_or("Discard Bad User ID")?,
    };
    if text.parse::<i64>().is_ok() { Ok(text) } else { Err("Discard Bad User ID") }
}

fn mode_text(value: Option<Json<'_>>) -> Result<Cow<'_, str>, &'static str> {
    let value = value.filter(|v| !v.is_null()).ok_or("Discard Missing Mode")?;
    let mode = value.scalar_text().ok_or("Discard Bad Mode")?;
    let fits = mode.len() <= LONGEST_MODE && !mode.contains(['\t', '\n', '\r']);
    if fits { Ok(mode) } else { Err("Discard Bad Mode") }
}

#[cfg(test)]
mod tests {
    use crate::testkit::scan;

    fn facts(event: &str) -> (Vec<String>, Vec<String>) {
        let line = format!(
            r#"{{"event_type": "edx.course.enrollment.activated", "time": "2015-03-09T04:05:06+00:00",
            "context": {{"course_id": "other/c/r"}}, "event": {event}}}"#
        );
        let done = scan(&[&super::JOB], &[], &[("log", vec![line.replace('\n', " ")])]);
        let counted = done.counters.iter().filter(|(group, ..)| *group == "Enrollment Events");
        let counted = counted.map(|(_, name, _)| name.to_owned()).collect();
        (done.table("course_enrollment_events"), counted)
    }

    #[test]
    fn the_payload_tells_course_user_and_mode() {
        let (rows, _) = facts(r#"{"course_id": " o/c/r ", "user_id": "041", "mode": 7}"#);
        let row = "o/c/r\t041\t2015-03-09T04:05:06.000000\tedx.course.enrollment.activated\t7";
        assert_eq!(rows, [row]);
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        for (event, reason) in [
            ("null", "Discard Missing Event Data"),
            (r#"{"user_id": 1, "mode": "a"}"#, "Discard Bad Course ID"),
            (r#"{"course_id": ["o/c/r"], "user_id": 1, "mode": "a"}"#, "Discard Bad Course ID"),
            (r#"{"course_id": "o/c/r", "mode": "a"}"#, "Discard Missing User ID"),
            (r#"{"course_id": "o/c/r", "user_id": 1.5, "mode": "a"}"#, "Discard Bad User ID"),
            (r#"{"course_id": "o/c/r", "user_id": "x", "mode": "a"}"#, "Discard Bad User ID"),
            (
                r#"{"course_id": "o/c/r", "user_id": 99999999999999999999, "mode": "a"}"#,
                "Discard Bad User ID",
            ),
            (r#"{"course_id": "o/c/r", "user_id": 1, "mode": null}"#, "Discard Missing Mode"),
            (r#"{"course_id": "o/c/r", "user_id": 1, "mode": ["a"]}"#, "Discard Bad Mode"),
            (r#"{"course_id": "o/c/r", "user_id": 1, "mode": "a\tb"}"#, "Discard Bad Mode"),
        ] {
            let (rows, counted) = facts(event);
            assert!(rows.is_empty(), "{event}: {rows:?}");
            assert_eq!(counted, [reason], "{event}");
        }
    }

    #[test]
    fn a_time_of_only_a_day_is_discarded() {
        let line = r#"{"event_type": "edx.course.enrollment.activated", "time": "2015-03-09", "event": {"course_id": "o/c/r", "user_id": 1, "mode": "a"}}"#;
        let done = scan(&[&super::JOB], &[], &[("log", vec![line.to_owned()])]);
        assert!(done.table("course_enrollment_events").is_empty());
        assert_eq!(done.counters.get("Enrollment Events", "Discard Malformed Time"), 1);
    }

    #[test]
    fn ccx_courses_count_unless_switched_off() {
        let line = r#"{"event_type": "edx.course.enrollment.activated", "time": "2015-03-09T1", "event": {"course_id": "ccx-v1:o+c+r+ccx@1", "user_id": 1, "mode": "a"}}"#;
        for (switch, rows) in [("true", 1), ("false", 0)] {
            let done =
                scan(&[&super::JOB], &[("ccx_enabled", switch)], &[("log", vec![line.to_owned()])]);
            assert_eq!(done.table("course_enrollment_events").len(), rows);
        }
    }
}
