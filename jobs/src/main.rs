//! The program that cluster nodes run: `jobs map|combine|reduce NAME`, `jobs list`, `jobs describe`.
//!
//! Lines come on standard input. A single job's rows go to standard output, as Hadoop Streaming
//! wants them; with `--scan` several jobs run as one pass and write their own files below the
//! attempt's output folder (spec 00 §3). Parameters come as `--param` or, from a driver, in the
//! job's settings as `insights.param.NAME`.

mod describe;
mod task;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use jobs::nearest::did_you_mean;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "jobs", version, about = "Map and reduce programs for Hadoop Streaming")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Turn input lines into map output
    Map(Task),
    /// Sum sorted map output early
    Combine(Task),
    /// Turn sorted map output into rows
    Reduce(Task),
    /// Print every job: name, kind, tables, what it is for
    List,
    /// Print all about a job
    Describe {
        /// The job
        name: String,
        /// Only Hive's DDL for its tables
        #[arg(long)]
        hive: bool,
    },
}

/// One task of a job, or of several as one pass.
#[derive(Args)]
struct Task {
    /// The job
    #[arg(required_unless_present = "scan", conflicts_with = "scan")]
    name: Option<String>,
    /// Several jobs over the same input, as one pass
    #[arg(long, value_name = "NAME,NAME,…", value_delimiter = ',')]
    scan: Vec<String>,
    /// Which step of the job, from 1
    #[arg(long, default_value_t = 1)]
    step: usize,
    /// A parameter of the run
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
}

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            log::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Map(args) => task::run(task::Side::Map, &pass(&args)?),
        Command::Combine(args) => task::run(task::Side::Combine, &pass(&args)?),
        Command::Reduce(args) => task::run(task::Side::Reduce, &pass(&args)?),
        Command::List => describe::list().map(|()| ExitCode::SUCCESS),
        Command::Describe { name, hive } => {
            describe::describe(find(&name)?, hive).map(|()| ExitCode::SUCCESS)
        }
    }
}

/// What a task is to run, once its names are found.
struct Wanted {
    pass: jobs::pass::Pass,
    conf: jobs::streaming::task::JobConf,
    /// One job whose rows go to standard output.
    alone: bool,
}

impl Wanted {
    /// The name of a job that runs alone.
    fn tag(&self) -> Option<&'static str> {
        self.pass.jobs.first().filter(|_| self.alone).map(|job| job.name)
    }
}

fn pass(args: &Task) -> anyhow::Result<Wanted> {
    let conf = jobs::streaming::task::JobConf::from_environment();
    let mut params: jobs::params::Params = conf.with_prefix("insights.param.").collect();
    for param in &args.param {
        let (name, value) = param.split_once('=').context("a parameter is NAME=VALUE")?;
        params.set(name, value);
    }
    let names = args.name.iter().chain(&args.scan);
    let jobs = names.map(|name| find(name)).collect::<anyhow::Result<Vec<_>>>()?;
    let step = args.step.checked_sub(1).context("steps are counted from 1")?;
    if let Some(job) = jobs.iter().find(|job| step >= job.steps().max(1)) {
        bail!("`{}` has {} steps, not {}", job.name, job.steps(), args.step);
    }
    let pass = jobs::pass::Pass { jobs, step, params };
    Ok(Wanted { pass, conf, alone: args.scan.is_empty() })
}

fn find(name: &str) -> anyhow::Result<&'static jobs::job::Job> {
    if let Some(job) = jobs::registry::job(name) {
        return Ok(job);
    }
    let guess = did_you_mean(name, jobs::registry::JOBS.iter().map(|job| job.name));
    bail!("there is no job `{name}`{guess} (`jobs list` prints all of them)")
}
