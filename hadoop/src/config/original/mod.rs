//! The original's settings (ini files) as ours: `insights config convert` (spec 40 §H.4, 41 §C). Nothing is dropped in
//! silence: what has no counterpart is noted with the reason.

mod credentials;
mod rules;

use self::credentials::Database;
use self::rules::{Kind, Merge, Rule};
use crate::config::{put, text_of};
use jobs::nearest::did_you_mean;
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file of the original's that cannot be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// It cannot be read.
    #[error("cannot read the settings of the original in {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the disk said.
        source: std::io::Error,
    },
    /// It is no ini file.
    #[error("{path} is no file of the original's settings: {what}")]
    NoIni {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        what: String,
    },
    /// A value is none of its kind.
    #[error("[{section}] {key} = {value}: this is no {wanted}")]
    Value {
        /// The section.
        section: String,
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// What is expected.
        wanted: &'static str,
    },
}

/// Our settings, and what is to be said of them.
#[derive(Debug, Default)]
pub struct Converted {
    /// The settings, as they stand in `insights.yml`.
    pub settings: Mapping,
    /// What was not taken over as it stood, with the reason.
    pub notes: Vec<String>,
    /// Passwords and keys that the original's files hold, by the name of the file that is to hold them.
    pub secrets: BTreeMap<&'static str, String>,
}

type Original = BTreeMap<String, BTreeMap<String, String>>;

/// Converts files of the original; later ones win, as they did there. Secrets are to stand in the folder `secrets`,
/// which the settings refer to.
///
/// # Errors
/// A file cannot be read, is no ini file, or holds a value that is none.
pub fn convert(files: &[PathBuf], secrets: &Path) -> Result<Converted, ConvertError> {
    let mut original = Original::new();
    for path in files {
        for (section, values) in read(path)? {
            original.entry(section).or_default().extend(values);
        }
    }
    let mut converting = Converting { secrets, made: Converted::default(), from: BTreeMap::new() };
    for (section, values) in &original {
        for (key, value) in values {
            converting.take(section, key, value)?;
        }
    }
    converting.databases(&original);
    Ok(converting.done())
}

/// Sections and keys are told apart by letters alone: samples spell some with `-` and some with `_`.
fn read(path: &Path) -> Result<Original, ConvertError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConvertError::Unreadable { path: path.to_owned(), source })?;
    let mut ini = configparser::ini::Ini::new_cs();
    ini.set_multiline(true);
    ini.set_inline_comment_symbols(Some(&[';']));
    let read = ini.read(text);
    let read = read.map_err(|what| ConvertError::NoIni { path: path.to_owned(), what })?;
    // Two spellings of a section are one, read in an order that is always the same.
    let sections: BTreeMap<_, _> = read.into_iter().collect();
    let mut original = Original::new();
    for (name, values) in sections {
        let values = values.into_iter().map(|(key, value)| (key, value.unwrap_or_default()));
        let name = name.trim().to_lowercase().replace('_', "-");
        original.entry(name).or_default().extend(values);
    }
    Ok(original)
}

struct Converting<'a> {
    secrets: &'a Path,
    made: Converted,
    /// Which key of the original gave each of ours, and its value.
    from: BTreeMap<&'static str, (String, Value)>,
}

