//! Where files stand. Only this machine's disk is known so far; every other scheme is refused by name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A place that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Its scheme is not known.
    #[error(
        "{address}: files at `{scheme}:` cannot be reached; only paths on this machine's disk can"
    )]
    Scheme {
        /// The address.
        address: String,
        /// Its scheme.
        scheme: String,
    },
    /// The disk refused.
    #[error("cannot {doing} {path}: {source}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the disk said.
        source: io::Error,
    },
}

impl StorageError {
    /// An error of the disk.
    pub fn disk(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { doing, path, source }
    }
}

/// The path of an address: a bare path, or `file:`.
///
/// # Errors
/// When the address has another scheme.
pub fn local(address: &str) -> Result<PathBuf, StorageError> {
    if let Some(path) = address.strip_prefix("file:") {
        return Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path)));
    }
    match address.split_once("://") {
        Some((scheme, _)) => {
            Err(StorageError::Scheme { address: address.to_owned(), scheme: scheme.to_owned() })
        }
        None => Ok(PathBuf::from(address)),
    }
}

/// The files below a folder, in order of their paths.
///
/// # Errors
/// When a folder cannot be read.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let list = StorageError::disk("list", &folder);
        let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        for entry in entries.map_err(list)? {
            let path = entry.path();
            // Follows links: archives are often linked into place.
            let is_folder = match entry.file_type() {
                Ok(kind) if !kind.is_symlink() => kind.is_dir(),
                _ => path.is_dir(),
            };
            if is_folder {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The part files of a partition: what Hadoop would read of it, in order.
///
/// # Errors
/// When the folder cannot be read.
pub fn parts(folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let visible = |path: &PathBuf| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        !name.starts_with(['_', '.'])
    };
    Ok(walk(folder)?.into_iter().filter(visible).collect())
}

/// Writes a file whole: beside its place first, then by one rename.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, content: &[u8]) -> Result<(), StorageError> {
    make_parent(path)?;
    let beside = path.with_extension("writing");
    fs::write(&beside, content).map_err(StorageError::disk("write", &beside))?;
    fs::rename(&beside, path).map_err(StorageError::disk("put into place", path))
}

/// Writes a file where nobody looks for it yet.
///
/// # Errors
/// When it cannot be written.
pub fn stage(path: &Path, content: &[u8]) -> Result<(), StorageError> {
    let written = match fs::write(path, content) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            make_parent(path)?;
            fs::write(path, content)
        }
        written => written,
    };
    written.map_err(StorageError::disk("write", path))
}

/// Makes the folder that a path stands in.
///
/// # Errors
/// When it cannot be made.
pub fn make_parent(path: &Path) -> Result<(), StorageError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(StorageError::disk("make the folder", parent))
}

/// Removes a file or a folder with all that is in it; nothing there is as good.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(path: &Path) -> Result<(), StorageError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) => Err(e),
    };
    match removed {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StorageError::disk("remove", path)(e)),
        _ => Ok(()),
    }
}

/// Rows of a partition; 0 where it is not there.
///
/// # Errors
/// When a part file cannot be read.
pub fn count_rows(folder: &Path) -> Result<u64, StorageError> {
    if !folder.is_dir() {
        return Ok(0);
    }
    let mut rows = 0;
    for part in parts(folder)? {
        let bytes = fs::read(&part).map_err(StorageError::disk("read", &part))?;
        rows += memchr::memchr_iter(b'\n', &bytes).count() as u64;
    }
    Ok(rows)
}
