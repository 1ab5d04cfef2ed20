//! `insights prune`: cuts old facts and imports, once it has shown them.

use super::{environment, print};
use chrono::{NaiveDate, Utc};
use hadoop::config::Settings;
use hadoop::error::{Drive, DriveError};
use hadoop::ledger::Ledger;
use hadoop::prune::{self, Old, Request};
use hadoop::run;
use hadoop::storage::{Place, StorageError};
use indicatif::HumanBytes;
use jobs::event::interval::resolve_words;
use std::io::IsTerminal;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// Tables of facts or imports; none = all
    tables: Vec<String>,
    /// Cut days and imports before this one (2024-01-01, today-400d)
    #[arg(long, value_name = "DATE")]
    before: String,
    /// Cut days, too, that results of whole histories are made from
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

pub fn prune(file: Option<&Path>, args: &Args) -> Drive<()> {
    let mut settings = Settings::read(file, &environment())?;
    if let Some(url) = &args.warehouse {
        settings.config.warehouse.url.clone_from(url);
    }
    let now = Utc::now().naive_utc();
    let request = Request {
        tables: &args.tables,
        before: before(args, now.date())?,
        params: &settings.job_params(),
        insist: args.force,
        now,
    };
    let ledger = Ledger::look(&Place::at(&settings.config.warehouse.url)?)?;
    let (old, kept) = prune::survey(&request, &ledger)?;
    print(&shown(&old, &kept))?;
    if old.is_empty() || !(args.yes || is_agreed()?) {
        return Ok(());
    }
    run::alone(&settings, |run, summary| {
        // What was shown is what is cut: a run may have made more meanwhile, or cut it.
        if prune::survey(&request, &run.ledger)?.0 != old {
            let said = "the warehouse has changed meanwhile; nothing was cut".to_owned();
            return Err(DriveError::Missing(said));
        }
        prune::cut(run, &old, summary)
    })?;
    print("cut\n")
}

fn before(args: &Args, today: NaiveDate) -> Drive<NaiveDate> {
    let text = resolve_words(&args.before, today);
    jobs::day::parse(text.as_bytes())
        .ok_or_else(|| DriveError::Usage(format!("--before: `{text}` is no date")))
}

/// A line a table, in columns.
fn shown(old: &[Old], kept: &[Old]) -> String {
    let mut text = String::new();
    let width = old.iter().chain(kept).map(|old| old.table.len()).max().unwrap_or(0);
    for Old { table, partitions, .. } in old {
        let first = partitions.keys().next().map_or("", String::as_str);
        let last = partitions.keys().next_back().map_or("", String::as_str);
        let (count, bytes) = (partitions.len(), HumanBytes(partitions.values().sum()).to_string());
        text += &format!("{table:width$}  {count:>6}  {first} to {last}  {bytes:>12}\n");
    }
    let count: usize = old.iter().map(|old| old.partitions.len()).sum();
    let bytes: u64 = old.iter().map(Old::bytes).sum();
    text += &match count {
        0 => "nothing to cut\n".to_owned(),
        _ => format!("to be cut: {count} partitions, {bytes} bytes ({})\n", HumanBytes(bytes)),
    };
    for Old { table, partitions, needed_by, .. } in kept {
        let (count, job) = (partitions.len(), needed_by.unwrap_or_default());
        text += &format!(
            "{table:width$}  {count:>6} days kept, since {job} would need them (--force cuts them)\n"
        );
    }
    text
}

/// Asks on a terminal; elsewhere nobody can answer.
fn is_agreed() -> Drive<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(DriveError::Usage("nothing was cut: say --yes to cut this".to_owned()));
    }
    print("Cut this for good? [y/N] ")?;
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.map_err(StorageError::disk("read", "standard input".as_ref()))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
