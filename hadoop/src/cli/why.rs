//! `insights why`: what the ledger knows of a table or job.

use super::{environment, print};
use hadoop::config::Settings;
use hadoop::error::{Drive, DriveError};
use hadoop::ledger::{Entry, Ledger, Scanned};
use hadoop::plan::folders_of;
use hadoop::storage::Place;
use hadoop::workflow;
use jobs::nearest::did_you_mean;
use jobs::{lms, registry};
use std::fmt::Write;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// A job or a table, with `/VALUE` for one partition
    output: String,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

pub fn why(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let url = args.warehouse.as_ref().unwrap_or(&settings.config.warehouse.url);
    let ledger = Ledger::look(&Place::at(url)?)?;
    let (name, value) = match args.output.split_once('/') {
        Some((name, value)) => (name, Some(value)),
        None => (args.output.as_str(), None),
    };
    let mut text = String::new();
    for table in tables(name)? {
        for (partition, entry) in ledger.entries(&table)?.iter() {
            if value.is_some_and(|wanted| wanted != *partition) {
                continue;
            }
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{table}/{partition}: {} rows, made by {} in run {} at {}",
                entry.rows, entry.job, entry.run, entry.finished
            );
            for (input, identity) in inputs(&ledger, partition, entry) {
                let _ = writeln!(text, "  from {input} ({})", &identity[..identity.len().min(12)]);
            }
        }
    }
    for table in tables(name)? {
        let cut = ledger.cut().of(&table).filter(|day| value.is_none_or(|wanted| wanted == *day));
        for day in cut {
            let by = ledger.cut().by(&table, day).unwrap_or_default();
            let _ = writeln!(text, "{table}/{day}: cut by run {by}");
        }
    }
    if text.is_empty() {
        text = format!("the ledger of {url} knows nothing of {}: it will be made\n", args.output);
    }
    print(&text)
}

/// What a partition was made from, with what stands for it; a day of facts from log files.
fn inputs<'l>(ledger: &'l Ledger, day: &str, entry: &'l Entry) -> Vec<(&'l str, &'l str)> {
    let named = entry.inputs.iter().map(|(input, identity)| (input.as_str(), identity.as_str()));
    let speaks = |file: &&Scanned| {
        file.found(&entry.job).is_some_and(|found| found.days.iter().any(|d| **d == *day))
    };
    let files = ledger.scanned().values().filter(speaks);
    named.chain(files.map(|file| (&*file.address, file.checksum.as_str()))).collect()
}

/// The folders of a table, or of the tables that a job fills.
fn tables(name: &str) -> Drive<Vec<String>> {
    if let Some(job) = workflow::job(name) {
        return Ok(job.fills.iter().map(|fill| fill.table.name.to_owned()).collect());
    }
    if lms::find(name).is_some() {
        return Ok(folders_of(name));
    }
    if registry::table(name).is_some() {
        return Ok(vec![name.to_owned()]);
    }
    let guess = did_you_mean(name, workflow::jobs().map(|job| job.name));
    Err(DriveError::Usage(format!("there is no job or table `{name}`{guess}")))
}
