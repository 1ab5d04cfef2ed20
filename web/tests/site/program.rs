//! The program itself: settings, refusals, the way it ends.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;

fn program() -> Command {
    let mut command = Command::cargo_bin("insights-web").unwrap();
    command.env_clear();
    command
}

fn refusal(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn settings_that_are_missing_or_unknown_are_named() {
    assert!(refusal(&mut program()).contains("api is not set"));
    let unknown = refusal(program().env("INSIGHTS_WEB_LISEN", "x"));
    assert!(
        unknown.contains("INSIGHTS_WEB_LISEN") && unknown.contains("INSIGHTS_WEB_LISTEN"),
        "{unknown}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("web.yml");
    std::fs::write(&file, "api: http://x\ntokn: y\n").unwrap();
    let unknown = refusal(program().arg("--config").arg(&file));
    assert!(unknown.contains("web.yml") && unknown.contains("unknown field `tokn`"), "{unknown}");
}

#[test]
fn a_token_that_cannot_be_read_is_named() {
    let message = refusal(program().args([
        "--demo",
        "--api",
        "http://127.0.0.1:9",
        "--api-token-file",
        "/nowhere/token",
    ]));
    assert!(message.contains("/nowhere/token"), "{message}");
}

#[test]
fn the_program_says_where_it_listens_and_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "secret-of-the-test\n").unwrap();
    let mut child = program()
        .args([
            "--demo",
            "--api",
            "http://127.0.0.1:9",
            "--listen",
            "127.0.0.1:0",
            "--api-token-file",
        ])
        .arg(&token)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("insights-web listens on http://127.0.0.1:"), "{line}");
    let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("stopping") && !log.contains("secret-of-the-test"), "{log}");
}
