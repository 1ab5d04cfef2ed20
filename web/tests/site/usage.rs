//! What operators are told of use: off unless they ask, and never who or what exactly (spec 60 §6.5).

use reqwest::Method;
use serde_json::Value;
use web::config::Settings;

use crate::fixture::{COURSE, Fixture, HOME};

async fn telling() -> (Fixture, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.jsonl");
    let site = Fixture::with(Settings { usage_file: Some(file), ..Settings::default() }).await;
    (site, folder)
}

fn told(folder: &tempfile::TempDir) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.path().join("usage.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn nothing_is_told_where_nobody_asks() {
    let site = Fixture::new().await;
    assert!(!site.page("/courses/").await.contains("/static/usage."));
    assert_eq!(site.post("/t/", &[("event", "page"), ("path", "/courses/")]).await.status(), 404);
}

#[tokio::test]
async fn an_event_is_one_line_that_names_nobody() {
    let (site, folder) = telling().await;
    assert!(site.page("/courses/").await.contains("<script src=\"/static/usage."));
    let at = format!("{HOME}learners/ann/");
    let label = format!("{HOME}learners/bob/");
    for fields in [
        [("event", "page"), ("path", &at), ("label", "")],
        [("event", "edx.bi.help.clicked"), ("path", "/courses/"), ("label", &label)],
    ] {
        assert_eq!(site.post("/t/", &fields).await.status(), 204);
    }
    let lines = told(&folder);
    let user = lines[0]["user"].as_str().unwrap();
    assert!(user.len() >= 16 && user != "office", "{user}");
    let brief: Vec<String> = lines
        .iter()
        .map(|line| {
            assert_eq!(line["user"].as_str(), Some(user));
            let of = |name: &str| line[name].to_string();
            [of("time"), of("event"), of("page"), of("course_id"), of("label")].join(" ")
        })
        .collect();
    assert_eq!(
        brief,
        [
            format!(r#""2024-03-10T12:00:00.000Z" "page" "course_learners_learner" "{COURSE}" """#),
            format!(
                r#""2024-03-10T12:00:00.000Z" "edx.bi.help.clicked" "insights_home" null "{HOME}learners/-/""#
            ),
        ]
    );
    let text = std::fs::read_to_string(folder.path().join("usage.jsonl")).unwrap();
    assert!(["office", "ann", "bob"].iter().all(|name| !text.contains(name)), "{text}");
}

#[tokio::test]
async fn only_known_events_of_this_sites_own_pages_count() {
    let (site, folder) = telling().await;
    for event in ["", "page2", "<script>"] {
        assert_eq!(site.post("/t/", &[("event", event)]).await.status(), 400, "{event}");
    }
    let long = "x".repeat(600);
    assert_eq!(site.post("/t/", &[("event", "page"), ("label", &long)]).await.status(), 400);
    let foreign = site.request(Method::POST, "/t/").header("origin", "https://evil.example");
    let foreign = foreign.form(&[("event", "page"), ("form", "secret-of-forms")]);
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    assert_eq!(told(&folder), Vec::<Value>::new());
}

#[tokio::test]
async fn who_asks_not_to_be_followed_is_not() {
    let (site, folder) = telling().await;
    let asks = |request: reqwest::RequestBuilder| request.header("sec-gpc", "1").send();
    let page = asks(site.request(Method::GET, "/courses/")).await.unwrap();
    assert!(!page.text().await.unwrap().contains("/static/usage."));
    let form = [("event", "page"), ("path", "/courses/"), ("form", "secret-of-forms")];
    let request = site.request(Method::POST, "/t/").header("origin", site.origin()).form(&form);
    assert_eq!(asks(request).await.unwrap().status(), 204);
    let nobody = site.request_as(None, Method::GET, "/").send().await.unwrap();
    assert!(!nobody.text().await.unwrap().contains("/static/usage."));
    assert_eq!(told(&folder), Vec::<Value>::new());
}
