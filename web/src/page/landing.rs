//! The first page, for those who are not signed in, and the way in.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Frame;
use crate::error::PageError;
use crate::reply;
use crate::site::{Visit, safe_next};

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing<'a> {
    frame: Frame<'a>,
}

/// What the site is for. The demo keeps nobody signed in, so everyone may come back to it.
pub fn page(visit: &Visit) -> Result<Response, PageError> {
    let mut frame = Frame::new(visit, visit.texts().say("landing-title"), "/help/".to_owned());
    frame.user = None;
    reply::page(visit, StatusCode::OK, &Landing { frame })
}

/// Leads on to where the reader wanted to go.
pub fn login(visit: &Visit) -> Response {
    let next = safe_next(visit.query.get("next")).unwrap_or("/courses/");
    reply::redirect(StatusCode::FOUND, next)
}
