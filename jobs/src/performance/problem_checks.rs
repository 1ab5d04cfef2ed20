//! Every check of a problem: who answered what, and how it was judged (spec 20 §1.1, §2.1).
//!
//! One fact serves answer distribution and problem response. It holds the whole of the event's data,
//! since what a part of a problem looks like depends on which checks turn out first and last.

use crate::event::{Event, Json, canonical, course_key, time};
use crate::job::{At, Extract, Fill, Job, KeepAll, Scan, WHOLE_LINE, Work};
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Table};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "problem-checks",
    about: "checks of problems by learners, as the logs tell them",
    internal: true,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &["problem_check"],
        extract: |params| Ok(Box::new(ProblemChecks { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(KeepAll),
        key_columns: WHOLE_LINE,
        fold: None,
    }),
};

/// One row: a check. `timestamp` is in the text form that sorts by time; `data` is the event's data
/// with `timestamp`, `username` and `context` put in.
pub const TABLE: Table = Table::staged(
    "problem_checks",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("problem_id", Kind::Json),
        Column::new("username", Kind::Json),
        Column::new("timestamp", Kind::Text(255)),
        Column::new("data", Kind::Json),
    ],
);

struct ProblemChecks {
    ccx: bool,
}

impl Extract for ProblemChecks {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        if event.event_type() != Some("problem_check") || event.event_source() != Some("server") {
            return Ok(());
        }
        match self.check(event) {
            Ok(check) => {
                let mut row = out.row();
                row.text(day).text(&*check.course_id).text(check.problem_id).text(check.username);
                row.text(check.timestamp).text(check.data).end()
            }
            Err(reason) => {
                out.count("Problem Checks", reason, 1);
                Ok(())
            }
        }
    }

    /// A time is read strictly here, in which a month may have one digit.
    fn day_of_strict_time(&self) -> bool {
        true
    }
}

struct Check<'e> {
    course_id: Cow<'e, str>,
    problem_id: String,
    username: String,
    timestamp: String,
    data: String,
}

impl ProblemChecks {
    fn check<'e>(&self, event: &'e Event) -> Result<Check<'e>, &'static str> {
        let payload = event.payload().ok_or("Discard Missing Event Data")?;
        let timestamp = time::iso_text(event.strict_time().ok_or("Discard Malformed Time")?);
        let context = event.context().ok_or("Discard Missing Context")?;
        let username = event.username().ok_or("Discard Missing Username")?;
        let course_id = event.course_id().filter(|id| course_key::counts(id, self.ccx));
        let course_id = course_id.ok_or("Discard Bad Course ID")?;
        let mut members = payload.members();
        let problem_id = members.get("problem_id").filter(|id| !id.is_null());
        let problem_id = problem_id.ok_or("Discard Missing Problem ID")?.to_string();
        if !has_answers(members.get("answers"), members.get("submission")) {
            return Err("Discard Bad Answers");
        }
        let quoted = canonical::quoted(&timestamp);
        members.insert("timestamp".into(), Json::trusted(quoted.as_bytes()));
        members.insert("username".into(), username);
        members.insert("context".into(), context);
        let data = canonical::object(members);
        Ok(Check { course_id, problem_id, username: username.to_string(), timestamp, data })
    }
}

/// Whether there are answers, and a submission that is absent or fits, all with ids that rows can
/// hold.
fn has_answers(answers: Option<&Json>, submission: Option<&Json>) -> bool {
    let fits = |object: &Json| {
        let row_text = |id: &Cow<str>| id.is_ascii() && !id.contains(['\n', '\t']);
        object.is_object() && object.member_list().iter().all(|(id, _)| row_text(id))
    };
    answers.is_some_and(|answers| answers.is_truthy() && fits(answers))
        && submission.is_none_or(fits)
}

#[cfg(test)]
mod tests {
    use crate::testkit::scan;

