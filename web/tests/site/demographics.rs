//! Demographics: what the pages say for given answers of the API.

use serde_json::{Value, json};

use crate::fixture::{COURSE, Fixture, HOME, words};

#[tokio::test]
async fn age_states_the_base_of_each_figure() {
    let site = Fixture::new().await;
    let row = |year: Value, count: i64| json!({"course_id": COURSE, "date": "2024-03-09", "birth_year": year, "count": count, "created": "2024-03-10T031005"});
    site.rows(
        "birth_year",
        json!([
            row(json!(2000), 3),
            row(json!(1990), 1),
            row(json!(1900), 1),
            row(json!(2030), 2),
            row(Value::Null, 3)
        ]),
    )
    .await;
    let html = site.page(&format!("{HOME}enrollment/demographics/age/")).await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    How old are my learners?
    Half of the learners are 24 or younger; 5 of 10 gave a year of birth.
    Data through 9 Mar 2024, updated 03:10 UTC
    Download CSV
    Copy link
    Age
    Education
    Gender
    Key figures
    Median Learner Age
    ?
    24
    of learners who gave a year of birth
    The age that as many learners are above as below. It is the mean of two ages if it falls between them. Age is the current year minus the year of birth.
    Read more
    Median Learner Age
    Learners 25 and Under
    ?
    60.0%
    of learners who gave a year of birth
    The share of learners who are 25 or younger, among those who gave a year of birth.
    Read more
    Learners 25 and Under
    Learners 26 to 40
    ?
    20.0%
    of learners who gave a year of birth
    The share of learners who are 26 to 40, among those who gave a year of birth.
    Read more
    Learners 26 to 40
    Learners 41 and Over
    ?
    20.0%
    of learners who gave a year of birth
    The share of learners who are 41 or older, among those who gave a year of birth.
    Read more
    Learners 41 and Over
    Did Not Say
    ?
    50.0%
    of all learners
    The share of all learners who gave no year of birth, or one that lies in the future.
    Read more
    Did Not Say
    Charts
    5 years
    Single years
    Learner Ages
    Learners
    Learner Ages
    Ages of 5 learners; most are 20–24, with 3 learners. The table below holds every age.
    0
    1
    2
    3
    0–4
    10–14
    20–24
    30–34
    40–44
    50–54
    60–64
    70–74
    80–84
    90–94
    100+
    Age: 0–4
    Learners: 0
    Age: 5–9
    Learners: 0
    Age: 10–14
    Learners: 0
    Age: 15–19
    Learners: 0
    Age: 20–24
    Learners: 3
    Age: 25–29
    Learners: 0
    Age: 30–34
    Learners: 1
    Age: 35–39
    Learners: 0
    Age: 40–44
    Learners: 0
    Age: 45–49
    Learners: 0
    Age: 50–54
    Learners: 0
    Age: 55–59
    Learners: 0
    Age: 60–64
    Learners: 0
    Age: 65–69
    Learners: 0
    Age: 70–74
    Learners: 0
    Age: 75–79
    Learners: 0
    Age: 80–84
    Learners: 0
    Age: 85–89
    Learners: 0
    Age: 90–94
    Learners: 0
    Age: 95–99
    Learners: 0
    Age: 100+
    Learners: 1
    Age in years
    50.0% of learners answered (5 of 10).
    About this chart
    Save chart as SVG
    Save chart as PNG
    Age Breakdown
    Download CSV
    4 rows, page 1 of 1, sorted by Number of Learners, descending
    Age Breakdown
    Age
    Number of Learners
    Percent of Total
    Unknown
    5
    50.0%
    24
    3
    30.0%
    34
    1
    10.0%
    100+
    1
    10.0%
    Total
    10
    Demographic learner data was last updated March 10, 2024 at 3:10 AM UTC.
    All of it was self-reported when learners registered.
    ");
}

