//! What a cluster is made of: the configuration repository's cluster description (spec 41 E), and with it
//! what ends the cluster. Several files are merged, as that repository merged defaults and extra variables.

use super::EmrError;
use super::instances::{self, Fleet, Group, Roles, Scale};
use crate::config;
use serde::{Deserialize, Serialize};
use serde_yaml::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A cluster to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The cluster's name.
    pub name: String,
    /// The region; none = that of the environment.
    pub region: Option<String>,
    /// The key by which nodes are entered.
    pub keypair_name: Option<String>,
    /// A subnet, or several to choose from.
    #[serde(default)]
    pub vpc_subnet_id: OneOrMore,
    /// Where no subnet is named.
    pub availability_zone: Option<String>,
    /// The folder on S3 for logs.
    pub log_uri: Option<String>,
    /// The nodes' role.
    #[serde(default = "nodes_role")]
    pub role: String,
    /// The role of the service itself.
    #[serde(default = "service_role")]
    pub service_role: String,
    /// EMR's release: `emr-7.5.0`.
    pub release_label: Option<String>,
    /// What came before releases; passed over where a release is named.
    pub ami_version: Option<String>,
    /// As `ami_version`.
    pub hadoop_version: Option<String>,
    /// Groups of equal instances.
    pub instance_groups: Option<Roles<Group>>,
    /// In place of groups: instances of several types.
    pub instance_fleets: Option<Roles<Fleet>>,
    /// Scripts that each node runs at its start, after our own.
    #[serde(default)]
    pub bootstrap_actions: BTreeMap<String, BootstrapAction>,
    /// What the cluster does before it is used.
    #[serde(default)]
    pub steps: Vec<FirstStep>,
    /// Programs to install, Hadoop among them.
    #[serde(default)]
    pub applications: Vec<Application>,
    /// Settings of those programs.
    #[serde(default)]
    pub configurations: Vec<Configuration>,
    /// Tags of the cluster and its instances.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Security groups of the master beside the managed one.
    #[serde(default)]
    pub additional_master_security_groups: Vec<String>,
    /// Security groups of the other nodes beside the managed one.
    #[serde(default, alias = "additional_worker_security_groups")]
    pub additional_slave_security_groups: Vec<String>,
    /// The master's security group, which EMR manages.
    pub emr_managed_master_security_group: Option<String>,
    /// The other nodes' security group, which EMR manages.
    #[serde(alias = "emr_managed_worker_security_group")]
    pub emr_managed_slave_security_group: Option<String>,
    /// In private subnets: the security group by which the service reaches the nodes.
    pub service_access_security_group: Option<String>,
    /// Gigabytes of the root volume.
    pub ebs_root_volume_size: Option<i32>,
    /// Users with SSH keys, whom the configuration repository's role makes; nothing here does.
    #[serde(default)]
    pub user_info: Vec<Value>,
    /// Minutes without work after which EMR ends the cluster.
    #[serde(default = "max_idle")]
    pub max_idle_minutes: u32,
    /// Hours after which the cluster ends in any case.
    #[serde(default = "max_lifetime")]
    pub max_lifetime_hours: u32,
    /// Steps at once.
    #[serde(default = "instances::one")]
    pub concurrent_steps: i32,
    /// Bounds between which EMR itself adds and removes instances.
    pub scale: Option<Scale>,
}

fn nodes_role() -> String {
    "EMR_EC2_DefaultRole".to_owned()
}

fn service_role() -> String {
    "EMR_DefaultRole".to_owned()
}

const fn max_idle() -> u32 {
    60
}

const fn max_lifetime() -> u32 {
    24
}

/// A text, or a list of texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// Nothing was said.
    #[default]
    None,
    /// One.
    One(String),
    /// A list.
    More(Vec<String>),
}

impl OneOrMore {
    /// As a list.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::One(text) => vec![text.clone()],
            Self::More(texts) => texts.clone(),
        }
    }
}

/// A script that each node runs at its start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BootstrapAction {
    /// The script, on S3.
    Path(String),
    /// The script, and what it is told.
    Script {
        /// The script, on S3.
        path: String,
        /// What it is told.
        #[serde(default)]
        args: Vec<String>,
    },
}

