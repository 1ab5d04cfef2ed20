//! Programs and what their courses add up to (spec 60 §2.2).

use serde_json::json;
use web::config::{Features, Settings};

use crate::fixture::{COURSE, Fixture, ok, summary, words};

const OTHER: &str = "course-v1:edX+Other+2024";

async fn site() -> Fixture {
    let site = Fixture::new().await;
    let rows = json!([summary(COURSE, Some("Ours"), 10), summary(OTHER, Some("Theirs"), 2000)]);
    site.answer("course_summaries/", ok(rows)).await;
    let program = |id: &str, title: Option<&str>, courses: &[&str]| json!({"program_id": id, "program_type": "MicroMasters", "program_title": title, "course_ids": courses, "created": null});
    let programs = json!([
        program("p&1", Some("Life <b>"), &[COURSE, OTHER, "course-v1:no+such+course"]),
        program("p2", None, &[OTHER]),
        program("p3", Some("Elsewhere"), &["course-v1:no+such+course"]),
    ]);
    site.answer("programs/", ok(programs)).await;
    site
}

#[tokio::test]
async fn a_program_adds_up_the_courses_that_its_reader_may_see() {
    let site = site().await;
    let html = site.page("/programs/").await;
    assert!(html.contains(r#"href="/courses/?program=p%261""#), "{html}");
    insta::assert_snapshot!(words(&html), @r"
    Courses
    Programs
    What the courses that you may see add up to, program by program. Each leads to its courses.
    Programs
    2 rows, page 1 of 1, sorted by Program, ascending
    Programs
    Program
    Courses
    Total Enrollment
    Current Enrollment
    Change Last Week
    Verified Enrollment
    Life &#60;b&#62;
    MicroMasters
    2
    4,020
    2,010
    −6
    1,005
    p2
    MicroMasters
    1
    4,000
    2,000
    −3
    1,000
    Course summary data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    let own = site.get_as(Some("ines"), "/programs/").await.text().await.unwrap();
    assert!(own.contains("Life") && !own.contains("p2"), "{own}");
    assert!(site.page("/courses/").await.contains(r#"href="/programs/""#));
}

#[tokio::test]
async fn no_programs_are_said_and_their_switch_takes_the_page_away() {
    let site = Fixture::new().await;
    site.answer("course_summaries/", ok(json!([summary(COURSE, Some("Ours"), 10)]))).await;
    assert!(site.page("/programs/").await.contains("None of your courses is part of a program"));
    let features = Features { enable_course_filters: false, ..Features::default() };
    let off = Fixture::with(Settings { features: Some(features), ..Settings::default() }).await;
    assert_eq!(off.get("/programs/").await.status(), 404);
}
