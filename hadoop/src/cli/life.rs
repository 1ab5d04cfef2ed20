//! The life of a run, by its name: `insights wait|kill|logs`, and `run --detach`.

use super::{environment, print};
use hadoop::cluster::kill as kill_application;
use hadoop::config::Settings;
use hadoop::emr_logs;
use hadoop::error::{Drive, DriveError};
use hadoop::record::{self, Record, State};
use hadoop::run::end_on_emr;
use hadoop::storage::{Place, StorageError};
use serde_json::json;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

#[derive(clap::Args)]
pub struct Args {
    /// A run, or the beginning of its name; an id of its job on the cluster, or of its cluster of EMR; `last`
    run: String,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
}

const LOOK: Duration = Duration::from_millis(500);
/// How long a detached run may take to begin its record.
const BEGIN: Duration = Duration::from_secs(30);

struct Found {
    settings: Settings,
    warehouse: Place,
    record: Record,
}

fn find(file: Option<&Path>, args: &Args) -> Drive<Found> {
    let settings = Settings::read(file, &environment())?;
    let url = args.warehouse.as_ref().unwrap_or(&settings.config.warehouse.url);
    let warehouse = Place::at(url)?;
    let record = record::find(&warehouse, &args.run)?;
    Ok(Found { settings, warehouse, record })
}

/// Waits until a run has ended; gives its exit code.
pub fn wait(file: Option<&Path>, args: &Args) -> Drive<u8> {
    let Found { warehouse, mut record, .. } = find(file, args)?;
    loop {
        match record.state() {
            State::Ended(code) => {
                print(&format!("{}\tended with exit code {code}\n", record.id))?;
                return Ok(code);
            }
            State::Gone => {
                return Err(DriveError::NotRun(record.id));
            }
            State::Running => std::thread::sleep(LOOK),
        }
        record = Record::read(&warehouse, &record.id)?;
    }
}

/// Ends a run: its process by SIGTERM, which kills its job on the cluster; where the process is
/// gone, jobs that it left there.
pub fn kill(file: Option<&Path>, args: &Args) -> Drive<()> {
    let Found { settings, warehouse, record } = find(file, args)?;
    let yarn = &settings.config.runners.hadoop.yarn;
    match (record.state(), record.process()) {
        (State::Ended(code), _) => {
            print(&format!("{}\thas ended with exit code {code}\n", record.id))
        }
        (State::Running, Some(pid)) => {
            let done = Command::new("kill").arg(pid.to_string()).status();
            let done = done.map_err(StorageError::disk("start", "kill".as_ref()))?;
            match done.success() {
                true => print(&format!("{}\tasked to end (process {pid})\n", record.id)),
                false => Err(DriveError::Missing(format!("process {pid} cannot be ended"))),
            }
        }
        (State::Running | State::Gone, _) => {
            let stage = warehouse.join("_runs").join(&record.id).join("stage");
            match end_on_emr(&settings.config.runners, &stage)? {
                true => print(&format!("{}\tended what it had on EMR\n", record.id)),
                false => kill_jobs(yarn, &record),
            }
        }
    }
}

fn kill_jobs(yarn: &str, record: &Record) -> Drive<()> {
    let Some((application, _)) = record.last_job() else {
        return Err(DriveError::Missing(format!("run {} has nothing that goes on", record.id)));
    };
    kill_application(yarn, application)
        .map_err(|said| DriveError::Missing(format!("{application} cannot be killed: {said}")))?;
    print(&format!("{}\tkilled {application}\n", record.id))
}

/// Prints a run's events, then what the containers of its jobs have said.
pub fn logs(file: Option<&Path>, args: &Args) -> Drive<()> {
    let Found { settings, record, .. } = find(file, args)?;
    for event in &record.events {
        print(&format!("{event}\n"))?;
    }
    let yarn = &settings.config.runners.hadoop.yarn;
    if let Some(folder) = emr_logs::folder(&record) {
        return far_logs(&folder?, &record);
    }
    for (application, _) in record.jobs().filter(|(application, _)| !application.is_empty()) {
        print(&format!("== {application}\n"))?;
        let output = Command::new(yarn).args(["logs", "-applicationId", application]).output();
        let output = output.map_err(StorageError::disk("start", yarn.as_ref()))?;
        print(&String::from_utf8_lossy(&output.stdout))?;
        if !output.status.success() {
            log::warn!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
    }
    Ok(())
}

/// What EMR has brought from the containers.
fn far_logs(folder: &Place, record: &Record) -> Drive<()> {
    for (application, _) in record.jobs().filter(|(application, _)| !application.is_empty()) {
        print(&format!("== {application}\n"))?;
        for container in emr_logs::containers(folder, application)? {
            for (log, text) in container.logs {
                print(&format!("-- {} {log}\n{text}", container.name))?;
            }
        }
    }
    Ok(())
}

/// Starts this very command again as a process of its own, and prints what names it.
pub fn detach(warehouse: &str) -> Drive<()> {
    let id = hadoop::events::new_id();
    let path = log_file(&id)?;
    let failed = |doing| StorageError::disk(doing, &path);
    let log = File::create(&path).map_err(failed("write"))?;
    let errors = log.try_clone().map_err(failed("write"))?;
    let own = std::env::current_exe().map_err(failed("find this program for"))?;
    let mut command = Command::new(own);
    command.args(std::env::args_os().skip(1).filter(|arg| arg != "--detach"));
    command.env(hadoop::events::RUN_VARIABLE, &id);
    command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0);
    let mut child = command.spawn().map_err(failed("start a process that writes"))?;
    let record = Place::at(warehouse)?.join("_runs").join(&id);
    let begun = std::time::Instant::now();
    while begun.elapsed() < BEGIN && !record.exists()? {
        if let Ok(Some(status)) = child.try_wait() {
            let said = std::fs::read_to_string(&path).unwrap_or_default();
            // Its own mark; that of this process comes before it.
            let said = said.split_once(" ERROR] ").map_or(said.as_str(), |(_, why)| why).to_owned();
            return Err(DriveError::Detached { code: status.code().unwrap_or(40), said });
        }
        std::thread::sleep(LOOK);
    }
    print(&format!("{}\n", json!({"run": id, "pid": child.id(), "log": path})))
}

/// Where a detached run writes what it would have printed.
fn log_file(id: &str) -> Drive<PathBuf> {
    let base = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")));
    let folder = base.unwrap_or_else(std::env::temp_dir).join("insights");
    std::fs::create_dir_all(&folder).map_err(StorageError::disk("make the folder", &folder))?;
    Ok(folder.join(format!("{id}.log")))
}
