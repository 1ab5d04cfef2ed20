//! The student-engagement family: log lines to what each learner did, and the reports of it.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::engagement::{student_engagement, student_engagement_by_day};
use jobs::testkit::scan;

pub fn rows(case: &Case) -> Result<Rows, String> {
    let params = case.run_params();
    let interval = params.interval().map_err(|e| e.to_string())?;
    let (from, until) = (interval.start().to_string(), interval.end().to_string());
    let days = [("scan_from", from.as_str()), ("scan_until", until.as_str())];
    let logs = [("tracking.log", case.input.clone())];
    let table = student_engagement_by_day::TABLE.name;
    let facts = scan(&[&student_engagement_by_day::JOB], &days, &logs).table(table);
    let done = done(&student_engagement::JOB, &params, vec![source(table, facts)])?;
    let word = case.text("interval_type").ok_or("no interval_type")?;
    Ok(cells(done.table(&format!("student_engagement_raw_{word}"))))
}
