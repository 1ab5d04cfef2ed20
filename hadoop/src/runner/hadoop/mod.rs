//! The engine of a cluster: each pass is one Hadoop Streaming job, submitted by the cluster's own
//! `hadoop` command. Tasks run the static program `jobs` and write side outputs on HDFS, which the
//! framework's committer promotes.

mod client;
mod install;
mod program;
mod rest;
mod submission;

pub use client::meaning;
pub use rest::{Figures, Rest};

use super::{RunError, Runner, Work};
use crate::codec::{self, Codec};
use crate::config::HadoopConfig;
use crate::interrupt;
use crate::progress::Progress;
use crate::storage::{Place, StorageError};
use client::Said;
use install::Version;
use jobs::streaming::Counters;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use submission::Submission;

/// How often the cluster is asked how far a job is.
const POLL: Duration = Duration::from_secs(2);

/// A cluster's Hadoop, as this machine sees it.
pub struct Hadoop {
    config: HadoopConfig,
    jar: PathBuf,
    version: Version,
    program: PathBuf,
    jobconf: Vec<(String, String)>,
    /// Names the run in the jobs' tags.
    run: String,
    rest: Rest,
}

impl Hadoop {
    /// Finds the cluster's tools and looks at the program for its nodes.
    ///
    /// # Errors
    /// When a tool is missing, or the nodes could not start the program.
    pub fn new(
        config: &HadoopConfig,
        beside: &Path,
        jobconf: &[(String, String)],
        run: &str,
    ) -> Result<Self, RunError> {
        let program = config.program.clone().unwrap_or_else(|| beside.to_owned());
        program::check(&program)?;
        let program =
            std::path::absolute(&program).map_err(StorageError::disk("find", &program))?;
        let version = install::version(&config.command)?;
        let jar = install::streaming_jar(config.streaming_jar.as_deref(), &config.command)?;
        let jar = std::path::absolute(&jar).map_err(StorageError::disk("find", &jar))?;
        let rest = Rest::new(
            config.resource_manager_url.as_deref(),
            config.history_url.as_deref(),
            config.conf_dir.as_deref(),
        );
        let (config, jobconf) = (config.clone(), jobconf.to_vec());
        Ok(Self { config, jar, version, program, jobconf, run: run.to_owned(), rest })
    }

    fn submission<'a>(&'a self, work: &'a Work<'a>) -> Submission<'a> {
        let names: Vec<_> = work.pass.jobs.iter().map(|job| job.name).collect();
        let mut jobconf = self.config.jobconf.clone();
        jobconf.extend(self.jobconf.iter().cloned());
        Submission {
            work,
            name: format!("insights {}", names.join(" ")),
            tag: self.run.clone(),
            program: &self.program,
            version: self.version,
            queue: self.config.queue.as_deref(),
            priority: self.config.priority.as_deref(),
            map_output_codec: &self.config.map_output_codec,
            jobconf,
        }
    }

    fn start(&self, arguments: &[String], folder: &Path) -> Result<Child, RunError> {
        let mut command = Command::new(&self.config.command);
        command.args(arguments).current_dir(folder);
        if let Some(conf) = &self.config.conf_dir {
            command.env("HADOOP_CONF_DIR", conf);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A key press is for the driver, which asks what to do with the job.
        command.process_group(0);
        let started = command.spawn();
        started.map_err(|e| {
            RunError::Install(format!("`{}` cannot be started: {e}", self.config.command))
        })
    }
}

impl Runner for Hadoop {
    fn run(&self, work: &Work) -> Result<Counters, RunError> {
        work.inputs.iter().try_for_each(|input| refuse_misnamed(input))?;
        // Hadoop makes the folder itself, and refuses one that is there.
        work.output.remove()?;
        if work.inputs.is_empty() {
            work.output.make_folder()?;
            return Ok(Counters::default());
        }
        let arguments = self.submission(work).write(&self.jar, work.scratch)?;
        log::debug!("{} {}", self.config.command, arguments.join(" "));
        let mut child = self.start(&arguments, work.scratch)?;
        let said = Mutex::new(Said::default());
        let watch = Watch { hadoop: self, work, said: &said };
        watch.until_end(&mut child);
        let status = child.wait().map_err(|e| RunError::disk("waiting for hadoop".into())(e))?;
        interrupt::forget();
        let said = said.into_inner().unwrap_or_else(PoisonError::into_inner);
        if interrupt::signal().is_some() {
            return Err(RunError::Stopped);
        }
        if !status.success() {
            return Err(failure(&said, status.code()));
        }
        work.progress.set_events(said.records);
        Ok(said.counters)
    }
}

