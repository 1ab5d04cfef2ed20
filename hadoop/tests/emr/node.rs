//! The master of a cluster: a folder with the commands that a step's script calls. HDFS is a folder, and
//! Hadoop Streaming a script with one reducer; on a real cluster both are Hadoop's own.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::university::jobs_program;

/// The commands, by their names.
const COMMANDS: [(&str, &str); 5] = [
    ("aws", include_str!("node/aws")),
    ("hadoop", include_str!("node/hadoop")),
    ("hadoop-streaming", include_str!("node/hadoop-streaming")),
    ("s3-dist-cp", include_str!("node/s3-dist-cp")),
    ("yarn", include_str!("node/yarn")),
];

/// Of those, what a real cluster has not, since it knows no S3.
const ON_CLUSTER: [(&str, &str); 3] = [
    ("aws", include_str!("node/aws")),
    ("hadoop-streaming", include_str!("node/on-cluster/hadoop-streaming")),
    ("s3-dist-cp", include_str!("node/on-cluster/s3-dist-cp")),
];

/// Moto lets in whoever shows something like a signature.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, \
                             SignedHeaders=host, Signature=x";

/// A node.
#[derive(Clone)]
pub struct Node {
    folder: Arc<tempfile::TempDir>,
    endpoint: String,
    running: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Node {
    /// With the S3 that moto is.
    pub fn new(endpoint: &str) -> Self {
        Self::with(endpoint, &COMMANDS)
    }

    /// One whose other commands are those of the cluster in the environment.
    pub fn on_cluster(endpoint: &str) -> Self {
        Self::with(endpoint, &ON_CLUSTER)
    }

    fn with(endpoint: &str, commands: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in commands {
            command(folder.path(), name, text);
        }
        let running = Arc::default();
        Self { folder: Arc::new(folder), endpoint: endpoint.to_owned(), running }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts another text in the place of a command.
    pub fn command(&self, name: &str, text: &str) {
        command(self.folder.path(), name, text);
    }

    /// Runs a step as the command runner does; gives whether it succeeded.
    pub fn run(&self, id: &str, words: Vec<String>) -> bool {
        let path = format!("{}:{}", self.folder.path().display(), std::env::var("PATH").unwrap());
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .env("PATH", path)
            .env("NODE", self.folder.path())
            .env("NODE_S3", &self.endpoint)
            .env("NODE_AUTHORIZATION", AUTHORIZATION)
            .env("NODE_JOBS", jobs_program())
            .env("BEAT", "0.2")
            .stdin(Stdio::null())
            .stderr(fs::File::create(self.path("stderr")).unwrap())
            .spawn()
            .unwrap();
        self.running.lock().unwrap().insert(id.to_owned(), child.id());
        child.wait().unwrap().success()
    }

    /// As EMR interrupts a step.
    pub fn interrupt(&self, id: &str) {
        if let Some(process) = self.running.lock().unwrap().get(id) {
            Command::new("kill").arg(process.to_string()).status().unwrap();
        }
    }
}

fn command(folder: &Path, name: &str, text: &str) {
    // A shell reads on in the file that it runs: that stays as it is.
    let beside = folder.join(format!("{name}.new"));
    fs::write(&beside, text).unwrap();
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(beside, folder.join(name)).unwrap();
}
