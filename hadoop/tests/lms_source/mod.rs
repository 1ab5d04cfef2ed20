//! Every table of the catalogue as a source: how MySQL and SQLite declare it, with rows that are hard
//! to carry.

use jobs::table::{Column, Kind, Table};

/// Statements that make a table and fill it. The table has a key where its first column is one.
pub fn statements(table: &Table) -> Vec<String> {
    let name = table.name;
    let columns: Vec<_> = table.columns.iter().enumerate().map(declared).collect();
    let rows: Vec<_> = (0..ROWS).map(|row| format!("({})", row_of(table, row))).collect();
    vec![
        format!("CREATE TABLE {name} ({})", columns.join(", ")),
        format!("INSERT INTO {name} VALUES {}", rows.join(", ")),
    ]
}

const ROWS: usize = 6;

fn declared((at, column): (usize, &Column)) -> String {
    let kind = match column.kind {
        Kind::Text(length) => format!("varchar({length})"),
        Kind::LongText | Kind::Json => "longtext".to_owned(),
        Kind::Int => "int".to_owned(),
        Kind::Double | Kind::Float => "double".to_owned(),
        Kind::Decimal => "decimal(12,2)".to_owned(),
        Kind::Timestamp => "datetime(6)".to_owned(),
        Kind::Flag => "tinyint(1)".to_owned(),
        Kind::Date => "date".to_owned(),
    };
    let key = if at == 0 && is_key(column) { " PRIMARY KEY" } else { "" };
    format!("\"{}\" {kind}{key}", column.name)
}

/// Some tables are without a key here, so that this is met too.
fn is_key(first: &Column) -> bool {
    first.name == "id" || first.name.ends_with("_ptr_id")
}

fn row_of(table: &Table, row: usize) -> String {
    let values = table.columns.iter().enumerate().map(|(at, column)| match (at, row) {
        (0, _) if is_key(column) => (row * row + 1).to_string(),
        // One row is NULL throughout.
        (_, 1) => "NULL".to_owned(),
        _ => value(column.kind, (row + at) % ROWS),
    });
    values.collect::<Vec<_>>().join(", ")
}

fn value(kind: Kind, variant: usize) -> String {
    let one_of = |values: [&str; ROWS]| values[variant].to_owned();
    match kind {
        Kind::Text(length) if length < 40 => one_of(["'x'", "''", "'\\'", "'\t'", "'😀'", "'ü'"]),
        Kind::Text(_) | Kind::LongText | Kind::Json => one_of([
            "'plain'",
            "''",
            "'a\tb\nc\rd\u{1}e'",
            "'back\\slash \\N \\n None NULL'",
            "'😀 ünï, \"quoted\" ''single'''",
            "' blanks '",
        ]),
        Kind::Int => one_of(["0", "1", "-1", "2147483647", "-2147483648", "42"]),
        Kind::Double | Kind::Float => {
            one_of(["0", "0.1", "-2.5", "1e300", "100", "0.333333333333"])
        }
        Kind::Decimal => one_of(["0", "0.50", "-12345.67", "9999999999.99", "100", "1.1"]),
        Kind::Timestamp => one_of([
            "'2013-11-30 12:34:56.000007'",
            "'0000-00-00 00:00:00'",
            "'2016-02-29 23:59:59.999999'",
            "'1970-01-01 00:00:01'",
            "'2038-01-20 00:00:00.5'",
            "'2024-03-31 02:30:00'",
        ]),
        Kind::Flag => one_of(["0", "1", "1", "0", "1", "0"]),
        Kind::Date => one_of([
            "'2013-11-30'",
            "'0000-00-00'",
            "'2016-02-29'",
            "'1970-01-01'",
            "'2038-01-20'",
            "'9999-12-31'",
        ]),
    }
}
