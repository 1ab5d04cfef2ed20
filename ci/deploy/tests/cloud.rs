//! The template of CloudFormation: linted, created and deleted in moto, and held to rules.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use deploy::shipped;
use serde_yaml::Value;
use testkit::cached_or_skip;

const TEMPLATE: &str = "large-emr/template.yml";

/// The template as data; `!Ref X` becomes what `Ref: X` is.
fn template() -> Value {
    plain(serde_yaml::from_str(&fs::read_to_string(shipped(TEMPLATE)).unwrap()).unwrap())
}

fn plain(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => {
            let name = tagged.tag.to_string().trim_start_matches('!').to_owned();
            let name = if name == "Ref" { name } else { format!("Fn::{name}") };
            Value::Mapping([(Value::from(name), plain(tagged.value))].into_iter().collect())
        }
        Value::Mapping(map) => {
            Value::Mapping(map.into_iter().map(|(key, value)| (key, plain(value))).collect())
        }
        Value::Sequence(all) => Value::Sequence(all.into_iter().map(plain).collect()),
        other => other,
    }
}

/// The resources of a type, by name.
fn of_type(template: &Value, kind: &str) -> Vec<(String, Value)> {
    let all = template["Resources"].as_mapping().unwrap();
    let ours = all.iter().filter(|(_, it)| it["Type"] == kind);
    let found: Vec<_> = ours
        .map(|(name, it)| (name.as_str().unwrap().to_owned(), it["Properties"].clone()))
        .collect();
    assert!(!found.is_empty(), "no {kind}");
    found
}

#[test]
fn cfn_lint_finds_nothing() {
    let Some(lint) = cached_or_skip("cfn_lint_finds_nothing", "cloud/bin/cfn-lint").unwrap() else {
        return;
    };
    let run = |path: &std::path::Path| Command::new(&lint).arg(path).output().unwrap();
    let said = run(&shipped(TEMPLATE));
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    let folder = tempfile::tempdir().unwrap();
    let broken = fs::read_to_string(shipped(TEMPLATE))
        .unwrap()
        .replace("CidrBlock: !FindInMap", "Cidr: !FindInMap");
    fs::write(folder.path().join("broken.yml"), broken).unwrap();
    assert!(!run(&folder.path().join("broken.yml")).status.success(), "it checks");
}

#[test]
fn the_stack_is_created_and_deleted_in_an_emulator() {
    let test = "the_stack_is_created_and_deleted_in_an_emulator";
    let Some(python) = cached_or_skip(test, "cloud/bin/python").unwrap() else { return };
    let mut command = Command::new(python);
    let said = command
        .args(["-W", "ignore"])
        .arg(shipped("large-emr/stack.py"))
        .arg(shipped(TEMPLATE))
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let told = String::from_utf8(said.stdout).unwrap();
    assert!(told.contains("resources were created and deleted"), "{told}");
    // The guide tells what the emulator lacks.
    let guide = fs::read_to_string(shipped("large-emr/README.md")).unwrap();
    let lacking = told.trim().split_once("moto makes no ").unwrap().1;
    for kind in lacking.split(", ") {
        assert!(guide.contains(kind), "{kind}");
    }
}

#[test]
fn only_balancers_are_open_to_the_world_and_only_for_tls() {
    let template = template();
    let balancers = of_type(&template, "AWS::ElasticLoadBalancingV2::LoadBalancer");
    let public = balancers.iter().filter(|(_, it)| it["Scheme"] == "internet-facing");
    let theirs: Vec<_> =
        public.flat_map(|(_, it)| it["SecurityGroups"].as_sequence().unwrap()).collect();
    assert_eq!(theirs.len(), 1, "one balancer is public");
    let mut open = 0;
    for (name, group) in of_type(&template, "AWS::EC2::SecurityGroup") {
        for rule in group["SecurityGroupIngress"].as_sequence().into_iter().flatten() {
            let world = rule["CidrIp"] == "0.0.0.0/0" || rule["CidrIpv6"] == "::/0";
            let is_balancers = theirs.iter().any(|it| it["Ref"] == name.as_str());
            let is_tls = rule["FromPort"] == 443 && rule["ToPort"] == 443;
            assert!(!world || (is_balancers && is_tls), "{name}: {rule:?}");
            open += usize::from(world);
        }
    }
    assert_eq!(open, 1);
    for (name, listener) in of_type(&template, "AWS::ElasticLoadBalancingV2::Listener") {
        assert!(listener["Protocol"] == "HTTPS" && listener["Port"] == 443, "{name}");
    }
}

#[test]
fn buckets_are_encrypted_and_block_the_public() {
    for (name, bucket) in of_type(&template(), "AWS::S3::Bucket") {
        let block = &bucket["PublicAccessBlockConfiguration"];
        for key in
            ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
        {
            assert_eq!(block[key], true, "{name}: {key}");
        }
        let rules =
            bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"].as_sequence().unwrap();
        assert!(!rules.is_empty(), "{name}");
        assert!(bucket["LifecycleConfiguration"]["Rules"].is_sequence(), "{name}");
    }
}

#[test]
fn the_database_is_encrypted_and_private_and_no_password_is_a_parameter() {
    let template = template();
    for (name, database) in of_type(&template, "AWS::RDS::DBInstance") {
        assert!(
            database["StorageEncrypted"] == true && database["PubliclyAccessible"] == false,
            "{name}"
        );
        let password = database["MasterUserPassword"]["Fn::Sub"].as_str().unwrap();
        assert!(password.starts_with("{{resolve:secretsmanager:"), "{name}");
    }
    let parameters = template["Parameters"].as_mapping().unwrap().keys();
    let names = parameters.map(|name| name.as_str().unwrap().to_lowercase());
    let secret = |name: &String| {
        ["password", "secret", "token", "key"].iter().any(|word| name.contains(word))
    };
    assert_eq!(names.filter(secret).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn roles_may_do_no_more_than_they_name() {
    for (name, role) in of_type(&template(), "AWS::IAM::Role") {
        for policy in role["Policies"].as_sequence().into_iter().flatten() {
            for statement in policy["PolicyDocument"]["Statement"].as_sequence().unwrap() {
                let actions = match &statement["Action"] {
                    Value::Sequence(all) => all.clone(),
                    one => vec![one.clone()],
                };
                for action in actions.iter().map(|it| it.as_str().unwrap()) {
                    assert!(!action.contains('*'), "{name}: {action}");
                    // AWS knows no narrower resource for these two.
                    let is_wide = ["elasticmapreduce:RunJobFlow", "elasticmapreduce:ListClusters"]
                        .contains(&action);
                    assert!(statement["Resource"] != "*" || is_wide, "{name}: {action}");
                }
            }
        }
    }
    for (name, machine) in of_type(&template(), "AWS::EC2::LaunchTemplate") {
        let data = &machine["LaunchTemplateData"];
        assert_eq!(data["MetadataOptions"]["HttpTokens"], "required", "{name}");
        assert_eq!(data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"], true, "{name}");
    }
}
