//! How the LMS misbehaves where a test wants it.

use std::time::Duration;

use warp::http::header::{HeaderValue, RETRY_AFTER};
use warp::http::{Method, Response, StatusCode};

use crate::{Request, answer};

/// A part of the LMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The sign-in page.
    Authorize,
    /// Where tokens are given.
    Token,
    /// The sign-out page.
    Logout,
    /// The courses of a user.
    CourseIds,
    /// One course.
    Course,
    /// The outline of a course.
    Blocks,
    /// The grading policy of a course.
    Policy,
}

impl Part {
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        Some(match (&request.method, path.as_slice()) {
            (_, ["oauth2", "authorize"]) => Self::Authorize,
            (&Method::POST, ["oauth2", "access_token"]) => Self::Token,
            (&Method::GET, ["logout"]) => Self::Logout,
            (&Method::GET, ["api", "courses", "v1", "course_ids"]) => Self::CourseIds,
            (&Method::GET, ["api", "courses", "v1", "courses", _]) => Self::Course,
            (&Method::GET, ["api", "courses", "v1", "blocks"]) => Self::Blocks,
            (&Method::GET, ["api", "grades", "v1", "policy", "courses", _]) => Self::Policy,
            _ => return None,
        })
    }
}

/// How a part answers.
#[derive(Clone, Debug, Default)]
pub enum Manner {
    /// As it should.
    #[default]
    Well,
    /// As it should, after some time.
    Slow(Duration),
    /// With a status and no sense.
    Status(u16),
    /// Asks for a pause of so many seconds.
    Throttled(u64),
    /// With this text, as if all were well.
    Saying(String),
}

impl Manner {
    /// What is answered instead of what should be.
    pub(crate) async fn instead(self) -> Option<Response<String>> {
        match self {
            Self::Well => None,
            Self::Slow(delay) => {
                tokio::time::sleep(delay).await;
                None
            }
            Self::Status(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
                Some(answer(status, "text/html", "<html><body>An error page.</body></html>"))
            }
            Self::Throttled(seconds) => {
                let mut answer = answer(StatusCode::TOO_MANY_REQUESTS, "text/plain", "Too many");
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
                Some(answer)
            }
            Self::Saying(text) => Some(answer(StatusCode::OK, "application/json", text)),
        }
    }
}

/// What is odd about the tokens of users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenManner {
    /// Nothing.
    #[default]
    Good,
    /// They have ended.
    Ended,
    /// Another signs them.
    Forged,
    /// Nobody signs them.
    Unsigned,
    /// Another issues them.
    OfAnother,
    /// They name nobody.
    Nameless,
}
