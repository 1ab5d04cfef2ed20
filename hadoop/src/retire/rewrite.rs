//! Files without those who have left. A file is looked through first, and written anew only where somebody
//! is found in it: all else of it, and its packing, stay as they are.

use super::receipt::Counts;
use crate::codec::{self, Reader};
use crate::error::Drive;
use crate::storage::Place;
use jobs::event::Event;
use jobs::retired::{Outcome, Person, Retired};
use jobs::side_output::Packing;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::ops::Range;

/// Says what becomes of a line, and changes it where that is so.
pub type Judge<'j> = &'j (dyn Fn(&Retired, &mut Vec<u8>) -> Outcome + Sync);

/// Writes a file of lines to `to` where somebody is found in it.
///
/// # Errors
/// When it cannot be read or written.
pub fn lines(file: &Place, to: &Place, retired: &Retired, judge: Judge) -> Drive<Counts> {
    let counts = look(file, retired, judge)?;
    if counts.is_nothing() {
        return Ok(counts);
    }
    let failed = |e| to.refused("write")(e);
    let packing = if file.name().ends_with(".gz") { Packing::Gzip } else { Packing::Plain };
    let mut out = packing.over(BufWriter::new(to.create()?));
    each_line(file, |line| {
        if judge(retired, line) != Outcome::Gone {
            out.write_all(line).map_err(failed)?;
        }
        Ok(())
    })?;
    let file = out.end().map_err(failed)?.into_inner().map_err(|e| failed(e.into_error()))?;
    file.close().map_err(failed)?;
    Ok(counts)
}

/// Looks for those who have left in a file of lines.
///
/// # Errors
/// When it cannot be read.
pub fn look(file: &Place, retired: &Retired, judge: Judge) -> Drive<Counts> {
    let mut counts = Counts::default();
    each_line(file, |line| {
        match judge(retired, line) {
            Outcome::Same => {}
            Outcome::Changed => counts.changed += 1,
            Outcome::Gone => counts.removed += 1,
        }
        Ok(())
    })?;
    counts.files = u64::from(!counts.is_nothing());
    Ok(counts)
}

/// Hands on each line with its end.
fn each_line(file: &Place, mut take: impl FnMut(&mut Vec<u8>) -> Drive<()>) -> Drive<()> {
    let mut reader = BufReader::new(Reader::whole(file)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        if read.map_err(|e| codec::named(e, &file.address()))? == 0 {
            return Ok(());
        }
        take(&mut line)?;
    }
}

/// Judges a line without its end, which it gets back.
fn without_end(line: &mut Vec<u8>, judge: impl FnOnce(&mut Vec<u8>) -> Outcome) -> Outcome {
    let is_whole = line.last() == Some(&b'\n');
    if is_whole {
        line.pop();
    }
    let outcome = judge(line);
    if is_whole {
        line.push(b'\n');
    }
    outcome
}

/// Rows of fields with a separator between.
pub fn row(
    fields: &[(usize, Person)],
    is_listing: bool,
    separator: u8,
) -> impl Fn(&Retired, &mut Vec<u8>) -> Outcome + Sync {
    move |retired, line| {
        without_end(line, |line| retired.apply(fields, is_listing, separator, line))
    }
}

/// Rows of a MySQL dump, of which a field is the account's number.
pub fn dump(column: usize) -> impl Fn(&Retired, &mut Vec<u8>) -> Outcome + Sync {
    move |retired, line| {
        without_end(line, |line| {
            let Some(field) = dump_field(line, column) else { return Outcome::Same };
            let Some(fate) = retired.user_id(&line[field.clone()]) else { return Outcome::Same };
            if fate.mode() == jobs::retired::Mode::Remove {
                return Outcome::Gone;
            }
            line.splice(field, fate.user_id().to_string().into_bytes());
            Outcome::Changed
        })
    }
}

/// Where a field of a dump's line stands, without the quotes around it.
fn dump_field(line: &[u8], number: usize) -> Option<Range<usize>> {
    let mut at = 0;
    for field in 0.. {
        let quoted = line.get(at) == Some(&b'\'');
        let start = at + usize::from(quoted);
        let mut end = up_to(line, if quoted { b'\'' } else { b',' }, start);
        if field == number {
            return Some(start..end);
        }
        if quoted {
            end = up_to(line, b',', end + 1);
        }
        at = end + 1;
        if at > line.len() {
            break;
        }
    }
    None
}

