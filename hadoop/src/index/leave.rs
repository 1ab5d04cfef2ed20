//! Takes learners out of the index that the alias leads to.

use super::IndexError;
use super::cluster::Cluster;
use crate::config::IndexConfig;
use crate::http::Clock;
use serde_json::{Value, json};

/// Names in a request: a cluster takes some ten thousand terms.
const AT_ONCE: usize = 1000;

/// How many documents learners of these names have.
///
/// # Errors
/// When the settings cannot be used, or the cluster refuses or is not there.
pub fn count_of(config: &IndexConfig, names: &[String], clock: &Clock) -> Result<u64, IndexError> {
    let cluster = Cluster::new(config, clock)?;
    if cluster.aliases_of(&config.alias)?.is_empty() {
        return Ok(0);
    }
    cluster.refresh(&config.alias)?;
    let mut count = 0;
    for names in names.chunks(AT_ONCE) {
        count += cluster.count_where(&config.alias, &query(names))?;
    }
    Ok(count)
}

/// Removes the documents of learners of these names.
///
/// # Errors
/// As [`count_of`].
pub fn remove_of(config: &IndexConfig, names: &[String], clock: &Clock) -> Result<(), IndexError> {
    let cluster = Cluster::new(config, clock)?;
    if cluster.aliases_of(&config.alias)?.is_empty() {
        return Ok(());
    }
    for names in names.chunks(AT_ONCE) {
        cluster.remove_where(&config.alias, &query(names))?;
    }
    Ok(cluster.expunge(&config.alias)?)
}

fn query(names: &[String]) -> Value {
    json!({"query": {"terms": {"username": names}}})
}
