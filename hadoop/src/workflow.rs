//! Workflows: which jobs belong together, and how often they run (spec 01 §4).

use jobs::job::Job;
use jobs::registry;

/// Jobs that are run together under one name.
pub struct Workflow {
    /// Its name.
    pub name: &'static str,
    /// Its jobs, in order.
    pub jobs: &'static [&'static str],
    /// How often it is to run.
    pub cadence: &'static str,
}

/// Every workflow, by name.
pub const WORKFLOWS: &[Workflow] = &[
    Workflow {
        name: "activity",
        jobs: &["user-activity", "course-activity"],
        cadence: "daily or weekly",
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
    },
    Workflow {
        name: "geography",
        jobs: &["last-ip-of-user", "last-country-of-user", "course-enrollment-location-current"],
        cadence: "daily",
    },
    Workflow { name: "monitoring", jobs: &["total-events"], cadence: "daily" },
    Workflow { name: "video", jobs: &["video-events", "video-viewing", "video"], cadence: "daily" },
];

/// The jobs of a name, which is a workflow or a job; none when it is neither.
#[must_use]
pub fn jobs_of(name: &str) -> Option<Vec<&'static Job>> {
    match WORKFLOWS.iter().find(|workflow| workflow.name == name) {
        Some(workflow) => workflow.jobs.iter().map(|job| registry::job(job)).collect(),
        None => registry::job(name).map(|job| vec![job]),
    }
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
