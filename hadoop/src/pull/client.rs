//! A client of the LMS's REST interfaces: tokens by OAuth2, pages, patience with a server that is busy
//! (spec 20 §8).

use crate::http::{self, Clock, Patience, RequestError, Retries, Secret, without_query};
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(120);
/// A page is tried for two hours before it is given up.
const PATIENCE: Patience = Patience {
    first_pause: Duration::from_millis(500),
    longest_pause: Duration::from_secs(60),
    tries: u32::MAX,
    total: Duration::from_secs(7200),
};
/// The most that a token is renewed early; of a short-lived one, a twentieth of its life.
const MARGIN: Duration = Duration::from_secs(5);

/// Why a pull failed.
pub type PullError = RequestError;

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

struct Token {
    authorization: String,
    renewed_at: Duration,
}

/// A client that asks in the name of some credentials.
pub struct Client {
    http: reqwest::Client,
    credentials: Credentials,
    token_type: &'static str,
    clock: Arc<Clock>,
    patience: Patience,
    token: Option<Token>,
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
        let built = reqwest::Client::builder().timeout(TIMEOUT).build();
        let http = built.map_err(|e| PullError::Answer {
            url: credentials.auth_url.clone(),
            what: format!("no client can be made: {e}"),
        })?;
        Ok(Self {
            http,
            credentials,
            token_type,
            clock: Arc::new(clock),
            patience: PATIENCE,
            token: None,
        })
    }

    /// One that tries everything once.
    #[must_use]
    pub fn impatient(self) -> Self {
        Self { patience: Patience { tries: 1, ..PATIENCE }, ..self }
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
            let body = self.patiently(Method::GET, address, begun, |client| {
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
        let body = self.patiently(Method::POST, &url, begun, |client| {
            let Credentials { auth_url, client: (id, secret), user } = &client.credentials;
            let mut form = vec![
                ("client_id", id.as_str()),
                ("client_secret", secret.exposed()),
                ("token_type", client.token_type),
            ];
            match user {
                Some((name, password)) => form.extend([
                    ("grant_type", "password"),
                    ("username", name),
                    ("password", password.exposed()),
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

    fn patiently(
        &mut self,
        method: Method,
        address: &str,
        begun: Duration,
        request: impl Fn(&mut Self) -> Result<reqwest::RequestBuilder, PullError>,
    ) -> Result<Vec<u8>, PullError> {
        let clock = Arc::clone(&self.clock);
        let mut retries = Retries::since(begun, self.patience);
        http::patiently(&clock, &mut retries, (method, address), || request(self))
    }
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
