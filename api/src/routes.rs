//! From a path to the area that answers it; and an answer to what none of them takes.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reject::{LengthRequired, PayloadTooLarge};
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::catalog::{self, Body};
use crate::error::Error;
use crate::learners::pseudonym::Shown;
use crate::observe::{self, Began};
use crate::operations::{self, Operation};
use crate::path::{self, Ending};
use crate::resource::{Call, Request, Resource, serve};
use crate::service::Service;
use crate::{course, learners, login, module, reports};

/// What a path names.
enum Named {
    Operation(Operation),
    Login,
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
        let login = (path == login::PATH).then_some(Self::Login);
        let other = login.or_else(|| operations::find(path).map(Self::Operation));
        other.or_else(|| catalog::find_paged(path).map(Self::List)).or_else(|| {
            let (version, path) = path::versioned(path)?;
            let course = course::Asked::find(version, path).map(Self::Course);
            course
                .or_else(|| reports::Asked::find(path).map(Self::Report))
                .or_else(|| module::Asked::find(version, path).map(Self::Module))
                .or_else(|| catalog::find(version, path).map(Self::List))
                .or_else(|| learners::Asked::find(version, path).map(Self::Learners))
        })
    }

    /// What requests are counted by.
    fn kind(&self) -> &'static str {
        match self {
            Self::Operation(_) => "operation",
            Self::Login => "login",
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
    let unread = |rejection| ready(Ok::<_, Infallible>(Err(unread(&rejection))));
    let body = catalog::body().map(Ok).recover(unread).unify();
    // The server has put the request together: a chain of filters would do so at a cost.
    warp::ext::get().and(body).and(with(service)).then(observed).boxed()
}

/// A request is answered under an id, which errors are logged with; its end is counted and logged.
async fn observed(
    request: Arc<Request>,
    body: Result<Body, Error>,
    service: Arc<Service>,
) -> Response {
    let began = Began::new(&request);
    // In a box: on its way through the filters it would be copied at each.
    let answer = Box::pin(respond(Arc::clone(&request), body, Arc::clone(&service)));
    let (kind, mut response) = observe::ID.scope(began.id.clone(), answer).await;
    service.cors.mark(&request.headers, response.headers_mut());
    began.end(&request, kind, &mut response, &service.metrics);
    response
}

/// What requests are counted by, and the answer.
async fn respond(
    request: Arc<Request>,
    body: Result<Body, Error>,
    service: Arc<Service>,
) -> (&'static str, Response) {
    if let Some(preflight) = service.cors.preflight(&request.method, &request.headers) {
        return ("preflight", preflight);
    }
    let Some((named, ending)) = named(&request.path) else {
        return ("none", Error::NoSuchPath.response(false));
    };
    let kind = named.kind();
    // Held to the end. Whether the service lives is told however busy it is.
    let place = match named {
        Named::Operation(_) => Ok(None),
        _ => service.places.clone().try_acquire_owned().map(Some),
    };
    let response = match (body, place) {
        (Err(error), _) => error.response(false),
        (_, Err(_)) => Error::Busy.response(false),
        (Ok(body), Ok(_place)) => answer(named, ending, request, body, service).await,
    };
    (kind, response)
}

/// What a path names once it is decoded, and how it ends.
fn named(path: &str) -> Option<(Named, Ending)> {
    let path = path::decode(path)?;
    // The name of a file ends as it likes, and Prometheus asks without a slash.
    let file = reports::Download::find(&path).map(Named::Download);
    let metrics = (path == "/metrics").then_some(Named::Operation(Operation::Metrics));
    let whole = file.or(metrics).map(|named| (named, Ending::Slash));
    whole.or_else(|| path::find(&path, Named::find))
}

async fn answer(
    named: Named,
    ending: Ending,
    request: Arc<Request>,
    body: Body,
    service: Arc<Service>,
) -> Response {
    let is_off = match named {
        Named::Login => service.keys.users().is_none(),
        _ => named.is_personal() && matches!(service.learners, Shown::Nobody),
    };
    if is_off {
        return Error::NoSuchPath.response(false);
    }
    match named {
        Named::Operation(operation) => {
            operations::answer(operation, ending, request, service).await
        }
        Named::Login => login::answer(ending, request, body, service).await,
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

/// A filter that hands the service on.
fn with(
    service: &Arc<Service>,
) -> impl Filter<Extract = (Arc<Service>,), Error = Infallible> + Clone + use<> {
    let service = service.clone();
    warp::any().map(move || service.clone())
}

/// Why a body cannot be read.
fn unread(rejection: &Rejection) -> Error {
    if rejection.find::<PayloadTooLarge>().is_some() {
        Error::Body(StatusCode::PAYLOAD_TOO_LARGE)
    } else if rejection.find::<LengthRequired>().is_some() {
        Error::Body(StatusCode::LENGTH_REQUIRED)
    } else {
        log::debug!("refused: {rejection:?}");
        Error::Body(StatusCode::BAD_REQUEST)
    }
}
