//! Loading into MySQL and MariaDB: rows go into the staged table, which one RENAME makes live. RENAME
//! ends any transaction, so the mark follows it; the note on the table tells a later run that a mark
//! is missing.

mod days;
mod fill;

use jobs::table::Table;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, TxOpts};

use super::{LoadOptions, Loaded, Names, judge, refuse_repeated, repeated, stage_prefix};

use crate::Error;
use crate::error::statement;
use crate::mysql::Mysql;
use crate::rows::{Parts, Rows, result_of};
use crate::schema::{self, Dialect};
use fill::fill;

const DIALECT: Dialect = Dialect::Mysql;
/// Seconds to wait for a table's lock: the server frees it a moment after its holder has left.
const LOCK_WAIT: u32 = 2;

impl Mysql {
    pub(super) async fn create_tables(&self, tables: &[Table]) -> Result<(), Error> {
        let mut connection = self.loader().await?;
        let made = create_live(&mut connection, tables).await;
        leave(connection).await;
        made
    }

    pub(super) async fn load(
        &self,
        table: Table,
        parts: Parts,
        options: &LoadOptions,
    ) -> Result<Loaded, Error> {
        let result = result_of(&table)?;
        let source = vec![(Rows::of(&table)?, parts)];
        let (mut connection, names) = self.begin(&result).await?;
        let loaded = load(&mut connection, &result, &names, source, options).await;
        if loaded.is_err() {
            give_up(&mut connection, &names).await;
        }
        leave(connection).await;
        loaded
    }

    pub(super) async fn rollback(&self, table: Table) -> Result<(), Error> {
        let (mut connection, names) = self.begin(&table).await?;
        let done = rollback(&mut connection, &names).await;
        leave(connection).await;
        done
    }

    pub(super) async fn published(&self, table: Table) -> Result<Option<String>, Error> {
        let mut connection = self.loader().await?;
        let update_id = mend(&mut connection, table.name).await;
        leave(connection).await;
        update_id
    }

    pub(super) async fn drop_table(&self, table: Table) -> Result<(), Error> {
        let (mut connection, names) = self.begin(&table).await?;
        let dropped = drop_all(&mut connection, &names).await;
        leave(connection).await;
        dropped
    }

    /// A connection that holds the table's lock till it ends.
    async fn begin(&self, table: &Table) -> Result<(Conn, Names), Error> {
        let names = Names::new(table)?;
        let mut connection = self.loader().await?;
        // Names of locks are the server's, not the database's, and short.
        let sql = "SELECT GET_LOCK(CONCAT('insights.', MD5(CONCAT(DATABASE(), '.', ?))), ?)";
        let locked: Option<Option<i64>> = connection
            .exec_first(sql, (names.live, LOCK_WAIT))
            .await
            .map_err(statement(format!("locking {}", names.live)))?;
        if locked.flatten() != Some(1) {
            leave(connection).await;
            return Err(Error::Locked { table: names.live.to_owned() });
        }
        Ok((connection, names))
    }
}

async fn drop_all(connection: &mut Conn, names: &Names) -> Result<(), Error> {
    let Names { live, previous, .. } = names;
    execute(connection, live, &format!("DROP TABLE IF EXISTS `{live}`, `{previous}`")).await?;
    let sql = "DELETE FROM table_updates WHERE target_table = ?";
    connection.exec_drop(sql, (live,)).await.map_err(statement(format!("unmarking {live}")))
}

async fn load(
    connection: &mut Conn,
    table: &Table,
    names: &Names,
    source: fill::Source,
    options: &LoadOptions,
) -> Result<Loaded, Error> {
    drop_leftovers(connection, names.live).await?;
    create_live(connection, &[*table]).await?;
    mend(connection, names.live).await?;
    execute(
        connection,
        names.live,
        &DIALECT.create(table, &names.stage, Some(&options.update_id))?,
    )
    .await?;
    let rows = fill(connection, table, &names.stage, source).await?;
    for index in DIALECT.indexes(table, &names.stage)? {
        execute(connection, names.live, &index).await?;
    }
    if let Some(sql) = repeated(table, &names.stage, DIALECT)? {
        let doing = statement(format!("looking for repeated rows of {}", names.live));
        let found: Option<u64> = connection.query_first(sql).await.map_err(doing)?;
        refuse_repeated(table, found.is_some())?;
    }
    let replaced = count(connection, names.live).await?;
    judge(table, rows, replaced, &options.limits)?;
    swap(connection, names).await?;
    mark(connection, names.live, &options.update_id).await?;
    Ok(Loaded { rows, replaced })
}

async fn create_live(connection: &mut Conn, tables: &[Table]) -> Result<(), Error> {
    execute(connection, "table_updates", DIALECT.create_updates()).await?;
    for table in tables {
        if !exists(connection, table.name).await? {
            execute(connection, table.name, &DIALECT.create(table, table.name, None)?).await?;
            for index in DIALECT.indexes(table, table.name)? {
                execute(connection, table.name, &index).await?;
            }
        }
    }
    Ok(())
}

