//! The rows of a table as its part files have them.

use std::fmt::{Display, Write as _};

use jobs::table::Table;

const NULL: &str = "\\N";

/// A number, or that there is none.
pub(super) fn or_null(number: Option<f64>) -> String {
    number.map_or_else(|| NULL.to_owned(), |number| number.to_string())
}

/// A table and its rows.
pub(super) struct TableText {
    table: &'static Table,
    text: String,
}

impl TableText {
    pub(super) fn new(table: &'static Table) -> Self {
        Self { table, text: String::new() }
    }

    pub(super) fn table(&self) -> &'static Table {
        self.table
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// Adds a row by the names of its columns; the others are NULL.
    pub(super) fn row(&mut self, cells: &[(&str, &dyn Display)]) {
        let is_column = |name: &str| self.table.columns.iter().any(|column| column.name == name);
        debug_assert!(cells.iter().all(|(name, _)| is_column(name)), "{}", self.table.name);
        for (at, column) in self.table.columns.iter().enumerate() {
            let cell = cells.iter().find(|(name, _)| *name == column.name);
            let cell: &dyn Display = cell.map_or(&NULL, |(_, cell)| *cell);
            let tab = if at == 0 { "" } else { "\t" };
            // Writing to a text does not fail.
            let _ = write!(self.text, "{tab}{cell}");
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jobs::enrollment::course_enrollment_daily::TABLE;

    #[test]
    fn cells_stand_where_their_columns_do() {
        let mut text = TableText::new(&TABLE);
        text.row(&[("count", &3), ("course_id", &"c"), ("date", &"2026-01-01")]);
        assert_eq!(String::from_utf8(text.into_bytes()).unwrap(), "c\t2026-01-01\t3\t\\N\n");
    }
}
