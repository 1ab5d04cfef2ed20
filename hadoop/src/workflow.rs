//! Workflows: which jobs belong together, and how often they run (spec 01 §4).

use crate::error::{Drive, DriveError};
use crate::pulls;
use jobs::job::{Job, Work};
use jobs::params::Params;
use jobs::registry;

/// Jobs that are run together under one name.
pub struct Workflow {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// Workflows that it is made of, before jobs of its own.
    pub parts: &'static [&'static str],
    /// Its jobs, in order.
    pub jobs: &'static [&'static str],
    /// How often it is to run.
    pub cadence: &'static str,
    /// What it cannot be without.
    pub needs: Needs,
}

/// What a workflow cannot be without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing that has no default.
    Nothing,
    /// Days that are named: all days there are would be too many to be meant.
    Interval,
    /// A file that a parameter names; it is left out without.
    File {
        /// The parameter.
        param: &'static str,
        /// What the file is.
        what: &'static str,
    },
    /// The LMS's interface; a workflow that it is a part of goes without.
    Api,
}

/// Every workflow, by name.
pub const WORKFLOWS: &[Workflow] = &[
    Workflow {
        name: "activity",
        about: "learners active in each course, by week and kind of activity",
        parts: &[],
        jobs: &["user-activity", "course-activity"],
        cadence: "daily or weekly",
        needs: Needs::Nothing,
    },
    Workflow {
        name: "courses",
        about: "the LMS's courses and their outlines",
        parts: &[],
        jobs: &["course-list-pull", "course-list", "course-blocks-pull", "course-blocks"],
        cadence: "daily",
        needs: Needs::Api,
    },
    Workflow {
        name: "daily",
        about: "all that is due each night, with one scan of the logs",
        parts: &[
            "enrollment",
            "activity",
            "geography",
            "video",
            "performance",
            "courses",
            "problem-response",
            "engagement",
            "monitoring",
        ],
        jobs: &[],
        cadence: "nightly",
        needs: Needs::Nothing,
    },
    Workflow {
        name: "engagement",
        about: "what learners of each course did in a week, and a roster of them",
        parts: &[],
        jobs: &[
            "course-enrollment-events",
            "module-engagement",
            "module-engagement-summary",
            "module-engagement-metric-ranges",
            "module-engagement-user-segments",
            "module-engagement-roster",
            "module-engagement-roster-index",
        ],
        cadence: "daily, after enrollment",
        needs: Needs::Nothing,
    },
    Workflow {
        name: "enrollment",
        about: "learners enrolled in each course, by day, mode, gender, age and education",
        parts: &[],
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
        needs: Needs::Nothing,
    },
    Workflow {
        name: "enrollment-validation",
        about: "enrollment events that were lost",
        parts: &[],
        jobs: &[
            "enrollment-snapshot-events",
            "enrollment-validation-events",
            "enrollment-validation",
        ],
        cadence: "daily",
        needs: Needs::Nothing,
    },
    Workflow {
        name: "exports",
        about: "log lines and learners' states, for those whose courses they are of",
        parts: &[],
        jobs: &["event-export", "event-export-by-course", "courseware-studentmodule-export"],
        cadence: "weekly",
        needs: Needs::Interval,
    },
    Workflow {
        name: "geography",
        about: "learners of each course by country",
        parts: &[],
        jobs: &["last-ip-of-user", "last-country-of-user", "course-enrollment-location-current"],
        cadence: "daily",
        needs: Needs::File {
            param: "geolocation_data",
            what: "a file that tells the country of an address",
        },
    },
    Workflow {
        name: "grades",
        about: "grades of each block and opens of each sequential",
        parts: &[],
        jobs: &["studentmodule-distribution"],
        cadence: "weekly",
        needs: Needs::Nothing,
    },
    Workflow {
        name: "monitoring",
        about: "log lines of each day",
        parts: &[],
        jobs: &["total-events", "total-events-report"],
        cadence: "daily",
        needs: Needs::Nothing,
    },
    Workflow {
        name: "performance",
        about: "answers to problems, and checks of tagged problems",
        parts: &[],
        jobs: &[
            "problem-checks",
            "problem-check-events",
            "answer-distribution",
            "tags-distribution-by-day",
            "tags-distribution",
        ],
        cadence: "daily",
        needs: Needs::Nothing,
    },
    Workflow {
        name: "problem-response",
        about: "learners' latest answers with their place in the course",
        parts: &[],
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
        needs: Needs::Api,
    },
    Workflow {
        name: "student-engagement",
        about: "what each learner of a course did by day or week, with reports for instructors",
        parts: &[],
        jobs: &[
            "course-enrollment-events",
            "student-engagement-by-day",
            "student-engagement",
            "student-engagement-csv",
        ],
        cadence: "when it is wanted",
        needs: Needs::Interval,
    },
    Workflow {
        name: "video",
        about: "who watched which parts of videos",
        parts: &[],
        jobs: &["video-events", "video-viewing", "video"],
        cadence: "daily",
        needs: Needs::Nothing,
    },
];

