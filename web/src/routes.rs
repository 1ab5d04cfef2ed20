//! Every address of the site (spec 60 §1), and what wraps them all.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use api_client::Breakdown;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

use crate::course_access::CourseAccess;
use crate::course_id::CourseId;
use crate::error::{self, PageError};
use crate::page::enrollment::{activity, age, education, gender};
use crate::page::{catalog, course, help, landing, preference};
use crate::site::{Site, Visit};
use crate::{asset, download, reply};

/// A form has a few short fields; more is refused.
const LARGEST_FORM: u64 = 16 * 1024;

/// An address that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Landing,
    Login,
    Logout,
    LogoutThenLogin,
    Status,
    Health,
    Robots,
    Static,
    Help,
    HelpPage(String),
    Courses,
    CoursesCsv,
    Course(CourseId, CoursePage),
    /// Debug builds only: shows an error page.
    Error(StatusCode),
}

/// An address below a course; each of them asks for a proof of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CoursePage {
    Home,
    EnrollmentActivity,
    Age,
    Education,
    Gender,
    Csv(Breakdown),
}

impl Route {
    /// The route of a path, with or without its last slash.
    fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        if path.is_empty() {
            return Some(Self::Landing);
        }
        let parts: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
        Some(match parts.as_slice() {
            ["login"] | ["api-auth", "login"] => Self::Login,
            ["logout"] | ["api-auth", "logout"] => Self::Logout,
            ["logout_then_login"] => Self::LogoutThenLogin,
            ["status"] => Self::Status,
            ["health"] => Self::Health,
            ["robots.txt"] => Self::Robots,
            ["static", _] => Self::Static,
            ["help"] => Self::Help,
            ["help", page] => Self::HelpPage((*page).to_owned()),
            ["courses"] => Self::Courses,
            ["courses", "csv", "course_list"] => Self::CoursesCsv,
            ["courses", rest @ ..] => {
                let (id, rest) = split_course(rest)?;
                Self::Course(id, CoursePage::of(rest)?)
            }
            [code] if cfg!(debug_assertions) => Self::Error(shown_error(code)?),
            _ => return None,
        })
    }

    /// Files are not folders: their names end without a slash.
    const fn is_file(&self) -> bool {
        matches!(self, Self::Robots | Self::Static)
    }
}

impl CoursePage {
    fn of(parts: &[&str]) -> Option<Self> {
        Some(match parts {
            [] => Self::Home,
            ["enrollment", "activity"] => Self::EnrollmentActivity,
            ["enrollment", "demographics", "age"] => Self::Age,
            ["enrollment", "demographics", "education"] => Self::Education,
            ["enrollment", "demographics", "gender"] => Self::Gender,
            ["csv", "enrollment"] => Self::Csv(Breakdown::Mode),
            ["csv", "enrollment", "demographics", "age"] => Self::Csv(Breakdown::BirthYear),
            ["csv", "enrollment", "demographics", "education"] => Self::Csv(Breakdown::Education),
            ["csv", "enrollment", "demographics", "gender"] => Self::Csv(Breakdown::Gender),
            _ => return None,
        })
    }

    const fn shows_age(self) -> bool {
        matches!(self, Self::Age | Self::Csv(Breakdown::BirthYear))
    }
}

