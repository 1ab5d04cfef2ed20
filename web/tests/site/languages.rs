//! Languages: which one a reader gets, and that no text is in no catalogue (spec 60 §6.1).

use reqwest::Method;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::fixture::{COURSE, Fixture, HOME, day, session, summary};

/// Words that are no texts of the site: the LMS's, the Data API's, and how days are written.
const DATA: [&str; 12] = [
    "March",
    "January",
    "course-v1:edX+DemoX+2024",
    "Open edX",
    "Insights",
    "CSV",
    "UTC",
    "Mar",
    "Feb",
    "Jan",
    "AM",
    "PM",
];

async fn head(site: &Fixture, cookie: &str, accept: &str) -> String {
    let request = site.request_as(None, Method::GET, "/help/");
    let html =
        request.header("cookie", cookie).header("accept-language", accept).send().await.unwrap();
    let html = html.text().await.unwrap();
    html.lines().find(|line| line.starts_with("<html")).unwrap().to_owned()
}

#[tokio::test]
async fn the_language_is_chosen_here_or_asked_for_by_the_browser() {
    let site = Fixture::new().await;
    let html = |lang: &str, dir: &str| {
        format!("<html lang=\"{lang}\" dir=\"{dir}\" data-theme=\"system\">")
    };
    assert_eq!(head(&site, "", "").await, html("en", "ltr"));
    assert_eq!(head(&site, "", "es-MX,en;q=0.5").await, html("es-419", "ltr"));
    assert_eq!(head(&site, "insights_language=ar", "es").await, html("ar", "rtl"));
    assert_eq!(head(&site, "insights_language=<b>", "tlh").await, html("en", "ltr"));
    let answer =
        site.post("/preferences/language/", &[("language", "ar"), ("next", "/help/")]).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (303, &"/help/".parse().unwrap())
    );
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    assert_eq!(set, "insights_language=ar; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    let odd = site.post("/preferences/language/", &[("language", "tlh"), ("next", "/help/")]).await;
    assert_eq!(odd.status(), 400);
}

#[tokio::test]
async fn the_language_at_the_lms_goes_before_the_browsers() {
    let site = Fixture::new().await;
    let mut session = session("office");
    session.language = Some("ar".to_owned());
    let request =
        site.request_as(None, Method::GET, "/help/").header("cookie", site.cookies(&session));
    let html = request.header("accept-language", "es").send().await.unwrap().text().await.unwrap();
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\""), "{html}");
    assert!(html.contains("مساعدة"), "{html}");
}

#[tokio::test]
async fn figures_and_days_are_written_in_the_readers_way() {
    let site = Fixture::new().await;
    site.rows("mode", json!([day("2024-03-08", 12345, 0), day("2024-03-09", 12000, 0)])).await;
    let html = in_language(&site, "es-419", &format!("{HOME}enrollment/activity/")).await;
    assert!(html.contains("9 de marzo de 2024") && html.contains("12,000"), "{html}");
    let html = in_language(&site, "ar", &format!("{HOME}enrollment/activity/")).await;
    assert!(html.contains("9 مارس 2024"), "{html}");
}

async fn in_language(site: &Fixture, tag: &str, path: &str) -> String {
    let cookies = format!("{}; insights_language={tag}", site.cookies(&session("office")));
    let request = site.request_as(None, Method::GET, path).header("cookie", cookies);
    request.send().await.unwrap().text().await.unwrap()
}

/// What a reader sees or hears: text between tags, and labels in attributes.
fn said(html: &str) -> Vec<&str> {
    let body = html.split_once("<body").unwrap().1;
    let mut said = Vec::new();
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        if tag.starts_with("code") {
            continue;
        }
        said.push(text.trim());
        for attribute in [" aria-label=\"", " title=\"", " placeholder=\"", " alt=\""] {
            said.extend(tag.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()));
        }
    }
    said
}

/// In disguise, every letter of a text but the vowels is accented: another one shows a text of no catalogue.
fn undisguised<'a>(html: &'a str, data: &[&str]) -> Vec<&'a str> {
    let plain = |text: &&str| {
        let text =
            DATA.iter().chain(data).fold((*text).to_owned(), |text, word| text.replace(word, ""));
        text.replace("&#", "")
            .contains(|c: char| c.is_ascii_alphabetic() && !"aeiouAEIOU".contains(c))
    };
    said(html).into_iter().filter(plain).collect()
}

#[tokio::test]
async fn every_text_is_in_a_catalogue() {
    let site = Fixture::new().await;
    site.rows("mode", json!([day("2024-03-08", 3, 1), day("2024-03-09", 12000, 4)])).await;
    site.rows("gender", json!([{
        "course_id": COURSE, "date": "2024-03-09", "female": 3, "male": 4, "other": 1, "unknown": 2,
        "created": "2024-03-10T031005",
    }]))
    .await;
    site.rows("birth_year", json!([{"course_id": COURSE, "date": "2024-03-09", "birth_year": 1990, "count": 3, "created": "2024-03-10T031005"}])).await;
    site.rows("education", json!([{"course_id": COURSE, "date": "2024-03-09", "education_level": "bachelors", "count": 3, "created": "2024-03-10T031005"}])).await;
    site.rows("location", json!([{"course_id": COURSE, "date": "2024-03-09", "country": {"alpha2": "PE", "alpha3": "PER", "name": "Peru"}, "count": 3, "created": "2024-03-10T031005"}])).await;
    let summaries =
        ResponseTemplate::new(200).set_body_json(json!([summary(COURSE, Some("Ae"), 10)]));
    site.answer("course_summaries/", summaries).await;
    let help = site.page("/help/").await;
    let topics = help.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let topics: Vec<String> =
        topics.filter(|link| link.starts_with("/help/")).map(str::to_owned).collect();
    assert!(topics.len() > 10);
    let reports = [
        "",
        "enrollment/activity/",
        "enrollment/demographics/age/",
        "enrollment/demographics/gender/",
        "enrollment/demographics/education/",
        "enrollment/geography/",
        "engagement/content/",
        "engagement/videos/",
        "performance/graded_content/",
        "performance/ungraded_content/",
        "performance/learning_outcomes/",
    ];
    let reports = reports.map(|rest| format!("{HOME}{rest}"));
    let others =
        ["/courses/", "/courses/?search=x&page=9", "/logout/", "/nothing/"].map(str::to_owned);
    assert!(undisguised(&help, &[]).len() > topics.len(), "English itself is not disguised");
    for path in topics.iter().chain(&reports).chain(&others) {
        let html = in_language(&site, "en-XA", path).await;
        assert!(html.contains("<html lang=\"en-XA\""), "{path}");
        let names =
            ["English", "Español (Latinoamérica)", "العربية", "office", "Ae", "DemoX", "“x”"];
        assert_eq!(undisguised(&html, &names), [""; 0], "{path}");
    }
}
