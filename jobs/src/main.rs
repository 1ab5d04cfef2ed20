//! The program that cluster nodes run: `jobs map|combine|reduce NAME`, `jobs list`, `jobs describe`.
//!
//! Lines come on standard input. A single job's rows go to standard output, as Hadoop Streaming
//! wants them; with `--scan` several jobs run as one pass and write their own files below the
//! attempt's output folder (spec 00 §3). Parameters come as `--param` or, from a driver, in the
//! job's settings as `insights.param.NAME`.

mod describe;
mod fault;
mod task;

use clap::{Args, CommandFactory, Parser, Subcommand};
use jobs::job::Job;
use jobs::nearest::did_you_mean;
use std::collections::HashSet;
use std::num::NonZeroUsize;
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
        #[arg(value_parser = find)]
        name: &'static Job,
        /// Only Hive's DDL for its tables
        #[arg(long)]
        hive: bool,
    },
}

/// One task of a job, or of several as one pass.
#[derive(Args)]
struct Task {
    /// The job
    #[arg(required_unless_present = "scan", conflicts_with = "scan", value_parser = find)]
    name: Option<&'static Job>,
    /// Several jobs over the same input, as one pass
    #[arg(long, value_name = "NAME,NAME,…", value_delimiter = ',', value_parser = find)]
    scan: Vec<&'static Job>,
    /// Which step of the job, from 1
    #[arg(long, default_value_t = NonZeroUsize::MIN)]
    step: NonZeroUsize,
    /// A parameter of the run
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    param: Vec<(String, String)>,
}

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // Errors of the crate name their causes themselves.
            log::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Map(args) => task::run(task::Side::Map, &checked(&args)),
        Command::Combine(args) => task::run(task::Side::Combine, &checked(&args)),
        Command::Reduce(args) => task::run(task::Side::Reduce, &checked(&args)),
        Command::List => describe::list().map(|()| ExitCode::SUCCESS),
        Command::Describe { name, hive } => {
            describe::describe(name, hive).map(|()| ExitCode::SUCCESS)
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

/// Names and numbers that do not go together are errors of the command line, as unknown ones are.
fn checked(args: &Task) -> Wanted {
    pass(args).unwrap_or_else(|said| {
        Cli::command().error(clap::error::ErrorKind::ValueValidation, said).exit()
    })
}

fn pass(args: &Task) -> Result<Wanted, String> {
    let conf = jobs::streaming::task::JobConf::from_environment();
    let mut params: jobs::params::Params = conf.with_prefix("insights.param.").collect();
    for (name, value) in &args.param {
        params.set(name, value);
    }
    let jobs: Vec<_> = args.name.iter().chain(&args.scan).copied().collect();
    let step = args.step.get() - 1;
    let kinds: HashSet<_> = jobs.iter().map(|job| std::mem::discriminant(&job.work)).collect();
    if kinds.len() > 1 {
        return Err("a pass is of jobs that read logs, or of jobs that read tables".to_owned());
    }
    if let Some(job) = jobs.iter().find(|job| step >= job.steps().max(1)) {
        return Err(format!("`{}` has {} steps, not {}", job.name, job.steps(), args.step));
    }
    let pass = jobs::pass::Pass { jobs, step, params };
    Ok(Wanted { pass, conf, alone: args.scan.is_empty() })
}

fn find(name: &str) -> Result<&'static Job, String> {
    jobs::registry::job(name).ok_or_else(|| {
        let guess = did_you_mean(name, jobs::registry::JOBS.iter().map(|job| job.name));
        format!("there is no job `{name}`{guess} (`jobs list` prints all of them)")
    })
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a parameter is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
