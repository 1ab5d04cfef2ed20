//! Every file of settings loads, by each program's own check.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use deploy::{Settings, program, shipped};

const INSIGHTS: [&str; 5] = [
    "small-emr/insights.yml",
    "large-emr/insights.yml",
    "own-hadoop/insights-hadoop-1.yml",
    "own-hadoop/insights-hadoop-2.yml",
    "own-hadoop/insights-hadoop-3.yml",
];

fn said(output: &Output) -> String {
    let all =
        [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said).into_owned());
    all.concat()
}

fn insights(config: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(program("insights"));
    command.arg("-c").arg(config).args(words).env_clear();
    command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x").output().unwrap()
}

#[test]
fn insights_takes_its_settings() {
    let settings = Settings::new().unwrap();
    settings.install("shared/schedule.yml").unwrap();
    for file in INSIGHTS {
        let config = settings.install(file).unwrap();
        let checked = insights(&config, &["config", "check"]);
        assert!(checked.status.success(), "{file}: {}", said(&checked));
        let listed = insights(&config, &["schedule", "list"]);
        assert!(listed.status.success(), "{file}: {}", said(&listed));
    }
    let config = settings.install(INSIGHTS[0]).unwrap();
    let broken = fs::read_to_string(&config).unwrap().replace("runners:", "runers:");
    fs::write(&config, broken).unwrap();
    let checked = insights(&config, &["config", "check"]);
    assert_eq!(checked.status.code(), Some(3), "it checks");
}

#[test]
fn clusters_of_emr_are_described_within_their_budgets() {
    let settings = Settings::new().unwrap();
    for shape in ["small-emr", "large-emr"] {
        settings.install(&format!("{shape}/cluster.yml")).unwrap();
        let config = settings.install(&format!("{shape}/insights.yml")).unwrap();
        let file = settings.path("cluster.yml").display().to_string();
        let shown = insights(&config, &["cluster", "create", "--dry-run", "-f", &file]);
        assert!(shown.status.success(), "{shape}: {}", said(&shown));
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert_eq!(shown["region"], "REGION", "it is for the reader to say");
    }
}

/// The variables of a file as systemd reads it.
fn variables(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).unwrap();
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn the_data_api_takes_its_settings() {
    let settings = Settings::new().unwrap();
    let config = settings.install("shared/api.yml").unwrap();
    let environments = [Vec::new(), variables(&settings.install("large-emr/api.env").unwrap())];
    for (environment, host) in environments.into_iter().zip(["127.0.0.1", "DATABASE"]) {
        let mut command = Command::new(program("insights-api"));
        command.arg("check-config").arg(&config).env_clear().envs(environment);
        let checked = command.output().unwrap();
        let said = said(&checked);
        assert!(checked.status.success(), "{said}");
        assert!(said.contains(&format!("mysql://api@{host}:3306/reports")), "{said}");
        assert!(said.contains("https://api.insights.example.org"), "{said}");
    }
}

/// It loads and reads all secrets before it finds that nobody is there to be asked.
#[test]
fn the_site_takes_its_settings() {
    let settings = Settings::new().unwrap();
    let config = settings.install("shared/web.yml").unwrap();
    let check = || {
        let mut command = Command::new(program("insights-web"));
        command.arg("-c").arg(&config).arg("check-config").env_clear();
        // Nobody answers there.
        command
            .env("INSIGHTS_WEB_API", "http://127.0.0.1:9")
            .env("INSIGHTS_WEB_LMS", "http://127.0.0.1:9");
        command.output().unwrap()
    };
    let checked = check();
    let told = said(&checked);
    assert!(told.contains("Data API at http://127.0.0.1:9: cannot be reached"), "{told}");
    fs::remove_file(settings.path("sign_in_secret")).unwrap();
    assert!(!said(&check()).contains("Data API at"), "it reads its secrets");
}

/// What a file of settings names is a file that some step of a guide makes.
#[test]
fn guides_speak_of_every_secret() {
    let guides = [
        "small-emr/README.md",
        "large-emr/README.md",
        "own-hadoop/README.md",
        "small-emr/services.sh",
        "large-emr/server.sh",
    ];
    let guides = guides.map(|guide| fs::read_to_string(shipped(guide)).unwrap());
    let both = |at: [usize; 2]| at.map(|at| guides[at].as_str()).concat();
    let shapes = [("small", both([0, 3])), ("large", both([1, 4])), ("own", guides[2].clone())];
    for (shape, text) in shapes {
        for secret in [
            "api_password",
            "api_keys",
            "api_token",
            "pipeline_password",
            "lms_password",
            "session_keys",
            "sign_in_secret",
            "service_secret",
            "lms_keys",
        ] {
            assert!(text.contains(secret), "{shape}: {secret}");
        }
    }
}
