//! Counting learners by day from spans: differences at the ends of spans, summed along the days.
//!
//! The breakdowns (spec 10 §4.4 to §4.8) all count the same way and differ in the group they count
//! by. Between map and reduce a line is `group fields…, date, enrolled, rows, learners`: what changes
//! on that date. A day has a row where some learner falls in the group, enrolled or not.

use super::span::Span;
use crate::day;
use crate::streaming::output::split;
use crate::streaming::{Error, Output, Reducer, Values};
use chrono::NaiveDate;

const WHAT: &str = "a change of counts";

/// Counts, or how they change.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    enrolled: i64,
    rows: i64,
    learners: i64,
}

impl Counts {
    fn of(span: &Span) -> Self {
        let learners = i64::from(span.learner().is_some());
        Self { enrolled: span.at_end.into(), rows: 1, learners }
    }

    fn add(&mut self, other: Self) {
        self.enrolled += other.enrolled;
        self.rows += other.rows;
        self.learners += other.learners;
    }

    fn negative(self) -> Self {
        Self { enrolled: -self.enrolled, rows: -self.rows, learners: -self.learners }
    }

    fn write(self, group: &[u8], date: NaiveDate, out: &mut Output) -> Result<(), Error> {
        let mut row = out.row();
        row.fields(group).show(date);
        row.int(self.enrolled).int(self.rows).int(self.learners).end()
    }

    fn read(value: &[u8]) -> Result<(NaiveDate, Self), Error> {
        let [date, enrolled, rows, learners] = split(WHAT, value)?;
        let broken = || Error::contract(WHAT, "no date or number", value);
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse().ok();
        let counts = Self {
            enrolled: number(enrolled).ok_or_else(broken)?,
            rows: number(rows).ok_or_else(broken)?,
            learners: number(learners).ok_or_else(broken)?,
        };
        Ok((day::parse(date).ok_or_else(broken)?, counts))
    }
}

/// Which days of a span count.
#[derive(Clone, Copy, Debug)]
pub enum Days {
    /// All, up to and without the interval's end.
    Before(NaiveDate),
    /// Only this one.
    Only(NaiveDate),
}

/// Writes what a span changes in its group (fields joined by TAB).
///
/// # Errors
/// When the output cannot be written.
pub fn write_changes(span: &Span, group: &[u8], days: Days, out: &mut Output) -> Result<(), Error> {
    let counts = Counts::of(span);
    match days {
        Days::Only(date) if span.first <= date && date <= span.last => {
            counts.write(group, date, out)
        }
        Days::Only(_) => Ok(()),
        Days::Before(end) => {
            counts.write(group, span.first, out)?;
            match span.last.succ_opt() {
                Some(after) if after < end => counts.negative().write(group, after, out),
                _ => Ok(()),
            }
        }
    }
}

/// Sums the changes of a date: the combiner of every breakdown.
pub struct SumChanges;

impl Reducer for SumChanges {
    fn reduce(&mut self, group: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        by_date(values, |date, sum| sum.write(group, date, out))
    }
}

/// Writes the row of a group on a day: group, date, count, cumulative count.
pub type WriteRow = fn(&mut Output, &[u8], NaiveDate, i64, i64) -> Result<(), Error>;

/// Makes a row of each day on which the group has one.
pub struct CountByDay {
    /// Without which days end.
    pub end: NaiveDate,
    /// Writes a row.
    pub write: WriteRow,
}

impl Reducer for CountByDay {
    fn reduce(&mut self, group: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut now, mut from) = (Counts::default(), self.end);
        by_date(values, |date, change| {
            self.write_days(group, now, from, date, out)?;
            now.add(change);
            from = date;
            Ok(())
        })?;
        self.write_days(group, now, from, self.end, out)
    }
}

impl CountByDay {
    fn write_days(
        &self,
        group: &[u8],
        counts: Counts,
        from: NaiveDate,
        until: NaiveDate,
        out: &mut Output,
    ) -> Result<(), Error> {
        if counts.rows == 0 {
            return Ok(());
        }
        from.iter_days()
            .take_while(|day| *day < until)
            .try_for_each(|day| (self.write)(out, group, day, counts.enrolled, counts.learners))
    }
}

/// Calls `act` once a date with the sum of its changes; values come sorted by date.
fn by_date(
    values: &mut Values,
    mut act: impl FnMut(NaiveDate, Counts) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut open: Option<(NaiveDate, Counts)> = None;
    while let Some(value) = values.next()? {
        let (date, change) = Counts::read(value)?;
        match &mut open {
            Some((day, sum)) if *day == date => sum.add(change),
            _ => {
                if let Some((day, sum)) = open.replace((date, change)) {
                    act(day, sum)?;
                }
            }
        }
    }
    open.map_or(Ok(()), |(day, sum)| act(day, sum))
}

/// A row of the breakdowns that put the date first: date, course, group value, counts.
///
/// # Errors
/// When the group is not a course and a value, or the output cannot be written.
pub fn write_date_first(
    out: &mut Output,
    group: &[u8],
    date: NaiveDate,
    count: i64,
    cumulative: i64,
) -> Result<(), Error> {
    let mut row = out.row();
    row.show(date).fields(group).int(count).int(cumulative).end()
}
