//! Engagement: weeks, videos on every depth, and one video.

use demo_lms::{Manner, Part};
use serde_json::json;

use crate::fixture::{COURSE, Fixture, HOME, block, ok, words};

/// A course of two sections; the second has one video, which nobody has watched.
pub async fn site_with_videos() -> Fixture {
    let site = Fixture::new().await;
    let (s1, s2) = (block("chapter+block@s1"), block("chapter+block@s2"));
    let (q1, q2) = (block("sequential+block@q1"), block("sequential+block@q2"));
    let videos = ["v1", "v2", "v3"].map(|name| block(&format!("video+block@{name}")));
    let blocks = json!({
        "c": {"type": "course", "children": [s1, s2]},
        &s1: {"type": "chapter", "display_name": "Week <1>", "children": [q1]},
        &s2: {"type": "chapter", "display_name": "Week 2", "children": [q2]},
        &q1: {"type": "sequential", "display_name": "Cells", "children": [videos[0], videos[1]]},
        &q2: {"type": "sequential", "display_name": null, "children": [videos[2]]},
        &videos[0]: {"type": "video", "display_name": "=A tour"},
        &videos[1]: {"type": "video", "display_name": "Walls"},
        &videos[2]: {"type": "video", "display_name": "Later"},
    });
    site.lms.change(|university| {
        let course = university.courses.get_mut(COURSE).unwrap();
        course.blocks = json!({"root": "c", "blocks": blocks});
    });
    let record = |name: &str, start: i64, end: i64| {
        json!({
            "pipeline_video_id": format!("{COURSE}|{name}"), "encoded_module_id": name, "duration": 27,
            "segment_length": 5, "users_at_start": start, "users_at_end": end, "created": "2024-03-10T031005",
        })
    };
    let records = json!([record("v1", 10, 4), record("v2", 6, 8), record("old", 3, 1)]);
    site.answer(&format!("courses/{COURSE}/videos/"), ok(records)).await;
    site
}

pub fn videos_page() -> String {
    format!("{HOME}engagement/videos/")
}

fn subsection_page() -> String {
    let (section, subsection) = (block("chapter+block@s1"), block("sequential+block@q1"));
    format!("{}sections/{section}/subsections/{subsection}/", videos_page())
}

