//! From the names asked for to the jobs to run, and what the ledger says of each.

mod others;
mod params;
mod state;
mod steps;

use crate::config::Source;
use crate::error::{Drive, DriveError};
use crate::input::checksum;
use crate::ledger::{CODE, Entry, Ledger, identity, spans};
use crate::scan;
use crate::storage::{About, Place};
use crate::workflow;
use chrono::NaiveDate;
use jobs::job::{At, Fill, Input, Job, Work};
use jobs::nearest::did_you_mean;
use jobs::params::{FILES, PLACES, Params};
use jobs::{lms, registry};
use std::collections::BTreeMap;

use others::longer_history;
pub use others::{Other, others};
pub use params::{GENERAL, check_params, known_params, resolve_dates, resolve_params};
pub use state::{State, state};
pub use steps::{SCAN, Steps, check};

/// What is made again although the ledger says that it is done.
#[derive(Clone, Debug, Default)]
pub struct Force {
    /// Jobs.
    pub jobs: Vec<String>,
    /// Facts of this day and later ones, and all jobs of the run.
    pub from: Option<NaiveDate>,
    /// Runs that this one resumes: what they made again is not made once more.
    pub obeyed_by: Vec<String>,
}

impl Force {
    /// Whether a job is made again. What a service said on a day is asked again by the pull's name only:
    /// today's answer is another one.
    #[must_use]
    pub fn covers(&self, job: &Job) -> bool {
        let by_date = self.from.is_some() && !matches!(job.work, Work::Pull);
        by_date || self.jobs.iter().any(|name| name == job.name)
    }

    /// Whether a run that this one resumes made a partition again already.
    #[must_use]
    pub fn is_obeyed(&self, made: &Entry) -> bool {
        self.obeyed_by.contains(&made.run)
    }
}

/// The jobs of some names with all that they need, in an order in which they can run.
///
/// # Errors
/// When a name is not known.
pub fn closure(names: &[String]) -> Drive<Vec<&'static Job>> {
    closure_of(names, &|_, _| Ok(true))
}

/// Of the jobs that are wanted for some names, those that this run needs: left out is what a pull alone would
/// read where the pull's result is there, and what only [`others`] will make, of more days.
///
/// # Errors
/// When a name is not known, a parameter is missing or the ledger cannot be read.
pub fn needed(
    names: &[String],
    wanted: &[&'static Job],
    params: &Params,
    ledger: &Ledger,
    force: &Force,
) -> Drive<Vec<&'static Job>> {
    let reads = |job: &Job, input: &Input| match job.work {
        Work::Pull => Ok(!state(job, params, ledger, force, &[])?.is_done()),
        _ => Ok(longer_history(input, params, ledger)?.is_none()),
    };
    let mut needed = active(&closure_of(names, &reads)?, params)?;
    needed.retain(|job| wanted.iter().any(|wanted| wanted.name == job.name));
    Ok(needed)
}

/// Whether a job reads an input of what the run makes.
type Reads<'a> = &'a dyn Fn(&Job, &Input) -> Drive<bool>;

fn closure_of(names: &[String], reads: Reads) -> Drive<Vec<&'static Job>> {
    let mut ordered = Vec::new();
    for name in names {
        let jobs = workflow::jobs_of(name).ok_or_else(|| {
            let guess = did_you_mean(name, workflow::names());
            DriveError::Usage(format!("there is no workflow or job `{name}`{guess}"))
        })?;
        jobs.into_iter().try_for_each(|job| add(job, reads, &mut ordered))?;
    }
    Ok(ordered)
}

fn add(job: &'static Job, reads: Reads, ordered: &mut Vec<&'static Job>) -> Drive<()> {
    if ordered.iter().any(|known| known.name == job.name) {
        return Ok(());
    }
    for input in job.inputs {
        if let Some(filling) = workflow::filling(input.table.name)
            && reads(job, input)?
        {
            add(filling, reads, ordered)?;
        }
    }
    ordered.push(job);
    Ok(())
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
    /// The table's folder in the warehouse; of a log file, its address.
    pub folder: String,
    /// The partition column.
    pub key: &'static str,
    /// The partition's value; a log file has none.
    pub value: String,
    /// The identity of what is there; none when nothing is.
    pub identity: Option<String>,
    /// Whether it is one of many days.
    pub of_days: bool,
}

