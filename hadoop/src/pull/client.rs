//! A client of the LMS's REST interfaces: tokens by OAuth2, pages, patience with a server that is busy
//! (spec 20 §8).

use crate::wait::block_on;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, RETRY_AFTER};
use serde_json::Value;
use std::fmt;
use std::time::{Duration, Instant};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a page is tried for before it is given up.
const LONGEST: Duration = Duration::from_secs(7200);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The most that a token is renewed early; of a short-lived one, a twentieth of its life.
const MARGIN: Duration = Duration::from_secs(5);
/// Answers after which the same request may succeed.
const BUSY: &[u16] = &[408, 429, 502, 503, 504, 520];

/// Why something could not be had.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The server refused, or was busy for too long.
    #[error("{method} {url}: http {}", status.as_u16())]
    Status {
        /// The request's method.
        method: &'static str,
        /// Its address, without its query.
        url: String,
        /// The answer.
        status: StatusCode,
    },
    /// The server could not be reached for too long.
    #[error("{method} {url}: {what}")]
    Connection {
        /// The request's method.
        method: &'static str,
        /// Its address, without its query.
        url: String,
        /// What went wrong.
        what: String,
    },
    /// One of many things that are asked for one by one could not be had.
    #[error("{what}: {source}")]
    Of {
        /// The thing.
        what: String,
        /// Why.
        source: Box<PullError>,
    },
    /// An answer is not what was asked for.
    #[error("{url}: {what}")]
    Answer {
        /// What was asked.
        url: String,
        /// What is wrong with the answer.
        what: String,
    },
}

impl PullError {
    /// The status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(status.as_u16()),
            Self::Of { source, .. } => source.status(),
            Self::Connection { .. } | Self::Answer { .. } => None,
        }
    }
}

/// A text that no log and no error shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Who asks for tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Where tokens are given out.
    pub auth_url: String,
    /// The client's id and secret.
    pub client: (String, Secret),
    /// A user's name and password, where the client does not ask for itself.
    pub user: Option<(String, Secret)>,
}

/// The time, as a client has it.
pub struct Clock {
    /// The time since some moment.
    pub now: Box<dyn Fn() -> Duration>,
    /// Waits.
    pub sleep: Box<dyn Fn(Duration)>,
}

impl Default for Clock {
    fn default() -> Self {
        let begun = Instant::now();
        Self { now: Box::new(move || begun.elapsed()), sleep: Box::new(std::thread::sleep) }
    }
}

struct Token {
    authorization: String,
    renewed_at: Duration,
}

/// A client that asks in the name of some credentials.
pub struct Client {
    http: reqwest::Client,
    credentials: Credentials,
    token_type: &'static str,
    clock: Clock,
    token: Option<Token>,
}

/// What one try of a request gave.
enum Tried {
    Answer(StatusCode, Option<Duration>, Vec<u8>),
    Cut(String),
}

impl Client {
    /// A client that asks for tokens of this type (`jwt`, `bearer`).
    ///
    /// # Errors
    /// When the system lets no client be made.
    pub fn new(
        credentials: Credentials,
        token_type: &'static str,
        clock: Clock,
    ) -> Result<Self, PullError> {
        let built = reqwest::Client::builder().timeout(PATIENCE).build();
        let http = built.map_err(|e| PullError::Answer {
            url: credentials.auth_url.clone(),
            what: format!("no client can be made: {e}"),
        })?;
        Ok(Self { http, credentials, token_type, clock, token: None })
    }

    /// Asks for one answer, and follows no links.
    ///
    /// # Errors
    /// When the server refuses, cannot be reached for two hours, or answers no JSON.
    pub fn get(&mut self, url: &str, query: &[(&str, &str)]) -> Result<Value, PullError> {
        let mut address = url.to_owned();
        if !query.is_empty() {
            let query =
                form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            address += if url.contains('?') { "&" } else { "?" };
            address += &query;
        }
        self.page(&address)
    }

    /// Hands on each page; the query is asked for with the first only, since later ones are asked for by
    /// the link that the page before gives (`next`, or `pagination.next`).
    ///
    /// # Errors
    /// As [`Client::get`]; or what `take` says.
    pub fn pages<E: From<PullError>>(
        &mut self,
        url: &str,
        query: &[(&str, &str)],
        mut take: impl FnMut(Value) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut page = self.get(url, query)?;
        loop {
            let next = next_link(&page).map(|next| resolved(url, &next));
            take(page)?;
            match next {
                Some(next) => page = self.page(&next)?,
                None => return Ok(()),
            }
        }
    }

    fn page(&mut self, address: &str) -> Result<Value, PullError> {
        let begun = (self.clock.now)();
        let mut renewed = false;
        let body = loop {
            let body = self.patiently("GET", address, begun, |client| {
                let authorization = client.authorization(begun)?;
                Ok(client.http.get(address).header(AUTHORIZATION, authorization))
            });
            match body {
                // A token that was withdrawn before its time.
                Err(error) if error.status() == Some(401) && !renewed => {
                    renewed = true;
                    self.token = None;
                }
                body => break body?,
            }
        };
        serde_json::from_slice(&body).map_err(|e| PullError::Answer {
            url: without_query(address).to_owned(),
            what: format!("the answer is no JSON: {e}"),
        })
    }

