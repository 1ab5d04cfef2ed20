//! The state of each learner in each block of a course, as one file a course (spec 30 §C.3).

use crate::event::course_key::filename_safe;
use crate::job::{At, Input, Job, Step, Work};
use crate::lms::COURSEWARE_STUDENTMODULE;
use crate::lms::dump::DumpReader;
use crate::params::Params;
use crate::report;
use crate::retired::is_pseudonymous_id;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::text::strip_ascii;

/// The job. It fills no table: a line of its output is the path of a file below the output root, TAB,
/// and a line of that file.
pub const JOB: Job = Job {
    name: "courseware-studentmodule-export",
    about: "the learners' state in the blocks of a course, one file a course",
    internal: false,
    inputs: &[Input::new(&COURSEWARE_STUDENTMODULE.rows, At::ImportDate)],
    fills: &[],
    report: Some(report::lines),
    params: &["import_date", "output_root", "output_suffix"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, _| Ok(Box::new(Map::new(params))),
        combiner: None,
        reducer: |_| Ok(Box::new(Reduce)),
        partition: 1,
        key: 1,
    }]),
};

const COLUMNS: usize = COURSEWARE_STUDENTMODULE.rows.columns.len();
/// The column `student_id`.
const STUDENT: usize = 3;

/// The file of a course below the output root. Courses whose names differ only in characters that a
/// file's name cannot have share one.
#[must_use]
pub fn path(course_id: &str, suffix: Option<&str>) -> String {
    let suffix = suffix.map(|suffix| format!("{suffix}-")).unwrap_or_default();
    let course = filename_safe(course_id, "-");
    format!("{course}-courseware_studentmodule-{suffix}analytics.sql")
}

/// `path, course_id, line of the file`; the line's own TABs are part of it.
struct Map {
    reader: DumpReader,
    suffix: Option<String>,
    line: Vec<u8>,
}

impl Map {
    fn new(params: &Params) -> Self {
        let suffix = params.get("output_suffix").map(str::to_owned);
        Self { reader: DumpReader::default(), suffix, line: Vec::new() }
    }
}

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let fields: [&[u8]; COLUMNS] = match self.reader.read(line) {
            Ok(fields) => fields,
            Err(error) => {
                out.count("Dump", error.counter(), 1);
                return Ok(());
            }
        };
        if is_pseudonymous_id(fields[STUDENT]) {
            out.count("Retired", "Rows Left Out", 1);
            return Ok(());
        }
        let course_id = fields[COLUMNS - 1];
        write_line(&fields, &mut self.line);
        let path = path(&String::from_utf8_lossy(course_id), self.suffix.as_deref());
        // The TABs of empty fields at the ends go as well.
        out.row().text(path).text(course_id).fields(strip_ascii(&self.line)).end()
    }
}

/// Joins fields by TAB; a backslash stands before each backslash, TAB and LF in them.
fn write_line(fields: &[&[u8]], line: &mut Vec<u8>) {
    line.clear();
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            line.push(b'\t');
        }
        for byte in *field {
            if matches!(byte, b'\\' | b'\t' | b'\n') {
                line.push(b'\\');
            }
            line.push(*byte);
        }
    }
}

/// Puts the names of the columns at the front of each file.
struct Reduce;

impl Reducer for Reduce {
    fn reduce(&mut self, path: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let mut header = out.row();
        header.fields(path);
        for column in COURSEWARE_STUDENTMODULE.rows.columns {
            header.text(column.name);
        }
        header.end()?;
        while let Some(value) = values.next()? {
            let line = value.get(key_len(value, 1) + 1..);
            let line = line.ok_or_else(|| Error::contract("a line of an export", "none", value))?;
            out.row().fields(path).fields(line).end()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::streaming::Counters;

    /// What an act writes and counts.
    fn written(act: impl FnOnce(&mut Output)) -> (Vec<String>, Counters) {
        let mut lines = Vec::new();
        let mut sink = |line: &[u8]| {
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            Ok(())
        };
        let mut out = Output::new(&mut sink);
        act(&mut out);
        let counters = std::mem::take(&mut out.counters);
        drop(out);
        (lines, counters)
    }

    fn mapped(line: &str) -> (Vec<String>, Counters) {
        let mut map = Map::new(&[("output_suffix", "x")].into_iter().collect());
        written(|out| map.map(line.as_bytes(), out).unwrap())
    }

    #[test]
    fn a_row_is_filed_under_its_course_and_escaped() {
        let dumped = r"7,'p','m\t\\',1,'a\\n#b',NULL,'t','t',3,'na','o/c/r'";
        let (lines, _) = mapped(&dumped.replace('#', "\t"));
        let row = r"o/c/r|7|p|mt\\|1|a\\n\#b|NULL|t|t|3|na|o/c/r".replace(['|', '#'], "\t");
        assert_eq!(lines, [format!("o-c-r-courseware_studentmodule-x-analytics.sql\t{row}")]);
    }

    #[test]
    fn white_space_at_the_ends_of_a_row_is_lost() {
        let (lines, _) = mapped(" 7,p,m,1,'',NULL,t,t,3,'',' '");
        assert!(lines[0].ends_with("\t \t7\tp\tm\t1\t\tNULL\tt\tt\t3"), "{lines:?}");
    }

    #[test]
    fn a_learner_who_has_left_is_in_no_file() {
        let (lines, counters) = mapped("7,'p','m',-3,'',NULL,'t','t',3,'na','o/c/r'");
        assert!(lines.is_empty());
        assert_eq!(counters.get("Retired", "Rows Left Out"), 1);
    }

    #[test]
    fn a_line_that_is_no_row_is_counted() {
        let (lines, counters) = mapped("7,'p");
        assert!(lines.is_empty());
        assert_eq!(counters.get("Dump", "Discard Unterminated Row"), 1);
    }

    #[test]
    fn courses_whose_names_look_alike_share_a_file() {
        for (course_id, suffix, name) in [
            ("o/c/r", Some("x"), "o-c-r-courseware_studentmodule-x-analytics.sql"),
            ("course-v1:o+c+r", Some("x"), "o-c-r-courseware_studentmodule-x-analytics.sql"),
            ("o/c/r", None, "o-c-r-courseware_studentmodule-analytics.sql"),
        ] {
            assert_eq!(path(course_id, suffix), name);
        }
    }

    #[test]
    fn a_file_begins_with_the_names_of_its_columns() {
        let lines = ["f\to/c/r\t1\ta", "f\to/c/r\t2\tb", "g\tx\t3"];
        let (lines, _) = written(|out| {
            let mut lines =
                crate::streaming::LineReader::new(std::io::Cursor::new(lines.join("\n")));
            let key = |line: &[u8]| key_len(line, 1);
            crate::streaming::reduce_lines(&mut lines, &key, &mut Reduce, out).unwrap();
        });
        let header = "id\tmodule_type\tmodule_id\tstudent_id\tstate\tgrade\tcreated\tmodified\tmax_grade\tdone\tcourse_id";
        let file = |name: &str, line: &str| format!("{name}\t{line}");
        let [f, g] = ["f", "g"].map(|name| file(name, header));
        assert_eq!(lines, [f, file("f", "1\ta"), file("f", "2\tb"), g, file("g", "3")]);
    }
}
