//! Why a run failed: what its record, the cluster's servers and its containers' logs say, and of all
//! that the one line that matters (spec 41 D).

mod causes;
mod evidence;

use crate::cluster::Rest;
use crate::record::Record;
use crate::shell;
pub use causes::Rule;
pub use evidence::{Attempt, Evidence};
use jobs::streaming::report::PanicRecord;
use std::fmt;

/// Where a cause was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose it is: an attempt's standard error, the history server, the client.
    pub source: String,
    /// The line itself.
    pub text: String,
}

/// The cause of a failed run.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// The run.
    pub run: String,
    /// What went wrong, in a sentence.
    pub cause: String,
    /// The lines that say so.
    pub evidence: Vec<Line>,
    /// The input file that the task was reading, and the byte of its own input that it had reached.
    pub input: Option<(String, Option<u64>)>,
    /// Failed attempts that say the same, of how many.
    pub alike: (usize, usize),
    /// Attempts that failed and were made good by another.
    pub recovered: Vec<String>,
    /// What to try.
    pub attempt_next: &'static str,
    /// The command that does the failed work again on this machine, where the run is known.
    pub replay: Option<String>,
    /// What could not be read, and why.
    pub unread: Vec<String>,
}

/// Looks for the cause of a run's failure. What cannot be read is named in the answer.
#[must_use]
pub fn diagnose(record: &Record, rest: &Rest, yarn: &str) -> Diagnosis {
    let evidence = Evidence::gather(record, rest, yarn);
    let mut found = ranked(&evidence);
    found.run.clone_from(&record.id);
    found.alike = evidence.alike();
    found.recovered = evidence.recovered();
    found.replay = replay(record, found.input.as_ref().map(|(file, _)| file.as_str()));
    found.unread = evidence.unread;
    found
}

/// The best of all clues: a panic, the last words of a task, the platform, the client, a Java trace.
fn ranked(evidence: &Evidence) -> Diagnosis {
    let candidates = [panicked, last_words, platform, client, trace];
    let mut found =
        candidates.iter().find_map(|look| look(evidence)).unwrap_or_else(|| Diagnosis {
            cause: evidence.standing.unwrap_or("nothing that was read says why").to_owned(),
            attempt_next: match evidence.standing {
                Some(evidence::GONE) => "go on with it: insights resume RUN",
                _ => "read all of it: insights logs RUN",
            },
            ..Diagnosis::default()
        });
    if found.input.is_none() {
        found.input = evidence.split.clone().map(|file| (file, None));
    }
    found
}

fn panicked(evidence: &Evidence) -> Option<Diagnosis> {
    let (line, record) = evidence
        .stderr
        .iter()
        .find_map(|line| PanicRecord::find(&line.text).map(|record| (line, record)))?;
    let evidence = Line { source: line.source.clone(), text: record.message.replace('\n', " ") };
    Some(Diagnosis {
        cause: "the job's own code panicked: a defect, met by one input line".to_owned(),
        evidence: vec![evidence],
        input: record.input.map(|input| (input, Some(record.offset))),
        attempt_next: "replay it, and report the message and the line; --bad-files skip does not help",
        ..Diagnosis::default()
    })
}

fn last_words(evidence: &Evidence) -> Option<Diagnosis> {
    let told: Vec<_> = evidence.stderr.iter().filter(|line| is_complaint(&line.text)).collect();
    let last = told.last()?;
    let rule = causes::named(&last.text);
    Some(Diagnosis {
        cause: rule
            .map_or_else(|| "the task said so itself".to_owned(), |rule| rule.cause.to_owned()),
        evidence: told[told.len().saturating_sub(LAST_LINES)..].iter().copied().cloned().collect(),
        attempt_next: rule.map_or("mend what it names, and run again", |rule| rule.remedy),
        ..Diagnosis::default()
    })
}

/// How many lines of a task's last words are shown.
const LAST_LINES: usize = 5;

