//! Every page in every state, with what our own Data API and the demo's LMS said (spec 60 §7, suite 2). The answers
//! stand in recorded/course.json, which recorded/record makes; the pages' main parts stand in states/.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use demo_lms::{Course, Manner, Part};
use serde::Deserialize;
use serde_json::{Value, json};
use web::config::{Features, Settings};
use wiremock::ResponseTemplate;

use crate::fixture::{Fixture, ok};

/// One course of a small university.
#[derive(Deserialize)]
struct Recorded {
    course: String,
    day: String,
    lms: RecordedLms,
    /// By path below `/api/v0/`.
    api: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct RecordedLms {
    detail: Value,
    policy: Value,
    blocks: Value,
}

static RECORDED: LazyLock<Recorded> =
    LazyLock::new(|| serde_json::from_str(include_str!("recorded/course.json")).unwrap());

/// The day of the recording.
fn clock() -> DateTime<Utc> {
    format!("{}T12:00:00Z", RECORDED.day).parse().unwrap()
}

/// A site whose Data API gives each recorded answer as the state has it, or none.
async fn site(answer: impl Fn(&str, &Value) -> Option<ResponseTemplate>) -> Fixture {
    let settings = Settings {
        api_timeout: Some(1),
        features: Some(Features { display_learner_analytics: true, ..Features::default() }),
        ..Settings::default()
    };
    let site = Fixture::at(settings, clock).await;
    let RecordedLms { detail, policy, blocks } = &RECORDED.lms;
    let course = Course { detail: detail.clone(), blocks: blocks.clone(), policy: policy.clone() };
    site.lms.change(|university| {
        university.courses.insert(RECORDED.course.clone(), course);
    });
    for (path, recorded) in &RECORDED.api {
        if let Some(answer) = answer(path, recorded) {
            site.answer(path, answer).await;
        }
    }
    site
}

/// The same answer with nothing in it.
fn empty(recorded: &Value) -> Value {
    let mut answer = recorded.clone();
    if answer.is_array() {
        return json!([]);
    }
    for list in ["results", "days"] {
        if answer.get(list).is_some() {
            answer[list] = json!([]);
        }
    }
    if answer.get("count").is_some() {
        answer["count"] = 0.into();
    }
    answer
}

/// The address that the first row of a page's table leads to.
fn first_row(html: &str) -> Option<String> {
    let body = html.split("<tbody>").nth(1)?.split("</tbody>").next()?;
    let link = body.split("href=\"").nth(1)?.split('"').next()?;
    Some(link.replace("&#38;", "&"))
}

/// Every page by name; those that go down into the course are found by following the first row.
async fn pages(site: &Fixture) -> Vec<(String, String)> {
    let home = format!("/courses/{}/", RECORDED.course);
    let mut pages = vec![
        ("index".to_owned(), "/courses/".to_owned()),
        ("programs".to_owned(), "/programs/".to_owned()),
        ("home".to_owned(), home.clone()),
    ];
    for (name, path) in [
        ("activity", "enrollment/activity/"),
        ("age", "enrollment/demographics/age/"),
        ("education", "enrollment/demographics/education/"),
        ("gender", "enrollment/demographics/gender/"),
        ("geography", "enrollment/geography/"),
        ("content", "engagement/content/"),
        ("graded", "performance/graded_content/"),
    ] {
        pages.push((name.to_owned(), format!("{home}{path}")));
    }
    for (top, path, deeper) in [
        ("videos", "engagement/videos/", vec!["section", "subsection", "timeline"]),
        ("graded-type", "performance/graded_content/", vec!["assignment", "problem"]),
        ("ungraded", "performance/ungraded_content/", vec!["section", "subsection", "problem"]),
        ("outcomes", "performance/learning_outcomes/", vec!["outcome", "problem"]),
        ("learners", "learners/", vec!["learner"]),
    ] {
        let mut at = format!("{home}{path}");
        if top == "graded-type" {
            at = with_submissions(site, &at).await;
        }
        if top == "learners" {
            at.push_str("?sort=videos_viewed&order=desc");
        }
        for name in
            [vec![String::new()], deeper.iter().map(|step| format!("-{step}")).collect()].concat()
        {
            if !name.is_empty() {
                let html = site.page(&at).await;
                at = first_row(&html).unwrap_or_else(|| panic!("{at} leads nowhere"));
            }
            pages.push((format!("{top}{name}"), at.clone()));
        }
    }
    pages
}

/// The first type of graded work in which somebody has handed in something.
async fn with_submissions(site: &Fixture, policy: &str) -> String {
    let html = site.page(policy).await;
    let begin = format!("href=\"{policy}");
    let types = html.split(&begin).skip(1);
    for slug in types.filter_map(|rest| rest.split('"').next()) {
        let at = format!("{policy}{slug}");
        if first_row(&site.page(&at).await).is_some() {
            return at;
        }
    }
    panic!("nobody has handed in anything");
}

/// The main part of a page, a tag a line.
fn main_part(html: &str) -> String {
    let main = html.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>"));
    let main = main.map_or("", |(main, _)| main);
    let lines = main.split_once('>').map_or("", |(_, inside)| inside).replace('<', "\n<");
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Compares every page with its snapshot of this state.
async fn compare(site: &Fixture, pages: &[(String, String)], state: &str) {
    let shown = pages.iter().map(async |(name, path)| {
        let answer = site.get(path).await;
        let status = answer.status();
        (name, format!("{status}\n{}", main_part(&answer.text().await.unwrap())))
    });
    for (name, shown) in futures_util::future::join_all(shown).await {
        insta::with_settings!({
            snapshot_path => "states",
            prepend_module_to_snapshot => false,
            omit_expression => true,
            filters => vec![
                (r"/static/(\w+)\.[0-9a-f]{16}", "/static/$1"),
                (r"<code>[0-9a-f]{16}</code>", "<code>REQUEST</code>"),
            ],
        }, {
            insta::assert_snapshot!(format!("{name}--{state}"), shown);
        });
    }
}

#[tokio::test]
async fn every_page_stands_in_every_state() {
    let full = site(|_, recorded| Some(ok(recorded.clone()))).await;
    let pages = pages(&full).await;
    assert!(pages.len() > 20, "{pages:?}");
    compare(&full, &pages, "data").await;

    let nothing = site(|_, recorded| Some(ok(empty(recorded)))).await;
    compare(&nothing, &pages, "empty").await;

    let unknown = site(|_, _| None).await;
    compare(&unknown, &pages, "404").await;

    let slow =
        site(|_, recorded| Some(ok(recorded.clone()).set_delay(Duration::from_secs(20)))).await;
    compare(&slow, &pages, "timeout").await;

    // What only adds to a page fails: titles, sizes of the course, and all that the LMS knows.
    let partial = site(|path, recorded| {
        let adds = path == "course_summaries/" || path.ends_with("/enrollment/");
        Some(if adds { ResponseTemplate::new(500) } else { ok(recorded.clone()) })
    })
    .await;
    for part in [Part::Course, Part::Blocks, Part::Policy] {
        partial.lms.behave(part, Manner::Status(500));
    }
    compare(&partial, &pages, "partial").await;
}
