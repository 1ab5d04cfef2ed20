//! Each call against a real socket: what it sends, and what it makes of each kind of answer.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use api_client::ask::{self, DateRange, LearnerQuery};
use api_client::{Client, Error, Fresh, SummaryQuery, Version};
use chrono::NaiveDate;
use wiremock::matchers::{
    any, body_string, header, method, path, query_param, query_param_is_missing,
};
use wiremock::{Mock, MockServer, ResponseTemplate};

const COURSE: &str = "course-v1:edX+DemoX+Démo 2014";
const RESOURCE: &str = "/api/v0/courses/course-v1:edX+DemoX+D%C3%A9mo%202014/enrollment/";

fn client(server: &MockServer) -> Client {
    Client::new(&server.uri(), "sesame", Duration::from_millis(500)).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    server
}

#[tokio::test]
async fn sends_the_token_the_encoded_course_and_both_limits() {
    let server = MockServer::start().await;
    let body = r#"[{"course_id":"c","date":"2014-01-01","count":3,"created":"2014-01-02T030405"}]"#;
    Mock::given(method("GET"))
        .and(path(RESOURCE))
        .and(header("Authorization", "Token sesame"))
        .and(query_param("start_date", "2014-01-01"))
        .and(query_param("end_date", "2014-02-01"))
        .respond_with(ResponseTemplate::new(200).set_body_string(body))
        .expect(1)
        .mount(&server)
        .await;
    let range = DateRange { start: Some(day("2014-01-01")), end: Some(day("2014-02-01")) };
    let days = client(&server).get(&ask::enrollment(COURSE, range)).await.unwrap();
    assert_eq!((days[0].date, days[0].count), (day("2014-01-01"), Some(3)));
}

