//! What a run is asked to do.

use crate::config::{BadRecords, Engine, Settings, Source};
use crate::plan::{Force, Steps};
use chrono::NaiveDateTime;
use jobs::params::Params;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What a run is asked to do.
pub struct Request {
    /// Workflows and jobs, as they were asked for.
    pub asked: Vec<String>,
    /// Workflows and jobs, by name.
    pub names: Vec<String>,
    /// Why others that were asked for are left out.
    pub left_out: Vec<String>,
    /// The engine.
    pub engine: Engine,
    /// Where logs are.
    pub sources: Vec<Source>,
    /// Parameters as given.
    pub params: Params,
    /// Settings of the framework, for engines that start tasks.
    pub jobconf: Vec<(String, String)>,
    /// The steps of the plan that it takes.
    pub steps: Steps,
    /// What is made again although it is done.
    pub force: Force,
    /// How many lines of logs may be rejected; none = any number.
    pub bad_records: Option<BadRecords>,
    /// The time that "now" means, UTC; its day is "today".
    pub now: NaiveDateTime,
    /// The command line, for the record.
    pub argv: Vec<String>,
    /// A folder of this machine that gets a copy of the record.
    pub artifacts: Option<PathBuf>,
    /// The run that this one resumes.
    pub resumes: Option<String>,
}

impl Request {
    /// What a step alone is asked, without names.
    pub(crate) fn of_nothing(engine: Engine) -> Self {
        Self {
            asked: Vec::new(),
            names: Vec::new(),
            left_out: Vec::new(),
            engine,
            sources: Vec::new(),
            params: Params::default(),
            jobconf: Vec::new(),
            steps: Steps::default(),
            force: Force::default(),
            bad_records: None,
            now: chrono::Utc::now().naive_utc(),
            argv: std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect(),
            artifacts: None,
            resumes: None,
        }
    }

    /// What the record holds of it, so that the run can be resumed whatever becomes of it. Settings name the
    /// places of secrets only.
    pub(super) fn record(&self, settings: &Settings) -> Value {
        let mut record = json!({
            "argv": self.argv,
            "now": self.now,
            "folder": std::env::current_dir().ok(),
            "settings": serde_json::to_value(&settings.config).unwrap_or_default(),
        });
        if let Some(resumed) = &self.resumes {
            record["resumes"] = resumed.as_str().into();
        }
        record
    }
}
