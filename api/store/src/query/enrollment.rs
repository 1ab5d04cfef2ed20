//! Who is enrolled in a course, by day (spec 50 §7.4 to §7.9).

use chrono::{NaiveDate, NaiveDateTime};

use super::{Dates, ids};
use crate::cell::{Cell, Record};
use crate::{Error, Statement, Store};

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

    async fn days<G>(
        &self,
        table: &str,
        [group, cumulative]: [&str; 2],
        course_id: &str,
        dates: Dates,
        read_group: impl Fn(&Record) -> Result<G, Error>,
    ) -> Result<Vec<DayRow<G>>, Error> {
        let (condition, parameters) = self.condition(table, course_id, dates);
        let statement = Statement {
            doing: format!("reading {table}"),
            sql: format!(
                "SELECT date, {group}, count, {cumulative}, created FROM `{table}` WHERE {condition} ORDER BY date, id"
            ),
            parameters,
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
    fn condition(&self, table: &str, course_id: &str, dates: Dates) -> (String, Vec<Cell>) {
        let course = self.equals("course_id");
        let mut parameters = ids(&course, course_id);
        match dates {
            Dates::Latest => {
                let newest =
                    format!("SELECT date FROM `{table}` WHERE {course} ORDER BY date DESC LIMIT 1");
                parameters.extend(parameters.clone());
                (format!("{course} AND date = ({newest})"), parameters)
            }
            Dates::Range { start, end } => {
                let limits = [(" AND date >= ?", start), (" AND date < ?", end)];
                let given = limits.into_iter().filter_map(|(text, day)| Some((text, day?)));
                let (texts, days): (Vec<_>, Vec<_>) = given.unzip();
                parameters
                    .extend(days.into_iter().map(|day: NaiveDate| Cell::Text(day.to_string())));
                (course + &texts.concat(), parameters)
            }
        }
    }
}
