//! Files for schedulers, made of a catalogue: the same catalogue gives the same bytes.

mod airflow;
mod cron;
mod jenkins;
mod systemd;

use super::{Entry, Schedule};
use crate::config::ConfigError;

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

/// Words as a shell reads them back.
fn shell(words: &[String]) -> String {
    words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
}

fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@+".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// What a shell sets for the command that follows on the same line.
fn shell_environment(entry: &Entry) -> String {
    let set = entry.environment().map(|(name, value)| format!("{name}={} ", shell_word(value)));
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
    fn words_come_back_from_a_shell_as_they_were() {
        for (word, text) in
            [("today-7d", "today-7d"), ("", "''"), ("it's $5; `x`", r"'it'\''s $5; `x`'")]
        {
            assert_eq!(shell_word(word), text);
        }
        assert_eq!(quoted("a'b\\c\nd"), r"'a\'b\\c\nd'");
    }
}
