//! What a reader may choose for this browser: light or dark, and the language.

use warp::http::{StatusCode, header};
use warp::reply::Response;

use crate::error::PageError;
use crate::reply;
use crate::site::{LANGUAGE_COOKIE, THEME_COOKIE, Theme, Visit, field, safe_next};

/// Keeps the chosen colours.
///
/// # Errors
/// Colours that do not exist.
pub fn theme(form: &[(String, String)]) -> Result<Response, PageError> {
    let theme = field(form, "theme").and_then(Theme::of).ok_or(PageError::BadRequest)?;
    Ok(kept(form, THEME_COOKIE, theme.word()))
}

/// Keeps the chosen language.
///
/// # Errors
/// A language that the site does not have.
pub fn language(visit: &Visit, form: &[(String, String)]) -> Result<Response, PageError> {
    let wanted = field(form, "language").ok_or(PageError::BadRequest)?;
    let mut offered = visit.site.languages.offered();
    let language = offered.find(|one| one.tag == wanted).ok_or(PageError::BadRequest)?;
    Ok(kept(form, LANGUAGE_COOKIE, language.tag))
}

/// Keeps a word in a cookie for a year, and leads back to where a form was.
pub fn kept(form: &[(String, String)], cookie: &str, word: &str) -> Response {
    let back = safe_next(field(form, "next")).unwrap_or("/");
    let line = format!("{cookie}={word}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    reply::with_header(reply::redirect(StatusCode::SEE_OTHER, back), header::SET_COOKIE, &line)
}
