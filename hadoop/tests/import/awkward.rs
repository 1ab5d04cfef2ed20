//! Values that have been lost or bent by imports before.

use apache_avro::types::Value;

use crate::lms::{Lms, on_both};

const TABLE: &str = "CREATE TABLE awkward (id bigint PRIMARY KEY, flag tinyint(1), small smallint, single float, \
                     ratio double, price decimal(7,2), word varchar(255), body longtext, made datetime(6), day date, raw blob)";

const OPTIONS: &str = "--table\nawkward\n--map-column-java\nmade=String,day=String\n-m\n2";

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn column(lms: &Lms, name: &str) -> Vec<Value> {
    lms.records("awkward").iter().map(|record| record[name].clone()).collect()
}

fn insert(rows: &str) -> String {
    format!("INSERT INTO awkward VALUES {rows}")
}

#[test]
fn k12_every_type_arrives_with_its_odd_values() {
    on_both("awkward values", |lms| {
        let rows = "(-7, 1, -32768, 0.5, 0.1, 0.50, '', 'a\tb\nc\rd\u{1}e\\f \\N None', '2013-11-30 12:34:56.000007', '2013-11-30', 'x\ty'),\
                    (9000000000, 0, 0, -1.25, 1e300, -12345.67, '😀 ünï', '', '2013-11-30 00:00:00', '0000-00-00', ''),\
                    (9000000001, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),\
                    (9000000002, 1, 1, 1, 1, 1, 'z', 'z', '0000-00-00 00:00:00', '2000-01-01', 'z')";
        lms.execute(&[TABLE, &insert(rows)]);
        let imported = lms.import(&[OPTIONS], 2).unwrap().remove(0);
        let null = Value::Null;
        let longs = [-7, 9_000_000_000, 9_000_000_001, 9_000_000_002].map(Value::Long);
        assert_eq!(column(lms, "id"), longs);
        assert_eq!(
            column(lms, "flag"),
            [Value::Boolean(true), Value::Boolean(false), null.clone(), Value::Boolean(true)]
        );
        assert_eq!(
            column(lms, "small"),
            [Value::Int(-32768), Value::Int(0), null.clone(), Value::Int(1)]
        );
        assert_eq!(
            column(lms, "single"),
            [Value::Float(0.5), Value::Float(-1.25), null.clone(), Value::Float(1.0)]
        );
        assert_eq!(
            column(lms, "ratio"),
            [Value::Double(0.1), Value::Double(1e300), null.clone(), Value::Double(1.0)]
        );
        assert_eq!(
            column(lms, "price"),
            [text("0.50"), text("-12345.67"), null.clone(), text("1.00")]
        );
        assert_eq!(column(lms, "word"), [text(""), text("😀 ünï"), null.clone(), text("z")]);
        assert_eq!(
            column(lms, "body"),
            [text("a\tb\nc\rd\u{1}e\\f \\N None"), text(""), null.clone(), text("z")]
        );
        let made = ["2013-11-30 12:34:56.000007", "2013-11-30 00:00:00.000000"].map(text);
        assert_eq!(column(lms, "made"), [made.as_slice(), &[null.clone(), null.clone()]].concat());
        assert_eq!(
            column(lms, "day"),
            [text("2013-11-30"), null.clone(), null.clone(), text("2000-01-01")]
        );
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        assert_eq!(column(lms, "raw"), [bytes(b"x\ty"), bytes(b""), null, bytes(b"z")]);
        assert_eq!(imported.rows, 4);
        let nulls: Vec<u64> = imported.nulls.iter().map(|(_, nulls)| *nulls).collect();
        assert_eq!(nulls, [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 1]);
    });
}

#[test]
fn both_databases_give_the_same_checksum() {
    let Some(mariadb) = Lms::mariadb("equal checksums") else { return };
    let rows = "(1, 1, 2, 0.5, 0.25, 9.90, 'é', 'b\tc', '2024-02-29 01:02:03.4', '2024-02-29', 'r'), (2, 0, 0, 0, 0, 0, '', NULL, NULL, NULL, NULL)";
    let checksum = |lms: &Lms| {
        lms.execute(&[TABLE, &insert(rows)]);
        lms.import(&[OPTIONS], 1).unwrap().remove(0).checksum
    };
    assert_eq!(checksum(&mariadb), checksum(&Lms::sqlite()));
}

