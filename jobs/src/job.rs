//! What a job is: its name, what it reads, what it fills, and the code between.

use crate::event::Event;
use crate::params::{ParamError, Params};
use crate::report::MakeReport;
use crate::streaming::fold::Fold;
use crate::streaming::output::push_int;
use crate::streaming::{Error, Foldable, Mapper, Output, Partitioner, Reducer, Values};
use crate::table::Table;
use chrono::{Days, NaiveDate};
use std::io::{Read, Write};

/// Which partition of a table a job reads or fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The days of the events: many partitions of a fact table.
    Days,
    /// The end of the run's interval.
    IntervalEnd,
    /// The text of the run's interval.
    IntervalText,
    /// The parameter `date`.
    Date,
    /// Seven days before the parameter `date`.
    WeekBefore,
    /// The parameter `import_date`.
    ImportDate,
    /// The parameter `end_date`.
    EndDate,
    /// The parameter `datetime`, written by `partition_format`.
    DateTime,
    /// The end of the run's interval, in runs where a parameter says so: of a family of tables, one
    /// for each value of the parameter, a run reads and fills one.
    IntervalEndIf(Choice),
}

/// A value of a parameter that chooses between tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The parameter.
    pub param: &'static str,
    /// Its value.
    pub value: &'static str,
    /// Whether that value is meant where the parameter is not given.
    pub default: bool,
}

impl Choice {
    /// Whether a run has chosen it.
    #[must_use]
    pub fn is_made(self, params: &Params) -> bool {
        params.get(self.param).map_or(self.default, |text| text == self.value)
    }
}

impl At {
    /// The partition's value in a run; none for [`At::Days`], whose days the facts tell, and for a
    /// table that the run has not chosen.
    ///
    /// # Errors
    /// When the parameter that it comes from is missing or unreadable.
    pub fn value(self, params: &Params) -> Result<Option<String>, ParamError> {
        Ok(Some(match self {
            Self::Days => return Ok(None),
            Self::IntervalEnd => params.interval()?.end().to_string(),
            Self::IntervalText => params.interval()?.to_string(),
            Self::Date => params.date("date")?.to_string(),
            Self::WeekBefore => week(params)?.0.to_string(),
            Self::ImportDate => params.date("import_date")?.to_string(),
            Self::EndDate => params.date("end_date")?.to_string(),
            Self::IntervalEndIf(choice) if !choice.is_made(params) => return Ok(None),
            Self::IntervalEndIf(_) => params.interval()?.end().to_string(),
            Self::DateTime => params.partition_time()?,
        }))
    }

    /// What the partition's value is, in words.
    #[must_use]
    pub const fn said(self) -> &'static str {
        match self {
            Self::Days => "days of the events",
            Self::IntervalEnd => "end of the interval",
            Self::IntervalText => "text of the interval",
            Self::Date => "parameter date",
            Self::WeekBefore => "seven days before parameter date",
            Self::ImportDate => "parameter import_date",
            Self::EndDate => "parameter end_date",
            Self::IntervalEndIf(_) => "end of the interval, where it is chosen",
            Self::DateTime => "parameter datetime, written by partition_format",
        }
    }
}

/// The days of facts that a run reads, the end excluded.
pub type Window = fn(&Params) -> Result<(NaiveDate, NaiveDate), ParamError>;

/// Every day there is.
///
/// # Errors
/// Never; the signature is that of a [`Window`].
pub fn every_day(_: &Params) -> Result<(NaiveDate, NaiveDate), ParamError> {
    Ok((NaiveDate::MIN, NaiveDate::MAX))
}

/// The week that ends before the parameter `date`: its first day, and `date` itself.
///
/// # Errors
/// When `date` is missing or no date.
pub fn week(params: &Params) -> Result<(NaiveDate, NaiveDate), ParamError> {
    let end = params.date("date")?;
    Ok((end.checked_sub_days(Days::new(7)).unwrap_or(end), end))
}

