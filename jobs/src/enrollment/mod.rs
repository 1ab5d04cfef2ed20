//! Who is enrolled: from enrollment events to the counts of a course by day.

pub mod address_database;
pub mod counts;
pub mod course_enrollment;
pub mod course_enrollment_birth_year_daily;
pub mod course_enrollment_daily;
pub mod course_enrollment_education_level_daily;
pub mod course_enrollment_events;
pub mod course_enrollment_gender_daily;
pub mod course_enrollment_location_current;
pub mod course_enrollment_mode_daily;
pub mod course_enrollment_spans;
pub mod course_enrollment_summary;
mod geoip_countries;
pub mod geoip_dat;
pub mod last_country_of_user;
pub mod last_ip_of_user;
pub mod latest_address;
pub mod profile_join;
pub mod span;

use crate::event::interval::Interval;
use crate::params::{ParamError, Params};
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output};
use chrono::{Days, NaiveDate};

const ACTIVATED: &[u8] = b"edx.course.enrollment.activated";
const DEACTIVATED: &[u8] = b"edx.course.enrollment.deactivated";
const MODE_CHANGED: &[u8] = b"edx.course.enrollment.mode_changed";

/// What follows course and learner in an enrollment event.
const EVENT_COLUMNS: &str = "time, type and mode of an enrollment event";

/// Enrollment events by course and learner: `course_id, user_id` and, in order of time, type and
/// mode, the rest. Lines that are no such event are counted and passed over.
struct History;

impl Mapper for History {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let fields = split("an enrollment event", line);
        match fields {
            Ok([course_id, user_id, timestamp, event_type, mode])
                if crate::day::parse(crate::day::of_timestamp(timestamp)).is_some() =>
            {
                let mut row = out.row();
                row.fields(course_id).fields(user_id).fields(timestamp);
                row.fields(event_type).fields(mode).end()
            }
            _ => {
                out.count("Enrollment Events", "Discard Malformed Fact", 1);
                Ok(())
            }
        }
    }
}

/// The days of facts that an enrollment run reads: the interval, and the window of
/// `overwrite_n_days` before its end, which is not cut at the interval's start (10 §4.2).
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn days_read(params: &Params) -> Result<(NaiveDate, NaiveDate), ParamError> {
    let interval: Interval = params.interval()?;
    let window = params.number("overwrite_n_days")?.unwrap_or(0);
    let end = interval.end();
    let window_start = end.checked_sub_days(Days::new(window.into())).unwrap_or(end);
    Ok((interval.start().min(window_start), end))
}
