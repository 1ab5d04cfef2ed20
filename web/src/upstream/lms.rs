//! Courses: what the site asks of the LMS, as a service of its own (spec 60 §3, §4.2, §4.4).

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, Semaphore};

use super::kept::{Fetched, Kept, Known, Look, Terms};
use super::outline::{Blocks, Outline};
use super::{Section, Trouble, body_within};
use crate::course_access::CourseAccess;
use crate::observe::{Asked, Calls};
use crate::site::{REQUEST_ID, Visit};

const HOUR: Duration = Duration::from_secs(60 * 60);
/// Authors change a course seldom; an outline of yesterday still names most of it.
const COURSE_TERMS: Terms =
    Terms { fresh: Duration::from_secs(600), stale: Duration::from_secs(86_400) };
/// What a user may see is believed so long while the LMS does not answer, never longer.
const PERMISSION_STALE: Duration = HOUR;
/// A token is renewed so long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_secs(5);
/// Where the LMS does not say how long to wait.
const USUAL_WAIT: Duration = Duration::from_secs(10);
/// An answer above this is not read to its end.
const LARGEST_ANSWER: usize = 64 << 20;
/// Course ids on a page of permissions.
const PAGE_SIZE: &str = "1000";
/// More pages than this are no list of a person's courses.
const MOST_PAGES: usize = 1000;

/// Where the LMS is asked, and as whom.
#[derive(Clone, Debug)]
pub struct LmsSettings {
    /// Answers as long as the LMS runs.
    pub heartbeat: Url,
    /// Beginning of the course interfaces, with its last slash.
    pub course_api: Url,
    /// Beginning of the grading policies, with its last slash.
    pub grading_policy_api: Url,
    /// Where the service gets its token.
    pub token_url: Url,
    /// The service's own name.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for an answer; permissions of a user are slower by their nature.
    pub timeout: Duration,
    /// Longest wait for the permissions of a user.
    pub permissions_timeout: Duration,
    /// So long a user's permissions are not asked again.
    pub permissions_fresh: Duration,
}

/// The way to the LMS.
pub struct Lms {
    http: reqwest::Client,
    settings: LmsSettings,
    token: Mutex<Option<Token>>,
    permits: Semaphore,
    /// The LMS asked for so long a pause.
    pause: RwLock<Option<Instant>>,
    kept: Arc<Kept>,
    calls: Calls,
}

#[derive(Clone)]
struct Token {
    value: String,
    ends: Instant,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: u64,
}

/// What the LMS says of a course.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct CourseDetail {
    /// Its title.
    pub name: Option<String>,
    /// When it begins.
    pub start: Option<DateTime<Utc>>,
    /// When it ends.
    pub end: Option<DateTime<Utc>>,
}

/// A type of assignment, and its part of the grade.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct AssignmentType {
    /// Its name.
    #[serde(default)]
    pub assignment_type: Option<String>,
    /// Its part of the grade, 0 to 1.
    #[serde(default)]
    pub weight: f64,
}

#[derive(Deserialize)]
struct CourseIds {
    results: Vec<String>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    next: Option<serde_json::Value>,
}

