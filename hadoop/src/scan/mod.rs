//! The scan: log files that were not read yet become facts, by the day of the event; late files are
//! merged into their days, and days of replaced or withdrawn files are made anew (spec 01 §1).

mod compare;

pub use compare::{Todo, compare, logs, rule};

use crate::codec;
use crate::config::BadFiles;
use crate::error::{Drive, DriveError};
use crate::events;
use crate::input::{LogFile, checksum};
use crate::ledger::{Changes, Entry, Scanned, ScannedFiles, ScannedFor, identity};
use crate::run::{Run, Summary};
use crate::runner::{cores, in_parallel};
use crate::storage::Place;
use jobs::job::{At, Job};
use jobs::pass::{Pass, REJECTED, SCANNED};
use jobs::streaming::Counters;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::sync::{Arc, Mutex, PoisonError};

/// Reads what is to be read and commits the facts.
///
/// # Errors
/// The first thing that goes wrong; the warehouse is as it was then.
pub fn scan(run: &mut Run, jobs: &[&'static Job], summary: &mut Summary) -> Drive<()> {
    if run.sources.is_empty() && run.ledger.scanned().is_empty() {
        return facts_from_elsewhere(run, jobs, summary);
    }
    let todo = compare(&run.sources, &run.params, jobs, &run.ledger, &run.request.force)?;
    if todo.is_nothing() && todo.touched.is_empty() {
        return run.skipped("scan", &todo.reason(), summary);
    }
    run.started("scan", &todo.reason())?;
    let mut scanning = Scanning::new(run, jobs, todo)?;
    let figures = scanning.all()?;
    run.finished("scan", figures, summary)
}

/// Without sources, facts may still stand in the warehouse.
fn facts_from_elsewhere(run: &mut Run, jobs: &[&'static Job], summary: &mut Summary) -> Drive<()> {
    for fill in jobs.iter().flat_map(|job| job.fills) {
        if run.ledger.entries(fill.table.name)?.is_empty() {
            let said = format!(
                "there are no facts in {} and no source of logs is named (sources, --source)",
                fill.table.name
            );
            return Err(DriveError::Missing(said));
        }
    }
    run.skipped("scan", "no source of logs is named; the facts of the warehouse are used", summary)
}

struct Scanning<'r, 's> {
    run: &'r mut Run<'s>,
    jobs: Vec<&'static Job>,
    todo: Todo,
    /// What the ledger will hold.
    scanned: ScannedFiles,
    code: String,
    counters: Counters,
    records: u64,
    /// Facts of the days that were made or merged.
    rows: u64,
    skipped: Vec<String>,
}

/// Folders that hold a day's facts, by table and day.
type Days = BTreeMap<(String, String), Vec<Place>>;

impl<'r, 's> Scanning<'r, 's> {
    fn new(run: &'r mut Run<'s>, jobs: &[&'static Job], todo: Todo) -> Drive<Self> {
        let scanned = run.ledger.take_scanned();
        let code = compare::code(&run.params)?;
        Ok(Self {
            run,
            jobs: jobs.to_vec(),
            todo,
            scanned,
            code,
            counters: Counters::default(),
            records: 0,
            rows: 0,
            skipped: Vec::new(),
        })
    }

    fn all(&mut self) -> Drive<serde_json::Value> {
        self.drop_bad_files()?;
        self.add_checksums()?;
        let mut staged = Days::new();
        self.read_files(&mut staged)?;
        self.read_again(&mut staged)?;
        self.run.check_rejected()?;
        let changes = self.changes(staged)?;
        self.run.commit(changes)?;
        let counters = events::counted(&self.counters);
        self.run.events.write("counters", json!({"task": "scan", "counters": counters}))?;
        Ok(
            json!({"files": self.todo.read.len(), "records": self.records, "rows": self.rows, "files left out": self.skipped.len(), "counters": counters}),
        )
    }

    /// With the switch on, files that cannot be read to their end are left out, named and counted.
    fn drop_bad_files(&mut self) -> Drive<()> {
        if self.run.settings.config.runners.bad_files != BadFiles::Skip {
            return Ok(());
        }
        let bad = Mutex::new(Vec::new());
        let files = self.todo.read.iter().map(|(file, _)| file).collect();
        in_parallel(cores(), files, |file: &LogFile| {
            if let Err(error) =
                file.place().map_err(DriveError::from).and_then(|place| Ok(codec::verify(&place)?))
            {
                bad.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((Arc::clone(&file.address), error.to_string()));
            }
            Ok::<(), DriveError>(())
        })?;
        for (address, error) in bad.into_inner().unwrap_or_else(PoisonError::into_inner) {
            log::warn!("left out: {error}");
            self.run.events.write("warning", json!({"code": "bad_file", "message": error}))?;
            self.counters.add("Input", "Bad Files Left Out", 1);
            self.todo.read.retain(|(file, _)| file.address != address);
            self.skipped.push(address.to_string());
        }
        Ok(())
    }

    fn add_checksums(&mut self) -> Drive<()> {
        let sums = Mutex::new(&mut self.todo.checksums);
        let files = self.todo.read.iter().map(|(file, _)| file).collect();
        in_parallel(cores(), files, |file: &LogFile| {
            let known = |s: &BTreeMap<Arc<str>, String>| s.contains_key(&file.address);
            if !known(&sums.lock().unwrap_or_else(PoisonError::into_inner)) {
                let sum = checksum(&file.place()?, file.size, file.modified)?;
                let address = Arc::clone(&file.address);
                sums.lock().unwrap_or_else(PoisonError::into_inner).insert(address, sum);
            }
            Ok::<(), DriveError>(())
        })
    }

    /// New and replaced files, all of their days; files for the same jobs go in one pass.
    fn read_files(&mut self, staged: &mut Days) -> Drive<()> {
        let mut groups: BTreeMap<Vec<&'static str>, Vec<Arc<str>>> = BTreeMap::new();
        for (file, jobs) in &self.todo.read {
            groups.entry(jobs.clone()).or_default().push(Arc::clone(&file.address));
        }
        for (names, files) in groups {
            let folder = self.pass("scan", &names, &files, None)?;
            self.note_scanned(&names);
            self.note_days(&folder)?;
            collect(&folder, staged)?;
        }
        Ok(())
    }

    /// Remembers the files of one pass; their days follow.
    fn note_scanned(&mut self, names: &[&'static str]) {
        for (file, _) in self.todo.read.iter().filter(|(_, jobs)| jobs == names) {
            let checksum = self.todo.checksums.remove(&file.address).unwrap_or_default();
            let known = self.scanned.remove(&file.address);
            let mut jobs = known.map(|known| known.jobs).unwrap_or_default();
            jobs.retain(|found| !names.contains(&&*found.job));
            jobs.extend(names.iter().map(|job| ScannedFor {
                job: (*job).into(),
                code: self.code.as_str().into(),
                days: Vec::new(),
            }));
            let LogFile { address, size, modified } = file.clone();
            let entry = Scanned { address: Arc::clone(&address), size, modified, checksum, jobs };
            self.scanned.insert(address, entry);
        }
    }

    /// Takes the days that each file speaks of from a pass's output.
    fn note_days(&mut self, output: &Place) -> Drive<()> {
        let folder = output.join(SCANNED);
        for part in if folder.is_folder()? { folder.parts()? } else { Vec::new() } {
            for line in BufReader::new(part.open(0)?).lines() {
                let line = line.map_err(part.refused("read"))?;
                let mut fields = line.split('\t');
                let (file, job) = (fields.next(), fields.next());
                let found = file
                    .and_then(|file| self.scanned.get_mut(file))
                    .and_then(|file| file.jobs.iter_mut().find(|found| Some(&*found.job) == job));
                if let (Some(found), Some(day)) = (found, fields.next()) {
                    found.days.push(day.into());
                }
            }
        }
        for found in self.scanned.values_mut().flat_map(|file| &mut file.jobs) {
            found.days.sort();
        }
        Ok(())
    }

    /// The other files that speak of days to be made anew, those days only.
    fn read_again(&mut self, staged: &mut Days) -> Drive<()> {
        for address in &self.todo.withdrawn {
            self.scanned.remove(address);
        }
        let just_read: BTreeSet<_> =
            self.todo.read.iter().map(|(file, _)| file.address.clone()).collect();
        for (job, days) in self.todo.rebuild.clone() {
            let speaks = |file: &&Scanned| {
                let found = file.found(job);
                found.is_some_and(|found| found.days.iter().any(|day| days.contains(&**day)))
            };
            let others = self.scanned.values().filter(speaks).map(|file| file.address.clone());
            let others: Vec<_> = others.filter(|address| !just_read.contains(address)).collect();
            if others.is_empty() {
                continue;
            }
            others.iter().try_for_each(|address| still_there(address))?;
            let named = days.iter().cloned().collect::<Vec<_>>().join(",");
            let folder = self.pass("scan-again", &[job], &others, Some(named))?;
            collect(&folder, staged)?;
        }
        Ok(())
    }

    fn pass(
        &mut self,
        name: &str,
        jobs: &[&'static str],
        inputs: &[Arc<str>],
        days: Option<String>,
    ) -> Drive<Place> {
        let jobs = self.jobs.iter().copied().filter(|job| jobs.contains(&job.name)).collect();
        let mut params = self.run.params.clone();
        if let Some(days) = days {
            params.set("scan_days", days);
        }
        let (folder, counters, records) =
            self.run.pass(name, Pass { jobs, step: 0, params }, inputs)?;
        self.run.note_rejected(&folder, &counters)?;
        self.counters.merge(&counters);
        self.records += records;
        Ok(folder)
    }

    /// Brings together, for each day, what was read, and what stands in the warehouse unless the day
    /// is made anew.
    fn changes(&mut self, mut staged: Days) -> Drive<Changes> {
        let stage = self.run.stage("ledger")?;
        let mut changes = Changes::new(&stage);
        let mut merged = Days::new();
        self.leave_cut_days(&mut staged);
        for job in self.jobs.clone() {
            for fill in job.fills.iter().filter(|fill| fill.at == At::Days) {
                self.add_old(job, fill.table.name, &mut staged)?;
            }
        }
        let (single, several): (Days, Days) =
            staged.into_iter().partition(|(_, folders)| folders.len() == 1);
        if !several.is_empty() {
            let files = several.values().flatten().map(Place::parts);
            let files = files.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
            let inputs: Vec<Arc<str>> = files.map(|part| part.address().into()).collect();
            let jobs = self.jobs.clone();
            let params = self.run.params.clone();
            let (folder, counters, _) =
                self.run.pass("merge", Pass { jobs, step: 0, params }, &inputs)?;
            self.counters.merge(&counters);
            collect(&folder, &mut merged)?;
        }
        merged.extend(single);
        self.put_days(&mut changes, merged)?;
        for file in &self.todo.touched {
            if let Some(known) = self.scanned.get_mut(&file.address) {
                (known.size, known.modified) = (file.size, file.modified);
            }
        }
        changes.set_scanned(std::mem::take(&mut self.scanned));
        Ok(changes)
    }

    /// Facts that come late for days that were cut are left out: a day is whole or not there.
    fn leave_cut_days(&self, staged: &mut Days) {
        let cut = self.run.ledger.cut();
        for job in &self.jobs {
            let anew = self.todo.rebuild.get(job.name);
            for fill in job.fills {
                let table = fill.table.name;
                let is_cut = |day: &str| cut.by(table, day).is_some();
                let comes_back = |day: &str| anew.is_some_and(|days| days.contains(day));
                staged.retain(|(of, day), _| {
                    let stays = of != table || !is_cut(day) || comes_back(day);
                    if !stays {
                        log::warn!("late facts of {table}/{day} are left out: the day was cut");
                    }
                    stays
                });
            }
        }
    }

    fn add_old(&self, job: &'static Job, table: &str, staged: &mut Days) -> Drive<()> {
        let anew = self.todo.rebuild.get(job.name);
        let known = self.run.ledger.entries(table)?;
        for ((_, day), folders) in staged.iter_mut().filter(|((t, _), _)| t == table) {
            let old = self.run.ledger.partition(table, "dt", day);
            let is_anew = anew.is_some_and(|days| days.contains(day));
            if !is_anew && known.contains_key(day) && old.is_folder()? {
                folders.push(old);
            }
        }
        Ok(())
    }

    fn put_days(&mut self, changes: &mut Changes, days: Days) -> Drive<()> {
        for job in self.jobs.clone() {
            let files = files_by_day(&self.scanned, job.name);
            for fill in job.fills.iter().filter(|fill| fill.at == At::Days) {
                let table = fill.table.name;
                let made: BTreeMap<_, _> = days
                    .iter()
                    .filter(|((t, _), _)| t == table)
                    .map(|((_, day), f)| (day, &f[0]))
                    .collect();
                for (day, folder) in &made {
                    let entry = self.day_entry(job, day, folder, files.get(day.as_str()))?;
                    self.rows += entry.rows;
                    self.run.events.output(table, day, entry.rows);
                    let place = (table, fill.table.partition, day.as_str());
                    changes.put(&self.run.ledger, place, folder, entry)?;
                }
                let anew = self.todo.rebuild.get(job.name).into_iter().flatten();
                for day in anew.filter(|day| !made.contains_key(day)) {
                    changes.drop_partition(table, fill.table.partition, day);
                }
            }
        }
        Ok(())
    }

    /// A day's identity follows from the files that speak of it.
    fn day_entry(
        &self,
        job: &Job,
        day: &str,
        folder: &Place,
        files: Option<&Vec<&Scanned>>,
    ) -> Drive<Entry> {
        let files = files.into_iter().flatten();
        let mut sums: Vec<_> = files.map(|file| file.checksum.as_str()).collect();
        sums.sort_unstable();
        let texts = [job.name, &self.code, day].into_iter().chain(sums);
        // What it is made from, the list of scanned files says.
        let inputs = BTreeMap::new();
        Ok(self.run.entry(job.name, identity(texts), inputs, codec::count_rows(folder)?))
    }
}

fn still_there(address: &str) -> Drive<()> {
    if Place::at(address)?.exists()? {
        return Ok(());
    }
    Err(DriveError::Missing(format!(
        "facts of some days are to be made anew, and {address}, which speaks of them too, is gone"
    )))
}

/// The files that speak of each day, as a job found them.
fn files_by_day<'s>(scanned: &'s ScannedFiles, job: &str) -> BTreeMap<&'s str, Vec<&'s Scanned>> {
    let mut files = BTreeMap::<_, Vec<_>>::new();
    for file in scanned.values() {
        for day in file.found(job).into_iter().flat_map(|found| &found.days) {
            files.entry(&**day).or_default().push(file);
        }
    }
    files
}

/// The day folders of a pass's output.
fn collect(output: &Place, days: &mut Days) -> Drive<()> {
    let tables = output.list()?.into_iter();
    for (table, _) in
        tables.filter(|(t, about)| about.is_folder && ![SCANNED, REJECTED].contains(&t.name()))
    {
        for (folder, _) in table.list()? {
            if let Some(day) = folder.name().strip_prefix("dt=") {
                let known = days.entry((table.name().to_owned(), day.to_owned())).or_default();
                known.push(folder.clone());
            }
        }
    }
    Ok(())
}
