//! Jobs on a cluster, whatever client submits them: followed while it runs, told of, killed.

mod addresses;
mod client;
mod rest;
mod version;

pub use client::{Said, id_in, meaning};
pub use rest::{Figures, Rest};
pub use version::Version;

use crate::config::HadoopConfig;
use crate::events::Events;
use crate::interrupt::{self, OnInterrupt};
use crate::near;
use crate::progress::Progress;
use crate::record::Record;
use serde_json::json;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often the cluster is asked how far a job is.
const POLL: Duration = Duration::from_secs(2);

/// A cluster, as clients on this machine see it.
pub struct Cluster {
    rest: Rest,
    yarn: String,
    conf_dir: Option<PathBuf>,
    on_interrupt: OnInterrupt,
}

impl Cluster {
    /// The cluster that the settings speak of.
    #[must_use]
    pub fn new(config: &HadoopConfig) -> Self {
        Self {
            rest: Rest::of(config),
            yarn: config.yarn.clone(),
            conf_dir: config.conf_dir.clone(),
            on_interrupt: config.on_interrupt,
        }
    }

    /// Starts a client that submits a job, and follows both to their end.
    ///
    /// # Errors
    /// When the client cannot be started.
    pub fn follow(
        &self,
        client: &mut Command,
        progress: &Progress,
        events: &Events,
    ) -> io::Result<(ExitStatus, Said)> {
        if let Some(conf) = &self.conf_dir {
            client.env("HADOOP_CONF_DIR", conf);
        }
        client.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A key press is for the driver, which asks what to do with the job.
        near::name_client(client, events.id());
        let mut child = client.spawn()?;
        let (rest, yarn, run) = (self.rest.clone(), self.yarn.clone(), events.id().to_owned());
        interrupt::remember_client(child.id(), move || {
            end_tagged(&rest, &yarn, &run);
        });
        let said = Mutex::new(Said::default());
        Watch { cluster: self, progress, events, said: &said }.until_end(&mut child);
        let status = child.wait();
        interrupt::forget();
        Ok((status?, said.into_inner().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Follows a job until its client ends.
struct Watch<'a> {
    cluster: &'a Cluster,
    progress: &'a Progress,
    events: &'a Events,
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
            match self.cluster.rest.running(&application, &job) {
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
        self.progress.stage(stage, total);
        self.progress.advance(done);
        self.progress.set_events(records);
        let fields = json!({
            "job": job, "maps": maps.0, "maps_done": maps.1, "reduces": reduces.0,
            "reduces_done": reduces.1, "running_attempts": running, "failed_attempts": failed,
            "records": records, "bytes": bytes,
        });
        if let Err(error) = self.events.write("job_progress", fields) {
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
        if !self.cluster.rest.has_resource_manager() {
            show(self.progress, said.percent);
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
        if let Err(error) = self.events.write("job_submitted", ids) {
            log::warn!("{error}");
        }
        log::info!(
            "submitted {} {}",
            said.application.as_deref().or(said.job.as_deref()).unwrap_or_default(),
            said.tracking.as_deref().unwrap_or_default()
        );
        if let Some(application) = said.application.clone() {
            let yarn = self.cluster.yarn.clone();
            interrupt::remember(&application, self.cluster.on_interrupt, move |id| kill(&yarn, id));
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

/// Ends what a run has on the cluster, by its tag; gives whether the ResourceManager was heard.
fn end_tagged(rest: &Rest, yarn: &str, run: &str) -> bool {
    let tagged = rest.tagged(run);
    for application in tagged.iter().flatten() {
        told_end(yarn, application, run);
    }
    tagged.is_ok()
}

fn told_end(yarn: &str, application: &str, run: &str) {
    match kill(yarn, application) {
        Ok(()) => log::info!("{application} of run {run}, which was killed, is ended"),
        Err(said) => log::warn!("{application} of run {run} cannot be ended: {said}"),
    }
}

/// Ends what a run whose driver was killed has left: its client on this machine, which may be about to
/// submit, then its jobs on the cluster.
pub fn end_dead_run(config: &HadoopConfig, dead: &Record) {
    let processes = near::end_clients(&dead.id);
    if processes > 0 {
        log::info!(
            "the client of run {}, which was killed, is ended: {processes} processes",
            dead.id
        );
    }
    let cluster = Cluster::new(config);
    if end_tagged(&cluster.rest, &cluster.yarn, &dead.id) {
        return;
    }
    // Where no ResourceManager answers by HTTP, the record must do.
    if let Some((application, _)) = dead.last_job() {
        told_end(&cluster.yarn, application, &dead.id);
    }
}

/// The client tells shares only: a hundred of the map side, then a hundred of the reduce side.
fn show(progress: &Progress, (map, reduce): (u64, u64)) {
    let (stage, done) = if map < 100 { ("% of map", map) } else { ("% of reduce", reduce) };
    progress.stage(stage, 100);
    progress.advance(done);
}
