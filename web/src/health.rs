//! Whether the site can do its work: Data API and LMS are probed in the background (spec 60 §6.4).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::reply;
use crate::site::Site;

/// Time between two probes.
const PERIOD: Duration = Duration::from_secs(10);
/// The site calls itself unavailable when the Data API has been away for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the probes have found.
pub struct Health {
    since: Instant,
    found: Mutex<[Found; 3]>,
}

/// Whom the probes ask.
#[derive(Clone, Copy)]
enum Asked {
    DataApi,
    Lms,
    LmsServiceToken,
}

#[derive(Clone, Copy, Default)]
struct Found {
    last_success: Option<Instant>,
    latency: Option<Duration>,
    last_failed: bool,
}

#[derive(Serialize)]
struct Report {
    overall_status: &'static str,
    detailed_status: Parts,
}

#[derive(Serialize)]
struct Parts {
    data_api: Part,
    lms: Part,
    lms_service_token: Part,
}

#[derive(Serialize)]
struct Part {
    status: &'static str,
    latency_ms: Option<u64>,
    seconds_since_success: Option<u64>,
}

impl Health {
    /// Nothing is known yet; patience begins now.
    pub fn new() -> Self {
        Self { since: Instant::now(), found: Mutex::default() }
    }

    fn record(&self, asked: Asked, success: bool, took: Duration) {
        let found = &mut self.found.lock().unwrap_or_else(PoisonError::into_inner)[asked as usize];
        found.last_failed = !success;
        if success {
            found.last_success = Some(Instant::now());
            found.latency = Some(took);
        }
    }

    /// The answer of `/health/` at a time. Without the LMS, those who are signed in still see figures.
    pub fn answer(&self, now: Instant) -> Response {
        let found = *self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let [api, lms, token] = found;
        let away = now.saturating_duration_since(api.last_success.unwrap_or(self.since));
        let up = away < PATIENCE;
        let part = |found: Found| Part {
            status: word(!found.last_failed),
            latency_ms: found.latency.map(|took| took.as_millis() as u64),
            seconds_since_success: found
                .last_success
                .map(|at| now.saturating_duration_since(at).as_secs()),
        };
        let report = Report {
            overall_status: word(up),
            detailed_status: Parts {
                data_api: part(api),
                lms: part(lms),
                lms_service_token: part(token),
            },
        };
        let status = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        match serde_json::to_vec(&report) {
            Ok(body) => reply::typed(status, "application/json", body),
            Err(_) => reply::bare(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

const fn word(up: bool) -> &'static str {
    if up { "OK" } else { "UNAVAILABLE" }
}

/// Probes until the program ends.
pub async fn probe(site: Arc<Site>) {
    loop {
        let begin = Instant::now();
        let api = async { (site.data_api.alive().await.is_ok(), begin.elapsed()) };
        let lms = async { (site.lms.alive().await.is_ok(), begin.elapsed()) };
        let token = async { (site.lms.knows_service().await.is_ok(), begin.elapsed()) };
        let (api, lms, token) = tokio::join!(api, lms, token);
        site.health.record(Asked::DataApi, api.0, api.1);
        site.health.record(Asked::Lms, lms.0, lms.1);
        site.health.record(Asked::LmsServiceToken, token.0, token.1);
        tokio::time::sleep(PERIOD).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_outage_is_borne_a_long_one_is_not() {
        let health = Health::new();
        let now = Instant::now();
        assert_eq!(health.answer(now).status(), 200);
        health.record(Asked::Lms, false, Duration::ZERO);
        health.record(Asked::DataApi, true, Duration::from_millis(3));
        health.record(Asked::DataApi, false, Duration::ZERO);
        assert_eq!(health.answer(now + Duration::from_secs(30)).status(), 200);
        assert_eq!(health.answer(now + Duration::from_secs(90)).status(), 503);
    }
}
