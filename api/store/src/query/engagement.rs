//! What learners of a course do, by week, and what they watch (spec 50 §7.2, §7.3, §7.12, §8.4).

use chrono::NaiveDateTime;

use super::{Dates, ids};
use crate::cell::{Cell, Record};
use crate::{Error, Statement, Store};

/// Learners who did one kind of thing in a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityRow {
    /// When the week begins (UTC).
    pub interval_start: Option<NaiveDateTime>,
    /// When the next one does.
    pub interval_end: Option<NaiveDateTime>,
    /// The kind, as it is stored.
    pub label: String,
    /// Learners.
    pub count: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

/// A video of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoRow {
    /// Its id in the pipeline.
    pub pipeline_video_id: String,
    /// Its module.
    pub encoded_module_id: String,
    /// Its length in seconds.
    pub duration: Option<i64>,
    /// The length of a segment in seconds.
    pub segment_length: Option<i64>,
    /// Learners who began it.
    pub users_at_start: Option<i64>,
    /// Learners who saw its end.
    pub users_at_end: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

/// A segment of a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentRow {
    /// Its number, from 0.
    pub segment: Option<i64>,
    /// Learners who saw it.
    pub num_users: Option<i64>,
    /// How often it was seen.
    pub num_views: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

const ACTIVITY: &str =
    "SELECT interval_start, interval_end, label, count, created FROM course_activity";

impl Store {
    /// Activity in a course by week, then in the order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn activity(
        &self,
        course_id: &str,
        dates: Dates<NaiveDateTime>,
    ) -> Result<Vec<ActivityRow>, Error> {
        let course = self.equals("course_id");
        let mut parameters = ids(&course, course_id);
        let limits = match dates {
            Dates::Latest => {
                parameters.extend(parameters.clone());
                let newest = format!(
                    "SELECT interval_end FROM course_activity WHERE {course} ORDER BY interval_end DESC LIMIT 1"
                );
                format!(" AND interval_end = ({newest})")
            }
            Dates::Range { start, end } => {
                let given = [(" AND interval_start >= ?", start), (" AND interval_end < ?", end)];
                let given = given.into_iter().filter_map(|(text, limit)| Some((text, limit?)));
                let (texts, limits): (Vec<_>, Vec<_>) = given.unzip();
                parameters.extend(limits.into_iter().map(Cell::Moment));
                texts.concat()
            }
        };
        let sql =
            format!("{ACTIVITY} WHERE {course}{limits} ORDER BY interval_start, interval_end, id");
        self.activity_rows(sql, parameters).await
    }

    /// The newest week of one kind of activity in a course.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn recent_activity(
        &self,
        course_id: &str,
        label: &str,
    ) -> Result<Option<ActivityRow>, Error> {
        let (course, of_label) = (self.equals("course_id"), self.equals("label"));
        let parameters = [ids(&course, course_id), ids(&of_label, label)].concat();
        let sql = format!(
            "{ACTIVITY} WHERE {course} AND {of_label} ORDER BY interval_end DESC, id DESC LIMIT 1"
        );
        Ok(self.activity_rows(sql, parameters).await?.pop())
    }

    async fn activity_rows(
        &self,
        sql: String,
        parameters: Vec<Cell>,
    ) -> Result<Vec<ActivityRow>, Error> {
        let doing = "reading course_activity".to_owned();
        let rows = self.select_one(Statement { doing, sql, parameters }).await?;
        rows.iter().map(activity_row).collect()
    }

    /// The videos of a course, in the order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn videos(&self, course_id: &str) -> Result<Vec<VideoRow>, Error> {
        let columns = "pipeline_video_id, encoded_module_id, duration, segment_length, users_at_start, \
                       users_at_end, created";
        self.rows_with("video", columns, ("course_id", course_id), "id", video_row).await
    }

    /// The segments of a video, ascending.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn timeline(&self, pipeline_video_id: &str) -> Result<Vec<SegmentRow>, Error> {
        let video = ("pipeline_video_id", pipeline_video_id);
        let columns = "segment, num_users, num_views, created";
        self.rows_with("video_timeline", columns, video, "segment, id", segment_row).await
    }
}

fn activity_row(row: &Record) -> Result<ActivityRow, Error> {
    Ok(ActivityRow {
        interval_start: row.moment(0)?,
        interval_end: row.moment(1)?,
        label: row.required_text(2)?,
        count: row.int(3)?,
        created: row.moment(4)?,
    })
}

fn video_row(row: &Record) -> Result<VideoRow, Error> {
    Ok(VideoRow {
        pipeline_video_id: row.required_text(0)?,
        encoded_module_id: row.required_text(1)?,
        duration: row.int(2)?,
        segment_length: row.int(3)?,
        users_at_start: row.int(4)?,
        users_at_end: row.int(5)?,
        created: row.moment(6)?,
    })
}

fn segment_row(row: &Record) -> Result<SegmentRow, Error> {
    Ok(SegmentRow {
        segment: row.int(0)?,
        num_users: row.int(1)?,
        num_views: row.int(2)?,
        created: row.moment(3)?,
    })
}