/// The place of a mark that is not escaped; that of the line's end where there is none.
fn up_to(line: &[u8], mark: u8, from: usize) -> usize {
    let mut at = from;
    while at < line.len() && line[at] != mark {
        at += if line[at] == b'\\' { 2 } else { 1 };
    }
    at.min(line.len())
}

/// Lines of logs in exports: what names somebody who has left goes.
#[expect(clippy::ptr_arg, reason = "other judges change a line")]
pub fn exported(retired: &Retired, line: &mut Vec<u8>) -> Outcome {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    match Event::parse(text) {
        Ok(event) if retired.names(&event) => Outcome::Gone,
        _ => Outcome::Same,
    }
}

/// Lines of events that we have written ourselves.
pub fn own_events(retired: &Retired, line: &mut Vec<u8>) -> Outcome {
    row(&[(0, Person::Data)], false, b'\t')(retired, line)
}

/// Documents of the search index: those of somebody who has left go.
#[expect(clippy::ptr_arg, reason = "other judges change a line")]
pub fn documents(retired: &Retired, line: &mut Vec<u8>) -> Outcome {
    let document: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
    let source = &document["_source"];
    let name = source["username"].as_str().and_then(|name| retired.username(name.as_bytes()));
    let id = source["user_id"].as_i64().and_then(|id| retired.user_id(id.to_string().as_bytes()));
    if name.or(id).is_some() { Outcome::Gone } else { Outcome::Same }
}

/// Writes a CSV file with a header to `to` without the rows of those who have left.
///
/// # Errors
/// When it cannot be read or written.
pub fn csv(file: &Place, to: &Place, retired: &Retired) -> Drive<Counts> {
    let gone = csv_rows(file, retired)?;
    if gone.is_empty() {
        return Ok(Counts::default());
    }
    let failed = |e| to.refused("write")(e);
    let (mut from, mut at) = (BufReader::new(file.open(0)?), 0);
    let mut out = BufWriter::new(to.create()?);
    for range in &gone {
        let kept = &mut (&mut from).take(range.start - at);
        io::copy(kept, &mut out).map_err(failed)?;
        io::copy(&mut (&mut from).take(range.end - range.start), &mut io::sink())
            .map_err(failed)?;
        at = range.end;
    }
    io::copy(&mut from, &mut out).map_err(failed)?;
    let done = out.into_inner().map_err(|e| failed(e.into_error()))?;
    done.close().map_err(failed)?;
    Ok(Counts { files: 1, changed: 0, removed: gone.len() as u64 })
}

/// Where the rows of those who have left stand.
fn csv_rows(file: &Place, retired: &Retired) -> Drive<Vec<Range<u64>>> {
    let failed = |e: csv::Error| file.refused("read")(io::Error::other(e));
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.open(0)?);
    let headers = reader.byte_headers().map_err(failed)?;
    let columns: Vec<_> =
        headers.iter().enumerate().filter_map(|(at, h)| csv_column(at, h)).collect();
    let (mut gone, mut record) = (Vec::new(), csv::ByteRecord::new());
    if columns.is_empty() {
        return Ok(gone);
    }
    while reader.read_byte_record(&mut record).map_err(failed)? {
        let is_of = |(at, person): &(usize, Person)| {
            record.get(*at).is_some_and(|field| retired.fate_by(*person, field).is_some())
        };
        if columns.iter().any(is_of)
            && let Some(position) = record.position()
        {
            gone.push(position.byte()..reader.position().byte());
        }
    }
    Ok(gone)
}

fn csv_column(at: usize, header: &[u8]) -> Option<(usize, Person)> {
    let name = String::from_utf8_lossy(header).trim().to_lowercase().replace(' ', "_");
    match name.as_str() {
        "username" => Some((at, Person::Username)),
        "user_id" | "student_id" => Some((at, Person::UserId)),
        _ => None,
    }
}

