//! `imports.yaml`: which tables are imported together, from which database, how fresh, and to where.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::ImportError;

/// The file `sqoop-configs/imports.yaml`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Imports {
    /// Groups by name.
    pub groups: BTreeMap<String, Group>,
}

/// Tables of one database that are imported in one snapshot.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The section of the configuration that holds the database's address.
    pub database: String,
    /// An import so many days older than the wished date still serves.
    pub fresh_days: u32,
    /// The folder below the warehouse, with `{table}` and `{date}`.
    pub landing: String,
    /// Tables by name; each has its option file beside this one.
    pub tables: Vec<String>,
}

impl Imports {
    /// Reads `imports.yaml`.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let text = fs::read_to_string(path).map_err(|error| ImportError::read(path, error))?;
        let refuse = |line, what| ImportError::Options { path: path.to_owned(), line, what };
        let imports: Self = serde_yaml::from_str(&text).map_err(|error| {
            refuse(error.location().map_or(1, |place| place.line()), error.to_string())
        })?;
        imports.check().map_err(|what| refuse(1, what))?;
        Ok(imports)
    }

    /// The group that a table belongs to.
    #[must_use]
    pub fn group_of(&self, table: &str) -> Option<&Group> {
        self.groups.values().find(|group| group.tables.iter().any(|name| name == table))
    }

    fn check(&self) -> Result<(), String> {
        let mut tables: Vec<_> = self.groups.values().flat_map(|group| &group.tables).collect();
        tables.sort();
        if let Some(pair) = tables.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("table {} is in two groups", pair[0]));
        }
        match self.groups.iter().find(|(_, group)| !group.lands_apart()) {
            Some((name, _)) => {
                Err(format!("the landing of group {name} lacks {{table}} or {{date}}"))
            }
            None => Ok(()),
        }
    }
}

impl Group {
    /// The folder of one import, below the warehouse.
    #[must_use]
    pub fn folder(&self, table: &str, date: &str) -> String {
        self.landing.replace("{table}", table).replace("{date}", date)
    }

    fn lands_apart(&self) -> bool {
        self.landing.contains("{table}") && self.landing.contains("{date}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<Imports, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("imports.yaml");
        fs::write(&path, text).unwrap();
        let relative = |error: ImportError| {
            error.to_string().replace(&folder.path().display().to_string(), "")
        };
        Imports::read(&path).map_err(relative)
    }

    const GROUP: &str = "groups:\n  a:\n    database: lms\n    fresh_days: 0\n    landing: \"{table}/dt={date}\"\n    tables: [t, u]\n";

    #[test]
    fn a_table_knows_its_group_and_folder() {
        let imports = read(GROUP).unwrap();
        let group = imports.group_of("u").unwrap();
        assert_eq!(
            (group.database.as_str(), group.folder("u", "2024-01-02").as_str()),
            ("lms", "u/dt=2024-01-02")
        );
        assert_eq!(imports.group_of("v"), None);
    }

    #[test]
    fn unknown_keys_and_contradictions_are_refused() {
        let unknown = read(&GROUP.replace("fresh_days", "fresh")).unwrap_err();
        assert!(
            unknown.starts_with("/imports.yaml:4: ") && unknown.contains("unknown field `fresh`"),
            "{unknown}"
        );
        assert_eq!(
            read(&GROUP.replace("t, u", "t, t")).unwrap_err(),
            "/imports.yaml:1: table t is in two groups"
        );
        let nowhere = read(&GROUP.replace("/dt={date}", "")).unwrap_err();
        assert_eq!(nowhere, "/imports.yaml:1: the landing of group a lacks {table} or {date}");
    }
}
