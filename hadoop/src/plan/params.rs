//! The parameters of a run: which are known, and what those are that were not given.

use crate::error::{Drive, DriveError};
use crate::ledger::Ledger;
use crate::workflow;
use chrono::{NaiveDate, NaiveDateTime};
use jobs::event::interval::{Interval, resolve_words};
use jobs::job::{At, Job};
use jobs::nearest::did_you_mean;
use jobs::params::Params;

/// Parameters that every run takes.
pub const GENERAL: &[&str] = &[
    "pattern",
    "date_pattern",
    "expand_interval",
    "ccx_enabled",
    "reducers",
    "interval",
    "interval_start",
    "interval_end",
];

/// Every parameter that some job takes.
#[must_use]
pub fn known_params() -> Vec<&'static str> {
    let of_jobs = workflow::jobs().flat_map(|job| job.params);
    GENERAL.iter().chain(of_jobs).copied().collect()
}

/// Refuses parameters that no job of the run takes.
///
/// # Errors
/// Naming the parameter, and the nearest known one.
pub fn check_params(jobs: &[&'static Job], params: &Params) -> Drive<()> {
    let known: Vec<_> =
        GENERAL.iter().chain(jobs.iter().flat_map(|job| job.params)).copied().collect();
    for (name, _) in params.iter() {
        if !known.contains(&name) {
            let guess = did_you_mean(name, known.iter().copied());
            return Err(DriveError::Usage(format!(
                "no job of this run takes a parameter `{name}`{guess}"
            )));
        }
    }
    params.flag("ccx_enabled", true)?;
    params.number("overwrite_n_days")?;
    if params.get("interval").is_some() {
        params.interval()?;
    }
    Ok(())
}

/// Fills in what was not given: the interval (from the first day with facts to today), now for the date-time
/// of what comes from the LMS's interfaces, and today for the dates of imports, grades and catalogue (spec
/// 01 §4).
///
/// # Errors
/// When a date given is none.
pub fn resolve_params(
    params: &mut Params,
    ledger: &Ledger,
    jobs: &[&'static Job],
    now: NaiveDateTime,
) -> Drive<()> {
    let today = now.date();
    let day = today.to_string();
    let time = now.format("%Y-%m-%dT%H:%M:%S").to_string();
    for (name, usual) in
        [("date", &day), ("datetime", &time), ("end_date", &day), ("import_date", &day)]
    {
        let takes = jobs.iter().any(|job| job.params.contains(&name));
        if takes && params.get(name).is_none() {
            params.set(name, usual);
        }
    }
    if params.get("interval").is_none() {
        let end = match params.get("interval_end") {
            Some(_) => params.date("interval_end")?,
            None => today,
        };
        let start = match params.get("interval_start") {
            Some(_) => params.date("interval_start")?,
            None => first_day(ledger, jobs)?.unwrap_or(end),
        };
        params.set("interval", Interval::new(start, end).to_string());
    }
    Ok(())
}

/// Replaces relative dates (`today-7d`) in the parameters that are dates or intervals.
pub fn resolve_dates(params: &mut Params, today: NaiveDate) {
    let days = ["date", "datetime", "end_date", "import_date"];
    for name in ["interval", "interval_start", "interval_end"].into_iter().chain(days) {
        if let Some(text) = params.get(name).map(str::to_owned) {
            params.set(name, resolve_words(&text, today));
        }
    }
}

/// The first day of the facts that jobs write.
///
/// # Errors
/// When the ledger cannot be read.
pub fn first_day(ledger: &Ledger, jobs: &[&'static Job]) -> Drive<Option<NaiveDate>> {
    let mut first = None;
    for fill in jobs.iter().flat_map(|job| job.fills).filter(|fill| fill.at == At::Days) {
        let table = fill.table.name;
        let entries = ledger.entries(table)?;
        // A day that was cut is one with facts all the same: a history without it is another one.
        let days = entries.keys().map(String::as_str).chain(ledger.cut().of(table));
        let day = days.filter_map(|day| jobs::day::parse(day.as_bytes())).min();
        first = match (first, day) {
            (Some(a), Some(b)) => Some(std::cmp::min(a, b)),
            (a, b) => a.or(b),
        };
    }
    Ok(first)
}
