//! Days that are missing in a source of logs, by the dates in the names of its files.

use crate::config::Source;
use crate::error::{Drive, DriveError};
use crate::input;
use crate::ledger::spans;
use crate::scan;
use chrono::NaiveDate;
use jobs::event::interval::Interval;
use jobs::params::Params;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a source has of some days.
#[derive(Debug, Serialize)]
pub struct Lag {
    /// The source.
    pub source: String,
    /// All that is below it.
    #[serde(flatten)]
    pub all: Days,
    /// The folders that have files of these days, and lack some that others have.
    pub folders: BTreeMap<String, Days>,
}

/// What files there are of some days.
#[derive(Debug, Default, Serialize)]
pub struct Days {
    /// Files of these days.
    pub files: usize,
    /// The newest day that any file is of.
    pub newest: Option<NaiveDate>,
    /// Days without a file, but for those before the first file there is.
    pub missing: Vec<NaiveDate>,
}

impl Lag {
    /// Looks for the days of an interval. A folder, that is a server, is told of if it has files of some of
    /// these days: one that was given up long ago lacks nothing.
    ///
    /// # Errors
    /// When the source cannot be listed, or its pattern tells no dates.
    pub fn of(source: &Source, params: &Params, interval: &Interval) -> Drive<Self> {
        let rule = scan::rule(source, params)?;
        let mut folders: BTreeMap<String, BTreeMap<NaiveDate, usize>> = BTreeMap::new();
        let mut undated = 0;
        for (place, _) in input::listed(&source.url)? {
            match rule.day(&place.address()).filter(|_| !place.is_hidden()) {
                None => {}
                Some(None) => undated += 1,
                Some(Some(day)) => {
                    let days = folders.entry(place.parent().address()).or_default();
                    *days.entry(day).or_default() += 1;
                }
            }
        }
        if undated > 0 && folders.is_empty() {
            return Err(DriveError::Usage(format!(
                "the days of {} cannot be told: its pattern has no group `date` or `timestamp` \
                 (sources.pattern, or --param pattern=REGEX)",
                source.url
            )));
        }
        let mut all = BTreeMap::new();
        for (day, files) in folders.values().flatten() {
            *all.entry(*day).or_default() += files;
        }
        let (source, all) = (source.url.clone(), Days::of(&all, interval));
        let of_folders =
            folders.into_iter().map(|(folder, days)| (folder, Days::of(&days, interval)));
        let lacks = |days: &Days| days.missing.iter().any(|day| !all.missing.contains(day));
        let folders = of_folders.filter(|(_, days)| days.files > 0 && lacks(days)).collect();
        Ok(Self { source, all, folders })
    }

    /// The days that any of its folders lacks, or all of them.
    #[must_use]
    pub fn missing(&self) -> BTreeSet<NaiveDate> {
        let of_folders = self.folders.values().flat_map(|days| &days.missing);
        self.all.missing.iter().chain(of_folders).copied().collect()
    }
}

impl Days {
    fn of(days: &BTreeMap<NaiveDate, usize>, interval: &Interval) -> Self {
        let first = days.keys().next().copied();
        let is_missing =
            |day: &NaiveDate| !days.contains_key(day) && first.is_none_or(|first| first < *day);
        let there = days.iter().filter(|(day, _)| interval.contains(**day));
        Self {
            files: there.map(|(_, files)| files).sum(),
            newest: days.keys().next_back().copied(),
            missing: interval.days().filter(is_missing).collect(),
        }
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        writeln!(formatter, "{}: {}", self.source, self.all)?;
        self.folders.iter().try_for_each(|(folder, days)| writeln!(formatter, "  {folder}: {days}"))
    }
}

impl fmt::Display for Days {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let newest = self.newest.map_or_else(|| "none".to_owned(), |day| day.to_string());
        write!(formatter, "{} files, the newest of {newest}, ", self.files)?;
        match &self.missing[..] {
            [] => formatter.write_str("no day is missing"),
            [day] => write!(formatter, "1 day is missing: {day}"),
            days => write!(formatter, "{} days are missing: {}", days.len(), spans(days)),
        }
    }
}
