//! What each learner did with each problem, video and discussion topic, by day (spec 30 A.2).

use crate::event::{Event, Json, course_key};
use crate::job::{At, Extract, Fill, Job, Scan, SumCounts, Work, fold_counts};
use crate::params::{ParamError, Params};
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Load, Table};
use crate::text::{self, first_characters, is_longer};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "module-engagement",
    about: "what each learner did with problems, videos and discussions, by day",
    internal: false,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &["store_anonymous_username"],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &["problem_check", "play_video", ".created"],
        extract: |params| Ok(Box::new(Engagements::new(params)?)),
        merge: || Box::new(SumCounts),
        key_columns: 6,
        fold: Some(fold_counts),
    }),
};

/// One row: a learner did something with a part of a course, so many times on a day.
pub const TABLE: Table = Table {
    load: Load::Days,
    ..Table::result(
        "module_engagement",
        &[
            Column::required("course_id", Kind::Text(255)),
            Column::required("username", Kind::Text(30)),
            Column::required("date", Kind::Date),
            Column::required("entity_type", Kind::Text(10)),
            Column::required("entity_id", Kind::Text(255)),
            Column::required("event", Kind::Text(30)),
            Column::required("count", Kind::Int),
        ],
        &[&["course_id", "username", "date"], &["username", "entity_type"], &["date"]],
    )
};

const LONGEST_USERNAME: usize = 30;
const LONGEST_COURSE_ID: usize = 255;
const LONGEST_ENTITY_ID: usize = 255;

/// A kind of course part, the field of the payload that names it, and what is done with it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Engagement {
    entity_type: &'static str,
    id_field: &'static str,
    action: &'static str,
}

const PROBLEM: Engagement =
    Engagement { entity_type: "problem", id_field: "problem_id", action: "attempted" };
const VIDEO: Engagement = Engagement { entity_type: "video", id_field: "id", action: "viewed" };
/// The entity is the topic, not the post.
const DISCUSSION: Engagement =
    Engagement { entity_type: "discussion", id_field: "commentable_id", action: "contributed" };

impl Engagement {
    fn of(event: &Event) -> Option<Self> {
        match event.event_type()? {
            "problem_check" if event.event_source() == Some("server") => Some(PROBLEM),
            "play_video" => Some(VIDEO),
            forum if forum.starts_with("edx.forum.") && forum.ends_with(".created") => {
                Some(DISCUSSION)
            }
            _ => None,
        }
    }
}

struct Engagements {
    ccx: bool,
    /// The name under which events without a user are kept.
    anonymous: Option<String>,
}

/// Who did it, where, with what; whether it completed a problem.
struct Fields<'e> {
    course_id: Cow<'e, str>,
    username: Cow<'e, str>,
    entity_id: Cow<'e, str>,
    completed: bool,
}

impl Extract for Engagements {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        let Some(engagement) = Engagement::of(event) else { return Ok(()) };
        let Fields { course_id, username, entity_id, completed } =
            match self.fields(event, engagement) {
                Ok(fields) => fields,
                Err(reason) => {
                    out.count("Module Engagement", reason, 1);
                    return Ok(());
                }
            };
        let mut write = |action| {
            let mut row = out.row();
            row.text(day).text(&*course_id).text(&*username).text(day);
            // Ids that agree so far are one entity.
            let entity_id = first_characters(&entity_id, LONGEST_ENTITY_ID);
            row.text(engagement.entity_type).text(entity_id).text(action).int(1).end()
        };
        if completed {
            write("completed")?;
        }
        write(engagement.action)
    }
}

impl Engagements {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let anonymous = params.get("store_anonymous_username").filter(|name| !name.is_empty());
        let anonymous = anonymous.map(str::to_owned);
        Ok(Self { ccx: params.flag("ccx_enabled", true)?, anonymous })
    }

    fn fields<'e>(
        &'e self,
        event: &'e Event,
        engagement: Engagement,
    ) -> Result<Fields<'e>, &'static str> {
        let username = self.username(event)?;
        let course_id = self.course_id(event)?;
        event.payload().ok_or("Discard Missing Event Data")?;
        let [id, success] = event.payload_members([engagement.id_field, "success"]);
        let mut entity_id = id.and_then(Json::text).unwrap_or_default();
        if engagement == VIDEO {
            entity_id = text::stripped(entity_id);
        }
        if entity_id.is_empty() {
            return Err("Discard Missing Entity ID");
        }
        let correct = || success.and_then(Json::text).is_some_and(is_correct);
        let completed = engagement == PROBLEM && correct();
        Ok(Fields { course_id, username, entity_id, completed })
    }

    /// Retired accounts have names that are too long.
    fn username<'e>(&'e self, event: &'e Event) -> Result<Cow<'e, str>, &'static str> {
        let anonymous = || self.anonymous.as_deref().map(Cow::Borrowed);
        let name = event.user_name().or_else(anonymous).ok_or("Discard Missing Username")?;
        if is_longer(&name, LONGEST_USERNAME) { Err("Discard Long Username") } else { Ok(name) }
    }

    fn course_id<'e>(&self, event: &'e Event) -> Result<Cow<'e, str>, &'static str> {
        let known = |id: &Cow<str>| course_key::counts(id, self.ccx);
        let id = event.course_id_or_from_url().filter(known);
        id.filter(|id| !is_longer(id, LONGEST_COURSE_ID)).ok_or("Discard Bad Course ID")
    }
}

