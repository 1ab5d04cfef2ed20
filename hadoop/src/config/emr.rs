//! The section `runners.emr`: how runs come by a cluster of EMR. What a new cluster is made of stands in
//! files of their own (`description`), which `insights cluster create -f` takes as well.

use super::bad_records::BadRecords;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Clusters of EMR. Settings of the jobs themselves are those of `runners.hadoop`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmrConfig {
    /// The id of the cluster that runs are to join; none = one made from this description that nobody
    /// uses, else a new one.
    pub cluster: Option<String>,
    /// The files that describe a new cluster; what later ones say wins.
    pub description: Vec<PathBuf>,
    /// Whether a cluster that a run made stays for the next, until it has been idle for too long.
    pub keep: bool,
    /// The most clusters of the description's name at once.
    pub max_clusters: usize,
    /// Minutes that a run waits for a cluster that others use.
    pub wait_minutes: f64,
    /// Minutes that a new cluster may take until it is ready.
    pub start_minutes: f64,
    /// Seconds between two looks at a cluster or a step.
    pub poll_seconds: f64,
    /// The most that a new cluster may cost until the end of its life, in the currency of `prices`;
    /// none = no limit.
    pub budget: Option<f64>,
    /// What an instance costs an hour, EMR's own price with it, by type.
    pub prices: BTreeMap<String, f64>,
    /// How many lines of logs may be rejected, `N` or `P%`; none = any number.
    pub bad_records: Option<BadRecords>,
}

impl Default for EmrConfig {
    fn default() -> Self {
        Self {
            cluster: None,
            description: Vec::new(),
            keep: false,
            max_clusters: 3,
            wait_minutes: 0.0,
            start_minutes: 50.0,
            poll_seconds: 10.0,
            budget: None,
            prices: BTreeMap::new(),
            bad_records: None,
        }
    }
}
