//! What is handed to `hadoop jar`: settings in a file, options in the order that Hadoop takes them
//! (generic ones before those of Streaming, spec 40 A.5).

use super::install::Version;
use crate::runner::{RunError, Work};
use crate::storage::{Place, StorageError};
use jobs::streaming::Partitioner;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Fields of the key that make the whole line the key.
const WHOLE_LINE: &str = "100";
/// Longer values never reach a task whole: the kernel takes no longer variable (spec 40 A.4).
const LONGEST_VALUE: usize = 100_000;
/// Inputs named on the command line; the others stand in the settings file.
const INPUTS_NAMED: usize = 1;

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

/// One job for the cluster.
pub struct Submission<'a> {
    /// What is to be run.
    pub work: &'a Work<'a>,
    /// The job's name, and a tag by which its run can be found.
    pub name: String,
    /// The tag.
    pub tag: String,
    /// The program for the nodes.
    pub program: &'a Path,
    /// The cluster's Hadoop.
    pub version: Version,
    /// The queue, where one is wished.
    pub queue: Option<&'a str>,
    /// The priority, where one is wished.
    pub priority: Option<&'a str>,
    /// The codec of map output.
    pub map_output_codec: &'a str,
    /// Settings of the user, which win.
    pub jobconf: BTreeMap<String, String>,
}

impl Submission<'_> {
    /// Writes the settings file into a folder, and gives the arguments behind `hadoop`.
    ///
    /// # Errors
    /// When the file cannot be written, or a value is too long for a task's environment.
    pub fn write(&self, jar: &Path, folder: &Path) -> Result<Vec<String>, RunError> {
        let settings = self.settings()?;
        // Hadoop takes a settings file that it does not find for an empty one.
        let path = std::path::absolute(folder.join("settings.xml"))
            .map_err(StorageError::disk("find", folder))?;
        std::fs::write(&path, xml(&settings)).map_err(StorageError::disk("write", &path))?;
        let mut arguments = vec!["jar".to_owned(), jar.display().to_string()];
        let mut put = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        put("-conf", path.display().to_string());
        put("-files", format!("file://{}#jobs", self.program.display()));
        for input in self.work.inputs.iter().take(INPUTS_NAMED) {
            put("-input", escaped(&uri(&Place::at(input)?)?));
        }
        put("-output", uri(self.work.output)?);
        put("-mapper", self.command("map"));
        if self.work.pass.combiner()?.is_some() {
            put("-combiner", self.command("combine"));
        }
        put("-reducer", self.command("reduce"));
        put("-partitioner", "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner".to_owned());
        // Rows go to side outputs: no empty part files beside them.
        arguments.push("-lazyOutput".to_owned());
        Ok(arguments)
    }

    fn command(&self, side: &str) -> String {
        let names: Vec<_> = self.work.pass.jobs.iter().map(|job| job.name).collect();
        format!("jobs {side} --scan {} --step {}", names.join(","), self.work.pass.step + 1)
    }

    /// All settings of the job, under the names of the cluster's Hadoop.
    ///
    /// # Errors
    /// When a value is too long for a task's environment.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, RunError> {
        let (Partitioner::Fields(fields) | Partitioner::Key(fields)) = self.work.pass.partitioner();
        let fixed = [
            ("mapreduce.job.name", self.name.as_str()),
            ("mapreduce.job.tags", &self.tag),
            ("mapreduce.job.reduces", &self.work.reducers.to_string()),
            // A line is its own key on every side, the combiner's too.
            ("stream.num.map.output.key.fields", WHOLE_LINE),
            ("stream.num.reduce.output.key.fields", WHOLE_LINE),
            ("mapreduce.partition.keypartitioner.options", &format!("-k1,{fields}")),
            ("mapreduce.map.output.key.field.separator", "\t"),
            // Tasks write files of their own: one attempt at a time, committed by its job.
            ("mapreduce.map.speculative", "false"),
            ("mapreduce.reduce.speculative", "false"),
            ("mapreduce.fileoutputcommitter.algorithm.version", "1"),
            ("mapreduce.map.output.compress", "true"),
            ("mapreduce.map.output.compress.codec", self.map_output_codec),
            ("stream.jobconf.truncate.limit", &LONGEST_VALUE.to_string()),
        ];
        // Said in any case: a cluster's own wish would pack by a codec that tasks do not have.
        let packing = self.work.packing.settings();
        let mut settings: BTreeMap<_, _> = fixed
            .iter()
            .chain(&packing)
            .map(|(name, value)| (self.named(name), (*value).to_owned()))
            .collect();
        let optional =
            [("mapreduce.job.queuename", self.queue), ("mapreduce.job.priority", self.priority)];
        for (name, value) in optional {
            settings.extend(value.map(|value| (self.named(name), value.to_owned())));
        }
        if let Some(rest) = self.work.inputs.get(INPUTS_NAMED..).filter(|rest| !rest.is_empty()) {
            let paths = rest.iter().map(|input| Ok(escaped(&uri(&Place::at(input)?)?)));
            let paths = paths.collect::<Result<Vec<_>, RunError>>()?.join(",");
            settings.insert(self.named("mapreduce.input.fileinputformat.inputdir"), paths);
        }
        for (name, value) in self.work.pass.params.iter() {
            if value.len() > LONGEST_VALUE {
                return Err(RunError::TooLong { name: name.to_owned(), length: value.len() });
            }
            settings.insert(format!("insights.param.{name}"), value.to_owned());
        }
        settings.extend(self.jobconf.clone());
        Ok(settings)
    }

    fn named(&self, name: &str) -> String {
        let old = OLD_NAMES.iter().find(|(new, _)| *new == name && self.version.major == 1);
        old.map_or(name, |(_, old)| old).to_owned()
    }
}

/// The address as Hadoop has it: absolute, with its scheme.
fn uri(place: &Place) -> Result<String, StorageError> {
    let Some(path) = place.disk_path() else { return Ok(place.address()) };
    let path: PathBuf = std::path::absolute(path).map_err(place.refused("find"))?;
    Ok(format!("file://{}", path.display()))
}

/// A path that Hadoop takes as it is: no pattern, no list.
fn escaped(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for letter in path.chars() {
        if matches!(letter, ',' | '{' | '}' | '[' | ']' | '*' | '?' | '\\') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

fn xml(settings: &BTreeMap<String, String>) -> String {
    let mut text = String::from("<?xml version=\"1.0\"?>\n<configuration>\n");
    for (name, value) in settings {
        let (name, value) = (xml_text(name), xml_text(value));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "<property><name>{name}</name><value>{value}</value><final>false</final></property>"
        );
    }
    text + "</configuration>\n"
}

fn xml_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A parser would make a blank of it.
            '\t' | '\r' | '\n' => {
                let _ = write!(escaped, "&#{};", letter as u32);
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}
