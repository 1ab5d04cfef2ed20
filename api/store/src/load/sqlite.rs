//! Loading into SQLite: one transaction from the first row to the mark, so a killed loader leaves
//! nothing. The lock is that of a file beside the store, one a table.

mod days;

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::PathBuf;

use jobs::table::Table;
use rusqlite::{
    Connection, OptionalExtension, Transaction, TransactionBehavior, params, params_from_iter,
};

use super::{LoadOptions, Loaded, Names, judge, refuse_repeated, repeated};
use crate::error::statement;
use crate::rows::{Parts, Rows, result_of};
use crate::schema::{self, Dialect, UPDATES_TABLE, column_list};
use crate::sqlite::{Sqlite, blocking};
use crate::{Backend, Error};

const DIALECT: Dialect = Dialect::Sqlite;

/// Part files, and where the rows of each are from.
type Source = Vec<(Rows, Parts)>;

impl Sqlite {
    pub(super) async fn create_tables(&self, tables: Vec<Table>) -> Result<(), Error> {
        self.write("creating the result tables", move |transaction| {
            execute(transaction, UPDATES_TABLE, DIALECT.create_updates())?;
            tables.iter().try_for_each(|table| create_live(transaction, table))
        })
        .await
    }

    pub(super) async fn load(
        &self,
        table: Table,
        parts: Parts,
        options: LoadOptions,
    ) -> Result<Loaded, Error> {
        let result = result_of(&table)?;
        let source = vec![(Rows::of(&table)?, parts)];
        let lock = self.lock(&result)?;
        self.write("loading", move |transaction| {
            let loaded = load(transaction, &result, source, &options);
            drop(lock);
            loaded
        })
        .await
    }

    pub(super) async fn rollback(&self, table: Table) -> Result<(), Error> {
        let lock = self.lock(&table)?;
        self.write("rolling back", move |transaction| {
            let done = rollback(transaction, &table);
            drop(lock);
            done
        })
        .await
    }

    pub(super) async fn published(&self, table: Table) -> Result<Option<String>, Error> {
        self.write("asking for the live update", move |transaction| noted(transaction, table.name))
            .await
    }

    pub(super) async fn drop_table(&self, table: Table) -> Result<(), Error> {
        self.write("dropping a table", move |transaction| {
            let names = Names::new(&table)?;
            execute(transaction, names.live, &format!("DROP TABLE IF EXISTS `{}`", names.live))?;
            execute(
                transaction,
                names.live,
                &format!("DROP TABLE IF EXISTS `{}`", names.previous),
            )?;
            unmark(transaction, names.live)
        })
        .await
    }

