//! CSV downloads: the Data API's own bodies under the site's file names (spec 60 §2.15).

use api_client::Breakdown;
use warp::reply::Response;

use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;
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
    let ask = visit.ask();
    let csv = match breakdown {
        Breakdown::Daily | Breakdown::Mode => ask.csv(&questions::modes(access, visit.now)).await,
        Breakdown::Gender => ask.csv(&questions::genders(access, visit.now)).await,
        Breakdown::Education => ask.csv(&questions::education(access)).await,
        Breakdown::BirthYear => ask.csv(&questions::birth_years(access)).await,
        Breakdown::Location => ask.csv(&questions::locations(access)).await,
    };
    let csv = csv.map_err(PageError::Upstream)?;
    let name = format!("{}--{}.csv", access.course().stem(), suffix(breakdown));
    Ok(reply::csv(&name, with_mark(visit, csv)))
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
