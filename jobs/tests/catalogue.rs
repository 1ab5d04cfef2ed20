//! The catalogue of jobs and tables against what the program declares: a change of a name is made
//! there first.
//!
//! The catalogue stands outside the repository (`INSIGHTS_SPEC`, else `../shared/spec`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jobs::job::{At, Fill, Job, Work};
use jobs::registry::{self, JOBS, RESULT_TABLES};
use jobs::table::{Column, Kind, Table};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The parts of the work that the rows compared here belong to.
const PARTS: [&str; 2] = ["1", "3"];

/// Inputs that are no tables: files that a parameter names, and days that jobs count by themselves.
const NO_TABLES: [&str; 3] = ["answer metadata", "address database", "calendar"];
/// Inputs that the catalogue tells in words.
const IN_WORDS: [(&str, &str); 2] = [
    (
        "the two course_groups tables",
        "course_groups_courseusergroup, course_groups_courseusergroup_users",
    ),
    ("logs and validation files", "logs"),
];

/// The text of the catalogue, if it is here; says so where it is not, and fails on CI.
fn catalogue(test: &str) -> Option<String> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec");
    let folder = std::env::var("INSIGHTS_SPEC").unwrap_or_else(|_| default.to_owned());
    let text = std::fs::read_to_string(PathBuf::from(folder).join("01-catalogue.md")).ok();
    if text.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{test}: the catalogue is not here");
        println!("{test}: SKIPPED, the catalogue is not here");
    }
    text
}

/// The cells of the rows of a section's tables, without headers.
fn rows<'t>(text: &'t str, section: &str) -> Vec<Vec<&'t str>> {
    let (_, rest) = text.split_once(&format!("\n{section}")).expect(section);
    let end = rest.find("\n## ").unwrap_or(rest.len());
    let end = if section.starts_with("###") {
        rest.find("\n### ").map_or(end, |at| at.min(end))
    } else {
        end
    };
    let cells = |line: &'t str| {
        let line = line.strip_prefix("| ").or_else(|| line.strip_prefix('|'))?;
        Some(line.trim_end().strip_suffix('|')?.split('|').map(str::trim).collect::<Vec<_>>())
    };
    let mut found: Vec<_> = rest[..end].lines().filter_map(cells).collect();
    let rule = found.iter().position(|row| row[0].starts_with("---")).expect("a table");
    found.drain(..=rule);
    found
}

/// A row of the list of jobs.
#[derive(Debug)]
struct Row<'t> {
    names: Vec<&'t str>,
    internal: bool,
    folder: &'t str,
    kind: &'t str,
    inputs: Vec<&'t str>,
    fills: Vec<&'t str>,
    result: &'t str,
    part: &'t str,
}

fn listed(text: &str) -> Vec<Row<'_>> {
    rows(text, "## 2. Jobs").into_iter().map(Row::read).collect()
}

