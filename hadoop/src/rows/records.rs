//! The records of an imported file, whatever its form.

use std::io::{BufRead, BufReader, Read};

use apache_avro::types::Value;
use apache_avro::{Reader, Schema};
use jobs::table::{Column, Table};

use super::RowsError;
use crate::storage::Place;

/// What the files of an import are.
pub(super) enum Form {
    Avro,
    /// Lines of the original's text: these columns, 0x01 between fields, `\N` for NULL.
    Text(Vec<String>),
}

/// The part files of an import, by name, and what they are.
pub(super) fn files(folder: &Place) -> Result<(Form, Vec<Place>), RowsError> {
    let mut files = folder.parts()?;
    if files.is_empty() {
        return Err(RowsError::NoFiles(folder.address()));
    }
    files.sort_by(|a, b| a.name().cmp(b.name()));
    if is_avro(&files) {
        return Ok((Form::Avro, files));
    }
    // Only its metadata tells a text's columns.
    let metadata = folder.join("_metadata").read_if_there()?.unwrap_or_default();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).unwrap_or_default();
    let format = &metadata["format"];
    if format["fields_terminated_by"] == "\u{1}" && format["null_string"] == "\\N" {
        let columns = format["columns"].as_array().into_iter().flatten();
        let columns = columns.filter_map(|name| Some(name.as_str()?.to_owned())).collect();
        return Ok((Form::Text(columns), files));
    }
    let found = match metadata["additional_metadata"]["file_format"].as_str() {
        Some(form) => format!("an import in the form {form}"),
        None => "an import of unknown form (it is not Avro, and _metadata does not say)".to_owned(),
    };
    Err(RowsError::Form { place: folder.address(), found })
}

/// Whether files are Avro, which tells its columns itself; no file is not.
#[must_use]
pub fn is_avro(files: &[Place]) -> bool {
    !files.is_empty() && files.iter().all(|file| file.name().ends_with(".avro"))
}

/// One file's records, and where the table's columns stand in them.
pub(super) struct Records {
    fields: Vec<Field>,
    source: Source,
}

enum Source {
    Avro(Box<Reader<'static, BufReader<Box<dyn Read + Send>>>>),
    Text { lines: BufReader<Box<dyn Read + Send>>, width: usize },
}

impl Records {
    pub fn open(table: &'static Table, form: &Form, file: &Place) -> Result<Self, RowsError> {
        let bytes = BufReader::new(file.open(0)?);
        Ok(match form {
            Form::Avro => {
                let reader = Reader::new(bytes).map_err(|error| RowsError::Read {
                    place: file.address(),
                    cause: error.into(),
                })?;
                let fields = avro_fields(table, file, reader.writer_schema())?;
                Self { fields, source: Source::Avro(Box::new(reader)) }
            }
            Form::Text(columns) => {
                let names: Vec<_> = columns.iter().map(String::as_str).collect();
                let fields = fields(table, file, &names)?;
                Self { fields, source: Source::Text { lines: bytes, width: columns.len() } }
            }
        })
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The table's columns that the file lacks.
    pub fn absent(&self) -> Vec<&'static str> {
        let absent = self.fields.iter().filter(|field| field.at.is_none());
        absent.map(|field| field.column.name).collect()
    }

    /// The values of the next record, or what is wrong with it.
    pub fn next(&mut self) -> Option<Result<Vec<Value>, String>> {
        match &mut self.source {
            Source::Avro(reader) => Some(match reader.next()? {
                Ok(Value::Record(values)) => {
                    Ok(values.into_iter().map(|(_, value)| value).collect())
                }
                Ok(_) => Err("is no record".to_owned()),
                Err(error) => Err(error.to_string()),
            }),
            Source::Text { lines, width } => {
                let mut line = Vec::new();
                match lines.read_until(b'\n', &mut line) {
                    Ok(0) => None,
                    Ok(_) => Some(text(&line, *width)),
                    Err(error) => Some(Err(error.to_string())),
                }
            }
        }
    }
}

/// The fields of a line of text.
fn text(line: &[u8], width: usize) -> Result<Vec<Value>, String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = str::from_utf8(line)
        .map_err(|error| format!("is not UTF-8 at byte {}", error.valid_up_to()))?;
    let values: Vec<_> = line
        .split('\u{1}')
        .map(|field| match field {
            "\\N" => Value::Null,
            field => Value::String(field.to_owned()),
        })
        .collect();
    match values.len() == width {
        true => Ok(values),
        false => Err(format!("has {} fields, not {width}", values.len())),
    }
}

/// Where the table's columns stand among these names.
fn fields(table: &'static Table, place: &Place, names: &[&str]) -> Result<Vec<Field>, RowsError> {
    let field = |column: &'static Column| {
        let at = names.iter().position(|name| name.eq_ignore_ascii_case(column.name));
        Field { column, at, scale: 0 }
    };
    let fields: Vec<_> = table.columns.iter().map(field).collect();
    if fields.iter().all(|field| field.at.is_none()) {
        return Err(RowsError::Schema {
            place: place.address(),
            table: table.name,
            what: "it has none of the table's columns".to_owned(),
        });
    }
    Ok(fields)
}

/// Where a column of the rows stands in a record.
pub(super) struct Field {
    pub column: &'static Column,
    /// Its place; none if the file lacks it.
    pub at: Option<usize>,
    /// Digits after the point, of a decimal held as bytes.
    pub scale: usize,
}

fn avro_fields(
    table: &'static Table,
    place: &Place,
    schema: &Schema,
) -> Result<Vec<Field>, RowsError> {
    let refuse = |what: &str| RowsError::Schema {
        place: place.address(),
        table: table.name,
        what: what.to_owned(),
    };
    let Schema::Record(record) = schema else { return Err(refuse("its rows are no records")) };
    let names: Vec<_> = record.fields.iter().map(|field| field.name.as_str()).collect();
    let mut fields = fields(table, place, &names)?;
    for field in &mut fields {
        field.scale = field.at.map_or(0, |at| scale(&record.fields[at].schema));
    }
    Ok(fields)
}

fn scale(schema: &Schema) -> usize {
    match schema {
        Schema::Decimal(decimal) => decimal.scale,
        Schema::Union(union) => union.variants().iter().map(scale).max().unwrap_or(0),
        _ => 0,
    }
}
