//! Enrollment events and what snapshots of the LMS's table say, as facts (spec 30 E.1).
//!
//! Snapshots come as events too: `validated` events of the job `enrollment-snapshot-events`.

use super::{ACTIVATED, DEACTIVATED, MODE_CHANGED, VALIDATED, moment};
use crate::event::{Event, Json, canonical, course_key};
use crate::job::{At, Extract, Fill, Job, KeepAll, Scan, WHOLE_LINE, Work};
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Table};
use crate::text;
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "enrollment-validation-events",
    about: "enrollment events, and what snapshots of the LMS say of enrollments",
    internal: true,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &["edx.course.enrollment."],
        extract: |params| Ok(Box::new(ValidationEvents { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(KeepAll),
        key_columns: WHOLE_LINE,
        fold: None,
    }),
};

/// One row: an event. `info` is NULL but for a validated event, of which it holds `is_active`,
/// `created`, `dump_start` and `dump_end`.
pub const TABLE: Table = Table::staged(
    "enrollment_validation_events",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("user_id", Kind::Text(255)),
        Column::new("timestamp", Kind::Text(255)),
        Column::new("event_type", Kind::Text(255)),
        Column::new("mode", Kind::Text(255)),
        Column::new("info", Kind::Json),
    ],
);

struct ValidationEvents {
    ccx: bool,
}

/// What a fact holds, but for its event type.
struct Fact<'e> {
    course_id: Cow<'e, str>,
    user_id: Cow<'e, str>,
    timestamp: String,
    mode: Cow<'e, str>,
    info: Option<String>,
}

impl Extract for ValidationEvents {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        let Some(event_type) = event.event_type() else { return Ok(()) };
        if ![ACTIVATED, DEACTIVATED, MODE_CHANGED, VALIDATED].contains(&event_type) {
            return Ok(());
        }
        match self.fact(event, event_type) {
            Ok(fact) => {
                let mut row = out.row();
                row.text(day).text(&*fact.course_id).text(&*fact.user_id).text(fact.timestamp);
                row.text(event_type).text(&*fact.mode).opt_str(fact.info).end()
            }
            Err(reason) => {
                out.count("Enrollment Validation", reason, 1);
                Ok(())
            }
        }
    }
}

impl ValidationEvents {
    fn fact<'e>(&self, event: &'e Event, event_type: &str) -> Result<Fact<'e>, &'static str> {
        // Later steps move times by microseconds.
        let timestamp = event.timestamp().filter(|time| moment::is_readable(time));
        let timestamp = timestamp.ok_or("Discard Malformed Time")?;
        let payload = event.payload().ok_or("Discard Missing Event Data")?;
        let [course_id, user_id, mode] = payload.pick(["course_id", "user_id", "mode"]);
        let given = |value: Option<Json<'e>>| value.filter(|value| !value.is_null());
        let user_id = given(user_id).ok_or("Discard Missing User ID")?;
        let mode = given(mode).ok_or("Discard Missing Mode")?;
        Ok(Fact {
            course_id: self.course_id(course_id)?,
            user_id: user_id.scalar_text().ok_or("Discard Bad User ID")?,
            timestamp,
            mode: mode.scalar_text().ok_or("Discard Bad Mode")?,
            info: if event_type == VALIDATED { Some(info(payload)?) } else { None },
        })
    }

    fn course_id<'e>(&self, value: Option<Json<'e>>) -> Result<Cow<'e, str>, &'static str> {
        let id = value.and_then(Json::text).map(text::stripped).unwrap_or_default();
        let known = course_key::is_valid(&id) && course_key::counts(&id, self.ccx);
        if known { Ok(id) } else { Err("Discard Bad Course ID") }
    }
}

