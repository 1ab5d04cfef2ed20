//! Every way a request can fail, and the one map from failures to answers (spec 50 §5).

use std::sync::Arc;

use api_client::ErrorBody;
use warp::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use warp::http::{HeaderValue, Method, StatusCode};
use warp::reply::Response;

use crate::observe;
use crate::reply::{JSON, ascii, bytes};

/// Seconds after which an unavailable store may be asked again.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Error {
    /// The token is missing or no good.
    Unauthorised(&'static str),
    /// The user asks too often; in so many seconds he may again.
    Throttled(u64),
    /// As many requests as may be are being answered.
    Busy,
    /// The token may not read this course.
    Forbidden,
    /// The key file cannot be used.
    Keys(String),
    /// There is no data, or no such format.
    NotFound,
    /// Nothing is at this path.
    NoSuchPath,
    /// The resource does not do this.
    Method(Method),
    /// No format that the service has is wanted.
    NotAcceptable,
    /// The body is of a kind that nobody reads here.
    MediaType(String),
    /// The body is no JSON.
    Json(String),
    /// The body is too long, or has no length.
    Body(StatusCode),
    /// An id in a list is no course key.
    CourseKey(String),
    /// No course is named where one must be.
    NoCourse,
    /// There is no such page.
    NoPage,
    /// A learner, a report or a file is not there: code and message.
    Absent(&'static str, String),
    /// A link to a report cannot be made.
    NoLink(String),
    /// Fields of a form are wrong: each with what is wrong with it.
    Form(Vec<(&'static str, &'static str)>),
    /// A parameter has an unusable value.
    Parameter(String),
    /// `recent_date` has.
    RecentDate(String),
    /// The store failed.
    Store(store::Error),
    /// The answer could not be written.
    Internal(String),
    /// What others who asked the same at the time are told, too.
    Shared(Arc<Error>),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl Error {
    /// The status that tells it.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Shared(error) => error.status(),
            Self::Unauthorised(_) => StatusCode::UNAUTHORIZED,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoSuchPath | Self::NoPage | Self::Absent(..) => {
                StatusCode::NOT_FOUND
            }
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Json(_)
            | Self::CourseKey(_)
            | Self::NoCourse
            | Self::Form(_)
            | Self::Parameter(_)
            | Self::RecentDate(_) => StatusCode::BAD_REQUEST,
            Self::Body(status) => *status,
            Self::NoLink(_) => StatusCode::NOT_IMPLEMENTED,
            Self::Keys(_) | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(error) if error.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer. Words for people are no rows: as CSV they are an empty body.
    pub(crate) fn response(&self, csv: bool) -> Response {
        if let Self::Shared(error) = self {
            return error.response(csv);
        }
        self.report();
        let status = self.status();
        let mut response = match self.body() {
            Body::Json(body @ ErrorBody::Detail { .. }) if csv => drop_body(body),
            Body::Json(body) => bytes(JSON, json(&body)),
            Body::Text(text) => bytes("text/html; charset=utf-8", text.into_bytes()),
        };
        *response.status_mut() = status;
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
        }
        if let Self::Throttled(seconds) = self {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }

    /// What the operator must see, and the caller must not.
    fn report(&self) {
        match self {
            Self::Store(error) => told(&chain(error)),
            Self::Keys(reason) | Self::Internal(reason) => told(reason),
            Self::NoLink(reason) => told(&format!("no link to a report: {reason}")),
            _ => {}
        }
    }

    fn body(&self) -> Body {
        let detail = |detail: String| Body::Json(ErrorBody::Detail { detail });
        let coded = |code: &str, message: String| {
            Body::Json(ErrorBody::Coded { error_code: code.to_owned(), developer_message: message })
        };
        match self {
            Self::Unauthorised(reason) => detail((*reason).to_owned()),
            Self::Throttled(seconds) => {
                let plural = if *seconds == 1 { "" } else { "s" };
                detail(format!(
                    "Request was throttled. Expected available in {seconds} second{plural}."
                ))
            }
            Self::Forbidden => {
                detail("You do not have permission to perform this action.".to_owned())
            }
            Self::NotFound => detail("Not found.".to_owned()),
            Self::Method(method) => detail(format!("Method \"{method}\" not allowed.")),
            Self::NotAcceptable => {
                detail("Could not satisfy the request Accept header.".to_owned())
            }
            Self::MediaType(kind) => {
                detail(format!("Unsupported media type \"{kind}\" in request."))
            }
            Self::Json(reason) => detail(format!("JSON parse error - {reason}")),
            Self::CourseKey(key) => {
                coded("course_key_malformed", format!("Course id/key {key} malformed."))
            }
            Self::NoCourse => {
                coded("course_not_specified", "Course id/key not specified.".to_owned())
            }
            Self::Form(fields) => {
                let told = |(name, reason): &(&str, &str)| {
                    ((*name).to_owned(), vec![(*reason).to_owned()])
                };
                Body::Json(ErrorBody::Fields(fields.iter().map(told).collect()))
            }
            Self::NoPage => detail("Invalid page.".to_owned()),
            Self::Absent(code, message) => coded(code, message.clone()),
            Self::NoLink(_) => coded(
                "cannot_create_report_download_link",
                "Could not create a downloadable link to the report.".to_owned(),
            ),
            Self::Parameter(reason) => coded("illegal_parameter_values", reason.clone()),
            Self::RecentDate(reason) => {
                Body::Text(format!("Error in recent_date: {}\n", escape(reason)))
            }
            Self::NoSuchPath
            | Self::Shared(_)
            | Self::Busy
            | Self::Body(_)
            | Self::Keys(_)
            | Self::Store(_)
            | Self::Internal(_) => Body::Json(ErrorBody::Status { status: self.status().as_u16() }),
        }
    }
}

/// With the id of the request, which the caller has, too.
fn told(reason: &str) {
    let id = observe::ID.try_with(String::clone).unwrap_or_else(|_| "-".to_owned());
    log::error!("id={id} {reason}");
}

enum Body {
    Json(ErrorBody),
    Text(String),
}

fn drop_body(_: ErrorBody) -> Response {
    let mut response = bytes(JSON, Vec::new());
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

/// Coded errors have blanks behind their separators and ASCII alone; all others are as everywhere.
fn json(body: &ErrorBody) -> Vec<u8> {
    match body {
        ErrorBody::Coded { error_code, developer_message } => format!(
            "{{\"error_code\": {}, \"developer_message\": {}}}",
            ascii(error_code),
            ascii(developer_message)
        )
        .into_bytes(),
        // These bodies are maps of texts and numbers, which always print.
        other => serde_json::to_vec(other).unwrap_or_default(),
    }
}

/// The text goes out as HTML, as it always did; what a caller put into it must stay text.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An error and what it comes from, in one line; some print what they come from themselves.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.ends_with(&cause) { text } else { format!("{text}: {cause}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: &Error) -> String {
        match error.body() {
            Body::Json(body) => String::from_utf8_lossy(&json(&body)).into_owned(),
            Body::Text(text) => text,
        }
    }

    #[test]
    fn each_kind_of_body_is_spelled_its_own_way() {
        assert_eq!(shown(&Error::NotFound), r#"{"detail":"Not found."}"#);
        assert_eq!(shown(&Error::NoSuchPath), r#"{"status":404}"#);
        assert_eq!(
            shown(&Error::CourseKey("é\"🦀".to_owned())),
            r#"{"error_code": "course_key_malformed", "developer_message": "Course id/key \u00e9\"\ud83e\udd80 malformed."}"#
        );
        let message = shown(&Error::RecentDate("time data '<b>'".to_owned()));
        assert_eq!(message, "Error in recent_date: time data '&lt;b&gt;'\n");
    }

    #[test]
    fn an_unreachable_store_is_unavailable_and_says_nothing_of_itself() {
        let lost = || store::Error::Unreachable {
            store: "mysql://u@h/d".to_owned(),
            reason: "gone".to_owned(),
        };
        let response = Error::Store(lost()).response(false);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(RETRY_AFTER));
        assert_eq!(shown(&Error::Store(lost())), r#"{"status":503}"#);
    }

    #[test]
    fn as_csv_words_are_an_empty_body_without_a_type() {
        let response = Error::Unauthorised("Invalid token.").response(true);
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(!response.headers().contains_key(CONTENT_TYPE));
        let coded = Error::CourseKey("x".to_owned()).response(true);
        assert!(coded.headers().contains_key(CONTENT_TYPE));
    }
}
