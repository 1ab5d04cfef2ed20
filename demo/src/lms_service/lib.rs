//! An LMS as the Insights site meets it: it signs people in, and tells courses, outlines, grading policies and
//! permissions (spec 05 §5). For the demo and for tests, which also make it misbehave.

mod courses;
mod manner;
mod oauth;
mod signing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use form_urlencoded::parse;
use serde_json::Value;
use tokio::net::TcpListener;
use warp::Filter;
use warp::http::{HeaderMap, Method, Response, StatusCode, header};
use warp::path::FullPath;

pub use self::manner::{Manner, Part, TokenManner};
use self::oauth::Grant;
use self::signing::Signer;

/// Someone with an account.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user name.
    pub username: String,
    /// The person's name.
    pub name: String,
    /// The language chosen.
    pub locale: String,
    /// Whether every course may be seen.
    pub staff: bool,
    /// The courses on whose team this is.
    pub courses: BTreeSet<String>,
}

/// A course.
#[derive(Clone, Debug)]
pub struct Course {
    /// What the course list says of it.
    pub detail: Value,
    /// What the blocks interface says.
    pub blocks: Value,
    /// The types of assignments.
    pub policy: Value,
}

/// What the LMS holds.
#[derive(Clone, Debug, Default)]
pub struct University {
    /// Courses by their ids.
    pub courses: BTreeMap<String, Course>,
    /// Who has an account, in the order of the sign-in page.
    pub people: Vec<Person>,
}

impl University {
    /// A university that `insights-demo` made, with the people of the demo.
    ///
    /// # Errors
    /// A file cannot be read, or is none of its files.
    pub fn read(folder: &Path) -> Result<Self> {
        let lines = |name: &str| -> Result<Vec<Value>> {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("reading {}", path.display()))?;
            let lines = text.lines().map(serde_json::from_str);
            lines.collect::<Result<_, _>>().with_context(|| format!("in {}", path.display()))
        };
        let mut blocks: HashMap<String, Value> = HashMap::new();
        for course in lines("course_blocks.json")? {
            blocks.insert(text_of(&course, "course_id"), course);
        }
        let courses = lines("course_list.json")?.into_iter().map(|detail| {
            let id = text_of(&detail, "id");
            let blocks = blocks.remove(&id).unwrap_or(Value::Null);
            (id, Course { policy: courses::policy_of(&blocks), detail, blocks })
        });
        let courses: BTreeMap<_, _> = courses.collect();
        Ok(Self { people: people(&courses), courses })
    }
}

fn text_of(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// A teacher of all but the last course, a colleague of the last, the platform's staff, and somebody without
/// a course.
fn people(courses: &BTreeMap<String, Course>) -> Vec<Person> {
    let ids: Vec<&String> = courses.keys().collect();
    let (others, last) = ids.split_at(ids.len().saturating_sub(1));
    let person = |username: &str, name: &str, staff, courses: &[&String]| Person {
        username: username.to_owned(),
        name: name.to_owned(),
        locale: "en".to_owned(),
        staff,
        courses: courses.iter().map(|&id| id.clone()).collect(),
    };
    vec![
        person("ines", "Ines Duarte", false, others),
        person("tomas", "Tomas Berg", false, last),
        person("office", "Analytics office", true, &[]),
        person("guest", "A guest", false, &[]),
    ]
}

/// The names and secrets that the LMS knows; a deployment's are its own.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The site's name and secret, for users who sign in.
    pub sign_in: (String, String),
    /// The site's name and secret, as a service.
    pub service: (String, String),
    /// Where users may be sent back to.
    pub redirect_uris: Vec<String>,
}

/// A running LMS.
#[derive(Clone)]
pub struct Lms {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    clients: Clients,
    signer: Signer,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    university: University,
    manners: HashMap<Part, Manner>,
    tokens: TokenManner,
    codes: HashMap<String, Grant>,
    refresh_tokens: HashMap<String, String>,
    asked: Vec<String>,
}

/// A request, read.
struct Request {
    method: Method,
    path: Vec<String>,
    query: HashMap<String, String>,
    form: HashMap<String, String>,
    headers: HeaderMap,
}

impl Lms {
    /// Starts to serve a university. Where one of the clients' addresses ends with `*`, all that begin so do.
    ///
    /// # Errors
    /// No socket, or no key.
    pub async fn start(
        listen: SocketAddr,
        university: University,
        clients: Clients,
    ) -> Result<Self> {
        let listener =
            TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
        let address = listener.local_addr()?;
        let state = Mutex::new(State { university, ..State::default() });
        let shared = Arc::new(Shared { clients, signer: Signer::new()?, state });
        let lms = Self { address, shared };
        let served = lms.clone();
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        let routes = warp::method()
            .and(warp::path::full())
            .and(query)
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .then(move |method, path: FullPath, query: String, headers, body: bytes::Bytes| {
                let request = Request {
                    method,
                    path: segments(path.as_str()),
                    query: parse(query.as_bytes()).into_owned().collect(),
                    form: parse(&body).into_owned().collect(),
                    headers,
                };
                let lms = served.clone();
                async move { lms.answer(request).await }
            });
        tokio::spawn(warp::serve(routes).incoming(listener).run());
        Ok(lms)
    }

    /// Where it listens, with the last slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Its public keys, a JSON Web Key Set.
    #[must_use]
    pub fn keys(&self) -> String {
        self.shared.signer.keys()
    }

    /// Who issues its tokens.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("{}oauth2", self.url())
    }

    /// Makes a part misbehave from now on.
    pub fn behave(&self, part: Part, manner: Manner) {
        self.state().manners.insert(part, manner);
    }

    /// Makes users' tokens odd from now on.
    pub fn sign_oddly(&self, manner: TokenManner) {
        self.state().tokens = manner;
    }

    /// Changes what it holds.
    pub fn change(&self, change: impl FnOnce(&mut University)) {
        change(&mut self.state().university);
    }

    /// The parts that were asked since this was called last, in their order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request) -> Response<String> {
        let part = Part::of(&request);
        let manner = {
            let mut state = self.state();
            state.asked.push(format!("{} {}", request.method, request.path.join("/")));
            part.and_then(|part| state.manners.get(&part).cloned()).unwrap_or_default()
        };
        if let Some(answer) = manner.instead().await {
            return answer;
        }
        match part {
            None => answer(StatusCode::NOT_FOUND, "text/plain", "There is nothing here."),
            Some(Part::Authorize) => self.authorize(&request),
            Some(Part::Token) => self.token(&request),
            Some(Part::Logout) => oauth::logout(&request),
            Some(part) if self.is_service(&request) => self.tell(part, &request),
            Some(_) => json(
                StatusCode::UNAUTHORIZED,
                &serde_json::json!({"developer_message": "no token"}),
            ),
        }
    }
}

/// The parts of a path, decoded; the last slash makes none.
fn segments(path: &str) -> Vec<String> {
    let parts = path.trim_matches('/').split('/');
    parts
        .map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect()
}

fn answer(status: StatusCode, kind: &'static str, body: impl Into<String>) -> Response<String> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}

fn json(status: StatusCode, body: &Value) -> Response<String> {
    answer(status, "application/json", body.to_string())
}
