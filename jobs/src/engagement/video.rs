//! How each video is watched, in segments of five seconds (spec 20 §4.3).
//!
//! Viewings come sorted by learner, so that the learners of a segment are counted without a list of
//! them: a segment remembers only which learner watched it last.

use super::video_events::{LONGEST, UNKNOWN};
use super::video_viewing;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::params::{ParamError, Params};
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::is_longer;
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "video",
    about: "learners and views of each video, in all and by segments of five seconds",
    internal: false,
    inputs: &[Input::new(&video_viewing::TABLE, At::Days).within(interval)],
    fills: &[
        Fill { table: &USAGE, at: At::IntervalEnd },
        Fill { table: &TABLE, at: At::IntervalEnd },
        Fill { table: &TIMELINE, at: At::IntervalEnd },
    ],
    report: None,
    params: &["overwrite_n_days", DROPOFF_THRESHOLD],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(ByVideo)),
        combiner: None,
        reducer: |params| {
            let dropoff_threshold = params.fraction(DROPOFF_THRESHOLD, 0.05)?;
            Ok(Box::new(Watched { dropoff_threshold }))
        },
        partition: 2,
        key: 2,
    }]),
};

/// All viewings of the interval, whatever days of them are made anew.
fn interval(params: &Params) -> Result<(NaiveDate, NaiveDate), ParamError> {
    let interval = params.interval()?;
    Ok((interval.start(), interval.end()))
}

/// One row: a segment of a video, with what is known of the whole video.
pub const USAGE: Table = Table::staged(
    "video_usage",
    &[
        PIPELINE_VIDEO_ID,
        COURSE_ID,
        ENCODED_MODULE_ID,
        Column::new("duration", Kind::Int),
        Column::new("segment_length", Kind::Int),
        Column::new("users_at_start", Kind::Int),
        Column::new("users_at_end", Kind::Int),
        Column::new("segment", Kind::Int),
        Column::new("num_users", Kind::Int),
        Column::new("num_views", Kind::Int),
    ],
);

/// One row: a video.
pub const TABLE: Table = Table::result(
    "video",
    &[
        PIPELINE_VIDEO_ID,
        COURSE_ID,
        ENCODED_MODULE_ID,
        Column::new("duration", Kind::Int),
        Column::new("segment_length", Kind::Int),
        Column::new("users_at_start", Kind::Int),
        Column::new("users_at_end", Kind::Int),
        Column::new("total_viewed_seconds", Kind::Int),
    ],
    &[&["course_id", "encoded_module_id"]],
)
.unique(&["pipeline_video_id"]);

/// One row: a segment of a video.
pub const TIMELINE: Table = Table::result(
    "video_timeline",
    &[
        PIPELINE_VIDEO_ID,
        Column::new("segment", Kind::Int),
        Column::new("num_users", Kind::Int),
        Column::new("num_views", Kind::Int),
    ],
    &[&["pipeline_video_id"]],
)
.unique(&["pipeline_video_id", "segment"]);

const PIPELINE_VIDEO_ID: Column = Column::required("pipeline_video_id", Kind::Text(255));
const COURSE_ID: Column = Column::required("course_id", Kind::Text(255));
const ENCODED_MODULE_ID: Column = Column::required("encoded_module_id", Kind::Text(255));

/// A fall to this share of learners from one segment to the next is where a video ends.
const DROPOFF_THRESHOLD: &str = "dropoff_threshold";
/// Seconds of a segment.
const SEGMENT: usize = 5;
/// Characters of an id that the result store takes.
const LONGEST_ID: usize = 255;

const VIEWING: &str = "a row of video_viewing_by_date";

struct ByVideo;

impl Mapper for ByVideo {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [user, course, module, duration, _, start, end, _] = split(VIEWING, line)?;
        let mut row = out.row();
        row.fields(course).fields(module).fields(user).fields(duration).fields(start);
        row.fields(end).end()
    }
}

struct Watched {
    dropoff_threshold: f64,
}

impl Reducer for Watched {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let [course, module] = split(VIEWING, key)?;
        let id = [course, b"|", module].concat();
        if is_longer(&String::from_utf8_lossy(&id), LONGEST_ID) {
            out.count("Video Usage", "Discard Too Long ID", 1);
            return Ok(());
        }
        let mut video = Video::default();
        while let Some(value) = values.next()? {
            video.add(value)?;
        }
        video.write(&[&id, &b"\t"[..], key].concat(), &id, self.dropoff_threshold, out)
    }
}

