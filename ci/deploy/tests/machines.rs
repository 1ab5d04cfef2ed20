//! Scripts of machines, run over commands that stand in for the machine's: what is put where, for whom, and what is
//! started. Programs are the real ones.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use deploy::{program, shipped};
use tempfile::TempDir;

/// Writes down what it is told; no test is to be told a secret.
const NOTE: &str = r#"echo "$(basename "$0") $*" >> "$INSIGHTS_ROOT/told""#;
/// The bucket is a folder; secrets are files of it.
const AWS: &str = r#"
case $1 in
  s3) for last; do :; done
      mkdir -p "$last" && cp -r "$INSIGHTS_ROOT/bucket/${5#s3://bucket/}/." "$last/" ;;
  secretsmanager) cat "$INSIGHTS_ROOT/secrets/$4" ;;
esac"#;
const CURL: &str = r#"case $* in
  *local-ipv4*) echo 10.20.16.7 ;;
  *global-bundle.pem*) echo certificates > "$3" ;;
  *) echo token ;;
esac"#;
const MYSQL: &str = r#"cat > "$INSIGHTS_ROOT/statements"; echo "mysql $*" >> "$INSIGHTS_ROOT/told"
case $1 in --defaults-extra-file=*) cp "${1#*=}" "$INSIGHTS_ROOT/options" ;; esac"#;
const SECRET: &str = "secret-of-the-test";

struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(TempDir::new().unwrap());
        fs::create_dir_all(machine.at("usr/bin")).unwrap();
        for (name, text) in [("aws", AWS), ("curl", CURL), ("mysql", MYSQL), ("id", "echo 0")] {
            machine.command(name, text);
        }
        for name in ["chown", "systemctl", "systemd-sysusers", "haproxy", "dnf"] {
            machine.command(name, NOTE);
        }
        for part in ["shared", "small-emr", "large-emr"] {
            copy(&shipped(part), &machine.at("bucket/deploy").join(part));
        }
        fs::create_dir_all(machine.at("bucket/bin")).unwrap();
        for name in ["insights", "insights-api", "insights-web"] {
            std::os::unix::fs::symlink(program(name), machine.at("bucket/bin").join(name)).unwrap();
        }
        machine
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    fn command(&self, name: &str, text: &str) {
        let path = self.at("usr/bin").join(name);
        fs::write(&path, format!("#!/bin/bash\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, script: &str, words: &[&str]) {
        let path = format!("{}:{}", self.at("usr/bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command.arg(self.at("bucket/deploy").join(script)).args(words);
        let ended = command.env("PATH", path).env("INSIGHTS_ROOT", self.0.path()).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }

    /// What commands were told, without this folder's name.
    fn told(&self) -> String {
        self.read("told").replace(&self.0.path().display().to_string(), "")
    }

    fn is_private(&self, name: &str) {
        let mode = fs::metadata(self.at("etc/insights").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o400, "{name}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn the_master_of_a_small_cluster_becomes_the_server_of_all() {
    let machine = Machine::new();
    fs::create_dir_all(machine.at("bucket/secrets")).unwrap();
    for name in
        ["lms_password", "sign_in_secret", "service_secret", "lms_keys.json", "insights.pem"]
    {
        fs::write(machine.at("bucket/secrets").join(name), SECRET).unwrap();
    }
    fs::create_dir_all(machine.at("mnt/var/lib/info")).unwrap();
    fs::write(machine.at("mnt/var/lib/info/job-flow.json"), r#"{"jobFlowId" : "j-ABC", "x": 1}"#)
        .unwrap();
    let run = || machine.run("small-emr/services.sh", &["s3://bucket", "us-east-1"]);
    run();
    let settings = machine.read("etc/insights/insights.yml");
    assert!(
        settings.contains("cluster: j-ABC") && settings.contains("s3://bucket/warehouse"),
        "{settings}"
    );
    let (told, statements) = (machine.told(), machine.read("statements"));
    for started in [
        "enable --now insights-api@8100 insights-api@8101",
        "enable --now insights-web@8110 insights-web@8111",
        "enable --now insights-nightly.timer",
        "restart haproxy",
    ] {
        assert!(told.contains(&format!("systemctl {started}\n")), "{started}: {told}");
    }
    for (user, name) in [
        ("insights", "pipeline_password"),
        ("insights-api", "api_keys"),
        ("insights-web", "api_token"),
    ] {
        assert!(told.contains(&format!("chown {user} /etc/insights/{name}\n")), "{name}: {told}");
        machine.is_private(name);
    }
    assert!(machine.read("etc/systemd/system/insights-nightly.service").contains("run daily"));
    assert!(
        machine
            .read("etc/systemd/system/insights-.service.d/region.conf")
            .contains("AWS_REGION=us-east-1")
    );
    let password = machine.read("etc/insights/pipeline_password");
    assert!(
        statements.starts_with(&format!("SET @pipeline_password = '{}'", password.trim())),
        "{statements}"
    );
    assert!(!told.contains(password.trim()) && !told.contains(SECRET), "{told}");
    let token = machine.read("etc/insights/api_token");
    run();
    assert_eq!(
        (machine.read("etc/insights/pipeline_password"), machine.read("etc/insights/api_token")),
        (password, token)
    );
}

/// A machine of the large shape, with its secrets.
fn large(role: &str, secrets: &[(&str, &str)]) -> Machine {
    let machine = Machine::new();
    fs::create_dir_all(machine.at("secrets")).unwrap();
    for (name, text) in secrets {
        fs::write(machine.at("secrets").join(name), text).unwrap();
    }
    copy(&machine.at("bucket/deploy/shared"), &machine.at("opt/insights/deploy/shared"));
    copy(&machine.at("bucket/deploy/large-emr"), &machine.at("opt/insights/deploy/large-emr"));
    let names = secrets.iter().map(|(name, _)| *name);
    let database = (role != "web").then_some("database.rds.example");
    let words = [role, "s3://bucket", "eu-west-1"].into_iter().chain(database).chain(names);
    let words: Vec<_> = words.collect();
    machine.run("large-emr/server.sh", &words);
    assert!(!machine.told().contains(SECRET), "{}", machine.told());
    machine
}

const TOKENS: &str = r#"{"api_keys": "site:hash:0 service\n", "api_token": "secret-of-the-test"}"#;
const LMS: &str = r#"{"sign_in_secret": "a", "service_secret": "b", "lms_password": "secret-of-the-test", "lms_keys": {"keys": []}}"#;

#[test]
fn services_listen_where_the_balancer_looks_for_them() {
    let api = large("api", &[("api", SECRET), ("tokens", TOKENS)]);
    let environment = api.read("etc/insights/api.env");
    assert!(
        environment.ends_with("ADDRESS=10.20.16.7\n")
            && environment.contains("mysql://api@database.rds.example:3306/reports?ssl_ca="),
        "{environment}"
    );
    assert_eq!(api.read("etc/insights/api_keys").trim(), "site:hash:0 service");
    api.is_private("api_password");
    assert!(api.told().contains("systemctl enable --now insights-api@8100\n"), "{}", api.told());

    let web = large("web", &[("session", SECRET), ("tokens", TOKENS), ("lms", LMS)]);
    assert_eq!(web.read("etc/insights/lms_keys.json").trim(), r#"{"keys": []}"#);
    assert_eq!(web.read("etc/insights/web.env"), "ADDRESS=10.20.16.7\n");
    web.is_private("sign_in_secret");
    assert!(web.told().contains("systemctl enable --now insights-web@8110\n"), "{}", web.told());
}

#[test]
fn the_scheduler_makes_the_store_and_its_timers() {
    let database = r#"{"username": "administrator", "password": "secret-of-the-test"}"#;
    let secrets = [("database", database), ("pipeline", SECRET), ("api", "other"), ("lms", LMS)];
    let machine = large("scheduler", &secrets);
    let options = machine.read("options");
    assert!(options.contains("user=administrator\npassword=secret-of-the-test\n"), "{options}");
    assert!(options.contains("host=database.rds.example\nssl-ca="), "{options}");
    assert!(options.contains("\nssl-verify-server-cert\n"), "{options}");
    let settings = machine.read("etc/insights/insights.yml");
    assert!(settings.contains("pipeline@database.rds.example:3306"), "{settings}");
    assert!(
        machine
            .read("statements")
            .starts_with("SET @pipeline_password = 'secret-of-the-test', @api_password = 'other';")
    );
    machine.is_private("pipeline_password");
    assert!(machine.read("etc/systemd/system/insights-nightly.timer").contains("OnCalendar"));
    assert!(
        machine.told().contains("systemctl enable --now insights-nightly.timer\n"),
        "{}",
        machine.told()
    );
}
