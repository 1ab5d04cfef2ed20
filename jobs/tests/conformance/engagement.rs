//! Module engagement: counts of a day, and what a week of them says of learners.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::engagement::{
    module_engagement, module_engagement_metric_ranges, module_engagement_summary,
};
use jobs::enrollment::course_enrollment_spans;
use jobs::learners::{
    module_engagement_roster, module_engagement_roster_index, module_engagement_user_segments,
};
use jobs::pass::Source;
use jobs::registry;
use jobs::testkit::scan;
use std::collections::BTreeMap;

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

pub fn roster(case: &Case) -> Result<Rows, String> {
    let job = &module_engagement_roster::JOB;
    let done = done(job, &case.run_params(), tables(case)?)?;
    Ok(cells(done.table(module_engagement_roster::TABLE.name)))
}

pub fn roster_index(case: &Case) -> Result<Rows, String> {
    let job = &module_engagement_roster_index::JOB;
    let roster = source(module_engagement_roster::TABLE.name, case.input.clone());
    let documents = done(job, &case.run_params(), vec![roster])?.files(job.name);
    documents.iter().map(|line| document(line)).collect()
}

/// Name and text of the document in a line `file, {"_id": …, "_source": …}`.
fn document(line: &str) -> Result<Vec<String>, String> {
    let (_, json) = line.split_once('\t').ok_or("a line without its file")?;
    let json: serde_json::Value = serde_json::from_str(json).map_err(|e| e.to_string())?;
    let id = json["_id"].as_str().ok_or("a document without a name")?;
    Ok(vec![id.to_owned(), json["_source"].to_string()])
}

/// The rows of a case's tables: a line `#table, column…` names columns, others are `table, value…`.
/// Columns that are not named are NULL, and a row of `course_enrollment` is a span of one day.
fn tables(case: &Case) -> Result<Vec<(Source, Vec<String>)>, String> {
    let (mut headers, mut found) = (BTreeMap::new(), BTreeMap::<&str, Vec<String>>::new());
    for line in &case.input {
        let (table, values) = line.split_once('\t').ok_or("a line without a table")?;
        let values: Vec<_> = values.split('\t').collect();
        match table.strip_prefix('#') {
            Some(table) => drop(headers.insert(table, values)),
            None => {
                let columns = headers.get(table).ok_or("a row before its columns")?;
                let row = columns.iter().copied().zip(values).collect();
                let (table, row) = row_of(table, &row);
                found.entry(table).or_default().push(row);
            }
        }
    }
    Ok(found.into_iter().map(|(table, rows)| source(table, rows)).collect())
}

fn row_of<'a>(table: &'a str, row: &BTreeMap<&str, &str>) -> (&'a str, String) {
    let is_day = table == "course_enrollment";
    let table = if is_day { course_enrollment_spans::TABLE.name } else { table };
    let columns = registry::table(table).unwrap().columns.iter().map(|column| match column.name {
        "first_date" | "last_date" if is_day => "date",
        name => name,
    });
    let cells = columns.map(|name| row.get(name).copied().unwrap_or("\\N"));
    (table, cells.collect::<Vec<_>>().join("\t"))
}
