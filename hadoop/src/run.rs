//! One run: from the names that were asked for to tables in the store, step by step.

mod engines;
mod request;

use crate::config::{Runners, Settings, Source};
use crate::error::{Drive, DriveError};
use crate::events::{self, Events};
use crate::faults::point;
use crate::ledger::{Changes, Entry, Ledger};
use crate::permission::permitted;
use crate::plan;
use crate::progress::Progress;
use crate::record::{self, Record};
use crate::rejected::Rejected;
use crate::retire::list::List;
use crate::runner::{Runner, Work};
use crate::shares::Shares;
use crate::storage::{Place, Stored};
use crate::{
    cluster, copies, hive, imports, interrupt, near, notify, publish, scan, snapshots, staged,
};
use jobs::event::interval::Interval;
use jobs::job::Job;
use jobs::lms;
use jobs::params::Params;
use jobs::pass::Pass;
use jobs::retired;
use jobs::side_output::Packing;
use jobs::streaming::Counters;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

pub use engines::beside;
pub(crate) use engines::runner;
pub use request::Request;

/// A run at work.
pub struct Run<'a> {
    /// Settings.
    pub settings: &'a Settings,
    /// What was asked for.
    pub request: &'a Request,
    /// Parameters, defaults filled in.
    pub params: Params,
    /// Where logs are, those that the run itself wrote among them.
    pub sources: Vec<Source>,
    /// The warehouse's ledger.
    pub ledger: Ledger,
    /// The engine.
    pub runner: Box<dyn Runner>,
    /// The record.
    pub events: Events,
    /// What it has rejected of logs.
    pub rejected: Rejected,
    /// The step that began last.
    at_work: String,
    staging: usize,
}

/// A folder of this machine's disk for what is needed meanwhile.
pub struct Scratch {
    path: PathBuf,
    /// Removed with this value where it stands outside of the warehouse.
    _kept: Option<tempfile::TempDir>,
}

