//! Signing in by the LMS and out again, and what becomes of sessions (spec 60 §4).

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::TimeDelta;
use demo_lms::{Manner, Part, TokenManner};
use reqwest::{Client, RequestBuilder, Response};
use web::sign_in::session::Session;

use crate::fixture::{Fixture, HOME, noon, session};

/// A browser: it keeps cookies, and follows nobody by itself.
pub struct Browser {
    client: Client,
    jar: Mutex<BTreeMap<String, String>>,
    origin: String,
}

impl Browser {
    pub fn of(site: &Fixture) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, jar: Mutex::default(), origin: site.origin().to_owned() }
    }

    pub async fn get(&self, address: &str) -> Response {
        let address = if address.starts_with('/') {
            format!("{}{address}", self.origin)
        } else {
            address.to_owned()
        };
        self.send(self.client.get(address)).await
    }

    async fn send(&self, request: RequestBuilder) -> Response {
        let held: Vec<String> = self
            .jar
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = request.header("cookie", held.join("; ")).send().await.unwrap();
        for line in answer.headers().get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let mut jar = self.jar.lock().unwrap();
            if line.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
            }
        }
        answer
    }

    /// From a page of the site to the answer of the site's own last step, as one of the LMS's people.
    pub async fn sign_in(&self, path: &str, who: &str) -> Response {
        let to_lms = location(&self.get(&location(&self.get(path).await)).await);
        let back = location(&self.get(&format!("{to_lms}&as={who}")).await);
        self.get(&back).await
    }

    /// Sends the form of a page.
    async fn post(&self, path: &str, secret: &str, origin: &str) -> Response {
        let request = self.client.post(format!("{}{path}", self.origin)).header("origin", origin);
        self.send(request.form(&[("form", secret)])).await
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().unwrap().get(name).cloned()
    }
}

fn location(response: &Response) -> String {
    let location = response.headers().get("location");
    location.unwrap_or_else(|| panic!("{response:?} leads nowhere")).to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_reader_comes_back_to_the_page_that_was_wanted() {
    let site = Fixture::new().await;
    let browser = Browser::of(&site);
    let wanted = format!("{HOME}enrollment/activity/?range=4w");
    let refused = browser.get(&wanted).await;
    assert_eq!(refused.status(), 302);
    let login = location(&refused);
    assert_eq!(
        login,
        "/login/?next=%2Fcourses%2Fcourse-v1%3AedX%2BDemoX%2B2024%2Fenrollment%2Factivity%2F%3Frange%3D4w"
    );
    let signed_in = browser.sign_in(&login, "ines").await;
    assert_eq!((signed_in.status().as_u16(), location(&signed_in)), (302, wanted.clone()));
    let page = browser.get(&wanted).await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("</span>ines</span>"));
    assert_eq!(location(&browser.get("/").await), "/courses/");
}

#[tokio::test]
async fn nobody_is_led_away_from_the_site() {
    let site = Fixture::new().await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"] {
        let browser = Browser::of(&site);
        let query = format!("/login/?next={next}");
        assert_eq!(location(&browser.sign_in(&query, "ines").await), "/courses/", "{next}");
    }
}

#[tokio::test]
async fn an_answer_without_its_beginning_signs_nobody_in() {
    let site = Fixture::new().await;
    let (browser, other) = (Browser::of(&site), Browser::of(&site));
    let to_lms = location(&browser.get("/login/edx-oauth2/").await);
    let back = location(&browser.get(&format!("{to_lms}&as=ines")).await);
    // Another browser did not begin; and this one is told of another state, or of a code that is none.
    assert_eq!(other.get(&back).await.status(), 403);
    let changed = back.replace("state=", "state=x");
    assert_eq!(browser.get(&changed).await.status(), 403);
    let odd = back.replace("code=code-", "code=none-");
    assert_eq!(browser.get(&odd).await.status(), 403);
    assert_eq!(location(&browser.get("/courses/").await), "/login/?next=%2Fcourses%2F");
    // A refusal at the LMS is told, with a way to try again.
    let browser = Browser::of(&site);
    let refused = browser.sign_in("/login/", "").await;
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.unwrap().contains("You could not be signed in"));
}

#[tokio::test]
async fn a_code_is_good_once() {
    let site = Fixture::new().await;
    let browser = Browser::of(&site);
    let to_lms = location(&browser.get("/login/edx-oauth2/").await);
    let back = location(&browser.get(&format!("{to_lms}&as=ines")).await);
    assert_eq!(browser.get(&back).await.status(), 302);
    assert_eq!(browser.get(&back).await.status(), 403);
}

#[tokio::test]
async fn tokens_that_are_not_the_lmss_sign_nobody_in() {
    let site = Fixture::new().await;
    for manner in [
        TokenManner::Ended,
        TokenManner::Forged,
        TokenManner::Unsigned,
        TokenManner::OfAnother,
        TokenManner::Nameless,
    ] {
        site.lms.sign_oddly(manner);
        let browser = Browser::of(&site);
        assert_eq!(browser.sign_in("/login/", "office").await.status(), 403, "{manner:?}");
        assert_eq!(browser.cookie("insights_session"), None, "{manner:?}");
    }
}

