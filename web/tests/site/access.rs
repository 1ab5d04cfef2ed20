//! Who may open what: every address as nobody, as a stranger, as the team of another course, as the course's
//! team, and as staff (spec 60 §4.2).

use reqwest::Method;

use crate::fixture::{Fixture, HOME};

/// Open to everyone.
const OPEN: [&str; 7] =
    ["/", "/help/", "/help/courses/", "/status/", "/health/", "/robots.txt", "/login/"];
/// Below a course: each needs a proof that its reader may see the course.
const OF_COURSE: [&str; 33] = [
    "",
    "enrollment/activity/",
    "enrollment/demographics/age/",
    "enrollment/demographics/education/",
    "enrollment/demographics/gender/",
    "enrollment/geography/",
    "engagement/content/",
    "engagement/videos/",
    "engagement/videos/sections/s/",
    "engagement/videos/sections/s/subsections/q/",
    "engagement/videos/sections/s/subsections/q/modules/v/timeline/",
    "performance/graded_content/",
    "performance/graded_content/homework/",
    "performance/graded_content/assignments/a/",
    "performance/graded_content/assignments/a/problems/p/parts/x/answer_distribution/",
    "performance/ungraded_content/",
    "performance/ungraded_content/sections/s/",
    "performance/ungraded_content/sections/s/subsections/q/",
    "performance/ungraded_content/sections/s/subsections/q/problems/p/parts/x/answer_distribution/",
    "performance/learning_outcomes/",
    "performance/learning_outcomes/o/problems/p/x/",
    "learners/",
    "learners/ann/",
    "csv/learners/",
    "csv/enrollment/",
    "csv/enrollment/demographics/age/",
    "csv/enrollment/demographics/education/",
    "csv/enrollment/demographics/gender/",
    "csv/enrollment/geography/",
    "csv/problem_responses/",
    "csv/engagement/activity_trend/",
    "csv/engagement/videos/v/",
    "csv/performance/graded_content/problems/p/answer_distribution/x/",
];

/// The people of the LMS: no course, another course, this course, all courses.
const STRANGER: &str = "guest";
const OTHER_TEAM: &str = "tomas";
const TEAM: &str = "ines";
const STAFF: &str = "office";

async fn status(site: &Fixture, who: Option<&str>, path: &str) -> u16 {
    site.get_as(who, path).await.status().as_u16()
}

#[tokio::test]
async fn what_is_open_is_open_to_everyone() {
    let site = Fixture::new().await;
    for path in OPEN {
        let nobody = status(&site, None, path).await;
        assert!([200, 302].contains(&nobody), "{path}: {nobody}");
    }
}

#[tokio::test]
async fn the_list_needs_a_course() {
    let site = Fixture::new().await;
    for path in ["/courses/", "/courses/csv/course_list/", "/programs/"] {
        let refused = site.get_as(None, path).await;
        assert_eq!(refused.status(), 302, "{path}");
        let to = refused.headers()["location"].to_str().unwrap();
        assert!(to.starts_with("/login/?next="), "{to}");
        assert_eq!(status(&site, Some(STRANGER), path).await, 403, "{path}");
        for who in [OTHER_TEAM, TEAM, STAFF] {
            let answer = status(&site, Some(who), path).await;
            // The API has no courses yet: the page says so, the file is not there.
            assert!([200, 404].contains(&answer), "{path} as {who}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_course_is_open_to_its_team_and_to_staff_alone() {
    let site = Fixture::new().await;
    for rest in OF_COURSE {
        let path = format!("{HOME}{rest}");
        let refused = site.get_as(None, &path).await;
        assert_eq!(refused.status(), 302, "{path} as nobody");
        assert!(refused.headers()["location"].to_str().unwrap().starts_with("/login/?next="));
        for who in [STRANGER, OTHER_TEAM] {
            assert_eq!(status(&site, Some(who), &path).await, 403, "{path} as {who}");
        }
        assert!(
            site.api.received_requests().await.unwrap().is_empty(),
            "{path}: figures were asked"
        );
        for who in [TEAM, STAFF] {
            let answer = status(&site, Some(who), &path).await;
            assert!([200, 404].contains(&answer), "{path} as {who}: {answer}");
        }
        site.api.reset().await;
    }
}

#[tokio::test]
async fn a_course_that_the_lms_denies_is_not_there_for_anyone() {
    let site = Fixture::new().await;
    for who in [STRANGER, OTHER_TEAM, TEAM, STAFF] {
        assert_eq!(
            status(&site, Some(who), "/courses/course-v1:no+such+course/").await,
            404,
            "{who}"
        );
    }
}

#[tokio::test]
async fn only_own_courses_are_listed() {
    let site = Fixture::new().await;
    let other = "course-v1:edX+Other+2024";
    let rows = serde_json::json!([
        crate::fixture::summary(crate::fixture::COURSE, Some("Ours"), 10),
        crate::fixture::summary(other, Some("Theirs"), 20),
    ]);
    // Whatever the API tells, a reader sees no other course.
    let answer = wiremock::ResponseTemplate::new(200).set_body_json(rows);
    site.answer("course_summaries/", answer).await;
    let list = async |who| site.get_as(Some(who), "/courses/").await.text().await.unwrap();
    let (ours, theirs, all) = (list(TEAM).await, list(OTHER_TEAM).await, list(STAFF).await);
    assert!(ours.contains("Ours") && !ours.contains("Theirs"));
    assert!(theirs.contains("Theirs") && !theirs.contains("Ours"));
    assert!(all.contains("Ours") && all.contains("Theirs"));
    let csv = site.get_as(Some(TEAM), "/courses/csv/course_list/").await.text().await.unwrap();
    assert!(csv.contains("Ours") && !csv.contains("Theirs"));
}

#[tokio::test]
async fn switched_off_permissions_still_ask_who_one_is() {
    let settings =
        web::config::Settings { enable_course_permissions: Some(false), ..Default::default() };
    let site = Fixture::with(settings).await;
    assert_eq!(status(&site, None, HOME).await, 302);
    assert_eq!(status(&site, Some(STRANGER), HOME).await, 200);
}

#[tokio::test]
async fn forms_are_sent_by_this_sites_own_pages_only() {
    let site = Fixture::new().await;
    for path in ["/logout/", "/logout_then_login/", "/preferences/theme/"] {
        let request = || site.request(Method::POST, path);
        let foreign = request().header("origin", "http://evil.example");
        let foreign = foreign.form(&[("form", "secret-of-forms")]).send().await.unwrap();
        assert_eq!(foreign.status(), 403, "{path}");
        let guessed = request().header("origin", site.origin()).form(&[("form", "guessed")]);
        assert_eq!(guessed.send().await.unwrap().status(), 403, "{path}");
        let without = request().form(&[("form", "secret-of-forms")]).send().await.unwrap();
        assert_eq!(without.status(), 403, "{path}");
    }
}
