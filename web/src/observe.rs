//! What an operator sees of the site: a line of the log and a count for each request, calls to others, kept answers
//! (spec 60 §6.4, §6.7).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::reply;
use crate::site::{Site, Visit};
use crate::upstream::Trouble;

/// Whom the site asks.
#[derive(Clone, Copy, Debug)]
pub enum Asked {
    /// The Data API.
    DataApi,
    /// The LMS.
    Lms,
}

impl Asked {
    const fn name(self) -> &'static str {
        match self {
            Self::DataApi => "data_api",
            Self::Lms => "lms",
        }
    }
}

/// The counts.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<OfPage, Histogram>,
    calls: Calls,
    kept: Looks,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    page: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPage {
    page: &'static str,
}

/// Calls to others, by how they ended.
#[derive(Clone, Debug, Default)]
pub struct Calls(Family<Call, Counter>);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    of: &'static str,
    ended: &'static str,
}

impl Calls {
    /// Counts one that has ended.
    pub fn count<T>(&self, of: Asked, ended: &Result<T, Trouble>) {
        let ended = match ended {
            Ok(_) => "answered",
            Err(Trouble::Empty) => "empty",
            Err(Trouble::Slow) => "slow",
            Err(Trouble::Down) => "down",
            Err(Trouble::Refused) => "refused",
            Err(Trouble::Nonsense) => "nonsense",
        };
        self.0.get_or_create(&Call { of: of.name(), ended }).inc();
    }
}

/// Looks for kept answers, by what they found.
#[derive(Clone, Debug, Default)]
pub struct Looks(Family<Look, Counter>);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Look {
    found: &'static str,
}

impl Looks {
    /// Counts one that found a fresh answer.
    pub fn fresh(&self) {
        self.found("fresh");
    }

    /// Counts one after which was asked.
    pub fn asked(&self) {
        self.found("nothing");
    }

    /// Counts an older answer that had to stand in.
    pub fn stale(&self) {
        self.found("stale");
    }

    fn found(&self, found: &'static str) {
        self.0.get_or_create(&Look { found }).inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::default();
        let buckets: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let seconds = Family::<OfPage, Histogram>::new_with_constructor(buckets);
        let (calls, kept) = (Calls::default(), Looks::default());
        let mut registry = Registry::with_prefix("insights_web");
        registry.register("requests", "Requests by page and status", requests.clone());
        registry.register("seconds", "How long requests take, by page", seconds.clone());
        registry.register("calls", "Calls to others, by how they ended", calls.0.clone());
        registry.register("kept", "Looks for kept answers, by what they found", kept.0.clone());
        Self { registry, requests, seconds, calls, kept }
    }
}

impl Metrics {
    /// Where calls to others are counted.
    pub fn calls(&self) -> Calls {
        self.calls.clone()
    }

    /// Where looks for kept answers are counted.
    pub fn kept(&self) -> Looks {
        self.kept.clone()
    }

    fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The slowest calls of one request, in milliseconds.
#[derive(Debug, Default)]
pub struct Waits([AtomicU64; 2]);

impl Waits {
    /// Takes note of a call.
    pub fn note(&self, of: Asked, took: Duration) {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.0[of as usize].fetch_max(took, Ordering::Relaxed);
    }

