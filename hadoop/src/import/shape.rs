//! What a table's import looks like: its columns, its Avro schema, the column that splits it; and the
//! differences from what is expected, found before anything is written.

use apache_avro::Schema;
use jobs::table::Table;
use serde_json::json;

use super::column::{Column, Native, Target, kind_name};
use super::options::{Format, JavaType, Options};
use super::{Difference, ImportError};

/// A table as its database describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SourceTable {
    pub columns: Vec<SourceColumn>,
    /// The primary key, if it is one column.
    pub key: Option<String>,
}

/// A column as its database describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceColumn {
    pub name: String,
    pub declared: String,
    pub nullable: bool,
}

/// The column whose ranges the parts of a table are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SplitColumn {
    pub name: String,
    pub nullable: bool,
}

/// Everything that is known of a table before its rows are read.
#[derive(Debug)]
pub(super) struct Shape {
    pub options: Options,
    pub columns: Vec<Column>,
    pub split: Option<SplitColumn>,
    pub schema: Schema,
}

impl Shape {
    /// Joins what the option file asks for, what the jobs expect and what the database has; every
    /// difference is appended to `drift`.
    pub fn find(
        options: &Options,
        expected: Option<&Table>,
        source: &SourceTable,
        drift: &mut Vec<Difference>,
    ) -> Result<Self, ImportError> {
        let comparison = Comparison { options, expected, source };
        let columns: Vec<_> = comparison
            .wanted()
            .into_iter()
            .filter_map(|name| comparison.column(name, drift))
            .collect();
        let split = comparison.split(drift);
        let schema = schema(&options.table, &columns)?;
        Ok(Self { options: options.clone(), columns, split, schema })
    }

    /// What is wrong with the order of the table's columns, where it is not that of the shape's.
    pub fn order_differs(&self, source: &SourceTable) -> Option<Difference> {
        let wanted: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let found: Vec<_> = source.columns.iter().map(|column| column.name.as_str()).collect();
        let alike = wanted.len() == found.len()
            && wanted.iter().zip(&found).all(|(one, other)| one.eq_ignore_ascii_case(other));
        let expected =
            || format!("columns {} for Sqoop's dump (or lms.engine: native)", wanted.join(", "));
        (!alike).then(|| Difference::of_table(&self.options.table, &expected(), &found.join(", ")))
    }
}

struct Comparison<'a> {
    options: &'a Options,
    expected: Option<&'a Table>,
    source: &'a SourceTable,
}

impl<'a> Comparison<'a> {
    fn wanted(&self) -> Vec<&'a str> {
        // A dump has no names: its readers go by the order of its columns.
        if let (Format::Dump, Some(table)) = (self.options.format, self.expected) {
            return table.columns.iter().map(|column| column.name).collect();
        }
        if self.options.columns.is_empty() {
            return self.source.columns.iter().map(|column| column.name.as_str()).collect();
        }
        self.options.columns.iter().map(String::as_str).collect()
    }

    fn source(&self, name: &str) -> Option<&'a SourceColumn> {
        self.source.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// What should stand in the column, in words.
    fn expectation(&self, name: &str) -> &'static str {
        let known =
            self.expected.and_then(|table| table.columns.iter().find(|column| column.name == name));
        known.map_or("a column of a plain type", |column| kind_name(column.kind))
    }

    fn column(&self, name: &str, drift: &mut Vec<Difference>) -> Option<Column> {
        let differs = |expected: &str, found: &str| Difference {
            table: self.options.table.clone(),
            column: Some(name.to_owned()),
            expected: expected.to_owned(),
            found: found.to_owned(),
        };
        let Some(source) = self.source(name) else {
            drift.push(differs(self.expectation(name), "no such column"));
            return None;
        };
        let mut java = self.options.java_types.get(name).copied();
        let native =
            Native::parse(&source.declared).filter(|&native| self.is_expected(name, native));
        let Some(native) = native else {
            drift.push(differs(self.expectation(name), declared(source)));
            return None;
        };
        let keeps_zero = self.options.format == Format::Dump;
        if keeps_zero && native.is_time() {
            java = Some(JavaType::String);
        }
        let Some(target) = Target::of(native, java) else {
            drift.push(differs("a type that --map-column-java fits", declared(source)));
            return None;
        };
        Some(Column { name: name.to_owned(), native, target, keeps_zero })
    }

    fn is_expected(&self, name: &str, native: Native) -> bool {
        let known =
            self.expected.and_then(|table| table.columns.iter().find(|column| column.name == name));
        known.is_none_or(|column| native.holds(column.kind))
    }

    fn split(&self, drift: &mut Vec<Difference>) -> Option<SplitColumn> {
        let name = self.options.split_by.as_ref().or(self.source.key.as_ref())?;
        let source = self.source(name);
        let splits = source
            .filter(|source| Native::parse(&source.declared).is_some_and(Native::is_whole_number));
        if splits.is_none() && self.options.split_by.is_some() {
            drift.push(Difference {
                table: self.options.table.clone(),
                column: Some(name.clone()),
                expected: "a whole number to split by".to_owned(),
                found: source.map_or("no such column", declared).to_owned(),
            });
        }
        splits.map(|source| SplitColumn { name: source.name.clone(), nullable: source.nullable })
    }
}

fn declared(source: &SourceColumn) -> &str {
    if source.declared.is_empty() { "a column without a type" } else { &source.declared }
}

