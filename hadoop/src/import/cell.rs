//! One value on its way from the database into an Avro file.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeTuple, Serializer};

/// A value as Avro holds it: NULL, or one of the types that Sqoop's import uses.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

impl Cell<'_> {
    /// Appends the bytes that the table's checksum is made of: a mark for NULL or not, then the value
    /// led by its length. Numbers of one value give the same bytes, whatever their width.
    pub fn canonical(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(0),
            Self::Boolean(value) => known(out, &[u8::from(*value)]),
            Self::Int(value) => known(out, &i64::from(*value).to_be_bytes()),
            Self::Long(value) => known(out, &value.to_be_bytes()),
            Self::Float(value) => known(out, &f64::from(*value).to_be_bytes()),
            Self::Double(value) => known(out, &value.to_be_bytes()),
            Self::Text(value) => known(out, value.as_bytes()),
            Self::Bytes(value) => known(out, value),
        }
    }
}

fn known(out: &mut Vec<u8>, value: &[u8]) {
    out.push(1);
    out.extend_from_slice(&(value.len() as u64).to_be_bytes());
    out.extend_from_slice(value);
}

/// Serialises into a union of null and one type.
impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => out.serialize_none(),
            Self::Boolean(value) => out.serialize_some(value),
            Self::Int(value) => out.serialize_some(value),
            Self::Long(value) => out.serialize_some(value),
            Self::Float(value) => out.serialize_some(value),
            Self::Double(value) => out.serialize_some(value),
            Self::Text(value) => out.serialize_some(value.as_ref()),
            Self::Bytes(value) => out.serialize_some(&Raw(value)),
        }
    }
}

struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_bytes(self.0)
    }
}

/// The cells of one row, in the order of the record's fields.
pub(super) struct Row<'a> {
    /// The name of the first field; apache-avro takes a tuple of one for the field itself, so a record
    /// of one field goes by its name.
    pub first: &'a str,
    pub cells: &'a [Cell<'a>],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if let [only] = self.cells {
            let mut record = out.serialize_map(Some(1))?;
            record.serialize_entry(self.first, only)?;
            return record.end();
        }
        let mut record = out.serialize_tuple(self.cells.len())?;
        for cell in self.cells {
            record.serialize_element(cell)?;
        }
        record.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(cell: &Cell) -> Vec<u8> {
        let mut out = Vec::new();
        cell.canonical(&mut out);
        out
    }

    #[test]
    fn the_width_of_a_number_does_not_show() {
        assert_eq!(canonical(&Cell::Int(-3)), canonical(&Cell::Long(-3)));
        assert_eq!(canonical(&Cell::Float(0.5)), canonical(&Cell::Double(0.5)));
    }

    #[test]
    fn null_and_empty_differ() {
        assert_ne!(canonical(&Cell::Null), canonical(&Cell::Text("".into())));
    }

    #[test]
    fn a_text_cannot_run_into_the_next() {
        let row = |a: &'static str, b: &'static str| {
            [canonical(&Cell::Text(a.into())), canonical(&Cell::Text(b.into()))].concat()
        };
        assert_ne!(row("ab", "c"), row("a", "bc"));
    }
}
