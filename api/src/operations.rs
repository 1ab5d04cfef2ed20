//! Whether the service lives, is well and knows you, and a first page about it (spec 50 §8.8, §8.9).

use std::sync::Arc;
use std::time::Duration;

use api_client::{Availability, DetailedStatus, Health};
use futures_util::future::join_all;
use serde::Serialize;
use store::Store;
use tokio::time::timeout;
use utoipa::ToSchema;
use warp::http::header::CONTENT_SECURITY_POLICY;
use warp::http::{HeaderValue, Method, StatusCode};
use warp::reply::Response;

use crate::description::{self, Answer, Asked, Described};
use crate::error::Error;
use crate::parameters::Parameters;
use crate::path::{Ending, versioned};
use crate::reply;
use crate::resource::{Call, Request, Resource, redirect, serve};
use crate::service::Service;
use crate::users::Users;

/// How long a store may take to say that it is well.
const HEALTH_LIMIT: Duration = Duration::from_secs(2);

/// What the description is, for programs.
const OPENAPI: &str = "application/openapi+json; charset=utf-8";
/// What Prometheus is told that it reads.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a path outside the versions names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The root, which leads to the docs.
    Root,
    Status,
    Health,
    Authenticated,
    /// The description of the API, as a page or, by `?format=openapi`, for programs.
    Docs,
    /// The same for programs.
    OpenApi,
    Version,
    /// Counts of requests, for who asks on this machine.
    Metrics,
    /// The same name below a version: a redirect to the one at the root.
    Elsewhere(&'static str),
}

/// The operations, for their readers; they are public but for `authenticated/`.
pub(crate) fn described() -> Vec<Described> {
    let operation = |path: &'static str, about, public, answer| Described {
        path: path.into(),
        versions: &[],
        area: "The service",
        about,
        parameters: Vec::new(),
        asked: Asked::Get,
        public,
        tables: &[],
        personal: false,
        answer,
    };
    vec![
        operation("/status/", "the service lives", true, Answer::json::<Nothing>()),
        operation("/health/", "its stores answer", true, Answer::json::<Health>()),
        operation("/authenticated/", "the token is good", false, Answer::json::<Nothing>()),
        operation("/version/", "which version serves", true, Answer::json::<Release>()),
        operation("/docs/openapi.json", "this description", true, Answer::json::<Nothing>()),
    ]
}

/// An empty object.
#[derive(Serialize, ToSchema)]
struct Nothing {}

/// Which version serves.
#[derive(Serialize, ToSchema)]
struct Release {
    /// Its number.
    version: &'static str,
}

/// The operation that a path names.
pub(crate) fn find(path: &str) -> Option<Operation> {
    match path {
        "/" => Some(Operation::Root),
        "/status/" => Some(Operation::Status),
        "/health/" => Some(Operation::Health),
        "/authenticated/" => Some(Operation::Authenticated),
        "/docs/" => Some(Operation::Docs),
        "/docs/openapi/" => Some(Operation::OpenApi),
        "/version/" => Some(Operation::Version),
        _ => {
            let roots = ["/status/", "/health/", "/authenticated/"];
            let (_, name) = versioned(path)?;
            roots.into_iter().find(|root| &root[1..] == name).map(Operation::Elsewhere)
        }
    }
}

pub(crate) async fn answer(
    operation: Operation,
    ending: Ending,
    request: Arc<Request>,
    service: Arc<Service>,
) -> Response {
    let resource = Resource { public: operation != Operation::Authenticated, ..Resource::READ };
    match operation {
        Operation::Root => redirect(StatusCode::FOUND, "/docs"),
        Operation::Elsewhere(root) if ending != Ending::Missing => {
            redirect(StatusCode::FOUND, root)
        }
        Operation::Docs | Operation::OpenApi if is_read(&request, &ending) => {
            docs(operation, &request).unwrap_or_else(|error| error.response(false))
        }
        Operation::Metrics => {
            let near = request.peer.filter(|peer| peer.ip().is_loopback());
            match near.and_then(|_| service.metrics.text().ok()) {
                Some(text) => reply::bytes(METRICS, text.into_bytes()),
                None => Error::NoSuchPath.response(false),
            }
        }
        Operation::Docs | Operation::OpenApi => {
            serve(service, resource, ending, request, async |_, _| Err(Error::NotFound)).await
        }
        // The check of a balancer, which is to send nobody here any more.
        Operation::Status | Operation::Health if service.is_leaving() => {
            Error::Busy.response(false)
        }
        Operation::Version => serve(service, resource, ending, request, version).await,
        Operation::Health => serve(service, resource, ending, request, health).await,
        _ => serve(service, resource, ending, request, nothing).await,
    }
}

fn is_read(request: &Request, ending: &Ending) -> bool {
    let is_document = *ending == Ending::Format("json".to_owned());
    matches!(request.method, Method::GET | Method::HEAD)
        && (is_document || *ending == Ending::Slash)
}

fn docs(operation: Operation, request: &Request) -> Result<Response, Error> {
    let parameters = Parameters::parse(&request.query);
    if operation == Operation::OpenApi || parameters.get("format") == Some("openapi") {
        return Ok(reply::bytes(OPENAPI, description::json().into()));
    }
    let mut response = reply::bytes("text/html; charset=utf-8", description::html()?.into());
    let policy = HeaderValue::from_static(&description::POLICY);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

async fn version(_: Arc<Service>, _: Call) -> Result<Response, Error> {
    reply::object(&Release { version: env!("CARGO_PKG_VERSION") })
}

async fn nothing(_: Arc<Service>, _: Call) -> Result<Response, Error> {
    reply::object(&Nothing {})
}

async fn health(service: Arc<Service>, _: Call) -> Result<Response, Error> {
    let (users, analytics) = tokio::join!(
        are_well(service.keys.users().map(Users::store).into_iter()),
        are_well(service.stores())
    );
    let keys = service.keys.check();
    if let Err(error) = &keys {
        log::error!("health: {error}");
    }
    let users = users && keys.is_ok();
    let [default_db_status, analytics_db_status, overall_status] =
        [users, analytics, users && analytics].map(|well| match well {
            true => Availability::Ok,
            false => Availability::Unavailable,
        });
    let detailed_status = DetailedStatus { default_db_status, analytics_db_status };
    let mut response = reply::object(&Health { overall_status, detailed_status })?;
    if overall_status == Availability::Unavailable {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}

async fn are_well(stores: impl Iterator<Item = &Store>) -> bool {
    join_all(stores.map(is_well)).await.into_iter().all(|well| well)
}

async fn is_well(store: &Store) -> bool {
    match timeout(HEALTH_LIMIT, store.check()).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            log::error!("health: {error}");
            false
        }
        Err(_) => {
            log::error!("health: {store:?} says nothing for {} s", HEALTH_LIMIT.as_secs());
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_at_the_root_and_pointed_to_from_both_versions() {
        assert_eq!(find("/status/"), Some(Operation::Status));
        assert_eq!(find("/api/v0/health/"), Some(Operation::Elsewhere("/health/")));
        assert_eq!(find("/api/v1/authenticated/"), Some(Operation::Elsewhere("/authenticated/")));
        for path in ["/api/v0/", "/api/v0/docs/", "/api/v2/status/", "/status", ""] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}