#[tokio::test]
async fn education_and_gender_show_their_figures() {
    let site = Fixture::new().await;
    let level = |level: Value, count: i64| json!({"course_id": COURSE, "date": "2024-03-09", "education_level": level, "count": count, "created": "2024-03-10T031005"});
    site.rows(
        "education",
        json!([
            level(json!("none"), 1),
            level(json!("bachelors"), 2),
            level(json!("masters"), 1),
            level(Value::Null, 4)
        ]),
    )
    .await;
    site.rows("gender", json!([{"course_id": COURSE, "date": "2024-03-09", "female": 3, "male": 2, "other": 0, "unknown": 5, "created": null}])).await;
    let education = site.page(&format!("{HOME}enrollment/demographics/education/")).await;
    insta::assert_snapshot!(words(&education), @r"
    Courses
    course-v1:edX+DemoX+2024
    What level of education do my learners have?
    75.0% of the 4 learners who stated a level hold a college or advanced degree.
    Data through 9 Mar 2024, updated 03:10 UTC
    Download CSV
    Copy link
    Age
    Education
    Gender
    Key figures
    High School Diploma or Less
    ?
    25.0%
    of learners who stated a level
    None, primary, middle and secondary school, as a share of learners who stated a level.
    Read more
    High School Diploma or Less
    College Degree
    ?
    50.0%
    of learners who stated a level
    Associate and bachelor&#39;s degrees, as a share of learners who stated a level.
    Read more
    College Degree
    Advanced Degree
    ?
    25.0%
    of learners who stated a level
    Master&#39;s degrees and doctorates, as a share of learners who stated a level.
    Read more
    Advanced Degree
    Other or Not Stated
    ?
    50.0%
    of all learners
    Learners whose level is Other, and those who stated none, as a share of all learners.
    Read more
    Other or Not Stated
    Charts
    Learner Education
    Learner Education
    The most frequent level is Bachelor&#39;s with 50.0%. The table below holds every level.
    0%
    20%
    40%
    60%
    None
    25.0%
    Primary
    0.0%
    Middle
    0.0%
    Secondary
    0.0%
    Associate
    0.0%
    Bachelor&#39;s
    50.0%
    Master&#39;s
    25.0%
    Doctorate
    0.0%
    Other
    0.0%
    Education: None
    Percent: 25.0%
    Education: Primary
    Percent: 0.0%
    Education: Middle
    Percent: 0.0%
    Education: Secondary
    Percent: 0.0%
    Education: Associate
    Percent: 0.0%
    Education: Bachelor&#39;s
    Percent: 50.0%
    Education: Master&#39;s
    Percent: 25.0%
    Education: Doctorate
    Percent: 0.0%
    Education: Other
    Percent: 0.0%
    Percent of learners who answered
    50.0% of learners answered (4 of 8).
    About this chart
    Save chart as SVG
    Save chart as PNG
    Educational Background
    Download CSV
    10 rows, page 1 of 1, sorted by Number of Learners, descending
    Educational Background
    Educational Background
    Number of Learners
    Percent of Those Who Stated a Level
    Unknown
    4
    –
    Bachelor&#39;s
    2
    50.0%
    None
    1
    25.0%
    Master&#39;s
    1
    25.0%
    Primary
    0
    0.0%
    Middle
    0
    0.0%
    Secondary
    0
    0.0%
    Associate
    0
    0.0%
    Doctorate
    0
    0.0%
    Other
    0
    0.0%
    Total
    8
    Demographic learner data was last updated March 10, 2024 at 3:10 AM UTC.
    All of it was self-reported when learners registered.
    ");
    let gender = site.page(&format!("{HOME}enrollment/demographics/gender/")).await;
    insta::assert_snapshot!(words(&gender), @r"
    Courses
    course-v1:edX+DemoX+2024
    What is the gender breakdown of my learners?
    Of the 5 learners who answered, 60.0% are female, 40.0% male and 0% other.
    Data through 9 Mar 2024
    Download CSV
    Copy link
    Age
    Education
    Gender
    All days
    12 weeks
    4 weeks
    Key figures
    Not Reported
    ?
    50.0%
    of all learners
    The share of all learners who stated no gender, on the last day that was computed.
    Read more
    Not Reported
    Charts
    Learner Gender
    Learner Gender
    Of the 5 learners who answered, 60.0% are female, 40.0% male and 0% other.
    0%
    20%
    40%
    60%
    Female
    60.0%
    Male
    40.0%
    Other
    0.0%
    Gender: Female
    Percent: 60.0%
    Gender: Male
    Percent: 40.0%
    Gender: Other
    Percent: 0.0%
    Percent of learners who answered
    50.0% of learners answered (5 of 10).
    About this chart
    Save chart as SVG
    Save chart as PNG
    Gender Over Time
    Percent of all learners
    Female
    Male
    Other
    Not Reported
    Gender Over Time
    Shares of female, male, other and unstated from March 9, 2024 to March 9, 2024. The table below holds every day.
    0%
    25%
    50%
    75%
    100%
    9 Mar 2024
    9 Mar 2024
    Female: 3 (30.0%)
    Male: 2 (20.0%)
    Other: 0 (0.0%)
    Not Reported: 5 (50.0%)
    Day (UTC)
    About this chart
    Save chart as SVG
    Save chart as PNG
    Gender Breakdown Over Time
    Download CSV
    1 row, page 1 of 1, sorted by Date, descending
    Gender Breakdown Over Time
    Date
    Current Enrollment
    Female
    Male
    Other
    Not Reported
    March 9, 2024
    10
    3
    2
    0
    5
    All of it was self-reported when learners registered.
    ");
}

#[tokio::test]
async fn age_can_be_switched_off() {
    let settings =
        web::config::Settings { enrollment_age_available: Some(false), ..Default::default() };
    let site = Fixture::with(settings).await;
    for path in ["enrollment/demographics/age/", "csv/enrollment/demographics/age/"] {
        assert_eq!(site.get(&format!("{HOME}{path}")).await.status(), 404, "{path}");
    }
    let html = site.page(HOME).await;
    assert!(!html.contains("demographics/age") && html.contains("demographics/education"));
}
