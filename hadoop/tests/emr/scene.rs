//! A university whose logs and warehouse are on S3, and a description of a small cluster.

use std::fs;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::node::Node;
use crate::places::{at, parts};
use crate::service::Service;
use crate::university::{Ended, University, ended, jobs_program};

/// What a test works with.
pub struct Scene {
    pub university: University,
    pub service: Service,
    pub node: Node,
    pub bucket: String,
    endpoint: String,
}

/// A cluster with spot instances, as the configuration repository describes it.
pub const DESCRIPTION: &str = "
name: nightly
region: us-east-1
keypair_name: ours
vpc_subnet_id: subnet-1
log_uri: s3://logs/emr
role: nodes
service_role: service
release_label: emr-7.5.0
instance_groups:
  master: {num_instances: 1, type: m5.xlarge, volume_size: 32}
  core: {num_instances: 2, type: m5.2xlarge, market: SPOT, bidprice: 0.8}
applications: [{name: Hive}]
tags: {team: data}
max_lifetime_hours: 10
";
pub const HOURLY: &str = "prices: {m5.xlarge: 0.25, m5.2xlarge: 0.5}";

impl Scene {
    /// None where there is no moto.
    pub fn or_skip(test: &str) -> Option<Self> {
        let Ok(endpoint) = std::env::var("AWS_ENDPOINT_URL") else {
            assert!(std::env::var_os("CI").is_none(), "{test}: no moto");
            println!("SKIPPED emr {test}: no moto in the environment (ci/s3)");
            return None;
        };
        let name = format!("emr-{}-{}", test.replace('_', "-"), std::process::id());
        let put = ["-sSf", "-X", "PUT", &format!("{endpoint}/{name}")];
        assert!(Command::new("curl").args(put).output().unwrap().status.success());
        let university = University::new();
        let bucket = format!("s3://{name}");
        at(&format!("{bucket}/logs")).put_tree(&university.path("logs")).unwrap();
        let mut program = testkit::looking_static(&jobs_program()).unwrap();
        // Nobody runs this copy; each test has one of its own, which nodes remember by its checksum.
        program.truncate(4096);
        program.extend(name.as_bytes());
        fs::write(university.path("static"), program).unwrap();
        fs::write(university.path("cluster.yml"), DESCRIPTION).unwrap();
        let node = Node::new(&endpoint);
        let service = Service::start(&endpoint, Some(node.clone()));
        let scene = Self { university, service, node, bucket, endpoint };
        scene.configure(HOURLY);
        Some(scene)
    }

    /// Settings with more of `runners.emr`.
    pub fn configure(&self, emr: &str) {
        let settings = format!(
            "warehouse: {{url: '{}/w'}}\nrunners:\n  hadoop: {{program: static}}\n  emr:\n    \
             description: [cluster.yml]\n    poll_seconds: 0.1\n    {}\n",
            self.bucket,
            emr.replace('\n', "\n    ")
        );
        fs::write(self.university.path("insights.yml"), settings).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.university.plain_command(arguments);
        self.on_emr(&mut command);
        command
    }

    /// Lets a command find moto and the service.
    pub fn on_emr<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ENDPOINT_URL_EMR", &self.service.url)
            .env("AWS_ACCESS_KEY_ID", "tester")
            .env("AWS_SECRET_ACCESS_KEY", "never-shown")
            .env("AWS_REGION", "us-east-1")
    }

    /// Runs `insights` with these arguments. The secret is in nothing that it says.
    #[track_caller]
    pub fn insights(&self, arguments: &[&str]) -> Ended {
        let ended = ended(self.command(arguments).output().unwrap());
        assert!(!(ended.stderr.clone() + &ended.stdout).contains("never-shown"));
        ended
    }

    fn run_words<'a>(&'a self, logs: &'a str) -> Vec<&'a str> {
        let words = ["run", "course-enrollment-events", "-r", "emr", "--source", logs];
        [&words[..], &["--param", "reducers=1"]].concat()
    }

    /// Runs the scan of one job on EMR.
    #[track_caller]
    pub fn run(&self) -> Ended {
        let logs = format!("{}/logs", self.bucket);
        self.insights(&self.run_words(&logs))
    }

    /// Begins it, with what it says piped.
    pub fn begin(&self) -> Child {
        let logs = format!("{}/logs", self.bucket);
        let mut command = self.command(&self.run_words(&logs));
        command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// The id of the only cluster that there ever was.
    pub fn only_cluster(&self) -> String {
        let (_, answer) = self.service.of_moto("ListClusters", &serde_json::json!({}));
        let clusters = answer["Clusters"].as_array().unwrap();
        assert_eq!(clusters.len(), 1, "{clusters:?}");
        clusters[0]["Id"].as_str().unwrap().to_owned()
    }

    /// Every part file of the warehouse, with its content.
    pub fn parts(&self) -> Vec<(String, String)> {
        parts(&at(&format!("{}/w", self.bucket)))
    }

    /// The events of the last run.
    pub fn events(&self) -> Vec<Value> {
        let runs = at(&format!("{}/w/_runs", self.bucket));
        let mut found: Vec<_> = runs.list().unwrap().into_iter().map(|(run, _)| run).collect();
        found.sort_by_key(hadoop::storage::Place::address);
        let text = found.pop().unwrap().join("events.jsonl").read().unwrap();
        text.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

impl Drop for Scene {
    /// What steps have put on this machine, which is the node.
    fn drop(&mut self) {
        for asked in self.service.asked("RunJobFlow") {
            let path = &asked["BootstrapActions"][0]["ScriptBootstrapAction"]["Args"][2];
            let folder = std::path::Path::new(path.as_str().unwrap()).parent().unwrap();
            let _ = fs::remove_dir_all(folder);
        }
    }
}
