//! Loading a table by days: those that changed are replaced, the others stay (spec 01 §1). A day's
//! mark in `table_updates` tells what it was made from, so nothing else need remember that.
//!
//! A server gets some days a transaction: one day in each would be slow where days are many and small,
//! all in one would be rolled back for hours where they are large. A file gets all in one. Where no
//! row stays, as in the first load, rows are staged and indexed last, as those of other tables.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use jobs::table::{DAY, Table};

use super::{Limits, judge};
use crate::cell::{Cell, Record};
use crate::rows::{Parts, Rows};
use crate::schema::{UPDATES_TABLE, identifier, update};
use crate::{Error, Statement, Store};

/// A day of a table as it is to be.
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// Stands for the rows: equal identity, equal rows. As [`super::LoadOptions::update_id`], but it
    /// shares its room with the table's name and the day.
    pub identity: String,
    /// How many rows there are.
    pub rows: u64,
    /// The rows.
    pub parts: Parts,
}

/// What a load by days did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaysLoaded {
    /// Rows of the days that were loaded.
    pub rows: u64,
    /// Rows that those days, and those that are gone, had before.
    pub replaced: u64,
}

impl Store {
    /// The days that loads of ours put into `table`, each with its identity; none where the table is
    /// empty, whoever emptied it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn loaded_days(&self, table: &Table) -> Result<BTreeMap<NaiveDate, String>, Error> {
        let name = identifier("table", table.name)?;
        let statement = Statement {
            doing: format!("asking for the days of {name}"),
            sql: format!(
                "SELECT update_id FROM {UPDATES_TABLE} WHERE target_table = ? \
                 AND EXISTS (SELECT 1 FROM `{name}`)"
            ),
            parameters: vec![Cell::Text(name.to_owned())],
        };
        let marks = self.select_one(statement).await?;
        let marks = marks.iter().map(|row: &Record| row.required_text(0));
        let marks = marks.collect::<Result<Vec<_>, _>>()?;
        let days = marks.iter().filter_map(|mark| marked(table, mark));
        Ok(days.map(|(date, identity)| (date, identity.to_owned())).collect())
    }

    /// Makes `days` of `table` what they are given as, and deletes the days that are `gone`. Whatever
    /// goes wrong, each day is either as it was or as it is to be. Another load of the table at the
    /// same time is refused.
    ///
    /// # Errors
    /// A part file that cannot be read, a row that does not fit or is of another day, too few rows, a
    /// lock held by another loader, a store that fails.
    pub async fn load_days(
        &self,
        table: &Table,
        days: Vec<Day>,
        gone: &[NaiveDate],
        limits: &Limits,
    ) -> Result<DaysLoaded, Error> {
        for day in &days {
            update(&mark(table, day.date, &day.identity))?;
        }
        if days.is_empty() && gone.is_empty() {
            return Ok(DaysLoaded::default());
        }
        let changes = Changes { table: *table, days, gone: gone.to_vec() };
        match self {
            Self::Sqlite(store) => store.load_days(changes, *limits).await,
            Self::Mysql(store) => store.load_days(changes, limits).await,
        }
    }
}

/// Days to be loaded and days to be deleted.
pub(super) struct Changes {
    pub(super) table: Table,
    days: Vec<Day>,
    gone: Vec<NaiveDate>,
}

/// What one transaction does.
pub(super) struct Batch {
    /// Days whose rows and marks go.
    pub(super) dates: Vec<NaiveDate>,
    /// Marks that come.
    pub(super) marks: Vec<String>,
    /// Rows that come.
    pub(super) source: Vec<(Rows, Parts)>,
}

/// Days that a statement names at the most.
pub(super) const DAYS_IN_A_STATEMENT: usize = 366;

impl Changes {
    /// Every day whose rows change.
    pub(super) fn dates(&self) -> Vec<NaiveDate> {
        self.gone.iter().copied().chain(self.days.iter().map(|day| day.date)).collect()
    }

    /// Rows that the days will have.
    pub(super) fn rows(&self) -> u64 {
        self.days.iter().map(|day| day.rows).sum()
    }

