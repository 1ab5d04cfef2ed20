//! Every table as Hive reads it, against the files themselves.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use crate::everywhere;
use crate::lms_source;
use crate::setup::{Cluster, said, statements};
use crate::university::{DAYS, University, ended};
use apache_avro::Reader;
use apache_avro::types::Value;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use jobs::lms::TABLES;
use jobs::registry::JOBS;
use jobs::table::{Column, Kind, Table};

/// Written by mysqldump, not in Avro, and read as text.
const DUMPED: &str = "courseware_studentmodule";

/// What is compared of a table: rows, the sums of all whole numbers, of all decimals (in hundredths) and of
/// all flags, the greatest text in hexadecimal.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    table: String,
    rows: u64,
    sum: i64,
    hundredths: i128,
    flags: i64,
    greatest: String,
}

#[test]
fn hive_reads_every_table_as_it_is_in_the_files() {
    let Some(cluster) = Cluster::or_skip("Hive's tables") else { return };
    let university = University::new();
    let awkward = cluster.lms("hive");
    for table in TABLES {
        statements(&awkward, &lms_source::statements(&table.staged));
    }
    let databases = ["imports", "results"].map(|name| format!("{name}_{}", std::process::id()));
    let made = databases.each_ref().map(|name| format!("CREATE DATABASE {name}"));
    said("hive", &["-e", &made.join(";")]);
    let configure = |warehouse: &str, database: &str| {
        let place = university.path(warehouse).display().to_string();
        let config = format!(
            "warehouse: {{url: '{place}'}}\nhive: {{command: hive, database: {database}}}\n\
             lms: {{database: '{awkward}', ecommerce: '{awkward}'}}\n"
        );
        fs::write(university.path("insights.yml"), config).unwrap();
    };
    let run = |arguments: &[&str]| {
        ended(university.plain_command(arguments).output().unwrap()).ok();
    };
    configure("imports", &databases[0]);
    run(&["import", "--all", "--date", "2026-03-09"]);
    run(&["hive", "ddl"]);
    let everywhere = everywhere::University::new("");
    everywhere.run("inline", 3);
    for interval_type in ["weekly", "all"] {
        let mut reports = everywhere.dated("inline-3", &["student-engagement"]);
        reports.args(["--param", &format!("interval_type={interval_type}")]);
        ended(reports.output().unwrap()).ok();
    }
    let results = everywhere.path("inline-3");
    packed(&results.join(PACKED));
    configure(&results.display().to_string(), &databases[1]);
    run(&["hive", "ddl"]);
    let checked = ended(university.plain_command(&["hive", "check"]).output().unwrap()).ok();
    assert!(checked.stdout.contains(" tables are as they should be"), "{}", checked.stdout);

    let staged = TABLES.iter().map(|table| &table.staged);
    let asked: Vec<_> = staged
        .map(|table| query(&databases[0], table))
        .chain(filled(&results).map(|table| query(&databases[1], table)))
        .collect();
    let script = university.path("read-back.hql");
    let local = "SET mapreduce.framework.name=local;\nSET hive.exec.mode.local.auto=true;\n";
    fs::write(&script, format!("{local}{}", asked.concat())).unwrap();
    let answer = said("hive", &["-f", &script.display().to_string()]);
    let read: Vec<_> = answer.lines().filter_map(parse).collect();

    let imported = TABLES.iter().map(|table| match table.staged.name {
        DUMPED => dumped(),
        name => in_avro(&table.staged, &university.path("imports").join(name)),
    });
    let written = filled(&results).map(|table| in_text(table, &results.join(table.name)));
    let expected: Vec<_> = imported.chain(written).collect();
    for (read, expected) in read.iter().zip(&expected) {
        assert_eq!(read, expected);
    }
    assert_eq!(read.len(), expected.len());
    let reports = read.iter().filter(|seen| seen.table.starts_with("student_engagement_"));
    assert_eq!(reports.filter(|seen| seen.rows > 0).count(), 7, "by day, week and in all");
    let some = |value: fn(&Seen) -> bool| read.iter().any(value);
    assert!(some(|seen| seen.hundredths > 0) && some(|seen| seen.flags > 0), "{read:?}");
}

