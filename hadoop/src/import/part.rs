//! One part file of a table: rows into Avro blocks or lines of a dump, counted and summed on the way.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use apache_avro::{Codec, DeflateSettings, Writer};
use sha2::{Digest, Sha256};

use super::ImportError;
use super::cell::{Cell, Row};
use super::column::Raw;
use super::dump;
use super::options::{Compression, Format};
use super::shape::Shape;

/// Uncompressed bytes of a block; as much as is held in memory of a part besides its longest row.
const BLOCK: usize = 64 * 1024;

/// What was written, of a part or of a whole table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub rows: u64,
    /// For each column, the rows that hold NULL in it.
    pub nulls: Vec<u64>,
    /// The sum, modulo 2^128, of the first 16 bytes of each row's SHA-256: the same in whatever order
    /// and parts the rows come.
    pub checksum: u128,
    pub bytes: u64,
}

impl Tally {
    pub fn add(&mut self, part: &Self) {
        self.rows += part.rows;
        self.bytes += part.bytes;
        self.checksum = self.checksum.wrapping_add(part.checksum);
        self.nulls.resize(part.nulls.len(), 0);
        for (sum, nulls) in self.nulls.iter_mut().zip(&part.nulls) {
            *sum += nulls;
        }
    }
}

/// Makes a file of an import. The only place that does, so that other storage can stand in.
pub(super) fn create(path: &Path) -> Result<File, ImportError> {
    File::create(path).map_err(|error| ImportError::write(path, error))
}

/// Where rows go.
enum Sink<'a> {
    Avro(Box<Writer<'a, BufWriter<File>>>),
    Dump(BufWriter<File>, Vec<u8>),
}

/// A part file that is being written.
pub(super) struct Part<'a> {
    shape: &'a Shape,
    path: &'a Path,
    sink: Sink<'a>,
    tally: Tally,
    canonical: Vec<u8>,
}

impl<'a> Sink<'a> {
    fn avro(
        shape: &'a Shape,
        compression: Compression,
        file: BufWriter<File>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let codec = match compression {
            Compression::None => Codec::Null,
            Compression::Deflate => Codec::Deflate(DeflateSettings::default()),
            Compression::Snappy => Codec::Snappy,
        };
        let writer = Writer::builder()
            .schema(&shape.schema)
            .writer(file)
            .codec(codec)
            .block_size(BLOCK)
            .build()?;
        Ok(Self::Avro(Box::new(writer)))
    }
}

impl<'a> Part<'a> {
    pub fn create(shape: &'a Shape, path: &'a Path) -> Result<Self, ImportError> {
        let file = BufWriter::new(create(path)?);
        let sink = match shape.options.format {
            Format::Avro(compression) => Sink::avro(shape, compression, file),
            Format::Dump => Ok(Sink::Dump(file, Vec::new())),
            Format::Text => Err("only Sqoop writes this text".into()),
        };
        let sink = sink.map_err(|cause| ImportError::Write { path: path.to_owned(), cause })?;
        let tally = Tally { nulls: vec![0; shape.columns.len()], ..Tally::default() };
        Ok(Self { shape, path, sink, tally, canonical: Vec::new() })
    }

    /// Appends one row; `values` are in the order of the columns.
    pub fn append<'v>(&mut self, values: impl Iterator<Item = Raw<'v>>) -> Result<(), ImportError> {
        let mut cells = Vec::with_capacity(self.shape.columns.len());
        for (column, raw) in self.shape.columns.iter().zip(values) {
            cells.push(column.cell(raw).map_err(|what| self.misfit(&column.name, what))?);
        }
        self.count(&cells);
        match &mut self.sink {
            Sink::Avro(writer) => {
                let row = Row { first: &self.shape.columns[0].name, cells: &cells };
                writer.append_ser(row).map_err(|error| ImportError::write(self.path, error))?;
            }
            Sink::Dump(file, line) => {
                line.clear();
                dump::append(&self.shape.columns, &cells, line);
                file.write_all(line).map_err(|error| ImportError::write(self.path, error))?;
            }
        }
        Ok(())
    }

    fn count(&mut self, cells: &[Cell]) {
        self.canonical.clear();
        for (cell, nulls) in cells.iter().zip(&mut self.tally.nulls) {
            cell.canonical(&mut self.canonical);
            *nulls += u64::from(*cell == Cell::Null);
        }
        let digest = Sha256::digest(&self.canonical);
        let sum = digest.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte));
        self.tally.checksum = self.tally.checksum.wrapping_add(sum);
        self.tally.rows += 1;
    }

    /// Writes what is pending and makes it last.
    pub fn finish(self) -> Result<Tally, ImportError> {
        let Self { path, sink, mut tally, .. } = self;
        let file = match sink {
            Sink::Avro(writer) => {
                writer.into_inner().map_err(|error| ImportError::write(path, error))?
            }
            Sink::Dump(file, _) => file,
        };
        tally.bytes = synced(file).map_err(|error| ImportError::write(path, error))?;
        Ok(tally)
    }

    fn misfit(&self, column: &str, what: String) -> ImportError {
        ImportError::Value {
            table: self.shape.options.table.clone(),
            column: column.to_owned(),
            file: self.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            row: self.tally.rows + 1,
            what,
        }
    }
}

