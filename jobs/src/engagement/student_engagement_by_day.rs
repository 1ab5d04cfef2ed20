//! What each learner did in a course on a day, as the logs tell it (spec 30 §B.2, mapper).
//!
//! Any event of a learner in a course is activity; only problems, videos, subsections, book pages and
//! the forum are told apart.

use crate::event::{Event, Json, course_key};
use crate::job::{At, Extract, Fill, Job, Scan, Work, count, fold_counts};
use crate::streaming::output::{push_int, split};
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::{first_characters, is_longer};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "student-engagement-by-day",
    about: "what each learner did in each course on a day",
    internal: true,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &[],
        extract: |params| Ok(Box::new(ByDay { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(Merge),
        key_columns: 8,
        fold: Some(fold),
    }),
};

/// One row: a kind of activity of a learner in a course on a day, and how often. Columns that do not
/// belong to its kind are NULL.
pub const TABLE: Table = Table::staged(
    "student_engagement_by_day",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("username", Kind::Text(255)),
        Column::new("date", Kind::Date),
        Column::new("event_type", Kind::Text(255)),
        Column::new("entity", Kind::Text(255)),
        Column::new("correct", Kind::Flag),
        Column::new("vote", Kind::Text(255)),
        Column::new("undo", Kind::Flag),
        Column::new("timestamp", Kind::Text(255)),
        Column::new("path", Kind::Text(255)),
        Column::new("count", Kind::Int),
    ],
);

/// A problem was answered; the entity is the problem.
pub const PROBLEM: &str = "problem_check";
/// A video was played; the entity is the video.
pub const VIDEO: &str = "play_video";
/// A subsection was opened. This is no type of the logs: there it is the subsection's URL.
pub const SUBSECTION: &str = "subsection_viewed";
/// A page of a textbook was opened.
pub const BOOK: &str = "book";
/// A discussion was begun.
pub const THREAD_CREATED: &str = "edx.forum.thread.created";
/// A discussion was answered.
pub const RESPONSE_CREATED: &str = "edx.forum.response.created";
/// An answer was commented on.
pub const COMMENT_CREATED: &str = "edx.forum.comment.created";
/// The learner voted on a discussion.
pub const THREAD_VOTED: &str = "edx.forum.thread.voted";
/// The learner voted on an answer.
pub const RESPONSE_VOTED: &str = "edx.forum.response.voted";
/// Somebody voted on a discussion of the learner.
pub const THREAD_VOTE_RECEIVED: &str = "edx.forum.thread.vote_received";
/// Somebody voted on an answer of the learner.
pub const RESPONSE_VOTE_RECEIVED: &str = "edx.forum.response.vote_received";
/// Activity that only makes the day count.
pub const OTHER: &str = "other";

/// Types that are counted as they stand in the log.
const COUNTED: [&str; 4] = [BOOK, THREAD_CREATED, RESPONSE_CREATED, COMMENT_CREATED];

const LONGEST_ID: usize = 255;
/// Of a subsection's URL, in characters: what the result table holds.
const LONGEST_PATH: usize = 1000;

struct ByDay {
    ccx: bool,
}

/// What was done: the columns of a row between its learner and its count.
#[derive(Default)]
struct Activity<'e> {
    event_type: &'static str,
    entity: Option<Cow<'e, str>>,
    correct: Option<bool>,
    vote: Option<&'static str>,
    undo: Option<bool>,
    timestamp: Option<String>,
    path: Option<&'e str>,
}

/// What one event says.
struct Told<'e> {
    course_id: Cow<'e, str>,
    username: Cow<'e, str>,
    activity: Activity<'e>,
    received: Received<'e>,
}

/// Whose post was voted on, and what that is to him or her.
type Received<'e> = Option<(Cow<'e, str>, Activity<'e>)>;