fn is_correct(success: Cow<str>) -> bool {
    success.eq_ignore_ascii_case("correct")
}

#[cfg(test)]
mod tests {
    use crate::streaming::Counters;
    use crate::testkit::scan;
    use serde_json::{Value, json};

    fn facts(events: &[Value], params: &[(&str, &str)]) -> (Vec<String>, Counters) {
        let lines = events.iter().map(Value::to_string).collect();
        let done = scan(&[&super::JOB], params, &[("log", lines)]);
        (done.table("module_engagement"), done.counters)
    }

    fn check(change: impl Fn(&mut Value)) -> Value {
        let mut event = json!({
            "username": "mira", "event_type": "problem_check", "event_source": "server",
            "time": "2015-03-09T04:05:06+00:00", "context": {"course_id": "o/c/r"},
            "event": {"problem_id": "p", "success": "incorrect"},
        });
        change(&mut event);
        event
    }

    const ATTEMPT: &str = "o/c/r\tmira\t2015-03-09\tproblem\tp\tattempted";

    #[test]
    fn counts_are_summed_and_a_correct_answer_completes() {
        let right = check(|e| e["event"]["success"] = json!("CORRECT"));
        let odd = check(|e| e["event"]["success"] = json!(["correct"]));
        let (rows, _) = facts(&[check(|_| ()), right, odd], &[]);
        let completed = ATTEMPT.replace("attempted", "completed");
        assert_eq!(rows, [format!("{ATTEMPT}\t3"), format!("{completed}\t1")]);
    }

    #[test]
    fn only_what_learners_create_counts_in_discussions() {
        let forum = |name| {
            check(move |e| {
                e["event_type"] = json!(name);
                e["event"] = json!({"commentable_id": "topic", "success": "correct"});
            })
        };
        let events = ["edx.forum.created", "edx.forum.thread.viewed", "edx.cohort.created"];
        let (rows, _) = facts(&events.map(forum), &[]);
        assert_eq!(rows, ["o/c/r\tmira\t2015-03-09\tdiscussion\ttopic\tcontributed\t1"]);
    }

    #[test]
    fn long_ids_that_begin_alike_are_one_entity() {
        let id = |end| check(move |e| e["event"]["problem_id"] = json!("é".repeat(255) + end));
        let (rows, _) = facts(&[id(""), id("x"), id("y")], &[]);
        assert_eq!(rows, [ATTEMPT.replace("\tp\t", &format!("\t{}\t", "é".repeat(255))) + "\t3"]);
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        let course = format!("course-v1:{}+c+r", "o".repeat(255));
        for (event, reason) in [
            (check(|e| e["username"] = json!(7)), "Discard Missing Username"),
            (check(|e| e["username"] = json!("x".repeat(31))), "Discard Long Username"),
            (check(|e| e["context"] = Value::Null), "Discard Bad Course ID"),
            (check(|e| e["context"]["course_id"] = json!(course)), "Discard Bad Course ID"),
            (check(|e| e["event"] = json!("no object")), "Discard Missing Event Data"),
            (check(|e| e["event"]["problem_id"] = json!(7)), "Discard Missing Entity ID"),
        ] {
            let (rows, counters) = facts(std::slice::from_ref(&event), &[]);
            assert!(rows.is_empty(), "{event}: {rows:?}");
            assert_eq!(counters.get("Module Engagement", reason), 1, "{event}");
        }
    }

    #[test]
    fn events_without_a_user_are_kept_under_a_name_that_fits() {
        let anonymous = check(|e| e["username"] = json!(" "));
        let name = |name| facts(std::slice::from_ref(&anonymous), &[(PARAM, name)]).0;
        const PARAM: &str = "store_anonymous_username";
        assert_eq!(name("ANON"), [ATTEMPT.replace("mira", "ANON") + "\t1"]);
        assert!(name("").is_empty());
        assert!(name(&"x".repeat(31)).is_empty());
    }

    #[test]
    fn ccx_courses_count_unless_switched_off() {
        let ccx = check(|e| e["context"]["course_id"] = json!("ccx-v1:o+c+r+ccx@1"));
        for (switch, rows) in [("true", 1), ("false", 0)] {
            let found = facts(std::slice::from_ref(&ccx), &[("ccx_enabled", switch)]).0;
            assert_eq!(found.len(), rows);
        }
    }
}