impl<'t> Row<'t> {
    fn read(cells: Vec<&'t str>) -> Self {
        let [job, folder, kind, inputs, fills, result, _, _, _, part] = cells[..] else {
            panic!("a row of the list of jobs: {cells:?}")
        };
        let list = |cell: &'t str| -> Vec<&str> {
            cell.split(", ").filter(|name| !name.is_empty()).collect()
        };
        Self {
            names: job.split('`').skip(1).step_by(2).collect(),
            internal: job.ends_with("*i*"),
            folder,
            kind,
            inputs: list(inputs)
                .into_iter()
                .map(without_remark)
                .filter(|name| !NO_TABLES.contains(name))
                .flat_map(|name| {
                    let words = IN_WORDS.iter().find(|(words, _)| *words == name);
                    list(words.map_or(name, |(_, names)| names))
                })
                .collect(),
            // What follows is files for people.
            fills: fills.split_once("; ").map_or_else(|| list(fills), |(tables, _)| list(tables)),
            result,
            part,
        }
    }

    /// The tables of the result store that it loads into, where it fills these.
    fn results(&self, fills: &[&str]) -> Vec<String> {
        match self.result.strip_prefix("→ ").map(without_remark) {
            None => Vec::new(),
            Some("same" | "both") => fills.iter().map(|name| (*name).to_owned()).collect(),
            Some(names) => names.split(", ").flat_map(named).collect(),
        }
    }

    /// The tables that it fills; what is no table is told in words.
    fn tables(&self) -> Vec<String> {
        let tables = self.fills.iter().map(|cell| cell.split(';').next().unwrap_or_default());
        tables.filter(|name| !name.contains(' ')).flat_map(named).collect()
    }

    /// Where a job's declaration differs.
    fn differences(&self, job: &Job) -> Vec<String> {
        let file = format!("src/{}{}.rs", self.folder, job.name.replace('-', "_"));
        let fills: Vec<_> = job.fills.iter().map(|fill| fill.table.name).collect();
        let results: Vec<_> = job.fills.iter().filter_map(|f| f.table.loaded_into()).collect();
        let results: Vec<_> = results.iter().map(|table| table.name).collect();
        let checks = [
            ("file", Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).is_file()),
            ("kind", job.kind() == self.kind),
            ("internal", job.internal == self.internal),
            (
                "inputs",
                inputs(job) == self.inputs.iter().flat_map(|i| named(i)).collect::<Vec<_>>(),
            ),
            ("tables", fills == self.tables()),
            ("result tables", results == self.results(&fills)),
        ];
        let wrong = checks.into_iter().filter(|(_, right)| !right);
        wrong.map(|(what, _)| format!("{}: {what} differs from {self:?}", job.name)).collect()
    }
}

/// A name as it stands before a remark in brackets.
fn without_remark(cell: &str) -> &str {
    cell.split(" (").next().unwrap_or(cell)
}

/// The inputs of a job in the catalogue's words; two partitions of a table are one.
fn inputs(job: &Job) -> Vec<&'static str> {
    match job.work {
        Work::Scan(_) | Work::Copy(_) => vec!["logs"],
        Work::Make(_) | Work::Pull => vec!["none"],
        Work::Steps(_) => {
            let mut names: Vec<_> = job.inputs.iter().map(|input| input.table.name).collect();
            names.dedup();
            names
        }
    }
}

fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn jobs_are_those_of_the_catalogue() {
    let Some(text) = catalogue("jobs_are_those_of_the_catalogue") else { return };
    let listed = listed(&text);
    let here = listed.iter().filter(|row| PARTS.contains(&row.part) && row.kind != "pull");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (row, name) in here.flat_map(|row| row.names.iter().map(move |name| (row, name))) {
        match JOBS.iter().find(|job| job.name == *name) {
            Some(job) => wrong.append(&mut row.differences(job)),
            None => wrong.push(format!("{name} is not in the registry")),
        }
        compared += 1;
    }
    let known: BTreeSet<_> = listed.iter().flat_map(|row| &row.names).collect();
    let unknown = JOBS.iter().filter(|job| !known.contains(&job.name));
    wrong.extend(unknown.map(|job| format!("{} is not in the catalogue", job.name)));
    none(wrong);
    assert!(compared > 10, "only {compared} jobs of the catalogue were found");
}

#[test]
fn the_program_lists_what_the_catalogue_lists() {
    let Some(text) = catalogue("the_program_lists_what_the_catalogue_lists") else { return };
    let output = Command::new(assert_cmd::cargo::cargo_bin!("jobs")).arg("list").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: BTreeMap<_, _> =
        printed.lines().map(|line| line.split_once('\t').unwrap()).collect();
    for row in listed(&text).iter().filter(|row| PARTS.contains(&row.part) && row.kind != "pull") {
        let name = row.names[0];
        let internal = if row.internal { "internal" } else { "" };
        let front = format!("{}\t{}\t{internal}\t", row.kind, row.tables().join(","));
        let line = printed.get(name).unwrap_or_else(|| panic!("{name} is not listed"));
        assert!(line.starts_with(&front) && line.len() > front.len(), "{name}: {line}");
    }
}

