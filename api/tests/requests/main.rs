//! Every line of the Data API's conformance file against the service itself on loopback, on SQLite and
//! on MariaDB; and its answers against what the service's own description says of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod case;
mod compare;
mod described;
mod running;
mod storage;
mod tables;

use std::fs;
use std::path::PathBuf;

use case::Case;
use described::Description;
use running::Running;
use tables::Tables;

const FOLDER: &str = "data-api";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_passes_on_sqlite() {
    let Some(cases) = cases("SQLite") else { return };
    let folder = tempfile::tempdir().unwrap();
    let tables = ["v0", "v1", "default"].map(|name| Tables::sqlite(folder.path(), name));
    run("SQLite", cases, tables).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_passes_on_mariadb() {
    let Some(cases) = cases("MariaDB") else { return };
    let Some(server) = testkit::mariadb_or_skip("conformance data-api on MariaDB").unwrap() else {
        return;
    };
    let tables = [
        Tables::mariadb(&server).await,
        Tables::mariadb(&server).await,
        Tables::mariadb(&server).await,
    ];
    run("MariaDB", cases, tables).await;
}

/// All lines; none where the conformance folder is not there.
fn cases(store: &str) -> Option<Vec<Case>> {
    let file = folder().join("requests.jsonl");
    let Ok(text) = fs::read_to_string(&file) else {
        eprintln!("SKIPPED conformance {FOLDER} on {store}: {} is not there", file.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn folder() -> PathBuf {
    let root = std::env::var_os("INSIGHTS_CONFORMANCE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
        PathBuf::from,
    );
    root.join(FOLDER)
}

async fn run(store: &str, cases: Vec<Case>, tables: [Tables; 3]) {
    tables[2].make_users().await;
    let description = Description::of(&tables).await;
    let mut failures = Vec::new();
    for case in &cases {
        if let Err(reason) = answer(case, &tables, &description).await {
            failures.push(format!("{}: {reason}", case.name));
        }
    }
    println!("conformance {FOLDER}: {}/{} ({store})", cases.len() - failures.len(), cases.len());
    assert!(failures.is_empty(), "on {store}:\n{}", failures.join("\n"));
    assert!(cases.len() > 400, "only {} lines", cases.len());
}

async fn answer(
    case: &Case,
    tables: &[Tables; 3],
    description: &Description,
) -> Result<(), String> {
    tables[0].fill(&case.tables, case.schema_variant.as_deref()).await;
    tables[0].fill_roster(&case.roster, case.roster_updated.as_deref()).await;
    tables[1].fill(&case.tables_v1, None).await;
    let service = Running::start(case, tables).await;
    let answer = service.ask(&case.request).await;
    compare::check(case, &answer, &service.base)?;
    description.check(&case.request, &answer)
}