impl Extract for ByDay {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        let told = match self.read(event) {
            Ok(told) => told,
            Err(reason) => {
                out.count("Student Engagement", reason, 1);
                return Ok(());
            }
        };
        told.activity.write(day, &told.course_id, &told.username, out)?;
        match told.received {
            Some((username, activity)) => activity.write(day, &told.course_id, &username, out),
            None => Ok(()),
        }
    }
}

impl ByDay {
    fn read<'e>(&self, event: &'e Event) -> Result<Told<'e>, &'static str> {
        let event_type = event.event_type().ok_or("Discard Missing Event Type")?;
        let username = event.user_name().ok_or("Discard Missing Username")?;
        let known = |id: &Cow<str>| fits(id) && course_key::counts(id, self.ccx);
        let course_id = event.course_id().filter(known).ok_or("Discard Bad Course ID")?;
        if !fits(&username) {
            return Err("Discard Long Username");
        }
        event.payload().ok_or("Discard Missing Event Data")?;
        let (activity, received) = match voted_on(event_type) {
            Some(word) => vote(event_type, word, event)?,
            None => (Activity::read(event, event_type)?, None),
        };
        Ok(Told { course_id, username, activity, received })
    }
}

/// Whether the result table can hold a course or a learner.
fn fits(id: &str) -> bool {
    !is_longer(id, LONGEST_ID)
}

impl<'e> Activity<'e> {
    fn of(event_type: &'static str) -> Self {
        Self { event_type, ..Self::default() }
    }

    fn read(event: &'e Event, event_type: &'e str) -> Result<Self, &'static str> {
        let member = |field| event.payload_members([field])[0].and_then(Json::text);
        let entity = |field| {
            let id = member(field).filter(|id| !id.is_empty());
            id.map(Some).ok_or("Discard Missing Entity ID")
        };
        Ok(match event_type {
            PROBLEM if event.event_source() != Some("server") => {
                return Err("Discard Problem Check Not From Server");
            }
            PROBLEM => {
                let correct =
                    member("success").is_some_and(|text| text.eq_ignore_ascii_case("correct"));
                let entity = entity("problem_id")?;
                Self { entity, correct: Some(correct), ..Self::of(PROBLEM) }
            }
            VIDEO => Self { entity: entity("id")?, ..Self::of(VIDEO) },
            url if is_subsection(url) => {
                // As many as the result table holds.
                let path = Some(first_characters(url, LONGEST_PATH));
                Self { timestamp: event.timestamp(), path, ..Self::of(SUBSECTION) }
            }
            other => {
                Self::of(COUNTED.into_iter().find(|counted| *counted == other).unwrap_or(OTHER))
            }
        })
    }

    fn write(
        &self,
        day: &str,
        course_id: &str,
        username: &str,
        out: &mut Output,
    ) -> Result<(), Error> {
        let flag = |flag: Option<bool>| flag.map(|is| if is { "1" } else { "0" });
        let mut row = out.row();
        row.clean(day).clean(course_id).text(username).clean(day).clean(self.event_type);
        row.opt_str(self.entity.as_deref()).opt(flag(self.correct));
        row.opt(self.vote).opt(flag(self.undo));
        row.opt_str(self.timestamp.as_deref()).opt(self.path).int(1).end()
    }
}

