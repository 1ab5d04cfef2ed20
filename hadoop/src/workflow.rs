//! Workflows: which jobs belong together, and how often they run (spec 01 §4).

use crate::error::{Drive, DriveError};
use jobs::job::{Job, Work};
use jobs::params::Params;
use jobs::registry;

/// Jobs that are run together under one name.
pub struct Workflow {
    /// Its name.
    pub name: &'static str,
    /// Its jobs, in order.
    pub jobs: &'static [&'static str],
    /// How often it is to run.
    pub cadence: &'static str,
    /// Parameters that have to be given.
    pub needs: &'static [&'static str],
}

const INTERVAL: &str = "interval";
const INTERVAL_START: &str = "interval_start";

/// Every workflow, by name.
pub const WORKFLOWS: &[Workflow] = &[
    Workflow {
        name: "activity",
        jobs: &["user-activity", "course-activity"],
        cadence: "daily or weekly",
        needs: &[],
    },
    Workflow {
        name: "enrollment",
        jobs: &[
            "course-enrollment-events",
            "course-enrollment-spans",
            "course-enrollment-summary",
            "course-enrollment-daily",
            "course-enrollment-gender-daily",
            "course-enrollment-birth-year-daily",
            "course-enrollment-education-level-daily",
            "course-enrollment-mode-daily",
            "course-grade-by-mode",
            "course-catalog",
            "program-course",
            "course-program-metadata",
            "course-meta-summary-enrollment",
        ],
        cadence: "daily",
        needs: &[],
    },
    Workflow {
        name: "engagement",
        jobs: &[
            "course-enrollment-events",
            "course-enrollment-spans",
            "module-engagement",
            "module-engagement-summary",
            "module-engagement-metric-ranges",
            "module-engagement-user-segments",
            "module-engagement-roster",
            "module-engagement-roster-index",
        ],
        cadence: "daily, after enrollment",
        needs: &[],
    },
    Workflow {
        name: "exports",
        jobs: &["event-export", "event-export-by-course", "courseware-studentmodule-export"],
        cadence: "weekly",
        needs: &["interval"],
    },
    Workflow {
        name: "enrollment-validation",
        jobs: &[
            "enrollment-snapshot-events",
            "enrollment-validation-events",
            "enrollment-validation",
        ],
        cadence: "daily",
        needs: &[],
    },
    Workflow {
        name: "geography",
        jobs: &["last-ip-of-user", "last-country-of-user", "course-enrollment-location-current"],
        cadence: "daily",
        needs: &[],
    },
    Workflow {
        name: "monitoring",
        jobs: &["total-events", "total-events-report"],
        cadence: "daily",
        needs: &[],
    },
    Workflow {
        name: "student-engagement",
        jobs: &[
            "course-enrollment-events",
            "course-enrollment-spans",
            "student-engagement-by-day",
            "student-engagement",
            "student-engagement-csv",
        ],
        cadence: "when it is wanted",
        needs: &["interval"],
    },
    Workflow {
        name: "video",
        jobs: &["video-events", "video-viewing", "video"],
        cadence: "daily",
        needs: &[],
    },
];

/// The jobs of a name, which is a workflow or a job; none when it is neither.
#[must_use]
pub fn jobs_of(name: &str) -> Option<Vec<&'static Job>> {
    match WORKFLOWS.iter().find(|workflow| workflow.name == name) {
        Some(workflow) => workflow.jobs.iter().map(|job| registry::job(job)).collect(),
        None => registry::job(name).map(|job| vec![job]),
    }
}

/// Refuses a run of which a workflow lacks a parameter that has no default, or of which a job copies log
/// lines and nobody says of which days.
///
/// # Errors
/// Naming both.
pub fn check_needs(names: &[String], params: &Params) -> Drive<()> {
    let given = |name: &str| {
        params.get(name).is_some() || (name == INTERVAL && params.get(INTERVAL_START).is_some())
    };
    for name in names {
        let needs = match WORKFLOWS.iter().find(|workflow| workflow.name == name) {
            Some(workflow) => workflow.needs,
            None if registry::job(name).is_some_and(|job| matches!(job.work, Work::Copy(_))) => {
                &[INTERVAL]
            }
            None => &[],
        };
        if let Some(missing) = needs.iter().find(|name| !given(name)) {
            return Err(DriveError::Usage(format!("{name} needs the parameter `{missing}`")));
        }
    }
    Ok(())
}

/// The names that [`jobs_of`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    let jobs = registry::JOBS.iter().map(|job| job.name);
    WORKFLOWS.iter().map(|workflow| workflow.name).chain(jobs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_goes_over_many_days_is_told_which() {
        let check = |name: &str, params: &[(&str, &str)]| {
            check_needs(&[name.to_owned()], &params.iter().copied().collect())
        };
        for name in ["student-engagement", "exports", "event-export"] {
            let said = check(name, &[]).unwrap_err().to_string();
            assert!(said.contains(name) && said.contains("`interval`"), "{said}");
            assert!(check(name, &[("interval_start", "2014-01-01")]).is_ok());
        }
        assert!(check("enrollment", &[]).is_ok() && check("video", &[]).is_ok());
    }

    #[test]
    fn every_job_of_a_workflow_exists_and_stands_behind_what_it_reads() {
        for workflow in WORKFLOWS {
            let jobs = jobs_of(workflow.name).unwrap();
            for (at, job) in jobs.iter().enumerate() {
                for input in job.inputs {
                    let Some(filling) = registry::filling(input.table.name) else { continue };
                    let before = jobs[..at].iter().any(|earlier| earlier.name == filling.name);
                    assert!(before, "{}: {} before {}", workflow.name, filling.name, job.name);
                }
            }
        }
    }
}
