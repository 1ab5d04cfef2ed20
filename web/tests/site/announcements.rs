//! What the operators tell readers, and how readers put it away (spec 60 §2.0).

use std::io::Write;

use reqwest::Method;
use web::config::{Live, Settings};

use crate::fixture::{Fixture, HOME, session};

const FILE: &str = "
- id: move
  title: {en: 'We move <b>', ar: سننتقل}
  text: {en: \"On Monday.\\n\\nFor an hour.\"}
  from: 2024-03-09T00:00:00Z
  dismissible: true
- {id: older, title: {en: Older}, from: 2024-03-01T00:00:00Z, dismissible: true}
- {id: slow, title: {en: Figures are late}, pages: [course_enrollment_activity]}
- {id: over, title: {en: Over}, until: 2024-03-10T12:00:00Z}
";

fn written(text: &str) -> (tempfile::NamedTempFile, Settings) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let settings = Settings { announcements: Some(file.path().to_owned()), ..Settings::default() };
    (file, settings)
}

async fn with_cookie(site: &Fixture, cookie: &str, path: &str) -> String {
    let cookies = format!("{}; {cookie}", site.cookies(&session("office")));
    let request = site.request_as(None, Method::GET, path).header("cookie", cookies);
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn pages_show_what_is_of_them_and_readers_put_it_away() {
    let (_file, settings) = written(FILE);
    let site = Fixture::with(settings).await;
    let home = site.page(HOME).await;
    assert!(home.contains("We move &#60;b&#62;") && !home.contains("We move <b>"), "{home}");
    assert!(
        !home.contains("Older") && !home.contains("Figures are late") && !home.contains("Over<")
    );
    let activity = site.page(&format!("{HOME}enrollment/activity/")).await;
    assert!(activity.contains("Figures are late") && activity.contains("We move"));
    let hidden = site.post("/announcements/move/hide/", &[("next", HOME)]).await;
    assert_eq!(
        (hidden.status().as_u16(), &hidden.headers()["location"]),
        (303, &HOME.parse().unwrap())
    );
    let set = hidden.headers()["set-cookie"].to_str().unwrap();
    assert_eq!(set, "insights_hidden=move; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    let home = with_cookie(&site, "insights_hidden=move", HOME).await;
    assert!(home.contains("Older") && !home.contains("We move"));
    let arabic = with_cookie(&site, "insights_language=ar", HOME).await;
    assert!(arabic.contains("سننتقل"));
}

#[tokio::test]
async fn the_list_has_all_in_force_and_one_has_its_text() {
    let (_file, settings) = written(FILE);
    let site = Fixture::with(settings).await;
    let list = with_cookie(&site, "insights_hidden=move", "/announcements/").await;
    assert!(
        ["We move", "Older", "Figures are late"].iter().all(|title| list.contains(title)),
        "{list}"
    );
    assert!(!list.contains("Over<"));
    let one = site.page("/announcements/move/").await;
    assert!(one.contains("<p>On Monday.</p>") && one.contains("<p>For an hour.</p>"), "{one}");
    for absent in ["/announcements/over/", "/announcements/nothing/"] {
        assert_eq!(site.get(absent).await.status(), 404, "{absent}");
    }
    for odd in ["/announcements/slow/hide/", "/announcements/over/hide/"] {
        assert_eq!(site.post(odd, &[]).await.status(), 404, "{odd}");
    }
    assert_eq!(site.get("/announcements/move/hide/").await.status(), 405);
    assert_eq!(site.get_as(None, "/announcements/").await.status(), 302);
}

#[tokio::test]
async fn switches_and_announcements_change_while_the_site_runs() {
    let (file, settings) = written(FILE);
    let site = Fixture::with(settings.clone()).await;
    assert!(site.page(HOME).await.contains("We move"));
    std::fs::write(file.path(), "- {id: new, title: {en: All is well}}").unwrap();
    let mut changed = Live::of(&settings).unwrap();
    changed.features.enable_course_api = false;
    site.site.change(changed);
    let home = site.page(HOME).await;
    assert!(home.contains("All is well") && !home.contains("We move"));
    assert_eq!(site.get(&format!("{HOME}performance/graded_content/")).await.status(), 404);
}
