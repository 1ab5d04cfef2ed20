//! A token for who knows a user's password (spec 50 §3.2).

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use warp::reply::Response;

use crate::catalog::{Asking, Body};
use crate::description::{Answer, Asked, Described, Parameter};
use crate::error::Error;
use crate::path::Ending;
use crate::reply;
use crate::resource::{Request, Resource, serve};
use crate::service::Service;

/// Where it is.
pub(crate) const PATH: &str = "/api-token-auth/";

const RESOURCE: Resource = Resource { allow: "POST, OPTIONS", public: true, ..Resource::READ };

/// What is answered.
#[derive(Serialize, ToSchema)]
struct Token {
    /// The user's token.
    token: String,
}

/// The resource, for its readers.
pub(crate) fn described() -> Vec<Described> {
    vec![Described {
        path: PATH.into(),
        versions: &[],
        area: "The service",
        about: "a user's token; only where the service reads users of the original",
        parameters: ["username", "password"].map(|name| Parameter::required(name, "")).to_vec(),
        asked: Asked::Post,
        public: true,
        tables: &[],
        personal: false,
        answer: Answer::json::<Token>(),
    }]
}

pub(crate) async fn answer(
    ending: Ending,
    request: Arc<Request>,
    body: Body,
    service: Arc<Service>,
) -> Response {
    let asking = Asking::posted(&request.headers, body);
    let peer = request.peer;
    let answer = |service: Arc<Service>, _| async move {
        service.count_address(peer)?;
        let asking = asking?;
        let (username, password) = fields(&asking)?;
        let users = service.keys.users().ok_or(Error::NoSuchPath)?;
        let token = users.log_in(username.trim(), password).await?;
        let wrong = ("non_field_errors", "Unable to log in with provided credentials.");
        reply::object(&Token { token: token.ok_or_else(|| Error::Form(vec![wrong]))? })
    };
    serve(service, RESOURCE, ending, request, answer).await
}

fn fields(asking: &Asking) -> Result<(String, String), Error> {
    match ["username", "password"].map(|name| asking.first(name)) {
        [Some(username), Some(password)] => Ok((username, password)),
        [username, password] => {
            let given = [("username", username), ("password", password)];
            let missing = given.into_iter().filter(|(_, value)| value.is_none());
            let told = missing.map(|(name, _)| (name, "This field is required."));
            Err(Error::Form(told.collect()))
        }
    }
}
