//! `insights publish`: load what the warehouse has, or put the generation before back.

use super::{environment, print};
use hadoop::config::Settings;
use hadoop::error::{Drive, DriveError};
use hadoop::{publish as steps, run};
use jobs::job::Fill;
use jobs::nearest::did_you_mean;
use jobs::registry::{JOBS, RESULT_TABLES};
use jobs::table::{Load, Table};
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
    let store = steps::connect(&url)?;
    if let Some(name) = &args.rollback {
        steps::wait(store.rollback(result_table(name)?))?;
        return print(&format!("{name} is what it was before its last load\n"));
    }
    let names = args.tables.iter().map(|name| result_table(name).map(|table| table.name));
    let names = names.collect::<Drive<Vec<_>>>()?;
    let all = JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table);
    if let Some(table) = all.into_iter().find(|t| t.load == Load::Days && names.contains(&t.name)) {
        let said = "is loaded by days, which is not possible from here yet";
        return Err(DriveError::Usage(format!("{} {said}", table.name)));
    }
    let summary = run::alone(&settings, |run, summary| {
        for fill in fills(&names) {
            // The partition that was made last is the one to be seen.
            let made = run.ledger.entries(fill.table.name)?;
            let newest = made.iter().max_by(|a, b| a.1.finished.cmp(&b.1.finished));
            if let Some((value, _)) = newest {
                steps::load_table(run, fill, value, &store, summary)?;
            }
        }
        Ok(())
    })?;
    print(&format!("{} tables loaded\n", summary.loaded))
}

fn fills(names: &[&str]) -> impl Iterator<Item = &'static Fill> {
    let all = JOBS.iter().flat_map(|job| job.fills).filter(|fill| fill.table.load != Load::Days);
    all.filter(move |fill| {
        let result = fill.table.loaded_into();
        result.is_some_and(|result| names.is_empty() || names.contains(&result.name))
    })
}

fn result_table(name: &str) -> Drive<&'static Table> {
    RESULT_TABLES.iter().find(|table| table.name == name).ok_or_else(|| {
        let guess = did_you_mean(name, RESULT_TABLES.iter().map(|table| table.name));
        DriveError::Usage(format!("there is no result table `{name}`{guess}"))
    })
}
