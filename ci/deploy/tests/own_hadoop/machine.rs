//! Machines of a deployment on this one: each has folders, users and an address of its own, and commands that stand
//! in for what only whole machines have.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use deploy::shipped;

/// Folders that a machine does not share, besides `/etc`.
const OWN: [&str; 4] = ["opt", "run", "usr/local/bin", "var/lib"];
const STAND_INS: &str = "tests/own_hadoop/commands";

pub struct Machine {
    folder: PathBuf,
}

/// Whether this process may make machines: as root, where file systems can be mounted.
pub fn can_be_made() -> bool {
    let mut command = Command::new("unshare");
    let tried = command.args(["--mount", "mount", "-t", "tmpfs", "none", "/run"]).output();
    tried.is_ok_and(|ended| ended.status.success())
}

impl Machine {
    /// A machine in a new folder. It knows others by name from `hosts`.
    pub fn new(folder: &Path, address: &str, hosts: &str) -> Self {
        let machine = Self { folder: folder.to_owned() };
        for own in OWN {
            fs::create_dir_all(machine.at(own)).unwrap();
        }
        said(Command::new("cp").args(["--archive", "/etc"]).arg(folder));
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        let known = fs::read_to_string("/etc/hosts").unwrap_or_default();
        fs::write(machine.at("etc/hosts"), known + "\n" + hosts).unwrap();
        for file in fs::read_dir(shipped(STAND_INS)).unwrap().map(Result::unwrap) {
            let name = file.file_name().into_string().unwrap();
            machine.command(&name, &fs::read_to_string(file.path()).unwrap());
        }
        machine.command("hostname", &format!("#!/bin/sh\necho {address}\n"));
        machine
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// A command that all users of it have.
    pub fn command(&self, name: &str, text: &str) {
        let path = self.at("usr/local/bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a script on it, as its administrator; gives what it printed.
    #[track_caller]
    pub fn follow(&self, script: &str) -> String {
        let mut command = Command::new("unshare");
        let cache = PathBuf::from(std::env::var_os("INSIGHTS_CLUSTER_DIR").unwrap());
        command.arg("--mount").arg(shipped("tests/own_hadoop/enter")).arg(&self.folder);
        command.arg(shipped("../..").canonicalize().unwrap()).arg(cache.parent().unwrap());
        said(command.args(["bash", "-euo", "pipefail", "-c", script]))
    }

    /// What was said by the services that run on it.
    fn logs(&self) -> String {
        let files = fs::read_dir(self.at("run")).unwrap().map(|file| file.unwrap().path());
        let logs = files.filter(|file| file.extension().is_some_and(|end| end == "log"));
        logs.map(|log| fs::read_to_string(log).unwrap_or_default()).collect()
    }
}

impl Drop for Machine {
    /// Ends its services.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("services of {}:\n{}", self.folder.display(), self.logs());
        }
        for file in fs::read_dir(self.at("run")).into_iter().flatten().flatten() {
            let pid = fs::read_to_string(file.path()).unwrap_or_default();
            if file.path().extension().is_some_and(|end| end == "pid") {
                let _ = Command::new("kill").arg(pid.trim()).status();
            }
        }
    }
}

#[track_caller]
pub fn said(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(status.success(), "{command:?}\n{stdout}\n{stderr}");
    stdout
}
