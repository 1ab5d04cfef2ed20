//! The enrollment family: events, daily state, summary, and the five breakdowns.

use crate::case::{Case, Rows, cells};
use jobs::enrollment::{
    course_enrollment, course_enrollment_events, course_enrollment_spans, course_enrollment_summary,
};
use jobs::job::Job;
use jobs::params::Params;
use jobs::pass::Source;
use jobs::testkit::{Done, execute, scan};

pub fn events(case: &Case) -> Result<Rows, String> {
    let interval = case.run_params().interval().map_err(|e| e.to_string())?;
    Ok(cells(scanned(case, &interval.start().to_string(), &interval.end().to_string())))
}

pub fn daily_state(case: &Case) -> Result<Rows, String> {
    let params = case.run_params();
    let table = course_enrollment_spans::TABLE.name;
    let spans = done(&course_enrollment_spans::JOB, &params, vec![facts(case)?])?.table(table);
    let days = done(&course_enrollment::JOB, &params, vec![source(table, spans)])?;
    Ok(cells(days.table("course_enrollment")))
}

pub fn summary(case: &Case) -> Result<Rows, String> {
    let job = &course_enrollment_summary::JOB;
    let done = done(job, &case.run_params(), vec![facts(case)?])?;
    Ok(cells(done.table("course_enrollment_summary")))
}

pub fn breakdown(case: &Case) -> Result<Rows, String> {
    let job = jobs::registry::job(&case.job).ok_or("no such job")?;
    let mut params = case.run_params();
    params.set("import_date", "2014-08-07");
    let profiles = source("auth_userprofile", case.lms_rows("auth_userprofile"));
    let done = done(job, &params, vec![spans(case)?, profiles])?;
    Ok(cells(done.table(job.fills[0].table.name)))
}

/// The spans that a case's events give.
pub fn spans(case: &Case) -> Result<(Source, Vec<String>), String> {
    let table = course_enrollment_spans::TABLE.name;
    let spans = done(&course_enrollment_spans::JOB, &case.run_params(), vec![facts(case)?])?;
    Ok(source(table, spans.table(table)))
}

/// Lines as rows of a table.
pub fn source(table: &str, lines: Vec<String>) -> (Source, Vec<String>) {
    (Source::Table { table: table.to_owned(), partition: String::new() }, lines)
}

/// Runs a job.
pub fn done(
    job: &'static Job,
    params: &Params,
    sources: Vec<(Source, Vec<String>)>,
) -> Result<Done, String> {
    execute(job, params, sources).map_err(|e| e.to_string())
}

/// Enrollment events: given as such, or scanned from log lines of the window's days.
fn facts(case: &Case) -> Result<(Source, Vec<String>), String> {
    let table = course_enrollment_events::TABLE.name;
    if case.level == "reduce" {
        return Ok(source(table, case.input.clone()));
    }
    let end = case.run_params().interval().map_err(|e| e.to_string())?.end();
    let window = case.params["overwrite_n_days"].as_u64().ok_or("no window")?;
    let start = end - chrono::Days::new(window);
    let facts = scanned(case, &start.to_string(), &end.to_string());
    let without_day = |fact: &String| fact.split_once('\t').unwrap_or_default().1.to_owned();
    Ok(source(table, facts.iter().map(without_day).collect()))
}

fn scanned(case: &Case, from: &str, until: &str) -> Vec<String> {
    let params = [("scan_from", from), ("scan_until", until)];
    let logs = [("tracking.log", case.input.clone())];
    scan(&[&course_enrollment_events::JOB], &params, &logs).by_day("course_enrollment_events")
}
