//! What learners did in a course on a day, by label, out of the logs (spec 10 §5.1).

use crate::event::{Event, course_key};
use crate::job::{At, Extract, Fill, Job, Scan, SumCounts, Work, fold_counts};
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Table};
use crate::text::is_longer;
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "user-activity",
    about: "events of each learner in each course, by day and label",
    internal: false,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        // Nearly every line names a learner: to search it for a text first would only cost.
        needles: &[],
        extract: |params| Ok(Box::new(Activity { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(SumCounts),
        key_columns: 4,
        fold: Some(fold_counts),
    }),
};

/// One row: a learner in a course on a day, a label, and how many events have it. The learner's id is
/// text, since some logs hold words there.
pub const TABLE: Table = Table::staged(
    "user_activity_by_user",
    &[
        Column::new("user_id", Kind::Text(255)),
        Column::new("course_id", Kind::Text(255)),
        Column::new("date", Kind::Date),
        Column::new("category", Kind::Text(255)),
        Column::new("count", Kind::Int),
    ],
);

/// In characters: what the result store holds.
const LONGEST_COURSE_ID: usize = 255;

struct Activity {
    ccx: bool,
}

impl Extract for Activity {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        let (user_id, course_id) = match self.learner_in_course(event) {
            Ok(found) => found,
            Err(reason) => return discard(reason, out),
        };
        let source = event.event_source();
        if source == Some("task") {
            return Ok(());
        }
        let Some(event_type) = event.event_type() else {
            return discard("Discard Missing Event Type", out);
        };
        if event_type.starts_with("edx.course.enrollment.") {
            return Ok(());
        }
        for label in [Some("ACTIVE"), deed(source, event_type)].into_iter().flatten() {
            let mut row = out.row();
            row.clean(day).clean(&*user_id).clean(&*course_id).clean(day).clean(label);
            row.int(1).end()?;
        }
        Ok(())
    }
}

impl Activity {
    fn learner_in_course<'e>(
        &self,
        event: &'e Event,
    ) -> Result<(Cow<'e, str>, Cow<'e, str>), &'static str> {
        event.context_user_id().ok_or("Discard Missing User ID")?;
        let user_id = event.user_id_text().ok_or("Discard Bad User ID")?;
        let course_id = event
            .course_id_or_from_url()
            .filter(|id| course_key::counts(id, self.ccx))
            .ok_or("Discard Missing Course ID")?;
        match is_longer(&course_id, LONGEST_COURSE_ID) {
            false => Ok((user_id, course_id)),
            true => Err("Discard Bad Course ID"),
        }
    }
}

fn discard(reason: &str, out: &mut Output) -> Result<(), Error> {
    out.count("UserActivity", reason, 1);
    Ok(())
}

/// The label of what was done, besides that something was.
fn deed(source: Option<&str>, event_type: &str) -> Option<&'static str> {
    match source? {
        "server" if event_type == "problem_check" => Some("ATTEMPTED_PROBLEM"),
        "server" if is_forum_post(event_type) => Some("POSTED_FORUM"),
        "browser" | "mobile" if event_type == "play_video" => Some("PLAYED_VIDEO"),
        _ => None,
    }
}

/// The two dots may be one: `edx.forum.created` is a post.
fn is_forum_post(event_type: &str) -> bool {
    event_type.starts_with("edx.forum.") && event_type.ends_with(".created")
}

#[cfg(test)]
mod tests {
    use crate::testkit::{Done, scan};

    const FACTS: &str = super::TABLE.name;

    fn scanned(params: &[(&str, &str)], events: &[&str]) -> Done {
        let line =
            |event: &&str| format!(r#"{{"time": "2015-03-17T04:05:06.070809+00:00", {event}}}"#);
        scan(&[&super::JOB], params, &[("log", events.iter().map(line).collect())])
    }

    fn discarded(event: &str) -> Vec<String> {
        let done = scanned(&[], &[event]);
        assert!(done.table(FACTS).is_empty(), "{event}");
        let counted = done.counters.iter().filter(|(group, ..)| *group == "UserActivity");
        counted.map(|(_, name, _)| name.to_owned()).collect()
    }

    #[test]
    fn equal_events_are_counted_and_old_facts_added() {
        let event = r#""event_source": "mobile", "event_type": "play_video",
            "context": {"user_id": 7, "course_id": "o/c/r"}"#
            .replace('\n', " ");
        let done = scanned(&[], &[&event, &event]);
        let rows = ["ACTIVE", "PLAYED_VIDEO"].map(|label| format!("7\to/c/r\t2015-03-17\t{label}"));
        assert_eq!(done.table(FACTS), rows.clone().map(|row| format!("{row}\t2")));
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        let long = format!(
            r#""event_type": "a", "context": {{"user_id": 1, "course_id": "o/{}/r"}}"#,
            "é".repeat(252)
        );
        for (event, reason) in [
            (r#""event_type": "a", "context": null"#, "Discard Missing User ID"),
            (r#""event_type": "a", "context": {"user_id": false}"#, "Discard Missing User ID"),
            (r#""event_type": "a", "context": {"user_id": [1]}"#, "Discard Bad User ID"),
            (r#""event_type": "a", "context": {"user_id": "a\tb"}"#, "Discard Bad User ID"),
            (r#""event_type": "a", "context": {"user_id": "\u00e9"}"#, "Discard Bad User ID"),
            (r#""event_type": "a", "context": {"user_id": 1}"#, "Discard Missing Course ID"),
            (
                r#""event_type": "a", "context": {"user_id": 1, "course_id": 7}"#,
                "Discard Missing Course ID",
            ),
            (
                r#""event_type": 1, "context": {"user_id": 1, "course_id": "o/c/r"}"#,
                "Discard Missing Event Type",
            ),
            (&long, "Discard Bad Course ID"),
        ] {
            assert_eq!(discarded(event), [reason], "{event}");
        }
    }

    #[test]
    fn a_course_id_is_measured_in_characters() {
        let event = format!(
            r#""event_type": "a", "context": {{"user_id": 1, "course_id": "o/{}/r"}}"#,
            "é".repeat(251)
        );
        assert_eq!(scanned(&[], &[&event]).table(FACTS).len(), 1);
    }

    #[test]
    fn tasks_and_enrollments_are_no_activity_and_no_error() {
        for event in [
            r#""event_source": "task", "context": {"user_id": 1, "course_id": "o/c/r"}"#,
            r#""event_type": "edx.course.enrollment.x", "context": {"user_id": 1, "course_id": "o/c/r"}"#,
        ] {
            assert!(discarded(event).is_empty(), "{event}");
        }
    }

    #[test]
    fn ids_of_learners_are_texts() {
        for (id, text) in [("41", "41"), (r#""abc""#, "abc"), ("41.0", "41.0"), ("true", "True")] {
            let event = format!(
                r#""event_type": "a", "context": {{"user_id": {id}, "course_id": "o/c/r"}}"#
            );
            let row = format!("{text}\to/c/r\t2015-03-17\tACTIVE\t1");
            assert_eq!(scanned(&[], &[&event]).table(FACTS), [row]);
        }
    }

    #[test]
    fn ccx_courses_count_unless_switched_off() {
        let event =
            r#""event_type": "a", "context": {"user_id": 1, "course_id": "ccx-v1:o+c+r+ccx@1"}"#;
        for (switch, rows) in [("true", 1), ("false", 0)] {
            assert_eq!(scanned(&[("ccx_enabled", switch)], &[event]).table(FACTS).len(), rows);
        }
    }
}
