//! Programs that tests need and a machine may not have.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};

/// Where a program stands; where it is not installed, `tests` is printed as skipped. On CI (`CI=true`) a
/// missing program is an error instead.
///
/// # Errors
/// It is missing on CI.
pub fn program_or_skip(tests: &str, program: &str, package: &str) -> Result<Option<PathBuf>> {
    let missing = format!("{program} is not installed (Debian: {package})");
    there_or_skip(tests, find(program), &missing)
}

/// Something that `ci/setup` brings into the cache, by its path there; as [`program_or_skip`].
///
/// # Errors
/// It is missing on CI.
pub fn cached_or_skip(tests: &str, path: &str) -> Result<Option<PathBuf>> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let file = cache.or(home).unwrap_or_default().join("insights").join(path);
    there_or_skip(
        tests,
        Some(file).filter(|file| file.exists()),
        &format!("there is no {path} (ci/setup)"),
    )
}

/// Where an ELF header tells how many program headers there are, one of which names a loader.
const HEADERS_AT: Range<usize> = 0x38..0x3a;

/// The bytes of a program, without what makes it ask for a loader: it looks as one for the nodes of a cluster does.
/// Nobody can run it.
///
/// # Errors
/// It cannot be read, or is no program.
pub fn looking_static(program: &Path) -> Result<Vec<u8>> {
    let reading = || format!("reading {}", program.display());
    let mut bytes = fs::read(program).with_context(reading)?;
    bytes.get_mut(HEADERS_AT).with_context(reading)?.fill(0);
    Ok(bytes)
}

pub(crate) fn there_or_skip<T>(tests: &str, found: Option<T>, missing: &str) -> Result<Option<T>> {
    if found.is_none() {
        ensure!(env::var("CI").as_deref() != Ok("true"), "{tests}: {missing}");
        eprintln!("SKIPPED {tests}: {missing}");
    }
    Ok(found)
}

/// `mysqld` and its kin stand in the system administrator's folders, which few users have in PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders =
        env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}
