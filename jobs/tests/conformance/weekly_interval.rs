//! `weekly-interval`: whole weeks before a date.

use crate::case::{Case, Rows};
use jobs::event::interval::Interval;

pub fn run(case: &Case) -> Result<Rows, String> {
    let params = case.run_params();
    let end_date = params.date("end_date").unwrap();
    let weeks = params.number("weeks").unwrap().unwrap();
    let interval = Interval::weekly(end_date, weeks).map_err(|e| e.to_string())?;
    Ok(vec![vec![interval.start().to_string(), interval.end().to_string()]])
}