impl Lms {
    /// At most `at_once` calls at the same time.
    ///
    /// # Errors
    /// The connection cannot be set up.
    pub fn new(
        settings: LmsSettings,
        at_once: usize,
        kept: Arc<Kept>,
        calls: Calls,
    ) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            // A redirect could carry the token to another place.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            http,
            settings,
            token: Mutex::default(),
            permits: Semaphore::new(at_once),
            pause: RwLock::default(),
            kept,
            calls,
        })
    }

    /// The outline of a course.
    ///
    /// # Errors
    /// None comes, here and below.
    pub async fn outline(&self, visit: &Visit, access: &CourseAccess) -> Section<Arc<Outline>> {
        let query = [
            ("course_id", access.course().as_str()),
            ("depth", "all"),
            ("all_blocks", "true"),
            ("requested_fields", "children,format,graded"),
        ];
        let url = address(&self.settings.course_api, &["blocks"]);
        let key = format!("outline {}", access.course());
        let request = self.http.get(url).query(&query);
        self.get(visit, &key, request, Outline::from as fn(Blocks) -> _)
            .await
            .map(|known| visit.seen(known))
    }

    /// What the LMS says of a course.
    pub async fn detail(&self, visit: &Visit, access: &CourseAccess) -> Section<Arc<CourseDetail>> {
        let url = address(&self.settings.course_api, &["courses", access.course().as_str()]);
        let key = format!("course {}", access.course());
        let same = |detail: CourseDetail| detail;
        self.get(visit, &key, self.http.get(url), same).await.map(|known| known.value)
    }

    /// The types of assignments of a course that have a name.
    pub async fn policy(
        &self,
        visit: &Visit,
        access: &CourseAccess,
    ) -> Section<Arc<Vec<AssignmentType>>> {
        let path = ["policy", "courses", access.course().as_str()];
        let url = address(&self.settings.grading_policy_api, &path);
        let key = format!("policy {}", access.course());
        let named = |mut types: Vec<AssignmentType>| {
            types.retain(|one| one.assignment_type.as_ref().is_some_and(|name| !name.is_empty()));
            types
        };
        self.get(visit, &key, self.http.get(url), named).await.map(|known| visit.seen(known))
    }

    /// The courses on whose team a user is.
    pub async fn permitted(&self, visit: &Visit, user: &str) -> Section<Arc<BTreeSet<String>>> {
        let fresh = self.settings.permissions_fresh;
        let terms = Terms { fresh, stale: PERMISSION_STALE.max(fresh) };
        let known = match self.kept.look(&permissions_key(user), terms).await {
            Look::Done(answer) => answer,
            Look::Ask(turn) => turn.settle(self.all_permissions(visit, user).await),
        };
        known.map(|known| known.value)
    }

    /// Asks for a user's permissions again when they are needed next.
    pub fn forget_permissions(&self, user: &str) {
        self.kept.forget(&permissions_key(user));
    }

    /// Whether the LMS gives the service a token.
    pub async fn alive(&self) -> Section<()> {
        let answer = self.http.get(self.settings.heartbeat.clone()).send().await;
        let status = answer.map_err(trouble)?.status();
        if status.is_server_error() { Err(Trouble::Down) } else { Ok(()) }
    }

    /// Whether the LMS gives the service its token.
    ///
    /// # Errors
    /// It does not.
    pub async fn knows_service(&self) -> Section<()> {
        self.service_token().await.map(drop)
    }

    async fn all_permissions(
        &self,
        visit: &Visit,
        user: &str,
    ) -> Section<Fetched<BTreeSet<String>>> {
        let (mut ids, mut size) = (BTreeSet::new(), 0);
        for page in 1..=MOST_PAGES {
            let body = self.page_of_permissions(visit, user, page).await?;
            size += body.len();
            let answer: CourseIds = parsed("permissions", &body)?;
            ids.extend(answer.results);
            if !answer.pagination.next.is_some_and(|next| next.is_string()) {
                return Ok(Fetched::New { value: ids, tag: None, size });
            }
        }
        Err(Trouble::Nonsense)
    }

    async fn page_of_permissions(
        &self,
        visit: &Visit,
        user: &str,
        page: usize,
    ) -> Section<Vec<u8>> {
        let page = page.to_string();
        let query =
            [("username", user), ("role", "staff"), ("page", &page), ("page_size", PAGE_SIZE)];
        let url = address(&self.settings.course_api, &["course_ids"]);
        let request = self.http.get(url).query(&query);
        self.body(visit, request.timeout(self.settings.permissions_timeout)).await
    }

    async fn get<A, T>(
        &self,
        visit: &Visit,
        key: &str,
        request: RequestBuilder,
        make: fn(A) -> T,
    ) -> Section<Known<T>>
    where
        A: DeserializeOwned,
        T: Send + Sync + 'static,
    {
        match self.kept.look(key, COURSE_TERMS).await {
            Look::Done(answer) => answer,
            Look::Ask(turn) => turn.settle(self.fetch(visit, key, request, make).await),
        }
    }

    async fn fetch<A: DeserializeOwned, T>(
        &self,
        visit: &Visit,
        key: &str,
        request: RequestBuilder,
        make: fn(A) -> T,
    ) -> Section<Fetched<T>> {
        let body = self.body(visit, request).await?;
        let value = make(parsed(key, &body)?);
        Ok(Fetched::New { value, tag: None, size: body.len() })
    }

    /// The body of a good answer; a token that is refused is renewed once.
    async fn body(&self, visit: &Visit, request: RequestBuilder) -> Section<Vec<u8>> {
        let begin = Instant::now();
        let ended = self.asked(visit, request).await;
        self.calls.count(Asked::Lms, &ended);
        visit.waits.note(Asked::Lms, begin.elapsed());
        ended
    }

    async fn asked(&self, visit: &Visit, request: RequestBuilder) -> Section<Vec<u8>> {
        for _ in 0..2 {
            let token = self.service_token().await?;
            // Requests with a form or none can be copied.
            let request = request.try_clone().ok_or(Trouble::Nonsense)?;
            let request = request
                .header(AUTHORIZATION, format!("JWT {token}"))
                .header(REQUEST_ID, &visit.request_id);
            let answer = self.send(request).await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                return read(accepted(answer)?).await;
            }
            self.token.lock().await.take_if(|held| held.value == token);
        }
        log::warn!("the LMS refuses the service's token");
        Err(Trouble::Refused)
    }

    async fn send(&self, request: RequestBuilder) -> Section<Response> {
        let pause = *self.pause.read().unwrap_or_else(PoisonError::into_inner);
        if pause.is_some_and(|until| Instant::now() < until) {
            log::warn!("the LMS is not asked: it wants a pause");
            return Err(Trouble::Refused);
        }
        // The semaphore is never closed, so a refusal cannot happen; it would mean no limit.
        let _permit = self.permits.acquire().await.ok();
        let answer = request.send().await.map_err(trouble)?;
        let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait = wait.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            let until = Instant::now() + wait.unwrap_or(USUAL_WAIT).min(HOUR);
            *self.pause.write().unwrap_or_else(PoisonError::into_inner) = Some(until);
        }
        Ok(answer)
    }

    async fn service_token(&self) -> Section<String> {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref().filter(|token| Instant::now() < token.ends) {
            return Ok(token.value.clone());
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.settings.client_id),
            ("client_secret", &self.settings.client_secret),
            ("token_type", "jwt"),
        ];
        let asked = Instant::now();
        let request = self.http.post(self.settings.token_url.clone()).form(&form);
        let body = read(accepted(self.send(request).await?)?).await?;
        let answer: TokenAnswer = parsed("a token", &body)?;
        let life = Duration::from_secs(answer.expires_in.min(86_400)).saturating_sub(TOKEN_MARGIN);
        *held = Some(Token { value: answer.access_token.clone(), ends: asked + life });
        Ok(answer.access_token)
    }
}