    fn slowest(&self, of: Asked) -> u64 {
        self.0[of as usize].load(Ordering::Relaxed)
    }
}

/// Counts and logs a request that is answered. Who reads is told by a keyed hash, which tells no name.
pub fn answered(visit: &Visit, method: &str, status: StatusCode, took: Duration) {
    let (page, status) = (visit.page, status.as_u16());
    let metrics = &visit.site.metrics;
    metrics.requests.get_or_create(&Answered { page, status }).inc();
    metrics.seconds.get_or_create(&OfPage { page }).observe(took.as_secs_f64());
    let user = visit.session().map(|session| visit.site.sign_in.seal.mark(&session.username));
    log::info!(
        target: "access",
        request_id = visit.request_id.as_str(),
        method = method,
        page = page,
        path = nameless(&visit.path).as_str(),
        user = user.as_deref().unwrap_or_default(),
        status = status,
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        data_api_ms = visit.waits.slowest(Asked::DataApi),
        lms_ms = visit.waits.slowest(Asked::Lms);
        "answered"
    );
}

/// A path, or a line that holds one, without the learner that it names: logs hold no user names (spec 60 §6.6).
pub fn nameless(path: &str) -> String {
    let in_name = |c: char| c.is_alphanumeric() || "_.+-~%@".contains(c);
    let mut before = "";
    let parts = path.split('/').map(|part| {
        let of_learners = ["learners", "engagement_timelines"].contains(&before);
        let named = of_learners && !part.is_empty() && part.chars().all(in_name);
        before = part;
        if named { "-" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The counts as Prometheus reads them, for a port of their own.
pub fn endpoint(site: &Arc<Site>) -> BoxedFilter<(Response,)> {
    let site = Arc::clone(site);
    let text = move || match site.metrics.text() {
        Ok(text) => {
            let mime = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            reply::typed(StatusCode::OK, mime, text)
        }
        Err(_) => reply::bare(StatusCode::INTERNAL_SERVER_ERROR),
    };
    warp::get().and(warp::path!("metrics")).map(text).boxed()
}

/// One JSON object a line: what every record has, and what this one tells besides.
pub fn line(record: &log::Record<'_>, now: chrono::DateTime<chrono::Utc>) -> String {
    let mut fields = serde_json::Map::new();
    let mut put = |name: &str, value: serde_json::Value| {
        fields.insert(name.to_owned(), value);
    };
    put("time", now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true).into());
    put("level", record.level().as_str().into());
    put("target", record.target().into());
    put("message", record.args().to_string().into());
    let mut told = Told(fields);
    // Only a field that cannot be written ends the walk early; the line stands without it.
    let _ = record.key_values().visit(&mut told);
    serde_json::Value::Object(told.0).to_string()
}

struct Told(serde_json::Map<String, serde_json::Value>);

impl<'kvs> log::kv::VisitSource<'kvs> for Told {
    fn visit_pair(
        &mut self,
        key: log::kv::Key<'kvs>,
        value: log::kv::Value<'kvs>,
    ) -> Result<(), log::kv::Error> {
        let value = match value.to_u64() {
            Some(number) => number.into(),
            None => value.to_string().into(),
        };
        self.0.insert(key.to_string(), value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_object_with_all_fields() {
        let fields = [("ms", 12.into()), ("path", log::kv::Value::from("/a\"\n"))];
        let record = log::Record::builder()
            .args(format_args!("answered"))
            .level(log::Level::Info)
            .target("access")
            .key_values(&fields)
            .build();
        let now = chrono::DateTime::UNIX_EPOCH;
        assert_eq!(
            line(&record, now),
            r#"{"level":"INFO","message":"answered","ms":12,"path":"/a\"\n","target":"access","time":"1970-01-01T00:00:00.000Z"}"#
        );
    }

    #[test]
    fn no_learner_is_named() {
        for (path, logged) in [
            ("/courses/a/b/c/learners/ann/", "/courses/a/b/c/learners/-/"),
            ("/courses/a/b/c/learners/", "/courses/a/b/c/learners/"),
            (
                "/api/learner_analytics/v0/engagement_timelines/ann",
                "/api/learner_analytics/v0/engagement_timelines/-",
            ),
            ("/api/learner_analytics/v0/learners.csv", "/api/learner_analytics/v0/learners.csv"),
            ("/courses/", "/courses/"),
            ("http://api/v0/learners/a.b+c/: it is slow", "http://api/v0/learners/-/: it is slow"),
            ("http://api/v0/learners/: it is slow", "http://api/v0/learners/: it is slow"),
        ] {
            assert_eq!(nameless(path), logged);
        }
    }

    #[test]
    fn calls_are_counted_by_how_they_end() {
        let metrics = Metrics::default();
        metrics.calls().count(Asked::Lms, &Ok(()));
        metrics.calls().count::<()>(Asked::DataApi, &Err(Trouble::Slow));
        metrics.kept().stale();
        let text = metrics.text().unwrap_or_default();
        for line in [
            r#"insights_web_calls_total{of="lms",ended="answered"} 1"#,
            r#"insights_web_calls_total{of="data_api",ended="slow"} 1"#,
            r#"insights_web_kept_total{found="stale"} 1"#,
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
