//! `insights schedule list|show|render`, and what `insights status --freshness` takes from the catalogue.

use super::{environment, print, run};
use chrono::Utc;
use hadoop::config::{ConfigError, Settings};
use hadoop::error::{Drive, DriveError};
use hadoop::freshness::{self, Freshness, Wanted};
use hadoop::permission::permitted;
use hadoop::run::Request;
use hadoop::schedule::render::{Rendered, Target, render};
use hadoop::schedule::{Entry, SHIPPED, Schedule};
use hadoop::storage::{Place, StorageError};
use hadoop::{plan, workflow};
use jobs::job::{Job, Work};
use jobs::nearest::did_you_mean;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Print what runs when
    List,
    /// Print the catalogue, to be copied and changed
    Show,
    /// Make the files of a scheduler
    Render {
        /// The scheduler
        #[arg(long, value_enum)]
        to: Target,
        /// Where the files go; printed if not given
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

pub fn schedule(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let named = settings.config.schedule.file.as_deref();
    match &args.verb {
        Verb::List => print(&listed(&read(named)?)),
        Verb::Show => match named {
            None => print(SHIPPED),
            Some(path) => {
                let text = std::fs::read_to_string(path);
                print(&text.map_err(StorageError::disk("read", path))?)
            }
        },
        Verb::Render { to, dir } => put(render(&read(named)?, *to)?, dir.as_deref()),
    }
}

/// A catalogue, each entry of which `insights run` would take.
fn read(file: Option<&Path>) -> Drive<Schedule> {
    let schedule = Schedule::read(file)?;
    for entry in &schedule.workflows {
        run::Args::of_words(&words(entry)).map_err(|error| {
            let said = error.to_string();
            let said = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
            let origin = file.map_or("the catalogue".to_owned(), |path| path.display().to_string());
            ConfigError::Wrong { origin, what: format!("entry `{}`: {said}", entry.name) }
        })?;
    }
    Ok(schedule)
}

/// The runs that a catalogue asks for.
pub fn requests(file: Option<&Path>, settings: &Settings) -> Drive<Vec<Request>> {
    let schedule = read(settings.config.schedule.file.as_deref())?;
    let request = |entry: &Entry| {
        let args = run::Args::of_words(&words(entry));
        let args = args.map_err(|e| DriveError::Usage(e.to_string()))?;
        Ok(run::prepare(file, &args)?.1)
    };
    schedule.workflows.iter().map(request).collect()
}

fn words(entry: &Entry) -> Vec<String> {
    std::iter::once(&entry.workflow).chain(&entry.arguments).cloned().collect()
}

fn listed(schedule: &Schedule) -> String {
    let head = ["entry", "when (UTC)", "after", "fresh for", "takes", "reads", "runs"];
    let mut rows = vec![head.map(str::to_owned)];
    for entry in &schedule.workflows {
        let when = entry.cadence.as_ref().map_or("then", |cadence| cadence.cron());
        rows.push([
            entry.name.clone(),
            when.to_owned(),
            entry.after.join(", "),
            entry.fresh.to_string(),
            entry.expected.duration.to_string(),
            entry.expected.input.to_string(),
            words(entry).join(" "),
        ]);
    }
    for logs in &schedule.logs {
        let [name, when] = [&logs.name, logs.cadence.cron()].map(str::to_owned);
        let runs = format!("input ship {} {}", logs.from, logs.to);
        rows.push([name, when, String::new(), String::new(), String::new(), String::new(), runs]);
    }
    in_columns(&rows)
}

/// Rows in columns as wide as their widest cell.
pub fn in_columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn put(files: Vec<Rendered>, dir: Option<&Path>) -> Drive<()> {
    let Some(dir) = dir else {
        let one = |(name, text): &Rendered| format!("==> {name} <==\n{text}\n");
        return print(&files.iter().map(one).collect::<String>());
    };
    let dir = Place::from(dir);
    dir.make_folder()?;
    for (name, text) in files {
        let file = dir.join(&name);
        file.write(text.as_bytes())?;
        print(&format!("{file}\n"))?;
    }
    Ok(())
}

/// How fresh the results of some entries are, of all if none is named.
///
/// # Errors
/// With a table of them as its text, when one is older than it may be.
pub fn freshness(file: Option<&Path>, warehouse: Option<&str>, names: &[String]) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let schedule = read(settings.config.schedule.file.as_deref())?;
    if let Some(name) = names.iter().find(|name| schedule.entry(name).is_none()) {
        let guess = did_you_mean(name, schedule.names());
        return Err(DriveError::Usage(format!("the schedule has no entry `{name}`{guess}")));
    }
    let is_asked = |entry: &&Entry| names.is_empty() || names.contains(&entry.name);
    // An entry may be told another warehouse.
    let mut asked: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
    for entry in schedule.workflows.iter().filter(is_asked) {
        let (url, wanted) = wanted(file, entry)?;
        asked.entry(warehouse.map_or(url, str::to_owned)).or_default().push(wanted);
    }
    let now = Utc::now();
    let mut found = Vec::new();
    for (url, wanted) in &asked {
        found.extend(freshness::look(&Place::at(url)?, wanted, now)?);
    }
    let row = |found: &Freshness| {
        let verdict = if found.is_fresh(now) { "fresh" } else { "LATE" };
        let at = found.at.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let hours = |length: chrono::TimeDelta| format!("{} h", length.num_hours());
        [
            found.entry.clone(),
            found.table.clone().unwrap_or_else(|| "(last success)".to_owned()),
            at.unwrap_or_else(|| "not lately".to_owned()),
            found.at.map(|at| hours(now - at)).unwrap_or_default(),
            format!("of {}", hours(found.limit)),
            verdict.to_owned(),
        ]
    };
    print(&in_columns(&found.iter().map(row).collect::<Vec<_>>()))?;
    match found.iter().filter(|found| !found.is_fresh(now)).count() {
        0 => Ok(()),
        late => Err(DriveError::Late { late, of: found.len() }),
    }
}

/// The warehouse of an entry, and what is asked of it: those of its tables that its settings let it make.
fn wanted(file: Option<&Path>, entry: &Entry) -> Drive<(String, Wanted)> {
    let args = run::Args::of_words(&words(entry)).map_err(|e| DriveError::Usage(e.to_string()))?;
    let (settings, request) = run::prepare(file, &args)?;
    let jobs = request.names.iter().filter_map(|name| workflow::jobs_of(name)).flatten().collect();
    let jobs = plan::active(&permitted(&settings, &request, jobs)?, &request.params)?;
    let has_store = settings.config.store.url.is_some();
    let mut results = BTreeMap::new();
    for job in jobs {
        for result in job.fills.iter().filter_map(|fill| fill.table.loaded_into()) {
            results.insert(result.name.to_owned(), step(job, result.name, has_store));
        }
    }
    let (name, words, limit) = (entry.name.clone(), words(entry), entry.fresh.get());
    Ok((settings.config.warehouse.url, Wanted { entry: name, words, limit, results }))
}

/// The step that shows a result to be as it should.
fn step(job: &Job, result: &str, has_store: bool) -> String {
    match job.work {
        _ if has_store => format!("load {result}"),
        Work::Scan(_) => "scan".to_owned(),
        _ => job.name.to_owned(),
    }
}