impl Read {
    /// What it is called where inputs are listed.
    #[must_use]
    pub fn name(&self) -> String {
        match self.value.as_str() {
            "" => self.folder.clone(),
            value => format!("{}/{value}", self.folder),
        }
    }

    /// Where the partition stands.
    #[must_use]
    pub fn place(&self, ledger: &Ledger) -> Place {
        ledger.partition(&self.folder, self.key, &self.value)
    }
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

/// The folder of a table that a job reads: LMS tables are read as rows, but for a dump, whose lines are
/// rows already.
#[must_use]
pub fn folder_of(table: &str) -> String {
    match lms::find(table) {
        Some(found) if !found.is_dump => format!("_rows/{table}"),
        _ => table.to_owned(),
    }
}

/// The folders of a table: its own, and that of its rows where it has one.
#[must_use]
pub fn folders_of(table: &str) -> Vec<String> {
    let mut folders = vec![table.to_owned(), folder_of(table)];
    folders.dedup();
    folders
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
                refuse_cut(job, &folder, (from, until), ledger)?;
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

/// Refuses a smaller result than what was asked for: of days that were cut.
fn refuse_cut(
    job: &Job,
    table: &str,
    window: (NaiveDate, NaiveDate),
    ledger: &Ledger,
) -> Drive<()> {
    let days = ledger.cut().of(table).filter_map(|day| jobs::day::parse(day.as_bytes()));
    let gone: Vec<_> = days.filter(|day| window.0 <= *day && *day < window.1).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let again = registry::filling(table).map(|job| job.name).unwrap_or_default();
    Err(DriveError::Missing(format!(
        "{} needs days of {table} that `insights prune` has cut: {}. Ask for an --interval without them, or \
         for --force {again}, which makes them anew",
        job.name,
        spans(&gone)
    )))
}

/// The identity of a partition that no job of ours makes and that stands there all the same: that of
/// its files.
fn brought_along(ledger: &Ledger, table: &str, key: &str, value: &str) -> Drive<Option<String>> {
    let folder = ledger.partition(table, key, value);
    if registry::filling(table).is_some() || !folder.is_folder()? {
        return Ok(None);
    }
    let files = folder.walk()?.into_iter().filter(|(part, _)| !part.is_hidden());
    identity_of_files(files).map(Some)
}

/// What stands for the bytes of files, in their order.
fn identity_of_files(files: impl IntoIterator<Item = (Place, About)>) -> Drive<String> {
    let sum = |(file, about): (Place, About)| checksum(&file, about.size, about.modified);
    let sums = files.into_iter().map(sum).collect::<Result<Vec<_>, _>>()?;
    Ok(identity(sums.iter().map(String::as_str)))
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
        let partitions = match fill.at {
            At::Days => each_day(&identity_of(job, "", &inputs), reads),
            // Of a family of tables a run makes one.
            at => at.value(params)?.map(|value| whole(job, value, &inputs)).into_iter().collect(),
        };
        found.push((fill, partitions));
    }
    Ok(found)
}

fn whole(job: &Job, value: String, inputs: &BTreeMap<String, String>) -> Made {
    let identity = identity_of(job, &value, inputs);
    Made { value, inputs: inputs.clone(), identity }
}

fn identity_of(job: &Job, value: &str, inputs: &BTreeMap<String, String>) -> String {
    let of_inputs = inputs.iter().flat_map(|(name, id)| [name.as_str(), id.as_str()]);
    identity([job.name, CODE, value].into_iter().chain(of_inputs))
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
    Ok(Some(whole(job, value, &made_from(job, params, reads)?)))
}

/// What a job's tables are made from, by name: partitions, and parameters that decide their rows.
fn made_from(job: &Job, params: &Params, reads: &[Read]) -> Drive<BTreeMap<String, String>> {
    let mut inputs: BTreeMap<_, _> =
        reads.iter().map(|read| (read.name(), read.identity.clone().unwrap_or_default())).collect();
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
    identity_of_files(if about.is_folder { place.walk()? } else { vec![(place, about)] })
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
        Work::Scan(_) | Work::Make(_) | Work::Copy(_) | Work::Pull => &[],
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

    pub(super) fn names(jobs: &[&'static Job]) -> Vec<&'static str> {
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
