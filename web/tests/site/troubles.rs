//! The API down, slow or lying: the section says so and the rest of the page stands.

use std::time::Duration;

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::fixture::{COURSE, Fixture, HOME, day, summary};

async fn activity(answer: ResponseTemplate) -> String {
    let settings = web::config::Settings { api_timeout: Some(1), ..Default::default() };
    let site = Fixture::with(settings).await;
    let title = json!([summary(COURSE, Some("Paper"), 10)]);
    site.answer("course_summaries/", ResponseTemplate::new(200).set_body_json(title)).await;
    site.answer(&format!("courses/{COURSE}/enrollment/mode/"), answer).await;
    let html = site.page(&format!("{HOME}enrollment/activity/")).await;
    assert!(
        html.contains(">Paper<") && html.contains("How many learners are in my course?"),
        "the frame stands"
    );
    assert!(!html.contains("<table"), "no figures");
    html
}

#[tokio::test]
async fn no_data_is_explained() {
    let html = activity(ResponseTemplate::new(404)).await;
    assert!(html.contains("Nothing to show here yet") && html.contains("href=\"/help/no-data/\""));
    let empty = activity(ResponseTemplate::new(200).set_body_json(json!([]))).await;
    assert!(empty.contains("Nothing to show here yet"));
}

#[tokio::test]
async fn a_failing_api_is_said_with_a_way_to_try_again() {
    let html = activity(ResponseTemplate::new(500)).await;
    assert!(html.contains("cannot be reached"), "{html}");
    assert!(
        html.contains("href=\"/courses/course-v1:edX+DemoX+2024/enrollment/activity/\">Try again")
    );
}

