//! Rows as mysqldump writes them into its INSERT statements, which is what Sqoop's direct mode keeps:
//! numbers bare, all else in single quotes with a backslash before what needs one, NULL as a word.

use std::fmt::Write as _;

use super::cell::Cell;
use super::column::{Column, Native};

/// Digits before or behind the point up to which MySQL prints a double without an exponent.
const PLAIN_DIGITS: i32 = 15;

/// Appends one row and its line end.
pub(super) fn append(columns: &[Column], cells: &[Cell], line: &mut Vec<u8>) {
    for (at, (column, cell)) in columns.iter().zip(cells).enumerate() {
        if at > 0 {
            line.push(b',');
        }
        match cell {
            Cell::Null => line.extend_from_slice(b"NULL"),
            Cell::Boolean(value) => line.push(if *value { b'1' } else { b'0' }),
            Cell::Int(value) => line.extend_from_slice(value.to_string().as_bytes()),
            Cell::Long(value) => line.extend_from_slice(value.to_string().as_bytes()),
            Cell::Float(value) => line.extend_from_slice(number(f64::from(*value)).as_bytes()),
            Cell::Double(value) => line.extend_from_slice(number(*value).as_bytes()),
            Cell::Text(text) if matches!(column.native, Native::Decimal(_)) => {
                line.extend_from_slice(text.as_bytes());
            }
            Cell::Text(text) => quoted(text.as_bytes(), line),
            Cell::Bytes(bytes) => quoted(bytes, line),
        }
    }
    line.push(b'\n');
}

fn quoted(bytes: &[u8], line: &mut Vec<u8>) {
    line.push(b'\'');
    for byte in bytes {
        let escaped = match byte {
            0 => b'0',
            b'\n' => b'n',
            b'\r' => b'r',
            0x1a => b'Z',
            b'\\' | b'\'' | b'"' => *byte,
            _ => {
                line.push(*byte);
                continue;
            }
        };
        line.extend_from_slice(&[b'\\', escaped]);
    }
    line.push(b'\'');
}

/// A double as MySQL prints it: the fewest digits that read back, with an exponent where it is far
/// from zero.
fn number(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let mut text = String::new();
    let written = if (1 - PLAIN_DIGITS..=PLAIN_DIGITS).contains(&point) {
        write!(text, "{value}")
    } else {
        write!(text, "{digits}e{exponent}")
    };
    debug_assert!(written.is_ok(), "a String takes all");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::column::Target;

    #[test]
    fn doubles_print_as_mysql_prints_them() {
        for (value, text) in [
            (1.0, "1"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (0.0, "0"),
            (1e14, "100000000000000"),
            (1e15, "1e15"),
            (1e300, "1e300"),
            (1.5e-15, "0.0000000000000015"),
            (1.5e-16, "1.5e-16"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_row_is_what_an_insert_holds() {
        let column =
            |native, target| Column { name: "c".to_owned(), native, target, keeps_zero: false };
        let columns = [
            column(Native::Int, Target::Int),
            column(Native::Text, Target::Text),
            column(Native::Decimal(Some(2)), Target::Text),
            column(Native::Bytes, Target::Bytes),
            column(Native::Boolean, Target::Boolean),
            column(Native::Double, Target::Double),
        ];
        let cells = [
            Cell::Int(-7),
            Cell::Text("a\t,'b'\n\"\\".into()),
            Cell::Text("1.50".into()),
            Cell::Bytes(b"\0\x1a\r"),
            Cell::Boolean(true),
            Cell::Null,
        ];
        let mut line = Vec::new();
        append(&columns, &cells, &mut line);
        let expected = b"-7,'a\t,\\'b\\'\\n\\\"\\\\',1.50,'\\0\\Z\\r',1,NULL\n";
        assert_eq!(line, expected);
    }
}
