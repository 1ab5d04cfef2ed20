//! `courseware_studentmodule` (05 §4.5): what the LMS remembers of each block for each learner.

use rusqlite::{Transaction, params};

use crate::clock::{self, Micros};
use crate::courses::Course;
use crate::lms::Rows;
use crate::outline::Block;
use crate::registration::{Registration, Tried, Watched};
use crate::submission;

/// Times of a row: made and last changed.
type Times = (Micros, Micros);

/// Where rows go, for one learner in one course.
struct Modules<'a> {
    db: &'a Transaction<'a>,
    rows: &'a mut Rows,
    user: i64,
    course: &'a Course,
}

/// Writes all rows of a learner in a course.
pub fn write(
    db: &Transaction,
    rows: &mut Rows,
    user: i64,
    registration: &Registration,
    course: &Course,
) -> rusqlite::Result<()> {
    let mut modules = Modules { db, rows, user, course };
    modules.containers(registration)?;
    for (number, tried) in &registration.problems {
        modules.problem(*number, tried)?;
    }
    for (number, watched) in &registration.videos {
        modules.video(&course.outline.videos[*number].block, watched)?;
    }
    modules.essay(registration)
}

impl Modules<'_> {
    fn row(
        &mut self,
        kind: &str,
        key: &str,
        state: &str,
        grade: (Option<f64>, Option<f64>),
        times: Times,
    ) -> rusqlite::Result<()> {
        let id = self.rows.id(6);
        let mut statement = self
            .db
            .prepare_cached("INSERT INTO courseware_studentmodule VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'na', ?10)")?;
        let (created, modified) = (clock::sql(times.0), clock::sql(times.1));
        statement.execute(params![
            id,
            kind,
            key,
            self.user,
            state,
            grade.0,
            created,
            modified,
            grade.1,
            self.course.id
        ])?;
        Ok(())
    }

    /// The course, its visited sections, and each visited subsection with its last tab.
    fn containers(&mut self, registration: &Registration) -> rusqlite::Result<()> {
        let outline = &self.course.outline;
        let mut chapters: Vec<(usize, usize, Times)> = Vec::new();
        for (number, place) in &registration.sequences {
            let sequence = &outline.sequences[*number];
            let times = (place.created, place.modified);
            let state = format!("{{\"position\": {}}}", place.position);
            self.row("sequential", &sequence.block.key, &state, (None, None), times)?;
            let position = number - outline.chapters[sequence.chapter].sequences.start + 1;
            match chapters.last_mut().filter(|(chapter, _, _)| *chapter == sequence.chapter) {
                Some(held) => {
                    held.2 = (held.2.0.min(times.0), held.2.1.max(times.1));
                    held.1 = position;
                }
                None => chapters.push((sequence.chapter, position, times)),
            }
        }
        for (chapter, position, times) in &chapters {
            let state = format!("{{\"position\": {position}}}");
            self.row(
                "chapter",
                &outline.chapters[*chapter].block.key,
                &state,
                (None, None),
                *times,
            )?;
        }
        let first = chapters.iter().map(|(_, _, times)| times.0).min();
        let last = chapters.iter().map(|(_, _, times)| times.1).max();
        if let (Some(first), Some(last), Some((chapter, _, _))) = (first, last, chapters.last()) {
            let state = format!("{{\"position\": {}}}", chapter + 1);
            self.row("course", &outline.root, &state, (None, None), (first, last))?;
        }
        Ok(())
    }

    /// A problem that was shown; without a grade until it is tried.
    fn problem(&mut self, number: usize, tried: &Tried) -> rusqlite::Result<()> {
        let problem = &self.course.outline.problems[number];
        let state = submission::stored_state(problem, tried);
        let grade = (tried.attempts > 0).then_some(tried.earned);
        let possible = grade.map(|_| problem.parts.len() as f64);
        self.row(
            "problem",
            &problem.block.key,
            &state,
            (grade, possible),
            (tried.created, tried.modified),
        )
    }

    fn video(&mut self, block: &Block, watched: &Watched) -> rusqlite::Result<()> {
        let position = clock::position(watched.position);
        let state = format!(
            "{{\"saved_video_position\": \"{position}\", \"transcript_language\": \"en\"}}"
        );
        self.row("video", &block.key, &state, (None, None), (watched.created, watched.modified))
    }

    fn essay(&mut self, registration: &Registration) -> rusqlite::Result<()> {
        let block = self.course.outline.units.iter().filter_map(|unit| unit.extra.as_ref());
        let block = block.into_iter().find(|block| block.kind == "openassessment");
        let (Some((uuid, time)), Some(block)) = (&registration.essay, block) else { return Ok(()) };
        let state = format!("{{\"submission_uuid\": \"{uuid}\", \"has_saved\": true}}");
        self.row("openassessment", &block.key, &state, (None, None), (*time, *time))
    }
}
