//! The roster of a course: its learners, how many of them are alike, and what is usual there (spec 50
//! §9.1).

use chrono::{NaiveDate, NaiveDateTime};

use crate::cell::{Cell, Record};
use crate::query::{count, ids, take};
use crate::{Error, Statement, Store};

/// A learner of a course.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LearnerRow {
    /// The learner.
    pub username: String,
    /// The account's number.
    pub user_id: Option<i64>,
    /// The name.
    pub name: Option<String>,
    /// The address of mail.
    pub email: Option<String>,
    /// The mode of the enrollment; none for a learner who is not enrolled any more.
    pub enrollment_mode: Option<String>,
    /// The day of the enrollment.
    pub enrollment_date: Option<NaiveDate>,
    /// The cohort.
    pub cohort: Option<String>,
    /// What the learner is like, joined by commas.
    pub segments: Option<String>,
    /// Problems attempted in the week.
    pub problems_attempted: Option<i64>,
    /// Problems completed.
    pub problems_completed: Option<i64>,
    /// Attempts for each completed problem.
    pub problem_attempts_per_completed: Option<f64>,
    /// What was written in the forum.
    pub discussion_contributions: Option<i64>,
    /// Videos viewed.
    pub videos_viewed: Option<i64>,
    /// What the learner says: language.
    pub language: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// Year of birth.
    pub year_of_birth: Option<i64>,
    /// Level of education.
    pub level_of_education: Option<String>,
    /// Gender.
    pub gender: Option<String>,
    /// Address.
    pub mailing_address: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Goals.
    pub goals: Option<String>,
}

const COLUMNS: &str = "username, user_id, name, email, enrollment_mode, enrollment_date, cohort, segments, \
                       problems_attempted, problems_completed, problem_attempts_per_completed, \
                       discussion_contributions, videos_viewed, language, location, year_of_birth, \
                       level_of_education, gender, mailing_address, city, country, goals";

/// By what a roster is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The learner's username.
    #[default]
    Username,
    /// The address of mail.
    Email,
    /// What was written in the forum.
    DiscussionContributions,
    /// Problems attempted.
    ProblemsAttempted,
    /// Problems completed.
    ProblemsCompleted,
    /// Attempts for each completed problem; of equal ones, the opposite order of [`Self::AttemptRatio`].
    AttemptsPerCompleted,
    /// Attempts at problems that were completed, against the others.
    AttemptRatio,
    /// Videos viewed.
    VideosViewed,
}

/// Which learners of a course are asked for, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RosterFilter {
    /// In any of these segments; all where it is empty.
    pub segments: Vec<String>,
    /// In none of these segments.
    pub without_segments: Vec<String>,
    /// In this cohort.
    pub cohort: Option<String>,
    /// Enrolled in this mode.
    pub enrollment_mode: Option<String>,
    /// All its words are words of the name, in any case; or it is the username or the address of mail.
    pub text: Option<String>,
    /// By what they are sorted, then by username. Missing values come last.
    pub order: Order,
    /// The other way round, missing values first.
    pub descending: bool,
}

/// Learners of a course, and when the roster was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// Those of one page.
    pub page: Vec<LearnerRow>,
    /// How many there are on all pages.
    pub count: usize,
    /// When the roster was loaded (UTC); none where nothing says so.
    pub loaded: Option<NaiveDateTime>,
}

/// How many learners of a course are alike, the most frequent first, then by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RosterCounts {
    /// By mode of enrollment.
    pub enrollment_modes: Vec<(String, i64)>,
    /// By the whole text of their segments, joined by commas.
    pub segments: Vec<(String, i64)>,
    /// By cohort.
    pub cohorts: Vec<(String, i64)>,
    /// What is usual in the course.
    pub ranges: Vec<RangeRow>,
}

/// What is usual, or above or below it, of a metric in a course.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeRow {
    /// The metric.
    pub metric: String,
    /// `low`, `normal` or `high`.
    pub range_type: String,
    /// The first day that counts.
    pub start_date: Option<NaiveDate>,
    /// The day after the last.
    pub end_date: Option<NaiveDate>,
    /// From here on; none: without bound.
    pub low: Option<f64>,
    /// Below this; none: without bound.
    pub high: Option<f64>,
}

