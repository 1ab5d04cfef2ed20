//! What readers use, told to the site's operators where they ask for it (spec 60 §6.5): one JSON line an event, with
//! the names that dashboards of the original know. Nobody is named, nothing that was typed is told, and a browser
//! that asks not to be followed is not.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::course_id::CourseId;
use crate::error::PageError;
use crate::observe::nameless;
use crate::reply;
use crate::site::{Visit, field};

/// What can be told.
const EVENTS: [&str; 17] = [
    "page",
    "edx.bi.ui.menu.navigated",
    "edx.bi.csv.downloaded",
    "edx.bi.graph.interacted",
    "edx.bi.tooltip.displayed",
    "edx.bi.help.clicked",
    "edx.bi.course.question_clicked",
    "edx.bi.course_list.sorted",
    "edx.bi.course_list.paged",
    "edx.bi.course_list.filtered",
    "edx.bi.course_list.searched",
    "edx.bi.roster.sorted",
    "edx.bi.roster.paged",
    "edx.bi.roster.filtered",
    "edx.bi.roster.searched",
    "edx.bi.learner.email_link_clicked",
    "edx.bi.chart.saved",
];
/// Longest label, in bytes: an address without its query.
const LONGEST_LABEL: usize = 512;

/// One line of the file.
#[derive(Serialize)]
struct Told<'a> {
    time: String,
    event: &'a str,
    page: &'static str,
    course_id: Option<&'a str>,
    /// A keyed hash, the same as in the log.
    user: String,
    label: String,
}

/// Writes down what a page's script tells. Where that happened is a page of this site, and a course, or none.
///
/// # Errors
/// Nothing is to be told here, or the event is none of those that can be.
pub async fn take(
    visit: &Visit,
    form: &[(String, String)],
    page: &'static str,
    course: Option<&CourseId>,
) -> Result<Response, PageError> {
    let file = visit.site.config.usage_file.as_deref().ok_or(PageError::NotFound)?;
    let told = |name| field(form, name).unwrap_or_default();
    let (event, label) = (told("event"), told("label"));
    if !EVENTS.contains(&event) || label.len() > LONGEST_LABEL {
        return Err(PageError::BadRequest);
    }
    if let (Some(session), true) = (visit.session(), visit.may_be_followed()) {
        let told = Told {
            time: visit.now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            event,
            page,
            course_id: course.map(CourseId::as_str),
            user: visit.site.sign_in.seal.mark(&session.username),
            label: nameless(label),
        };
        match serde_json::to_string(&told) {
            Ok(line) => write(file, line).await,
            Err(error) => log::error!("an event of use cannot be written: {error}"),
        }
    }
    Ok(reply::bare(StatusCode::NO_CONTENT))
}

/// The file is opened for each line, so whoever rotates it has nothing to tell us.
async fn write(file: &Path, line: String) {
    let file = PathBuf::from(file);
    let written = tokio::task::spawn_blocking(move || {
        let mut open = std::fs::OpenOptions::new().create(true).append(true).open(&file)?;
        open.write_all(format!("{line}\n").as_bytes())
    });
    match written.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => log::error!("usage_file cannot be written: {error}"),
        Err(error) => log::error!("usage_file was not written: {error}"),
    }
}
