//! Runs of one process on the cluster's storage and store: killed anywhere, and with the store lost.

use std::process::{Child, Command};

use crate::scene::disturbed;
use crate::setup::{Cluster, all_rows, one, said};
use crate::university::{University, ended};

/// A workflow or job in one process, with all that it needs.
fn run(university: &University, name: &str, warehouse: &str, store: &str) -> Command {
    let mut command = university.plain_command(&["run", name, "-r", "inline"]);
    command.args(["--interval", "2026-03-01-2026-03-09", "--param", "reducers=2"]);
    command.args(["--param", "import_date=2026-03-09"]);
    if name == "enrollment" {
        command.args(["--param", "date=2026-03-09"]);
    }
    command.args(["--source", "logs", "--warehouse", warehouse, "--store", store]);
    let lms = format!("sqlite:{}", university.path("lms.sqlite").display());
    command.env("INSIGHTS_LMS_DATABASE", lms);
    command
}

#[test]
fn k13_a_store_that_is_lost_during_the_load_is_mended_by_the_next_run() {
    let Some(cluster) = Cluster::or_skip("a lost store") else { return };
    let university = University::new();
    let [store, whole] = ["lost", "kept"].map(|name| cluster.store(name));
    let lose = |_: &mut Child| one("kill", "store");
    let cut = disturbed(run(&university, "enrollment", "w", &store), "] load ", lose);
    one("start", "store");
    assert_eq!(cut.code, Some(30), "{}", cut.stderr);
    let again = ended(run(&university, "enrollment", "w", &store).output().unwrap()).ok();
    assert!(again.stdout.contains(" tables loaded"), "{}", again.stdout);
    ended(run(&university, "enrollment", "whole", &whole).output().unwrap()).ok();
    let rows = all_rows(&store);
    assert!(rows.iter().filter(|(_, rows)| !rows.is_empty()).count() >= 6, "{rows:?}");
    assert_eq!(rows, all_rows(&whole));
}

/// Every so many passings of a fault point.
const STEP: usize = 23;
/// It scans, imports, makes rows, joins and loads; the whole workflow does the same more often.
const JOB: &str = "course-enrollment-gender-daily";

#[test]
fn k07_a_run_on_hdfs_killed_at_any_point_is_finished_by_the_next() {
    let Some(cluster) = Cluster::or_skip("a run on HDFS") else { return };
    let university = University::new();
    let store = |name: &str| format!("sqlite:{}", university.path(name).display());
    ended(run(&university, JOB, "whole", &store("whole.db")).output().unwrap()).ok();
    let whole = university.parts("whole");
    let mut killed = 0;
    for number in (1..).step_by(STEP) {
        let (name, db) = (format!("cut-{number}"), store(&format!("cut-{number}.db")));
        let warehouse = cluster.folder(&name);
        let mut command = run(&university, JOB, &warehouse, &db);
        let first = ended(command.env("INSIGHTS_FAULT", format!("any:{number}")).output().unwrap());
        if first.code == Some(0) {
            break;
        }
        assert_eq!(first.code, None, "{}", first.stderr);
        killed += 1;
        ended(run(&university, JOB, &warehouse, &db).output().unwrap()).ok();
        let copy = university.path(&name).display().to_string();
        said("hadoop", &["fs", "-get", &warehouse, &copy]);
        assert_eq!(university.parts(&name), whole, "killed at point {number}");
    }
    assert!(killed >= 4, "only {killed} points were passed");
    eprintln!("killed at {killed} points");
}
