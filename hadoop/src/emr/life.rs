//! How a run comes by its cluster, and lets it go.

use super::bootstrap::Program;
use super::client::{Client, Known, LIVE, State};
use super::description::Description;
use super::error::is_quota;
use super::fit::{self, Verdict};
use super::guard::{Guard, made_by};
use super::lease::Lease;
use super::request::{self, Fitting};
use super::{EmrError, money};
use crate::config::EmrConfig;
use crate::interrupt;
use crate::storage::Place;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The tag that says which run made a cluster; all clusters of this program have it.
pub const TOKEN: &str = "insights-run";
/// The tag that says from which description.
pub const DIGEST: &str = "insights-description";
/// The tag that says where its leases stand.
pub const LEASES: &str = "insights-leases";
/// The tag that says when it ends by itself.
pub const UNTIL: &str = "insights-until";
/// The tag that says whether it stays when its run has ended.
pub const KEPT: &str = "insights-kept";
/// The tag that says what it was made for.
pub const ASKED: &str = "insights-workflow";

const NAME_OF_ACTION: &str = "insights";
/// Tags hold no longer texts.
const LONGEST_TAG: usize = 256;

/// What is wanted of EMR.
pub struct Wish<'a> {
    /// The settings.
    pub config: &'a EmrConfig,
    /// What a new cluster is made of; none where one is named.
    pub description: Option<&'a Description>,
    /// The program for its tasks.
    pub program: &'a Program,
    /// The folder on S3 for programs and leases.
    pub home: &'a Place,
    /// Names who wants it, the run.
    pub token: &'a str,
    /// What for: workflows and jobs.
    pub asked: &'a str,
    /// Whether a new cluster stays when that is done.
    pub keep: bool,
    /// Where the guard is written before a cluster is made.
    pub stage: &'a Place,
    /// Is told what happens.
    pub note: &'a dyn Fn(&str, Value),
}

/// A cluster that is held.
pub struct Held {
    /// What is known of it.
    pub cluster: Known,
    guard: Guard,
    /// Dropped last: whoever takes it next finds nothing of this run.
    _lease: Lease,
}

impl Held {
    /// What ends what was made, whoever has to.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Lets the cluster go: ends it where it was made to be ended.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn release(self, client: &Client) -> Result<(), EmrError> {
        self.guard.end(client)
    }
}

impl Wish<'_> {
    fn guard(&self, cluster: Option<&str>) -> Guard {
        Guard {
            region: self.description.and_then(|description| description.region.clone()),
            token: self.token.to_owned(),
            cluster: cluster.map(str::to_owned),
            keep: self.keep,
        }
    }

    fn described(&self) -> Result<&Description, EmrError> {
        let what = "no cluster is described: name files by runners.emr.description, or a cluster by \
                    runners.emr.cluster";
        self.description.ok_or_else(|| EmrError::Setting(what.to_owned()))
    }
}

/// Joins a cluster, or makes one, and waits until it takes steps. What was made is ended when that fails.
///
/// # Errors
/// When none can be had.
pub fn hold(client: &Client, wish: &Wish) -> Result<Held, EmrError> {
    let began = Instant::now();
    let patience = Duration::try_from_secs_f64(wish.config.wait_minutes * 60.0)
        .map_err(|e| EmrError::Setting(format!("runners.emr.wait_minutes: {e}")))?;
    loop {
        match attempt(client, wish) {
            Err(EmrError::Taken(said)) if began.elapsed() < patience => {
                log::info!("{said}; waiting");
                client.look().pause()?;
            }
            held => return held,
        }
    }
}

fn attempt(client: &Client, wish: &Wish) -> Result<Held, EmrError> {
    if let Some(id) = &wish.config.cluster {
        return join(client, wish, client.cluster(id)?);
    }
    let description = wish.described()?;
    let mut alive = 0;
    for (id, _) in named(client, &description.name)? {
        let cluster = client.cluster(&id)?;
        alive += usize::from(cluster.state != State::Over);
        match fit::fits(&cluster, description) {
            Verdict::Fits => match join(client, wish, cluster) {
                Err(EmrError::Taken(said)) => log::info!("{said}"),
                held => return held,
            },
            Verdict::Not(reasons) => {
                log::info!("cluster {id} is not joined: {}", reasons.join("; "));
            }
        }
    }
    if alive >= wish.config.max_clusters {
        return Err(EmrError::Taken(format!(
            "{alive} clusters are named {}, as many as runners.emr.max_clusters allows",
            description.name
        )));
    }
    let cluster = create(client, wish)?;
    take_new(client, wish, &cluster)
}

/// Live clusters of a name.
fn named(client: &Client, name: &str) -> Result<Vec<(String, String)>, EmrError> {
    let mut all = client.clusters(&LIVE, None)?;
    all.retain(|(_, other)| other == name);
    Ok(all)
}

