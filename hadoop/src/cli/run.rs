//! `insights run`, and what it shares with others that take its words.

use super::{environment, life, print};
use chrono::{NaiveDate, NaiveDateTime, Utc};
use clap::Parser;
use hadoop::config::{BadFiles, BadRecords, Engine, Settings, Source};
use hadoop::error::{Drive, DriveError};
use hadoop::interrupt::OnInterrupt;
use hadoop::plan::{self, Force, Steps};
use hadoop::run::{Request, execute};
use hadoop::workflow;
use jobs::event::interval::resolve_words;
use jobs::job::Job;
use jobs::nearest::did_you_mean;
use jobs::params::Params;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Workflows or jobs
    #[arg(required = true)]
    names: Vec<String>,
    /// The engine
    #[arg(short = 'r', long = "runner", value_enum)]
    runner: Option<Engine>,
    /// The days to compute: YYYY, YYYY-MM, YYYY-Www, YYYY-MM-DD or YYYY-MM-DD-YYYY-MM-DD
    #[arg(long, overrides_with = "interval")]
    interval: Option<String>,
    /// A folder of logs (repeatable)
    #[arg(long, value_name = "URL")]
    source: Vec<String>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    pub warehouse: Option<String>,
    /// The result store
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// A parameter of a job (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// A setting of the framework, for engines that start tasks (repeatable)
    #[arg(short = 'D', value_name = "NAME=VALUE")]
    define: Vec<String>,
    /// Take only this step of the plan, `scan` or a job (repeatable); what it reads must be there
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Take this step of the plan and those that come after it
    #[arg(long, value_name = "STEP", conflicts_with = "only")]
    from: Option<String>,
    /// Make this job again, though it is done (repeatable)
    #[arg(long, value_name = "NAME")]
    force: Vec<String>,
    /// Make facts of this day and later anew, and all jobs of the run
    #[arg(long, value_name = "DATE")]
    force_from: Option<String>,
    /// What to do with a log file that is torn or unreadable
    #[arg(long, value_enum)]
    bad_files: Option<BadFiles>,
    /// How many lines of logs may be rejected before the run fails: a number, or a share like 0.5%
    #[arg(long, value_name = "N|P%")]
    bad_records: Option<BadRecords>,
    /// What Ctrl-C does to a job on a cluster
    #[arg(long, value_enum)]
    on_interrupt: Option<OnInterrupt>,
    /// Leave figures of the run in this file, in the text form of Prometheus
    #[arg(long, value_name = "FILE")]
    metrics_file: Option<PathBuf>,
    /// Put a copy of the run's record into this folder, also when it fails
    #[arg(long, value_name = "DIR")]
    artifacts: Option<PathBuf>,
    /// The most that a cluster made for the run may cost until the end of its life
    #[arg(long, value_name = "N")]
    budget: Option<f64>,
    /// Start the run as a process of its own, and print what names it
    #[arg(long)]
    detach: bool,
}

#[derive(clap::Parser)]
struct Words {
    #[command(flatten)]
    args: Args,
}

impl Args {
    /// Reads the words that stand behind `insights run`.
    pub fn of_words(words: &[String]) -> Result<Self, clap::Error> {
        let words = std::iter::once("insights run").chain(words.iter().map(String::as_str));
        Words::try_parse_from(words).map(|words| words.args)
    }
}

/// Runs, prints what was done.
pub fn run(file: Option<&Path>, args: &Args) -> Drive<()> {
    let (settings, request) = prepare(file, args)?;
    if args.detach {
        return life::detach(&settings.config.warehouse.url);
    }
    execute_and_tell(&settings, &request)
}

/// Runs a request and prints what was done.
pub fn execute_and_tell(settings: &Settings, request: &Request) -> Drive<()> {
    let summary = execute(settings, request)?;
    print(&format!(
        "{} steps made, {} were done already, {} tables loaded\n{}",
        summary.made, summary.skipped, summary.loaded, summary.shares
    ))
}

/// The settings and the request of a command line.
pub fn prepare(file: Option<&Path>, args: &Args) -> Drive<(Settings, Request)> {
    prepare_at(file, args, Utc::now().naive_utc())
}

