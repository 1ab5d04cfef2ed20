//! Whether a cluster may be joined, and whether it should be ended.

use super::client::{Client, Known, LIVE, State};
use super::description::Description;
use super::lease::Lease;
use super::life::{DIGEST, TOKEN, UNTIL};
use super::{EmrError, life};
use crate::storage::Place;
use aws_sdk_emr::types::StepState;
use chrono::{DateTime, TimeDelta, Utc};

/// Whether a run would join a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would.
    Fits,
    /// It would not, for these reasons.
    Not(Vec<String>),
}

/// Looks at what is known of a cluster; not at its lease.
#[must_use]
pub fn fits(cluster: &Known, description: &Description) -> Verdict {
    let mut reasons = Vec::new();
    if cluster.state != State::Ready {
        reasons.push(format!("it is {}", cluster.said));
    }
    if cluster.name != description.name {
        reasons.push(format!("its name is {}, not {}", cluster.name, description.name));
    }
    match cluster.tags.get(DIGEST) {
        Some(digest) if *digest == description.digest() => {}
        Some(_) => reasons.push("it was made from another description".to_owned()),
        None => reasons.push("it was not made by this program".to_owned()),
    }
    if cluster.tags.contains_key(DIGEST)
        && cluster.tags.get(life::KEPT).is_none_or(|it| it != "true")
    {
        reasons.push("it ends with the run that made it".to_owned());
    }
    if over_age(cluster, Utc::now()) {
        reasons.push("its time is over".to_owned());
    }
    match reasons.is_empty() {
        true => Verdict::Fits,
        false => Verdict::Not(reasons),
    }
}

/// As [`fits`], and who has its lease.
///
/// # Errors
/// When EMR or storage refuse.
pub fn why_not(
    client: &Client,
    id: &str,
    description: &Description,
    home: &Place,
) -> Result<Verdict, EmrError> {
    let cluster = client.cluster(id)?;
    let mut reasons = match fits(&cluster, description) {
        Verdict::Fits => Vec::new(),
        Verdict::Not(reasons) => reasons,
    };
    if let Some(holder) = Lease::holder(&cluster, home)? {
        reasons.push(format!("{holder} has its lease"));
    }
    match reasons.is_empty() {
        true => Ok(Verdict::Fits),
        false => Ok(Verdict::Not(reasons)),
    }
}

fn over_age(cluster: &Known, now: DateTime<Utc>) -> bool {
    let until = cluster.tags.get(UNTIL).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    until.is_some_and(|until| until < now)
}

/// Ends clusters that this program made and that are over their time, or have been idle for longer than
/// `idle` while nobody holds their lease; gives them with the reason. With `only_look` none is ended.
///
/// # Errors
/// When EMR or storage refuse.
pub fn reap(
    client: &Client,
    home: &Place,
    idle: TimeDelta,
    only_look: bool,
) -> Result<Vec<(Known, &'static str)>, EmrError> {
    let mut reaped = Vec::new();
    let now = Utc::now();
    for (id, _) in client.clusters(&LIVE, None)? {
        let cluster = client.cluster(&id)?;
        if !cluster.tags.contains_key(TOKEN) {
            continue;
        }
        let reason = match over_age(&cluster, now) {
            true => "its time is over",
            false if is_idle(client, &cluster, now - idle)? => "it is idle",
            false => continue,
        };
        // A lease can be taken of who is gone, not of who lives.
        let lease = match (reason, Lease::take(&cluster, home)) {
            (_, Ok(lease)) => Some(lease),
            ("its time is over", Err(EmrError::Taken(_))) => None,
            (_, Err(EmrError::Taken(said))) => {
                log::info!("{said}");
                continue;
            }
            (_, Err(error)) => return Err(error),
        };
        if !only_look {
            client.terminate(&id)?;
        }
        drop(lease);
        reaped.push((cluster, reason));
    }
    Ok(reaped)
}

/// Whether nothing has run on a ready cluster since a time.
fn is_idle(client: &Client, cluster: &Known, since: DateTime<Utc>) -> Result<bool, EmrError> {
    if cluster.state != State::Ready || cluster.created.is_none_or(|created| created > since) {
        return Ok(false);
    }
    for step in client.steps(&cluster.id)? {
        let status = step.status();
        let state = status.and_then(|status| status.state());
        let waits = matches!(state, Some(StepState::Pending | StepState::Running));
        let timeline = status.and_then(|status| status.timeline());
        let ended = super::client::time(timeline.and_then(|it| it.end_date_time()));
        if waits || ended.is_some_and(|ended| ended > since) {
            return Ok(false);
        }
    }
    Ok(true)
}
