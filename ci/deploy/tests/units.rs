//! Units and users: systemd's own checks read them.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use deploy::shipped;
use testkit::program_or_skip;

const UNITS: [&str; 2] = ["insights-api@.service", "insights-web@.service"];
/// Of ten; units without any hardening have more than nine.
const MOST_EXPOSED: &str = "20";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// The unit with programs that are there, in a folder.
fn installed(folder: &Path, unit: &str) -> PathBuf {
    let text = fs::read_to_string(shipped("shared").join(unit)).unwrap();
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    for name in ["insights-api", "insights-web"] {
        fs::write(bin.join(name), "#!/bin/sh\n").unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = folder.join(unit.replace("@.", "@8100."));
    fs::write(&path, text.replace("/opt/insights/bin", &bin.display().to_string())).unwrap();
    path
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let test = "systemd_finds_nothing_wrong_with_the_units of deployments";
    let Some(analyze) = program_or_skip(test, "systemd-analyze", "systemd").unwrap() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for unit in UNITS {
        let path = installed(folder.path(), unit);
        let verify =
            || Command::new(&analyze).args(["verify", "--man=no"]).arg(&path).output().unwrap();
        let checked = verify();
        let wrong = said(&checked);
        // What this machine's own units lack is none of ours.
        let ours: Vec<_> = wrong.lines().filter(|line| line.contains("insights-")).collect();
        assert!(checked.status.success() && ours.is_empty(), "{unit}: {wrong}");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("Type=exec", "Typo=exec")).unwrap();
        assert!(said(&verify()).contains("Typo"), "it checks");
    }
}

#[test]
fn units_are_let_do_little() {
    let Some(analyze) =
        program_or_skip("units_are_let_do_little", "systemd-analyze", "systemd").unwrap()
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let threshold = format!("--threshold={MOST_EXPOSED}");
    let exposed = |path: &Path| {
        let mut command = Command::new(&analyze);
        command
            .args(["security", "--offline=true", "--no-pager", &threshold])
            .arg(path)
            .output()
            .unwrap()
    };
    for unit in UNITS {
        let path = installed(folder.path(), unit);
        let checked = exposed(&path);
        assert!(checked.status.success(), "{unit}: {}", said(&checked));
        let text = fs::read_to_string(&path).unwrap();
        let bare: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with("Protect") && !line.starts_with("Private"))
            .collect();
        fs::write(&path, bare.join("\n")).unwrap();
        assert!(!exposed(&path).status.success(), "it checks");
    }
}

#[test]
fn systemd_takes_the_users() {
    let test = "systemd_takes_the_users";
    let Some(sysusers) = program_or_skip(test, "systemd-sysusers", "systemd").unwrap() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let users = fs::read_to_string(shipped("shared/insights.sysusers.conf")).unwrap();
    let file = folder.path().join("users.conf");
    let taken = |text: &str| {
        fs::write(&file, text).unwrap();
        Command::new(&sysusers).arg("--dry-run").arg(&file).output().unwrap()
    };
    let checked = taken(&users);
    assert!(checked.status.success(), "{}", said(&checked));
    let checked = taken(&users.replace("Data API", "Data: API"));
    assert!(!checked.status.success(), "it checks");
}
