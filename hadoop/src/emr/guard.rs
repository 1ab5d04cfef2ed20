//! What a run leaves about a cluster before the cluster exists, so that whoever comes next can end it.

use super::client::{Client, Known, LIVE};
use super::{EmrError, life};
use crate::storage::Place;
use aws_sdk_emr::types::StepState;
use serde::{Deserialize, Serialize};

/// The file, in the folder of the run's stages: it stands as long as the run has something to clear.
const FILE: &str = "cluster";

/// What a run wants of EMR.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Guard {
    /// The region; none = that of the environment.
    pub region: Option<String>,
    /// The run, which the cluster bears as a tag and its steps in their names.
    pub token: String,
    /// The cluster, once it is known.
    pub cluster: Option<String>,
    /// Whether the cluster is to stay.
    pub keep: bool,
}

impl Guard {
    /// Writes it down.
    ///
    /// # Errors
    /// When storage refuses.
    pub fn write(&self, stage: &Place) -> Result<(), EmrError> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        Ok(stage.join(FILE).write(&text)?)
    }

    /// Ends what the run has made: its cluster, or on a cluster that stays, its steps.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn end(&self, client: &Client) -> Result<(), EmrError> {
        match (self.keep, &self.cluster) {
            (true, Some(id)) => end_steps(client, id, &self.token),
            (true, None) => Ok(()),
            // There may be two, where a request had no answer and was seen late.
            (false, _) => made_by(client, &self.token)?.iter().try_for_each(|cluster| {
                log::info!("ending cluster {}", cluster.id);
                client.terminate(&cluster.id)
            }),
        }
    }
}

/// Live clusters that a run has made.
pub fn made_by(client: &Client, token: &str) -> Result<Vec<Known>, EmrError> {
    let mut found = Vec::new();
    for (id, _) in client.clusters(&LIVE, None)? {
        let cluster = client.cluster(&id)?;
        if cluster.tags.get(life::TOKEN).is_some_and(|tag| tag == token) {
            found.push(cluster);
        }
    }
    Ok(found)
}

fn end_steps(client: &Client, cluster: &str, token: &str) -> Result<(), EmrError> {
    if !matches!(client.cluster(cluster)?.state, super::State::Ready) {
        return Ok(());
    }
    for step in client.steps(cluster)? {
        let state = step.status().and_then(|status| status.state());
        let waits = matches!(state, Some(StepState::Pending | StepState::Running));
        let ours = step.name().is_some_and(|name| name.contains(token));
        if let (true, true, Some(id)) = (waits, ours, step.id()) {
            client.cancel(cluster, id)?;
        }
    }
    Ok(())
}

/// Ends what a run has left whose driver is gone; false where it wanted nothing of EMR.
///
/// # Errors
/// When its guard cannot be read, or EMR refuses.
pub fn end_of_dead_run(stage: &Place, poll_seconds: f64) -> Result<bool, EmrError> {
    let Some(text) = stage.join(FILE).read_if_there()? else { return Ok(false) };
    let guard: Guard = serde_json::from_slice(&text)
        .map_err(|error| EmrError::Setting(format!("{}: {error}", stage.join(FILE))))?;
    guard.end(&Client::new(guard.region.as_deref(), poll_seconds)?)?;
    Ok(true)
}
