//! The one map from what goes wrong to a status and its page (spec 60 §6.3).

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::config::Brand;
use crate::reply;
use crate::site::{Theme, Visit};
use crate::text::Texts;
use crate::upstream::Trouble;

/// Why a request gets an error page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nothing is there.
    #[error("not found")]
    NotFound,
    /// The reader may not see it.
    #[error("forbidden")]
    Forbidden,
    /// The request makes no sense to the site.
    #[error("bad request")]
    BadRequest,
    /// Only other methods are answered there.
    #[error("method not allowed")]
    Method,
    /// The Data API does not give what the whole answer consists of.
    #[error("the Data API has no answer: {0:?}")]
    Upstream(Trouble),
    /// A page could not be written.
    #[error("rendering a page")]
    Render(#[source] askama::Error),
}

impl PageError {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::Upstream(Trouble::Empty) => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Upstream(Trouble::Slow | Trouble::Down) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Upstream(Trouble::Refused | Trouble::Nonsense) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Render(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A page without navigation: it must stand even when nothing else does.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    t: &'a Texts,
    theme: Theme,
    brand: &'a Brand,
    status: u16,
    title: String,
    text: String,
    request_id: &'a str,
    retry: Option<String>,
}

/// The answer for an error.
pub fn answer(visit: &Visit, error: &PageError) -> Response {
    let status = error.status();
    if status.is_server_error() {
        log::error!("{} {}: {error}", visit.request_id, visit.path);
    }
    of_status(visit, status)
}

/// The error page of a status.
pub fn of_status(visit: &Visit, status: StatusCode) -> Response {
    let texts = visit.texts();
    let code = status.as_u16();
    let page = ErrorPage {
        t: texts,
        theme: visit.theme,
        brand: &visit.site.config.brand,
        status: code,
        title: texts.say(&format!("error-{code}")),
        text: texts.say(&format!("error-{code}-text")),
        request_id: &visit.request_id,
        retry: status.is_server_error().then(|| visit.address()),
    };
    reply::page(visit, status, &page)
        .unwrap_or_else(|_| reply::typed(status, "text/plain; charset=utf-8", status.to_string()))
}
