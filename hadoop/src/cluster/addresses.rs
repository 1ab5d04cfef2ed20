//! Where the cluster's servers answer by HTTP, as its configuration folder says: by Hadoop's own rules
//! and defaults, for one ResourceManager or several, in the open or by TLS.

use std::collections::BTreeMap;
use std::path::Path;

/// Values may name other properties, which may name others.
const DEPTH: usize = 5;

/// Properties of a configuration folder.
#[derive(Debug, Default)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// Those of the files of a folder that can be read.
    pub fn read(folder: &Path, files: &[&str]) -> Self {
        let texts = files.iter().filter_map(|file| std::fs::read_to_string(folder.join(file)).ok());
        Self(texts.flat_map(|text| properties(&text)).collect())
    }

    /// The web addresses of all ResourceManagers, `http://host:port`.
    pub fn resource_managers(&self) -> Vec<String> {
        let is_https = self.is_https("yarn.http.policy");
        let of = |suffix: &str| {
            let (scheme, name, port) = match is_https {
                true => ("https", "yarn.resourcemanager.webapp.https.address", 8090),
                false => ("http", "yarn.resourcemanager.webapp.address", 8088),
            };
            let address = self.get(&format!("{name}{suffix}")).or_else(|| {
                let host = self.get(&format!("yarn.resourcemanager.hostname{suffix}"))?;
                Some(format!("{host}:{port}"))
            });
            address.map(|address| format!("{scheme}://{address}"))
        };
        let ids = self.get("yarn.resourcemanager.ha.rm-ids").filter(|_| self.is_ha());
        match ids {
            Some(ids) => ids.split(',').filter_map(|id| of(&format!(".{}", id.trim()))).collect(),
            None => of("").into_iter().collect(),
        }
    }

    fn is_ha(&self) -> bool {
        self.get("yarn.resourcemanager.ha.enabled").as_deref() == Some("true")
    }

    /// The web address of the history server.
    pub fn history(&self) -> Option<String> {
        let (scheme, name, port) = match self.is_https("mapreduce.jobhistory.http.policy") {
            true => ("https", "mapreduce.jobhistory.webapp.https.address", 19890),
            false => ("http", "mapreduce.jobhistory.webapp.address", 19888),
        };
        let address = self.get(name).or_else(|| {
            let address = self.get("mapreduce.jobhistory.address")?;
            Some(format!("{}:{port}", address.split(':').next()?))
        })?;
        Some(format!("{scheme}://{address}"))
    }

    fn is_https(&self, policy: &str) -> bool {
        self.get(policy).as_deref() == Some("HTTPS_ONLY")
    }

    /// A value with the properties that it names (`${name}`) put in.
    fn get(&self, name: &str) -> Option<String> {
        let mut value = self.0.get(name).filter(|value| !value.is_empty())?.clone();
        for _ in 0..DEPTH {
            let Some((before, rest)) = value.split_once("${") else { return Some(value) };
            let (named, behind) = rest.split_once('}')?;
            value = format!("{before}{}{behind}", self.0.get(named)?);
        }
        None
    }
}

/// What stands in one of Hadoop's XML files; nothing where it is none.
fn properties(text: &str) -> Vec<(String, String)> {
    let Ok(document) = roxmltree::Document::parse(text) else { return Vec::new() };
    let text_of = |property: roxmltree::Node, tag: &str| {
        let found = property.children().find(|child| child.has_tag_name(tag))?;
        Some(found.text().unwrap_or_default().trim().to_owned())
    };
    let all = document.descendants().filter(|node| node.has_tag_name("property"));
    all.filter_map(|node| Some((text_of(node, "name")?, text_of(node, "value")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, &str)]) -> Properties {
        Properties(
            pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        )
    }

    #[test]
    fn a_host_alone_has_hadoops_ports() {
        let plain = said(&[
            ("yarn.resourcemanager.hostname", "rm"),
            ("mapreduce.jobhistory.address", "hs:10020"),
        ]);
        assert_eq!(plain.resource_managers(), ["http://rm:8088"]);
        assert_eq!(plain.history().as_deref(), Some("http://hs:19888"));
        assert!(said(&[]).resource_managers().is_empty());
        assert_eq!(said(&[]).history(), None);
    }

    #[test]
    fn what_is_said_of_the_web_wins_and_may_name_others() {
        let named = said(&[
            ("yarn.resourcemanager.hostname", "rm"),
            ("yarn.resourcemanager.webapp.address", "${yarn.resourcemanager.hostname}:9999"),
            ("mapreduce.jobhistory.webapp.address", "${not.there}:1"),
        ]);
        assert_eq!(named.resource_managers(), ["http://rm:9999"]);
        assert_eq!(named.history(), None);
        let round = said(&[("yarn.resourcemanager.hostname", "${yarn.resourcemanager.hostname}")]);
        assert!(round.resource_managers().is_empty());
    }

    #[test]
    fn of_several_resource_managers_all_are_known() {
        let pairs = [
            ("yarn.resourcemanager.ha.enabled", "true"),
            ("yarn.resourcemanager.ha.rm-ids", "rm1, rm2"),
            ("yarn.resourcemanager.hostname.rm1", "a"),
            ("yarn.resourcemanager.webapp.address.rm2", "b:8188"),
        ];
        assert_eq!(said(&pairs).resource_managers(), ["http://a:8088", "http://b:8188"]);
        assert!(said(&pairs[1..]).resource_managers().is_empty(), "ids without HA mean nothing");
    }

    #[test]
    fn by_tls_there_are_other_names_and_ports() {
        let secure = said(&[
            ("yarn.http.policy", "HTTPS_ONLY"),
            ("yarn.resourcemanager.hostname", "rm"),
            ("yarn.resourcemanager.webapp.address", "rm:8088"),
            ("mapreduce.jobhistory.http.policy", "HTTPS_ONLY"),
            ("mapreduce.jobhistory.webapp.https.address", "hs:19999"),
        ]);
        assert_eq!(secure.resource_managers(), ["https://rm:8090"]);
        assert_eq!(secure.history().as_deref(), Some("https://hs:19999"));
    }
}