/// A table that a job reads.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// The table: of the warehouse, or of the LMS.
    pub table: &'static Table,
    /// Which of its partitions.
    pub at: At,
    /// It is read only in runs where this switch is on.
    pub only_if: Option<&'static str>,
    /// Of a table by days, which are read; of another, from which its rows are to come at least.
    pub window: Window,
}

impl Input {
    /// A table that is always read.
    #[must_use]
    pub const fn new(table: &'static Table, at: At) -> Self {
        Self { table, at, only_if: None, window: crate::enrollment::days_read }
    }

    /// The same table, but of other days than those of the run's interval.
    #[must_use]
    pub const fn within(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// A table that is read only where a switch is on.
    #[must_use]
    pub const fn only_if(table: &'static Table, at: At, switch: &'static str) -> Self {
        Self { only_if: Some(switch), ..Self::new(table, at) }
    }
}

/// A table that a job fills.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    /// The table.
    pub table: &'static Table,
    /// Which of its partitions a run writes.
    pub at: At,
}

/// The extracting half of a fact job: one event in, facts out.
pub trait Extract {
    /// Takes one event of a real calendar day and writes rows `day, columns of the fact table…`.
    ///
    /// # Errors
    /// When the output cannot be written; an event that does not fit is counted instead.
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error>;

    /// Takes a row that stands in the fact table already, so that late facts are merged with it. A job
    /// whose facts have their columns in another order, the merge key first, gives the row that order.
    ///
    /// # Errors
    /// When the output cannot be written, or the row is none of the table.
    fn again(&mut self, day: &[u8], row: &[u8], out: &mut Output) -> Result<(), Error> {
        out.row().fields(day).fields(row).end()
    }

    /// Called once after the last event. Writes what was kept back, of days only of which a row was
    /// written before: a row in [`Extract::extract`] tells the scan that a file speaks of its day.
    ///
    /// # Errors
    /// When the output cannot be written.
    fn finish(&mut self, _out: &mut Output) -> Result<(), Error> {
        Ok(())
    }

    /// Where a column of the fact table stands in the rows that are given, the day not counted: where it
    /// stands in the table, unless the job gives its facts in another order.
    fn place_of(&self, column: usize) -> usize {
        column
    }

    /// Whether the job also takes an event whose day is none as it is written (`2015-3-9`), but is
    /// one when its time is read strictly (spec 20 §0.3); the day is then that of the strict time.
    fn day_of_strict_time(&self) -> bool {
        false
    }
}

/// How a fact job works.
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    /// An event of interest holds one of these texts; empty = any event may be of interest.
    pub needles: &'static [&'static str],
    /// Makes the extractor of one map task.
    pub extract: fn(&Params) -> Result<Box<dyn Extract>, ParamError>,
    /// Makes the reducer that merges the facts of a day; its key is the day and so many columns.
    pub merge: fn() -> Box<dyn Reducer>,
    /// Columns of a fact, from the first, that belong to the merge key.
    pub key_columns: usize,
    /// Brings facts of one key together before they are sorted; must not change what `merge` gives.
    pub fold: Option<Fold>,
}

impl Scan {
    /// How facts of one key, the day in front, are brought together.
    #[must_use]
    pub fn foldable(&self) -> Option<Foldable> {
        Some(Foldable { key: self.key_columns.saturating_add(1), fold: self.fold? })
    }
}

/// Makes the mapper for the lines of one table.
pub type MakeMapper = fn(&Params, &str) -> Result<Box<dyn Mapper>, ParamError>;
/// Makes a reducer.
pub type MakeReducer = fn(&Params) -> Result<Box<dyn Reducer>, ParamError>;

/// One map, shuffle and reduce.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Gets the name of the table that the lines come from; in a second step, of the job itself.
    pub mapper: MakeMapper,
    /// Sums map output early; must not change the result.
    pub combiner: Option<MakeReducer>,
    /// The reducing half.
    pub reducer: MakeReducer,
    /// Fields that choose the reducer; 0 = one reducer has all lines. Jobs of one pass share this.
    pub partition: usize,
    /// Fields that make a key. A reducer sees its values sorted.
    pub key: usize,
}

