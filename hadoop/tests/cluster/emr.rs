//! A workflow on EMR whose steps, taken from moto, really run on the cluster: from `-r emr` to published
//! tables, with the logs and the warehouse on S3.

use std::fs;
use std::process::Command;

use crate::node::Node;
use crate::places::{at, parts};
use crate::service::Service;
use crate::setup::{Cluster, all_rows};
use crate::university::{University, ended};

const DESCRIPTION: &str = "
name: nightly
region: us-east-1
release_label: emr-7.5.0
instance_groups: {master: {type: m5.xlarge}, core: {type: m5.xlarge, num_instances: 2}}
";

#[test]
fn the_enrollment_workflow_on_emr_is_that_of_one_process() {
    let Some(cluster) = Cluster::or_skip("EMR") else { return };
    let Ok(endpoint) = std::env::var("AWS_ENDPOINT_URL") else {
        assert!(std::env::var_os("CI").is_none(), "EMR: no moto");
        return eprintln!("SKIPPED cluster EMR: no moto in the environment (ci/s3)");
    };
    let name = format!("on-cluster-{}", std::process::id());
    let put = ["-sSf", "-X", "PUT", &format!("{endpoint}/{name}")];
    assert!(Command::new("curl").args(put).output().unwrap().status.success());
    let university = University::new();
    let (logs, warehouse) = (format!("s3://{name}/logs"), format!("s3://{name}/w"));
    at(&logs).put_tree(&university.path("logs")).unwrap();
    let settings = format!(
        "runners: {{hadoop: {{program: '{}'}}, emr: {{description: [cluster.yml], poll_seconds: 1}}}}\n",
        cluster.program.display()
    );
    fs::write(university.path("cluster.yml"), DESCRIPTION).unwrap();
    fs::write(university.path("insights.yml"), settings).unwrap();

    let service = Service::start(&endpoint, Some(Node::on_cluster(&endpoint)));
    let [store, by_one_process] = ["emr", "emr_inline"].map(|name| cluster.store(name));
    let run = |engine: &str, logs: &str, warehouse: &str, store: &str| {
        let mut command = university.plain_command(&["run", "enrollment", "-r", engine]);
        command.args(["--interval", "2026-03-01-2026-03-09", "--param", "reducers=2"]);
        command.args(["--param", "date=2026-03-09", "--param", "import_date=2026-03-09"]);
        command.args(["--source", logs, "--warehouse", warehouse, "--store", store]);
        let lms = format!("sqlite:{}", university.path("lms.sqlite").display());
        command.env("INSIGHTS_LMS_DATABASE", lms).env("AWS_ENDPOINT_URL_EMR", &service.url);
        ended(command.output().unwrap()).ok()
    };
    run("emr", &logs, &warehouse, &store);
    assert_eq!(service.alive(), Vec::<String>::new());
    assert_eq!(service.asked("RunJobFlow").len(), 1);
    let here = university.path("logs").display().to_string();
    run("inline", &here, &university.path("inline").display().to_string(), &by_one_process);
    let rows = all_rows(&store);
    assert!(rows.iter().any(|(_, rows)| !rows.is_empty()));
    assert_eq!(rows, all_rows(&by_one_process));
    assert_eq!(parts(&at(&warehouse)), university.parts("inline"));
    // Nothing to do, and no cluster for it.
    let again = run("emr", &logs, &warehouse, &store);
    assert!(again.stdout.starts_with("0 steps made"), "{}", again.stdout);
    assert_eq!(service.asked("RunJobFlow").len(), 1);
}
