//! The programs that a course run belongs to (spec 10 §4.12).

use super::program_course;
use crate::job::{At, Fill, Input, Job, KeepAll, Step, WHOLE_LINE, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "course-program-metadata",
    about: "the programs of each course run, for the Data API",
    internal: false,
    inputs: &[Input::new(&program_course::TABLE, At::Date)],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: None,
    params: &["date", "enable_course_catalog"],
    only_if: Some("enable_course_catalog"),
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Map)),
        combiner: None,
        reducer: |_| Ok(Box::new(KeepAll)),
        partition: 1,
        key: WHOLE_LINE,
    }]),
};

/// One row: a course run in a program.
pub const TABLE: Table = Table::result(
    "course_program_metadata",
    &[
        Column::required("course_id", Kind::Text(255)),
        Column::required("program_id", Kind::Text(36)),
        Column::required("program_type", Kind::Text(32)),
        Column::new("program_title", Kind::Text(255)),
    ],
    &[&["course_id"], &["program_id"]],
)
.unique(&["course_id", "program_id"]);

struct Map;

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [id, kind, title, _, _, course_id, _, _, _] = split("a row of program_course", line)?;
        out.row().fields(course_id).fields(id).fields(kind).fields(title).end()
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn the_course_comes_first() {
        let row = "u1\tXSeries\tP 1\to+c\tT\tcourse-v1:o+c+r\to\t\\N\t\\N".to_owned();
        let rows = run(&super::JOB, &[("date", "2016-09-08")], &[("program_course", vec![row])]);
        assert_eq!(rows.table("course_program_metadata"), ["course-v1:o+c+r\tu1\tXSeries\tP 1"]);
    }
}