/// What our program says of an error; not what the framework and its libraries chat.
fn is_complaint(line: &str) -> bool {
    let ours = line.starts_with('[') && line.contains(" ERROR");
    let shells = line.starts_with("error:") || line.contains("Syntax error");
    ours || shells || line.contains("panicked at") || causes::named(line).is_some()
}

fn platform(evidence: &Evidence) -> Option<Diagnosis> {
    let lines = || evidence.framework.iter();
    let rule = causes::RULES.iter().find(|rule| lines().any(|line| rule.fits(&line.text)))?;
    let mut told = lines().filter(|line| rule.fits(&line.text)).cloned();
    Some(Diagnosis {
        cause: rule.cause.to_owned(),
        evidence: told.by_ref().take(1).collect(),
        attempt_next: rule.remedy,
        ..Diagnosis::default()
    })
}

/// What the run said at its end: where no rule knows it better, that is the cause.
fn client(evidence: &Evidence) -> Option<Diagnosis> {
    let line = evidence.client.clone()?;
    if let Some(rule) = causes::named(&line.text) {
        let (cause, attempt_next) = (rule.cause.to_owned(), rule.remedy);
        return Some(Diagnosis {
            cause,
            evidence: vec![line],
            attempt_next,
            ..Diagnosis::default()
        });
    }
    // Of a job that reached the cluster the client only knows that it failed.
    if !evidence.attempts.is_empty() {
        return None;
    }
    let attempt_next = remedy_of(evidence.exit_code);
    Some(Diagnosis { cause: short(&line.text), attempt_next, ..Diagnosis::default() })
}

/// What to try after an exit code (spec 41 C).
fn remedy_of(exit_code: u64) -> &'static str {
    match exit_code {
        2 | 3 => "mend the command line or the setting that it names, and run again",
        20 => "bring what is missing, then go on with it: insights resume RUN",
        35 => {
            "insights plan shows what such a run would do; ask for the steps that are missing, too"
        }
        40 => "this is a defect, or somebody changed the files: report it with insights logs RUN",
        41 => {
            "what it names was not published, and what was there stands: look at it, mend the cause or \
               raise the limit, then insights resume RUN"
        }
        44 => "renew the credentials or rights that it names, then insights resume RUN",
        128.. => "somebody or something ended it; go on with it: insights resume RUN",
        _ => "mend what it names, then go on with it: insights resume RUN",
    }
}

fn trace(evidence: &Evidence) -> Option<Diagnosis> {
    let line = evidence.framework.first()?.clone();
    Some(Diagnosis {
        cause: "a task failed, for none of the known causes".to_owned(),
        evidence: vec![line],
        attempt_next: "read all of it: insights logs RUN",
        ..Diagnosis::default()
    })
}

/// The failed step again, on this machine: over the file that was read where it is a log, else over
/// what stands in the warehouse.
fn replay(record: &Record, input: Option<&str>) -> Option<String> {
    let failed = record.of_kind("task_started").next_back();
    let task = failed.and_then(|event| event["task"].as_str()).unwrap_or_default();
    let is_log = task == "scan";
    let mut rest = record.argv();
    let mut words = vec![shell::word(&rest.next()?)];
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-r" | "--runner" => drop(rest.next()),
            "--source" | "--warehouse" if is_log && input.is_some() => drop(rest.next()),
            "--detach" => {}
            _ => words.push(shell::word(&word)),
        }
    }
    words.extend(["-r".to_owned(), "local".to_owned()]);
    if let Some(input) = input.filter(|_| is_log) {
        words.extend(["--source".to_owned(), shell::word(input)]);
        words.extend(["--warehouse".to_owned(), "replay".to_owned()]);
    }
    Some(words.join(" "))
}

