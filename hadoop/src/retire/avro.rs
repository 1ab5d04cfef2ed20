//! Avro files of imports without those who have left: the same schema, codec and sync mark.

use super::receipt::Counts;
use super::rewrite::tail;
use crate::error::Drive;
use crate::rows::RowsError;
use crate::storage::Place;
use apache_avro::types::Value;
use apache_avro::{Codec, DeflateSettings, Reader, Writer, ZstandardSettings};
use jobs::retired::{Fate, LISTING, Mode, Outcome, Person, Retired, person};
use jobs::table::Kind;
use std::collections::HashMap;
use std::io::{BufReader, BufWriter, Read};

/// Bytes of an Avro file's mark between blocks, which also ends the file.
const MARK: usize = 16;
/// Bytes in which a file's head names its codec: behind a schema of hundreds of columns.
const HEAD: u64 = 256 * 1024;

type Records = Reader<'static, BufReader<Box<dyn Read + Send>>>;

/// Writes an Avro file of an LMS table to `to` where somebody is found in it.
///
/// # Errors
/// When it cannot be read or written, or is no Avro.
pub fn avro(file: &Place, to: &Place, table: &str, retired: &Retired) -> Drive<Counts> {
    let mut counts = Counts::default();
    for record in open(file)? {
        match judge(&mut record.map_err(unread(file))?, table, retired) {
            Outcome::Same => {}
            Outcome::Changed => counts.changed += 1,
            Outcome::Gone => counts.removed += 1,
        }
    }
    if !counts.is_nothing() {
        counts.files = 1;
        write(file, to, table, retired)?;
    }
    Ok(counts)
}

fn write(file: &Place, to: &Place, table: &str, retired: &Retired) -> Drive<()> {
    let records = open(file)?;
    let schema = records.writer_schema().clone();
    let metadata: HashMap<_, _> = records
        .user_metadata()
        .iter()
        .map(|(name, value)| (name.clone(), Value::Bytes(value.clone())))
        .collect();
    let mut out = Writer::builder()
        .schema(&schema)
        .writer(BufWriter::new(to.create()?))
        .codec(codec(file)?)
        .marker(marker(file)?)
        .user_metadata(metadata)
        .build()
        .map_err(unwritten(to))?;
    for record in records {
        let mut record = record.map_err(unread(file))?;
        if judge(&mut record, table, retired) != Outcome::Gone {
            out.append_value(record).map_err(unwritten(to))?;
        }
    }
    let written = out.into_inner().map_err(unwritten(to))?;
    let written = written.into_inner().map_err(|e| to.refused("write")(e.into_error()))?;
    Ok(written.close().map_err(to.refused("write"))?)
}

fn open(file: &Place) -> Drive<Records> {
    Ok(Reader::new(BufReader::new(file.open(0)?)).map_err(unread(file))?)
}

/// The codec that the file's head names.
fn codec(file: &Place) -> Drive<Codec> {
    let mut head = Vec::new();
    file.open(0)?.take(HEAD).read_to_end(&mut head).map_err(file.refused("read"))?;
    // Before a name stands its length, which tells it from longer ones.
    const KEY: &[u8] = b"\x14avro.codec";
    let name = memchr::memmem::find(&head, KEY).map(|at| &head[at + KEY.len()..]);
    // One byte tells its length.
    let name = name.and_then(|rest| rest.get(1..)).unwrap_or_default();
    Ok(match name {
        _ if name.starts_with(b"deflate") => Codec::Deflate(DeflateSettings::default()),
        _ if name.starts_with(b"snappy") => Codec::Snappy,
        _ if name.starts_with(b"zstandard") => Codec::Zstandard(ZstandardSettings::default()),
        _ => Codec::Null,
    })
}

fn marker(file: &Place) -> Drive<[u8; MARK]> {
    let size = file.about()?.map_or(0, |about| about.size);
    let tail = tail(file, size, MARK as u64)?;
    let short = || unread(file)("the file is cut off".to_owned());
    Ok(tail.try_into().map_err(|_| short())?)
}

fn unread<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    file: &Place,
) -> impl Fn(E) -> RowsError {
    let place = file.address();
    move |cause| RowsError::Read { place: place.clone(), cause: cause.into() }
}

fn unwritten(to: &Place) -> impl Fn(apache_avro::Error) -> RowsError {
    let place = to.address();
    move |cause| RowsError::Write { place: place.clone(), cause: std::io::Error::other(cause) }
}

