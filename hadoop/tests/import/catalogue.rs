//! The shipped option files: they import the LMS of spec 05 §4, and agree with `jobs::lms`, with the
//! Hive tables and with `imports.yaml`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use apache_avro::{Reader, Schema};
use hadoop::import::{Format, JavaType, OptionFiles, Options, TableImport};
use hadoop::rows;
use jobs::lms::{
    self, AUTH_USER, AUTH_USERPROFILE, GRADES_PERSISTENTCOURSEGRADE, LmsTable,
    STUDENT_COURSEENROLLMENT, TABLES,
};
use jobs::table::{Column, Kind};

use crate::lms::{Lms, import, on_both};
use crate::lms_source;

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
    let four: Vec<_> = FOUR.iter().map(|table| table_import(lms, table.staged.name)).collect();
    import(&lms.address, &four, 2).unwrap();
}

fn table_import(lms: &Lms, table: &str) -> TableImport {
    TableImport { options: options(table), staging: lms.staging(table) }
}

/// The tables of the statements above.
const FOUR: [LmsTable; 4] =
    [AUTH_USER, AUTH_USERPROFILE, GRADES_PERSISTENTCOURSEGRADE, STUDENT_COURSEENROLLMENT];

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
        for (table, expected) in FOUR.iter().zip(expected) {
            let (text, written) = rows_of(lms, &lms::find(table.rows.name).unwrap().rows);
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
fn every_table_is_imported_with_the_types_that_hive_is_told() {
    on_both("every table", |lms| {
        let texts: Vec<_> = TABLES.iter().flat_map(|t| lms_source::statements(&t.staged)).collect();
        lms.execute(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let all: Vec<_> = TABLES.iter().map(|t| table_import(lms, t.staged.name)).collect();
        for done in import(&lms.address, &all, 2).unwrap() {
            assert_eq!(done.rows, 6, "{}", done.table);
            if done.table == "courseware_studentmodule" {
                continue;
            }
            let file = File::open(&lms.files(&done.table)[0]).unwrap();
            let schema = Reader::new(file).unwrap().writer_schema().clone();
            assert_eq!(hive_columns(&done.table), avro_columns(&schema), "{}", done.table);
        }
    });
}

#[test]
fn the_state_of_learners_is_a_dump() {
    on_both("a dump", |lms| {
        let table = &lms::find("courseware_studentmodule").unwrap().staged;
        let texts = lms_source::statements(table);
        lms.execute(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        import(&lms.address, &[table_import(lms, table.name)], 1).unwrap();
        let folder = lms.staging(table.name);
        let mut parts: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        parts.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with('_'));
        parts.sort();
        let text: String = parts.iter().map(|part| fs::read_to_string(part).unwrap()).collect();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 6, "a row is a line: {text}");
        assert_eq!(lines[1], "2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL");
        assert_eq!(
            lines[0],
            "1,'','a\tb\\nc\\rd\u{1}e',2147483647,'😀 ünï, \\\"quoted\\\" \\'single\\'',0.333333333333,\
             '2013-11-30 12:34:56.000007','0000-00-00 00:00:00.000000',-2.5,'\t','😀 ünï, \\\"quoted\\\" \\'single\\''"
        );
        let metadata = lms.metadata(table.name);
        assert_eq!(metadata["format"]["optionally_enclosed_by"], "'");
        assert_eq!(metadata["additional_metadata"]["file_format"], "mysqldump");
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
        ("int", "BIGINT"),
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
        assert_eq!(options.table, table.staged.name);
        assert_eq!(options.format == Format::Dump, table.is_dump, "{}", options.table);
        if table.is_dump {
            assert!(options.columns.is_empty());
            continue;
        }
        assert_eq!(options.columns, names);
        let is_time = |column: &&Column| matches!(column.kind, Kind::Timestamp | Kind::Date);
        let times = table.staged.columns.iter().filter(is_time);
        let texts: BTreeMap<_, _> =
            times.map(|column| (column.name.to_owned(), JavaType::String)).collect();
        assert_eq!(options.java_types, texts, "dates of {} as text", table.staged.name);
    }
}

#[test]
fn every_option_file_is_in_one_group() {
    let imports = OptionFiles { folder: None }.imports().unwrap();
    let mut grouped: Vec<_> =
        imports.groups.values().flat_map(|group| group.tables.clone()).collect();
    grouped.sort();
    let catalogue: Vec<_> = TABLES.iter().map(|table| table.staged.name.to_owned()).collect();
    assert_eq!(grouped, catalogue);
}
