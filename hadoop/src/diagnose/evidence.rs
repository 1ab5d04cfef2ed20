//! All that can be read of a failed run, each source with a limit of time and size.

use super::{Line, causes};
use crate::cluster::{Rest, id_in};
use crate::emr_logs;
use crate::record::{Record, State};
use crate::runner::RunError;
use serde_json::Value;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Failed tasks that are looked at.
const TASKS: usize = 5;
/// Bytes of a container's log that are read.
const LOG_BYTES: u64 = 4 * 1024 * 1024;
/// The history server learns of a job some seconds after its end.
const PATIENCE: usize = 10;

/// A failed attempt of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: String,
    /// Its container, where its logs are.
    container: String,
    /// What the framework says of it.
    said: String,
    /// Whether its task failed for good.
    decisive: bool,
}

/// Of a run without an end.
pub const GONE: &str =
    "the run's process is gone without an end: it was killed, or its machine went down";

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Attempts that failed; those that were killed because others failed are none.
    pub attempts: Vec<Attempt>,
    /// Standard error of one attempt that made its task fail.
    pub stderr: Vec<Line>,
    /// What the framework says of such attempts, of the job and of the application.
    pub framework: Vec<Line>,
    /// What the run said at its end.
    pub client: Option<Line>,
    /// Its exit code; 0 where it has none.
    pub exit_code: u64,
    /// The input file of that attempt, as its log names it.
    pub split: Option<String>,
    /// How the application stands, where it did not fail, or the run, where it has no end.
    pub standing: Option<&'static str>,
    /// Sources that could not be read.
    pub unread: Vec<String>,
}

impl Evidence {
    /// Reads everything that there is of a run.
    pub fn gather(record: &Record, rest: &Rest, yarn: &str) -> Self {
        let said = lines("the run", record.end["cause"].as_str().unwrap_or_default());
        let telling = said.iter().find(|line| causes::named(&line.text).is_some());
        let client = telling.or(said.first()).cloned();
        let exit_code = record.end["exit_code"].as_u64().unwrap_or_default();
        let standing = standing(record);
        let mut found = Self { client, exit_code, standing, ..Self::default() };
        if record.of_kind("step_added").next().is_some() {
            found.read_far(record);
        } else if let Some((application, job)) = record.last_job() {
            found.ask_history(rest, job);
            found.ask_resource_manager(rest, application);
            found.read_logs(yarn, application);
        }
        found
    }

    fn ask_history(&mut self, rest: &Rest, job: &str) {
        if job.is_empty() {
            return;
        }
        match failed_attempts(rest, job) {
            Ok((diagnostics, attempts)) => {
                for attempt in attempts.iter().filter(|attempt| attempt.decisive) {
                    self.framework.extend(lines(&attempt.id, &attempt.said));
                }
                self.framework.extend(lines(job, &diagnostics));
                self.attempts = attempts;
            }
            Err(error) => self.unread.push(format!("history server: {error}")),
        }
    }

    fn ask_resource_manager(&mut self, rest: &Rest, application: &str) {
        match rest.application(application) {
            Ok(answer) => {
                let said = answer["diagnostics"].as_str().unwrap_or_default();
                self.framework.extend(lines(application, said));
                self.standing = self.standing.or(match answer["finalStatus"].as_str() {
                    Some("SUCCEEDED") => Some("the job succeeded"),
                    Some("UNDEFINED") => Some("the job has not ended"),
                    _ => None,
                });
            }
            Err(error) => self.unread.push(format!("ResourceManager: {error}")),
        }
    }

    /// The log of the last attempt of a task that failed for good.
    fn read_logs(&mut self, yarn: &str, application: &str) {
        let Some(attempt) = self.attempts.iter().rfind(|attempt| attempt.decisive) else { return };
        let attempt = attempt.clone();
        let log = match aggregated_log(yarn, application, &attempt.container) {
            Ok(log) => log,
            Err(why) => return self.unread.push(format!("log of {}: {why}", attempt.id)),
        };
        let mut section = "";
        for line in log.lines() {
            match line.strip_prefix("LogType:") {
                Some(name) => section = name.trim(),
                None => self.take(&attempt.id, section, line),
            }
        }
    }

    /// Takes a line of an attempt's log.
    fn take(&mut self, attempt: &str, log: &str, line: &str) {
        if log.starts_with("stderr") {
            let source = format!("{attempt}, standard error");
            self.stderr.push(Line { source, text: line.to_owned() });
        } else if log.starts_with("syslog") {
            if let Some((_, split)) = line.split_once("Processing split: ") {
                self.split = Some(without_range(split.trim()).to_owned());
            } else if causes::named(line).is_some() {
                let source = format!("{attempt}, log");
                self.framework.push(Line { source, text: line.to_owned() });
            }
        }
    }

