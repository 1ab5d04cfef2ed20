//! One case: its file form, the folders, the comparison.

use jobs::params::Params;
use jobs::pass::Source;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fs;
use std::path::PathBuf;

/// Rows of cells.
pub type Rows = Vec<Vec<String>>;

/// One line of `cases.jsonl` or `probes.jsonl`.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    #[serde(default)]
    pub job: String,
    #[serde(default)]
    pub level: String,
    #[serde(default)]
    pub params: Map<String, Value>,
    #[serde(default)]
    pub input: Vec<String>,
    #[serde(default)]
    pub expected: Rows,
}

/// A side table of a case.
#[derive(Deserialize)]
struct SideTable {
    columns: Vec<String>,
    rows: Rows,
}

impl Case {
    /// A parameter's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.params.get(name)?.as_str()
    }

    /// The parameters that are texts, numbers or switches, as a run gives them.
    pub fn run_params(&self) -> Params {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(switch) => Some(switch.to_string()),
            _ => None,
        };
        self.params.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
    }

    /// The parameters of a scan that takes the days of the interval.
    pub fn scan_params(&self) -> Result<Params, String> {
        let mut params = self.run_params();
        let interval = params.interval().map_err(|e| e.to_string())?;
        params.set("scan_from", interval.start().to_string());
        params.set("scan_until", interval.end().to_string());
        Ok(params)
    }

    /// The input as the lines of a log.
    pub fn log(&self) -> (Source, Vec<String>) {
        (Source::Logs("tracking.log".to_owned()), self.input.clone())
    }

    /// A list of texts.
    pub fn list(&self, name: &str) -> Vec<String> {
        let items = self.params.get(name).and_then(Value::as_array).into_iter().flatten();
        items.map(|item| item.as_str().unwrap().to_owned()).collect()
    }

    /// Rows of a table of the warehouse, each a list of cells.
    pub fn rows(&self, name: &str) -> Vec<String> {
        let rows = self.params.get(name).cloned().unwrap_or_else(|| Value::Array(Vec::new()));
        let rows: Rows = serde_json::from_value(rows).unwrap();
        rows.iter().map(|row| row.join("\t")).collect()
    }

    /// An LMS table as its rows: columns that the case does not name are NULL.
    pub fn lms_rows(&self, name: &str) -> Vec<String> {
        let Some(table) = self.params.get("tables").and_then(|tables| tables.get(name)) else {
            return Vec::new();
        };
        let table: SideTable = serde_json::from_value(table.clone()).unwrap();
        let columns = jobs::lms::find(name).unwrap().rows.columns;
        let cell = |row: &Vec<String>, column: &str| {
            let at = table.columns.iter().position(|c| c == column);
            at.map_or("\\N".to_owned(), |at| row[at].clone())
        };
        let line = |row| columns.iter().map(|c| cell(row, c.name)).collect::<Vec<_>>().join("\t");
        table.rows.iter().map(line).collect()
    }
}

/// Splits rows at TABs.
pub fn cells(rows: Vec<String>) -> Rows {
    rows.iter().map(|row| row.split('\t').map(str::to_owned).collect()).collect()
}

/// MySQL prints a DATETIME without its fraction.
pub fn as_mysql_prints(mut rows: Rows) -> Rows {
    for cell in rows.iter_mut().flatten() {
        if cell.len() == 26 && cell.ends_with(".000000") {
            cell.truncate(19);
        }
    }
    rows
}

/// Where the data stand, if they are here.
pub fn root() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/conformance");
    let root = std::env::var("INSIGHTS_CONFORMANCE").unwrap_or_else(|_| default.to_owned());
    let root = PathBuf::from(root);
    root.is_dir().then_some(root)
}

/// A folder of the data.
pub fn folder(name: &str) -> Option<PathBuf> {
    root().map(|root| root.join(name)).filter(|folder| folder.is_dir())
}

/// Says that something was not tested; on CI that is a failure.
pub fn skipped(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}: the conformance data are not here");
    println!("conformance {what}: SKIPPED, the data are not here");
}

/// Runs every case and probe of a folder.
pub fn check(name: &str, run: impl Fn(&Case) -> Result<Rows, String>) {
    let Some(folder) = folder(name) else { return skipped(name) };
    let (mut passed, mut failures) = (0, Vec::new());
    for file in ["cases.jsonl", "probes.jsonl"] {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
        for line in text.lines() {
            let case: Case = serde_json::from_str(line).unwrap();
            match compare(&case, &run) {
                Ok(()) => passed += 1,
                Err(failure) => failures.push(failure),
            }
        }
    }
    let total = passed + failures.len();
    println!("conformance {name}: {passed}/{total}");
    assert!(failures.is_empty(), "conformance {name}:\n{}", failures.join("\n"));
    assert!(total > 0, "conformance {name}: the folder has no cases");
}

/// Spells JSON in a cell as serde_json does: an object, or what follows `json:`.
fn one_spelling(cell: &mut String) {
    if let Some(text) = cell.strip_prefix("json:") {
        let value: Value = serde_json::from_str(text).unwrap();
        *cell = format!("json:{value}");
    } else if cell.starts_with('{')
        && let Ok(object) = serde_json::from_str::<Map<String, Value>>(cell)
    {
        *cell = Value::Object(object).to_string();
    }
}

fn compare(case: &Case, run: &impl Fn(&Case) -> Result<Rows, String>) -> Result<(), String> {
    let expects_error = case.expected == [["!error"]]
        || case.params.get("expect_error") == Some(&Value::Bool(true));
    let mut rows = match run(case) {
        Ok(rows) => rows,
        Err(_) if expects_error => return Ok(()),
        Err(error) => return Err(format!("{}: {error}", case.name)),
    };
    let mut expected = case.expected.clone();
    // JSON is compared as JSON.
    rows.iter_mut().chain(&mut expected).flatten().for_each(one_spelling);
    rows.sort();
    expected.sort();
    if !expects_error && rows == expected {
        return Ok(());
    }
    Err(format!("{}:\n  expected {expected:?}\n  got      {rows:?}", case.name))
}
