//! From the names asked for to the jobs to run, and what the ledger says of each.

use crate::config::Source;
use crate::error::{Drive, DriveError};
use crate::files;
use crate::input::checksum;
use crate::ledger::{CODE, Ledger, identity};
use crate::scan;
use crate::storage::Place;
use crate::workflow;
use chrono::{NaiveDate, Utc};
use jobs::event::interval::{Interval, resolve_words};
use jobs::job::{At, Fill, Input, Job, Work};
use jobs::nearest::did_you_mean;
use jobs::params::{FILES, PLACES, ParamError, Params};
use jobs::{lms, registry};
use std::collections::BTreeMap;

/// What is made again although the ledger says that it is done.
#[derive(Clone, Debug, Default)]
pub struct Force {
    /// Jobs.
    pub jobs: Vec<String>,
    /// Facts of this day and later ones, and all jobs of the run.
    pub from: Option<NaiveDate>,
}

impl Force {
    /// Whether a job is made again.
    #[must_use]
    pub fn covers(&self, job: &Job) -> bool {
        self.from.is_some() || self.jobs.iter().any(|name| name == job.name)
    }
}

/// Parameters that every run takes.
const GENERAL: &[&str] = &[
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
    let of_jobs = registry::JOBS.iter().flat_map(|job| job.params);
    GENERAL.iter().chain(of_jobs).copied().collect()
}

/// The jobs of some names with all that they need, in an order in which they can run.
///
/// # Errors
/// When a name is not known.
pub fn closure(names: &[String]) -> Drive<Vec<&'static Job>> {
    let mut ordered = Vec::new();
    for name in names {
        let jobs = workflow::jobs_of(name).ok_or_else(|| {
            let guess = did_you_mean(name, workflow::names());
            DriveError::Usage(format!("there is no workflow or job `{name}`{guess}"))
        })?;
        jobs.into_iter().for_each(|job| add(job, &mut ordered));
    }
    Ok(ordered)
}

