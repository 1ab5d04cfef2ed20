//! Rows of a SQLite file for another database, whose strings take a backslash as it is.

use anyhow::{Context, Result};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// A statement for each row of a table.
///
/// # Errors
/// The table cannot be read.
pub fn inserts(database: &Connection, table: &str) -> Result<Vec<String>> {
    let reading = || format!("reading {table}");
    let mut rows = database.prepare(&format!("SELECT * FROM {table}")).with_context(reading)?;
    let columns = rows.column_count();
    let mut rows = rows.query([]).with_context(reading)?;
    let mut made = Vec::new();
    while let Some(row) = rows.next().with_context(reading)? {
        let values = (0..columns).map(|at| row.get_ref(at).map(literal));
        let values = values.collect::<Result<Vec<_>, _>>().with_context(reading)?;
        made.push(format!("INSERT INTO {table} VALUES ({})", values.join(", ")));
    }
    Ok(made)
}

fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            format!("'{}'", String::from_utf8_lossy(text).replace('\'', "''"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_row_keeps_its_values() {
        let database = Connection::open_in_memory().unwrap();
        let rows = r"CREATE TABLE t (a, b, c, d); INSERT INTO t VALUES (1, 0.5, NULL, 'it''s \n')";
        database.execute_batch(rows).unwrap();
        let made = inserts(&database, "t").unwrap();
        assert_eq!(made, [r"INSERT INTO t VALUES (1, 0.5, NULL, 'it''s \n')"]);
        assert!(inserts(&database, "u").is_err());
    }
}