/// What becomes of a record.
fn judge(record: &mut Value, table: &str, retired: &Retired) -> Outcome {
    let Value::Record(fields) = record else { return Outcome::Same };
    let column = |name: &str| person(table, &name.to_lowercase(), Kind::LongText);
    let fate = fields.iter().find_map(|(name, value)| fate(column(name)?, value, retired));
    let Some(fate) = fate else { return Outcome::Same };
    if LISTING.contains(&table) || fate.mode() == Mode::Remove {
        return Outcome::Gone;
    }
    for (name, value) in fields {
        if let Some(person) = column(name) {
            replace(person, value, fate);
        }
    }
    Outcome::Changed
}

fn fate(person: Person, value: &Value, retired: &Retired) -> Option<Fate> {
    match value {
        Value::Union(_, value) => fate(person, value, retired),
        Value::Int(number) => retired.fate_by(person, number.to_string().as_bytes()),
        Value::Long(number) => retired.fate_by(person, number.to_string().as_bytes()),
        Value::String(text) => retired.fate_by(person, text.as_bytes()),
        _ => None,
    }
}

fn replace(person: Person, value: &mut Value, fate: Fate) {
    match (value, person) {
        (Value::Union(_, value), person) => replace(person, value, fate),
        (Value::Int(number), Person::UserId) => {
            *number = i32::try_from(fate.user_id()).unwrap_or(i32::MIN);
        }
        (Value::Long(number), Person::UserId) => *number = fate.user_id(),
        (Value::String(text), Person::UserId) => *text = fate.user_id().to_string(),
        (Value::String(text), Person::Username) => *text = fate.username(),
        (Value::String(text), Person::Private) => text.clear(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use apache_avro::Schema;
    use jobs::testkit::retired;

    const SCHEMA: &str = r#"{"type":"record","name":"r","fields":[
        {"name":"user_id","type":["null","int"]},{"name":"name","type":["null","string"]},
        {"name":"gender","type":["null","string"]}]}"#;

    fn record(id: i32, name: &str) -> Value {
        let some = |value| Value::Union(1, Box::new(value));
        Value::Record(vec![
            ("user_id".to_owned(), some(Value::Int(id))),
            ("name".to_owned(), some(Value::String(name.to_owned()))),
            ("gender".to_owned(), Value::Union(0, Box::new(Value::Null))),
        ])
    }

    #[test]
    fn a_file_keeps_all_but_the_learner() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| Place::from(dir.path().join(name).as_path());
        let schema = Schema::parse_str(SCHEMA).unwrap();
        let write = |name: &str, codec: Codec, records: &[Value]| {
            let mark = [3; MARK];
            let out =
                Writer::builder().schema(&schema).writer(Vec::new()).codec(codec).marker(mark);
            let mut out = out.build().unwrap();
            for record in records {
                out.append_value(record.clone()).unwrap();
            }
            place(name).stage(&out.into_inner().unwrap()).unwrap();
        };
        let codecs = [
            Codec::Null,
            Codec::Deflate(DeflateSettings::default()),
            Codec::Snappy,
            Codec::Zstandard(ZstandardSettings::default()),
        ];
        for codec in codecs {
            write("p.avro", codec, &[record(8, "Zoe"), record(7, "Mira"), record(70, "Mira")]);
            write("kept.avro", codec, &[record(8, "Zoe"), record(-5, ""), record(70, "Mira")]);
            write("gone.avro", codec, &[record(8, "Zoe"), record(70, "Mira")]);
            for (mode, made) in [(Mode::Pseudonymise, "kept.avro"), (Mode::Remove, "gone.avro")] {
                let to = place("to.avro");
                let counts =
                    avro(&place("p.avro"), &to, "auth_userprofile", &retired(mode)).unwrap();
                assert_eq!((counts.files, counts.changed + counts.removed), (1, 1));
                let read = |file: &Place| -> Vec<Value> {
                    open(file).unwrap().map(Result::unwrap).collect()
                };
                assert_eq!(read(&to), read(&place(made)), "{codec:?}");
                assert_eq!(super::codec(&to).unwrap(), codec);
                assert_eq!(marker(&to).unwrap(), [3; MARK]);
                to.remove().unwrap();
                let none = avro(&place(made), &to, "auth_userprofile", &retired(mode)).unwrap();
                assert!(none.is_nothing() && !to.exists().unwrap());
            }
        }
    }
}
