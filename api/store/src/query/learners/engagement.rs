//! What learners of a course did: each in all, and one of them day by day (spec 50 §7.14, §9.1).

use chrono::{NaiveDate, NaiveDateTime};

use crate::cell::{Cell, Record};
use crate::query::ids;
use crate::{Error, Statement, Store};

/// What a learner of a course did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngagementRow {
    /// The learner.
    pub username: String,
    /// Views of videos, and rows of them in the last week: callers know it so (spec 50 Q17).
    pub videos: Sums,
    /// Whatever was done with problems.
    pub problems: Sums,
    /// Problems completed.
    pub correct_problems: Sums,
    /// Attempts at problems.
    pub attempts: Sums,
    /// What was written in the forum.
    pub forum_posts: Sums,
    /// When the newest row was loaded (UTC).
    pub newest: Option<NaiveDateTime>,
}

/// Sums over all rows and over those of the last week; none over no rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Over all rows.
    pub overall: Option<i64>,
    /// Over those of the last week.
    pub last_week: Option<i64>,
}

/// What a learner did in a course on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearnerDay {
    /// The day.
    pub date: NaiveDate,
    /// Problems attempted.
    pub problems_attempted: i64,
    /// Problems completed.
    pub problems_completed: i64,
    /// What was written in the forum.
    pub discussion_contributions: i64,
    /// Videos viewed.
    pub videos_viewed: i64,
}

/// Which rows are summed, and what of the last week's.
const SUMS: [(&str, &str); 5] = [
    ("entity_type = 'video'", "1"),
    ("entity_type = 'problem'", "count"),
    ("entity_type = 'problem' AND event = 'completed'", "count"),
    ("entity_type = 'problem' AND event = 'attempted'", "count"),
    ("entity_type = 'discussion'", "count"),
];

impl Store {
    /// What each learner of a course did, ascending by name; recent is what was loaded after `week_ago`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn engagement(
        &self,
        course_id: &str,
        week_ago: NaiveDateTime,
    ) -> Result<Vec<EngagementRow>, Error> {
        let sum = |rows: &str, what: &str| {
            format!("CAST(SUM(CASE WHEN {rows} THEN {what} END) AS SIGNED)")
        };
        let sums = SUMS.map(|(rows, last_week)| {
            let recent = format!("{rows} AND created > ?");
            format!("{}, {}", sum(rows, "count"), sum(&recent, last_week))
        });
        let sums = sums.join(", ");
        let (username, course) = (self.bytes_of("username"), self.equals("course_id"));
        let weeks = vec![Cell::Moment(week_ago); sums.matches('?').count()];
        let statement = Statement {
            doing: "reading module_engagement".to_owned(),
            parameters: [weeks, ids(&course, course_id)].concat(),
            sql: format!(
                "SELECT {username}, {sums}, MAX(created) FROM module_engagement WHERE {course} \
                 GROUP BY 1 ORDER BY 1"
            ),
        };
        self.select_one(statement).await?.iter().map(engagement_row).collect()
    }

    /// The days on which a learner of a course did something, ascending; what else is known of them than
    /// the four figures makes no difference.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn learner_days(
        &self,
        course_id: &str,
        username: &str,
    ) -> Result<Vec<LearnerDay>, Error> {
        let entity = self.bytes_of("entity_id");
        let entities = |entity_type: &str, event: &str| {
            format!(
                "COUNT(DISTINCT CASE WHEN entity_type = '{entity_type}' AND event = '{event}' \
                 THEN {entity} END)"
            )
        };
        let figures = [
            entities("problem", "attempted"),
            entities("problem", "completed"),
            "CAST(COALESCE(SUM(CASE WHEN entity_type = 'discussion' AND event = 'contributed' \
             THEN count END), 0) AS SIGNED)"
                .to_owned(),
            entities("video", "viewed"),
        ];
        let (course, learner) = (self.equals("course_id"), self.equals("username"));
        let statement = Statement {
            doing: "reading module_engagement".to_owned(),
            parameters: [ids(&course, course_id), ids(&learner, username)].concat(),
            sql: format!(
                "SELECT date, {} FROM module_engagement WHERE {course} AND {learner} \
                 GROUP BY date ORDER BY date",
                figures.join(", ")
            ),
        };
        self.select_one(statement).await?.iter().map(learner_day).collect()
    }
}

fn learner_day(row: &Record) -> Result<LearnerDay, Error> {
    let figure = |column| Ok(row.int(column)?.unwrap_or(0));
    Ok(LearnerDay {
        date: row.day(0)?,
        problems_attempted: figure(1)?,
        problems_completed: figure(2)?,
        discussion_contributions: figure(3)?,
        videos_viewed: figure(4)?,
    })
}

fn engagement_row(row: &Record) -> Result<EngagementRow, Error> {
    let sums =
        |at: usize| Ok(Sums { overall: row.int(2 * at + 1)?, last_week: row.int(2 * at + 2)? });
    Ok(EngagementRow {
        username: row.required_text(0)?,
        videos: sums(0)?,
        problems: sums(1)?,
        correct_problems: sums(2)?,
        attempts: sums(3)?,
        forum_posts: sums(4)?,
        newest: row.moment(2 * SUMS.len() + 1)?,
    })
}
