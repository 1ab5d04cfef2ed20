//! `total-events`: what operators watch.

use crate::case::{Case, Rows, cells};
use jobs::monitor::total_events;
use jobs::testkit::scan;

pub fn total_events(case: &Case) -> Result<Rows, String> {
    let interval = case.run_params().interval().map_err(|e| e.to_string())?;
    let days = [interval.start().to_string(), interval.end().to_string()];
    let range = [("scan_from", days[0].as_str()), ("scan_until", days[1].as_str())];
    let logs = [("tracking.log", case.input.clone())];
    Ok(cells(scan(&[&total_events::JOB], &range, &logs).table(total_events::TABLE.name)))
}
