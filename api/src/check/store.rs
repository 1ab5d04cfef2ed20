//! Whether the tables of each store have what the endpoints read.

use std::collections::BTreeMap;

use ::store::{Address, ENTERPRISE_TABLE, Error, Lacks, Store, UPDATES_TABLE};
use api_client::Version;

use super::Report;
use crate::config::{Privacy, Settings};
use crate::description;
use crate::error::chain;

/// What the stores of these settings lack.
pub async fn stores(settings: &Settings) -> Report {
    let mut report = Report::default();
    let (v0, v1) = (&settings.store, &settings.store_v1);
    match (v0, v1) {
        (None, _) => report.fail("wrong", "no result store is given"),
        (Some(both), None) => check(both, Version::V0, settings, &mut report).await,
        (Some(v0), Some(v1)) => {
            check(v0, Version::V0, settings, &mut report).await;
            check(v1, Version::V1, settings, &mut report).await;
        }
    }
    report
}

async fn check(address: &Address, version: Version, settings: &Settings, report: &mut Report) {
    report.say("store", address.to_string());
    let found = async {
        let store = Store::open(address)?;
        let is_marked = store.shapes().await?.contains_key(UPDATES_TABLE);
        Ok::<_, Error>((store.lacks().await?, is_marked))
    };
    let (tables, is_marked) = match found.await {
        Ok(found) => found,
        Err(error) => return report.fail("wrong", chain(&error)),
    };
    let readers = readers(version, settings.privacy);
    for lacks in &tables {
        if let Some(paths) = readers.get(lacks.table) {
            judge(lacks, &paths.join(", "), report);
        }
    }
    if !is_marked {
        let later = "a load is seen within a minute, not within five seconds";
        report.say("note", format!("{UPDATES_TABLE} is not there: {later}"));
    }
}

/// The paths that read each table, as far as they are served.
fn readers(version: Version, privacy: Privacy) -> BTreeMap<&'static str, Vec<String>> {
    let mut readers: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for resource in description::all() {
        let is_there = match resource.path.contains("{version}") {
            true => resource.versions.contains(&version.path_segment()),
            // The third version reads the store of the first.
            false => version == Version::V0,
        };
        if is_there && !(resource.personal && privacy == Privacy::Aggregate) {
            let path = resource.path.replace("{version}", version.path_segment());
            for table in resource.tables {
                readers.entry(*table).or_default().push(path.clone());
            }
        }
    }
    readers
}

fn judge(lacks: &Lacks, paths: &str, report: &mut Report) {
    let table = lacks.table;
    if lacks.is_missing && table == ENTERPRISE_TABLE {
        // Few have enterprises, and no job of ours fills it.
        return report.say("note", format!("{table} is not there: no enterprise has learners"));
    }
    if lacks.is_missing {
        return report.fail("missing", format!("{table}: nothing is found by {paths}"));
    }
    if !lacks.columns.is_empty() {
        let columns = lacks.columns.join(", ");
        report.fail("column", format!("{table} has no {columns}: needed by {paths}"));
    }
    for index in &lacks.indexes {
        let index = index.join(", ");
        report.say("slow", format!("{table} has no index ({index}): looked for by {paths}"));
    }
    if lacks.columns.is_empty() && lacks.indexes.is_empty() {
        report.say("ok", table);
    }
}
