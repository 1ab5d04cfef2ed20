//! Jobs in memory, for tests: the mapper, shuffle and reducer that the engines run, on lines given.

pub mod address_files;
#[cfg(feature = "openpgp")]
mod key_pair;

#[cfg(feature = "openpgp")]
pub use key_pair::KeyPair;

use crate::copy::copied;
use crate::event::Event;
use crate::job::{Job, Place, Work};
use crate::params::Params;
use crate::pass::{FILES_FOLDER, Pass, REJECTED, SCANNED, STEP_FOLDER, Source};
use crate::retired::{Key, Learner, Mode, Retired};
use crate::side_output::Rows;
use crate::streaming::{Counters, Folded, Lines, Output, map_lines, reduce_lines};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A list on which the learner 7, `mira`, is the fifth who has left.
#[must_use]
pub fn retired(mode: Mode) -> Retired {
    let key = Key::of_secret(b"secret");
    let (user_id, usernames) = (key.of_user_id(7), vec![key.of_username("mira")]);
    let learner = Learner { number: 5, user_id, usernames, mode, receipt: "r".to_owned() };
    Retired::new(key, &[learner])
}

/// What jobs wrote: rows by table, in order, and counters.
#[derive(Debug, Default)]
pub struct Done {
    /// Rows of each place: table, partition folder.
    pub rows: BTreeMap<(String, String), Vec<String>>,
    /// Files that were made of the rows, by path.
    pub reports: Reports,
    /// What was counted.
    pub counters: Counters,
}

/// Bytes of files, by path.
pub type Reports = BTreeMap<String, Vec<u8>>;

impl Done {
    /// All rows of a table, whatever their partition.
    #[must_use]
    pub fn table(&self, name: &str) -> Vec<String> {
        self.rows
            .iter()
            .filter(|((table, _), _)| table == name)
            .flat_map(|(_, rows)| rows.clone())
            .collect()
    }

    /// All lines `file, line` of a job that fills no table.
    #[must_use]
    pub fn files(&self, job: &str) -> Vec<String> {
        self.rows.get(&(FILES_FOLDER.to_owned(), job.to_owned())).cloned().unwrap_or_default()
    }

    /// All rows of a table that stands in partitions by day, with the day in front.
    #[must_use]
    pub fn by_day(&self, name: &str) -> Vec<String> {
        let places = self.rows.iter().filter(|((table, _), _)| table == name);
        let with_day = |((_, folder), rows): (&(String, String), &Vec<String>)| {
            let day = folder.split_once('=').map_or("", |(_, day)| day).to_owned();
            rows.iter().map(move |row| format!("{day}\t{row}")).collect::<Vec<_>>()
        };
        places.flat_map(with_day).collect()
    }
}

/// Runs one job over rows of tables.
///
/// # Panics
/// When the job fails.
#[must_use]
pub fn run(job: &'static Job, params: &[(&str, &str)], inputs: &[(&str, Vec<String>)]) -> Done {
    let params: Params = params.iter().copied().collect();
    let sources = inputs.iter().map(|(table, lines)| {
        (Source::Table { table: (*table).to_owned(), partition: String::new() }, lines.clone())
    });
    execute(job, &params, sources.collect()).unwrap_or_else(|e| panic!("{}: {e}", job.name))
}

