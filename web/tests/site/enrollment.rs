//! Enrollment activity and downloads: what the pages say for given answers of the API.

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::fixture::{COURSE, Fixture, HOME, day, summary, words};

#[tokio::test]
async fn activity_shows_cards_chart_and_table() {
    let site = Fixture::new().await;
    site.rows(
        "mode",
        json!([day("2024-03-01", 10, 0), day("2024-03-02", 12, 1), day("2024-03-09", 1200, 34)]),
    )
    .await;
    let title = json!([summary(COURSE, Some("Paper & <b>Ink</b>"), 10)]);
    site.answer("course_summaries/", ResponseTemplate::new(200).set_body_json(title)).await;
    let html = site.page(&format!("{HOME}enrollment/activity/")).await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    Paper &#38; &#60;b&#62;Ink&#60;/b&#62;
    How many learners are in my course?
    1,234 learners are enrolled, 1,221 more than 7 days ago.
    Data through 9 Mar 2024, updated 03:10 UTC
    Download CSV
    Copy link
    All days
    12 weeks
    4 weeks
    Key figures
    Current Enrollment
    ?
    1,234
    Learners who were enrolled at 23:59 UTC of the last day that was computed.
    Read more
    Current Enrollment
    Change in Last Week
    ?
    +1,221
    ▲ more than 7 days ago
    Current enrollment minus that of seven days before. It is known once there are eight days of data.
    Read more
    Change in Last Week
    Total Enrollment
    ?
    1,334
    Learners who ever enrolled, whether or not they left again.
    Read more
    Total Enrollment
    Verified Enrollment
    ?
    34
    Learners who are enrolled in the verified mode, that is, who work for a verified certificate.
    Read more
    Verified Enrollment
    Charts
    Daily Learner Enrollment
    Learners
    Audit
    Verified
    Daily Learner Enrollment
    From March 1, 2024 to March 9, 2024, enrollment went from 10 to 1,234; it was highest on March 9, 2024 with 1,234. The table below holds every day.
    0
    500
    1,000
    1,500
    1 Mar 2024
    3 Mar 2024
    5 Mar 2024
    7 Mar 2024
    9 Mar 2024
    1 Mar 2024
    Audit: 10
    Verified: 0
    Total: 10
    2 Mar 2024
    Audit: 12
    Verified: 1
    Total: 13
    3 Mar 2024
    Audit: 12
    Verified: 1
    Total: 13
    4 Mar 2024
    Audit: 12
    Verified: 1
    Total: 13
    5 Mar 2024
    Audit: 12
    Verified: 1
    Total: 13
    6 Mar 2024
    Audit: 12
    Verified: 1
    Total: 13
    7 Mar 2024
    Audit: 12
    Verified: 1
    Total: 13
    8 Mar 2024
    Audit: 12
    Verified: 1
    Total: 13
    9 Mar 2024
    Audit: 1,200
    Verified: 34
    Total: 1,234
    Day (UTC)
    About this chart
    Save chart as SVG
    Save chart as PNG
    Enrollment Over Time
    Download CSV
    9 rows, page 1 of 1, sorted by Date, descending
    Enrollment Over Time
    Date
    Current Enrollment
    Audit
    Verified
    March 9, 2024
    1,234
    1,200
    34
    March 8, 2024
    13
    12
    1
    March 7, 2024
    13
    12
    1
    March 6, 2024
    13
    12
    1
    March 5, 2024
    13
    12
    1
    March 4, 2024
    13
    12
    1
    March 3, 2024
    13
    12
    1
    March 2, 2024
    13
    12
    1
    March 1, 2024
    10
    10
    0
    Enrollment activity data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    assert!(html.contains("Paper &#38; &#60;b&#62;Ink&#60;/b&#62;") && !html.contains("<b>Ink"));
}

#[tokio::test]
async fn a_range_of_days_narrows_chart_and_table_only() {
    let site = Fixture::new().await;
    site.rows("mode", json!([day("2024-01-01", 10, 1), day("2024-03-09", 20, 2)])).await;
    let html = site.page(&format!("{HOME}enrollment/activity/?range=4w")).await;
    assert!(
        html.contains("28 rows")
            && html.contains("February 11, 2024")
            && !html.contains("February 10, 2024")
    );
    assert!(html.contains("+11"), "the change is of all days");
}

#[tokio::test]
async fn modes_without_a_learner_are_left_out() {
    let site = Fixture::new().await;
    site.rows("mode", json!([day("2024-03-08", 0, 0), day("2024-03-09", 0, 0)])).await;
    let html = site.page(&format!("{HOME}enrollment/activity/")).await;
    assert!(!html.contains("Verified") && html.contains("class=\"line s1\""), "one line, no mode");
}

#[tokio::test]
async fn csv_is_the_apis_own_body_under_our_name() {
    let site = Fixture::new().await;
    let body = "count,course_id\r\n1,x\r\n";
    let answer = ResponseTemplate::new(200).set_body_raw(body, "text/csv; charset=utf-8");
    site.answer(&format!("courses/{COURSE}/enrollment/gender/"), answer).await;
    let path = format!("{HOME}csv/enrollment/demographics/gender/");
    let response = site.get(&path).await;
    assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename=\"edX-DemoX-2024--enrollment-by-gender.csv\""
    );
    assert_eq!(response.headers()["cache-control"], "private, max-age=0");
    assert_eq!(response.text().await.unwrap(), body);
    let marked = site.get(&format!("{path}?excel=1")).await.text().await.unwrap();
    assert_eq!(marked, format!("\u{feff}{body}"));
    assert_eq!(site.get(&format!("{HOME}csv/enrollment/")).await.status(), 404);
}
