//! Part files as the loader reads them: lines split at TAB, their width and every field checked
//! against the table, NULL told from text (spec 01 §1, 10 §2.13). One line is in memory at a time.

use std::io::{self, BufRead, BufReader, Read};

use chrono::{NaiveDate, NaiveDateTime};
use jobs::table::{Column, Kind, Table};

use crate::Error;

const BLOCK: usize = 256 * 1024;

/// One part file: its name, for messages, and its plain bytes.
pub struct Part {
    /// How the file is called.
    pub name: String,
    /// Its rows, already decompressed.
    pub bytes: Box<dyn Read + Send>,
}

/// The part files of a table in the order in which their rows are stored. Each is opened when its
/// turn comes.
pub type Parts = Box<dyn Iterator<Item = io::Result<Part>> + Send>;

/// Hands every row of `parts` to `take` as fields in the order of the columns, None for NULL, and
/// counts them.
pub(crate) fn each_row(
    table: &Table,
    parts: Parts,
    mut take: impl FnMut(&[Option<&str>]) -> Result<(), Error>,
) -> Result<u64, Error> {
    let mut rows = 0;
    let mut opened = "the next part file".to_owned();
    for part in parts {
        let part = part.map_err(|source| read_error(table, &opened, 0, source))?;
        opened = format!("the part file after {}", part.name);
        rows += each_row_of(table, part, &mut take)?;
    }
    Ok(rows)
}

fn each_row_of(
    table: &Table,
    part: Part,
    take: &mut impl FnMut(&[Option<&str>]) -> Result<(), Error>,
) -> Result<u64, Error> {
    let mut bytes = BufReader::with_capacity(BLOCK, part.bytes);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let read = bytes.read_until(b'\n', &mut line);
        if read.map_err(|source| read_error(table, &part.name, number + 1, source))? == 0 {
            return Ok(number);
        }
        number += 1;
        let place = Place { table, file: &part.name, line: number };
        let text = std::str::from_utf8(line.strip_suffix(b"\n").unwrap_or(&line))
            .map_err(|error| place.read(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        take(&place.fields(text)?)?;
    }
}

/// Where a row stands.
struct Place<'a> {
    table: &'a Table,
    file: &'a str,
    line: u64,
}

impl Place<'_> {
    fn fields<'t>(&self, text: &'t str) -> Result<Vec<Option<&'t str>>, Error> {
        let mut fields = Vec::with_capacity(self.table.columns.len());
        let mut texts = text.split('\t');
        for (column, text) in self.table.columns.iter().zip(texts.by_ref()) {
            fields.push(self.field(column, text)?);
        }
        let found = fields.len() + texts.count();
        if found != self.table.columns.len() {
            return Err(self.width(found));
        }
        Ok(fields)
    }

    fn field<'t>(&self, column: &Column, text: &'t str) -> Result<Option<&'t str>, Error> {
        let checked =
            if is_null(column, text) { Ok(None) } else { value(column.kind, text).map(Some) };
        match checked {
            Ok(None) if column.required => Err(self.value(column, "may not be NULL".to_owned())),
            Ok(field) => Ok(field),
            Err(reason) => Err(self.value(column, reason)),
        }
    }

    fn width(&self, found: usize) -> Error {
        Error::Width {
            table: self.table.name.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
            expected: self.table.columns.len(),
            found,
        }
    }

    fn value(&self, column: &Column, reason: String) -> Error {
        Error::Value {
            table: self.table.name.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
            column: column.name,
            reason,
        }
    }

    fn read(&self, source: io::Error) -> Error {
        read_error(self.table, self.file, self.line, source)
    }
}

fn read_error(table: &Table, file: &str, line: u64, source: io::Error) -> Error {
    Error::Read { table: table.name.to_owned(), file: file.to_owned(), line, source }
}

/// `\N` always; the other spellings too, but for text that may not be NULL, where they are text.
fn is_null(column: &Column, text: &str) -> bool {
    match text {
        "\\N" => true,
        "None" | "inf" | "-inf" => !(column.required && is_text(column.kind)),
        _ => false,
    }
}

const fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Text(_) | Kind::LongText | Kind::Json)
}

/// The field as it is stored, or what is wrong with it. MySQL would bend what does not fit, and say
/// so in a warning only.
fn value(kind: Kind, text: &str) -> Result<&str, String> {
    match kind {
        Kind::LongText | Kind::Json => Ok(text),
        Kind::Text(length) => short_text(text, usize::from(length)),
        Kind::Int => accept(text, text.parse::<i32>().is_ok(), "a whole number of 32 bits"),
        Kind::Flag => accept(text, matches!(text, "0" | "1"), "0 or 1"),
        Kind::Double | Kind::Decimal => {
            accept(text, text.parse::<f64>().is_ok_and(f64::is_finite), "a number")
        }
        Kind::Float => accept(text, text.parse::<f32>().is_ok_and(f32::is_finite), "a number"),
        Kind::Date => accept(text, is_date(text), "a date YYYY-MM-DD"),
        Kind::Timestamp => seconds(text),
    }
}

fn short_text(text: &str, length: usize) -> Result<&str, String> {
    if text.len() <= length {
        return Ok(text);
    }
    let found = text.chars().count();
    if found > length {
        Err(format!("has {found} characters, more than {length}"))
    } else {
        Ok(text)
    }
}

