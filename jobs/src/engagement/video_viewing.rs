//! Stretches of a video that a learner watched: from a play to what ended it (spec 20 §4.1, §4.4).
//!
//! The first step pairs the events of a learner and video, sorted by time. The second deals the
//! viewings out by day, so that a day is one file however many reducers there are.

use super::video_durations::{self, Durations};
use super::video_events::{self, PLAY, UNKNOWN};
use crate::day;
use crate::event::time::zoned_iso_text;
use crate::job::{At, Fill, Input, Job, KeepAll, Pass, Step, WHOLE_LINE, Work};
use crate::params::{ParamError, Params};
use crate::streaming::output::{nullable, split};
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::f12;
use chrono::{Days, NaiveDate};

/// The job.
pub const JOB: Job = Job {
    name: "video-viewing",
    about: "stretches of videos that learners watched, by day",
    internal: true,
    inputs: &[Input::new(&video_events::TABLE, At::Days).within(days_read)],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &["overwrite_n_days", video_durations::FILE],
    only_if: None,
    work: Work::Steps(&[
        Step {
            mapper: |_, _| Ok(Box::new(InOrder)),
            combiner: None,
            reducer: |params| Ok(Box::new(Pair { durations: Durations::of_run(params)? })),
            partition: 3,
            key: 3,
        },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: None,
            reducer: |_| Ok(Box::new(KeepAll)),
            partition: 1,
            key: WHOLE_LINE,
        },
    ]),
};

/// The days of events that a run reads, the end excluded: the interval, of it only the last
/// `overwrite_n_days` where they are given; older days of viewings then stay as they are (20 §4.4).
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn days_read(params: &Params) -> Result<(NaiveDate, NaiveDate), ParamError> {
    let interval = params.interval()?;
    let (start, end) = (interval.start(), interval.end());
    let window = params.number("overwrite_n_days")?.map(|days| Days::new(days.into()));
    let from = window.and_then(|window| end.checked_sub_days(window)).unwrap_or(start);
    Ok((from.max(start), end))
}

/// One row: a viewing, in the partition of the day on which it began.
pub const TABLE: Table = Table::staged(
    "video_viewing_by_date",
    &[
        Column::new("user_id", Kind::Text(255)),
        Column::new("course_id", Kind::Text(255)),
        Column::new("encoded_module_id", Kind::Text(255)),
        Column::new("video_duration", Kind::Double),
        Column::new("start_timestamp", Kind::Text(255)),
        Column::new("start_offset", Kind::Double),
        Column::new("end_offset", Kind::Double),
        Column::new("reason", Kind::Text(255)),
    ],
);

/// No viewing is shorter, in seconds.
const SHORTEST: f64 = 0.25;
/// So far behind a video's end a viewing may end, in seconds.
const TOLERANCE: f64 = 1.0;

const FACT: &str = "a row of video_events";
const IN_ORDER: &str = "a video event in order";

/// Rewrites numbers so that their bytes sort as they do; what is absent is empty and comes first.
struct InOrder;

impl Mapper for InOrder {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [user, course, module, timestamp, event_type, current, old, code, duration] =
            split(FACT, line)?;
        let number = |text| number(FACT, text);
        let mut row = out.row();
        row.fields(user).fields(course).fields(module).fields(timestamp).fields(event_type);
        row.show(sortable(number(current)?));
        match nullable(old) {
            Some(old) => row.show(sortable(number(old)?)),
            None => row.fields(b""),
        };
        row.fields(nullable(code).unwrap_or_default());
        row.show(sortable(number(duration)?)).fields(duration).end()
    }
}

/// One event between map and reduce.
struct VideoEvent<'a> {
    timestamp: &'a [u8],
    event_type: &'a [u8],
    current: f64,
    /// Only of a seek.
    old: Option<f64>,
    code: &'a [u8],
    duration: &'a [u8],
}

impl<'a> VideoEvent<'a> {
    fn read(value: &'a [u8]) -> Result<Self, Error> {
        let [timestamp, event_type, current, old, code, _, duration] = split(IN_ORDER, value)?;
        let sorted = |text| from_sortable(text).ok_or_else(|| broken(IN_ORDER, "a number", text));
        let current = sorted(current)?;
        let old = if old.is_empty() { None } else { Some(sorted(old)?) };
        Ok(Self { timestamp, event_type, current, old, code, duration })
    }
}

struct Pair {
    durations: Durations,
}

/// A viewing that has not ended.
struct Viewing {
    timestamp: Vec<u8>,
    start: f64,
    duration: Vec<u8>,
}

