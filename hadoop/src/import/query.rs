//! The statements of an import, the same for MySQL, MariaDB and SQLite (which takes back quotes too).
//!
//! Names are identifiers by the rule of the option file or come from the database itself, key values
//! are integers, and `--where` is SQL by its nature: so nothing here needs a parameter.

use super::shape::Shape;
use super::split::Range;

/// The rows of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// Key values; none = the whole table.
    pub range: Option<Range>,
    /// Whether the rows without a key value belong to it.
    pub with_nulls: bool,
}

impl Slice {
    pub const WHOLE: Self = Self { range: None, with_nulls: false };
}

/// The rows of a slice.
pub(super) fn rows(shape: &Shape, slice: Slice) -> String {
    let columns: Vec<_> = shape.columns.iter().map(|column| quoted(&column.name)).collect();
    select(&columns.join(", "), shape, slice)
}

/// The least and the greatest key.
pub(super) fn span(shape: &Shape, key: &str) -> String {
    let key = quoted(key);
    select(&format!("MIN({key}), MAX({key})"), shape, Slice::WHOLE)
}

/// How many rows a range of keys holds.
pub(super) fn count(shape: &Shape, range: Range) -> String {
    select("COUNT(*)", shape, Slice { range: Some(range), with_nulls: false })
}

/// A name in quotes. Names from the database may hold anything.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn select(what: &str, shape: &Shape, slice: Slice) -> String {
    let mut conditions = Vec::new();
    if let (Some((first, last)), Some(split)) = (slice.range, &shape.split) {
        let key = quoted(&split.name);
        let nulls = if slice.with_nulls { format!(" OR {key} IS NULL") } else { String::new() };
        conditions.push(format!("({key} BETWEEN {first} AND {last}{nulls})"));
    }
    if let Some(filter) = &shape.options.filter {
        conditions.push(format!("({filter})"));
    }
    let table = quoted(&shape.options.table);
    if conditions.is_empty() {
        return format!("SELECT {what} FROM {table}");
    }
    format!("SELECT {what} FROM {table} WHERE {}", conditions.join(" AND "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;
    use crate::import::options::Options;
    use crate::import::shape::{SourceColumn, SourceTable};

    fn shape(lines: &str) -> Shape {
        let column = |name: &str| SourceColumn {
            name: name.to_owned(),
            declared: "int".to_owned(),
            nullable: true,
        };
        let source =
            SourceTable { columns: vec![column("id"), column("odd")], key: Some("id".to_owned()) };
        let options =
            Options::parse(Path::new("t"), &format!("--table\nt\n--as-avrodatafile\n{lines}"))
                .unwrap();
        Shape::find(&options, None, &source, &mut Vec::new()).unwrap()
    }

    #[test]
    fn ranges_and_conditions_are_joined() {
        let shape = shape("--where\na = 1 OR b = 2");
        let slice = Slice { range: Some((-5, 9)), with_nulls: true };
        assert_eq!(
            rows(&shape, slice),
            "SELECT `id`, `odd` FROM `t` WHERE (`id` BETWEEN -5 AND 9 OR `id` IS NULL) AND (a = 1 OR b = 2)"
        );
        assert_eq!(
            span(&shape, "id"),
            "SELECT MIN(`id`), MAX(`id`) FROM `t` WHERE (a = 1 OR b = 2)"
        );
    }

    #[test]
    fn a_quote_in_a_name_stays_inside_the_name() {
        assert_eq!(quoted("a`b"), "`a``b`");
    }

    #[test]
    fn a_whole_table_has_no_condition() {
        assert_eq!(rows(&shape("--columns\nid"), Slice::WHOLE), "SELECT `id` FROM `t`");
        assert_eq!(
            count(&shape(""), (1, 2)),
            "SELECT COUNT(*) FROM `t` WHERE (`id` BETWEEN 1 AND 2)"
        );
    }
}
