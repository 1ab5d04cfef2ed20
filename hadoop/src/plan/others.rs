//! Jobs that have to fill partitions that a run of its own parameters does not.

use super::{closure, is_read, params::first_day};
use crate::error::Drive;
use crate::ledger::Ledger;
use crate::workflow;
use chrono::NaiveDate;
use jobs::enrollment::days_read;
use jobs::event::interval::Interval;
use jobs::job::{At, Fill, Input, Job};
use jobs::params::{ParamError, Params};

/// A job with the parameters of a run of its own.
pub type Other = (&'static Job, Params);

/// Jobs that have to fill partitions for a job that reads them and that the run, which makes `made`, does
/// not fill: the summary of the week before, enrollments of all days for reports of a few.
///
/// # Errors
/// When a parameter is missing or unreadable, or the ledger cannot be read.
pub fn others(
    job: &Job,
    params: &Params,
    ledger: &Ledger,
    made: &[&'static Job],
) -> Drive<Vec<Other>> {
    let mut found = Vec::new();
    for input in job.inputs {
        let Some((filling, fill)) = filling(input) else { continue };
        let (true, Some(read)) = (is_read(input, params)?, input.at.value(params)?) else {
            continue;
        };
        let Some(filled) = fill.at.value(params)? else { continue };
        let from = longer_history(input, params, ledger)?;
        let is_made = made.iter().any(|job| job.name == filling.name);
        if filled != read || (from.is_some() && !is_made) {
            found.push((filling, params_for(fill.at, &read, from, params)?));
        }
    }
    Ok(found)
}

fn filling(input: &Input) -> Option<(&'static Job, &'static Fill)> {
    let job = workflow::filling(input.table.name)?;
    Some((job, job.fills.iter().find(|fill| fill.table.name == input.table.name)?))
}

/// The first day that a partition is to tell of for an input that is of more days than this run; none
/// where the run's are enough.
///
/// # Errors
/// As [`others`].
pub fn longer_history(input: &Input, params: &Params, ledger: &Ledger) -> Drive<Option<NaiveDate>> {
    let usual = days_read(params)?.0;
    if input.at == At::Days || (input.window)(params)?.0 >= usual {
        return Ok(None);
    }
    let Some((filling, _)) = filling(input) else { return Ok(None) };
    let first = match params.get("interval_start") {
        Some(_) => Some(params.date("interval_start")?),
        None => first_day(ledger, &closure(&[filling.name.to_owned()])?)?,
    };
    Ok(first.filter(|first| *first < usual))
}

/// The parameters of a run that fills a partition with what was from a day on.
fn params_for(at: At, value: &str, from: Option<NaiveDate>, params: &Params) -> Drive<Params> {
    let mut params = params.clone();
    match at {
        At::IntervalEnd => {
            let wanted = || "a date (YYYY-MM-DD)".to_owned();
            let end = jobs::day::parse(value.as_bytes()).ok_or_else(|| ParamError::Unreadable {
                name: "date",
                text: value.to_owned(),
                wanted: wanted(),
            })?;
            let start = from.unwrap_or(params.interval()?.start()).min(end);
            params.set("interval", Interval::new(start, end).to_string());
        }
        At::ImportDate => params.set("import_date", value),
        At::EndDate => params.set("end_date", value),
        _ => params.set("date", value),
    }
    Ok(params)
}
