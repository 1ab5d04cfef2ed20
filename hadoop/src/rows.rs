//! Imported Avro files → the rows that jobs read (spec 01 §1): TAB-separated text, one file an Avro
//! file, with the columns that `jobs::lms` names.
//!
//! Any Avro that Sqoop or the native importer writes is taken: every codec of theirs, unions in either
//! order, columns in any order, types that `--map-column-java` changed. A date-time that was not mapped
//! to text is a count of milliseconds; it is read as UTC, which holds if Sqoop's JVM ran in UTC, and
//! counted. Rows have no escapes: TAB, LF, CR and 0x01 inside a text become one blank each.

use std::io::{self, BufReader, BufWriter, Write};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use apache_avro::types::Value;
use apache_avro::{Reader, Schema};
use jobs::table::{Column, Kind, Table};

use crate::import::stamp::Stamp;
use crate::storage::{Place, StorageError};

/// Why there are no rows.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// A folder without Avro files; even an empty table has one.
    #[error("{0} holds no Avro file")]
    NoFiles(String),
    /// A file or folder that cannot be read.
    #[error("cannot read {place}: {cause}")]
    Read {
        /// The file.
        place: String,
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row that cannot be read, or a value that its column cannot hold.
    #[error("{place}, row {row}: {what}")]
    Row {
        /// The Avro file.
        place: String,
        /// The row, from 1.
        row: u64,
        /// What is wrong; never the value of a text.
        what: String,
    },
    /// A file whose records are not those of the table.
    #[error("{place} is no import of {table}: {what}")]
    Schema {
        /// The Avro file.
        place: String,
        /// The table.
        table: &'static str,
        /// What is wrong.
        what: String,
    },
    /// Storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A file that cannot be written.
    #[error("cannot write {place}: {cause}")]
    Write {
        /// The file.
        place: String,
        /// Why.
        cause: io::Error,
    },
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Part files, as many as there are Avro files.
    pub files: usize,
    /// Rows in them.
    pub rows: u64,
    /// Characters that became a blank (the counter `Records.Cleaned`).
    pub cleaned: u64,
    /// Date-times that came as milliseconds, without a zone, and were read as UTC.
    pub from_millis: u64,
    /// Columns that a file lacks; they are NULL in its rows.
    pub absent: Vec<&'static str>,
}

impl Written {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.rows += other.rows;
        self.cleaned += other.cleaned;
        self.from_millis += other.from_millis;
        self.absent.extend(other.absent);
        self.absent.sort_unstable();
        self.absent.dedup();
    }
}

/// Writes the rows of every Avro file of `source` into `target`: `part-m-00000.avro` becomes
/// `part-m-00000`. `target` is a staging folder: the caller promotes it, or removes it after an error.
///
/// # Errors
/// The first file that cannot be read or written.
pub fn write(
    table: &'static Table,
    source: &Place,
    target: &Place,
    parallelism: NonZeroUsize,
) -> Result<Written, RowsError> {
    let files = avro_files(source)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut written = Written::default();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let part = target.join(file.name().trim_end_matches(".avro"));
            // After an error the others have nothing to go on for.
            let one = write_file(table, file, &part)
                .inspect_err(|_| next.store(files.len(), Ordering::Relaxed))?;
            written.add(one);
        }
        Ok::<_, RowsError>(written)
    };
    let mut sum = Written::default();
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..parallelism.get().min(files.len())).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            sum.add(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok::<(), RowsError>(())
    })?;
    if !sum.absent.is_empty() {
        log::warn!(
            "the import of {} in {} lacks {}: NULL in every row",
            table.name,
            source,
            sum.absent.join(", ")
        );
    }
    Ok(sum)
}

/// The Avro files of a folder, by name; not those that Hadoop hides.
fn avro_files(folder: &Place) -> Result<Vec<Place>, RowsError> {
    let mut files = folder.parts()?;
    files.retain(|file| file.name().ends_with(".avro"));
    if files.is_empty() { Err(RowsError::NoFiles(folder.address())) } else { Ok(files) }
}

fn write_file(table: &'static Table, source: &Place, target: &Place) -> Result<Written, RowsError> {
    let read = |cause| RowsError::Read { place: source.address(), cause };
    let reader =
        Reader::new(BufReader::new(source.open(0)?)).map_err(|error| read(error.into()))?;
    let fields = fields(table, source, reader.writer_schema())?;
    let failed = |cause| RowsError::Write { place: target.address(), cause };
    let mut out = BufWriter::with_capacity(1 << 18, target.create()?);
    let mut printer =
        Printer { line: Vec::new(), written: Written { files: 1, ..Written::default() } };
    printer.written.absent =
        fields.iter().filter(|field| field.at.is_none()).map(|field| field.column.name).collect();
    for value in reader {
        printer.written.rows += 1;
        let at_row =
            |what| RowsError::Row { place: source.address(), row: printer.written.rows, what };
        let Value::Record(values) = value.map_err(|error| at_row(error.to_string()))? else {
            return Err(at_row("is no record".to_owned()));
        };
        printer.row(&fields, &values).map_err(|what| RowsError::Row {
            place: source.address(),
            row: printer.written.rows,
            what,
        })?;
        out.write_all(&printer.line).map_err(failed)?;
    }
    out.into_inner().map_err(|error| failed(error.into_error()))?.close().map_err(failed)?;
    Ok(printer.written)
}

