//! CSV downloads: the Data API's own bodies under the site's file names (spec 60 §2.15).

use api_client::Breakdown;
use api_client::ask::Question;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;
use crate::upstream::Trouble;
use crate::upstream::data_api::questions;

/// One enrollment resource of a course. No data is 404.
///
/// # Errors
/// The Data API gives nothing.
pub async fn enrollment(
    visit: &Visit,
    access: &CourseAccess,
    breakdown: Breakdown,
) -> Result<Response, PageError> {
    let now = visit.now;
    let suffix = suffix(breakdown);
    match breakdown {
        Breakdown::Daily | Breakdown::Mode => {
            answer(visit, access, &questions::modes(access, now), suffix).await
        }
        Breakdown::Gender => answer(visit, access, &questions::genders(access, now), suffix).await,
        Breakdown::Education => answer(visit, access, &questions::education(access), suffix).await,
        Breakdown::BirthYear => {
            answer(visit, access, &questions::birth_years(access), suffix).await
        }
        Breakdown::Location => answer(visit, access, &questions::locations(access), suffix).await,
    }
}

/// The weeks of a course.
///
/// # Errors
/// The Data API gives nothing.
pub async fn activity(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let question = questions::activity(access, visit.now);
    answer(visit, access, &question, "engagement-activity").await
}

/// The segments of a video, by its id in the pipeline or without the course before it.
///
/// # Errors
/// The Data API gives nothing.
pub async fn video(
    visit: &Visit,
    access: &CourseAccess,
    video: &str,
) -> Result<Response, PageError> {
    let own = format!("{}|", access.course());
    let question = questions::timeline(access, video.strip_prefix(&own).unwrap_or(video));
    answer(visit, access, &question, "engagement-video-timeline").await
}

/// The report of all responses, where the Data API says that it is; its link is good for a while.
///
/// # Errors
/// There is no report, or the API gives no address of one.
pub async fn responses(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let report = visit.ask().response_report(access).await.map_err(PageError::Upstream)?;
    let address = reqwest::Url::parse(&report.download_url).ok();
    let address = address.filter(|url| ["http", "https"].contains(&url.scheme()));
    let address = address.ok_or(PageError::Upstream(Trouble::Nonsense))?;
    Ok(reply::redirect(StatusCode::FOUND, address.as_str()))
}

/// The answers to all parts of a problem of the course.
///
/// # Errors
/// The Data API gives nothing, or the problem is of another course.
pub async fn answers(
    visit: &Visit,
    access: &CourseAccess,
    problem: &str,
) -> Result<Response, PageError> {
    // Only the records tell of which course a problem is.
    visit.ask().answers(access, problem).await.map_err(PageError::Upstream)?;
    let question = questions::answers(problem);
    answer(visit, access, &question, "performance-answer-distribution").await
}

async fn answer<T>(
    visit: &Visit,
    access: &CourseAccess,
    question: &Question<T>,
    suffix: &str,
) -> Result<Response, PageError> {
    let csv = visit.ask().csv(question).await.map_err(PageError::Upstream)?;
    let name = format!("{}--{suffix}.csv", access.course().stem());
    Ok(reply::csv(&name, with_mark(visit, csv)))
}

/// Rows as CSV, the heading first, each ending in CR LF.
///
/// # Errors
/// None but those of a full memory.
pub fn written(rows: impl Iterator<Item = Vec<String>>) -> Result<String, PageError> {
    let failed = |error: &dyn std::fmt::Display| {
        log::error!("writing CSV: {error}");
        PageError::Upstream(Trouble::Nonsense)
    };
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// Spreadsheet programs take a text for UTF-8 only if a byte-order mark says so: `?excel=1`.
pub fn with_mark(visit: &Visit, csv: String) -> String {
    if visit.query.get("excel") == Some("1") { format!("\u{feff}{csv}") } else { csv }
}

const fn suffix(breakdown: Breakdown) -> &'static str {
    match breakdown {
        Breakdown::Daily | Breakdown::Mode => "enrollment",
        Breakdown::Gender => "enrollment-by-gender",
        Breakdown::Education => "enrollment-by-education",
        Breakdown::BirthYear => "enrollment-by-birth-year",
        Breakdown::Location => "enrollment-location",
    }
}
