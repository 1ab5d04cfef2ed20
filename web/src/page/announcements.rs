//! What the operators tell readers: the list, one of it, and putting one away.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{Frame, preference};
use crate::announcement::{self, Announcement, HIDDEN_COOKIE};
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;

/// An announcement as a page shows it.
pub struct Shown {
    /// Its address; none where it can do nothing but be read.
    pub url: String,
    /// Where it is put away; none where it cannot be.
    pub hide: Option<String>,
    /// Its heading.
    pub title: String,
    /// Its text.
    pub paragraphs: Vec<String>,
    /// Since when it is shown.
    pub day: Option<String>,
}

impl Shown {
    fn of(visit: &Visit, one: &Announcement) -> Self {
        let texts = visit.texts();
        let url = format!("/announcements/{}/", one.id);
        Self {
            hide: one.dismissible.then(|| format!("{url}hide/")),
            url,
            title: one.title(texts).to_owned(),
            paragraphs: one.paragraphs(texts).into_iter().map(str::to_owned).collect(),
            day: one.from.map(|from| texts.long_date(from.date_naive())),
        }
    }
}

#[derive(Template)]
#[template(path = "announcements.html")]
struct Page<'a> {
    frame: Frame<'a>,
    entries: Vec<Shown>,
}

/// Those that a page shows above its content.
pub fn above(visit: &Visit) -> Vec<Shown> {
    let hidden = visit.cookie(HIDDEN_COOKIE).unwrap_or_default();
    let all = &visit.live.announcements;
    let shown = announcement::shown(all, visit.page, visit.now, hidden);
    shown.into_iter().map(|one| Shown::of(visit, one)).collect()
}

/// All that are in force, also those that were put away.
///
/// # Errors
/// None but those of rendering.
pub fn list(visit: &Visit) -> Result<Response, PageError> {
    let title = visit.texts().say("announcements");
    page(visit, title, active(visit).map(|one| Shown::of(visit, one)).collect())
}

/// One of them.
///
/// # Errors
/// There is none with that id in force.
pub fn one(visit: &Visit, id: &str) -> Result<Response, PageError> {
    let one = active(visit).find(|one| one.id == id).ok_or(PageError::NotFound)?;
    page(visit, one.title(visit.texts()).to_owned(), vec![Shown::of(visit, one)])
}

/// Puts one away and leads back.
///
/// # Errors
/// There is none with that id that can be put away.
pub fn hide(visit: &Visit, id: &str, form: &[(String, String)]) -> Result<Response, PageError> {
    let known = active(visit).any(|one| one.dismissible && one.id == id);
    if !known {
        return Err(PageError::NotFound);
    }
    let hidden = announcement::hide(visit.cookie(HIDDEN_COOKIE).unwrap_or_default(), id);
    Ok(preference::kept(form, HIDDEN_COOKIE, &hidden))
}

fn active(visit: &Visit) -> impl Iterator<Item = &Announcement> {
    visit.live.announcements.iter().filter(|one| one.is_active(visit.now))
}

fn page(visit: &Visit, title: String, entries: Vec<Shown>) -> Result<Response, PageError> {
    let mut frame = Frame::new(visit, title, "/help/".to_owned());
    // The page itself shows them.
    frame.announcements.clear();
    reply::page(visit, StatusCode::OK, &Page { frame, entries })
}