#[tokio::test]
async fn a_slow_api_does_not_hold_the_page() {
    let begin = std::time::Instant::now();
    let html = activity(
        ResponseTemplate::new(200).set_body_json(json!([])).set_delay(Duration::from_secs(20)),
    )
    .await;
    assert!(html.contains("took too long"));
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_lying_api_is_not_believed() {
    for body in ["[{", "{\"a\":1}", "[{\"date\":\"yesterday\"}]", "<html>"] {
        let html =
            activity(ResponseTemplate::new(200).set_body_raw(body, "application/json")).await;
        assert!(html.contains("makes no sense"), "{body}");
    }
    let absurd = json!([day("0001-01-01", 1, 1), day("9999-12-31", 1, 1)]);
    assert!(
        activity(ResponseTemplate::new(200).set_body_json(absurd)).await.contains("makes no sense")
    );
}

#[tokio::test]
async fn absurd_numbers_do_not_break_a_page() {
    let site = Fixture::new().await;
    let days = json!([day("2024-03-01", i64::MAX - 200, 0), day("2024-03-09", -5, 0)]);
    site.rows("mode", days).await;
    let html = site.page(&format!("{HOME}enrollment/activity/")).await;
    assert!(html.contains("<table"));
}

#[tokio::test]
async fn a_refused_token_is_told_apart() {
    assert!(activity(ResponseTemplate::new(401)).await.contains("refused this site"));
    assert!(activity(ResponseTemplate::new(429)).await.contains("refused this site"));
}

#[tokio::test]
async fn without_its_title_a_course_goes_by_its_id() {
    let site = Fixture::new().await;
    site.answer("course_summaries/", ResponseTemplate::new(500)).await;
    site.rows("mode", json!([day("2024-03-08", 5, 5), day("2024-03-09", 6, 5)])).await;
    let html = site.page(&format!("{HOME}enrollment/activity/")).await;
    assert!(html.contains("<table") && html.contains(&format!("<span>{COURSE}</span>")));
}

#[tokio::test]
async fn an_unreachable_api_leaves_pages_and_downloads_apart() {
    let unused = wiremock::MockServer::start().await;
    let site = Fixture::before(unused, "http://127.0.0.1:9", Default::default()).await;
    let index = site.get("/courses/").await;
    assert_eq!(index.status(), 200);
    assert!(index.text().await.unwrap().contains("cannot be reached"));
    let download = site.get(&format!("{HOME}csv/enrollment/")).await;
    assert_eq!(download.status(), 503);
    assert!(download.text().await.unwrap().contains("Request number:"));
}

#[tokio::test]
async fn calls_wait_for_their_turn() {
    let settings =
        web::config::Settings { api_calls: Some(1), api_timeout: Some(5), ..Default::default() };
    let site = Fixture::with(settings).await;
    let late = || ResponseTemplate::new(404).set_delay(Duration::from_millis(200));
    site.answer("course_summaries/", late()).await;
    site.answer(&format!("courses/{COURSE}/enrollment/mode/"), late()).await;
    let path = format!("{HOME}enrollment/activity/");
    let begin = std::time::Instant::now();
    tokio::join!(site.get(&path), site.get(&path));
    assert!(begin.elapsed() >= Duration::from_millis(400), "one call at a time");
    let asked = site.api.received_requests().await.unwrap().len();
    assert_eq!(asked, 2, "equal questions are one call");
}

#[tokio::test]
async fn a_page_asks_no_more_than_it_shows() {
    for (path, calls) in [
        ("/".to_owned(), 0),
        ("/help/".to_owned(), 0),
        ("/courses/".to_owned(), 2),
        (HOME.to_owned(), 4),
        (format!("{HOME}enrollment/activity/"), 2),
        (format!("{HOME}enrollment/demographics/gender/"), 2),
        (format!("{HOME}engagement/content/"), 3),
        (format!("{HOME}engagement/videos/"), 2),
        (format!("{HOME}performance/graded_content/"), 1),
        (format!("{HOME}performance/graded_content/homework/"), 2),
        (format!("{HOME}performance/ungraded_content/"), 2),
        (format!("{HOME}performance/learning_outcomes/"), 2),
        (format!("{HOME}csv/enrollment/"), 1),
    ] {
        let site = Fixture::new().await;
        site.get_as(Some("ines"), &path).await;
        assert_eq!(site.api.received_requests().await.unwrap().len(), calls, "{path}");
        // A token, the courses of the reader, and at most the outline and the policy.
        let asked = site.lms.asked();
        assert!(asked.len() <= 4, "{path}: {asked:?}");
        // Once more, nothing is asked but what was not there.
        site.get_as(Some("ines"), &path).await;
        assert_eq!(site.lms.asked(), Vec::<String>::new(), "{path}");
    }
}

#[tokio::test]
async fn that_there_is_a_report_is_asked_once_and_its_link_each_time() {
    let site = Fixture::new().await;
    let report = json!({
        "course_id": COURSE, "report_name": "problem_response", "download_url": "http://files.example/r.csv",
        "last_modified": "2024-03-09T000000", "expiration_date": "2024-03-10T000000", "file_size": 7,
    });
    let resource = format!("courses/{COURSE}/reports/problem_response/");
    site.answer(&resource, ResponseTemplate::new(200).set_body_json(report)).await;
    let asked = async || {
        let all = site.api.received_requests().await.unwrap();
        all.iter().filter(|request| request.url.path().ends_with("problem_response/")).count()
    };
    for _ in 0..2 {
        assert!(site.page(HOME).await.contains("problem_responses/"));
    }
    assert_eq!(asked().await, 1);
    for _ in 0..2 {
        assert_eq!(site.get(&format!("{HOME}csv/problem_responses/")).await.status(), 302);
    }
    assert_eq!(asked().await, 3);
}

#[tokio::test]
async fn an_absurdly_large_answer_is_refused_and_the_page_stands() {
    let site = Fixture::new().await;
    let body = vec![b' '; 50 << 20];
    let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    site.answer(&format!("courses/{COURSE}/enrollment/mode/"), answer).await;
    let html = site.page(&format!("{HOME}enrollment/activity/")).await;
    assert!(html.contains("card missing"), "{html}");
    let csv = site.get(&format!("{HOME}csv/enrollment/")).await;
    assert_eq!(csv.status(), 503);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let site = Fixture::new().await;
    let whole =
        serde_json::to_string(&serde_json::json!([crate::fixture::day("2024-03-09", 3, 1)]))
            .unwrap();
    let half = whole[..whole.len() / 2].to_owned();
    let answer = ResponseTemplate::new(200).set_body_raw(half, "application/json");
    site.answer(&format!("courses/{COURSE}/enrollment/mode/"), answer).await;
    let html = site.page(&format!("{HOME}enrollment/activity/")).await;
    assert!(html.contains("card missing"), "{html}");
}
