//! Requests to servers: sent with patience for those that are busy or gone for a while, and told
//! without secrets.

use crate::wait::block_on;
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, StatusCode};
use std::fmt;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// Answers after which the same request may succeed.
const BUSY: &[u16] = &[408, 429, 502, 503, 504, 520];

/// Why something could not be had of a server.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The server refused, or was busy for too long.
    #[error("{method} {url}: http {}", status.as_u16())]
    Status {
        /// The request's method.
        method: Method,
        /// Its address, without its query.
        url: String,
        /// The answer.
        status: StatusCode,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
        /// What it said about it; not shown, since it may repeat what it was sent.
        body: Vec<u8>,
    },
    /// The server could not be reached for too long.
    #[error("{method} {url}: {what}")]
    Connection {
        /// The request's method.
        method: Method,
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
        source: Box<RequestError>,
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

impl RequestError {
    /// The status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(status.as_u16()),
            Self::Of { source, .. } => source.status(),
            Self::Connection { .. } | Self::Answer { .. } => None,
        }
    }

    /// Whether the same request may succeed later.
    fn passes(&self) -> bool {
        match self {
            Self::Status { status, .. } => BUSY.contains(&status.as_u16()),
            Self::Of { source, .. } => source.passes(),
            Self::Connection { .. } => true,
            Self::Answer { .. } => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Of { source, .. } => source.retry_after(),
            Self::Connection { .. } | Self::Answer { .. } => None,
        }
    }
}

/// A text that no log and no error shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What a file holds, but for its line's end; without a file, what the environment gives, if anything.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(file: Option<&Path>, environment: Option<String>) -> io::Result<Option<Self>> {
        let Some(file) = file else { return Ok(environment.map(Self)) };
        let text = std::fs::read_to_string(file)?;
        Ok(Some(Self(text.trim_end_matches(['\r', '\n']).to_owned())))
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, for the request that needs it.
    pub(crate) fn exposed(&self) -> &str {
        &self.0
    }
}

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

/// The time, as a client has it.
pub struct Clock {
    /// The time since some moment.
    pub now: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Waits.
    pub sleep: Box<dyn Fn(Duration) + Send + Sync>,
}

impl Default for Clock {
    fn default() -> Self {
        let begun = Instant::now();
        Self { now: Box::new(move || begun.elapsed()), sleep: Box::new(std::thread::sleep) }
    }
}

/// For how long something is tried, and how often. Pauses double.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The first pause.
    pub first_pause: Duration,
    /// No pause is longer, but for one that the server asks for.
    pub longest_pause: Duration,
    /// How often something is tried at most.
    pub tries: u32,
    /// How long something is tried at most, before the last try.
    pub total: Duration,
}

/// The tries of one thing.
pub struct Retries {
    patience: Patience,
    begun: Duration,
    tried: u32,
    pause: Duration,
}

impl Retries {
    /// Nothing was tried yet; it began at this time of the clock.
    #[must_use]
    pub fn since(begun: Duration, patience: Patience) -> Self {
        Self { patience, begun, tried: 0, pause: patience.first_pause }
    }

    /// How often was tried.
    #[must_use]
    pub fn tried(&self) -> u32 {
        self.tried
    }

    /// After a try: waits, for as long as the server wants if it said so, and says whether to try again.
    pub fn again(&mut self, clock: &Clock, wanted: Option<Duration>) -> bool {
        self.tried += 1;
        let elapsed = (clock.now)().saturating_sub(self.begun);
        if self.tried >= self.patience.tries || elapsed > self.patience.total {
            return false;
        }
        let wanted = wanted.map(|wanted| wanted.min(self.patience.total));
        (clock.sleep)(wanted.unwrap_or_else(|| jittered(self.pause)));
        self.pause = (self.pause * 2).min(self.patience.longest_pause);
        true
    }
}

/// Tries a request until it is answered for good; gives the answer's body.
///
/// # Errors
/// When the server refuses, or is busy or gone for longer than these tries last; or what `request` says.
pub fn patiently(
    clock: &Clock,
    retries: &mut Retries,
    (method, address): (Method, &str),
    mut request: impl FnMut() -> Result<RequestBuilder, RequestError>,
) -> Result<Vec<u8>, RequestError> {
    loop {
        let error = match attempt(clock, method.clone(), address, request()?) {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        if !error.passes() || !retries.again(clock, error.retry_after()) {
            return Err(error);
        }
    }
}

/// Sends a request once and takes the whole answer.
fn attempt(
    clock: &Clock,
    method: Method,
    address: &str,
    request: RequestBuilder,
) -> Result<Vec<u8>, RequestError> {
    let url = without_query(address).to_owned();
    let asked = (clock.now)();
    let answered = block_on(async {
        let answer = request.send().await?;
        let status = answer.status();
        let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = after.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
        Ok::<_, reqwest::Error>((status, after, answer.bytes().await?))
    });
    let seconds = (clock.now)().saturating_sub(asked).as_secs_f64();
    let what = match answered {
        Ok(Ok((status, _, body))) if status.is_success() => {
            log::info!("{method} {status} {seconds:.1} s {url}");
            return Ok(body.to_vec());
        }
        Ok(Ok((status, retry_after, body))) => {
            log::warn!("{method} {status} {seconds:.1} s {url}");
            return Err(RequestError::Status {
                method,
                url,
                status,
                retry_after,
                body: body.to_vec(),
            });
        }
        Ok(Err(error)) => told(error),
        Err(error) => error.to_string(),
    };
    log::warn!("{method} {seconds:.1} s {url}: {what}");
    Err(RequestError::Connection { method, url, what })
}

/// An error with its causes; its address could hold a secret.
pub fn told(error: reqwest::Error) -> String {
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

/// An address without its query, which may hold a secret.
pub fn without_query(address: &str) -> &str {
    address.split_once('?').map_or(address, |(url, _)| url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_comes_from_its_file_or_the_environment_and_is_not_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "of the file\r\n").unwrap();
        let environment = || Some("of the environment".to_owned());
        let read = |file, environment| Secret::read(file, environment).unwrap();
        assert_eq!(read(Some(file.path()), environment()).unwrap().exposed(), "of the file");
        assert_eq!(read(None, environment()).unwrap().exposed(), "of the environment");
        assert_eq!(read(None, None), None);
        assert!(Secret::read(Some("/no/such/file".as_ref()), environment()).is_err());
        assert_eq!(format!("{:?}", read(None, environment())), "Some(…)");
    }
}
