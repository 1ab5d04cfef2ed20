//! From a rendered page to an HTTP answer: entity tags, caching, security headers (spec 60 §6.6).

use askama::Template;
use reqwest::Url;
use warp::http::header::{self, HeaderName, HeaderValue};
use warp::http::{Response as HttpResponse, StatusCode};
use warp::reply::Response;

use crate::asset::{Asset, short_hash};
use crate::config::Config;
use crate::error::PageError;
use crate::site::{REQUEST_ID, Visit};

/// What browsers may load, where they may send forms, and who may show a page in a frame.
pub struct Policies {
    usual: String,
    /// For the page that the LMS calls from a frame of its own.
    framed_by_lms: String,
}

impl Policies {
    /// Scripts, styles and pictures from this site only; nothing inline. Forms lead here or, by signing out, to
    /// the LMS.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let lms = config.lms.public.origin().ascii_serialization();
        let preview = config.brand.module_preview_url.as_deref();
        let preview = preview.and_then(|url| Url::parse(url).ok());
        let frames =
            preview.map_or_else(|| "'none'".to_owned(), |url| url.origin().ascii_serialization());
        let policy = |ancestors: &str| {
            format!(
                "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                 frame-src {frames}; frame-ancestors {ancestors}; form-action 'self' {lms}; \
                 base-uri 'none'; object-src 'none'"
            )
        };
        Self { usual: policy("'none'"), framed_by_lms: policy(&lms) }
    }
}

/// A whole page; 304 where the browser has it already.
///
/// # Errors
/// The template fails, which only a full memory can make it do.
pub fn page(
    visit: &Visit,
    status: StatusCode,
    template: &impl Template,
) -> Result<Response, PageError> {
    let html = template.render().map_err(PageError::Render)?;
    let tag = format!("W/\"{}\"", short_hash(html.as_bytes()));
    if status == StatusCode::OK && visit.known_tag() == Some(tag.as_str()) {
        return Ok(with_header(bare(StatusCode::NOT_MODIFIED), header::ETAG, &tag));
    }
    let mut response = typed(status, "text/html; charset=utf-8", html);
    if status == StatusCode::OK {
        response = with_header(response, header::ETAG, &tag);
    }
    Ok(with_header(response, header::CACHE_CONTROL, "private, max-age=0"))
}

/// A file to save. The name comes from a course key, so it holds no quote.
pub fn csv(name: &str, body: String) -> Response {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = if name.is_ascii() {
        format!("attachment; filename=\"{name}\"")
    } else {
        format!("attachment; filename*=UTF-8''{encoded}")
    };
    let response = typed(StatusCode::OK, "text/csv; charset=utf-8", body);
    let response = with_header(response, header::CONTENT_DISPOSITION, &disposition);
    with_header(response, header::CACHE_CONTROL, "private, max-age=0")
}

/// The same answer, which no browser keeps: it may name learners.
pub fn unstored(mut response: Response) -> Response {
    response.headers_mut().remove(header::ETAG);
    with_header(response, header::CACHE_CONTROL, "private, no-store")
}

/// A file of the site's own, kept for a year: another content has another name.
pub fn asset(asset: &'static Asset) -> Response {
    let response = typed(StatusCode::OK, asset.mime, asset.body);
    with_header(response, header::CACHE_CONTROL, "public, max-age=31536000, immutable")
}

/// Another address of this site.
pub fn redirect(status: StatusCode, to: &str) -> Response {
    with_header(bare(status), header::LOCATION, to)
}

/// An answer without a body.
pub fn bare(status: StatusCode) -> Response {
    typed(status, "text/plain; charset=utf-8", "")
}

/// A body of some media type.
pub fn typed(
    status: StatusCode,
    mime: &'static str,
    body: impl Into<warp::hyper::body::Bytes>,
) -> Response {
    let mut response = HttpResponse::new(body.into())
        .map(|bytes| warp::Reply::into_response(bytes.to_vec()).into_body());
    *response.status_mut() = status;
    with_header(response, header::CONTENT_TYPE, mime)
}

/// Sets a header; a value that cannot stand in one is left out and logged.
pub fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().insert(name, value);
        }
        Err(_) => log::error!("header {name} cannot be {value:?}"),
    }
    response
}

/// Adds a header beside others of its name.
pub fn with_more(mut response: Response, name: HeaderName, value: &str) -> Response {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().append(name, value);
        }
        Err(_) => log::error!("header {name} cannot be added"),
    }
    response
}

/// What every answer of the site carries.
pub fn finish(visit: &Visit, response: Response) -> Response {
    let framed = visit.is_framed_by_lms();
    let policies = &visit.site.policies;
    let policy = if framed { &policies.framed_by_lms } else { &policies.usual };
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        ),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::VARY, "Accept-Encoding, Accept-Language, Cookie"),
        (REQUEST_ID, visit.request_id.as_str()),
    ];
    let response = fixed
        .into_iter()
        .fold(response, |response, (name, value)| with_header(response, name, value));
    let response =
        if framed { response } else { with_header(response, header::X_FRAME_OPTIONS, "DENY") };
    let cookies = visit.cookies.iter();
    cookies.fold(response, |response, line| with_more(response, header::SET_COOKIE, line))
}
