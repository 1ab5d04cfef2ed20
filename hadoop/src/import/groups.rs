//! Which tables there are to import, and from which database: the folder `sqoop-configs`, as the
//! program brings it along or as the user keeps one of his own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::{ImportError, Options};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../sqoop-configs");
const GROUPS: &str = "imports.yaml";

/// A folder of option files.
#[derive(Clone, Copy, Debug)]
pub struct OptionFiles<'a> {
    /// The user's own; none = the shipped ones.
    pub folder: Option<&'a Path>,
}

/// The file `imports.yaml`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Imports {
    /// Groups by name.
    pub groups: BTreeMap<String, Group>,
}

/// Tables of one database that are imported together.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The key of `insights.yml` that holds the database's address.
    pub database: Database,
    /// Tables by name; each has its option file beside this one.
    pub tables: Vec<String>,
}

/// A database that tables are imported from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub enum Database {
    /// The LMS's.
    #[serde(rename = "lms.database")]
    Lms,
    /// The shop's.
    #[serde(rename = "lms.ecommerce")]
    Ecommerce,
}

impl Database {
    /// Its key in `insights.yml`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Lms => "lms.database",
            Self::Ecommerce => "lms.ecommerce",
        }
    }
}

impl OptionFiles<'_> {
    /// The options of a table.
    ///
    /// # Errors
    /// When its file is not there, or a line of it cannot be honoured.
    pub fn of(&self, table: &str) -> Result<Options, ImportError> {
        let name = format!("{table}.options");
        if let Some(folder) = self.folder {
            return Options::read(&folder.join(name));
        }
        let path = PathBuf::from("sqoop-configs").join(&name);
        Options::parse(&path, shipped(&name)?)
    }

    /// The groups. A folder of one's own may do without: then they are the shipped ones.
    ///
    /// # Errors
    /// When the file cannot be read or contradicts itself.
    pub fn imports(&self) -> Result<Imports, ImportError> {
        let own = self.folder.map(|folder| folder.join(GROUPS)).filter(|path| path.exists());
        match own {
            Some(path) => Imports::read(&path),
            None => Imports::parse(&Path::new("sqoop-configs").join(GROUPS), shipped(GROUPS)?),
        }
    }
}

fn shipped(name: &str) -> Result<&'static str, ImportError> {
    let text = SHIPPED.get_file(name).and_then(|file| file.contents_utf8());
    text.ok_or_else(|| ImportError::Source(format!("no option file sqoop-configs/{name}")))
}

impl Imports {
    /// Reads `imports.yaml`.
    ///
    /// # Errors
    /// When it cannot be read or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let text = fs::read_to_string(path).map_err(|error| ImportError::read(path, error))?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ImportError> {
        let refuse = |line, what| ImportError::Options { path: path.to_owned(), line, what };
        let imports: Self = serde_yaml::from_str(text).map_err(|error| {
            refuse(error.location().map_or(1, |place| place.line()), error.to_string())
        })?;
        imports.check().map_err(|what| refuse(1, what))?;
        Ok(imports)
    }

    /// The database that a table is imported from.
    #[must_use]
    pub fn database_of(&self, table: &str) -> Option<Database> {
        let group = self.groups.values().find(|group| group.tables.iter().any(|t| t == table));
        group.map(|group| group.database)
    }

    fn check(&self) -> Result<(), String> {
        let mut tables: Vec<_> = self.groups.values().flat_map(|group| &group.tables).collect();
        tables.sort();
        match tables.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("table {} is in two groups", pair[0])),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<Imports, String> {
        Imports::parse(Path::new("imports.yaml"), text).map_err(|error| error.to_string())
    }

    const GROUP: &str = "groups:\n  a:\n    database: lms.ecommerce\n    tables: [t, u]\n";

    #[test]
    fn a_table_knows_its_database() {
        let imports = read(GROUP).unwrap();
        assert_eq!(imports.database_of("u").map(Database::key), Some("lms.ecommerce"));
        assert_eq!(imports.database_of("v"), None);
        let shipped = OptionFiles { folder: None };
        assert_eq!(shipped.imports().unwrap().database_of("auth_user"), Some(Database::Lms));
        assert_eq!(shipped.of("auth_user").unwrap().table, "auth_user");
    }

    #[test]
    fn unknown_keys_and_contradictions_are_refused() {
        let unknown = read(&GROUP.replace("tables", "table")).unwrap_err();
        assert!(
            unknown.starts_with("imports.yaml:4: ") && unknown.contains("unknown field `table`"),
            "{unknown}"
        );
        assert!(
            read(&GROUP.replace("lms.ecommerce", "shop")).unwrap_err().contains("lms.database")
        );
        let twice = read(&GROUP.replace("t, u", "t, t")).unwrap_err();
        assert_eq!(twice, "imports.yaml:1: table t is in two groups");
    }
}