#[tokio::test]
async fn an_lms_that_is_down_or_lies_is_said() {
    let site = Fixture::new().await;
    for (manner, status) in [
        (Manner::Status(502), 503),
        (Manner::Status(500), 503),
        (Manner::Saying("<html>".to_owned()), 503),
        (Manner::Saying("{\"access_token\": 7}".to_owned()), 503),
        (Manner::Slow(std::time::Duration::from_secs(9)), 503),
        (Manner::Status(400), 503),
    ] {
        site.lms.behave(Part::Token, manner.clone());
        let answer = Browser::of(&site).sign_in("/login/", "ines").await;
        assert_eq!(answer.status(), status, "{manner:?}");
        assert!(answer.text().await.unwrap().contains("href=\"/login/\""), "{manner:?}");
    }
}

#[tokio::test]
async fn a_new_sign_in_is_a_new_session_and_ends_the_one_before() {
    let site = Fixture::new().await;
    let browser = Browser::of(&site);
    browser.sign_in("/login/", "ines").await;
    let first = browser.cookie("insights_session").unwrap();
    browser.sign_in("/login/", "tomas").await;
    let second = browser.cookie("insights_session").unwrap();
    assert_ne!(first, second);
    let page = browser.get("/help/").await.text().await.unwrap();
    assert!(page.contains("</span>tomas</span>") && !page.contains("ines"));
    let old = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let old = old.get(format!("{}/courses/", site.origin()));
    let old = old.header("cookie", format!("insights_session={first}")).send().await.unwrap();
    assert_eq!(location(&old), "/login/?next=%2Fcourses%2F");
}

#[tokio::test]
async fn signing_out_is_a_form_of_this_site_and_ends_both_sessions() {
    let site = Fixture::new().await;
    let browser = Browser::of(&site);
    browser.sign_in("/login/", "ines").await;
    let (held, secret) =
        (browser.cookie("insights_session").unwrap(), browser.cookie("insights_form").unwrap());
    // An address alone asks first.
    for path in ["/logout/", "/api-auth/logout/", "/logout_then_login/", "/disconnect/edx-oauth2/"]
    {
        let asked = browser.get(path).await;
        assert_eq!(asked.status(), 200, "{path}");
        assert!(asked.text().await.unwrap().contains("Sign out?"), "{path}");
    }
    let origin = site.origin();
    assert_eq!(browser.post("/logout/", &secret, "http://evil.example").await.status(), 403);
    assert_eq!(browser.post("/logout/", "guessed", origin).await.status(), 403);
    assert_eq!(browser.get("/courses/").await.status(), 200);

    let out = browser.post("/logout/", &secret, origin).await;
    assert_eq!(out.status(), 303);
    let lms = location(&out);
    assert!(lms.starts_with(&format!("{}logout?client_id=insights&redirect_url=", site.lms.url())));
    assert_eq!(location(&browser.get(&lms).await), format!("{origin}/"));
    assert_eq!(browser.cookie("insights_session"), None);
    // Who kept the cookie has nothing.
    let kept = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let kept = kept.get(format!("{origin}/courses/"));
    let kept = kept.header("cookie", format!("insights_session={held}")).send().await.unwrap();
    assert_eq!(kept.status(), 302);
    assert_eq!(location(&browser.get("/logout/").await), "/");
}

#[tokio::test]
async fn sessions_end_by_time() {
    let site = Fixture::new().await;
    let at = |signed_in: i64, seen: i64| Session {
        signed_in: noon() - TimeDelta::hours(signed_in),
        seen: noon() - TimeDelta::hours(seen),
        ..session("ines")
    };
    let status = async |session: Session| {
        let request = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let request = request.build().unwrap().get(format!("{}/courses/", site.origin()));
        let request = request.header("cookie", site.cookies(&session));
        let answer = request.send().await.unwrap();
        let renewed = answer.headers().get("set-cookie").is_some();
        (answer.status().as_u16(), renewed)
    };
    assert_eq!(status(at(0, 0)).await, (200, false));
    assert_eq!(status(at(7, 7)).await, (200, true));
    assert_eq!(status(at(8, 8)).await.0, 302);
    assert_eq!(status(at(7 * 24, 1)).await.0, 302);
}