impl Store {
    /// The learner of that name in a course: at most two rows, which tell that it is not one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn learner(&self, course_id: &str, username: &str) -> Result<Roster, Error> {
        let (course, learner) = (self.equals("course_id"), self.equals("username"));
        let parameters = [ids(&course, course_id), ids(&learner, username)].concat();
        let sql =
            format!("SELECT {COLUMNS} FROM learner_roster WHERE {course} AND {learner} LIMIT 2");
        let rows = Statement { doing: "reading a learner".to_owned(), sql, parameters };
        let [rows, loaded] = take(self.select(vec![rows, loaded()]).await?);
        let page = rows.iter().map(learner_row).collect::<Result<Vec<_>, _>>()?;
        Ok(Roster { count: page.len(), page, loaded: when(&loaded)? })
    }

    /// The usernames of the learners of a course.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn usernames(&self, course_id: &str) -> Result<Vec<String>, Error> {
        let course = ("course_id", course_id);
        self.rows_with("learner_roster", "username", course, "id", |row| row.required_text(0)).await
    }

    /// So many learners of a course, without the first so many.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn roster(
        &self,
        course_id: &str,
        filter: &RosterFilter,
        skip: usize,
        limit: usize,
    ) -> Result<Roster, Error> {
        let (condition, parameters) = self.roster_condition(course_id, filter);
        let order = self.roster_order(filter);
        let rows = format!("FROM learner_roster WHERE {condition}");
        // Words of a name are told apart here, so a search reads all rows that may fit.
        let page = match filter.text {
            Some(_) => String::new(),
            None => format!(" LIMIT {limit} OFFSET {skip}"),
        };
        let statement = |sql| Statement {
            doing: "reading the roster".to_owned(),
            sql,
            parameters: parameters.clone(),
        };
        let mut statements =
            vec![statement(format!("SELECT {COLUMNS} {rows} ORDER BY {order}{page}")), loaded()];
        if filter.text.is_none() {
            statements.push(statement(format!("SELECT COUNT(*) {rows}")));
        }
        let [learners, loaded, counted] = take(self.select(statements).await?);
        let learners = learners.iter().map(learner_row).collect::<Result<Vec<_>, _>>()?;
        let loaded = when(&loaded)?;
        let Some(text) = &filter.text else {
            return Ok(Roster { page: learners, count: count(&counted)?, loaded });
        };
        let found: Vec<_> = learners.into_iter().filter(|learner| fits(learner, text)).collect();
        let count = found.len();
        Ok(Roster { page: found.into_iter().skip(skip).take(limit).collect(), count, loaded })
    }

    /// How many learners of a course are alike, and what is usual there.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn roster_counts(&self, course_id: &str) -> Result<RosterCounts, Error> {
        let course = self.equals("course_id");
        let statement = |doing: &str, sql: String| Statement {
            doing: doing.to_owned(),
            sql,
            parameters: ids(&course, course_id),
        };
        let counts = |column: &str| {
            let value = self.bytes_of(column);
            let sql = format!(
                "SELECT {value}, COUNT(*) FROM learner_roster WHERE {course} AND {column} IS NOT NULL \
                 GROUP BY 1 ORDER BY 2 DESC, 1"
            );
            statement("counting learners", sql)
        };
        let ranges = format!(
            "SELECT metric, range_type, start_date, end_date, low_value, high_value \
             FROM module_engagement_metric_ranges WHERE {course} ORDER BY id"
        );
        let answers = self.select(vec![
            counts("enrollment_mode"),
            counts("segments"),
            counts("cohort"),
            statement("reading ranges of metrics", ranges),
        ]);
        let [modes, segments, cohorts, ranges] = take(answers.await?);
        let counted = |rows: Vec<Record>| -> Result<Vec<(String, i64)>, Error> {
            let pair = |row: &Record| Ok((row.required_text(0)?, row.int(1)?.unwrap_or(0)));
            rows.iter().map(pair).collect()
        };
        Ok(RosterCounts {
            enrollment_modes: counted(modes)?,
            segments: counted(segments)?,
            cohorts: counted(cohorts)?,
            ranges: ranges.iter().map(range_row).collect::<Result<_, _>>()?,
        })
    }

    fn roster_condition(&self, course_id: &str, filter: &RosterFilter) -> (String, Vec<Cell>) {
        let mut conditions = vec![self.equals("course_id")];
        let mut parameters = ids(&conditions[0], course_id);
        let mut with = |condition: String, value: &str| {
            parameters.extend(ids(&condition, value));
            conditions.push(condition);
        };
        if let Some(cohort) = &filter.cohort {
            with(self.equals("cohort"), cohort);
        }
        if let Some(mode) = &filter.enrollment_mode {
            with(self.equals("enrollment_mode"), mode);
        }
        if let Some(text) = &filter.text {
            // A first sieve; SQLite's LIKE knows no other letters' cases than ASCII's.
            let word = text.split_whitespace().find(|word| word.is_ascii()).unwrap_or_default();
            let like = "(name LIKE ? OR username LIKE ? OR email LIKE ?)".to_owned();
            with(like, &format!("%{}%", word.replace(['%', '_', '\\'], "_")));
        }
        for segment in &filter.without_segments {
            with(format!("NOT {}", self.has_segment()), &format!("%,{segment},%"));
        }
        if !filter.segments.is_empty() {
            let any = vec![self.has_segment(); filter.segments.len()];
            conditions.push(format!("({})", any.join(" OR ")));
            let patterns = filter.segments.iter().map(|segment| format!("%,{segment},%"));
            parameters.extend(patterns.map(Cell::Text));
        }
        (conditions.join(" AND "), parameters)
    }

    fn has_segment(&self) -> String {
        match self {
            Self::Sqlite(_) => "',' || COALESCE(segments, '') || ',' LIKE ?".to_owned(),
            Self::Mysql(_) => "CONCAT(',', COALESCE(segments, ''), ',') LIKE ?".to_owned(),
        }
    }

    fn roster_order(&self, filter: &RosterFilter) -> String {
        let direction = if filter.descending { "DESC" } else { "ASC" };
        let opposite = if filter.descending { "ASC" } else { "DESC" };
        let username = self.bytes_of("username");
        let column = match filter.order {
            // The column itself is in the order of its bytes: the index of a course's learners has it.
            Order::Username => return format!("username {direction}, id {direction}"),
            Order::Email => self.bytes_of("email"),
            Order::DiscussionContributions => "discussion_contributions".to_owned(),
            Order::ProblemsAttempted => "problems_attempted".to_owned(),
            Order::ProblemsCompleted => "problems_completed".to_owned(),
            Order::AttemptsPerCompleted => "problem_attempts_per_completed".to_owned(),
            Order::AttemptRatio => "attempt_ratio_order".to_owned(),
            Order::VideosViewed => "videos_viewed".to_owned(),
        };
        let second = match filter.order {
            Order::AttemptsPerCompleted => format!("attempt_ratio_order {opposite}, "),
            _ => String::new(),
        };
        format!("{column} IS NULL {direction}, {column} {direction}, {second}{username}, id")
    }
}

