//! The rows step on Avro files that others wrote.

use std::collections::HashMap;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::Path;

use apache_avro::types::{Record, Value};
use apache_avro::{Codec, DeflateSettings, Schema, Writer};
use hadoop::rows::{self, RowsError, Written};
use jobs::lms::{GRADES_PERSISTENTCOURSEGRADE, STUDENT_COURSEENROLLMENT};
use jobs::table::Table;
use tempfile::TempDir;

static ENROLLMENT: Table = STUDENT_COURSEENROLLMENT.rows;
static GRADES: Table = GRADES_PERSISTENTCOURSEGRADE.rows;

fn avro(path: &Path, schema: &str, codec: Codec, records: &[HashMap<&str, Value>]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let schema = Schema::parse_str(schema).unwrap();
    let mut writer = Writer::with_codec(&schema, File::create(path).unwrap(), codec).unwrap();
    for fields in records {
        let mut record = Record::new(&schema).unwrap();
        fields.iter().for_each(|(name, value)| record.put(name, value.clone()));
        writer.append_value(record).unwrap();
    }
    writer.flush().unwrap();
}

fn schema(fields: &[(&str, &str)]) -> String {
    let field = |(name, kind): &(&str, &str)| format!(r#"{{"name":"{name}","type":{kind}}}"#);
    format!(
        r#"{{"type":"record","name":"any","fields":[{}]}}"#,
        fields.iter().map(field).collect::<Vec<_>>().join(",")
    )
}

fn some(at: u32, value: Value) -> Value {
    Value::Union(at, Box::new(value))
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

fn written(table: &'static Table, folder: &TempDir) -> Result<Written, RowsError> {
    rows::write(
        table,
        &folder.path().join("in").into(),
        &folder.path().join("out").into(),
        NonZeroUsize::new(3).unwrap(),
    )
}

fn part(folder: &TempDir, number: usize) -> String {
    fs::read_to_string(folder.path().join("out").join(format!("part-m-{number:05}"))).unwrap()
}

#[test]
fn codecs_union_orders_and_column_orders_do_not_matter() {
    let folder = TempDir::new().unwrap();
    let fields = [
        ("mode", r#"["string","null"]"#),
        ("is_active", r#"["null","boolean"]"#),
        ("created", r#"["null","string"]"#),
        ("course_id", r#""string""#),
        ("user_id", r#"["int","null"]"#),
        ("id", r#"["null","long"]"#),
        ("other", r#"["null","bytes"]"#),
    ];
    let record = HashMap::from([
        ("mode", some(0, text("au\tdit\u{1}"))),
        ("is_active", some(1, Value::Boolean(true))),
        ("created", some(1, text("2014-06-27 16:02:38.5"))),
        ("course_id", text("A/B/C")),
        ("user_id", some(1, Value::Null)),
        ("id", some(1, Value::Long(9))),
        ("other", some(1, Value::Bytes(vec![9]))),
    ]);
    for (number, codec) in [Codec::Null, Codec::Deflate(DeflateSettings::default()), Codec::Snappy]
        .into_iter()
        .enumerate()
    {
        let path = folder.path().join("in").join(format!("part-m-{number:05}.avro"));
        avro(&path, &schema(&fields), codec, &[record.clone(), record.clone()]);
    }
    for hidden in ["_SUCCESS", "_metadata", ".part-m-00000.avro.crc", "_temporary.avro"] {
        fs::write(folder.path().join("in").join(hidden), "no Avro").unwrap();
    }
    let written = written(&ENROLLMENT, &folder).unwrap();
    assert_eq!((written.files, written.rows, written.cleaned), (3, 6, 12));
    for number in 0..3 {
        assert_eq!(
            part(&folder, number),
            "9\t\\N\tA/B/C\t2014-06-27 16:02:38.500000\t1\tau dit \n".repeat(2)
        );
    }
}

#[test]
fn types_that_other_imports_choose_are_taken() {
    let folder = TempDir::new().unwrap();
    let decimal = r#"["null",{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}]"#;
    let fields = [
        ("user_id", r#"["null","string"]"#),
        ("percent_grade", decimal),
        ("passed_timestamp", r#"["null","long"]"#),
        ("modified", r#"["null",{"type":"long","logicalType":"timestamp-micros"}]"#),
    ];
    let record = HashMap::from([
        ("user_id", some(1, text("101"))),
        ("percent_grade", some(1, Value::Decimal([0x55].into()))),
        ("passed_timestamp", some(1, Value::Long(1_485_821_100_250))),
        ("modified", some(1, Value::TimestampMicros(1_485_907_200_000_001))),
    ]);
    avro(&folder.path().join("in/part-m-00000.avro"), &schema(&fields), Codec::Null, &[record]);
    let written = written(&GRADES, &folder).unwrap();
    let expected = "\\N\t101\t\\N\t\\N\t\\N\t\\N\t0.85\t\\N\t2017-01-31 00:05:00.250000\t\\N\t2017-02-01 00:00:00.000001\n";
    assert_eq!(part(&folder, 0), expected);
    assert_eq!(written.from_millis, 1);
    let absent = [
        "course_edited_timestamp",
        "course_id",
        "course_version",
        "created",
        "grading_policy_hash",
        "id",
        "letter_grade",
    ];
    assert_eq!(written.absent, absent);
}

#[test]
fn errors_name_the_file_and_the_row() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("in/part-m-00000.avro");
    let message = |folder: &TempDir| written(&ENROLLMENT, folder).unwrap_err().to_string();
    fs::create_dir_all(folder.path().join("in")).unwrap();
    assert_eq!(
        message(&folder),
        format!("{} holds no part file of an import", folder.path().join("in").display())
    );
    let ids = [("id", r#"["null","string"]"#)];
    let records = ["1", "secret"].map(|id| HashMap::from([("id", some(1, text(id)))]));
    avro(&path, &schema(&ids), Codec::Null, &records);
    assert_eq!(
        message(&folder),
        format!("{}, row 2: column id holds a text, not a whole number", path.display())
    );
    avro(&path, &schema(&[("else", r#""int""#)]), Codec::Null, &[]);
    assert!(
        message(&folder).ends_with(
            "is no import of student_courseenrollment: it has none of the table's columns"
        )
    );
    fs::write(&path, "no Avro at all").unwrap();
    assert!(message(&folder).starts_with(&format!("cannot read {}: ", path.display())));
}

#[test]
fn a_torn_file_is_an_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("in/part-m-00000.avro");
    let records: Vec<_> =
        (0..50).map(|id| HashMap::from([("id", some(1, Value::Int(id)))])).collect();
    avro(&path, &schema(&[("id", r#"["null","int"]"#)]), Codec::Null, &records);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
    let message = written(&ENROLLMENT, &folder).unwrap_err().to_string();
    assert!(message.starts_with(&format!("{}, row 1: ", path.display())), "{message}");
}

/// An import of an old cluster: text, and the metadata that tells its columns.
fn text_import(lines: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("in");
    fs::create_dir_all(&input).unwrap();
    fs::write(input.join("part-m-00000"), lines).unwrap();
    let metadata = r#"{"format": {"table_name": "student_courseenrollment", "null_string": "\\N",
        "fields_terminated_by": "\u0001",
        "columns": ["id", "user_id", "course_id", "created", "is_active", "mode"]}}"#;
    fs::write(input.join("_metadata"), metadata).unwrap();
    folder
}

#[test]
fn the_text_of_old_clusters_gives_the_same_rows() {
    let folder = text_import(
        "3\u{1}7\u{1}course-v1:A+B+C\u{1}2014-06-27 16:02:38.0\u{1}true\u{1}au\tdit\n\
         4\u{1}7\u{1}A/B/C\u{1}\\N\u{1}false\u{1}\n",
    );
    let done = written(&ENROLLMENT, &folder).unwrap();
    assert_eq!((done.rows, done.cleaned), (2, 1));
    assert_eq!(
        part(&folder, 0),
        "3\t7\tcourse-v1:A+B+C\t2014-06-27 16:02:38.000000\t1\tau dit\n4\t7\tA/B/C\t\\N\t0\t\n"
    );
}

#[test]
fn a_line_of_another_width_names_its_row() {
    let folder = text_import("3\u{1}7\n");
    let error = written(&ENROLLMENT, &folder).unwrap_err().to_string();
    assert!(error.ends_with("part-m-00000, row 1: has 2 fields, not 6"), "{error}");
}

#[test]
fn a_dump_has_no_rows() {
    let folder = text_import("1,NULL\n");
    let metadata = r#"{"additional_metadata": {"file_format": "mysqldump"}}"#;
    fs::write(folder.path().join("in/_metadata"), metadata).unwrap();
    let error = written(&ENROLLMENT, &folder).unwrap_err().to_string();
    assert!(error.contains("an import in the form mysqldump"), "{error}");
}
