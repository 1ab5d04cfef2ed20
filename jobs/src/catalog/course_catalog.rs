//! The catalogue's course runs as rows (spec 10 §4.10).

use super::course_run::{CourseRun, DISCOVERY_API_RAW};
use crate::job::{At, Fill, Input, Job, KeepAll, Step, WHOLE_LINE, Work};
use crate::streaming::{Error, Mapper, Output};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "course-catalog",
    about: "course runs of the catalogue, as rows",
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

const TEXT: Kind = Kind::Text(255);

/// One row: a course run.
pub const TABLE: Table = Table::staged(
    "course_catalog",
    &[
        Column::new("course_id", TEXT),
        Column::new("catalog_course", TEXT),
        Column::new("catalog_course_title", TEXT),
        Column::new("start_time", Kind::Timestamp),
        Column::new("end_time", Kind::Timestamp),
        Column::new("enrollment_start_time", Kind::Timestamp),
        Column::new("enrollment_end_time", Kind::Timestamp),
        Column::new("content_language", Kind::Text(50)),
        Column::new("pacing_type", TEXT),
        Column::new("level_type", TEXT),
        Column::new("availability", TEXT),
        Column::new("org_id", TEXT),
        Column::new("partner_short_code", Kind::Text(8)),
        Column::new("marketing_url", Kind::Text(1024)),
        Column::new("min_effort", Kind::Int),
        Column::new("max_effort", Kind::Int),
        Column::new("weeks_to_complete", Kind::Int),
        Column::new("announcement_time", Kind::Timestamp),
        Column::new("reporting_type", Kind::Text(20)),
    ],
);

struct Map;

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let Some(run) = CourseRun::read(line, out) else { return Ok(()) };
        let times = ["start", "end", "enrollment_start", "enrollment_end", "announcement"];
        let [start, end, enrollment_start, enrollment_end, announcement] =
            times.map(|field| run.time(field, out));
        let text = |field| run.text(field);
        let mut row = out.row();
        row.text(&*run.key()).opt_str(text("course")).opt_str(run.title());
        row.opt_str(start).opt_str(end).opt_str(enrollment_start).opt_str(enrollment_end);
        for field in ["content_language", "pacing_type", "level_type", "availability"] {
            row.opt_str(text(field));
        }
        row.opt_str(run.org()).opt_str(text("partner_short_code")).opt_str(text("marketing_url"));
        for field in ["min_effort", "max_effort", "weeks_to_complete"] {
            row.opt_str(text(field));
        }
        row.opt_str(announcement).opt_str(text("reporting_type")).end()
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn a_course_run_is_a_row_and_what_it_lacks_is_null() {
        let lines = [
            r#"{"key": "course-v1:o+c+r", "course": "o+c", "title": " A\n b", "start": "2016-09-01T00:00:00Z", "end": null, "min_effort": 3}"#,
            r#"{"title": "no key"}"#,
        ];
        let params = [("date", "2016-09-08"), ("enable_course_catalog", "true")];
        let input = [("discovery_api_raw", lines.map(str::to_owned).to_vec())];
        let done = run(&super::JOB, &params, &input);
        let rows = done.table("course_catalog");
        let null = "\\N";
        let cells: Vec<&str> = rows[0].split('\t').collect();
        assert_eq!(cells.len(), 19);
        assert_eq!(
            cells[..5],
            ["course-v1:o+c+r", "o+c", " A b", "2016-09-01 00:00:00.000000", null]
        );
        assert_eq!(cells[11..16], ["o", null, null, "3", null]);
        assert_eq!(rows.len(), 1);
        assert_eq!(done.counters.get("Catalogue", "Discard Malformed Course Run"), 1);
    }
}
