//! Course index and course home.

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::fixture::{COURSE, Fixture, HOME, day, summary, words};

async fn with_courses() -> Fixture {
    let site = Fixture::new().await;
    let rows = json!([
        summary("course-v1:edX+Zoo+1", Some("Zoology"), 30),
        summary(COURSE, Some("algebra"), 1000),
        summary("edX/NoTitle/1", None, 7),
        summary("not a key", Some("Beta <script>alert(1)</script>"), 1),
    ]);
    site.answer("course_summaries/", ResponseTemplate::new(200).set_body_json(rows)).await;
    site
}

#[tokio::test]
async fn the_index_adds_up_and_sorts_by_title_with_untitled_last() {
    let site = with_courses().await;
    let html = site.page("/courses/").await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    Download CSV
    Across the courses listed below
    Total Enrollment
    ?
    2,076
    Learners who ever enrolled in the listed courses, whether or not they left again. Who enrolled in two courses counts twice.
    Read more
    Total Enrollment
    Current Enrollment
    ?
    1,038
    Learners who are enrolled in the listed courses now. Who is enrolled in two courses counts twice.
    Read more
    Current Enrollment
    Change in Last Week
    ?
    −12
    Current enrollment of the listed courses, minus what it was seven days before.
    Read more
    Change in Last Week
    Verified Enrollment
    ?
    518
    Learners of the listed courses who are enrolled in the verified mode now.
    Read more
    Verified Enrollment
    Master&#39;s Enrollment
    ?
    518
    Learners of the listed courses who are enrolled as part of a master&#39;s program now.
    Read more
    Master&#39;s Enrollment
    Search titles and ids
    Availability
    Current
    Pacing Type
    Self-Paced
    Show
    Number of results: 4
    4 rows, page 1 of 1, sorted by Course Name, ascending
    Courses
    Course Name
    Start Date
    End Date
    Total Enrollment
    Current Enrollment
    Change Last Week
    Verified Enrollment
    Passing Learners
    algebra
    course-v1:edX+DemoX+2024
    1 Jan 2024
    --
    no date
    2,000
    1,000
    −3
    500
    5
    Beta &#60;script&#62;alert(1)&#60;/script&#62;
    not a key
    1 Jan 2024
    --
    no date
    2
    1
    −3
    0
    5
    Zoology
    course-v1:edX+Zoo+1
    1 Jan 2024
    --
    no date
    60
    30
    −3
    15
    5
    edX/NoTitle/1
    1 Jan 2024
    --
    no date
    14
    7
    −3
    3
    5
    Course summary data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    assert!(!html.contains("<script>alert"), "markup of a title stays text");
}

#[tokio::test]
async fn the_address_sorts_searches_and_says_when_it_is_odd() {
    let site = with_courses().await;
    let order = |html: &str| {
        let at = |name: &str| html.find(name);
        [at("algebra"), at("Zoology"), at("edX/NoTitle/1")]
    };
    let html = site.page("/courses/?sort=count&order=asc").await;
    let [algebra, zoo, untitled] = order(&html);
    assert!(untitled < zoo && zoo < algebra);
    let html = site.page("/courses/?search=ALG").await;
    assert!(html.contains("Number of results: 1") && !html.contains("Zoology"));
    assert!(html.contains("href=\"/courses/csv/course_list/?search=ALG\""), "these results as CSV");
    assert!(site.page("/courses/?search=nothing-here").await.contains("No courses matched"));
    assert!(site.page("/courses/?page=7").await.contains("role=\"alert\""));
}

#[tokio::test]
async fn the_list_can_be_saved() {
    let site = with_courses().await;
    let response = site.get("/courses/csv/course_list/").await;
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename=\"2024-03-10T12:00:00Z--course-list.csv\""
    );
    let body = response.text().await.unwrap();
    assert_eq!(body.lines().count(), 5);
    assert!(
        body.contains("Current,DemoX,algebra,1000,-3,course-v1:edX+DemoX+2024,2000,,500,1000,1,"),
        "{body}"
    );
    let filtered = site.get("/courses/csv/course_list/?search=zoo").await.text().await.unwrap();
    assert_eq!(filtered.lines().count(), 2);
}

