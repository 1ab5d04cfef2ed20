//! Checks of problems, and what is made of them.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::csv_file::CsvFile;
use jobs::job::Job;
use jobs::params::Params;
use jobs::pass::Source;
use jobs::performance::answer_distribution::{self, csv_file, result_row};
use jobs::performance::problem_response::{self, Report};
use jobs::performance::{
    problem_check_events, problem_checks, problem_response_latest, tags_distribution,
    tags_distribution_by_day,
};
use jobs::testkit::scan;
use std::collections::BTreeMap;
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
    let rows = done(&problem_response::JOB, &params, sources)?.table("problem_response_location");
    let files = reports(&rows, &params)?;
    Ok(files.into_iter().flat_map(lines).collect())
}

fn reports(rows: &[String], params: &Params) -> Result<Vec<CsvFile>, String> {
    let report = Report::new(params).map_err(|e| e.to_string())?;
    let of_course = |rows: &[String]| {
        let (course_id, _) = rows[0].split_once('\t').unwrap();
        let mut file = CsvFile { path: report.path(course_id), bytes: Vec::new() };
        report.header(&mut file.bytes);
        let mut lines = rows.iter().map(|row| report.line(row.as_bytes(), &mut file.bytes));
        lines.try_for_each(|line| line).map_err(|e| e.to_string())?;
        Ok(file)
    };
    let same_course = |a: &String, b: &String| a.split('\t').next() == b.split('\t').next();
    rows.chunk_by(same_course).map(of_course).collect()
}

fn distribution(case: &Case, params: &Params, events: Table) -> Result<Rows, String> {
    let rows = done(&answer_distribution::JOB, params, vec![events])?;
    let rows = rows.table("answer_distribution_per_course");
    if case.text("output") == Some("csv") {
        return Ok(answer_files(&rows)?.into_iter().flat_map(lines).collect());
    }
    rows.iter()
        .map(|row| Ok(loaded(result_row(row.as_bytes()).map_err(|e| e.to_string())?)))
        .collect()
}

fn answer_files(rows: &[String]) -> Result<Vec<CsvFile>, String> {
    let mut courses: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
    for row in rows {
        let (course_id, answer) = row.split_once('\t').unwrap();
        courses.entry(course_id).or_default().push(answer.as_bytes());
    }
    let file = |(course_id, answers): (&str, Vec<&[u8]>)| csv_file(course_id, answers.into_iter());
    courses.into_iter().map(file).collect::<Result<_, _>>().map_err(|e| e.to_string())
}

/// The lines of a file: path, number, text.
fn lines(file: CsvFile) -> Rows {
    let text = String::from_utf8(file.bytes).unwrap();
    let lines = text.strip_suffix("\r\n").unwrap().split("\r\n").enumerate();
    lines.map(|(at, line)| vec![file.path.clone(), at.to_string(), line.to_owned()]).collect()
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
