//! The client `hadoop jar`: what it says while it submits, waits and ends.

use jobs::streaming::Counters;

/// Lines kept of what it said, for the case that it fails.
const KEPT: usize = 40;
/// Groups of the framework's own counters. All other groups are the jobs'.
const OWN_GROUPS: &[&str] = &[
    "File System Counters",
    "Job Counters",
    "Map-Reduce Framework",
    "Shuffle Errors",
    "File Input Format Counters",
    "File Output Format Counters",
    "FileSystemCounters",
];

/// What is known of a job from what its client said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// `application_…`, on YARN.
    pub application: Option<String>,
    /// `job_…`
    pub job: Option<String>,
    /// Where its progress can be seen.
    pub tracking: Option<String>,
    /// Shares of the map and the reduce side that are done, in per cent.
    pub percent: (u64, u64),
    /// The jobs' own counters, once it has ended.
    pub counters: Counters,
    /// Lines that tasks read, once it has ended.
    pub records: u64,
    /// Rows that the map side wrote, once it has ended.
    pub written: u64,
    /// Why the framework says that the job failed.
    pub reason: Option<String>,
    /// The address of an input that was not there.
    pub missing: Option<String>,
    group: Option<String>,
    last: std::collections::VecDeque<String>,
}

impl Said {
    /// Takes one line of the client's.
    pub fn line(&mut self, line: &str) {
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        if self.counter(line) {
            return;
        }
        // The local job runner tells each task's counters before those of the job.
        if line.contains(" Job: Counters: ") || line.contains(".Job: Counters: ") {
            (self.counters, self.records, self.written) = (Counters::default(), 0, 0);
        }
        self.application =
            self.application.take().or_else(|| id_in(line, "application_").map(str::to_owned));
        if line.contains("Running job: ") {
            self.job = id_in(line, "job_").map(str::to_owned);
        }
        if let Some((_, url)) = line.split_once("The url to track the job: ") {
            self.tracking = Some(url.trim().to_owned());
        }
        if let Some((_, shares)) = line.split_once(" map ") {
            self.percent = percents(shares).unwrap_or(self.percent);
        }
        if let Some((_, address)) = line.split_once("Input path does not exist: ") {
            self.missing = Some(address.trim().to_owned());
        }
        if let Some((_, reason)) = line.split_once("failed with state ") {
            // Hadoop's local job runner knows no reason.
            self.reason = Some(reason.trim().to_owned()).filter(|said| !said.ends_with(": NA"));
        } else if let Some((_, reason)) = line.split_once("Error Launching job : ") {
            self.reason = Some(reason.trim().to_owned());
        } else if let Some(cause) = line.strip_prefix("java.lang.Exception: ") {
            self.reason = Some(cause.trim().to_owned());
        } else if line.contains("Task failed task_") && self.reason.is_none() {
            self.reason = Some(line.trim().to_owned());
        }
    }

    /// Counters come at the end: a group's name behind one TAB, its counters behind two.
    fn counter(&mut self, line: &str) -> bool {
        let Some(text) = line.strip_prefix('\t') else { return false };
        match text.strip_prefix('\t') {
            None => self.group = Some(text.trim_end().to_owned()),
            Some(counter) => self.count(counter),
        }
        true
    }

    fn count(&mut self, counter: &str) {
        let Some((name, value)) = counter.rsplit_once('=') else { return };
        let (Some(group), Ok(value)) = (&self.group, value.trim().parse::<i64>()) else { return };
        match (group.as_str(), name) {
            ("Map-Reduce Framework", "Map input records") => self.records = value.unsigned_abs(),
            ("Map-Reduce Framework", "Map output records") => self.written = value.unsigned_abs(),
            _ => {}
        }
        if !OWN_GROUPS.contains(&group.as_str()) {
            self.counters.add(group, name, value);
        }
    }

    /// Why it failed: the framework's reason; else its errors among the last lines that it said, or all of
    /// these.
    #[must_use]
    pub fn cause(&self) -> String {
        if let Some(reason) = &self.reason {
            return reason.clone();
        }
        let lines = || self.last.iter().map(String::as_str);
        let errors: Vec<_> = lines().filter(|line| line.contains(" ERROR ")).collect();
        if errors.is_empty() { lines().collect::<Vec<_>>().join("\n") } else { errors.join("\n") }
    }
}

