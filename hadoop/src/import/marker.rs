//! The two files that end an import: `_metadata`, what it was (spec 40 C.4), and `_SUCCESS`.

use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

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
    /// The keys of the original, the text format's empty because Avro needs none, and what only the
    /// native importer knows under `additional_metadata`.
    pub fn metadata(&self) -> Value {
        let columns: Vec<_> =
            self.shape.columns.iter().map(|column| column.name.as_str()).collect();
        let counts = columns.iter().zip(&self.tally.nulls);
        let nulls: Map<String, Value> =
            counts.map(|(name, nulls)| ((*name).to_owned(), json!(nulls))).collect();
        json!({
            "start_time": iso(self.started),
            "end_time": iso(self.ended),
            "source_database_type": self.source.kind(),
            "format": {
                "table_name": self.shape.options.table,
                "columns": columns,
                "null_string": null,
                "fields_terminated_by": null,
                "delimiter_replacement": null,
                "escaped_by": null,
                "optionally_enclosed_by": null,
            },
            "additional_metadata": {
                "file_format": "avro",
                "snapshot": self.snapshot,
                "rows": self.tally.rows,
                "null_counts": nulls,
                "checksum": checksum(self.tally),
            },
        })
    }
}

/// UTC without a zone, as the original wrote it.
fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// The table's checksum as 32 hex digits.
pub(super) fn checksum(tally: &Tally) -> String {
    format!("{:032x}", tally.checksum)
}
