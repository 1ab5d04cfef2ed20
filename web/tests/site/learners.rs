//! Learners, one by one: off unless switched on, in the reader's name, and never kept (spec 60 §2.14, §9.4).

use insta::assert_snapshot;
use reqwest::Response;
use serde_json::{Value, json};
use web::config::{Features, Settings};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::fixture::{COURSE, Fixture, HOME, ok, words};

/// A site that shows learners, and gives files of them.
async fn site() -> Fixture {
    site_with(Settings::default()).await
}

async fn site_with(settings: Settings) -> Fixture {
    let features = Features {
        display_learner_analytics: true,
        enable_learner_download: true,
        ..Features::default()
    };
    Fixture::with(Settings { features: Some(features), ..settings }).await
}

fn learner(
    username: &str,
    name: Option<&str>,
    tried: i64,
    correct: i64,
    ratio: Option<f64>,
) -> Value {
    json!({
        "user_id": 7, "username": username, "enrollment_mode": "verified", "name": name, "account_url": null,
        "email": name.map(|_| format!("{username}@x.example")), "language": null, "location": null,
        "year_of_birth": null, "level_of_education": null, "gender": null, "mailing_address": null, "city": null,
        "country": null, "goals": null, "segments": ["struggling"],
        "engagements": {
            "discussion_contributions": 0, "problems_attempted": tried, "problems_completed": correct,
            "videos_viewed": 2, "problem_attempts_per_completed": ratio,
        },
        "enrollment_date": "2024-01-02", "cohort": "Blue", "last_updated": "2024-03-09",
    })
}

fn page(count: usize, learners: Value) -> Value {
    json!({"count": count, "num_pages": count.div_ceil(25).max(1), "next": null, "previous": null, "results": learners})
}

async fn roster(site: &Fixture) {
    let learners = json!([
        learner("ann", Some("Ann Ó <b>"), 4, 4, Some(1.0)),
        learner("bob", Some("Bob"), 1200, 0, None),
        learner("cyd", None, 2, 1, Some(1.5)),
    ]);
    site.answer("learners/", ok(page(53, learners))).await;
    let none =
        json!({"class_rank_bottom": null, "class_rank_average": null, "class_rank_top": null});
    let metadata = json!({
        "enrollment_modes": {"audit": 50, "verified": 3}, "cohorts": {"Blue": 3},
        "segments": {"highly_engaged": 1, "disengaging": 0, "struggling": 3, "inactive": 9, "unenrolled": 0},
        "engagement_ranges": {
            "date_range": {"start": "2024-03-03", "end": "2024-03-10"},
            "problem_attempts_per_completed": {
                "class_rank_bottom": [4.0, null], "class_rank_average": null, "class_rank_top": [1.0, 1.2],
            },
            "problems_attempted": none, "problems_completed": none,
            "discussion_contributions": none, "videos_viewed": none,
        },
    });
    site.answer(&format!("course_learner_metadata/{COURSE}/"), ok(metadata)).await;
}

fn kept(answer: &Response) -> (Option<&str>, bool) {
    let headers = answer.headers();
    (
        headers.get("cache-control").and_then(|value| value.to_str().ok()),
        headers.contains_key("etag"),
    )
}

#[tokio::test]
async fn learners_are_shown_only_where_that_is_switched_on_and_not_of_blocked_organisations() {
    let off = Fixture::new().await;
    roster(&off).await;
    let blocked = Settings {
        block_learner_analytics_org_list: Some(vec!["EDX".to_owned()]),
        ..Settings::default()
    };
    let blocked = site_with(blocked).await;
    roster(&blocked).await;
    let api = format!("/api/learner_analytics/v0/learners/?course_id={COURSE}");
    for site in [off, blocked] {
        for rest in ["learners/", "learners/ann/", "csv/learners/"] {
            assert_eq!(site.get(&format!("{HOME}{rest}")).await.status(), 404, "{rest}");
        }
        assert_eq!(site.get(&api.replace('+', "%2B")).await.status(), 404);
        assert!(!site.page(HOME).await.contains("learners/"));
        let asked = site.api.received_requests().await.unwrap();
        assert!(
            asked.iter().all(|call| !call.url.path().contains("learner")),
            "learners were asked for"
        );
    }
}

