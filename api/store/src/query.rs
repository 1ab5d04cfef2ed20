//! The few questions that the Data API asks. Each is answered from one snapshot, by an index where
//! the table has one, and compares ids byte for byte whatever the column's collation (spec 50 §10.3).

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime};

use crate::cell::{Cell, Record};
use crate::{Error, Statement, Store};

/// More ids than this are not sent: all rows are read and those of other ids dropped here.
const IDS_IN_A_STATEMENT: usize = 500;

/// Which days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// The newest day that the table holds for the course.
    Latest,
    /// From `start` on, up to the day before `end`, each only if it is given.
    Range {
        /// The first day.
        start: Option<NaiveDate>,
        /// The day after the last.
        end: Option<NaiveDate>,
    },
}

/// The enrollment tables whose rows are told apart by a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By enrollment mode; the only one that also reads `cumulative_count`.
    Mode,
    /// By gender.
    Gender,
    /// By level of education.
    Education,
    /// By country code.
    Location,
}

/// A row of an enrollment table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRow<G> {
    /// The day.
    pub date: NaiveDate,
    /// What tells the rows of a day apart.
    pub group: G,
    /// Learners.
    pub count: Option<i64>,
    /// Learners ever; none for tables whose column is not served.
    pub cumulative_count: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

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
    /// Learners of a course by day, by day and order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn enrollment(
        &self,
        course_id: &str,
        dates: Dates,
    ) -> Result<Vec<DayRow<()>>, Error> {
        self.days("course_enrollment_daily", ["NULL", "NULL"], course_id, dates, |_| Ok(())).await
    }

    /// Learners of a course by day and group, by day and order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn enrollment_by(
        &self,
        grouping: Grouping,
        course_id: &str,
        dates: Dates,
    ) -> Result<Vec<DayRow<Option<String>>>, Error> {
        let (table, columns) = match grouping {
            Grouping::Mode => ("course_enrollment_mode_daily", ["mode", "cumulative_count"]),
            Grouping::Gender => ("course_enrollment_gender_daily", ["gender", "NULL"]),
            Grouping::Education => {
                ("course_enrollment_education_level_daily", ["education_level", "NULL"])
            }
            Grouping::Location => ("course_enrollment_location_current", ["country_code", "NULL"]),
        };
        self.days(table, columns, course_id, dates, |row| row.text(1)).await
    }

    /// Learners of a course by day and year of birth, by day and order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn enrollment_by_birth_year(
        &self,
        course_id: &str,
        dates: Dates,
    ) -> Result<Vec<DayRow<Option<i64>>>, Error> {
        let columns = ["birth_year", "NULL"];
        self.days("course_enrollment_birth_year_daily", columns, course_id, dates, |row| row.int(1))
            .await
    }

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
            let columns = "SELECT course_id, count FROM course_enrollment_daily";
            let mut recent = ids.statement("enrollment of a day", columns, "date = ?", "id");
            recent.parameters.insert(0, Cell::Text(day.to_string()));
            statements.push(recent);
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

    async fn days<G>(
        &self,
        table: &str,
        [group, cumulative]: [&str; 2],
        course_id: &str,
        dates: Dates,
        read_group: impl Fn(&Record) -> Result<G, Error>,
    ) -> Result<Vec<DayRow<G>>, Error> {
        let (condition, limits) = self.condition(table, course_id, dates);
        let statement = Statement {
            doing: format!("reading {table}"),
            sql: format!(
                "SELECT date, {group}, count, {cumulative}, created FROM `{table}` WHERE {condition} ORDER BY date, id"
            ),
            parameters: limits.into_iter().map(Cell::Text).collect(),
        };
        let rows = self.select_one(statement).await?;
        let row = |row: &Record| {
            Ok(DayRow {
                date: row.day(0)?,
                group: read_group(row)?,
                count: row.int(2)?,
                cumulative_count: row.int(3)?,
                created: row.moment(4)?,
            })
        };
        rows.iter().map(row).collect()
    }

    /// The rows of a course on the days asked for. The newest day is found by walking the index of
    /// (course_id, date) backwards, in the same statement and so on the same snapshot.
    fn condition(&self, table: &str, course_id: &str, dates: Dates) -> (String, Vec<String>) {
        let course = self.equals("course_id");
        let ids = vec![course_id.to_owned(); course.matches('?').count()];
        match dates {
            Dates::Latest => {
                let newest =
                    format!("SELECT date FROM `{table}` WHERE {course} ORDER BY date DESC LIMIT 1");
                (format!("{course} AND date = ({newest})"), [ids.clone(), ids].concat())
            }
            Dates::Range { start, end } => {
                let limits = [(" AND date >= ?", start), (" AND date < ?", end)];
                let given = || limits.iter().filter_map(|(text, day)| Some((*text, (*day)?)));
                let text: String = given().map(|(text, _)| text).collect();
                (
                    course + &text,
                    ids.into_iter().chain(given().map(|(_, day)| day.to_string())).collect(),
                )
            }
        }
    }

    /// A condition on one id that the index serves and that no collation widens: the first half finds
    /// the rows, the second drops other spellings. SQLite compares bytes by itself.
    fn equals(&self, column: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("{column} = ?"),
            Self::Mysql(_) => {
                format!(
                    "{column} = ? AND CAST(CONVERT({column} USING utf8mb4) AS BINARY) = CAST(? AS BINARY)"
                )
            }
        }
    }
}

/// A restriction to some ids of a column.
struct Ids<'a> {
    column: &'static str,
    wanted: Option<HashSet<&'a str>>,
}

impl<'a> Ids<'a> {
    fn new(column: &'static str, ids: Option<&'a [String]>) -> Self {
        Self { column, wanted: ids.map(|ids| ids.iter().map(String::as_str).collect()) }
    }

    /// `columns` of the rows with these ids and `condition`, if there are not too many.
    fn statement(&self, what: &str, columns: &str, condition: &str, order: &str) -> Statement {
        let few =
            self.wanted.iter().filter(|wanted| (1..=IDS_IN_A_STATEMENT).contains(&wanted.len()));
        let ids: Vec<Cell> = few.flatten().map(|id| Cell::Text((*id).to_owned())).collect();
        let among = (!ids.is_empty())
            .then(|| format!("{} IN ({})", self.column, vec!["?"; ids.len()].join(", ")));
        let conditions: Vec<String> = (!condition.is_empty())
            .then(|| condition.to_owned())
            .into_iter()
            .chain(among)
            .collect();
        let filter = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        Statement {
            doing: format!("reading {what}"),
            sql: format!("{columns}{filter} ORDER BY {order}"),
            parameters: ids,
        }
    }

    /// The rows, without those of ids that the column's collation or the restriction let through.
    fn keep<T>(
        &self,
        rows: &[Record],
        id: impl Fn(&T) -> &String,
        read: impl Fn(&Record) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let wanted =
            |row: &T| self.wanted.as_ref().is_none_or(|wanted| wanted.contains(id(row).as_str()));
        let read = rows.iter().map(read).filter(|row| row.as_ref().map_or(true, &wanted));
        read.collect()
    }
}

fn summary_statement(ids: &Ids<'_>) -> Statement {
    let columns = "SELECT course_id, catalog_course_title, catalog_course, start_time, end_time, pacing_type, \
                   availability, enrollment_mode, count, cumulative_count, count_change_7_days, passing_users, \
                   created FROM course_meta_summary_enrollment";
    ids.statement("course summaries", columns, "", "course_id, id")
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
