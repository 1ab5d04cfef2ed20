//! Sqoop and the native importer bring the same.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lms_source;
use crate::setup::{Cluster, said, statements};
use crate::university::{University, ended};
use apache_avro::Reader;
use apache_avro::types::Value;
use hadoop::rows;
use jobs::lms::{LmsTable, STUDENT_COURSEENROLLMENT, TABLES};
use jobs::table::Kind;
use serde_json::{Value as Json, json};

/// Written by mysqldump, not in Avro.
const DUMPED: &str = "courseware_studentmodule";

/// Imports by an engine into the warehouse of its name; `more` are further settings of the LMS.
fn import(university: &University, engine: &str, lms: &str, more: &str, tables: &[&str]) {
    let on_this_machine = "mapreduce.framework.name: local, mapreduce.jobtracker.address: local, \
                           'fs.defaultFS': 'file:///'";
    let config = format!(
        "warehouse: {{url: '{engine}'}}\nlms: {{database: '{lms}', ecommerce: '{lms}', \
         engine: {engine}, {more} sqoop: {{jobconf: {{{on_this_machine}}}}}}}\n"
    );
    fs::write(university.path("insights.yml"), config).unwrap();
    let arguments = [&["import", "--date", "2026-03-09"], tables].concat();
    let mut command = university.plain_command(&arguments);
    // Sqoop's tasks run here, and look for mysqldump as they would on a node.
    let nodes = concat!(env!("CARGO_MANIFEST_DIR"), "/../ci/cluster/nodes");
    command.env("PATH", format!("{nodes}:{}", std::env::var("PATH").unwrap()));
    let temporary = temporary(university);
    fs::create_dir_all(&temporary).unwrap();
    command.env("TMPDIR", temporary);
    ended(command.output().unwrap()).ok();
}

/// Where its imports keep what they need for a while, password files too.
fn temporary(university: &University) -> PathBuf {
    university.path("tmp")
}

fn imported(university: &University, engine: &str, table: &LmsTable) -> PathBuf {
    university.path(engine).join(table.staged.name).join("dt=2026-03-09")
}

#[test]
fn k12_sqoop_and_the_native_importer_bring_the_same() {
    let Some(cluster) = Cluster::or_skip("imports by Sqoop") else { return };
    let university = University::new();
    let lms = cluster.lms("imports");
    for table in TABLES {
        statements(&lms, &lms_source::statements(&table.staged));
    }
    for engine in ["native", "sqoop"] {
        import(&university, engine, &lms, "", &["--all"]);
    }
    for table in TABLES {
        let name = table.staged.name;
        let [native, sqoop] = ["native", "sqoop"].map(|engine| {
            let folder = imported(&university, engine, table);
            assert!(folder.join("_SUCCESS").exists());
            is_described(&folder, table, engine);
            (rows_of(table, &folder), records(table, &folder))
        });
        assert_eq!(native.0.len(), 6, "{name}");
        assert_eq!(native.0, sqoop.0, "{name}");
        assert_eq!(native.1.len(), if name == DUMPED { 0 } else { 6 }, "{name}");
        assert_eq!(native.1, sqoop.1, "all columns of {name}");
    }
    // Only a run's own folders: the cluster's commands leave theirs.
    let mut left = fs::read_dir(temporary(&university)).unwrap().map(|it| it.unwrap().file_name());
    let of_a_run = left.find(|name| name.to_string_lossy().starts_with("insights-"));
    assert_eq!(of_a_run, None, "a password was left behind");
}

/// What `_metadata` says of an import (spec 40 C.4).
fn is_described(folder: &Path, table: &LmsTable, engine: &str) {
    let said: Json = serde_json::from_slice(&fs::read(folder.join("_metadata")).unwrap()).unwrap();
    let time = |key: &str| {
        let text = said[key].as_str().unwrap();
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").unwrap()
    };
    assert!(time("start_time") <= time("end_time"), "{said}");
    assert_eq!(said["source_database_type"], "mysql");
    let format = &said["format"];
    assert_eq!(format["table_name"], table.staged.name);
    let columns: Vec<_> = table.staged.columns.iter().map(|column| column.name).collect();
    assert_eq!(format["columns"], json!(columns));
    let is_dump = table.staged.name == DUMPED;
    let (null, field) =
        if is_dump { (json!("NULL"), json!(",")) } else { (Json::Null, Json::Null) };
    assert_eq!((&format["null_string"], &format["fields_terminated_by"]), (&null, &field));
    let more = &said["additional_metadata"];
    assert_eq!(more["engine"], engine);
    assert_eq!(more["rows"], 6, "{said}");
    assert_eq!(more["file_format"], if is_dump { "mysqldump" } else { "avro" });
}

