//! What a SELECT gives back, the same from both databases.

use chrono::{NaiveDate, NaiveDateTime};

use crate::Error;

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Moment(NaiveDateTime),
}

/// One row; its getters name the column of the error by position.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record(pub(crate) Vec<Cell>);

impl Record {
    pub(crate) fn text(&self, column: usize) -> Result<Option<String>, Error> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text.clone())),
            Cell::Int(number) => Ok(Some(number.to_string())),
            other => Err(stored(column, other, "text")),
        }
    }

    pub(crate) fn required_text(&self, column: usize) -> Result<String, Error> {
        self.text(column)?.ok_or_else(|| stored(column, &Cell::Null, "text"))
    }

    pub(crate) fn int(&self, column: usize) -> Result<Option<i64>, Error> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Int(number) => Ok(Some(*number)),
            other => Err(stored(column, other, "a whole number")),
        }
    }

    pub(crate) fn real(&self, column: usize) -> Result<Option<f64>, Error> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Real(number) => Ok(Some(*number)),
            Cell::Int(number) => Ok(Some(*number as f64)),
            other => Err(stored(column, other, "a number")),
        }
    }

    pub(crate) fn day(&self, column: usize) -> Result<NaiveDate, Error> {
        match self.cell(column) {
            Cell::Moment(moment) => Ok(moment.date()),
            Cell::Text(text) => {
                // A date column of a hand-made SQLite table may hold a time of day as well.
                let day = text.get(..10).and_then(|day| day.parse().ok());
                day.ok_or_else(|| stored(column, self.cell(column), "a date"))
            }
            other => Err(stored(column, other, "a date")),
        }
    }

    pub(crate) fn moment(&self, column: usize) -> Result<Option<NaiveDateTime>, Error> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Moment(moment) => Ok(Some(*moment)),
            Cell::Text(text) => parse_moment(text)
                .map(Some)
                .ok_or_else(|| stored(column, self.cell(column), "a date-time")),
            other => Err(stored(column, other, "a date-time")),
        }
    }

    fn cell(&self, column: usize) -> &Cell {
        self.0.get(column).unwrap_or(&Cell::Null)
    }
}

fn parse_moment(text: &str) -> Option<NaiveDateTime> {
    let whole = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f");
    whole.ok().or_else(|| text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0))
}

fn stored(column: usize, cell: &Cell, expected: &'static str) -> Error {
    Error::Stored { what: format!("column {}", column + 1), value: format!("{cell:?}"), expected }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn record(cell: Cell) -> Record {
        Record(vec![cell])
    }

    fn text(text: &str) -> Record {
        record(Cell::Text(text.to_owned()))
    }

    #[test]
    fn a_moment_is_read_from_either_database() {
        let expected = NaiveDate::from_ymd_opt(2014, 1, 2).unwrap().and_hms_opt(3, 4, 5).unwrap();
        for record in [text("2014-01-02 03:04:05"), record(Cell::Moment(expected))] {
            assert_eq!(record.moment(0).unwrap(), Some(expected));
            assert_eq!(record.day(0).unwrap(), expected.date());
        }
        assert_eq!(text("2014-01-02").moment(0).unwrap().unwrap().date(), expected.date());
        assert_eq!(record(Cell::Null).moment(0).unwrap(), None);
    }

    #[test]
    fn another_kind_of_value_is_an_error_that_shows_it() {
        let message = text("soon").moment(0).unwrap_err().to_string();
        assert_eq!(message, "column 1 holds Text(\"soon\"), which is not a date-time");
        assert!(text("many").int(0).is_err());
        assert!(record(Cell::Null).day(0).is_err());
        assert!(record(Cell::Null).required_text(0).is_err());
        assert!(record(Cell::Real(0.5)).int(0).is_err());
    }
}
