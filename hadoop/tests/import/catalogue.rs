//! The shipped option files: they import the LMS of spec 05 §4, and agree with `jobs::lms`, with the
//! Hive tables and with `imports.yaml`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use apache_avro::{Reader, Schema};
use hadoop::import::{Imports, JavaType, Options, TableImport};
use hadoop::rows;
use jobs::lms::TABLES;
use jobs::table::Kind;

use crate::lms::{Lms, import, on_both};

const LMS: [&str; 8] = [
    "CREATE TABLE auth_user (id int PRIMARY KEY, password varchar(128) NOT NULL, last_login datetime(6), is_superuser tinyint(1) NOT NULL, \
     username varchar(150) NOT NULL, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, \
     is_staff tinyint(1) NOT NULL, is_active tinyint(1) NOT NULL, date_joined datetime(6) NOT NULL)",
    "CREATE TABLE auth_userprofile (id int PRIMARY KEY, user_id int NOT NULL UNIQUE, name varchar(255) NOT NULL, meta longtext NOT NULL, \
     courseware varchar(255) NOT NULL, language varchar(255) NOT NULL, location varchar(255) NOT NULL, year_of_birth int, gender varchar(6), \
     level_of_education varchar(6), mailing_address longtext, city longtext, country varchar(2), goals longtext, bio varchar(3000))",
    "CREATE TABLE student_courseenrollment (id int PRIMARY KEY, user_id int NOT NULL, course_id varchar(255) NOT NULL, created datetime(6), \
     is_active tinyint(1) NOT NULL, mode varchar(100) NOT NULL)",
    "CREATE TABLE grades_persistentcoursegrade (created datetime(6) NOT NULL, modified datetime(6) NOT NULL, id bigint unsigned PRIMARY KEY, \
     user_id int NOT NULL, course_id varchar(255) NOT NULL, course_edited_timestamp datetime(6), course_version varchar(255) NOT NULL, \
     grading_policy_hash varchar(255) NOT NULL, percent_grade double NOT NULL, letter_grade varchar(255) NOT NULL, passed_timestamp datetime(6))",
    "INSERT INTO auth_user VALUES (7, '!', NULL, 0, 'mira\\', 'M', 'N', 'mira@example.org', 0, 1, '2013-01-02 03:04:05')",
    "INSERT INTO auth_userprofile VALUES (1, 7, 'Mi\tra\nN 😀', '', 'course.xml', '', '', 1996, NULL, 'b', 'Road 1\r\nTown', NULL, 'DE', '\u{1}', 'x')",
    "INSERT INTO student_courseenrollment VALUES (3, 7, 'course-v1:A+B+C', '2014-06-27 16:02:38', 1, 'audit'), (4, 7, 'A/B/C', NULL, 0, '')",
    "INSERT INTO grades_persistentcoursegrade VALUES ('2017-01-01 00:00:00.000001', '2017-02-01', 5000000000, 7, 'A/B/C', NULL, '', 'h=', 0.85, 'B', '2017-01-31 00:05:00.25')",
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn options(table: &str) -> Options {
    Options::read(&folder("sqoop-configs").join(format!("{table}.options"))).unwrap()
}

fn import_all(lms: &Lms) {
    lms.execute(&LMS);
    let table = |table: &jobs::lms::LmsTable| TableImport {
        options: options(table.staged.name),
        staging: lms.staging(table.staged.name),
    };
    import(&lms.address, &TABLES.iter().map(table).collect::<Vec<_>>(), 2).unwrap();
}

fn rows_of(lms: &Lms, table: &'static jobs::table::Table) -> (String, rows::Written) {
    let target = lms.folder.path().join("rows").join(table.name);
    let written = rows::write(
        table,
        &lms.staging(table.name).into(),
        &target.clone().into(),
        NonZeroUsize::MIN,
    )
    .unwrap();
    let text = (0..written.files)
        .map(|part| fs::read_to_string(target.join(format!("part-m-{part:05}"))).unwrap());
    (text.collect(), written)
}

#[test]
fn an_lms_becomes_the_rows_that_jobs_read() {
    on_both("the LMS tables", |lms| {
        import_all(lms);
        let expected = [
            "7\tmira\\\tmira@example.org\n",
            "7\tMi ra N 😀\t\\N\t1996\tb\t\t\tRoad 1  Town\t\\N\tDE\t \n",
            "5000000000\t7\tA/B/C\t\\N\t\th=\t0.85\tB\t2017-01-31 00:05:00.250000\t2017-01-01 00:00:00.000001\t2017-02-01 00:00:00.000000\n",
            "3\t7\tcourse-v1:A+B+C\t2014-06-27 16:02:38.000000\t1\taudit\n4\t7\tA/B/C\t\\N\t0\t\n",
        ];
        for (table, expected) in TABLES.iter().zip(expected) {
            let (text, written) = rows_of(lms, &table.rows);
            assert_eq!(text, expected);
            let cleaned = if table.rows.name == "auth_userprofile" { 5 } else { 0 };
            assert_eq!(
                (written.cleaned, written.rows as usize),
                (cleaned, expected.lines().count())
            );
            assert!(written.absent.is_empty() && written.from_millis == 0);
        }
    });
}

#[test]
fn the_hive_tables_have_the_types_of_the_files() {
    on_both("Hive types", |lms| {
        import_all(lms);
        for table in TABLES {
            let name = table.staged.name;
            let schema = Reader::new(File::open(&lms.files(name)[0]).unwrap())
                .unwrap()
                .writer_schema()
                .clone();
            assert_eq!(hive_columns(name), avro_columns(&schema), "{name}");
        }
    });
}

fn hive_columns(table: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(folder("hive-ddl").join(format!("{table}.hql"))).unwrap();
    let column = |line: &str| {
        let (name, kind) = line.strip_prefix("  `")?.split_once("` ")?;
        Some((name.to_owned(), kind.trim_end_matches(',').to_owned()))
    };
    text.lines().filter_map(column).collect()
}

fn avro_columns(schema: &Schema) -> Vec<(String, String)> {
    let hive = BTreeMap::from([
        ("int", "INT"),
        ("long", "BIGINT"),
        ("string", "STRING"),
        ("boolean", "BOOLEAN"),
        ("double", "DOUBLE"),
    ]);
    let Schema::Record(record) = schema else { panic!("{schema:?}") };
    let column = |field: &apache_avro::schema::RecordField| {
        let kind = serde_json::to_value(&field.schema).unwrap()[1].as_str().unwrap().to_owned();
        (field.name.clone(), hive[kind.as_str()].to_owned())
    };
    record.fields.iter().map(column).collect()
}

#[test]
fn option_files_have_the_columns_of_the_catalogue() {
    for table in TABLES {
        let options = options(table.staged.name);
        let names: Vec<_> =
            table.staged.columns.iter().map(|column| column.name.to_owned()).collect();
        assert_eq!((options.table.as_str(), &options.columns), (table.staged.name, &names));
        let times = table.staged.columns.iter().filter(|column| column.kind == Kind::Timestamp);
        let texts: BTreeMap<_, _> =
            times.map(|column| (column.name.to_owned(), JavaType::String)).collect();
        assert_eq!(options.java_types, texts, "dates of {} as text", table.staged.name);
    }
}

#[test]
fn every_option_file_is_in_one_group_and_in_the_catalogue() {
    let imports = Imports::read(&folder("sqoop-configs").join("imports.yaml")).unwrap();
    let mut grouped: Vec<_> =
        imports.groups.values().flat_map(|group| group.tables.clone()).collect();
    grouped.sort();
    let names = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let files = fs::read_dir(folder("sqoop-configs")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "options"))
        .map(names)
        .collect();
    files.sort();
    let catalogue: Vec<_> = TABLES.iter().map(|table| table.staged.name.to_owned()).collect();
    assert_eq!((&grouped, &files), (&catalogue, &catalogue));
}
