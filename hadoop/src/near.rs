//! What a run has on this machine alone: folders of the disk for what is needed meanwhile, a password among it and
//! files from elsewhere, and the clients that it started. Both bear the run's name, so that what a killed run has
//! left is found by the next.

use crate::error::Drive;
use crate::events::RUN_VARIABLE;
use crate::storage::{Place, StorageError, Stored};
use jobs::pass::Pass;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long processes may take to end by themselves.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(20);

/// Makes a folder for a run, which only its owner can look into.
///
/// # Errors
/// When the disk refuses.
pub fn folder(run: &str) -> Stored<TempDir> {
    let made = tempfile::Builder::new().prefix(&prefix(run)).tempdir();
    made.map_err(StorageError::disk("make a folder in", &std::env::temp_dir()))
}

/// Writes a new file that nobody else can read.
///
/// # Errors
/// When it is there already, or the disk refuses.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(content))
}

fn prefix(run: &str) -> String {
    format!("insights-{run}-")
}

/// Removes all folders of a run.
///
/// # Errors
/// When one of them stays.
pub fn remove_folders(run: &str) -> Stored<()> {
    for folder in folders(run) {
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StorageError::disk("remove", &folder)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn folders(run: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let ours = all.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix(run)));
    ours.map(|entry| entry.path()).collect()
}

/// A pass whose files, which parameters name, are on this machine's disk: those that are elsewhere are brought
/// into a folder.
///
/// # Errors
/// When one cannot be read, or the disk refuses.
pub fn with_files(mut pass: Pass, scratch: &Path) -> Drive<Pass> {
    let named: Vec<_> = pass.files().map(|(name, text)| (name, text.to_owned())).collect();
    for (name, address) in named {
        let place = Place::at(&address)?;
        let near = match place.disk_path() {
            Some(path) => path.to_owned(),
            None => {
                let near = scratch.join(place.name());
                fetch(&place, &Place::from(near.as_path()))?;
                near
            }
        };
        let near = std::path::absolute(&near).map_err(StorageError::disk("find", &near))?;
        pass.params.set(name, near.display().to_string());
    }
    Ok(pass)
}

/// Brings a file, or a folder of files, to this machine.
fn fetch(far: &Place, near: &Place) -> Stored<()> {
    if !far.is_folder()? {
        return near.copy_of(far);
    }
    for (file, _) in far.walk()? {
        let near = near.join(file.below(far)?);
        near.parent().make_folder()?;
        near.copy_of(&file)?;
    }
    Ok(())
}

/// Lets a command start a client of a run: a group of processes of its own, which knows the run's name.
pub fn name_client(command: &mut Command, run: &str) {
    use std::os::unix::process::CommandExt;
    command.env(RUN_VARIABLE, run).process_group(0);
}

/// Ends the clients of a run whose driver is gone; gives how many processes there were.
#[must_use]
pub fn end_clients(run: &str) -> usize {
    let processes: Vec<_> = clients(run).iter().map(u32::to_string).collect();
    if !processes.is_empty() {
        end(&processes, || clients(run).is_empty());
    }
    processes.len()
}

/// Processes of this machine, other than this one, that know the run's name.
fn clients(run: &str) -> Vec<u32> {
    let named = format!("{RUN_VARIABLE}={run}");
    let knows = |process: &u32| {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == named.as_bytes())
    };
    processes().filter(knows).collect()
}

/// All processes of this machine but this one.
fn processes() -> impl Iterator<Item = u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    all.filter(|process| *process != std::process::id())
}

/// Ends the processes that this one has started and that still run.
pub fn end_children() {
    let own = std::process::id().to_string();
    // `PID (NAME) STATE PARENT …`; the name may hold anything.
    let is_child = |process: &u32| {
        let about = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let parent = about.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1));
        parent == Some(own.as_str())
    };
    let children: Vec<_> = processes().filter(is_child).map(|it| it.to_string()).collect();
    if !children.is_empty() {
        signal("-TERM", &children);
    }
}

/// Ends a group of processes.
pub fn end_group(group: u32) {
    let group = [format!("-{group}")];
    end(&group, || !signal("-0", &group));
}

/// Ends processes, as `kill` names them: by a request, and by force where that is of no use.
fn end(processes: &[String], ended: impl Fn() -> bool) {
    let began = Instant::now();
    signal("-TERM", processes);
    // One that is stopped takes no request.
    signal("-CONT", processes);
    while !ended() {
        if began.elapsed() > PATIENCE {
            signal("-KILL", processes);
            return;
        }
        std::thread::sleep(LOOK);
    }
}

/// Whether a signal was taken.
fn signal(name: &str, processes: &[String]) -> bool {
    let mut kill = Command::new("kill");
    kill.args([name, "--"]).args(processes).stderr(Stdio::null());
    kill.status().is_ok_and(|done| done.success())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn folders_are_those_of_the_run_alone() {
        let (one, other) = (folder("near-1").unwrap().keep(), folder("near-11").unwrap());
        fs::write(one.join("password"), "x").unwrap();
        remove_folders("near-1").unwrap();
        assert!(!one.exists() && other.path().exists());
    }

    #[test]
    fn clients_are_ended_with_what_they_started_even_if_they_are_stopped() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & kill -STOP $$; wait"]);
        name_client(&mut command, "near-2");
        let mut client = command.spawn().unwrap();
        let began = Instant::now();
        while clients("near-2").len() < 2 && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(LOOK);
        }
        // Only what is reaped is gone.
        let reaped = std::thread::spawn(move || client.wait().unwrap());
        assert_eq!(end_clients("near-2"), 2);
        assert!(!reaped.join().unwrap().success());
        assert_eq!(clients("near-2"), Vec::<u32>::new());
    }
}
