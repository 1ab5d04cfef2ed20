//! Part files as the loader reads them: lines split at TAB, or made into rows by their table; their
//! width and every field checked against the result table, NULL told from text (spec 01 §1, 10
//! §2.13). One line is in memory at a time.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use chrono::{NaiveDate, NaiveDateTime};
use jobs::table::{Column, DAY, Kind, Load, Table};

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

/// A field as it is stored, None for NULL.
pub(crate) type Field<'t> = Option<Cow<'t, str>>;

/// Where rows come from and what they must fit.
pub(crate) struct Rows {
    /// The table that the part files are of.
    from: Table,
    /// The result table.
    into: Table,
    /// The day that they are all of, and the position of its column.
    day: Option<(usize, String)>,
}

/// The result table that rows of `table` go to.
pub(crate) fn result_of(table: &Table) -> Result<Table, Error> {
    match table.load {
        Load::No => Err(Error::Name { what: "result table", name: table.name.to_owned() }),
        Load::As(other) | Load::From(other, _) => Ok(*other),
        Load::Replace | Load::Days => Ok(*table),
    }
}

impl Rows {
    /// The rows of `table`.
    pub(crate) fn of(table: &Table) -> Result<Self, Error> {
        Ok(Self { from: *table, into: result_of(table)?, day: None })
    }

    /// The rows of one day of `table`.
    pub(crate) fn of_day(table: &Table, day: NaiveDate) -> Result<Self, Error> {
        let at = table.columns.iter().position(|column| column.name == DAY);
        let at = at.ok_or_else(|| Error::Name { what: "day", name: table.name.to_owned() })?;
        Ok(Self { day: Some((at, day.to_string())), ..Self::of(table)? })
    }

