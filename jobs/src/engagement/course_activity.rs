//! Learners of a course by week and by what they did (spec 10 §5.2).
//!
//! The original joined with its calendar to find a day's week. That join is arithmetic, so no calendar
//! is read; only a calendar given explicitly leaves out what lies beyond it, as it did.

use super::user_activity;
use crate::day;
use crate::event::interval::{Interval, monday};
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::params::{ParamError, Params};
use crate::streaming::output::{NULL, split};
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use chrono::{Days, NaiveDate};

/// The job.
pub const JOB: Job = Job {
    name: "course-activity",
    about: "learners active in each course, by week and label",
    internal: false,
    inputs: &[Input::new(&user_activity::TABLE, At::Days).within(days_read)],
    fills: &[Fill { table: &TABLE, at: At::EndDate }],
    report: None,
    params: &["end_date", "weeks", "calendar_interval", "overwrite_n_days"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, _| Ok(Box::new(ByWeek { days: days_read(params)?, week: None })),
        combiner: Some(|_| Ok(Box::new(Distinct))),
        reducer: |_| Ok(Box::new(CountLearners)),
        partition: 3,
        key: 3,
    }]),
};

/// One row: a course in an ISO week (to the Monday after it, excluded), and a label.
pub const TABLE: Table = Table::result(
    "course_activity",
    &[
        Column::required("course_id", Kind::Text(255)),
        Column::required("interval_start", Kind::Timestamp),
        Column::required("interval_end", Kind::Timestamp),
        Column::required("label", Kind::Text(255)),
        Column::new("count", Kind::Int),
    ],
    &[&["course_id", "label"], &["course_id", "interval_end"], &["interval_end"]],
)
.unique(&["course_id", "interval_start", "label"]);

/// How many weeks are counted where the run does not say.
const WEEKS: u32 = 24;

/// The days of facts that a run reads, the end excluded: `weeks` whole weeks before the week of
/// `end_date`, of these the last `overwrite_n_days` before `end_date` where they are given, and of
/// these what the calendar holds where one is given.
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn days_read(params: &Params) -> Result<(NaiveDate, NaiveDate), ParamError> {
    let end_date = params.date("end_date")?;
    let weeks = params.number("weeks")?.unwrap_or(WEEKS);
    let interval = Interval::weekly(end_date, weeks).map_err(|error| ParamError::Unreadable {
        name: "weeks",
        text: weeks.to_string(),
        wanted: format!("a number of weeks to count ({error})"),
    })?;
    let (mut from, mut until) = (interval.start(), interval.end());
    if let Some(window) = params.number("overwrite_n_days")? {
        from = from.max(end_date.checked_sub_days(Days::new(window.into())).unwrap_or(from));
    }
    if let Some(calendar) = params.optional_interval("calendar_interval")? {
        (from, until) = (from.max(calendar.start()), until.min(calendar.end()));
    }
    Ok((from, until))
}

/// `course_id, Monday of the week, label, user_id`, the id as a number or NULL.
struct ByWeek {
    days: (NaiveDate, NaiveDate),
    /// The last day that was met, and its week, if that day counts: facts come by days.
    week: Option<(Vec<u8>, Option<NaiveDate>)>,
}

impl Mapper for ByWeek {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [user_id, course_id, date, label, _] = split("activity of a learner", line)?;
        let Some(week) = self.week_of(date, line)? else { return Ok(()) };
        let mut row = out.row();
        row.fields(course_id).show(week).fields(label);
        match int(user_id) {
            Some(id) => row.int(id.into()).end(),
            None => row.fields(NULL).end(),
        }
    }
}

impl ByWeek {
    fn week_of(&mut self, date: &[u8], line: &[u8]) -> Result<Option<NaiveDate>, Error> {
        match &self.week {
            Some((day, week)) if day == date => Ok(*week),
            _ => {
                let day = day::parse(date)
                    .ok_or_else(|| Error::contract("activity of a learner", "no date", line))?;
                let counts = self.days.0 <= day && day < self.days.1;
                let week = counts.then(|| monday(day));
                self.week = Some((date.to_vec(), week));
                Ok(week)
            }
        }
    }
}

/// A learner's id as Hive reads an INT (spec 10 §2.10): without its fraction; none where it is no
/// number, or has more than 32 bits.
fn int(text: &[u8]) -> Option<i32> {
    let text = str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    fraction.bytes().all(|b| b.is_ascii_digit()).then(|| whole.parse().ok())?
}