/// Hadoop tells by its name how a file is packed: one that is packed under another name would be
/// read as text.
fn refuse_misnamed(address: &str) -> Result<(), RunError> {
    let ending = address.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ["gz", "bz2", "zst"].contains(&ending) {
        return Ok(());
    }
    let place = Place::at(address)?;
    match codec::sniff(&place)? {
        Codec::Plain => Ok(()),
        _ => Err(codec::InputError {
            place: place.address(),
            offset: 0,
            what: "is packed, and its name does not say so: Hadoop would read it as text"
                .to_owned(),
        }
        .into()),
    }
}

fn failure(said: &Said, code: Option<i32>) -> RunError {
    let code = code.unwrap_or(-1);
    let cause = said.reason.clone().unwrap_or_else(|| said.tail());
    RunError::Cluster {
        job: said.job.clone().or_else(|| said.application.clone()),
        code,
        meaning: meaning(code),
        cause,
    }
}

/// Follows a job until its client ends.
struct Watch<'a> {
    hadoop: &'a Hadoop,
    work: &'a Work<'a>,
    said: &'a Mutex<Said>,
}

impl Watch<'_> {
    fn until_end(&self, child: &mut Child) {
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (end, ended) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || self.poll(&ended));
            if let Some(out) = out {
                scope.spawn(|| self.read(BufReader::new(out)));
            }
            if let Some(err) = err {
                self.read(BufReader::new(err));
            }
            drop(end);
        });
    }

    /// Asks the cluster how far the job is, until its client has ended. Where the servers do not
    /// answer, what the client says must do.
    fn poll(&self, ended: &mpsc::Receiver<()>) {
        let mut last = None;
        while ended.recv_timeout(POLL) == Err(RecvTimeoutError::Timeout) {
            let ids = {
                let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
                said.application.clone().zip(said.job.clone())
            };
            let Some((application, job)) = ids else { continue };
            match self.hadoop.rest.running(&application, &job) {
                Ok(figures) if last != Some(figures) => {
                    self.progressed(&job, figures);
                    last = Some(figures);
                }
                Ok(_) => {}
                Err(error) => log::debug!("{error}"),
            }
        }
    }

    fn progressed(&self, job: &str, figures: Figures) {
        let Figures { maps, reduces, failed, running, records, bytes } = figures;
        let (stage, (total, done)) =
            if maps.0 > maps.1 { ("maps", maps) } else { ("reduces", reduces) };
        self.work.progress.stage(stage, total);
        self.work.progress.advance(done);
        self.work.progress.set_events(records);
        let fields = json!({
            "job": job, "maps": maps.0, "maps_done": maps.1, "reduces": reduces.0,
            "reduces_done": reduces.1, "running_attempts": running, "failed_attempts": failed,
            "records": records, "bytes": bytes,
        });
        if let Err(error) = self.work.events.write("job_progress", fields) {
            log::warn!("{error}");
        }
    }

    fn read(&self, mut lines: impl BufRead) {
        let mut line = Vec::new();
        while matches!(lines.read_until(b'\n', &mut line), Ok(count) if count > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            log::debug!("hadoop: {text}");
            self.take(&text);
            line.clear();
        }
    }

    fn take(&self, line: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let known = said.job.is_some();
        said.line(line);
        if self.hadoop.rest.resource_manager.is_none() {
            show(self.work.progress, said.percent);
        }
        if !known && said.job.is_some() {
            self.submitted(&said);
        }
    }

    /// The job has a number: it is noted, and a signal knows what to end.
    fn submitted(&self, said: &Said) {
        let ids = json!({
            "application": said.application, "job": said.job, "tracking_url": said.tracking,
        });
        if let Err(error) = self.work.events.write("job_submitted", ids) {
            log::warn!("{error}");
        }
        log::info!(
            "submitted {} {}",
            said.application.as_deref().or(said.job.as_deref()).unwrap_or_default(),
            said.tracking.as_deref().unwrap_or_default()
        );
        if let Some(application) = said.application.clone() {
            let yarn = self.hadoop.config.yarn.clone();
            interrupt::remember(&application, self.hadoop.config.on_interrupt, move |id| {
                kill(&yarn, id)
            });
        }
    }
}

/// Kills an application on the cluster.
///
/// # Errors
/// When the command cannot be started, or says no.
pub fn kill(yarn: &str, application: &str) -> Result<(), String> {
    let output = Command::new(yarn).args(["application", "-kill", application]).output();
    let output = output.map_err(|e| format!("`{yarn}` cannot be started: {e}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// The client tells shares only: a hundred of the map side, then a hundred of the reduce side.
fn show(progress: &Progress, (map, reduce): (u64, u64)) {
    let (stage, done) = if map < 100 { ("% of map", map) } else { ("% of reduce", reduce) };
    progress.stage(stage, 100);
    progress.advance(done);
}
