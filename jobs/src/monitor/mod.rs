//! What the operators of a site watch: how much the logs hold.

pub mod total_events;
pub mod total_events_report;
