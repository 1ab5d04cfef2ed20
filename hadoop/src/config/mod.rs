//! Settings: defaults, then `insights.yml`, then the environment, then flags; later ones win.
//!
//! A key's environment variable is its path in capitals: `runners.inline.memory` is
//! `INSIGHTS_RUNNERS_INLINE_MEMORY`, with a value in YAML. An unknown key is an error that names the
//! nearest one. Secrets do not stand here: passwords come from files or the environment.

mod bad_records;
mod difference;
mod emr;
pub mod original;
mod runners;
mod sections;

use crate::plan;
use crate::storage;
use jobs::nearest::did_you_mean;
use jobs::params::Params;
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use bad_records::BadRecords;
pub use difference::differing;
pub use emr::EmrConfig;
pub use runners::{BadFiles, Engine, HadoopConfig, InlineConfig, LocalConfig, Runners};
pub use sections::{
    Catalogue, Config, HiveConfig, ImportEngine, IndexConfig, Lms, LmsApi, Privacy,
    RetirementConfig, ScheduleConfig, Source, SqoopConfig, StoreConfig, TokenType, VideoConfig,
    Warehouse,
};

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the disk said.
        source: std::io::Error,
    },
    /// A key or value is wrong.
    #[error("{origin}: {what}")]
    Wrong {
        /// The file, or the variable.
        origin: String,
        /// What is wrong, and the nearest known key.
        what: String,
    },
    /// The original's settings cannot be converted.
    #[error(transparent)]
    Original(#[from] original::ConvertError),
}

/// Where a setting comes from.
pub type Origins = BTreeMap<String, String>;

/// Settings, and where each comes from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is in force.
    pub config: Config,
    /// Where each key that is not a default comes from.
    pub origins: Origins,
}

/// The key under `jobs` that is no parameter.
const SCAN: &str = "scan";
/// The variable that names the configuration file.
const FILE_VARIABLE: &str = "INSIGHTS_CONFIG";
/// The configuration file that is read without being named, if it is there.
const DEFAULT_FILE: &str = "insights.yml";

impl Settings {
    /// Reads file and environment. Without a file named, `insights.yml` of the working directory is
    /// read if it is there.
    ///
    /// # Errors
    /// When the file cannot be read, or a key or value is wrong.
    pub fn read(
        file: Option<&Path>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let named =
            file.map(Path::to_owned).or_else(|| environment.get(FILE_VARIABLE).map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        let mut origins = Origins::new();
        let mut value = match std::fs::read_to_string(&path) {
            Ok(text) => parse_file(&path, &text, &mut origins)?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && named.is_none() => Mapping::new(),
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        };
        for path in leaves(&defaults(), &[]) {
            let variable = format!("INSIGHTS_{}", path.join("_").to_uppercase());
            if let Some(text) = environment.get(&variable) {
                let set = serde_yaml::from_str(text).map_err(|e| wrong(&variable, &e))?;
                put(&mut value, &path, set);
                typed(&value).map_err(|e| wrong(&variable, &e))?;
                origins.insert(path.join("."), variable);
            }
        }
        let config = typed(&value).map_err(|e| wrong(&path.display().to_string(), &e))?;
        check_jobs(&config.jobs, &path)?;
        // Addresses on HDFS are met everywhere, and mean the same everywhere.
        if let Some(folder) = &config.runners.hadoop.conf_dir {
            storage::set_hadoop_conf(&folder.display().to_string());
        }
        Ok(Self { config, origins })
    }

    /// The fact jobs that are switched on; none = all.
    ///
    /// # Errors
    /// When `jobs.scan` is no list of names.
    pub fn scanned_jobs(&self) -> Result<Option<Vec<String>>, ConfigError> {
        let Some(names) = self.config.jobs.get(SCAN) else { return Ok(None) };
        let names = serde_yaml::from_value(names.clone());
        names.map(Some).map_err(|e| wrong("jobs.scan", &e))
    }

    /// The parameters of jobs that the settings give, as texts.
    #[must_use]
    pub fn job_params(&self) -> Params {
        let given = self.config.jobs.iter().filter(|(name, _)| *name != SCAN);
        given.map(|(name, value)| (name.clone(), text_of(value))).collect()
    }

    /// Every key with its value and where it comes from.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String, &str)> {
        let all = serde_yaml::to_value(&self.config).unwrap_or_default();
        let line = |path: &Vec<String>| {
            let value = path.iter().fold(&all, |value, key| &value[key.as_str()]);
            let text = serde_yaml::to_string(value).unwrap_or_default();
            let text = text.trim_end().replace('\n', " ");
            let key = path.join(".");
            let origin =
                self.origins.iter().find(|(k, _)| key == **k || key.starts_with(&format!("{k}.")));
            (key.clone(), text, origin.map_or("default", |(_, origin)| origin.as_str()))
        };
        leaves(&all, &[]).iter().map(line).collect()
    }
}

