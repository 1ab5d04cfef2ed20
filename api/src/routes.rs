//! Joins the areas' routes, and answers what none of them takes.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::path::FullPath;
use warp::reject::{LengthRequired, PayloadTooLarge};
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::error::Error;
use crate::path::{self, Ending};
use crate::resource::Request;
use crate::service::Service;
use crate::{catalog, enrollment, operations};

/// Every route of the service.
pub(crate) fn all(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let routes = preflight(service)
        .or(operations::routes(service))
        .unify()
        .boxed()
        .or(enrollment::routes(service))
        .unify()
        .boxed()
        .or(catalog::routes(service))
        .unify()
        .boxed();
    let service = service.clone();
    routes
        .recover(|rejection| ready(Ok::<_, Infallible>(refuse(&rejection))))
        .unify()
        .and(warp::header::headers_cloned())
        .map(move |mut response: Response, headers: HeaderMap| {
            service.cors.mark(&headers, response.headers_mut());
            response
        })
        .with(warp::log::custom(log_access))
        .map(warp::Reply::into_response)
        .boxed()
}

/// Lets a request through if `resource` knows its decoded path, however that ends.
pub(crate) fn matching<T: Send + 'static>(
    resource: impl Fn(&str) -> Option<T> + Clone + Send + Sync + 'static,
) -> impl Filter<Extract = (T, Ending), Error = Rejection> + Clone {
    warp::path::full()
        .and_then(move |path: FullPath| {
            let decoded = path::decode(path.as_str());
            let found = decoded.and_then(|path| path::find(&path, &resource));
            ready(found.ok_or_else(warp::reject::not_found))
        })
        .untuple_one()
}

/// The request without its body.
pub(crate) fn request() -> impl Filter<Extract = (Request,), Error = Infallible> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method().and(warp::path::full()).and(query).and(warp::header::headers_cloned()).map(
        |method: Method, path: FullPath, query: String, headers: HeaderMap| Request {
            method,
            path: path.as_str().to_owned(),
            query,
            headers,
        },
    )
}

/// A filter that hands the service on.
pub(crate) fn with(
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

/// One line a request: the path as it was sent, never the query's values nor a header.
fn log_access(info: warp::log::Info<'_>) {
    log::info!(
        target: "access",
        "method={} path={} status={} ms={:.1} peer={}",
        info.method(),
        info.path(),
        info.status().as_u16(),
        info.elapsed().as_secs_f64() * 1000.0,
        info.remote_addr().map_or_else(|| "-".to_owned(), |peer| peer.to_string()),
    );
}