#[tokio::test]
async fn a_slashed_course_stays_one_segment_and_a_path_before_the_api_is_kept() {
    let server = MockServer::start().await;
    Mock::given(path("/behind/api/v1/courses/edX%2FDemoX%2FRun/enrollment/mode/"))
        .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
        .expect(1)
        .mount(&server)
        .await;
    let root = format!("{}/behind/", server.uri());
    let client =
        Client::new(&root, "sesame", Duration::from_secs(1)).unwrap().with_version(Version::V1);
    assert_eq!(
        client.get(&ask::enrollment_by_mode("edX/DemoX/Run", DateRange::LATEST)).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn the_birth_year_is_asked_of_the_first_store() {
    let server = MockServer::start().await;
    Mock::given(path(format!("{RESOURCE}birth_year/")))
        .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
        .expect(1)
        .mount(&server)
        .await;
    let client = client(&server).with_version(Version::V1);
    assert_eq!(
        client.get(&ask::enrollment_by_birth_year(COURSE, DateRange::LATEST)).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn csv_is_asked_by_the_exact_header() {
    let server = MockServer::start().await;
    Mock::given(path(format!("{RESOURCE}gender/")))
        .and(header("Accept", "text/csv"))
        .respond_with(ResponseTemplate::new(200).set_body_string("count\r\n3\r\n"))
        .expect(1)
        .mount(&server)
        .await;
    let range = DateRange::before(day("2014-01-01"));
    let text = client(&server).csv(&ask::enrollment_by_gender(COURSE, range)).await.unwrap();
    assert_eq!(text, "count\r\n3\r\n");
}

#[tokio::test]
async fn few_courses_go_into_the_address() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/v0/course_summaries/"))
        .and(query_param("course_ids", "a+b+c,d/e/f"))
        .and(query_param("exclude", "passing_users"))
        .and(query_param("recent_date", "2018-01-02"))
        .and(query_param_is_missing("programs"))
        .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
        .expect(1)
        .mount(&server)
        .await;
    let query = SummaryQuery {
        course_ids: vec!["a+b+c".to_owned(), "d/e/f".to_owned()],
        without_passing_users: true,
        recent_date: Some(day("2018-01-02")),
        ..SummaryQuery::default()
    };
    assert_eq!(client(&server).get(&ask::course_summaries(&query)).await.unwrap(), []);
}

#[tokio::test]
async fn many_courses_go_into_a_form() {
    let server = MockServer::start().await;
    let ids: Vec<String> = (0..11).map(|number| format!("a/b/{number}")).collect();
    let form: Vec<String> = (0..11).map(|number| format!("course_ids=a%2Fb%2F{number}")).collect();
    Mock::given(method("POST"))
        .and(path("/api/v0/course_summaries/"))
        .and(header("Content-Type", "application/x-www-form-urlencoded"))
        .and(body_string(format!("programs=true&{}", form.join("&"))))
        .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
        .expect(1)
        .mount(&server)
        .await;
    let query = SummaryQuery { course_ids: ids, programs: true, ..SummaryQuery::default() };
    assert_eq!(client(&server).get(&ask::course_summaries(&query)).await.unwrap(), []);
}

#[tokio::test]
async fn each_status_is_its_own_error() {
    let body = r#"{"detail":"Invalid token."}"#;
    let error = async |status: u16| {
        let server = answering(ResponseTemplate::new(status).set_body_string(body)).await;
        client(&server).get(&ask::programs()).await.unwrap_err()
    };
    assert!(matches!(error(404).await, Error::NotFound { .. }));
    assert!(
        matches!(error(401).await, Error::Unauthorised { detail, .. } if detail == "Invalid token.")
    );
    assert!(matches!(error(400).await, Error::Refused { status: 400, .. }));
    assert!(matches!(error(500).await, Error::Unavailable { .. }));
    assert!(matches!(error(301).await, Error::Malformed { .. }));
}

#[tokio::test]
async fn an_unexpected_body_is_malformed() {
    let server = answering(ResponseTemplate::new(200).set_body_string(r#"{"not":"a list"}"#)).await;
    let error = client(&server).get(&ask::enrollment(COURSE, DateRange::LATEST)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Malformed { reason, .. } if reason.contains("expected a sequence")),
        "{error}"
    );
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout_and_a_closed_port_is_unavailable() {
    let server = answering(ResponseTemplate::new(200).set_delay(Duration::from_secs(3))).await;
    assert!(matches!(client(&server).status().await.unwrap_err(), Error::Timeout { .. }));
    let nobody = Client::new("http://127.0.0.1:1", "sesame", Duration::from_secs(1)).unwrap();
    assert!(matches!(nobody.authenticated().await.unwrap_err(), Error::Unavailable { .. }));
}

#[tokio::test]
async fn an_unavailable_store_is_an_answer_of_health() {
    let body = r#"{"overall_status":"UNAVAILABLE","detailed_status":{"default_db_status":"OK","analytics_db_status":"UNAVAILABLE"}}"#;
    let server = answering(ResponseTemplate::new(503).set_body_string(body)).await;
    let health = client(&server).health().await.unwrap();
    assert_eq!(health.overall_status, api_client::Availability::Unavailable);
}

#[test]
fn a_wrong_address_or_token_is_said_at_once_and_the_token_never_shown() {
    let new = |root: &str, token: &str| Client::new(root, token, Duration::from_secs(1));
    assert!(matches!(new("127.0.0.1:8100", "t"), Err(Error::Address { .. })));
    assert!(matches!(new("ftp://host/", "t"), Err(Error::Address { .. })));
    let error = new("http://host/", "se\nsame").unwrap_err();
    assert!(matches!(error, Error::Token) && !error.to_string().contains("same"));
    let shown = format!("{:?}", new("http://host/", "sesame").unwrap());
    assert!(!shown.contains("sesame"), "{shown}");
}

#[tokio::test]
async fn an_answer_that_is_known_is_not_sent_again() {
    let server = MockServer::start().await;
    let question = ask::videos(COURSE);
    Mock::given(header("If-None-Match", "\"one\""))
        .respond_with(ResponseTemplate::new(304))
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(
            ResponseTemplate::new(200).insert_header("ETag", "\"one\"").set_body_string("[]"),
        )
        .mount(&server)
        .await;
    let client = client(&server);
    let Fresh::Changed { answer, etag, size } =
        client.get_if_changed(&question, None).await.unwrap()
    else {
        panic!("nothing was known")
    };
    assert_eq!((answer, etag.as_deref(), size), (Vec::new(), Some("\"one\""), 2));
    let again = client.get_if_changed(&question, etag.as_deref()).await.unwrap();
    assert!(matches!(again, Fresh::Unchanged), "{again:?}");
    let other = client.get_if_changed(&question, Some("\"two\"")).await.unwrap();
    assert!(matches!(other, Fresh::Changed { .. }), "{other:?}");
}

#[tokio::test]
async fn ids_with_slashes_colons_and_other_letters_stay_one_segment() {
    let server = answering(ResponseTemplate::new(200).set_body_string("[]")).await;
    let client = client(&server);
    client.get(&ask::answer_distribution("i4x://edX/DemoX/problem/a b")).await.unwrap();
    client.get(&ask::video_timeline("edX/DemoX/R|i4x-é")).await.unwrap();
    let asked: Vec<String> = server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| request.url.path().to_owned())
        .collect();
    assert_eq!(
        asked,
        [
            "/api/v0/problems/i4x:%2F%2FedX%2FDemoX%2Fproblem%2Fa%20b/answer_distribution/",
            "/api/v0/videos/edX%2FDemoX%2FR|i4x-%C3%A9/timeline/",
        ]
    );
}

#[tokio::test]
async fn the_user_for_whom_is_asked_is_told_in_letters_that_a_header_may_have() {
    let server = answering(ResponseTemplate::new(200).set_body_string(r#"{"days": []}"#)).await;
    let question = ask::engagement_timeline("a/b/c", "ann");
    let answer = client(&server).get_for(&question, "inés o").await.unwrap();
    assert!(answer.days.is_empty());
    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked[0].headers["x-forwarded-user"], r"in\u{e9}s o");
}

#[tokio::test]
async fn only_what_is_given_of_a_roster_is_asked_for() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v0/learners/"))
        .and(query_param("course_id", COURSE))
        .and(query_param("text_search", "ann & bob"))
        .and(query_param("ignore_segments", "inactive"))
        .and(query_param("page", "2"))
        .and(query_param("page_size", "25"))
        .and(query_param_is_missing("cohort"))
        .and(query_param_is_missing("segments"))
        .respond_with(ResponseTemplate::new(200).set_body_string(
            r#"{"count":0,"num_pages":1,"next":null,"previous":null,"results":[]}"#,
        ))
        .expect(1)
        .mount(&server)
        .await;
    let query = LearnerQuery {
        text_search: Some("ann & bob".to_owned()),
        ignore_segments: Some("inactive".to_owned()),
        page: 2,
        page_size: 25,
        ..LearnerQuery::default()
    };
    assert_eq!(client(&server).get(&ask::learners(COURSE, &query)).await.unwrap().count, 0);
}