#[tokio::test]
async fn after_half_a_day_the_lms_is_asked_who_this_is() {
    let site = Fixture::new().await;
    let old = |refresh_token: Option<String>| Session {
        staff: true,
        signed_in: noon() - TimeDelta::hours(13),
        checked: noon() - TimeDelta::hours(13),
        refresh_token,
        ..session("office")
    };
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
    let client = client.unwrap();
    let open = async |session: &Session| {
        let request = client.get(format!("{}{HOME}", site.origin()));
        request.header("cookie", site.cookies(session)).send().await.unwrap()
    };
    // A token of the LMS's own, as a sign-in gives it.
    let token = async || {
        let browser = Browser::of(&site);
        browser.sign_in("/login/", "office").await;
        let sealed = browser.cookie("insights_session").unwrap();
        let session: Session = site.site.sign_in.seal.open("session", &sealed).unwrap();
        session.refresh_token
    };
    assert_eq!(open(&old(None)).await.status(), 302, "nothing to ask by");
    assert_eq!(open(&old(Some("none".to_owned()))).await.status(), 302, "the LMS refuses");

    let good = old(token().await);
    site.lms.behave(Part::Token, Manner::Status(503));
    assert_eq!(open(&good).await.status(), 200, "the LMS is away: later");
    site.lms.behave(Part::Token, Manner::Well);
    // Meanwhile the person has lost the right to see everything.
    site.lms.change(|university| {
        university.people.iter_mut().for_each(|person| person.staff = false);
    });
    assert_eq!(open(&good).await.status(), 403);
}

#[tokio::test]
async fn the_lmss_own_sign_out_needs_no_form_and_may_be_framed() {
    let site = Fixture::new().await;
    let framed = site.get_as(None, "/logout/?no_redirect=1").await;
    assert_eq!(framed.status(), 200);
    let headers = framed.headers();
    assert!(!headers.contains_key("x-frame-options"));
    let policy = headers["content-security-policy"].to_str().unwrap();
    let lms = site.lms.url();
    let lms = lms.trim_end_matches('/');
    assert!(policy.contains(&format!("frame-ancestors {lms};")), "{policy}");
    let page = site.get("/help/").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn permissions_are_asked_once_in_a_while_and_anew_after_signing_in() {
    let site = Fixture::new().await;
    let asked = || site.lms.asked().iter().filter(|line| line.contains("course_ids")).count();
    for _ in 0..3 {
        assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 200);
    }
    assert_eq!(asked(), 1);
    site.lms.change(|university| university.people[0].courses.clear());
    assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 200, "it is still believed");
    Browser::of(&site).sign_in("/login/", "ines").await;
    assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 403);
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn many_courses_come_on_many_pages() {
    let site = Fixture::new().await;
    site.lms.change(|university| {
        let ids = (0..2500).map(|number| format!("course-v1:edX+Course{number:04}+2024"));
        university.people[0].courses.extend(ids);
    });
    assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 200);
    let asked = site.lms.asked();
    assert_eq!(asked.iter().filter(|line| line.contains("course_ids")).count(), 3);
}

#[tokio::test]
async fn without_permissions_a_page_says_so_and_they_are_not_kept() {
    let site = Fixture::new().await;
    for manner in [
        Manner::Status(503),
        Manner::Status(403),
        Manner::Saying("{\"results\": 7}".to_owned()),
        Manner::Saying("[".to_owned()),
    ] {
        site.lms.behave(Part::CourseIds, manner.clone());
        let answer = site.get_as(Some("ines"), HOME).await;
        assert_eq!(answer.status(), 500, "{manner:?}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("Your courses could not be looked up"), "{manner:?}");
        assert!(html.contains("Try again"), "{manner:?}");
    }
    site.lms.behave(Part::CourseIds, Manner::Well);
    assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 200);
    // The LMS goes away: what was permitted stays so for a while.
    site.lms.behave(Part::CourseIds, Manner::Status(503));
    assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 200);
}

#[tokio::test]
async fn an_lms_that_wants_a_pause_gets_it() {
    let site = Fixture::new().await;
    site.lms.behave(Part::CourseIds, Manner::Throttled(60));
    assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 500);
    let _ = site.lms.asked();
    for who in ["ines", "tomas", "guest"] {
        assert_eq!(site.get_as(Some(who), HOME).await.status(), 500);
    }
    assert_eq!(site.lms.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_service_token_that_is_refused_is_renewed() {
    let site = Fixture::new().await;
    site.lms.behave(Part::CourseIds, Manner::Status(401));
    assert_eq!(site.get_as(Some("ines"), HOME).await.status(), 500);
    let asked = site.lms.asked().join(", ");
    let once = "POST oauth2/access_token, GET api/courses/v1/course_ids";
    assert_eq!(asked, format!("{once}, {once}"));
}

#[tokio::test]
async fn the_way_out_of_a_refusal_is_to_sign_in_again() {
    let site = Fixture::new().await;
    let refused = site.get_as(Some("guest"), HOME).await;
    assert_eq!(refused.status(), 403);
    let html = refused.text().await.unwrap();
    assert!(html.contains("method=\"post\"") && html.contains("Sign out and in again"), "{html}");
    let again = site.post(&format!("/logout_then_login/?next={HOME}"), &[]).await;
    assert_eq!(again.status(), 303);
    assert!(location(&again).starts_with("/login/?next=%2Fcourses%2Fcourse-v1"));
}
