//! What the ResourceManager, a running job and the history server say by HTTP.

use super::addresses::Properties;
use crate::config::HadoopConfig;
use crate::runner::RunError;
use crate::wait::block_on;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// States of an application that has not ended.
const UNENDED: &str = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING";

/// Where the cluster's services answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// `http://host:port` of the ResourceManagers, of which one is active.
    resource_managers: Vec<String>,
    /// `http://host:port` of the job history server.
    history: Vec<String>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Map tasks in all, and done.
    pub maps: (u64, u64),
    /// Reduce tasks in all, and done.
    pub reduces: (u64, u64),
    /// Attempts that failed.
    pub failed: u64,
    /// Attempts at work.
    pub running: u64,
    /// Lines that tasks have read.
    pub records: u64,
    /// Bytes that tasks have read from HDFS.
    pub bytes: u64,
}

impl Rest {
    /// The addresses that the settings give.
    #[must_use]
    pub fn of(config: &HadoopConfig) -> Self {
        let url = config.resource_manager_url.as_deref();
        Self::new(url, config.history_url.as_deref(), config.conf_dir.as_deref())
    }

    /// The addresses as configured, else those of the cluster's own configuration folder.
    fn new(resource_manager: Option<&str>, history: Option<&str>, conf: Option<&Path>) -> Self {
        let environment = std::env::var_os("HADOOP_CONF_DIR").map(PathBuf::from);
        let files = ["core-site.xml", "yarn-site.xml", "mapred-site.xml"];
        let folder = conf.map(Path::to_owned).or(environment);
        let known = folder.map(|folder| Properties::read(&folder, &files)).unwrap_or_default();
        let plain = |url: &str| vec![url.trim_end_matches('/').to_owned()];
        Self {
            resource_managers: resource_manager.map_or_else(|| known.resource_managers(), plain),
            history: history.map_or_else(|| known.history().into_iter().collect(), plain),
        }
    }

    /// Whether a ResourceManager is known.
    #[must_use]
    pub fn has_resource_manager(&self) -> bool {
        !self.resource_managers.is_empty()
    }

    /// Whether a history server is known.
    #[must_use]
    pub fn has_history(&self) -> bool {
        !self.history.is_empty()
    }

    /// `http://host:port` of every server that is known.
    pub fn servers(&self) -> impl Iterator<Item = String> {
        self.resource_managers.iter().chain(&self.history).cloned()
    }

    /// What the ResourceManager says of itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn cluster_info(&self) -> Result<Value, RunError> {
        Ok(get(&self.resource_managers, "ws/v1/cluster/info")?["clusterInfo"].take())
    }

    /// What the history server says of itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn history_info(&self) -> Result<Value, RunError> {
        Ok(get(&self.history, "ws/v1/history/info")?["historyInfo"].take())
    }

    /// The applications with a tag that have not ended.
    ///
    /// # Errors
    /// When the ResourceManager does not answer.
    pub fn tagged(&self, tag: &str) -> Result<Vec<String>, RunError> {
        let path = format!("ws/v1/cluster/apps?applicationTags={tag}&states={UNENDED}");
        let answer = get(&self.resource_managers, &path)?;
        let found = answer["apps"]["app"].as_array().into_iter().flatten();
        // YARN before 2.4 knows no tags, and tells of all applications.
        let ours = found.filter(|app| has_tag(app, tag));
        Ok(ours.filter_map(|app| app["id"].as_str().map(str::to_owned)).collect())
    }

    /// What the ResourceManager knows of an application.
    ///
    /// # Errors
    /// When it does not answer, or does not know it.
    pub fn application(&self, id: &str) -> Result<Value, RunError> {
        let answer = get(&self.resource_managers, &format!("ws/v1/cluster/apps/{id}"))?;
        Ok(answer["app"].clone())
    }

    /// How far a job is that runs.
    ///
    /// # Errors
    /// When its ApplicationMaster does not answer: before it has begun, and after it has ended.
    pub fn running(&self, application: &str, job: &str) -> Result<Figures, RunError> {
        let path = format!("proxy/{application}/ws/v1/mapreduce/jobs/{job}");
        let found = get(&self.resource_managers, &path)?;
        let counters = get(&self.resource_managers, &format!("{path}/counters"))?;
        Ok(figures(&found["job"], &counters))
    }

    /// What the history server keeps of a job: `path` is below the job, or empty.
    ///
    /// # Errors
    /// When it does not answer, or does not know the job.
    pub fn history(&self, job: &str, path: &str) -> Result<Value, RunError> {
        get(&self.history, &format!("ws/v1/history/mapreduce/jobs/{job}{path}"))
    }
}