/// More rows than one mapper is worth, by half of them: so much the server owns up to.
#[test]
fn a_large_table_is_imported_by_two_mappers() {
    let Some(cluster) = Cluster::or_skip("two mappers of Sqoop") else { return };
    let university = University::new();
    let lms = cluster.lms("large");
    statements(&lms, &lms_source::statements(&STUDENT_COURSEENROLLMENT.staged));
    let rows = "SELECT seq, seq % 977, concat('course-v1:A+', seq % 13, '+R'), \
                '2026-03-01 10:00:00.000001' + INTERVAL seq SECOND, seq % 2, 'audit' FROM seq_100_to_120099";
    let filled = format!("INSERT INTO student_courseenrollment {rows}");
    // A large table's size is known to its server, which learns it now and then.
    statements(&lms, &[filled, "ANALYZE TABLE student_courseenrollment".to_owned()]);
    for engine in ["native", "sqoop"] {
        import(&university, engine, &lms, "", &["student_courseenrollment"]);
    }
    let [native, sqoop] =
        ["native", "sqoop"].map(|engine| imported(&university, engine, &STUDENT_COURSEENROLLMENT));
    let parts = fs::read_dir(&sqoop).unwrap().map(|entry| entry.unwrap().file_name());
    let parts = parts.filter(|name| name.to_string_lossy().starts_with("part-m-")).count();
    assert_eq!(parts, 2, "Sqoop's part files");
    let [native, sqoop] = [native, sqoop].map(|folder| records(&STUDENT_COURSEENROLLMENT, &folder));
    assert_eq!(native.len(), 120_006);
    assert!(native == sqoop, "the rows differ");
}

/// As the head of each option file says: Sqoop writes no `_metadata`.
#[test]
fn an_import_by_sqoop_alone_is_taken_as_it_is() {
    let Some(cluster) = Cluster::or_skip("Sqoop by hand") else { return };
    let university = University::new();
    let lms = cluster.lms("by_hand");
    statements(&lms, &university.lms_statements());
    let warehouse = cluster.folder("by-hand");
    let (address, password) = lms.split_once("?password_file=").unwrap();
    let (user, server) = address.strip_prefix("mysql://").unwrap().split_once('@').unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../sqoop-configs/auth_userprofile.options");
    let by_hand = Command::new("sqoop")
        .args(["--options-file", file, "--connect", &format!("jdbc:mysql://{server}")])
        .args(["--username", user, "--password-file", &format!("file://{password}")])
        .args(["--target-dir", &format!("{warehouse}/auth_userprofile/dt=2026-03-09")])
        .current_dir(university.path(""))
        .output();
    ended(by_hand.unwrap()).ok();
    let run = |warehouse: &str| {
        let mut command = university.plain_command(&["run", "course-enrollment-gender-daily"]);
        command.args(["--interval", "2026-03-01-2026-03-09", "--param", "import_date=2026-03-09"]);
        command.args([
            "--param",
            "reducers=2",
            "-r",
            "inline",
            "--source",
            "logs",
            "--warehouse",
            warehouse,
        ]);
        command
    };
    let taken = ended(run(&warehouse).output().unwrap()).ok();
    assert!(taken.stderr.contains("auth_userprofile: dt=2026-03-09 is there"), "{}", taken.stderr);
    let mut native = run("native");
    native.env(
        "INSIGHTS_LMS_DATABASE",
        format!("sqlite:{}", university.path("lms.sqlite").display()),
    );
    ended(native.output().unwrap()).ok();
    let copy = university.path("copy").display().to_string();
    said("hadoop", &["fs", "-get", &warehouse, &copy]);
    let parts = university.parts("native");
    assert!(parts.iter().any(|(name, _)| name.starts_with("course_enrollment_gender_daily/")));
    assert_eq!(university.parts("copy"), parts);
}

