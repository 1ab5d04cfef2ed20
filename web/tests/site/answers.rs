//! What every answer carries, operations, redirects, error pages, forms.

use reqwest::Method;
use serde_json::Value;

use crate::fixture::{Fixture, HOME};

#[tokio::test]
async fn security_headers_stand_on_every_answer() {
    let site = Fixture::new().await;
    for path in ["/", "/courses/", "/nothing/", "/status/", "/robots.txt", "/help"] {
        let response = site.get(path).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'self'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert!(
            headers.contains_key("strict-transport-security")
                && headers.contains_key("x-request-id"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_page_has_inline_script_or_style() {
    let site = Fixture::new().await;
    for path in ["/help/courses/", "/courses/", HOME, "/help/", "/help/demographics-age/"] {
        let html = site.page(path).await;
        assert!(
            !html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick"),
            "{path}"
        );
        assert!(
            html.split("<script").skip(1).all(|rest| rest.starts_with(" src=\"/static/")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn addresses_end_in_a_slash() {
    let site = Fixture::new().await;
    let response = site.get("/courses?search=a+b").await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["location"]),
        (301, &"/courses/?search=a+b".parse().unwrap())
    );
    assert_eq!(site.get("/nothing").await.status(), 404);
}

#[tokio::test]
async fn what_is_no_course_key_is_404_and_not_500() {
    let site = Fixture::new().await;
    for path in [
        "/courses/a/",
        "/courses/a+b+c/",
        "/courses/course-v1:a+b/",
        "/courses/%FF/",
        "/courses/a%00b/",
        "/courses/course-v1:a+b+%3Cscript%3E/",
    ] {
        let response = site.get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(!response.text().await.unwrap().contains("<script>"));
    }
}

#[tokio::test]
async fn error_pages_say_what_and_carry_the_request_number() {
    let site = Fixture::new().await;
    for (path, status, title) in [
        ("/403/", 403, "Access denied | Open edX Insights"),
        ("/404/", 404, "Page not found | Open edX Insights"),
        ("/500/", 500, "Something went wrong | Open edX Insights"),
        ("/503/", 503, "Not available right now | Open edX Insights"),
    ] {
        let request = site.request(Method::GET, path).header("x-request-id", "abc-123");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["x-request-id"], "abc-123");
        let html = response.text().await.unwrap();
        assert!(
            html.contains(&format!("<title>{title}</title>"))
                && html.contains("<code>abc-123</code>"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn operations_answer() {
    let site = Fixture::new().await;
    let status = site.get("/status/").await;
    assert_eq!((status.status().as_u16(), status.text().await.unwrap().as_str()), (200, ""));
    let health: Value = site.get("/health/").await.json().await.unwrap();
    assert_eq!(health["overall_status"], "OK");
    for part in ["data_api", "lms", "lms_service_token"] {
        assert!(health["detailed_status"][part].get("latency_ms").is_some(), "{part}");
    }
    assert_eq!(site.get("/robots.txt").await.text().await.unwrap(), "User-agent: *\nDisallow: /\n");
}

#[tokio::test]
async fn pages_are_checked_again_and_files_are_kept() {
    let site = Fixture::new().await;
    let first = site.get("/help/").await;
    let tag = first.headers()["etag"].clone();
    let html = first.text().await.unwrap();
    let again =
        site.request(Method::GET, "/help/").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let start = html.find("/static/site.").unwrap();
    let style = &html[start..start + html[start..].find('"').unwrap()];
    let response = site.get(style).await;
    assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(site.get("/static/site.0000000000000000.css").await.status(), 404);
}

#[tokio::test]
async fn gzip_is_for_those_who_ask() {
    let site = Fixture::new().await;
    let zipped =
        site.request(Method::GET, "/help/").header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    assert!(site.get("/help/").await.headers().get("content-encoding").is_none());
}

#[tokio::test]
async fn colours_are_chosen_by_this_sites_own_form() {
    let site = Fixture::new().await;
    let chosen = site.post("/preferences/theme/", &[("theme", "dark"), ("next", "/help/")]).await;
    assert_eq!(
        (chosen.status().as_u16(), chosen.headers()["location"].to_str().unwrap()),
        (303, "/help/")
    );
    let cookie = chosen.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("insights_theme=dark; Path=/;"), "{cookie}");
    let away = [("theme", "dark"), ("next", "//evil.example")];
    assert_eq!(site.post("/preferences/theme/", &away).await.headers()["location"], "/");
    assert_eq!(site.post("/preferences/theme/", &[("theme", "pink")]).await.status(), 400);
    let dark = site
        .request_as(None, Method::GET, "/help/")
        .header("cookie", "insights_theme=dark")
        .send()
        .await
        .unwrap();
    assert!(dark.text().await.unwrap().contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn other_methods_and_foreign_hosts_are_refused() {
    let site = Fixture::new().await;
    assert_eq!(site.request(Method::DELETE, "/courses/").send().await.unwrap().status(), 405);
    assert_eq!(site.request(Method::POST, "/courses/").send().await.unwrap().status(), 405);
    let foreign = site.request(Method::GET, "/courses/").header("host", "evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 400);
    let head = site.request(Method::HEAD, "/help/").send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.text().await.unwrap().as_str()), (200, ""));
}
