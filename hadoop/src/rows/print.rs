//! One record as one line of rows: every kind of column, in every spelling that an import has for it.

use apache_avro::types::Value;
use jobs::table::Kind;

use super::Written;
use super::records::Field;
use crate::import::stamp::Stamp;

/// Prints records as lines, and counts.
pub(super) struct Printer {
    pub line: Vec<u8>,
    pub written: Written,
}

impl Printer {
    /// Prints a record into `line`.
    pub fn row(&mut self, fields: &[Field], values: &[Value]) -> Result<(), String> {
        self.line.clear();
        for field in fields {
            let value = field.at.map_or(&Value::Null, |at| &values[at]);
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
            (Kind::Double | Kind::Float | Kind::Decimal, value) => {
                self.plain(&number(value, field.scale)?)
            }
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
    use jobs::table::Column;

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
