//! The rules of the house as tests over the whole repository: sizes, names, and that what belongs
//! together is together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jobs::job::{Job, Work};
use jobs::lms;
use jobs::registry::JOBS;
use regex::Regex;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const LONGEST_FILE: usize = 500;
/// Folders that git does not hold.
const SKIPPED: [&str; 3] = ["target", "node_modules", ".git"];
/// Folders of `jobs/src` that hold what jobs share.
const NO_AREAS: [&str; 3] = ["event", "record", "streaming"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All files below a folder, links left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && !SKIPPED.iter().any(|name| entry.file_name() == *name) {
            found.append(&mut files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

/// Files with this ending below a folder of the repository; there are some.
fn ending(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = files(&root().join(folder));
    found.retain(|path| path.extension() == Some(OsStr::new(extension)));
    assert!(!found.is_empty(), "no .{extension} in {folder}");
    found
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Fails with all that is wrong at once.
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let lengths = ending(".", "rs").into_iter().map(|path| (read(&path).lines().count(), path));
    let long = lengths.filter(|(length, _)| *length > LONGEST_FILE);
    none(long.map(|(length, path)| format!("{}: {length} lines", path.display())).collect());
}

#[test]
fn every_module_says_what_it_owns() {
    let silent = ending(".", "rs").into_iter().filter(|path| {
        let header = read(path).lines().next().unwrap_or_default().to_owned();
        header.strip_prefix("//!").is_none_or(|text| text.trim().is_empty())
    });
    none(silent.map(|path| format!("{} opens without //!", path.display())).collect());
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    const EMPTY: [&str; 8] =
        ["utils", "util", "common", "helpers", "helper", "manager", "base", "misc"];
    let root = root();
    let named = |path: &PathBuf| {
        let path = path.strip_prefix(&root).unwrap().with_extension("");
        path.iter().any(|part| EMPTY.iter().any(|name| part == *name))
    };
    let empty = ending(".", "rs").into_iter().filter(named);
    none(empty.map(|path| path.display().to_string()).collect());
}

/// Files of `jobs/src/AREA/` that define a job.
fn job_files() -> Vec<PathBuf> {
    let mut found = ending("jobs/src", "rs");
    let src = root().join("jobs/src");
    found.retain(|path| {
        let folder = path.parent().unwrap();
        folder != src
            && !NO_AREAS.iter().any(|name| folder.ends_with(name))
            && read(path).contains("\npub const JOB: Job")
    });
    assert!(!found.is_empty());
    found
}

#[test]
fn every_job_file_is_a_job_of_that_name_in_the_registry() {
    let listed: BTreeSet<_> = JOBS.iter().map(|job| job.name.replace('-', "_")).collect();
    let found: BTreeSet<_> = job_files().iter().map(|path| stem(path).to_owned()).collect();
    assert_eq!(found, listed, "files that define JOB, and jobs of the registry");
    for path in job_files() {
        let name = format!("\n    name: \"{}\",\n", stem(&path).replace('_', "-"));
        assert!(read(&path).contains(&name), "{}: JOB has another name", path.display());
    }
}

/// What the program prints of a job for Hive.
fn printed_ddl(job: &Job) -> String {
    let mut program = Command::new(assert_cmd::cargo::cargo_bin!("jobs"));
    let output = program.args(["describe", job.name, "--hive"]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_table_of_a_job_has_the_ddl_that_the_program_prints() {
    let folder = root().join("hive-ddl");
    let mut wrong = Vec::new();
    for job in JOBS {
        let file = |table: &str| folder.join(format!("{table}.hql"));
        let texts = job.fills.iter().map(|fill| fs::read_to_string(file(fill.table.name)));
        let texts: Vec<_> = texts.map(Result::unwrap_or_default).collect();
        if texts.concat() != printed_ddl(job) {
            wrong.push(format!("hive-ddl is not what `jobs describe {} --hive` prints", job.name));
        }
    }
    none(wrong);
}

#[test]
fn every_ddl_file_is_of_a_table_that_is_filled() {
    let of_jobs = JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table.name);
    let tables: BTreeSet<_> = of_jobs.chain(lms::TABLES.iter().map(|t| t.staged.name)).collect();
    let found = ending("hive-ddl", "hql");
    assert_eq!(found.iter().map(|path| stem(path)).collect::<BTreeSet<_>>(), tables);
}

#[test]
fn every_option_file_is_of_a_table_of_the_lms() {
    let tables: BTreeSet<_> = lms::TABLES.iter().map(|table| table.staged.name).collect();
    let found = ending("sqoop-configs", "options");
    assert_eq!(found.iter().map(|path| stem(path)).collect::<BTreeSet<_>>(), tables);
}

/// A dependency's version stands in the one table of the workspace.
#[test]
fn manifests_take_dependencies_from_the_workspace() {
    let mut wrong = Vec::new();
    let of_members =
        |path: &PathBuf| path.ends_with("Cargo.toml") && *path != root().join("Cargo.toml");
    for path in ending(".", "toml").into_iter().filter(of_members) {
        let text = read(&path);
        let mut in_dependencies = false;
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.starts_with('[') {
                in_dependencies = line.contains("dependencies");
                if line.contains("dependencies.") {
                    wrong.push(format!("{}: {line}", path.display()));
                }
            } else if in_dependencies && !from_workspace(line) {
                wrong.push(format!("{}: {line}", path.display()));
            }
        }
    }
    none(wrong);
}

/// A crate may also name itself, to switch features on for its own tests.
fn from_workspace(line: &str) -> bool {
    line.contains(".workspace = true")
        || line.contains("{ workspace = true")
        || line.contains("{ path = \".\"")
}

#[test]
fn lock_files_name_public_registries_only() {
    let lock = read(&root().join("Cargo.lock"));
    let sources = Regex::new(r#"(?m)^source = "(.*)"$"#).unwrap();
    let found: BTreeSet<_> = sources.captures_iter(&lock).map(|c| c[1].to_owned()).collect();
    let index = "registry+https://github.com/rust-lang/crates.io-index";
    assert_eq!(found, BTreeSet::from([index.to_owned()]));
    let resolved = Regex::new(r#""resolved": "(https?://[^/"]*)"#).unwrap();
    for path in ending("ci", "json").iter().filter(|path| path.ends_with("package-lock.json")) {
        for host in resolved.captures_iter(&read(path)) {
            assert_eq!(&host[1], "https://registry.npmjs.org", "{}", path.display());
        }
    }
}

/// Files that stand elsewhere on another machine are named relative to the repository.
#[test]
fn no_file_names_a_folder_of_one_machine() {
    let places = ["work", "root"].map(|name| format!("/{name}/"));
    let absolute = Regex::new(&format!(r#"(^|[\s"'`=(:])({})"#, places.join("|"))).unwrap();
    let mut wrong = Vec::new();
    for path in files(&root()) {
        // What is no text names nothing.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let lines = text.lines().enumerate().filter(|(_, line)| absolute.is_match(line));
        wrong.extend(lines.map(|(at, line)| format!("{}:{}: {line}", path.display(), at + 1)));
    }
    none(wrong);
}

/// Texts of counters in the code: groups, and names. Hadoop fails a job whose names are too long.
#[test]
fn counters_keep_hadoops_limits() {
    let call = r#"\b(?:count|counters\.add)\(\s*"([^"]*)",\s*(?:"([^"]*)")?"#;
    let call = Regex::new(call).unwrap();
    let reason = Regex::new(r#""(Discard [^"]*)""#).unwrap();
    let (mut groups, mut names) = (BTreeSet::new(), BTreeSet::new());
    for path in ending("jobs/src", "rs").into_iter().filter(|path| !path.ends_with("counters.rs")) {
        let text = read(&path);
        for found in call.captures_iter(&text) {
            groups.insert(found[1].to_owned());
            names.extend(found.get(2).map(|name| name.as_str().to_owned()));
        }
        names.extend(reason.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    assert!(groups.contains("Event") && names.contains("Lines"), "{groups:?} {names:?}");
    assert!(names.contains("Discard Unparseable Event"), "{names:?}");
    let long = groups.iter().filter(|group| group.len() > 128 || group.contains(','));
    let long = long.chain(names.iter().filter(|name| name.len() > 64 || name.contains(',')));
    none(long.cloned().collect());
    assert!(groups.len() <= 50 && names.len() <= 120, "{groups:?} {names:?}");
}

/// `stream.num.map.output.key.fields` is one for all steps, so no key may have more fields.
#[test]
fn a_key_is_shorter_than_the_whole_line_or_is_the_line() {
    for job in JOBS {
        let Work::Steps(steps) = job.work else { continue };
        for step in steps {
            assert!(step.partition <= step.key, "{}", job.name);
        }
    }
}