async fn swap(connection: &mut Conn, names: &Names) -> Result<(), Error> {
    let Names { live, previous, stage, outgoing } = names;
    let moves = format!("`{live}` TO `{previous}`, `{stage}` TO `{live}`");
    if !exists(connection, previous).await? {
        return execute(connection, live, &format!("RENAME TABLE {moves}")).await;
    }
    execute(connection, live, &format!("RENAME TABLE `{previous}` TO `{outgoing}`, {moves}"))
        .await?;
    execute(connection, live, &format!("DROP TABLE `{outgoing}`")).await
}

async fn rollback(connection: &mut Conn, names: &Names) -> Result<(), Error> {
    let Names { live, previous, stage, .. } = names;
    if !exists(connection, previous).await? {
        return Err(Error::NoPrevious { table: (*live).to_owned() });
    }
    let moves =
        format!("`{live}` TO `{stage}`, `{previous}` TO `{live}`, `{stage}` TO `{previous}`");
    execute(connection, live, &format!("RENAME TABLE {moves}")).await?;
    execute(connection, "table_updates", DIALECT.create_updates()).await?;
    let update_id = noted(connection, live).await?.unwrap_or_else(|| format!("rollback:{stage}"));
    mark(connection, live, &update_id).await
}

/// Writes the mark of the live table if it is missing, and answers the update it came from.
async fn mend(connection: &mut Conn, live: &str) -> Result<Option<String>, Error> {
    let Some(update_id) = noted(connection, live).await? else {
        return Ok(None);
    };
    let sql = "SELECT COUNT(*) FROM table_updates WHERE update_id = ? AND target_table = ?";
    let marks: Option<u64> = connection
        .exec_first(sql, (&update_id, live))
        .await
        .map_err(statement(format!("reading the mark of {live}")))?;
    if marks == Some(0) {
        log::warn!(
            "{live}: the mark of {update_id} is missing, as a killed loader leaves it; writing it"
        );
        mark(connection, live, &update_id).await?;
    }
    Ok(Some(update_id))
}

async fn mark(connection: &mut Conn, live: &str, update_id: &str) -> Result<(), Error> {
    let doing = || statement(format!("marking {live}"));
    let mut transaction = connection.start_transaction(TxOpts::default()).await.map_err(doing())?;
    let forget = "DELETE FROM table_updates WHERE target_table = ?";
    transaction.exec_drop(forget, (live,)).await.map_err(doing())?;
    let remember = "INSERT INTO table_updates (update_id, target_table) VALUES (?, ?)";
    transaction.exec_drop(remember, (update_id, live)).await.map_err(doing())?;
    transaction.commit().await.map_err(doing())
}

/// The update that a table came from: what its COMMENT notes.
async fn noted(connection: &mut Conn, table: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
    let comment: Option<String> = connection
        .exec_first(sql, (table,))
        .await
        .map_err(statement(format!("asking where {table} came from")))?;
    Ok(comment.as_deref().and_then(schema::noted))
}

async fn exists(connection: &mut Conn, table: &str) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
    let found: Option<u64> = connection
        .exec_first(sql, (table,))
        .await
        .map_err(statement(format!("looking for {table}")))?;
    Ok(found.unwrap_or(0) > 0)
}

async fn count(connection: &mut Conn, table: &str) -> Result<u64, Error> {
    let counted: Option<u64> = connection
        .query_first(format!("SELECT COUNT(*) FROM `{table}`"))
        .await
        .map_err(statement(format!("counting {table}")))?;
    Ok(counted.unwrap_or(0))
}

/// Drops what killed loaders of the table left. The lock is held, so nobody else is using it.
async fn drop_leftovers(connection: &mut Conn, live: &str) -> Result<(), Error> {
    let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
               AND LEFT(table_name, CHAR_LENGTH(?)) = ?";
    let prefix = stage_prefix(live);
    let leftovers: Vec<String> = connection
        .exec(sql, (&prefix, &prefix))
        .await
        .map_err(statement(format!("looking for leftovers of {live}")))?;
    for leftover in leftovers {
        log::warn!("{live}: dropping {leftover}, which a killed loader left");
        execute(connection, live, &format!("DROP TABLE `{leftover}`")).await?;
    }
    Ok(())
}

/// Drops what a failed load staged; if that fails too, the next load does it.
async fn give_up(connection: &mut Conn, names: &Names) {
    let dropped =
        execute(connection, names.live, &format!("DROP TABLE IF EXISTS `{}`", names.stage)).await;
    if let Err(error) = dropped {
        log::warn!("{}: {} stays behind: {error}", names.live, names.stage);
    }
}

async fn execute(connection: &mut Conn, table: &str, sql: &str) -> Result<(), Error> {
    let doing = format!("{table}: {}", sql.split(" (").next().unwrap_or(sql));
    connection.query_drop(sql).await.map_err(statement(doing))
}

/// Ends the connection, and its lock with it. The server does the same for a connection that broke.
async fn leave(connection: Conn) {
    if let Err(error) = connection.disconnect().await {
        log::debug!("leaving the store: {error}");
    }
}
