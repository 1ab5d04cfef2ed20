//! What the program says of itself, and what it makes of the original's settings, as a user calls it.
#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn insights(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("insights").unwrap().args(arguments).assert()
}

fn said(arguments: &[&str]) -> String {
    let done = insights(arguments).success();
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

#[test]
fn shells_complete_commands_and_the_manual_has_a_page_for_each() {
    for shell in ["bash", "zsh", "fish"] {
        let script = said(&["completions", shell]);
        assert!(script.contains("insights") && script.contains("why"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    said(&["man", "--out", folder.path().to_str().unwrap()]);
    let run = std::fs::read_to_string(folder.path().join("insights-run.1")).unwrap();
    assert!(run.contains(".SH OPTIONS") && run.contains("interval"), "{run}");
    assert!(folder.path().join("insights-config-convert.1").exists());
}

#[test]
fn a_version_tells_the_checksum_of_the_file_that_runs() {
    assert_eq!(said(&["version"]), format!("insights {}\n", env!("CARGO_PKG_VERSION")));
    let told = said(&["version", "--build-info"]);
    let bytes = std::fs::read(assert_cmd::cargo::cargo_bin("insights")).unwrap();
    let sum = Sha256::digest(&bytes).iter().fold(String::new(), |mut sum, byte| {
        write!(sum, "{byte:02x}").unwrap();
        sum
    });
    assert!(told.contains(&format!("sha256 {sum}\n")) && told.contains("revision "), "{told}");
}

#[test]
fn settings_of_the_original_become_ours_and_secrets_files() {
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/original/settings.cfg");
    let original = original.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("secrets");
    let convert = ["config", "convert", original, "--secrets", secrets.to_str().unwrap()];
    let printed = said(&convert);
    assert!(
        printed.starts_with("# [database-import] destination: imports stand in the warehouse\n")
    );
    assert!(!printed.contains("not-for-the-settings"), "{printed}");
    let secret = secrets.join("lms_api_client_secret");
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "not-for-the-settings\n");
    assert_eq!(std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);

    let settings = folder.path().join("insights.yml");
    std::fs::write(&settings, &printed).unwrap();
    said(&["-c", settings.to_str().unwrap(), "config", "check"]);

    // A second time there is a file already, which may be newer than what the original holds.
    let again = insights(&convert).failure();
    let error = String::from_utf8_lossy(&again.get_output().stderr).into_owned();
    assert!(error.contains("lms_api_client_secret") && !error.contains("not-for"), "{error}");

    let elsewhere = said(&["config", "convert", original]);
    assert!(elsewhere.contains(
        "# put the secret of lms_api_client_secret into secrets/lms_api_client_secret\n"
    ));
    assert_eq!(insights(&["config", "convert", "/none.cfg"]).get_output().status.code(), Some(3));
}
