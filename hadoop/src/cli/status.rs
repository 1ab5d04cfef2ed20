//! `insights status`: how the last runs ended, and how fresh results are.

use super::{environment, print, schedule};
use hadoop::config::Settings;
use hadoop::error::Drive;
use hadoop::record::{self, Record, State};
use hadoop::storage::Place;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// A run, or the beginning of its name; `last` is the newest
    run: Option<String>,
    /// Say how old the results of these entries of the schedule are; none = of all. If one is older than it
    /// may be, end with 41
    #[arg(long, value_name = "ENTRY", num_args = 0.., conflicts_with = "run")]
    freshness: Option<Vec<String>>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

/// How many runs are shown.
const SHOWN: usize = 10;

pub fn status(file: Option<&Path>, args: &Args) -> Drive<()> {
    if let Some(entries) = &args.freshness {
        return schedule::freshness(file, args.warehouse.as_deref(), entries);
    }
    let settings = Settings::read(file, &environment())?;
    let url = args.warehouse.as_ref().unwrap_or(&settings.config.warehouse.url);
    let warehouse = Place::at(url)?;
    let text = match args.run.as_deref() {
        Some(wanted) => one(&record::find(&warehouse, wanted)?, true),
        None => {
            let mut text = String::new();
            for name in record::names(&warehouse)?.iter().take(SHOWN) {
                text += &one(&Record::read(&warehouse, name)?, false);
            }
            text
        }
    };
    print(if text.is_empty() { "no runs\n" } else { &text })
}

fn one(record: &Record, detailed: bool) -> String {
    let (run, end) = (&record.id, &record.end);
    let field = |name: &str| end[name].as_str().unwrap_or_default();
    let mut text = match record.state() {
        State::Running => format!("{run}\trunning{}\n", at_work(record)),
        State::Gone => format!("{run}\tits process is gone; resume it\n"),
        State::Ended(0) => format!("{run}\tdone at {}\n", field("finished")),
        State::Ended(code) => format!("{run}\tfailed ({code}): {}\n", field("cause")),
    };
    if detailed {
        if let Some(resumed) = record.resumes() {
            text += &format!("  resumes {resumed}\n");
        }
        for (table, (partitions, rows, last)) in outputs(end) {
            let place = match partitions {
                1 => last,
                many => format!("{many} partitions, the last {last}"),
            };
            text += &format!("  {table}\t{rows} rows\t{place}\n");
        }
    }
    text
}

/// What a run does just now, as far as its record says.
fn at_work(record: &Record) -> String {
    let task = record.of_kind("task_started").next_back();
    let mut text =
        task.map_or_else(String::new, |e| format!(": {}", e["task"].as_str().unwrap_or_default()));
    if let Some((application, job)) = record.jobs().next_back() {
        text += &format!(", {}", if application.is_empty() { job } else { application });
    }
    if let Some(far) = record.of_kind("job_progress").next_back() {
        text += &format!(
            ", {} of {} maps, {} of {} reduces, {} attempts failed",
            far["maps_done"],
            far["maps"],
            far["reduces_done"],
            far["reduces"],
            far["failed_attempts"]
        );
    }
    text
}

/// The tables that a run wrote: how many partitions, how many rows, the last partition.
fn outputs(record: &Value) -> BTreeMap<String, (usize, u64, String)> {
    let mut tables = BTreeMap::new();
    for output in record["outputs"].as_array().into_iter().flatten() {
        let field = |name: &str| output[name].as_str().unwrap_or_default().to_owned();
        let table: &mut (usize, u64, String) = tables.entry(field("table")).or_default();
        table.0 += 1;
        table.1 += output["rows"].as_u64().unwrap_or_default();
        table.2 = std::cmp::max(std::mem::take(&mut table.2), field("partition"));
    }
    tables
}