/// A step that a new cluster begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstStep {
    /// `script` alone can be had: a script on S3 with its arguments; or a jar of one's own is named.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its name.
    pub name: String,
    /// The jar; none = the one that runs scripts.
    pub jar: Option<String>,
    /// The class, where the jar does not say.
    pub main_class: Option<String>,
    /// What it is told.
    #[serde(default)]
    pub step_args: Vec<String>,
    /// Java's properties.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// What its failure does to the cluster.
    #[serde(default = "terminate")]
    pub action_on_failure: String,
}

fn terminate() -> String {
    "TERMINATE_CLUSTER".to_owned()
}

/// A program to install.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// What it is told.
    #[serde(default)]
    pub args: Vec<String>,
}

/// Settings of a program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Which file: `mapred-site`.
    pub classification: String,
    /// Its keys.
    #[serde(default)]
    pub properties: BTreeMap<String, Value>,
    /// What it contains.
    #[serde(default)]
    pub configurations: Vec<Configuration>,
}

impl Description {
    /// Reads and merges files, and checks what they say together.
    ///
    /// # Errors
    /// When a file cannot be read, or a key or value is wrong.
    pub fn read(files: &[PathBuf]) -> Result<Self, EmrError> {
        let origin = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
        let origin = origin.join(", ");
        let mut all = Value::Null;
        for file in files {
            merge(&mut all, parsed(file)?);
        }
        let read: Result<Self, _> = serde_yaml::from_value(all);
        let description = read.map_err(|error| config::wrong(&origin, &error))?;
        match description.fault() {
            None => Ok(description),
            Some(what) => Err(config::ConfigError::Wrong { origin, what }.into()),
        }
    }

    /// What is wrong with it as a whole.
    fn fault(&self) -> Option<String> {
        let said = |text: &str| Some(text.to_owned());
        if self.release_label.is_none() {
            return said(
                "`release_label` is missing: releases before emr-5.30 cannot be ended when they are idle",
            );
        }
        match (&self.instance_groups, &self.instance_fleets) {
            (None, None) => {
                return said("neither `instance_groups` nor `instance_fleets` is there");
            }
            (Some(_), Some(_)) => {
                return said("a cluster has `instance_groups` or `instance_fleets`, not both");
            }
            (None, Some(fleets)) if fleets.iter().any(|(_, it)| it.instance_types.is_empty()) => {
                return said("a fleet needs `instance_types`");
            }
            _ => {}
        }
        if self.availability_zone.is_some() && !self.vpc_subnet_id.all().is_empty() {
            return said("`vpc_subnet_id` and `availability_zone` exclude each other");
        }
        if !(1..=10_080).contains(&self.max_idle_minutes) {
            return said("`max_idle_minutes` is to be 1 to 10080");
        }
        if self.max_lifetime_hours == 0 {
            return said("`max_lifetime_hours` is to be 1 or more");
        }
        let unknown = self.steps.iter().find(|step| step.jar.is_none() && !step.is_script());
        unknown.map(|step| {
            format!(
                "the step `{}` has the type `{}`: `script`, or a jar, can be had",
                step.name,
                step.kind.as_deref().unwrap_or_default()
            )
        })
    }

    /// By this a cluster is known to be made from it: equal descriptions have equal ones.
    #[must_use]
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let bytes = Sha256::digest(&text);
        bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl FirstStep {
    fn is_script(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "script")
    }
}

fn parsed(file: &Path) -> Result<Value, EmrError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| config::ConfigError::Unreadable { path: file.to_owned(), source })?;
    let read = serde_yaml::from_str(&text);
    Ok(read.map_err(|error| config::wrong(&file.display().to_string(), &error))?)
}

/// Maps are merged; whatever else a later file says stands in place of what was said before.
fn merge(base: &mut Value, later: Value) {
    match (base, later) {
        (_, Value::Null) => {}
        (Value::Mapping(base), Value::Mapping(later)) => {
            for (key, value) in later {
                match base.get_mut(&key) {
                    Some(before) => merge(before, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (base, later) => *base = later,
    }
}
