//! Sending rows to MySQL: part files are read on a thread of their own, a few packets ahead of what
//! the server takes by `LOAD DATA LOCAL INFILE`.

use futures_util::StreamExt;
use futures_util::stream::{empty, poll_fn};
use jobs::table::Table;
use memchr::memchr3;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, InfileData};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::error::statement;
use crate::rows::{Field, Parts, Rows};
use crate::schema::column_list;
use crate::{Backend, Error};

/// Rows are sent in packets of about this size, far below any `max_allowed_packet`.
const PACKET: usize = 256 * 1024;
/// Packets that may wait for the server: the part files are read no faster than it takes them.
const PACKETS_AHEAD: usize = 4;

/// Part files, and where the rows of each are from.
pub(super) type Source = Vec<(Rows, Parts)>;

/// Sends the rows and answers how many they were.
pub(super) async fn fill(
    connection: &mut Conn,
    table: &Table,
    name: &str,
    source: Source,
) -> Result<u64, Error> {
    let doing = format!("filling {name}");
    let (packets, reading) = read_ahead(source);
    connection.set_infile_handler(async { Ok(stream(packets)) });
    let sql = format!(
        r"LOAD DATA LOCAL INFILE 'rows' INTO TABLE `{name}` CHARACTER SET utf8mb4
          FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' ({})",
        column_list(table)
    );
    let sent = connection.query_drop(sql).await.map_err(|error| refused(table, name, error.into()));
    // A server that never asked for the rows left the handler, and the reader waiting for it.
    connection.set_infile_handler(async { Ok(empty().boxed()) });
    let interrupted =
        |error: JoinError| Err(Error::Interrupted { doing, reason: error.to_string() });
    let rows = first_cause(reading.await.unwrap_or_else(interrupted), sent)?;
    let stored = connection.affected_rows();
    refuse_warnings(connection, table).await?;
    if stored != rows {
        let reason = format!("{rows} rows were sent and {stored} stored");
        return Err(Error::Mangled { table: table.name.to_owned(), reason });
    }
    Ok(rows)
}

fn refused(table: &Table, name: &str, source: Backend) -> Error {
    if source.is_local_infile_off() {
        return Error::LocalInfile { table: table.name.to_owned() };
    }
    Error::Statement { doing: format!("filling {name}"), source }
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
fn read_ahead(source: Source) -> (Receiver<Vec<u8>>, JoinHandle<Result<u64, Error>>) {
    let (sender, receiver) = mpsc::channel(PACKETS_AHEAD);
    (receiver, spawn_blocking(move || send_rows(source, &sender)))
}

fn send_rows(source: Source, packets: &Sender<Vec<u8>>) -> Result<u64, Error> {
    let send = |packet: Vec<u8>| {
        let stopped = |_| Error::Interrupted {
            doing: "sending rows".to_owned(),
            reason: "the server stopped taking them".to_owned(),
        };
        packets.blocking_send(packet).map_err(stopped)
    };
    let mut packet = Vec::with_capacity(PACKET + PACKET / 4);
    let mut sent = 0;
    for (rows, parts) in source {
        sent += rows.each(parts, |fields| {
            write_row(fields, &mut packet);
            if packet.len() < PACKET {
                return Ok(());
            }
            send(std::mem::replace(&mut packet, Vec::with_capacity(PACKET + PACKET / 4)))
        })?;
    }
    send(packet)?;
    Ok(sent)
}

/// The row in MySQL's own escapes.
fn write_row(fields: &[Field<'_>], packet: &mut Vec<u8>) {
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

/// Of part files only a backslash needs an escape; a text that was made into a row may hold all.
fn write_text(mut text: &[u8], packet: &mut Vec<u8>) {
    while let Some(at) = memchr3(b'\\', b'\t', b'\n', text) {
        packet.extend_from_slice(&text[..at]);
        packet.push(b'\\');
        packet.push(match text[at] {
            b'\t' => b't',
            b'\n' => b'n',
            other => other,
        });
        text = &text[at + 1..];
    }
    packet.extend_from_slice(text);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn a_row_is_written_in_the_servers_escapes() {
        let mut packet = Vec::new();
        let texts = [Some("a\\N"), None, Some(""), Some("C:\\new\\"), Some("NULL"), Some("🦀\r")];
        write_row(&texts.map(|text| text.map(Cow::Borrowed)), &mut packet);
        write_row(&[Some(Cow::Borrowed("\ta\n\nb\\"))], &mut packet);
        assert_eq!(
            String::from_utf8(packet).unwrap(),
            "a\\\\N\t\\N\t\tC:\\\\new\\\\\tNULL\t🦀\r\n\\ta\\n\\nb\\\\\n"
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
