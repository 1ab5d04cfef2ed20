//! Which of the jobs that were asked for the settings permit.

use crate::config::{Privacy, Settings};
use crate::error::{Drive, DriveError};
use crate::run::Request;
use jobs::job::Job;
use jobs::learners::{SHOWN, module_engagement_roster_index};

/// The jobs that the settings permit. One that is asked for by its own name and may not run is
/// refused; one of a workflow stays away, which is told.
///
/// # Errors
/// Naming the job, and the setting that forbids it.
pub fn permitted(
    settings: &Settings,
    request: &Request,
    wanted: Vec<&'static Job>,
) -> Drive<Vec<&'static Job>> {
    let mut permitted = Vec::new();
    for job in wanted {
        match forbidden(job, settings.config.privacy) {
            None if is_idle(job, settings, request) => {
                log::info!("left out: {}: no index is named (index.url)", job.name);
            }
            None => permitted.push(job),
            Some(why) if request.names.iter().any(|name| name == job.name) => {
                return Err(DriveError::Usage(format!("{} {why}", job.name)));
            }
            Some(why) => log::warn!("left out: {} {why}", job.name),
        }
    }
    Ok(permitted)
}

/// Documents for an index that there is not are made for who asks for them only.
fn is_idle(job: &Job, settings: &Settings, request: &Request) -> bool {
    job.name == module_engagement_roster_index::JOB.name
        && settings.config.index.url.is_none()
        && !request.names.iter().any(|name| name == job.name)
}

/// Whether the settings allow what a job makes to be seen.
///
/// # Errors
/// When they do not.
pub fn allowed(job: &Job, privacy: Privacy) -> Drive<()> {
    match forbidden(job, privacy) {
        None => Ok(()),
        Some(why) => Err(DriveError::Usage(format!("{} {why}", job.name))),
    }
}

fn forbidden(job: &Job, privacy: Privacy) -> Option<&'static str> {
    (privacy == Privacy::Aggregate && SHOWN.contains(&job.name))
        .then_some("keeps rows of single learners, which `privacy: aggregate` forbids")
}