    /// Hands every row of `parts` to `take` as fields in the order of the result table's columns, and
    /// counts them.
    pub(crate) fn each(
        &self,
        parts: Parts,
        mut take: impl FnMut(&[Field<'_>]) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let mut rows = 0;
        let mut opened = match &self.day {
            Some((_, day)) => format!("the first part file of {day}"),
            None => "the first part file".to_owned(),
        };
        for part in parts {
            let part = part.map_err(|source| read_error(&self.into, &opened, 0, source))?;
            opened = format!("the part file after {}", part.name);
            rows += self.each_of(part, &mut take)?;
        }
        Ok(rows)
    }

    fn each_of(
        &self,
        part: Part,
        take: &mut impl FnMut(&[Field<'_>]) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let mut bytes = BufReader::with_capacity(BLOCK, part.bytes);
        let mut line = Vec::new();
        let mut number = 0;
        loop {
            line.clear();
            let read = bytes.read_until(b'\n', &mut line);
            if read.map_err(|e| read_error(&self.into, &part.name, number + 1, e))? == 0 {
                return Ok(number);
            }
            number += 1;
            let place = Place { rows: self, file: &part.name, line: number };
            place.hand_over(line.strip_suffix(b"\n").unwrap_or(&line), take)?;
        }
    }
}

/// Where a row stands.
struct Place<'a> {
    rows: &'a Rows,
    file: &'a str,
    line: u64,
}

impl Place<'_> {
    fn hand_over(
        &self,
        line: &[u8],
        take: &mut impl FnMut(&[Field<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Load::From(_, make) = self.rows.from.load {
            let made = make(line).map_err(|source| self.unmade(source))?;
            return take(&self.checked(made.iter().map(Option::as_deref))?);
        }
        let text = std::str::from_utf8(line)
            .map_err(|error| self.read(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        take(&self.checked(text.split('\t').map(Some))?)
    }

    fn checked<'t>(
        &self,
        mut texts: impl Iterator<Item = Option<&'t str>>,
    ) -> Result<Vec<Field<'t>>, Error> {
        let columns = self.rows.into.columns;
        let mut fields = Vec::with_capacity(columns.len());
        for (column, text) in columns.iter().zip(texts.by_ref()) {
            fields.push(self.field(column, text)?);
        }
        let found = fields.len() + texts.count();
        if found != columns.len() {
            return Err(self.width(found));
        }
        self.is_of_the_day(&fields)?;
        Ok(fields)
    }

    fn field<'t>(&self, column: &Column, text: Option<&'t str>) -> Result<Field<'t>, Error> {
        match text.filter(|text| !is_null(column, text)).map(|text| value(column.kind, text)) {
            None if column.required => Err(self.value(column, "may not be NULL".to_owned())),
            None => Ok(None),
            Some(Ok(field)) => Ok(Some(field)),
            Some(Err(reason)) => Err(self.value(column, reason)),
        }
    }

    /// A row of another day would be there twice when that day is loaded.
    fn is_of_the_day(&self, fields: &[Field<'_>]) -> Result<(), Error> {
        match &self.rows.day {
            Some((at, day)) if fields[*at].as_deref() != Some(day) => {
                let found = fields[*at].as_deref().unwrap_or("NULL");
                let reason = format!("is {found}, in the part files of {day}");
                Err(self.value(&self.rows.into.columns[*at], reason))
            }
            _ => Ok(()),
        }
    }

    fn width(&self, found: usize) -> Error {
        Error::Width {
            table: self.rows.into.name.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
            expected: self.rows.into.columns.len(),
            found,
        }
    }

    fn value(&self, column: &Column, reason: String) -> Error {
        Error::Value {
            table: self.rows.into.name.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
            column: column.name,
            reason,
        }
    }

    fn unmade(&self, source: jobs::streaming::Error) -> Error {
        Error::Row {
            table: self.rows.into.name.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
            source: Box::new(source),
        }
    }

    fn read(&self, source: io::Error) -> Error {
        read_error(&self.rows.into, self.file, self.line, source)
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
fn value(kind: Kind, text: &str) -> Result<Cow<'_, str>, String> {
    let whole = match kind {
        Kind::LongText | Kind::Json => Ok(text),
        Kind::Text(length) => short_text(text, usize::from(length)),
        Kind::Int => accept(text, text.parse::<i32>().is_ok(), "a whole number of 32 bits"),
        Kind::Flag => accept(text, matches!(text, "0" | "1"), "0 or 1"),
        Kind::Double | Kind::Decimal => {
            accept(text, text.parse::<f64>().is_ok_and(f64::is_finite), "a number")
        }
        Kind::Float => return single(text),
        Kind::Date => accept(text, is_date(text), "a date YYYY-MM-DD"),
        Kind::Timestamp => seconds(text),
    };
    whole.map(Cow::Borrowed)
}

/// A number in single precision: SQLite has none, and would keep digits that MySQL drops.
fn single(text: &str) -> Result<Cow<'_, str>, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(Cow::Owned(number.to_string())),
        _ => Err(format!("is {text:?}, not a number")),
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
    use jobs::table::MakeRow;

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
        rows_of(&Rows::of(&TABLE).unwrap(), text)
    }

    fn rows_of(source: &Rows, text: &'static str) -> Result<Vec<String>, Error> {
        let mut rows = Vec::new();
        let parts: Parts = Box::new([part("part-00000", ""), part("part-00001", text)].into_iter());
        let counted = source.each(parts, |fields| {
            let shown = fields.iter().map(|field| field.as_deref().unwrap_or("NULL"));
            rows.push(shown.collect::<Vec<_>>().join("|"));
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
            Rows::of(&TABLE).unwrap().each(Box::new(parts.into_iter()), |_| Ok(())).unwrap_err()
        };
        for error in [failed(Box::new(&b"a\t\xff\t1\t\\N\t1\n"[..])), failed(Box::new(Torn))] {
            assert!(
                matches!(&error, Error::Read { file, line: 1, .. } if file == "part-7"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_single_precision_number_is_the_shortest_that_reads_back() {
        for (text, stored) in [
            ("0.44999999999999996", "0.45"),
            ("1.66666666667", "1.6666666"),
            ("33333.3333333", "33333.332"),
            ("4.0", "4"),
            ("-0.0", "-0"),
        ] {
            assert_eq!(value(Kind::Float, text).unwrap(), stored);
        }
        for text in ["1e39", "nan", "infinity", "", "0,5"] {
            assert!(value(Kind::Float, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_made_row_is_checked_like_any_other() {
        let made: MakeRow = |line| match line {
            b"" => Err(jobs::streaming::Error::contract("a row", "nothing", line)),
            text => Ok(vec![
                Some(String::from_utf8_lossy(text).into_owned()),
                Some("a\tb\nc".to_owned()),
                None,
                None,
                None,
            ]),
        };
        let table = Table { load: Load::From(&TABLE, made), ..Table::staged("raw", &[]) };
        let source = Rows::of(&table).unwrap();
        assert_eq!(
            rows_of(&source, "a\nb\n").unwrap(),
            ["a", "b"].map(|id| { format!("{id}|a\tb\nc|NULL|NULL|NULL") })
        );
        let refused = |text| rows_of(&source, text).unwrap_err().to_string();
        assert_eq!(
            refused("abcdef\n"),
            "loading sample: part-00001, line 1: id has 6 characters, more than 5"
        );
        assert!(refused("a\n\n").starts_with("loading sample: part-00001, line 2: "));
    }

    #[test]
    fn a_row_of_another_day_is_refused() {
        const DAILY: Table = Table {
            load: Load::Days,
            ..Table::result(
                "sample",
                &[Column::new("count", Kind::Int), Column::required(DAY, Kind::Date)],
                &[],
            )
        };
        let day = NaiveDate::from_ymd_opt(2015, 3, 9).unwrap();
        let source = Rows::of_day(&DAILY, day).unwrap();
        assert_eq!(rows_of(&source, "1\t2015-03-09\n").unwrap(), ["1|2015-03-09"]);
        let error = rows_of(&source, "1\t2015-03-09\n1\t2015-03-10\n").unwrap_err().to_string();
        assert_eq!(
            error,
            "loading sample: part-00001, line 2: date is 2015-03-10, in the part files of 2015-03-09"
        );
        assert!(Rows::of_day(&TABLE, day).is_err());
    }

    #[test]
    fn a_table_that_stays_in_the_warehouse_has_no_rows_to_load() {
        assert!(Rows::of(&Table::staged("raw", &[])).is_err());
    }
}
