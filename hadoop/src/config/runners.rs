//! The section `runners`: the engines.

use super::bad_records::BadRecords;
use super::emr::EmrConfig;
use crate::interrupt::OnInterrupt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The engines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Runners {
    /// The engine that runs unless `-r` names another.
    pub default: Engine,
    /// What to do with a log file that is torn or unreadable.
    pub bad_files: BadFiles,
    /// In this process.
    pub inline: InlineConfig,
    /// A process a task, on this machine.
    pub local: LocalConfig,
    /// A cluster.
    pub hadoop: HadoopConfig,
    /// A cluster of EMR.
    pub emr: EmrConfig,
}

/// An engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// In this process, on all cores.
    #[default]
    Inline,
    /// A process a task, on this machine.
    Local,
    /// Hadoop Streaming jobs on a cluster.
    Hadoop,
    /// The same as steps of a cluster of EMR, which is joined or made.
    Emr,
}

/// What to do with a log file that is torn or unreadable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum BadFiles {
    /// Stop, naming the file and the place.
    #[default]
    Fail,
    /// Leave it out, count and name it.
    Skip,
}

/// The engine in this process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InlineConfig {
    /// Threads; none = one a core.
    pub threads: Option<usize>,
    /// Megabytes of memory for sorting.
    pub memory_mb: usize,
    /// How many lines of logs may be rejected, `N` or `P%`; none = any number.
    pub bad_records: Option<BadRecords>,
}

/// The engine of processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocalConfig {
    /// The program `jobs`; none = the one beside this program.
    pub program: Option<PathBuf>,
    /// Tasks at once; none = one a core.
    pub parallelism: Option<usize>,
    /// How often a task is tried.
    pub attempts: u32,
    /// A number by which attempts of tasks fail, for tests; none = no attempt is made to fail.
    pub chaos: Option<u64>,
    /// Megabytes of memory for sorting.
    pub memory_mb: usize,
    /// How many lines of logs may be rejected, `N` or `P%`; none = any number.
    pub bad_records: Option<BadRecords>,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HadoopConfig {
    /// The command `hadoop`.
    pub command: String,
    /// The command `yarn`, which kills applications and fetches their logs.
    pub yarn: String,
    /// The Streaming jar; none = where distributions put it.
    pub streaming_jar: Option<PathBuf>,
    /// The folder of `core-site.xml` and its like; none = the environment's `HADOOP_CONF_DIR`.
    pub conf_dir: Option<PathBuf>,
    /// The static program `jobs` for the nodes; none = the one beside this program.
    pub program: Option<PathBuf>,
    /// The queue; none = the cluster's own choice.
    pub queue: Option<String>,
    /// The priority: `VERY_LOW` to `VERY_HIGH`; none = the cluster's own choice.
    pub priority: Option<String>,
    /// The class that packs map output.
    pub map_output_codec: String,
    /// Settings of every job; `-D` wins over them.
    pub jobconf: BTreeMap<String, String>,
    /// `http://host:port` of the ResourceManager; none = as the configuration folder says.
    pub resource_manager_url: Option<String>,
    /// `http://host:port` of the job history server; none = as the configuration folder says.
    pub history_url: Option<String>,
    /// What Ctrl-C does to a job on the cluster.
    pub on_interrupt: OnInterrupt,
    /// How many lines of logs may be rejected, `N` or `P%`; none = any number.
    pub bad_records: Option<BadRecords>,
}

impl Default for InlineConfig {
    fn default() -> Self {
        Self { bad_records: None, threads: None, memory_mb: 256 }
    }
}

impl Default for LocalConfig {
    fn default() -> Self {
        Self {
            bad_records: None,
            program: None,
            parallelism: None,
            attempts: 4,
            chaos: None,
            memory_mb: 256,
        }
    }
}

impl Default for HadoopConfig {
    fn default() -> Self {
        Self {
            bad_records: None,
            command: "hadoop".to_owned(),
            yarn: "yarn".to_owned(),
            streaming_jar: None,
            conf_dir: None,
            program: None,
            queue: None,
            priority: None,
            map_output_codec: "org.apache.hadoop.io.compress.DefaultCodec".to_owned(),
            jobconf: BTreeMap::new(),
            resource_manager_url: None,
            history_url: None,
            on_interrupt: OnInterrupt::Ask,
        }
    }
}