    /// The logs that EMR has brought to S3. Nobody there tells which attempts failed for good: those of the
    /// task that the job's client named, else all that did not end well.
    fn read_far(&mut self, record: &Record) {
        let Some((application, _)) = record.last_job() else { return };
        let found = match emr_logs::folder(record) {
            None => return self.unread.push("logs of tasks: no log_uri is described".to_owned()),
            Some(folder) => folder.and_then(|folder| emr_logs::containers(&folder, application)),
        };
        let containers = match found {
            Ok(found) => found,
            Err(error) => return self.unread.push(format!("logs of tasks: {error}")),
        };
        if containers.is_empty() {
            let why = "logs of tasks: EMR has not brought them yet, which takes some minutes";
            self.unread.push(why.to_owned());
        }
        let named = task_named(record.end["cause"].as_str().unwrap_or_default());
        let failed = containers.iter().filter(|it| it.attempt().is_some() && !it.is_done());
        for container in failed {
            let id = container.attempt().unwrap_or_default();
            let decisive = named.is_none_or(|task| id.contains(task));
            let (said, container_id) = (container.complaint(), container.name.clone());
            self.attempts.push(Attempt {
                id: id.to_owned(),
                container: container_id,
                said,
                decisive,
            });
        }
        let last = self.attempts.iter().rfind(|attempt| attempt.decisive).cloned();
        let container =
            containers.iter().find(|it| it.attempt() == last.as_ref().map(|it| it.id.as_str()));
        for (log, text) in container.iter().filter(|_| last.is_some()).flat_map(|it| &it.logs) {
            text.lines()
                .for_each(|line| self.take(last.as_ref().map_or("", |it| &it.id), log, line));
        }
    }

    /// How many of the failed attempts say the same as the decisive one, and how many failed.
    pub fn alike(&self) -> (usize, usize) {
        let decisive = self.attempts.iter().find(|attempt| attempt.decisive);
        let signature = decisive.map(|attempt| signature(&attempt.said));
        let same = |attempt: &&Attempt| Some(self::signature(&attempt.said)) == signature;
        (self.attempts.iter().filter(same).count(), self.attempts.len())
    }

    /// Failed attempts whose tasks ended well after all.
    pub fn recovered(&self) -> Vec<String> {
        let others = self.attempts.iter().filter(|attempt| !attempt.decisive);
        others.map(|attempt| attempt.id.clone()).collect()
    }
}

/// How a run stands that has not ended; of a job that no run has submitted nobody knows.
fn standing(record: &Record) -> Option<&'static str> {
    match record.state() {
        State::Gone => Some(GONE),
        State::Running if record.process().is_some() => Some("the run is still at work"),
        State::Running | State::Ended(_) => None,
    }
}

/// A job's own diagnostics, and its failed attempts, those of failed tasks first.
fn failed_attempts(rest: &Rest, job: &str) -> Result<(String, Vec<Attempt>), RunError> {
    let about = patiently(|| rest.history(job, ""), Result::is_ok)?;
    let diagnostics = text(&about["job"]["diagnostics"]);
    let tasks = rest.history(job, "/tasks")?;
    let tasks = tasks["tasks"]["task"].as_array().cloned().unwrap_or_default();
    let (failed, others): (Vec<_>, Vec<_>) =
        tasks.into_iter().partition(|task| task["state"] == "FAILED");
    // Of tasks that ended well, those that needed another attempt.
    let again = others.into_iter().filter(|task| !text(&task["successfulAttempt"]).ends_with("_0"));
    let mut attempts = Vec::new();
    let failed = worth_a_look(failed, &diagnostics);
    for task in failed.into_iter().take(TASKS).chain(again.take(TASKS)) {
        let path = format!("/tasks/{}/attempts", text(&task["id"]));
        let found = rest.history(job, &path)?;
        let found = found["taskAttempts"]["taskAttempt"].as_array().cloned().unwrap_or_default();
        let found = found.into_iter().filter(|attempt| attempt["state"] == "FAILED");
        attempts.extend(found.map(|attempt| Attempt {
            id: text(&attempt["id"]),
            container: text(&attempt["assignedContainerId"]),
            said: text(&attempt["diagnostics"]),
            decisive: task["state"] == "FAILED",
        }));
    }
    Ok((diagnostics, attempts))
}

