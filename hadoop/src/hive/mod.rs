//! Hive: its tables over the warehouse, made from the folder `hive-ddl` and compared with it, their
//! partitions registered. Nothing is ever altered: a table that is not as we would make it is told
//! and left alone. A partition whose files are gone is taken out of the metastore, and told too.

mod definition;

pub use definition::Definition;

use crate::config::HiveConfig;
use crate::error::Drive;
use crate::ledger::{self, Changes, Ledger};
use crate::run::{Run, Summary};
use crate::storage::StorageError;
use include_dir::{Dir, include_dir};
use jobs::lms;
use jobs::registry::JOBS;
use jobs::table::Table;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use tempfile::NamedTempFile;

static DDL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../hive-ddl");
/// What Hive was told stands in the ledger under this name.
const NOTES: &str = "_hive";
const VARIABLE: &str = "${hivevar:warehouse}";

/// What went wrong with Hive.
#[derive(Debug, thiserror::Error)]
pub enum HiveError {
    /// No Hive is configured.
    #[error("no Hive is configured (hive.command)")]
    Nowhere,
    /// The command cannot be started.
    #[error("`{command}` cannot be started: {cause}")]
    Start {
        /// The command.
        command: String,
        /// Why.
        cause: io::Error,
    },
    /// A statement failed.
    #[error("hive ended with {code}: {said}")]
    Failed {
        /// Its exit code.
        code: i32,
        /// Its own reason, or the last that it said.
        said: String,
    },
    /// Tables are not as the warehouse has them.
    #[error("{}", .0.join("\n"))]
    Drift(Vec<String>),
    /// A name that may not stand in a statement.
    #[error("{0:?} is no name that may stand in a statement of Hive's")]
    Name(String),
    /// The warehouse cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
}

/// What Hive was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Tables that are as they should be.
    pub tables: usize,
    /// Partitions that were added.
    pub added: Vec<String>,
    /// Partitions that were taken out, since their files are gone.
    pub removed: Vec<String>,
}

/// Partitions of a table as the warehouse has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The table's name.
    pub table: &'static str,
    key: &'static str,
    values: BTreeSet<String>,
}

impl Wanted {
    /// What the ledger knows of a table.
    ///
    /// # Errors
    /// When the ledger cannot be read, or a value may not stand in a statement.
    pub fn of(table: &'static Table, ledger: &Ledger) -> Result<Self, HiveError> {
        let values: BTreeSet<_> = ledger.entries(table.name)?.keys().cloned().collect();
        values.iter().try_for_each(|value| checked(value))?;
        Ok(Self { table: table.name, key: table.partition, values })
    }
}

/// Every table that has a file in `hive-ddl`.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    let of_jobs = JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table);
    of_jobs.chain(lms::TABLES.iter().map(|table| &table.staged))
}

/// The statement that makes a table.
fn ddl(table: &str) -> Option<&'static str> {
    DDL.get_file(format!("{table}.hql")).and_then(|file| file.contents_utf8())
}

/// Dates, hours, intervals: letters, digits and a few signs, of which none ends a text.
fn checked(value: &str) -> Result<(), HiveError> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "-_:+.".contains(c);
    match !value.is_empty() && value.chars().all(fine) {
        true => Ok(()),
        false => Err(HiveError::Name(value.to_owned())),
    }
}

/// Tells Hive of these tables, those without partitions left out, unless it has been told the same.
///
/// # Errors
/// When Hive refuses, or has other tables of these names.
pub fn tell(run: &mut Run, names: &[&str], summary: &mut Summary) -> Drive<()> {
    let config = &run.settings.config.hive;
    let hive = Hive::new(config, &run.ledger)?;
    let mut wanted = Vec::new();
    for table in tables().filter(|table| names.contains(&table.name)) {
        wanted.push(Wanted::of(table, &run.ledger)?);
    }
    wanted.retain(|wanted| !wanted.values.is_empty());
    let task = format!("hive {}", config.database);
    let identity = hive.identity(&wanted);
    // One note for each set of tables: workflows tell of different ones.
    let note = ledger::identity(wanted.iter().map(|wanted| wanted.table));
    let known = run.ledger.entry(NOTES, &note)?;
    if wanted.is_empty() || known.is_some_and(|entry| entry.identity == identity) {
        return run.skipped(&task, "it knows all partitions", summary);
    }
    run.started(&task, &format!("{} tables", wanted.len()))?;
    let told = hive.apply(&wanted)?;
    let entry = run.entry("hive", identity, BTreeMap::new(), 0);
    let mut changes = Changes::new(&run.stage("ledger")?);
    changes.note(NOTES, &note, entry);
    run.commit(changes)?;
    let figures =
        json!({"tables": told.tables, "added": told.added.len(), "removed": told.removed.len()});
    run.finished(&task, figures, summary)
}

/// A Hive with its metastore.
pub struct Hive<'a> {
    config: &'a HiveConfig,
    command: &'a str,
    warehouse: String,
}

