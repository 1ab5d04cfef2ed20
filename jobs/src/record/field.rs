//! The fields of a record: what they accept, how they are written and read, and their column types.

use super::Value;
use crate::text;
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use std::borrow::Cow;

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    Text,
    /// Texts, joined by U+0000.
    Delimited,
    /// `1` or `0`.
    Boolean,
    /// A whole number of 64 bits.
    Integer,
    /// `YYYY-MM-DD`.
    Date,
    /// A date-time in UTC from 1900 on, `YYYY-MM-DD HH:MM:SS.ffffff`.
    DateTime,
    /// A number, or text that reads as one and is kept as it is.
    Float,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, also that of the column.
    pub name: String,
    /// Its type.
    pub kind: FieldType,
    /// The most characters of a text.
    pub length: Option<usize>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether a text that is too long is cut when it is written, and so accepted.
    pub truncate: bool,
    /// Whether runs of ASCII white space become one blank when it is written.
    pub normalize_white_space: bool,
}

impl Field {
    /// A field that may be null, of any length.
    #[must_use]
    pub fn new(name: &str, kind: FieldType) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            length: None,
            nullable: true,
            truncate: false,
            normalize_white_space: false,
        }
    }

    /// The same field, never null.
    #[must_use]
    pub fn required(self) -> Self {
        Self { nullable: false, ..self }
    }

    /// Whether the field can hold a value.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        use FieldType::{Boolean, Date, DateTime, Delimited, Float, Integer, Text};
        match (self.kind, value) {
            (_, Value::Null) => self.nullable,
            (Text, Value::Text(text)) => {
                self.truncate || self.length.is_none_or(|most| text.chars().count() <= most)
            }
            (Integer, Value::Integer(number)) => i64::try_from(*number).is_ok(),
            (Float, Value::Text(text)) => read_float(text).is_some(),
            (DateTime, Value::DateTime { local, offset }) => {
                offset.is_some_and(|offset| offset.local_minus_utc() == 0) && local.year() >= 1900
            }
            (Delimited, Value::List(_))
            | (Boolean, Value::Boolean(_))
            | (Date, Value::Date(_))
            | (Float, Value::Integer(_) | Value::Float(_)) => true,
            _ => false,
        }
    }

    /// The cell of a value that the field accepts.
    pub(super) fn write(&self, value: &Value, normalize: bool) -> String {
        let text = self.cut(plain_text(value));
        if normalize || self.normalize_white_space {
            text::collapse_white_space(&text).into_owned()
        } else {
            text
        }
    }

    fn cut(&self, text: String) -> String {
        match self.length {
            Some(most) if self.truncate => text.chars().take(most).collect(),
            _ => text,
        }
    }

    /// The column type in SQL.
    #[must_use]
    pub fn sql_type(&self) -> String {
        let sql = match (self.kind, self.length) {
            (FieldType::Text | FieldType::Delimited, Some(length)) => {
                Cow::Owned(format!("VARCHAR({length})"))
            }
            (FieldType::Text | FieldType::Delimited, None) => "VARCHAR".into(),
            (FieldType::Boolean, _) => "BOOLEAN".into(),
            (FieldType::Integer, _) => "INT".into(),
            (FieldType::Date, _) => "DATE".into(),
            (FieldType::DateTime, _) => "DATETIME".into(),
            (FieldType::Float, _) => "FLOAT".into(),
        };
        format!("{sql}{}", if self.nullable { "" } else { " NOT NULL" })
    }

    /// The column type in Hive.
    #[must_use]
    pub const fn hive_type(&self) -> &'static str {
        match self.kind {
            FieldType::Text | FieldType::Delimited | FieldType::Date => "STRING",
            FieldType::Boolean => "TINYINT",
            FieldType::Integer => "INT",
            FieldType::DateTime => "TIMESTAMP",
            FieldType::Float => "FLOAT",
        }
    }

    /// The type of the property in a search index, and its format if it needs one.
    #[must_use]
    pub const fn search_type(&self) -> (&'static str, Option<&'static str>) {
        match self.kind {
            FieldType::Text => ("keyword", None),
            FieldType::Delimited => ("text", None),
            FieldType::Boolean => ("boolean", None),
            FieldType::Integer => ("integer", None),
            FieldType::Date => ("date", None),
            FieldType::DateTime => ("date", Some("yyyy-MM-dd HH:mm:ss.SSSSSS")),
            FieldType::Float => ("float", None),
        }
    }
}

