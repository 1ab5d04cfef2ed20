//! Finds the Streaming jar of the cluster's own Hadoop on this machine.

use crate::runner::RunError;
use std::path::{Path, PathBuf};

/// Where distributions put the Streaming jar, below Hadoop's folder or at the root.
const JAR_FOLDERS: &[&str] = &[
    "share/hadoop/tools/lib",
    "contrib/streaming",
    "/usr/lib/hadoop",
    "/usr/lib/hadoop-mapreduce",
    "/usr/hdp/current/hadoop-mapreduce-client",
    "/home/hadoop/contrib/streaming",
    "/opt/cloudera/parcels/CDH/jars",
];
/// What may say where Hadoop is.
const HOMES: &[&str] = &["HADOOP_HOME", "HADOOP_MAPRED_HOME", "HADOOP_PREFIX", "HADOOP_INSTALL"];

/// The Streaming jar: as configured, or where distributions put it.
///
/// # Errors
/// When none is found; the message says where it was looked for.
pub fn streaming_jar(configured: Option<&Path>, command: &str) -> Result<PathBuf, RunError> {
    if let Some(path) = configured {
        return match path.is_file() {
            true => Ok(path.to_owned()),
            false => Err(RunError::Install(format!(
                "the Streaming jar {} (runners.hadoop.streaming_jar) is not there",
                path.display()
            ))),
        };
    }
    let folders = jar_folders(command);
    let found = folders.iter().find_map(|folder| jar_in(folder));
    found.ok_or_else(|| {
        let looked: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        RunError::Install(format!(
            "no hadoop-streaming jar is in {}; name it with runners.hadoop.streaming_jar",
            looked.join(", ")
        ))
    })
}

fn jar_folders(command: &str) -> Vec<PathBuf> {
    let named = HOMES.iter().filter_map(std::env::var_os).map(PathBuf::from);
    let beside = located(command).into_iter().filter_map(|path| {
        // HOME/bin/hadoop
        Some(path.canonicalize().ok()?.parent()?.parent()?.to_owned())
    });
    let homes: Vec<_> = named.chain(beside).collect();
    let mut folders = Vec::new();
    for folder in JAR_FOLDERS {
        match folder.starts_with('/') {
            true => folders.push(PathBuf::from(folder)),
            false => folders.extend(homes.iter().map(|home| home.join(folder))),
        }
    }
    folders.sort();
    folders.dedup();
    folders
}

fn located(command: &str) -> Option<PathBuf> {
    if command.contains('/') {
        return Some(PathBuf::from(command));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(command)).find(|path| path.is_file())
}

/// `hadoop-streaming.jar`, or with a version; not the jars of sources and tests.
fn jar_in(folder: &Path) -> Option<PathBuf> {
    let mut jars: Vec<_> = std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).collect();
    jars.retain(|path| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        name.starts_with("hadoop-streaming")
            && name.ends_with(".jar")
            && !name.contains("sources")
            && !name.contains("test")
    });
    jars.sort();
    jars.pop()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_jar_is_the_newest_that_holds_streaming() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "hadoop-streaming-3.4.1.jar",
            "hadoop-streaming-3.4.2.jar",
            "hadoop-streaming-3.4.2-sources.jar",
            "hadoop-tools.jar",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = jar_in(folder.path()).unwrap();
        assert!(found.ends_with("hadoop-streaming-3.4.2.jar"));
        let missing = folder.path().join("none.jar");
        assert!(
            streaming_jar(Some(&missing), "hadoop").unwrap_err().to_string().contains("none.jar")
        );
    }
}