impl Converting<'_> {
    fn take(&mut self, section: &str, key: &str, value: &str) -> Result<(), ConvertError> {
        let place = format!("[{section}] {key}");
        // Python's parser doubles what would else begin a reference to another setting.
        let value = &value.replace("%%", "%");
        if value.contains("%(") {
            self.made
                .notes
                .push(format!("{place}: what %(…)s stands for must be filled in by hand"));
        }
        if section == "job-conf" {
            let path = ["runners", "hadoop", "jobconf", key].map(str::to_owned);
            put(&mut self.made.settings, &path, value.as_str().into());
            return Ok(());
        }
        match rules::of(section, &key.to_lowercase().replace('-', "_")) {
            Rule::To(ours, kind, merge) => {
                let wanted = kind.wanted();
                let value = kind.read(value).ok_or_else(|| ConvertError::Value {
                    section: section.to_owned(),
                    key: key.to_owned(),
                    value: value.to_owned(),
                    wanted,
                })?;
                self.set(ours, place, value, *merge);
            }
            Rule::Secret(ours, file) => {
                if !value.is_empty() {
                    self.made.secrets.insert(*file, value.to_owned());
                    let path = self.secrets.join(file).display().to_string();
                    self.set(ours, place, path.into(), Merge::First);
                }
            }
            Rule::AllowEmpty(tables) => {
                if Kind::Flag.read(value) == Some(Value::Bool(true)) {
                    self.set("store.allow_empty", place, tables.to_vec().into(), Merge::First);
                }
            }
            Rule::Anonymous => {
                let anonymous = Kind::Flag.read(value) == Some(Value::Bool(true));
                let privacy = if anonymous { "pseudonymous" } else { "named" };
                self.set("privacy", place, privacy.into(), Merge::First);
            }
            Rule::Engine => {
                let engine = if value == "hadoop" { "hadoop" } else { "inline" };
                self.set("runners.default", place, engine.into(), Merge::First);
            }
            Rule::Database => {}
            Rule::Gone(why) => self.made.notes.push(format!("{place}: {why}")),
            Rule::Unknown => {
                let guess = did_you_mean(key, rules::keys_of(section));
                self.made.notes.push(format!("{place}: the original has no such setting{guess}"));
            }
        }
        Ok(())
    }

    /// Two keys of the original that are one of ours must agree, or be joined.
    fn set(&mut self, ours: &'static str, place: String, value: Value, merge: Merge) {
        let path: Vec<String> = ours.split('.').map(str::to_owned).collect();
        if let Some((before, held)) = self.from.get(ours) {
            let better = match merge {
                Merge::First => false,
                Merge::Largest => value.as_f64() > held.as_f64(),
                Merge::Earliest => value.as_str() < held.as_str(),
            };
            if *held != value {
                let kept = text_of(if better { &value } else { held });
                let note =
                    format!("{place} and {before} are one setting here, {ours}: {kept} counts");
                self.made.notes.push(note);
            }
            if !better {
                return;
            }
        }
        put(&mut self.made.settings, &path, value.clone());
        self.from.insert(ours, (place, value));
    }

    /// The databases of the LMS, of the shop and of results, each from two keys and a file of credentials.
    fn databases(&mut self, original: &Original) {
        for (section, ours, name, file) in [
            ("database-import", "lms.database", "edxapp", "lms_password"),
            ("otto-database-import", "lms.ecommerce", "ecommerce", "ecommerce_password"),
            ("database-export", "store.url", "reports", "store_password"),
        ] {
            let Some(values) = original.get(section) else { continue };
            let place = format!("[{section}] credentials");
            let database = values.get("database").map_or(name, String::as_str);
            let found = Database::read(values.get("credentials").map_or("", String::as_str));
            let found = found.unwrap_or_else(|why| {
                self.made.notes.push(format!("{place}: {why}; put user and host into {ours}"));
                Database::unknown()
            });
            let url = found.address(database, &self.secrets.join(file));
            self.set(ours, place, url.into(), Merge::First);
            if let Some(password) = found.password {
                self.made.secrets.insert(file, password);
            }
        }
    }

    fn done(mut self) -> Converted {
        for (name, reason) in [
            ("sources", "where tracking logs stand is not set in these files: fill in `sources`"),
            ("store", "no result database is set in these files: fill in `store.url`"),
        ] {
            if !self.made.settings.contains_key(name) {
                self.made.notes.push(reason.to_owned());
            }
        }
        self.sources();
        self.made
    }

    /// Each folder of logs is a source of its own; the patterns are those of all.
    fn sources(&mut self) {
        let Some(Value::Mapping(given)) = self.made.settings.remove("sources") else { return };
        let pattern = given.get("pattern").cloned();
        let source = |url: &Value| {
            let mut source = Mapping::new();
            source.insert("url".into(), url.clone());
            source.extend(pattern.clone().map(|pattern| ("pattern".into(), pattern)));
            Value::Mapping(source)
        };
        let urls = given.get("url").and_then(Value::as_sequence);
        let sources: Vec<Value> = urls.into_iter().flatten().map(source).collect();
        self.made.settings.insert("sources".into(), sources.into());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::Settings;

    struct Files {
        folder: tempfile::TempDir,
        paths: Vec<PathBuf>,
    }

    fn files(texts: &[&str]) -> Files {
        let folder = tempfile::tempdir().unwrap();
        let path = |(number, text): (usize, &&str)| {
            let path = folder.path().join(format!("{number}.cfg"));
            std::fs::write(&path, text.replace("HERE", &folder.path().display().to_string()))
                .unwrap();
            path
        };
        let paths = texts.iter().enumerate().map(path).collect();
        Files { folder, paths }
    }

    fn converted(texts: &[&str]) -> Converted {
        let files = files(texts);
        let credentials = r#"{"host": "db.example", "port": 3307, "username": "pipe@line", "password": "geheim"}"#;
        std::fs::write(files.folder.path().join("credentials.json"), credentials).unwrap();
        let made = convert(&files.paths, Path::new("/etc/insights")).unwrap();
        // Whatever comes out can be used.
        let path = files.folder.path().join("insights.yml");
        std::fs::write(&path, serde_yaml::to_string(&made.settings).unwrap()).unwrap();
        Settings::read(Some(&path), &BTreeMap::new()).unwrap();
        made
    }

    fn yaml(made: &Converted) -> String {
        serde_yaml::to_string(&made.settings).unwrap()
    }

    #[test]
    fn a_whole_file_becomes_settings_that_can_be_used() {
        let made = converted(&[include_str!("../../../tests/original/settings.cfg")]);
        assert_eq!(yaml(&made), include_str!("../../../tests/original/insights.yml"));
        assert_eq!(made.notes.join("\n") + "\n", include_str!("../../../tests/original/notes.txt"));
    }

    #[test]
    fn passwords_go_into_files_and_nowhere_else() {
        let made = converted(&[
            "[database-export]\ncredentials = HERE/credentials.json\ndatabase = reports\n\
             [edx-rest-api]\nclient_id = me\nclient_secret = hush\n",
        ]);
        assert_eq!(
            yaml(&made),
            "lms:\n  api:\n    client_id: me\n    client_secret_file: /etc/insights/lms_api_client_secret\nstore:\n  \
             url: mysql://pipe%40line@db.example:3307/reports?password_file=/etc/insights/store_password\n"
        );
        let secrets: Vec<_> =
            made.secrets.iter().map(|(file, value)| (*file, value.as_str())).collect();
        assert_eq!(secrets, [("lms_api_client_secret", "hush"), ("store_password", "geheim")]);
        assert!(!made.notes.iter().any(|note| note.contains("geheim") || note.contains("hush")));
    }

    #[test]
    fn later_files_win_and_lists_may_go_on_on_further_lines() {
        let made = converted(&[
            "[event-logs]\nsource = s3://old/\npattern = .*a.* .*b.*\n",
            "[event-logs]\nsource: s3://one/\n    s3://two/\nexpand_interval = 30 days\n",
        ]);
        assert_eq!(
            yaml(&made),
            "jobs:\n  expand_interval: 30 days\nsources:\n- url: s3://one/\n  pattern:\n  - .*a.*\n  - .*b.*\n\
             - url: s3://two/\n  pattern:\n  - .*a.*\n  - .*b.*\n"
        );
    }

    #[test]
    fn both_spellings_of_a_section_count() {
        let made = converted(&[
            "[module-engagement]\nalias = a\n[module_engagement]\noverwrite_n_days = 3\n",
        ]);
        assert_eq!(yaml(&made), "index:\n  alias: a\njobs:\n  overwrite_n_days: 3\n");
    }

    #[test]
    fn keys_that_are_one_here_are_joined_and_said() {
        let made = converted(&[
            "[enrollments]\noverwrite_n_days = 3\ninterval_start = 2014-01-01\n\
             [videos]\noverwrite_n_days = 5\n[location-per-course]\ninterval_start = 2013-05-01\n",
        ]);
        assert_eq!(yaml(&made), "jobs:\n  interval_start: 2013-05-01\n  overwrite_n_days: 5\n");
        assert!(made.notes.contains(
            &"[videos] overwrite_n_days and [enrollments] overwrite_n_days are one setting here, \
              jobs.overwrite_n_days: 5 counts"
                .to_owned()
        ), "{:?}", made.notes);
    }

    #[test]
    fn what_is_unknown_or_wrong_is_said() {
        let made = converted(&["[videos]\ndropof_threshold = 0.1\n[nonsense]\na = b\n"]);
        assert_eq!(made.notes[0], "[nonsense] a: the original has no such setting");
        assert_eq!(
            made.notes[1],
            "[videos] dropof_threshold: the original has no such setting; did you mean `dropoff_threshold`?"
        );
        let wrong = files(&["[videos]\ndropoff_threshold = much\n"]);
        let error = convert(&wrong.paths, Path::new("s")).unwrap_err().to_string();
        assert_eq!(error, "[videos] dropoff_threshold = much: this is no number");
        let none = convert(&[PathBuf::from("/none.cfg")], Path::new("s")).unwrap_err().to_string();
        assert!(none.contains("/none.cfg"), "{none}");
    }

    #[test]
    fn credentials_far_away_are_said_to_be_missing() {
        let made = converted(&["[database-import]\ncredentials = s3://secure/lms.json\n"]);
        assert!(
            yaml(&made)
                .contains("mysql://USER@HOST:3306/edxapp?password_file=/etc/insights/lms_password")
        );
        assert!(made.notes[0].starts_with(
            "[database-import] credentials: s3://secure/lms.json is not on this machine; put user and host into"
        ), "{:?}", made.notes);
    }
}