fn join(client: &Client, wish: &Wish, cluster: Known) -> Result<Held, EmrError> {
    let lease = Lease::take(&cluster, wish.home)?;
    let guard = Guard { keep: true, ..wish.guard(Some(&cluster.id)) };
    guard.write(wish.stage)?;
    let cluster = ready(client, wish.config, &cluster.id)?;
    log::info!("joined cluster {}", cluster.id);
    (wish.note)("cluster_joined", json!({"cluster": cluster.id}));
    Ok(Held { cluster, guard, _lease: lease })
}

fn take_new(client: &Client, wish: &Wish, id: &str) -> Result<Held, EmrError> {
    let guard = wish.guard(Some(id));
    let take = || {
        let lease = Lease::take(&client.cluster(id)?, wish.home)?;
        guard.write(wish.stage)?;
        let cluster = ready(client, wish.config, id)?;
        (wish.note)("cluster_ready", json!({"cluster": id, "master": cluster.master}));
        Ok(Held { cluster, guard: guard.clone(), _lease: lease })
    };
    take().inspect_err(|_| give_up(client, wish))
}

/// Makes a cluster; gives its id. The guard is written before it is asked for.
///
/// # Errors
/// When the budget does not allow it, or EMR refuses.
pub fn create(client: &Client, wish: &Wish) -> Result<String, EmrError> {
    let description = wish.described()?;
    money::gate(description, wish.config)?;
    let (script, args) = wish.program.bootstrap(wish.home, description.max_lifetime_hours)?;
    let first = request::script(NAME_OF_ACTION, &script, args);
    let region = client.region();
    let choice = usize::try_from(Utc::now().timestamp_micros().unsigned_abs()).unwrap_or(0);
    let fitting = Fitting { tags: tags(wish, description), first, region, choice };
    let filled = request::fill(client.request(), description, fitting);
    wish.guard(None).write(wish.stage)?;
    (wish.note)("cluster_requested", json!({"name": description.name}));
    let find = || Ok(made_by(client, wish.token)?.pop().map(|cluster| cluster.id));
    let made = client.run(&filled, find).inspect_err(|_| give_up(client, wish));
    let id = made?;
    log::info!("cluster {id} ({}) is asked for", description.name);
    if interrupt::signal().is_some() {
        give_up(client, wish);
        return Err(EmrError::Stopped);
    }
    Ok(id)
}

fn tags(wish: &Wish, description: &Description) -> Vec<(&'static str, String)> {
    let until = Utc::now() + TimeDelta::hours(description.max_lifetime_hours.into());
    let cut = |text: &str| text.chars().take(LONGEST_TAG).collect::<String>();
    vec![
        (TOKEN, wish.token.to_owned()),
        (DIGEST, description.digest()),
        (LEASES, wish.home.join("leases").address()),
        (UNTIL, until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        (KEPT, wish.keep.to_string()),
        (ASKED, cut(wish.asked)),
    ]
}

/// Ends what was made for a wish that failed, even one that would have stayed.
fn give_up(client: &Client, wish: &Wish) {
    let ended = Guard { keep: false, ..wish.guard(None) }.end(client);
    if let Err(error) = ended {
        log::error!("a cluster may be left, which ends when it has been idle: {error}");
    }
}

/// Waits until a new cluster takes steps, and ends it when it does not.
///
/// # Errors
/// When it ends before, or is late.
pub fn make_ready(client: &Client, wish: &Wish, id: &str) -> Result<Known, EmrError> {
    ready(client, wish.config, id).inspect_err(|_| give_up(client, wish))
}

/// Waits until a cluster takes steps.
fn ready(client: &Client, config: &EmrConfig, id: &str) -> Result<Known, EmrError> {
    let patience = Duration::try_from_secs_f64(config.start_minutes * 60.0)
        .map_err(|e| EmrError::Setting(format!("runners.emr.start_minutes: {e}")))?;
    let (began, look) = (Instant::now(), client.look());
    let mut last = String::new();
    loop {
        let cluster = client.cluster(id)?;
        if cluster.said != last {
            log::info!("cluster {id}: {} {}", cluster.said, cluster.reason);
            last.clone_from(&cluster.said);
        }
        match cluster.state {
            State::Ready => return Ok(cluster),
            State::Over => return Err(lost(cluster)),
            State::Starting if began.elapsed() >= patience => {
                let (id, minutes) = (cluster.id, config.start_minutes);
                return Err(EmrError::Late { id, minutes, state: cluster.said });
            }
            State::Starting => look.pause()?,
        }
    }
}

/// What the end of a cluster means to who uses it.
#[must_use]
pub fn lost(cluster: Known) -> EmrError {
    let Known { id, said, reason, .. } = cluster;
    match is_quota(&reason) {
        true => EmrError::Budget(format!("cluster {id}: {reason}")),
        false => EmrError::Lost { id, reason: format!("{said} {reason}").trim_end().to_owned() },
    }
}