#[tokio::test]
async fn sections_lead_down_to_videos() {
    let site = site_with_videos().await;
    let html = site.page(&videos_page()).await;
    assert!(!html.contains("Week <1>") && html.contains("Week &#60;1&#62;"));
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    How did learners interact with course videos?
    68.4% of all views came to the end of their video.
    Updated 03:10 UTC
    Download CSV
    Copy link
    Section:
    Select a section
    All sections
    Week &#60;1&#62;
    Week 2
    (no figures)
    Charts
    Video Views
    Average Complete Views
    Average Incomplete Views
    Video Views
    3 bars, from the first to the last in the order of the course. In all, 68.4% of the views came to the end.
    0
    2
    4
    6
    8
    Week &#60;1&#62;
    Week 2
    Removed from the course
    Week &#60;1&#62;
    Average Complete Views: 6.0 (75.0%)
    Average Incomplete Views: 2.0 (25.0%)
    Week 2
    Average Complete Views: 0.0 (0.0%)
    Average Incomplete Views: 0.0 (0.0%)
    Removed from the course
    Average Complete Views: 1.0 (33.3%)
    Average Incomplete Views: 2.0 (66.7%)
    Viewers of a video, on average
    About this chart
    Save chart as SVG
    Save chart as PNG
    Video Views
    Download CSV
    3 rows, page 1 of 1, sorted by Order, ascending
    Video Views
    Order
    Section Name
    Videos
    Average Complete Views
    Average Incomplete Views
    Completion Percentage
    1
    Week &#60;1&#62;
    2
    6.0
    2.0
    75.0%
    2
    Week 2
    1
    -
    -
    -
    3
    Removed from the course
    1
    1.0
    2.0
    33.3%
    Video data was last updated March 10, 2024 at 3:10 AM UTC.
    “Removed from the course” sums up what was used once and is not in the outline any more.
    ");
    // What has views is a link; what has none is not.
    let linked = format!("/engagement/videos/sections/{}/", block("chapter+block@s1"));
    assert!(html.contains(&linked));
    assert!(!html.contains(&format!("sections/{}/", block("chapter+block@s2"))));

    let address = format!("{}sections/{}/", videos_page(), block("chapter+block@s1"));
    let section = site.page(&address).await;
    assert!(section.contains("Cells") && section.contains("Subsection Name"));
    let subsection = site.page(&subsection_page()).await;
    insta::assert_snapshot!(words(&subsection), @r"
    Courses
    course-v1:edX+DemoX+2024
    Videos
    Week &#60;1&#62;
    How did learners interact with course videos?
    75.0% of all views came to the end of their video.
    Updated 03:10 UTC
    Download CSV
    Copy link
    Section:
    Week &#60;1&#62;
    All sections
    Week &#60;1&#62;
    Week 2
    (no figures)
    Subsection:
    Cells
    Cells
    Charts
    Video Views
    Complete Views
    Incomplete Views
    Video Views
    2 bars, from the first to the last in the order of the course. In all, 75.0% of the views came to the end.
    0
    2.5
    5
    7.5
    10
    =A tour
    Walls
    =A tour
    Complete Views: 4 (40.0%)
    Incomplete Views: 6 (60.0%)
    Walls
    Complete Views: 8 (100.0%)
    Incomplete Views: 0 (0.0%)
    Viewers
    About this chart
    Save chart as SVG
    Save chart as PNG
    Video Views
    Download CSV
    2 rows, page 1 of 1, sorted by Order, ascending
    Video Views
    Order
    Video Name
    Complete Views
    Incomplete Views
    Completion Percentage
    1
    =A tour
    4
    6
    40.0%
    2
    Walls
    8
    -
    100.0%
    Video data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
}

#[tokio::test]
async fn one_video_second_by_second() {
    let site = site_with_videos().await;
    let segment = |segment: i64, users: i64, views: i64| json!({"segment": segment, "num_users": users, "num_views": views, "created": "2024-03-10T031005"});
    let id = format!("{COURSE}|v1");
    let segments = json!([segment(2, 4, 9), segment(0, 10, 11)]);
    site.answer(&format!("videos/{id}/timeline/"), ok(segments)).await;
    let page = format!("{}modules/{}/timeline/", subsection_page(), block("video+block@v1"));
    let html = site.page(&page).await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    Videos
    Week &#60;1&#62;
    Cells
    =A tour
    How did learners interact with course videos?
    40.0% of the viewers saw the end. What was seen most begins at 00:00.
    Updated 03:10 UTC
    Download CSV
    Copy link
    Section:
    Week &#60;1&#62;
    All sections
    Week &#60;1&#62;
    Week 2
    (no figures)
    Subsection:
    Cells
    Cells
    Video:
    =A tour
    =A tour
    Walls
    Next
    Key figures
    Completion Rate
    ?
    40.0%
    Learners who saw the end, as a share of all who watched. One may come in the middle, so there can be more at the end than at the start.
    Read more
    Completion Rate
    Started Video
    ?
    10
    Learners who saw the first five seconds.
    Read more
    Started Video
    Finished Video
    ?
    4
    Learners who saw the end: 95 % of the video, or 30 seconds before its end, whichever is later.
    Read more
    Finished Video
    Charts
    Total Video Views
    Views
    Unique Viewers
    Replays
    Total Video Views
    Views of each part of the video: 10 viewers at the beginning, 0 at the end. Most views, 11, are of the part at 00:00.
    0
    5
    10
    15
    00:00
    00:05
    00:10
    00:15
    00:20
    00:25
    00:00
    Unique Viewers: 10
    Replays: 1
    Total: 11
    00:05
    Unique Viewers: 0
    Replays: 0
    Total: 0
    00:10
    Unique Viewers: 4
    Replays: 5
    Total: 9
    00:15
    Unique Viewers: 0
    Replays: 0
    Total: 0
    00:20
    Unique Viewers: 0
    Replays: 0
    Total: 0
    00:25
    Unique Viewers: 0
    Replays: 0
    Total: 0
    00:27
    Unique Viewers: 0
    Replays: 0
    Total: 0
    Time in the video (minutes:seconds)
    About this chart
    Save chart as SVG
    Save chart as PNG
    Total Video Views
    Download CSV
    6 rows, page 1 of 1, sorted by Time, ascending
    Total Video Views
    Time
    Unique Viewers
    Replays
    00:00
    10
    1
    00:05
    0
    0
    00:10
    4
    5
    00:15
    0
    0
    00:20
    0
    0
    00:25
    0
    0
    Video data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    // The next one with views; there is none before it.
    assert!(html.contains("rel=\"next\"") && !html.contains("rel=\"prev\""));
    assert!(html.contains(&block("video+block@v2")));
}

#[tokio::test]
async fn what_is_not_in_the_course_is_404() {
    let site = site_with_videos().await;
    for rest in [
        "sections/nothing/".to_owned(),
        format!("sections/{}/subsections/nothing/", block("chapter+block@s1")),
        // A subsection of another section.
        format!(
            "sections/{}/subsections/{}/",
            block("chapter+block@s1"),
            block("sequential+block@q2")
        ),
    ] {
        assert_eq!(site.get(&format!("{}{rest}", videos_page())).await.status(), 404, "{rest}");
    }
    let other = format!("{}modules/{}/timeline/", subsection_page(), block("video+block@v3"));
    assert_eq!(site.get(&other).await.status(), 404);
}

#[tokio::test]
async fn nobody_watching_is_said() {
    let site = site_with_videos().await;
    let later = format!("{}sections/{}/", videos_page(), block("chapter+block@s2"));
    let html = site.page(&later).await;
    assert!(html.contains("Nobody has watched a video here yet") && !html.contains("<table"));
    assert!(html.contains("All sections"), "the way back stands");
}

#[tokio::test]
async fn without_the_lms_videos_go_by_the_names_of_their_records() {
    let site = site_with_videos().await;
    site.lms.behave(Part::Blocks, Manner::Status(503));
    let html = site.page(&videos_page()).await;
    assert!(html.contains(">v1<") && html.contains("did not tell the outline"), "{html}");
    let html = site.page(&subsection_page()).await;
    assert!(
        html.contains("did not tell what the course consists of") && html.contains("Try again")
    );
}

#[tokio::test]
async fn an_outline_is_shown_while_the_lms_is_away() {
    let site = site_with_videos().await;
    site.page(&videos_page()).await;
    site.lms.behave(Part::Blocks, Manner::Status(503));
    assert!(site.page(&subsection_page()).await.contains("Walls"));
}

#[tokio::test]
async fn tables_that_only_the_site_has_are_files_too() {
    let site = site_with_videos().await;
    let answer = site.get(&format!("{}?format=csv", subsection_page())).await;
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment; filename=\"edX-DemoX-2024--engagement-videos.csv\"");
    let body = answer.text().await.unwrap();
    insta::assert_snapshot!(body.replace('\r', ""), @r"
    order,name,complete,incomplete,completion_percent
    1,'=A tour,4,6,0.4
    2,Walls,8,0,1
    ");
}
