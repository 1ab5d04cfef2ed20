//! What answers a request, and what wraps all answers.

mod address;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

use self::address::{CoursePage, Route};
use crate::course_access::{CourseAccess, Reader};
use crate::error::{self, PageError};
use crate::page::engagement::{content, timeline, videos};
use crate::page::enrollment::{activity, age, education, gender, geography};
use crate::page::performance::{answers, graded, outcomes, ungraded};
use crate::page::{announcements, catalog, course, help, landing, learners, preference, programs};
use crate::site::{Site, Visit, field};
use crate::{asset, download, observe, reply, sign_in, usage};

/// A form has a few short fields; more is refused.
const LARGEST_FORM: u64 = 16 * 1024;

/// An answer that is being made.
type Answering = BoxFuture<'static, Response>;

/// The whole site; it answers every request.
pub fn all(site: &Arc<Site>) -> BoxedFilter<(Response,)> {
    let reading = warp::get()
        .or(warp::head())
        .unify()
        .and(visit(site))
        .then(|request| Box::pin(read(request)) as Answering);
    let writing = warp::post()
        .and(warp::body::content_length_limit(LARGEST_FORM))
        .and(warp::body::form())
        .and(visit(site))
        .then(|form, request| Box::pin(write(form, request)) as Answering);
    let refusing = warp::method()
        .and(visit(site))
        .then(|method, request| Box::pin(refuse(method, request)) as Answering);
    compressed(reading.or(writing).unify().or(refusing).unify().boxed())
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

/// What is known of a request before it is known whose it is.
struct Request {
    site: Arc<Site>,
    path: String,
    query: String,
    headers: HeaderMap,
}

impl Request {
    /// The visit, and what is visited, if that exists.
    async fn visit(self) -> (Visit, Option<Route>) {
        let route = Route::of(&self.path);
        let page = route.as_ref().map_or("", Route::name);
        (Visit::new(self.site, page, &self.path, &self.query, self.headers).await, route)
    }
}

fn visit(
    site: &Arc<Site>,
) -> impl Filter<Extract = (Request,), Error = Infallible> + Clone + use<> {
    let site = Arc::clone(site);
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::path::full().and(query).and(warp::header::headers_cloned()).map(
        move |path: FullPath, query: String, headers: HeaderMap| Request {
            site: Arc::clone(&site),
            path: path.as_str().to_owned(),
            query,
            headers,
        },
    )
}

async fn read(request: Request) -> Response {
    let begin = Instant::now();
    let (visit, route) = request.visit().await;
    let answer = match route {
        _ if !visit.host_is_ours() => Err(PageError::BadRequest),
        None => Err(PageError::NotFound),
        Some(route) => answer(&visit, route).await,
    };
    finish(&visit, "GET", begin, answer)
}

async fn write(form: Vec<(String, String)>, request: Request) -> Response {
    let begin = Instant::now();
    let (visit, route) = request.visit().await;
    let ours = visit.host_is_ours() && visit.form_is_ours(&form);
    let answer = match visit.path.as_str() {
        _ if !ours => Err(PageError::Forbidden),
        "/preferences/theme/" => preference::theme(&form),
        "/preferences/language/" => preference::language(&visit, &form),
        "/t/" => used(&visit, &form).await,
        "/logout/" => Ok(sign_in::sign_out(&visit)),
        "/logout_then_login/" => Ok(sign_in::sign_in_again(&visit)),
        _ => match route {
            Some(Route::HideAnnouncement(id)) => announcements::hide(&visit, &id, &form),
            _ => Err(PageError::Method),
        },
    };
    finish(&visit, "POST", begin, answer)
}

/// Where something was used is told by its path, of which only the page's name and the course are kept.
async fn used(visit: &Visit, form: &[(String, String)]) -> Result<Response, PageError> {
    let at = field(form, "path").and_then(Route::of);
    let course = at.as_ref().and_then(Route::course);
    usage::take(visit, form, at.as_ref().map_or("", Route::name), course).await
}

async fn refuse(method: Method, request: Request) -> Response {
    let (visit, _) = request.visit().await;
    finish(&visit, method.as_str(), Instant::now(), Err(PageError::Method))
}

fn finish(
    visit: &Visit,
    method: &str,
    begin: Instant,
    answer: Result<Response, PageError>,
) -> Response {
    let response = answer.unwrap_or_else(|error| error::answer(visit, &error));
    observe::answered(visit, method, response.status(), begin.elapsed());
    reply::finish(visit, response)
}

async fn answer(visit: &Visit, route: Route) -> Result<Response, PageError> {
    if !route.is_file() && !visit.path.ends_with('/') {
        let to = format!("{}/{}", visit.path, visit.query.link());
        return Ok(reply::redirect(StatusCode::MOVED_PERMANENTLY, &to));
    }
    match route {
        Route::Landing => landing::page(visit),
        Route::Login => {
            let to = format!("/login/edx-oauth2/{}", visit.query.link());
            Ok(reply::redirect(StatusCode::FOUND, &to))
        }
        Route::SignIn => Ok(sign_in::start(visit)),
        Route::SignInDone => sign_in::complete(visit).await,
        Route::Logout if visit.is_framed_by_lms() => Ok(sign_in::sign_out_by_lms(visit)),
        Route::Logout => landing::sign_out(visit),
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
        Route::Announcements => {
            Reader::of(visit)?;
            announcements::list(visit)
        }
        Route::Announcement(id) => {
            Reader::of(visit)?;
            announcements::one(visit, &id)
        }
        Route::HideAnnouncement(_) => Err(PageError::Method),
        Route::Programs => programs::page(visit, &Reader::of(visit)?.course_list().await?).await,
        Route::Courses => catalog::page(visit, &Reader::of(visit)?.course_list().await?).await,
        Route::CoursesCsv => catalog::csv(visit, &Reader::of(visit)?.course_list().await?).await,
        Route::Course(id, page) => {
            let access = Reader::of(visit)?.course(id).await?;
            of_course(visit, &access, page).await
        }
        Route::LearnerApi(resource) => Ok(learners::proxy(visit, &resource).await),
        Route::Error(status) => Ok(error::of_status(visit, status)),
    }
}

async fn of_course(
    visit: &Visit,
    access: &CourseAccess,
    page: CoursePage,
) -> Result<Response, PageError> {
    let (config, features) = (&visit.site.config, visit.live.features);
    let off = match page {
        CoursePage::Videos(_) | CoursePage::Video(_) | CoursePage::VideoCsv(_) => {
            !features.enable_engagement_videos_pages
        }
        CoursePage::ResponsesCsv => !features.enable_problem_response_download,
        CoursePage::Outcomes(_) => !features.enable_performance_learning_outcome,
        CoursePage::Answers(ref path) => match path.standing {
            answers::Standing::Outcome(_) => !features.enable_performance_learning_outcome,
            _ => !features.enable_course_api,
        },
        CoursePage::Policy
        | CoursePage::Graded(_)
        | CoursePage::Ungraded(_)
        | CoursePage::AnswersCsv(_) => !features.enable_course_api,
        _ => page.shows_age() && !config.age_available,
    };
    if off {
        return Err(PageError::NotFound);
    }
    match page {
        CoursePage::Home => course::page(visit, access).await,
        CoursePage::EnrollmentActivity => activity::page(visit, access).await,
        CoursePage::Age => age::page(visit, access).await,
        CoursePage::Education => education::page(visit, access).await,
        CoursePage::Gender => gender::page(visit, access).await,
        CoursePage::Geography => geography::page(visit, access).await,
        CoursePage::Content => content::page(visit, access).await,
        CoursePage::Videos(depth) => videos::page(visit, access, &depth).await,
        CoursePage::Video(path) => timeline::page(visit, access, &path).await,
        CoursePage::Policy => graded::policy(visit, access).await,
        CoursePage::Graded(depth) => graded::page(visit, access, &depth).await,
        CoursePage::Ungraded(depth) => ungraded::page(visit, access, &depth).await,
        CoursePage::Outcomes(outcome) => outcomes::page(visit, access, outcome.as_deref()).await,
        CoursePage::Answers(path) => answers::page(visit, access, &path).await,
        CoursePage::ResponsesCsv => download::responses(visit, access).await,
        CoursePage::AnswersCsv(problem) => download::answers(visit, access, &problem).await,
        CoursePage::Csv(breakdown) => download::enrollment(visit, access, breakdown).await,
        CoursePage::ActivityCsv => download::activity(visit, access).await,
        CoursePage::Learners(path) => learners::answer(visit, access, path).await,
        CoursePage::VideoCsv(video) => download::video(visit, access, &video).await,
    }
}
