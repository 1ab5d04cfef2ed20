//! Whether the service lives, is well and knows you, and a first page about it (spec 50 §8.8, §8.9).

use std::sync::Arc;
use std::time::Duration;

use api_client::{Availability, DetailedStatus, Health};
use futures_util::future::join_all;
use store::Store;
use tokio::time::timeout;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::error::Error;
use crate::path::{Ending, versioned};
use crate::reply;
use crate::resource::{Call, Request, Resource, redirect, serve};
use crate::service::Service;

/// How long a store may take to say that it is well.
const HEALTH_LIMIT: Duration = Duration::from_secs(2);

/// What Prometheus is told that it reads.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const DOCS: &str = include_str!("docs.html");

/// What a path outside the versions names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The root, which leads to the docs.
    Root,
    Status,
    Health,
    Authenticated,
    Docs,
    Version,
    /// Counts of requests, for who asks on this machine.
    Metrics,
    /// The same name below a version: a redirect to the one at the root.
    Elsewhere(&'static str),
}

/// The operation that a path names.
pub(crate) fn find(path: &str) -> Option<Operation> {
    match path {
        "/" => Some(Operation::Root),
        "/status/" => Some(Operation::Status),
        "/health/" => Some(Operation::Health),
        "/authenticated/" => Some(Operation::Authenticated),
        "/docs/" => Some(Operation::Docs),
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
        Operation::Docs if ending == Ending::Slash => {
            reply::bytes("text/html; charset=utf-8", DOCS.into())
        }
        Operation::Metrics => {
            let near = request.peer.filter(|peer| peer.ip().is_loopback());
            match near.and_then(|_| service.metrics.text().ok()) {
                Some(text) => reply::bytes(METRICS, text.into_bytes()),
                None => Error::NoSuchPath.response(false),
            }
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

async fn version(_: Arc<Service>, _: Call) -> Result<Response, Error> {
    reply::object(&serde_json::json!({"version": env!("CARGO_PKG_VERSION")}))
}

async fn nothing(_: Arc<Service>, _: Call) -> Result<Response, Error> {
    reply::object(&serde_json::Map::new())
}

async fn health(service: Arc<Service>, _: Call) -> Result<Response, Error> {
    let (users, analytics) =
        tokio::join!(are_well(service.keys.store().into_iter()), are_well(service.stores()));
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
