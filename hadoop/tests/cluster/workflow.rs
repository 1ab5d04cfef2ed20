//! The whole enrollment workflow, as the guide has a user of a cluster run it, against the same in one
//! process.

use std::collections::BTreeMap;
use std::fs;

use crate::guide::follow;
use crate::services::Services;
use crate::setup::{Cluster, all_rows, said, statements};
use crate::university::{University, jobs_program};

/// As the guide says, word by word.
const GUIDE: &str = include_str!("../../../docs/on-your-own-hadoop.md");

#[test]
fn the_enrollment_workflow_on_a_cluster_is_that_of_one_process() {
    let Some(cluster) = Cluster::or_skip("enrollment workflow") else { return };
    let university = University::new();
    let lms = cluster.lms("workflow");
    statements(&lms, &university.lms_statements());
    let store = cluster.store("workflow");
    let warehouse = format!("{}/insights", cluster.namenode);
    said("hadoop", &["fs", "-rm", "-r", "-f", "-skipTrash", &warehouse, "/logs"]);
    let programs = jobs_program().parent().unwrap().display().to_string();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
    let without_password = |address: &str| address.split_once('?').unwrap().0.to_owned();
    follow(
        GUIDE,
        &university.path(""),
        &[
            ("PATH", &path),
            ("CLUSTER_LMS", &without_password(&lms)),
            ("CLUSTER_STORE", &without_password(&store)),
            ("CLUSTER_HIVE_DATABASE", &format!("workflow_{}", std::process::id())),
        ],
    );

    let by_one_process = cluster.store("inline");
    let how = ["-r", "inline", "--param", "reducers=3", "--store", &by_one_process];
    // The settings are those of the cluster, but for what is said here.
    fs::remove_file(university.path("insights.yml")).unwrap();
    university.run("inline", &how).ok();
    assert_eq!(all_rows(&store), all_rows(&by_one_process));
    is_served(&university, &store);
    let copy = university.path("cluster").display().to_string();
    said("hadoop", &["fs", "-get", &warehouse, &copy]);
    assert_eq!(tables(&university, "inline"), tables(&university, "cluster"));
}

/// Every part file; of LMS rows the whole text, since another importer has other parts.
fn tables(university: &University, warehouse: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, text) in university.parts(warehouse) {
        let of_rows = name.strip_prefix("_rows/").and_then(|_| name.rsplit_once('/'));
        let key = of_rows.map_or(name.as_str(), |(folder, _)| folder).to_owned();
        found.entry(key).or_insert_with(String::new).push_str(&text);
    }
    found
}

/// The API's figures are those of the warehouse, and the site shows them.
fn is_served(university: &University, store: &str) {
    let services = Services::start(university, store);
    let course = "course-v1:A+One+R";
    let answer = services.api(&format!(
        "/api/v0/courses/{course}/enrollment/?start_date=2026-03-01&end_date=2026-03-09"
    ));
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let served = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|day| format!("{course}\t{}\t{}\t", day["date"].as_str().unwrap(), day["count"]));
    let served: Vec<_> = served.collect();
    let parts = university.parts("inline");
    let daily = parts.iter().filter(|(name, _)| name.starts_with("course_enrollment_daily/"));
    let lines = daily.flat_map(|(_, text)| text.lines()).filter(|line| line.starts_with(course));
    let mut lines: Vec<_> = lines.collect();
    lines.sort_unstable();
    assert!(!served.is_empty() && served.len() == lines.len(), "{served:?} {lines:?}");
    assert!(lines.iter().zip(&served).all(|(line, served)| line.starts_with(served.as_str())));
    let page = services.site(&format!("/courses/{course}/enrollment/activity/"));
    let last = answer.as_array().unwrap().last().unwrap()["count"].to_string();
    assert!(page.contains("<h1") && page.contains(&last), "{page}");
}