/// The schema that Sqoop gives to a table: a record of its name, every field null or its type.
fn schema(table: &str, columns: &[Column]) -> Result<Schema, ImportError> {
    let field = |column: &Column| {
        json!({
            "name": column.name,
            "type": ["null", column.target.avro()],
            "default": null,
            "columnName": column.name,
        })
    };
    let record = json!({
        "type": "record",
        "name": table,
        "doc": format!("Import of {table}"),
        "fields": columns.iter().map(field).collect::<Vec<_>>(),
        "tableName": table,
    });
    Schema::parse(&record)
        .map_err(|error| ImportError::Source(format!("no Avro schema for {table}: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;
    use jobs::table::Kind;

    fn source(columns: &[(&str, &str)], key: Option<&str>) -> SourceTable {
        let column = |&(name, declared): &(&str, &str)| SourceColumn {
            name: name.to_owned(),
            declared: declared.to_owned(),
            nullable: false,
        };
        SourceTable { columns: columns.iter().map(column).collect(), key: key.map(str::to_owned) }
    }

    fn find(lines: &str, source: &SourceTable) -> (Shape, Vec<String>) {
        let options =
            Options::parse(Path::new("t.options"), &format!("{lines}\n--as-avrodatafile")).unwrap();
        let expected = jobs::lms::find(&options.table).map(|table| &table.staged);
        let mut drift = Vec::new();
        let shape = Shape::find(&options, expected, source, &mut drift).unwrap();
        (shape, drift.iter().map(Difference::to_string).collect())
    }

    #[test]
    fn the_schema_is_sqoops() {
        let (shape, drift) =
            find("--table\nt", &source(&[("id", "int"), ("name", "text")], Some("id")));
        assert!(drift.is_empty());
        let Schema::Record(record) = &shape.schema else { unreachable!("{:?}", shape.schema) };
        assert_eq!(record.name.to_string(), "t");
        let fields: Vec<_> = record
            .fields
            .iter()
            .map(|field| serde_json::to_string(&field.schema).unwrap())
            .collect();
        assert_eq!(fields, [r#"["null","int"]"#, r#"["null","string"]"#]);
        assert_eq!(shape.split.unwrap().name, "id");
    }

    #[test]
    fn a_dump_has_the_columns_of_its_readers_in_their_order() {
        let expected = &jobs::lms::COURSEWARE_STUDENTMODULE.staged;
        let declared = |kind: Kind| match kind {
            Kind::Int => "int(11)",
            Kind::Double => "double",
            Kind::Timestamp => "datetime(6)",
            _ => "longtext",
        };
        let columns = expected.columns.iter().rev();
        let columns: Vec<_> = columns.map(|column| (column.name, declared(column.kind))).collect();
        let turned = source(&[&[("added", "int")], &columns[..]].concat(), Some("id"));
        let lines = "--table\ncourseware_studentmodule\n--direct\n--mysql-delimiters";
        let options = Options::parse(Path::new("t.options"), lines).unwrap();
        let mut drift = Vec::new();
        let shape = Shape::find(&options, Some(expected), &turned, &mut drift).unwrap();
        assert!(drift.is_empty(), "{drift:?}");
        let found: Vec<_> = shape.columns.iter().map(|column| column.name.as_str()).collect();
        let wanted: Vec<_> = expected.columns.iter().map(|column| column.name).collect();
        assert_eq!(found, wanted);

        let difference = shape.order_differs(&turned).unwrap().to_string();
        assert!(difference.contains("columns id, module_type, "), "{difference}");
        assert!(difference.contains("engine: native), found added, course_id, "), "{difference}");
        let straight: Vec<_> = columns.into_iter().rev().collect();
        assert_eq!(shape.order_differs(&source(&straight, Some("id"))), None);
    }

    #[test]
    fn every_difference_is_told() {
        let columns = [
            ("ID", "int"),
            ("user_id", "varchar(10)"),
            ("course_id", "text"),
            ("created", "date"),
            ("is_active", "int(11)"),
        ];
        let lines = "--table\nstudent_courseenrollment\n--columns\nid,user_id,course_id,created,is_active,mode";
        let (_, drift) = find(lines, &source(&columns, None));
        assert_eq!(
            drift,
            [
                "student_courseenrollment.user_id: expected a whole number, found varchar(10)",
                "student_courseenrollment.created: expected a date and time, found date",
                "student_courseenrollment.is_active: expected a boolean, found int(11)",
                "student_courseenrollment.mode: expected text, found no such column",
            ]
        );
    }

    #[test]
    fn a_table_that_no_job_knows_needs_only_its_columns() {
        let (_, drift) =
            find("--table\nt\n--columns\na,b,c", &source(&[("a", "point"), ("b", "")], None));
        assert_eq!(
            drift,
            [
                "t.a: expected a column of a plain type, found point",
                "t.b: expected a column of a plain type, found a column without a type",
                "t.c: expected a column of a plain type, found no such column"
            ]
        );
    }

    #[test]
    fn what_cannot_be_split_is_one_part_unless_asked_for() {
        let table = source(&[("name", "varchar(9)")], Some("name"));
        assert_eq!(find("--table\nt", &table).0.split, None);
        let (_, drift) = find("--table\nt\n--split-by\nname", &table);
        assert_eq!(drift, ["t.name: expected a whole number to split by, found varchar(9)"]);
    }

    #[test]
    fn a_java_type_must_fit() {
        let (_, drift) =
            find("--table\nt\n--map-column-java\na=Long", &source(&[("a", "text")], None));
        assert_eq!(drift, ["t.a: expected a type that --map-column-java fits, found text"]);
    }
}
