//! Programs of this machine: whether they start, and which versions they are.

use super::{Lack, SETTING, Told};
use crate::error::DriveError;
use crate::runner::RunError;
use crate::runner::hadoop::check_program;
use std::path::Path;
use std::process::{Command, Stdio};

/// What stands before the version that our own program prints.
const OURS: &str = concat!("jobs ", env!("CARGO_PKG_VERSION"));

/// The program of the tasks: static where nodes start it, and of this driver's version.
pub fn program(path: &Path, is_for_nodes: bool) -> Told {
    if is_for_nodes {
        check_program(path).map_err(|e| lack(e, "build it with `make program`"))?;
    }
    let todo = "name the program `jobs` of the same release (runners.local.program, runners.hadoop.program)";
    let said = version(&path.display().to_string(), &["--version"])
        .map_err(|why| Lack::missing(SETTING, why, todo))?;
    match said.lines().any(|line| line.trim() == OURS) {
        true => Ok(format!("{} is {OURS}", path.display())),
        false => {
            let said = format!("{} says `{}`, not `{OURS}`", path.display(), first(&said));
            Err(Lack::missing(SETTING, said, todo))
        }
    }
}

/// A command with the line of what it says that begins so; `key` names it in the settings.
pub fn command(command: &str, words: &[&str], begins: &str, key: &str) -> Told {
    let todo = format!("install it, or name where it is ({key})");
    let said = version(command, words).map_err(|why| Lack::missing(SETTING, why, todo))?;
    let line = said.lines().find(|line| line.starts_with(begins));
    match line {
        Some(line) => Ok(line.trim().to_owned()),
        None => {
            let said = format!("`{command}` starts, and tells no version: {}", first(&said));
            Err(Lack::unknown(said, format!("see what `{command} {}` says", words.join(" "))))
        }
    }
}

/// All that a command says of itself.
fn version(command: &str, words: &[&str]) -> Result<String, String> {
    let output = Command::new(command).args(words).stdin(Stdio::null()).output();
    let output = output.map_err(|e| format!("`{command}` cannot be started: {e}"))?;
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    match output.status.success() {
        true => Ok(said.concat()),
        false => {
            Err(format!("`{command} {}`: {}: {}", words.join(" "), output.status, first(&said[1])))
        }
    }
}

fn first(said: &str) -> &str {
    said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim()
}

/// What an engine would have failed with.
pub fn lack(source: RunError, todo: &str) -> Lack {
    let said = source.to_string();
    Lack { said, ..Lack::of(of_step(source), todo) }
}

/// A failure of an engine, as a run tells it.
pub fn of_step(source: RunError) -> DriveError {
    DriveError::Run { step: "self-test".to_owned(), source }
}
