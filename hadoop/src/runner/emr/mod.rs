//! The engine of EMR: each pass is a step of a cluster, which the first pass joins or makes. Tasks write on
//! the cluster's HDFS; the same step copies what they made into the run's stage on S3, from where the
//! ledger commits it like any other.

mod follow;
mod step;

use super::inline::Inline;
use super::{RunError, Runner, Work};
use crate::cluster::Version;
use crate::config::{EmrConfig, HadoopConfig, Settings};
use crate::emr::{self, Client, Description, EmrError, Held, Program, Wish};
use crate::events::Events;
use crate::interrupt;
use crate::runner::hadoop::{SETTINGS, Submission, refuse_misnamed};
use crate::storage::Place;
use jobs::streaming::Counters;
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use step::Step;

/// Names of settings as Hadoop 2 and 3 have them, which all releases are.
const VERSION: Version = Version { major: 3 };

/// EMR, as one run uses it.
pub struct Emr {
    client: Client,
    config: EmrConfig,
    hadoop: HadoopConfig,
    description: Option<Description>,
    program: Program,
    jobconf: Vec<(String, String)>,
    /// The folder on S3 for programs and leases.
    home: Place,
    /// The folder of the run's stages.
    stage: Place,
    run: String,
    asked: String,
    held: Mutex<Option<Held>>,
}

impl Emr {
    /// Reads the description and looks at the program; asks EMR for nothing yet.
    ///
    /// # Errors
    /// When a setting is missing, or nodes could not start the program.
    pub fn new(
        settings: &Settings,
        beside: &Path,
        jobconf: &[(String, String)],
        run: &str,
        asked: &[String],
    ) -> Result<Self, RunError> {
        let warehouse = Place::at(&settings.config.warehouse.url)?;
        if !is_on_s3(&warehouse) {
            return Err(RunError::Install(format!(
                "{warehouse}: a cluster of EMR ends, and this disk is not its own; have the warehouse on S3"
            )));
        }
        let (config, hadoop) =
            (settings.config.runners.emr.clone(), settings.config.runners.hadoop.clone());
        let files = &config.description;
        let description = (!files.is_empty()).then(|| Description::read(files)).transpose()?;
        let region = description.as_ref().and_then(|it| it.region.as_deref());
        Ok(Self {
            client: Client::new(region, config.poll_seconds)?,
            program: Program::at(hadoop.program.as_deref().unwrap_or(beside))?,
            jobconf: jobconf.to_vec(),
            home: warehouse.join(emr::HOME),
            stage: warehouse.join("_runs").join(run).join("stage"),
            run: run.to_owned(),
            asked: asked.join(" "),
            held: Mutex::new(None),
            config,
            hadoop,
            description,
        })
    }

    /// The cluster that this run holds; the first who asks makes or joins one.
    fn hold(&self, events: &Events) -> Result<MutexGuard<'_, Option<Held>>, RunError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            let note = |kind: &str, fields: Value| {
                if let Err(error) = events.write(kind, fields) {
                    log::warn!("{error}");
                }
            };
            let wish = Wish {
                config: &self.config,
                description: self.description.as_ref(),
                program: &self.program,
                home: &self.home,
                token: &self.run,
                asked: &self.asked,
                keep: self.config.keep,
                stage: &self.stage,
                note: &note,
            };
            interrupt::remember_stop();
            *held = Some(emr::hold(&self.client, &wish).map_err(stopped)?);
        }
        Ok(held)
    }

    /// A signal between two steps ends the process: with it goes what the run holds.
    fn guard(&self, held: &Held) {
        let (client, guard) = (self.client.clone(), held.guard().clone());
        interrupt::remember_end(move || {
            if let Err(error) = guard.end(&client) {
                log::error!("a cluster may be left, which ends when it has been idle: {error}");
            }
        });
    }

    /// Puts what the step needs on S3, and says what it does.
    fn step(&self, work: &Work) -> Result<Step, RunError> {
        let stage = work.output.parent().join(format!("{}-step", work.output.name()));
        let name = format!("insights {} {}", self.run, work.output.name());
        let on_node = format!("/tmp/insights/{}/{}", self.run, work.output.name());
        let made = format!("hdfs:///tmp/insights/{}/{}", self.run, work.output.name());
        let program = self.program.on_node();
        let submission =
            Submission::new(work, &self.hadoop, &self.jobconf, VERSION, program, made.clone());
        let settings = submission.write(work.scratch)?;
        stage.join(SETTINGS).copy_of(&Place::from(settings.as_path()))?;
        let mut files = Vec::new();
        for (_, path) in work.pass.files() {
            let file = Place::on_disk(path);
            match file.disk_path().filter(|path| path.is_dir()) {
                Some(folder) => stage.join(file.name()).put_tree(folder)?,
                None => stage.join(file.name()).copy_of(&file)?,
            }
            files.push(format!("{on_node}/{}", file.name()));
        }
        let streaming = submission.arguments(&format!("{on_node}/{SETTINGS}"), &files)?;
        let (program, checksum) = (self.program.put(&self.home)?, self.program.checksum());
        let words = [
            step::address(&program),
            checksum.to_owned(),
            self.program.on_node(),
            step::address(&stage),
            on_node,
            made,
            step::address(work.output),
        ];
        Ok(Step { name, stage, words: [&words[..], &streaming].concat() })
    }
}

impl Runner for Emr {
    fn run(&self, work: &Work) -> Result<Counters, RunError> {
        work.inputs.iter().try_for_each(refuse_near)?;
        work.inputs.iter().try_for_each(|input| refuse_misnamed(input))?;
        work.output.remove()?;
        // Nothing to read is no work for a cluster; what is written then is the same everywhere.
        if work.inputs.is_empty() {
            return Inline::default().run(work);
        }
        let holding = self.hold(work.events)?;
        let Some(held) = holding.as_ref() else { return Err(RunError::Stopped) };
        let step = self.step(work)?;
        let said = follow::run(&self.client, held, &step, work, self.hadoop.on_interrupt);
        self.guard(held);
        let said = said.map_err(stopped_run)?;
        work.progress.set_events(said.records);
        Ok(said.counters)
    }

    fn end(&self) -> Result<(), RunError> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ended = held.map_or(Ok(()), |held| held.release(&self.client));
        interrupt::forget();
        Ok(ended?)
    }
}

fn is_on_s3(place: &Place) -> bool {
    place.address().starts_with("s3")
}

/// Tasks reach S3 and the cluster's HDFS.
fn refuse_near(input: &Arc<str>) -> Result<(), RunError> {
    match Place::at(input)?.disk_path() {
        None => Ok(()),
        Some(path) => Err(RunError::Install(format!(
            "{}: a cluster of EMR cannot read the disk of this machine; have the logs on S3",
            path.display()
        ))),
    }
}

fn stopped(error: EmrError) -> RunError {
    match error {
        EmrError::Stopped => RunError::Stopped,
        error => error.into(),
    }
}

fn stopped_run(error: RunError) -> RunError {
    match error {
        RunError::Emr(error) => stopped(error),
        error => error,
    }
}