/// The first id of a kind (`job_`, `attempt_`) that a text holds; numbers of it have four digits or more.
#[must_use]
pub fn id_in<'t>(text: &'t str, kind: &str) -> Option<&'t str> {
    let start = text.find(kind)?;
    let rest = &text[start + kind.len()..];
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let begins = rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins.then(|| &text[start..start + kind.len() + end])
}

/// `50% reduce 0%`
fn percents(shares: &str) -> Option<(u64, u64)> {
    let (map, reduce) = shares.split_once("% reduce ")?;
    Some((map.trim().parse().ok()?, reduce.trim().strip_suffix('%')?.parse().ok()?))
}

/// What an exit code of the client means (spec 40 A.5).
#[must_use]
pub fn meaning(code: i32) -> &'static str {
    match code {
        1 => "the job failed, or an option is wrong",
        2 => "an input is not there",
        3 => "the job's settings are not valid",
        4 => "the output folder is there already",
        5 => "it could not read or write",
        6 => "it was interrupted",
        137 => "it was killed",
        143 => "it was ended by a signal",
        _ => "it failed",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TALK: &str = "\
2026-11-24 03:00:00,000 INFO impl.YarnClientImpl: Submitted application application_1700000000000_12345
2026-11-24 03:00:00,100 INFO mapreduce.Job: The url to track the job: http://rm:8088/proxy/application_1700000000000_12345/
2026-11-24 03:00:00,200 INFO mapreduce.Job: Running job: job_1700000000000_12345
2026-11-24 03:00:10,000 INFO mapreduce.Job:  map 50% reduce 0%
2026-11-24 03:00:20,000 INFO mapreduce.Job:  map 100% reduce 25%
2026-11-24 03:00:29,000 INFO mapred.Task: Final Counters for attempt_1_r_000002_0: Counters: 24
\tEvent
\t\ta = b=-4
2026-11-24 03:00:30,000 INFO mapreduce.Job: Counters: 55
\tFile System Counters
\t\tFILE: Number of bytes read=81
\tMap-Reduce Framework
\t\tMap input records=1200
\t\tMap output records=34
\tEnrollment Events
\t\tDiscard Malformed Fact=3
\tEvent
\t\ta = b=-4
2026-11-24 03:00:31,000 INFO streaming.StreamJob: Output directory: hdfs://…";

    #[test]
    fn k16_ids_of_any_length_progress_and_counters_are_read() {
        let mut said = Said::default();
        TALK.lines().for_each(|line| said.line(line));
        assert_eq!(said.application.as_deref(), Some("application_1700000000000_12345"));
        assert_eq!(said.job.as_deref(), Some("job_1700000000000_12345"));
        assert_eq!(said.percent, (100, 25));
        assert_eq!((said.records, said.written), (1200, 34));
        let counters: Vec<_> = said.counters.iter().collect();
        assert_eq!(
            counters,
            [("Enrollment Events", "Discard Malformed Fact", 3), ("Event", "a = b", -4)]
        );
        assert!(said.cause().ends_with("hdfs://…"));
        said.line("2026-11-24 03:00:32,000 ERROR tool.ImportTool: Import failed: no rights");
        said.line("\tat org.apache.sqoop.Sqoop.main(Sqoop.java:252)");
        assert!(said.cause().ends_with("Import failed: no rights"), "{}", said.cause());
    }

    #[test]
    fn the_frameworks_own_reason_is_kept() {
        let mut said = Said::default();
        said.line("INFO mapreduce.Job: Job job_1_10000 failed with state FAILED due to: Task failed task_1_10000_m_000000");
        assert!(said.reason.unwrap().starts_with("FAILED due to: Task failed"));
        assert_eq!(said.missing, None);
    }

    #[test]
    fn of_a_job_that_was_refused_only_the_reason_is_kept() {
        let mut said = Said::default();
        said.line("INFO mapreduce.JobSubmitter: number of splits:3");
        said.line("ERROR streaming.StreamJob: Error Launching job : org.x.YarnException: to unknown queue: nope");
        said.line("Streaming Command Failed!");
        assert_eq!(said.reason.as_deref(), Some("org.x.YarnException: to unknown queue: nope"));
    }

    #[test]
    fn an_input_that_is_not_there_is_named() {
        let mut said = Said::default();
        said.line("ERROR streaming.StreamJob: Error Launching job : Input path does not exist: hdfs://n:8020/logs/a b.gz");
        assert_eq!(said.missing.as_deref(), Some("hdfs://n:8020/logs/a b.gz"));
    }
}