    const GOOD: &str = r#"{"event_type": "problem_check", "event_source": "server",
        "time": "2015-03-09T04:05:06+00:00", "username": "mira ", "context": {"course_id": " o/c/r "},
        "event": {"problem_id": "p", "answers": {"p_1": "7"}}}"#;

    fn facts(line: &str) -> (Vec<String>, Vec<String>) {
        let done = scan(&[&super::JOB], &[], &[("log", vec![line.replace('\n', " ")])]);
        let counted = done.counters.iter().filter(|(group, ..)| *group == "Problem Checks");
        let counted = counted.map(|(_, name, _)| name.to_owned()).collect();
        (done.by_day("problem_checks"), counted)
    }

    #[test]
    fn a_check_keeps_all_that_was_said_of_it() {
        let data = r#"{"answers":{"p_1":"7"},"context":{"course_id":" o/c/r "},"problem_id":"p","timestamp":"2015-03-09T04:05:06","username":"mira "}"#;
        let row = ["2015-03-09", "o/c/r", r#""p""#, r#""mira ""#, "2015-03-09T04:05:06", data];
        assert_eq!(facts(GOOD).0, [row.join("\t")]);
    }

    #[test]
    fn event_data_may_be_given_as_text() {
        let data = r#"{"problem_id": "p", "answers": {"p_1": "7"}}"#;
        assert!(GOOD.contains(data));
        let line = GOOD.replace(data, &format!("{data:?}"));
        assert_eq!(facts(&line).0, facts(GOOD).0);
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        for (good, bad, reason) in [
            (r#"{"problem_id": "p", "answers": {"p_1": "7"}}"#, "[]", "Missing Event Data"),
            ("04:05:06+00:00", "04:05:06Z", "Malformed Time"),
            (r#"{"course_id": " o/c/r "}"#, "null", "Missing Context"),
            (r#""mira ""#, "null", "Missing Username"),
            ("o/c/r", "o c r", "Bad Course ID"),
            (r#""p","#, "null,", "Missing Problem ID"),
            (r#"{"p_1": "7"}"#, "{}", "Bad Answers"),
            (r#"{"p_1": "7"}"#, "null", "Bad Answers"),
            (r#"{"p_1": "7"}"#, r#"{"p\t1": "7"}"#, "Bad Answers"),
            (r#"{"p_1": "7"}"#, r#"{"p_1": "7"}, "submission": null"#, "Bad Answers"),
            (r#"{"p_1": "7"}"#, r#"{"p_1": "7"}, "submission": {"é": {}}"#, "Bad Answers"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let (rows, counted) = facts(&GOOD.replace(good, bad));
            assert!(rows.is_empty(), "{bad}: {rows:?}");
            assert_eq!(counted, [format!("Discard {reason}")], "{bad}");
        }
    }

    #[test]
    fn other_events_are_passed_over() {
        for (good, other) in
            [("problem_check", "problem_check_fail"), (r#""server""#, r#""browser""#)]
        {
            assert_eq!(facts(&GOOD.replacen(good, other, 1)), (vec![], vec![]), "{other}");
        }
    }

    #[test]
    fn a_time_with_short_numbers_belongs_to_its_day() {
        let (rows, _) = facts(&GOOD.replace("2015-03-09T04:05:06", "2015-3-9T4:5:6.5"));
        assert!(rows[0].starts_with("2015-03-09\t"), "{rows:?}");
        assert!(rows[0].contains("\t2015-03-09T04:05:06.500000\t"), "{rows:?}");
    }

    #[test]
    fn ccx_courses_count_unless_switched_off() {
        let line = GOOD.replace(" o/c/r ", "ccx-v1:o+c+r+ccx@1").replace('\n', " ");
        for (switch, rows) in [("true", 1), ("false", 0)] {
            let logs = [("log", vec![line.clone()])];
            let done = scan(&[&super::JOB], &[("ccx_enabled", switch)], &logs);
            assert_eq!(done.table("problem_checks").len(), rows);
        }
    }
}
