//! EMR: whether its interface lets this machine in, and what the description says.

use super::tools::lack;
use super::{Lack, NOT_THERE, Told, places};
use crate::config::{EmrConfig, Settings};
use crate::emr::{Client, Description, LIVE, State, gate};
use crate::run::beside;
use crate::runner::emr::Emr;

/// The description, the program for the nodes, and the budget.
pub fn settings(settings: &Settings) -> Told {
    let todo = "see runners.emr, the description that it names, and docs/on-emr.md";
    Emr::new(settings, &beside(), &[], "doctor", &[]).map_err(|e| lack(e, todo))?;
    let config = &settings.config.runners.emr;
    match description(config)? {
        None => Ok("no description: runs join a cluster that is there".to_owned()),
        Some(description) => {
            gate(&description, config)
                .map_err(|e| Lack::of(e, "see runners.emr.budget and prices"))?;
            let release = description.release_label.as_deref().unwrap_or_default();
            Ok(format!("`{}` of {release} is described, within the budget", description.name))
        }
    }
}

fn description(config: &EmrConfig) -> Result<Option<Description>, Lack> {
    let files = &config.description;
    let read = (!files.is_empty()).then(|| Description::read(files)).transpose();
    read.map_err(|e| Lack::of(e, "mend the description (runners.emr.description)"))
}

fn client(config: &EmrConfig) -> Result<Client, Lack> {
    let region = description(config)?.and_then(|it| it.region);
    let made = Client::new(region.as_deref(), config.poll_seconds);
    made.map_err(|e| Lack::of(e, "name a region, and see runners.emr.poll_seconds"))
}

/// The credentials, and clusters of the description's name.
pub fn credentials(config: &EmrConfig) -> Told {
    let client = client(config)?;
    let todo = "give this machine a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, that may do what docs/on-emr.md lists";
    let live = client.clusters(&LIVE, None).map_err(|e| Lack::of(e, todo))?;
    let name = description(config)?.map(|it| it.name).unwrap_or_default();
    let same = live.iter().filter(|(_, other)| *other == name).count();
    let (all, region) = (live.len(), client.region());
    if same >= config.max_clusters {
        let said =
            format!("{same} clusters `{name}` are live in {region}, and no more are allowed");
        return Err(Lack::missing(
            NOT_THERE,
            said,
            "end one (insights cluster reap), or see runners.emr.max_clusters",
        ));
    }
    Ok(format!("let in; {all} clusters are live in {region}, {same} of them `{name}`"))
}

/// The cluster that runs are to join.
pub fn cluster(config: &EmrConfig, id: &str) -> Told {
    let todo = "name a cluster that is up with runners.emr.cluster, or none";
    let known = client(config)?.cluster(id).map_err(|e| Lack::of(e, todo))?;
    match known.state {
        State::Over => Err(Lack::missing(NOT_THERE, format!("{id} is {}", known.said), todo)),
        State::Starting | State::Ready => Ok(format!("{id} `{}` is {}", known.name, known.said)),
    }
}

/// The folder of the cluster's logs.
pub fn logs(config: &EmrConfig) -> Told {
    match description(config)?.and_then(|it| it.log_uri) {
        None => Err(Lack::unknown("no log_uri is described", "name one: diagnosis reads it")),
        Some(url) => places::listed(&url, "log_uri, and the right to list its bucket"),
    }
}

/// What AWS tells nobody beforehand.
pub fn quotas(config: &EmrConfig) -> Told {
    let roles = description(config)?.map(|it| format!("{} and {}", it.service_role, it.role));
    let said = format!(
        "the rights of the roles {} and the account's quotas show when a cluster is made",
        roles.as_deref().unwrap_or("of the cluster")
    );
    Err(Lack::unknown(said, "insights cluster create, look at it, insights cluster terminate"))
}
