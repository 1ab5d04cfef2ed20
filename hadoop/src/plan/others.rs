//! Jobs that have to fill more partitions than those of a run's own parameters.

use super::is_read;
use crate::error::Drive;
use crate::workflow;
use jobs::event::interval::Interval;
use jobs::job::{At, Job};
use jobs::params::{ParamError, Params};

/// A job with the parameters of a run of its own.
pub type Other = (&'static Job, Params);

/// Jobs that have to fill other partitions than those of this run, since a job reads these: the
/// summary of the week before, enrollments at the end of another interval.
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn others(job: &Job, params: &Params) -> Drive<Vec<Other>> {
    let mut found = Vec::new();
    for input in job.inputs {
        let Some(filling) = workflow::filling(input.table.name) else { continue };
        let fill = filling.fills.iter().find(|fill| fill.table.name == input.table.name);
        if let (Some(fill), true) = (fill, is_read(input, params)?)
            && let Some(read) = input.at.value(params)?
            && fill.at.value(params)?.is_some_and(|filled| filled != read)
        {
            found.push((filling, params_for(fill.at, &read, params)?));
        }
    }
    Ok(found)
}

/// The parameters of a run that fills a partition.
fn params_for(at: At, value: &str, params: &Params) -> Drive<Params> {
    let mut params = params.clone();
    match at {
        At::IntervalEnd => {
            let wanted = || "a date (YYYY-MM-DD)".to_owned();
            let end = jobs::day::parse(value.as_bytes()).ok_or_else(|| ParamError::Unreadable {
                name: "date",
                text: value.to_owned(),
                wanted: wanted(),
            })?;
            let start = std::cmp::min(params.interval()?.start(), end);
            params.set("interval", Interval::new(start, end).to_string());
        }
        At::ImportDate => params.set("import_date", value),
        At::EndDate => params.set("end_date", value),
        _ => params.set("date", value),
    }
    Ok(params)
}
