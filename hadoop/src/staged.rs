//! Staged tables: each is made whole, from partitions that the ledger knows, in as few passes as can
//! be, and put into place as one.

use crate::codec;
use crate::durations;
use crate::error::{Drive, DriveError};
use crate::events;
use crate::files;
use crate::index;
use crate::ledger::Changes;
use crate::plan::{self, Made, Read};
use crate::pulls;
use crate::run::{Run, Summary};
use crate::storage::Place;
use jobs::job::{At, Job, Work};
use jobs::learners::module_engagement_roster_index;
use jobs::params::Params;
use jobs::pass::{Pass, STEP_FOLDER};
use jobs::side_output::Packing;
use jobs::streaming::output::write_part_line;
use jobs::streaming::{Counters, Output};
use serde_json::{Value, json};
use std::io::{self, BufWriter};
use std::sync::Arc;

/// Makes what the ledger does not know as done, group by group.
///
/// # Errors
/// The first thing that goes wrong; what was finished before stays.
pub fn make(run: &mut Run, jobs: &[&'static Job], summary: &mut Summary) -> Drive<()> {
    let steps: Vec<_> =
        jobs.iter().copied().filter(|j| !matches!(j.work, Work::Scan(_) | Work::Copy(_))).collect();
    for group in plan::fuse(&steps) {
        for job in &group {
            make_others(run, job, &steps, summary)?;
            durations::bring(run, job)?;
        }
        let (due, reads) = due(run, &group, summary)?;
        for (job, reads) in due.iter().zip(&reads) {
            are_there(job, reads)?;
        }
        match due[..] {
            [] => {}
            [pull] if matches!(pull.work, Work::Pull) => {
                pulls::bring(run, pull, &reads.concat(), summary)?;
            }
            _ => make_group(run, &due, &reads, summary)?,
        }
    }
    Ok(())
}

/// What a job reads and this run, which makes `made`, does not make by itself.
fn make_others(
    run: &mut Run,
    job: &Job,
    made: &[&'static Job],
    summary: &mut Summary,
) -> Drive<()> {
    for (other, params) in plan::others(job, &run.params, &run.ledger, made)? {
        if !run.request.steps.takes(other) {
            continue;
        }
        let own = std::mem::replace(&mut run.params, params);
        let needed = run.request.steps.of(&plan::closure(&[other.name.to_owned()])?);
        let made = make(run, &needed, summary);
        run.params = own;
        made?;
    }
    Ok(())
}

/// The jobs of a group that are not done, and what each of them reads.
///
/// # Errors
/// When the ledger or the sources cannot be read.
pub fn due(
    run: &mut Run,
    group: &[&'static Job],
    summary: &mut Summary,
) -> Drive<(Vec<&'static Job>, Vec<Vec<Read>>)> {
    let (mut due, mut due_reads) = (Vec::new(), Vec::new());
    for job in group {
        let reads = plan::reads(job, &run.params, &run.ledger, &run.sources)?;
        let state = plan::state(job, &run.params, &run.ledger, &run.request.force, &reads)?;
        let (_, reason) = state.said();
        if state.is_done() {
            run.skipped(job.name, &reason, summary)?;
        } else {
            run.started(job.name, &reason)?;
            due.push(*job);
            due_reads.push(reads);
        }
    }
    Ok((due, due_reads))
}

fn make_group(
    run: &mut Run,
    jobs: &[&'static Job],
    reads: &[Vec<Read>],
    summary: &mut Summary,
) -> Drive<()> {
    let (outputs, counters) = match jobs {
        [job] if matches!(job.work, Work::Make(_)) => {
            (vec![make_rows(run, job)?], Counters::default())
        }
        _ => run_steps(run, jobs, reads)?,
    };
    commit(run, jobs, reads, &outputs, summary)?;
    note_counters(run, jobs, &counters)
}

/// Writes a step's counters into the record.
///
/// # Errors
/// When it cannot be written.
pub fn note_counters(run: &mut Run, jobs: &[&'static Job], counters: &Counters) -> Drive<()> {
    let counters = events::counted(counters);
    let names: Vec<_> = jobs.iter().map(|job| job.name).collect();
    Ok(run.events.write("counters", json!({"task": names, "counters": counters}))?)
}

/// Refuses a job of which a partition that it reads is not there.
fn are_there(job: &Job, reads: &[Read]) -> Drive<()> {
    match reads.iter().find(|read| read.identity.is_none()) {
        None => Ok(()),
        Some(missing) => Err(DriveError::Missing(format!(
            "{} needs {}/{}={}, which is not there",
            job.name, missing.folder, missing.key, missing.value
        ))),
    }
}

/// Runs all steps; gives the folders that hold finished tables.
fn run_steps(
    run: &mut Run,
    jobs: &[&'static Job],
    reads: &[Vec<Read>],
) -> Drive<(Vec<Place>, Counters)> {
    let (mut outputs, mut counters) = (Vec::new(), Counters::default());
    let mut inputs = files(run, reads)?;
    let most = jobs.iter().map(|job| job.steps()).max().unwrap_or(0);
    for step in 0..most {
        let jobs: Vec<_> = jobs.iter().copied().filter(|job| job.steps() > step).collect();
        let name = format!("{}-{}", jobs.first().map_or("", |job| job.name), step + 1);
        let pass = Pass { jobs, step, params: run.params.clone() };
        let (folder, counted, _) = run.pass(&name, pass, &inputs)?;
        counters.merge(&counted);
        let between = folder.join(STEP_FOLDER);
        inputs = if between.is_folder()? { addressed(&between.parts()?) } else { Vec::new() };
        outputs.push(folder);
    }
    Ok((outputs, counters))
}

/// The part files of all partitions that a group reads, each once.
fn files(run: &Run, reads: &[Vec<Read>]) -> Drive<Vec<Arc<str>>> {
    let mut folders: Vec<_> = reads.iter().flatten().map(|read| read.place(&run.ledger)).collect();
    folders.sort_by_key(Place::address);
    folders.dedup();
    let mut found = Vec::new();
    for folder in folders {
        found.extend(addressed(&folder.parts()?));
    }
    Ok(found)
}

fn addressed(parts: &[Place]) -> Vec<Arc<str>> {
    parts.iter().map(|part| part.address().into()).collect()
}

/// A job without input writes one part.
fn make_rows(run: &mut Run, job: &'static Job) -> Drive<Place> {
    let Work::Make(make) = job.work else { return Err(DriveError::Missing(job.name.to_owned())) };
    let folder = run.stage(job.name)?;
    for fill in job.fills {
        let value = fill.at.value(&run.params)?.unwrap_or_default();
        let place = folder.join(fill.table.name).join(format!("{}={value}", fill.table.partition));
        let part = place.join(format!("part-00000{}", run.packing().ending()));
        write_part(&part, run.packing(), make, &run.params)
            .map_err(|source| DriveError::Make { job: job.name, source })?;
    }
    Ok(folder)
}

fn write_part(
    part: &Place,
    packing: Packing,
    make: fn(&Params, &mut Output) -> Result<(), jobs::streaming::Error>,
    params: &Params,
) -> Result<(), jobs::streaming::Error> {
    use jobs::streaming::Error::Write as Failed;
    let file = BufWriter::new(part.create().map_err(|e| Failed(io::Error::other(e)))?);
    let mut rows = packing.over(file);
    let mut sink = |line: &[u8]| write_part_line(&mut rows, line);
    make(params, &mut Output::new(&mut sink))?;
    let file = rows.end().map_err(Failed)?.into_inner().map_err(|e| Failed(e.into_error()))?;
    file.close().map_err(Failed)
}

/// Brings tables and files to their places, as one, and remembers what they were made from.
///
/// # Errors
/// When the storage refuses.
pub fn commit(
    run: &mut Run,
    jobs: &[&'static Job],
    reads: &[Vec<Read>],
    outputs: &[Place],
    summary: &mut Summary,
) -> Drive<()> {
    let stage = run.stage("ledger")?;
    let mut changes = Changes::new(&stage);
    let mut done = Vec::new();
    for (job, reads) in jobs.iter().zip(reads) {
        for (fill, partitions) in plan::made(job, &run.params, reads)? {
            let mut rows = 0;
            for Made { value, inputs, identity } in partitions {
                let place = format!("{}/{}={value}", fill.table.name, fill.table.partition);
                let folder = first_made(outputs, &place)?;
                let folder = folder.unwrap_or_else(|| stage.join("empty").join(&place));
                let count = codec::count_rows(&folder)?;
                let entry = run.entry(job.name, identity, inputs, count);
                let key = fill.table.partition;
                changes.put(&run.ledger, (fill.table.name, key, &value), &folder, entry)?;
                run.events.output(fill.table.name, &value, count);
                rows += count;
            }
            done.push((job.name.to_owned(), json!({"rows": rows})));
        }
        if job.writes_files() {
            let made = plan::made_files(job, &run.params, reads)?;
            let (count, figures) = put_files(run, job, outputs, made.as_ref(), &mut changes)?;
            if let Some(Made { value, inputs, identity }) = made {
                let entry = run.entry(job.name, identity, inputs, count);
                changes.note(&files::ledger_name(job), &value, entry);
            }
            done.push((job.name.to_owned(), figures));
        }
    }
    run.commit(changes)?;
    run.finished_as_one(&done, summary)
}

/// The documents of the roster go into the index, if there is one; other files to their place. Gives how
/// many there are, and what is told of them.
fn put_files(
    run: &Run,
    job: &Job,
    outputs: &[Place],
    made: Option<&Made>,
    changes: &mut Changes,
) -> Drive<(u64, Value)> {
    if let (Some(made), true) = (made, job.name == module_engagement_roster_index::JOB.name) {
        let update_id = format!("{}:{}", made.value, made.identity);
        if let Some(loaded) = index::load_made(run, job, outputs, &update_id)? {
            let figures = json!({"documents": loaded.documents, "index": loaded.index});
            return Ok((loaded.documents, figures));
        }
    }
    let count = files::put(run, job, outputs, changes)?;
    let root = files::root(job, &run.params, run.ledger.warehouse())?;
    Ok((count as u64, json!({"files": count, "below": root.address()})))
}

fn first_made(outputs: &[Place], place: &str) -> Drive<Option<Place>> {
    for output in outputs {
        let folder = output.join(place);
        if folder.is_folder()? {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

/// Keeps the partitions of each staged table that were made last.
///
/// # Errors
/// When the ledger or the disk refuses.
pub fn drop_old(run: &mut Run, jobs: &[&'static Job]) -> Drive<()> {
    let keep = run.settings.config.warehouse.keep_partitions.max(1);
    let stage = run.stage("ledger")?;
    let mut changes = Changes::new(&stage);
    for fill in jobs.iter().flat_map(|job| job.fills).filter(|fill| fill.at != At::Days) {
        let entries = run.ledger.entries(fill.table.name)?;
        let mut made: Vec<_> = entries.iter().collect();
        made.sort_by(|a, b| b.1.finished.cmp(&a.1.finished).then_with(|| b.0.cmp(a.0)));
        for (value, _) in made.into_iter().skip(keep) {
            changes.drop_partition(fill.table.name, fill.table.partition, value);
        }
    }
    run.commit(changes)
}
