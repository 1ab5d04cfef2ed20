//! What the learners of an enterprise did (spec 50 §8.7).

use chrono::{NaiveDate, NaiveDateTime};

use crate::cell::{Cell, Record};
use crate::query::{count, take};
use crate::{Error, Statement, Store};

/// A row of `module_engagement`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleRow {
    /// Its number.
    pub id: Option<i64>,
    /// The course.
    pub course_id: String,
    /// When it was loaded (UTC).
    pub created: Option<NaiveDateTime>,
    /// The learner.
    pub username: String,
    /// The day.
    pub date: NaiveDate,
    /// What kind of thing was used.
    pub entity_type: String,
    /// Which.
    pub entity_id: String,
    /// What was done with it.
    pub event: String,
    /// How often.
    pub count: Option<i64>,
}

impl Store {
    /// So many rows of an enterprise's learners, without the first so many and without things of some kinds,
    /// in the order of loading; and how many there are. The enterprise is named by 32 hex digits.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn enterprise_engagements(
        &self,
        enterprise_id: &str,
        without: &[String],
        skip: usize,
        limit: usize,
    ) -> Result<(Vec<ModuleRow>, usize), Error> {
        let excluded = match without.len() {
            0 => String::new(),
            count => format!(" AND entity_type NOT IN ({})", vec!["?"; count].join(", ")),
        };
        let rows = format!(
            "FROM module_engagement WHERE username IN \
             (SELECT user_username FROM enterprise_user WHERE enterprise_id = ?){excluded}"
        );
        let names = [&[enterprise_id.to_owned()], without].concat();
        let statement = |sql| Statement {
            doing: "reading an enterprise's engagement".to_owned(),
            sql,
            parameters: names.iter().cloned().map(Cell::Text).collect(),
        };
        let columns =
            "id, course_id, created, username, date, entity_type, entity_id, event, count";
        let page = format!("SELECT {columns} {rows} ORDER BY id LIMIT {limit} OFFSET {skip}");
        let answers =
            self.select(vec![statement(page), statement(format!("SELECT COUNT(*) {rows}"))]);
        let [page, counted] = take(answers.await?);
        let page = page.iter().map(module_row).collect::<Result<_, _>>()?;
        Ok((page, count(&counted)?))
    }
}

fn module_row(row: &Record) -> Result<ModuleRow, Error> {
    Ok(ModuleRow {
        id: row.int(0)?,
        course_id: row.required_text(1)?,
        created: row.moment(2)?,
        username: row.required_text(3)?,
        date: row.day(4)?,
        entity_type: row.required_text(5)?,
        entity_id: row.required_text(6)?,
        event: row.required_text(7)?,
        count: row.int(8)?,
    })
}
