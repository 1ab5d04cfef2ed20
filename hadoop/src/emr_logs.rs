//! Logs that EMR brings to S3 from the nodes of a cluster, which may have ended: a folder a container.

use crate::cluster::id_in;
use crate::record::Record;
use crate::storage::{Place, StorageError, Stored};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// Bytes of a log that are read.
const LOG_BYTES: u64 = 4 * 1024 * 1024;

/// What a container has written.
pub struct Container {
    /// Its name.
    pub name: String,
    /// Each log by its name: `stderr`, `syslog`.
    pub logs: Vec<(String, String)>,
}

/// Where the logs of the last step that a run added stand; none where it added none, or no folder for logs
/// was named.
#[must_use]
pub fn folder(record: &Record) -> Option<Stored<Place>> {
    let step = record.of_kind("step_added").next_back()?;
    let (uri, cluster) = (step["log_uri"].as_str()?, step["cluster"].as_str()?);
    Some(Place::at(uri).map(|uri| uri.join(cluster)))
}

/// What the containers of an application have written, as far as it has been brought.
///
/// # Errors
/// When storage refuses.
pub fn containers(folder: &Place, application: &str) -> Stored<Vec<Container>> {
    let folder = folder.join("containers").join(application);
    let mut found: Vec<Container> = Vec::new();
    for (file, _) in folder.walk()? {
        let name = file.parent().name().to_owned();
        let log = (file.name().trim_end_matches(".gz").to_owned(), read(&file)?);
        match found.last_mut().filter(|last| last.name == name) {
            Some(container) => container.logs.push(log),
            None => found.push(Container { name, logs: vec![log] }),
        }
    }
    Ok(found)
}

/// What a step's program wrote to its standard error, where that has been brought already.
///
/// # Errors
/// When storage refuses.
pub fn of_step(log_uri: &str, cluster: &str, step: &str) -> Stored<Option<String>> {
    let file = Place::at(log_uri)?.join(cluster).join("steps").join(step).join("stderr.gz");
    file.exists()?.then(|| read(&file)).transpose()
}

fn read(file: &Place) -> Stored<String> {
    let mut text = Vec::new();
    let unpacked = MultiGzDecoder::new(file.open(0)?).take(LOG_BYTES).read_to_end(&mut text);
    unpacked.map_err(|source| {
        let place = file.address();
        StorageError::Refused { doing: "unpack", place, source }
    })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

impl Container {
    /// The attempt of a task that it was; none where it was no task's, or its log has not come.
    #[must_use]
    pub fn attempt(&self) -> Option<&str> {
        id_in(self.log("syslog"), "attempt_")
    }

    /// Whether its task ended well.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.log("syslog")
            .lines()
            .any(|line| line.contains("Task 'attempt_") && line.ends_with("done."))
    }

    /// The last line of its standard error that says something.
    #[must_use]
    pub fn complaint(&self) -> String {
        let mut said = self.log("stderr").lines().filter(|line| !line.starts_with("reporter:"));
        said.next_back().unwrap_or_default().to_owned()
    }

    fn log(&self, name: &str) -> &str {
        self.logs.iter().find(|(log, _)| log == name).map_or("", |(_, text)| text.as_str())
    }
}
