//! Engagement week by week.

use serde_json::{Value, json};

use crate::engagement::videos_page;
use crate::fixture::{COURSE, Fixture, HOME, ok, words};

pub fn week(end: &str, figures: Value) -> Value {
    let mut week = json!({
        "interval_start": "2024-01-01T000000", "interval_end": format!("{end}T000000"), "course_id": COURSE,
        "created": "2024-03-10T031005",
    });
    week.as_object_mut().unwrap().extend(figures.as_object().unwrap().clone());
    week
}

#[tokio::test]
async fn weeks_are_shown_with_shares_of_those_enrolled() {
    let site = Fixture::new().await;
    let weeks = json!([
        week("2024-02-26", json!({"any": 100, "played_video": 40})),
        week("2024-03-04", json!({"any": 80, "attempted_problem": 8, "posted_forum": null})),
    ]);
    site.answer(&format!("courses/{COURSE}/activity/"), ok(weeks)).await;
    let enrolled = |date: &str, count: i64| json!({"course_id": COURSE, "date": date, "count": count, "created": "2024-03-10T031005"});
    let days = json!([enrolled("2024-02-25", 200), enrolled("2024-03-03", 160)]);
    site.answer(&format!("courses/{COURSE}/enrollment/"), ok(days)).await;
    let html = site.page(&format!("{HOME}engagement/content/")).await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    How many learners are interacting with my course?
    80 learners were active in the week ending March 3, 2024: 50.0% of those enrolled.
    Data through 3 Mar 2024, updated 03:10 UTC
    Download CSV
    Copy link
    All days
    12 weeks
    4 weeks
    Key figures
    Active Learners
    ?
    80
    50.0% of current learners
    Learners who did anything in the course in that week. Enrolling and leaving do not count.
    Read more
    Active Learners
    Watched a Video
    ?
    0
    -- of current learners
    Learners who pressed play at least once on a video of the course.
    Read more
    Watched a Video
    Tried a Problem
    ?
    8
    5.0% of current learners
    Learners who submitted an answer to a problem: check boxes, drop-downs, multiple choice, numbers, texts or expressions. Open responses and drag-and-drop do not count.
    Read more
    Tried a Problem
    Participated in Discussions
    ?
    0
    -- of current learners
    Learners who wrote a post, a response or a comment. Reading and voting do not count.
    Read more
    Participated in Discussions
    Charts
    Weekly Learner Engagement
    Learners
    Active Learners
    Watched a Video
    Tried a Problem
    Participated in Discussions
    Weekly Learner Engagement
    Active learners by week, from the week ending February 25, 2024 to the one ending March 3, 2024, when 80 were active. Most were active in the week ending February 25, 2024: 100.
    0
    25
    50
    75
    100
    25 Feb 2024
    3 Mar 2024
    Week Ending 25 Feb 2024
    Active Learners: 100
    Watched a Video: 40
    Tried a Problem: 0
    Participated in Discussions: 0
    Week Ending 3 Mar 2024
    Active Learners: 80
    Watched a Video: 0
    Tried a Problem: 8
    Participated in Discussions: 0
    Week ending (Sunday, UTC)
    About this chart
    Save chart as SVG
    Save chart as PNG
    Content Engagement Breakdown
    Download CSV
    2 rows, page 1 of 1, sorted by Week Ending, descending
    Content Engagement Breakdown
    Week Ending
    Active Learners
    Watched a Video
    Tried a Problem
    Participated in Discussions
    Percent of Current Learners
    March 3, 2024
    80
    0
    8
    0
    50.0%
    February 25, 2024
    100
    40
    0
    0
    50.0%
    Course engagement data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
}

#[tokio::test]
async fn a_week_without_any_activity_does_not_crash_the_page() {
    let site = Fixture::new().await;
    site.answer(&format!("courses/{COURSE}/activity/"), ok(json!([]))).await;
    let html = site.page(&format!("{HOME}engagement/content/")).await;
    assert!(html.contains("Nothing to show here yet"));
}

#[tokio::test]
async fn weeks_stand_without_any_enrollment() {
    let site = Fixture::new().await;
    let weeks = json!([week("2024-03-04", json!({"any": 80}))]);
    site.answer(&format!("courses/{COURSE}/activity/"), ok(weeks)).await;
    let html = site.page(&format!("{HOME}engagement/content/")).await;
    assert!(html.contains("-- of current learners") && !html.contains("Percent of Current"));
}

#[tokio::test]
async fn discussions_can_be_left_out() {
    let features = web::config::Features {
        show_engagement_forum_activity: false,
        enable_engagement_videos_pages: false,
        ..Default::default()
    };
    let settings = web::config::Settings { features: Some(features), ..Default::default() };
    let site = Fixture::with(settings).await;
    let weeks = json!([week("2024-03-04", json!({"any": 80, "posted_forum": 7}))]);
    site.answer(&format!("courses/{COURSE}/activity/"), ok(weeks)).await;
    let html = site.page(&format!("{HOME}engagement/content/")).await;
    assert!(!html.contains("Participated in Discussions"));
    assert!(!html.contains("engagement/videos/"));
    assert_eq!(site.get(&videos_page()).await.status(), 404);
    assert_eq!(site.get(&format!("{HOME}csv/engagement/videos/v1/")).await.status(), 404);
}
