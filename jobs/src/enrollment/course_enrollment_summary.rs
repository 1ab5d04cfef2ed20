//! One row a learner and course: current mode and state, and the times that matter (spec 10 §4.3).
//!
//! The mode here is that of effective events only; the daily state takes it from every event.

use super::{ACTIVATED, DEACTIVATED, EVENT_COLUMNS, History, MODE_CHANGED};
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::result_date_time;
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "course-enrollment-summary",
    about: "one row a learner and course: mode, state, first and last times",
    internal: false,
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

/// One row: a learner in a course.
pub const TABLE: Table = Table::staged(
    "course_enrollment_summary",
    &[
        Column::required("course_id", Kind::Text(255)),
        Column::required("user_id", Kind::Int),
        Column::required("current_enrollment_mode", Kind::Text(100)),
        Column::required("current_enrollment_is_active", Kind::Flag),
        Column::new("first_enrollment_mode", Kind::Text(100)),
        Column::new("first_enrollment_time", Kind::Timestamp),
        Column::new("last_unenrollment_time", Kind::Timestamp),
        Column::new("first_verified_enrollment_time", Kind::Timestamp),
        Column::new("first_credit_enrollment_time", Kind::Timestamp),
        Column::required("end_time", Kind::Timestamp),
    ],
);

struct Reduce {
    end: NaiveDate,
}

#[derive(Default)]
struct Summary {
    enrolled: bool,
    current_mode: Vec<u8>,
    first_mode: Vec<u8>,
    first_time: Option<Vec<u8>>,
    unenrolled_time: Option<Vec<u8>>,
    verified_time: Option<Vec<u8>>,
    credit_time: Option<Vec<u8>>,
}

impl Summary {
    /// Events that change nothing (activated while enrolled, mode changed while not, …) are ignored.
    fn apply(&mut self, time: &[u8], event_type: &[u8], mode: &[u8]) {
        match (self.enrolled, event_type) {
            (true, DEACTIVATED) => {
                self.enrolled = false;
                self.unenrolled_time = Some(time.to_vec());
            }
            (false, ACTIVATED) => {
                self.enrolled = true;
                if self.first_time.is_none() {
                    self.first_time = Some(time.to_vec());
                    self.first_mode = mode.to_vec();
                }
                self.take_mode(time, mode);
            }
            (true, MODE_CHANGED) => self.take_mode(time, mode),
            _ => {}
        }
    }

    fn take_mode(&mut self, time: &[u8], mode: &[u8]) {
        self.current_mode = mode.to_vec();
        let first = match mode {
            b"verified" => &mut self.verified_time,
            b"credit" => &mut self.credit_time,
            _ => return,
        };
        first.get_or_insert_with(|| time.to_vec());
    }
}

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let mut summary = Summary::default();
        while let Some(value) = values.next()? {
            let [time, event_type, mode] = split(EVENT_COLUMNS, value)?;
            summary.apply(time, event_type, mode);
        }
        if summary.first_time.is_none() {
            return Ok(());
        }
        let mut row = out.row();
        row.fields(key).fields(&summary.current_mode).int(summary.enrolled.into());
        row.fields(&summary.first_mode);
        let times = [
            &summary.first_time,
            &summary.unenrolled_time,
            &summary.verified_time,
            &summary.credit_time,
        ];
        for time in times {
            row.opt_str(time.as_deref().and_then(date_time));
        }
        row.show(self.end).end_with(" 00:00:00.000000")
    }
}

/// A time that no date-time can be read from, or before 1900, is NULL.
fn date_time(timestamp: &[u8]) -> Option<String> {
    result_date_time(&String::from_utf8_lossy(timestamp)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    fn summary(events: &[(&str, &str, &str)]) -> Vec<String> {
        let lines = events.iter().map(|(time, kind, mode)| {
            format!("o/c/r\t7\t2013-01-01T00:00:0{time}\tedx.course.enrollment.{kind}\t{mode}")
        });
        let input = [("course_enrollment_events", lines.collect())];
        run(&super::JOB, &[("interval", "2013-01-01")], &input).table("course_enrollment_summary")
    }

    #[test]
    fn times_are_those_of_effective_events() {
        let found = summary(&[
            ("1", "deactivated", "audit"),
            ("2", "activated", "honor"),
            ("3", "activated", "verified"),
            ("4", "mode_changed", "verified"),
            ("5", "deactivated", "credit"),
            ("6", "deactivated", "credit"),
        ]);
        let at = |second| format!("2013-01-01 00:00:0{second}.000000");
        let end = "2013-01-02 00:00:00.000000";
        let times = [at(2), at(5), at(4)].join("\t");
        assert_eq!(found, [format!("o/c/r\t7\tverified\t0\thonor\t{times}\t\\N\t{end}")]);
    }

    #[test]
    fn a_learner_who_never_enrolled_has_no_row() {
        assert!(summary(&[("1", "deactivated", "a"), ("2", "mode_changed", "b")]).is_empty());
    }
}
