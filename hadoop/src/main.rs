//! The operator's program: `insights run|plan|resume|why|status|wait|kill|logs|diagnose|profile|config|input|import|hive|publish|jobs|prune|retire|schedule|doctor|test|cluster|cost|completions|man|version`.

mod cli;

use clap::{CommandFactory, Parser, Subcommand};
use hadoop::error::DriveError;
use hadoop::interrupt;
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "insights",
    version,
    about = "Runs Open edX analytics jobs and publishes their results"
)]
struct Cli {
    /// The configuration file
    #[arg(short, long, global = true, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run workflows and jobs with all that they need
    Run(cli::run::Args),
    /// Say what a run would do, and why; writes nothing
    Plan(cli::run::Args),
    /// Do what a run that failed or was killed has left undone
    Resume(cli::resume::Args),
    /// Say what the ledger knows of a table or job
    Why(cli::why::Args),
    /// Say how the last runs ended, or how fresh results are
    Status(cli::status::Args),
    /// Wait until a run has ended, with its exit code
    Wait(cli::life::Args),
    /// End a run, and its job on a cluster
    Kill(cli::life::Args),
    /// Print a run's events, and what its tasks on a cluster have said
    Logs(cli::life::Args),
    /// Say why a run failed
    Diagnose(cli::diagnose::Args),
    /// Say what a deployment lacks, and what to do about it
    Doctor(cli::doctor::Args),
    /// Say where the time of a run went
    Profile(cli::profile::Args),
    /// Show or check the settings
    Config(cli::config::Args),
    /// Look for missing days of logs, or ship logs
    Input(cli::input::Args),
    /// Import LMS tables
    Import(cli::import::Args),
    /// Make or check Hive's tables over the warehouse
    Hive(cli::hive::Args),
    /// Load result tables, or put the generation before back
    Publish(cli::publish::Args),
    /// List workflows and jobs, or show one
    Jobs(cli::jobs::Args),
    /// Cut old facts and imports
    Prune(cli::prune::Args),
    /// Take learners who leave out of all that was kept of them
    Retire(cli::retire::Args),
    /// Show what runs when, or render it for a scheduler
    Schedule(cli::schedule::Args),
    /// Make, list, change and end clusters of EMR
    #[cfg(feature = "emr")]
    Cluster(cli::cluster::Args),
    /// Say what clusters of EMR have cost
    #[cfg(feature = "emr")]
    Cost(cli::cluster::Cost),
    /// Run a workflow over a fixture and compare what comes out with golden files
    Test(cli::test::Args),
    /// Print what a shell completes commands by
    Completions(cli::about::Completions),
    /// Write the manual's pages
    Man(cli::about::Man),
    /// Say which version this is
    Version(cli::about::Version),
}

fn main() -> ExitCode {
    let filter = env_logger::Env::default().default_filter_or("info");
    env_logger::Builder::from_env(filter).format_target(false).init();
    let cli = Cli::parse();
    if let Err(error) = interrupt::watch() {
        log::warn!("signals are not watched: {error}");
    }
    match run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            log::error!("{}", chain(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: &Cli) -> Result<u8, DriveError> {
    let file = cli.config.as_deref();
    match &cli.command {
        Command::Wait(args) => return cli::life::wait(file, args),
        Command::Doctor(args) => return cli::doctor::doctor(file, args),
        Command::Kill(args) => cli::life::kill(file, args),
        Command::Logs(args) => cli::life::logs(file, args),
        Command::Run(args) => cli::run::run(file, args),
        Command::Plan(args) => cli::plan::plan(file, args),
        Command::Resume(args) => cli::resume::resume(file, args),
        Command::Why(args) => cli::why::why(file, args),
        Command::Status(args) => cli::status::status(file, args),
        Command::Diagnose(args) => cli::diagnose::diagnose(file, args),
        Command::Profile(args) => cli::profile::run(file, args),
        Command::Config(args) => cli::config::config(file, args),
        Command::Input(args) => cli::input::input(file, args),
        Command::Import(args) => cli::import::import(file, args),
        Command::Hive(args) => cli::hive::hive(file, args),
        Command::Publish(args) => cli::publish::publish(file, args),
        Command::Jobs(args) => cli::jobs::jobs(args),
        Command::Prune(args) => cli::prune::prune(file, args),
        Command::Retire(args) => cli::retire::retire(file, args),
        Command::Schedule(args) => cli::schedule::schedule(file, args),
        #[cfg(feature = "emr")]
        Command::Cluster(args) => return cli::cluster::cluster(file, args),
        #[cfg(feature = "emr")]
        Command::Cost(args) => cli::cluster::cost(file, args),
        Command::Test(args) => cli::test::test(args),
        Command::Completions(args) => cli::about::completions(args, Cli::command()),
        Command::Man(args) => cli::about::man(args, Cli::command()),
        Command::Version(args) => cli::about::version(args),
    }?;
    Ok(0)
}

/// An error with its causes, each said once.
fn chain(error: &DriveError) -> String {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let text = next.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = next.source();
    }
    said
}
