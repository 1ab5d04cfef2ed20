//! The student-engagement family: log lines to what each learner did, and the reports of it.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::engagement::{student_engagement, student_engagement_by_day, student_engagement_csv};
use jobs::pass::Source;
use jobs::testkit::scan;
use std::collections::BTreeMap;

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

pub fn reports(case: &Case) -> Result<Rows, String> {
    let mut params = case.run_params();
    params.set("import_date", "2015-04-20");
    let files = done(&student_engagement_csv::JOB, &params, tables(case)?)?.reports;
    let numbered = files.into_iter().flat_map(|(path, bytes)| {
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<_> =
            text.strip_suffix("\r\n").unwrap().split("\r\n").map(str::to_owned).collect();
        let row = move |(at, line)| vec![path.clone(), format!("{at:03}"), line];
        lines.into_iter().enumerate().map(row)
    });
    Ok(numbered.collect())
}

/// The tables that a case's lines give, each with its columns: what is missing is NULL.
fn tables(case: &Case) -> Result<Vec<(Source, Vec<String>)>, String> {
    let mut headers = BTreeMap::new();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in &case.input {
        let (name, cells) = line.split_once('\t').ok_or("a line of no table")?;
        let cells: Vec<_> = cells.split('\t').collect();
        match name.strip_prefix('#') {
            Some(name) => drop(headers.insert(name, cells)),
            None => {
                let header = headers.get(name).ok_or("a row before its header")?;
                let row: BTreeMap<_, _> = header.iter().copied().zip(cells).collect();
                let (table, row) = laid_out(name, &row)?;
                found.entry(table).or_default().push(row);
            }
        }
    }
    Ok(found.into_iter().map(|(table, rows)| source(table, rows)).collect())
}

/// A row with the columns of its table; a day of an enrollment is a span of one day.
fn laid_out<'t>(name: &'t str, row: &BTreeMap<&str, &str>) -> Result<(&'t str, String), String> {
    let named = |column: &str| match column {
        "first_date" | "last_date" => row.get("date"),
        _ => row.get(column),
    };
    let name = if name == "course_enrollment" { "course_enrollment_spans" } else { name };
    let columns = jobs::registry::table(name).ok_or(name)?.columns;
    let cells = columns.iter().map(|column| named(column.name).copied().unwrap_or("\\N"));
    Ok((name, cells.collect::<Vec<_>>().join("\t")))
}
