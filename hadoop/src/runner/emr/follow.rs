//! Follows a step to its end: how it is, what its client says, and why it failed.

use super::step::{ENDED, LOG, LOG_SO_FAR, Step};
use crate::cluster::Said;
use crate::emr::{self, Client, EmrError, Held, State};
use crate::emr_logs;
use crate::interrupt::{self, OnInterrupt};
use crate::runner::hadoop::failure;
use crate::runner::{RunError, Work};
use crate::storage::StorageError;
use aws_sdk_emr::types::{Step as Seen, StepState};
use serde_json::json;
use std::borrow::Cow;

/// The share of a log's end that a failure tells.
const LINES: usize = 20;

/// What the client has said so far.
#[derive(Default)]
struct Heard {
    said: Said,
    text: Vec<u8>,
    /// Bytes of the text that are taken.
    taken: usize,
    submitted: bool,
    /// What ended, and how, once it has.
    ended: Option<(String, i32)>,
}

/// Adds a step and waits for its end.
///
/// # Errors
/// When the step fails, the cluster is lost, EMR refuses, or a signal comes.
pub fn run(
    client: &Client,
    held: &Held,
    step: &Step,
    work: &Work,
    on_interrupt: OnInterrupt,
) -> Result<Said, RunError> {
    let cluster = &held.cluster.id;
    interrupt::remember_stop();
    let id = client.add_step(cluster, &step.request())?;
    let (of_signal, its_cluster) = (client.clone(), cluster.clone());
    interrupt::remember(&id, on_interrupt, move |id| {
        of_signal.cancel(&its_cluster, id).map_err(|error| error.to_string())
    });
    let added = json!({
        "cluster": cluster, "step": id, "name": step.name, "log_uri": held.cluster.log_uri,
    });
    work.events.write("step_added", added)?;
    log::info!("added step {id} to cluster {cluster}");
    let mut heard = Heard::default();
    let look = client.look();
    loop {
        let seen = client.step(cluster, &id)?;
        let state = seen.status().and_then(|status| status.state());
        match state {
            Some(StepState::Completed) => {
                heard.listen(step, work)?;
                return Ok(heard.said);
            }
            Some(StepState::Pending | StepState::Running) => {
                heard.listen(step, work)?;
                is_alive(client, cluster)?;
                look.pause()?;
            }
            Some(StepState::CancelPending) => look.pause()?,
            _ => {
                emr::is_wanted()?;
                is_alive(client, cluster)?;
                heard.listen(step, work)?;
                return Err(heard.failure(held, step, &seen));
            }
        }
    }
}

/// The end of a cluster is the cause of what becomes of its steps.
fn is_alive(client: &Client, id: &str) -> Result<(), EmrError> {
    let cluster = client.cluster(id)?;
    match cluster.state {
        State::Over => Err(emr::lost(cluster)),
        State::Starting | State::Ready => Ok(()),
    }
}

impl Heard {
    /// Takes what the client has said since.
    fn listen(&mut self, step: &Step, work: &Work) -> Result<(), StorageError> {
        let so_far = || step.stage.join(LOG_SO_FAR).read_if_there();
        let whole = step.stage.join(LOG).read_if_there()?;
        let Some(text) = whole.map_or_else(so_far, |text| Ok(Some(text)))? else { return Ok(()) };
        self.text = text;
        let rest = &self.text[self.taken.min(self.text.len())..];
        let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for line in rest[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line = String::from_utf8_lossy(line);
            self.said.line(&line);
            self.ended = line.strip_prefix(ENDED).and_then(ended).or(self.ended.take());
        }
        self.taken += whole;
        self.show(work)
    }

    fn show(&mut self, work: &Work) -> Result<(), StorageError> {
        if let (false, Some(job)) = (self.submitted, &self.said.job) {
            self.submitted = true;
            let application = self.said.application.as_deref();
            log::info!("submitted {}", application.unwrap_or(job));
            let ids = json!({
                "application": application, "job": job, "tracking_url": self.said.tracking,
            });
            work.events.write("job_submitted", ids)?;
        }
        let (map, reduce) = self.said.percent;
        let (stage, done) = if map < 100 { ("% of map", map) } else { ("% of reduce", reduce) };
        work.progress.stage(stage, 100);
        work.progress.advance(done);
        Ok(())
    }

    /// Why the step failed: as its client says, else as EMR does.
    fn failure(&self, held: &Held, step: &Step, seen: &Seen) -> RunError {
        match &self.ended {
            Some((what, code)) if what == "hadoop-streaming" => failure(&self.said, Some(*code)),
            Some((what, code)) => of_step(seen, *code, format!("{what}: {}", last(&self.text()))),
            None => {
                let details = details(seen);
                let log = self.last_words(held, seen);
                of_step(
                    seen,
                    -1,
                    format!("step `{}`: {details} {log}", step.name).trim().to_owned(),
                )
            }
        }
    }

    fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.text)
    }

    /// The end of what the step wrote, as EMR keeps it, where that has come already; else what was heard. A log
    /// that cannot be read hides nothing of the failure itself.
    fn last_words(&self, held: &Held, seen: &Seen) -> String {
        let heard = self.text();
        let (Some(uri), Some(step)) = (&held.cluster.log_uri, seen.id()) else {
            return last(&heard);
        };
        match emr_logs::of_step(uri, &held.cluster.id, step) {
            Ok(kept) => last(&kept.map_or(heard, Cow::Owned)),
            Err(error) => format!("{} (its log cannot be read: {error})", last(&heard)),
        }
    }
}

/// `WHAT ended with exit code CODE`
fn ended(line: &str) -> Option<(String, i32)> {
    let (what, code) = line.split_once(" ended with exit code ")?;
    Some((what.to_owned(), code.trim().parse().ok()?))
}

fn of_step(seen: &Seen, code: i32, cause: String) -> RunError {
    let job = seen.id().map(str::to_owned);
    RunError::Cluster { job, code, meaning: "the step failed", cause }
}

fn details(seen: &Seen) -> String {
    let status = seen.status();
    let state = status.and_then(|it| it.state()).map_or("UNKNOWN", StepState::as_str);
    let failed = status.and_then(|status| status.failure_details());
    let reason = status.and_then(|status| status.state_change_reason());
    let said = [
        failed.and_then(|it| it.reason()),
        failed.and_then(|it| it.message()),
        reason.and_then(|it| it.message()),
        failed.and_then(|it| it.log_file()),
    ];
    let said: Vec<_> = std::iter::once(state).chain(said.into_iter().flatten()).collect();
    said.join(": ")
}

fn last(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
