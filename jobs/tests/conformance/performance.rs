//! Checks of problems, and what is made of them.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::job::Job;
use jobs::params::Params;
use jobs::pass::Source;
use jobs::performance::answer_distribution::{self, result_row};
use jobs::performance::problem_response;
use jobs::performance::{
    problem_check_events, problem_checks, problem_response_latest, tags_distribution,
    tags_distribution_by_day,
};
use jobs::testkit::scan;
use std::io::Write;

type Table = (Source, Vec<String>);

pub fn answer_distribution(case: &Case) -> Result<Rows, String> {
    let checks = scan(&[&problem_checks::JOB], &[], &[("tracking.log", case.input.clone())]);
    let checks = checks.table("problem_checks");
    if case.level == "map" {
        return Ok(cells(checks).into_iter().map(plain_names).collect());
    }
    let metadata = case.params.get("answer_metadata").map(|metadata| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{metadata}").unwrap();
        file
    });
    let mut params = case.run_params();
    params.set("date", "2024-04-01");
    if let Some(file) = &metadata {
        params.set("answer_metadata", file.path().to_str().unwrap());
    }
    let events = done(&problem_check_events::JOB, &params, vec![source("problem_checks", checks)])?;
    let events = events.table("problem_check_events");
    match case.text("stage") {
        Some(_) => Ok(cells(events)),
        None => distribution(case, &params, source("problem_check_events", events)),
    }
}

/// Facts of the days of the case's interval.
fn facts(case: &Case, job: &'static Job) -> Result<Table, String> {
    let interval = case.run_params().interval().map_err(|e| e.to_string())?;
    let days = [interval.start().to_string(), interval.end().to_string()];
    let params = [("scan_from", &*days[0]), ("scan_until", &*days[1])];
    let facts = scan(&[job], &params, &[("tracking.log", case.input.clone())]);
    let table = job.fills[0].table.name;
    Ok(source(table, facts.table(table)))
}

pub fn tags_distribution(case: &Case) -> Result<Rows, String> {
    let facts = facts(case, &tags_distribution_by_day::JOB)?;
    let rows = done(&tags_distribution::JOB, &case.run_params(), vec![facts])?;
    Ok(cells(rows.table("tags_distribution")))
}

pub fn problem_response(case: &Case) -> Result<Rows, String> {
    let mut params = case.run_params();
    params.set("datetime", "2024-04-01");
    if case.params.get("clean_text_regex").is_some_and(|pattern| pattern.is_null()) {
        params.set("clean_text_regex", "");
    }
    if let Some(fields) = case.params.get("report_fields") {
        params.set("report_fields", fields.to_string());
    }
    let checks = facts(case, &problem_checks::JOB)?;
    let latest = done(&problem_response_latest::JOB, &params, vec![checks])?;
    let latest = latest.table("problem_response_latest");
    if case.text("output") != Some("report") {
        return Ok(cells(latest));
    }
    let sources = vec![
        source("problem_response_latest", latest),
        source("course_blocks", case.rows("course_blocks")),
    ];
    let files = done(&problem_response::JOB, &params, sources)?.reports;
    Ok(files.into_iter().flat_map(lines).collect())
}

fn distribution(case: &Case, params: &Params, events: Table) -> Result<Rows, String> {
    let done = done(&answer_distribution::JOB, params, vec![events])?;
    if case.text("output") == Some("csv") {
        return Ok(done.reports.into_iter().flat_map(lines).collect());
    }
    let rows = done.table("answer_distribution_per_course");
    rows.iter()
        .map(|row| Ok(loaded(result_row(row.as_bytes()).map_err(|e| e.to_string())?)))
        .collect()
}

/// The lines of a file: path, number, text.
fn lines((path, bytes): (String, Vec<u8>)) -> Rows {
    let text = String::from_utf8(bytes).unwrap();
    let lines = text.strip_suffix("\r\n").unwrap().split("\r\n").enumerate();
    lines.map(|(at, line)| vec![path.clone(), at.to_string(), line.to_owned()]).collect()
}

/// Cells as the result store holds them: in columns that may be NULL, some texts are (20 §0.2).
fn loaded(row: [Option<String>; 12]) -> Vec<String> {
    let columns = answer_distribution::RESULT.columns;
    let cell = |(column, cell): (&jobs::table::Column, Option<String>)| match cell.as_deref() {
        Some("None" | "inf" | "-inf") if !column.required => "\\N".to_owned(),
        Some(text) => text.to_owned(),
        None => "\\N".to_owned(),
    };
    columns.iter().zip(row).map(cell).collect()
}

/// Problem and user, which rows of checks hold as JSON, as plain text.
fn plain_names(mut row: Vec<String>) -> Vec<String> {
    for cell in &mut row[1..3] {
        *cell = serde_json::from_str(cell).unwrap();
    }
    row
}