impl FieldType {
    /// Reads a cell that is not the null marker.
    pub(super) fn read(self, cell: &str) -> Option<Value> {
        Some(match self {
            Self::Text => Value::from(cell),
            Self::Delimited => Value::List(cell.split('\0').map(str::to_owned).collect()),
            Self::Boolean => Value::Boolean(cell == "1"),
            Self::Integer => Value::Integer(text::strip(cell).parse().ok()?),
            Self::Date => Value::Date(read_date(cell)?),
            Self::DateTime => Value::utc(read_date_time(cell)?),
            Self::Float => Value::Float(read_float(cell)?),
        })
    }
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.clone(),
        Value::List(items) => items.join("\0"),
        Value::Boolean(boolean) => u8::from(*boolean).to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => text::f12(*number),
        Value::Date(date) => date.to_string(),
        Value::DateTime { local, .. } => text::date_time_text(*local),
    }
}

fn read_float(text: &str) -> Option<f64> {
    text::strip(text).parse().ok()
}

/// Three whole numbers joined by `-`.
fn read_date(cell: &str) -> Option<NaiveDate> {
    let numbers: Vec<&str> = cell.split('-').collect();
    let [year, month, day] = numbers[..] else { return None };
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Three to seven runs of digits, whatever stands between; the seventh is a fraction of a second.
/// None where they are no date-time from the year 1900 on.
#[must_use]
pub fn read_date_time(cell: &str) -> Option<NaiveDateTime> {
    let runs: Vec<&str> =
        cell.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    if !(3..=7).contains(&runs.len()) {
        return None;
    }
    let mut numbers = [0; 7];
    for (number, run) in numbers.iter_mut().zip(&runs[..runs.len().min(6)]) {
        *number = run.parse().ok()?;
    }
    if let Some(fraction) = runs.get(6) {
        numbers[6] = format!("{fraction:0<6}").parse().ok()?;
    }
    text::date_time(numbers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read_back(kind: FieldType, cell: &str) -> Option<String> {
        let value = kind.read(cell)?;
        let field = Field::new("x", kind);
        field.accepts(&value).then(|| field.write(&value, false))
    }

    #[test]
    fn cells_read_back_in_their_one_form() {
        for (kind, cell, written) in [
            (FieldType::Integer, " +041 ", "41"),
            (FieldType::Boolean, "true", "0"),
            (FieldType::Date, "2015-1-5", "2015-01-05"),
            (FieldType::DateTime, "2015-11-01T10:20:30.25Z", "2015-11-01 10:20:30.250000"),
            (FieldType::DateTime, "2015-11-01", "2015-11-01 00:00:00.000000"),
            (FieldType::Float, " 1e3 ", "1000.0"),
            (FieldType::Float, "-inf", "-inf"),
            (FieldType::Delimited, "a\0\0b", "a\0\0b"),
        ] {
            assert_eq!(read_back(kind, cell).as_deref(), Some(written), "{cell}");
        }
    }

    #[test]
    fn cells_that_do_not_fit_are_not_read() {
        for (kind, cell) in [
            (FieldType::Integer, "9223372036854775808"),
            (FieldType::Integer, "1.0"),
            (FieldType::Integer, ""),
            (FieldType::Date, "2015-02-30"),
            (FieldType::Date, "2015-02"),
            (FieldType::DateTime, "2015-11-01T10:20:30+05:00"),
            (FieldType::DateTime, "2015-11"),
            (FieldType::DateTime, "1899-12-31"),
            (FieldType::DateTime, "2015-11-01T10:20:30.1234567"),
            (FieldType::DateTime, ""),
            (FieldType::Float, "x"),
        ] {
            assert_eq!(read_back(kind, cell), None, "{cell}");
        }
    }

    #[test]
    fn a_text_is_cut_before_its_white_space_is_collapsed() {
        let field = Field {
            length: Some(5),
            truncate: true,
            normalize_white_space: true,
            ..Field::new("x", FieldType::Text)
        };
        let value = Value::from("éb    cd");
        assert!(field.accepts(&value));
        assert_eq!(field.write(&value, false), "éb ");
        assert!(!Field { truncate: false, ..field }.accepts(&value));
    }

    #[test]
    fn columns_have_types_in_every_engine() {
        let field = Field { length: Some(10), ..Field::new("x", FieldType::Text) }.required();
        assert_eq!(
            (field.sql_type().as_str(), field.hive_type()),
            ("VARCHAR(10) NOT NULL", "STRING")
        );
        let time = Field::new("x", FieldType::DateTime);
        assert_eq!(time.search_type(), ("date", Some("yyyy-MM-dd HH:mm:ss.SSSSSS")));
    }
}
