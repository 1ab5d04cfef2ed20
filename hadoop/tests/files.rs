//! Files for people: where they go, and that a run that is killed anywhere leaves none half written.
#![allow(dead_code, clippy::unwrap_used)]

mod everywhere;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use everywhere::{University, copy_tree, files};

const NAMES: &[&str] = &["answer-distribution"];

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let content = |file: &std::path::PathBuf| {
        let name = file.strip_prefix(folder).unwrap().display().to_string();
        (name, fs::read_to_string(file).unwrap())
    };
    files(folder).iter().map(content).collect()
}

/// The usual folder is moved into by the ledger's commit; another one is copied into before it.
#[test]
fn a_killed_run_is_finished_by_the_next_wherever_the_files_go() {
    let university = University::new("");
    // What stands before the step is not what is looked at.
    university.run_some("before", &["problem-check-events"]);
    copy_tree(&university.path("before"), &university.path("whole"));
    university.run_some("whole", NAMES);
    let expected = contents(&university.path("whole/_files/answer_distribution"));
    assert!(expected.len() > 2, "{:?}", expected.keys());
    let root = university.path("reports");
    let elsewhere = format!("output_root={}", root.display());
    for params in [&[][..], &["--param", &elsewhere]] {
        let mut number = 1;
        let killed = |number: u32| {
            let warehouse = format!("killed-{}-{number}", params.len());
            copy_tree(&university.path("before"), &university.path(&warehouse));
            let mut command = university.dated(&warehouse, NAMES);
            command.args(params).env("INSIGHTS_FAULT", format!("any:{number}"));
            (warehouse, command.output().unwrap().status.success())
        };
        loop {
            let (warehouse, ended_well) = killed(number);
            if ended_well {
                break;
            }
            let mut again = university.dated(&warehouse, NAMES);
            let again = again.args(params).output().unwrap();
            assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
            let place = match params {
                [] => university.path(&warehouse).join("_files/answer_distribution"),
                _ => root.clone(),
            };
            assert_eq!(contents(&place), expected, "killed at point {number}");
            if !params.is_empty() {
                fs::remove_dir_all(&root).unwrap();
            }
            number += 1;
        }
        assert!(number > 6, "only {number} points were met");
    }
}

#[test]
fn another_folder_for_files_makes_them_again() {
    let university = University::new("");
    university.run_some("w", NAMES);
    let said = university.run_some("w", NAMES);
    assert!(said.starts_with("0 steps made"), "{said}");
    let root = university.path("reports");
    let mut command = university.dated("w", NAMES);
    command.arg("--param").arg(format!("output_root={}", root.display()));
    assert!(command.output().unwrap().status.success());
    assert_eq!(contents(&root), contents(&university.path("w/_files/answer_distribution")));
}

#[test]
fn exports_go_on_without_an_organisation_where_that_is_asked_for() {
    let university = University::new("");
    let config = r#"{"organizations": {"NorthvaleX": {"recipients": ["late"]}, "HarborU": {}}}"#;
    fs::write(university.path("late.yml"), config).unwrap();
    let export = |warehouse: &str, params: &[&str]| {
        let mut command = university.dated(warehouse, &["event-export"]);
        let config = format!("config={}", university.path("late.yml").display());
        command.arg("--param").arg(config);
        for param in params {
            command.arg("--param").arg(param);
        }
        let ended = command.output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    let organizations = |warehouse: &str| -> BTreeSet<String> {
        let folder = university.path(warehouse).join("_files/event_export");
        let all = fs::read_dir(folder).into_iter().flatten();
        all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };

    let (code, said) = export("stops", &[]);
    assert!(code == Some(30) && said.contains("keys/late"), "{code:?} {said}");
    assert_eq!(organizations("stops"), BTreeSet::new());

    let (code, said) = export("goes-on", &["keep_going=true"]);
    assert!(
        code == Some(41) && said.contains("the files of northvalex could not"),
        "{code:?} {said}"
    );
    assert!(said.contains("is left out") && said.contains("keys/late"), "{said}");
    assert_eq!(organizations("goes-on"), BTreeSet::from(["harboru".to_owned()]));

    fs::copy(university.path("keys/partner"), university.path("keys/late")).unwrap();
    let (code, said) = export("goes-on", &["keep_going=true"]);
    assert_eq!(code, Some(0), "{said}");
    let both = ["harboru", "northvalex"].map(str::to_owned);
    assert_eq!(organizations("goes-on"), BTreeSet::from(both));
}
