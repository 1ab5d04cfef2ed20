//! One video, and who watched which part of it.

use jobs::engagement::video::{TABLE, TIMELINE};

use super::Plan;
use super::chance::Chance;
use super::table_text::TableText;

/// The video, as the store calls it.
const VIDEO: &str = "0fac49ba";
/// The part of the course that shows it.
pub(super) const MODULE: &str = "i4x-edX-DemoX-video-5c90cffecd9b48b188cbfea176bf7fe9";
const SECONDS: i64 = 500;
const SEGMENT_SECONDS: i64 = 5;
const USERS_AT_START: i64 = 1234;

pub(super) fn tables(plan: &Plan, chance: &mut Chance) -> Vec<TableText> {
    let mut timeline = TableText::new(&TIMELINE);
    let (mut users, mut viewed) = (USERS_AT_START, 0);
    for segment in 0..SECONDS / SEGMENT_SECONDS {
        let views = users + chance.between(0, users / 4);
        timeline.row(&[
            ("pipeline_video_id", &VIDEO),
            ("segment", &segment),
            ("num_users", &users),
            ("num_views", &views),
        ]);
        viewed += views * SEGMENT_SECONDS;
        users = (users - chance.between(0, 12)).max(1);
    }
    let mut video = TableText::new(&TABLE);
    video.row(&[
        ("pipeline_video_id", &VIDEO),
        ("course_id", &plan.course_id),
        ("encoded_module_id", &MODULE),
        ("duration", &SECONDS),
        ("segment_length", &SEGMENT_SECONDS),
        ("users_at_start", &USERS_AT_START),
        ("users_at_end", &users),
        ("total_viewed_seconds", &viewed),
    ]);
    vec![video, timeline]
}