/// What a vote is to the voter and, if the event names one, to whom the post belongs. A type that
/// goes on behind `voted` is received but not given (30 §B.2 rule 5).
fn vote<'e>(
    event_type: &str,
    word: &str,
    event: &'e Event,
) -> Result<(Activity<'e>, Received<'e>), &'static str> {
    let [value, undo, target] =
        event.payload_members(["vote_value", "undo_vote", "target_username"]);
    let value = value.and_then(Json::text);
    let value = ["up", "down"].into_iter().find(|known| value.as_deref() == Some(known));
    let value = value.ok_or("Discard Bad Vote")?;
    let undo = undo.is_some_and(Json::is_truthy);
    let of = |event_type| match event_type {
        OTHER => Activity::of(OTHER),
        _ => Activity { vote: Some(value), undo: Some(undo), ..Activity::of(event_type) },
    };
    let given = [THREAD_VOTED, RESPONSE_VOTED].into_iter().find(|voted| *voted == event_type);
    let received = match word {
        "thread" => THREAD_VOTE_RECEIVED,
        "response" => RESPONSE_VOTE_RECEIVED,
        _ => OTHER,
    };
    let target = target.and_then(Json::text).filter(|name| !name.is_empty());
    if target.as_deref().is_some_and(|name| !fits(name)) {
        return Err("Discard Long Username");
    }
    Ok((of(given.unwrap_or(OTHER)), target.map(|name| (name, of(received)))))
}

/// Whether a type is the URL of a subsection: `/courses/`, a course, `/courseware/`, chapter and
/// subsection with a `/` behind it, then anything on one line.
fn is_subsection(event_type: &str) -> bool {
    let parts = || {
        let rest = event_type.strip_prefix("/courses/")?;
        let (org, rest) = rest.split_once(['/', '+'])?;
        let (course, rest) = rest.split_once(['/', '+'])?;
        let (run, rest) = rest.split_once('/')?;
        let (chapter, rest) = rest.strip_prefix("courseware/")?.split_once('/')?;
        let (subsection, rest) = rest.split_once('/')?;
        Some(([org, course, run, chapter, subsection], rest))
    };
    parts().is_some_and(|(named, rest)| {
        named.iter().all(|part| !part.is_empty()) && !rest.contains('\n')
    })
}

/// What a type that begins with `edx.forum.WORD.voted` says was voted on: the word.
fn voted_on(event_type: &str) -> Option<&str> {
    let rest = event_type.strip_prefix("edx.forum.")?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    (end > 0 && rest[end..].starts_with(".voted")).then_some(&rest[..end])
}

/// Sums what is alike; of the subsections of a day the last one opened stays, of several at one time
/// the greatest path.
struct Merge;

impl Reducer for Merge {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut sum, mut last) = (0, (Vec::new(), Vec::new()));
        while let Some(value) = values.next()? {
            let ([timestamp, path], count) = time_path_and_count(value)?;
            sum += count;
            if (timestamp, path) > (&last.0, &last.1) {
                last = (timestamp.to_vec(), path.to_vec());
            }
        }
        out.row().fields(key).fields(&last.0).fields(&last.1).int(sum).end()
    }
}

fn time_path_and_count(value: &[u8]) -> Result<([&[u8]; 2], i64), Error> {
    const WHAT: &str = "time, path and count of an activity";
    let [timestamp, path, number] = split(WHAT, value)?;
    let number = count(number).ok_or_else(|| Error::contract(WHAT, "a count that is none", value));
    Ok(([timestamp, path], number?))
}

/// What [`Merge`] does, for two values. Most have neither time nor path.
fn fold(kept: &[u8], value: &[u8], both: &mut Vec<u8>) -> bool {
    const NEITHER: &[u8] = b"\\N\t\\N\t";
    if let (Some(one), Some(other)) = (kept.strip_prefix(NEITHER), value.strip_prefix(NEITHER)) {
        both.extend_from_slice(NEITHER);
        return fold_counts(one, other, both);
    }
    let (Ok(one), Ok(other)) = (time_path_and_count(kept), time_path_and_count(value)) else {
        return false;
    };
    let [timestamp, path] = one.0.max(other.0);
    for field in [timestamp, path] {
        both.extend_from_slice(field);
        both.push(b'\t');
    }
    one.1.checked_add(other.1).map(|sum| push_int(sum, both)).is_some()
}

#[cfg(test)]
mod tests {
    use super::{OTHER, SUBSECTION};
    use crate::testkit::{Done, scan};