/// The settings and the request of a command line that was given at this time, UTC.
pub fn prepare_at(
    file: Option<&Path>,
    args: &Args,
    now: NaiveDateTime,
) -> Drive<(Settings, Request)> {
    let mut settings = Settings::read(file, &environment())?;
    let today = now.date();
    let flags = [("warehouse.url", &args.warehouse), ("store.url", &args.store)];
    for (key, _) in flags.iter().filter(|(_, value)| value.is_some()) {
        settings.origins.insert((*key).to_owned(), "command line".to_owned());
    }
    if let Some(url) = &args.warehouse {
        settings.config.warehouse.url.clone_from(url);
    }
    if args.store.is_some() {
        settings.config.store.url.clone_from(&args.store);
    }
    if args.metrics_file.is_some() {
        settings.config.schedule.metrics_file.clone_from(&args.metrics_file);
        settings.origins.insert("schedule.metrics_file".to_owned(), "command line".to_owned());
    }
    if let Some(bad_files) = args.bad_files {
        settings.config.runners.bad_files = bad_files;
    }
    if let Some(choice) = args.on_interrupt {
        settings.config.runners.hadoop.on_interrupt = choice;
    }
    if args.budget.is_some() {
        settings.config.runners.emr.budget = args.budget;
    }
    let wanted = plan::closure(&args.names)?;
    let mut params = params(&settings, args, &wanted)?;
    plan::resolve_dates(&mut params, today);
    plan::check_params(&wanted, &params)?;
    let (names, left_out) =
        workflow::ready(&args.names, &params, settings.config.lms.api.url.is_some())?;
    let sources = match args.source.is_empty() {
        true => settings.config.sources.clone(),
        false => {
            args.source.iter().map(|url| Source { url: url.clone(), ..Source::default() }).collect()
        }
    };
    let steps = match &args.from {
        Some(name) => Steps::from(name, &plan::closure(&names)?)?,
        None => Steps::only(&args.only, &plan::closure(&names)?)?,
    };
    let engine = args.runner.unwrap_or(settings.config.runners.default);
    let request = Request {
        asked: args.names.clone(),
        names,
        steps,
        left_out,
        engine,
        bad_records: args.bad_records.or_else(|| settings.config.runners.bad_records(engine)),
        sources,
        params,
        jobconf: pairs(&args.define)?,
        force: force(args, today)?,
        now,
        argv: std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect(),
        artifacts: args.artifacts.clone(),
        resumes: None,
    };
    Ok((settings, request))
}

/// Parameters of the configuration that a job of this run takes, then those of the command line.
fn params(settings: &Settings, args: &Args, wanted: &[&'static Job]) -> Drive<Params> {
    let mut params = Params::default();
    for (name, text) in settings.job_params().iter() {
        let single: Params = [(name, text)].into_iter().collect();
        if plan::check_params(wanted, &single).is_ok() {
            params.set(name, text);
        }
    }
    for (name, value) in pairs(&args.param)? {
        params.set(&name, value);
    }
    if let Some(interval) = &args.interval {
        params.set("interval", interval);
    }
    Ok(params)
}

/// Splits `NAME=VALUE`.
pub fn pairs(texts: &[String]) -> Drive<Vec<(String, String)>> {
    let pair = |text: &String| {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| DriveError::Usage(format!("`{text}` is not NAME=VALUE")))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    texts.iter().map(pair).collect()
}

fn force(args: &Args, today: NaiveDate) -> Drive<Force> {
    let mut jobs = Vec::new();
    for name in &args.force {
        let of_name = workflow::jobs_of(name).ok_or_else(|| {
            let guess = did_you_mean(name, workflow::names());
            DriveError::Usage(format!("--force: there is no workflow or job `{name}`{guess}"))
        })?;
        jobs.extend(of_name.iter().map(|job| job.name.to_owned()));
    }
    let from = args.force_from.as_deref().map(|text| {
        jobs::day::parse(resolve_words(text, today).as_bytes())
            .ok_or_else(|| DriveError::Usage(format!("--force-from: `{text}` is no date")))
    });
    Ok(Force { jobs, from: from.transpose()?, obeyed_by: Vec::new() })
}