/// Failed tasks, the one that the job names first. When it fails, those that never began count as failed, too.
fn worth_a_look(mut tasks: Vec<Value>, diagnostics: &str) -> Vec<Value> {
    let is_named = |task: &Value| task["id"].as_str().is_some_and(|id| diagnostics.contains(id));
    tasks.retain(|task| is_named(task) || task["startTime"] != -1);
    tasks.sort_by_key(|task| !is_named(task));
    tasks
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Nodes hand logs over some seconds after a job's end.
fn aggregated_log(yarn: &str, application: &str, container: &str) -> Result<String, String> {
    let ask = || container_log(yarn, application, container);
    let log = patiently(ask, |log| log.as_ref().map_or(true, |log| !log.is_empty()))?;
    if log.is_empty() { Err(format!("`{yarn} logs` says nothing")) } else { Ok(log) }
}

/// Asks once a second until an answer will do; gives the last one.
fn patiently<T>(ask: impl Fn() -> T, will_do: impl Fn(&T) -> bool) -> T {
    let mut answer = ask();
    for _ in 0..PATIENCE {
        if will_do(&answer) {
            break;
        }
        std::thread::sleep(Duration::from_secs(1));
        answer = ask();
    }
    answer
}

fn container_log(yarn: &str, application: &str, container: &str) -> Result<String, String> {
    let arguments = ["logs", "-applicationId", application, "-containerId", container];
    let mut child = Command::new(yarn)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("`{yarn}` cannot be started: {e}"))?;
    let mut log = Vec::new();
    let read = child.stdout.take().map(|out| out.take(LOG_BYTES).read_to_end(&mut log));
    let _ = child.kill();
    let _ = child.wait();
    match read {
        Some(Err(e)) => Err(format!("`{yarn} logs` cannot be read: {e}")),
        _ => Ok(String::from_utf8_lossy(&log).into_owned()),
    }
}

/// Lines that say something: a Java trace's frames do not.
fn lines(source: &str, said: &str) -> Vec<Line> {
    let told = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let told = told.filter(|line| !line.starts_with("at ") && !line.starts_with("..."));
    told.map(|line| Line { source: source.to_owned(), text: line.to_owned() }).collect()
}

/// Of `… Task failed task_NUMBER_m_000001 …` what the ids of its attempts contain.
fn task_named(cause: &str) -> Option<&str> {
    let at = cause.find("Task failed task_")?;
    id_in(&cause[at..], "task_")?.strip_prefix("task_")
}

/// `hdfs://…/file.gz:0+123`, several of which may be combined.
fn without_range(split: &str) -> &str {
    split.rsplit_once(':').filter(|(_, range)| range.contains('+')).map_or(split, |(file, _)| file)
}

/// What attempts that failed alike have in common: the first line, without numbers.
fn signature(said: &str) -> String {
    let first = said.lines().next().unwrap_or_default();
    first.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn k16_a_failed_task_is_found_whatever_its_number(job in 1..=u64::MAX, task in 0..1_000_000u32) {
            let cause = format!("job_1_{job}: FAILED due to: Task failed task_1_{job:04}_m_{task:06}\n");
            prop_assert_eq!(task_named(&cause), Some(&*format!("1_{job:04}_m_{task:06}")));
        }

        #[test]
        fn no_line_of_a_log_is_too_odd(
            lines in prop::collection::vec(
                "(Task failed task_|Processing split: |:[0-9]*[+]|LogType:|at |\\PC{0,8}){0,5}", 0..9),
            log in prop::sample::select(&["stderr", "syslog", "stdout", ""][..]),
        ) {
            let mut evidence = Evidence::default();
            for line in &lines {
                evidence.take("attempt_1_10001_m_000000_0", log, line);
                let _ = (task_named(line), without_range(line), signature(line));
            }
            prop_assert!(evidence.stderr.len() + evidence.framework.len() <= lines.len());
        }
    }

    #[test]
    fn the_task_that_failed_its_job_comes_before_those_that_went_down_with_it() {
        let task = |number: u32, start: i64| {
            let id = format!("task_1700000000000_10001_m_00000{number}");
            serde_json::json!({"id": id, "startTime": start, "state": "FAILED"})
        };
        let tasks = vec![task(0, -1), task(1, 1_700_000_000_000), task(2, 1_700_000_000_001)];
        let said = "Task failed task_1700000000000_10001_m_000002\nJob failed as tasks failed.";
        let [named, other] = [&tasks[2], &tasks[1]].map(Clone::clone);
        assert_eq!(worth_a_look(tasks, said), [named, other]);
    }

    #[test]
    fn k16_attempts_of_jobs_with_long_numbers_are_counted_alike() {
        let attempt = |number: u32, decisive| Attempt {
            id: format!("attempt_1700000000000_123456_m_000000_{number}"),
            said: format!(
                "AttemptID:attempt_1700000000000_123456_m_000000_{number} Timed out after 9 secs"
            ),
            decisive,
            ..Attempt::default()
        };
        let attempts = vec![attempt(0, true), attempt(1, true), attempt(2, false)];
        let evidence = Evidence { attempts, ..Evidence::default() };
        assert_eq!(evidence.alike(), (3, 3));
        assert_eq!(evidence.recovered(), ["attempt_1700000000000_123456_m_000000_2"]);
    }

    #[test]
    fn a_split_is_a_file_with_a_range() {
        assert_eq!(without_range("hdfs://n:8020/a.gz:0+12"), "hdfs://n:8020/a.gz");
        assert_eq!(without_range("hdfs://n:8020/a.gz"), "hdfs://n:8020/a.gz");
    }

    #[test]
    fn frames_are_left_out() {
        let said = "Error: x\n\tat org.a.B.c(B.java:1)\nCaused by: y\n";
        let told: Vec<_> = lines("s", said).into_iter().map(|line| line.text).collect();
        assert_eq!(told, ["Error: x", "Caused by: y"]);
    }
}