fn parse_file(path: &Path, text: &str, origins: &mut Origins) -> Result<Mapping, ConfigError> {
    let origin = path.display().to_string();
    // Typed at once, so that an error names its line.
    serde_yaml::from_str::<Option<Config>>(text).map_err(|e| wrong(&origin, &e))?;
    let value: Option<Mapping> = serde_yaml::from_str(text).map_err(|e| wrong(&origin, &e))?;
    let value = value.unwrap_or_default();
    for leaf in leaves(&Value::Mapping(value.clone()), &[]) {
        origins.insert(leaf.join("."), origin.clone());
    }
    Ok(value)
}

/// A value as a text: texts are written without quotes.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap_or_default().trim_end().to_owned(),
    }
}

/// Under `jobs` stand parameters of jobs, and `scan`: the fact jobs that are switched on.
fn check_jobs(jobs: &BTreeMap<String, Value>, path: &Path) -> Result<(), ConfigError> {
    let known = plan::known_params();
    match jobs.keys().find(|name| *name != SCAN && !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(ConfigError::Wrong {
            origin: path.display().to_string(),
            what: format!("unknown key `jobs.{name}`{}", did_you_mean(name, known)),
        }),
    }
}

fn typed(value: &Mapping) -> Result<Config, serde_yaml::Error> {
    serde_yaml::from_value(Value::Mapping(value.clone()))
}

fn defaults() -> Value {
    serde_yaml::to_value(Config::default()).unwrap_or_default()
}

/// The paths of all keys that hold no further keys.
fn leaves(value: &Value, path: &[String]) -> Vec<Vec<String>> {
    match value {
        Value::Mapping(map) if !map.is_empty() => {
            let below = map.iter().filter_map(|(key, value)| {
                let path = [path, &[key.as_str()?.to_owned()]].concat();
                Some(leaves(value, &path))
            });
            below.flatten().collect()
        }
        _ => vec![path.to_vec()],
    }
}

pub(crate) fn put(map: &mut Mapping, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        map.insert(first.as_str().into(), value);
        return;
    }
    let below = map.entry(first.as_str().into()).or_insert_with(|| Value::Mapping(Mapping::new()));
    if let Value::Mapping(below) = below {
        put(below, rest, value);
    }
}

/// An error of serde with, for an unknown key, the nearest known one.
pub(crate) fn wrong(origin: &str, error: &serde_yaml::Error) -> ConfigError {
    let mut what = error.to_string();
    let mut quoted = what.split('`').skip(1).step_by(2);
    if what.contains("unknown field")
        && let Some(unknown) = quoted.next()
    {
        let guess = did_you_mean(unknown, quoted);
        what = format!("unknown key `{unknown}`{guess} ({what})");
    }
    ConfigError::Wrong { origin: origin.to_owned(), what }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("insights.yml");
        std::fs::write(&path, text).unwrap();
        let environment =
            variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Settings::read(Some(&path), &environment)
    }

    #[test]
    fn later_origins_win() {
        let text = "warehouse: {url: /w, keep_partitions: 5}\nrunners: {inline: {memory_mb: 64}}\n";
        let settings = read(text, &[("INSIGHTS_WAREHOUSE_URL", "/other")]).unwrap();
        assert_eq!(settings.config.warehouse.url, "/other");
        assert_eq!(settings.config.warehouse.keep_partitions, 5);
        assert_eq!(settings.config.runners.inline.memory_mb, 64);
        assert_eq!(settings.config.runners.local.attempts, 4);
        let lines = settings.lines();
        let origin = |key: &str| lines.iter().find(|(k, ..)| k == key).unwrap().2.to_owned();
        assert_eq!(origin("warehouse.url"), "INSIGHTS_WAREHOUSE_URL");
        assert!(origin("runners.inline.memory_mb").ends_with("insights.yml"));
        assert_eq!(origin("runners.local.attempts"), "default");
    }

    #[test]
    fn k19_an_unknown_key_names_the_nearest() {
        let error = read("warehouse:\n  keep_partition: 5\n", &[]).unwrap_err().to_string();
        assert!(
            error.contains("unknown key `keep_partition`; did you mean `keep_partitions`?"),
            "{error}"
        );
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn parameters_of_jobs_are_known_by_name() {
        let settings = read("jobs: {overwrite_n_days: 3, scan: [total-events]}\n", &[]).unwrap();
        assert_eq!(settings.scanned_jobs().unwrap(), Some(vec!["total-events".to_owned()]));
        let error = read("jobs: {overwrite_n_day: 3}\n", &[]).unwrap_err().to_string();
        assert!(
            error.contains("`jobs.overwrite_n_day`; did you mean `overwrite_n_days`?"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_value_names_its_variable() {
        let error =
            read("", &[("INSIGHTS_RUNNERS_INLINE_MEMORY_MB", "much")]).unwrap_err().to_string();
        assert!(error.starts_with("INSIGHTS_RUNNERS_INLINE_MEMORY_MB: "), "{error}");
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let error = Settings::read(Some(Path::new("/none.yml")), &BTreeMap::new()).unwrap_err();
        assert!(error.to_string().contains("/none.yml"));
    }
}