impl Scratch {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it with all that is in it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(self) -> Stored<()> {
        Place::from(self.path()).remove()
    }
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Summary {
    /// Steps that made something.
    pub made: usize,
    /// Steps that were done already.
    pub skipped: usize,
    /// Tables loaded into the store.
    pub loaded: usize,
    /// What its time went to.
    pub shares: Shares,
}

/// Runs a request to its end.
///
/// # Errors
/// The first thing that went wrong; nothing half made is seen then.
pub fn execute(settings: &Settings, request: &Request) -> Drive<Summary> {
    let wanted = plan::closure(&request.names)?;
    let wanted = permitted(settings, request, wanted)?;
    let active = plan::active(&request.steps.of(&wanted), &request.params)?;
    recorded(settings, request, |run, summary| {
        let store = publish::open(settings, &active, &request.params)?;
        run.all(&wanted, store.as_ref(), summary)
    })
}

/// Runs one step on its own, with the ledger held and a record kept.
///
/// # Errors
/// What the step says.
pub fn alone(
    settings: &Settings,
    step: impl FnOnce(&mut Run, &mut Summary) -> Drive<()>,
) -> Drive<Summary> {
    let request = Request::of_nothing(settings.config.runners.default);
    recorded(settings, &request, step)
}

fn recorded(
    settings: &Settings,
    request: &Request,
    steps: impl FnOnce(&mut Run, &mut Summary) -> Drive<()>,
) -> Drive<Summary> {
    let mut summary = Summary::default();
    let warehouse = Place::at(&settings.config.warehouse.url)?;
    let id = events::new_id();
    let runner = engines::runner(settings, request, &id)?;
    let ledger = Ledger::open(&warehouse)?;
    clear_dead_runs(&settings.config.runners, &warehouse)?;
    interrupt::remember_run(&id);
    let events = Events::begin(&warehouse, id, &request.record(settings))?;
    if let Some(resumed) = &request.resumes {
        log::info!("run {} resumes {resumed}", events.id());
    }
    let (params, sources) = (request.params.clone(), request.sources.clone());
    let mut run = Run {
        settings,
        request,
        params,
        sources,
        ledger,
        runner,
        events,
        rejected: Rejected::default(),
        at_work: String::new(),
        staging: 0,
    };
    let done = steps(&mut run, &mut summary);
    let given_back = run.runner.end();
    let (code, cause) = match &done {
        Ok(()) => (0, None),
        Err(error) => (error.exit_code(), Some(error.to_string())),
    };
    // What the engine still holds is written there, for the next run to give back.
    match given_back {
        Ok(()) => run.events.folder().join("stage").remove()?,
        Err(error) => log::error!("{error}"),
    }
    run.events.end(code, cause.as_deref())?;
    notify::tell(&run, code);
    done.map(|()| summary)
}

/// What killed runs left: jobs that go on for nobody, folders of this machine, and stages; what they had
/// to commit is committed by now.
fn clear_dead_runs(runners: &Runners, warehouse: &Place) -> Drive<()> {
    for id in record::names(warehouse)? {
        let stage = warehouse.join("_runs").join(&id).join("stage");
        if !stage.exists()? {
            continue;
        }
        if !end_on_emr(runners, &stage)? {
            cluster::end_dead_run(&runners.hadoop, &Record::read(warehouse, &id)?);
        }
        near::remove_folders(&id)?;
        stage.remove()?;
    }
    Ok(())
}

/// Ends what a dead run has left on EMR, if anything.
///
/// # Errors
/// When EMR refuses.
#[cfg(feature = "emr")]
pub fn end_on_emr(runners: &Runners, stage: &Place) -> Drive<bool> {
    Ok(crate::emr::end_of_dead_run(stage, runners.emr.poll_seconds)?)
}

/// Without EMR no run has left anything there.
///
/// # Errors
/// None.
#[cfg(not(feature = "emr"))]
pub fn end_on_emr(_: &Runners, _: &Place) -> Drive<bool> {
    Ok(false)
}

impl Run<'_> {
    fn all(
        &mut self,
        wanted: &[&'static Job],
        store: Option<&store::Store>,
        summary: &mut Summary,
    ) -> Drive<()> {
        for reason in &self.request.left_out {
            log::warn!("{reason}");
            self.events.write("warning", json!({"said": reason}))?;
        }
        let Request { names, force, steps, .. } = self.request;
        plan::check(self.request, wanted, &self.ledger)?;
        let taken = &snapshots::make(self, &steps.of(wanted), summary)?;
        let facts = steps.facts(taken, self.settings.scanned_jobs()?.as_deref());
        if !facts.is_empty() {
            scan::scan(self, &facts, summary)?;
        }
        plan::resolve_params(&mut self.params, &self.ledger, wanted, self.request.now)?;
        copies::read_config(&mut self.params)?;
        let active = plan::needed(names, taken, &self.params, &self.ledger, force)?;
        imports::import(self, &active, summary)?;
        staged::make(self, &active, summary)?;
        copies::make(self, &active, summary)?;
        staged::drop_old(self, &active)?;
        // A Hive that is away must not keep charts from those who wait for them.
        let told = self.tell_hive(&active, summary);
        if let Some(store) = store {
            let tables = publish::tables_of(&active, &self.params)?;
            publish::load(self, &tables, store, summary, &mut Vec::new())?;
        }
        told
    }

    /// Hive learns of tables and partitions that it does not know; once a run.
    fn tell_hive(&mut self, jobs: &[&'static Job], summary: &mut Summary) -> Drive<()> {
        if self.settings.config.hive.command.is_none() {
            return Ok(());
        }
        let filled = jobs.iter().flat_map(|job| job.fills).map(|fill| fill.table.name);
        let read = jobs.iter().flat_map(|job| job.inputs).map(|input| input.table.name);
        let of_rows = |name| lms::find(name).map_or(name, |table| table.staged.name);
        let mut names: Vec<_> = filled.chain(read.map(of_rows)).collect();
        names.sort_unstable();
        names.dedup();
        hive::tell(self, &names, summary)
    }

    /// A new empty folder for what a step makes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn stage(&mut self, name: &str) -> Drive<Place> {
        self.staging += 1;
        let folder = self.events.folder().join("stage").join(format!("{:03}-{name}", self.staging));
        folder.make_folder()?;
        Ok(folder)
    }

    /// A new empty folder of this machine's disk.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn scratch(&mut self, name: &str) -> Drive<Scratch> {
        if self.ledger.warehouse().disk_path().is_some() {
            let folder = self.stage(name)?;
            return Ok(Scratch { path: PathBuf::from(folder.address()), _kept: None });
        }
        let kept = near::folder(self.events.id())?;
        Ok(Scratch { path: kept.path().to_owned(), _kept: Some(kept) })
    }