/// A table whose files are packed for this test.
const PACKED: &str = "course_enrollment_events";

/// Packs the part files of a table by gzip, as `warehouse.compress` has it.
fn packed(table: &Path) {
    let files: Vec<_> = parts(table).collect();
    assert!(!files.is_empty());
    for file in files {
        let name = format!("{}.gz", file.display());
        let mut out = GzEncoder::new(fs::File::create(name).unwrap(), Compression::default());
        out.write_all(&fs::read(&file).unwrap()).unwrap();
        out.finish().unwrap();
        fs::remove_file(file).unwrap();
    }
}

/// Both fill the spans of enrollments; the tables have columns with reserved names.
#[test]
fn k14_two_workflows_share_tables_and_a_changed_one_is_told_and_left_alone() {
    let Some(cluster) = Cluster::or_skip("a shared Hive") else { return };
    let _ = cluster;
    let university = University::new();
    let database = format!("shared_{}", std::process::id());
    said("hive", &["-e", &format!("CREATE DATABASE {database}")]);
    let config = format!("hive: {{command: hive, database: {database}}}\n");
    fs::write(university.path("insights.yml"), config).unwrap();
    let logs = university.path("logs").display().to_string();
    for job in ["course-enrollment-daily", "course-enrollment-mode-daily"] {
        let arguments = ["run", job, "--source", &logs, "--interval", "2026-03-01-2026-03-09"];
        ended(university.command("w", &arguments).output().unwrap()).ok();
    }
    let in_hive =
        |statements: &str| said("hive", &["-e", &format!("USE {database}; {statements}")]);
    in_hive(
        "ALTER TABLE course_enrollment_mode_daily ADD COLUMNS (extra INT); \
         ALTER TABLE course_enrollment_daily ADD PARTITION (dt='2025-01-01')",
    );
    let checked = ended(university.command("w", &["hive", "check"]).output().unwrap());
    assert_eq!(checked.code, Some(41), "{}", checked.stderr);
    let gone = "course_enrollment_daily/dt=2025-01-01 has no files any more";
    assert!(checked.stderr.contains(gone), "{}", checked.stderr);
    let told = ended(university.command("w", &["hive", "ddl"]).output().unwrap());
    assert_eq!(told.code, Some(41), "{}", told.stderr);
    let difference = format!("{database}.course_enrollment_mode_daily differs: ");
    assert!(told.stderr.contains(&difference) && told.stderr.contains("extra"), "{}", told.stderr);
    let gone = "course_enrollment_daily/dt=2025-01-01 is no longer there";
    assert!(told.stderr.contains(gone), "{}", told.stderr);
    let found = in_hive(
        "SHOW PARTITIONS course_enrollment_events; SHOW PARTITIONS course_enrollment_daily; \
         DESCRIBE course_enrollment_mode_daily; \
         SELECT `date`, count FROM course_enrollment_daily LIMIT 1",
    );
    assert_eq!(found.matches("dt=2026-03-0").count(), DAYS as usize + 1, "{found}");
    assert!(found.contains("extra") && found.contains("2026-03-01\t"), "{found}");
}

/// Every table that a run has filled; which these are is seen where engines are compared.
fn filled(warehouse: &Path) -> impl Iterator<Item = &'static Table> {
    let tables = JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table);
    tables.filter(|table| warehouse.join(table.name).is_dir())
}

fn query(database: &str, table: &Table) -> String {
    let sum = |kind: Kind, as_what: &str| {
        let columns = table.columns.iter().filter(|column| column.kind == kind);
        let cells =
            columns.map(|column| format!("coalesce(cast(`{}` AS {as_what}), 0)", column.name));
        format!("sum({})", cells.chain(["0".to_owned()]).collect::<Vec<_>>().join(" + "))
    };
    let sums = [(Kind::Int, "BIGINT"), (Kind::Decimal, "DECIMAL(20,2)"), (Kind::Flag, "INT")];
    let sums = sums.map(|(kind, as_what)| sum(kind, as_what)).join(", ");
    let greatest =
        text_column(table).map_or("''".to_owned(), |column| format!("`{}`", column.name));
    format!(
        "SELECT 'seen', '{name}', count(*), {sums}, hex(max({greatest})) FROM {database}.`{name}`;\n",
        name = table.name
    )
}