/// Runs the scan for some jobs over logs, by address.
///
/// # Panics
/// When it fails.
#[must_use]
pub fn scan(jobs: &[&'static Job], params: &[(&str, &str)], logs: &[(&str, Vec<String>)]) -> Done {
    let pass = Pass { jobs: jobs.to_vec(), step: 0, params: params.iter().copied().collect() };
    let sources: Vec<_> = logs
        .iter()
        .map(|(name, lines)| (Source::Logs((*name).to_owned()), lines.clone()))
        .collect();
    execute_pass(&pass, &sources).unwrap_or_else(|e| panic!("scan: {e}"))
}

/// What a job's first mapper writes, repeats kept; for log lines the day comes first.
///
/// # Errors
/// What the job says.
pub fn mapped(
    job: &'static Job,
    params: &Params,
    source: (Source, Vec<String>),
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let pass = Pass { jobs: vec![job], step: 0, params: params.clone() };
    let lines = map(&pass, &[source], &mut Counters::default(), None)?;
    let lines = lines.iter().map(|line| String::from_utf8_lossy(line));
    let without_name = lines.filter_map(|line| {
        let (name, row) = line.split_once('\t')?;
        (!is_about_logs(name)).then(|| row.to_owned())
    });
    Ok(without_name.collect())
}

/// Whether lines tell of the logs that were read, and are no rows of a job.
fn is_about_logs(name: &str) -> bool {
    [SCANNED, REJECTED].contains(&name)
}

/// Runs all steps of a job over its sources.
///
/// # Errors
/// What the job says.
pub fn execute(
    job: &'static Job,
    params: &Params,
    mut sources: Vec<(Source, Vec<String>)>,
) -> Result<Done, Box<dyn std::error::Error>> {
    if let Work::Make(make) = job.work {
        return make_rows(job, make, params);
    }
    let mut counters = Counters::default();
    for step in 0..job.steps() {
        let pass = Pass { jobs: vec![job], step, params: params.clone() };
        let mut done = execute_pass(&pass, &sources)?;
        counters.merge(&done.counters);
        if pass.ends(job) {
            done.counters = counters;
            return Ok(done);
        }
        let lines = done.rows.into_iter().filter(|((folder, _), _)| folder == STEP_FOLDER);
        let lines = lines.flat_map(|(_, rows)| rows).collect();
        sources = vec![(Source::Step { job: job.name.to_owned() }, lines)];
    }
    Err("a job without a step".into())
}

fn make_rows(
    job: &'static Job,
    make: fn(&Params, &mut Output) -> Result<(), crate::streaming::Error>,
    params: &Params,
) -> Result<Done, Box<dyn std::error::Error>> {
    let mut rows = Vec::new();
    let mut sink = |line: &[u8]| {
        rows.push(String::from_utf8_lossy(line).into_owned());
        Ok(())
    };
    let mut out = Output::new(&mut sink);
    make(params, &mut out)?;
    let counters = std::mem::take(&mut out.counters);
    drop(out);
    let place = job.fills.first().map(|fill| (fill.table.name.to_owned(), String::new()));
    let rows = place.map(|place| (place, rows)).into_iter().collect();
    Ok(Done { rows, counters, ..Done::default() })
}

/// Runs one pass over its sources.
///
/// # Errors
/// What a job of the pass says.
pub fn execute_pass(
    pass: &Pass,
    sources: &[(Source, Vec<String>)],
) -> Result<Done, Box<dyn std::error::Error>> {
    let mut done = Done::default();
    let mut folded = Folded::with_places(FEW);
    let mut shuffled = map(pass, sources, &mut done.counters, Some(&mut folded))?;
    folded.end(&mut |line| {
        shuffled.push(line.to_vec());
        Ok(())
    })?;
    shuffled.sort_unstable();
    if let Some(mut combiner) = pass.combiner()? {
        let keys = combiner.keys();
        let combined =
            reduce(shuffled, &|line| keys.key_len(line), &mut combiner, &mut done.counters)?;
        shuffled = combined;
        shuffled.sort_unstable();
    }
    let mut reducer = pass.reducer()?;
    let keys = reducer.keys();
    let lines = reduce(shuffled, &|line| keys.key_len(line), &mut reducer, &mut done.counters)?;
    let (places, mut place) = (Rows::new(pass)?, Vec::new());
    for line in lines {
        let row = places.find(&line, &mut place)?;
        let place = String::from_utf8_lossy(&place);
        let (table, folder) = place.split_once('/').unwrap_or((&place, ""));
        let rows = done.rows.entry((table.to_owned(), folder.to_owned())).or_default();
        rows.push(String::from_utf8_lossy(&line[row..]).into_owned());
    }
    done.rows.retain(|(table, _), _| !is_about_logs(table));
    for job in pass.jobs.iter().filter(|job| pass.ends(job)) {
        let of_job = |table: &str| job.fills.iter().any(|fill| fill.table.name == table);
        let rows = done.rows.iter().filter(|((table, folder), _)| {
            of_job(table) || (table == FILES_FOLDER && folder == job.name)
        });
        let rows: Vec<_> = rows.flat_map(|(_, rows)| rows.clone()).collect();
        done.reports.extend(reported(job, &pass.params, rows)?);
    }
    Ok(done)
}

/// The files that a job makes of rows, in their order.
///
/// # Errors
/// What the job says.
pub fn reported(
    job: &Job,
    params: &Params,
    rows: impl IntoIterator<Item = String>,
) -> Result<Reports, Box<dyn std::error::Error>> {
    let mut files = Reports::new();
    let Some(make) = job.report else { return Ok(files) };
    let mut report = make(params)?;
    let mut write = |path: &str, bytes: &[u8]| {
        files.entry(path.to_owned()).or_default().extend_from_slice(bytes);
        Ok(())
    };
    for row in rows {
        report.row(row.as_bytes(), &mut write)?;
    }
    report.finish(&mut write)?;
    Ok(files)
}

/// Runs a pass that copies log lines; it writes its files below `folder/files/JOB/`.
///
/// # Errors
/// What a job of the pass says.
pub fn write_files(
    pass: &Pass,
    logs: &[(Source, Vec<String>)],
    folder: &Path,
) -> Result<Counters, Box<dyn std::error::Error>> {
    let mut counters = Counters::default();
    let mut lines = map(pass, logs, &mut counters, None)?;
    lines.sort_unstable();
    let mut reducer = pass.file_reducer(&Arc::new(folder.to_owned().into()), 0)?;
    let keys = reducer.keys();
    reduce(lines, &|line| keys.key_len(line), &mut reducer, &mut counters)?;
    Ok(counters)
}

/// A line that a job copies.
pub struct Picked {
    /// The file that it goes to, as the job thinks of it.
    pub place: Place,
    /// The file's path.
    pub path: String,
    /// What is copied.
    pub line: String,
}

/// What a job that copies log lines picks, a file at a time.
///
/// # Errors
/// When a parameter is missing or unreadable, or the job copies nothing.
pub fn picked(
    job: &'static Job,
    params: &Params,
    lines: &[String],
) -> Result<Vec<Picked>, Box<dyn std::error::Error>> {
    let Work::Copy(copy) = job.work else { return Err("a job that copies nothing".into()) };
    let mut picker = (copy.pick)(params)?;
    let mut sink = |_: &[u8]| Ok(());
    let mut out = Output::new(&mut sink);
    let mut found = Vec::new();
    for line in lines {
        let Ok(event) = Event::parse(line.as_bytes()) else { continue };
        for place in picker.pick(&event, &mut out) {
            let line = String::from_utf8_lossy(copied(line.as_bytes())).into_owned();
            found.push(Picked { path: picker.path(&place), place, line });
        }
    }
    Ok(found)
}

/// Places where lines of one key are brought together: so few that some are and some are not.
const FEW: usize = 5;

fn map(
    pass: &Pass,
    sources: &[(Source, Vec<String>)],
    counters: &mut Counters,
    mut folded: Option<&mut Folded>,
) -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
    let mut lines = Vec::new();
    for (source, input) in sources {
        let mut mapper = pass.mapper(source)?;
        let mut sink = |line: &[u8]| {
            lines.push(line.to_vec());
            Ok(())
        };
        let mut out = Output::new(&mut sink);
        if let Some(folded) = &mut folded {
            out = out.folding(folded);
        }
        let input = input.iter().map(|line| line.as_bytes().to_vec()).collect();
        map_lines(&mut Listed::new(input), mapper.as_mut(), &mut out)?;
        counters.merge(&out.counters);
    }
    Ok(lines)
}

fn reduce(
    lines: Vec<Vec<u8>>,
    key_len: &dyn Fn(&[u8]) -> usize,
    reducer: &mut dyn crate::streaming::Reducer,
    counters: &mut Counters,
) -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
    let mut rows = Vec::new();
    let mut sink = |line: &[u8]| {
        rows.push(line.to_vec());
        Ok(())
    };
    let mut out = Output::new(&mut sink);
    reduce_lines(&mut Listed::new(lines), key_len, reducer, &mut out)?;
    counters.merge(&out.counters);
    drop(out);
    Ok(rows)
}

/// Lines of a list.
struct Listed {
    lines: std::vec::IntoIter<Vec<u8>>,
    current: Vec<u8>,
}

impl Listed {
    fn new(lines: Vec<Vec<u8>>) -> Self {
        Self { lines: lines.into_iter(), current: Vec::new() }
    }
}

impl Lines for Listed {
    fn advance(&mut self) -> io::Result<bool> {
        Ok(self.lines.next().map(|line| self.current = line).is_some())
    }

    fn line(&self) -> &[u8] {
        &self.current
    }
}