fn accept<'t>(text: &'t str, fits: bool, expected: &str) -> Result<&'t str, String> {
    if fits { Ok(text) } else { Err(format!("is {text:?}, not {expected}")) }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// A date-time without its fraction: result tables keep whole seconds, and databases disagree on
/// whether to cut or to round.
fn seconds(text: &str) -> Result<&str, String> {
    let fits = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").is_ok();
    match text.get(..19) {
        Some(whole) if fits && is_date(&whole[..10]) => Ok(whole),
        _ => Err(format!("is {text:?}, not a date-time YYYY-MM-DD HH:MM:SS")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TABLE: Table = Table::result(
        "sample",
        &[
            Column::required("id", Kind::Text(5)),
            Column::new("title", Kind::Text(255)),
            Column::new("count", Kind::Int),
            Column::new("start", Kind::Timestamp),
            Column::new("share", Kind::Double),
        ],
        &[],
    );

    fn part(name: &str, text: &'static str) -> io::Result<Part> {
        Ok(Part { name: name.to_owned(), bytes: Box::new(text.as_bytes()) })
    }

    fn rows(text: &'static str) -> Result<Vec<String>, Error> {
        let mut rows = Vec::new();
        let parts: Parts = Box::new([part("part-00000", ""), part("part-00001", text)].into_iter());
        let counted = each_row(&TABLE, parts, |fields| {
            rows.push(
                fields.iter().map(|field| field.unwrap_or("NULL")).collect::<Vec<_>>().join("|"),
            );
            Ok(())
        })?;
        assert_eq!(counted, rows.len() as u64);
        Ok(rows)
    }

    fn refused(text: &'static str) -> String {
        rows(text).unwrap_err().to_string()
    }

    #[test]
    fn reads_fields_with_and_without_a_last_line_end() {
        let expected = ["a|t|1|2014-01-02 03:04:05|0.5", "b|t|NULL|NULL|NULL"];
        assert_eq!(
            rows("a\tt\t1\t2014-01-02 03:04:05.999999\t0.5\nb\tt\t\\N\t\\N\t\\N").unwrap(),
            expected
        );
    }

    #[test]
    fn a_backslash_a_carriage_return_and_blanks_are_text() {
        assert_eq!(
            rows(" a \tC:\\new\\N\r\t1\t\\N\t\\N\n").unwrap(),
            [" a |C:\\new\\N\r|1|NULL|NULL"]
        );
        assert_eq!(rows("\t\t1\t\\N\t\\N\n").unwrap(), ["||1|NULL|NULL"]);
    }

    #[test]
    fn other_spellings_of_null_are_text_only_where_text_is_required() {
        assert_eq!(rows("None\tNone\tNone\tinf\t-inf\n").unwrap(), ["None|NULL|NULL|NULL|NULL"]);
        assert_eq!(rows("inf\tinf\tinf\tNone\tinf\n").unwrap(), ["inf|NULL|NULL|NULL|NULL"]);
        assert_eq!(
            refused("\\N\tt\t1\t\\N\t1\n"),
            "loading sample: part-00001, line 1: id may not be NULL"
        );
    }

    #[test]
    fn a_wrong_width_names_the_file_and_line() {
        let good = "a\tt\t1\t\\N\t1\n";
        assert_eq!(
            refused("a\tt\t1\t\\N\n"),
            "loading sample: part-00001, line 1 has 4 fields, not 5"
        );
        assert_eq!(rows(good).unwrap().len(), 1);
        assert!(
            refused("a\tt\t1\t\\N\t1\na\tt\t1\t\\N\t1\t\n").contains("line 2 has 6 fields, not 5")
        );
        assert!(refused("\n").contains("line 1 has 1 fields"));
    }

    #[test]
    fn what_does_not_fit_a_column_is_refused_rather_than_bent() {
        for (row, reason) in [
            ("abcdef\tt\t1\t\\N\t1\n", "id has 6 characters, more than 5"),
            ("a\tt\t21.0\t\\N\t1\n", "count is \"21.0\", not a whole number of 32 bits"),
            ("a\tt\t2147483648\t\\N\t1\n", "count is \"2147483648\""),
            (
                "a\tt\t1\t2014-02-30 00:00:00\t1\n",
                "start is \"2014-02-30 00:00:00\", not a date-time",
            ),
            ("a\tt\t1\t2014-1-30 00:00:00\t1\n", "start is"),
            ("a\tt\t1\t\\N\tnan\n", "share is \"nan\", not a number"),
        ] {
            assert!(refused(row).contains(reason), "{}", refused(row));
        }
        assert_eq!(rows("ééééé\tt\t1\t\\N\t1\n").unwrap().len(), 1);
    }

    #[test]
    fn bytes_that_are_not_text_and_torn_files_are_read_errors() {
        struct Torn;
        impl Read for Torn {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("torn"))
            }
        }
        let failed = |bytes: Box<dyn Read + Send>| {
            let parts = [Ok(Part { name: "part-7".to_owned(), bytes })];
            each_row(&TABLE, Box::new(parts.into_iter()), |_| Ok(())).unwrap_err()
        };
        for error in [failed(Box::new(&b"a\t\xff\t1\t\\N\t1\n"[..])), failed(Box::new(Torn))] {
            assert!(
                matches!(&error, Error::Read { file, line: 1, .. } if file == "part-7"),
                "{error}"
            );
        }
    }
}