/// Keeps one of the lines of a learner.
struct Distinct;

impl Reducer for Distinct {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        each_learner(values, |user_id| out.row().fields(key).fields(user_id).end())
    }
}

/// A group in which no id is a number has a row too, with 0.
struct CountLearners;

impl Reducer for CountLearners {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let [course_id, week, label] = split("a course's week", key)?;
        let start =
            day::parse(week).ok_or_else(|| Error::contract("a course's week", "no date", key))?;
        let mut learners = 0;
        each_learner(values, |user_id| {
            learners += i64::from(user_id != NULL);
            Ok(())
        })?;
        let mut row = out.row();
        row.fields(course_id);
        for date in [start, start + Days::new(7)] {
            row.show(format_args!("{date} 00:00:00.000000"));
        }
        row.fields(label).int(learners).end()
    }
}

/// Calls `act` once for each value; equal values follow each other.
fn each_learner(
    values: &mut Values,
    mut act: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut last: Option<Vec<u8>> = None;
    while let Some(user_id) = values.next()? {
        if last.as_deref() != Some(user_id) {
            act(user_id)?;
            let last = last.get_or_insert_default();
            last.clear();
            last.extend_from_slice(user_id);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::run;

    fn rows(params: &[(&str, &str)], facts: &[(&str, &str)]) -> Vec<String> {
        let facts = facts.iter().map(|(user, day)| format!("{user}\to/c/r\t{day}\tACTIVE\t3"));
        let input = [(user_activity::TABLE.name, facts.collect())];
        run(&JOB, params, &input).table(TABLE.name)
    }

    fn week(start: &str, end: &str, count: u32) -> String {
        format!("o/c/r\t{start} 00:00:00.000000\t{end} 00:00:00.000000\tACTIVE\t{count}")
    }

    #[test]
    fn a_learner_counts_once_a_week_and_the_week_of_the_end_date_not_at_all() {
        let facts = [
            ("1", "2014-01-05"),
            ("1", "2013-12-30"),
            ("2", "2014-01-05"),
            ("1", "2013-12-29"),
            ("1", "2013-12-22"),
            ("1", "2014-01-06"),
        ];
        let params = [("end_date", "2014-01-07"), ("weeks", "2")];
        let found = [week("2013-12-23", "2013-12-30", 1), week("2013-12-30", "2014-01-06", 2)];
        assert_eq!(rows(&params, &facts), found);
        let mut backwards = facts;
        backwards.reverse();
        assert_eq!(rows(&params, &backwards), found);
    }

    #[test]
    fn ids_are_counted_as_numbers() {
        let day = "2013-12-31";
        let params = [("end_date", "2014-01-07")];
        let found =
            |ids: &[&str]| rows(&params, &ids.iter().map(|id| (*id, day)).collect::<Vec<_>>());
        let of = |count| [week("2013-12-30", "2014-01-06", count)];
        assert_eq!(found(&["21", "21.0", "021", "+21", "21.9"]), of(1));
        assert_eq!(found(&["abc", "1e+20", "2147483648", "True", "1.x", " 1"]), of(0));
        assert_eq!(found(&["abc", "7", "8", "-8"]), of(3));
    }

    #[test]
    fn the_days_read_are_those_that_all_limits_leave() {
        let days = |params: &[(&str, &str)]| {
            let params = params.iter().copied().chain([("end_date", "2014-07-01")]).collect();
            days_read(&params).map(|(from, until)| format!("{from} {until}"))
        };
        let weeks = ("weeks", "6");
        assert_eq!(days(&[]).unwrap(), "2014-01-13 2014-06-30");
        assert_eq!(days(&[weeks]).unwrap(), "2014-05-19 2014-06-30");
        assert_eq!(days(&[weeks, ("overwrite_n_days", "10")]).unwrap(), "2014-06-21 2014-06-30");
        assert_eq!(days(&[weeks, ("overwrite_n_days", "99")]).unwrap(), "2014-05-19 2014-06-30");
        let calendar = ("calendar_interval", "2014-06-10-2014-06-17");
        assert_eq!(days(&[weeks, calendar]).unwrap(), "2014-06-10 2014-06-17");
        let error = days(&[("weeks", "0")]).unwrap_err().to_string();
        assert!(error.starts_with("parameter `weeks` is `0`"), "{error}");
    }
}
