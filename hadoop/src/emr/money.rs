//! What clusters cost: before they are made, and afterwards. Prices are the user's: they differ by region
//! and contract.

use super::client::{Client, Known, time};
use super::description::Description;
use super::instances::{Fleet, Group};
use super::life::{ASKED, TOKEN};
use super::{EmrError, instances::Roles};
use crate::config::EmrConfig;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

type Prices = BTreeMap<String, f64>;

/// The most that a cluster of a description costs an hour.
///
/// # Errors
/// When a type has no price.
pub fn estimate(description: &Description, prices: &Prices) -> Result<f64, EmrError> {
    let price = |kind: &str| {
        prices.get(kind).copied().ok_or_else(|| {
            EmrError::Setting(format!("`{kind}` has no price in runners.emr.prices"))
        })
    };
    let of_group = |group: &Group| Ok((group.num_instances, price(&group.kind)?));
    // EMR chooses; the dearest unit is the most.
    let of_fleet = |fleet: &Fleet| {
        let units = fleet
            .instance_types
            .iter()
            .map(|it| Ok::<f64, EmrError>(price(&it.kind)? / f64::from(it.weight.max(1))));
        let dearest = units.collect::<Result<Vec<_>, _>>()?.into_iter().fold(0.0, f64::max);
        Ok((fleet.units(), dearest))
    };
    let most = description.scale.map(|scale| scale.max);
    match (&description.instance_groups, &description.instance_fleets) {
        (Some(groups), _) => sum(groups, most, of_group),
        (None, Some(fleets)) => sum(fleets, most, of_fleet),
        (None, None) => Ok(0.0),
    }
}

/// The master's price with that of the others; where EMR scales, of as many as it may have.
fn sum<T>(
    roles: &Roles<T>,
    most: Option<i32>,
    each: impl Fn(&T) -> Result<(i32, f64), EmrError>,
) -> Result<f64, EmrError> {
    let (masters, master) = each(&roles.master)?;
    let others = [&roles.core, &roles.task].into_iter().flatten().map(each);
    let others = others.collect::<Result<Vec<_>, _>>()?;
    let planned: f64 = others.iter().map(|(count, price)| f64::from(*count) * price).sum();
    let dearest = others.iter().map(|(_, price)| *price).fold(0.0, f64::max);
    let scaled = most.map_or(0.0, |most| f64::from(most) * dearest);
    Ok(f64::from(masters) * master + planned.max(scaled))
}

/// Refuses a cluster that would cost more than the budget by the end of its life.
///
/// # Errors
/// When it would, or nobody can tell.
pub fn gate(description: &Description, config: &EmrConfig) -> Result<(), EmrError> {
    let Some(budget) = config.budget else { return Ok(()) };
    let hourly = estimate(description, &config.prices)?;
    let hours = f64::from(description.max_lifetime_hours);
    let most = hourly * hours;
    match most <= budget {
        true => Ok(()),
        false => Err(EmrError::Budget(format!(
            "a cluster `{}` may cost {most:.2} ({hourly:.2} an hour for {hours} hours): more than the \
             budget of {budget:.2}",
            description.name
        ))),
    }
}

/// By what costs are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// Each cluster.
    Cluster,
    /// Each run that made clusters.
    Run,
    /// Each workflow that clusters were made for.
    Workflow,
}

/// What belongs together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Share {
    /// Hours of instances.
    pub hours: f64,
    /// What they cost.
    pub money: f64,
    /// Hours of instances whose type has no price.
    pub unpriced: f64,
}

/// What clusters have cost that this program has made since a time.
///
/// # Errors
/// When EMR does not answer.
pub fn cost(
    client: &Client,
    since: DateTime<Utc>,
    by: By,
    prices: &Prices,
) -> Result<BTreeMap<String, Share>, EmrError> {
    let mut shares: BTreeMap<String, Share> = BTreeMap::new();
    for (id, _) in client.clusters(&[], Some(since))? {
        let cluster = client.cluster(&id)?;
        if !cluster.tags.contains_key(TOKEN) {
            continue;
        }
        let share = shares.entry(key(&cluster, by)).or_default();
        for instance in client.instances(&id)? {
            let timeline = instance.status().and_then(|status| status.timeline());
            let begun = time(timeline.and_then(|it| it.creation_date_time())).or(cluster.created);
            let ended = time(timeline.and_then(|it| it.end_date_time())).or(cluster.ended);
            let hours = begun.map_or(0.0, |begun| between(begun, ended.unwrap_or_else(Utc::now)));
            share.hours += hours;
            match prices.get(instance.instance_type().unwrap_or_default()) {
                Some(price) => share.money += hours * price,
                None => share.unpriced += hours,
            }
        }
    }
    Ok(shares)
}

fn key(cluster: &Known, by: By) -> String {
    let tag = |name: &str| cluster.tags.get(name).cloned().unwrap_or_default();
    match by {
        By::Cluster => cluster.id.clone(),
        By::Run => tag(TOKEN),
        By::Workflow => tag(ASKED),
    }
}

/// Hours; each instance is paid for a minute at least.
fn between(begun: DateTime<Utc>, ended: DateTime<Utc>) -> f64 {
    let seconds = (ended - begun).num_seconds().max(60);
    std::time::Duration::from_secs(seconds.unsigned_abs()).as_secs_f64() / 3600.0
}
