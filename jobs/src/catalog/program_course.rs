//! The programs of the catalogue's course runs, a row a pair (spec 10 §4.10).

use super::course_run::{CourseRun, DISCOVERY_API_RAW, program_text};
use crate::job::{At, Fill, Input, Job, KeepAll, Step, WHOLE_LINE, Work};
use crate::streaming::output::NULL;
use crate::streaming::{Error, Mapper, Output};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "program-course",
    about: "which course runs the catalogue's programs hold",
    internal: true,
    inputs: &[Input::new(&DISCOVERY_API_RAW, At::Date)],
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
pub const TABLE: Table = Table::staged(
    "program_course",
    &[
        Column::new("program_id", Kind::Text(36)),
        Column::new("program_type", Kind::Text(32)),
        Column::new("program_title", Kind::Text(255)),
        Column::new("catalog_course", Kind::Text(255)),
        Column::new("catalog_course_title", Kind::Text(255)),
        Column::new("course_id", Kind::Text(255)),
        Column::new("org_id", Kind::Text(255)),
        Column::new("partner_short_code", Kind::Text(8)),
        Column::new("program_slot_number", Kind::Int),
    ],
);

struct Map;

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let Some(run) = CourseRun::read(line, out) else { return Ok(()) };
        for program in run.programs() {
            let mut row = out.row();
            for field in ["uuid", "type", "title"] {
                row.opt_str(program_text(program, field));
            }
            row.opt_str(run.text("course")).opt_str(run.title()).text(&*run.key());
            row.opt_str(run.org()).opt_str(run.text("partner_short_code")).fields(NULL).end()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn a_run_has_a_row_for_each_of_its_programs() {
        let line = r#"{"key": "course-v1:o+c+r", "course": "o+c", "title": "T", "programs": [
            {"uuid": "u1", "type": "XSeries", "title": "P  1"}, {"uuid": "u2", "type": "M"}]}"#;
        let params = [("date", "2016-09-08"), ("enable_course_catalog", "true")];
        let input = [("discovery_api_raw", vec![line.replace('\n', " ")])];
        assert_eq!(
            run(&super::JOB, &params, &input).table("program_course"),
            [
                "u1\tXSeries\tP 1\to+c\tT\tcourse-v1:o+c+r\to\t\\N\t\\N",
                "u2\tM\t\\N\to+c\tT\tcourse-v1:o+c+r\to\t\\N\t\\N",
            ]
        );
    }
}
