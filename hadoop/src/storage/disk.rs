//! This machine's disk.

use super::About;
use std::fs::{self, File, Metadata};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

pub(super) fn about(path: &str) -> io::Result<About> {
    fs::metadata(path).map(|found| of(&found))
}

fn of(found: &Metadata) -> About {
    let modified = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    About {
        is_folder: found.is_dir(),
        size: found.len(),
        modified: modified.unwrap_or_default().as_nanos(),
    }
}

pub(super) fn list(path: &str) -> io::Result<Vec<(String, About)>> {
    fs::read_dir(path)?
        .map(|entry| {
            let entry = entry?;
            let name = entry.file_name().into_string().map_err(|name| {
                let said = format!("the name {name:?} is not UTF-8");
                io::Error::new(io::ErrorKind::InvalidData, said)
            })?;
            Ok((name, of(&fs::metadata(entry.path())?)))
        })
        .collect()
}

pub(super) fn open(path: &str, start: u64) -> io::Result<File> {
    let mut file = File::open(path)?;
    if start > 0 {
        file.seek(SeekFrom::Start(start))?;
    }
    Ok(file)
}

pub(super) fn create(path: &str) -> io::Result<File> {
    match File::create(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(Path::new(path).parent().unwrap_or(Path::new(".")))?;
            File::create(path)
        }
        created => created,
    }
}

pub(super) fn remove(path: &str) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}
