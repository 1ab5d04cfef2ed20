//! What the ResourceManager, a running job and the history server say by HTTP.

use crate::runner::RunError;
use crate::wait::block_on;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

/// Where the cluster's services answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// `http://host:port` of the ResourceManager.
    pub resource_manager: Option<String>,
    /// `http://host:port` of the job history server.
    pub history: Option<String>,
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
    /// The addresses as configured, else those of the cluster's own configuration folder.
    #[must_use]
    pub fn new(resource_manager: Option<&str>, history: Option<&str>, conf: Option<&Path>) -> Self {
        let environment = std::env::var_os("HADOOP_CONF_DIR").map(std::path::PathBuf::from);
        let conf = conf.map(Path::to_owned).or(environment);
        let find = |file: &str, name: &str| {
            let address = setting(&conf.as_ref()?.join(file), name)?;
            Some(format!("http://{address}"))
        };
        let rm = || find("yarn-site.xml", "yarn.resourcemanager.webapp.address");
        let hs = || find("mapred-site.xml", "mapreduce.jobhistory.webapp.address");
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        Self {
            resource_manager: resource_manager.map(plain).or_else(rm),
            history: history.map(plain).or_else(hs),
        }
    }

    /// What the ResourceManager knows of an application.
    ///
    /// # Errors
    /// When it does not answer, or does not know it.
    pub fn application(&self, id: &str) -> Result<Value, RunError> {
        let answer = get(&self.resource_manager, &format!("ws/v1/cluster/apps/{id}"))?;
        Ok(answer["app"].clone())
    }

    /// How far a job is that runs.
    ///
    /// # Errors
    /// When its ApplicationMaster does not answer: before it has begun, and after it has ended.
    pub fn running(&self, application: &str, job: &str) -> Result<Figures, RunError> {
        let path = format!("proxy/{application}/ws/v1/mapreduce/jobs/{job}");
        let found = get(&self.resource_manager, &path)?;
        let counters = get(&self.resource_manager, &format!("{path}/counters"))?;
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

fn get(server: &Option<String>, path: &str) -> Result<Value, RunError> {
    let Some(server) = server else {
        return Err(RunError::Rest {
            url: path.to_owned(),
            what: "no server is known for it (runners.hadoop.resource_manager_url, history_url)"
                .to_owned(),
        });
    };
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

/// A property of one of Hadoop's XML files.
fn setting(path: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let document = roxmltree::Document::parse(&text).ok()?;
    let texts = |node: roxmltree::Node, tag: &str| {
        let found = node.children().find(|child| child.has_tag_name(tag))?;
        found.text().map(|text| text.trim().to_owned())
    };
    let properties = document.descendants().filter(|node| node.has_tag_name("property"));
    properties.into_iter().find_map(|property| {
        (texts(property, "name").as_deref() == Some(name)).then(|| texts(property, "value"))?
    })
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
        assert_eq!(rest.resource_manager.as_deref(), Some("http://rm:8088"));
        assert_eq!(rest.history.as_deref(), Some("http://hs:19888"));
        assert!(rest.application("application_1_0001").is_err());
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