impl<'a> Hive<'a> {
    /// The Hive of the settings.
    ///
    /// # Errors
    /// When there is none, or a name may not stand in a statement.
    pub fn new(config: &'a HiveConfig, ledger: &Ledger) -> Result<Self, HiveError> {
        let command = config.command.as_deref().ok_or(HiveError::Nowhere)?;
        checked(&config.database)?;
        let warehouse = ledger.warehouse().url()?;
        if warehouse.contains(['\'', '\\', ';']) {
            return Err(HiveError::Name(warehouse));
        }
        Ok(Self { config, command, warehouse })
    }

    /// Makes tables that are not there, compares those that are, and registers partitions.
    ///
    /// # Errors
    /// When Hive refuses, or a table is not as it should be: all others are in order then.
    pub fn apply(&self, wanted: &[Wanted]) -> Result<Told, HiveError> {
        let made = wanted.iter().filter_map(|w| ddl(w.table));
        let made = made.collect::<String>();
        let found = self.look(wanted, &made, false)?;
        let mut script = String::new();
        let mut told = Told::default();
        let drift = self.compare(wanted, &found, |wanted, has| {
            told.tables += 1;
            told.added.extend(change(
                &mut script,
                wanted,
                "ADD IF NOT EXISTS",
                &wanted.values,
                has,
            ));
            told.removed.extend(change(&mut script, wanted, "DROP IF EXISTS", has, &wanted.values));
        });
        if !script.is_empty() {
            self.run(&script, false)?;
        }
        told.removed.iter().for_each(|name| log::warn!("hive: {name} is no longer there"));
        if drift.is_empty() { Ok(told) } else { Err(HiveError::Drift(drift)) }
    }

    /// What depends on all that Hive is told.
    fn identity(&self, wanted: &[Wanted]) -> String {
        let of_one = |wanted: &Wanted| {
            let values: Vec<_> = wanted.values.iter().map(String::as_str).collect();
            ledger::identity(
                [&[wanted.table, ddl(wanted.table).unwrap_or("")][..], &values].concat(),
            )
        };
        let all: Vec<_> = wanted.iter().map(of_one).collect();
        let of_hive = [self.command, &self.config.database, &self.warehouse];
        ledger::identity(of_hive.into_iter().chain(all.iter().map(String::as_str)))
    }

    /// Compares only; changes nothing.
    ///
    /// # Errors
    /// When Hive refuses, or something differs.
    pub fn check(&self, wanted: &[Wanted]) -> Result<usize, HiveError> {
        let found = self.look(wanted, "", true)?;
        let mut missing = Vec::new();
        let mut tables = 0;
        let mut drift = self.compare(wanted, &found, |wanted, has| {
            tables += 1;
            let all = wanted.values.symmetric_difference(has);
            missing.extend(all.map(|value| {
                let side =
                    if has.contains(value) { "has no files any more" } else { "is not registered" };
                format!("{}/{}={value} {side}", wanted.table, wanted.key)
            }));
        });
        drift.append(&mut missing);
        if drift.is_empty() { Ok(tables) } else { Err(HiveError::Drift(drift)) }
    }

    /// Hive's own words on tables and their partitions, by table.
    fn look(&self, wanted: &[Wanted], before: &str, careless: bool) -> Result<Found, HiveError> {
        let mut script = before.to_owned();
        for Wanted { table, .. } in wanted {
            let written =
                writeln!(script, "SHOW CREATE TABLE `{table}`;\nSHOW PARTITIONS `{table}`;");
            debug_assert!(written.is_ok(), "a String takes all");
        }
        Ok(parse(&self.run(&script, careless)?))
    }

    /// What differs; `sound` gets each table that does not, with the partitions that Hive has.
    fn compare(
        &self,
        wanted: &[Wanted],
        found: &Found,
        mut sound: impl FnMut(&Wanted, &BTreeSet<String>),
    ) -> Vec<String> {
        let mut said = Vec::new();
        for wanted in wanted {
            let ours = ddl(wanted.table).map(|text| text.replace(VARIABLE, &self.warehouse));
            let ours = ours.as_deref().and_then(Definition::parse);
            let drift = match (ours, found.get(wanted.table)) {
                (Some(ours), Some((hives, has))) => match ours.drift(hives) {
                    None => {
                        sound(wanted, has);
                        continue;
                    }
                    Some(drift) => drift,
                },
                (None, _) => "it has no file in hive-ddl".to_owned(),
                (_, None) => "it is not there".to_owned(),
            };
            said.push(format!("hive: {}.{} differs: {drift}", self.config.database, wanted.table));
        }
        said
    }

