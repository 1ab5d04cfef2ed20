//! The typed calls, one a resource.

use std::time::Duration;

use chrono::NaiveDate;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;

use crate::{
    Breakdown, CourseSummary, EnrollmentByBirthYear, EnrollmentByEducation, EnrollmentByGender,
    EnrollmentByLocation, EnrollmentByMode, EnrollmentDay, Error, ErrorBody, Health, Program,
    SummaryQuery,
};

/// More course ids than this go into a body: an address has its limits.
const IDS_IN_AN_ADDRESS: usize = 10;

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

/// The days asked for: `start` is the first, `end` the first one after. With neither, the newest day
/// alone is answered; with `end` alone, all days before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateRange {
    /// The first day.
    pub start: Option<NaiveDate>,
    /// The day after the last.
    pub end: Option<NaiveDate>,
}

impl DateRange {
    /// The newest day that the store holds.
    pub const LATEST: Self = Self { start: None, end: None };

    /// The whole history before a day.
    #[must_use]
    pub const fn before(end: NaiveDate) -> Self {
        Self { start: None, end: Some(end) }
    }

    fn parameters(self) -> Vec<(&'static str, String)> {
        let limits = [("start_date", self.start), ("end_date", self.end)];
        limits.into_iter().filter_map(|(name, day)| Some((name, day?.to_string()))).collect()
    }
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

    /// Learners by day.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn enrollment(
        &self,
        course_id: &str,
        range: DateRange,
    ) -> Result<Vec<EnrollmentDay>, Error> {
        self.breakdown(course_id, Breakdown::Daily, range).await
    }

    /// Learners by day and mode.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn enrollment_by_mode(
        &self,
        course_id: &str,
        range: DateRange,
    ) -> Result<Vec<EnrollmentByMode>, Error> {
        self.breakdown(course_id, Breakdown::Mode, range).await
    }

    /// Learners by day and gender.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn enrollment_by_gender(
        &self,
        course_id: &str,
        range: DateRange,
    ) -> Result<Vec<EnrollmentByGender>, Error> {
        self.breakdown(course_id, Breakdown::Gender, range).await
    }

    /// Learners by level of education.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn enrollment_by_education(
        &self,
        course_id: &str,
        range: DateRange,
    ) -> Result<Vec<EnrollmentByEducation>, Error> {
        self.breakdown(course_id, Breakdown::Education, range).await
    }

    /// Learners by year of birth. Only the first store has it, so that one is asked.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn enrollment_by_birth_year(
        &self,
        course_id: &str,
        range: DateRange,
    ) -> Result<Vec<EnrollmentByBirthYear>, Error> {
        self.breakdown(course_id, Breakdown::BirthYear, range).await
    }

    /// Learners by country.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn enrollment_by_location(
        &self,
        course_id: &str,
        range: DateRange,
    ) -> Result<Vec<EnrollmentByLocation>, Error> {
        self.breakdown(course_id, Breakdown::Location, range).await
    }

    /// Any of the above as CSV: a header line, then a line a row, each ending in CR LF.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn enrollment_csv(
        &self,
        course_id: &str,
        breakdown: Breakdown,
        range: DateRange,
    ) -> Result<String, Error> {
        let url = self.breakdown_address(course_id, breakdown);
        let request =
            self.http.get(url.clone()).query(&range.parameters()).header(ACCEPT, "text/csv");
        let answer = accepted(&url, send(&url, request).await?).await?;
        answer.text().await.map_err(|error| failure(&url, &error))
    }

    /// The courses' summaries, ascending by course id.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn course_summaries(
        &self,
        query: &SummaryQuery,
    ) -> Result<Vec<CourseSummary>, Error> {
        let url = self.resource(&["course_summaries"]);
        let request = if query.course_ids.len() > IDS_IN_AN_ADDRESS {
            let ids = query.course_ids.iter().map(|id| ("course_ids", id.clone()));
            self.http
                .post(url.clone())
                .form(&summary_parameters(query).chain(ids).collect::<Vec<_>>())
        } else {
            let ids =
                (!query.course_ids.is_empty()).then(|| ("course_ids", query.course_ids.join(",")));
            self.http
                .get(url.clone())
                .query(&summary_parameters(query).chain(ids).collect::<Vec<_>>())
        };
        ask(&url, request).await
    }

    /// All programs, ascending by program id.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn programs(&self) -> Result<Vec<Program>, Error> {
        let url = self.resource(&["programs"]);
        ask(&url, self.http.get(url.clone())).await
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

    async fn breakdown<T: DeserializeOwned>(
        &self,
        course_id: &str,
        breakdown: Breakdown,
        range: DateRange,
    ) -> Result<Vec<T>, Error> {
        let url = self.breakdown_address(course_id, breakdown);
        ask(&url, self.http.get(url.clone()).query(&range.parameters())).await
    }

    fn breakdown_address(&self, course_id: &str, breakdown: Breakdown) -> Url {
        let version = if breakdown == Breakdown::BirthYear { Version::V0 } else { self.version };
        let mut segments = vec!["api", version.path_segment(), "courses", course_id, "enrollment"];
        segments.extend(breakdown.path_segment());
        segments.push("");
        self.address(&segments)
    }

    fn resource(&self, segments: &[&str]) -> Url {
        self.address(&[&["api", self.version.path_segment()], segments, &[""]].concat())
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

fn summary_parameters(query: &SummaryQuery) -> impl Iterator<Item = (&'static str, String)> {
    let recent = query.recent_date.map(|day| ("recent_date", day.to_string()));
    let exclude = query.without_passing_users.then(|| ("exclude", "passing_users".to_owned()));
    let programs = query.programs.then(|| ("programs", "true".to_owned()));
    [recent, exclude, programs].into_iter().flatten()
}

async fn ask<T: DeserializeOwned>(url: &Url, request: RequestBuilder) -> Result<T, Error> {
    read(url, accepted(url, send(url, request).await?).await?).await
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
    let body = answer.bytes().await.map_err(|error| failure(url, &error))?;
    serde_json::from_slice(&body)
        .map_err(|error| Error::Malformed { url: url.to_string(), reason: error.to_string() })
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
