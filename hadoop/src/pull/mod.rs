//! What comes by HTTP: courses and their blocks from the LMS (spec 20 §5, §6), course runs from the
//! catalogue service (spec 10 §4.10), as lines of JSON; and [`durations`] of videos.

mod client;
pub mod durations;

pub use crate::http::{Clock, Secret};
pub use client::{Client, Credentials, PullError};

use serde_json::Value;

/// The token type that the LMS's courses and the catalogue ask for.
pub const JWT: &str = "jwt";
const NOT_FOUND: u16 = 404;

/// Hands on every course of an LMS.
///
/// # Errors
/// As [`Client::pages`]; or what `line` says.
pub fn course_list<E: From<PullError>>(
    client: &mut Client,
    url: &str,
    page_size: u32,
    mut line: impl FnMut(&Value) -> Result<(), E>,
) -> Result<(), E> {
    let size = page_size.to_string();
    client.pages(url, &[("page_size", &size)], |page| {
        results(url, &page)?.iter().try_for_each(&mut line)
    })
}

/// Hands on the blocks of each course, with the course's id; courses that the LMS does not know are left
/// out. Gives the number of these.
///
/// # Errors
/// As [`Client::get`]; or what `line` says.
pub fn course_blocks<'c, E: From<PullError>>(
    client: &mut Client,
    url: &str,
    courses: impl IntoIterator<Item = &'c str>,
    mut line: impl FnMut(&Value) -> Result<(), E>,
) -> Result<u64, E> {
    let mut unknown = 0;
    for course in courses {
        let query = [
            ("course_id", course),
            ("depth", "all"),
            ("requested_fields", "children"),
            ("all_blocks", "true"),
        ];
        match client.get(url, &query) {
            Ok(Value::Object(mut blocks)) => {
                blocks.insert("course_id".to_owned(), course.into());
                line(&Value::Object(blocks))?;
            }
            Ok(_) => return Err(of(course, no_object(url, "the answer")).into()),
            Err(error) if error.status() == Some(NOT_FOUND) => {
                log::warn!("{course}: the LMS knows no such course");
                unknown += 1;
            }
            Err(error) => return Err(of(course, error).into()),
        }
    }
    Ok(unknown)
}

/// Hands on every course run that a partner has in the catalogue, with the partner's short code.
///
/// # Errors
/// As [`Client::pages`]; or what `line` says.
pub fn course_runs<E: From<PullError>>(
    client: &mut Client,
    root: &str,
    partner: &str,
    page_size: u32,
    mut line: impl FnMut(&Value) -> Result<(), E>,
) -> Result<(), E> {
    let (url, size) = (course_runs_url(root), page_size.to_string());
    client.pages(&url, &course_runs_query(partner, &size), |page| {
        for run in results(&url, &page)? {
            let Value::Object(mut run) = run.clone() else {
                return Err(no_object(&url, "a course run").into());
            };
            run.insert("partner_short_code".to_owned(), partner.into());
            line(&Value::Object(run))?;
        }
        Ok(())
    })
}

/// Asks for one page of the course runs of a partner, and gives how many are on it.
///
/// # Errors
/// As [`Client::get`].
pub fn some_course_runs(
    client: &mut Client,
    root: &str,
    partner: &str,
    page_size: u32,
) -> Result<usize, PullError> {
    let (url, size) = (course_runs_url(root), page_size.to_string());
    let page = client.get(&url, &course_runs_query(partner, &size))?;
    Ok(results(&url, &page)?.len())
}

fn course_runs_url(root: &str) -> String {
    format!("{}/course_runs/", root.trim_end_matches('/'))
}

fn course_runs_query<'q>(partner: &'q str, size: &'q str) -> [(&'static str, &'q str); 3] {
    [("limit", size), ("partner", partner), ("exclude_utm", "1")]
}

fn of(course: &str, source: PullError) -> PullError {
    PullError::Of { what: course.to_owned(), source: Box::new(source) }
}

fn results<'p>(url: &str, page: &'p Value) -> Result<&'p [Value], PullError> {
    let results = page.get("results").and_then(Value::as_array);
    results.map(Vec::as_slice).ok_or_else(|| PullError::Answer {
        url: url.to_owned(),
        what: "a page holds no list `results`".to_owned(),
    })
}

fn no_object(url: &str, what: &str) -> PullError {
    PullError::Answer { url: url.to_owned(), what: format!("{what} is no JSON object") }
}
