//! `video`: log lines, or viewings, up to the table that the case names.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::engagement::video_durations::{FILE, seconds_in_reply};
use jobs::engagement::{video, video_events, video_viewing};
use jobs::params::Params;
use jobs::testkit::scan;
use serde_json::Value;
use std::io::Write;
use tempfile::NamedTempFile;

pub fn run(case: &Case) -> Result<Rows, String> {
    let table = case.text("output").ok_or("no output")?;
    let viewings = match case.text("stage") {
        Some("usage") => case.input.clone(),
        _ => viewings(case)?,
    };
    if table == "video_viewing" {
        return Ok(cells(viewings));
    }
    let viewings = source(video_viewing::TABLE.name, viewings);
    Ok(cells(done(&video::JOB, &case.run_params(), vec![viewings])?.table(table)))
}

fn viewings(case: &Case) -> Result<Vec<String>, String> {
    let mut params = case.run_params();
    let durations = durations(case);
    params.set(FILE, durations.path().to_str().ok_or("a path that is no text")?);
    let facts = source(video_events::TABLE.name, facts(case, &params)?);
    Ok(done(&video_viewing::JOB, &params, vec![facts])?.table(video_viewing::TABLE.name))
}

fn facts(case: &Case, params: &Params) -> Result<Vec<String>, String> {
    let interval = params.interval().map_err(|e| e.to_string())?;
    let days = [interval.start().to_string(), interval.end().to_string()];
    let range = [("scan_from", days[0].as_str()), ("scan_until", days[1].as_str())];
    let logs = [("tracking.log", case.input.clone())];
    Ok(scan(&[&video_events::JOB], &range, &logs).table(video_events::TABLE.name))
}

/// What the duration service tells, as the driver hands it over.
fn durations(case: &Case) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    for (code, reply) in
        case.params.get("duration_service").and_then(Value::as_object).into_iter().flatten()
    {
        let seconds = seconds_in_reply(reply.as_str().unwrap()).unwrap_or(-1);
        writeln!(file, "{code}\t{seconds}").unwrap();
    }
    file
}
