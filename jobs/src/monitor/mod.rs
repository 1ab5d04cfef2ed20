//! What the operators of a site watch: how much the logs hold, and whether events are missing.

pub mod enrollment_snapshot_events;
pub mod enrollment_validation;
pub mod enrollment_validation_events;
mod moment;
mod newest_first;
mod synthesis;
mod synthetic_event;
pub mod total_events;
pub mod total_events_report;

const ACTIVATED: &str = "edx.course.enrollment.activated";
const DEACTIVATED: &str = "edx.course.enrollment.deactivated";
const MODE_CHANGED: &str = "edx.course.enrollment.mode_changed";
/// Not of the LMS: what a snapshot of its table says, as an event.
const VALIDATED: &str = "edx.course.enrollment.validated";
