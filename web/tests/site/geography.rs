//! Geography: what the page says for given answers of the API.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::fixture::{COURSE, Fixture, HOME, words};

fn row(alpha2: Option<&str>, name: &str, count: i64) -> Value {
    json!({
        "course_id": COURSE, "date": "2024-03-09", "count": count, "created": "2024-03-10T031005",
        "country": {"alpha2": alpha2, "alpha3": null, "name": name},
    })
}

async fn geography(rows: Value) -> String {
    let site = Fixture::new().await;
    site.rows("location", rows).await;
    site.page(&format!("{HOME}enrollment/geography/")).await
}

#[tokio::test]
async fn map_list_and_table_show_the_countries() {
    let html = geography(json!([
        row(Some("CA"), "Canada", 60),
        row(Some("FR"), "France", 25),
        row(None, "UNKNOWN", 10),
        row(Some("US"), "United States of America", 4),
        row(Some("SG"), "Singapore", 1),
    ]))
    .await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    Where are my learners?
    Canada has the most learners, 60% of all; 4 countries or regions are represented.
    Data through 9 Mar 2024, updated 03:10 UTC
    Download CSV
    Copy link
    Key figures
    Total Countries or Regions Represented
    ?
    4
    Countries and regions from which at least one enrolled learner connected last. Learners whose country is not known count for none.
    Read more
    Total Countries or Regions Represented
    Top Country or Region
    ?
    Canada
    60% of learners
    The country or region of most learners, with its share of all learners, those of unknown country included.
    Read more
    Top Country or Region
    Second Country or Region
    ?
    France
    25% of learners
    The country or region with the second most learners, with its share of all learners.
    Read more
    Second Country or Region
    Third Country or Region
    ?
    United State…
    4% of learners
    The country or region with the third most learners, with its share of all learners.
    Read more
    Third Country or Region
    Charts
    Learners by Country or Region
    Learners
    1–3
    4–24
    25–59
    60
    No learners
    Learners by Country or Region
    Learners come from 4 countries or regions, the largest group from Canada, with 60. The table below holds every country.
    Canada: 60 (60.0%)
    France: 25 (25.0%)
    United States of America: 4 (4.0%)
    The country of 10 of 100 learners is not known. 1 country or region is too small for the map, but stands in the table.
    About this chart
    Save chart as SVG
    Save chart as PNG
    Top Countries and Regions
    Top Countries and Regions
    The first is Canada with 60, the last Singapore with 1. The table below holds every country.
    0
    20
    40
    60
    Canada
    60
    France
    25
    United States of America
    4
    Singapore
    1
    Canada: 60 (60.0%)
    France: 25 (25.0%)
    United States of America: 4 (4.0%)
    Singapore: 1 (1.0%)
    Learners
    About this chart
    Save chart as SVG
    Save chart as PNG
    Geographic Breakdown
    Download CSV
    5 rows, page 1 of 1, sorted by Current Enrollment, descending
    Geographic Breakdown
    Country or Region
    Percent
    Current Enrollment
    Canada
    60.0%
    60
    France
    25.0%
    25
    Unknown Country
    10.0%
    10
    United States of America
    4.0%
    4
    Singapore
    1.0%
    1
    Total
    100
    Geographic learner data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    assert!(html.contains(
        "<a href=\"/courses/course-v1:edX+DemoX+2024/enrollment/geography/\" aria-current=\"page\">"
    ));
}

#[tokio::test]
async fn the_outlines_are_a_file_that_the_page_refers_to() {
    let site = Fixture::new().await;
    site.rows("location", json!([row(Some("CA"), "Canada", 60)])).await;
    let html = site.page(&format!("{HOME}enrollment/geography/")).await;
    let start = html.find("/static/world.").unwrap();
    let file = &html[start..start + html[start..].find('#').unwrap()];
    assert!(html.contains(&format!("<use class=\"m6\" href=\"{file}#CA\">")));
    let response = site.get(file).await;
    assert_eq!(response.headers()["content-type"], "image/svg+xml");
    assert!(response.text().await.unwrap().contains("<path id=\"CA\""));
    let zipped = site.request(reqwest::Method::GET, file).header("accept-encoding", "gzip");
    let size = zipped.send().await.unwrap().bytes().await.unwrap().len();
    assert!(size <= 60_000, "{size} bytes");
}

#[tokio::test]
async fn only_learners_of_unknown_country_leave_the_map_empty() {
    let html = geography(json!([row(None, "UNKNOWN", 3)])).await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    Where are my learners?
    No learner&#39;s country is known.
    Data through 9 Mar 2024, updated 03:10 UTC
    Download CSV
    Copy link
    Key figures
    Total Countries or Regions Represented
    ?
    0
    Countries and regions from which at least one enrolled learner connected last. Learners whose country is not known count for none.
    Read more
    Total Countries or Regions Represented
    Charts
    Learners by Country or Region
    Learners
    No learners
    Learners by Country or Region
    A map without figures: no learner&#39;s country is known.
    The country of 3 of 3 learners is not known.
    About this chart
    Save chart as SVG
    Save chart as PNG
    Geographic Breakdown
    Download CSV
    1 row, page 1 of 1, sorted by Current Enrollment, descending
    Geographic Breakdown
    Country or Region
    Percent
    Current Enrollment
    Unknown Country
    100.0%
    3
    Total
    3
    Geographic learner data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
}

#[tokio::test]
async fn no_data_is_explained() {
    let site = Fixture::new().await;
    let path = format!("{HOME}enrollment/geography/");
    let absent = site.page(&path).await;
    let empty = geography(json!([])).await;
    for html in [absent, empty] {
        assert!(
            html.contains("Where are my learners?") && html.contains("Nothing to show here yet")
        );
        assert!(!html.contains("<table") && !html.contains("Download CSV"));
    }
}

#[tokio::test]
async fn a_lying_api_is_not_believed_and_its_texts_are_escaped() {
    let site = Fixture::new().await;
    let answer =
        ResponseTemplate::new(200).set_body_raw("[{\"count\":\"many\"}]", "application/json");
    site.answer(&format!("courses/{COURSE}/enrollment/location/"), answer).await;
    let html = site.page(&format!("{HOME}enrollment/geography/")).await;
    assert!(html.contains("makes no sense"));
    let html = geography(json!([
        row(Some("\"><b>"), "<b>Nowhere</b>", i64::MAX),
        row(Some("land"), "No country", i64::MAX),
        row(Some("FR"), "France", -5),
    ]))
    .await;
    assert!(html.contains("<table") && !html.contains("<b>"));
    assert_eq!(html.matches("#land").count(), 1, "only countries are looked up in the outlines");
}

#[tokio::test]
async fn csv_is_the_apis_own_body_under_our_name() {
    let site = Fixture::new().await;
    let path = format!("{HOME}csv/enrollment/geography/");
    assert_eq!(site.get(&path).await.status(), 404);
    let body = "count,country.alpha2\r\n1,CA\r\n";
    let answer = ResponseTemplate::new(200).set_body_raw(body, "text/csv; charset=utf-8");
    site.answer(&format!("courses/{COURSE}/enrollment/location/"), answer).await;
    let response = site.get(&path).await;
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename=\"edX-DemoX-2024--enrollment-location.csv\""
    );
    assert_eq!(response.text().await.unwrap(), body);
}

#[tokio::test]
async fn course_home_asks_where_learners_are() {
    let html = Fixture::new().await.page(HOME).await;
    let link = format!(
        "<a href=\"{HOME}enrollment/geography/\"><span class=\"question\">Where are my learners?</span>"
    );
    assert!(html.contains(&link));
}