    /// The changes in batches of about so many rows; the days that are gone come first.
    pub(super) fn batches(self, rows: u64) -> Result<Vec<Batch>, Error> {
        let gone = self.gone.chunks(DAYS_IN_A_STATEMENT).map(|dates| Batch {
            dates: dates.to_vec(),
            marks: Vec::new(),
            source: Vec::new(),
        });
        let mut batches: Vec<_> = gone.collect();
        let (mut batch, mut filled) = (None, 0);
        for day in self.days {
            let open: &mut Batch = batch.get_or_insert_with(Batch::empty);
            filled += day.rows;
            open.add(&self.table, day)?;
            if filled >= rows || open.dates.len() == DAYS_IN_A_STATEMENT {
                batches.extend(batch.take());
                filled = 0;
            }
        }
        batches.extend(batch);
        Ok(batches)
    }
}

impl Batch {
    const fn empty() -> Self {
        Self { dates: Vec::new(), marks: Vec::new(), source: Vec::new() }
    }

    fn add(&mut self, table: &Table, day: Day) -> Result<(), Error> {
        self.dates.push(day.date);
        self.marks.push(mark(table, day.date, &day.identity));
        self.source.push((Rows::of_day(table, day.date)?, day.parts));
        Ok(())
    }
}

/// A day's mark: `TABLE:DAY:IDENTITY`.
fn mark(table: &Table, day: NaiveDate, identity: &str) -> String {
    format!("{}:{day}:{identity}", table.name)
}

/// The day and the identity of a mark, if it is one of a day.
pub(super) fn marked<'m>(table: &Table, mark: &'m str) -> Option<(NaiveDate, &'m str)> {
    let (day, identity) = mark.strip_prefix(table.name)?.strip_prefix(':')?.split_once(':')?;
    Some((day.parse().ok()?, identity))
}

/// ` WHERE date IN (?, …)` for so many days.
pub(super) fn of_days(count: usize) -> String {
    format!(" WHERE `{DAY}` IN ({})", places(count))
}

/// ` WHERE date NOT IN (?, …)` for so many days.
pub(super) fn not_of_days(count: usize) -> String {
    format!(" WHERE `{DAY}` NOT IN ({})", places(count))
}

/// `?, …`, so many.
pub(super) fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// Whether the whole table has to be counted before it can be said that the load is sound: where the
/// days get no fewer rows than they have, it is.
pub(super) const fn loses_rows(changed: u64, rows: u64) -> bool {
    rows < changed
}

/// Stops a load by which the whole table would lose too many rows.
pub(super) fn judge_days(
    table: &Table,
    live: u64,
    changed: u64,
    rows: u64,
    limits: &Limits,
) -> Result<(), Error> {
    judge(table, live.saturating_sub(changed) + rows, live, limits)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jobs::table::{Column, Kind, Load};

    const TABLE: Table = Table {
        load: Load::Days,
        ..Table::result("daily", &[Column::required(DAY, Kind::Date)], &[&[DAY]])
    };

    fn date(number: u32) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(735_000 + i32::try_from(number).unwrap()).unwrap()
    }

    fn day(number: u32, rows: u64) -> Day {
        let parts = Box::new(std::iter::empty());
        Day { date: date(number), identity: "a1".to_owned(), rows, parts }
    }

    /// Days, marks and sources of each batch.
    fn sizes(days: Vec<Day>, gone: Vec<NaiveDate>) -> Vec<(usize, usize, usize)> {
        let batches = Changes { table: TABLE, days, gone }.batches(100).unwrap();
        batches.iter().map(|b| (b.dates.len(), b.marks.len(), b.source.len())).collect()
    }

    #[test]
    fn a_batch_ends_when_it_has_rows_enough_or_days_enough() {
        assert_eq!(sizes(vec![], vec![]), []);
        let days = [40, 40, 40, 500, 1].iter().zip(0..).map(|(rows, at)| day(at, *rows)).collect();
        assert_eq!(sizes(days, vec![date(9)]), [(1, 0, 0), (3, 3, 3), (1, 1, 1), (1, 1, 1)]);
        let small = (0..400).map(|at| day(at, 0)).collect();
        let gone = (500..900).map(date).collect();
        assert_eq!(sizes(small, gone), [(366, 0, 0), (34, 0, 0), (366, 366, 366), (34, 34, 34)]);
    }

    #[test]
    fn a_mark_tells_its_day() {
        let made = mark(&TABLE, date(0), "a1");
        assert_eq!(made, "daily:2013-05-12:a1");
        assert_eq!(marked(&TABLE, &made), Some((date(0), "a1")));
        for other in ["daily:1", "dailyX:2013-05-12:a1", "DailyTask(date=2013-05-12)", "daily:x:a"]
        {
            assert_eq!(marked(&TABLE, other), None, "{other}");
        }
    }
}
