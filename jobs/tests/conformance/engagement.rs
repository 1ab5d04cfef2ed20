//! Module engagement: counts of a day, and what a week of them says of learners.

use crate::case::{Case, Rows, cells};
use jobs::engagement::module_engagement;
use jobs::testkit::scan;

pub fn counts(case: &Case) -> Result<Rows, String> {
    let params = case.run_params();
    let day = params.date("date").map_err(|e| e.to_string())?;
    let next = day.succ_opt().ok_or("no next day")?;
    let (day, next) = (day.to_string(), next.to_string());
    let mut params: Vec<_> = params.iter().collect();
    params.extend([("scan_from", day.as_str()), ("scan_until", next.as_str())]);
    let logs = [("tracking.log", case.input.clone())];
    let done = scan(&[&module_engagement::JOB], &params, &logs);
    Ok(cells(done.table(module_engagement::TABLE.name)))
}
