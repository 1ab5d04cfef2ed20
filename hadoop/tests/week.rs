//! A week of nightly runs, with what happens in one: a file that comes late, a night that fails, a file that is
//! replaced. At its end everything is as one run over all files makes it.
#![allow(clippy::unwrap_used)]

mod everywhere;

use everywhere::{NAMES, University, copy_tree};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The mornings after the days with events, of March 2026.
const NIGHTS: std::ops::RangeInclusive<u32> = 3..=9;
/// Files of this day come to one server's folder two nights late.
const LATE: u32 = 3;
/// Files of this day are cut at first, and whole two nights later.
const CUT: u32 = 4;
/// The run of this night is killed, and nobody starts it again.
const FAILED: u32 = 6;

/// A log file of one server: its day of the month as the name tells it, none if it is of an earlier month or week.
fn day_of(file: &Path) -> Option<u32> {
    let name = file.file_name()?.to_str()?;
    let date = name.split("tracking.log-").nth(1)?.get(..8)?;
    date.strip_prefix("202603")?.parse().ok()
}

/// All log files as they were rotated, below the folder of their server.
fn log_files(university: &University) -> Vec<PathBuf> {
    everywhere::files(&university.path("made/logs"))
}

/// Whether a night sees a file, and whether it sees all of it. A file is rotated on its day, or the day after.
fn arrives(file: &Path, night: u32) -> Option<bool> {
    let Some(day) = day_of(file) else { return Some(true) };
    let late = day == LATE && file.to_str()?.contains("lms-1");
    let seen = if late { night >= LATE + 3 } else { night > day || night == 9 };
    seen.then_some(day != CUT || night >= CUT + 3)
}

/// What stands in the folder of logs on a night.
fn deliver(university: &University, night: u32) {
    let from = university.path("made/logs");
    for file in log_files(university) {
        let Some(whole) = arrives(&file, night) else { continue };
        let to = university.path("arrived").join(file.strip_prefix(&from).unwrap());
        let bytes = fs::read(&file).unwrap();
        let bytes = if whole { bytes } else { first_half(&bytes) };
        if fs::read(&to).ok().as_ref() != Some(&bytes) {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(&to, bytes).unwrap();
        }
    }
}

/// The first half of the lines, packed again.
fn first_half(packed: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(lines[..lines.len() / 2].concat().as_bytes()).unwrap();
    out.finish().unwrap()
}

/// All but what tells of the moment of the one import that all nights read.
fn names() -> Vec<&'static str> {
    NAMES.iter().copied().filter(|name| *name != "enrollment-validation").collect()
}

/// The run of one night over all days up to it; the answers of services are those of the night.
fn nightly(university: &University, warehouse: &str, night: u32) -> Command {
    let day = format!("2026-03-{night:02}");
    for table in ["course_list_raw", "discovery_api_raw", "course_blocks_raw"] {
        let table = university.path(warehouse).join(table);
        if !table.join(format!("dt={day}")).exists() {
            copy_tree(&table.join("dt=2026-03-09"), &table.join(format!("dt={day}")));
        }
    }
    let mut command =
        university.verb_over("run", &format!("2026-02-21-{day}"), warehouse, &names());
    let store = format!("sqlite:{}", university.path(&format!("{warehouse}.db")).display());
    command.arg("--source").arg(university.path("arrived")).args(["--store", &store]);
    // Of a parameter that is given twice the last counts.
    for (name, value) in
        [("date", day.clone()), ("end_date", day.clone()), ("datetime", format!("{day}T00:00:00"))]
    {
        command.arg("--param").arg(format!("{name}={value}"));
    }
    command
}

#[track_caller]
fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The rows of each table of a store, but for what tells when they were loaded.
fn rows(university: &University, warehouse: &str) -> BTreeMap<String, Vec<String>> {
    let store = rusqlite::Connection::open(university.path(&format!("{warehouse}.db"))).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut asked = store.prepare(sql).unwrap();
        let found = asked.query_map([], |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    };
    let tables = texts(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' AND name <> 'table_updates'",
    );
    let of = |table: String| {
        let columns = texts(&format!(
            "SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}') WHERE name NOT IN ('id', 'created')"
        ));
        let mut rows = texts(&format!("SELECT {} FROM {table}", columns.join(" || char(9) || ")));
        rows.sort();
        (table, rows)
    };
    tables.into_iter().map(of).collect()
}

#[test]
fn a_week_of_nights_ends_as_one_run_over_everything() {
    let university = University::new("");
    let files = log_files(&university);
    assert!(files.iter().any(|file| arrives(file, LATE + 1).is_none()), "no file is late");
    assert!(files.iter().any(|file| arrives(file, CUT + 1) == Some(false)), "no file is cut");
    university.begin_warehouse("week");
    for night in NIGHTS {
        deliver(&university, night);
        let mut run = nightly(&university, "week", night);
        if night == FAILED {
            let killed = run.env("INSIGHTS_FAULT", "any:25").output().unwrap();
            assert_eq!(killed.status.code(), None, "{}", String::from_utf8_lossy(&killed.stderr));
        } else {
            succeeded(&run.output().unwrap());
        }
    }
    university.begin_warehouse("once");
    succeeded(&nightly(&university, "once", 9).output().unwrap());

    let (week, once) = (university.made("week"), university.made("once"));
    assert!(once.len() > 100, "{}", once.len());
    for (name, text) in &once {
        assert!(week.get(name) == Some(text), "{name} differs");
    }
    let (week, once) = (rows(&university, "week"), rows(&university, "once"));
    assert!(once.values().filter(|rows| !rows.is_empty()).count() > 15, "{:?}", once.keys());
    for (table, rows) in &once {
        assert!(week.get(table) == Some(rows), "{table}: {rows:?}\n{:?}", week.get(table));
    }
}
