//! The log lines of each course and day in a file (spec 30 C.2).

use super::{course, listed, received_day};
use crate::event::interval::Interval;
use crate::event::{Event, course_key};
use crate::job::{CopyLines, Job, Pick, Place, Work};
use crate::params::{ParamError, Params};
use crate::side_output::Gzip;
use crate::streaming::Output;
use std::collections::BTreeSet;

/// The job. `course` is a list of course ids joined by commas; none means all.
pub const JOB: Job = Job {
    name: "event-export-by-course",
    about: "the log lines of each course, a file a day",
    internal: false,
    inputs: &[],
    fills: &[],
    report: None,
    params: &["interval", "output_root", "course"],
    only_if: None,
    work: Work::Copy(CopyLines {
        needles: &[],
        pick: |params| Ok(Box::new(ByCourse::of(params)?)),
        pack: |_| Ok(Box::new(Gzip)),
    }),
};

struct ByCourse {
    interval: Interval,
    wanted: BTreeSet<String>,
    ccx: bool,
}

impl ByCourse {
    fn of(params: &Params) -> Result<Self, ParamError> {
        Ok(Self {
            interval: params.interval()?,
            wanted: listed(params.get("course")).into_iter().collect(),
            ccx: params.flag("ccx_enabled", true)?,
        })
    }

    fn place(&self, event: &Event) -> Result<Option<Place>, &'static str> {
        let day = received_day(event).map_err(|reject| reject.counter())?;
        if !self.interval.contains(day) {
            return Ok(None);
        }
        let course = course(event, self.ccx).ok_or("Discard Missing Course ID")?;
        let wanted = self.wanted.is_empty() || self.wanted.contains(&*course);
        Ok(wanted.then(|| Place { day: day.to_string(), name: course.into_owned() }))
    }
}

impl Pick for ByCourse {
    fn pick(&mut self, event: &Event, out: &mut Output) -> Vec<Place> {
        let place = self.place(event);
        let place = place.inspect_err(|reason| out.count("Event Export By Course", reason, 1));
        place.ok().flatten().into_iter().collect()
    }

    fn path(&self, place: &Place) -> String {
        path(&place.day, &place.name)
    }
}

/// The file of a course and day. Courses whose names are alike in a file name share it.
#[must_use]
pub fn path(day: &str, course_id: &str) -> String {
    let course = course_key::filename_safe(course_id, "_");
    let folder = if course.is_empty() { String::new() } else { format!("{course}/") };
    format!("{folder}events/{course}-events-{day}.log.gz")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pass::{Pass, Source};
    use crate::testkit::{picked, write_files};
    use std::io::Read;

    const LINES: [&str; 4] = [
        r#"{"time": "2014-05-20T1", "context": {"course_id": "Foo/Bar/Baz"}}"#,
        r#"{"time": "2014-05-20T1", "context": {"course_id": "course-v1:Foo+Bar+Baz"}}"#,
        r#"{"time": "2014-05-20T1", "context": {"course_id": "ccx-v1:a+b+c+ccx@1"}}"#,
        r#"{"time": "2014-05-20T1", "context": {"course_id": "o/c/"}}"#,
    ];

    fn lines() -> Vec<String> {
        LINES.map(str::to_owned).to_vec()
    }

    #[test]
    fn courses_of_one_file_name_share_the_file() {
        let params = [("interval", "2014-05")].into_iter().collect();
        let pass = Pass { jobs: vec![&JOB], step: 0, params };
        let folder = tempfile::tempdir().unwrap();
        write_files(&pass, &[(Source::Logs("log".to_owned()), lines())], folder.path()).unwrap();
        let root = folder.path().join("files/event-export-by-course");
        let file = root.join("Foo_Bar_Baz/events/Foo_Bar_Baz-events-2014-05-20.log.gz");
        let mut text = String::new();
        let mut unpacked = flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap());
        unpacked.read_to_string(&mut text).unwrap();
        assert_eq!(text, [LINES[0], "\n", LINES[1], "\n"].concat());
        assert!(root.join("events/-events-2014-05-20.log.gz").is_file());
    }

    #[test]
    fn a_list_names_the_courses_that_are_wanted() {
        let names = |params: &[(&str, &str)]| {
            let params = params.iter().copied().chain([("interval", "2014-05")]).collect();
            let found = picked(&JOB, &params, &lines()).unwrap();
            found.into_iter().map(|picked| picked.place.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[("course", "o/c/, Foo/Bar/Baz")]), ["Foo/Bar/Baz", "o/c/"]);
        assert_eq!(names(&[]).len(), 4);
        assert_eq!(names(&[("ccx_enabled", "false")]).len(), 3);
    }
}
