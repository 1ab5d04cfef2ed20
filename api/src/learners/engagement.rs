//! What each learner of a course did, in all and in the last week (spec 50 §7.14).

use api_client::UserEngagement;
use chrono::{DateTime, TimeDelta, Utc};
use store::{EngagementRow, Store};

use crate::error::Error;

use super::pseudonym::Shown;

/// What each learner did; the last week is that of loading (Q17).
pub(crate) async fn of_course(
    store: &Store,
    course_id: &str,
    now: DateTime<Utc>,
    shown: &Shown,
) -> Result<Vec<UserEngagement>, Error> {
    let week_ago = (now - TimeDelta::days(7)).naive_utc();
    let learner = |row: EngagementRow| UserEngagement {
        username: shown.name(course_id, row.username),
        videos_overall: row.videos.overall,
        videos_last_week: row.videos.last_week,
        problems_overall: row.problems.overall,
        problems_last_week: row.problems.last_week,
        correct_problems_overall: row.correct_problems.overall,
        correct_problems_last_week: row.correct_problems.last_week,
        problems_attempts_overall: row.attempts.overall,
        problems_attempts_last_week: row.attempts.last_week,
        forum_posts_overall: row.forum_posts.overall,
        forum_posts_last_week: row.forum_posts.last_week,
        date_last_active: row.newest.map(|newest| newest.date()),
    };
    let rows = store.engagement(course_id, week_ago).await?.into_iter();
    let mut learners: Vec<UserEngagement> = rows.map(learner).collect();
    // Invented names are not in the order of real ones.
    learners.sort_by(|one, other| one.username.cmp(&other.username));
    Ok(learners)
}