impl Reducer for Pair {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        // The target of a seek counts only if the seek ended a viewing (KEEP).
        let (mut open, mut target): (Option<Viewing>, Option<f64>) = (None, None);
        while let Some(value) = values.next()? {
            let event = VideoEvent::read(value)?;
            if event.event_type == PLAY.as_bytes() {
                open = Some(self.begin(&event, target.take())?);
            } else if let Some(viewing) = open.take() {
                viewing.end(key, &event, out)?;
                target = event.old.map(|_| event.current);
            }
        }
        Ok(())
    }
}

impl Pair {
    fn begin(&self, event: &VideoEvent, target: Option<f64>) -> Result<Viewing, Error> {
        let unknown = number(IN_ORDER, event.duration)? == UNKNOWN;
        let asked = if unknown { self.durations.seconds(event.code) } else { None };
        Ok(Viewing {
            timestamp: event.timestamp.to_vec(),
            start: target.unwrap_or(event.current),
            duration: asked.map_or(event.duration.to_vec(), |known| known.to_string().into_bytes()),
        })
    }
}

impl Viewing {
    fn end(&self, key: &[u8], event: &VideoEvent, out: &mut Output) -> Result<(), Error> {
        let end = event.old.unwrap_or(event.current);
        let duration = number(IN_ORDER, &self.duration)?;
        if duration != UNKNOWN && end > duration + TOLERANCE {
            out.count("Video Viewings", "Discard End Behind The Video", 1);
            return Ok(());
        }
        // An end before the start is too short as well.
        if end - self.start < SHORTEST {
            out.count("Video Viewings", "Discard Too Short", 1);
            return Ok(());
        }
        let start_time = str::from_utf8(&self.timestamp).ok().and_then(zoned_iso_text);
        let start_time = start_time.ok_or_else(|| broken(IN_ORDER, "a time", &self.timestamp))?;
        let mut row = out.row();
        row.fields(day::of_timestamp(&self.timestamp)).fields(key);
        row.text(printed(&self.duration, duration)).text(start_time);
        row.text(f12(self.start)).text(f12(end)).fields(event.event_type).end()
    }
}

/// A duration as rows of viewings print it: whole numbers plain, others in twelve digits.
fn printed(text: &[u8], duration: f64) -> Vec<u8> {
    let whole = text.iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9'));
    if whole { text.to_vec() } else { f12(duration).into_bytes() }
}

fn number(what: &'static str, text: &[u8]) -> Result<f64, Error> {
    let parsed = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| broken(what, "a number", text))
}

fn broken(what: &'static str, wanted: &str, text: &[u8]) -> Error {
    Error::contract(what, format!("not {wanted}"), text)
}

const SIGN: u64 = 1 << 63;

/// A double as sixteen hexadecimal digits that sort as the number does.
fn sortable(number: f64) -> impl std::fmt::Display {
    let bits = number.to_bits();
    std::fmt::from_fn(move |to| {
        write!(to, "{:016x}", if bits & SIGN == 0 { bits ^ SIGN } else { !bits })
    })
}

