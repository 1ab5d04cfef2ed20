//! The result tables in SQL, for both databases, from the one declaration in `jobs`: a key `id`, the
//! declared columns, `created`, and the indexes (spec 10 §2.13, 50 §10.2).

use jobs::table::{Column, Kind, Table};

use crate::Error;

/// The two dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Mysql,
}

/// What a table's note begins with: a comment in SQLite's text of the table, the table's COMMENT in
/// MySQL.
const NOTE: &str = "insights:";

/// The update that a table's note names.
pub(crate) fn noted(note: &str) -> Option<String> {
    let (_, rest) = note.split_once(NOTE)?;
    Some(rest.split(' ').next().unwrap_or(rest).to_owned())
}

/// The markers of what was loaded when; readers key their caches on it.
pub const UPDATES_TABLE: &str = "table_updates";

impl Dialect {
    /// Makes `name` with the shape of `table`, and notes on it the update that will fill it.
    pub(crate) fn create(
        self,
        table: &Table,
        name: &str,
        update_id: Option<&str>,
    ) -> Result<String, Error> {
        let name = identifier("table", name)?;
        let note =
            update_id.map(update).transpose()?.map(|id| format!("{NOTE}{id}")).unwrap_or_default();
        let column = |column: &Column| self.column(column, table.searched.contains(&column.name));
        let columns = table.columns.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let columns = columns.join(", ");
        Ok(match self {
            Self::Sqlite => format!(
                "CREATE TABLE IF NOT EXISTS `{name}` (id INTEGER PRIMARY KEY, {columns}, \
                 created TEXT DEFAULT CURRENT_TIMESTAMP /* {note} */)"
            ),
            Self::Mysql => format!(
                "CREATE TABLE IF NOT EXISTS `{name}` (id BIGINT NOT NULL AUTO_INCREMENT, {columns}, \
                 created TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id)) \
                 ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='{note}'"
            ),
        })
    }

    /// The statements that make the indexes of `table` on `name`.
    pub(crate) fn indexes(self, table: &Table, name: &str) -> Result<Vec<String>, Error> {
        let plain = table.indexes.iter().map(|columns| self.index("INDEX", columns, name));
        // A search in SQLite reads the learners of one course, which the index on courses finds.
        let searched = table.searched.iter().filter(|_| self == Self::Mysql);
        let full_text = searched.map(|column| self.index("FULLTEXT INDEX", &[column], name));
        plain.chain(full_text).collect()
    }

    fn index(self, what: &str, columns: &[&str], name: &str) -> Result<String, Error> {
        for column in columns {
            identifier("column", column)?;
        }
        let suffix = columns.join("_");
        // SQLite's index names share one space and outlive a renaming of their table; the name of a
        // staged table is new each time.
        let index = match self {
            Self::Sqlite => format!("{}_{suffix}", identifier("table", name)?),
            Self::Mysql => suffix,
        };
        Ok(format!("CREATE {what} `{index}` ON `{name}` (`{}`)", columns.join("`, `")))
    }

    fn column(self, column: &Column, is_searched: bool) -> Result<String, Error> {
        let name = identifier("column", column.name)?;
        let null = if column.required { " NOT NULL" } else { "" };
        // Words match in any case, for which a full-text index needs such a collation.
        let any_case = match self {
            Self::Mysql if is_searched => " COLLATE utf8mb4_general_ci",
            _ => "",
        };
        Ok(format!("`{name}` {}{any_case}{null}", self.kind(column.kind)))
    }

    fn kind(self, kind: Kind) -> String {
        match (kind, self) {
            (Kind::Text(length), Self::Mysql) => format!("VARCHAR({length})"),
            (Kind::LongText | Kind::Json, Self::Mysql) => "LONGTEXT".to_owned(),
            (
                Kind::Text(_) | Kind::LongText | Kind::Json | Kind::Timestamp | Kind::Date,
                Self::Sqlite,
            ) => "TEXT".to_owned(),
            (Kind::Int, _) => "INTEGER".to_owned(),
            (Kind::Decimal, _) => "DECIMAL(12,2)".to_owned(),
            (Kind::Double | Kind::Float, Self::Sqlite) => "REAL".to_owned(),
            (Kind::Double, Self::Mysql) => "DOUBLE".to_owned(),
            (Kind::Float, Self::Mysql) => "FLOAT".to_owned(),
            (Kind::Timestamp, Self::Mysql) => "DATETIME".to_owned(),
            (Kind::Flag, Self::Mysql) => "TINYINT(1)".to_owned(),
            (Kind::Flag, Self::Sqlite) => "INTEGER".to_owned(),
            (Kind::Date, Self::Mysql) => "DATE".to_owned(),
        }
    }

    /// Makes the table of markers.
    pub(crate) const fn create_updates(self) -> &'static str {
        match self {
            // A key that is never given twice: it is part of a table's version.
            Self::Sqlite => {
                "CREATE TABLE IF NOT EXISTS table_updates (id INTEGER PRIMARY KEY AUTOINCREMENT, \
                 update_id TEXT NOT NULL UNIQUE, target_table TEXT, inserted TEXT DEFAULT CURRENT_TIMESTAMP)"
            }
            Self::Mysql => {
                "CREATE TABLE IF NOT EXISTS table_updates (id BIGINT NOT NULL AUTO_INCREMENT, \
                 update_id VARCHAR(128) NOT NULL, target_table VARCHAR(128), \
                 inserted TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (update_id), KEY id (id), \
                 INDEX target_table (target_table)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
            }
        }
    }
}

