//! Takes learners out of every generation of a table, that which is kept for a step back and what a killed
//! loader left among them.

use jobs::table::Table;

use super::{Names, stage_prefix};
use crate::cell::{Cell, Record};
use crate::schema::{UPDATES_TABLE, identifier};
use crate::{Error, Statement, Store};

/// A learner who leaves.
#[derive(Clone)]
pub struct Leaver {
    /// The account's number.
    pub user_id: i64,
    /// The names that the account has had.
    pub usernames: Vec<String>,
    /// The name that its rows get; none: they go.
    pub pseudonym: Option<String>,
}

/// Learners in a statement.
const AT_ONCE: usize = 200;

impl Store {
    /// In how many tables learners are found, of `table` and its other generations, and in how many rows.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn count_leaving(
        &self,
        table: &Table,
        leaving: &[Leaver],
    ) -> Result<(u64, u64), Error> {
        let (mut tables, mut rows) = (0, 0);
        for name in self.generations(table).await? {
            let mut found = 0;
            for (condition, parameters) in leaving.chunks(AT_ONCE).map(|some| rows_of(table, some))
            {
                let sql = format!("SELECT COUNT(*) FROM `{name}` WHERE {condition}");
                let doing = format!("looking for learners in {name}");
                let count = self.select_one(Statement { doing, sql, parameters }).await?;
                let count = count.first().map_or(Ok(None), |row: &Record| row.int(0))?;
                found += count.unwrap_or(0).unsigned_abs();
            }
            tables += u64::from(found > 0);
            rows += found;
        }
        Ok((tables, rows))
    }

    /// Deletes the rows of learners in `table` and its other generations, or puts them under their
    /// pseudonyms, and marks the table, so that nobody goes on with what was read of it before.
    ///
    /// # Errors
    /// The store cannot be reached or refuses; whoever asks again makes it whole.
    pub async fn leave(&self, table: &Table, leaving: &[Leaver]) -> Result<(), Error> {
        let (kept, gone): (Vec<_>, Vec<_>) =
            leaving.iter().cloned().partition(|learner| learner.pseudonym.is_some());
        for name in self.generations(table).await? {
            let doing = format!("taking learners out of {name}");
            let renames = kept.chunks(AT_ONCE).map(|some| rename(&name, some));
            let deletes = gone.chunks(AT_ONCE).map(|some| {
                let (condition, parameters) = rows_of(table, some);
                (format!("DELETE FROM `{name}` WHERE {condition}"), parameters)
            });
            for (sql, parameters) in renames.chain(deletes) {
                self.execute(Statement { doing: doing.clone(), sql, parameters }).await?;
            }
        }
        self.mark_again(table).await
    }

    /// Gives back the room of rows that are gone, and with it what still stands there. A server does so by
    /// itself, in time.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn compact(&self) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.compact().await,
            Self::Mysql(_) => Ok(()),
        }
    }

    /// The tables that hold, held or were to hold the rows of `table`.
    async fn generations(&self, table: &Table) -> Result<Vec<String>, Error> {
        let names = Names::new(table)?;
        let prefix = stage_prefix(names.live);
        let (from, name) = match self {
            Self::Sqlite(_) => ("sqlite_master WHERE type = 'table'", "name"),
            Self::Mysql(_) => {
                ("information_schema.tables WHERE table_schema = DATABASE()", "table_name")
            }
        };
        let length = prefix.len();
        let sql = format!(
            "SELECT {name} FROM {from} AND ({name} IN (?, ?) OR SUBSTR({name}, 1, {length}) = ?)"
        );
        let parameters = [names.live, &names.previous, &prefix].map(text).to_vec();
        let doing = format!("looking for the generations of {}", names.live);
        let found = self.select_one(Statement { doing, sql, parameters }).await?;
        let name = |row: &Record| {
            let name = row.required_text(0)?;
            identifier("table", &name).map(str::to_owned)
        };
        found.iter().map(name).collect()
    }

    /// Writes the newest mark of a table anew: it is another version now.
    async fn mark_again(&self, table: &Table) -> Result<(), Error> {
        let doing = format!("marking {}", table.name);
        let sql = format!(
            "SELECT update_id FROM {UPDATES_TABLE} WHERE target_table = ? ORDER BY id DESC LIMIT 1"
        );
        let name = text(table.name);
        let newest = Statement { doing: doing.clone(), sql, parameters: vec![name.clone()] };
        let marks = self.select_one(newest).await?;
        let Some(mark) = marks.first() else { return Ok(()) };
        let mark = Cell::Text(mark.required_text(0)?);
        let sql = format!("DELETE FROM {UPDATES_TABLE} WHERE update_id = ?");
        let forget = Statement { doing: doing.clone(), sql, parameters: vec![mark.clone()] };
        self.execute(forget).await?;
        let sql = format!("INSERT INTO {UPDATES_TABLE} (update_id, target_table) VALUES (?, ?)");
        self.execute(Statement { doing, sql, parameters: vec![mark, name] }).await
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// What tells the rows of learners, by whatever names or numbers a table has.
fn rows_of(table: &Table, learners: &[Leaver]) -> (String, Vec<Cell>) {
    let has = |name: &str| table.columns.iter().any(|column| column.name == name);
    let (mut conditions, mut parameters) = (Vec::new(), Vec::new());
    if has("username") {
        let names = learners.iter().flat_map(|learner| &learner.usernames);
        parameters.extend(names.map(|name| text(name)));
        conditions.push(format!("`username` IN ({})", places(parameters.len())));
    }
    if has("user_id") {
        parameters.extend(learners.iter().map(|learner| Cell::Int(learner.user_id)));
        conditions.push(format!("`user_id` IN ({})", places(learners.len())));
    }
    (conditions.join(" OR "), parameters)
}

/// Puts rows of learners under their pseudonyms.
fn rename(table: &str, learners: &[Leaver]) -> (String, Vec<Cell>) {
    let pairs: Vec<_> = learners
        .iter()
        .flat_map(|l| l.usernames.iter().map(move |old| (old.as_str(), l.pseudonym.as_deref())))
        .filter_map(|(old, new)| Some((old, new?)))
        .collect();
    let sql = format!(
        "UPDATE `{table}` SET `username` = CASE `username` {}END WHERE `username` IN ({})",
        "WHEN ? THEN ? ".repeat(pairs.len()),
        places(pairs.len())
    );
    let cases = pairs.iter().flat_map(|(old, new)| [*old, *new]);
    let parameters = cases.chain(pairs.iter().map(|(old, _)| *old)).map(text).collect();
    (sql, parameters)
}
