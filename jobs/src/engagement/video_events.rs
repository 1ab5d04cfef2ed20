//! Plays, pauses, stops and seeks of videos, as the logs tell them (spec 20 §4.1).

use crate::event::{Event, Json, course_key, time};
use crate::job::{At, Extract, Fill, Job, KeepAll, Scan, WHOLE_LINE, Work};
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Table};
use crate::text;
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "video-events",
    about: "plays, pauses, stops and seeks of videos, as the logs tell them",
    internal: true,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &[NEEDLE],
        extract: |params| Ok(Box::new(VideoEvents { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(KeepAll),
        key_columns: WHOLE_LINE,
        fold: None,
    }),
};

/// One row: an event, duplicates kept. Positions and durations are seconds with all their digits.
pub const TABLE: Table = Table::staged(
    "video_events",
    &[
        Column::new("user_id", Kind::Int),
        Column::new("course_id", Kind::Text(255)),
        Column::new("encoded_module_id", Kind::Text(255)),
        Column::new("timestamp", Kind::Text(255)),
        Column::new("event_type", Kind::Text(255)),
        Column::new("current_time", Kind::Double),
        Column::new("old_time", Kind::Double),
        Column::new("code", Kind::Text(255)),
        Column::new("duration", Kind::Double),
    ],
);

/// The type of an event that starts playing.
pub(super) const PLAY: &str = "play_video";
/// The type of an event that jumps elsewhere.
pub(super) const SEEK: &str = "seek_video";
const PAUSE: &str = "pause_video";
const STOP: &str = "stop_video";

/// The duration of a video that nobody told.
pub(super) const UNKNOWN: f64 = -1.0;
/// No position is further from the start, in seconds.
pub(super) const LONGEST: f64 = 36_000.0;

const NEEDLE: &str = "_video";
/// What stands for a code where there is none that the duration service knows.
const NO_CODES: [&str; 4] = ["", "html5", "mobile", "hls"];

struct VideoEvents {
    ccx: bool,
}

/// What one event says.
struct Fact<'e> {
    user_id: i64,
    course_id: Cow<'e, str>,
    module_id: Cow<'e, str>,
    timestamp: String,
    current_time: f64,
    old_time: Option<f64>,
    code: Option<Cow<'e, str>>,
    duration: String,
}

impl Extract for VideoEvents {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        let known = [PLAY, PAUSE, STOP, SEEK];
        let Some(event_type) = event.event_type().filter(|found| known.contains(found)) else {
            return Ok(());
        };
        // A type that the line spells by escapes counts only where the line says so elsewhere.
        if !event.holds(NEEDLE) {
            return Ok(());
        }
        match self.fact(event, event_type) {
            Ok(fact) => fact.write(day, event_type, out),
            Err(reason) => {
                out.count("Video Events", reason, 1);
                Ok(())
            }
        }
    }
}

impl VideoEvents {
    fn fact<'e>(&self, event: &'e Event, event_type: &str) -> Result<Fact<'e>, &'static str> {
        event.context_user_id().ok_or("Discard Missing User ID")?;
        let user_id = event.user_id_number().ok_or("Discard Bad User ID")?;
        let course_id = event.course_id_or_from_url();
        let course_id = course_id.filter(|id| course_key::counts(id, self.ccx));
        let course_id = course_id.ok_or("Discard Bad Course ID")?;
        event.payload().ok_or("Discard Missing Event Data")?;
        let [module_id, duration, code, current, old, new] = event.payload_members([
            "id",
            "duration",
            "code",
            "currentTime",
            "old_time",
            "new_time",
        ]);
        let module_id = module_id.and_then(Json::text).map(text::stripped);
        let module_id = module_id.filter(|id| !id.is_empty()).ok_or("Discard Missing Video ID")?;
        let (current_time, old_time) =
            positions(event_type, [current, old, new]).ok_or("Discard Bad Position")?;
        let timestamp = event.timestamp().filter(|text| time::zoned_iso_text(text).is_some());
        Ok(Fact {
            user_id,
            course_id,
            module_id,
            timestamp: timestamp.ok_or("Discard Malformed Time")?,
            current_time,
            old_time,
            code: code.filter(|_| event_type == PLAY).and_then(service_code),
            duration: duration_text(duration),
        })
    }
}