fn permissions_key(user: &str) -> String {
    format!("permissions {user}")
}

fn address(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Only addresses that cannot have segments refuse here, and settings refuse those.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments).push("");
    }
    url
}

/// The address may hold a user's name, so it is left out.
fn trouble(error: reqwest::Error) -> Trouble {
    let trouble = if error.is_timeout() { Trouble::Slow } else { Trouble::Down };
    log::warn!("asking the LMS: {:#}", anyhow::Error::from(error.without_url()));
    trouble
}

fn accepted(answer: Response) -> Section<Response> {
    let status = answer.status();
    let trouble = match status {
        StatusCode::OK => return Ok(answer),
        StatusCode::NOT_FOUND => return Err(Trouble::Empty),
        _ if status.is_client_error() => Trouble::Refused,
        _ if status.is_server_error() => Trouble::Down,
        _ => Trouble::Nonsense,
    };
    log::warn!("the LMS answers {status} at {}", answer.url().path());
    Err(trouble)
}

async fn read(answer: Response) -> Section<Vec<u8>> {
    let path = answer.url().path().to_owned();
    let body = body_within(answer, LARGEST_ANSWER).await.map_err(trouble)?;
    body.ok_or_else(|| {
        log::warn!("the LMS's answer at {path} is too large");
        Trouble::Nonsense
    })
}

fn parsed<T: DeserializeOwned>(what: &str, body: &[u8]) -> Section<T> {
    serde_json::from_slice(body).map_err(|error| {
        log::warn!("reading the LMS's answer for {what}: {error}");
        Trouble::Nonsense
    })
}
