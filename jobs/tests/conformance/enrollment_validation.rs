//! `enrollment-validation`: the scan of the interval's days, then the job.

use crate::case::{Case, Rows};
use crate::enrollment::{done, source};
use jobs::monitor::{enrollment_validation, enrollment_validation_events};
use jobs::testkit::scan;
use serde_json::Value;
use std::collections::BTreeMap;

pub fn run(case: &Case) -> Result<Rows, String> {
    let mut params = case.run_params();
    params.set("datetime", "2014-10-11T00:00:00");
    let interval = params.interval().map_err(|e| e.to_string())?;
    let days = [interval.start().to_string(), interval.end().to_string()];
    let days = [("scan_from", &*days[0]), ("scan_until", &*days[1])];
    let logs = [("tracking.log", case.input.clone())];
    let table = enrollment_validation_events::TABLE.name;
    let facts = scan(&[&enrollment_validation_events::JOB], &days, &logs).table(table);
    let job = &enrollment_validation::JOB;
    let lines = done(job, &params, vec![source(table, facts)])?.files(job.name);
    let rows = lines.iter().map(|line| if is_json(case) { event(line) } else { tuple(line) });
    let rows: Rows = rows.collect();
    Ok(if case.text("output") == Some("histogram") { counted(&rows) } else { rows })
}

fn is_json(case: &Case) -> bool {
    case.params["tuple_output"] == false
}

/// The day in a file's name, with its dashes.
fn day(file: &str) -> String {
    let digits: String = file.chars().filter(char::is_ascii_digit).collect();
    format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..])
}

fn tuple(line: &str) -> Vec<String> {
    let (file, fields) = line.split_once('\t').unwrap();
    [day(file)].into_iter().chain(fields.split('\t').map(str::to_owned)).collect()
}

fn event(line: &str) -> Vec<String> {
    let (file, event) = line.split_once('\t').unwrap();
    let mut event: Value = serde_json::from_str(event).unwrap();
    event["synthesized"].as_object_mut().unwrap().remove("created_at").unwrap();
    vec![day(file), format!("json:{event}")]
}

/// Rows by type and reason.
fn counted(rows: &Rows) -> Rows {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry((row[4].clone(), row[6].clone())).or_insert(0) += 1;
    }
    counts.into_iter().map(|((kind, reason), n)| vec![kind, reason, n.to_string()]).collect()
}
