//! Every job there is, on every engine: the real Streaming jar, with Hadoop's local job runner.

use std::fs;

use crate::setup::Cluster;
use crate::university::University;
use jobs::registry::JOBS;

#[test]
fn every_job_writes_the_same_part_files_on_every_engine() {
    let Some(cluster) = Cluster::or_skip("engine parity") else { return };
    let university = University::new();
    fs::write(
        university.path("insights.yml"),
        format!(
            "runners: {{hadoop: {{program: '{}', jobconf: {{mapreduce.framework.name: local, \
             mapreduce.jobtracker.address: local, 'fs.defaultFS': 'file:///'}}}}}}\n",
            cluster.program.display()
        ),
    )
    .unwrap();
    for reducers in ["1", "3"] {
        let [inline, local, hadoop] = ["inline", "local", "hadoop"].map(|engine| {
            let warehouse = format!("{engine}-{reducers}");
            university.write_catalogue(&warehouse);
            let reducers = format!("reducers={reducers}");
            let others = ["calendar", "course-enrollment", "--param", "enable_course_catalog=true"];
            let how = ["-r", engine, "--param", &reducers];
            university.run(&warehouse, &[&others[..], &how[..]].concat()).ok();
            university.parts(&warehouse)
        });
        for table in JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table.name) {
            let folder = format!("{table}/");
            assert!(inline.iter().any(|(name, _)| name.starts_with(&folder)), "{table} is empty");
        }
        assert_eq!(inline, local, "{reducers} reducers");
        assert_eq!(inline, hadoop, "{reducers} reducers");
    }
}