/// Learners and views of a segment; it exists where there are views.
#[derive(Clone, Default)]
struct Segment {
    users: u32,
    views: u32,
    /// The number of the learner who watched it last.
    last_user: u64,
}

/// What the viewings of a video add up to.
#[derive(Default)]
struct Video {
    segments: Vec<Segment>,
    /// The longest duration that was told.
    duration: f64,
    duration_is_unknown: bool,
    user: Vec<u8>,
    /// The number of the learner, from 1.
    user_number: u64,
}

impl Video {
    fn add(&mut self, viewing: &[u8]) -> Result<(), Error> {
        let [user, duration, start, end] = split(VIEWING, viewing)?;
        if self.user_number == 0 || user != self.user {
            self.user.clear();
            self.user.extend_from_slice(user);
            self.user_number += 1;
        }
        let duration = number(duration)?;
        self.duration_is_unknown |= duration == UNKNOWN;
        self.duration = self.duration.max(duration);
        let (start, end) = (offset(start)?, offset(end)?);
        for at in segment_of(start)..=segment_of(end) {
            self.watch(at);
        }
        Ok(())
    }

    fn watch(&mut self, at: usize) {
        if at >= self.segments.len() {
            self.segments.resize(at + 1, Segment::default());
        }
        let segment = &mut self.segments[at];
        segment.views += 1;
        if segment.last_user != self.user_number {
            segment.last_user = self.user_number;
            segment.users += 1;
        }
    }

    fn users(&self, at: usize) -> u32 {
        self.segments.get(at).map_or(0, |segment| segment.users)
    }

    /// The last segment, and the duration.
    fn end(&self, dropoff_threshold: f64) -> (usize, f64) {
        if !self.duration_is_unknown {
            return (segment_of(self.duration), self.duration);
        }
        let watched = |at: &usize| self.segments[*at].views > 0;
        let from_the_end: Vec<_> = (0..self.segments.len()).rev().filter(watched).collect();
        let users = |at| f64::from(self.users(at));
        let is_drop = |pair: &&[usize]| users(pair[0]) <= users(pair[1]) * dropoff_threshold;
        let last = match from_the_end.windows(2).find(is_drop) {
            Some(pair) => pair[1],
            None => from_the_end.first().copied().unwrap_or_default(),
        };
        (last, ((last + 1) * SEGMENT - 1) as f64)
    }

    /// Writes the rows of all tables. Where the last segment was not watched, those behind it count
    /// (KEEP).
    fn write(
        &self,
        ids: &[u8],
        id: &[u8],
        dropoff_threshold: f64,
        out: &mut Output,
    ) -> Result<(), Error> {
        let (last, duration) = self.end(dropoff_threshold);
        let near_the_end = segment_of((duration - 30.0).max(duration * 0.95));
        let about = format!(
            "{}\t{SEGMENT}\t{}\t{}",
            duration as i64,
            self.users(0),
            self.users(near_the_end)
        );
        let mut views = 0;
        for (at, segment) in self.segments.iter().enumerate().filter(|(_, s)| s.views > 0) {
            let counts = format!("{at}\t{}\t{}", segment.users, segment.views);
            out.row().text(USAGE.name).fields(ids).show(&about).show(&counts).end()?;
            out.row().text(TIMELINE.name).fields(id).show(&counts).end()?;
            views += i64::from(segment.views);
            if at == last {
                break;
            }
        }
        out.row().text(TABLE.name).fields(ids).show(&about).int(views * SEGMENT as i64).end()
    }
}

/// The segment in which a second lies, counted from the start.
fn segment_of(seconds: f64) -> usize {
    seconds as usize / SEGMENT
}

fn offset(text: &[u8]) -> Result<f64, Error> {
    let seconds = number(text)?;
    if (0.0..=LONGEST).contains(&seconds) {
        return Ok(seconds);
    }
    Err(Error::contract(VIEWING, "a position outside the longest video", text))
}