/// A decimal of two places at most, in hundredths.
fn hundredths(text: &str) -> i128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<2}").parse().unwrap()
}

fn text_column(table: &Table) -> Option<&Column> {
    let wide = |kind: Kind| {
        matches!(kind, Kind::LongText | Kind::Json)
            || matches!(kind, Kind::Text(length) if length >= 40)
    };
    table.columns.iter().find(|column| wide(column.kind))
}

fn parse(line: &str) -> Option<Seen> {
    let mut cells = line.strip_prefix("seen\t")?.split('\t');
    let mut next = || cells.next().unwrap();
    Some(Seen {
        table: next().to_owned(),
        rows: next().parse().unwrap(),
        sum: next().parse().unwrap(),
        hundredths: hundredths(next()),
        flags: next().parse().unwrap(),
        greatest: next().to_owned(),
    })
}

/// The third column of the dumped table; its ids are 1 + n².
fn dumped() -> Seen {
    let greatest = hex("😀 ünï, \"quoted\" 'single'".as_bytes());
    let sum = (0..6).map(|row| row * row + 1).sum::<i64>() + students();
    Seen { table: DUMPED.to_owned(), rows: 6, sum, greatest, ..Seen::default() }
}

/// Its other whole numbers, `student_id`: all that the source has but one, which is NULL.
fn students() -> i64 {
    [1, -1, 2_147_483_647, 42].iter().sum()
}

fn in_avro(table: &'static Table, folder: &Path) -> Seen {
    let mut seen = Seen { table: table.name.to_owned(), ..Seen::default() };
    let mut greatest = Vec::new();
    for part in parts(folder) {
        for record in Reader::new(fs::File::open(part).unwrap()).unwrap() {
            let Value::Record(fields) = record.unwrap() else { panic!("no record") };
            seen.rows += 1;
            for (name, value) in fields {
                let value = match value {
                    Value::Union(_, inner) => *inner,
                    value => value,
                };
                let column = table.columns.iter().find(|column| column.name == name).unwrap();
                match value {
                    Value::Int(number) if column.kind == Kind::Int => seen.sum += i64::from(number),
                    Value::Long(number) if column.kind == Kind::Int => seen.sum += number,
                    Value::Boolean(set) => seen.flags += i64::from(set),
                    Value::String(text) if column.kind == Kind::Decimal => {
                        seen.hundredths += hundredths(&text);
                    }
                    Value::String(text) if text_column(table).is_some_and(|it| it.name == name) => {
                        greatest = greatest.max(text.into_bytes());
                    }
                    _ => {}
                }
            }
        }
    }
    seen.greatest = hex(&greatest);
    seen
}

fn in_text(table: &'static Table, folder: &Path) -> Seen {
    let mut seen = Seen { table: table.name.to_owned(), ..Seen::default() };
    let mut greatest = "";
    let texts: Vec<_> = parts(folder).map(|part| text_of(&part)).collect();
    for line in texts.iter().flat_map(|text| text.lines()) {
        seen.rows += 1;
        for (column, cell) in table.columns.iter().zip(line.split('\t')) {
            if cell == "\\N" {
                continue;
            }
            if column.kind == Kind::Int {
                // A text that is no number is NULL in a column of numbers.
                seen.sum += cell.parse::<i64>().unwrap_or(0);
            } else if column.kind == Kind::Flag {
                seen.flags += if cell == "true" { 1 } else { cell.parse().unwrap_or(0) };
            } else if text_column(table).is_some_and(|it| it.name == column.name) {
                greatest = greatest.max(cell);
            }
        }
    }
    seen.greatest = hex(greatest.as_bytes());
    seen
}

fn text_of(part: &Path) -> String {
    let mut text = String::new();
    let file = fs::File::open(part).unwrap();
    match part.extension() {
        Some(_) => MultiGzDecoder::new(file).read_to_string(&mut text),
        None => std::io::BufReader::new(file).read_to_string(&mut text),
    }
    .unwrap();
    text
}

/// The part files of all partitions.
fn parts(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let partitions = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = partitions.flat_map(|partition| fs::read_dir(partition).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("part-"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
