//! What all resources share: a request's way through redirect, token, format and method to its
//! answer, and the headers of every answer (spec 50 §1, §2.5, §3.1).

use std::net::SocketAddr;
use std::sync::Arc;

use api_client::{Page, Version};
use chrono::NaiveDateTime;
use serde::Serialize;
use warp::http::header::{ALLOW, CONTENT_DISPOSITION, LOCATION, VARY, WARNING, X_FRAME_OPTIONS};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use crate::answers;
use crate::course_name::file_stem;
use crate::error::Error;
use crate::keys::Key;
use crate::negotiation::{self, Format};
use crate::parameters::Parameters;
use crate::path::Ending;
use crate::reply::{self, Selection};
use crate::service::Service;
use crate::versions::Versions;

/// By what answers differ; cookies and origins as the original said.
const VARY_BY: &str = "Accept, Accept-Encoding, Authorization, Cookie, origin";

/// What a resource is, whatever it answers.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// Its methods, in words.
    pub(crate) allow: &'static str,
    /// Whether it needs no token.
    pub(crate) public: bool,
    /// The file that a CSV answer becomes, if it becomes one.
    pub(crate) file: Option<CourseFile>,
    /// What it is read from, where answers may be kept.
    pub(crate) source: Option<Source>,
}

/// What an answer is read from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) version: Version,
    /// The tables.
    pub(crate) tables: &'static [&'static str],
    /// What is asked of them, besides the query: which resource, and of what.
    pub(crate) asked: (&'static str, String),
}

/// A file about a course.
#[derive(Clone, Debug)]
pub(crate) struct CourseFile {
    pub(crate) course_id: String,
    /// What it is about.
    pub(crate) slug: &'static str,
}

impl CourseFile {
    /// `ORG-COURSE-RUN--SLUG.csv`; none for a text that is no course key.
    pub(crate) fn name(&self) -> Option<String> {
        Some(format!("{}--{}.csv", file_stem(&self.course_id)?, self.slug))
    }
}

impl Resource {
    /// A resource that is only read, by those with a token.
    pub(crate) const READ: Self =
        Self { allow: "GET, HEAD, OPTIONS", public: false, file: None, source: None };

    fn allows(&self, method: &Method) -> bool {
        self.allow.split(", ").any(|allowed| allowed == method.as_str())
    }
}

/// Letters of a forwarded user's name that a log keeps.
const LONGEST_USER: usize = 150;

/// A request without its body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path as it was sent.
    pub(crate) path: String,
    /// The query as it was sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Who sent it: a caller, or a balancer before him.
    pub(crate) peer: Option<SocketAddr>,
}

impl Request {
    /// What a peer asks.
    pub(crate) fn of<B>(request: &warp::http::Request<B>, peer: SocketAddr) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            headers: request.headers().clone(),
            peer: Some(peer),
        }
    }
}

/// A request that is let in.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) parameters: Parameters,
    pub(crate) format: Format,
    /// Where callers reach the service: scheme, host and port.
    pub(crate) origin: String,
    /// The path that was asked for, as it was sent.
    pub(crate) path: String,
    /// Whether the answer is to become a file.
    pub(crate) as_file: bool,
    /// Who asks; nobody where it makes no difference.
    pub(crate) key: Option<Arc<Key>>,
    /// For whom the caller says to ask, where it is a service with users of its own.
    pub(crate) on_behalf_of: Option<String>,
}

impl Call {
    /// Rows as the caller wants them.
    pub(crate) fn listed<T: Serialize>(&self, rows: &[T]) -> Result<Response, Error> {
        self.selected(rows, &Selection::default())
    }

    /// The fields of rows that are asked for, as the caller wants them.
    pub(crate) fn selected<T: Serialize>(
        &self,
        rows: &[T],
        selection: &Selection,
    ) -> Result<Response, Error> {
        reply::rows(rows, selection, self.format, self.columns().as_deref())
    }

    /// A single object as the caller wants it.
    pub(crate) fn one<T: Serialize>(&self, one: &T) -> Result<Response, Error> {
        reply::one(one, self.format, self.columns().as_deref())
    }

    /// A page as JSON, its rows alone as CSV. A page without rows is an answer, too.
    pub(crate) fn page<T: Serialize>(&self, page: &Page<T>) -> Result<Response, Error> {
        match self.format {
            Format::Json => reply::object(page),
            Format::Csv if page.results.is_empty() => Ok(Response::default()),
            Format::Csv => self.listed(&page.results),
        }
    }

    /// Whether the caller's token may read a course.
    pub(crate) fn admits(&self, course_id: &str) -> bool {
        self.key.as_ref().is_none_or(|key| key.grant.admits(course_id))
    }