    fn line(event_type: &str, time: &str, event: &str) -> String {
        format!(
            r#"{{"username": " ada ", "event_source": "server", "event_type": "{event_type}", "time": "2015-03-09T{time}", "context": {{"course_id": "o/c/r"}}, "event": {event}}}"#
        )
    }

    fn facts_of(lines: Vec<String>) -> Done {
        scan(&[&super::JOB], &[], &[("log", lines)])
    }

    /// The rows of one event, without course and day.
    fn facts(event_type: &str, event: &str) -> Vec<String> {
        let done = facts_of(vec![line(event_type, "10:00:00", event)]);
        let rows = done.table("student_engagement_by_day");
        rows.iter().map(|row| row.replace("o/c/r\t", "").replace("\t2015-03-09", "")).collect()
    }

    #[test]
    fn a_row_holds_what_its_kind_needs() {
        let nulls = |n| "\t\\N".repeat(n);
        let plain = |name: &str, kind: &str| format!("{name}\t{kind}{}\t1", nulls(6));
        for (event_type, event, rows) in [
            (
                "problem_check",
                r#"{"problem_id": " p ", "success": "CORRECT"}"#,
                vec![format!("ada\tproblem_check\t p \t1{}\t1", nulls(4))],
            ),
            (
                "problem_check",
                r#"{"problem_id": "p", "success": 1}"#,
                vec![format!("ada\tproblem_check\tp\t0{}\t1", nulls(4))],
            ),
            ("play_video", r#"{"id": " v"}"#, vec![format!("ada\tplay_video\t v{}\t1", nulls(5))]),
            ("book", "{}", vec![plain("ada", "book")]),
            ("pause_video", r#"{"id": "v"}"#, vec![plain("ada", OTHER)]),
            ("subsection_viewed", "{}", vec![plain("ada", OTHER)]),
            ("edx.forum.thread.vote_received", "{}", vec![plain("ada", OTHER)]),
            (
                "edx.forum.response.voted",
                r#"{"vote_value": "down", "undo_vote": null, "target_username": " bob"}"#,
                vec![
                    format!("ada\tedx.forum.response.voted{}\tdown\t0{}\t1", nulls(2), nulls(2)),
                    format!(
                        " bob\tedx.forum.response.vote_received{}\tdown\t0{}\t1",
                        nulls(2),
                        nulls(2)
                    ),
                ],
            ),
            (
                "edx.forum.comment.voted",
                r#"{"vote_value": "up", "target_username": "bob"}"#,
                vec![plain("ada", OTHER), plain("bob", OTHER)],
            ),
            (
                "edx.forum.thread.voted_again",
                r#"{"vote_value": "up", "undo_vote": true, "target_username": "bob"}"#,
                vec![
                    plain("ada", OTHER),
                    format!(
                        "bob\tedx.forum.thread.vote_received{}\tup\t1{}\t1",
                        nulls(2),
                        nulls(2)
                    ),
                ],
            ),
        ] {
            let mut found = facts(event_type, event);
            found.sort_by_key(|row| !row.starts_with("ada"));
            assert_eq!(found, rows, "{event_type} {event}");
        }
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        let good = line("problem_check", "10:00:00", r#"{"problem_id": "p"}"#);
        let long = "x".repeat(256);
        for (from, to, reason) in [
            (r#""problem_check""#, "null", "Discard Missing Event Type"),
            (r#"" ada ""#, "7", "Discard Missing Username"),
            (" ada ", "  ", "Discard Missing Username"),
            (" ada ", &long, "Discard Long Username"),
            ("o/c/r", "o/c", "Discard Bad Course ID"),
            ("o/c/r", &format!("o/c/{long}"), "Discard Bad Course ID"),
            (r#"{"problem_id": "p"}"#, "[]", "Discard Missing Event Data"),
            (r#""server""#, r#""browser""#, "Discard Problem Check Not From Server"),
            (r#""p""#, r#""""#, "Discard Missing Entity ID"),
            ("problem_check", "play_video", "Discard Missing Entity ID"),
            ("problem_check", "edx.forum.x.voted", "Discard Bad Vote"),
        ] {
            let done = facts_of(vec![good.replace(from, to)]);
            assert_eq!(done.counters.get("Student Engagement", reason), 1, "{from} {to}");
            assert!(done.rows.is_empty(), "{from} {to}");
        }
        assert_eq!(facts_of(vec![good]).table("student_engagement_by_day").len(), 1);
    }

    #[test]
    fn ccx_courses_count_unless_switched_off() {
        let line = line("book", "10:00:00", "{}").replace("o/c/r", "ccx-v1:o+c+r+ccx@1");
        for (switch, rows) in [("true", 1), ("false", 0)] {
            let logs = [("log", vec![line.clone()])];
            let done = scan(&[&super::JOB], &[("ccx_enabled", switch)], &logs);
            assert_eq!(done.table("student_engagement_by_day").len(), rows);
        }
    }

    #[test]
    fn a_subsection_has_two_levels_and_a_slash_behind_them() {
        for (path, is) in [
            ("/courses/o/c/r/courseware/a/b/", true),
            ("/courses/o+c/r/courseware/a/b/10", true),
            ("/courses/course-v1:o+c+r+s/courseware/a/b/?x=1", true),
            ("/courses/o/c/r/courseware/a/b", false),
            ("/courses/o/c/r/courseware/a/", false),
            ("/courses/o/c/r/courseware//b/", false),
            ("/courses/o/c//courseware/a/b/", false),
            ("/courses/o/c/courseware/a/b/", false),
            ("x/courses/o/c/r/courseware/a/b/", false),
            ("/courses/o/c/r/courseware/a/b/\nx", false),
        ] {
            assert_eq!(super::is_subsection(path), is, "{path}");
        }
    }

    #[test]
    fn a_word_and_only_a_word_can_be_voted_on() {
        for (event_type, word) in [
            ("edx.forum.thread.voted", Some("thread")),
            ("edx.forum.a_1.voted_again", Some("a_1")),
            ("edx.forum..voted", None),
            ("edx.forum.a-b.voted", None),
            ("edx.forum.thread.x.voted", None),
            ("edx.forum.thread", None),
            ("x.edx.forum.thread.voted", None),
        ] {
            assert_eq!(super::voted_on(event_type), word, "{event_type}");
        }
    }

    #[test]
    fn alike_rows_are_summed_and_the_last_subsection_stays() {
        let path = |name: &str| format!("/courses/o/c/r/courseware/a/{name}/");
        let lines = vec![
            line("book", "10:00:00", "{}"),
            line(&path("early"), "09:00:00", "{}"),
            line(&path("b"), "10:00:00+00:00", "{}"),
            line(&path("a"), "10:00:00.000000", "{}"),
            line("book", "12:00:00", "{}"),
        ];
        let stays = |row: &String| row.contains(&path("b")) && row.ends_with("\t3");
        for turn in 0..lines.len() {
            let mut turned = lines.clone();
            turned.rotate_left(turn);
            let rows = facts_of(turned).table("student_engagement_by_day");
            assert_eq!(rows.len(), 2, "{rows:?}");
            assert!(rows[0].contains("\tbook\t") && rows[0].ends_with("\t2"), "{rows:?}");
            assert!(rows[1].contains(SUBSECTION) && stays(&rows[1]), "{rows:?}");
        }
    }

    #[test]
    fn a_path_is_cut_to_what_the_result_table_holds() {
        let path = format!("/courses/o/c/r/courseware/a/b/{}", "é".repeat(2000));
        let row = facts(&path, "{}").concat();
        let kept = row.split('\t').find(|cell| cell.starts_with("/courses/"));
        assert_eq!(kept.map(|path| path.chars().count()), Some(1000));
    }
}
