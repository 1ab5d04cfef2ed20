//! The first page, for those who are not signed in, and the last.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Frame;
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing<'a> {
    frame: Frame<'a>,
}

#[derive(Template)]
#[template(path = "sign_out.html")]
struct SignOut<'a> {
    frame: Frame<'a>,
}

/// What the site is for; who is signed in goes on to the courses.
///
/// # Errors
/// None but those of rendering.
pub fn page(visit: &Visit) -> Result<Response, PageError> {
    if visit.session().is_some() {
        return Ok(reply::redirect(StatusCode::FOUND, "/courses/"));
    }
    let frame = Frame::new(visit, visit.texts().say("landing-title"), "/help/".to_owned());
    reply::page(visit, StatusCode::OK, &Landing { frame })
}

/// Asks before it ends the session: an address alone, which any page can hold, ends nothing.
///
/// # Errors
/// None but those of rendering.
pub fn sign_out(visit: &Visit) -> Result<Response, PageError> {
    if visit.session().is_none() {
        return Ok(reply::redirect(StatusCode::FOUND, "/"));
    }
    let frame = Frame::new(visit, visit.texts().say("sign-out-title"), "/help/".to_owned());
    reply::page(visit, StatusCode::OK, &SignOut { frame })
}