    /// Refuses a course that the caller's token may not read.
    pub(crate) fn may_read(&self, course_id: &str) -> Result<(), Error> {
        if self.admits(course_id) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The columns that a CSV answer is asked to have.
    fn columns(&self) -> Option<Vec<String>> {
        self.parameters.list("fields")
    }
}

/// The user whom a caller names in `X-Forwarded-User`, without what could make a line of a log look like two
/// facts.
fn on_behalf_of(headers: &HeaderMap) -> Option<String> {
    let user = headers.get("x-forwarded-user")?.to_str().ok()?;
    Some(user.chars().filter(char::is_ascii_graphic).take(LONGEST_USER).collect())
}

/// Takes a request to a resource through to its answer.
pub(crate) async fn serve<F: Future<Output = Result<Response, Error>>>(
    service: Arc<Service>,
    resource: Resource,
    ending: Ending,
    request: Arc<Request>,
    answer: impl FnOnce(Arc<Service>, Call) -> F,
) -> Response {
    if ending == Ending::Missing {
        return redirect(StatusCode::MOVED_PERMANENTLY, &with_slash(&request));
    }
    let parameters = Parameters::parse(&request.query);
    let format = format(&parameters, &ending, &request.headers);
    let csv = matches!(format, Ok(Format::Csv));
    let as_file = negotiation::is_exactly_csv(&request.headers);
    let admitted = admit(&service, &resource, &request).await.and_then(|key| Ok((key, format?)));
    let answered = match admitted {
        Ok(_) if request.method == Method::OPTIONS => reply::object(&serde_json::Map::new()),
        Ok((key, format)) => {
            let origin = service.origin(&request.headers);
            let path = request.path.clone();
            let on_behalf_of = on_behalf_of(&request.headers);
            let call = Call { parameters, format, origin, path, as_file, key, on_behalf_of };
            match cache_key(&service, &resource, &call) {
                Some((key, versions)) => {
                    // In a box of its own: what is kept is answered without moving it about.
                    let made = || Box::pin(answer(service.clone(), call));
                    let kept = service.answers.get(key, &request.headers, csv, made).await;
                    kept.map(|kept| if versions.is_lost() { old(kept) } else { kept })
                }
                None => Box::pin(answer(service.clone(), call)).await,
            }
        }
        Err(error) => Err(error),
    };
    let mut response = answered.unwrap_or_else(|error| error.response(csv));
    add_headers(&resource, as_file, response.headers_mut());
    response
}

/// What the answer is kept under, and whose versions tell whether the store is there; none for an answer
/// that is not kept.
fn cache_key(
    service: &Arc<Service>,
    resource: &Resource,
    call: &Call,
) -> Option<(answers::Key, Arc<Versions>)> {
    let Source { version, tables, asked } = resource.source.as_ref()?;
    let versions = service.versions(*version);
    let (loads, newest) = versions.of(tables)?;
    let query = call.parameters.identity(newest).ok()?;
    let courses = call.key.as_ref().map(|key| key.grant.courses.join(" ")).unwrap_or_default();
    let (version, format) = (version.path_segment(), call.format.name());
    let all = [version, asked.0, &asked.1, &query, format, &courses, &loads, &call.origin];
    Some((answers::Key::new(all.join("\n"), newest), versions))
}

/// Says that the store could not be asked whether the answer is still right.
fn old(mut answer: Response) -> Response {
    let warning = HeaderValue::from_static("110 - \"Response is Stale\"");
    answer.headers_mut().insert(WARNING, warning);
    answer
}

/// An empty answer that sends the caller elsewhere.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Err(error) => Error::Internal(format!("redirecting: {error}")).response(false),
    }
}

fn with_slash(request: &Request) -> String {
    let Request { path, query, .. } = request;
    if query.is_empty() { format!("{path}/") } else { format!("{path}/?{query}") }
}

/// First the token, so that nothing else is told without one. Gives the user's key, where one is asked for.
async fn admit(
    service: &Service,
    resource: &Resource,
    request: &Request,
) -> Result<Option<Arc<Key>>, Error> {
    let key = match resource.public {
        true => None,
        false => Some(service.keys.admit(&request.headers).await?),
    };
    if let Some(key) = &key {
        service.count(key)?;
    }
    if resource.allows(&request.method) {
        Ok(key)
    } else {
        Err(Error::Method(request.method.clone()))
    }
}

fn format(parameters: &Parameters, ending: &Ending, headers: &HeaderMap) -> Result<Format, Error> {
    let named = match ending {
        Ending::Format(format) => Some(format.as_str()),
        Ending::Slash | Ending::Missing => parameters.get("format"),
    };
    negotiation::choose(named, headers)
}

fn add_headers(resource: &Resource, as_file: bool, answer: &mut HeaderMap) {
    answer.insert(ALLOW, HeaderValue::from_static(resource.allow));
    answer.insert(VARY, HeaderValue::from_static(VARY_BY));
    answer.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let file = resource.file.as_ref().filter(|_| as_file).and_then(CourseFile::name);
    file.into_iter().for_each(|name| name_file(&name, answer));
}

/// Makes the answer a file. A name of other than ASCII letters cannot stand in the header: then the browser
/// chooses one.
pub(crate) fn name_file(name: &str, answer: &mut HeaderMap) {
    if let Ok(disposition) = HeaderValue::from_str(&disposition(name)) {
        answer.insert(CONTENT_DISPOSITION, disposition);
    }
}

/// The header that makes an answer a file.
pub(crate) fn disposition(name: &str) -> String {
    format!("attachment; filename={name}")
}

/// A time in UTC as headers have it.
pub(crate) fn http_date(time: NaiveDateTime) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_user_cannot_forge_a_line() {
        let mut headers = HeaderMap::new();
        assert_eq!(on_behalf_of(&headers), None);
        headers.insert("x-forwarded-user", HeaderValue::from_static("ann course=a/b/c"));
        assert_eq!(on_behalf_of(&headers).as_deref(), Some("anncourse=a/b/c"));
    }
}
