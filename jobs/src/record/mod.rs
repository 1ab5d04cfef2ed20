//! Typed records and their text form (spec 20 §10): what a row may hold is said once, as a schema,
//! and checked wherever a record is made, written or read.

pub mod field;
pub mod mapper;
mod value;

pub use field::{Field, FieldType};
pub use value::Value;

/// Named fields in order: that of the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema(Vec<Field>);

/// One row: a value for every field of a schema, each of them checked.
#[derive(Clone, Debug)]
pub struct Record<'s> {
    schema: &'s Schema,
    values: Vec<Value>,
}

/// How the cells of a row are written and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoding<'a> {
    /// The cell of a null.
    pub null: &'a str,
    /// Whether runs of ASCII white space become one blank in every text, not only where the field
    /// asks for it.
    pub normalize_white_space: bool,
}

impl Default for Encoding<'_> {
    fn default() -> Self {
        Self { null: "\\N", normalize_white_space: false }
    }
}

/// Why there is no schema or no record.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecordError {
    /// A field was declared with no room for any text.
    #[error("field `{0}` has length 0")]
    NoLength(String),
    /// More values were given by position than there are fields.
    #[error("{given} values were given for {fields} fields")]
    TooMany {
        /// How many values.
        given: usize,
        /// How many fields.
        fields: usize,
    },
    /// A value was given for a field that is not there.
    #[error("there is no field `{0}`")]
    Unknown(String),
    /// A field was given twice.
    #[error("field `{0}` was given twice")]
    Twice(String),
    /// A field was not given.
    #[error("field `{0}` is missing")]
    Missing(String),
    /// A value does not fit its field.
    #[error("field `{field}` cannot hold {value:?}")]
    Invalid {
        /// The field.
        field: String,
        /// The value.
        value: Value,
    },
    /// A cell of a line cannot be read.
    #[error("field `{field}` cannot be read from `{cell}`")]
    Unreadable {
        /// The field.
        field: String,
        /// The cell.
        cell: String,
    },
    /// A line has another number of cells than the schema has fields.
    #[error("the line has {cells} cells and not {fields}")]
    Width {
        /// How many cells.
        cells: usize,
        /// How many fields.
        fields: usize,
    },
}

impl Schema {
    /// A schema of these fields.
    ///
    /// # Errors
    /// When a field has length 0, or two have the same name.
    pub fn new(fields: Vec<Field>) -> Result<Self, RecordError> {
        for (at, field) in fields.iter().enumerate() {
            if field.length == Some(0) {
                return Err(RecordError::NoLength(field.name.clone()));
            }
            if fields[..at].iter().any(|earlier| earlier.name == field.name) {
                return Err(RecordError::Twice(field.name.clone()));
            }
        }
        Ok(Self(fields))
    }

    /// The fields.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.0
    }

    /// A record of values given by position, then by name.
    ///
    /// # Errors
    /// When a field is missing, unknown or given twice, or a value does not fit.
    pub fn record(
        &self,
        values: Vec<Value>,
        named: Vec<(String, Value)>,
    ) -> Result<Record<'_>, RecordError> {
        let missing = |(field, value): (&Field, Option<Value>)| {
            value.ok_or_else(|| RecordError::Missing(field.name.clone()))
        };
        let given = self.given(values, named)?;
        let values = self.0.iter().zip(given).map(missing).collect::<Result<_, _>>()?;
        self.checked(values)
    }

    /// As [`Schema::record`], with null for every field that is missing.
    ///
    /// # Errors
    /// When a field is unknown or given twice, or a value does not fit.
    pub fn sparse_record(
        &self,
        values: Vec<Value>,
        named: Vec<(String, Value)>,
    ) -> Result<Record<'_>, RecordError> {
        let given = self.given(values, named)?;
        self.checked(given.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Reads a line of TAB-separated cells, line ends at its end removed. Nothing is unescaped.
    ///
    /// # Errors
    /// When the number of cells is wrong, or a cell cannot be read or does not fit.
    pub fn read(&self, line: &str, encoding: &Encoding) -> Result<Record<'_>, RecordError> {
        let line = line.trim_end_matches(['\r', '\n']);
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != self.0.len() {
            return Err(RecordError::Width { cells: cells.len(), fields: self.0.len() });
        }
        let read = |(field, cell): (&Field, &&str)| {
            if *cell == encoding.null { Some(Value::Null) } else { field.kind.read(cell) }
                .ok_or_else(|| RecordError::Unreadable {
                    field: field.name.clone(),
                    cell: (*cell).to_owned(),
                })
        };
        self.checked(self.0.iter().zip(&cells).map(read).collect::<Result<_, _>>()?)
    }

    /// What was given for each field.
    fn given(
        &self,
        values: Vec<Value>,
        named: Vec<(String, Value)>,
    ) -> Result<Vec<Option<Value>>, RecordError> {
        let (given, fields) = (values.len(), self.0.len());
        if given > fields {
            return Err(RecordError::TooMany { given, fields });
        }
        let mut slots: Vec<Option<Value>> = values.into_iter().map(Some).collect();
        slots.resize(fields, None);
        for (name, value) in named {
            let Some(at) = self.position(&name) else { return Err(RecordError::Unknown(name)) };
            if slots[at].replace(value).is_some() {
                return Err(RecordError::Twice(name));
            }
        }
        Ok(slots)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|field| field.name == name)
    }

    fn checked(&self, values: Vec<Value>) -> Result<Record<'_>, RecordError> {
        match self.0.iter().zip(&values).find(|(field, value)| !field.accepts(value)) {
            Some((field, value)) => {
                Err(RecordError::Invalid { field: field.name.clone(), value: value.clone() })
            }
            None => Ok(Record { schema: self, values }),
        }
    }
}