/// The last bytes of a file, at most so many.
///
/// # Errors
/// When it cannot be read.
pub fn tail(file: &Place, size: u64, amount: u64) -> Drive<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut open = file.open(size.saturating_sub(amount))?;
    open.read_to_end(&mut bytes).map_err(file.refused("read"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jobs::retired::Mode;
    use jobs::testkit::retired;

    #[test]
    fn a_field_of_a_dump_is_found_behind_quotes_and_escapes() {
        for (line, field) in [
            ("1,'p','a,\\'b',7,'s'", "7"),
            ("1,p,m,'7'", "7"),
            ("1,'p'x,'m',\\N", "\\N"),
            ("1,,,", ""),
        ] {
            let range = dump_field(line.as_bytes(), 3).unwrap();
            assert_eq!(&line[range], field, "{line}");
        }
        assert_eq!(dump_field(b"1,'2,3", 3), None);
        let judged = |mode, line: &str| {
            let mut line = line.as_bytes().to_vec();
            (dump(3)(&retired(mode), &mut line), String::from_utf8(line).unwrap())
        };
        let line = "1,'p','m',7,'it\\'s 7'\n";
        let changed = (Outcome::Changed, "1,'p','m',-5,'it\\'s 7'\n".to_owned());
        assert_eq!(judged(Mode::Pseudonymise, line), changed);
        assert_eq!(judged(Mode::Remove, line).0, Outcome::Gone);
        assert_eq!(judged(Mode::Remove, "7,'7','7',8,'7'\n").0, Outcome::Same);
    }

    #[test]
    fn a_file_is_written_only_where_somebody_is_found_and_keeps_its_other_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| Place::from(dir.path().join(name).as_path());
        let by_id = row(&[(1, Person::UserId)], false, b'\t');
        for (text, made) in [
            ("c\t8\nd\t9", None),
            ("c\t7\n\td\nd\t8", Some("c\t-5\n\td\nd\t8")),
            ("a\t8\nc\t7", Some("a\t8\nc\t-5")),
        ] {
            let (from, to) = (place("from"), place("to"));
            to.remove().unwrap();
            from.stage(text.as_bytes()).unwrap();
            let counts = lines(&from, &to, &retired(Mode::Pseudonymise), &by_id).unwrap();
            assert_eq!(counts.is_nothing(), made.is_none());
            let written = to.read_if_there().unwrap();
            assert_eq!(written.as_deref(), made.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn rows_of_a_report_go_with_all_their_lines() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| Place::from(dir.path().join(name).as_path());
        let text = "course,User Name,username,answer\r\nc,\"Zoe, Z\",zoe,\"two\r\nlines, \"\"mira\"\"\"\r\nc,M,mira,\"a\r\nb\"\r\nc,M,mira,x\r\nc,Y,yan,7\r\n";
        place("r.csv").stage(text.as_bytes()).unwrap();
        let counts = csv(&place("r.csv"), &place("to"), &retired(Mode::Pseudonymise)).unwrap();
        assert_eq!(counts, Counts { files: 1, changed: 0, removed: 2 });
        let kept = text.replace("c,M,mira,\"a\r\nb\"\r\nc,M,mira,x\r\n", "");
        assert_eq!(String::from_utf8(place("to").read().unwrap()).unwrap(), kept);
        place("t.csv").stage(b"date,count\n2026-01-01,7\n").unwrap();
        let none = csv(&place("t.csv"), &place("none"), &retired(Mode::Remove)).unwrap();
        assert!(none.is_nothing() && !place("none").exists().unwrap());
    }

    #[test]
    fn exports_and_documents_lose_what_names_somebody() {
        let retired = retired(Mode::Pseudonymise);
        let judged = |judge: Judge, line: &str| {
            let mut line = line.as_bytes().to_vec();
            (judge(&retired, &mut line), String::from_utf8(line).unwrap())
        };
        let line = "{\"username\": \"mira\"}\n";
        assert_eq!(judged(&exported, line).0, Outcome::Gone);
        assert_eq!(judged(&exported, "mira\n").0, Outcome::Same);
        let document = r#"{"_id":"c|mira","_source":{"user_id":7,"username":"mira"}}"#;
        assert_eq!(judged(&documents, document).0, Outcome::Gone);
        assert_eq!(
            judged(&documents, &document.replace("mira", "zoe").replace(":7", ":8")).0,
            Outcome::Same
        );
        let (outcome, event) = judged(&own_events, "{\"event\":{\"user_id\":7,\"x\":7}}\n");
        assert_eq!(
            (outcome, event.as_str()),
            (Outcome::Changed, "{\"event\":{\"user_id\":-5,\"x\":7}}\n")
        );
    }
}
