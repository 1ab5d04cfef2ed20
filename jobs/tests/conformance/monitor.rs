//! `total-events` and `total-events-report`: what operators watch.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::monitor::{total_events, total_events_report};
use jobs::testkit::scan;

pub fn total_events(case: &Case) -> Result<Rows, String> {
    let interval = case.run_params().interval().map_err(|e| e.to_string())?;
    let days = [interval.start().to_string(), interval.end().to_string()];
    let range = [("scan_from", days[0].as_str()), ("scan_until", days[1].as_str())];
    let logs = [("tracking.log", case.input.clone())];
    Ok(cells(scan(&[&total_events::JOB], &range, &logs).table(total_events::TABLE.name)))
}

/// The lines of the file, numbered.
pub fn report(case: &Case) -> Result<Rows, String> {
    let job = &total_events_report::JOB;
    let rows = source(total_events::TABLE.name, case.input.clone());
    let files = done(job, &case.run_params(), vec![rows])?.reports;
    let file = files.into_values().next().ok_or("no file")?;
    let text = String::from_utf8(file).map_err(|e| e.to_string())?;
    let text = text.strip_suffix('\n').ok_or("no end of the last line")?;
    let numbered = |(number, line): (usize, &str)| vec![format!("{number:03}"), line.to_owned()];
    Ok(text.split('\n').enumerate().map(numbered).collect())
}
