//! What leaves the house: log lines and data of a course, as files for partner institutions and researchers.

pub mod courseware_studentmodule_export;
pub mod event_export;
pub mod event_export_by_course;
#[cfg(feature = "openpgp")]
pub mod openpgp;
mod organization;
mod organizations;
#[cfg(feature = "openpgp")]
mod sealed;

use crate::event::{Event, Json, Reject, course_key};
use crate::{day, text};
use chrono::NaiveDate;
use std::borrow::Cow;

pub use organization::organization;
use organizations::Organizations;

/// The day by which a line is filed (spec 30 C.1): that of `context.received_at` where the context
/// has it, else that of the event.
///
/// # Errors
/// When that time is none, or does not begin with a real day; one place is never tried after the
/// other.
fn received_day(event: &Event) -> Result<NaiveDate, Reject> {
    let received = event.context().and_then(|context| context.get("received_at"));
    let time = match received {
        Some(received) => received.text(),
        None => event.time().map(Cow::Borrowed),
    };
    let time = time.filter(|time| !time.is_empty()).ok_or(Reject::MissingTime)?;
    let day = time.split('T').next().unwrap_or_default();
    day::parse(day.as_bytes()).ok_or(Reject::MalformedDay)
}

/// The course of an event, of its context or URL; courses inside courses only where `ccx` is on.
fn course<'e>(event: &'e Event, ccx: bool) -> Option<Cow<'e, str>> {
    event.course_id_or_from_url().filter(|id| course_key::counts(id, ccx))
}

/// Names joined by commas, as a run's parameter gives a list; blanks around them do not count.
fn listed(text: Option<&str>) -> Vec<String> {
    let names = text.unwrap_or_default().split(',').map(text::strip);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A text member of an object.
fn text_of<'j>(object: Json<'j>, name: &str) -> Option<Cow<'j, str>> {
    object.get(name)?.text()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_day_is_that_of_the_reception_where_one_is_told() {
        for (event, day) in [
            (r#"{"time": "2014-05-20T23:59:59+05:00"}"#, Ok("2014-05-20")),
            (
                r#"{"time": "2014-05-20T1", "context": {"received_at": "2014-05-21T1"}}"#,
                Ok("2014-05-21"),
            ),
            (r#"{"context": {"received_at": "2014-05-21"}}"#, Ok("2014-05-21")),
            (r#"{"time": "2014-05-20T1", "context": null}"#, Ok("2014-05-20")),
            (
                r#"{"time": "2014-05-20T1", "context": {"received_at": null}}"#,
                Err(Reject::MissingTime),
            ),
            (
                r#"{"time": "2014-05-20T1", "context": {"received_at": ""}}"#,
                Err(Reject::MissingTime),
            ),
            (
                r#"{"time": "2014-05-20T1", "context": {"received_at": 7}}"#,
                Err(Reject::MissingTime),
            ),
            (r#"{"time": "2014-05-20 10:00:00"}"#, Err(Reject::MalformedDay)),
            ("{}", Err(Reject::MissingTime)),
        ] {
            let found = received_day(&Event::parse(event.as_bytes()).unwrap());
            assert_eq!(found.map(|day| day.to_string()), day.map(str::to_owned), "{event}");
        }
    }

    #[test]
    fn a_list_is_joined_by_commas() {
        assert_eq!(listed(Some(" a, b,,")), ["a", "b"]);
        assert!(listed(None).is_empty());
    }
}