/// A file that a job copies lines into, as the job thinks of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The day of its lines, `YYYY-MM-DD`.
    pub day: String,
    /// Whose lines they are: a course, an organisation.
    pub name: String,
}

/// The choosing half of a job that copies log lines.
pub trait Pick {
    /// Tells which files an event's line goes to; an event that does not fit is counted. Which days
    /// are wanted is the job's own affair.
    fn pick(&mut self, event: &Event, out: &mut Output) -> Vec<Place>;

    /// The path of a file below the job's `output_root`. Places of one path share the file.
    fn path(&self, place: &Place) -> String;
}

/// The writing half of a job that copies log lines.
pub trait Pack {
    /// Whether the file at `path` can be made; one that cannot is left out, counted, where the run is to
    /// go on without it. Asked before each [`Pack::pack`].
    ///
    /// # Errors
    /// When it cannot be made and the run is to stop.
    fn is_ready(&mut self, _path: &str, _out: &mut Output) -> Result<bool, Error> {
        Ok(true)
    }

    /// Writes the content of the file at `path` as its readers want it: packed, encrypted.
    ///
    /// # Errors
    /// When the content cannot be read, the file not written, or a key is missing.
    fn pack(
        &mut self,
        path: &str,
        content: &mut dyn Read,
        file: &mut dyn Write,
        out: &mut Output,
    ) -> Result<(), Error>;
}

/// How a job works that copies log lines: raw line and event in, `path, line` between the halves,
/// one file a path out.
#[derive(Clone, Copy, Debug)]
pub struct CopyLines {
    /// An event of interest holds one of these texts; empty = any event may be of interest.
    pub needles: &'static [&'static str],
    /// Makes the choosing half of one map task.
    pub pick: fn(&Params) -> Result<Box<dyn Pick>, ParamError>,
    /// Makes the writing half of one reduce task.
    pub pack: fn(&Params) -> Result<Box<dyn Pack>, Error>,
}

/// How a job works.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Facts from events.
    Scan(Scan),
    /// Rows from rows.
    Steps(&'static [Step]),
    /// Rows from the parameters alone.
    Make(fn(&Params, &mut Output) -> Result<(), Error>),
    /// Files of log lines from events, in a pass of their own over the logs.
    Copy(CopyLines),
    /// Lines from a service, which the driver asks: jobs open no socket. So such a job is the driver's own,
    /// and none of this crate's registry.
    Pull,
}

/// A job.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Its name on the command line; its file has `_` for `-`.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// Whether it is only a part of others.
    pub internal: bool,
    /// What it reads; the logs are understood for a fact job and for one that copies lines.
    pub inputs: &'static [Input],
    /// What it fills. Where there are several tables, a row begins with the table's name.
    pub fills: &'static [Fill],
    /// What makes its files for people, from the rows of its last step.
    pub report: Option<MakeReport>,
    /// Parameters that it takes, besides those that all jobs take.
    pub params: &'static [&'static str],
    /// It runs only where this switch is on.
    pub only_if: Option<&'static str>,
    /// Its code.
    pub work: Work,
}

impl Job {
    /// The kind by which the catalogue lists it (spec 01 §1).
    #[must_use]
    pub fn kind(&self) -> &'static str {
        let from_lms =
            |input: &Input| crate::lms::TABLES.iter().any(|t| t.rows.name == input.table.name);
        match self.work {
            Work::Scan(_) => "scan",
            Work::Make(_) => "make",
            Work::Copy(_) => "pass",
            Work::Pull => "pull",
            Work::Steps(_) if self.inputs.iter().all(from_lms) => "rows",
            Work::Steps(_) if self.inputs.iter().any(from_lms) => "join",
            Work::Steps(_) => "reduce",
        }
    }

    /// Whether it writes files for people, below `output_root`.
    #[must_use]
    pub fn writes_files(&self) -> bool {
        self.report.is_some() || matches!(self.work, Work::Copy(_))
    }

    /// Number of map-reduce steps.
    #[must_use]
    pub fn steps(&self) -> usize {
        match self.work {
            Work::Scan(_) | Work::Copy(_) => 1,
            Work::Make(_) | Work::Pull => 0,
            Work::Steps(steps) => steps.len(),
        }
    }

    /// How the lines of a step are dealt to reducers when the job runs alone.
    #[must_use]
    pub fn partitioner(&self, step: usize) -> Partitioner {
        match self.work {
            Work::Steps(steps) => Partitioner::Fields(steps.get(step).map_or(1, |s| s.partition)),
            Work::Scan(_) | Work::Make(_) | Work::Copy(_) | Work::Pull => Partitioner::Fields(1),
        }
    }
}

