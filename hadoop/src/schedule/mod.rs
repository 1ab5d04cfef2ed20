//! What runs when: a catalogue in one YAML file, and what schedulers are told of it (spec 41 F).
//!
//! The catalogue that the program brings along is a file that people copy and change. It holds no
//! secret, and what is rendered of it holds none: a password in an address is refused.

mod cadence;
mod quantity;
pub mod render;

use crate::config::{ConfigError, wrong};
use crate::workflow;
use jobs::nearest::did_you_mean;
use serde::Deserialize;
use serde_yaml::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use cadence::{Cadence, CadenceError};
pub use quantity::{Length, Size};

/// The catalogue that the program brings along.
pub const SHIPPED: &str = include_str!("schedule.yml");

/// The variable that names the file of the address that is asked for after a success.
const PING_VARIABLE: &str = "INSIGHTS_SCHEDULE_PING_URL_FILE";

/// How many times its expected duration an entry may take.
const PATIENCE: i64 = 4;

/// A catalogue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The program `insights` on the machine that runs it.
    pub program: String,
    /// The settings that it runs with.
    pub config: String,
    /// The user that it runs as, where systemd starts it.
    pub user: String,
    /// Who hears of failures; none = whom the scheduler tells anyway.
    pub mail: Option<String>,
    /// The folder of metrics, a file for each entry; none = none are written.
    pub metrics: Option<String>,
    /// The entries.
    pub workflows: Vec<Entry>,
    /// Logs that LMS hosts ship.
    #[serde(default)]
    pub logs: Vec<Shipping>,
}

/// A workflow that runs now and then.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name, of letters, digits and `-`.
    pub name: String,
    /// The workflow or job.
    pub workflow: String,
    /// What `insights run` is told beside it.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// When it runs; none = as soon as the one of `after` has succeeded.
    pub cadence: Option<Cadence>,
    /// Entries that must have succeeded before.
    #[serde(default)]
    pub after: Vec<String>,
    /// How old its last success may be.
    pub fresh: Length,
    /// What it usually needs.
    pub expected: Expected,
    /// Holds an address that is asked for after each success.
    pub ping_url_file: Option<String>,
}

/// What an entry usually needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// How long it takes.
    pub duration: Length,
    /// How much it reads.
    pub input: Size,
}

/// Rotated logs that hosts bring to a source of ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipping {
    /// Its name, of letters, digits and `-`.
    pub name: String,
    /// The folder on each host.
    pub from: String,
    /// Where they go: a folder, `hdfs://` or `s3://`.
    pub to: String,
    /// When it runs.
    pub cadence: Cadence,
    /// The hosts, for schedulers that send work to them.
    #[serde(default)]
    pub hosts: Vec<String>,
}

