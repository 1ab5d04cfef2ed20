//! The program itself: settings, refusals, the way it ends.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
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

/// A folder with all the files that settings name, and the settings.
fn settings() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).display().to_string()
    };
    let secret = file("secret", "secret-of-the-test\n");
    let keys = file("keys.json", r#"{"keys": []}"#);
    file(
        "web.yml",
        &format!(
            "api: http://127.0.0.1:9\napi_token_file: {secret}\nlisten: 127.0.0.1:0\n\
             lms: http://127.0.0.1:9\njwt_keys_file: {keys}\n\
             sign_in_client_id: insights\nsign_in_client_secret_file: {secret}\n\
             service_client_id: insights\nservice_client_secret_file: {secret}\n"
        ),
    );
    folder
}

#[test]
fn a_secret_that_cannot_be_read_is_named() {
    let folder = settings();
    let config = folder.path().join("web.yml");
    for flag in ["--api-token-file", "--sign-in-client-secret-file", "--jwt-keys-file"] {
        let arguments = ["--config", config.to_str().unwrap(), flag, "/nowhere/secret"];
        let message = refusal(program().args(arguments));
        assert!(message.contains("/nowhere/secret"), "{message}");
    }
}

#[test]
fn settings_are_checked_without_telling_secrets() {
    let folder = settings();
    let mut command = program();
    command.arg("--config").arg(folder.path().join("web.yml")).arg("check-config");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "nobody listens there");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("api: http://127.0.0.1:9\n"), "{told}");
    assert!(told.contains("Data API at http://127.0.0.1:9: cannot be reached"), "{told}");
    assert!(
        told.contains("LMS at http://127.0.0.1:9/oauth2/access_token, as a service: cannot"),
        "{told}"
    );
    assert!(!told.contains("secret-of-the-test"), "{told}");
}

#[test]
fn the_program_says_where_it_listens_and_ends_in_order() {
    let folder = settings();
    let mut child = program()
        .arg("--config")
        .arg(folder.path().join("web.yml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("insights-web listens on http://127.0.0.1:");
    let port = address.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
    // A reader who leaves in the middle of a request.
    TcpStream::connect(("127.0.0.1", port)).unwrap().write_all(b"GET / HT").unwrap();
    let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("stopping") && !log.contains("secret-of-the-test"), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
}

#[test]
fn a_running_program_tells_its_counts_and_reads_announcements_again() {
    let folder = settings();
    let announcements = folder.path().join("announcements.yml");
    std::fs::write(&announcements, "[]").unwrap();
    let mut child = program()
        .arg("--config")
        .arg(folder.path().join("web.yml"))
        .args(["--metrics-listen", "127.0.0.1:0", "--announcements"])
        .arg(&announcements)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let metrics = said.next().unwrap().strip_prefix("metrics are at ").unwrap().to_owned();
    let site = said.next().unwrap().strip_prefix("insights-web listens on ").unwrap().to_owned();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut logged = |wanted: &str| log.find(|line| line.contains(wanted)).unwrap();
    let get = |url: String| {
        tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(async { reqwest::get(url).await.unwrap().text().await.unwrap() })
    };
    get(format!("{site}/help/?secret=1"));
    let line: serde_json::Value = serde_json::from_str(&logged("answered")).unwrap();
    let told = |name: &str| line[name].clone();
    assert_eq!(
        (told("target"), told("method"), told("path")),
        ("access".into(), "GET".into(), "/help/".into())
    );
    assert_eq!((told("status"), told("user"), told("lms_ms")), (200.into(), "".into(), 0.into()));
    let counts = get(metrics);
    assert!(counts.contains(r#"insights_web_requests_total{page="",status="200"} 1"#), "{counts}");
    std::fs::write(&announcements, "- {id: a}").unwrap();
    let hang_up = || Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap();
    assert!(hang_up().success());
    assert!(logged("stay as they are").contains("announcements.yml"));
    std::fs::write(&announcements, "- {id: a, title: {en: A}}").unwrap();
    assert!(hang_up().success());
    logged("read again: 1 announcements");
    child.kill().unwrap();
    child.wait().unwrap();
}
