//! The guides of both deployments on EMR, followed word by word with AWS's own program as far as no machine has to
//! come up: moto stands for AWS, and commands that build stand for builds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use deploy::{program, shipped, step};
use serde_json::Value;
use tempfile::TempDir;
use testkit::{cached_or_skip, looking_static};

/// What the LMS's administrator gives.
const OF_THE_LMS: &[&str] = &["lms_password", "sign_in_secret", "service_secret", "lms_keys.json"];

/// A checkout with one deployment, and an AWS of its own.
struct Reader {
    checkout: TempDir,
    /// The process of moto.
    moto: String,
    endpoint: String,
    aws: PathBuf,
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(&self.moto).status();
    }
}

impl Reader {
    fn or_skip(test: &str) -> Option<Self> {
        let aws = cached_or_skip(test, "cloud/bin").unwrap()?;
        let started = Command::new(shipped("../s3")).output().unwrap();
        let started = String::from_utf8(started.stdout).unwrap();
        let (moto, port) = started.trim().split_once(' ').expect("moto does not start");
        let endpoint = format!("http://127.0.0.1:{port}");
        let reader =
            Self { checkout: TempDir::new().unwrap(), moto: moto.to_owned(), endpoint, aws };
        for part in ["shared", "small-emr", "large-emr"] {
            let to = reader.at("ci/deploy").join(part);
            fs::create_dir_all(&to).unwrap();
            for file in fs::read_dir(shipped(part)).unwrap().map(Result::unwrap) {
                fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
        }
        reader.let_builds_be_done();
        Some(reader)
    }

    /// `cargo build` has been run; `make program` prints a program that looks static.
    fn let_builds_be_done(&self) {
        let mut jobs = looking_static(&program("jobs")).unwrap();
        jobs.truncate(4096);
        fs::write(self.at("static-jobs"), jobs).unwrap();
        fs::create_dir_all(self.at("target/release")).unwrap();
        fs::create_dir_all(self.at("commands")).unwrap();
        let make =
            format!("[ \"$*\" = '-s program' ] && echo {}", self.at("static-jobs").display());
        for (name, text) in [("cargo", "[ \"$*\" = 'build --release' ]"), ("make", &make)] {
            let path = self.at("commands").join(name);
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        for name in ["insights", "insights-api", "insights-web"] {
            fs::write(self.at("target/release").join(name), name).unwrap();
            std::os::unix::fs::symlink(program(name), self.at("commands").join(name)).unwrap();
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.checkout.path().join(path)
    }

    /// Edits a file, as a step of a guide says.
    fn edit(&self, path: &str, edits: &[(&str, &str)]) {
        let path = self.at("ci/deploy").join(path);
        let mut text = fs::read_to_string(&path).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{}: {from}", path.display());
            text = text.replace(from, to);
        }
        fs::write(path, text).unwrap();
    }

    /// Runs a script in the checkout; gives what it printed.
    fn follow(&self, script: &str) -> String {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", script]).current_dir(self.checkout.path());
        let folders = [&self.at("commands"), &self.aws].map(|folder| folder.display().to_string());
        let path = format!("{}:{}", folders.join(":"), std::env::var("PATH").unwrap());
        command
            .env("PATH", path)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env_remove("CARGO_TARGET_DIR");
        command.env("AWS_ACCESS_KEY_ID", "tester").env("AWS_SECRET_ACCESS_KEY", "never-shown");
        let ended = command.output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{script}\n{said}");
        assert!(!said.contains("never-shown"), "{said}");
        String::from_utf8(ended.stdout).unwrap()
    }

    fn json(&self, question: &str) -> Value {
        serde_json::from_str(&self.follow(question)).unwrap()
    }
}

fn write_secrets(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for name in OF_THE_LMS {
        fs::write(folder.join(name), r#"{"keys": []}"#).unwrap();
    }
}

#[test]
fn the_guide_of_a_small_cluster_ends_with_a_cluster_that_has_all_it_starts_from() {
    let test = "the_guide_of_a_small_cluster_ends_with_a_cluster_that_has_all_it_starts_from";
    let Some(reader) = Reader::or_skip(test) else { return };
    let guide = "small-emr/README.md";
    write_secrets(&reader.at("secrets"));
    fs::write(reader.at("secrets/insights.pem"), "of the test").unwrap();
    let named = step(guide, 1);
    let names = named.lines().next().unwrap();
    reader.follow(&[named.as_str(), &step(guide, 2), &step(guide, 3)].concat());
    let capitals = [
        ("BUCKET", "my-insights"),
        ("KEYPAIR", "ours"),
        ("SUBNET", "subnet-1"),
        ("REGION", "us-east-1"),
    ];
    reader.edit("small-emr/cluster.yml", &capitals);
    let copies = step(guide, 2);
    let again = copies.trim_end().lines().last().unwrap();
    let said = reader.follow(&[names, again, &step(guide, 5)].join("\n"));
    let id = said.lines().last().unwrap();

    let steps = reader.json(&format!("aws emr list-steps --region us-east-1 --cluster-id {id}"));
    let words = steps["Steps"][0]["Config"]["Args"].as_array().unwrap();
    let script = words.iter().filter_map(Value::as_str).find(|word| word.ends_with(".sh")).unwrap();
    assert_eq!(script, "s3://my-insights/deploy/small-emr/services.sh");
    let there = reader.follow("aws s3 ls --recursive s3://my-insights");
    let there: Vec<_> = there.lines().filter_map(|line| line.split_whitespace().last()).collect();
    for name in ["bin/insights", "bin/insights-api", "bin/insights-web", "bin/jobs"] {
        assert!(there.contains(&name), "{name}: {there:?}");
    }
    for name in ["deploy/small-emr/services.sh", "deploy/shared/machine.sh", "secrets/insights.pem"]
    {
        assert!(there.contains(&name), "{name}: {there:?}");
    }
}

#[test]
fn the_guide_of_a_large_deployment_makes_the_stack_and_fills_its_secrets() {
    let test = "the_guide_of_a_large_deployment_makes_the_stack_and_fills_its_secrets";
    let Some(reader) = Reader::or_skip(test) else { return };
    let guide = "large-emr/README.md";
    // What moto does not understand (stack.py).
    let instead = [
        ("DBParameterGroupName: !Ref DatabaseSettings", "DBParameterGroupName: default.mysql8.4"),
        ("!GetAtt ApiBalancer.CanonicalHostedZoneID", "Z35SXDOTRQ7X7K"),
    ];
    reader.edit("large-emr/template.yml", &instead);
    let certificate = |name: &str| {
        let asked = format!("aws acm request-certificate --region us-east-1 --domain-name {name}");
        reader.json(&asked)["CertificateArn"].as_str().unwrap().to_owned()
    };
    let certificates = ["insights.example.org", "api.insights.example.org"].map(certificate);
    let made = certificates
        .iter()
        .fold(step(guide, 3), |code, certificate| code.replacen("arn:aws:acm:…", certificate, 1));
    reader.follow(&[step(guide, 1), step(guide, 2), made].concat());
    let question =
        "aws cloudformation list-stack-resources --region us-east-1 --stack-name insights";
    let made = reader.json(question)["StackResourceSummaries"].as_array().unwrap().len();
    assert!(made > 50, "{made} resources");

    // moto makes no secrets of a stack, nor tells its outputs.
    write_secrets(reader.checkout.path());
    let names = "export REGION=us-east-1 ApiTokenSecretName=api-token LmsSecretName=of-the-lms\n";
    for secret in ["api-token", "of-the-lms"] {
        reader.follow(&format!(
            "aws secretsmanager create-secret --region us-east-1 --name {secret}"
        ));
    }
    reader.follow(&format!("{names}{}", step(guide, 4)));
    let held = |secret: &str| -> Value {
        let asked = "aws secretsmanager get-secret-value --region us-east-1 --secret-id";
        let answer = reader.json(&format!("{asked} {secret}"));
        serde_json::from_str(answer["SecretString"].as_str().unwrap()).unwrap()
    };
    let (token, lms) = (held("api-token"), held("of-the-lms"));
    assert!(token["api_keys"].as_str().unwrap().contains("site"), "a key of the site");
    assert!(!token["api_token"].as_str().unwrap().is_empty());
    for name in ["lms_keys", "sign_in_secret", "service_secret", "lms_password"] {
        assert!(!lms[name].is_null(), "{name}");
    }
    for left in ["api_keys", "api_token", "token.json", "lms.json"] {
        assert!(!reader.at(left).exists(), "{left} is left");
    }
}
