//! `insights import`: LMS tables on their own.

use super::{environment, print};
use chrono::Utc;
use hadoop::config::Settings;
use hadoop::error::{Drive, DriveError};
use hadoop::imports;
use hadoop::run;
use jobs::event::interval::resolve_words;
use jobs::lms::{self, LmsTable};
use jobs::nearest::did_you_mean;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// LMS tables; none with --all
    #[arg(required_unless_present = "all")]
    tables: Vec<String>,
    /// Every table that an option file describes
    #[arg(long, conflicts_with = "tables")]
    all: bool,
    /// The day that the import is filed under; today (UTC) if not given
    #[arg(long)]
    date: Option<String>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

pub fn import(file: Option<&Path>, args: &Args) -> Drive<()> {
    let mut settings = Settings::read(file, &environment())?;
    if let Some(url) = &args.warehouse {
        settings.config.warehouse.url.clone_from(url);
    }
    let today = Utc::now().date_naive();
    let date = resolve_words(args.date.as_deref().unwrap_or("today"), today);
    if jobs::day::parse(date.as_bytes()).is_none() {
        return Err(DriveError::Usage(format!("--date: `{date}` is no date")));
    }
    let tables = tables(args)?.into_iter().map(|table| (table, date.clone())).collect::<Vec<_>>();
    let summary =
        run::alone(&settings, |run, summary| imports::import_tables(run, &tables, summary))?;
    print(&format!("{} tables imported\n", summary.made))
}

fn tables(args: &Args) -> Drive<Vec<&'static LmsTable>> {
    if args.all {
        return Ok(lms::TABLES.iter().collect());
    }
    let find = |name: &String| {
        lms::find(name).ok_or_else(|| {
            let guess = did_you_mean(name, imports::table_names());
            DriveError::Usage(format!("there is no import of a table `{name}`{guess}"))
        })
    };
    args.tables.iter().map(find).collect()
}
