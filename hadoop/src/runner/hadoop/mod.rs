//! The engine of a cluster: each pass is one Hadoop Streaming job, submitted by the cluster's own
//! `hadoop` command. Tasks run the static program `jobs` and write side outputs on HDFS, which the
//! framework's committer promotes.

mod install;
mod program;
mod submission;

use super::inline::Inline;
use super::{RunError, Runner, Work};
use crate::cluster::{Cluster, Said, Version, meaning};
use crate::codec::{self, Codec};
use crate::config::HadoopConfig;
use crate::interrupt;
use crate::storage::{Place, StorageError};
use jobs::streaming::Counters;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use install::streaming_jar;
pub use program::check as check_program;
use submission::uri;
pub use submission::{SETTINGS, Submission};

/// A cluster's Hadoop, as this machine sees it.
pub struct Hadoop {
    config: HadoopConfig,
    jar: PathBuf,
    version: Version,
    program: PathBuf,
    jobconf: Vec<(String, String)>,
    cluster: Cluster,
}

impl Hadoop {
    /// Finds the cluster's tools and looks at the program for its nodes.
    ///
    /// # Errors
    /// When a tool is missing, or the nodes could not start the program.
    pub fn new(
        config: &HadoopConfig,
        beside: &Path,
        jobconf: &[(String, String)],
    ) -> Result<Self, RunError> {
        let program = config.program.clone().unwrap_or_else(|| beside.to_owned());
        program::check(&program)?;
        let program =
            std::path::absolute(&program).map_err(StorageError::disk("find", &program))?;
        let version = Version::of(&config.command)?;
        let jar = streaming_jar(config.streaming_jar.as_deref(), &config.command)?;
        let jar = std::path::absolute(&jar).map_err(StorageError::disk("find", &jar))?;
        let cluster = Cluster::new(config);
        let (config, jobconf) = (config.clone(), jobconf.to_vec());
        Ok(Self { config, jar, version, program, jobconf, cluster })
    }

    /// The arguments behind `hadoop`.
    fn arguments(&self, work: &Work) -> Result<Vec<String>, RunError> {
        let program = self.program.display().to_string();
        let (version, output) = (self.version, uri(work.output)?);
        let submission =
            Submission::new(work, &self.config, &self.jobconf, version, program, output);
        let settings = submission.write(work.scratch)?.display().to_string();
        let files: Vec<_> = work.pass.files().map(|(_, path)| path.to_owned()).collect();
        let jar = ["jar".to_owned(), self.jar.display().to_string()];
        Ok([&jar[..], &submission.arguments(&settings, &files)?].concat())
    }
}

impl Runner for Hadoop {
    fn run(&self, work: &Work) -> Result<Counters, RunError> {
        refuse_far_output(work.output)?;
        work.inputs.iter().try_for_each(|input| refuse_misnamed(input))?;
        // Hadoop makes the folder itself, and refuses one that is there.
        work.output.remove()?;
        // Nothing to read is no work for a cluster; what is written then is the same everywhere.
        if work.inputs.is_empty() {
            work.output.make_folder()?;
            return Inline::default().run(work);
        }
        let arguments = self.arguments(work)?;
        log::debug!("{} {}", self.config.command, arguments.join(" "));
        let mut command = Command::new(&self.config.command);
        command.args(&arguments).current_dir(work.scratch);
        let ended = self.cluster.follow(&mut command, work.progress, work.events);
        let (status, said) = ended.map_err(|e| {
            RunError::Install(format!("`{}` cannot be started: {e}", self.config.command))
        })?;
        if interrupt::signal().is_some() {
            return Err(RunError::Stopped);
        }
        if !status.success() {
            return Err(failure(&said, status.code()));
        }
        work.progress.set_events(said.records);
        Ok(said.counters)
    }
}

/// Tasks write their tables' files themselves, and reach HDFS only.
///
/// # Errors
/// When a folder is on S3.
pub fn refuse_far_output(output: &Place) -> Result<(), RunError> {
    match output.address().starts_with("s3") {
        true => Err(RunError::Install(format!(
            "{output}: tasks of a cluster cannot write on S3; have the warehouse on HDFS (logs may \
             stay on S3), or run on EMR (-r emr)"
        ))),
        false => Ok(()),
    }
}

/// Hadoop tells by its name how a file is packed: one that is packed under another name would be
/// read as text.
///
/// # Errors
/// When the file is packed and its name does not say so, or it cannot be read.
pub fn refuse_misnamed(address: &str) -> Result<(), RunError> {
    let ending = address.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ["gz", "bz2", "zst"].contains(&ending) {
        return Ok(());
    }
    let place = Place::at(address)?;
    match codec::sniff(&place)? {
        Codec::Plain => Ok(()),
        _ => Err(codec::InputError {
            place: place.address(),
            offset: 0,
            what: "is packed, and its name does not say so: Hadoop would read it as text"
                .to_owned(),
        }
        .into()),
    }
}

/// What a client's failure means.
#[must_use]
pub fn failure(said: &Said, code: Option<i32>) -> RunError {
    if let Some(place) = said.missing.clone() {
        let what = "was there when the run began, and is not there any more".to_owned();
        return codec::InputError { place, offset: 0, what }.into();
    }
    let code = code.unwrap_or(-1);
    let cause = said.cause();
    RunError::Cluster {
        job: said.job.clone().or_else(|| said.application.clone()),
        code,
        meaning: meaning(code),
        cause,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_s3_is_too_far_for_tasks() {
        assert!(refuse_far_output(&Place::at("s3a://bucket/w").unwrap()).is_err());
        assert!(refuse_far_output(&Place::at("/s3/w").unwrap()).is_ok());
    }
}
