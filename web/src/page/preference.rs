//! What a reader may choose for this browser: light or dark.

use warp::http::{StatusCode, header};
use warp::reply::Response;

use crate::error::PageError;
use crate::reply;
use crate::site::{THEME_COOKIE, Theme, safe_next};

/// Keeps the chosen colours for a year and leads back.
///
/// # Errors
/// Colours that do not exist.
pub fn theme(form: &[(String, String)]) -> Result<Response, PageError> {
    let field =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let theme = field("theme").and_then(Theme::of).ok_or(PageError::BadRequest)?;
    let back = safe_next(field("next")).unwrap_or("/");
    let cookie = format!(
        "{THEME_COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
        theme.word()
    );
    let response = reply::redirect(StatusCode::SEE_OTHER, back);
    Ok(reply::with_header(response, header::SET_COOKIE, &cookie))
}