    /// Runs `work` in one transaction that holds the file's write lock from its beginning.
    async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.clone();
        blocking(doing, move || {
            let mut connection = store.writer()?;
            let behaviour = TransactionBehavior::Immediate;
            let transaction =
                connection.transaction_with_behavior(behaviour).map_err(statement(doing))?;
            let done = work(&transaction)?;
            transaction.commit().map_err(statement(doing))?;
            Ok(done)
        })
        .await
    }

    /// A lock that ends with its file handle, however the process ends.
    fn lock(&self, table: &Table) -> Result<File, Error> {
        let mut folder = self.path().as_os_str().to_owned();
        folder.push("-locks");
        let file = PathBuf::from(folder).join(table.name);
        let failed =
            |source| Error::LockFile { table: table.name.to_owned(), file: file.clone(), source };
        match std::fs::create_dir(file.with_file_name("")) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        let lock = File::create(&file).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { table: table.name.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

fn load(
    transaction: &Transaction<'_>,
    table: &Table,
    source: Source,
    options: &LoadOptions,
) -> Result<Loaded, Error> {
    let names = Names::new(table)?;
    execute(transaction, UPDATES_TABLE, DIALECT.create_updates())?;
    create_live(transaction, table)?;
    execute(
        transaction,
        names.live,
        &DIALECT.create(table, &names.stage, Some(&options.update_id))?,
    )?;
    let rows = insert(transaction, table, &names.stage, source)?;
    for index in DIALECT.indexes(table, &names.stage)? {
        execute(transaction, names.live, &index)?;
    }
    if let Some(sql) = repeated(table, &names.stage, DIALECT)? {
        let doing = statement(format!("looking for repeated rows of {}", names.live));
        let found = transaction.query_row(&sql, [], |_| Ok(())).optional().map_err(doing)?;
        refuse_repeated(table, found.is_some())?;
    }
    let replaced = count(transaction, names.live)?;
    judge(table, rows, replaced, &options.limits)?;
    swap(transaction, &names)?;
    mark(transaction, names.live, &options.update_id)?;
    Ok(Loaded { rows, replaced })
}

fn create_live(transaction: &Transaction<'_>, table: &Table) -> Result<(), Error> {
    if exists(transaction, table.name)? {
        return Ok(());
    }
    execute(transaction, table.name, &DIALECT.create(table, table.name, None)?)?;
    let indexes = DIALECT.indexes(table, table.name)?;
    indexes.iter().try_for_each(|index| execute(transaction, table.name, index))
}

fn insert(
    transaction: &Transaction<'_>,
    table: &Table,
    name: &str,
    source: Source,
) -> Result<u64, Error> {
    let doing = || format!("filling {name}");
    let places = vec!["?"; table.columns.len()].join(", ");
    // One moment for all rows of a load, whatever the load takes.
    let moment: String = transaction
        .query_row("SELECT CURRENT_TIMESTAMP", [], |row| row.get(0))
        .map_err(statement(doing()))?;
    let sql = format!(
        "INSERT INTO `{name}` ({}, created) VALUES ({places}, '{moment}')",
        column_list(table)
    );
    let mut insert = transaction.prepare(&sql).map_err(statement(doing()))?;
    let mut inserted = 0;
    for (rows, parts) in source {
        inserted += rows.each(parts, |fields| {
            insert.execute(params_from_iter(fields)).map(drop).map_err(statement(doing()))
        })?;
    }
    Ok(inserted)
}

fn swap(transaction: &Transaction<'_>, names: &Names) -> Result<(), Error> {
    let Names { live, previous, stage, .. } = names;
    execute(transaction, live, &format!("DROP TABLE IF EXISTS `{previous}`"))?;
    execute(transaction, live, &format!("ALTER TABLE `{live}` RENAME TO `{previous}`"))?;
    execute(transaction, live, &format!("ALTER TABLE `{stage}` RENAME TO `{live}`"))
}

fn rollback(transaction: &Transaction<'_>, table: &Table) -> Result<(), Error> {
    let Names { live, previous, stage, .. } = Names::new(table)?;
    if !exists(transaction, &previous)? {
        return Err(Error::NoPrevious { table: live.to_owned() });
    }
    execute(transaction, live, &format!("ALTER TABLE `{live}` RENAME TO `{stage}`"))?;
    execute(transaction, live, &format!("ALTER TABLE `{previous}` RENAME TO `{live}`"))?;
    execute(transaction, live, &format!("ALTER TABLE `{stage}` RENAME TO `{previous}`"))?;
    execute(transaction, UPDATES_TABLE, DIALECT.create_updates())?;
    let update_id = noted(transaction, live)?.unwrap_or_else(|| format!("rollback:{stage}"));
    mark(transaction, live, &update_id)
}

fn mark(transaction: &Transaction<'_>, live: &str, update_id: &str) -> Result<(), Error> {
    unmark(transaction, live)?;
    let sql = "INSERT INTO table_updates (update_id, target_table) VALUES (?, ?)";
    transaction
        .execute(sql, params![update_id, live])
        .map(drop)
        .map_err(statement(format!("marking {live}")))
}

fn unmark(transaction: &Transaction<'_>, live: &str) -> Result<(), Error> {
    let sql = "DELETE FROM table_updates WHERE target_table = ?";
    transaction.execute(sql, [live]).map(drop).map_err(statement(format!("marking {live}")))
}

/// The update that a table came from: SQLite keeps the text of its CREATE TABLE, comment included.
fn noted(transaction: &Transaction<'_>, table: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?";
    let text: Option<String> = transaction
        .query_row(sql, [table], |row| row.get(0))
        .optional()
        .map_err(statement(format!("asking where {table} came from")))?;
    Ok(text.as_deref().and_then(schema::noted))
}

fn exists(connection: &Connection, table: &str) -> Result<bool, Error> {
    connection.table_exists(None, table).map_err(statement(format!("looking for {table}")))
}

fn count(transaction: &Transaction<'_>, table: &str) -> Result<u64, Error> {
    let sql = format!("SELECT COUNT(*) FROM `{table}`");
    let count: i64 = transaction
        .query_row(&sql, [], |row| row.get(0))
        .map_err(statement(format!("counting {table}")))?;
    Ok(count.unsigned_abs())
}

fn execute(connection: &Connection, table: &str, sql: &str) -> Result<(), Error> {
    let done: Result<(), Backend> = connection.execute_batch(sql).map_err(Backend::from);
    done.map_err(statement(format!("{table}: {}", sql.split(" (").next().unwrap_or(sql))))
}