#[tokio::test]
async fn a_file_of_learners_is_given_only_where_that_is_switched_on() {
    let features = Features { display_learner_analytics: true, ..Features::default() };
    let site = Fixture::with(Settings { features: Some(features), ..Settings::default() }).await;
    roster(&site).await;
    assert!(!site.page(&format!("{HOME}learners/")).await.contains("csv/learners/"));
    assert_eq!(site.get(&format!("{HOME}csv/learners/")).await.status(), 404);
}

#[tokio::test]
async fn the_roster_is_a_page_of_the_data_apis_in_the_readers_name() {
    let site = site().await;
    roster(&site).await;
    let address = format!(
        "{HOME}learners/?search=ann+o&cohort=Blue&track=verified&inactive=hide&sort=videos_viewed&page=2"
    );
    let answer = site.get_as(Some("ines"), &address).await;
    assert_eq!(kept(&answer), (Some("private, no-store"), false));
    let html = answer.text().await.unwrap();
    assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    Who is engaged in my course, and who is not?
    Activity between March 3, 2024 and March 9, 2024.
    Download CSV
    Name, user name or e-mail
    Cohort Groups
    All
    Blue (3)
    Enrollment Tracks
    All
    Audit (50)
    Verified (3)
    Segments
    All
    Highly Engaged (1)
    Disengaging (0)
    Struggling (3)
    Inactive (9)
    Unenrolled (0)
    Hide Inactive Learners
    Show
    What the segments and marks mean
    53 learners
    “ann o”
    ×
    Cohort Groups: Blue
    ×
    Enrollment Tracks: Verified
    ×
    Inactive learners are hidden
    ×
    Clear
    Columns
    Hide
    Problems Tried
    Hide
    Problems Correct
    Hide
    Attempts per Problem Correct
    Hide
    Videos
    Hide
    Discussions
    53 rows, page 2 of 3, sorted by Videos, descending
    Learners
    Name (Username)
    Problems Tried
    Problems Correct
    Attempts per Problem Correct
    Videos
    Discussions
    Ann Ó &#60;b&#62;
    ann
    4
    4
    1
    high
    2
    0
    Bob
    bob
    1,200
    0
    N/A
    low
    2
    0
    cyd
    2
    1
    1.5
    2
    0
    Previous
    1
    2
    3
    Next
    The learner roster was last made on March 9, 2024.
    ");
    assert!(html.contains(r#"<option value="Blue" selected>"#));
    assert!(html.contains("name=\"inactive\" value=\"hide\" checked"));
    let asked = site.api.received_requests().await.unwrap();
    let learners = asked.iter().find(|call| call.url.path() == "/api/v0/learners/").unwrap();
    let query: Vec<_> =
        learners.url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        query,
        [
            "course_id=course-v1:edX+DemoX+2024",
            "text_search=ann o",
            "cohort=Blue",
            "enrollment_mode=verified",
            "ignore_segments=inactive",
            "order_by=videos_viewed",
            "sort_order=desc",
            "page=2",
            "page_size=25",
        ]
    );
    assert_eq!(learners.headers["x-forwarded-user"], "ines");
    assert_eq!(asked.len(), 3, "learners, metadata, the course's summary");
}

#[tokio::test]
async fn the_roster_leads_to_a_learner_and_back_to_itself() {
    let site = site().await;
    roster(&site).await;
    let html = site.page(&format!("{HOME}learners/?track=verified&page=2")).await;
    let link = format!("{HOME}learners/ann/?back=%3Ftrack%3Dverified%26page%3D2");
    assert!(html.contains(&format!(r#"href="{link}""#)), "{html}");
    site.answer("learners/ann/", ok(learner("ann", Some("Ann Ó <b>"), 1, 1, Some(1.0)))).await;
    let days = json!({"days": [
        {"date": "2024-03-01", "problems_attempted": 9, "problems_completed": 1, "discussion_contributions": 0, "videos_viewed": 3},
        {"date": "2024-03-02", "problems_attempted": 0, "problems_completed": 0, "discussion_contributions": 2, "videos_viewed": 0},
    ]});
    site.answer("engagement_timelines/ann/", ok(days)).await;
    let answer = site.get(&link).await;
    assert_eq!(kept(&answer), (Some("private, no-store"), false));
    let html = answer.text().await.unwrap();
    assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    Learners
    Ann Ó &#60;b&#62;
    Who is engaged in my course, and who is not?
    ann · ann@x.example · Struggling
    Data through 2 Mar 2024
    Download CSV
    Copy link
    Return to Learners
    Write an e-mail
    Key figures
    Enrollment
    ?
    Verified
    The mode in which the learner is enrolled.
    Read more
    Enrollment
    Cohort
    ?
    Blue
    The group that the course team has put the learner into.
    Read more
    Cohort
    Last Accessed
    ?
    2 Mar 2024
    The last day on which the learner tried a problem, played a video or wrote in the discussions.
    Read more
    Last Accessed
    Charts
    Daily Activity
    Activities
    Discussion Contributions
    Problems Correct
    Videos Viewed
    Daily Activity
    What the learner did each day from March 1, 2024 to March 2, 2024.
    0
    1
    2
    3
    1 Mar 2024
    2 Mar 2024
    1 Mar 2024
    Discussion Contributions: 0
    Problems Correct: 1
    Videos Viewed: 3
    2 Mar 2024
    Discussion Contributions: 2
    Problems Correct: 0
    Videos Viewed: 0
    Day (UTC)
    About this chart
    Save chart as SVG
    Save chart as PNG
    Daily Activity
    Download CSV
    2 rows, page 1 of 1, sorted by Date, descending
    Daily Activity
    Date
    Discussion Contributions
    Problems Correct
    Videos Viewed
    March 2, 2024
    2
    0
    0
    March 1, 2024
    0
    1
    3
    ");
    assert!(
        html.contains(&format!(r#"href="{HOME}learners/?track=verified&#38;page=2""#)),
        "{html}"
    );
    assert!(html.contains(r#"href="mailto:ann@x.example""#));
    let asked = site.api.received_requests().await.unwrap();
    let personal = asked.iter().filter(|call| call.url.path().contains("/ann/"));
    assert!(personal.clone().all(|call| call.headers["x-forwarded-user"] == "office"));
    assert_eq!(personal.count(), 2);
}

#[tokio::test]
async fn a_learner_without_days_may_have_some_tomorrow() {
    let site = site().await;
    let html = site.page(&format!("{HOME}learners/ann/?back=//evil.example")).await;
    assert!(html.contains("Check back daily."), "{html}");
    assert!(
        html.contains(&format!(r#"href="{HOME}learners/?"#)) && !html.contains("href=\"//evil")
    );
}

#[tokio::test]
async fn a_page_behind_the_last_is_the_first_with_a_remark() {
    let site = site().await;
    let late =
        Mock::given(method("GET")).and(path("/api/v0/learners/")).and(query_param("page", "9"));
    late.respond_with(ResponseTemplate::new(404)).with_priority(1).mount(&site.api).await;
    roster(&site).await;
    let html = site.page(&format!("{HOME}learners/?page=9")).await;
    assert!(html.contains("The address asks for something this table does not have"));
    assert!(html.contains("page 1 of 3") && html.contains("Ann"));
}

#[tokio::test]
async fn nobody_found_is_not_the_same_as_nobody_there() {
    let site = site().await;
    site.answer("learners/", ok(page(0, json!([])))).await;
    let found = site.page(&format!("{HOME}learners/?search=zed")).await;
    assert!(found.contains("No learner matches.") && found.contains("“zed”"));
    let there = site.page(&format!("{HOME}learners/")).await;
    assert!(there.contains("class=\"card missing\""));
}

#[tokio::test]
async fn the_file_holds_all_pages_and_the_columns_that_are_named() {
    let named = ["username", "name", "engagements.videos_viewed"].map(str::to_owned);
    let site = site_with(Settings {
        learner_api_list_download_fields: Some(named.to_vec()),
        ..Settings::default()
    })
    .await;
    for (number, username) in [("1", "ann"), ("2", "bob")] {
        let rows = json!([learner(username, Some("@me"), 1, 1, None)]);
        let answer =
            json!({"count": 2, "num_pages": 2, "next": null, "previous": null, "results": rows});
        let asked = Mock::given(method("GET")).and(path("/api/v0/learners/"));
        let asked = asked.and(query_param("page", number)).and(query_param("cohort", "Blue"));
        asked.respond_with(ok(answer)).mount(&site.api).await;
    }
    let answer = site.get(&format!("{HOME}csv/learners/?cohort=Blue&page=7")).await;
    assert_eq!(kept(&answer), (Some("private, no-store"), false));
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"edX-DemoX-2024--learners.csv\""
    );
    assert_eq!(
        answer.text().await.unwrap(),
        "username,name,engagements.videos_viewed\r\nann,'@me,2\r\nbob,'@me,2\r\n"
    );
}

#[tokio::test]
async fn the_original_interface_answers_those_who_may_see() {
    let site = site().await;
    roster(&site).await;
    site.answer("learners/ann/", ok(learner("ann", Some("Ann"), 1, 1, None))).await;
    let slow = ok(json!({"days": []})).set_delay(std::time::Duration::from_secs(5));
    site.answer("engagement_timelines/ann/", slow).await;
    let course = format!("course_id={}", COURSE.replace('+', "%2B"));
    let ask = async |who: Option<&str>, resource: &str| {
        let answer = site.get_as(who, &format!("/api/learner_analytics/v0/{resource}")).await;
        assert_eq!(kept(&answer).0, Some("private, no-store"), "{resource}");
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    let (status, learners) = ask(Some("ines"), &format!("learners/?{course}&page=2")).await;
    assert_eq!((status, learners["count"].as_i64()), (200, Some(53)));
    let (status, one) = ask(Some("ines"), &format!("learners/ann/?{course}")).await;
    assert_eq!((status, one["username"].as_str()), (200, Some("ann")));
    let (status, metadata) = ask(Some("ines"), &format!("course_learner_metadata/{COURSE}/")).await;
    assert_eq!((status, metadata["cohorts"]["Blue"].as_i64()), (200, Some(3)));
    let refused = [
        (None, format!("learners/?{course}"), 401, "signed_out"),
        (Some("ines"), "learners/".to_owned(), 400, "course_not_specified"),
        (Some("ines"), format!("learners/zed/?{course}"), 404, "not_found"),
        (Some("ines"), format!("engagement_timelines/ann/?{course}"), 504, "analytics_api_timeout"),
        (Some("tomas"), format!("learners/?{course}"), 403, "forbidden"),
        (Some("tomas"), format!("course_learner_metadata/{COURSE}/"), 403, "forbidden"),
        (Some("tomas"), format!("learners/ann/?{course}"), 404, "not_found"),
        (Some("tomas"), format!("engagement_timelines/ann/?{course}"), 404, "not_found"),
    ];
    for (who, resource, status, code) in refused {
        let (got, said) = ask(who, &resource).await;
        assert_eq!((got, said["error_code"].as_str()), (status, Some(code)), "{resource}");
    }
}

#[tokio::test]
async fn columns_can_be_taken_out_and_put_back() {
    let site = site().await;
    roster(&site).await;
    let at = format!("{HOME}learners/?without=videos_viewed&sort=problems_attempted");
    let html = site.page(&at).await;
    let head = html.split("<thead>").nth(1).unwrap().split("</thead>").next().unwrap();
    assert!(head.contains("Problems Tried") && !head.contains("Videos"), "{head}");
    assert!(
        html.contains("<input type=\"hidden\" name=\"without\" value=\"videos_viewed\">"),
        "a search keeps the choice"
    );
    let chooser =
        html.split("class=\"column-choice\"").nth(1).unwrap().split("</nav>").next().unwrap();
    let links: Vec<String> = chooser
        .split("<a ")
        .skip(1)
        .map(|link| {
            let to = link.split('"').nth(1).unwrap().replace("&#38;", "&").replace(HOME, "");
            format!("{}: {to}", if link.contains("aria-current") { "on" } else { "off" })
        })
        .collect();
    assert_snapshot!(links.join("\n"), @r"
    on: learners/?without=videos_viewed&without=problems_attempted
    on: learners/?without=videos_viewed&sort=problems_attempted&without=problems_completed
    on: learners/?without=videos_viewed&sort=problems_attempted&without=problem_attempts_per_completed
    off: learners/?sort=problems_attempted
    on: learners/?without=videos_viewed&sort=problems_attempted&without=discussion_contributions
    ");
    let odd = site.page(&format!("{HOME}learners/?without=nothing")).await;
    assert!(odd.contains("Videos") && !odd.contains("nothing</th>"));
}