impl Fact<'_> {
    fn write(&self, day: &str, event_type: &str, out: &mut Output) -> Result<(), Error> {
        let mut row = out.row();
        row.text(day).int(self.user_id).text(&*self.course_id).text(&*self.module_id);
        row.text(&self.timestamp).text(event_type).text(text::shortest(self.current_time));
        row.opt_str(self.old_time.map(text::shortest)).opt_str(self.code.as_deref());
        row.text(&self.duration).end()
    }
}

/// Where the event leads to and, for a seek, where it comes from.
fn positions(
    event_type: &str,
    [current, old, new]: [Option<Json>; 3],
) -> Option<(f64, Option<f64>)> {
    match event_type {
        SEEK => Some((position(new?)?, Some(position(old?)?))),
        // A pause that does not say where is one at the start (KEEP).
        PAUSE if current.is_none() => Some((0.0, None)),
        _ => Some((position(current?)?, None)),
    }
}

/// Seconds from the start: a number, a switch, or the text of a number.
fn position(value: Json) -> Option<f64> {
    let seconds = match (value.text(), value.boolean()) {
        (Some(text), _) => text::strip(&text).parse().ok()?,
        (None, Some(switch)) => f64::from(u8::from(switch)),
        // The whole number -0 has no sign, unlike -0.0.
        (None, None) if value.integer() == Some(0) => 0.0,
        (None, None) => value.number()?,
    };
    (0.0..=LONGEST).contains(&seconds).then_some(seconds)
}

