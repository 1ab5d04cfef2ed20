//! The files of student engagement: one a course and date, for the course's instructors (spec 30
//! §B.4). The LMS looks for them in a folder that is named by a hash of the course.

use super::interval_type::IntervalType;
use crate::csv_file::{course_folder, write_row};
use crate::params::{ParamError, Params};
use crate::report::{Report, Write};
use crate::streaming::Error;
use crate::streaming::output::split;

const COLUMNS: usize = 19;

/// The headings between those of the date and of the days, and behind them.
const LEARNER: &str = "Username,Email,Cohort";
const MEASURES: &str = "Unique Problems Attempted,Total Problem Attempts,Unique Problems Correct,\
    Unique Videos Played,Discussion Posts,Discussion Responses,Discussion Comments,\
    Discussion Upvotes Given,Discussion Downvotes Given,Discussion Upvotes Received,\
    Discussion Downvotes Received,Textbook Pages Viewed,URL of Last Subsection Viewed";

/// Makes the files from rows of `student_engagement_joined_TYPE` in their order: there, the rows of
/// one file stand together and are sorted.
pub(super) struct Reports {
    interval_type: IntervalType,
    interval: String,
    /// Course and date of the rows that come now, and the file that they go to.
    rows_of: [Vec<u8>; 2],
    path: String,
}

impl Reports {
    /// The files of a run.
    ///
    /// # Errors
    /// When the interval or its type is missing or unreadable.
    pub fn new(params: &Params) -> Result<Self, ParamError> {
        Ok(Self {
            interval_type: IntervalType::of(params)?,
            interval: params.interval()?.to_string(),
            rows_of: <[Vec<u8>; 2]>::default(),
            path: String::new(),
        })
    }

    fn path(&self, course_id: &[u8], end_date: &[u8]) -> String {
        let date = match self.interval_type {
            IntervalType::All => self.interval.as_str().into(),
            IntervalType::Daily | IntervalType::Weekly => String::from_utf8_lossy(end_date),
        };
        let folder = course_folder(course_id);
        format!("{folder}/student_engagement_{}_{date}.csv", self.interval_type.word())
    }

    fn header(&self) -> String {
        let (date, days) = match self.interval_type {
            IntervalType::Daily => ("Date", "Was Active"),
            IntervalType::Weekly => ("End Date", "Days Active This Week"),
            IntervalType::All => ("End Date", "Days Active"),
        };
        format!("Course ID,{date},{LEARNER},{days},{MEASURES}")
    }
}

impl Report for Reports {
    fn row(&mut self, row: &[u8], write: &mut Write) -> Result<(), Error> {
        let fields: [&[u8]; COLUMNS] = split("a row of student_engagement_joined", row)?;
        let [end_date, course_id, rest @ ..] = fields;
        let mut bytes = Vec::new();
        if self.path.is_empty() || self.rows_of != [course_id, end_date] {
            self.rows_of = [course_id.to_vec(), end_date.to_vec()];
            let path = self.path(course_id, end_date);
            if path != self.path {
                bytes.extend_from_slice(self.header().as_bytes());
                bytes.extend_from_slice(b"\r\n");
                self.path = path;
            }
        }
        write_row(&mut bytes, [course_id, end_date].iter().chain(&rest));
        write(&self.path, &bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FOLDER: &str = "4873533624e5bada9778dba2e4e657917df01711";

    fn files(interval_type: &str, rows: &[(&str, &str, &str)]) -> Vec<(String, String)> {
        let params = [("interval", "2015-04-06-2015-04-20"), ("interval_type", interval_type)];
        let mut reports = Reports::new(&params.into_iter().collect()).unwrap();
        let mut files = Vec::new();
        for (course_id, date, username) in rows {
            let counts = "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13";
            let row = format!("{date}\t{course_id}\t{username}\t\\N\t\t{counts}\t");
            let mut write = |path: &str, bytes: &[u8]| {
                files.push((path.to_owned(), String::from_utf8(bytes.to_vec()).unwrap()));
                Ok(())
            };
            reports.row(row.as_bytes(), &mut write).unwrap();
        }
        files
    }

    #[test]
    fn a_file_begins_with_its_header_and_has_the_name_of_its_course_and_date() {
        let course = "OrgX/CourseA/Run1";
        let days =
            [(course, "2015-04-06", "a"), (course, "2015-04-06", "b"), (course, "2015-04-07", "a")];
        let found = files("daily", &days);
        let counts = "1,2,3,4,5,6,7,8,9,10,11,12,13";
        let line = |date, name| format!("{course},{date},{name},\\N,,{counts},\r\n");
        let path = |date| format!("{FOLDER}/student_engagement_daily_{date}.csv");
        assert_eq!(found[1], (path("2015-04-06"), line("2015-04-06", "b")));
        for (at, date) in [(0, "2015-04-06"), (2, "2015-04-07")] {
            let (header, rest) = found[at].1.split_once("\r\n").unwrap();
            assert!(header.starts_with("Course ID,Date,Username,Email,Cohort,Was Active,Unique"));
            assert_eq!(header.split(',').count(), COLUMNS);
            assert_eq!((found[at].0.as_str(), rest), (&*path(date), &*line(date, "a")));
        }
    }

    #[test]
    fn the_file_of_the_whole_interval_is_named_by_it() {
        let found = files("all", &[("OrgX/CourseA/Run1", "2015-04-19", "a")]);
        assert_eq!(
            found[0].0,
            format!("{FOLDER}/student_engagement_all_2015-04-06-2015-04-20.csv")
        );
        assert!(found[0].1.contains(",End Date,") && found[0].1.contains(",Days Active,"));
    }

    #[test]
    fn a_line_of_another_width_is_an_error() {
        let params = [("interval", "2015-04-06")];
        let mut reports = Reports::new(&params.into_iter().collect()).unwrap();
        assert!(reports.row(b"2015-04-06\to/c/r", &mut |_, _| Ok(())).is_err());
    }
}
