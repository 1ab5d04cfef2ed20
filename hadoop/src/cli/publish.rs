//! `insights publish`: load what the warehouse has, or put the generation before back.

use super::{environment, print};
use hadoop::config::{Privacy, Settings};
use hadoop::error::{Drive, DriveError};
use hadoop::permission;
use hadoop::publish::{self as steps, ToLoad};
use hadoop::run::{self, Run};
use jobs::job::{At, Fill};
use jobs::nearest::did_you_mean;
use jobs::registry::{JOBS, RESULT_TABLES};
use jobs::table::Table;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// Result tables; none = all that the warehouse has
    tables: Vec<String>,
    /// Put the generation of this table that was live before back
    #[arg(long, value_name = "TABLE", conflicts_with = "tables")]
    rollback: Option<String>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
    /// The result store
    #[arg(long, value_name = "URL")]
    store: Option<String>,
}

pub fn publish(file: Option<&Path>, args: &Args) -> Drive<()> {
    let mut settings = Settings::read(file, &environment())?;
    if let Some(url) = &args.warehouse {
        settings.config.warehouse.url.clone_from(url);
    }
    if args.store.is_some() {
        settings.config.store.url.clone_from(&args.store);
    }
    let url = settings.config.store.url.clone();
    let url =
        url.ok_or_else(|| DriveError::Usage("no store is named (store.url, --store)".into()))?;
    if let Some(name) = &args.rollback {
        let table = result_table(name)?;
        steps::wait(steps::connect(&url)?.rollback(table))?;
        return print(&format!("{name} is what it was before its last load\n"));
    }
    let names = args.tables.iter().map(|name| result_table(name).map(|table| table.name));
    let names = names.collect::<Drive<Vec<_>>>()?;
    let mut report = Vec::new();
    let done = run::alone(&settings, |run, summary| {
        let tables = in_warehouse(run, &names, settings.config.privacy, &mut report)?;
        if tables.is_empty() {
            return Ok(());
        }
        steps::load(run, &tables, &steps::connect(&url)?, summary, &mut report)
    });
    print(&report.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    print(&format!("{} tables loaded\n", done?.loaded))
}

/// The tables of these names, or all, as the warehouse has them.
fn in_warehouse(
    run: &Run,
    names: &[&str],
    privacy: Privacy,
    report: &mut Vec<String>,
) -> Drive<Vec<ToLoad>> {
    let mut found = Vec::new();
    for (job, fill) in JOBS.iter().flat_map(|job| job.fills.iter().map(move |fill| (job, fill))) {
        let Some(result) = fill.table.loaded_into() else { continue };
        if !names.is_empty() && !names.contains(&result.name) {
            continue;
        }
        let left_out = match (newest(run, fill)?, permission::allowed(job, privacy)) {
            (Some(value), Ok(())) => {
                found.push(ToLoad { table: fill.table, result, value });
                continue;
            }
            (_, Err(forbidden)) => forbidden,
            (None, Ok(())) => {
                DriveError::Missing(format!("the warehouse has nothing of {}", fill.table.name))
            }
        };
        if !names.is_empty() {
            return Err(left_out);
        }
        report.push(format!("{}: skipped, {left_out}", result.name));
    }
    Ok(found)
}

/// The partition that was made last, which is the one to be seen; `Some(None)` = all days.
fn newest(run: &Run, fill: &Fill) -> Drive<Option<Option<String>>> {
    let made = run.ledger.entries(fill.table.name)?;
    let newest = made.iter().max_by(|a, b| a.1.finished.cmp(&b.1.finished));
    Ok(newest.map(|(value, _)| (fill.at != At::Days).then(|| value.clone())))
}

fn result_table(name: &str) -> Drive<&'static Table> {
    RESULT_TABLES.iter().find(|table| table.name == name).ok_or_else(|| {
        let guess = did_you_mean(name, RESULT_TABLES.iter().map(|table| table.name));
        DriveError::Usage(format!("there is no result table `{name}`{guess}"))
    })
}
