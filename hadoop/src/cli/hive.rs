//! `insights hive`: Hive's tables over the warehouse.

use super::{environment, print};
use hadoop::config::Settings;
use hadoop::error::{Drive, DriveError};
use hadoop::hive::{self, Hive, Wanted};
use hadoop::ledger::Ledger;
use hadoop::storage::Place;
use jobs::nearest::did_you_mean;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Make the tables that are missing, compare the others, register partitions
    Ddl(Which),
    /// Compare tables and partitions with the warehouse; changes nothing
    Check(Which),
}

#[derive(clap::Args)]
struct Which {
    /// Tables; none = all
    tables: Vec<String>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

pub fn hive(file: Option<&Path>, args: &Args) -> Drive<()> {
    let (Verb::Ddl(which) | Verb::Check(which)) = &args.verb;
    let mut settings = Settings::read(file, &environment())?;
    if let Some(url) = &which.warehouse {
        settings.config.warehouse.url.clone_from(url);
    }
    let ledger = Ledger::look(&Place::at(&settings.config.warehouse.url)?)?;
    let hive = Hive::new(&settings.config.hive, &ledger)?;
    let wanted = wanted(&which.tables, &ledger)?;
    match args.verb {
        Verb::Ddl(_) => {
            let told = hive.apply(&wanted)?;
            let (added, removed) = (told.added.len(), told.removed.len());
            print(&format!("{} tables, {added} partitions added, {removed} removed\n", told.tables))
        }
        Verb::Check(_) => {
            print(&format!("{} tables are as they should be\n", hive.check(&wanted)?))
        }
    }
}

fn wanted(names: &[String], ledger: &Ledger) -> Drive<Vec<Wanted>> {
    if let Some(name) = names.iter().find(|name| !hive::tables().any(|t| t.name == **name)) {
        let guess = did_you_mean(name, hive::tables().map(|table| table.name));
        return Err(DriveError::Usage(format!("Hive has no table `{name}` of ours{guess}")));
    }
    let chosen = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let tables = hive::tables().filter(|table| chosen(table.name));
    Ok(tables.map(|table| Wanted::of(table, ledger)).collect::<Result<_, _>>()?)
}