fn synced(mut file: BufWriter<File>) -> io::Result<u64> {
    file.flush()?;
    file.get_ref().sync_all()?;
    Ok(file.get_ref().metadata()?.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use apache_avro::Reader;
    use apache_avro::types::Value;

    use super::*;
    use crate::import::options::Options;
    use crate::import::shape::{SourceColumn, SourceTable};

    fn shape(columns: &[(&str, &str)], lines: &str) -> Shape {
        let column = |&(name, declared): &(&str, &str)| SourceColumn {
            name: name.to_owned(),
            declared: declared.to_owned(),
            nullable: true,
        };
        let source = SourceTable { columns: columns.iter().map(column).collect(), key: None };
        let text = format!("--table\nt\n--as-avrodatafile\n{lines}");
        let options = Options::parse(Path::new("t.options"), &text).unwrap();
        Shape::find(&options, None, &source, &mut Vec::new()).unwrap()
    }

    fn written(shape: &Shape, rows: &[Vec<Raw<'static>>]) -> (Tally, Vec<Value>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        let mut part = Part::create(shape, &path).unwrap();
        for row in rows {
            part.append(row.iter().cloned()).unwrap();
        }
        let tally = part.finish().unwrap();
        let values =
            Reader::new(File::open(&path).unwrap()).unwrap().collect::<Result<_, _>>().unwrap();
        (tally, values)
    }

    #[test]
    fn every_type_and_null_come_back() {
        let declared = ["tinyint(1)", "int", "bigint", "float", "double", "text", "blob"];
        let columns: Vec<_> =
            ["a", "b", "c", "d", "e", "f", "g"].into_iter().zip(declared).collect();
        let row = vec![
            Raw::Int(1),
            Raw::Int(-2),
            Raw::Int(1 << 40),
            Raw::Float(0.5),
            Raw::Double(0.1),
            Raw::Bytes("a\t\u{1}\n😀".as_bytes()),
            Raw::Bytes(b"\xff\0"),
        ];
        for compression in ["", "--compress", "--compress\n--compression-codec\nsnappy"] {
            let shape = shape(&columns, compression);
            let (tally, values) = written(&shape, &[row.clone(), vec![Raw::Null; 7]]);
            let expected = [
                Value::Boolean(true),
                Value::Int(-2),
                Value::Long(1 << 40),
                Value::Float(0.5),
                Value::Double(0.1),
                Value::String("a\t\u{1}\n😀".to_owned()),
                Value::Bytes(b"\xff\0".to_vec()),
            ];
            let union = |at, value| Value::Union(at, Box::new(value));
            let record = |values: Vec<Value>| {
                Value::Record(columns.iter().map(|c| c.0.to_owned()).zip(values).collect())
            };
            assert_eq!(
                values[0],
                record(expected.into_iter().map(|value| union(1, value)).collect())
            );
            assert_eq!(values[1], record(vec![union(0, Value::Null); 7]));
            assert_eq!((tally.rows, tally.nulls), (2, vec![1; 7]));
        }
    }

    #[test]
    fn a_table_of_one_column_is_a_record_too() {
        let (_, values) =
            written(&shape(&[("only", "int")], ""), &[vec![Raw::Int(3)], vec![Raw::Null]]);
        let record =
            |at, value| Value::Record(vec![("only".to_owned(), Value::Union(at, Box::new(value)))]);
        assert_eq!(values, [record(1, Value::Int(3)), record(0, Value::Null)]);
    }

    #[test]
    fn no_rows_are_a_file_all_the_same() {
        let (tally, values) = written(&shape(&[("id", "int")], ""), &[]);
        assert!(values.is_empty() && tally.rows == 0 && tally.bytes > 0);
    }

    #[test]
    fn the_checksum_knows_rows_not_their_order() {
        let shape = shape(&[("id", "int"), ("x", "text")], "");
        let row = |id, text: &'static str| vec![Raw::Int(id), Raw::Bytes(text.as_bytes())];
        let sum = |rows: &[_]| written(&shape, rows).0.checksum;
        assert_eq!(sum(&[row(1, "a"), row(2, "b")]), sum(&[row(2, "b"), row(1, "a")]));
        assert_ne!(sum(&[row(1, "a"), row(2, "b")]), sum(&[row(1, "b"), row(2, "a")]));
        let mut parts = Tally::default();
        parts.add(&written(&shape, &[row(1, "a")]).0);
        parts.add(&written(&shape, &[row(2, "b")]).0);
        assert_eq!((parts.checksum, parts.rows), (sum(&[row(1, "a"), row(2, "b")]), 2));
    }

    #[test]
    fn a_value_that_does_not_fit_names_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part-m-00002.avro");
        let shape = shape(&[("id", "int")], "");
        let mut part = Part::create(&shape, &path).unwrap();
        part.append([Raw::Int(1)].into_iter()).unwrap();
        let error = part.append([Raw::Bytes(b"secret")].into_iter()).unwrap_err();
        assert_eq!(error.to_string(), "t.id, row 2 of part-m-00002.avro: is no whole number");
    }

    #[test]
    fn a_full_disk_is_told() {
        let shape = shape(&[("id", "text")], "");
        let mut part = Part::create(&shape, Path::new("/dev/full")).unwrap();
        let text = "x".repeat(BLOCK * 2);
        let lost = part
            .append([Raw::Bytes(text.as_bytes())].into_iter())
            .and_then(|()| part.finish().map(|_| ()));
        let message = lost.unwrap_err().to_string();
        assert!(
            message.starts_with("cannot write /dev/full: ") && message.contains("No space"),
            "{message}"
        );
    }
}
