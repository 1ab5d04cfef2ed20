//! What the LMS's table says of each enrollment, as log lines (spec 30 E.2).
//!
//! The files are a source of logs for the job `enrollment-validation-events` alone.

use super::synthetic_event::SyntheticEvent;
use super::{VALIDATED, moment};
use crate::event::course_key;
use crate::job::{At, Input, Job, KeepAll, Step, WHOLE_LINE, Work, lms_row};
use crate::lms::{CourseEnrollment, STUDENT_COURSEENROLLMENT};
use crate::params::{ParamError, Params};
use crate::report;
use crate::streaming::{Error, Mapper, Output};
use serde_json::json;

/// The job. Its rows are `file, line`: each file, below `output_root`, has one line a learner of a
/// course. `dump_start` and `dump_end` are the UTC times between which the table was read.
pub const JOB: Job = Job {
    name: "enrollment-snapshot-events",
    about: "the LMS's enrollments as log lines that enrollment events are compared with",
    internal: true,
    inputs: &[Input::new(&STUDENT_COURSEENROLLMENT.rows, At::ImportDate)],
    fills: &[],
    report: Some(report::lines),
    params: &["import_date", "output_root", "dump_start", "dump_end", "datetime"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, _| Ok(Box::new(Snapshot::of(params)?)),
        combiner: None,
        reducer: |_| Ok(Box::new(KeepAll)),
        partition: 1,
        key: WHOLE_LINE,
    }]),
};

struct Snapshot {
    import_date: String,
    dump_start: String,
    dump_end: String,
    created_at: String,
}

impl Snapshot {
    fn of(params: &Params) -> Result<Self, ParamError> {
        Ok(Self {
            import_date: params.date("import_date")?.to_string(),
            dump_start: time(params, "dump_start")?,
            dump_end: time(params, "dump_end")?,
            created_at: params.get("datetime").ok_or(ParamError::Missing("datetime"))?.to_owned(),
        })
    }

    /// A course's file, with the day on which the dump began in its name.
    fn file(&self, course_id: &str) -> String {
        let mut course = course_key::filename_safe(course_id, "_");
        // Hadoop reads no file whose name begins with these.
        if course.starts_with(['_', '.']) {
            course.insert_str(0, "course");
        }
        let day = self.dump_start.split('T').next().unwrap_or_default().replace('-', "");
        format!("{}/{course}_enroll_validated_{day}.log.gz", self.import_date)
    }

    fn line(&self, row: &CourseEnrollment) -> String {
        let event = SyntheticEvent {
            course_id: row.course_id,
            user_id: &row.user_id.to_string(),
            event_type: VALIDATED,
            time: &format!("{}+00:00", self.dump_end),
            payload: json!({
                "created": row.created.map(|created| created.replacen(' ', "T", 1)),
                "dump_end": self.dump_end,
                "dump_start": self.dump_start,
                "is_active": row.is_active,
                "mode": row.mode,
            }),
            synthesized: json!({
                "created_at": self.created_at,
                "reason": "db entry",
                "synthesizer": "enrollment_from_db",
            }),
        };
        event.line()
    }
}

impl Mapper for Snapshot {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let row = lms_row(line, CourseEnrollment::parse)?;
        out.row().text(self.file(row.course_id)).fields(self.line(&row).as_bytes()).end()
    }
}

/// A UTC time with six digits of fraction, as times of events are compared with it.
fn time(params: &Params, name: &'static str) -> Result<String, ParamError> {
    let text = params.get(name).ok_or(ParamError::Missing(name))?;
    moment::shifted(text, 0).ok_or_else(|| {
        let wanted = "a time (YYYY-MM-DDTHH:MM:SS.ffffff)".to_owned();
        ParamError::Unreadable { name, text: text.to_owned(), wanted }
    })
}

#[cfg(test)]
mod tests {
    use super::super::enrollment_validation_events;
    use crate::job::Work;
    use crate::testkit::{run, scan};

    const PARAMS: [(&str, &str); 4] = [
        ("import_date", "2014-08-08"),
        ("dump_start", "2014-08-07T23:59:00"),
        ("dump_end", "2014-08-08T00:01:00.25"),
        ("datetime", "2014-08-08T03:00:00"),
    ];

    fn lines(rows: &[&str]) -> Vec<String> {
        let rows = rows.iter().map(|row| (*row).to_owned()).collect();
        let done = run(&super::JOB, &PARAMS, &[("student_courseenrollment", rows)]);
        done.files("enrollment-snapshot-events")
    }

    #[test]
    fn a_row_is_an_event_in_the_file_of_its_course() {
        let found = lines(&["5\t7\tcourse-v1:o+c+r\t2014-06-27 16:02:38.500000\t1\thonor"]);
        assert_eq!(
            found,
            [
                "2014-08-08/o_c_r_enroll_validated_20140807.log.gz\t{\"agent\":\"\",\"context\":{\"course_id\":\"course-v1:o+c+r\",\"org_id\":\"o\",\"user_id\":7},\"event\":{\"course_id\":\"course-v1:o+c+r\",\"created\":\"2014-06-27T16:02:38.500000\",\"dump_end\":\"2014-08-08T00:01:00.250000\",\"dump_start\":\"2014-08-07T23:59:00.000000\",\"is_active\":true,\"mode\":\"honor\",\"user_id\":7},\"event_source\":\"server\",\"event_type\":\"edx.course.enrollment.validated\",\"host\":\"\",\"ip\":\"\",\"page\":null,\"synthesized\":{\"created_at\":\"2014-08-08T03:00:00\",\"reason\":\"db entry\",\"synthesizer\":\"enrollment_from_db\"},\"time\":\"2014-08-08T00:01:00.250000+00:00\",\"username\":\"\"}"
            ]
        );
    }

    #[test]
    fn no_file_has_a_name_that_hadoop_passes_over() {
        let found = lines(&["5\t7\tcourse-v1:\u{dc}x+c+r\t\\N\t0\t"]);
        let path = found[0].split('\t').next();
        assert_eq!(path, Some("2014-08-08/course_x_c_r_enroll_validated_20140807.log.gz"));
    }

    #[test]
    fn the_scan_reads_what_was_written() {
        let lines = lines(&["5\t7\to/c/r\t\\N\t0\t"]);
        let logs =
            lines.iter().filter_map(|line| line.split_once('\t')).map(|(_, log)| log.to_owned());
        let done = scan(&[&enrollment_validation_events::JOB], &[], &[("log", logs.collect())]);
        assert_eq!(
            done.by_day("enrollment_validation_events"),
            [
                "2014-08-08\to/c/r\t7\t2014-08-08T00:01:00.250000\tedx.course.enrollment.validated\t\t{\"created\":null,\"dump_end\":\"2014-08-08T00:01:00.250000\",\"dump_start\":\"2014-08-07T23:59:00.000000\",\"is_active\":false}"
            ]
        );
    }

    #[test]
    fn the_time_of_the_dump_must_be_known() {
        let Work::Steps([step]) = super::JOB.work else { unreachable!("the job has one step") };
        for missing in 0..PARAMS.len() {
            let mut params = PARAMS.to_vec();
            let (name, _) = params.remove(missing);
            let refused = (step.mapper)(&params.into_iter().collect(), "").err();
            assert!(refused.is_some_and(|error| error.to_string().contains(name)), "{name}");
        }
        let soon =
            PARAMS.map(|(name, text)| (name, if name == "dump_end" { "soon" } else { text }));
        assert!((step.mapper)(&soon.into_iter().collect(), "").is_err());
    }
}
