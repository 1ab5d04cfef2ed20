//! `insights input lag|ship`: the logs before a run reads them.

use super::{environment, print};
use chrono::Utc;
use hadoop::config::{Settings, Source};
use hadoop::error::{Drive, DriveError};
use hadoop::lag::Lag;
use hadoop::lock::host;
use hadoop::plan;
use hadoop::shipping::{Shipped, ship};
use hadoop::storage::Place;
use indicatif::HumanBytes;
use jobs::params::Params;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Say which days of logs are missing; if any is, end with 20
    Lag(LagArgs),
    /// Copy rotated tracking logs of this host to where insights reads them
    Ship {
        /// The folder that the LMS writes its tracking logs into
        from: PathBuf,
        /// Where they go, each host's into a folder of its own: a folder, hdfs:// or s3://
        to: String,
        /// The name of that folder, if not the machine's
        #[arg(long, value_name = "NAME")]
        host: Option<String>,
    },
}

#[derive(clap::Args)]
struct LagArgs {
    /// The days to look for
    #[arg(long, default_value = "today-14d-today")]
    interval: String,
    /// A folder of logs, in place of those of the settings (repeatable)
    #[arg(long, value_name = "URL")]
    source: Vec<String>,
    /// `pattern` or `date_pattern`, as `insights run` takes them (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub fn input(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    match &args.verb {
        Verb::Lag(args) => lag(&settings, args),
        Verb::Ship { from, to, host: named } => {
            let to = Place::at(to)?.join(named.clone().unwrap_or_else(host));
            let Shipped { copied, bytes, there, waiting } = ship(from, &to, SystemTime::now())?;
            let size = HumanBytes(bytes);
            print(&format!(
                "{copied} files shipped ({size}) to {to}, {there} were there, {waiting} are not ready\n"
            ))
        }
    }
}

fn lag(settings: &Settings, args: &LagArgs) -> Drive<()> {
    let given = settings.job_params();
    let of_files = ["pattern", "date_pattern"].map(|name| (name, given.get(name)));
    let mut params: Params =
        of_files.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
    for (name, value) in super::run::pairs(&args.param)? {
        params.set(&name, value);
    }
    params.set("interval", &args.interval);
    plan::resolve_dates(&mut params, Utc::now().date_naive());
    plan::check_params(&[], &params)?;
    let interval = params.interval()?;
    let named = args.source.iter().map(|url| Source { url: url.clone(), ..Source::default() });
    let sources = match args.source.is_empty() {
        true => settings.config.sources.clone(),
        false => named.collect(),
    };
    if sources.is_empty() {
        return Err(DriveError::Usage("no source of logs is named (sources, or --source)".into()));
    }
    let lags = sources.iter().map(|source| Lag::of(source, &params, &interval));
    let lags = lags.collect::<Drive<Vec<_>>>()?;
    match args.json {
        true => print(&format!(
            "{}\n",
            serde_json::json!({"v": 1, "interval": interval.to_string(), "sources": lags})
        ))?,
        false => print(&lags.iter().map(Lag::to_string).collect::<String>())?,
    }
    match lags.iter().flat_map(Lag::missing).collect::<BTreeSet<_>>().len() {
        0 => Ok(()),
        1 => Err(DriveError::Missing(format!("logs of a day of {interval} are missing"))),
        days => Err(DriveError::Missing(format!("logs of {days} days of {interval} are missing"))),
    }
}