impl Schedule {
    /// Reads a catalogue; without a file, the one that the program brings along.
    ///
    /// # Errors
    /// When it cannot be read, or an entry cannot be scheduled: naming the file and the entry.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = file else { return Self::parse("the catalogue of this program", SHIPPED) };
        let unreadable = |source| ConfigError::Unreadable { path: PathBuf::from(path), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&path.display().to_string(), &text)
    }

    fn parse(origin: &str, text: &str) -> Result<Self, ConfigError> {
        let schedule: Self = serde_yaml::from_str(text).map_err(|e| match unreadable(text) {
            Some(name) => wrong(&format!("{origin}: entry `{name}`"), &e),
            None => wrong(origin, &e),
        })?;
        let said = |what| ConfigError::Wrong { origin: origin.to_owned(), what };
        schedule.check().map_err(said)?;
        Ok(schedule)
    }

    /// The entry of a name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.workflows.iter().find(|entry| entry.name == name)
    }

    /// The names of its entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.workflows.iter().map(|entry| entry.name.as_str())
    }

    /// Entries that run as soon as this one has succeeded.
    pub fn next(&self, entry: &Entry) -> impl Iterator<Item = &Entry> {
        let follows = |next: &&Entry| next.cadence.is_none() && next.after.contains(&entry.name);
        self.workflows.iter().filter(follows)
    }

    /// Entries with a cadence of their own, each with that.
    pub fn timed(&self) -> impl Iterator<Item = (&Entry, &Cadence)> {
        self.workflows.iter().filter_map(|entry| Some((entry, entry.cadence.as_ref()?)))
    }

    /// The words that run an entry.
    #[must_use]
    pub fn run_command(&self, entry: &Entry) -> Vec<String> {
        let mut words = self.command(&["run", &entry.workflow]);
        words.extend(entry.arguments.iter().cloned());
        if let Some(file) = self.metrics_file(entry) {
            words.extend(["--metrics-file".to_owned(), file]);
        }
        words
    }

    /// The words that fail unless what must have succeeded before an entry is fresh; none for one that is
    /// started by the success itself.
    #[must_use]
    pub fn gate_command(&self, entry: &Entry) -> Option<Vec<String>> {
        let is_gated = entry.cadence.is_some() && !entry.after.is_empty();
        let words = ["status", "--freshness"].into_iter().chain(entry.after.iter().map(|n| &**n));
        is_gated.then(|| self.command(&words.collect::<Vec<_>>()))
    }

    /// The words that ship logs.
    #[must_use]
    pub fn ship_command(&self, logs: &Shipping) -> Vec<String> {
        let words = [&*self.program, "input", "ship", &*logs.from, &*logs.to];
        words.map(str::to_owned).into()
    }

    /// Where the metrics of an entry go.
    #[must_use]
    pub fn metrics_file(&self, entry: &Entry) -> Option<String> {
        let folder = self.metrics.as_deref()?.trim_end_matches('/');
        Some(format!("{folder}/insights-{}.prom", entry.name))
    }

    fn command(&self, words: &[&str]) -> Vec<String> {
        let head = [&*self.program, "-c", &*self.config];
        head.iter().chain(words).map(|word| (*word).to_owned()).collect()
    }

    fn check(&self) -> Result<(), String> {
        let texts = [&self.program, &self.config, &self.user].into_iter();
        texts.chain(&self.mail).chain(&self.metrics).try_for_each(|text| plain(text))?;
        let mut names = BTreeSet::new();
        let of_logs = self.logs.iter().map(|logs| logs.name.as_str());
        for name in self.names().chain(of_logs) {
            let fits =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if !name.bytes().all(fits) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
                return Err(format!("entry `{name}`: a name is of small letters, digits and `-`"));
            }
            if !names.insert(name) {
                return Err(format!("entry `{name}` is there twice"));
            }
        }
        for entry in &self.workflows {
            self.check_entry(entry).map_err(|what| format!("entry `{}`: {what}", entry.name))?;
        }
        for logs in &self.logs {
            check_logs(logs).map_err(|what| format!("entry `{}`: {what}", logs.name))?;
        }
        self.check_order()
    }

    fn check_entry(&self, entry: &Entry) -> Result<(), String> {
        let name = &entry.workflow;
        if !workflow::names().any(|known| known == name) {
            let guess = did_you_mean(name, workflow::names());
            return Err(format!("there is no workflow or job `{name}`{guess}"));
        }
        if let Some(other) = entry.after.iter().find(|other| self.entry(other).is_none()) {
            let guess = did_you_mean(other, self.names());
            return Err(format!("`after` names `{other}`, which is no entry{guess}"));
        }
        if entry.cadence.is_none() && entry.after.len() != 1 {
            return Err("without a cadence it runs after one other: name that with `after`".into());
        }
        entry.arguments.iter().chain(&entry.ping_url_file).try_for_each(|text| plain(text))
    }

    /// No entry may wait for itself.
    fn check_order(&self) -> Result<(), String> {
        let mut left: Vec<_> = self.workflows.iter().collect();
        loop {
            let names: BTreeSet<_> = left.iter().map(|entry| entry.name.clone()).collect();
            let before = left.len();
            left.retain(|entry| entry.after.iter().any(|name| names.contains(name)));
            match left.first() {
                None => return Ok(()),
                Some(first) if left.len() == before => {
                    return Err(format!("entry `{}` waits for itself, over `after`", first.name));
                }
                Some(_) => {}
            }
        }
    }
}

impl Entry {
    /// The minutes after which it is ended.
    #[must_use]
    pub fn most_minutes(&self) -> i64 {
        (self.expected.duration.get().num_minutes() * PATIENCE).max(1)
    }

    /// What it is told by the environment.
    #[must_use]
    pub fn environment(&self) -> Option<(&'static str, &str)> {
        self.ping_url_file.as_deref().map(|file| (PING_VARIABLE, file))
    }
}

