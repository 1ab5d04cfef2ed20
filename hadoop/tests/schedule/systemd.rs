//! Units: systemd's own check reads them, and their commands are run.

use crate::scene::{Scene, named};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::program_or_skip;

fn units(dir: &Path) -> Vec<PathBuf> {
    let mut units: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    units.sort();
    units
}

/// The values of a setting in a unit.
fn values(dir: &Path, unit: &str, key: &str) -> Vec<String> {
    let text = fs::read_to_string(dir.join(unit)).unwrap();
    let found = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    found.map(str::to_owned).collect()
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let test = "systemd_finds_nothing_wrong_with_the_units";
    let Some(analyze) = program_or_skip(test, "systemd-analyze", "systemd").unwrap() else {
        return;
    };
    let scene = Scene::new();
    let dir = scene.render("systemd");
    let units = units(&dir);
    assert_eq!(units.len(), 8, "{units:?}");
    let checked = Command::new(&analyze).arg("verify").args(&units).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    // What this machine's own units lack is none of ours.
    let ours: Vec<_> = said.lines().filter(|line| line.contains("insights-")).collect();
    assert!(checked.status.success() && ours.is_empty(), "{said}");
    fs::write(&units[0], "[Service]\nExecStart=relative\nTypo=1\n").unwrap();
    let broken = Command::new(&analyze).arg("verify").arg(&units[0]).output().unwrap();
    assert!(!broken.status.success(), "it checks");

    let mut calendar = Command::new(&analyze);
    calendar.args(["calendar", "--base-time=2026-03-07 08:00 UTC", "--iterations=1"]);
    let next = calendar.args(values(&dir, "insights-weekly.timer", "OnCalendar")).output().unwrap();
    let next = String::from_utf8_lossy(&next.stdout).into_owned();
    assert!(next.contains("Mon 2026-03-09 07:30:00 UTC"), "after a Saturday: {next}");
}

#[test]
fn units_run_what_the_catalogue_says_in_its_order() {
    let scene = Scene::new();
    let dir = scene.render("systemd");
    let service = |name: &str, key: &str| values(&dir, &format!("insights-{name}.service"), key);
    let started = |name: &str, key: &str| {
        let line = service(name, key).concat();
        let words = words(&line);
        let ended = Command::new(&words[0]).args(&words[1..]).current_dir("/").output().unwrap();
        ended.status.code().unwrap()
    };
    assert_eq!(started("weekly", "ExecStartPre"), 41);
    assert_eq!(service("weekly", "After"), ["network-online.target insights-first.service"]);
    assert_eq!(started("first", "ExecStart"), 0);
    assert!(scene.report().is_file(), "an argument came otherwise than it was written");
    assert_eq!(started("weekly", "ExecStartPre"), 0);
    let next = service("first", "OnSuccess").concat();
    assert_eq!(next, "insights-second.service insights-third.service");
    for name in ["second", "third"] {
        assert!(!dir.join(format!("insights-{name}.timer")).exists());
        assert_eq!(started(name, "ExecStart"), 0);
    }
    assert!(scene.all_ran(), "{:?}", scene.ran());
    assert_eq!(started("weekly", "ExecStart"), 0);
    assert_eq!(scene.ran().last(), Some(&named(("total-events", 0))));
    assert_eq!(started("ship", "ExecStart"), 0);
}

/// A command line as systemd takes it apart: quotes, escapes, specifiers, variables.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            '\\' => word.push(letters.next().unwrap()),
            '%' | '$' => {
                assert_eq!(letters.next(), Some(letter), "a lone {letter} in {line}");
                word.push(letter);
            }
            '\'' if !quoted => panic!("a lone quote in {line}"),
            letter => word.push(letter),
        }
    }
    words.push(word);
    words
}
