//! What a learner did in a course, day by day (spec 50 §9.1).

use api_client::{EngagementTimeline, TimelineDay};
use chrono::NaiveDate;
use store::{LearnerDay, Store};
use warp::reply::Response;

use crate::error::Error;
use crate::negotiation::Format;
use crate::reply;
use crate::resource::Call;

pub(super) async fn answer(
    store: &Store,
    course_id: &str,
    (name, username): (&str, Option<String>),
    call: &Call,
) -> Result<Response, Error> {
    let days = match &username {
        Some(username) => store.learner_days(course_id, username).await?,
        None => Vec::new(),
    };
    let days = without_gaps(&days);
    if days.is_empty() {
        let message =
            format!("Learner {name} engagement timeline not found for course {course_id}.");
        return Err(Error::Absent("no_learner_engagement_timeline", message));
    }
    match call.format {
        Format::Json => reply::object(&EngagementTimeline { days }),
        Format::Csv => call.listed(&days),
    }
}

/// Every day from the first to the last.
fn without_gaps(days: &[LearnerDay]) -> Vec<TimelineDay> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
    let mut known = days.iter().peekable();
    let day = |date: NaiveDate| {
        let day = known.next_if(|day| day.date == date);
        TimelineDay {
            date,
            problems_attempted: day.map_or(0, |day| day.problems_attempted),
            problems_completed: day.map_or(0, |day| day.problems_completed),
            discussion_contributions: day.map_or(0, |day| day.discussion_contributions),
            videos_viewed: day.map_or(0, |day| day.videos_viewed),
        }
    };
    first.date.iter_days().take_while(|date| *date <= last.date).map(day).collect()
}
