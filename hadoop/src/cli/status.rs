//! `insights status`: how the last runs ended; `insights jobs`: what can be run.

use super::{environment, print};
use hadoop::config::Settings;
use hadoop::error::Drive;
use hadoop::storage::Place;
use hadoop::workflow::WORKFLOWS;
use jobs::registry::JOBS;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// A run, or the beginning of its name; `last` is the newest
    run: Option<String>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

/// How many runs are shown.
const SHOWN: usize = 10;

pub fn status(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let url = args.warehouse.as_ref().unwrap_or(&settings.config.warehouse.url);
    let folder = Place::at(url)?.join("_runs");
    let found = if folder.is_folder()? { folder.list()? } else { Vec::new() };
    let mut runs: Vec<String> = found.iter().map(|(run, _)| run.name().to_owned()).collect();
    runs.sort_by(|a, b| b.cmp(a));
    match args.run.as_deref() {
        Some("last") => runs.truncate(1),
        Some(wanted) => runs.retain(|run| run.starts_with(wanted)),
        None => runs.truncate(SHOWN),
    }
    let detailed = args.run.is_some();
    let mut text = String::new();
    for run in &runs {
        text += &one(&folder.join(run), run, detailed)?;
    }
    print(if text.is_empty() { "no runs\n" } else { &text })
}

/// A run without its `run.json` is at work, or was killed.
fn one(folder: &Place, run: &str, detailed: bool) -> Drive<String> {
    let record = folder.join("run.json").read_if_there()?.unwrap_or_default();
    let record: Value = serde_json::from_slice(&record).unwrap_or_default();
    let mut text = match record["exit_code"].as_u64() {
        None => format!("{run}\trunning, or killed\n"),
        Some(0) => format!("{run}\tdone at {}\n", record["finished"].as_str().unwrap_or_default()),
        Some(code) => {
            format!("{run}\tfailed ({code}): {}\n", record["cause"].as_str().unwrap_or_default())
        }
    };
    if detailed {
        for (table, (partitions, rows, last)) in outputs(&record) {
            let place = match partitions {
                1 => last,
                many => format!("{many} partitions, the last {last}"),
            };
            text += &format!("  {table}\t{rows} rows\t{place}\n");
        }
    }
    Ok(text)
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

/// Prints every workflow with its jobs, then every job with what it is for.
pub fn jobs() -> Drive<()> {
    let mut text = String::new();
    for workflow in WORKFLOWS {
        text += &format!(
            "{}\tworkflow, {}: {}\n",
            workflow.name,
            workflow.cadence,
            workflow.jobs.join(", ")
        );
    }
    for job in JOBS {
        let reads: Vec<_> = job.inputs.iter().map(|input| input.table.name).collect();
        let reads = match job.kind() {
            "scan" => "logs".to_owned(),
            _ if reads.is_empty() => "nothing".to_owned(),
            _ => reads.join(", "),
        };
        let fills: Vec<_> = job.fills.iter().map(|fill| fill.table.name).collect();
        text += &format!(
            "{}\t{}: {}; reads {reads}; fills {}\n",
            job.name,
            job.kind(),
            job.about,
            fills.join(", ")
        );
    }
    print(&text)
}
