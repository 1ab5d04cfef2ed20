//! The connection: it sends questions and reads answers.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use reqwest::{RequestBuilder, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;

use crate::ask::Question;
use crate::{Error, ErrorBody, Health};

/// No course has so much to tell; who sends more is not the service.
const LARGEST_ANSWER: usize = 48 << 20;

/// Which of the service's two result stores is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// The first, always there.
    #[default]
    V0,
    /// The second, filled by another producer where there is one.
    V1,
}

impl Version {
    /// How paths spell it.
    #[must_use]
    pub const fn path_segment(self) -> &'static str {
        match self {
            Self::V0 => "v0",
            Self::V1 => "v1",
        }
    }
}

/// An answer that may be known already.
#[derive(Debug)]
pub enum Fresh<T> {
    /// It is still the one with the tag that was sent.
    Unchanged,
    /// It is another.
    Changed {
        /// The answer.
        answer: T,
        /// Its entity tag, to ask again with.
        etag: Option<String>,
        /// Bytes of its text.
        size: usize,
    },
}

/// A connection to one Data API. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    root: Url,
    version: Version,
}

impl Client {
    /// A client of the service at `root` (`http://host:port`, a path before `/api` included), which
    /// sends `token` and waits at most `timeout` for each answer.
    ///
    /// # Errors
    /// An unusable address or token.
    pub fn new(root: &str, token: &str, timeout: Duration) -> Result<Self, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization(token)?);
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(timeout)
            // A redirect could carry the token to another place, and turns a POST into a GET.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(Error::Setup)?;
        Ok(Self { http, root: root_address(root)?, version: Version::V0 })
    }

    /// The same client, asking the other store.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// The answer to a question.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn get<T: DeserializeOwned>(&self, question: &Question<T>) -> Result<T, Error> {
        let (url, request) = self.request(question);
        read(&url, accepted(&url, send(&url, request).await?).await?).await
    }

    /// The answer to a question that one of the caller's own users asks; the service keeps in its log who
    /// that is.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn get_for<T: DeserializeOwned>(
        &self,
        question: &Question<T>,
        user: &str,
    ) -> Result<T, Error> {
        let (url, request) = self.request(question);
        let request = request.header("x-forwarded-user", user.escape_default().to_string());
        read(&url, accepted(&url, send(&url, request).await?).await?).await
    }

    /// The answer to a question, unless it is still the one with the `known` entity tag.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn get_if_changed<T: DeserializeOwned>(
        &self,
        question: &Question<T>,
        known: Option<&str>,
    ) -> Result<Fresh<T>, Error> {
        let (url, mut request) = self.request(question);
        if let Some(tag) = known {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let answer = send(&url, request).await?;
        if known.is_some() && answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(Fresh::Unchanged);
        }
        let answer = accepted(&url, answer).await?;
        let etag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let body = whole(&url, answer).await?;
        Ok(Fresh::Changed { answer: parse(&url, &body)?, etag, size: body.len() })
    }

    /// The answer as CSV: a header line, then a line a row, each ending in CR LF.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn csv<T>(&self, question: &Question<T>) -> Result<String, Error> {
        let (url, request) = self.request(question);
        let answer = accepted(&url, send(&url, request.header(ACCEPT, "text/csv")).await?).await?;
        let body = whole(&url, answer).await?;
        String::from_utf8(body).map_err(|_| malformed(&url, "it is no UTF-8".to_owned()))
    }

    /// Succeeds if the service runs, whatever its stores do.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn status(&self) -> Result<(), Error> {
        let url = self.address(&["status", ""]);
        accepted(&url, send(&url, self.http.get(url.clone())).await?).await.map(drop)
    }

    /// Succeeds if the service knows the token.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn authenticated(&self) -> Result<(), Error> {
        let url = self.address(&["authenticated", ""]);
        accepted(&url, send(&url, self.http.get(url.clone())).await?).await.map(drop)
    }

    /// What the service says of its stores; an unavailable store is an answer, not an error.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn health(&self) -> Result<Health, Error> {
        let url = self.address(&["health", ""]);
        let answer = send(&url, self.http.get(url.clone())).await?;
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
            return read(&url, answer).await;
        }
        read(&url, accepted(&url, answer).await?).await
    }

    fn request<T>(&self, question: &Question<T>) -> (Url, RequestBuilder) {
        let version = if question.of_first_store { Version::V0 } else { self.version };
        let path = question.path.iter().map(String::as_str);
        let segments: Vec<&str> =
            ["api", version.path_segment()].into_iter().chain(path).chain([""]).collect();
        let url = self.address(&segments);
        let request = if question.posted {
            self.http.post(url.clone()).form(&question.parameters)
        } else {
            self.http.get(url.clone()).query(&question.parameters)
        };
        (url, request)
    }

    fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.root.clone();
        // Only addresses that cannot have segments refuse here, and `root_address` refuses those.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

fn authorization(token: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(&format!("Token {token}")).map_err(|_| Error::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

fn root_address(root: &str) -> Result<Url, Error> {
    let unusable = |reason: String| Error::Address { address: root.to_owned(), reason };
    let url = Url::parse(root).map_err(|error| unusable(error.to_string()))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(unusable(format!("{other} is neither http nor https"))),
    }
}

async fn send(url: &Url, request: RequestBuilder) -> Result<Response, Error> {
    request.send().await.map_err(|error| failure(url, &error))
}

/// The answer if it is a 200; the error that its status means otherwise.
async fn accepted(url: &Url, answer: Response) -> Result<Response, Error> {
    let status = answer.status();
    let url = url.to_string();
    if status == StatusCode::OK {
        return Ok(answer);
    }
    if status == StatusCode::NOT_FOUND {
        return Err(Error::NotFound { url });
    }
    let said = answer.json::<ErrorBody>().await.ok().and_then(|body| body.message());
    let detail = said.unwrap_or_else(|| status.to_string());
    Err(match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorised { url, detail },
        _ if status.is_server_error() => Error::Unavailable { url, reason: detail },
        _ if status.is_client_error() => Error::Refused { url, status: status.as_u16(), detail },
        _ => Error::Malformed { url, reason: format!("status {status}") },
    })
}

async fn read<T: DeserializeOwned>(url: &Url, answer: Response) -> Result<T, Error> {
    parse(url, &whole(url, answer).await?)
}

/// The body of an answer, unless it is absurdly large.
async fn whole(url: &Url, mut answer: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failure(url, &error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(malformed(url, format!("it is larger than {LARGEST_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn malformed(url: &Url, reason: String) -> Error {
    Error::Malformed { url: url.to_string(), reason }
}

fn parse<T: DeserializeOwned>(url: &Url, body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| malformed(url, error.to_string()))
}

fn failure(url: &Url, error: &reqwest::Error) -> Error {
    let url = url.to_string();
    if error.is_timeout() {
        return Error::Timeout { url };
    }
    Error::Unavailable { url, reason: root_cause(error) }
}

/// The innermost text: reqwest's own says only that sending failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
