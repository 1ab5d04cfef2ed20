//! What learners of a course do: by week, and what they watch (spec 50 §7.2, §7.3, §7.12, §8.4).

use api_client::{RecentActivity, Video, VideoSegment, WeeklyActivity};
use chrono::NaiveDateTime;
use store::{ActivityRow, Dates, SegmentRow, Store, VideoRow};
use warp::reply::Response;

use crate::error::Error;
use crate::resource::Call;

pub(crate) async fn activity(
    store: &Store,
    course_id: &str,
    dates: Dates<NaiveDateTime>,
) -> Result<Vec<WeeklyActivity>, Error> {
    Ok(by_week(course_id, store.activity(course_id, dates).await?))
}

/// One element a week; of rows with one label the last counts.
fn by_week(course_id: &str, rows: Vec<ActivityRow>) -> Vec<WeeklyActivity> {
    let of = |row: &ActivityRow| (row.interval_start, row.interval_end);
    rows.chunk_by(|one, other| of(one) == of(other)).map(|rows| week(course_id, rows)).collect()
}

fn week(course_id: &str, rows: &[ActivityRow]) -> WeeklyActivity {
    let mut week = WeeklyActivity { course_id: course_id.to_owned(), ..WeeklyActivity::default() };
    for row in rows {
        (week.interval_start, week.interval_end) = (row.interval_start, row.interval_end);
        week.created = week.created.max(row.created);
        match activity_type(&row.label).as_str() {
            "any" => week.any = Some(row.count),
            "attempted_problem" => week.attempted_problem = Some(row.count),
            "played_video" => week.played_video = Some(row.count),
            "posted_forum" => week.posted_forum = Some(row.count),
            _ => {}
        }
    }
    week
}

/// What callers call a label of the store.
fn activity_type(label: &str) -> String {
    let name = label.to_lowercase();
    if name == "active" { "any".to_owned() } else { name }
}

pub(crate) async fn recent_activity(
    store: &Store,
    course_id: &str,
    call: &Call,
) -> Result<Response, Error> {
    let row = store.recent_activity(course_id, &label(call)).await?.ok_or(Error::NotFound)?;
    let recent = RecentActivity {
        interval_start: row.interval_start,
        interval_end: row.interval_end,
        activity_type: activity_type(&row.label),
        count: row.count,
        course_id: course_id.to_owned(),
    };
    call.one(&recent)
}

/// The label that is asked for, as the loader spells it. An empty type is not the usual one (Q12).
fn label(call: &Call) -> String {
    let older = call.parameters.get("label");
    let asked = older.or_else(|| call.parameters.given("activity_type")).unwrap_or("any");
    let label = asked.to_uppercase();
    if label == "ANY" { "ACTIVE".to_owned() } else { label }
}

pub(crate) async fn videos(store: &Store, course_id: &str) -> Result<Vec<Video>, Error> {
    let video = |row: VideoRow| Video {
        pipeline_video_id: row.pipeline_video_id,
        encoded_module_id: row.encoded_module_id,
        duration: row.duration,
        segment_length: row.segment_length,
        users_at_start: row.users_at_start,
        users_at_end: row.users_at_end,
        created: row.created,
    };
    Ok(store.videos(course_id).await?.into_iter().map(video).collect())
}

pub(crate) async fn timeline(store: &Store, video_id: &str) -> Result<Vec<VideoSegment>, Error> {
    let segment = |row: SegmentRow| VideoSegment {
        segment: row.segment,
        num_users: row.num_users,
        num_views: row.num_views,
        created: row.created,
    };
    Ok(store.timeline(video_id).await?.into_iter().map(segment).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::NaiveDate;

    fn row(week: u32, label: &str, count: Option<i64>) -> ActivityRow {
        let day = |day| NaiveDate::from_ymd_opt(2014, 1, day).unwrap().and_hms_opt(0, 0, 0);
        let (interval_start, interval_end) = (day(week), day(week + 7));
        ActivityRow { interval_start, interval_end, label: label.to_owned(), count, created: None }
    }

    #[test]
    fn a_week_has_what_it_has_rows_of() {
        let rows = vec![
            row(1, "ACTIVE", Some(3)),
            row(1, "PLAYED_VIDEO", None),
            row(1, "SOMETHING", Some(9)),
            row(8, "active", Some(4)),
            row(8, "ACTIVE", Some(5)),
        ];
        let weeks = by_week("c", rows);
        assert_eq!(weeks.len(), 2);
        assert_eq!((weeks[0].any, weeks[0].played_video), (Some(Some(3)), Some(None)));
        assert_eq!((weeks[1].any, weeks[1].played_video), (Some(Some(5)), None));
        let json = serde_json::to_string(&weeks[0]).unwrap();
        assert!(json.contains(r#""any":3,"played_video":null,"created":null"#), "{json}");
        assert_eq!(serde_json::from_str::<WeeklyActivity>(&json).unwrap(), weeks[0]);
    }
}
