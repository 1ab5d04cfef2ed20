//! Every line of the Data API's conformance file that belongs to a resource which is built, against
//! the service itself on loopback, on SQLite and on MariaDB. What belongs to later resources is
//! counted and named, not passed over.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod case;
mod compare;
mod running;
mod storage;
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use case::{Case, Claim};
use running::Running;
use tables::Tables;

const FOLDER: &str = "data-api";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_a_built_resource_passes_on_sqlite() {
    let Some(cases) = cases("SQLite") else { return };
    let folder = tempfile::tempdir().unwrap();
    let tables = ["v0", "v1", "default"].map(|name| Tables::sqlite(folder.path(), name));
    run("SQLite", cases, tables).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_a_built_resource_passes_on_mariadb() {
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
    let (mut passed, mut total, mut failures) = (0, 0, Vec::new());
    let mut later: BTreeMap<&str, u32> = BTreeMap::new();
    for case in &cases {
        match case.claim() {
            Claim::Later(resource) => *later.entry(resource).or_default() += 1,
            Claim::Built => {
                total += 1;
                match answer(case, &tables).await {
                    Ok(()) => passed += 1,
                    Err(reason) => failures.push(format!("{}: {reason}", case.name)),
                }
            }
        }
    }
    println!("conformance {FOLDER}: {passed}/{total} ({store})");
    for (resource, lines) in later {
        println!("  not claimed yet: {lines} lines of {resource}");
    }
    assert!(failures.is_empty(), "on {store}:\n{}", failures.join("\n"));
    assert!(total > 350, "only {total} lines were claimed");
}

async fn answer(case: &Case, tables: &[Tables; 3]) -> Result<(), String> {
    tables[0].fill(&case.tables, case.schema_variant.as_deref()).await;
    tables[0].fill_roster(&case.roster, case.roster_updated.as_deref()).await;
    tables[1].fill(&case.tables_v1, None).await;
    let service = Running::start(case, tables).await;
    let answer = service.ask(&case.request).await;
    compare::check(case, &answer, &service.base)
}
