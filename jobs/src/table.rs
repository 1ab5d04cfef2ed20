//! What a table looks like: its columns once, for Hive, MySQL, SQLite and the writer of its rows.
//!
//! Names and kinds are those of the catalogue (spec 01 §3); lengths, NOT NULL and indexes of result
//! tables are those of the page that its job comes from (for enrollment 10 §4) and of 50 §10.2.

use crate::streaming::Error;

/// The type of a column, as the catalogue abbreviates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most so many characters (`s`).
    Text(u16),
    /// Text of any length.
    LongText,
    /// A whole number (`i`).
    Int,
    /// A 64-bit float (`d`).
    Double,
    /// A 32-bit float (`f`).
    Float,
    /// A decimal number with all its digits, as the LMS holds money. Only in imports.
    Decimal,
    /// A UTC date-time, printed `YYYY-MM-DD HH:MM:SS.ffffff` (`t`).
    Timestamp,
    /// A tiny whole number (`y`): `0` or `1`, and `-1` in a change.
    Flag,
    /// A calendar date, printed `YYYY-MM-DD` (`D`).
    Date,
    /// Canonical JSON text (`j`).
    Json,
}

impl Kind {
    /// The type in Hive's DDL.
    #[must_use]
    pub const fn hive(self) -> &'static str {
        match self {
            Self::Text(_) | Self::LongText | Self::Date | Self::Json => "STRING",
            Self::Decimal => "DECIMAL(12,2)",
            Self::Int => "INT",
            Self::Double => "DOUBLE",
            Self::Float => "FLOAT",
            Self::Timestamp => "TIMESTAMP",
            Self::Flag => "TINYINT",
        }
    }
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, in every engine.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether the result store refuses NULL in it.
    pub required: bool,
}

impl Column {
    /// A column that may hold NULL.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: false }
    }

    /// A column that the result store declares NOT NULL.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true }
    }
}

/// Makes the cells of a result table's row, none for NULL, of a row of the warehouse. Their texts are
/// whole: they may hold TABs and line ends.
pub type MakeRow = fn(&[u8]) -> Result<Vec<Option<String>>, Error>;

/// The column that tells the day of a row, in a table that is loaded by days.
pub const DAY: &str = "date";

/// Whether and how a table reaches the result store.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    /// It stays in the warehouse.
    No,
    /// The whole result table is replaced by one swap.
    Replace,
    /// The same, and the result table has another name; its columns are the same.
    As(&'static Table),
    /// The same, and each row of the result table is made of one row here.
    From(&'static Table, MakeRow),
    /// Each partition is a day, that of its rows' column [`DAY`]. Days that changed are replaced in a
    /// transaction, the others stay.
    Days,
}

impl Load {
    /// Whether the table reaches the result store.
    #[must_use]
    pub const fn is_some(self) -> bool {
        !matches!(self, Self::No)
    }
}

/// A table of the warehouse, and of the result store where `load` says so.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Folder in the warehouse, table in Hive and in the result store.
    pub name: &'static str,
    /// The partition column, `dt` but for `calendar`.
    pub partition: &'static str,
    /// Columns in order, without the partition column and without the store's own `id` and `created`.
    pub columns: &'static [Column],
    /// Whether the result store holds it.
    pub load: Load,
    /// Columns that together tell a row from all others: a load is refused when two rows agree in
    /// them. None: rows may be alike.
    pub key: &'static [&'static str],
    /// Indexes in the result store, besides the primary key `id`.
    pub indexes: &'static [&'static [&'static str]],
    /// Columns that are searched by their words, in any case. MySQL has a full-text index for each.
    pub searched: &'static [&'static str],
}

impl Table {
    /// A table that stays in the warehouse, partitioned by `dt`.
    #[must_use]
    pub const fn staged(name: &'static str, columns: &'static [Column]) -> Self {
        Self {
            name,
            partition: "dt",
            columns,
            load: Load::No,
            key: &[],
            indexes: &[],
            searched: &[],
        }
    }

    /// A table that is also a result table, replaced whole by each load.
    #[must_use]
    pub const fn result(
        name: &'static str,
        columns: &'static [Column],
        indexes: &'static [&'static [&'static str]],
    ) -> Self {
        Self {
            name,
            partition: "dt",
            columns,
            load: Load::Replace,
            key: &[],
            indexes,
            searched: &[],
        }
    }

    /// The table, of which no two rows may agree in these columns.
    #[must_use]
    pub const fn unique(self, key: &'static [&'static str]) -> Self {
        Self { key, ..self }
    }

    /// The table, in whose columns words are looked for.
    #[must_use]
    pub const fn searched(self, columns: &'static [&'static str]) -> Self {
        Self { searched: columns, ..self }
    }

    /// The table of the result store that its rows are loaded into.
    #[must_use]
    pub const fn loaded_into(&'static self) -> Option<&'static Self> {
        match self.load {
            Load::No => None,
            Load::As(other) | Load::From(other, _) => Some(other),
            Load::Replace | Load::Days => Some(self),
        }
    }

    /// Hive's DDL for the table as it stands in the warehouse; runs by hand with
    /// `hive --hivevar warehouse=URL -f FILE`.
    #[must_use]
    pub fn hive_ddl(&self) -> String {
        let columns: Vec<_> =
            self.columns.iter().map(|c| format!("  `{}` {}", c.name, c.kind.hive())).collect();
        format!(
            "CREATE EXTERNAL TABLE IF NOT EXISTS `{name}` (\n{columns}\n)\n\
             PARTITIONED BY (`{partition}` STRING)\n\
             ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'\n\
             STORED AS TEXTFILE\n\
             LOCATION '${{hivevar:warehouse}}/{name}';\n",
            name = self.name,
            columns = columns.join(",\n"),
            partition = self.partition,
        )
    }
}

/// The indexes of most result tables: by course, and by course and date (spec 10 §4.4).
pub const BY_COURSE_AND_DATE: &[&[&str]] = &[&["course_id"], &["course_id", "date"]];