fn figures(job: &Value, counters: &Value) -> Figures {
    let number = |name: &str| job[name].as_u64().unwrap_or_default();
    let counter = |name: &str| total(counters, name);
    Figures {
        maps: (number("mapsTotal"), number("mapsCompleted")),
        reduces: (number("reducesTotal"), number("reducesCompleted")),
        failed: number("failedMapAttempts") + number("failedReduceAttempts"),
        running: number("runningMapAttempts") + number("runningReduceAttempts"),
        records: counter("MAP_INPUT_RECORDS"),
        bytes: counter("HDFS_BYTES_READ") + counter("FILE_BYTES_READ"),
    }
}

fn total(counters: &Value, name: &str) -> u64 {
    let groups = counters["jobCounters"]["counterGroup"].as_array().into_iter().flatten();
    let all = groups.flat_map(|group| group["counter"].as_array().into_iter().flatten());
    let found = all.filter(|counter| counter["name"] == name);
    found.filter_map(|counter| counter["totalCounterValue"].as_u64()).sum()
}

/// Whether an application has a tag; YARN writes tags in small letters.
fn has_tag(app: &Value, tag: &str) -> bool {
    let tags = app["applicationTags"].as_str().unwrap_or_default();
    tags.split(',').any(|found| found.trim().eq_ignore_ascii_case(tag))
}

/// Asks the servers one after the other: a ResourceManager that stands by sends on to the active one, one
/// that is down says nothing.
fn get(servers: &[String], path: &str) -> Result<Value, RunError> {
    let mut failed = RunError::Rest {
        url: path.to_owned(),
        what: "no server is known for it (runners.hadoop.resource_manager_url, history_url)"
            .to_owned(),
    };
    for server in servers {
        match get_from(server, path) {
            Ok(answer) => return Ok(answer),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn get_from(server: &str, path: &str) -> Result<Value, RunError> {
    let url = format!("{server}/{path}");
    let refuse = |what: String| RunError::Rest { url: url.clone(), what };
    let answer = block_on(async {
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let asked = client.get(&url).header("Accept", "application/json").send().await?;
        asked.error_for_status()?.bytes().await
    });
    let answer = answer.map_err(|e| refuse(e.to_string()))?;
    let answer = answer.map_err(|e: reqwest::Error| refuse(e.without_url().to_string()))?;
    serde_json::from_slice(&answer).map_err(|e| refuse(format!("says no JSON: {e}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_come_from_the_clusters_own_folder() {
        let conf = tempfile::tempdir().unwrap();
        let xml = "<configuration><property><name>yarn.resourcemanager.webapp.address</name>\
                   <value> rm:8088 </value></property></configuration>";
        std::fs::write(conf.path().join("yarn-site.xml"), xml).unwrap();
        let rest = Rest::new(None, Some("http://hs:19888/"), Some(conf.path()));
        assert_eq!(rest.resource_managers, ["http://rm:8088"]);
        assert_eq!(rest.history, ["http://hs:19888"]);
        assert!(rest.application("application_1_0001").is_err());
    }

    #[test]
    fn only_applications_with_the_tag_are_the_runs() {
        let app = |tags: &str| json!({"id": "application_1_0001", "applicationTags": tags});
        assert!(has_tag(&app("other, 20260301t101500.123-7"), "20260301T101500.123-7"));
        assert!(!has_tag(&app("20260301t101500.123-77"), "20260301T101500.123-7"));
        assert!(!has_tag(&json!({"id": "application_1_0001"}), "x"));
    }

    #[test]
    fn a_resource_manager_that_is_down_leaves_the_other_to_answer() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let active = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 4096];
            let _ = std::io::Read::read(&mut stream, &mut asked).unwrap();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"app\": {\"id\": \"x\"}}";
            std::io::Write::write_all(&mut stream, answer).unwrap();
        });
        let servers = vec!["http://127.0.0.1:9".to_owned(), active];
        let rest = Rest { resource_managers: servers, history: Vec::new() };
        assert_eq!(rest.application("x").unwrap()["id"], "x");
    }

    #[test]
    fn figures_are_sums_over_groups() {
        let job = json!({"mapsTotal": 4, "mapsCompleted": 1, "failedMapAttempts": 2,
            "runningReduceAttempts": 1});
        let counter = |name: &str, value| json!({"name": name, "totalCounterValue": value});
        let counters = json!({"jobCounters": {"counterGroup": [
            {"counter": [counter("HDFS_BYTES_READ", 10)]},
            {"counter": [counter("MAP_INPUT_RECORDS", 7)]},
        ]}});
        let found = figures(&job, &counters);
        assert_eq!((found.maps, found.failed, found.running), ((4, 1), 2, 1));
        assert_eq!((found.records, found.bytes), (7, 10));
    }
}
