//! The mapping half of jobs that copy log lines into files: each line is parsed once for all of them.

use crate::event::Prefilter;
use crate::job::{Job, Pick, Work};
use crate::params::{ParamError, Params};
use crate::pass::{read_event, write_rejected};
use crate::retired::Retired;
use crate::streaming::{Error, Mapper, Output};
use crate::text;
use std::rc::Rc;

/// Gives `job, path, line` for each file that a line goes to. A line that names a learner who has left goes
/// to none.
pub(crate) struct CopyMapper {
    prefilter: Prefilter,
    retired: Option<Rc<Retired>>,
    parts: Vec<(&'static str, Box<dyn Pick>)>,
    address: String,
}

impl CopyMapper {
    pub(crate) fn new(
        jobs: &[&'static Job],
        params: &Params,
        address: &str,
    ) -> Result<Self, ParamError> {
        let (mut parts, mut needles) = (Vec::new(), Vec::new());
        for job in jobs {
            let Work::Copy(copy) = job.work else { continue };
            parts.push((job.name, (copy.pick)(params)?));
            needles.push(copy.needles);
        }
        let prefilter = Prefilter::for_any(&needles);
        Ok(Self { prefilter, retired: Retired::of(params)?, parts, address: address.to_owned() })
    }
}

impl Mapper for CopyMapper {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let Some(event) = read_event(line, &self.prefilter, out) else { return Ok(()) };
        if self.retired.as_ref().is_some_and(|retired| retired.names(&event)) {
            out.count("Retired", "Lines Left Out", 1);
            return Ok(());
        }
        for (name, picker) in &mut self.parts {
            out.set_tag(name);
            for place in picker.pick(&event, out) {
                out.row().text(picker.path(&place)).fields(copied(line)).end()?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), Error> {
        write_rejected(&self.address, out)
    }
}

/// What is copied of a line: all but white space at its ends, bytes unchanged.
#[must_use]
pub fn copied(line: &[u8]) -> &[u8] {
    text::strip_ascii(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::Event;
    use crate::job::{CopyLines, Place};
    use crate::pass::{Pass, Source};
    use crate::side_output::Gzip;
    use crate::testkit::write_files;
    use std::io::Read;

    /// Copies each line into the file of its event type, twice when it is `twice`.
    struct ByType;

    impl Pick for ByType {
        fn pick(&mut self, event: &Event, out: &mut Output) -> Vec<Place> {
            let Some(name) = event.event_type() else {
                out.count("Copy", "Discard Without Type", 1);
                return Vec::new();
            };
            let place = |day: &str| Place { day: day.to_owned(), name: name.to_owned() };
            let days = if name == "twice" { &["1", "2"][..] } else { &["1"] };
            days.iter().map(|day| place(day)).collect()
        }

        fn path(&self, place: &Place) -> String {
            format!("{}/{}.gz", place.name, place.day)
        }
    }

    const JOB: Job = Job {
        name: "by-type",
        about: "",
        internal: false,
        inputs: &[],
        fills: &[],
        report: None,
        params: &[],
        only_if: None,
        work: Work::Copy(CopyLines {
            needles: &["event"],
            pick: |_| Ok(Box::new(ByType)),
            pack: |_| Ok(Box::new(Gzip)),
        }),
    };

    #[test]
    fn each_path_is_one_file_of_lines_in_order() {
        let lines = [
            "x {\"event_type\": \"once\", \"a\": \"\tb\"}  ",
            r#"{"event_type": "twice"}"#,
            r#"{"event_type": "once"}"#,
            r#"{"event_type": "once"}"#,
            r#"{"event_type": 7}"#,
            r#"{"event_type": "#,
            "nothing",
        ];
        let pass = Pass { jobs: vec![&JOB], step: 0, params: Params::default() };
        let logs = [(Source::Logs("log".to_owned()), lines.map(str::to_owned).to_vec())];
        let folder = tempfile::tempdir().unwrap();
        let counters = write_files(&pass, &logs, folder.path()).unwrap();
        let read = |path: &str| {
            let file = std::fs::File::open(folder.path().join("files/by-type").join(path)).unwrap();
            let mut text = String::new();
            flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
            text
        };
        let once = "{\"event_type\": \"once\"}\n";
        let prefixed = "x {\"event_type\": \"once\", \"a\": \"\tb\"}\n";
        assert_eq!(read("once/1.gz"), [prefixed, once, once].concat());
        assert_eq!(read("twice/1.gz"), "{\"event_type\": \"twice\"}\n");
        assert_eq!(read("twice/2.gz"), read("twice/1.gz"));
        for (group, name, count) in [
            ("Event", "Lines", 7),
            ("Event", "Lines Of No Interest", 1),
            ("Event", "Discard Unparseable Event", 1),
            ("Copy", "Discard Without Type", 1),
        ] {
            assert_eq!(counters.get(group, name), count, "{name}");
        }
        let raw = 2 * once.len() + prefixed.len() + 2 * read("twice/1.gz").len();
        assert_eq!(counters.get("Files", "Raw Bytes Written"), i64::try_from(raw).unwrap());
        assert!(counters.get("Files", "Bytes Written to Output") > 60);
    }

    #[test]
    fn only_white_space_at_the_ends_is_left_out() {
        for (line, kept) in [
            ("\x0b a\tb \r\x0c", "a\tb"),
            ("\u{a0}a\u{a0}", "\u{a0}a\u{a0}"),
            ("a", "a"),
            (" \t", ""),
        ] {
            assert_eq!(copied(line.as_bytes()), kept.as_bytes());
        }
    }
}
