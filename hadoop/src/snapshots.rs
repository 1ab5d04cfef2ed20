//! What the LMS's table says of each enrollment, as log lines: written once for each import of it,
//! before the scan, which reads them beside the logs (spec 30 E.2).

use crate::config::Source;
use crate::error::{Drive, DriveError};
use crate::files;
use crate::imports;
use crate::run::{Run, Summary};
use crate::staged;
use crate::storage::Place;
use jobs::job::Job;
use jobs::lms::STUDENT_COURSEENROLLMENT;
use jobs::monitor::{enrollment_snapshot_events, enrollment_validation_events};
use std::collections::BTreeSet;

/// The files among others below the same folder.
const PATTERN: &str = r".*_enroll_validated_\d{8}\.log\.gz";

/// Writes what is missing of today's import and of the earlier ones that the run's interval covers, if
/// it is wanted; gives the other jobs.
///
/// # Errors
/// When a table can neither be read nor imported, or the storage refuses.
pub fn make(
    run: &mut Run,
    wanted: &[&'static Job],
    summary: &mut Summary,
) -> Drive<Vec<&'static Job>> {
    let job = &enrollment_snapshot_events::JOB;
    let others: Vec<_> = wanted.iter().copied().filter(|other| other.name != job.name).collect();
    if others.len() == wanted.len() {
        return Ok(others);
    }
    let own = run.params.clone();
    for day in days(run)? {
        run.params.set("import_date", &day);
        imports::import(run, &[job], summary)?;
        set_times(run, &day)?;
        staged::make(run, &[job], summary)?;
    }
    run.params = own;
    let root = files::root(job, &run.params, run.ledger.warehouse())?;
    run.sources.push(Source {
        url: root.address(),
        pattern: vec![PATTERN.to_owned()],
        jobs: vec![enrollment_validation_events::JOB.name.to_owned()],
    });
    Ok(others)
}

/// The day of the run's own import, and days of the interval, its end included, whose import is there.
fn days(run: &Run) -> Drive<BTreeSet<String>> {
    let today = match run.params.get("import_date") {
        Some(_) => run.params.date("import_date")?,
        None => run.request.now.date(),
    };
    let mut days = BTreeSet::from([today.to_string()]);
    if run.params.get("interval").is_none() {
        return Ok(days);
    }
    let interval = run.interval()?;
    let table = STUDENT_COURSEENROLLMENT.staged.name;
    for (import, folder) in imports::imported(&run.ledger, table)? {
        let covered = |day| interval.start() <= day && day <= interval.end();
        // One of a hand-run Sqoop does not say when it was made.
        if jobs::day::parse(import.as_bytes()).is_some_and(covered) && metadata(&folder).exists()? {
            days.insert(import);
        }
    }
    Ok(days)
}

fn metadata(import: &Place) -> Place {
    import.join("_metadata")
}

/// Between which times the table was read.
fn set_times(run: &mut Run, day: &str) -> Drive<()> {
    let folder = run.ledger.partition(STUDENT_COURSEENROLLMENT.staged.name, "dt", day);
    let place = metadata(&folder);
    let broken = || {
        DriveError::Missing(format!(
            "{place} does not say when the table was read; `insights import {} --date {day}` imports it \
             so that it does",
            STUDENT_COURSEENROLLMENT.staged.name
        ))
    };
    let about = place.read_if_there()?.unwrap_or_default();
    let about: serde_json::Value = serde_json::from_slice(&about).map_err(|_| broken())?;
    for (param, key) in [("dump_start", "start_time"), ("dump_end", "end_time")] {
        run.params.set(param, about[key].as_str().ok_or_else(broken)?);
    }
    if run.params.get("datetime").is_none() {
        let now = run.request.now.format("%Y-%m-%dT%H:%M:%S%.6f");
        run.params.set("datetime", now.to_string());
    }
    Ok(())
}
