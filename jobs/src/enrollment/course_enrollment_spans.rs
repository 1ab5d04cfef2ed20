//! A learner's enrollment in a course as stretches of days on which nothing changes.
//!
//! The daily state of spec 10 §4.2 holds a row for each learner and day; here one row stands for as
//! many days as would repeat it, so that the nightly run costs what the events cost (spec 01 §2).

use super::{EVENT_COLUMNS, History};
use crate::day;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-spans",
    about: "stretches of days on which a learner's enrollment stays the same",
    internal: true,
    inputs: &[Input::new(&super::course_enrollment_events::TABLE, At::Days)],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &["overwrite_n_days"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(History)),
        combiner: None,
        reducer: |params| Ok(Box::new(Reduce { end: params.interval()?.end() })),
        partition: 2,
        key: 2,
    }]),
};

/// One row: a stretch of days of a learner in a course.
pub const TABLE: Table = Table::staged(
    "course_enrollment_spans",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("user_id", Kind::Int),
        Column::new("first_date", Kind::Date),
        Column::new("last_date", Kind::Date),
        Column::new("at_end", Kind::Flag),
        Column::new("change", Kind::Flag),
        Column::new("mode", Kind::Text(255)),
    ],
);

struct Reduce {
    end: NaiveDate,
}

/// Days from `first` up to and without `until`.
struct Span {
    first: NaiveDate,
    until: NaiveDate,
    at_end: bool,
    change: i64,
    mode: Vec<u8>,
}

/// What the events so far say of a learner.
#[derive(Default)]
struct State {
    enrolled: bool,
    enrolled_before: bool,
    mode: Vec<u8>,
}

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut state, mut today, mut open) = (State::default(), None, None);
        while let Some(value) = values.next()? {
            let [timestamp, event_type, mode] = split(EVENT_COLUMNS, value)?;
            let day = day::parse(day::of_timestamp(timestamp))
                .ok_or_else(|| Error::contract(EVENT_COLUMNS, "no day in the timestamp", value))?;
            if let Some(today) = today.filter(|today| *today != day) {
                self.end_day(&mut state, &mut open, today, day, key, out)?;
            }
            state.apply(event_type, mode);
            today = Some(day);
        }
        if let Some(today) = today {
            self.end_day(&mut state, &mut open, today, self.end, key, out)?;
        }
        open.map_or(Ok(()), |span| write(key, &span, out))
    }
}

impl State {
    /// The mode is the last event's, whatever the event does (10 §4.2 rule 4b).
    fn apply(&mut self, event_type: &[u8], mode: &[u8]) {
        match event_type {
            super::ACTIVATED => self.enrolled = true,
            super::DEACTIVATED => self.enrolled = false,
            _ => {}
        }
        self.mode.clear();
        self.mode.extend_from_slice(mode);
    }
}

impl Reduce {
    /// The days from `day` to before `next` look alike: they open a span or lengthen the last one.
    fn end_day(
        &self,
        state: &mut State,
        open: &mut Option<Span>,
        day: NaiveDate,
        next: NaiveDate,
        key: &[u8],
        out: &mut Output,
    ) -> Result<(), Error> {
        let until = next.min(self.end);
        if until <= day {
            return Ok(());
        }
        let change = i64::from(state.enrolled) - i64::from(state.enrolled_before);
        state.enrolled_before = state.enrolled;
        if let Some(span) = open
            && change == 0
            && span.at_end == state.enrolled
            && span.mode == state.mode
        {
            span.until = until;
            return Ok(());
        }
        let mode = state.mode.clone();
        let span = Span { first: day, until, at_end: state.enrolled, change, mode };
        open.replace(span).map_or(Ok(()), |done| write(key, &done, out))
    }
}

fn write(key: &[u8], span: &Span, out: &mut Output) -> Result<(), Error> {
    let last = span.until.pred_opt().unwrap_or(span.until);
    let mut row = out.row();
    row.fields(key).show(span.first).show(last);
    row.int(span.at_end.into()).int(span.change).fields(&span.mode).end()
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    fn spans(interval: &str, events: &[(&str, &str, &str)]) -> Vec<String> {
        let lines = events.iter().map(|(time, kind, mode)| {
            format!("o/c/r\t7\t{time}\tedx.course.enrollment.{kind}\t{mode}")
        });
        run(
            &super::JOB,
            &[("interval", interval)],
            &[("course_enrollment_events", lines.collect())],
        )
        .table("course_enrollment_spans")
    }

    #[test]
    fn a_stretch_ends_when_state_or_mode_changes() {
        let found = spans(
            "2013-01-01-2013-01-20",
            &[
                ("2013-01-02T1", "activated", "honor"),
                ("2013-01-05T1", "mode_changed", "verified"),
                ("2013-01-09T1", "deactivated", "verified"),
            ],
        );
        assert_eq!(
            found,
            [
                "o/c/r\t7\t2013-01-02\t2013-01-04\t1\t1\thonor",
                "o/c/r\t7\t2013-01-05\t2013-01-08\t1\t0\tverified",
                "o/c/r\t7\t2013-01-09\t2013-01-19\t0\t-1\tverified",
            ]
        );
    }

    #[test]
    fn an_event_that_changes_nothing_lengthens_the_stretch() {
        let found = spans(
            "2013-01-01-2013-01-20",
            &[("2013-01-02T1", "activated", "honor"), ("2013-01-05T1", "activated", "honor")],
        );
        assert_eq!(found, ["o/c/r\t7\t2013-01-02\t2013-01-19\t1\t1\thonor"]);
    }

    #[test]
    fn nothing_stands_on_or_after_the_end() {
        let late =
            [("2013-01-02T1", "activated", "honor"), ("2013-01-05T1", "deactivated", "honor")];
        assert_eq!(
            spans("2013-01-01-2013-01-04", &late),
            ["o/c/r\t7\t2013-01-02\t2013-01-03\t1\t1\thonor"]
        );
        assert!(spans("2013-01-01-2013-01-02", &late).is_empty());
    }
}
