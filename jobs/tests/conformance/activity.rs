//! The activity family: labels by learner and day, learners by week.

use crate::case::{Case, Rows, as_mysql_prints, cells};
use crate::enrollment::{done, source};
use jobs::engagement::{course_activity, user_activity};
use jobs::pass::Source;
use jobs::testkit::{mapped, scan};

pub fn user_activity(case: &Case) -> Result<Rows, String> {
    match case.level.as_str() {
        "map" => emissions(case),
        _ => merged(case),
    }
}

/// Rows as the mapper writes them, without the count of one at their end.
fn emissions(case: &Case) -> Result<Rows, String> {
    let emitted = mapped(&user_activity::JOB, &case.scan_params()?, case.log());
    let mut rows = cells(emitted.map_err(|e| e.to_string())?);
    rows.iter_mut().for_each(|row| row.truncate(5));
    Ok(rows)
}

/// Emissions of one day as facts that stand there already, each counted once.
fn merged(case: &Case) -> Result<Rows, String> {
    let fact = |line: &String| format!("{}\t1", line.split_once('\t').unwrap_or_default().1);
    let table = user_activity::TABLE.name;
    let day = case.run_params().interval().map_err(|e| e.to_string())?.start().to_string();
    let source = Source::Table { table: table.to_owned(), partition: day };
    let facts = vec![(source, case.input.iter().map(fact).collect())];
    Ok(cells(done(&user_activity::JOB, &case.run_params(), facts)?.table(table)))
}

/// Learners by week, of the days that the case extracts.
pub fn course_activity(case: &Case) -> Result<Rows, String> {
    let params = case.run_params();
    let end = params.date("end_date").map_err(|e| e.to_string())?;
    let window = case.params["overwrite_n_days"].as_u64().ok_or("no window")?;
    let (from, until) = ((end - chrono::Days::new(window)).to_string(), end.to_string());
    let days = [("scan_from", from.as_str()), ("scan_until", until.as_str())];
    let facts = scan(&[&user_activity::JOB], &days, &[("log", case.input.clone())]);
    let facts = facts.table(user_activity::TABLE.name);
    let facts = vec![source(user_activity::TABLE.name, facts)];
    let weeks = done(&course_activity::JOB, &params, facts)?.table(course_activity::TABLE.name);
    Ok(as_mysql_prints(cells(weeks)))
}
