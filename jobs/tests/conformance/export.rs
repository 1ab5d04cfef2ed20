//! The exports of log lines: what is picked, where it is written, and what stands in the files.

use crate::case::{Case, Rows};
use flate2::read::GzDecoder;
use jobs::event::Event;
use jobs::export::{event_export, event_export_by_course, organization};
use jobs::job::Job;
use jobs::params::Params;
use jobs::pass::{Pass, Source};
use jobs::testkit::{KeyPair, picked, write_files};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

pub fn by_organization(case: &Case) -> Result<Rows, String> {
    match case.text("check") {
        Some("org_id") => return Ok(case.input.iter().map(|line| vec![org_id(line)]).collect()),
        Some("output_path") => {
            let environment = case.text("environment").unwrap();
            return Ok(paths(case, |day, org| event_export::path(environment, day, org)));
        }
        _ => {}
    }
    let mut params = params(case, "org_id");
    params.set("config", case.params["config"].to_string());
    params.set("environment", "edx");
    run(case, &event_export::JOB, params)
}

pub fn by_course(case: &Case) -> Result<Rows, String> {
    if case.text("check") == Some("output_path") {
        return Ok(paths(case, event_export_by_course::path));
    }
    run(case, &event_export_by_course::JOB, params(case, "course"))
}

fn org_id(line: &str) -> String {
    let event = Event::parse(line.as_bytes()).unwrap();
    organization(&event, false).unwrap_or_else(|| "\\N".to_owned())
}

fn paths(case: &Case, path: impl Fn(&str, &str) -> String) -> Rows {
    let root = case.text("output_root").unwrap();
    let lines = case.input.iter().map(|line| line.split_once('\t').unwrap());
    lines.map(|(day, name)| vec![format!("{root}/{}", path(day, name))]).collect()
}

fn params(case: &Case, list: &str) -> Params {
    let mut params = case.run_params();
    params.set(list, case.list(list).join(","));
    if params.get("ccx_enabled").is_none() {
        params.set("ccx_enabled", "false");
    }
    params
}

fn run(case: &Case, job: &'static Job, mut params: Params) -> Result<Rows, String> {
    let picked = picked(job, &params, &case.input).map_err(|error| error.to_string())?;
    if case.level == "map" {
        return Ok(picked
            .into_iter()
            .map(|one| vec![one.place.day, one.place.name, one.line])
            .collect());
    }
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::of(case, folder.path());
    params.set("gpg_key_dir", folder.path().to_str().unwrap());
    params.set("gpg_master_key", "master");
    params.set("datetime", "2100-01-01T00:00:00");
    let logs = [(Source::Logs("tracking.log".to_owned()), case.input.clone())];
    let pass = Pass { jobs: vec![job], step: 0, params };
    write_files(&pass, &logs, folder.path()).map_err(|error| error.to_string())?;
    let files: BTreeSet<_> = picked.into_iter().map(|one| (one.path, one.place)).collect();
    let written = folder.path().join("files").join(job.name);
    let mut rows = Rows::new();
    for (path, place) in files {
        let lines = keys.lines(&path, &fs::read(written.join(&path)).unwrap());
        rows.extend(
            lines.into_iter().map(|line| vec![place.day.clone(), place.name.clone(), line]),
        );
    }
    Ok(rows)
}

/// A key of each recipient that the case names, and of the holder of the master key.
struct Keys(Vec<KeyPair>);

impl Keys {
    fn of(case: &Case, folder: &Path) -> Self {
        let organizations = case.params.get("config").and_then(|c| c["organizations"].as_object());
        let of_all = organizations.into_iter().flat_map(|all| all.values());
        let recipients = of_all.flat_map(|one| one["recipients"].as_array().unwrap());
        let owners = recipients.map(|name| name.as_str().unwrap()).chain(["master"]);
        let key = |owner: &str| {
            let pair = KeyPair::generate(owner, true).unwrap();
            fs::write(folder.join(owner), pair.public().unwrap()).unwrap();
            pair
        };
        Self(owners.map(key).collect())
    }

    /// The lines of a file. Of those with keys, one recipient and the master can read it.
    fn lines(&self, path: &str, file: &[u8]) -> Vec<String> {
        let mut opened: Vec<_> = self.0.iter().filter_map(|key| key.open(file).ok()).collect();
        let packed = if path.ends_with(".gpg") {
            assert_eq!(opened.len(), 2, "{path}");
            assert_eq!(opened[0], opened[1]);
            opened.remove(0)
        } else {
            file.to_vec()
        };
        let mut text = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}
