//! The two files that end an import: `_metadata`, what it was (spec 40 C.4), and `_SUCCESS`.

use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::options::{Format, Options};
use super::part::{Tally, create};
use super::shape::Shape;
use super::{ImportError, Source};

/// Marks a table's folder as whole. `_SUCCESS` comes last, and only after all else is on the disk.
pub(super) fn write(folder: &Path, metadata: &Value) -> Result<(), ImportError> {
    durable(&folder.join("_metadata"), format!("{metadata:#}\n").as_bytes())?;
    durable(&folder.join("_SUCCESS"), b"")
}

fn durable(path: &Path, bytes: &[u8]) -> Result<(), ImportError> {
    let mut file = create(path)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|error| ImportError::write(path, error))
}

/// What is known of one finished table.
pub(super) struct Facts<'a> {
    pub source: &'a Source,
    pub shape: &'a Shape,
    pub tally: &'a Tally,
    pub started: DateTime<Utc>,
    pub ended: DateTime<Utc>,
    pub snapshot: &'static str,
}

impl Facts<'_> {
    /// What is known of it, and the counts and checksum that only the native importer takes.
    pub fn metadata(&self) -> Value {
        let columns: Vec<_> =
            self.shape.columns.iter().map(|column| column.name.as_str()).collect();
        let counts = columns.iter().zip(&self.tally.nulls);
        let nulls: Map<String, Value> =
            counts.map(|(name, nulls)| ((*name).to_owned(), json!(nulls))).collect();
        let additional = json!({
            "engine": "native",
            "snapshot": self.snapshot,
            "rows": self.tally.rows,
            "null_counts": nulls,
            "checksum": checksum(self.tally),
        });
        let times = (self.started, self.ended);
        metadata(self.source, &self.shape.options, &columns, times, additional)
    }
}

/// What `_metadata` holds: the keys of the original (null where a format has no such thing), and what
/// an engine knows besides.
pub(crate) fn metadata(
    source: &Source,
    options: &Options,
    columns: &[&str],
    (started, ended): (DateTime<Utc>, DateTime<Utc>),
    mut additional: Value,
) -> Value {
    additional["file_format"] = options.format.name().into();
    let [null_text, field, replacement, escape, quote] = match options.format {
        Format::Avro(_) => [None; 5],
        Format::Dump => [Some("NULL"), Some(","), None, Some("\\"), Some("'")],
        Format::Text => [Some("\\N"), Some("\u{1}"), Some(" "), None, None],
    };
    json!({
        "start_time": iso(started),
        "end_time": iso(ended),
        "source_database_type": source.kind(),
        "format": {
            "table_name": options.table,
            "columns": columns,
            "null_string": null_text,
            "fields_terminated_by": field,
            "delimiter_replacement": replacement,
            "escaped_by": escape,
            "optionally_enclosed_by": quote,
        },
        "additional_metadata": additional,
    })
}

/// UTC without a zone, as the original wrote it.
fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// The table's checksum as 32 hex digits.
pub(super) fn checksum(tally: &Tally) -> String {
    format!("{:032x}", tally.checksum)
}
