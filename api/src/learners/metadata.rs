//! How many learners of a course are alike, and what is usual there (spec 50 §9.1).

use std::collections::BTreeMap;

use api_client::{DayRange, EngagementRanges, LearnerMetadata};
use store::{RangeRow, RosterCounts, Store};
use warp::reply::Response;

use super::roster::SEGMENTS;
use crate::error::Error;
use crate::resource::Call;

/// The metric of which little is good.
const RATIO: &str = "problem_attempts_per_completed";

pub(super) async fn answer(
    store: &Store,
    course_id: &str,
    most: usize,
    call: &Call,
) -> Result<Response, Error> {
    let metadata = metadata(store.roster_counts(course_id).await?, most);
    call.one(&metadata)
}

/// The counts of the most frequent values; those of all segments.
fn metadata(counts: RosterCounts, most: usize) -> LearnerMetadata {
    let mut segments: BTreeMap<String, i64> = SEGMENTS.map(|name| (name.to_owned(), 0)).into();
    for (joined, learners) in &counts.segments {
        for segment in joined.split(',').filter(|segment| !segment.is_empty()) {
            *segments.entry(segment.to_owned()).or_default() += learners;
        }
    }
    LearnerMetadata {
        enrollment_modes: counts.enrollment_modes.into_iter().take(most).collect(),
        segments,
        cohorts: counts.cohorts.into_iter().take(most).collect(),
        engagement_ranges: ranges(&counts.ranges),
    }
}

fn ranges(rows: &[RangeRow]) -> EngagementRanges {
    let mut ranges = EngagementRanges::default();
    for row in rows {
        ranges.date_range = DayRange { start: row.start_date, end: row.end_date };
        let ranks = match row.metric.as_str() {
            RATIO => &mut ranges.problem_attempts_per_completed,
            "problems_attempted" => &mut ranges.problems_attempted,
            "problems_completed" => &mut ranges.problems_completed,
            "discussion_contributions" => &mut ranges.discussion_contributions,
            "videos_viewed" => &mut ranges.videos_viewed,
            _ => continue,
        };
        let rank = match (row.range_type.as_str(), row.metric == RATIO) {
            ("normal", _) => &mut ranks.class_rank_average,
            ("high", false) | ("low", true) => &mut ranks.class_rank_top,
            ("low", false) | ("high", true) => &mut ranks.class_rank_bottom,
            _ => continue,
        };
        *rank = Some([row.low, row.high]);
    }
    ranges
}
