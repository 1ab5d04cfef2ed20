//! The steps that bring in what services say by HTTP: the LMS's courses and their blocks, the
//! catalogue's course runs (spec 10 §4.10, 20 §5, §6). Each makes one file of JSON lines, right before
//! the job that reads it; what is there is not asked for again.

mod lines;
mod service;

use crate::codec::Reader;
use crate::config::Lms;
use crate::error::{Drive, DriveError};
use crate::ledger::Changes;
use crate::plan::Read;
use crate::pull::{self, JWT, PullError};
use crate::run::{Run, Summary};
use crate::storage::{Place, StorageError};
use jobs::catalog::course_blocks::COURSE_BLOCKS_RAW;
use jobs::catalog::course_list::{self, COURSE_LIST_RAW};
use jobs::catalog::course_run::DISCOVERY_API_RAW;
use jobs::job::{At, Fill, Input, Job, Work};
use lines::{Lines, Written};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

/// Why a pull failed.
#[derive(Debug, thiserror::Error)]
pub enum BringError {
    /// A setting is missing or wrong.
    #[error("{0}")]
    Settings(String),
    /// The service refused, or cannot be understood.
    #[error(transparent)]
    Service(#[from] PullError),
    /// What it said cannot be written, or what is asked for cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A job that is the driver's own, and what it asks.
struct Pull {
    job: Job,
    /// The file that it makes.
    file: &'static str,
    /// Gives how many of the things that it asks for the service does not know.
    ask: fn(&Run, &[Read], &mut Lines) -> Result<u64, BringError>,
}

const PULLS: &[Pull] = &[
    Pull {
        job: Job {
            name: "course-blocks-pull",
            about: "what the LMS's blocks API says of the outline of every listed course",
            internal: true,
            inputs: &[Input::new(&course_list::TABLE, At::DateTime)],
            fills: &[Fill { table: &COURSE_BLOCKS_RAW, at: At::DateTime }],
            report: None,
            params: &["datetime", "partition_format"],
            only_if: None,
            work: Work::Pull,
        },
        file: "course_blocks.json",
        ask: course_blocks,
    },
    Pull {
        job: Job {
            name: "course-list-pull",
            about: "what the LMS's courses API says of every course",
            internal: true,
            inputs: &[],
            fills: &[Fill { table: &COURSE_LIST_RAW, at: At::DateTime }],
            report: None,
            params: &["datetime", "partition_format"],
            only_if: None,
            work: Work::Pull,
        },
        file: "course_list.json",
        ask: course_list,
    },
    Pull {
        job: Job {
            name: "course-runs-pull",
            about: "what the catalogue service says of every course run",
            internal: true,
            inputs: &[],
            fills: &[Fill { table: &DISCOVERY_API_RAW, at: At::Date }],
            report: None,
            params: &["date", "enable_course_catalog"],
            only_if: Some("enable_course_catalog"),
            work: Work::Pull,
        },
        file: "course_runs.json",
        ask: course_runs,
    },
];

/// The pulls as jobs, by name.
pub fn jobs() -> impl Iterator<Item = &'static Job> {
    PULLS.iter().map(|pull| &pull.job)
}

/// Asks a service and puts what it says into place.
///
/// # Errors
/// When a setting or an input is missing, the service refuses, or the storage does; nothing is seen
/// then.
pub fn bring(run: &mut Run, job: &'static Job, reads: &[Read], summary: &mut Summary) -> Drive<()> {
    for pull in PULLS.iter().filter(|pull| pull.job.name == job.name) {
        let folder = run.stage(job.name)?;
        let failed = |source| DriveError::Pull { pull: job.name, source };
        let (written, unknown) = asked(run, pull, reads, &folder).map_err(failed)?;
        commit(run, pull, reads, &folder, &written)?;
        let figures = json!({"lines": written.lines, "bytes": written.bytes, "unknown": unknown});
        run.finished(job.name, figures, summary)?;
    }
    Ok(())
}

fn asked(
    run: &Run,
    pull: &Pull,
    reads: &[Read],
    folder: &Place,
) -> Result<(Written, u64), BringError> {
    let mut lines = Lines::create(folder.join(pull.file))?;
    let unknown = (pull.ask)(run, reads, &mut lines)?;
    Ok((lines.close()?, unknown))
}

fn commit(
    run: &mut Run,
    pull: &Pull,
    reads: &[Read],
    folder: &Place,
    written: &Written,
) -> Drive<()> {
    let mut changes = Changes::new(&run.stage("ledger")?);
    for fill in pull.job.fills {
        let Some(value) = fill.at.value(&run.params)? else { continue };
        let inputs = reads.iter().filter_map(|read| Some((read.name(), read.identity.clone()?)));
        let (inputs, checksum) = (inputs.collect(), written.checksum.clone());
        let entry = run.entry(pull.job.name, checksum, inputs, written.lines);
        let place = (fill.table.name, fill.table.partition, value.as_str());
        changes.put(&run.ledger, place, folder, entry)?;
        run.events.output(fill.table.name, &value, written.lines);
    }
    run.commit(changes)
}

/// Asks the LMS for a token and some courses, once.
///
/// # Errors
/// When a setting is missing, or the LMS refuses or is not there.
pub fn try_lms(lms: &Lms) -> Result<(), BringError> {
    let url = service::courses_url(&lms.api)?;
    let mut client = service::client(&lms.api, JWT)?.impatient();
    client.get(&url, &[("page_size", &lms.api.page_size.to_string())])?;
    Ok(())
}

/// Asks the catalogue for some course runs of each partner, once; gives how many partners there are.
///
/// # Errors
/// When a setting is missing, or the catalogue refuses or is not there.
pub fn try_catalogue(lms: &Lms) -> Result<usize, BringError> {
    let partners = service::partners(&lms.catalogue)?;
    let mut client = service::client(&lms.api, JWT)?.impatient();
    for (partner, root) in &partners {
        pull::some_course_runs(&mut client, root, partner, lms.catalogue.page_size)?;
    }
    Ok(partners.len())
}

fn course_list(run: &Run, _: &[Read], lines: &mut Lines) -> Result<u64, BringError> {
    let api = &run.settings.config.lms.api;
    let url = service::courses_url(api)?;
    let mut client = service::client(api, JWT)?;
    let write = |course: &Value| Ok(lines.write(course)?);
    pull::course_list::<BringError>(&mut client, &url, api.page_size, write)?;
    Ok(0)
}

fn course_blocks(run: &Run, reads: &[Read], lines: &mut Lines) -> Result<u64, BringError> {
    let api = &run.settings.config.lms.api;
    let url = service::blocks_url(api)?;
    let mut client = service::client(api, api.blocks_token_type.as_str())?;
    let courses = courses(run, reads)?;
    let courses = courses.iter().map(String::as_str);
    let write = |course: &Value| Ok(lines.write(course)?);
    pull::course_blocks::<BringError>(&mut client, &url, courses, write)
}

/// The ids of all courses of the list, each once: their first columns.
fn courses(run: &Run, reads: &[Read]) -> Result<BTreeSet<String>, StorageError> {
    let mut found = BTreeSet::new();
    for read in reads {
        for part in read.place(&run.ledger).parts()? {
            let opened = Reader::whole(&part);
            let opened = opened.map_err(|e| part.refused("read")(std::io::Error::other(e)))?;
            for row in BufReader::new(opened).lines() {
                let row = row.map_err(part.refused("read"))?;
                found.extend(row.split('\t').next().map(str::to_owned));
            }
        }
    }
    Ok(found)
}

fn course_runs(run: &Run, _: &[Read], lines: &mut Lines) -> Result<u64, BringError> {
    let lms = &run.settings.config.lms;
    let partners = service::partners(&lms.catalogue)?;
    if partners.is_empty() {
        return Ok(0);
    }
    let mut client = service::client(&lms.api, JWT)?;
    let size = lms.catalogue.page_size;
    for (partner, root) in partners {
        let write = |course: &Value| Ok(lines.write(course)?);
        pull::course_runs::<BringError>(&mut client, &root, &partner, size, write)?;
    }
    Ok(0)
}
