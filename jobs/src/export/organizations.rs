//! Who gets event exports: organisations, the names they go by, and whose keys open their files
//! (spec 30 C.1).

use crate::params::{ParamError, Params};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};

const CONFIG: &str = "config";

/// One organisation of the parameter `config`.
#[derive(Debug, Default, Deserialize)]
pub struct Organization {
    /// Names of the key files of those who may read.
    #[serde(default, deserialize_with = "or_none")]
    #[cfg_attr(not(feature = "openpgp"), expect(dead_code, reason = "keys are read to encrypt"))]
    pub recipients: Vec<String>,
    #[serde(default, deserialize_with = "or_none")]
    other_names: Vec<String>,
    #[serde(default, deserialize_with = "or_none")]
    courses: BTreeSet<String>,
}

impl Organization {
    /// Whether events of this course are exported to it: a list of courses leaves out all others.
    #[must_use]
    pub fn wants(&self, course: Option<&str>) -> bool {
        self.courses.is_empty() || course.is_some_and(|course| self.courses.contains(course))
    }
}

#[derive(Deserialize)]
struct Document {
    organizations: BTreeMap<String, Option<Organization>>,
}

fn or_none<'d, D: Deserializer<'d>, T: Deserialize<'d> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The organisations that a run exports for, by primary id.
#[derive(Debug)]
pub struct Organizations {
    all: BTreeMap<String, Organization>,
    /// Of each name the primary ids that claim it.
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Organizations {
    /// Reads the parameter `config`: the configuration document as JSON. `org_id` keeps only some.
    ///
    /// # Errors
    /// When it is missing or no such document, or when two ids would share their files.
    pub fn of(params: &Params) -> Result<Self, ParamError> {
        let text = params.get(CONFIG).ok_or(ParamError::Missing(CONFIG))?;
        let document: Document = serde_json::from_str(text)
            .map_err(|error| unreadable(text, &format!("a list of organisations: {error}")))?;
        let wanted = super::listed(params.get("org_id"));
        let (mut all, mut names) = (BTreeMap::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for (id, organization) in document.organizations {
            if !wanted.is_empty() && !wanted.contains(&id) {
                continue;
            }
            let organization = organization.unwrap_or_default();
            for name in [&id].into_iter().chain(&organization.other_names) {
                names.entry(name.clone()).or_default().insert(id.clone());
            }
            all.insert(id, organization);
        }
        check_ids(all.keys())?;
        Ok(Self { all, names })
    }

    /// The organisations that go by a name, with their primary ids.
    pub fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, &'a Organization)> {
        let ids = self.names.get(name).into_iter().flatten();
        ids.filter_map(|id| Some((id.as_str(), self.all.get(id)?)))
    }

    /// The organisation whose files stand in this folder.
    #[cfg(feature = "openpgp")]
    pub fn of_folder(&self, folder: &str) -> Option<&Organization> {
        self.all.iter().find(|(id, _)| id.to_lowercase() == folder).map(|(_, found)| found)
    }
}

/// A file is named by its organisation, in lower case.
fn check_ids<'i>(ids: impl Iterator<Item = &'i String>) -> Result<(), ParamError> {
    let mut folders = BTreeSet::new();
    for id in ids {
        if id.is_empty() || id.starts_with('.') || id.contains(['/', '\t', '\n', '\r']) {
            return Err(unreadable(id, "an organisation whose id can name a folder"));
        }
        if !folders.insert(id.to_lowercase()) {
            return Err(unreadable(
                id,
                "an organisation whose id differs from others by more than case",
            ));
        }
    }
    Ok(())
}

fn unreadable(text: &str, wanted: &str) -> ParamError {
    let shown = text.chars().take(80).collect();
    ParamError::Unreadable { name: CONFIG, text: shown, wanted: wanted.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn organizations(config: &str) -> Result<Organizations, String> {
        let params = [("config", config)].into_iter().collect();
        Organizations::of(&params).map_err(|error| error.to_string())
    }

    #[test]
    fn every_list_may_be_missing_or_empty() {
        let config = r#"{"organizations": {"A": null, "B": {}, "C": {"courses": null, "other_names": ["A"]}}}"#;
        let found = organizations(config).unwrap();
        assert_eq!(found.named("A").map(|(id, _)| id).collect::<Vec<_>>(), ["A", "C"]);
        assert!(found.named("D").next().is_none());
    }

    #[test]
    fn what_would_mix_files_is_refused() {
        for (config, why) in [
            (r#"{"organizations": {"Ab": {}, "aB": {}}}"#, "differs from others by more than case"),
            (r#"{"organizations": {"../a": {}}}"#, "can name a folder"),
            (r#"{"organizations": {"": {}}}"#, "can name a folder"),
            (r#"{"organizations": ["a"]}"#, "a list of organisations: invalid type"),
            ("a: b", "a list of organisations: expected value"),
        ] {
            let said = organizations(config).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
