//! What a scan has to do: the files that are there, held against the ledger.

use crate::config::Source;
use crate::error::{Drive, DriveError};
use crate::input::{self, Left, LogFile, Rule, checksum};
use crate::ledger::{CODE, Ledger, Scanned};
use crate::plan::{Force, Read};
use crate::storage::Place;
use jobs::event::duration;
use jobs::job::Job;
use jobs::params::Params;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a scan has to do, told by comparing the files that are there with the ledger.
#[derive(Debug, Default)]
pub struct Todo {
    /// Files to read: new ones, replaced ones, and ones not read by some job; with the jobs.
    pub read: Vec<(LogFile, Vec<&'static str>)>,
    /// Files that the ledger knows and that are gone.
    pub withdrawn: Vec<Arc<str>>,
    /// Days of each job to be made anew from all files that speak of them.
    pub rebuild: BTreeMap<&'static str, BTreeSet<String>>,
    /// Files that are known, only touched: their new time.
    pub touched: Vec<LogFile>,
    /// Checksums found out while comparing.
    pub checksums: BTreeMap<Arc<str>, String>,
    /// Files that are known and unchanged.
    pub known: usize,
}

impl Todo {
    /// Whether facts change.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.read.is_empty() && self.withdrawn.is_empty() && self.rebuild.is_empty()
    }

    /// The reason to scan, in one line.
    #[must_use]
    pub fn reason(&self) -> String {
        let bytes: u64 = self.read.iter().map(|(file, _)| file.size).sum();
        let days: BTreeSet<_> = self.rebuild.values().flatten().collect();
        format!(
            "{} files to read ({}), {} withdrawn, {} days to make anew, {} files known",
            self.read.len(),
            indicatif::HumanBytes(bytes),
            self.withdrawn.len(),
            days.len(),
            self.known
        )
    }
}

/// The code and parameters that decide a fact job's output.
///
/// # Errors
/// When a parameter is unreadable.
pub fn code(params: &Params) -> Drive<String> {
    Ok(format!("{CODE} ccx_enabled={}", params.flag("ccx_enabled", true)?))
}

/// Days that files in a neighbouring day's file may speak of (spec 10 §2.2).
const EXPAND: &str = "2 days";
const ANY_FILE: &str = ".*";

/// How the files of a source are chosen.
///
/// # Errors
/// When a pattern or a parameter cannot be used.
pub fn rule(source: &Source, params: &Params) -> Drive<Rule> {
    let patterns = match params.get("pattern") {
        _ if !source.pattern.is_empty() => source.pattern.clone(),
        Some(pattern) => vec![pattern.to_owned()],
        None => vec![ANY_FILE.to_owned()],
    };
    let expand = duration::parse(params.get("expand_interval").unwrap_or(EXPAND))
        .map_err(|e| DriveError::Usage(format!("parameter `expand_interval`: {e}")))?;
    let interval = params.get("interval").map(|_| params.interval()).transpose()?;
    let date_pattern = params.get("date_pattern").unwrap_or("%Y%m%d");
    Ok(Rule::new(&patterns, date_pattern, interval.as_ref(), expand)?)
}