impl<'s> Record<'s> {
    /// The values in the order of the fields.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(self.schema.position(name)?)
    }

    /// A copy with other values for some fields.
    ///
    /// # Errors
    /// When a field is unknown, or a value does not fit.
    pub fn replace(&self, changes: Vec<(String, Value)>) -> Result<Record<'s>, RecordError> {
        let mut values = self.values.clone();
        for (name, value) in changes {
            let at = self.schema.position(&name).ok_or(RecordError::Unknown(name))?;
            values[at] = value;
        }
        self.schema.checked(values)
    }

    /// The cells of the record's row. TAB, LF and CR in a text that is not normalised are left to the
    /// writer of rows, which makes blanks of them and counts (spec 01 §1).
    #[must_use]
    pub fn cells(&self, encoding: &Encoding) -> Vec<String> {
        let cell = |(field, value): (&Field, &Value)| match value {
            Value::Null => encoding.null.to_owned(),
            _ => field.write(value, encoding.normalize_white_space),
        };
        self.schema.0.iter().zip(&self.values).map(cell).collect()
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.schema.0.iter().map(|field| field.name.as_str()).zip(&self.values)
    }
}

/// Records are equal when their names and values are, in order, whatever the fields allow.
impl PartialEq for Record<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.pairs().eq(other.pairs())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn schema() -> Schema {
        let name = Field::new("name", FieldType::Text);
        let count = Field::new("count", FieldType::Integer).required();
        Schema::new(vec![name, count]).unwrap()
    }

    fn named(name: &str, value: Value) -> Vec<(String, Value)> {
        vec![(name.to_owned(), value)]
    }

    #[test]
    fn a_record_has_a_value_for_every_field() {
        let schema = schema();
        let record =
            schema.record(vec![Value::from("a")], named("count", Value::Integer(7))).unwrap();
        assert_eq!(record.values(), [Value::from("a"), Value::Integer(7)]);
        assert_eq!(record.get("count"), Some(&Value::Integer(7)));
        assert_eq!(record.get("other"), None);
    }

    #[test]
    fn errors_name_the_field() {
        let schema = schema();
        let error = |values, named| schema.record(values, named).unwrap_err().to_string();
        let seven = Value::Integer(7);
        assert_eq!(error(vec![], named("count", seven.clone())), "field `name` is missing");
        assert_eq!(
            error(vec![Value::Null], named("size", seven.clone())),
            "there is no field `size`"
        );
        assert_eq!(
            error(vec![Value::Null], named("name", Value::Null)),
            "field `name` was given twice"
        );
        assert_eq!(
            error(vec![seven.clone(), seven.clone()], vec![]),
            "field `name` cannot hold Integer(7)"
        );
        assert_eq!(error(vec![Value::Null; 3], vec![]), "3 values were given for 2 fields");
        assert!(schema.sparse_record(vec![], vec![]).is_err(), "null in a required field");
        assert_eq!(
            schema.read("a\tx", &Encoding::default()).unwrap_err().to_string(),
            "field `count` cannot be read from `x`",
        );
    }

    #[test]
    fn a_row_reads_back() {
        let schema = schema();
        let encoding = Encoding { null: "-", normalize_white_space: true };
        let record =
            schema.record(vec![Value::from("a \t b"), Value::Integer(-7)], vec![]).unwrap();
        assert_eq!(record.cells(&encoding), ["a b", "-7"]);
        assert_eq!(record.cells(&Encoding::default()), ["a \t b", "-7"]);
        let read = schema.read("-\t -7\r\n", &encoding).unwrap();
        assert_eq!(read, record.replace(named("name", Value::Null)).unwrap());
    }

    #[test]
    fn a_name_stands_for_one_field() {
        let twice = vec![Field::new("a", FieldType::Text), Field::new("a", FieldType::Date)];
        assert_eq!(Schema::new(twice), Err(RecordError::Twice("a".to_owned())));
        assert!(schema().record(vec![Value::Null, Value::Null], vec![]).is_err());
    }
}
