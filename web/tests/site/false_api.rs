//! A Data API that says what a test tells it to, and a site in front of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use web::config::Settings;
use web::course_access::SignIn;
use web::health::Health;
use web::routes;
use web::site::Site;
use web::text::Texts;
use web::upstream::Upstream;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The course of most tests, and its address.
pub const COURSE: &str = "course-v1:edX+DemoX+2024";
/// The home of that course.
pub const HOME: &str = "/courses/course-v1:edX+DemoX+2024/";

/// A running site with its API.
pub struct Fixture {
    /// The API, for further answers.
    pub api: MockServer,
    address: String,
    client: Client,
}

impl Fixture {
    /// A site whose API knows nothing yet: every resource is 404.
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    /// The same with settings of the test's own.
    pub async fn with(settings: Settings) -> Self {
        let api = MockServer::start().await;
        let address = serve(&api.uri(), settings).await;
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { api, address, client }
    }

    /// Makes a resource below `/api/v0/` answer.
    pub async fn answer(&self, resource: &str, answer: ResponseTemplate) {
        Mock::given(method("GET"))
            .and(path(format!("/api/v0/{resource}")))
            .respond_with(answer)
            .mount(&self.api)
            .await;
    }

    /// Makes an enrollment resource of the course answer these rows.
    pub async fn rows(&self, part: &str, rows: Value) {
        let resource = format!("courses/{COURSE}/enrollment/{part}/");
        self.answer(&resource, ResponseTemplate::new(200).set_body_json(rows)).await;
    }

    /// Fetches a page as it is.
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.address)).send().await.unwrap()
    }

    /// A request to be made more special.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    /// The site's origin.
    pub fn origin(&self) -> &str {
        &self.address
    }

    /// The markup of a page that must be there.
    pub async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }
}

/// Starts a site in front of an API and answers its address.
pub async fn serve(api: &str, settings: Settings) -> String {
    let settings = Settings {
        api: Some(api.to_owned()),
        api_token_file: Some("unused".into()),
        api_timeout: settings.api_timeout.or(Some(2)),
        ..settings
    };
    let config = settings.resolve().unwrap();
    let client = api_client::Client::new(&config.api, "token", Duration::from_secs(5)).unwrap();
    let site = Arc::new(Site {
        texts: Texts::english().unwrap(),
        upstream: Upstream::new(client, config.api_calls, config.api_timeout),
        health: Health::new(),
        sign_in: SignIn::demo(true, false).unwrap(),
        clock: noon,
        config,
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(warp::serve(routes::all(&site)).incoming(listener).run());
    format!("http://{address}")
}

fn noon() -> DateTime<Utc> {
    "2024-03-10T12:00:00Z".parse().unwrap()
}

/// A day of enrollment by mode.
pub fn day(date: &str, audit: i64, verified: i64) -> Value {
    json!({
        "course_id": COURSE, "date": date, "count": audit + verified, "cumulative_count": audit + verified + 100,
        "created": "2024-03-10T031005", "audit": audit, "credit": 0, "honor": 0, "professional": 0,
        "verified": verified, "masters": 0,
    })
}

/// A course's summary.
pub fn summary(course: &str, title: Option<&str>, count: i64) -> Value {
    let mode = json!({"count": count / 2, "cumulative_count": count, "count_change_7_days": 1, "passing_users": 1});
    json!({
        "created": "2024-03-10T031005", "course_id": course, "catalog_course_title": title, "catalog_course": "DemoX",
        "start_date": "2024-01-01T000000", "end_date": null, "pacing_type": "self_paced", "availability": "Current",
        "count": count, "cumulative_count": count * 2, "count_change_7_days": -3, "recent_count_change": null,
        "passing_users": 5,
        "enrollment_modes": {"audit": mode, "credit": mode, "honor": mode, "professional": mode, "verified": mode, "masters": mode},
    })
}

/// The text of a page's main part: a word or number a tag, for snapshots that people can read.
pub fn words(html: &str) -> String {
    let main = html
        .split("<main")
        .nth(1)
        .and_then(|rest| rest.split_once('>'))
        .map_or("", |(_, rest)| rest);
    let main = main.split("</main>").next().unwrap_or_default();
    let mut lines = Vec::new();
    for piece in main.split('<') {
        let text = piece.split_once('>').map_or(piece, |(_, text)| text).trim();
        lines.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()));
    }
    lines.join("\n")
}
