//! Exports of log lines: jobs that copy them go over the logs of the run's interval, all at once, in a
//! pass of their own.

use crate::error::{Drive, DriveError};
use crate::files;
use crate::ledger::Changes;
use crate::run::{Run, Summary};
use crate::staged;
use crate::storage::Place;
use jobs::export::event_export;
use jobs::job::{Job, Work};
use jobs::params::Params;
use jobs::pass::Pass;
use std::slice;
use std::sync::Arc;

/// The parameter that holds a document of settings.
const CONFIG: &str = "config";

/// A run names the YAML file of the document; jobs are handed the document itself, as JSON.
///
/// # Errors
/// When there is no such file, or it is no YAML.
pub fn read_config(params: &mut Params) -> Drive<()> {
    let Some(name) = params.get(CONFIG).filter(|text| !text.starts_with('{')) else {
        return Ok(());
    };
    let text = Place::at(name)?.read()?;
    let document: serde_json::Value = serde_yaml::from_slice(&text)
        .map_err(|e| DriveError::Usage(format!("parameter `{CONFIG}`: {name}: {e}")))?;
    params.set(CONFIG, document.to_string());
    Ok(())
}

/// Makes what the ledger does not know as done.
///
/// # Errors
/// The first thing that goes wrong; files below the warehouse are as they were then.
pub fn make(run: &mut Run, jobs: &[&'static Job], summary: &mut Summary) -> Drive<()> {
    let copies: Vec<_> =
        jobs.iter().copied().filter(|job| matches!(job.work, Work::Copy(_))).collect();
    let (due, reads) = staged::due(run, &copies, summary)?;
    if due.is_empty() {
        return Ok(());
    }
    let mut logs: Vec<Arc<str>> =
        reads.iter().flatten().map(|read| read.folder.as_str().into()).collect();
    logs.sort_unstable();
    logs.dedup();
    let pass = Pass { jobs: due.clone(), step: 0, params: run.params.clone() };
    let (output, counters, _) = run.pass("export", pass, &logs)?;
    staged::note_counters(run, &due, &counters)?;
    run.note_rejected(&output, &counters)?;
    run.check_rejected()?;
    match event_export::without_files(&counters)[..] {
        [] => staged::commit(run, &due, &reads, &[output], summary),
        ref organizations => {
            let organizations = organizations.join(", ");
            put_what_there_is(run, &due, &output)?;
            Err(DriveError::LeftOut(organizations))
        }
    }
}

/// The files are brought to their places, but the ledger is told of none: the next run makes them all.
fn put_what_there_is(run: &mut Run, jobs: &[&'static Job], output: &Place) -> Drive<()> {
    let mut changes = Changes::new(&run.stage("ledger")?);
    for job in jobs {
        files::put(run, job, slice::from_ref(output), &mut changes)?;
    }
    run.commit(changes)
}
