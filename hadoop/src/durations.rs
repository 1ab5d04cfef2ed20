//! Durations of videos that events do not tell: the service that hosts them is asked before a job reads
//! them, where there is a key to ask with (spec 20 §4.2).
//!
//! What is known stands in the warehouse, below `_durations/`: what the service has said, the codes that
//! the facts of which days have left to ask for, and the file that jobs read.

use crate::codec::Reader;
use crate::error::{Drive, DriveError};
use crate::http::Clock;
use crate::plan;
use crate::pull::durations::{Known, Service};
use crate::run::Run;
use crate::storage::Place;
use jobs::engagement::video_durations::{FILE, code_to_ask};
use jobs::job::Job;
use jobs::streaming::{LineReader, Lines};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const FOLDER: &str = "_durations";

/// The codes that facts have left to ask for, and the identity of each partition that was looked at.
#[derive(Default, Serialize, Deserialize)]
struct Codes {
    partitions: BTreeMap<String, String>,
    codes: BTreeSet<String>,
}

/// Hands a job the file of what is known, if it takes one and nobody has given another.
///
/// # Errors
/// When the key or the facts cannot be read, or the warehouse cannot be written. A service that does not
/// answer is no error: its durations stay unknown.
pub fn bring(run: &mut Run, job: &Job) -> Drive<()> {
    if !job.params.contains(&FILE) || run.params.get(FILE).is_some() {
        return Ok(());
    }
    let service = Service::of(&run.settings.config.video, Clock::default());
    let Some(service) = service.map_err(DriveError::Durations)? else { return Ok(()) };
    let folder = run.ledger.warehouse().join(FOLDER);
    let memory = folder.join("memory.tsv");
    let remembered = memory.read_if_there()?.unwrap_or_default();
    let mut known = Known::read(&remembered).map_err(DriveError::Durations)?;
    let codes = codes(run, job, &folder.join("codes.json"))?;
    let today = run.request.now.date();
    let due = known.due(&codes, today);
    if !due.is_empty() {
        log::info!("durations of videos: {} are asked for", due.len());
        known.learn(&service.ask(&due), today);
        memory.write(&known.memory())?;
    }
    let file = folder.join("video_durations.tsv");
    let content = known.file();
    if file.read_if_there()?.as_ref() != Some(&content) {
        file.write(&content)?;
    }
    run.params.set(FILE, file.address());
    Ok(())
}

/// All codes of the facts that a job reads; only partitions that have changed are looked at.
fn codes(run: &Run, job: &Job, place: &Place) -> Drive<BTreeSet<Vec<u8>>> {
    let mut seen: Codes = match place.read_if_there()? {
        // A file that is none is made anew.
        Some(text) => serde_json::from_slice(&text).unwrap_or_default(),
        None => Codes::default(),
    };
    let mut changed = false;
    for read in plan::reads(job, &run.params, &run.ledger, &run.sources)? {
        let name = read.name();
        if read.identity.is_none() || seen.partitions.get(&name) == read.identity.as_ref() {
            continue;
        }
        for part in read.place(&run.ledger).parts()? {
            look_at(&part, &mut seen.codes)?;
        }
        seen.partitions.insert(name, read.identity.unwrap_or_default());
        changed = true;
    }
    if changed {
        place.write(&serde_json::to_vec(&seen).unwrap_or_default())?;
    }
    Ok(seen.codes.into_iter().map(String::into_bytes).collect())
}

fn look_at(part: &Place, codes: &mut BTreeSet<String>) -> Drive<()> {
    let mut lines = LineReader::new(Reader::whole(part)?);
    while lines.advance().map_err(part.refused("read"))? {
        let code =
            code_to_ask(lines.line()).map_err(|e| DriveError::Missing(format!("{part}: {e}")))?;
        if let Some(code) = code.and_then(|code| str::from_utf8(code).ok())
            && !codes.contains(code)
        {
            codes.insert(code.to_owned());
        }
    }
    Ok(())
}
