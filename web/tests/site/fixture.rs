//! A Data API and an LMS that say what a test tells them to, and a site between them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use demo_lms::{Clients, Course, Lms, Person, University};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use web::config::{Config, Live, Secrets, Settings};
use web::routes;
use web::sign_in::claims::Verifier;
use web::sign_in::session::{Seal, Session};
use web::site::Site;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The course of most tests, and its address.
pub const COURSE: &str = "course-v1:edX+DemoX+2024";
/// The home of that course.
pub const HOME: &str = "/courses/course-v1:edX+DemoX+2024/";
/// What the site calls itself at the LMS, with the secret of this test.
const CLIENT: (&str, &str) = ("insights", "secret-of-the-test");

/// A running site with its API and its LMS.
pub struct Fixture {
    /// The API, for further answers.
    pub api: MockServer,
    /// The LMS, whose course is [`COURSE`].
    pub lms: Lms,
    /// The site itself.
    pub site: Arc<Site>,
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
        Self::at(settings, noon).await
    }

    /// The same at another time.
    pub async fn at(settings: Settings, clock: fn() -> DateTime<Utc>) -> Self {
        let api = MockServer::start().await;
        let address = api.uri();
        Self::made(api, &address, settings, clock).await
    }

    /// The same in front of another API; `api` is not asked.
    pub async fn before(api: MockServer, api_address: &str, settings: Settings) -> Self {
        Self::made(api, api_address, settings, noon).await
    }

    async fn made(
        api: MockServer,
        api_address: &str,
        settings: Settings,
        clock: fn() -> DateTime<Utc>,
    ) -> Self {
        let lms = lms().await;
        let (site, address) = serve(api_address, &lms, settings, clock).await;
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { api, lms, site, address, client }
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

    /// Fetches a page as somebody who may see every course.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// Fetches a page as one of the LMS's people, or as nobody.
    pub async fn get_as(&self, who: Option<&str>, path: &str) -> Response {
        self.request_as(who, Method::GET, path).send().await.unwrap()
    }

    /// A request of somebody who may see every course, to be made more special.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_as(Some("office"), method, path)
    }

    /// A request of one of the LMS's people, or of nobody.
    pub fn request_as(&self, who: Option<&str>, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        match who {
            Some(who) => {
                let now = (self.site.clock)();
                let session = Session { signed_in: now, seen: now, checked: now, ..session(who) };
                request.header("cookie", self.cookies(&session))
            }
            None => request,
        }
    }

    /// What a browser sends in a session, the secret of forms with it.
    pub fn cookies(&self, session: &Session) -> String {
        let mut lines = self.site.sign_in.cookies_of(session);
        lines.push("insights_form=secret-of-forms;".to_owned());
        let pairs = lines.iter().filter_map(|line| line.split(';').next());
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Sends a form of this site, as somebody who may see every course.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let fields = [fields, &[("form", "secret-of-forms")]].concat();
        let request = self.request(Method::POST, path).header("origin", &self.address);
        request.form(&fields).send().await.unwrap()
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

/// The usage id of a block of the course, from its kind and name: `video+block@v1`.
pub fn block(name: &str) -> String {
    format!("{COURSE}+type@{name}").replacen("course-v1", "block-v1", 1)
}

/// A good answer of these rows.
pub fn ok(rows: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(rows)
}

/// A session of one of the LMS's people that has just begun.
pub fn session(who: &str) -> Session {
    Session {
        id: format!("session-of-{who}"),
        username: who.to_owned(),
        user_id: Some(1000),
        name: None,
        language: None,
        staff: who == "office",
        signed_in: noon(),
        seen: noon(),
        checked: noon(),
        refresh_token: None,
    }
}

/// A course without anything in it.
pub fn empty_course(id: &str, name: &str) -> Course {
    let root = format!("{id}+type@course");
    let blocks = json!({"root": root, "blocks": {&root: {"type": "course", "display_name": name}}});
    let detail = json!({
        "id": id, "name": name, "start": "2024-01-01T00:00:00Z", "end": null,
    });
    Course { detail, blocks, policy: json!([]) }
}

async fn lms() -> Lms {
    let courses = [(COURSE.to_owned(), empty_course(COURSE, "A demonstration"))];
    let person = |username: &str, courses: &[&str]| Person {
        username: username.to_owned(),
        name: username.to_uppercase(),
        locale: "en".to_owned(),
        staff: username == "office",
        courses: courses.iter().map(|&id| id.to_owned()).collect(),
    };
    let people = vec![
        person("ines", &[COURSE]),
        person("tomas", &["course-v1:edX+Other+2024"]),
        person("office", &[]),
        person("guest", &[]),
    ];
    let client = (CLIENT.0.to_owned(), CLIENT.1.to_owned());
    let clients = Clients {
        sign_in: client.clone(),
        service: client,
        redirect_uris: vec!["http://127.0.0.1:*".to_owned()],
    };
    let university = University { courses: courses.into(), people };
    Lms::start(([127, 0, 0, 1], 0).into(), university, clients).await.unwrap()
}

/// Starts a site in front of an API and an LMS, and answers it with its address.
async fn serve(
    api: &str,
    lms: &Lms,
    settings: Settings,
    clock: fn() -> DateTime<Utc>,
) -> (Arc<Site>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = listener.local_addr().unwrap();
    let unread = || Some("unread".into());
    let defaults = Settings {
        api: Some(api.to_owned()),
        api_token_file: unread(),
        api_timeout: Some(2),
        listen: Some(listen),
        lms: Some(lms.url()),
        lms_timeout: Some(2),
        sign_in_client_id: Some(CLIENT.0.to_owned()),
        sign_in_client_secret_file: unread(),
        service_client_id: Some(CLIENT.0.to_owned()),
        service_client_secret_file: unread(),
        jwt_keys_file: unread(),
        ..Settings::default()
    };
    let settings = settings.over(defaults).unwrap();
    let live = Live::of(&settings).unwrap();
    let config = Config::resolve(settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    std::fs::write(&keys, lms.keys()).unwrap();
    let secrets = Secrets {
        api_token: "token".to_owned(),
        sign_in: CLIENT.1.to_owned(),
        service: CLIENT.1.to_owned(),
        verifier: Verifier::by_key_set(&keys).unwrap().issued(Some(lms.issuer()), None),
        seal: Seal::for_this_process(false),
    };
    let site = Arc::new(Site::new(config, live, secrets, clock).unwrap());
    tokio::spawn(warp::serve(routes::all(&site)).incoming(listener).run());
    (site, format!("http://{listen}"))
}

/// The site's time.
pub fn noon() -> DateTime<Utc> {
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
