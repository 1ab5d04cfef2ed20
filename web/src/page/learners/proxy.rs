//! The learner interface of the original site, for scripts of its pages: the Data API's answers for those who may
//! see them (spec 60 §1, §2.14). Errors are JSON, too.

use api_client::ask::LearnerQuery;
use serde::Serialize;
use serde_json::json;
use warp::http::StatusCode;
use warp::reply::Response;

use super::download;
use crate::course_access::{LearnersAccess, Reader};
use crate::course_id::CourseId;
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;
use crate::upstream::{Section, Trouble};
use crate::usage_id;

/// Below `/api/learner_analytics/v0/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A page of a course's learners.
    Learners,
    /// All of them as a file.
    LearnersCsv,
    /// One of them.
    Learner(String),
    /// What one of them did.
    Timeline(String),
    /// What is known of all of them.
    Metadata(CourseId),
}

impl Resource {
    /// The resource of a path's parts.
    pub fn of(parts: &[&str]) -> Option<Self> {
        let name = |text: &str| usage_id::take(&[text]).map(|(name, _)| name);
        Some(match parts {
            ["learners"] => Self::Learners,
            ["learners.csv"] => Self::LearnersCsv,
            ["learners", username] => Self::Learner(name(username)?),
            ["engagement_timelines", username] => Self::Timeline(name(username)?),
            ["course_learner_metadata", course @ ..] => {
                Self::Metadata(CourseId::from_segment(&course.join("/")).ok()?)
            }
            _ => return None,
        })
    }

    /// Whether even that there is such a course is not said.
    const fn is_of_one_learner(&self) -> bool {
        matches!(self, Self::Learner(_) | Self::Timeline(_))
    }
}

/// The answer. No browser keeps it.
pub async fn answer(visit: &Visit, resource: &Resource) -> Response {
    let answered = answered(visit, resource).await;
    reply::unstored(answered.unwrap_or_else(|error| refusal(resource, &error)))
}

async fn answered(visit: &Visit, resource: &Resource) -> Result<Response, PageError> {
    let course = match resource {
        Resource::Metadata(course) => course.clone(),
        _ => {
            let named = visit.query.get("course_id").and_then(|id| id.parse().ok());
            named.ok_or(PageError::BadRequest)?
        }
    };
    let access = Reader::of(visit)?.course(course).await?;
    let learners = access.learners(visit)?;
    let ask = visit.ask();
    match resource {
        Resource::Learners => page(visit, learners).await,
        Resource::LearnersCsv => download::csv(visit, learners, question(visit)).await,
        Resource::Learner(username) => json(ask.learner(learners, username).await),
        Resource::Timeline(username) => json(ask.learner_days(learners, username).await),
        Resource::Metadata(_) => json(ask.learner_metadata(learners).await),
    }
}

async fn page(visit: &Visit, access: LearnersAccess<'_>) -> Result<Response, PageError> {
    let question = question(visit);
    let mut page = visit.ask().learners(access, &question).await;
    if let Ok(page) = &mut page {
        // The Data API's own addresses are of no use to a browser.
        let at = |number: usize| {
            format!("{}{}", visit.path, visit.query.with("page", &number.to_string()).link())
        };
        page.next = page.next.is_some().then(|| at(question.page + 1));
        page.previous = page.previous.is_some().then(|| at(question.page.saturating_sub(1)));
    }
    json(page)
}

/// The Data API's own parameters, as they were sent.
fn question(visit: &Visit) -> LearnerQuery {
    let text = |name| visit.query.get(name).map(str::to_owned);
    let number = |name, usual| text(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    LearnerQuery {
        text_search: text("text_search"),
        cohort: text("cohort"),
        enrollment_mode: text("enrollment_mode"),
        segments: text("segments"),
        ignore_segments: text("ignore_segments"),
        order_by: text("order_by"),
        sort_order: text("sort_order"),
        page: number("page", 1),
        page_size: number("page_size", 25),
    }
}

fn json<T: Serialize>(answer: Section<T>) -> Result<Response, PageError> {
    let body = serde_json::to_string(&answer.map_err(PageError::Upstream)?);
    let body = body.map_err(|_| PageError::Upstream(Trouble::Nonsense))?;
    Ok(reply::typed(StatusCode::OK, "application/json", body))
}

fn refusal(resource: &Resource, error: &PageError) -> Response {
    let (status, code) = match error {
        PageError::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
        PageError::Forbidden if resource.is_of_one_learner() => {
            (StatusCode::NOT_FOUND, "not_found")
        }
        PageError::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        PageError::BadRequest => (StatusCode::BAD_REQUEST, "course_not_specified"),
        PageError::Upstream(Trouble::Slow) => {
            (StatusCode::GATEWAY_TIMEOUT, "analytics_api_timeout")
        }
        error => match error.status() {
            StatusCode::NOT_FOUND => (StatusCode::NOT_FOUND, "not_found"),
            status => (status, "unavailable"),
        },
    };
    let said = json!({"error_code": code, "developer_message": error.to_string()});
    reply::typed(status, "application/json", said.to_string())
}
