//! Learners, one by one (spec 60 §2.14): off unless switched on, and shown as far as the Data API shows them, by
//! name or by pseudonym (§9.4).

mod detail;
mod download;
mod proxy;
mod roster;
mod wish;

use warp::reply::Response;

use super::{CourseContext, Link, Place};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;
use crate::text::Texts;

pub use self::download::fields;
pub use self::proxy::{Resource, answer as proxy};

/// What is asked below a course's learners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// All of them.
    Roster,
    /// All of them as a file.
    Csv,
    /// One of them.
    Learner(String),
}

/// The page or file. No browser keeps it.
///
/// # Errors
/// The site shows no learners of this course, or the Data API gives no file of them.
pub async fn answer(
    visit: &Visit,
    access: &CourseAccess,
    path: Path,
) -> Result<Response, PageError> {
    let learners = access.learners(visit)?;
    let response = match path {
        Path::Roster => roster::page(visit, learners).await,
        Path::Csv => download::csv(visit, learners, roster::question(visit)).await,
        Path::Learner(username) => detail::page(visit, learners, &username).await,
    };
    response.map(reply::unstored)
}

/// The way to the learners, without the inactive ones.
pub fn link(texts: &Texts, course: &CourseContext, place: Place) -> Link {
    Link {
        url: format!("{}{}?{}={}", course.url, Place::Learners.path(), wish::INACTIVE, wish::HIDE),
        text: texts.say("nav-roster"),
        icon: "people",
        current: place == Place::Learners,
    }
}

/// What is shown of a learner's name: pseudonyms have none.
fn title(learner: &api_client::Learner) -> &str {
    let name = learner.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    name.unwrap_or(&learner.username)
}