/// The names of the declared columns, quoted and joined.
pub(crate) fn column_list(table: &Table) -> String {
    table.columns.iter().map(|column| format!("`{}`", column.name)).collect::<Vec<_>>().join(", ")
}

/// `name`, if it can stand between back-ticks as it is.
pub(crate) fn identifier<'a>(what: &'static str, name: &'a str) -> Result<&'a str, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    // MySQL allows 64; a staged table's name is 23 longer than the table's.
    if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(name);
    }
    Err(Error::Name { what, name: name.to_owned() })
}

/// `update_id`, if it can stand between quotes as it is and fits its column.
pub(crate) fn update(update_id: &str) -> Result<&str, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:+/=".contains(&byte);
    if (1..=128).contains(&update_id.len()) && update_id.bytes().all(plain) {
        return Ok(update_id);
    }
    Err(Error::Name { what: "update", name: update_id.to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TABLE: Table = Table::result(
        "course_video",
        &[
            Column::required("course_id", Kind::Text(255)),
            Column::new("date", Kind::Date),
            Column::new("seen", Kind::Timestamp),
            Column::new("share", Kind::Double),
            Column::required("done", Kind::Flag),
            Column::new("data", Kind::Json),
        ],
        &[&["course_id"], &["course_id", "date"]],
    );

    #[test]
    fn mysql_has_its_types_its_collation_and_the_update() {
        assert_eq!(
            Dialect::Mysql.create(&TABLE, "course_video__stage_1", Some("u1")).unwrap(),
            "CREATE TABLE IF NOT EXISTS `course_video__stage_1` (id BIGINT NOT NULL AUTO_INCREMENT, \
             `course_id` VARCHAR(255) NOT NULL, `date` DATE, `seen` DATETIME, `share` DOUBLE, \
             `done` TINYINT(1) NOT NULL, `data` LONGTEXT, \
             created TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id)) \
             ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='insights:u1'"
        );
        assert_eq!(
            Dialect::Mysql.indexes(&TABLE, "t").unwrap(),
            [
                "CREATE INDEX `course_id` ON `t` (`course_id`)",
                "CREATE INDEX `course_id_date` ON `t` (`course_id`, `date`)"
            ]
        );
    }

    #[test]
    fn sqlite_has_its_types_and_index_names_of_their_own() {
        assert_eq!(
            Dialect::Sqlite.create(&TABLE, "course_video", Some("u1")).unwrap(),
            "CREATE TABLE IF NOT EXISTS `course_video` (id INTEGER PRIMARY KEY, \
             `course_id` TEXT NOT NULL, `date` TEXT, `seen` TEXT, `share` REAL, `done` INTEGER NOT NULL, \
             `data` TEXT, created TEXT DEFAULT CURRENT_TIMESTAMP /* insights:u1 */)"
        );
        assert_eq!(
            Dialect::Sqlite.indexes(&TABLE, "t__stage_1").unwrap()[1],
            "CREATE INDEX `t__stage_1_course_id_date` ON `t__stage_1` (`course_id`, `date`)"
        );
    }

    #[test]
    fn words_are_looked_for_by_a_full_text_index_where_there_is_one() {
        const ROSTER: Table =
            Table::result("roster", &[Column::new("name", Kind::Text(9))], &[]).searched(&["name"]);
        let made = Dialect::Mysql.create(&ROSTER, "roster", None).unwrap();
        assert!(made.contains("`name` VARCHAR(9) COLLATE utf8mb4_general_ci"), "{made}");
        let index = ["CREATE FULLTEXT INDEX `name` ON `t` (`name`)"];
        assert_eq!(Dialect::Mysql.indexes(&ROSTER, "t").unwrap(), index);
        assert!(Dialect::Sqlite.indexes(&ROSTER, "t").unwrap().is_empty());
        assert!(!Dialect::Sqlite.create(&ROSTER, "t", None).unwrap().contains("COLLATE"));
    }

    #[test]
    fn a_table_knows_its_update() {
        let update_id = Some("u1".to_owned());
        for dialect in [Dialect::Sqlite, Dialect::Mysql] {
            let text = dialect.create(&TABLE, "t", Some("u1")).unwrap();
            assert_eq!(noted(text.trim_end_matches('\'')), update_id);
            assert_eq!(noted(&dialect.create(&TABLE, "t", None).unwrap()), None);
        }
    }

    #[test]
    fn nothing_but_plain_names_enters_a_statement() {
        for name in ["", "a`b", "a b", "é", &"a".repeat(65)] {
            assert!(identifier("table", name).is_err(), "{name}");
        }
        for id in ["", "it's", "a\\b", &"a".repeat(129)] {
            assert!(update(id).is_err(), "{id}");
        }
        assert_eq!(update("enrollment:2014-01-01/ab+=").unwrap(), "enrollment:2014-01-01/ab+=");
    }

    #[test]
    fn every_result_table_can_be_staged() {
        for table in jobs::registry::RESULT_TABLES {
            let staged = format!("{}__stage_{}", table.name, "0".repeat(12));
            assert!(Dialect::Mysql.create(table, &staged, Some("u")).is_ok(), "{staged}");
            assert!(Dialect::Sqlite.indexes(table, &staged).is_ok(), "{staged}");
        }
    }
}
