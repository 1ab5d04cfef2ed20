//! Files for people, reports and exports: from where a step made them to where their readers look.

use crate::error::Drive;
use crate::ledger::Changes;
use crate::run::Run;
use crate::runner::in_parallel;
use crate::storage::{Place, StorageError};
use jobs::job::Job;
use jobs::params::Params;
use jobs::pass::FILES_FOLDER;

/// Parameters that name the folder of a job's files.
const ROOTS: [&str; 2] = ["output_root", "report_output_root"];
/// The parameter that names the one file of a job.
pub(crate) const FILE: &str = "report";
/// The folder of the warehouse for files of which nobody says where they belong.
pub(crate) const FOLDER: &str = "_files";
/// Files that are copied at once.
const AT_ONCE: usize = 8;

/// The folder of a job's files: as its parameters say, else one of the warehouse.
///
/// # Errors
/// When the address has a scheme that is not known.
pub fn root(job: &Job, params: &Params, warehouse: &Place) -> Drive<Place> {
    let given = |name: &str| params.get(name).filter(|_| job.params.contains(&name));
    if let Some(folder) = ROOTS.iter().find_map(|name| given(name)) {
        return Ok(Place::at(folder)?);
    }
    match given(FILE) {
        Some(file) => Ok(Place::at(file)?.parent()),
        None => Ok(warehouse.join(ledger_name(job))),
    }
}

/// The name under which the ledger knows the files of a job.
#[must_use]
pub fn ledger_name(job: &Job) -> String {
    format!("{FOLDER}/{}", job.name.replace('-', "_"))
}

/// Brings the files of a job out of the folders that its steps wrote. Those that belong below the
/// warehouse move when the change is committed, the others are copied now, each whole: whoever runs
/// the step again writes them again. Gives their number.
///
/// # Errors
/// When a file cannot be read or written.
pub fn put(run: &Run, job: &Job, outputs: &[Place], changes: &mut Changes) -> Drive<usize> {
    let warehouse = run.ledger.warehouse();
    let root = root(job, &run.params, warehouse)?;
    let made = made(job, outputs)?;
    let count = made.len();
    if root.below(warehouse).is_ok() {
        for (file, path) in made {
            let place = root.join(path).below(warehouse)?;
            changes.put_file(&run.ledger, &file, place)?;
        }
        return Ok(count);
    }
    let copy = |(file, path): (Place, String)| {
        let place = root.join(path);
        place.parent().make_folder()?;
        place.copy_of(&file)
    };
    in_parallel::<_, StorageError>(AT_ONCE, made, copy)?;
    Ok(count)
}

/// The files that a job's steps made, each with its path below the root.
///
/// # Errors
/// When a folder cannot be read.
pub fn made(job: &Job, outputs: &[Place]) -> Drive<Vec<(Place, String)>> {
    let mut found = Vec::new();
    for output in outputs {
        let folder = output.join(FILES_FOLDER).join(job.name);
        for (file, _) in if folder.is_folder()? { folder.walk()? } else { Vec::new() } {
            let path = file.below(&folder)?;
            found.push((file, path));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn root_of(job: &str, params: &[(&str, &str)]) -> String {
        let params = params.iter().copied().collect();
        let job = jobs::registry::job(job).unwrap();
        root(job, &params, &Place::at("/w").unwrap()).unwrap().address()
    }

    #[test]
    fn files_go_where_the_parameters_say() {
        let given = [("output_root", "/x"), ("report_output_root", "/y"), ("report", "/z/r.csv")];
        for (job, default, named) in [
            ("answer-distribution", "/w/_files/answer_distribution", "/x"),
            ("problem-response", "/w/_files/problem_response", "/y"),
            ("total-events-report", "/w/_files/total_events_report", "/z"),
            ("event-export", "/w/_files/event_export", "/x"),
        ] {
            assert_eq!(root_of(job, &[]), default);
            assert_eq!(root_of(job, &given), named);
        }
    }

    #[test]
    fn a_folder_beside_the_warehouse_is_not_below_it() {
        let below = |one: &str| Place::at(one).unwrap().below(&Place::at("/w").unwrap()).is_ok();
        assert!(below("/w/_files/x") && !below("/w2/x") && !below("/w"));
    }
}