/// What a snapshot says besides the mode. One that does not say when it was made tells nothing.
fn info(payload: Json) -> Result<String, &'static str> {
    const MEMBERS: [&str; 4] = ["created", "dump_end", "dump_start", "is_active"];
    let mut members = payload.members();
    members.retain(|name, _| MEMBERS.contains(&&**name));
    let dated = members.contains_key("dump_start");
    if dated { Ok(canonical::object(members)) } else { Err("Discard Validation Without Dump") }
}

#[cfg(test)]
mod tests {
    use crate::testkit::scan;

    fn facts(event_type: &str, time: &str, payload: &str) -> (Vec<String>, Vec<String>) {
        let line = format!(
            r#"{{"event_type": "edx.course.enrollment.{event_type}", "time": "{time}", "event": {payload}}}"#
        );
        let done = scan(&[&super::JOB], &[], &[("log", vec![line])]);
        let counted = done.counters.iter().filter(|(group, ..)| *group == "Enrollment Validation");
        let counted = counted.map(|(_, name, _)| name.to_owned()).collect();
        (done.by_day("enrollment_validation_events"), counted)
    }

    const TIME: &str = "2015-03-09T04:05:06+00:00";

    #[test]
    fn only_a_validated_event_has_more_to_tell() {
        let payload = r#"{"course_id": " o/c/r ", "user_id": 41, "mode": "", "is_active": true,
            "created": null, "dump_start": "a", "dump_end": "b", "x": 1}"#
            .replace('\n', " ");
        let start = "2015-03-09\to/c/r\t41\t2015-03-09T04:05:06.000000\tedx.course.enrollment.";
        for (event_type, info) in [
            ("validated", r#"{"created":null,"dump_end":"b","dump_start":"a","is_active":true}"#),
            ("activated", r"\N"),
            ("deactivated", r"\N"),
            ("mode_changed", r"\N"),
        ] {
            let (rows, _) = facts(event_type, TIME, &payload);
            assert_eq!(rows, [format!("{start}{event_type}\t\t{info}")]);
        }
        assert!(facts("upgrade.succeeded", TIME, &payload).0.is_empty());
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        let whole = r#"{"course_id": "o/c/r", "user_id": 1, "mode": "a"}"#;
        for (event_type, time, payload, reason) in [
            ("activated", "2015-03-09", whole, "Discard Malformed Time"),
            ("activated", "2015-03-09Tnoon", whole, "Discard Malformed Time"),
            ("activated", TIME, "null", "Discard Missing Event Data"),
            ("activated", TIME, r#"{"user_id": 1, "mode": "a"}"#, "Discard Bad Course ID"),
            (
                "activated",
                TIME,
                r#"{"course_id": "o/c/r", "mode": "a"}"#,
                "Discard Missing User ID",
            ),
            (
                "activated",
                TIME,
                r#"{"course_id": "o/c/r", "user_id": [1], "mode": "a"}"#,
                "Discard Bad User ID",
            ),
            ("activated", TIME, r#"{"course_id": "o/c/r", "user_id": 1}"#, "Discard Missing Mode"),
            (
                "activated",
                TIME,
                r#"{"course_id": "o/c/r", "user_id": 1, "mode": {}}"#,
                "Discard Bad Mode",
            ),
            ("validated", TIME, whole, "Discard Validation Without Dump"),
        ] {
            let (rows, counted) = facts(event_type, time, payload);
            assert!(rows.is_empty(), "{payload}: {rows:?}");
            assert_eq!(counted, [reason], "{payload}");
        }
    }

    #[test]
    fn ccx_courses_count_unless_switched_off() {
        let line = r#"{"event_type": "edx.course.enrollment.activated", "time": "2015-03-09T01:00:00", "event": {"course_id": "ccx-v1:o+c+r+ccx@1", "user_id": 1, "mode": "a"}}"#;
        for (switch, rows) in [("true", 1), ("false", 0)] {
            let params = [("ccx_enabled", switch)];
            let done = scan(&[&super::JOB], &params, &[("log", vec![line.to_owned()])]);
            assert_eq!(done.table("enrollment_validation_events").len(), rows);
        }
    }
}