#[tokio::test]
async fn without_courses_the_index_explains_and_the_list_is_404() {
    let site = Fixture::new().await;
    assert!(site.page("/courses/").await.contains("Nothing to show here yet"));
    assert_eq!(site.get("/courses/csv/course_list/").await.status(), 404);
}

#[tokio::test]
async fn home_shows_figures_facts_and_questions() {
    let site = with_courses().await;
    let days: Vec<_> = (1..=9).map(|n| day(&format!("2024-03-{n:02}"), n * 10, n)).collect();
    site.rows("mode", json!(days)).await;
    insta::assert_snapshot!(words(&site.page(HOME).await), @r"
    Courses
    algebra
    course-v1:edX+DemoX+2024
    Key figures
    Current Enrollment
    ?
    99
    Current Enrollment
    +77 vs 7 days ago
    Learners enrolled at the end of the last day that was computed, with the change against seven days before and the last 60 days as a line.
    Read more
    Current Enrollment
    Total Enrollment
    ?
    199
    Total Enrollment
    Learners who ever enrolled, whether or not they left again.
    Read more
    Total Enrollment
    Verified Enrollment
    ?
    9
    Verified Enrollment
    Learners who are enrolled in the verified mode, that is, who work for a verified certificate.
    Read more
    Verified Enrollment
    Passing Learners
    ?
    5
    Learners whose grade has reached the course&#39;s pass mark when the figures were last computed.
    Read more
    Passing Learners
    Who are my learners?
    How many learners are in my course?
    Enrollment › Activity
    How old are my learners?
    Enrollment › Demographics › Age
    What level of education do my learners have?
    Enrollment › Demographics › Education
    What is the gender breakdown of my learners?
    Enrollment › Demographics › Gender
    Where are my learners?
    Enrollment › Geography
    What are learners doing in my course?
    How many learners are interacting with my course?
    Engagement › Content
    How did learners interact with course videos?
    Engagement › Videos
    How are learners doing on course assignments?
    How are learners doing on graded course assignments?
    Performance › Graded Content
    How are learners doing on ungraded exercises?
    Performance › Ungraded Problems
    What is the breakdown for course learning outcomes?
    Performance › Learning Outcomes
    Enrollment activity data was last updated March 10, 2024 at 3:10 AM UTC.
    Basic Course Information
    Course ID
    course-v1:edX+DemoX+2024
    Start Date
    January 1, 2024
    End Date
    --
    Status
    In Progress
    ");
}

#[tokio::test]
async fn tools_appear_where_their_address_is_set() {
    let settings = web::config::Settings {
        lms_course_url: Some("https://lms.example/courses/".to_owned()),
        ..Default::default()
    };
    let html = Fixture::with(settings).await.page(HOME).await;
    assert!(html.contains("https://lms.example/courses/course-v1:edX+DemoX+2024/instructor"));
    assert!(!html.contains("Studio"));
}

#[tokio::test]
async fn parts_of_the_index_can_be_left_out() {
    let features = web::config::Features {
        enable_course_filters: false,
        enable_course_passing: false,
        display_course_name_in_nav: false,
        ..Default::default()
    };
    let settings = web::config::Settings { features: Some(features), ..Default::default() };
    let site = Fixture::with(settings).await;
    let rows = serde_json::json!([summary(COURSE, Some("Paper"), 10)]);
    site.answer("course_summaries/", ResponseTemplate::new(200).set_body_json(rows)).await;
    let html = site.page("/courses/").await;
    assert!(html.contains("Paper") && !html.contains("Pacing Type"));
    let asked = site.api.received_requests().await.unwrap();
    let asked: Vec<String> = asked.iter().map(|request| request.url.to_string()).collect();
    assert!(asked.len() == 1 && asked[0].ends_with("exclude=passing_users"), "{asked:?}");
    let home = site.page(HOME).await;
    assert!(home.contains(&format!("<span>{COURSE}</span>")));
}
