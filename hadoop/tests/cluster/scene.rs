//! A small run on the cluster that a test can disturb.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::setup::{Cluster, said};
use crate::university::{self, Ended, University, ended, log_name};
use hadoop::storage::Place;

/// Two days of logs on HDFS, and what one process makes of them.
pub struct Scene {
    pub university: University,
    pub warehouse: String,
    pub logs: String,
    name: &'static str,
    reducers: u32,
}

/// The days.
pub const DAYS: [u32; 2] = [1, 2];

impl Scene {
    pub fn new(cluster: &Cluster, name: &'static str) -> Self {
        let university = University::new();
        let (warehouse, logs) = (cluster.folder(name), cluster.folder(&format!("{name}-logs")));
        let folder = Place::at(&logs).unwrap();
        for day in DAYS {
            let log = fs::read(university.path("logs").join(log_name(day))).unwrap();
            folder.join(log_name(day)).stage(&log).unwrap();
        }
        let config = format!("runners: {{hadoop: {{program: '{}'}}}}\n", cluster.program.display());
        fs::write(university.path("insights.yml"), config).unwrap();
        Self { university, warehouse, logs, name, reducers: 1 }
    }

    pub fn with_reducers(self, reducers: u32) -> Self {
        Self { reducers, ..self }
    }

    fn reducers(&self) -> String {
        format!("reducers={}", self.reducers)
    }

    pub fn command(&self, options: &[&str]) -> Command {
        let fixed = ["run", "course-enrollment-events", "-r", "hadoop", "--param"];
        let reducers = self.reducers();
        let arguments = [&fixed[..], &[&reducers], options].concat();
        let mut command = self.university.plain_command(&arguments);
        command.args(["--source", &self.logs, "--warehouse", &self.warehouse]);
        command
    }

    /// Runs it, and does something as soon as a line is said that holds a text.
    pub fn disturbed(&self, options: &[&str], at: &str, fault: impl FnOnce(&mut Child)) -> Ended {
        disturbed(self.command(options), at, fault)
    }

    pub fn rerun(&self) -> Ended {
        ended(self.command(&[]).output().unwrap()).ok()
    }

    /// Leaves only the logs that are on HDFS on this machine, too.
    pub fn keep_days(&self) {
        for day in (1..=university::DAYS).filter(|day| !DAYS.contains(day)) {
            fs::remove_file(self.university.path("logs").join(log_name(day))).unwrap();
        }
    }

    /// The part files of the warehouse on HDFS.
    pub fn parts(&self) -> Vec<(String, String)> {
        let copy = self.university.path("copy").display().to_string();
        said("hadoop", &["fs", "-get", &self.warehouse, &copy]);
        self.university.parts("copy")
    }

    /// Compares the warehouse on HDFS with that of one process over the same days.
    pub fn is_whole(&self, days: &[u32]) {
        let here = self.university.path("days");
        for day in days {
            let to = here.join(log_name(*day));
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(self.university.path("logs").join(log_name(*day)), to).unwrap();
        }
        let source = here.display().to_string();
        let fixed = ["run", "course-enrollment-events", "--param"];
        let reducers = self.reducers();
        let arguments = [&fixed[..], &[&reducers, "--source", &source]].concat();
        ended(self.university.command("inline", &arguments).output().unwrap()).ok();
        let inline = self.university.parts("inline");
        assert!(inline.len() >= days.len(), "{inline:?}");
        assert_eq!(inline, self.parts(), "{}", self.name);
    }
}

/// Starts a command, and does something as soon as it says a line that holds a text.
pub fn disturbed(mut command: Command, at: &str, fault: impl FnOnce(&mut Child)) -> Ended {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut stderr = String::new();
    let said = lines.by_ref().find(|line| {
        stderr.push_str(&format!("{line}\n"));
        line.contains(at)
    });
    assert!(said.is_some(), "`{at}` was never said: {stderr}");
    fault(&mut child);
    lines.for_each(|line| stderr.push_str(&format!("{line}\n")));
    let code = child.wait().unwrap().code();
    Ended { code, stdout: String::new(), stderr }
}

/// Waits for a process whose command line a rule takes; gives its number.
pub fn process(what: &str, is_it: impl Fn(&[&str]) -> bool) -> u32 {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(120) {
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(line) = fs::read_to_string(entry.path().join("cmdline")) else { continue };
            let words: Vec<_> = line.split('\0').collect();
            if let Some(pid) = entry.file_name().to_str().and_then(|pid| pid.parse().ok())
                && is_it(&words)
            {
                return pid;
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("no process is {what}");
}

pub fn signal(name: &str, pid: u32) {
    said("kill", &[&format!("-{name}"), &pid.to_string()]);
}

/// The program `jobs` as a map task.
pub fn mapper(words: &[&str]) -> bool {
    words.get(1) == Some(&"map") && words[0].ends_with("jobs")
}

/// The program `jobs` as a reduce task.
pub fn reducer(words: &[&str]) -> bool {
    words.get(1) == Some(&"reduce") && words[0].ends_with("jobs")
}

/// The JVM of an attempt, by the end of its name.
pub fn attempt(words: &[&str], end: &str) -> bool {
    words.contains(&"org.apache.hadoop.mapred.YarnChild")
        && words.iter().any(|word| word.starts_with("attempt_") && word.ends_with(end))
}

/// Whether a process does anything; one that has ended is listed until somebody asks how.
pub fn is_at_work(process: u32) -> bool {
    fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty())
}
