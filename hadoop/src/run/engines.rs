//! The engine that a run asks for, and the program that its tasks are.

use super::Request;
use crate::config::{Engine, Settings};
use crate::error::{Drive, DriveError};
use crate::runner::hadoop::Hadoop;
use crate::runner::inline::Inline;
use crate::runner::local::Local;
use crate::runner::{Runner, cores};
use std::path::{Path, PathBuf};

/// The engine that a run asks for.
///
/// # Errors
/// When what it needs is missing.
pub(crate) fn runner(settings: &Settings, request: &Request, id: &str) -> Drive<Box<dyn Runner>> {
    let runners = &settings.config.runners;
    Ok(match request.engine {
        Engine::Hadoop => {
            let program = beside();
            let hadoop = Hadoop::new(&runners.hadoop, &program, &request.jobconf);
            Box::new(hadoop.map_err(|source| DriveError::Run { step: "hadoop".into(), source })?)
        }
        #[cfg(feature = "emr")]
        Engine::Emr => {
            let (jobconf, names) = (&request.jobconf, &request.names);
            let emr = crate::runner::emr::Emr::new(settings, &beside(), jobconf, id, names);
            Box::new(emr.map_err(|source| DriveError::Run { step: "emr".into(), source })?)
        }
        #[cfg(not(feature = "emr"))]
        Engine::Emr => {
            let what = format!("{id}: this program was built without EMR (cargo feature `emr`)");
            return Err(DriveError::Usage(what));
        }
        Engine::Inline => Box::new(Inline {
            threads: runners.inline.threads.unwrap_or_else(cores),
            memory: runners.inline.memory_mb * 1024 * 1024,
        }),
        Engine::Local => Box::new(Local {
            program: program(runners.local.program.as_deref())?,
            parallelism: runners.local.parallelism.unwrap_or_else(cores),
            attempts: runners.local.attempts,
            chaos: runners.local.chaos,
            memory: runners.local.memory_mb * 1024 * 1024,
            jobconf: request.jobconf.clone(),
        }),
    })
}

/// Where the program `jobs` is, unless the settings say otherwise: beside this one.
#[must_use]
pub fn beside() -> PathBuf {
    let own = std::env::current_exe().ok();
    own.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).join("jobs")
}

/// The program `jobs`: as configured, or beside this one.
fn program(configured: Option<&Path>) -> Drive<PathBuf> {
    let path = configured.map_or_else(beside, Path::to_owned);
    if path.is_file() { Ok(path) } else { Err(DriveError::NoProgram(path)) }
}
