//! Crontabs: Debian's `crontab` reads them, the shell that they name runs their lines.

use crate::scene::{Scene, named};
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use testkit::program_or_skip;

/// The commands of a crontab by their cadence, as cron hands them to the shell.
fn commands(file: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(file).unwrap();
    let is_entry = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit() || c == '*');
    let entry = |line: &str| {
        let fields: Vec<_> = line.splitn(6, ' ').collect();
        (fields[..5].join(" "), fields[5].replace(r"\%", "%"))
    };
    text.lines().filter(is_entry).map(entry).collect()
}

#[test]
fn debians_crontab_takes_what_is_rendered() {
    let test = "debians_crontab_takes_what_is_rendered";
    let Some(crontab) = program_or_skip(test, "crontab", "cron").unwrap() else { return };
    let scene = Scene::new();
    let dir = scene.render("cron");
    let read = |file: &Path| Command::new(&crontab).arg("-n").arg(file).output().unwrap();
    for name in ["insights.cron", "insights-ship.cron"] {
        let checked = read(&dir.join(name));
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
    let broken = dir.join("broken");
    fs::write(&broken, "61 3 * * * true\n").unwrap();
    assert!(!read(&broken).status.success(), "it checks");
}

/// A cron of the test's own, which ends with it: its crontabs and its mark stand where no other process sees
/// them.
const CRON: &str = "
    mount -t tmpfs -o mode=1730 crontabs /var/spool/cron/crontabs
    mount -t tmpfs run /run
    crontab \"$1\"
    exec setpriv --pdeathsig KILL cron -f";

struct Cron(Child);

impl Drop for Cron {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Cron looks at its tables once a minute, so this takes up to one.
#[test]
fn debians_cron_runs_an_entry_and_those_that_follow_it() {
    let test = "debians_cron_runs_an_entry_and_those_that_follow_it";
    let Some(_) = program_or_skip(test, "cron", "cron").unwrap() else { return };
    let Some(unshare) = program_or_skip(test, "unshare", "util-linux").unwrap() else { return };
    if !Command::new(&unshare).args(["-m", "true"]).status().unwrap().success() {
        assert!(std::env::var_os("CI").is_none(), "{test}: a cron of its own needs root");
        return eprintln!("SKIPPED {test}: a cron of its own needs root");
    }
    let scene = Scene::new();
    let table = scene.render("cron").join("insights.cron");
    let text = fs::read_to_string(&table).unwrap();
    assert!(text.contains("\n15 3 * * * "));
    fs::write(&table, text.replace("\n15 3 * * * ", "\n* * * * * ")).unwrap();
    let mut command = Command::new(&unshare);
    command.args(["-m", "sh", "-ec", CRON, "sh"]).arg(&table);
    let mut cron = Cron(command.spawn().unwrap());
    let began = Instant::now();
    while !scene.all_ran() {
        assert_eq!(cron.0.try_wait().unwrap(), None, "cron has ended");
        assert!(began.elapsed() < Duration::from_secs(180), "{:?}", scene.ran());
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(scene.report().is_file(), "an argument came otherwise than it was written");
}

#[test]
fn a_line_runs_an_entry_and_those_that_follow_it() {
    let scene = Scene::new();
    let dir = scene.render("cron");
    let [(nightly, first), (work_days, weekly)] = &commands(&dir.join("insights.cron"))[..] else {
        panic!("two lines are wanted");
    };
    assert_eq!((nightly.as_str(), work_days.as_str()), ("15 3 * * *", "30 7 * * 1-5"));

    let early = scene.shell("/bin/sh", weekly);
    assert_eq!(early.code, Some(41), "{}", early.stderr);
    assert!(early.stderr.contains("older than they may be"), "{}", early.stderr);
    assert_eq!(scene.ran(), []);

    let night = scene.shell("/bin/sh", first).ok();
    assert_eq!((&*night.stdout, &*night.stderr), ("", ""), "cron would send it by mail");
    assert!(scene.all_ran(), "{:?}\n{}", scene.ran(), night.stderr);
    assert!(scene.report().is_file(), "an argument came otherwise than it was written");
    for name in ["first", "second", "third"] {
        assert!(scene.path(&format!("metrics/insights-{name}.prom")).is_file());
    }

    scene.shell("/bin/sh", weekly).ok();
    assert_eq!(scene.ran().last(), Some(&named(("total-events", 0))));
}

#[test]
fn one_that_fails_is_told_and_holds_no_neighbour_up() {
    let scene = Scene::with_second(&["--source", "/nowhere"]);
    let line = commands(&scene.render("cron").join("insights.cron")).remove(0).1;
    let night = scene.shell("/bin/sh", &line);
    assert_eq!(night.code, Some(20), "{}", night.stderr);
    assert!(night.stderr.contains("/nowhere is not there"), "{}", night.stderr);
    let ran = [("monitoring", 0), ("activity", 20), ("video", 0)].map(named);
    assert_eq!(scene.ran(), ran);
}

#[test]
fn logs_are_shipped() {
    let scene = Scene::new();
    let line = commands(&scene.render("cron").join("insights-ship.cron")).remove(0);
    assert_eq!(line.0, "20 * * * *");
    let log = fs::File::create(scene.path("lms/tracking.log-20260301-1.gz")).unwrap();
    log.set_modified(std::time::UNIX_EPOCH).unwrap();
    scene.shell("/bin/sh", &line.1).ok();
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let shipped = scene.path("shipped").join(host.trim()).join("tracking.log-20260301-1.gz");
    assert!(shipped.is_file());
}