fn add(job: &'static Job, ordered: &mut Vec<&'static Job>) {
    if ordered.iter().any(|known| known.name == job.name) {
        return;
    }
    for input in job.inputs {
        if let Some(filling) = registry::filling(input.table.name) {
            add(filling, ordered);
        }
    }
    ordered.push(job);
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

/// Fills in what was not given: relative dates, the interval (from the first day with facts to
/// today), and today for the dates of imports, grades and catalogue (spec 01 §4).
///
/// # Errors
/// When a date given is none.
pub fn resolve_params(
    params: &mut Params,
    ledger: &Ledger,
    jobs: &[&'static Job],
    today: NaiveDate,
) -> Drive<()> {
    if params.get("datetime").is_none() && jobs.iter().any(|job| job.params.contains(&"datetime")) {
        params.set("datetime", Utc::now().format("%Y-%m-%dT%H:%M:%S").to_string());
    }
    for name in ["date", "end_date", "import_date"] {
        let takes = jobs.iter().any(|job| job.params.contains(&name));
        if takes && params.get(name).is_none() {
            params.set(name, today.to_string());
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
    for name in ["interval", "interval_start", "interval_end", "date", "end_date", "import_date"] {
        if let Some(text) = params.get(name).map(str::to_owned) {
            params.set(name, resolve_words(&text, today));
        }
    }
}

fn first_day(ledger: &Ledger, jobs: &[&'static Job]) -> Drive<Option<NaiveDate>> {
    let mut first = None;
    for fill in jobs.iter().flat_map(|job| job.fills).filter(|fill| fill.at == At::Days) {
        let days = ledger.entries(fill.table.name)?;
        let day = days.keys().find_map(|day| jobs::day::parse(day.as_bytes()));
        first = match (first, day) {
            (Some(a), Some(b)) => Some(std::cmp::min(a, b)),
            (a, b) => a.or(b),
        };
    }
    Ok(first)
}

/// The fact jobs of a run's scan: none if the run needs no facts, else all that are switched on (none
/// named = all) and those that the run needs.
#[must_use]
pub fn facts(wanted: &[&'static Job], on: Option<&[String]>) -> Vec<&'static Job> {
    let is_fact = |job: &Job| matches!(job.work, Work::Scan(_));
    if !wanted.iter().any(|job| is_fact(job)) {
        return Vec::new();
    }
    let is_on = |job: &Job| on.is_none_or(|names| names.iter().any(|name| name == job.name));
    let needed = |job: &Job| wanted.iter().any(|other| other.name == job.name);
    registry::JOBS.iter().filter(|job| is_fact(job) && (is_on(job) || needed(job))).collect()
}

/// The jobs whose switch is on.
///
/// # Errors
/// When a switch is neither true nor false.
pub fn active(jobs: &[&'static Job], params: &Params) -> Drive<Vec<&'static Job>> {
    let mut found = Vec::new();
    for job in jobs {
        if job.only_if.map_or(Ok(true), |switch| params.flag(switch, false))? {
            found.push(*job);
        }
    }
    Ok(found)
}

/// One partition that a job reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The table's folder in the warehouse.
    pub folder: String,
    /// The partition column.
    pub key: &'static str,
    /// The partition's value.
    pub value: String,
    /// The identity of what is there; none when nothing is.
    pub identity: Option<String>,
    /// Whether it is one of many days.
    pub of_days: bool,
}

/// Whether an input is read in this run.
///
/// # Errors
/// When its switch is neither true nor false.
pub fn is_read(input: &Input, params: &Params) -> Drive<bool> {
    if let At::IntervalEndIf(choice) = input.at
        && !choice.is_made(params)
    {
        return Ok(false);
    }
    Ok(input.only_if.map_or(Ok(true), |switch| params.flag(switch, false))?)
}

/// The folder of a table that a job reads: LMS tables are read as rows.
#[must_use]
pub fn folder_of(table: &str) -> String {
    if lms::find(table).is_some() { format!("_rows/{table}") } else { table.to_owned() }
}

/// What a job reads in this run: partitions, or log files where it copies their lines.
///
/// # Errors
/// When a parameter is missing, or the ledger or the sources cannot be read.
pub fn reads(job: &Job, params: &Params, ledger: &Ledger, sources: &[Source]) -> Drive<Vec<Read>> {
    if matches!(job.work, Work::Copy(_)) {
        return scan::logs(job.name, params, sources);
    }
    let mut found = Vec::new();
    for input in job.inputs {
        if !is_read(input, params)? {
            continue;
        }
        let (folder, key) = (folder_of(input.table.name), input.table.partition);
        let of_days = input.at == At::Days;
        let read = |value, identity| Read { folder: folder.clone(), key, value, identity, of_days };
        match input.at.value(params)? {
            Some(value) => {
                let known = match ledger.entry(&folder, &value)? {
                    Some(entry) => Some(entry.identity),
                    None => brought_along(ledger, &folder, key, &value)?,
                };
                found.push(read(value, known));
            }
            None => {
                let (from, until) = (input.window)(params)?;
                for (day, entry) in ledger.entries(&folder)?.iter() {
                    let parsed = jobs::day::parse(day.as_bytes());
                    if parsed.is_some_and(|date| from <= date && date < until) {
                        found.push(read(day.clone(), Some(entry.identity.clone())));
                    }
                }
            }
        }
    }
    Ok(found)
}

/// The identity of a partition that no job of ours makes and that stands there all the same: that of
/// its files.
fn brought_along(ledger: &Ledger, table: &str, key: &str, value: &str) -> Drive<Option<String>> {
    let folder = ledger.partition(table, key, value);
    if registry::filling(table).is_some() || !folder.is_folder()? {
        return Ok(None);
    }
    let mut sums = Vec::new();
    for (part, about) in
        folder.walk()?.iter().filter(|(part, _)| !part.name().starts_with(['_', '.']))
    {
        sums.push(checksum(part, about.size, about.modified)?);
    }
    Ok(Some(identity(sums.iter().map(String::as_str))))
}

/// A partition that a run makes of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its value.
    pub value: String,
    /// What it is made from, by name; of one of many days that is not said.
    pub inputs: BTreeMap<String, String>,
    /// The identity that follows.
    pub identity: String,
}

/// The partitions that a run makes of each table of a job: the one of its parameters, or each of the days
/// that the job reads, which are all made from all.
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn made(job: &Job, params: &Params, reads: &[Read]) -> Drive<Vec<(&'static Fill, Vec<Made>)>> {
    let inputs = made_from(job, params, reads)?;
    let mut found = Vec::new();
    for fill in job.fills {
        // Of a family of tables a run makes one.
        let value = fill.at.value(params)?;
        let of_inputs = inputs.iter().flat_map(|(name, id)| [name.as_str(), id.as_str()]);
        let start = [job.name, CODE, value.as_deref().unwrap_or_default()];
        let identity = identity(start.into_iter().chain(of_inputs));
        found.push(match fill.at {
            At::Days => (fill, each_day(&identity, reads)),
            _ => {
                let made = value.map(|value| Made { value, inputs: inputs.clone(), identity });
                (fill, made.into_iter().collect())
            }
        });
    }
    Ok(found)
}

/// The files that a run makes of a job that fills no table, as one partition: by the date that its
/// input is of, or by the interval of the run.
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn made_files(job: &Job, params: &Params, reads: &[Read]) -> Drive<Option<Made>> {
    if !job.fills.is_empty() || !job.writes_files() {
        return Ok(None);
    }
    let at = job.inputs.first().map(|input| input.at.value(params)).transpose()?.flatten();
    let value = at.map_or_else(|| params.interval().map(|i| i.to_string()), Ok)?;
    let inputs = made_from(job, params, reads)?;
    let of_inputs = inputs.iter().flat_map(|(name, id)| [name.as_str(), id.as_str()]);
    let identity = identity([job.name, CODE, &value].into_iter().chain(of_inputs));
    Ok(Some(Made { value, inputs, identity }))
}

/// What a job's tables are made from, by name: partitions, and parameters that decide their rows.
fn made_from(job: &Job, params: &Params, reads: &[Read]) -> Drive<BTreeMap<String, String>> {
    let mut inputs: BTreeMap<_, _> = reads
        .iter()
        .map(|r| (format!("{}/{}", r.folder, r.value), r.identity.clone().unwrap_or_default()))
        .collect();
    for name in job.params.iter().filter(|name| !PLACES.contains(name)) {
        if let Some(text) = params.get(name) {
            inputs.insert(format!("--param {name}"), said_of(name, text)?);
        }
    }
    Ok(inputs)
}

fn each_day(of_all: &str, reads: &[Read]) -> Vec<Made> {
    let mut days: Vec<_> = reads.iter().filter(|read| read.of_days).map(|r| &r.value).collect();
    days.sort_unstable();
    days.dedup();
    let of_day = |day: &String| Made {
        value: day.clone(),
        inputs: BTreeMap::new(),
        identity: identity([of_all, day]),
    };
    days.into_iter().map(of_day).collect()
}

/// A parameter's text; of one that names a file, what stands for the file's bytes.
fn said_of(name: &str, text: &str) -> Drive<String> {
    if !FILES.contains(&name) {
        return Ok(text.to_owned());
    }
    let place = Place::at(text)?;
    let about = place.about()?.ok_or_else(|| {
        DriveError::Missing(format!("parameter `{name}` names {place}, which is not there"))
    })?;
    let files = if about.is_folder { place.walk()? } else { vec![(place.clone(), about)] };
    let sums = files.iter().map(|(file, about)| Ok(checksum(file, about.size, about.modified)?));
    let sums = sums.collect::<Drive<Vec<_>>>()?;
    Ok(identity(sums.iter().map(String::as_str)))
}

/// What the ledger says of a job in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is done, from these very inputs.
    Complete,
    /// It was done from other inputs.
    Stale(String),
    /// It was never done.
    Missing,
    /// It is made again because somebody said so.
    Forced,
}

impl State {
    /// The word and the reason.
    #[must_use]
    pub fn said(&self) -> (&'static str, String) {
        match self {
            Self::Complete => {
                ("COMPLETE", "the ledger has it, made from the same inputs".to_owned())
            }
            Self::Stale(reason) => ("STALE", reason.clone()),
            Self::Missing => ("MISSING", "the ledger knows nothing of it".to_owned()),
            Self::Forced => ("FORCED", "it was asked for by --force".to_owned()),
        }
    }
}

/// Whether a job that is not a scan is done.
///
/// # Errors
/// When a parameter is missing, or the ledger or the sources cannot be read.
pub fn state(
    job: &Job,
    params: &Params,
    ledger: &Ledger,
    sources: &[Source],
    force: &Force,
) -> Drive<State> {
    if force.covers(job) {
        return Ok(State::Forced);
    }
    let reads = reads(job, params, ledger, sources)?;
    for (fill, partitions) in made(job, params, &reads)? {
        for made in partitions {
            let place = ledger.partition(fill.table.name, fill.table.partition, &made.value);
            if !place.join("_SUCCESS").exists()? {
                return Ok(State::Missing);
            }
            let state = known(ledger, fill.table.name, &made)?;
            if state != State::Complete {
                return Ok(state);
            }
        }
    }
    match made_files(job, params, &reads)? {
        Some(made) => known(ledger, &files::ledger_name(job), &made),
        None => Ok(State::Complete),
    }
}

/// What the ledger says of a partition.
fn known(ledger: &Ledger, table: &str, made: &Made) -> Drive<State> {
    Ok(match ledger.entry(table, &made.value)? {
        None => State::Missing,
        Some(entry) if entry.identity == made.identity => State::Complete,
        Some(entry) => State::Stale(difference(&entry.inputs, &made.inputs)),
    })
}

/// A job with the parameters of a run of its own.
pub type Other = (&'static Job, Params);

/// Jobs that have to fill other partitions than those of this run, since a job reads these: the
/// summary of the week before, enrollments at the end of another interval.
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn others(job: &Job, params: &Params) -> Drive<Vec<Other>> {
    let mut found = Vec::new();
    for input in job.inputs {
        let Some(filling) = registry::filling(input.table.name) else { continue };
        let fill = filling.fills.iter().find(|fill| fill.table.name == input.table.name);
        if let (Some(fill), true) = (fill, is_read(input, params)?)
            && let Some(read) = input.at.value(params)?
            && fill.at.value(params)?.is_some_and(|filled| filled != read)
        {
            found.push((filling, params_for(fill.at, &read, params)?));
        }
    }
    Ok(found)
}

/// The parameters of a run that fills a partition.
fn params_for(at: At, value: &str, params: &Params) -> Drive<Params> {
    let mut params = params.clone();
    match at {
        At::IntervalEnd => {
            let wanted = || "a date (YYYY-MM-DD)".to_owned();
            let end = jobs::day::parse(value.as_bytes()).ok_or_else(|| ParamError::Unreadable {
                name: "date",
                text: value.to_owned(),
                wanted: wanted(),
            })?;
            let start = std::cmp::min(params.interval()?.start(), end);
            params.set("interval", Interval::new(start, end).to_string());
        }
        At::ImportDate => params.set("import_date", value),
        At::EndDate => params.set("end_date", value),
        _ => params.set("date", value),
    }
    Ok(params)
}

/// Says, in one line, how two lists of inputs differ.
fn difference(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> String {
    let new: Vec<_> = now.keys().filter(|name| !before.contains_key(*name)).collect();
    let gone: Vec<_> = before.keys().filter(|name| !now.contains_key(*name)).collect();
    let changed: Vec<_> =
        now.iter().filter(|(name, id)| before.get(*name).is_some_and(|b| b != *id)).collect();
    let some = |what: &str, count: usize, example: Option<&String>| {
        example.map(|name| format!("{count} {what} ({name}{})", if count > 1 { ", …" } else { "" }))
    };
    let parts = [
        some("inputs changed", changed.len(), changed.first().map(|(name, _)| *name)),
        some("inputs are new", new.len(), new.first().copied()),
        some("inputs are gone", gone.len(), gone.first().copied()),
    ];
    let said: Vec<_> = parts.into_iter().flatten().collect();
    if said.is_empty() { "the code that makes it changed".to_owned() } else { said.join(", ") }
}

/// Jobs of a run that go over the same table are made in one pass: they read a table in common, deal
/// lines to reducers alike, and none waits for another.
#[must_use]
pub fn fuse(jobs: &[&'static Job]) -> Vec<Vec<&'static Job>> {
    let mut groups: Vec<Vec<&'static Job>> = Vec::new();
    for job in jobs {
        match groups.last_mut() {
            Some(group) if fits(job, group) => group.push(job),
            _ => groups.push(vec![job]),
        }
    }
    groups
}

fn fits(job: &Job, group: &[&'static Job]) -> bool {
    let steps = |job: &Job| match job.work {
        Work::Steps(steps) => steps,
        Work::Scan(_) | Work::Make(_) | Work::Copy(_) => &[],
    };
    // In each step that both have.
    let dealt_alike = |one: &Job, other: &Job| {
        let mut both = steps(one).iter().zip(steps(other));
        !steps(one).is_empty()
            && !steps(other).is_empty()
            && both.all(|(one, other)| one.partition == other.partition)
    };
    let reads = |job: &Job, table: &str| job.inputs.iter().any(|input| input.table.name == table);
    let fills = |job: &Job, table: &str| job.fills.iter().any(|f: &Fill| f.table.name == table);
    let shares = group.iter().any(|other| job.inputs.iter().any(|i| reads(other, i.table.name)));
    let waits = group.iter().any(|other| job.inputs.iter().any(|i| fills(other, i.table.name)));
    let alike = group.iter().all(|other| dealt_alike(other, job));
    shares && alike && !waits
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(jobs: &[&'static Job]) -> Vec<&'static str> {
        jobs.iter().map(|job| job.name).collect()
    }

    #[test]
    fn a_job_brings_what_it_needs_before_it() {
        let jobs = closure(&["course-enrollment-daily".to_owned()]).unwrap();
        assert_eq!(
            names(&jobs),
            ["course-enrollment-events", "course-enrollment-spans", "course-enrollment-daily"]
        );
        let said = closure(&["course-enrolment-daily".to_owned()]).unwrap_err().to_string();
        assert!(said.contains("did you mean `course-enrollment-daily`?"), "{said}");
    }

    #[test]
    fn a_parameter_that_nobody_takes_is_refused() {
        let jobs = closure(&["enrollment".to_owned()]).unwrap();
        let wrong: Params = [("intervall", "2014")].into_iter().collect();
        let said = check_params(&jobs, &wrong).unwrap_err().to_string();
        assert!(said.contains("`intervall`; did you mean `interval`?"), "{said}");
        let right: Params =
            [("overwrite_n_days", "3"), ("date", "2014-01-01")].into_iter().collect();
        assert!(check_params(&jobs, &right).is_ok());
    }

    #[test]
    fn the_breakdowns_are_one_pass() {
        let jobs = closure(&["enrollment".to_owned()]).unwrap();
        let params: Params = [("enable_course_catalog", "true")].into_iter().collect();
        let steps: Vec<_> = active(&jobs, &params)
            .unwrap()
            .into_iter()
            .filter(|j| matches!(j.work, Work::Steps(_)))
            .collect();
        let groups: Vec<_> = fuse(&steps).iter().map(|group| names(group)).collect();
        assert_eq!(groups[0], ["course-enrollment-spans", "course-enrollment-summary"]);
        assert_eq!(groups[1].len(), 6);
        assert_eq!(groups[2], ["course-catalog", "program-course"]);
        assert_eq!(groups.len(), 5);
    }
}