/// Compares the files that are there with the ledger.
///
/// # Errors
/// When sources cannot be listed, nothing is chosen of them, or a file cannot be read.
pub fn compare(
    sources: &[Source],
    params: &Params,
    jobs: &[&'static Job],
    ledger: &Ledger,
    force: &Force,
) -> Drive<Todo> {
    let mut todo = Todo::default();
    let code = code(params)?;
    let (mut present, mut left) = (BTreeMap::new(), Left::default());
    for source in sources {
        let rule = rule(source, params)?;
        let (files, out) = input::choose(&source.url, &rule)?;
        left.add(&out);
        let fed: Vec<_> =
            jobs.iter().map(|job| job.name).filter(|name| feeds(source, name)).collect();
        let root = Place::at(&source.url)?.address();
        for file in files {
            present.insert(file.address.clone(), (file, fed.clone()));
        }
        for address in ledger.scanned().keys() {
            if is_below(address, &root) && rule.chooses(address) && !present.contains_key(address) {
                todo.withdrawn.push(address.clone());
            }
        }
    }
    todo.withdrawn.retain(|address| !present.contains_key(address));
    if present.is_empty() && ledger.scanned().is_empty() && !sources.is_empty() {
        let urls: Vec<_> = sources.iter().map(|source| source.url.clone()).collect();
        return Err(left.nothing(&urls, &rule(&sources[0], params)?).into());
    }
    for (file, jobs) in present.into_values() {
        todo.look_at(file, &jobs, &code, ledger)?;
    }
    for address in &todo.withdrawn {
        if let Some(known) = ledger.scanned().get(address) {
            remember_days(&mut todo.rebuild, jobs, known);
        }
    }
    todo.leave_cut_days(jobs, ledger);
    force_days(&mut todo, jobs, ledger, force)?;
    Ok(todo)
}

/// The log files that a job copies lines of: those of the run's interval, as no ledger knows them.
///
/// # Errors
/// When the interval is missing, the sources cannot be listed, or nothing is chosen of them.
pub fn logs(job: &str, params: &Params, sources: &[Source]) -> Drive<Vec<Read>> {
    params.interval()?;
    let (mut found, mut left) = (Vec::new(), Left::default());
    let sources: Vec<_> = sources.iter().filter(|source| feeds(source, job)).collect();
    let Some(first) = sources.first() else {
        let said = format!("{job} copies lines of logs, and no source of logs is named");
        return Err(DriveError::Missing(format!("{said} (sources, --source)")));
    };
    for source in &sources {
        let (files, out) = input::choose(&source.url, &rule(source, params)?)?;
        left.add(&out);
        found.extend(files);
    }
    if found.is_empty() {
        let urls: Vec<_> = sources.iter().map(|source| source.url.clone()).collect();
        return Err(left.nothing(&urls, &rule(first, params)?).into());
    }
    found.sort_by(|a, b| a.address.cmp(&b.address));
    found.dedup();
    let read = |file: LogFile| Read {
        folder: file.address.to_string(),
        key: "",
        value: String::new(),
        identity: Some(format!("{} {}", file.size, file.modified)),
        of_days: false,
    };
    Ok(found.into_iter().map(read).collect())
}

fn is_below(address: &str, root: &str) -> bool {
    address.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn feeds(source: &Source, job: &str) -> bool {
    source.jobs.is_empty() || source.jobs.iter().any(|name| name == job)
}

/// The days that a known file speaks of are to be made anew.
fn remember_days(
    rebuild: &mut BTreeMap<&'static str, BTreeSet<String>>,
    jobs: &[&'static Job],
    known: &Scanned,
) {
    for job in jobs {
        if let Some(found) = known.found(job.name).filter(|found| !found.days.is_empty()) {
            let days = found.days.iter().map(|day| day.to_string());
            rebuild.entry(job.name).or_default().extend(days);
        }
    }
}

fn force_days(todo: &mut Todo, jobs: &[&'static Job], ledger: &Ledger, force: &Force) -> Drive<()> {
    for job in jobs {
        let from = match force.from {
            Some(from) => from.to_string(),
            None if force.covers(job) => String::new(),
            None => continue,
        };
        for fill in job.fills {
            let entries = ledger.entries(fill.table.name)?;
            // Days that were cut come back when somebody says so.
            let due = entries.iter().filter(|(_, entry)| !force.is_obeyed(entry));
            let days = due.map(|(day, _)| day.as_str()).chain(ledger.cut().of(fill.table.name));
            let days = days.filter(|day| **day >= *from).map(str::to_owned);
            todo.rebuild.entry(job.name).or_default().extend(days);
        }
    }
    todo.rebuild.retain(|_, days| !days.is_empty());
    Ok(())
}

impl Todo {
    /// Days that were cut are not made anew from what speaks of them.
    fn leave_cut_days(&mut self, jobs: &[&'static Job], ledger: &Ledger) {
        for (job, fill) in jobs.iter().flat_map(|job| job.fills.iter().map(move |fill| (job, fill)))
        {
            if let Some(days) = self.rebuild.get_mut(job.name) {
                days.retain(|day| ledger.cut().by(fill.table.name, day).is_none());
            }
        }
        self.rebuild.retain(|_, days| !days.is_empty());
    }

    fn look_at(
        &mut self,
        file: LogFile,
        wanted: &[&'static str],
        code: &str,
        ledger: &Ledger,
    ) -> Drive<()> {
        let Some(known) = ledger.scanned().get(&file.address) else {
            self.read.push((file, wanted.to_vec()));
            return Ok(());
        };
        let mut replaced = false;
        if (known.size, known.modified) != (file.size, file.modified) {
            let sum = checksum(&file.place()?, file.size, file.modified)?;
            replaced = sum != known.checksum;
            self.checksums.insert(file.address.clone(), sum);
            if !replaced {
                self.touched.push(file.clone());
            }
        }
        let mut read = Vec::new();
        for job in wanted.iter().copied() {
            match known.found(job) {
                None => read.push(job),
                Some(found) if replaced || *found.code != *code => {
                    read.push(job);
                    let days = found.days.iter().map(|day| day.to_string());
                    self.rebuild.entry(job).or_default().extend(days);
                }
                Some(_) => {}
            }
        }
        if read.is_empty() {
            self.known += 1;
        } else {
            self.read.push((file, read));
        }
        Ok(())
    }
}
