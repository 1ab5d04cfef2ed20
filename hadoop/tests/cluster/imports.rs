//! Sqoop and the native importer bring the same.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use crate::lms_source;
use crate::setup::{Cluster, said, statements};
use crate::university::{University, ended};
use hadoop::rows;
use jobs::lms::{LmsTable, TABLES};

#[test]
fn k12_sqoop_and_the_native_importer_bring_the_same_rows() {
    let Some(cluster) = Cluster::or_skip("imports by Sqoop") else { return };
    let university = University::new();
    let lms = cluster.lms("imports");
    for table in TABLES {
        statements(&lms, &lms_source::statements(&table.staged));
    }
    let import = |engine: &str| {
        fs::write(
            university.path("insights.yml"),
            format!(
                "warehouse: {{url: '{engine}'}}\nlms: {{database: '{lms}', ecommerce: '{lms}', engine: {engine}, \
                 sqoop: {{jobconf: {{mapreduce.framework.name: local, mapreduce.jobtracker.address: local, 'fs.defaultFS': 'file:///'}}}}}}\n"
            ),
        )
        .unwrap();
        let arguments = ["import", "--all", "--date", "2026-03-09"];
        let mut command = university.plain_command(&arguments);
        // Sqoop's tasks run here, and look for mysqldump as they would on a node.
        let nodes = concat!(env!("CARGO_MANIFEST_DIR"), "/../ci/cluster/nodes");
        command.env("PATH", format!("{nodes}:{}", std::env::var("PATH").unwrap()));
        ended(command.output().unwrap()).ok();
    };
    import("native");
    import("sqoop");
    for table in TABLES {
        let name = table.staged.name;
        let [native, sqoop] = ["native", "sqoop"].map(|engine| {
            let folder = university.path(engine).join(name).join("dt=2026-03-09");
            assert!(folder.join("_SUCCESS").exists() && folder.join("_metadata").exists());
            rows_of(table, &folder)
        });
        assert_eq!(native.len(), 6, "{name}");
        assert_eq!(native, sqoop, "{name}");
    }
    let left = said("sh", &["-c", "ls -d ${TMPDIR:-/tmp}/insights-sqoop-* 2>/dev/null || true"]);
    assert_eq!(left, "", "a password was left behind");
}

/// The rows that jobs would read of an import, sorted; those of a dump are its lines.
fn rows_of(table: &'static LmsTable, folder: &Path) -> Vec<String> {
    let name = table.staged.name;
    let made = folder.join("rows");
    let lines = if name == "courseware_studentmodule" {
        folder.to_owned()
    } else {
        let (from, to) = (folder.into(), made.as_path().into());
        rows::write(&table.rows, &from, &to, NonZeroUsize::MIN).unwrap();
        made
    };
    let parts = fs::read_dir(lines).unwrap().map(|entry| entry.unwrap().path());
    let parts =
        parts.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("part-"));
    let texts: Vec<_> = parts.map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut rows: Vec<_> = texts.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
    rows.sort();
    rows
}
