//! Where logs and tables stand: whether they can be listed, read and written; and room on this machine.

use super::{Lack, NOT_THERE, SETTING, Told};
use crate::error::DriveError;
use crate::near;
use crate::storage::Place;
use std::io::Read;
use std::path::Path;
use std::process::Command;

/// Folders below a source that are looked into for a first file.
const DEEPEST: usize = 8;
/// What sorting, imports and loads need at the least.
const LEAST_MEGABYTES: u64 = 1024;

/// Makes a file in the warehouse as a run does, reads it, puts it into place, and removes it.
pub fn warehouse(url: &str) -> Told {
    let todo = format!("let this user list, write, rename and remove in {url} (warehouse.url)");
    let place = Place::at(url).map_err(|e| Lack::of(e, "mend warehouse.url"))?;
    let probe = super::node::probe(&place);
    let tried = try_writing(&probe.join("written"), &probe.join("in-place"));
    let removed = probe.remove();
    let tables = tried.and_then(|()| {
        removed?;
        Ok(place.list()?.iter().filter(|(it, about)| about.is_folder && !it.is_hidden()).count())
    });
    match tables {
        Ok(tables) => Ok(format!("{place} can be written; {tables} tables")),
        Err(error) => Err(Lack::of(error, todo)),
    }
}

fn try_writing(file: &Place, place: &Place) -> Result<(), DriveError> {
    const CONTENT: &[u8] = b"insights doctor\n";
    file.stage(CONTENT)?;
    file.rename(place)?;
    match place.read()? == CONTENT {
        true => Ok(()),
        false => Err(DriveError::Missing(format!("{place} was read back otherwise than written"))),
    }
}

/// Lists a source, and reads from its first file.
pub fn source(url: &str) -> Told {
    let todo = format!("let this user list and read {url} (sources), or name another folder");
    let place = Place::at(url).map_err(|e| Lack::of(e, "mend the address in sources"))?;
    let found = first_file(&place, DEEPEST).map_err(|e| Lack::of(e, todo.clone()))?;
    let Some(file) = found else {
        return Err(Lack::missing(NOT_THERE, format!("{place} holds no files"), todo));
    };
    let mut byte = [0];
    let opened = file.open(0).map_err(|e| Lack::of(e, todo.clone()))?;
    let read = opened.take(1).read(&mut byte).map_err(file.refused("read"));
    read.map_err(|e| Lack::of(e, todo))?;
    Ok(format!("{place} can be read: {}", file.name()))
}

fn first_file(folder: &Place, depth: usize) -> Result<Option<Place>, DriveError> {
    let mut all = folder.list()?;
    all.sort_by(|(one, _), (other, _)| one.name().cmp(other.name()));
    for (place, about) in all.into_iter().filter(|(place, _)| !place.is_hidden()) {
        let found = match about.is_folder {
            false => Some(place),
            true if depth == 0 => None,
            true => first_file(&place, depth - 1)?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether something can be listed at all.
#[cfg(feature = "emr")]
pub fn listed(url: &str, key: &str) -> Told {
    let listed = Place::at(url).and_then(|place| place.list());
    listed.map(|_| format!("{url} can be listed")).map_err(|e| Lack::of(e, format!("mend {key}")))
}

/// Whether there is room in the folder where a run keeps what it needs meanwhile.
pub fn room(warehouse: &str) -> Told {
    let near =
        near::folder("doctor").map_err(|e| Lack::of(e, "let TMPDIR name a folder of yours"))?;
    let on_disk = Place::at(warehouse).ok();
    let on_disk = on_disk.as_ref().and_then(Place::disk_path).map(there);
    let mut said = Vec::new();
    for folder in std::iter::once(near.path().parent().unwrap_or(near.path())).chain(on_disk) {
        let free = free_megabytes(folder).map_err(|why| Lack::unknown(why, "see df"))?;
        let shown = format!("{free} MiB free in {}", folder.display());
        if free < LEAST_MEGABYTES {
            let todo = format!(
                "make room for {LEAST_MEGABYTES} MiB at the least, or let TMPDIR name another disk"
            );
            return Err(Lack::missing(NOT_THERE, shown, todo));
        }
        if !said.contains(&shown) {
            said.push(shown);
        }
    }
    Ok(said.join(", "))
}

/// The nearest folder above a path that is there.
fn there(path: &Path) -> &Path {
    let above = path.ancestors().find(|above| above.exists());
    above.unwrap_or(Path::new("."))
}

fn free_megabytes(folder: &Path) -> Result<u64, String> {
    let output = Command::new("df").arg("-Pk").arg(folder).output();
    let output = output.map_err(|e| format!("`df` cannot be started: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let free = said.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse().ok());
    free.map(|kilobytes: u64| kilobytes / 1024)
        .ok_or(format!("`df` says nothing of {}", folder.display()))
}

/// What an engine cannot reach whatever the rights: a cluster of EMR no disk of this machine.
pub fn far_enough(url: &str, key: &str) -> Result<(), Lack> {
    let is_near = Place::at(url).is_ok_and(|place| place.disk_path().is_some());
    match is_near {
        false => Ok(()),
        true => {
            let said =
                format!("{url} is on this machine's disk, which a cluster of EMR cannot read");
            Err(Lack::missing(SETTING, said, format!("have it on S3 ({key})")))
        }
    }
}
