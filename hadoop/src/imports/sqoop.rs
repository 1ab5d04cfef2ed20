//! Imports by Sqoop: one job on the cluster for each table, straight into the warehouse's staging.

use super::{Wanted, put};
use crate::cluster::{Cluster, Said, Version, meaning};
use crate::error::{Drive, DriveError};
use crate::import::{self, Format, Order, Source, TableImport, marker};
use crate::interrupt;
use crate::ledger::Changes;
use crate::near;
use crate::progress::Progress;
use crate::run::{Run, Summary};
use crate::runner::RunError;
use crate::storage::Place;
use chrono::Utc;
use serde_json::json;
use std::io::Read;
use std::process::Command;

/// How long a first line of a dump may be that is no row.
const LOOK: usize = 64;

/// Compares the tables with what is expected of them, then imports one after the other; each is
/// committed as soon as it is there.
pub(super) fn import(
    run: &mut Run,
    source: &Source,
    tables: &[Wanted],
    summary: &mut Summary,
) -> Drive<()> {
    let checked: Vec<_> = tables
        .iter()
        .map(|wanted| TableImport { options: wanted.options.clone(), staging: "".into() })
        .collect();
    let sizes = import::survey(source, &checked)?;
    tables
        .iter()
        .zip(sizes)
        .try_for_each(|(wanted, rows)| import_table(run, source, wanted, rows, summary))
}

fn import_table(
    run: &mut Run,
    source: &Source,
    wanted: &Wanted,
    rows: Option<u64>,
    summary: &mut Summary,
) -> Drive<()> {
    let name = wanted.table.staged.name;
    let task = format!("import {name}");
    run.started(&task, &format!("dt={} by Sqoop", wanted.date))?;
    // Sqoop makes the folder itself, and refuses one that is there.
    let target = run.stage("imported")?.join(name);
    let started = Utc::now();
    let (said, job) = sqoop(run, source, wanted, rows, &target)?;
    if wanted.options.format == Format::Dump {
        target.parts()?.iter().try_for_each(refuse_no_dump)?;
    }
    let columns: Vec<_> = wanted.table.staged.columns.iter().map(|column| column.name).collect();
    let additional = json!({"engine": "sqoop", "job": job, "rows": said.written});
    let times = (started, Utc::now());
    let metadata = marker::metadata(source, &wanted.options, &columns, times, additional);
    target.join("_metadata").write(format!("{metadata:#}\n").as_bytes())?;
    let mut changes = Changes::new(&run.stage("ledger")?);
    put(run, &mut changes, wanted, &target, said.written)?;
    run.commit(changes)?;
    run.finished(&task, json!({"rows": said.written, "job": job}), summary)
}

/// Runs Sqoop to its end.
fn sqoop(
    run: &mut Run,
    source: &Source,
    wanted: &Wanted,
    rows: Option<u64>,
    target: &Place,
) -> Drive<(Said, Option<String>)> {
    let config = &run.settings.config;
    let sqoop = &config.lms.sqoop;
    let task = format!("import {}", wanted.table.staged.name);
    // On this machine and for its owner alone: a password is in it.
    let scratch = near::folder(run.events.id())?;
    let failed = |source| DriveError::Run { step: task.clone(), source };
    let jobconf = settings(run, wanted, &task);
    let order = Order {
        options: &wanted.options,
        source,
        rows,
        target: &target.url()?,
        jobconf: &jobconf,
        jdbc: &sqoop.jdbc,
    };
    let file = order.write(scratch.path())?;
    let mut command = Command::new(&sqoop.command);
    command.arg("--options-file").arg(file).current_dir(scratch.path());
    let progress = Progress::new(&task);
    let ended = Cluster::new(&config.runners.hadoop).follow(&mut command, &progress, &run.events);
    let (status, said) = ended.map_err(|e| {
        failed(RunError::Install(format!("`{}` cannot be started: {e}", sqoop.command)))
    })?;
    let job = said.job.clone();
    match (interrupt::signal(), status.success()) {
        (Some(_), _) => Err(failed(RunError::Stopped)),
        (None, true) => Ok((said, job)),
        (None, false) => {
            let code = status.code().unwrap_or(-1);
            let cause = said.cause();
            Err(failed(RunError::Cluster { job, code, meaning: meaning(code), cause }))
        }
    }
}

/// The job's settings, under the names of the cluster's Hadoop; what the user says wins.
fn settings(run: &Run, wanted: &Wanted, task: &str) -> Vec<(String, String)> {
    let config = &run.settings.config;
    let hadoop = &config.runners.hadoop;
    // Sqoop may be here without the command; then Hadoop is none of the oldest.
    let version = Version::of(&hadoop.command).unwrap_or(Version { major: 3 });
    let own = [
        ("mapreduce.job.name", Some(format!("insights {task}"))),
        ("mapreduce.job.tags", Some(run.events.id().to_owned())),
        ("mapreduce.job.queuename", hadoop.queue.clone()),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((version.named(name), value?)));
    let mut settings: Vec<_> = own.collect();
    if wanted.options.format == Format::Dump {
        // Sqoop reads the dump's text as the Java on the nodes has it.
        settings.push(version.map_variable("LC_ALL", "C.UTF-8"));
    }
    let sqoop = config.lms.sqoop.jobconf.iter();
    settings.extend(sqoop.map(|(name, value)| (name.clone(), value.clone())));
    settings.extend(run.request.jobconf.iter().cloned());
    settings
}

/// MariaDB's mysqldump begins with a line that Sqoop takes for the pattern of all others: rows come
/// out cut at the wrong place.
fn refuse_no_dump(part: &Place) -> Drive<()> {
    let mut start = Vec::new();
    let read = part.open(0)?.take(LOOK as u64).read_to_end(&mut start);
    read.map_err(part.refused("read"))?;
    let digits = start.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if start.is_empty() || (digits > 0 && start.get(digits) == Some(&b',')) {
        return Ok(());
    }
    Err(DriveError::Missing(format!(
        "{part} holds no rows of mysqldump: it begins with {:?}. Sqoop's direct mode needs MySQL's own \
         mysqldump on the nodes, not MariaDB's",
        String::from_utf8_lossy(&start)
    )))
}
