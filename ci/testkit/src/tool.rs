//! Programs that tests need and a machine may not have.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, ensure};

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