/// A table of the catalogue: its partition's value, and its columns.
struct Declared<'t> {
    at: &'t str,
    columns: Vec<(&'t str, &'t str, Option<u16>)>,
}

/// Tables whose columns the catalogue gives, by name.
fn declared(text: &str) -> BTreeMap<String, Declared<'_>> {
    let facts = rows(text, "### 3.1 Fact tables").into_iter().map(|row| (row[0], "day", row[1]));
    let staged =
        rows(text, "### 3.2 Staged tables").into_iter().map(|row| (row[0], row[1], row[2]));
    let results =
        text.lines().filter_map(|line| line.strip_prefix("Result table `")?.split_once("`: "));
    let results = results.map(|(name, columns)| (name, "", columns));
    let mut found = BTreeMap::new();
    let mut above: Vec<(&str, &str, Option<u16>)> = Vec::new();
    let all = facts.chain(staged).chain(results);
    for (cell, at, text) in all.filter(|(.., text)| !text.starts_with("files ")) {
        let mut columns = columns_of(text);
        if text.ends_with(" as above") {
            let own: BTreeSet<_> = columns.iter().map(|(name, ..)| *name).collect();
            columns.extend(above.iter().filter(|(name, ..)| !own.contains(name)));
        }
        above.clone_from(&columns);
        // Tables that are alike share a row.
        for name in cell.split(", ").flat_map(named) {
            found.insert(name, Declared { at, columns: columns.clone() });
        }
    }
    found
}

/// The tables of a cell: itself, or `NAME_TYPE` with each of the words that stand for TYPE.
fn named(cell: &str) -> Vec<String> {
    let families = Regex::new("[a-z_]+_TYPE").unwrap();
    let families: Vec<_> = families.find_iter(cell).map(|family| family.as_str()).collect();
    if families.is_empty() {
        return vec![cell.to_owned()];
    }
    let of = |family: &&str| ["daily", "weekly", "all"].map(|word| family.replace("TYPE", word));
    families.iter().flat_map(of).collect()
}

/// `name kind [length] [(remark)]` or `name (LONGTEXT)`, joined by commas.
fn columns_of(text: &str) -> Vec<(&str, &str, Option<u16>)> {
    let column = Regex::new(
        r"([a-z_0-9]+) \(?([sidftyDj]|LONGTEXT)\b\)?(?: (\d+))?(?: \([^)]*\))?(?:, |\.?$)",
    )
    .unwrap();
    let found = column.captures_iter(text).map(|found| {
        let [name, kind] = [1, 2].map(|at| found.get(at).unwrap().as_str());
        (name, kind, found.get(3).map(|length| length.as_str().parse().unwrap()))
    });
    found.collect()
}

/// Whether a column is as declared. A length that is not given is 255 where it matters: in the
/// result store.
fn same(column: &Column, name: &str, kind: &str, length: Option<u16>, result: bool) -> bool {
    let kinds = match column.kind {
        Kind::Text(most) => kind == "s" && length.map_or(!result || most == 255, |l| l == most),
        // Only a length rules out a text of any length.
        Kind::LongText => kind == "LONGTEXT" || (kind == "s" && length.is_none()),
        Kind::Decimal => false,
        Kind::Int => kind == "i",
        Kind::Double => kind == "d",
        Kind::Float => kind == "f",
        Kind::Timestamp => kind == "t",
        Kind::Flag => kind == "y",
        Kind::Date => kind == "D",
        Kind::Json => kind == "j",
    };
    kinds && column.name == name
}

