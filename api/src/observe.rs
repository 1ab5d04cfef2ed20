//! What an operator sees of requests: a line for each in the log, an id that callers and log share, and
//! counts for Prometheus (spec 50 §8.9).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use warp::http::{HeaderName, HeaderValue};
use warp::reply::Response;

use crate::durations::Durations;
use crate::resource::Request;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken from a caller.
const LONGEST_ID: usize = 64;

tokio::task_local! {
    /// The id of the request that is being answered.
    pub(crate) static ID: String;
}

/// The counts.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Of, Counter>,
    seconds: Family<OfKind, Durations>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Of {
    kind: &'static str,
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let (requests, seconds) = (Family::default(), Family::default());
        let mut registry = Registry::with_prefix("insights_api");
        registry.register(
            "requests",
            "Requests by what they ask and how they end",
            requests.clone(),
        );
        registry.register("seconds", "How long requests take", seconds.clone());
        Self { registry, requests, seconds }
    }
}

impl Metrics {
    /// The counts as Prometheus reads them.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn count(&self, kind: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Of { kind, status: status.into() }).inc();
        self.seconds.get_or_create(&OfKind { kind }).count(took);
    }
}

/// The beginning of a request.
pub(crate) struct Began {
    at: Instant,
    pub(crate) id: String,
}

impl Began {
    pub(crate) fn new(request: &Request) -> Self {
        let id = request.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        let id = id.filter(|id| is_id(id)).map_or_else(new_id, str::to_owned);
        Self { at: Instant::now(), id }
    }

    /// Counts and logs the end, and gives the caller the id. A query may hold anything, and is not logged.
    pub(crate) fn end(
        self,
        request: &Request,
        kind: &'static str,
        response: &mut Response,
        metrics: &Metrics,
    ) {
        let (status, took) = (response.status().as_u16(), self.at.elapsed());
        metrics.count(kind, status, took);
        log::info!(
            target: "access",
            "id={} method={} path={} status={status} ms={:.1} peer={}",
            self.id,
            request.method,
            request.path,
            took.as_secs_f64() * 1000.0,
            request.peer.map_or_else(|| "-".to_owned(), |peer| peer.to_string()),
        );
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
    }
}

fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(fits)
}

/// Another one each time, in whichever instance.
fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static START: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    let start = START.get_or_init(|| {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        u64::try_from(time & u128::from(u64::MAX)).unwrap_or(0) ^ u64::from(std::process::id())
    });
    format!("{start:x}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use warp::http::{HeaderMap, Method};

    fn ended(id: Option<&str>, kind: &'static str, metrics: &Metrics) -> String {
        let mut headers = HeaderMap::new();
        if let Some(id) = id {
            headers.insert(REQUEST_ID, HeaderValue::from_str(id).unwrap());
        }
        let mut response = Response::default();
        let (method, path, query) = (Method::GET, "/x/".to_owned(), String::new());
        let request = Request { method, path, query, headers, peer: None };
        Began::new(&request).end(&request, kind, &mut response, metrics);
        response.headers()[REQUEST_ID].to_str().unwrap().to_owned()
    }

    #[test]
    fn an_id_is_the_callers_or_a_new_one() {
        let metrics = Metrics::default();
        assert_eq!(ended(Some("a-1.B_2"), "none", &metrics), "a-1.B_2");
        let long = "x".repeat(LONGEST_ID + 1);
        for id in [None, Some(""), Some("a b"), Some("a\"b"), Some(&*long)] {
            let new = ended(id, "none", &metrics);
            assert!(is_id(&new) && Some(&*new) != id, "{new}");
            assert_ne!(new, ended(id, "none", &metrics));
        }
    }

    #[test]
    fn requests_are_counted_by_what_they_ask() {
        let metrics = Metrics::default();
        for kind in ["course", "course", "none"] {
            ended(None, kind, &metrics);
        }
        let text = metrics.text().unwrap();
        for line in [
            r#"insights_api_requests_total{kind="course",status="200"} 2"#,
            r#"insights_api_requests_total{kind="none",status="200"} 1"#,
            r#"insights_api_seconds_count{kind="course"} 2"#,
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
