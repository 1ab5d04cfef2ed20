//! `insights profile`: where the time of a run went.

use super::{environment, print};
use hadoop::cluster::Rest;
use hadoop::config::Settings;
use hadoop::error::Drive;
use hadoop::profile::{html, profile, text};
use hadoop::record;
use hadoop::storage::Place;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// A run, or the beginning of its name; an id of its job on the cluster, or of its cluster of EMR; `last`
    run: String,
    /// Write a page with a timeline into this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Form::Text)]
    output: Form,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For programs
    Json,
}

pub fn run(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let url = args.warehouse.as_ref().unwrap_or(&settings.config.warehouse.url);
    let record = record::find(&Place::at(url)?, &args.run)?;
    let found = profile(&record, &Rest::of(&settings.config.runners.hadoop));
    if let Some(path) = &args.html {
        Place::from(path.as_path()).write(html(&found).as_bytes())?;
    }
    match args.output {
        Form::Text => print(&text(&found)),
        Form::Json => print(&format!("{}\n", serde_json::json!(found))),
    }
}