/// As clusters whose Sqoop writes no Avro import (spec 40 C.3).
#[test]
fn text_of_an_old_sqoop_has_the_same_rows() {
    let Some(cluster) = Cluster::or_skip("Sqoop's text") else { return };
    let university = University::new();
    let table = TABLES.iter().find(|table| table.staged.name == "auth_userprofile").unwrap();
    let lms = cluster.lms("text");
    statements(&lms, &lms_source::statements(&table.staged));
    import(&university, "native", &lms, "", &["auth_userprofile"]);
    let columns: Vec<_> = table.staged.columns.iter().map(|column| column.name).collect();
    let options = format!(
        "import\n--table\nauth_userprofile\n--columns\n{}\n--num-mappers\n1\n--null-string\n\\\\N\n\
         --null-non-string\n\\\\N\n--fields-terminated-by\n\\001\n--hive-delims-replacement\n' '\n",
        columns.join(",")
    );
    fs::create_dir(university.path("options")).unwrap();
    fs::write(university.path("options/auth_userprofile.options"), options).unwrap();
    import(&university, "sqoop", &lms, "options: options,", &["auth_userprofile"]);
    let [native, sqoop] =
        ["native", "sqoop"].map(|engine| rows_of(table, &imported(&university, engine, table)));
    assert_eq!(native.len(), 6);
    assert_eq!(native, sqoop);
}

/// A user of the database who may come by TLS only.
#[test]
fn both_importers_read_by_tls() {
    let Some(cluster) = Cluster::or_skip("imports by TLS") else { return };
    let university = University::new();
    let lms = cluster.lms("tls");
    statements(&lms, &lms_source::statements(&STUDENT_COURSEENROLLMENT.staged));
    let secure =
        lms.replace("mysql://lms@", "mysql://lms_tls@") + "&require_ssl=true&verify_ca=false";
    for engine in ["native", "sqoop"] {
        import(&university, engine, &secure, "", &["student_courseenrollment"]);
    }
    let table = &STUDENT_COURSEENROLLMENT;
    let [native, sqoop] =
        ["native", "sqoop"].map(|engine| records(table, &imported(&university, engine, table)));
    assert_eq!(native.len(), 6);
    assert_eq!(native, sqoop);
    let open = lms.replace("mysql://lms@", "mysql://lms_tls@");
    let database = format!("lms: {{database: '{open}'}}\n");
    fs::write(university.path("insights.yml"), database).unwrap();
    let refused =
        university.plain_command(&["import", "student_courseenrollment"]).output().unwrap();
    assert!(ended(refused).stderr.contains("Access denied"));
}

fn parts(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("part-"))
}

/// The rows that jobs would read of an import, sorted; those of a dump are its lines.
fn rows_of(table: &'static LmsTable, folder: &Path) -> Vec<String> {
    let made = folder.join("rows");
    let lines = if table.staged.name == DUMPED {
        folder.to_owned()
    } else {
        let (from, to) = (folder.into(), made.as_path().into());
        rows::write(&table.rows, &from, &to, NonZeroUsize::MIN).unwrap();
        made
    };
    let texts: Vec<_> = parts(&lines).map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut rows: Vec<_> = texts.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
    rows.sort();
    rows
}

/// All columns of an Avro import, sorted.
fn records(table: &LmsTable, folder: &Path) -> Vec<String> {
    let avro = parts(folder).filter(|path| path.extension().is_some_and(|it| it == "avro"));
    let mut records = Vec::new();
    for part in avro {
        for record in Reader::new(fs::File::open(part).unwrap()).unwrap() {
            let Value::Record(fields) = record.unwrap() else { panic!("no record") };
            let fields = fields.into_iter().map(|(name, value)| {
                let column = table.staged.columns.iter().find(|column| column.name == name);
                format!("{name}={:?}", comparable(column.unwrap().kind, value))
            });
            records.push(fields.collect::<Vec<_>>().join(" "));
        }
    }
    records.sort();
    records
}

/// Of dates and times, which are text, Sqoop leaves out a fraction that is zero, and keeps a date of zeros,
/// which is NULL in the native import and in all rows that jobs read.
fn comparable(kind: Kind, value: Value) -> Value {
    match value {
        Value::Union(_, inner) => comparable(kind, *inner),
        Value::String(text) if matches!(kind, Kind::Timestamp | Kind::Date) => {
            match (text.starts_with("0000-00-00"), text.len()) {
                (true, _) => Value::Null,
                (false, 19) => Value::String(text + ".000000"),
                (false, _) => Value::String(text),
            }
        }
        value => value,
    }
}
