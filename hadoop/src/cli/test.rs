//! `insights test`: a workflow over a fixture, against its golden files.

use super::print;
use hadoop::error::{Drive, DriveError};
use hadoop::fixture::{self, Fixture};
use hadoop::storage::StorageError;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Args {
    /// The workflow or job
    name: String,
    /// The folder with `logs/`, `run.yml` and `expected/`, perhaps `lms.sqlite` and `warehouse/`
    #[arg(long, value_name = "DIR")]
    fixture: PathBuf,
    /// Keep what comes out as what is expected
    #[arg(long)]
    bless: bool,
    /// Let attempts of tasks fail and tasks begin in another order, by this number
    #[arg(long, value_name = "SEED", conflicts_with = "bless")]
    chaos: Option<u64>,
    /// Leave a report as build servers read it (JUnit's XML)
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Runs, compares, tells; not as expected is exit code 41.
pub fn test(args: &Args) -> Drive<()> {
    let begun = Instant::now();
    let fixture = Fixture::open(&args.fixture)?;
    let scratch = tempfile::tempdir();
    let scratch = scratch.map_err(StorageError::disk("make a folder in", &std::env::temp_dir()))?;
    fixture.prepare(scratch.path(), args.chaos)?;
    run(args, &fixture, scratch.path())?;
    let made = fixture.made(scratch.path())?;
    if args.bless {
        fixture.bless(&made)?;
        return print(&format!("{} files are what is expected from now on\n", made.len()));
    }
    let verdicts = fixture.compare(&made)?;
    if let Some(file) = &args.junit {
        let report = fixture::report(&args.name, &verdicts, begun.elapsed());
        std::fs::write(file, report).map_err(StorageError::disk("write", file))?;
    }
    let wrong: Vec<_> = verdicts.iter().filter_map(|(name, verdict)| verdict.told(name)).collect();
    let lines: String = wrong.iter().map(|line| format!("{line}\n")).collect();
    print(&format!(
        "{lines}{} of {} files are as expected\n",
        verdicts.len() - wrong.len(),
        verdicts.len()
    ))?;
    match wrong.len() {
        0 => Ok(()),
        files => Err(DriveError::NotAsExpected { files, of: verdicts.len() }),
    }
}

/// As a process of its own, which knows no settings of this machine: what comes out depends on the fixture alone.
fn run(args: &Args, fixture: &Fixture, scratch: &Path) -> Drive<()> {
    let own = std::env::current_exe();
    let own = own.map_err(StorageError::disk("find", Path::new("this program")))?;
    let mut command = Command::new(&own);
    command.current_dir(scratch).arg("-c").arg(scratch.join("insights.yml"));
    command.args(["run", &args.name, "-r", "local"]);
    for param in fixture.params() {
        match param.strip_prefix("interval=") {
            Some(interval) => command.args(["--interval", interval]),
            None => command.args(["--param", &param]),
        };
    }
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("INSIGHTS_") && text != "INSIGHTS_RUNNERS_LOCAL_PROGRAM" {
            command.env_remove(name);
        }
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(StorageError::disk("start", &own))?;
    if output.status.success() {
        return Ok(());
    }
    let code = output.status.code().unwrap_or(40);
    Err(DriveError::Detached { code, said: format!("the run of {} failed; see above", args.name) })
}