    /// Runs a script, and gives what it printed. A careless one goes on after a statement that fails.
    fn run(&self, script: &str, careless: bool) -> Result<String, HiveError> {
        let ignore = if careless { "SET hive.cli.errors.ignore=true;\n" } else { "" };
        let text = format!("USE `{}`;\n{ignore}{script}", self.config.database);
        let file = written(&text)
            .map_err(StorageError::disk("write a script in", &std::env::temp_dir()))?;
        let mut command = Command::new(self.command);
        for (name, value) in &self.config.hiveconf {
            command.arg("--hiveconf").arg(format!("{name}={value}"));
        }
        command.arg("--hivevar").arg(format!("warehouse={}", self.warehouse));
        command.arg("-f").arg(file.path()).stdin(Stdio::null());
        let output = command.output();
        let output =
            output.map_err(|cause| HiveError::Start { command: self.command.to_owned(), cause })?;
        if !output.status.success() {
            let said = reason(&String::from_utf8_lossy(&output.stderr));
            return Err(HiveError::Failed { code: output.status.code().unwrap_or(-1), said });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn written(script: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("insights-").suffix(".hql").tempfile()?;
    file.write_all(script.as_bytes())?;
    Ok(file)
}

/// Tables and their partitions, as Hive has them.
type Found = BTreeMap<String, (Definition, BTreeSet<String>)>;

/// Reads statements that make tables, each followed by its partitions.
fn parse(printed: &str) -> Found {
    let mut found = Found::new();
    for part in printed.split("CREATE EXTERNAL TABLE").skip(1) {
        let text = format!("CREATE EXTERNAL TABLE{part}");
        let Some(definition) = Definition::parse(&text) else { continue };
        // Behind the properties only partitions stand.
        let rest = part.rsplit_once(')').map_or("", |(_, rest)| rest);
        let values = rest.lines().filter_map(|line| line.trim().split_once('='));
        let values = values.map(|(_, value)| value.to_owned()).collect();
        found.insert(definition.name.clone(), (definition, values));
    }
    found
}

/// Adds a statement that changes partitions: those of `all` that are not in `known`. Gives their names.
fn change(
    script: &mut String,
    wanted: &Wanted,
    verb: &str,
    all: &BTreeSet<String>,
    known: &BTreeSet<String>,
) -> Vec<String> {
    let Wanted { table, key, .. } = wanted;
    let values: Vec<_> = all.difference(known).collect();
    if values.is_empty() {
        return Vec::new();
    }
    let between = if verb.starts_with("ADD") { " " } else { ", " };
    let parts: Vec<_> =
        values.iter().map(|value| format!("PARTITION (`{key}`='{value}')")).collect();
    script.push_str(&format!("ALTER TABLE `{table}` {verb} {};\n", parts.join(between)));
    values.iter().map(|value| format!("{table}/{key}={value}")).collect()
}

/// Hive's own reason, or the last that it said.
fn reason(said: &str) -> String {
    let failed = said.lines().find(|line| line.starts_with("FAILED") || line.contains("Exception"));
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    failed.or(last).unwrap_or("it said nothing").trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn set(values: &[&str]) -> BTreeSet<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn every_table_has_a_definition() {
        for table in tables() {
            let text = ddl(table.name).unwrap().replace(VARIABLE, "hdfs://n/w");
            let definition = Definition::parse(&text).unwrap();
            assert_eq!(definition.name, table.name);
            assert_eq!(definition.drift(&definition), None);
        }
    }

    #[test]
    fn partitions_are_told_apart_by_their_table() {
        let one = |name: &str| {
            format!(
                "CREATE EXTERNAL TABLE `{name}`(\n  `a` int)\nPARTITIONED BY ( \n  `dt` string)\nLOCATION\n  'file:/w/{name}'\n\
                 TBLPROPERTIES (\n  'bucketing_version'='2')\n"
            )
        };
        let printed = format!("{}dt=2024-01-01\ndt=2024-01-02\n{}", one("t"), one("u"));
        let found = parse(&printed);
        assert_eq!(found["t"].1, set(&["2024-01-01", "2024-01-02"]));
        assert_eq!(found["u"].1, set(&[]));
    }

    #[test]
    fn only_what_differs_is_changed() {
        let wanted = Wanted { table: "t", key: "dt", values: set(&["a", "b", "c"]) };
        let mut script = String::new();
        let has = set(&["b", "x"]);
        let added = change(&mut script, &wanted, "ADD IF NOT EXISTS", &wanted.values, &has);
        let removed = change(&mut script, &wanted, "DROP IF EXISTS", &has, &wanted.values);
        assert_eq!(
            (added, removed),
            (vec!["t/dt=a".into(), "t/dt=c".into()], vec!["t/dt=x".into()])
        );
        assert_eq!(
            script,
            "ALTER TABLE `t` ADD IF NOT EXISTS PARTITION (`dt`='a') PARTITION (`dt`='c');\n\
             ALTER TABLE `t` DROP IF EXISTS PARTITION (`dt`='x');\n"
        );
    }

    #[test]
    fn a_value_that_ends_a_text_is_refused() {
        assert!(checked("2016-01-01-2016-02-01").is_ok());
        for value in ["", "a'b", "a\\", "a;b", "a`b"] {
            assert!(checked(value).is_err(), "{value}");
        }
    }

    #[test]
    fn hives_own_reason_is_found() {
        let said =
            "SLF4J: x\nFAILED: SemanticException [Error 10001]: Line 1:5 Table not found\nbye\n";
        assert!(reason(said).starts_with("FAILED: SemanticException"));
    }
}
