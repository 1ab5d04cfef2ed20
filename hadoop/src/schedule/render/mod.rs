//! Files for schedulers, made of a catalogue: the same catalogue gives the same bytes.

mod airflow;
mod cron;
mod jenkins;
mod systemd;

use super::{Entry, Schedule};
use crate::config::ConfigError;
use crate::shell;

/// A scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    /// A crontab.
    Cron,
    /// Timers and services of systemd.
    Systemd,
    /// A Job DSL script and the pipeline of its jobs.
    Jenkins,
    /// A file of DAGs.
    Airflow,
}

/// A rendered file: its name and its text.
pub type Rendered = (String, String);

/// Renders a catalogue for a scheduler.
///
/// # Errors
/// When the scheduler cannot take an entry.
pub fn render(schedule: &Schedule, target: Target) -> Result<Vec<Rendered>, ConfigError> {
    match target {
        Target::Cron => cron::render(schedule),
        Target::Systemd => Ok(systemd::render(schedule)),
        Target::Jenkins => Ok(jenkins::render(schedule)),
        Target::Airflow => Ok(airflow::render(schedule)),
    }
}

const HEAD: &str = "Made by `insights schedule render`: change the catalogue and render again.";

/// What an entry is, for people.
fn about(entry: &Entry) -> String {
    let name = match entry.name == entry.workflow {
        true => String::new(),
        false => format!(" ({})", entry.workflow),
    };
    let expected = &entry.expected;
    format!(
        "{}{name}: about {} on {}, fresh for {}",
        entry.name, expected.duration, expected.input, entry.fresh
    )
}

/// What a shell sets for the command that follows on the same line.
fn shell_environment(entry: &Entry) -> String {
    let set = entry.environment().map(|(name, value)| format!("{name}={} ", shell::word(value)));
    set.unwrap_or_default()
}

/// A text as Groovy and Python read it back, in single quotes; none has control characters but for ends
/// of lines.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', r"\\").replace('\'', r"\'").replace('\n', r"\n");
    format!("'{text}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_in_quotes_on_one_line() {
        assert_eq!(quoted("a'b\\c\nd"), r"'a\'b\\c\nd'");
    }
}
