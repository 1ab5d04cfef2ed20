//! What is handed to `hadoop jar`: settings in a file, options in the order that Hadoop takes them
//! (generic ones before those of Streaming, spec 40 A.5).

use crate::cluster::Version;
use crate::config::HadoopConfig;
use crate::markup;
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
/// The settings file's name.
pub const SETTINGS: &str = "settings.xml";

/// One job for the cluster.
pub struct Submission<'a> {
    /// What is to be run.
    pub work: &'a Work<'a>,
    /// The job's name, and a tag by which its run can be found.
    pub name: String,
    /// The tag.
    pub tag: String,
    /// The program for the nodes: its path on the machine that submits.
    pub program: String,
    /// The address where the job writes.
    pub output: String,
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

impl<'a> Submission<'a> {
    /// A pass as a job with the settings of all jobs, which `jobconf` adds to.
    pub fn new(
        work: &'a Work<'a>,
        config: &'a HadoopConfig,
        jobconf: &[(String, String)],
        version: Version,
        program: String,
        output: String,
    ) -> Self {
        let names: Vec<_> = work.pass.jobs.iter().map(|job| job.name).collect();
        let mut all = config.jobconf.clone();
        all.extend(jobconf.iter().cloned());
        Self {
            work,
            name: format!("insights {}", names.join(" ")),
            tag: work.events.id().to_owned(),
            program,
            output,
            version,
            queue: config.queue.as_deref(),
            priority: config.priority.as_deref(),
            map_output_codec: &config.map_output_codec,
            jobconf: all,
        }
    }

    /// Writes the settings file into a folder of this machine.
    ///
    /// # Errors
    /// When it cannot be written, or a value is too long for a task's environment.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, RunError> {
        let settings = self.settings()?;
        // Hadoop takes a settings file that it does not find for an empty one.
        let path = std::path::absolute(folder.join(SETTINGS))
            .map_err(StorageError::disk("find", folder))?;
        std::fs::write(&path, xml(&settings)).map_err(StorageError::disk("write", &path))?;
        Ok(path)
    }

    /// The arguments of Streaming: `settings` and `files` are paths on the machine that submits.
    ///
    /// # Errors
    /// When an input cannot be named.
    pub fn arguments(&self, settings: &str, files: &[String]) -> Result<Vec<String>, RunError> {
        let mut arguments = Vec::new();
        let mut put = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        put("-conf", settings.to_owned());
        // Tasks find them in their working folder.
        let of_params: String = files.iter().map(|path| format!(",file://{path}")).collect();
        put("-files", format!("file://{}#jobs{of_params}", self.program));
        for input in self.work.inputs.iter().take(INPUTS_NAMED) {
            put("-input", escaped(&uri(&Place::at(input)?)?));
        }
        put("-output", self.output.clone());
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
            .map(|(name, value)| (self.version.named(name), (*value).to_owned()))
            .collect();
        let optional =
            [("mapreduce.job.queuename", self.queue), ("mapreduce.job.priority", self.priority)];
        for (name, value) in optional {
            settings.extend(value.map(|value| (self.version.named(name), value.to_owned())));
        }
        if let Some(rest) = self.work.inputs.get(INPUTS_NAMED..).filter(|rest| !rest.is_empty()) {
            let paths = rest.iter().map(|input| Ok(escaped(&uri(&Place::at(input)?)?)));
            let paths = paths.collect::<Result<Vec<_>, RunError>>()?.join(",");
            settings.insert(self.version.named("mapreduce.input.fileinputformat.inputdir"), paths);
        }
        for (name, value) in self.work.pass.params.iter() {
            if value.len() > LONGEST_VALUE {
                return Err(RunError::TooLong { name: name.to_owned(), length: value.len() });
            }
            settings.insert(format!("insights.param.{name}"), value.to_owned());
        }
        for (name, path) in self.work.pass.files() {
            let file = path.rsplit('/').next().unwrap_or(path);
            settings.insert(format!("insights.param.{name}"), file.to_owned());
        }
        settings.extend(self.jobconf.clone());
        Ok(settings)
    }
}