    /// Runs one pass over files into a new folder; gives it, what was counted, and how many records.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn pass(
        &mut self,
        name: &str,
        pass: Pass,
        inputs: &[Arc<str>],
    ) -> Drive<(Place, Counters, u64)> {
        let output = self.stage(name)?;
        let scratch = self.scratch(&format!("{name}-scratch"))?;
        let (pass, _list) = self.with_list(pass)?;
        let pass = near::with_files(pass, scratch.path())?;
        let progress = Progress::new(name);
        let failed = |source| DriveError::Run { step: step_name(name, &pass), source };
        let reducers = if pass.is_of_one_reducer() { 1 } else { self.reducers()? };
        let work = Work {
            pass: &pass,
            inputs,
            reducers,
            output: &output,
            packing: self.packing(),
            scratch: scratch.path(),
            progress: &progress,
            events: &self.events,
        };
        point("pass");
        self.events.write("pass_started", json!({"task": name}))?;
        let counters = self.runner.run(&work).map_err(failed)?;
        let (spans, left_out) = progress.spans().told();
        let parts = part_sizes(&output)?;
        self.events.write(
            "pass_finished",
            json!({"task": name, "spans": spans, "spans_left_out": left_out, "parts": parts}),
        )?;
        scratch.remove()?;
        Ok((output, counters, progress.records()))
    }

    /// Commits changes to the ledger, and notes how long that took.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn commit(&mut self, changes: Changes) -> Drive<()> {
        let begun = Instant::now();
        self.ledger.commit(changes)?;
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(self.events.write("commit", json!({"task": self.at_work, "millis": millis}))?)
    }

    /// The list of those who have left; none where nobody has.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn retired(&self) -> Drive<Option<List>> {
        List::of(&self.settings.config.retirement, self.ledger.warehouse())
    }

    /// A pass over logs is handed the list of those who have left, in a file that only its owner can read.
    fn with_list(&self, mut pass: Pass) -> Drive<(Pass, Option<tempfile::TempDir>)> {
        let Some(list) = pass.reads_logs().then(|| self.retired()).transpose()?.flatten() else {
            return Ok((pass, None));
        };
        let folder = near::folder(self.events.id())?;
        let file = folder.path().join(retired::PARAM);
        Place::from(file.as_path()).stage(&list.side_file())?;
        pass.params.set(retired::PARAM, file.display().to_string());
        Ok((pass, Some(folder)))
    }

    /// How part files of tables are packed.
    #[must_use]
    pub fn packing(&self) -> Packing {
        self.settings.config.warehouse.compress
    }

    /// The number of reducers.
    ///
    /// # Errors
    /// When the parameter is no number from 1 on.
    pub fn reducers(&self) -> Drive<usize> {
        match self.params.number("reducers")? {
            None => Ok(DEFAULT_REDUCERS),
            Some(0) => Err(DriveError::Usage("parameter `reducers` must be 1 or more".into())),
            Some(number) => Ok(number as usize),
        }
    }

    /// Notes that a step was done already.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn skipped(&mut self, task: &str, reason: &str, summary: &mut Summary) -> Drive<()> {
        summary.skipped += 1;
        log::info!("{task}: {reason}");
        Ok(self.events.write("task_skipped", json!({"task": task, "reason": reason}))?)
    }

    /// Notes that a step begins.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn started(&mut self, task: &str, reason: &str) -> Drive<()> {
        point("started");
        task.clone_into(&mut self.at_work);
        log::info!("{task}: {reason}");
        Ok(self.events.write("task_started", json!({"task": task, "reason": reason}))?)
    }

    /// Notes that a step ended, with its figures, `rows` among them.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn finished(
        &mut self,
        task: &str,
        figures: serde_json::Value,
        summary: &mut Summary,
    ) -> Drive<()> {
        self.finished_as_one(&[(task.to_owned(), figures)], summary)
    }

    /// Notes that steps ended which were done in one go.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn finished_as_one(
        &mut self,
        tasks: &[(String, serde_json::Value)],
        summary: &mut Summary,
    ) -> Drive<()> {
        let rows = |figures: &serde_json::Value| figures["rows"].as_u64().unwrap_or_default();
        let names: Vec<_> = tasks.iter().map(|(task, _)| task.as_str()).collect();
        summary.shares.ended(&names, tasks.iter().map(|(_, figures)| rows(figures)).sum());
        for (task, figures) in tasks {
            point("finished");
            summary.made += 1;
            log::info!("{task}: {}", plain(figures));
            self.events.write("task_finished", json!({"task": task, "figures": figures}))?;
        }
        Ok(())
    }

    /// What the ledger is to know of a partition that this run made just now.
    #[must_use]
    pub fn entry(
        &self,
        job: &str,
        identity: String,
        inputs: BTreeMap<String, String>,
        rows: u64,
    ) -> Entry {
        let (run, finished) = (self.events.id().to_owned(), events::now());
        Entry { job: job.to_owned(), identity, inputs, rows, run, finished }
    }

    /// The run's interval.
    ///
    /// # Errors
    /// When it is missing or no interval.
    pub fn interval(&self) -> Drive<Interval> {
        Ok(self.params.interval()?)
    }
}

/// How many bytes each reducer wrote, over all tables and files.
fn part_sizes(output: &Place) -> Stored<BTreeMap<String, u64>> {
    let mut sizes = BTreeMap::new();
    for (file, about) in output.walk()? {
        let name = file.name().split('.').next().unwrap_or_default();
        if name.starts_with("part-") {
            *sizes.entry(name.to_owned()).or_default() += about.size;
        }
    }
    Ok(sizes)
}

/// A step of one job has the job's name; of several, that of the pass.
fn step_name(name: &str, pass: &Pass) -> String {
    match pass.jobs[..] {
        [job] => job.name.to_owned(),
        _ => name.to_owned(),
    }
}

/// As on a cluster, unless `--param reducers=N` says otherwise (spec 10 §2.9).
const DEFAULT_REDUCERS: usize = 25;

fn plain(figures: &serde_json::Value) -> String {
    let pairs = figures.as_object().into_iter().flatten();
    pairs.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}