/// A key stands in one segment, or, if it is a legacy one, in three.
fn split_course<'a>(parts: &'a [&'a str]) -> Option<(CourseId, &'a [&'a str])> {
    if let Some(id) = parts.first().and_then(|part| CourseId::from_segment(part).ok()) {
        return Some((id, &parts[1..]));
    }
    let legacy = parts.get(..3)?.join("/");
    Some((CourseId::from_segment(&legacy).ok()?, &parts[3..]))
}

fn shown_error(code: &str) -> Option<StatusCode> {
    let shown = ["403", "404", "500", "503"].contains(&code);
    shown.then(|| StatusCode::from_bytes(code.as_bytes()).ok()).flatten()
}

/// The whole site; it answers every request.
pub fn all(site: &Arc<Site>) -> BoxedFilter<(Response,)> {
    let reading = warp::get().or(warp::head()).unify().and(visit(site)).then(read);
    let choosing = warp::post()
        .and(warp::path!("preferences" / "theme"))
        .and(warp::body::content_length_limit(LARGEST_FORM))
        .and(warp::body::form())
        .and(visit(site))
        .then(choose);
    let refusing = warp::method().and(visit(site)).map(refuse);
    compressed(reading.or(choosing).unify().or(refusing).unify().boxed())
}

/// Gzip for those who ask for it; the wrapper itself would do it for everyone.
fn compressed(routes: BoxedFilter<(Response,)>) -> BoxedFilter<(Response,)> {
    let asks = warp::header::optional::<String>("accept-encoding").and_then(
        async |encodings: Option<String>| {
            let gzip = encodings.is_some_and(|text| text.contains("gzip"));
            if gzip { Ok(()) } else { Err(warp::reject()) }
        },
    );
    let zipped = asks.untuple_one().and(routes.clone()).with(warp::compression::gzip());
    zipped.map(warp::Reply::into_response).or(routes).unify().boxed()
}

fn visit(site: &Arc<Site>) -> impl Filter<Extract = (Visit,), Error = Infallible> + Clone + use<> {
    let site = Arc::clone(site);
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::path::full().and(query).and(warp::header::headers_cloned()).map(
        move |path: FullPath, query: String, headers: HeaderMap| {
            Visit::new(Arc::clone(&site), path.as_str(), &query, headers)
        },
    )
}

async fn read(visit: Visit) -> Response {
    let begin = Instant::now();
    let answer =
        if visit.host_is_ours() { route(&visit).await } else { Err(PageError::BadRequest) };
    finish(&visit, "GET", begin, answer)
}

async fn choose(form: Vec<(String, String)>, visit: Visit) -> Response {
    let ours = visit.host_is_ours() && visit.form_is_ours();
    let answer = if ours { preference::theme(&form) } else { Err(PageError::Forbidden) };
    finish(&visit, "POST", Instant::now(), answer)
}

fn refuse(method: Method, visit: Visit) -> Response {
    finish(&visit, method.as_str(), Instant::now(), Err(PageError::Method))
}

fn finish(
    visit: &Visit,
    method: &str,
    begin: Instant,
    answer: Result<Response, PageError>,
) -> Response {
    let response = answer.unwrap_or_else(|error| error::answer(visit, &error));
    let (id, path, status) = (&visit.request_id, &visit.path, response.status().as_u16());
    log::info!("{id} {method} {path} {status} {} ms", begin.elapsed().as_millis());
    reply::finish(visit, response)
}

async fn route(visit: &Visit) -> Result<Response, PageError> {
    let route = Route::of(&visit.path).ok_or(PageError::NotFound)?;
    if !route.is_file() && !visit.path.ends_with('/') {
        let to = format!("{}/{}", visit.path, visit.query.link());
        return Ok(reply::redirect(StatusCode::MOVED_PERMANENTLY, &to));
    }
    match route {
        Route::Landing => landing::page(visit),
        Route::Login => Ok(landing::login(visit)),
        Route::Logout => Ok(reply::redirect(StatusCode::FOUND, "/")),
        Route::LogoutThenLogin => Ok(reply::redirect(StatusCode::FOUND, "/login/")),
        Route::Status => Ok(reply::bare(StatusCode::OK)),
        Route::Health => Ok(visit.site.health.answer(Instant::now())),
        Route::Robots => Ok(reply::typed(
            StatusCode::OK,
            "text/plain; charset=utf-8",
            "User-agent: *\nDisallow: /\n",
        )),
        Route::Static => asset::find(&visit.path).map(reply::asset).ok_or(PageError::NotFound),
        Route::Help => help::contents(visit),
        Route::HelpPage(name) => help::page(visit, &name),
        Route::Courses => catalog::page(visit, &visit.reader().course_list()).await,
        Route::CoursesCsv => catalog::csv(visit, &visit.reader().course_list()).await,
        Route::Course(id, page) => of_course(visit, &visit.reader().course(id), page).await,
        Route::Error(status) => Ok(error::of_status(visit, status)),
    }
}

async fn of_course(
    visit: &Visit,
    access: &CourseAccess,
    page: CoursePage,
) -> Result<Response, PageError> {
    if page.shows_age() && !visit.site.config.age_available {
        return Err(PageError::NotFound);
    }
    match page {
        CoursePage::Home => course::page(visit, access).await,
        CoursePage::EnrollmentActivity => activity::page(visit, access).await,
        CoursePage::Age => age::page(visit, access).await,
        CoursePage::Education => education::page(visit, access).await,
        CoursePage::Gender => gender::page(visit, access).await,
        CoursePage::Csv(breakdown) => download::enrollment(visit, access, breakdown).await,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_course_key_stands_in_one_segment_or_three() {
        let course = |path: &str| match Route::of(path) {
            Some(Route::Course(id, page)) => Some((id.to_string(), page)),
            _ => None,
        };
        for path in
            ["/courses/edX/DemoX/R/csv/enrollment/", "/courses/edX%2FDemoX%2FR/csv/enrollment"]
        {
            assert_eq!(
                course(path),
                Some(("edX/DemoX/R".to_owned(), CoursePage::Csv(Breakdown::Mode)))
            );
        }
        let modern = course("/courses/course-v1:a+b+c/enrollment/demographics/gender/");
        assert_eq!(modern, Some(("course-v1:a+b+c".to_owned(), CoursePage::Gender)));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for path in [
            "/courses/a+b+c/",
            "/courses/a/b/",
            "/courses//",
            "//",
            "/nothing/",
            "/courses/a/b/c/enrollment/",
            "/418/",
        ] {
            assert_eq!(Route::of(path), None, "{path}");
        }
        assert_eq!(Route::of("/"), Some(Route::Landing));
    }
}
