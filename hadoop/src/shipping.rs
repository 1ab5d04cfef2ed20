//! Brings rotated tracking logs of an LMS host to a source: a folder, HDFS or S3.
//!
//! A file that is there is whole: it was written under a hidden name, compared with what it is a copy of, and
//! renamed. A log that is still written to is not rotated; one that is still being packed stands beside its
//! plain form, or has just been changed: both wait for the next time.

use crate::error::{Drive, DriveError};
use crate::ledger::LedgerError;
use crate::lock::LockError;
use crate::storage::{About, Place, StorageError, Stored};
use regex::Regex;
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Names that rotation gives, with the date: a name by number would be another file's tomorrow.
const ROTATED: &str = r"\Atracking\.log-\d{8}.*\.(?:gz|bz2|zst)\z";
/// How long a file must have stood unchanged.
const SETTLED: Duration = Duration::from_secs(60);

/// What was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// Files that were copied.
    pub copied: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there already.
    pub there: usize,
    /// Files that are not ready yet.
    pub waiting: usize,
}

/// Ships the rotated logs of a folder that are not in `to`. A file that cannot be shipped does not hold the
/// others up.
///
/// # Errors
/// When another process ships this folder, or a file could not be shipped: the first of them.
pub fn ship(from: &Path, to: &Place, now: SystemTime) -> Drive<Shipped> {
    let _held = hold(from)?;
    let found = Place::from(from).list()?;
    let names: Vec<_> = found.iter().map(|(place, _)| place.name().to_owned()).collect();
    let rotated =
        Regex::new(ROTATED).unwrap_or_else(|e| unreachable!("the pattern is a constant: {e}"));
    let there = sizes(to)?;
    let (mut shipped, mut failed) = (Shipped::default(), None);
    let mut wanted: Vec<_> =
        found.iter().filter(|(place, _)| rotated.is_match(place.name())).collect();
    wanted.sort_by(|(a, _), (b, _)| a.name().cmp(b.name()));
    for (file, about) in wanted {
        let name = file.name();
        let is_packed = |plain: &String| name.rsplit_once('.').is_some_and(|(own, _)| own == plain);
        if there.get(name) == Some(&about.size) {
            shipped.there += 1;
        } else if names.iter().any(is_packed) || !is_settled(about, now) {
            shipped.waiting += 1;
        } else {
            match copy(file, about, &to.join(name), there.contains_key(name)) {
                Ok(true) => {
                    shipped.copied += 1;
                    shipped.bytes += about.size;
                    log::info!("{name}: shipped");
                }
                Ok(false) => shipped.waiting += 1,
                Err(error) => {
                    log::warn!("{name} was not shipped: {error}");
                    failed.get_or_insert(error);
                }
            }
        }
    }
    match failed {
        None => Ok(shipped),
        Some(error) => Err(error.into()),
    }
}

/// One process at a time ships a folder; the kernel lets it go with the process.
fn hold(folder: &Path) -> Drive<File> {
    let refused = |doing, e| DriveError::Storage(StorageError::disk(doing, folder)(e));
    let file = File::open(folder).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => {
            DriveError::Missing(format!("{} is not there", folder.display()))
        }
        _ => refused("open", e),
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::Error(e)) => Err(refused("lock", e)),
        Err(TryLockError::WouldBlock) => {
            let warehouse = folder.display().to_string();
            let holder = "its logs are being shipped".to_owned();
            Err(LedgerError::Lock(LockError::Held { warehouse, holder }).into())
        }
    }
}

/// The files of a folder, which may not be there yet.
fn sizes(folder: &Place) -> Stored<BTreeMap<String, u64>> {
    let found = if folder.is_folder()? { folder.list()? } else { Vec::new() };
    Ok(found.into_iter().map(|(place, about)| (place.name().to_owned(), about.size)).collect())
}

fn is_settled(about: &About, now: SystemTime) -> bool {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    now.saturating_sub(about.modified) >= SETTLED.as_nanos()
}

/// Copies a file; false when it was changed meanwhile.
fn copy(file: &Place, about: &About, to: &Place, replaced: bool) -> Stored<bool> {
    let hidden = to.parent().join(format!(".{}", to.name()));
    let mut out = hidden.create()?;
    let copied = io::copy(&mut file.open(0)?, &mut out).map_err(hidden.refused("write"))?;
    out.close().map_err(hidden.refused("write"))?;
    let arrived = hidden.about()?.map(|about| about.size);
    if file.about()?.as_ref() != Some(about) || copied != about.size || arrived != Some(copied) {
        hidden.remove()?;
        return Ok(false);
    }
    if replaced {
        log::warn!("{to} was another file, and is replaced");
        to.remove()?;
    }
    hidden.rename(to)?;
    Ok(true)
}
