//! Those who have left in files for people: reports, exports and documents that nobody sent.

use super::list::List;
use super::receipt::{Counts, Receipt};
use super::rewrite;
use crate::error::{Drive, DriveError};
use crate::faults::point;
use crate::files;
use crate::input::checksum;
use crate::ledger::Changes;
use crate::run::Run;
use crate::runner::{cores, in_parallel};
use crate::storage::Place;
use jobs::job::Job;
use jobs::registry::JOBS;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Why a file stays as it is.
const SEALED: &str = "encrypted exports, which only their readers can open";
const ODD: &str = "files of no known kind below folders of reports";

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Csv,
    Documents,
    /// The state of learners in blocks: TAB-separated, the account's number in the fourth field.
    States,
    /// Lines of logs, as they were.
    Lines,
    /// Enrollments that we have written as log lines, and as rows.
    OwnEvents,
    OwnRows,
    Sealed,
    Odd,
}

impl Sort {
    fn of(name: &str) -> Self {
        let is_own = name.contains("enroll_validated") || name.starts_with("synthetic_enroll");
        match name {
            _ if name.ends_with(".csv") => Self::Csv,
            _ if name.ends_with(".jsonl") => Self::Documents,
            _ if name.ends_with(".sql") => Self::States,
            _ if name.ends_with(".gpg") => Self::Sealed,
            _ if is_own && name.ends_with(".tsv.gz") => Self::OwnRows,
            _ if is_own => Self::OwnEvents,
            _ if name.ends_with(".log.gz") || name.ends_with(".log") => Self::Lines,
            _ => Self::Odd,
        }
    }

    fn rewrite(self, file: &Place, to: &Place, list: &List) -> Drive<Counts> {
        use jobs::retired::Person::UserId;
        let retired = list.retired();
        match self {
            Self::Csv => rewrite::csv(file, to, &retired),
            Self::Documents => rewrite::lines(file, to, &retired, &rewrite::documents),
            Self::States => {
                let judge = rewrite::row(&[(3, UserId)], true, b'\t');
                rewrite::lines(file, to, &retired, &judge)
            }
            Self::Lines => rewrite::lines(file, to, &retired, &rewrite::exported),
            Self::OwnEvents => rewrite::lines(file, to, &retired, &rewrite::own_events),
            Self::OwnRows => {
                let judge = rewrite::row(&[(1, UserId)], false, b'\t');
                rewrite::lines(file, to, &retired, &judge)
            }
            Self::Sealed | Self::Odd => Ok(Counts::default()),
        }
    }
}

/// Goes over the files below the warehouse's own folder, the folders that settings name, and others.
///
/// # Errors
/// When they cannot be read or written.
pub fn reports(run: &mut Run, others: &[String], list: &List, receipt: &mut Receipt) -> Drive<()> {
    let warehouse = run.ledger.warehouse().clone();
    let mut roots = BTreeSet::from([warehouse.join(files::FOLDER).address()]);
    // The one job whose file a parameter names counts events alone.
    let has_folder = |job: &&Job| job.writes_files() && !job.params.contains(&files::FILE);
    for job in JOBS.iter().filter(has_folder) {
        roots.insert(files::root(job, &run.params, &warehouse)?.address());
    }
    for other in others {
        roots.insert(Place::at(other)?.address());
    }
    let inside = warehouse.join(files::FOLDER).address();
    // Those of the warehouse's own are below one folder.
    roots.retain(|root| *root == inside || !root.starts_with(&format!("{inside}/")));
    for root in roots {
        folder(run, &Place::at(&root)?, list, receipt)?;
    }
    Ok(())
}

fn folder(run: &mut Run, root: &Place, list: &List, receipt: &mut Receipt) -> Drive<()> {
    if !root.is_folder()? {
        return Ok(());
    }
    let stage = run.stage("retire")?;
    let found = Mutex::new((Counts::default(), Vec::new()));
    let is_outside = root.below(run.ledger.warehouse()).is_err();
    let mut files: Vec<_> = root.walk()?.into_iter().map(|(file, _)| file).collect();
    files.retain(|file| is_report(run, file, is_outside));
    for (sort, why) in [(Sort::Sealed, SEALED), (Sort::Odd, ODD)] {
        let of_sort =
            files.iter().filter(|file| !file.is_hidden() && Sort::of(file.name()) == sort);
        let mut names = of_sort.map(Place::address).peekable();
        if names.peek().is_some() {
            receipt.cannot_reach(why, names);
        }
    }
    in_parallel(cores(), files, |file: Place| {
        let staged = stage.join(file.below(root)?);
        let counts = Sort::of(file.name()).rewrite(&file, &staged, list)?;
        if !counts.is_nothing() {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.0.add(counts);
            found.1.push((file, staged));
        }
        Ok::<(), DriveError>(())
    })?;
    let (counts, rewritten) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let name = root.below(run.ledger.warehouse()).unwrap_or_else(|_| root.address());
    if counts.is_nothing() && !receipt.pending.contains_key(&name) {
        return Ok(());
    }
    let mut changes = Changes::new(&run.stage("ledger")?);
    if !is_outside {
        keep_scanned(run, &rewritten, &mut changes)?;
        for (file, staged) in &rewritten {
            changes.put_file(&run.ledger, staged, file.below(run.ledger.warehouse())?)?;
        }
        receipt.note(&name, counts, run.events.id());
        return receipt.commit(run, changes);
    }
    let copy = || {
        rewritten.iter().try_for_each(|(file, staged)| {
            point("outside");
            Ok(file.copy_of(staged)?)
        })
    };
    receipt.outside(run, &name, || Ok(counts), copy)
}

/// A folder of reports may stand above others: neither logs nor the warehouse's own files are reports.
fn is_report(run: &Run, file: &Place, is_outside: bool) -> bool {
    let is_log = run.ledger.scanned().contains_key(&*file.address());
    let is_own = matches!(Sort::of(file.name()), Sort::OwnEvents);
    let is_inside = file.below(run.ledger.warehouse()).is_ok();
    (!is_log || is_own) && !(is_outside && is_inside)
}

/// Events that we have written are scanned like logs: their file is not a new one now.
fn keep_scanned(run: &Run, rewritten: &[(Place, Place)], changes: &mut Changes) -> Drive<()> {
    let mut scanned = run.ledger.scanned().clone();
    for (file, staged) in rewritten {
        if let (Some(known), Some(about)) = (scanned.get_mut(&*file.address()), staged.about()?) {
            known.checksum = checksum(staged, about.size, about.modified)?;
            (known.size, known.modified) = (about.size, about.modified);
        }
    }
    if scanned != *run.ledger.scanned() {
        changes.set_scanned(scanned);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name() {
        for (name, sort) in [
            ("o_c_r_problem_response.csv", Sort::Csv),
            ("o_c_r.jsonl", Sort::Documents),
            ("o-c-r-courseware_studentmodule-analytics.sql", Sort::States),
            ("o-c-r-events-2026-03-01.log.gz", Sort::Lines),
            ("o-prod-events-2026-03-01.log.gz.gpg", Sort::Sealed),
            ("x_enroll_validated_20260301.log.gz", Sort::OwnEvents),
            ("synthetic_enroll.log-20260301.gz", Sort::OwnEvents),
            ("synthetic_enroll-20260301.tsv.gz", Sort::OwnRows),
            ("notes.docx", Sort::Odd),
        ] {
            assert_eq!(Sort::of(name), sort, "{name}");
        }
    }
}
