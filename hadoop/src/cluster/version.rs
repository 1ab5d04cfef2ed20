//! Which Hadoop a cluster has, and what it calls its settings.

use crate::runner::RunError;
use std::process::Command;

/// Hadoop's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// 1, 2 or 3: settings were renamed after 1.
    pub major: u32,
}

/// Names of Hadoop 1, where they differ.
const OLD_NAMES: &[(&str, &str)] = &[
    ("mapreduce.job.name", "mapred.job.name"),
    ("mapreduce.job.reduces", "mapred.reduce.tasks"),
    ("mapreduce.job.queuename", "mapred.job.queue.name"),
    ("mapreduce.job.priority", "mapred.job.priority"),
    ("mapreduce.map.speculative", "mapred.map.tasks.speculative.execution"),
    ("mapreduce.reduce.speculative", "mapred.reduce.tasks.speculative.execution"),
    ("mapreduce.map.output.compress", "mapred.compress.map.output"),
    ("mapreduce.map.output.compress.codec", "mapred.map.output.compression.codec"),
    ("mapreduce.output.fileoutputformat.compress", "mapred.output.compress"),
    ("mapreduce.output.fileoutputformat.compress.codec", "mapred.output.compression.codec"),
    ("mapreduce.partition.keypartitioner.options", "mapred.text.key.partitioner.options"),
    ("mapreduce.map.output.key.field.separator", "map.output.key.field.separator"),
    ("mapreduce.input.fileinputformat.inputdir", "mapred.input.dir"),
];

impl Version {
    /// Asks `hadoop version`.
    ///
    /// # Errors
    /// When the command is not there or says no version.
    pub fn of(command: &str) -> Result<Self, RunError> {
        let refuse = |why: String| RunError::Install(format!("`{command} version` {why}"));
        let output = Command::new(command).arg("version").output();
        let output = output.map_err(|e| refuse(format!("cannot be started: {e}")))?;
        let said = String::from_utf8_lossy(&output.stdout);
        Self::parse(&said).ok_or_else(|| {
            let stderr = String::from_utf8_lossy(&output.stderr);
            refuse(format!("tells no version ({}): {}", output.status, stderr.trim()))
        })
    }

    fn parse(said: &str) -> Option<Self> {
        let number = said.lines().find_map(|line| line.strip_prefix("Hadoop "))?;
        Some(Self { major: number.split('.').next()?.parse().ok()? })
    }

    /// A setting by the name that this Hadoop has for it.
    #[must_use]
    pub fn named(self, name: &str) -> String {
        let old = OLD_NAMES.iter().find(|(new, _)| *new == name && self.major == 1);
        old.map_or(name, |(_, old)| old).to_owned()
    }

    /// The setting that gives map tasks a variable of the environment.
    #[must_use]
    pub fn map_variable(self, name: &str, value: &str) -> (String, String) {
        match self.major {
            1 => ("mapred.map.child.env".to_owned(), format!("{name}={value}")),
            2 => ("mapreduce.map.env".to_owned(), format!("{name}={value}")),
            _ => (format!("mapreduce.map.env.{name}"), value.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_first_line_that_has_one() {
        let said = "WARNING: x\nHadoop 3.4.2\nSource code repository https://…\n";
        assert_eq!(Version::parse(said), Some(Version { major: 3 }));
        assert_eq!(Version::parse("Hadoop 1.0.3\n"), Some(Version { major: 1 }));
        assert_eq!(Version::parse("command not found\n"), None);
    }

    #[test]
    fn each_hadoop_has_its_own_names() {
        let variable = |major| Version { major }.map_variable("LC_ALL", "C").0;
        let names = ["mapred.map.child.env", "mapreduce.map.env", "mapreduce.map.env.LC_ALL"];
        assert_eq!([1, 2, 3].map(variable), names);
        assert_eq!(Version { major: 1 }.named("mapreduce.job.name"), "mapred.job.name");
        assert_eq!(Version { major: 2 }.named("mapreduce.job.name"), "mapreduce.job.name");
        assert_eq!(Version { major: 1 }.named("mapreduce.job.tags"), "mapreduce.job.tags");
    }
}
