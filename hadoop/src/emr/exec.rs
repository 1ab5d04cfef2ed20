//! A command on all nodes of a cluster, by SSH, with a file of what each said.

use super::EmrError;
use super::client::Client;
use crate::runner::in_parallel;
use crate::shell;
use crate::storage::StorageError;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// The user of EMR's nodes.
const USER: &str = "hadoop";
const AT_ONCE: usize = 8;

/// Runs a command on each node that runs; gives the nodes on which it failed.
///
/// # Errors
/// When EMR does not answer, no node runs, or `ssh` cannot be started.
pub fn exec(
    client: &Client,
    cluster: &str,
    key: Option<&Path>,
    command: &[String],
    logs: &Path,
) -> Result<Vec<String>, EmrError> {
    let nodes: Vec<_> = client.instances(cluster)?.iter().filter_map(address).collect();
    if nodes.is_empty() {
        return Err(EmrError::Node(format!("cluster {cluster} has no nodes that run")));
    }
    std::fs::create_dir_all(logs).map_err(StorageError::disk("make the folder", logs))?;
    let failed = Mutex::new(Vec::new());
    in_parallel(AT_ONCE, nodes, |node: String| {
        if !on_node(&node, key, command, logs)? {
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(node);
        }
        Ok::<(), EmrError>(())
    })?;
    let mut failed = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    failed.sort();
    Ok(failed)
}

/// Of a node that is not gone.
fn address(instance: &aws_sdk_emr::types::Instance) -> Option<String> {
    let timeline = instance.status()?.timeline();
    if timeline.is_some_and(|timeline| timeline.end_date_time().is_some()) {
        return None;
    }
    let name = instance.private_dns_name().or(instance.private_ip_address())?;
    Some(name.to_owned())
}

/// Whether the command succeeded on a node. A key of a host is taken as it is seen first, and must stay so.
fn on_node(
    node: &str,
    key: Option<&Path>,
    command: &[String],
    logs: &Path,
) -> Result<bool, EmrError> {
    let path = logs.join(format!("{node}.log"));
    let out = File::create(&path).map_err(StorageError::disk("write", &path))?;
    let err = out.try_clone().map_err(StorageError::disk("write", &path))?;
    let known = format!("UserKnownHostsFile={}", logs.join("known_hosts").display());
    let mut ssh = Command::new("ssh");
    ssh.args(["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", &known]);
    if let Some(key) = key {
        ssh.arg("-i").arg(key);
    }
    ssh.arg(format!("{USER}@{node}")).arg("--").arg(quoted(command));
    ssh.stdin(Stdio::null()).stdout(out).stderr(err);
    let status =
        ssh.status().map_err(|e| EmrError::Node(format!("`ssh` cannot be started: {e}")))?;
    Ok(status.success())
}

/// A shell at the other end reads one text: each word stays one there.
fn quoted(words: &[String]) -> String {
    words.iter().map(|word| shell::quoted(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k20_words_stay_words_on_the_node() {
        let words = ["echo", "a b", "it's", "$HOME;x", "{\"a\": [1]}"].map(str::to_owned);
        let run = Command::new("sh").arg("-c").arg(quoted(&words)).output();
        let said = run.map(|run| String::from_utf8_lossy(&run.stdout).into_owned());
        assert_eq!(said.unwrap_or_default(), "a b it's $HOME;x {\"a\": [1]}\n");
    }
}