fn service_code(value: Json<'_>) -> Option<Cow<'_, str>> {
    value.text().filter(|code| !NO_CODES.contains(&&**code))
}

/// A whole number stays one; all but finite numbers, and zero, are an unknown duration.
fn duration_text(value: Option<Json>) -> String {
    let number = value.and_then(Json::number).filter(|n| n.is_finite() && *n != 0.0);
    match (value.and_then(Json::integer), number) {
        (Some(seconds), Some(_)) => seconds.to_string(),
        (None, Some(seconds)) => text::shortest(seconds),
        (_, None) => "-1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Done, scan};

    fn scanned(event_type: &str, context: &str, time: &str, payload: &str) -> Done {
        let line = format!(
            r#"{{"event_type": "{event_type}", "event_source": "browser", "time": "{time}", "context": {context}, "event": {payload}, "page": "http://x/courses/o/c/page/"}}"#
        );
        scan(&[&JOB], &[], &[("log", vec![line])])
    }

    const CONTEXT: &str = r#"{"course_id": "o/c/r", "user_id": 7}"#;
    const TIME: &str = "2024-03-05T00:00:09+00:00";

    fn fact(event_type: &str, payload: &str) -> Vec<String> {
        let facts = scanned(event_type, CONTEXT, TIME, payload).by_day(TABLE.name);
        let front = "2024-03-05\t7\to/c/r\tv\t2024-03-05T00:00:09.000000\t";
        facts
            .iter()
            .map(|fact| fact.strip_prefix(front).unwrap_or(fact).replace('\t', " "))
            .collect()
    }

    #[test]
    fn each_type_has_its_positions() {
        let all = r#"{"id": " v ", "currentTime": 0.1, "old_time": "2e0", "new_time": true, "code": "yt"}"#;
        assert_eq!(fact("play_video", all), [r"play_video 0.1 \N yt -1"]);
        assert_eq!(fact("pause_video", all), [r"pause_video 0.1 \N \N -1"]);
        assert_eq!(fact("stop_video", all), [r"stop_video 0.1 \N \N -1"]);
        assert_eq!(fact("seek_video", all), [r"seek_video 1.0 2.0 \N -1"]);
        assert_eq!(fact("load_video", all), [""; 0]);
        assert_eq!(fact("pause_video", r#"{"id": "v"}"#), [r"pause_video 0.0 \N \N -1"]);
    }

    #[test]
    fn positions_are_read_from_more_than_numbers_and_end_after_ten_hours() {
        let read = |text: &str| Json::parse(text.as_bytes()).and_then(position);
        assert_eq!(read(r#"" 36000 ""#), Some(36_000.0));
        assert_eq!(read("-0").map(f64::is_sign_negative), Some(false));
        assert_eq!(read("0.30000000000000004"), Some(0.1 + 0.2));
        for wrong in ["36000.0001", "-1", "NaN", "Infinity", "null", r#""""#, r#""1:00""#, "[1]"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_number_is_a_duration() {
        let read = |text: &str| duration_text(Json::parse(text.as_bytes()));
        assert_eq!([read("62"), read("62.0"), read("30.5")], ["62", "62.0", "30.5"]);
        for unknown in ["null", "0", "-0.0", r#""62""#, "true", "NaN", "1e400", "{}"] {
            assert_eq!(read(unknown), "-1", "{unknown}");
        }
        assert_eq!(duration_text(None), "-1");
    }

    #[test]
    fn codes_of_no_service_are_none() {
        for code in ["html5", "mobile", "hls", ""] {
            let payload = format!(r#"{{"id": "v", "currentTime": 1, "code": "{code}"}}"#);
            assert_eq!(fact("play_video", &payload), [r"play_video 1.0 \N \N -1"], "{code}");
        }
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        let good = r#"{"id": "v", "currentTime": 1}"#;
        for (context, time, payload, reason) in [
            ("null", TIME, good, "Discard Missing User ID"),
            (r#"{"course_id": "o/c/r", "user_id": 0}"#, TIME, good, "Discard Missing User ID"),
            (r#"{"course_id": "o/c/r", "user_id": "x"}"#, TIME, good, "Discard Bad User ID"),
            (r#"{"course_id": "bad", "user_id": 7}"#, TIME, good, "Discard Bad Course ID"),
            (CONTEXT, TIME, "[]", "Discard Missing Event Data"),
            (CONTEXT, TIME, r#"{"id": null, "currentTime": 1}"#, "Discard Missing Video ID"),
            (CONTEXT, TIME, r#"{"id": " ", "currentTime": 1}"#, "Discard Missing Video ID"),
            (CONTEXT, TIME, r#"{"id": "v"}"#, "Discard Bad Position"),
            (CONTEXT, "2024-03-05", good, "Discard Malformed Time"),
            (CONTEXT, "2024-03-05T1:00:00", good, "Discard Malformed Time"),
        ] {
            let done = scanned("play_video", context, time, payload);
            assert!(done.rows.is_empty(), "{context} {payload}: {:?}", done.rows);
            assert_eq!(done.counters.get("Video Events", reason), 1, "{context} {payload}");
        }
        assert_eq!(scanned("play_video", CONTEXT, TIME, good).rows.len(), 1);
    }

    #[test]
    fn a_course_may_come_from_the_page_and_ccx_may_be_off() {
        let good = r#"{"id": "v", "currentTime": 1}"#;
        let done = scanned("play_video", r#"{"user_id": "7"}"#, TIME, good);
        assert!(done.table(TABLE.name)[0].starts_with("7\to/c/page\tv\t"));
        let line = r#"{"event_type": "play_video", "time": "2024-03-05T00:00:09", "context": {"course_id": "ccx-v1:o+c+r+ccx@1", "user_id": 7}, "event": {"id": "v", "currentTime": 1}}"#;
        for (switch, rows) in [("true", 1), ("false", 0)] {
            let done = scan(&[&JOB], &[("ccx_enabled", switch)], &[("log", vec![line.to_owned()])]);
            assert_eq!(done.table(TABLE.name).len(), rows);
        }
    }

    #[test]
    fn a_type_spelled_by_escapes_is_missed() {
        let spelled = r"play\u005fvideo";
        let done = scanned(spelled, CONTEXT, TIME, r#"{"id": "v", "currentTime": 1}"#);
        assert!(done.rows.is_empty());
        let done = scanned(spelled, CONTEXT, TIME, r#"{"id": "a_video", "currentTime": 1}"#);
        assert_eq!(done.table(TABLE.name).len(), 1);
    }
}
