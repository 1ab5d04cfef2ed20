//! The whole enrollment workflow, as a user of a cluster runs it, against the same in one process.

use std::collections::BTreeMap;
use std::fs;

use crate::setup::{Cluster, said, statements};
use crate::university::{University, ended};

#[test]
fn the_enrollment_workflow_on_a_cluster_is_that_of_one_process() {
    let Some(cluster) = Cluster::or_skip("enrollment workflow") else { return };
    let university = University::new();
    let lms = cluster.lms("workflow");
    statements(&lms, &university.lms_statements());
    let (warehouse, store) = (cluster.folder("workflow"), cluster.store("workflow"));
    let logs = cluster.folder("workflow-logs");
    said("hadoop", &["fs", "-mkdir", "-p", &logs]);
    said("hadoop", &["fs", "-put", &university.path("logs").display().to_string(), &logs]);
    let database = format!("workflow_{}", std::process::id());
    said("hive", &["-e", &format!("CREATE DATABASE {database}")]);
    fs::write(
        university.path("cluster.yml"),
        format!(
            "warehouse: {{url: '{warehouse}'}}\nstore: {{url: '{store}'}}\n\
             lms: {{database: '{lms}', engine: sqoop}}\n\
             hive: {{command: hive, database: {database}}}\n\
             runners: {{hadoop: {{program: '{}'}}}}\n",
            cluster.program.display()
        ),
    )
    .unwrap();
    let fixed = [
        "run",
        "enrollment",
        "-c",
        "cluster.yml",
        "-r",
        "hadoop",
        "--source",
        &logs,
        "--interval",
        "2026-03-01-2026-03-09",
    ];
    let params = ["date=2026-03-09", "import_date=2026-03-09", "reducers=3"];
    let params = params.iter().flat_map(|param| ["--param", param]);
    let arguments: Vec<_> = fixed.into_iter().chain(params).collect();
    let run = || ended(university.plain_command(&arguments).output().unwrap()).ok();
    run();

    university.run("inline", &["-r", "inline", "--param", "reducers=3"]).ok();
    let copy = university.path("cluster").display().to_string();
    said("hadoop", &["fs", "-get", &warehouse, &copy]);
    assert_eq!(tables(&university, "inline"), tables(&university, "cluster"));

    let rows =
        fs::read_dir(university.path("inline/course_enrollment_daily/dt=2026-03-09")).unwrap();
    let rows: usize =
        rows.map(|part| fs::read_to_string(part.unwrap().path()).unwrap().lines().count()).sum();
    let counted = said(
        "hive",
        &[
            "--hiveconf",
            "mapreduce.framework.name=local",
            "--hiveconf",
            "hive.exec.mode.local.auto=true",
            "-e",
            &format!(
                "USE {database}; SELECT count(*) FROM course_enrollment_daily; \
                 SELECT count(*) FROM auth_userprofile; SHOW PARTITIONS course_enrollment_events"
            ),
        ],
    );
    let lines: Vec<_> = counted.lines().collect();
    assert_eq!(lines[..2], [rows.to_string().as_str(), "40"], "{counted}");
    assert!(lines.contains(&"dt=2026-03-01"), "{counted}");

    let again = run().stdout;
    assert!(again.starts_with("0 steps made"), "{again}");
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
