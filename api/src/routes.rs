//! From a path to the area that answers it; and an answer to what none of them takes.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::path::FullPath;
use warp::reject::{LengthRequired, PayloadTooLarge};
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::catalog::{self, Body};
use crate::error::Error;
use crate::observe::{self, Began, Kind};
use crate::operations::{self, Operation};
use crate::path::{self, Ending};
use crate::resource::{Call, Request, Resource, serve};
use crate::service::Service;
use crate::{course, learners, module, reports};

/// What a path names.
enum Named {
    Operation(Operation),
    Course(course::Asked),
    Module(module::Asked),
    List(catalog::Asked),
    Learners(learners::Asked),
    Report(reports::Asked),
    Download(reports::Download),
}

impl Named {
    /// In the order of spec 50 §1: an id of a problem may look like anything.
    fn find(path: &str) -> Option<Self> {
        let other = operations::find(path).map(Self::Operation);
        other.or_else(|| catalog::find_paged(path).map(Self::List)).or_else(|| {
            let (version, path) = path::versioned(path)?;
            let course = course::Asked::find(version, path).map(Self::Course);
            course
                .or_else(|| reports::Asked::find(version, path).map(Self::Report))
                .or_else(|| module::Asked::find(version, path).map(Self::Module))
                .or_else(|| catalog::find(version, path).map(Self::List))
                .or_else(|| learners::Asked::find(version, path).map(Self::Learners))
        })
    }

    /// What requests are counted by.
    fn kind(&self) -> &'static str {
        match self {
            Self::Operation(_) => "operation",
            Self::Course(_) => "course",
            Self::Module(_) => "module",
            Self::List(_) => "list",
            Self::Learners(_) => "learners",
            Self::Report(_) => "report",
            Self::Download(_) => "download",
        }
    }

    /// Whether it tells of single learners.
    fn is_personal(&self) -> bool {
        match self {
            Self::Course(asked) => asked.is_personal(),
            Self::Learners(_) => true,
            _ => false,
        }
    }
}

/// Every route of the service.
pub(crate) fn all(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let resources = named().and(request()).and(catalog::body()).and(with(service)).then(observed);
    let routes = preflight(service).or(resources.boxed()).unify();
    let answered = routes.recover(|rejection| ready(Ok::<_, Infallible>(refuse(&rejection))));
    request().and(answered.unify()).and(with(service)).map(end).boxed()
}

/// What names something is answered under an id, which errors are logged with.
async fn observed(
    named: Named,
    ending: Ending,
    request: Request,
    body: Body,
    service: Arc<Service>,
) -> Response {
    let (began, kind) = (Began::new(&request), named.kind());
    // Held to the end. Whether the service lives is told however busy it is.
    let place = match named {
        Named::Operation(_) => Ok(None),
        _ => service.places.clone().try_acquire_owned().map(Some),
    };
    let answer = async {
        match place {
            Ok(_place) => answer(named, ending, request, body, service).await,
            Err(_) => Error::Busy.response(false),
        }
    };
    let mut response = observe::ID.scope(began.id.clone(), answer).await;
    response.extensions_mut().insert(Kind(kind));
    response.extensions_mut().insert(began);
    response
}

fn end(request: Request, mut response: Response, service: Arc<Service>) -> Response {
    service.cors.mark(&request.headers, response.headers_mut());
    let began = response.extensions_mut().remove::<Began>();
    let began = began.unwrap_or_else(|| Began::new(&request));
    began.end(&request, &mut response, &service.metrics);
    response
}

/// Lets a request through if its decoded path names something, however that ends.
fn named() -> impl Filter<Extract = (Named, Ending), Error = Rejection> + Clone {
    warp::path::full()
        .and_then(|path: FullPath| {
            let decoded = path::decode(path.as_str());
            let found = decoded.and_then(|path| {
                // The name of a file ends as it likes, and Prometheus asks without a slash.
                let file = reports::Download::find(&path).map(Named::Download);
                let metrics = (path == "/metrics").then_some(Operation::Metrics);
                let file = file.or(metrics.map(Named::Operation));
                file.map(|file| (file, Ending::Slash)).or_else(|| path::find(&path, Named::find))
            });
            ready(found.ok_or_else(warp::reject::not_found))
        })
        .untuple_one()
}

async fn answer(
    named: Named,
    ending: Ending,
    request: Request,
    body: Body,
    service: Arc<Service>,
) -> Response {
    if named.is_personal() && !service.shows_learners {
        return Error::NoSuchPath.response(false);
    }
    match named {
        Named::Operation(operation) => {
            operations::answer(operation, ending, request, service).await
        }
        Named::Course(asked) => {
            let resource = asked.resource();
            let answer =
                async |service: Arc<Service>, call| course::answer(&service, &asked, &call).await;
            serve(service, resource, ending, request, answer).await
        }
        Named::Module(asked) => {
            let answer =
                async |service: Arc<Service>, call| module::answer(&service, &asked, &call).await;
            serve(service, asked.resource(), ending, request, answer).await
        }
        Named::Learners(asked) => {
            let answer =
                async |service: Arc<Service>, call| learners::answer(&service, &asked, &call).await;
            serve(service, Resource::READ, ending, request, answer).await
        }
        Named::Report(asked) => {
            let answer =
                async |service: Arc<Service>, call| reports::answer(&service, &asked, &call).await;
            serve(service, Resource::READ, ending, request, answer).await
        }
        Named::Download(asked) => {
            let answer = async |service: Arc<Service>, call: Call| {
                reports::download(&service, &asked, &call.parameters).await
            };
            let resource = Resource { public: true, ..Resource::READ };
            serve(service, resource, ending, request, answer).await
        }
        Named::List(asked) => catalog::answer(asked, ending, request, body, service).await,
    }
}

/// The request without its body.
fn request() -> impl Filter<Extract = (Request,), Error = Infallible> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let head = warp::method().and(warp::path::full()).and(query);
    head.and(warp::header::headers_cloned()).and(warp::addr::remote()).map(
        |method, path: FullPath, query, headers, peer| Request {
            method,
            path: path.as_str().to_owned(),
            query,
            headers,
            peer,
        },
    )
}

/// A filter that hands the service on.
fn with(
    service: &Arc<Service>,
) -> impl Filter<Extract = (Arc<Service>,), Error = Infallible> + Clone + use<> {
    let service = service.clone();
    warp::any().map(move || service.clone())
}

fn preflight(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    warp::method()
        .and(warp::header::headers_cloned())
        .and(with(service))
        .and_then(|method: Method, headers: HeaderMap, service: Arc<Service>| {
            ready(service.cors.preflight(&method, &headers).ok_or_else(warp::reject::not_found))
        })
        .boxed()
}

fn refuse(rejection: &Rejection) -> Response {
    let error = if rejection.find::<PayloadTooLarge>().is_some() {
        Error::Body(StatusCode::PAYLOAD_TOO_LARGE)
    } else if rejection.find::<LengthRequired>().is_some() {
        Error::Body(StatusCode::LENGTH_REQUIRED)
    } else if rejection.is_not_found() {
        Error::NoSuchPath
    } else {
        log::debug!("refused: {rejection:?}");
        Error::Body(StatusCode::BAD_REQUEST)
    };
    error.response(false)
}