/// A line that fits on a screen: the middle of a long one is left out, since its end tells why.
fn short(line: &str) -> String {
    const HEAD: usize = 150;
    const TAIL: usize = 250;
    let length = line.chars().count();
    if length <= HEAD + TAIL {
        return line.to_owned();
    }
    let head: String = line.chars().take(HEAD).collect();
    let tail: String = line.chars().skip(length - TAIL).collect();
    format!("{head} … {tail}")
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "run       {}", self.run)?;
        writeln!(f, "cause     {}", self.cause)?;
        for Line { source, text } in &self.evidence {
            writeln!(f, "evidence  {source}: {}", short(text))?;
        }
        match &self.input {
            Some((file, Some(offset))) => {
                writeln!(f, "input     {file}, byte {offset} of what the task read")?;
            }
            Some((file, None)) => writeln!(f, "input     {file}")?,
            None => {}
        }
        if self.alike.1 > 0 {
            writeln!(f, "attempts  {} of {} that failed say the same", self.alike.0, self.alike.1)?;
        }
        for attempt in &self.recovered {
            writeln!(f, "made good {attempt}")?;
        }
        writeln!(f, "try       {}", self.attempt_next.replace("RUN", &self.run))?;
        if let Some(replay) = &self.replay {
            writeln!(f, "replay    {replay}")?;
        }
        for unread in &self.unread {
            writeln!(f, "not read  {unread}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn line(source: &str, text: &str) -> Line {
        Line { source: source.to_owned(), text: text.to_owned() }
    }

    fn evidence() -> Evidence {
        Evidence {
            framework: vec![line(
                "history server",
                "Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code 101",
            )],
            client: Some(line("client", "job_1_10001: the job failed")),
            ..Evidence::default()
        }
    }

    #[test]
    fn a_panic_is_named_before_all_else_with_its_input() {
        let record = PanicRecord {
            message: "boom at x.rs:1".into(),
            input: Some("hdfs://n/logs/a.gz".into()),
            offset: 42,
            ..PanicRecord::default()
        };
        let mut evidence = evidence();
        evidence.stderr = vec![line("a", "[x ERROR] other"), line("a", &record.line())];
        let found = ranked(&evidence);
        assert_eq!(found.input, Some(("hdfs://n/logs/a.gz".to_owned(), Some(42))));
        assert_eq!(found.evidence, [line("a", "boom at x.rs:1")]);
    }

    #[test]
    fn a_tasks_last_words_come_before_the_platform_and_chatter_is_none() {
        let mut evidence = evidence();
        evidence.framework.push(line("history server", "Timed out after 600 secs"));
        evidence.stderr =
            vec![line("a", "log4j:WARN No appenders"), line("a", "reporter:counter:a,b,1")];
        assert!(ranked(&evidence).cause.contains("silent"), "{}", ranked(&evidence));
        evidence.stderr.push(line("a", "[2026-01-01T00:00:00Z ERROR] line 3 of x: bad"));
        assert_eq!(
            ranked(&evidence).evidence[0].text,
            "[2026-01-01T00:00:00Z ERROR] line 3 of x: bad"
        );
    }

    #[test]
    fn what_a_long_line_says_at_its_end_is_seen() {
        let long = format!("{}: to unknown queue: nope", "a-job, ".repeat(200));
        let evidence = Evidence { client: Some(line("the run", &long)), ..Evidence::default() };
        let screen = ranked(&evidence).to_string();
        assert!(screen.contains("the queue refuses the job"), "{screen}");
        assert!(screen.contains("unknown queue: nope\n"), "{screen}");
        assert!(screen.len() < 800, "{screen}");
    }

    #[test]
    fn where_nothing_is_known_the_trace_is_shown() {
        let mut evidence = evidence();
        evidence.attempts.push(Attempt::default());
        assert!(ranked(&evidence).evidence[0].text.contains("code 101"));
        assert!(ranked(&Evidence::default()).cause.contains("nothing"));
        let gone = Evidence { standing: Some(evidence::GONE), ..Evidence::default() };
        assert!(ranked(&gone).attempt_next.contains("insights resume"));
    }
}
