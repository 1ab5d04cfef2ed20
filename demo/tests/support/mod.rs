//! Runs of the program and a reader of what it wrote, made without its code: lines by
//! `serde_json`, tables by SQL.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A generated university; its folder goes with it.
pub struct Demo {
    folder: tempfile::TempDir,
}

/// Runs the program and expects success.
pub fn generate(arguments: &[&str]) -> Demo {
    let folder = tempfile::tempdir().unwrap();
    command(&folder.path().join("demo"), arguments).assert().success();
    Demo { folder }
}

/// The program, about to write into a folder.
pub fn command(out: &Path, arguments: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::cargo_bin("insights-demo").unwrap();
    command.arg("--out").arg(out).args(arguments);
    command
}

impl Demo {
    /// The folder that was written.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    /// `expected.json`.
    pub fn expected(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path().join("expected.json")).unwrap()).unwrap()
    }

    /// The database.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join("lms.sqlite")).unwrap()
    }

    /// All files, by their path inside the folder.
    pub fn files(&self) -> BTreeMap<String, PathBuf> {
        let mut found = BTreeMap::new();
        collect(&self.path(), &self.path(), &mut found);
        found
    }

    /// The log files, inflated.
    pub fn logs(&self) -> Vec<(String, Vec<u8>)> {
        let logs = self.files().into_iter().filter(|(name, _)| name.starts_with("logs/"));
        logs.map(|(name, path)| {
            let bytes = fs::read(&path).unwrap();
            let mut text = Vec::new();
            if name.ends_with(".gz") {
                flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut text).unwrap();
            } else {
                text = bytes;
            }
            (name, text)
        })
        .collect()
    }
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), path);
        }
    }
}

/// The event in a line: the whole line, else from its first brace to its end.
pub fn event(line: &[u8]) -> Option<Value> {
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok().filter(Value::is_object);
    read(line).or_else(|| {
        let first = line.iter().position(|byte| *byte == b'{')?;
        read(line[first..].trim_ascii_end())
    })
}

/// The payload: an object, or the object in a text.
pub fn payload(event: &Value) -> Option<Value> {
    match &event["event"] {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}

/// Time as the database spells it.
pub fn sql_time(time: &str) -> String {
    let local = time.split('+').next().unwrap().replace('T', " ");
    if local.contains('.') { local } else { local + ".000000" }
}