/// Reads a row of an LMS table.
///
/// # Errors
/// When the line is no text, or no row of its table.
pub fn lms_row<'a, T>(
    line: &'a [u8],
    parse: fn(&'a str) -> Result<T, crate::lms::RowError>,
) -> Result<T, Error> {
    let text = str::from_utf8(line)
        .map_err(|e| Error::contract("a row of an LMS table", e.to_string(), line))?;
    parse(text).map_err(|e| Error::contract("a row of an LMS table", e.to_string(), line))
}

/// A mapper that hands lines on as they are: what a second step mostly needs.
pub struct Pass;

impl Mapper for Pass {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        out.line(line)
    }
}

/// A key that is the whole line.
pub const WHOLE_LINE: usize = usize::MAX;

/// A reducer that keeps every line, duplicates too, for a key of [`WHOLE_LINE`].
pub struct KeepAll;

impl Reducer for KeepAll {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        while values.next()?.is_some() {
            out.line(key)?;
        }
        Ok(())
    }
}

/// A reducer of lines that end in a whole number behind their key: one line a key, with the sum. It
/// is its own combiner.
pub struct SumCounts;

impl Reducer for SumCounts {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let sum = sum_counts(values)?;
        out.row().fields(key).int(sum).end()
    }
}

/// The sum of a key's values, each a whole number.
///
/// # Errors
/// When a value cannot be read, or is no number.
pub fn sum_counts(values: &mut Values) -> Result<i64, Error> {
    let mut sum = 0;
    while let Some(value) = values.next()? {
        sum += count(value).ok_or_else(|| Error::contract("a count", "no number", value))?;
    }
    Ok(sum)
}

/// A count as rows hold it; none for what is no whole number.
#[must_use]
pub fn count(field: &[u8]) -> Option<i64> {
    str::from_utf8(field).ok()?.parse().ok()
}

/// Adds two counts: the [`Fold`] of what [`SumCounts`] merges.
#[must_use]
pub fn fold_counts(kept: &[u8], value: &[u8], both: &mut Vec<u8>) -> bool {
    let sum = count(kept).zip(count(value)).and_then(|(one, other)| one.checked_add(other));
    sum.map(|sum| push_int(sum, both)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_was_not_chosen_has_no_partition_in_a_run() {
        let at =
            |value, default| At::IntervalEndIf(Choice { param: "interval_type", value, default });
        let end = Ok(Some("2015-01-08".to_owned()));
        let week = [("interval", "2015-01-01-2015-01-08"), ("interval_type", "weekly")];
        let params: Params = week.into_iter().collect();
        assert_eq!(at("weekly", false).value(&params), end);
        assert_eq!(at("daily", true).value(&params), Ok(None));
        let params: Params = week[..1].iter().copied().collect();
        assert_eq!(at("weekly", false).value(&params), Ok(None));
        assert_eq!(at("daily", true).value(&params), end);
    }

    #[test]
    fn the_week_before_ends_where_the_week_begins() {
        let params: Params = [("date", "2015-03-03")].into_iter().collect();
        assert_eq!(At::WeekBefore.value(&params), Ok(Some("2015-02-24".to_owned())));
        assert_eq!(At::Date.value(&params), Ok(Some("2015-03-03".to_owned())));
    }
}