fn from_sortable(text: &[u8]) -> Option<f64> {
    let bits = u64::from_str_radix(str::from_utf8(text).ok()?, 16).ok()?;
    Some(f64::from_bits(if bits & SIGN == 0 { !bits } else { bits ^ SIGN }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::run;
    use proptest::prelude::*;

    /// `seconds type current [old]`, with `code` and `duration` of a play behind a slash.
    fn fact(event: &str) -> String {
        let (event, play) = event.split_once('/').unwrap_or((event, "\\N -1"));
        let mut parts = event.split_whitespace();
        let mut part = || parts.next().unwrap_or("\\N");
        let (second, kind, current, old) = (part(), part(), part(), part());
        let play = play.replace(' ', "\t");
        format!(
            "7\to/c/r\tv\t2024-03-05T00:00:{second}.000000\t{kind}_video\t{current}\t{old}\t{play}"
        )
    }

    fn done(events: &[&str], params: &[(&str, &str)]) -> crate::testkit::Done {
        let facts = events.iter().map(|event| fact(event)).collect();
        run(&JOB, params, &[(video_events::TABLE.name, facts)])
    }

    /// `duration seconds start end reason` of each viewing.
    fn viewings(events: &[&str]) -> Vec<String> {
        let done = done(events, &[]);
        let rows = done.by_day(TABLE.name).into_iter().map(|row| {
            let row = row.strip_prefix("2024-03-05\t7\to/c/r\tv\t").unwrap().to_owned();
            row.replace("2024-03-05T00:00:", "").replace("_video", "").replace('\t', " ")
        });
        rows.collect()
    }

    #[test]
    fn a_play_and_what_ends_it_are_a_viewing() {
        assert_eq!(viewings(&["00 play 0", "03 pause 3"]), ["-1 00 0.0 3.0 pause"]);
        assert_eq!(viewings(&["00 play 0", "01 play 1", "03 stop 3"]), ["-1 01 1.0 3.0 stop"]);
        assert_eq!(viewings(&["00 play 0"]), [""; 0]);
        assert_eq!(viewings(&["00 pause 0", "01 pause 9"]), [""; 0]);
        assert_eq!(viewings(&["00 play 3", "03 pause 0"]), [""; 0]);
    }

    #[test]
    fn a_seek_that_ends_a_viewing_tells_where_the_next_begins() {
        let events = ["00 play 0", "03 seek 8 3", "04 play 3", "07 pause 11"];
        assert_eq!(viewings(&events), ["-1 00 0.0 3.0 seek", "-1 04 8.0 11.0 pause"]);
        let again = ["00 play 0", "05 seek 20 5", "06 seek 40 20", "07 play 40", "09 pause 42"];
        assert_eq!(viewings(&again), ["-1 00 0.0 5.0 seek", "-1 07 20.0 42.0 pause"]);
        let paused = ["00 play 0", "05 pause 5", "06 seek 20 5", "07 play 20.5", "09 pause 22"];
        assert_eq!(viewings(&paused), ["-1 00 0.0 5.0 pause", "-1 07 20.5 22.0 pause"]);
        let short = ["00 play 0", "01 seek 20 0.1", "07 play 1", "09 pause 22"];
        assert_eq!(viewings(&short), ["-1 07 20.0 22.0 pause"]);
    }

    #[test]
    fn the_order_at_one_instant_is_by_type_and_then_by_number() {
        let mut events = ["00 play 0", "00 pause 3", "01 play 10", "01 play 9.5", "02 pause 12"];
        let expected = ["-1 01 10.0 12.0 pause"];
        for _ in 0..events.len() {
            events.rotate_left(1);
            assert_eq!(viewings(&events), expected);
        }
        // The greater duration is the last one, and counts.
        let mut durations = ["00 play 1/\\N 99", "00 play 1/\\N 100", "05 pause 5"];
        for _ in 0..durations.len() {
            durations.rotate_left(1);
            assert_eq!(viewings(&durations), ["100 00 1.0 5.0 pause"]);
        }
    }

    #[test]
    fn limits_hold_for_all_digits_and_rows_have_twelve() {
        let edge = ["00 play 5/\\N 62", "01 pause 5.25", "02 play 0/\\N 62", "03 pause 63"];
        assert_eq!(viewings(&edge), ["62 00 5.0 5.25 pause", "62 02 0.0 63.0 pause"]);
        let beyond = ["00 play 5/\\N 62", "01 pause 5.2499999999999", "02 play 0/\\N 62"];
        let done = done(&[beyond[0], beyond[1], beyond[2], "03 pause 63.0000000000001"], &[]);
        assert!(done.rows.is_empty());
        let counted = ["Discard Too Short", "Discard End Behind The Video"];
        assert_eq!(counted.map(|name| done.counters.get("Video Viewings", name)), [1, 1]);
        let digits =
            ["00 play 0.3333333333333333/\\N 30.50000000000001", "01 pause 4.9999999999999"];
        assert_eq!(viewings(&digits), ["30.5 00 0.333333333333 5.0 pause"]);
    }

    #[test]
    fn an_unknown_duration_is_looked_up_by_the_code() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc\t62\ndef\t-1\n").unwrap();
        let params = [(video_durations::FILE, file.path().to_str().unwrap())];
        for (play, duration) in [
            ("abc -1", "62"),
            ("abc -1.0", "62"),
            ("abc 61", "61"),
            ("def -1", "-1"),
            ("other -1", "-1"),
            ("\\N -1", "-1"),
        ] {
            let events = [&format!("00 play 0/{play}"), "03 pause 3"];
            let rows = done(&events, &params).table(TABLE.name);
            assert_eq!(rows[0].split('\t').nth(3), Some(duration), "{play}");
        }
        let late = done(&["00 play 0/abc -1", "03 pause 66"], &params);
        assert!(late.rows.is_empty());
    }

    #[test]
    fn viewings_stand_in_the_day_on_which_they_began() {
        let late = fact("59 play 1").replace("05T00:00", "04T23:59");
        let facts = vec![fact("03 pause 9"), late, fact("04 play 2"), fact("08 pause 4")];
        let done = run(&JOB, &[], &[(video_events::TABLE.name, facts)]);
        let days: Vec<_> = done.rows.keys().map(|(_, folder)| folder.as_str()).collect();
        assert_eq!(days, ["dt=2024-03-04", "dt=2024-03-05"]);
    }

    proptest! {
        #[test]
        fn numbers_sort_as_their_texts_and_read_back(a in any::<f64>(), b in any::<f64>()) {
            let texts = [a, b].map(|number| sortable(number).to_string());
            prop_assert_eq!(texts[0].cmp(&texts[1]), a.total_cmp(&b));
            prop_assert_eq!(from_sortable(texts[0].as_bytes()).map(f64::to_bits), Some(a.to_bits()));
        }
    }
}
