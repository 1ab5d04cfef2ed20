//! What Hadoop tells a task through its environment, under the names of Hadoop 1, 2 and 3
//! (spec 40 A.4).

use std::collections::HashMap;

/// Job settings that were renamed: the current name and Hadoop 1's.
const RENAMED: &[(&str, &str)] = &[
    ("mapreduce.map.input.file", "map.input.file"),
    ("mapreduce.map.input.start", "map.input.start"),
    ("mapreduce.map.input.length", "map.input.length"),
    ("mapreduce.job.id", "mapred.job.id"),
    ("mapreduce.job.name", "mapred.job.name"),
    ("mapreduce.task.id", "mapred.tip.id"),
    ("mapreduce.task.attempt.id", "mapred.task.id"),
    ("mapreduce.task.ismap", "mapred.task.is.map"),
    ("mapreduce.task.partition", "mapred.task.partition"),
    ("mapreduce.job.reduces", "mapred.reduce.tasks"),
    ("mapreduce.task.output.dir", "mapred.work.output.dir"),
    ("mapreduce.job.local.dir", "job.local.dir"),
    ("mapreduce.job.user.name", "user.name"),
    ("mapreduce.job.queuename", "mapred.job.queue.name"),
    ("mapreduce.job.priority", "mapred.job.priority"),
    ("mapreduce.task.timeout", "mapred.task.timeout"),
    ("mapreduce.job.output.key.comparator.class", "mapred.output.key.comparator.class"),
    ("mapreduce.output.fileoutputformat.compress", "mapred.output.compress"),
    ("mapreduce.output.fileoutputformat.compress.codec", "mapred.output.compression.codec"),
    ("mapreduce.partition.keypartitioner.options", "mapred.text.key.partitioner.options"),
];

/// The job's settings as a task sees them.
#[derive(Clone, Debug, Default)]
pub struct JobConf {
    environment: HashMap<String, String>,
}

impl JobConf {
    /// Reads this process's environment. Variables that are not Unicode are left out.
    #[must_use]
    pub fn from_environment() -> Self {
        Self::new(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// Takes settings from anywhere.
    #[must_use]
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { environment: variables.into_iter().collect() }
    }

    /// A setting by either of its names, with dots: first as Hadoop 2 and 3 export it, then as
    /// Hadoop 1 does, then verbatim.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let other = RENAMED.iter().find_map(|(new, old)| match name {
            n if n == *new => Some(*old),
            n if n == *old => Some(*new),
            _ => None,
        });
        let names = [Some(variable(name)), other.map(variable), Some(name.to_owned())];
        names.into_iter().flatten().find_map(|n| self.environment.get(&n)).map(String::as_str)
    }

    /// A whole number setting.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.trim().parse().ok()
    }

    /// The values of all settings whose names begin so, by the rest of the variable's name.
    pub fn with_prefix<'a>(&'a self, prefix: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let prefix = variable(prefix);
        self.environment.iter().filter_map(move |(name, value)| {
            Some((name.strip_prefix(prefix.as_str())?, value.as_str()))
        })
    }

    /// The address of the file that a map task's lines come from.
    #[must_use]
    pub fn input_file(&self) -> Option<&str> {
        self.get("mapreduce.map.input.file")
    }

    /// The folder that the framework's committer promotes when this attempt succeeds.
    #[must_use]
    pub fn output_dir(&self) -> Option<&str> {
        self.get("mapreduce.task.output.dir")
    }

    /// The number of this task among its kind.
    #[must_use]
    pub fn partition(&self) -> Option<usize> {
        self.number("mapreduce.task.partition").and_then(|n| usize::try_from(n).ok())
    }
}

/// The name under which streaming exports a setting: all but ASCII letters and digits become `_`.
#[must_use]
pub fn variable(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The names under which an engine exports a setting to its tasks: the current one and Hadoop 1's.
pub fn variables(name: &str) -> impl Iterator<Item = String> {
    let old = RENAMED.iter().find(|(new, _)| *new == name).map(|(_, old)| variable(old));
    std::iter::once(variable(name)).chain(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conf(pairs: &[(&str, &str)]) -> JobConf {
        JobConf::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn either_generation_of_names_is_found() {
        for (name, value) in [
            ("mapreduce_map_input_file", "hdfs://a/b"),
            ("map_input_file", "hdfs://a/b"),
            ("mapreduce.map.input.file", "hdfs://a/b"),
        ] {
            assert_eq!(conf(&[(name, value)]).input_file(), Some("hdfs://a/b"), "{name}");
        }
        assert_eq!(conf(&[("mapred_task_partition", "7")]).partition(), Some(7));
        assert_eq!(conf(&[("mapred_work_output_dir", "/x")]).output_dir(), Some("/x"));
        assert_eq!(conf(&[]).input_file(), None);
    }

    #[test]
    fn the_current_name_wins_and_either_may_be_asked() {
        let both = conf(&[("mapreduce_job_reduces", "7"), ("mapred_reduce_tasks", "1")]);
        assert_eq!(both.number("mapreduce.job.reduces"), Some(7));
        assert_eq!(both.number("mapred.reduce.tasks"), Some(1));
        assert_eq!(conf(&[("mapreduce_job_reduces", "x")]).number("mapreduce.job.reduces"), None);
    }

    #[test]
    fn settings_of_ours_are_found_by_prefix() {
        let conf = conf(&[("insights_param_interval", "2014"), ("other", "x")]);
        let found: Vec<_> = conf.with_prefix("insights.param.").collect();
        assert_eq!(found, [("interval", "2014")]);
    }

    #[test]
    fn an_engine_exports_both_names() {
        let names: Vec<_> = variables("mapreduce.task.partition").collect();
        assert_eq!(names, ["mapreduce_task_partition", "mapred_task_partition"]);
    }
}
