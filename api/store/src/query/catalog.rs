//! Lists over all courses: summaries and programs (spec 50 §8.5, §8.6).

use chrono::{NaiveDate, NaiveDateTime};

use super::Ids;
use crate::cell::{Cell, Record};
use crate::{Error, Statement, Store};

/// Which summaries are wanted, and what beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryFilter {
    /// The courses; all where it is none.
    pub course_ids: Option<Vec<String>>,
    /// Whether the programs of the courses are wanted.
    pub programs: bool,
    /// The day whose enrollment is wanted.
    pub recent: Option<NaiveDate>,
}

/// The rows behind course summaries, of one snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summaries {
    /// By course id, then in the order of loading.
    pub rows: Vec<SummaryRow>,
    /// Course id and program id, ascending; empty where they were not asked for.
    pub programs: Vec<(String, String)>,
    /// Course id and enrollment on the day asked for.
    pub recent: Vec<(String, Option<i64>)>,
}

/// A course and a mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// The course.
    pub course_id: String,
    /// Its title.
    pub catalog_course_title: Option<String>,
    /// Its catalogue key.
    pub catalog_course: Option<String>,
    /// When it starts (UTC).
    pub start_time: Option<NaiveDateTime>,
    /// When it ends (UTC).
    pub end_time: Option<NaiveDateTime>,
    /// Its pacing.
    pub pacing_type: Option<String>,
    /// Its availability.
    pub availability: Option<String>,
    /// The mode.
    pub enrollment_mode: String,
    /// Learners enrolled now.
    pub count: Option<i64>,
    /// Learners ever enrolled.
    pub cumulative_count: Option<i64>,
    /// `count` against seven days before.
    pub count_change_7_days: Option<i64>,
    /// Learners who pass.
    pub passing_users: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

/// A course run in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRow {
    /// The program.
    pub program_id: String,
    /// Its kind.
    pub program_type: Option<String>,
    /// Its title.
    pub program_title: Option<String>,
    /// The course run.
    pub course_id: String,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

impl Store {
    /// The rows behind course summaries.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn summaries(&self, filter: &SummaryFilter) -> Result<Summaries, Error> {
        let ids = Ids::new("course_id", filter.course_ids.as_deref());
        let mut statements = vec![summary_statement(&ids)];
        if filter.programs {
            let columns = "SELECT course_id, program_id FROM course_program_metadata";
            statements.push(ids.statement(
                "programs of courses",
                columns,
                "",
                "course_id, program_id",
            ));
        }
        if let Some(day) = filter.recent {
            statements.push(day_statement(&ids, day));
        }
        let mut answers = self.select(statements).await?;
        let recent =
            if filter.recent.is_some() { answers.pop().unwrap_or_default() } else { Vec::new() };
        let programs = if filter.programs { answers.pop().unwrap_or_default() } else { Vec::new() };
        let rows = answers.pop().unwrap_or_default();
        Ok(Summaries {
            rows: ids.keep(&rows, |row: &SummaryRow| &row.course_id, summary_row)?,
            programs: ids.keep(
                &programs,
                |row: &(String, String)| &row.0,
                |row| Ok((row.required_text(0)?, row.required_text(1)?)),
            )?,
            recent: ids.keep(
                &recent,
                |row: &(String, Option<i64>)| &row.0,
                |row| Ok((row.required_text(0)?, row.int(1)?)),
            )?,
        })
    }

    /// The programs and their course runs, by program and course.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn programs(&self, program_ids: Option<&[String]>) -> Result<Vec<ProgramRow>, Error> {
        let ids = Ids::new("program_id", program_ids);
        let columns = "SELECT program_id, program_type, program_title, course_id, created FROM course_program_metadata";
        let rows = self
            .select_one(ids.statement("programs", columns, "", "program_id, course_id, id"))
            .await?;
        ids.keep(&rows, |row: &ProgramRow| &row.program_id, program_row)
    }
}

fn summary_statement(ids: &Ids<'_>) -> Statement {
    let columns = "SELECT course_id, catalog_course_title, catalog_course, start_time, end_time, pacing_type, \
                   availability, enrollment_mode, count, cumulative_count, count_change_7_days, passing_users, \
                   created FROM course_meta_summary_enrollment";
    ids.statement("course summaries", columns, "", "course_id, id")
}

/// The enrollment of courses on a day. The table is found by course and day: for all courses, by each of those
/// that have a summary, since the rows of a day alone would be found by reading those of all days.
fn day_statement(ids: &Ids<'_>, day: NaiveDate) -> Statement {
    let what = "enrollment of a day";
    let mut statement = if ids.are_all() {
        let courses = "SELECT DISTINCT course_id FROM course_meta_summary_enrollment";
        let columns = format!(
            "SELECT day.course_id, day.count FROM ({courses}) summary \
             CROSS JOIN course_enrollment_daily day"
        );
        let condition = "day.course_id = summary.course_id AND day.date = ?";
        ids.statement(what, &columns, condition, "day.id")
    } else {
        let columns = "SELECT course_id, count FROM course_enrollment_daily";
        ids.statement(what, columns, "date = ?", "id")
    };
    statement.parameters.insert(0, Cell::Text(day.to_string()));
    statement
}

fn summary_row(row: &Record) -> Result<SummaryRow, Error> {
    Ok(SummaryRow {
        course_id: row.required_text(0)?,
        catalog_course_title: row.text(1)?,
        catalog_course: row.text(2)?,
        start_time: row.moment(3)?,
        end_time: row.moment(4)?,
        pacing_type: row.text(5)?,
        availability: row.text(6)?,
        enrollment_mode: row.required_text(7)?,
        count: row.int(8)?,
        cumulative_count: row.int(9)?,
        count_change_7_days: row.int(10)?,
        passing_users: row.int(11)?,
        created: row.moment(12)?,
    })
}

fn program_row(row: &Record) -> Result<ProgramRow, Error> {
    Ok(ProgramRow {
        program_id: row.required_text(0)?,
        program_type: row.text(1)?,
        program_title: row.text(2)?,
        course_id: row.required_text(3)?,
        created: row.moment(4)?,
    })
}
