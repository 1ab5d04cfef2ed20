//! The one map from what goes wrong to a status and its page (spec 60 §6.3).

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::config::Brand;
use crate::observe::nameless;
use crate::query::Query;
use crate::reply;
use crate::sign_in::flow::FlowError;
use crate::site::{FORM_SECRET, Theme, Visit};
use crate::text::Texts;
use crate::upstream::Trouble;

/// Why a request gets an error page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nobody is signed in.
    #[error("signed out")]
    SignedOut,
    /// The sign-in did not succeed.
    #[error("signing in: {0}")]
    SignIn(#[source] FlowError),
    /// The LMS does not say what the reader may see.
    #[error("the LMS does not tell permissions: {0:?}")]
    Permissions(Trouble),
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
            Self::SignedOut => StatusCode::FOUND,
            Self::SignIn(FlowError::Unreachable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::SignIn(FlowError::Setup(_)) | Self::Permissions(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::SignIn(_) => StatusCode::FORBIDDEN,
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
    way_out: WayOut,
}

/// What a reader can do about an error.
enum WayOut {
    /// Go on from another page.
    Courses,
    /// Try the same once more, or another way.
    Link { url: String, text: &'static str },
    /// Sign out and in, so that newer permissions count.
    SignInAgain { next: String, secret: String },
}

/// The answer for an error.
pub fn answer(visit: &Visit, error: &PageError) -> Response {
    let status = error.status();
    if status.is_server_error() || matches!(error, PageError::SignIn(_)) {
        let mut causes = String::new();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            causes = format!("{causes}: {inner}");
            cause = inner.source();
        }
        log::error!("{} {}: {error}{causes}", visit.request_id, nameless(&visit.path));
    }
    match error {
        PageError::SignedOut => {
            let next = Query::default().with("next", &visit.address());
            reply::redirect(status, &format!("/login/{}", next.link()))
        }
        PageError::SignIn(_) => shown(visit, status, "error-sign-in", WayOut::login()),
        PageError::Permissions(_) => {
            shown(visit, status, "error-permissions", WayOut::retry(visit))
        }
        _ => of_status(visit, status),
    }
}

/// The error page of a status.
pub fn of_status(visit: &Visit, status: StatusCode) -> Response {
    let way_out = match status {
        StatusCode::FORBIDDEN => {
            WayOut::SignInAgain { next: visit.address(), secret: visit.form_secret().to_owned() }
        }
        _ if status.is_server_error() => WayOut::retry(visit),
        _ => WayOut::Courses,
    };
    shown(visit, status, &format!("error-{}", status.as_u16()), way_out)
}

impl WayOut {
    fn retry(visit: &Visit) -> Self {
        Self::Link { url: visit.address(), text: "retry" }
    }

    fn login() -> Self {
        Self::Link { url: "/login/".to_owned(), text: "retry" }
    }
}

fn shown(visit: &Visit, status: StatusCode, text: &str, way_out: WayOut) -> Response {
    let texts = visit.texts();
    let page = ErrorPage {
        t: texts,
        theme: visit.theme,
        brand: &visit.site.config.brand,
        status: status.as_u16(),
        title: texts.say(text),
        text: texts.say(&format!("{text}-text")),
        request_id: &visit.request_id,
        way_out,
    };
    reply::page(visit, status, &page)
        .unwrap_or_else(|_| reply::typed(status, "text/plain; charset=utf-8", status.to_string()))
}
