//! Module engagement: counts of a day, and what a week of them says of learners.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::engagement::{
    module_engagement, module_engagement_metric_ranges, module_engagement_summary,
};
use jobs::learners::module_engagement_user_segments;
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

pub fn summary(case: &Case) -> Result<Rows, String> {
    let counts = source(module_engagement::TABLE.name, case.input.clone());
    let done = done(&module_engagement_summary::JOB, &case.run_params(), vec![counts])?;
    Ok(cells(done.table(module_engagement_summary::TABLE.name)))
}

pub fn metric_ranges(case: &Case) -> Result<Rows, String> {
    let summary = source(module_engagement_summary::TABLE.name, case.input.clone());
    let done = done(&module_engagement_metric_ranges::JOB, &case.run_params(), vec![summary])?;
    Ok(cells(done.table(module_engagement_metric_ranges::TABLE.name)))
}

pub fn user_segments(case: &Case) -> Result<Rows, String> {
    let summary = source(module_engagement_summary::TABLE.name, case.input.clone());
    let ranges = source(module_engagement_metric_ranges::TABLE.name, case.list("metric_ranges"));
    let job = &module_engagement_user_segments::JOB;
    let done = done(job, &case.run_params(), vec![summary, ranges])?;
    Ok(cells(done.table(module_engagement_user_segments::TABLE.name)))
}
