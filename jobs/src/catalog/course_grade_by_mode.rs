//! Passing learners of a course by the mode that they had when the grade was last changed (spec 10
//! §4.9).

use crate::enrollment::course_enrollment_spans as spans;
use crate::enrollment::span::{Learner, Span, learner_key};
use crate::job::{At, Fill, Input, Job, Pass, Step, SumCounts, Work, lms_row};
use crate::lms::{CourseGrade, GRADES_PERSISTENTCOURSEGRADE};
use crate::streaming::output::{nullable, split};
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::{day, text};
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "course-grade-by-mode",
    about: "learners who passed each course, by enrollment mode",
    internal: true,
    inputs: &[
        Input::new(&spans::TABLE, At::IntervalEnd),
        Input::new(&GRADES_PERSISTENTCOURSEGRADE.rows, At::Date),
    ],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: None,
    params: &["date"],
    only_if: None,
    work: Work::Steps(&[
        Step {
            mapper: |_, table| match table == GRADES_PERSISTENTCOURSEGRADE.rows.name {
                true => Ok(Box::new(FromGrade)),
                false => Ok(Box::new(FromSpan)),
            },
            combiner: None,
            reducer: |_| Ok(Box::new(Join)),
            partition: 1,
            key: 2,
        },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: Some(|_| Ok(Box::new(SumCounts))),
            reducer: |_| Ok(Box::new(SumCounts)),
            partition: 1,
            key: 2,
        },
    ]),
};

/// One row: a course and a mode that any learner ever had in it.
pub const TABLE: Table = Table::staged(
    "course_grade_by_mode",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("mode", Kind::Text(255)),
        Column::new("passing_users", Kind::Int),
    ],
);

/// `course_id, user_id, 0, day of the last change, when passed, letter`: before the learner's spans.
struct FromGrade;

impl Mapper for FromGrade {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let grade = lms_row(line, CourseGrade::parse)?;
        // Without a day of change no row of the learner can be chosen.
        let Some(modified) = grade.modified else { return Ok(()) };
        let mut row = out.row();
        row.text(grade.course_id).int(grade.user_id).int(0).text(day_of(modified));
        row.opt(grade.passed_timestamp).opt(grade.letter_grade).end()
    }
}

fn day_of(date_time: &str) -> &str {
    text::words(date_time).next().unwrap_or_default()
}

/// `course_id, user_id, 1, first_date, mode`.
struct FromSpan;

impl Mapper for FromSpan {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let span = Span::read(line)?;
        let learner: Learner = span.learner();
        let mut row = out.row();
        row.fields(span.course_id).fields(&learner_key(learner)).int(1);
        row.show(span.first).fields(span.mode).end()
    }
}

struct Grade {
    modified: NaiveDate,
    passed: Option<Vec<u8>>,
    letter: Option<Vec<u8>>,
}

/// Joins a learner's grades with the spans: `course_id, mode, passing` once for each span, so that
/// a mode without passing learners is seen too.
struct Join;

impl Reducer for Join {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let course_id = &key[..crate::streaming::shuffle::key_len(key, 1)];
        let (mut grades, mut modes) = (Vec::new(), Vec::new());
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", grade)) => grades.push(read_grade(grade)?),
                Some((b"1\t", span)) => {
                    let [first, mode] = split("a span's mode", span)?;
                    out.row().fields(course_id).fields(mode).int(0).end()?;
                    if !grades.is_empty() {
                        modes.push((date(first, span)?, mode.to_vec()));
                    }
                }
                _ => return Err(Error::contract("a grade or a span", "neither", value)),
            }
        }
        match passing_mode(&grades, &modes) {
            Some(mode) => out.row().fields(course_id).fields(mode).int(1).end(),
            None => Ok(()),
        }
    }
}

fn read_grade(value: &[u8]) -> Result<Grade, Error> {
    let [modified, passed, letter] = split("a grade", value)?;
    let owned = |field| nullable(field).map(<[u8]>::to_vec);
    Ok(Grade { modified: date(modified, value)?, passed: owned(passed), letter: owned(letter) })
}

fn date(text: &[u8], line: &[u8]) -> Result<NaiveDate, Error> {
    day::parse(text).ok_or_else(|| Error::contract("a line of grades by mode", "no date", line))
}

/// The mode on the latest day up to the grade's change, if the learner passed and still does: there
/// is a time of passing and a letter. Grades older than the first span do not meet any row.
fn passing_mode<'m>(grades: &[Grade], modes: &'m [(NaiveDate, Vec<u8>)]) -> Option<&'m [u8]> {
    let first = modes.first()?.0;
    let met = || grades.iter().filter(|grade| grade.modified >= first);
    let latest = met().map(|grade| grade.modified).max()?;
    let passed = met().any(|grade| grade.passed.is_some());
    let letter = met().filter_map(|grade| grade.letter.as_deref()).max().unwrap_or_default();
    if !passed || letter.is_empty() {
        return None;
    }
    modes.iter().rev().find(|(from, _)| *from <= latest).map(|(_, mode)| mode.as_slice())
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    fn by_mode(grades: &[(&str, &str, &str)]) -> Vec<String> {
        let spans = [
            "o/c/r\t1\t2013-01-01\t2013-01-04\t1\t1\taudit",
            "o/c/r\t1\t2013-01-05\t2013-01-09\t1\t0\tverified",
        ];
        let grades = grades.iter().map(|(letter, passed, modified)| {
            format!("9\t1\to/c/r\t\\N\tv\th\t0.7\t{letter}\t{passed}\t\\N\t{modified}")
        });
        let input = [
            ("course_enrollment_spans", spans.map(str::to_owned).to_vec()),
            ("grades_persistentcoursegrade", grades.collect()),
        ];
        let params = [("interval", "2013-01-01-2013-01-10"), ("date", "2013-01-10")];
        run(&super::JOB, &params, &input).table("course_grade_by_mode")
    }

    const TIME: &str = "2013-01-03 00:00:00.000000";

    #[test]
    fn a_learner_counts_in_the_mode_of_the_grades_day() {
        assert_eq!(by_mode(&[("A", TIME, TIME)]), ["o/c/r\taudit\t1", "o/c/r\tverified\t0"]);
        let late = "2020-01-03 00:00:00.000000";
        assert_eq!(by_mode(&[("A", TIME, late)]), ["o/c/r\taudit\t0", "o/c/r\tverified\t1"]);
    }

    #[test]
    fn no_letter_no_time_or_a_grade_before_enrollment_is_no_pass() {
        let before = "2012-01-03 00:00:00.000000";
        for grade in [
            ("", TIME, TIME),
            ("\\N", TIME, TIME),
            ("A", "\\N", TIME),
            ("A", TIME, before),
            ("A", TIME, "\\N"),
        ] {
            assert_eq!(by_mode(&[grade]), ["o/c/r\taudit\t0", "o/c/r\tverified\t0"], "{grade:?}");
        }
    }
}
