//! Which steps of a plan a run takes: all, some that are named, or those from one on.

use super::{Force, Read, facts, is_read, needed, reads, resolve_params, state};
use crate::error::{Drive, DriveError};
use crate::ledger::Ledger;
use crate::run::Request;
use crate::workflow;
use jobs::job::{At, Job, Work};
use jobs::monitor::enrollment_snapshot_events;
use jobs::nearest::did_you_mean;
use jobs::params::Params;
use std::collections::BTreeSet;

/// The step of all fact jobs together.
pub const SCAN: &str = "scan";

/// The steps that a run takes of its plan.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// The jobs; none = all.
    taken: Option<BTreeSet<&'static str>>,
    /// Whether the scan, if it is taken, is that of all fact jobs.
    whole_scan: bool,
    /// The option that says so, for people.
    option: &'static str,
    /// Jobs that are asked for by their own names.
    named: BTreeSet<&'static str>,
}

impl Steps {
    /// The steps that are named, of a plan's jobs; none named = all.
    ///
    /// # Errors
    /// When a name is no step of the plan.
    pub fn only(names: &[String], plan: &[&'static Job]) -> Drive<Self> {
        if names.is_empty() {
            return Ok(Self::default());
        }
        let mut steps = Self { taken: Some(BTreeSet::new()), option: "--only", ..Self::default() };
        for name in names {
            let of_name = of_name(steps.option, name, plan)?;
            match name.as_str() {
                SCAN => steps.whole_scan = true,
                _ => steps.named.extend(&of_name),
            }
            steps.taken.get_or_insert_default().extend(of_name);
        }
        Ok(steps)
    }

    /// The step of that name and all that come after it, so that those which depend on it are among them.
    ///
    /// # Errors
    /// When it is no step of the plan.
    pub fn from(name: &str, plan: &[&'static Job]) -> Drive<Self> {
        let option = "--from";
        let first = of_name(option, name, plan)?;
        let ordered = in_order(plan);
        let at = ordered.iter().position(|job| first.contains(&job.name)).unwrap_or_default();
        // Fact jobs are one step.
        let same = |job: &&&Job| turn(job) == turn(ordered[at]) && is_fact(job);
        let at = ordered.iter().position(|job| same(&job)).unwrap_or(at);
        let taken: BTreeSet<_> = ordered[at..].iter().map(|job| job.name).collect();
        Ok(Self { taken: Some(taken), whole_scan: true, option, named: BTreeSet::new() })
    }

    /// Whether the run takes a job's step.
    #[must_use]
    pub fn takes(&self, job: &Job) -> bool {
        self.taken.as_ref().is_none_or(|taken| taken.contains(job.name))
    }

    /// Whether a job is asked for by its own name.
    #[must_use]
    pub fn names(&self, job: &Job) -> bool {
        self.named.contains(job.name)
    }

    /// Of jobs, those whose steps the run takes.
    #[must_use]
    pub fn of(&self, jobs: &[&'static Job]) -> Vec<&'static Job> {
        jobs.iter().copied().filter(|job| self.takes(job)).collect()
    }

    /// The fact jobs of the run's scan.
    #[must_use]
    pub fn facts(&self, wanted: &[&'static Job], on: Option<&[String]>) -> Vec<&'static Job> {
        let taken = self.of(wanted);
        match self.taken.is_none() || self.whole_scan {
            true => facts(&taken, on),
            false => taken.into_iter().filter(|job| is_fact(job)).collect(),
        }
    }

    /// Why a step is left out.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("left out by {}", self.option)
    }

    /// Refuses a plan of which a step would read what is not there and what no step of the run makes; `jobs`
    /// are those that the whole plan needs.
    fn check_inputs(
        &self,
        jobs: &[&'static Job],
        params: &Params,
        ledger: &Ledger,
        force: &Force,
    ) -> Drive<()> {
        let jobs = self.of(jobs).into_iter();
        for job in jobs.filter(|job| matches!(job.work, Work::Steps(_) | Work::Pull)) {
            let found = reads(job, params, ledger, &[])?;
            if state(job, params, ledger, force, &found)?.is_done() {
                continue;
            }
            for input in job.inputs {
                let filling = workflow::filling(input.table.name);
                let Some(filling) = filling.filter(|filling| !self.takes(filling)) else {
                    continue;
                };
                if !is_read(input, params)? {
                    continue;
                }
                let table = input.table.name;
                let missing = match input.at.value(params)? {
                    None => ledger.entries(table)?.is_empty().then(|| table.to_owned()),
                    Some(value) => {
                        let absent = |read: &Read| read.folder == table && read.identity.is_none();
                        let at = format!("{table}/{}={value}", input.table.partition);
                        found.iter().any(absent).then_some(at)
                    }
                };
                if let Some(missing) = missing {
                    return Err(self.lacks(job, &missing, filling, input.at));
                }
            }
        }
        Ok(())
    }

    fn lacks(&self, job: &Job, missing: &str, filling: &Job, at: At) -> DriveError {
        let (name, reason) = (filling.name, self.reason());
        let days = if at == At::Days { "any day of " } else { "" };
        DriveError::Plan(format!(
            "{} needs {days}{missing}, which is not there and would not be made: {name} is {reason}",
            job.name
        ))
    }
}

/// Refuses what cannot be carried out, before anything runs: steps that would read what is not there.
///
/// # Errors
/// Naming the job and what it would read.
pub fn check(request: &Request, wanted: &[&'static Job], ledger: &Ledger) -> Drive<()> {
    let Request { names, steps, force, .. } = request;
    if steps.taken.is_none() {
        return Ok(());
    }
    let mut params = request.params.clone();
    resolve_params(&mut params, ledger, wanted, request.now)?;
    let needed = needed(names, wanted, &params, ledger, force)?;
    steps.check_inputs(&needed, &params, ledger, force)
}

fn is_fact(job: &Job) -> bool {
    matches!(job.work, Work::Scan(_))
}

/// The jobs of a step; `-` and `_` are the same letter.
fn of_name(option: &str, name: &str, plan: &[&'static Job]) -> Drive<Vec<&'static str>> {
    let facts = plan.iter().filter(|job| is_fact(job)).map(|job| job.name);
    let same = name.replace('_', "-");
    let found: Vec<_> = match name {
        SCAN => facts.collect(),
        _ => plan.iter().map(|job| job.name).filter(|job| *job == same).collect(),
    };
    if found.is_empty() {
        let known = plan.iter().map(|job| job.name).chain([SCAN]);
        let guess = did_you_mean(name, known);
        return Err(DriveError::Usage(format!("{option}: the plan has no step `{name}`{guess}")));
    }
    Ok(found)
}

/// A plan's jobs as they are run one after another.
fn in_order(plan: &[&'static Job]) -> Vec<&'static Job> {
    let mut ordered = plan.to_vec();
    ordered.sort_by_key(|job| turn(job));
    ordered
}

/// Log lines of an import are made before the scan that reads them, copies of log lines last.
fn turn(job: &Job) -> u8 {
    match job.work {
        _ if job.name == enrollment_snapshot_events::JOB.name => 0,
        Work::Scan(_) => 1,
        Work::Steps(_) | Work::Make(_) | Work::Pull => 2,
        Work::Copy(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::closure;
    use super::super::tests::names;
    use super::*;

    #[test]
    fn a_step_and_what_comes_after_it() {
        let plan = closure(&["enrollment".to_owned(), "activity".to_owned()]).unwrap();
        let steps = Steps::from("course_enrollment_summary", &plan).unwrap();
        let taken = names(&steps.of(&plan));
        assert_eq!(taken[0], "course-enrollment-summary");
        assert!(taken.contains(&"course-activity") && !taken.contains(&"course-enrollment-spans"));
        assert_eq!(names(&steps.facts(&plan, None)), Vec::<&str>::new());
        // A fact job of the second workflow is made by the scan, before all that the first makes.
        let steps = Steps::from("user-activity", &plan).unwrap();
        assert_eq!(names(&steps.of(&plan)), names(&plan));
        assert!(names(&steps.facts(&plan, None)).len() > 2, "the scan is that of all fact jobs");
    }

    #[test]
    fn named_steps_alone() {
        let plan = closure(&["enrollment".to_owned()]).unwrap();
        let only = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            Steps::only(&names, &plan)
        };
        let steps = only(&["course-enrollment-daily", "course-enrollment-events"]).unwrap();
        assert_eq!(
            names(&steps.of(&plan)),
            ["course-enrollment-events", "course-enrollment-daily"]
        );
        assert_eq!(names(&steps.facts(&plan, None)), ["course-enrollment-events"]);
        assert!(only(&["scan"]).unwrap().facts(&plan, None).len() > 1);
        assert_eq!(names(&only(&[]).unwrap().of(&plan)), names(&plan));
        let said = only(&["course-enrolment-daily"]).unwrap_err().to_string();
        assert!(
            said.contains(
                "no step `course-enrolment-daily`; did you mean `course-enrollment-daily`?"
            ),
            "{said}"
        );
        let said = only(&["video"]).unwrap_err().to_string();
        assert!(said.starts_with("--only: the plan has no step `video`"), "{said}");
    }
}
