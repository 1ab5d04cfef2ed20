//! Scripts of other origins: off unless origins are configured (spec 50 §3.4).

use warp::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use warp::http::{HeaderMap, HeaderValue, Method};
use warp::reply::Response;

use crate::config::Settings;

const METHODS: &str = "DELETE, GET, OPTIONS, PATCH, POST, PUT";
const HEADERS: &str =
    "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with";
/// How long a browser may keep what a preflight said, in seconds.
const MAX_AGE: &str = "86400";

/// Which origins' scripts may read answers.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
    credentials: bool,
    headers: Option<HeaderValue>,
}

impl Cors {
    pub(crate) fn new(settings: &Settings) -> Self {
        let more = settings.cors_headers.iter().map(|name| format!(", {name}")).collect::<String>();
        Self {
            origins: settings.cors_origins.clone(),
            credentials: settings.cors_credentials,
            headers: HeaderValue::from_str(&format!("{HEADERS}{more}")).ok(),
        }
    }

    /// The answer to a browser that asks before it sends a script's request.
    pub(crate) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        let asks =
            *method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let mut response = (asks && self.allowed(headers).is_some()).then(Response::default)?;
        let out = response.headers_mut();
        out.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        out.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
        if let Some(headers) = &self.headers {
            out.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
        }
        self.mark(headers, response.headers_mut());
        Some(response)
    }

    /// Tells the browser that a listed origin may read the answer.
    pub(crate) fn mark(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        let Some(origin) = self.allowed(request) else { return };
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if self.credentials {
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    fn allowed<'h>(&self, request: &'h HeaderMap) -> Option<&'h HeaderValue> {
        let origin = request.get(ORIGIN)?;
        self.origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes()).then_some(origin)
    }
}