fn differences(table: &Table, declared: &Declared) -> Vec<String> {
    if table.columns.len() != declared.columns.len() {
        return vec![format!("{}: the catalogue has {:?}", table.name, declared.columns)];
    }
    let pairs = table.columns.iter().zip(&declared.columns);
    let result = table.load.is_some();
    let wrong =
        pairs.filter(|(column, (name, kind, length))| !same(column, name, kind, *length, result));
    wrong.map(|pair| format!("{}: {pair:?}", table.name)).collect()
}

/// Where the catalogue gives a table's columns; those of one result table it gives in words.
fn described_as<'t>(table: &'t str, text: &str) -> &'t str {
    match table {
        "learner_roster" if text.contains("`learner_roster` has the 27 columns of the roster") => {
            "module_engagement_roster"
        }
        table => table,
    }
}

#[test]
fn columns_are_those_of_the_catalogue() {
    let Some(text) = catalogue("columns_are_those_of_the_catalogue") else { return };
    let declared = declared(&text);
    let filled = JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table);
    let mut wrong = Vec::new();
    for table in filled.chain(RESULT_TABLES) {
        match declared.get(described_as(table.name, &text)) {
            Some(catalogued) => wrong.append(&mut differences(table, catalogued)),
            None => wrong.push(format!("{} is not in the catalogue", table.name)),
        }
    }
    wrong.sort();
    wrong.dedup();
    none(wrong);
}

/// The partition that a job fills, in the catalogue's words; a week ends with `date`.
fn words(fill: &Fill, at: &str) -> String {
    match fill.at {
        At::Days => "day".to_owned(),
        At::IntervalEnd => "interval end".to_owned(),
        At::IntervalText => {
            format!("interval text (partition key `{}`)", fill.table.partition)
        }
        At::Date if at == "week end" => at.to_owned(),
        At::Date => "`date`".to_owned(),
        At::WeekBefore => "the week before".to_owned(),
        At::ImportDate => "import date".to_owned(),
        At::EndDate => "`end_date`".to_owned(),
        At::DateTime => "`datetime` by `partition_format`".to_owned(),
        At::IntervalEndIf(_) => "interval end".to_owned(),
    }
}

/// The catalogue's words for a partition, where they say more or less than which parameter it comes from:
/// `same` is what the table above has.
fn spelled_out(at: &str) -> &str {
    match at {
        "day of the start time" => "day",
        "run day" => "`date`",
        "same" => "`datetime` by `partition_format`",
        _ => at,
    }
}

#[test]
fn partitions_are_those_of_the_catalogue() {
    let Some(text) = catalogue("partitions_are_those_of_the_catalogue") else { return };
    let declared = declared(&text);
    for fill in JOBS.iter().flat_map(|job| job.fills) {
        let catalogued = &declared[fill.table.name];
        let at = spelled_out(catalogued.at);
        assert_eq!(words(fill, at), at, "{}", fill.table.name);
        let named = catalogued.at.contains("partition key");
        assert!(named || fill.table.partition == "dt", "{}", fill.table.name);
    }
}

/// The comparison itself: it must see what it is there to see.
#[test]
fn a_difference_is_seen() {
    let text = "a s, b s 36, c y (of the first day; not the others), d D";
    let columns = columns_of(text);
    let parsed = [("a", "s", None), ("b", "s", Some(36)), ("c", "y", None), ("d", "D", None)];
    assert_eq!(columns, parsed);
    let table = registry::table("course_program_metadata").unwrap();
    let of = |text| Declared { at: "`date`", columns: columns_of(text) };
    let right = "course_id s, program_id s 36, program_type s 32, program_title s";
    assert!(differences(table, &of(right)).is_empty());
    for wrong in [
        "course_id s, program_id s 35, program_type s 32, program_title s",
        "course_id s 100, program_id s 36, program_type s 32, program_title s",
        "course_id s, program_id i, program_type s 32, program_title s",
        "course_id s, program_type s 32, program_id s 36, program_title s",
        "course_id s, program_id s 36, program_type s 32",
    ] {
        assert!(!differences(table, &of(wrong)).is_empty(), "{wrong}");
    }
}