#[test]
fn dates_that_are_not_mapped_are_milliseconds() {
    on_both("milliseconds", |lms| {
        lms.execute(&[
            "CREATE TABLE t (id int PRIMARY KEY, made datetime(6))",
            "INSERT INTO t VALUES (1, '1969-12-31 23:59:59.5'), (2, '0000-00-00 00:00:00')",
        ]);
        lms.import(&["--table\nt"], 1).unwrap();
        let made: Vec<_> = lms.records("t").iter().map(|record| record["made"].clone()).collect();
        assert_eq!(made, [Value::Long(-500), Value::Null]);
    });
}

#[test]
fn an_empty_table_is_one_file_without_rows() {
    on_both("an empty table", |lms| {
        lms.execute(&[TABLE]);
        let imported = lms.import(&[OPTIONS], 3).unwrap().remove(0);
        assert_eq!((imported.rows, imported.parts, lms.files("awkward").len()), (0, 1, 1));
        assert!(lms.is_marked("awkward") && lms.records("awkward").is_empty());
    });
}

#[test]
fn k12_a_table_without_a_key_is_one_part() {
    on_both("a table without a key", |lms| {
        lms.execute(&[
            "CREATE TABLE t (word varchar(9), n int)",
            "INSERT INTO t VALUES ('b', 2), ('a', 1), ('b', 2), (NULL, NULL)",
        ]);
        let imported = lms.import(&["--table\nt\n-m\n4"], 3).unwrap().remove(0);
        assert_eq!((imported.rows, imported.parts), (4, 1));
    });
}

#[test]
fn a_chosen_split_keeps_rows_without_a_value() {
    on_both("a split with NULL", |lms| {
        lms.execute(&[
            "CREATE TABLE t (word varchar(9), n int)",
            "INSERT INTO t VALUES ('a', NULL), ('b', 1), ('c', 2), ('d', 3), ('e', NULL)",
        ]);
        let imported = lms.import(&["--table\nt\n--split-by\nn\n-m\n3"], 2).unwrap().remove(0);
        assert_eq!((imported.rows, imported.parts), (5, 3));
        let mut words: Vec<_> =
            lms.records("t").iter().map(|record| format!("{:?}", record["word"])).collect();
        words.sort();
        assert_eq!(words, ["a", "b", "c", "d", "e"].map(|word| format!("{:?}", text(word))));
    });
}

#[test]
fn a_condition_chooses_rows_and_columns_keep_their_order() {
    on_both("--where", |lms| {
        lms.execute(&[
            "CREATE TABLE t (id int PRIMARY KEY, a int, b int)",
            "INSERT INTO t VALUES (1, 1, 10), (2, 2, 20), (3, 3, 30), (4, 4, 40)",
        ]);
        lms.import(&["--table\nt\n--columns\nb,id\n--where\na = 2 OR a = 4\n-m\n2"], 2).unwrap();
        let ids: Vec<_> =
            lms.records("t").iter().map(|record| (record.len(), record["id"].clone())).collect();
        assert_eq!(ids, [(2, Value::Int(2)), (2, Value::Int(4))]);
    });
}

#[test]
fn the_metadata_says_what_was_done() {
    on_both("_metadata", |lms| {
        lms.execute(&[
            "CREATE TABLE t (id int PRIMARY KEY, a int)",
            "INSERT INTO t VALUES (1, NULL), (2, 5)",
        ]);
        let imported = lms.import(&["--table\nt"], 1).unwrap().remove(0);
        let metadata = lms.metadata("t");
        assert_eq!(metadata["format"]["table_name"], "t");
        assert_eq!(metadata["format"]["columns"], serde_json::json!(["id", "a"]));
        assert_eq!(
            metadata["additional_metadata"]["null_counts"],
            serde_json::json!({"id": 0, "a": 1})
        );
        assert_eq!(metadata["additional_metadata"]["checksum"], imported.checksum);
        let kind = if lms.address.starts_with("sqlite") { "sqlite" } else { "mysql" };
        assert_eq!(metadata["source_database_type"], kind);
        let time = |key: &str| {
            let text = metadata[key].as_str().unwrap();
            chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.6f").unwrap()
        };
        assert!(time("start_time") <= time("end_time"));
    });
}