    /// The header of a token that is still good; a new one may take as long as the page that it is for.
    fn authorization(&mut self, begun: Duration) -> Result<String, PullError> {
        let now = (self.clock.now)();
        if let Some(token) = self.token.as_ref().filter(|token| now < token.renewed_at) {
            return Ok(token.authorization.clone());
        }
        let token = self.new_token(now, begun)?;
        let authorization = token.authorization.clone();
        self.token = Some(token);
        Ok(authorization)
    }

    fn new_token(&mut self, now: Duration, begun: Duration) -> Result<Token, PullError> {
        let url = self.credentials.auth_url.clone();
        let body = self.patiently("POST", &url, begun, |client| {
            let Credentials { auth_url, client: (id, secret), user } = &client.credentials;
            let mut form = vec![
                ("client_id", id.as_str()),
                ("client_secret", &secret.0),
                ("token_type", client.token_type),
            ];
            match user {
                Some((name, password)) => form.extend([
                    ("grant_type", "password"),
                    ("username", name),
                    ("password", &password.0),
                ]),
                None => form.push(("grant_type", "client_credentials")),
            }
            Ok(client.http.post(auth_url).form(&form))
        })?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let given = answer["access_token"].as_str().zip(answer["expires_in"].as_f64());
        let (token, seconds) = given.ok_or_else(|| PullError::Answer {
            url,
            what: "the answer holds no access_token and expires_in".to_owned(),
        })?;
        let life = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let kind = answer["token_type"].as_str().unwrap_or(self.token_type);
        Ok(Token {
            authorization: format!("{kind} {token}"),
            renewed_at: now + life - MARGIN.min(life / 20),
        })
    }

    /// Tries a request until it is answered for good.
    fn patiently(
        &mut self,
        method: &'static str,
        address: &str,
        begun: Duration,
        request: impl Fn(&mut Self) -> Result<reqwest::RequestBuilder, PullError>,
    ) -> Result<Vec<u8>, PullError> {
        let url = without_query(address).to_owned();
        let mut pause = FIRST_PAUSE;
        loop {
            let asked = (self.clock.now)();
            let tried = send(request(self)?);
            let seconds = ((self.clock.now)() - asked).as_secs_f64();
            let (error, wanted) = match tried {
                Tried::Answer(status, _, body) if status.is_success() => {
                    log::info!("{method} {status} {seconds:.1} s {url}");
                    return Ok(body);
                }
                Tried::Answer(status, wanted, _) => {
                    log::warn!("{method} {status} {seconds:.1} s {url}");
                    let error = PullError::Status { method, url: url.clone(), status };
                    if !BUSY.contains(&status.as_u16()) {
                        return Err(error);
                    }
                    (error, wanted)
                }
                Tried::Cut(what) => {
                    log::warn!("{method} {seconds:.1} s {url}: {what}");
                    (PullError::Connection { method, url: url.clone(), what }, None)
                }
            };
            if (self.clock.now)() - begun > LONGEST {
                return Err(error);
            }
            (self.clock.sleep)(wanted.unwrap_or_else(|| jittered(pause)));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Sends a request once and takes the whole answer.
fn send(request: reqwest::RequestBuilder) -> Tried {
    let answered = block_on(async {
        let answer = request.send().await?;
        let status = answer.status();
        let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wanted = after.and_then(|seconds| seconds.trim().parse().ok());
        let wanted = wanted.map(|seconds| Duration::from_secs(seconds).min(LONGEST));
        Ok::<_, reqwest::Error>((status, wanted, answer.bytes().await?))
    });
    match answered {
        Ok(Ok((status, wanted, body))) => Tried::Answer(status, wanted, body.to_vec()),
        Ok(Err(error)) => Tried::Cut(told(error)),
        Err(error) => Tried::Cut(error.to_string()),
    }
}

/// An error with its causes; its address could hold a secret.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        said = format!("{said}: {next}");
        cause = next.source();
    }
    said
}

/// Between three quarters and five quarters of a pause, so that clients do not come back together.
fn jittered(pause: Duration) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let share = now.map_or(0, |now| now.subsec_nanos() % 1000);
    pause * (750 + share / 2) / 1000
}

/// The link to the page that follows; null or missing ends.
fn next_link(page: &Value) -> Option<String> {
    let at_root = page.get("next").and_then(Value::as_str);
    let next = at_root.or_else(|| page.get("pagination")?.get("next")?.as_str());
    next.filter(|next| !next.is_empty()).map(str::to_owned)
}

/// A link as the server gives it: whole, or a path on the server that was asked.
fn resolved(url: &str, next: &str) -> String {
    match reqwest::Url::parse(url).and_then(|url| url.join(next)) {
        Ok(next) => next.to_string(),
        Err(_) => next.to_owned(),
    }
}

fn without_query(address: &str) -> &str {
    address.split_once('?').map_or(address, |(url, _)| url)
}