fn number(text: &[u8]) -> Result<f64, Error> {
    let parsed = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| Error::contract(VIEWING, "not a number", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Done, run};

    /// Viewings `user duration start end` of one video.
    fn done(viewings: &[&str], params: &[(&str, &str)]) -> Done {
        let row = |viewing: &&str| {
            let parts: Vec<_> = viewing.split(' ').collect();
            let [user, duration, start, end] = parts[..] else { unreachable!("{viewing}") };
            format!(
                "{user}\to/c/r\tv\t{duration}\t2024-03-05T00:00:00\t{start}\t{end}\tpause_video"
            )
        };
        let rows = viewings.iter().map(row).collect();
        let params: Vec<_> = [("interval", "2024-03-05")].iter().chain(params).copied().collect();
        run(&JOB, &params, &[(video_viewing::TABLE.name, rows)])
    }

    fn usage(viewings: &[&str]) -> Vec<String> {
        let rows = done(viewings, &[]).table(USAGE.name);
        let shorter = |row: String| {
            row.strip_prefix("o/c/r|v\to/c/r\tv\t").unwrap_or(&row).replace('\t', " ")
        };
        rows.into_iter().map(shorter).collect()
    }

    #[test]
    fn one_pass_fills_three_tables() {
        let done = done(&["1 -1 0.0 12.0", "2 -1 0.0 4.0"], &[]);
        let usage = ["14\t5\t2\t1\t0\t2\t2", "14\t5\t2\t1\t1\t1\t1", "14\t5\t2\t1\t2\t1\t1"];
        assert_eq!(done.table(USAGE.name), usage.map(|row| format!("o/c/r|v\to/c/r\tv\t{row}")));
        let timeline = ["0\t2\t2", "1\t1\t1", "2\t1\t1"].map(|row| format!("o/c/r|v\t{row}"));
        assert_eq!(done.table(TIMELINE.name), timeline);
        assert_eq!(done.table(TABLE.name), ["o/c/r|v\to/c/r\tv\t14\t5\t2\t1\t20"]);
        assert!(done.rows.keys().all(|(_, folder)| folder == "dt=2024-03-06"));
    }

    #[test]
    fn learners_are_counted_once_a_segment_in_any_order() {
        let mut viewings = ["10 -1 0 4", "9 -1 0 9", "10 -1 1 2", "010 -1 0 4", "10 -1 3 6"];
        let expected = ["9 5 3 2 0 3 5", "9 5 3 2 1 2 2"];
        for _ in 0..viewings.len() {
            viewings.rotate_left(1);
            assert_eq!(usage(&viewings), expected);
        }
    }

    #[test]
    fn a_known_duration_ends_the_video_if_its_end_was_watched() {
        assert_eq!(usage(&["1 4 0 3", "1 4 0 5"]), ["4 5 1 1 0 1 2"]);
        assert_eq!(usage(&["1 9.2 6 8"]), ["9 5 0 1 1 1 1"]);
        assert_eq!(usage(&["1 10 0 1", "2 50 0 1"]), ["50 5 2 0 0 2 2"]);
        assert_eq!(usage(&["1 8 0 1", "1 8 10 11"]), ["8 5 1 0 0 1 1", "8 5 1 0 2 1 1"]);
        assert_eq!(usage(&["1 -1 0 1", "1 40 10 11"]), ["14 5 1 1 0 1 1", "14 5 1 1 2 1 1"]);
    }

    #[test]
    fn learners_at_the_end_are_those_shortly_before_it() {
        for (duration, start, at_end) in [(10, 5, 1), (100, 95, 1), (100, 90, 0), (650, 620, 1)] {
            let viewing = format!("1 {duration} {start} {}", start + 1);
            let segment = start / 5;
            let row = format!("{duration} 5 0 {at_end} {segment} 1 1");
            assert_eq!(usage(&[&viewing]), [row]);
        }
    }

    fn drop_from(many: u32, few: u32, params: &[(&str, &str)]) -> usize {
        let viewing = |user: u32| format!("{user} -1 0 {}", if user < few { 9 } else { 4 });
        let viewings: Vec<_> = (0..many).map(viewing).collect();
        let viewings: Vec<_> = viewings.iter().map(String::as_str).collect();
        done(&viewings, params).table(TIMELINE.name).len()
    }

    #[test]
    fn an_unknown_duration_ends_at_a_sharp_drop() {
        assert_eq!(drop_from(20, 1, &[]), 1);
        assert_eq!(drop_from(39, 2, &[]), 2);
        assert_eq!(drop_from(20, 1, &[("dropoff_threshold", "0.01")]), 2);
        assert_eq!(drop_from(20, 9, &[("dropoff_threshold", "0.5")]), 1);
    }

    #[test]
    fn an_id_that_no_store_takes_is_counted() {
        for (length, rows) in [(249, 1), (250, 0)] {
            let row = format!("1\to/c/r\t{}\t-1\tT\t0\t1\tpause_video", "é".repeat(length));
            let input = [(video_viewing::TABLE.name, vec![row])];
            let done = run(&JOB, &[("interval", "2024-03-05")], &input);
            assert_eq!(done.table(TABLE.name).len(), rows);
            let counted = done.counters.get("Video Usage", "Discard Too Long ID");
            assert_eq!(counted, i64::from(rows == 0));
        }
    }
}
