//! A pass over a few events, run by the engine that runs will use: on a node, in a process, or here. Its part
//! files must be those that this process makes itself.

use super::tools::of_step;
use super::{Lack, Told};
use crate::cluster;
use crate::config::{Engine, Settings};
use crate::error::{Drive, DriveError};
use crate::events::{self, Events};
use crate::lock::host;
use crate::near;
use crate::progress::Progress;
use crate::record::Record;
use crate::run::{self, Request};
use crate::runner::inline::Inline;
use crate::runner::{Runner, Work};
use crate::storage::{Place, StorageError, Stored};
use jobs::job::Work as Kind;
use jobs::params::Params;
use jobs::pass::Pass;
use jobs::registry::JOBS;
use jobs::side_output::Packing;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Begins the names of folders of a warehouse for what the doctor tries; removed when it is done.
const HOME: &str = "_doctor";
const LOG: &str = "tracking.log-20260301";
/// What a tracker writes on one day.
const EVENTS: &str = include_str!("events.log");

static PROBES: AtomicU32 = AtomicU32::new(0);

/// A folder of the warehouse that nobody else uses.
pub fn probe(warehouse: &Place) -> Place {
    let number = PROBES.fetch_add(1, Ordering::Relaxed);
    warehouse.join(format!("{HOME}-{}-{}-{number}", host(), std::process::id()))
}

/// What a self-test has on the cluster and in the warehouse, known before it begins.
#[derive(Clone)]
pub struct Trial {
    home: Place,
    id: String,
}

impl Trial {
    /// One that has not begun.
    pub fn new(warehouse: &str) -> Stored<Self> {
        Ok(Self { home: probe(&Place::at(warehouse)?), id: events::new_id() })
    }

    /// Runs the jobs that read logs over a few events.
    pub fn run(&self, settings: &Settings, engine: Engine) -> Told {
        let request = Request::of_nothing(engine);
        // What keeps it from being tried is told by checks of its own.
        let not_tried = |error: DriveError| {
            Lack::unknown(format!("it could not be tried: {error}"), "mend what else is missing")
        };
        let runner = run::runner(settings, &request, &self.id).map_err(not_tried)?;
        let log = self.home.join(LOG);
        log.stage(EVENTS.as_bytes()).map_err(|error| not_tried(error.into()))?;
        let tried = self.compared(settings, &*runner, log);
        let removed = self.home.remove();
        let todo = "a run would fail the same way; `insights diagnose` knows more of a failed run";
        match tried.and_then(|parts| Ok(removed.map(|()| parts)?)) {
            Ok(parts) => Ok(format!("a job over a few events made the same {parts} files as here")),
            Err(error) => Err(Lack::of(error, todo)),
        }
    }

    /// Ends what a trial that took too long has left.
    pub fn end(&self, settings: &Settings) {
        if let Ok(record) = Record::read(&self.home, &self.id) {
            cluster::end_dead_run(&settings.config.runners.hadoop, &record);
        }
        if let Err(error) = self.home.remove() {
            log::warn!("{error}");
        }
    }

    fn compared(&self, settings: &Settings, runner: &dyn Runner, log: Place) -> Drive<usize> {
        let scratch = near::folder(&self.id)?;
        let facts = JOBS.iter().filter(|job| matches!(job.work, Kind::Scan(_)));
        let pass = Pass { jobs: facts.collect(), step: 0, params: Params::default() };
        let events = Events::begin(&self.home, self.id.clone(), &Value::Null)?;
        let packing = settings.config.warehouse.compress;
        let trial = Passing { pass, log, packing, scratch: scratch.path(), events };
        let here = trial.parts(&Inline::default(), &self.home.join("here"))?;
        let there = trial.parts(runner, &self.home.join("there"));
        let ended = runner.end().map_err(of_step);
        let there = there?;
        ended?;
        match !here.is_empty() && here == there {
            true => Ok(here.len()),
            false => Err(differs(&there, &here)),
        }
    }
}

/// Part files: their names, and their bytes.
type Parts = Vec<(String, Vec<u8>)>;

/// The pass, and what every engine is given of it.
struct Passing<'a> {
    pass: Pass,
    log: Place,
    packing: Packing,
    scratch: &'a Path,
    events: Events,
}

impl Passing<'_> {
    fn parts(&self, runner: &dyn Runner, output: &Place) -> Drive<Parts> {
        let scratch = self.scratch.join(output.name());
        std::fs::create_dir_all(&scratch)
            .map_err(StorageError::disk("make the folder", &scratch))?;
        output.make_folder()?;
        let work = Work {
            pass: &self.pass,
            inputs: &[Arc::from(self.log.address())],
            reducers: 1,
            output,
            packing: self.packing,
            scratch: &scratch,
            progress: &Progress::new("self-test"),
            events: &self.events,
        };
        runner.run(&work).map_err(of_step)?;
        let parts = output.parts()?;
        let parts = parts.iter().map(|part| Ok((part.below(output)?, part.read()?)));
        // What is told of files depends on how an engine divides them.
        parts
            .filter(|part| part.as_ref().map_or(true, |(name, _)| !name.starts_with('_')))
            .collect()
    }
}

fn differs(there: &Parts, here: &Parts) -> DriveError {
    let names =
        |parts: &Parts| parts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let said = format!(
        "the engine made other files than this process: {}; and not {}, or not their bytes",
        names(there),
        names(here)
    );
    DriveError::Missing(said)
}
