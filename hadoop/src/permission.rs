//! Which of the jobs that were asked for the settings permit.

use crate::config::{Privacy, Settings};
use crate::error::{Drive, DriveError};
use crate::run::Request;
use jobs::export::event_export;
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
        let is_named =
            request.steps.names(job) || request.names.iter().any(|name| name == job.name);
        match forbidden(job, settings.config.privacy) {
            Some(why) if is_named => {
                return Err(DriveError::Usage(format!("{} {why}", job.name)));
            }
            Some(why) => log::warn!("left out: {} {why}", job.name),
            None => match lacking(job, settings, request).filter(|_| !is_named) {
                Some(lacks) => log::info!("left out: {} has {lacks}", job.name),
                None => permitted.push(job),
            },
        }
    }
    Ok(permitted)
}

/// What a job of a workflow is of no use without; who asks for it by its name is let have it.
fn lacking(job: &Job, settings: &Settings, request: &Request) -> Option<&'static str> {
    match job.name {
        name if name == module_engagement_roster_index::JOB.name => {
            settings.config.index.url.is_none().then_some("no index to fill (index.url)")
        }
        name if name == event_export::JOB.name => {
            let config = request.params.get("config");
            config.is_none().then_some("no organisations to export to (--param config=FILE)")
        }
        _ => None,
    }
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
