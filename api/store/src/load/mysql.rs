//! Loading into MySQL and MariaDB: rows go through `LOAD DATA LOCAL INFILE` into the staged table,
//! which one RENAME makes live. RENAME ends any transaction, so the mark follows it; the note on the
//! table tells a later run that a mark is missing.

use futures_util::StreamExt;
use futures_util::stream::{empty, poll_fn};
use jobs::table::Table;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, InfileData, TxOpts};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use super::{LoadOptions, Loaded, Names, judge, refuse_repeated, repeated, stage_prefix};

use crate::error::statement;
use crate::mysql::Mysql;
use crate::rows::{Parts, each_row};
use crate::schema::{self, Dialect, column_list};
use crate::{Backend, Error};

const DIALECT: Dialect = Dialect::Mysql;
/// Rows are sent in packets of about this size, far below any `max_allowed_packet`.
const PACKET: usize = 256 * 1024;
/// Packets that may wait for the server: the part files are read no faster than it takes them.
const PACKETS_AHEAD: usize = 4;

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
        let (mut connection, names) = self.begin(&table).await?;
        let loaded = load(&mut connection, &table, &names, parts, options).await;
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
    parts: Parts,
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
    let rows = fill(connection, table, &names.stage, parts).await?;
    for index in DIALECT.indexes(table, &names.stage)? {
        execute(connection, names.live, &index).await?;
    }
    let stored = count(connection, &names.stage).await?;
    if stored != rows {
        let reason = format!("{rows} rows were sent and {stored} stored");
        return Err(Error::Mangled { table: names.live.to_owned(), reason });
    }
    if let Some(sql) = repeated(table, &names.stage, DIALECT)? {
        let doing = statement(format!("looking for repeated rows of {}", names.live));
        let found: Option<u64> = connection.query_first(sql).await.map_err(doing)?;
        refuse_repeated(table, found.is_some())?;
    }
    let replaced = count(connection, names.live).await?;
    judge(table, rows, replaced, options)?;
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

/// Sends the rows and answers how many they were.
async fn fill(
    connection: &mut Conn,
    table: &Table,
    stage: &str,
    parts: Parts,
) -> Result<u64, Error> {
    let doing = format!("filling {stage}");
    let (packets, reading) = read_ahead(*table, parts);
    connection.set_infile_handler(async { Ok(stream(packets)) });
    let sql = format!(
        r"LOAD DATA LOCAL INFILE 'rows' INTO TABLE `{stage}` CHARACTER SET utf8mb4
          FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' ({})",
        column_list(table)
    );
    let sent =
        connection.query_drop(sql).await.map_err(|error| refused(table, stage, error.into()));
    // A server that never asked for the rows left the handler, and the reader waiting for it.
    connection.set_infile_handler(async { Ok(empty().boxed()) });
    let interrupted =
        |error: JoinError| Err(Error::Interrupted { doing, reason: error.to_string() });
    let rows = first_cause(reading.await.unwrap_or_else(interrupted), sent)?;
    refuse_warnings(connection, table).await?;
    Ok(rows)
}

fn refused(table: &Table, stage: &str, source: Backend) -> Error {
    if source.is_local_infile_off() {
        return Error::LocalInfile { table: table.name.to_owned() };
    }
    Error::Statement { doing: format!("filling {stage}"), source }
}

/// A server that fails stops the reading of rows; a mistake in the rows does not make it fail.
fn first_cause(read: Result<u64, Error>, sent: Result<(), Error>) -> Result<u64, Error> {
    match (read, sent) {
        (Err(Error::Interrupted { .. }) | Ok(_), Err(failed)) => Err(failed),
        (read, _) => read,
    }
}

fn stream(mut packets: Receiver<Vec<u8>>) -> InfileData {
    poll_fn(move |context| packets.poll_recv(context)).map(|packet| Ok(packet.into())).boxed()
}

/// Reads the part files on a blocking thread, as packets of rows that the server understands. A
/// mistake in the rows just ends the packets: what the server made of them is dropped anyway.
fn read_ahead(table: Table, parts: Parts) -> (Receiver<Vec<u8>>, JoinHandle<Result<u64, Error>>) {
    let (sender, receiver) = mpsc::channel(PACKETS_AHEAD);
    (receiver, spawn_blocking(move || send_rows(&table, parts, &sender)))
}

fn send_rows(table: &Table, parts: Parts, packets: &Sender<Vec<u8>>) -> Result<u64, Error> {
    let send = |packet: Vec<u8>| {
        let stopped = |_| Error::Interrupted {
            doing: format!("loading {}", table.name),
            reason: "the server stopped taking rows".to_owned(),
        };
        packets.blocking_send(packet).map_err(stopped)
    };
    let mut packet = Vec::with_capacity(PACKET + PACKET / 4);
    let rows = each_row(table, parts, |fields| {
        write_row(fields, &mut packet);
        if packet.len() < PACKET {
            return Ok(());
        }
        send(std::mem::replace(&mut packet, Vec::with_capacity(PACKET + PACKET / 4)))
    })?;
    send(packet)?;
    Ok(rows)
}

/// The row in MySQL's own escapes. TAB and line ends cannot stand in a field (spec 01 §1).
fn write_row(fields: &[Option<&str>], packet: &mut Vec<u8>) {
    for (position, field) in fields.iter().enumerate() {
        if position > 0 {
            packet.push(b'\t');
        }
        match field {
            None => packet.extend_from_slice(b"\\N"),
            Some(text) => write_text(text.as_bytes(), packet),
        }
    }
    packet.push(b'\n');
}

fn write_text(text: &[u8], packet: &mut Vec<u8>) {
    for (position, piece) in text.split(|&byte| byte == b'\\').enumerate() {
        if position > 0 {
            packet.extend_from_slice(b"\\\\");
        }
        packet.extend_from_slice(piece);
    }
}

/// `LOAD DATA LOCAL` turns errors into warnings. Every row was checked, so there should be none.
async fn refuse_warnings(connection: &mut Conn, table: &Table) -> Result<(), Error> {
    if connection.get_warnings() == 0 {
        return Ok(());
    }
    let warnings: Vec<(String, u32, String)> = connection
        .query("SHOW WARNINGS LIMIT 1")
        .await
        .map_err(statement("asking for warnings"))?;
    let reason = warnings.into_iter().map(|(_, _, text)| text).next();
    Err(Error::Mangled {
        table: table.name.to_owned(),
        reason: format!("the server warned: {}", reason.unwrap_or_default()),
    })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_row_is_written_in_the_servers_escapes() {
        let mut packet = Vec::new();
        write_row(
            &[Some("a\\N"), None, Some(""), Some("C:\\new\\"), Some("NULL"), Some("🦀\r")],
            &mut packet,
        );
        assert_eq!(
            String::from_utf8(packet).unwrap(),
            "a\\\\N\t\\N\t\tC:\\\\new\\\\\tNULL\t🦀\r\n"
        );
    }

    #[test]
    fn the_first_cause_of_a_failure_is_told() {
        let empty = || Error::Empty { table: "rows".to_owned() };
        let stopped = || Error::Interrupted { doing: "x".to_owned(), reason: "stopped".to_owned() };
        let server = || Error::Locked { table: "server".to_owned() };
        assert!(matches!(first_cause(Err(empty()), Err(server())), Err(Error::Empty { .. })));
        assert!(matches!(first_cause(Err(stopped()), Err(server())), Err(Error::Locked { .. })));
        assert!(matches!(first_cause(Ok(3), Err(server())), Err(Error::Locked { .. })));
        assert!(matches!(first_cause(Ok(3), Ok(())), Ok(3)));
    }
}
