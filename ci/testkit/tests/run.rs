//! `ci/run` tells what passed from what was skipped.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// What `ci/run` says, and its exit code, where the parts end with these codes.
fn run(codes: [u8; 5], on_ci: bool) -> (String, i32) {
    let checks = tempfile::tempdir().unwrap();
    for (part, code) in ["fmt", "lint", "test", "e2e", "cluster"].iter().zip(codes) {
        let path = checks.path().join(part);
        fs::write(&path, format!("#!/bin/sh\necho words of {part}\nexit {code}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../run"));
    command.env("INSIGHTS_CHECKS", checks.path()).env_remove("CI");
    if on_ci {
        command.env("CI", "true");
    }
    let ended = command.output().unwrap();
    (String::from_utf8(ended.stdout).unwrap(), ended.status.code().unwrap())
}

#[test]
fn what_is_skipped_is_not_passed() {
    let (said, code) = run([0, 0, 0, 0, 77], false);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("== cluster SKIPPED in "), "{said}");
    assert!(said.ends_with("SKIPPED, not passed: cluster\n"), "{said}");
}

#[test]
fn on_ci_nothing_may_be_skipped() {
    let (said, code) = run([0, 0, 0, 77, 0], true);
    assert_eq!(code, 1, "{said}");
    assert!(said.ends_with("failed: e2e\n"), "{said}");
}

#[test]
fn what_failed_is_named_and_the_rest_runs() {
    let (said, code) = run([0, 1, 0, 0, 0], false);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("== cluster passed in ") && said.ends_with("failed: lint\n"), "{said}");
    assert!(said.contains("\n== the last that lint printed:\nwords of lint\nfailed"), "{said}");
    assert_eq!(run([0; 5], true).1, 0);
}