/// The names that can be run, workflows of workflows taken apart, and of each part that cannot why it
/// is left out. `has_api` tells whether the LMS's interface is known.
///
/// # Errors
/// When something goes over days and nobody says which.
pub fn ready(
    names: &[String],
    params: &Params,
    has_api: bool,
) -> Drive<(Vec<String>, Vec<String>)> {
    let (mut ready, mut left_out) = (Vec::new(), Vec::new());
    for name in names {
        let parts = workflow(name).map_or(&[][..], |workflow| workflow.parts);
        if parts.is_empty() {
            take(name, params, &mut ready, &mut left_out)?;
        }
        for part in parts {
            match needs(part) {
                Needs::Api if !has_api => {
                    left_out.push(format!(
                        "{part} is left out: no interface of the LMS is named (lms.api)"
                    ));
                }
                _ => take(part, params, &mut ready, &mut left_out)?,
            }
        }
    }
    Ok((ready, left_out))
}

fn take(
    name: &str,
    params: &Params,
    ready: &mut Vec<String>,
    left_out: &mut Vec<String>,
) -> Drive<()> {
    let is_given = |param: &str| params.get(param).is_some();
    match needs(name) {
        Needs::File { param, what } if !is_given(param) => left_out.push(format!(
            "{name} is left out: it needs {what} (--param {param}=FILE, or jobs.{param} in the settings)"
        )),
        Needs::Interval if !is_given("interval") && !is_given("interval_start") => {
            let said = format!("{name} needs its days to be named (--interval)");
            return Err(DriveError::Usage(said));
        }
        _ => ready.push(name.to_owned()),
    }
    Ok(())
}

/// What a workflow or a job needs; a job that copies log lines goes over the logs of days.
fn needs(name: &str) -> Needs {
    match (workflow(name), job(name)) {
        (Some(workflow), _) => workflow.needs,
        (None, Some(Job { work: Work::Copy(_), .. })) => Needs::Interval,
        (None, _) => Needs::Nothing,
    }
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
        Some(workflow) => {
            let of_parts = workflow.parts.iter().filter_map(|part| jobs_of(part)).flatten();
            let own = workflow.jobs.iter().filter_map(|name| job(name));
            Some(of_parts.chain(own).collect())
        }
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

    fn names(names: &[&str], given: &[(&str, &str)], has_api: bool) -> Drive<[Vec<String>; 2]> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let (ready, left_out) = ready(&names, &given.iter().copied().collect(), has_api)?;
        Ok([ready, left_out])
    }

    #[test]
    fn what_goes_over_days_is_told_which() {
        for name in ["student-engagement", "exports", "event-export"] {
            let said = names(&[name], &[], true).unwrap_err().to_string();
            assert!(said.contains(name) && said.contains("--interval"), "{said}");
            assert!(names(&[name], &[("interval_start", "2014-01-01")], true).is_ok());
        }
    }

    #[test]
    fn the_night_goes_without_what_nobody_configured() {
        let [ready, left_out] = names(&["daily"], &[], false).unwrap();
        assert_eq!(
            ready,
            ["enrollment", "activity", "video", "performance", "engagement", "monitoring"]
        );
        assert_eq!(left_out.len(), 3);
        assert!(left_out[0].contains("geolocation_data") && left_out[1].contains("lms.api"));
        let [ready, left_out] = names(&["daily"], &[("geolocation_data", "x.mmdb")], true).unwrap();
        assert_eq!((ready.len(), left_out.len()), (9, 0));
        let [ready, _] = names(&["courses"], &[], false).unwrap();
        assert_eq!(ready, ["courses"]);
    }

    #[test]
    fn workflows_are_listed_by_name() {
        assert!(WORKFLOWS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn every_job_of_a_workflow_exists_and_none_stands_before_what_it_reads() {
        for workflow in WORKFLOWS {
            let jobs = jobs_of(workflow.name).unwrap();
            assert!(workflow.jobs.iter().all(|name| job(name).is_some()), "{}", workflow.name);
            assert!(workflow.parts.iter().all(|part| super::workflow(part).is_some()));
            let first = |name| jobs.iter().position(|job| job.name == name);
            for (at, job) in jobs.iter().enumerate() {
                for input in job.inputs {
                    let Some(filling) = filling(input.table.name) else { continue };
                    let is_before = first(filling.name).is_none_or(|first| first < at);
                    assert!(is_before, "{}: {} before {}", workflow.name, filling.name, job.name);
                }
            }
        }
    }
}