/// When the roster was loaded.
fn loaded() -> Statement {
    Statement {
        doing: "reading table_updates".to_owned(),
        sql: "SELECT MAX(inserted) FROM table_updates WHERE target_table = 'learner_roster'"
            .to_owned(),
        parameters: Vec::new(),
    }
}

fn when(rows: &[Record]) -> Result<Option<NaiveDateTime>, Error> {
    Ok(rows.first().map(|row| row.moment(0)).transpose()?.flatten())
}

/// Whether a learner is meant by a text: by all words of a name, or by an exact username or address.
fn fits(learner: &LearnerRow, text: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '\'');
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let (name, searched) = (words(learner.name.as_deref().unwrap_or_default()), words(text));
    let by_name = !searched.is_empty() && searched.iter().all(|word| name.contains(word));
    by_name || learner.username == text || learner.email.as_deref() == Some(text)
}

fn learner_row(row: &Record) -> Result<LearnerRow, Error> {
    Ok(LearnerRow {
        username: row.required_text(0)?,
        user_id: row.int(1)?,
        name: row.text(2)?,
        email: row.text(3)?,
        enrollment_mode: row.text(4)?,
        enrollment_date: row.moment(5)?.map(|moment| moment.date()),
        cohort: row.text(6)?,
        segments: row.text(7)?,
        problems_attempted: row.int(8)?,
        problems_completed: row.int(9)?,
        problem_attempts_per_completed: row.real(10)?,
        discussion_contributions: row.int(11)?,
        videos_viewed: row.int(12)?,
        language: row.text(13)?,
        location: row.text(14)?,
        year_of_birth: row.int(15)?,
        level_of_education: row.text(16)?,
        gender: row.text(17)?,
        mailing_address: row.text(18)?,
        city: row.text(19)?,
        country: row.text(20)?,
        goals: row.text(21)?,
    })
}

fn range_row(row: &Record) -> Result<RangeRow, Error> {
    Ok(RangeRow {
        metric: row.required_text(0)?,
        range_type: row.required_text(1)?,
        start_date: row.moment(2)?.map(|moment| moment.date()),
        end_date: row.moment(3)?.map(|moment| moment.date()),
        low: row.real(4)?,
        high: row.real(5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_means_words_of_a_name_or_a_whole_username_or_address() {
        let learner = LearnerRow {
            username: "dan_1".to_owned(),
            name: Some("Daniél  O'Neil-Smith".to_owned()),
            email: Some("d@example.com".to_owned()),
            ..LearnerRow::default()
        };
        for text in ["daniél", "DANIÉL", "smith o'neil", "dan_1", "d@example.com"] {
            assert!(fits(&learner, text), "{text}");
        }
        for text in ["dan", "daniél x", "dan_", "D@example.com", "example", "", "-"] {
            assert!(!fits(&learner, text), "{text}");
        }
    }
}
