//! The search index of the roster: documents loaded into an OpenSearch or Elasticsearch cluster (spec 30
//! A.7).
//!
//! Each load fills an index of its own, which nobody reads, and then turns the alias to it in one act.
//! So readers see the old roster or the new one, and a load that fails leaves the old one.

mod bulk;
mod cluster;
mod error;
mod leave;
mod step;

pub use error::IndexError;
pub use leave::{count_of, remove_of};
pub use step::load_made;

use crate::config::IndexConfig;
use crate::http::Clock;
use chrono::Utc;
use cluster::Cluster;
use sha1::{Digest, Sha1};
use std::io;

/// Holds the password of `index.user` where no `index.password_file` is named.
pub const PASSWORD_VARIABLE: &str = "INSIGHTS_INDEX_PASSWORD";
/// Holds an API key where no `index.api_key_file` is named.
pub const API_KEY_VARIABLE: &str = "INSIGHTS_INDEX_API_KEY";

/// What a load did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The index that the alias leads to now.
    pub index: String,
    /// The documents in it.
    pub documents: u64,
    /// The indexes that were removed: those that the alias led to, and what killed loads left.
    pub removed: Vec<String>,
}

/// Replaces what the alias leads to by these documents: lines `{"_id": …, "_source": {…}}` without their
/// ends, each id once, as `module-engagement-roster-index` writes them. They are read as they are sent.
/// `update_id` names the load in the marker index.
///
/// # Errors
/// When the settings cannot be used, a line cannot be read or is no document, there are no documents, or
/// the cluster refuses or is not there. The alias leads to what it led to before, unless the message says
/// that the new index is in use.
pub fn load(
    config: &IndexConfig,
    documents: impl Iterator<Item = io::Result<Vec<u8>>> + Send,
    update_id: &str,
    clock: &Clock,
) -> Result<Loaded, IndexError> {
    let cluster = Cluster::new(config, clock)?;
    let alias = &config.alias;
    let replaced = replaceable(&cluster, alias)?;
    let mut removed = left_over(&cluster, alias)?;
    removed.iter().try_for_each(|index| cluster.remove(index))?;
    let index = format!("{alias}_{}", Utc::now().format("%Y%m%d%H%M%S%3f"));
    let filled = fill(config, &cluster, &index, documents, clock)
        .and_then(|documents| turn(&cluster, alias, &index, &replaced).map(|()| documents));
    let documents = filled.inspect_err(|error| abandon(&cluster, &index, error))?;
    finish(config, &cluster, &index, &replaced, update_id)
        .map_err(|source| IndexError::InUse { index: index.clone(), source: Box::new(source) })?;
    removed.extend(replaced);
    Ok(Loaded { index, documents, removed })
}

/// Asks once what the alias leads to; gives how many indexes that are.
///
/// # Errors
/// When the settings cannot be used, a load could not replace them, or the cluster refuses or is not there.
pub fn look(config: &IndexConfig) -> Result<usize, IndexError> {
    let (config, clock) = (IndexConfig { max_attempts: 1, ..config.clone() }, Clock::default());
    let cluster = Cluster::new(&config, &clock)?;
    Ok(replaceable(&cluster, &config.alias)?.len())
}

/// The indexes that the alias leads to; a load removes them, so they must be of loads.
fn replaceable(cluster: &Cluster, alias: &str) -> Result<Vec<String>, IndexError> {
    let found: Vec<_> = cluster.aliases_of(alias)?.into_keys().collect();
    match found.iter().find(|index| !is_of_a_load(index, alias)) {
        None => Ok(found),
        Some(other) if other == alias => Err(IndexError::Unusable(format!(
            "index.alias: the cluster has an index of the name {alias}; name another alias or remove it"
        ))),
        Some(other) => Err(IndexError::Unusable(format!(
            "index.alias: {alias} leads to the index {other}, which no load has made; name another alias"
        ))),
    }
}

/// The indexes that killed loads have left: no alias leads to them.
fn left_over(cluster: &Cluster, alias: &str) -> Result<Vec<String>, IndexError> {
    let found = cluster.aliases_of(&format!("{alias}_*"))?;
    let alone = found
        .into_iter()
        .filter(|(index, aliases)| aliases.is_empty() && is_of_a_load(index, alias));
    Ok(alone.map(|(index, _)| index).collect())
}

fn is_of_a_load(index: &str, alias: &str) -> bool {
    let number = index.strip_prefix(alias).and_then(|rest| rest.strip_prefix('_'));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Makes the index and puts all documents into it. Gives their number.
fn fill(
    config: &IndexConfig,
    cluster: &Cluster,
    index: &str,
    documents: impl Iterator<Item = io::Result<Vec<u8>>> + Send,
    clock: &Clock,
) -> Result<u64, IndexError> {
    cluster.create(index, config.shards)?;
    let sent = bulk::send(config, cluster, index, documents, clock)?;
    if sent == 0 && !config.allow_empty {
        return Err(IndexError::Empty);
    }
    cluster.refresh(index)?;
    match cluster.count(index)? {
        found if found == sent => Ok(sent),
        found => Err(IndexError::Lost { index: index.to_owned(), sent, found }),
    }
}

/// Makes the alias lead to the new index alone. An answer may be lost: then the cluster is asked how
/// things stand.
fn turn(
    cluster: &Cluster,
    alias: &str,
    index: &str,
    replaced: &[String],
) -> Result<(), IndexError> {
    let Err(error) = cluster.turn(alias, index, replaced) else { return Ok(()) };
    match cluster.aliases_of(alias) {
        Ok(found) if found.keys().eq([index]) => Ok(()),
        Ok(_) => Err(error.into()),
        // It may be in use, so nobody may remove it.
        Err(_) => {
            Err(IndexError::Unknown { index: index.to_owned(), source: Box::new(error.into()) })
        }
    }
}

/// Removes the index of a load that failed.
fn abandon(cluster: &Cluster, index: &str, failure: &IndexError) {
    if !matches!(failure, IndexError::Unknown { .. })
        && let Err(error) = cluster.abandon(index)
    {
        log::warn!("the half-made index {index} stays until the next load removes it: {error}");
    }
}

/// Writes down that the load is done, and removes what it has replaced.
fn finish(
    config: &IndexConfig,
    cluster: &Cluster,
    index: &str,
    replaced: &[String],
    update_id: &str,
) -> Result<(), IndexError> {
    let alias = &config.alias;
    let digest = Sha1::digest(format!("{alias}:{update_id}"));
    let id: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let marker = serde_json::json!({
        "update_id": update_id,
        "target_index": alias,
        "date": Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    });
    cluster.mark(&config.marker_index, &id, &marker)?;
    replaced.iter().filter(|old| *old != index).try_for_each(|old| cluster.remove(old))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_a_load_is_the_alias_and_a_number() {
        for (index, of_a_load) in [
            ("roster_20240305101112123", true),
            ("roster_7", true),
            ("roster_", false),
            ("roster", false),
            ("roster_2024_1", false),
            ("roster_x", false),
            ("rosters_7", false),
        ] {
            assert_eq!(is_of_a_load(index, "roster"), of_a_load, "{index}");
        }
    }
}