/// Where a column of the rows stands in a record.
struct Field {
    column: &'static Column,
    /// Its place; none if the file lacks it.
    at: Option<usize>,
    /// Digits after the point, of a decimal held as bytes.
    scale: usize,
}

fn fields(table: &'static Table, place: &Place, schema: &Schema) -> Result<Vec<Field>, RowsError> {
    let refuse = |what: &str| RowsError::Schema {
        place: place.address(),
        table: table.name,
        what: what.to_owned(),
    };
    let Schema::Record(record) = schema else { return Err(refuse("its rows are no records")) };
    let field = |column: &'static Column| {
        let at =
            record.fields.iter().position(|field| field.name.eq_ignore_ascii_case(column.name));
        Field { column, at, scale: at.map_or(0, |at| scale(&record.fields[at].schema)) }
    };
    let fields: Vec<_> = table.columns.iter().map(field).collect();
    if fields.iter().all(|field| field.at.is_none()) {
        return Err(refuse("it has none of the table's columns"));
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

/// Prints records as lines, and counts.
struct Printer {
    line: Vec<u8>,
    written: Written,
}

impl Printer {
    fn row(&mut self, fields: &[Field], values: &[(String, Value)]) -> Result<(), String> {
        self.line.clear();
        for field in fields {
            let value = field.at.map_or(&Value::Null, |at| &values[at].1);
            self.field(field, value)
                .map_err(|what| format!("column {} {what}", field.column.name))?;
            self.line.push(b'\t');
        }
        self.line.pop();
        self.line.push(b'\n');
        Ok(())
    }

    fn field(&mut self, field: &Field, value: &Value) -> Result<(), String> {
        match (field.column.kind, value) {
            (_, Value::Union(_, inner)) => return self.field(field, inner),
            (_, Value::Null) => self.line.extend_from_slice(jobs::streaming::output::NULL),
            (Kind::Timestamp, value) => self.time(value, |stamp| stamp.to_string())?,
            (Kind::Date, value) => self.time(value, Stamp::day)?,
            (
                Kind::Text(_) | Kind::LongText | Kind::Json,
                Value::String(text) | Value::Enum(_, text),
            ) => self.text(text),
            (Kind::Flag, value) => self.line.push(if truth(value)? { b'1' } else { b'0' }),
            (Kind::Int, value) => self.plain(&whole(value)?),
            (Kind::Double | Kind::Float, value) => self.plain(&number(value, field.scale)?),
            (_, value) => return Err(format!("holds {}, not text", name(value))),
        }
        Ok(())
    }

    fn plain(&mut self, text: &str) {
        self.line.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) {
        let start = self.line.len();
        self.line.extend_from_slice(text.as_bytes());
        for byte in &mut self.line[start..] {
            if matches!(byte, b'\t' | b'\n' | b'\r' | 1) {
                *byte = b' ';
                self.written.cleaned += 1;
            }
        }
    }

    fn time(&mut self, value: &Value, print: fn(Stamp) -> String) -> Result<(), String> {
        let stamp = match value {
            Value::String(text) => Stamp::parse(text),
            Value::TimestampMicros(micros) | Value::LocalTimestampMicros(micros) => {
                Stamp::from_micros(*micros)
            }
            Value::TimestampMillis(millis) | Value::LocalTimestampMillis(millis) => {
                from_millis(*millis)
            }
            Value::Date(days) => from_millis(i64::from(*days) * 86_400_000),
            Value::Long(millis) => {
                self.written.from_millis += 1;
                from_millis(*millis)
            }
            _ => None,
        };
        let stamp = stamp.ok_or_else(|| format!("holds {}, not a date and time", name(value)))?;
        let text = if stamp.is_zero() { "\\N".to_owned() } else { print(stamp) };
        self.plain(&text);
        Ok(())
    }
}

fn from_millis(millis: i64) -> Option<Stamp> {
    millis.checked_mul(1000).and_then(Stamp::from_micros)
}

fn truth(value: &Value) -> Result<bool, String> {
    match value {
        Value::Boolean(value) => Some(*value),
        Value::Int(value) => Some(*value != 0),
        Value::Long(value) => Some(*value != 0),
        Value::String(text) => match text.as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
    .ok_or_else(|| format!("holds {}, not a boolean", name(value)))
}

fn whole(value: &Value) -> Result<String, String> {
    match value {
        Value::Int(value) => Some(value.to_string()),
        Value::Long(value) => Some(value.to_string()),
        Value::String(text) => text.parse::<i64>().ok().map(|value| value.to_string()),
        _ => None,
    }
    .ok_or_else(|| format!("holds {}, not a whole number", name(value)))
}

fn number(value: &Value, scale: usize) -> Result<String, String> {
    match value {
        Value::Int(value) => Some(value.to_string()),
        Value::Long(value) => Some(value.to_string()),
        Value::Float(value) => Some(value.to_string()),
        Value::Double(value) => Some(value.to_string()),
        Value::String(text) => text.parse::<f64>().ok().map(|_| text.clone()),
        Value::Decimal(decimal) => {
            Vec::<u8>::try_from(decimal).ok().and_then(|bytes| decimal_text(&bytes, scale))
        }
        _ => None,
    }
    .ok_or_else(|| format!("holds {}, not a number", name(value)))
}

/// A decimal as MySQL prints it: all digits of its scale. Its bytes are a big-endian whole number.
fn decimal_text(bytes: &[u8], scale: usize) -> Option<String> {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    wide.get_mut(16_usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    let digits =
        format!("{:0>width$}", i128::from_be_bytes(wide).unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    Some(format!("{}{whole}{point}{fraction}", if negative { "-" } else { "" }))
}

/// What a value is, without saying what it holds.
fn name(value: &Value) -> &'static str {
    match value {
        Value::Boolean(_) => "a boolean",
        Value::Int(_) | Value::Long(_) => "a whole number",
        Value::Float(_) | Value::Double(_) => "a floating number",
        Value::String(_) | Value::Enum(..) => "a text",
        Value::Bytes(_) | Value::Fixed(..) => "bytes",
        Value::Decimal(_) => "a decimal",
        _ => "a value",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn printed(kind: Kind, value: &Value) -> Result<String, String> {
        let mut printer = Printer { line: Vec::new(), written: Written::default() };
        let column: &'static Column = Box::leak(Box::new(Column::new("c", kind)));
        printer.field(&Field { column, at: Some(0), scale: 2 }, value)?;
        Ok(String::from_utf8(printer.line).unwrap())
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn decimals_keep_their_digits() {
        for (bytes, scale, expected) in [
            (&[0x55][..], 2, "0.85"),
            (&[0xff], 2, "-0.01"),
            (&[0x27, 0x10], 2, "100.00"),
            (&[0x07], 0, "7"),
            (&[], 1, "0.0"),
        ] {
            assert_eq!(decimal_text(bytes, scale).as_deref(), Some(expected));
        }
        assert_eq!(decimal_text(&[1; 17], 2), None);
    }

    #[test]
    fn numbers_print_as_mysql_does() {
        assert_eq!(printed(Kind::Double, &Value::Double(1.0)).unwrap(), "1");
        assert_eq!(printed(Kind::Double, &Value::Double(0.85)).unwrap(), "0.85");
        assert_eq!(printed(Kind::Double, &Value::Decimal([0x55].into())).unwrap(), "0.85");
        assert_eq!(printed(Kind::Double, &text("0.50")).unwrap(), "0.50");
        assert_eq!(printed(Kind::Int, &Value::Long(-9)).unwrap(), "-9");
    }

    #[test]
    fn dates_come_in_every_spelling() {
        let time = |value: &Value| printed(Kind::Timestamp, value).unwrap();
        assert_eq!(time(&text("2013-11-30 12:34:56.5")), "2013-11-30 12:34:56.500000");
        assert_eq!(time(&text("0000-00-00 00:00:00")), "\\N");
        assert_eq!(time(&Value::Long(1_383_436_800_250)), "2013-11-03 00:00:00.250000");
        assert_eq!(time(&Value::TimestampMicros(1)), "1970-01-01 00:00:00.000001");
        assert_eq!(printed(Kind::Date, &Value::Date(1)).unwrap(), "1970-01-02");
    }

    #[test]
    fn flags_are_one_or_zero() {
        for (value, expected) in [
            (Value::Boolean(true), "1"),
            (Value::Int(0), "0"),
            (text("true"), "1"),
            (text("0"), "0"),
        ] {
            assert_eq!(printed(Kind::Flag, &value).unwrap(), expected);
        }
    }

    #[test]
    fn a_wrong_type_is_named_without_its_text() {
        let refused = |kind, value: &Value| printed(kind, value).unwrap_err();
        assert_eq!(refused(Kind::Int, &text("secret")), "holds a text, not a whole number");
        assert_eq!(refused(Kind::Timestamp, &text("secret")), "holds a text, not a date and time");
        assert_eq!(refused(Kind::LongText, &Value::Int(1)), "holds a whole number, not text");
        assert_eq!(refused(Kind::Flag, &Value::Bytes(vec![1])), "holds bytes, not a boolean");
        assert_eq!(refused(Kind::Double, &text("")), "holds a text, not a number");
    }
}