/// The address as Hadoop has it: absolute, with its scheme.
pub fn uri(place: &Place) -> Result<String, StorageError> {
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
        let (name, value) = (markup::escaped(name), markup::escaped(value));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "<property><name>{name}</name><value>{value}</value><final>false</final></property>"
        );
    }
    text + "</configuration>\n"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::events::Events;
    use crate::progress::Progress;
    use jobs::pass::Pass;
    use jobs::side_output::Packing;

    /// Of a job over two logs, on a Hadoop of this version: the arguments, and the settings file.
    fn submitted(major: u32) -> (Vec<String>, String) {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::from(folder.path());
        let job = jobs::registry::job("course-enrollment-daily").unwrap();
        let params = [("interval".to_owned(), "2014\t<&>".to_owned())].into_iter().collect();
        let pass = Pass { jobs: vec![job], step: 0, params };
        let events = Events::begin(&place, "r".to_owned(), &serde_json::Value::Null).unwrap();
        let work = Work {
            pass: &pass,
            inputs: &["hdfs://n:8020/logs/a,{1}.gz".into(), "hdfs://n:8020/logs/b.gz".into()],
            reducers: 7,
            output: &place.join("out"),
            packing: Packing::Gzip,
            scratch: folder.path(),
            progress: &Progress::new("x"),
            events: &events,
        };
        let submission = Submission {
            work: &work,
            name: "insights x".to_owned(),
            tag: "r".to_owned(),
            program: "/opt/jobs".to_owned(),
            output: "hdfs://n:8020/out".to_owned(),
            version: Version { major },
            queue: Some("nightly"),
            priority: Some("HIGH"),
            map_output_codec: "Codec",
            jobconf: BTreeMap::from([("mapreduce.job.name".to_owned(), "mine".to_owned())]),
        };
        let path = submission.write(folder.path()).unwrap();
        let arguments = submission.arguments(&path.display().to_string(), &[]).unwrap();
        (arguments, std::fs::read_to_string(path).unwrap())
    }

    fn has(settings: &str, name: &str, value: &str) -> bool {
        settings.contains(&format!("<name>{name}</name><value>{value}</value>"))
    }

    #[test]
    fn generic_options_come_before_those_of_streaming() {
        let (arguments, _) = submitted(3);
        let options: Vec<_> = arguments.iter().filter(|word| word.starts_with('-')).collect();
        let order = [
            "-conf",
            "-files",
            "-input",
            "-output",
            "-mapper",
            "-combiner",
            "-reducer",
            "-partitioner",
            "-lazyOutput",
        ];
        assert_eq!(options, order);
        assert!(arguments.contains(&"file:///opt/jobs#jobs".to_owned()), "{arguments:?}");
        assert!(arguments.contains(&r"hdfs://n:8020/logs/a\,\{1\}.gz".to_owned()), "{arguments:?}");
    }

    #[test]
    fn settings_have_the_names_of_the_clusters_hadoop() {
        for (major, reduces, queue, inputs, compress) in [
            (
                1,
                "mapred.reduce.tasks",
                "mapred.job.queue.name",
                "mapred.input.dir",
                "mapred.output.compress",
            ),
            (
                2,
                "mapreduce.job.reduces",
                "mapreduce.job.queuename",
                "mapreduce.input.fileinputformat.inputdir",
                "mapreduce.output.fileoutputformat.compress",
            ),
        ] {
            let (_, settings) = submitted(major);
            assert!(has(&settings, reduces, "7"), "{settings}");
            assert!(has(&settings, queue, "nightly"), "{settings}");
            assert!(has(&settings, inputs, "hdfs://n:8020/logs/b.gz"), "{settings}");
            assert!(has(&settings, compress, "true"), "{settings}");
            for side in ["map", "reduce"] {
                let fields = format!("stream.num.{side}.output.key.fields");
                assert!(has(&settings, &fields, WHOLE_LINE), "{settings}");
            }
            assert!(
                has(&settings, "insights.param.interval", "2014&#9;&lt;&amp;&gt;"),
                "{settings}"
            );
        }
    }

    #[test]
    fn priority_speculation_and_the_codec_of_map_output_are_said() {
        for (major, said) in [
            (
                1,
                [
                    ("mapred.job.priority", "HIGH"),
                    ("mapred.map.tasks.speculative.execution", "false"),
                    ("mapred.reduce.tasks.speculative.execution", "false"),
                    ("mapred.compress.map.output", "true"),
                    ("mapred.map.output.compression.codec", "Codec"),
                ],
            ),
            (
                3,
                [
                    ("mapreduce.job.priority", "HIGH"),
                    ("mapreduce.map.speculative", "false"),
                    ("mapreduce.reduce.speculative", "false"),
                    ("mapreduce.map.output.compress", "true"),
                    ("mapreduce.map.output.compress.codec", "Codec"),
                ],
            ),
        ] {
            let (_, settings) = submitted(major);
            for (name, value) in said {
                assert!(has(&settings, name, value), "{name}: {settings}");
            }
        }
    }

    #[test]
    fn what_the_user_says_wins() {
        let (_, settings) = submitted(3);
        assert!(has(&settings, "mapreduce.job.name", "mine"), "{settings}");
        assert!(!settings.contains("insights x"), "{settings}");
    }
}