fn check_logs(logs: &Shipping) -> Result<(), String> {
    [&logs.from, &logs.to].into_iter().try_for_each(|text| plain(text))?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    match logs.hosts.iter().find(|host| host.is_empty() || !host.chars().all(fits)) {
        Some(host) => Err(format!("`{host}` is no name of a host")),
        None => Ok(()),
    }
}

/// The name of the first entry that cannot be read.
fn unreadable(text: &str) -> Option<String> {
    let all: Value = serde_yaml::from_str(text).ok()?;
    let name = |entry: &Value| entry["name"].as_str().map(str::to_owned);
    let of = |key: &str| all[key].as_sequence().cloned().unwrap_or_default();
    let entry = of("workflows").into_iter().find(|e| Entry::deserialize(e).is_err());
    let entry =
        entry.or_else(|| of("logs").into_iter().find(|e| Shipping::deserialize(e).is_err()));
    entry.as_ref().and_then(name)
}

/// Refuses what cannot stand on one line, and passwords, which would stand in what is rendered.
fn plain(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err(format!("{text:?} has a control character"));
    }
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => Err(format!(
            "an address at {host} has a password, which anybody could read in what is rendered; \
             let `password_file` name it"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HEAD: &str = "program: insights\nconfig: insights.yml\nuser: insights\nworkflows:\n";

    fn refused(entries: &str) -> String {
        Schedule::parse("my.yml", &format!("{HEAD}{entries}")).unwrap_err().to_string()
    }

    fn entry(name: &str, more: &str) -> String {
        format!(
            "  - {{name: {name}, workflow: grades, fresh: 8d, expected: {{duration: 20m, input: 1 GiB}}{more}}}\n"
        )
    }

    #[test]
    fn the_catalogue_of_the_program_is_one() {
        let schedule = Schedule::read(None).unwrap();
        assert_eq!(
            schedule.names().collect::<Vec<_>>(),
            ["nightly", "enrollment-validation", "grades", "exports"]
        );
        let exports = schedule.entry("exports").unwrap();
        assert_eq!(
            schedule.run_command(exports).join(" "),
            "/usr/local/bin/insights -c /etc/insights/insights.yml run exports --interval today-7d-today"
        );
        assert_eq!(
            schedule.gate_command(exports).unwrap()[3..],
            ["status", "--freshness", "nightly"]
        );
        let nightly = schedule.entry("nightly").unwrap();
        assert_eq!(schedule.next(nightly).count(), 1);
        assert_eq!((schedule.gate_command(nightly), nightly.most_minutes()), (None, 240));
    }

    #[test]
    fn an_error_names_the_file_and_the_entry() {
        let daily = ", cadence: \"0 1 * * *\"";
        for (entries, said) in [
            (entry("a", ""), "entry `a`: without a cadence it runs after one other"),
            (entry("a", ", afterr: [b]"), "entry `a`: unknown key `afterr`; did you mean `after`?"),
            (entry("a", ", cadence: \"0 25 * * *\""), "entry `a`: workflows[0]: `25` is no hour"),
            (entry("A", daily), "entry `A`: a name is of small letters"),
            (entry("a", daily).repeat(2), "entry `a` is there twice"),
            (entry("a", daily).replace("grades", "grade"), "did you mean `grades`?"),
            (entry("a", ", after: [nope]"), "entry `a`: `after` names `nope`"),
            (
                entry("a", ", after: [b]") + &entry("b", ", after: [a]"),
                "entry `a` waits for itself",
            ),
            (
                entry("a", &format!("{daily}, arguments: [--store, \"mysql://u:p@h/d\"]")),
                "entry `a`: an address at h has a password",
            ),
            (entry("a", &format!("{daily}, arguments: [\"a\\nb\"]")), "a control character"),
            (
                entry("a", daily)
                    + "logs: [{name: b, from: /l, to: /s, cadence: \"0 * * * *\", hosts: [a b]}]\n",
                "entry `b`: `a b` is no name of a host",
            ),
            (entry("a", daily).replace("8d", "often"), "`often` is no length of time"),
            (entry("a", daily).replace("1 GiB", "much"), "`much` is no size"),
        ] {
            let error = refused(&entries);
            assert!(error.starts_with("my.yml: ") && error.contains(said), "{error}");
            assert!(!error.contains("u:p@"), "{error}");
        }
        let error = Schedule::read(Some(Path::new("/none.yml"))).unwrap_err().to_string();
        assert!(error.contains("/none.yml"), "{error}");
    }
}
