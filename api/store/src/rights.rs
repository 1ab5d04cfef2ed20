//! Who asks a store, and what he may do there: for operators, before a load or the service would find out.

use mysql_async::prelude::Queryable;

use crate::error::statement;
use crate::{Error, Statement, Store};

/// Rights by which a user changes something.
const WRITING: &[&str] = &[
    "ALL PRIVILEGES",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "TRIGGER",
    "INDEX",
    "SUPER",
    "FILE",
];

impl Store {
    /// What the store is, and its version: `SQLite 3.46.0`, `MySQL 8.4.2`, `MariaDB 10.11.6`.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn version(&self) -> Result<String, Error> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT sqlite_version()",
            Self::Mysql(_) => "SELECT VERSION()",
        };
        let doing = "asking the store for its version".to_owned();
        let rows =
            self.select_one(Statement { doing, sql: sql.to_owned(), parameters: vec![] }).await?;
        let version = rows.first().map_or(Ok(String::new()), |row| row.required_text(0))?;
        Ok(match (self, version.split_once("-MariaDB")) {
            (Self::Sqlite(_), _) => format!("SQLite {version}"),
            (Self::Mysql(_), None) => format!("MySQL {version}"),
            (Self::Mysql(_), Some((number, _))) => {
                format!("MariaDB {}", number.trim_start_matches("5.5.5-"))
            }
        })
    }

    /// What its user may do, as the server has it, without passwords; nothing for a file.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn rights(&self) -> Result<Vec<String>, Error> {
        let Self::Mysql(store) = self else { return Ok(Vec::new()) };
        let mut connection = store.loader().await?;
        let said: Vec<String> = connection
            .query("SHOW GRANTS")
            .await
            .map_err(statement("asking what this user may do"))?;
        let without_password =
            |right: String| right.split(" IDENTIFIED ").next().unwrap_or_default().to_owned();
        Ok(said.into_iter().map(without_password).collect())
    }
}

/// Whether a right, as [`Store::rights`] has it, lets its user change anything.
#[must_use]
pub fn may_write(right: &str) -> bool {
    let Some((rights, _)) = right.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON "))
    else {
        return false;
    };
    rights.split(',').any(|right| {
        let right = right.trim();
        WRITING.iter().any(|writing| right == *writing || right.starts_with(&format!("{writing} ")))
    })
}

/// Whether a version, as [`Store::version`] has it, is one that loads work with: any of MariaDB and SQLite, of
/// MySQL this one or a later.
#[must_use]
pub fn is_young_enough(version: &str, oldest: (u32, u32)) -> bool {
    let Some(number) = version.strip_prefix("MySQL ") else { return true };
    let mut parts = number.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) >= oldest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_to_read_are_told_from_others() {
        for right in [
            "GRANT USAGE ON *.* TO `api`@`%`",
            "GRANT SELECT ON `reports`.* TO `api`@`%`",
            "GRANT `r` TO `api`@`%`",
        ] {
            assert!(!may_write(right), "{right}");
        }
        for right in [
            "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION",
            "GRANT SELECT, INSERT ON `reports`.* TO `api`@`%`",
            "GRANT CREATE TEMPORARY TABLES, SELECT ON `reports`.* TO `api`@`%`",
        ] {
            assert!(may_write(right), "{right}");
        }
    }

    #[test]
    fn mysql_before_its_time_is_too_old() {
        for (version, is_fine) in [
            ("MySQL 5.5.62", false),
            ("MySQL 5.6.0", true),
            ("MySQL 8.4.2", true),
            ("MariaDB 5.5.68", true),
            ("SQLite 3.46.0", true),
        ] {
            assert_eq!(is_young_enough(version, (5, 6)), is_fine, "{version}");
        }
    }
}
