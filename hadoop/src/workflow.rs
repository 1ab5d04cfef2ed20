//! Workflows: which jobs belong together, and how often they run (spec 01 §4).

use crate::pulls;
use jobs::job::Job;
use jobs::params::Params;
use jobs::registry;

/// Jobs that are run together under one name.
pub struct Workflow {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// Its jobs, in order.
    pub jobs: &'static [&'static str],
    /// How often it is to run.
    pub cadence: &'static str,
    /// The parameter without which it is left out, and what that is.
    pub needs: Option<(&'static str, &'static str)>,
}

/// Every workflow, by name.
pub const WORKFLOWS: &[Workflow] = &[
    Workflow {
        name: "activity",
        about: "learners active in each course, by week and kind of activity",
        jobs: &["user-activity", "course-activity"],
        cadence: "daily or weekly",
        needs: None,
    },
    Workflow {
        name: "courses",
        about: "the LMS's courses and their outlines",
        jobs: &["course-list-pull", "course-list", "course-blocks-pull", "course-blocks"],
        cadence: "daily",
        needs: None,
    },
    Workflow {
        name: "enrollment",
        about: "learners enrolled in each course, by day, mode, gender, age and education",
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
            "course-runs-pull",
            "course-catalog",
            "program-course",
            "course-program-metadata",
            "course-meta-summary-enrollment",
        ],
        cadence: "daily",
        needs: None,
    },
    Workflow {
        name: "geography",
        about: "learners of each course by country",
        jobs: &["last-ip-of-user", "last-country-of-user", "course-enrollment-location-current"],
        cadence: "daily",
        needs: Some(("geolocation_data", "a file that tells the country of an address")),
    },
    Workflow {
        name: "grades",
        about: "grades of each block and opens of each sequential",
        jobs: &["studentmodule-distribution"],
        cadence: "weekly",
        needs: None,
    },
    Workflow {
        name: "monitoring",
        about: "log lines of each day",
        jobs: &["total-events"],
        cadence: "daily",
        needs: None,
    },
    Workflow {
        name: "performance",
        about: "answers to problems, and checks of tagged problems",
        jobs: &[
            "problem-checks",
            "problem-check-events",
            "answer-distribution",
            "tags-distribution-by-day",
            "tags-distribution",
        ],
        cadence: "daily",
        needs: None,
    },
    Workflow {
        name: "problem-response",
        about: "learners' latest answers with their place in the course",
        jobs: &[
            "course-list-pull",
            "course-list",
            "course-blocks-pull",
            "course-blocks",
            "problem-checks",
            "problem-response-latest",
            "problem-response",
        ],
        cadence: "daily",
        needs: None,
    },
    Workflow {
        name: "video",
        about: "who watched which parts of videos",
        jobs: &["video-events", "video-viewing", "video"],
        cadence: "daily",
        needs: None,
    },
];

/// The names that can be run, and of each of the others why it is left out.
#[must_use]
pub fn ready(names: &[String], params: &Params) -> (Vec<String>, Vec<String>) {
    let (mut ready, mut left_out) = (Vec::new(), Vec::new());
    for name in names {
        let needs = workflow(name).and_then(|workflow| workflow.needs);
        match needs.filter(|(param, _)| params.get(param).is_none()) {
            None => ready.push(name.clone()),
            Some((param, what)) => left_out.push(format!(
                "{name} is left out: it needs {what} (--param {param}=FILE, or jobs.{param} in the settings)"
            )),
        }
    }
    (ready, left_out)
}

/// The workflow of that name.
#[must_use]
pub fn workflow(name: &str) -> Option<&'static Workflow> {
    WORKFLOWS.iter().find(|workflow| workflow.name == name)
}

/// The jobs of a name, which is a workflow or a job; none when it is neither.
#[must_use]
pub fn jobs_of(name: &str) -> Option<Vec<&'static Job>> {
    match workflow(name) {
        Some(workflow) => workflow.jobs.iter().map(|name| job(name)).collect(),
        None => job(name).map(|job| vec![job]),
    }
}

/// Every job: those of the registry, then the driver's own.
pub fn jobs() -> impl Iterator<Item = &'static Job> {
    registry::JOBS.iter().chain(pulls::jobs())
}

/// The job of that name; `-` and `_` are the same letter.
#[must_use]
pub fn job(name: &str) -> Option<&'static Job> {
    let name = name.replace('_', "-");
    jobs().find(|job| job.name == name)
}

/// The job that fills a table.
#[must_use]
pub fn filling(table: &str) -> Option<&'static Job> {
    jobs().find(|job| job.fills.iter().any(|fill| fill.table.name == table))
}

/// The names that [`jobs_of`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    WORKFLOWS.iter().map(|workflow| workflow.name).chain(jobs().map(|job| job.name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn workflows_are_listed_by_name() {
        assert!(WORKFLOWS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn every_job_of_a_workflow_exists_and_stands_behind_what_it_reads() {
        for workflow in WORKFLOWS {
            let jobs = jobs_of(workflow.name).unwrap();
            for (at, job) in jobs.iter().enumerate() {
                for input in job.inputs {
                    let Some(filling) = filling(input.table.name) else { continue };
                    let before = jobs[..at].iter().any(|earlier| earlier.name == filling.name);
                    assert!(before, "{}: {} before {}", workflow.name, filling.name, job.name);
                }
            }
        }
    }
}
