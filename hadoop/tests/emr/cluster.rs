//! `insights cluster` and `insights cost`.

use crate::scene::{DESCRIPTION, HOURLY, Scene};
use serde_json::{Value, json};

fn made(scene: &Scene) -> String {
    let made = scene.insights(&["cluster", "create"]).ok().stdout;
    let id = made.trim().to_owned();
    assert!(id.starts_with("j-"), "{made}");
    id
}

#[test]
fn a_cluster_is_made_listed_shown_resized_and_ended() {
    let Some(scene) = Scene::or_skip("verbs") else { return };
    let id = made(&scene);
    let listed = scene.insights(&["cluster", "list"]).ok().stdout;
    assert!(listed.starts_with(&format!("{id}\tWAITING\tnightly\t")), "{listed}");
    scene.insights(&["cluster", "resize", &id, "core", "7"]).ok();
    let missing = scene.insights(&["cluster", "resize", &id, "task", "7"]);
    assert_eq!(missing.code, Some(20), "{}", missing.stderr);
    let shown = scene.insights(&["cluster", "show", &id]).ok().stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["name"], "nightly");
    let groups = shown["instances"].as_array().unwrap();
    let core = groups.iter().find(|group| group["role"] == "CORE").unwrap();
    assert_eq!((&core["asked"], &core["market"]), (&json!(7), &json!("SPOT")));
    let fits = scene.insights(&["cluster", "why-not", &id]).ok().stdout;
    assert_eq!(fits, format!("{id}\tfits\n"));
    scene.insights(&["cluster", "terminate", &id]).ok();
    assert_eq!(scene.service.alive(), Vec::<String>::new());
    assert_eq!(scene.insights(&["cluster", "list"]).ok().stdout, "");
    let all = scene.insights(&["cluster", "list", "--all"]).ok().stdout;
    assert!(all.contains("TERMINATED"), "{all}");
    let why = scene.insights(&["cluster", "why-not", &id]).ok().stdout;
    assert!(why.contains("it is TERMINATED"), "{why}");
}

#[test]
fn a_description_is_checked_before_anything_is_asked_for() {
    let Some(scene) = Scene::or_skip("dry") else { return };
    let extra = scene.university.path("extra.yml");
    let create = |text: &str| {
        std::fs::write(&extra, text).unwrap();
        let extra = extra.display().to_string();
        scene.insights(&["cluster", "create", "--dry-run", "-f", "cluster.yml", "-f", &extra])
    };
    let shown = create("name: other\ninstance_groups: {core: {num_instances: 5}}\n").ok().stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["name"], "other");
    let core = &shown["instance_groups"]["core"];
    assert_eq!((&core["num_instances"], &core["type"]), (&json!(5), &json!("m5.2xlarge")));
    for (text, said) in [
        ("release_lable: x\n", "did you mean `release_label`?"),
        ("max_idle_minutes: 0\n", "max_idle_minutes"),
        (
            "instance_fleets: {master: {on_demand_capacity: 1, instance_types: [{type: m5.xlarge}]}}\n",
            "not both",
        ),
        ("steps: [{name: x, type: pig_install}]\n", "pig_install"),
    ] {
        let refused = create(text);
        assert_eq!(refused.code, Some(3), "{text}: {}", refused.stderr);
        assert!(refused.stderr.contains(said), "{text}: {}", refused.stderr);
    }
    assert_eq!(scene.service.asked("RunJobFlow"), Vec::<Value>::new());
}

#[test]
fn fleets_fall_back_from_spot_and_may_lie_in_several_subnets() {
    let Some(scene) = Scene::or_skip("fleets") else { return };
    let description = format!(
        "{}vpc_subnet_id: [subnet-1, subnet-2]\ninstance_fleets:\n  \
         master: {{on_demand_capacity: 1, instance_types: [{{type: m5.xlarge}}]}}\n  \
         core: {{on_demand_capacity: 1, spot_capacity: 3, on_demand_fallback: true, bid_price_pct: 40, \
         instance_types: [{{type: m5.2xlarge, weight: 2}}, {{type: m4.xlarge, bid_price_pct: 60}}]}}\n  \
         task: {{spot_capacity: 0, instance_types: [{{type: m5.xlarge}}]}}\n",
        DESCRIPTION
            .replace("vpc_subnet_id: subnet-1\n", "")
            .lines()
            .filter(|line| !line.starts_with("instance_groups") && !line.starts_with("  "))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    );
    std::fs::write(scene.university.path("cluster.yml"), description).unwrap();
    made(&scene);
    let asked = &scene.service.asked("RunJobFlow")[0]["Instances"];
    assert_eq!(asked["Ec2SubnetIds"], json!(["subnet-1", "subnet-2"]));
    let fleets = asked["InstanceFleets"].as_array().unwrap();
    assert_eq!(fleets.len(), 2, "{fleets:?}");
    let core = &fleets[1];
    assert_eq!(
        (&core["TargetOnDemandCapacity"], &core["TargetSpotCapacity"]),
        (&json!(1), &json!(3))
    );
    let spot = &core["LaunchSpecifications"]["SpotSpecification"];
    assert_eq!(spot["TimeoutAction"], "SWITCH_TO_ON_DEMAND");
    assert_eq!(spot["TimeoutDurationMinutes"], 15);
    let bids: Vec<_> = core["InstanceTypeConfigs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["BidPriceAsPercentageOfOnDemandPrice"].as_f64().unwrap())
        .collect();
    assert_eq!(bids, [40.0, 60.0]);
    assert_eq!(fleets[0]["LaunchSpecifications"], Value::Null);
}

#[test]
fn clusters_over_their_time_are_reaped_and_those_of_others_are_not() {
    let Some(scene) = Scene::or_skip("reap") else { return };
    let id = made(&scene);
    let (_, foreign) = scene.service.of_moto(
        "RunJobFlow",
        &json!({"Name": "foreign", "Instances": {"KeepJobFlowAliveWhenNoSteps": true}}),
    );
    assert_eq!(scene.insights(&["cluster", "reap"]).ok().stdout, "");
    let tags = json!([{"Key": "insights-until", "Value": "2020-01-01T00:00:00Z"}]);
    scene.service.of_moto("AddTags", &json!({"ResourceId": id, "Tags": tags}));
    let said = format!("{id}\tnightly\tits time is over\n");
    assert_eq!(scene.insights(&["cluster", "reap", "--dry-run"]).ok().stdout, said);
    assert_eq!(scene.service.alive().len(), 2);
    assert_eq!(scene.insights(&["cluster", "reap"]).ok().stdout, said);
    assert_eq!(scene.service.alive(), [foreign["JobFlowId"].as_str().unwrap()]);
}

#[test]
fn an_idle_cluster_is_reaped() {
    let Some(scene) = Scene::or_skip("idle") else { return };
    let id = made(&scene);
    let reaped = scene.insights(&["cluster", "reap", "--idle-minutes", "0"]).ok().stdout;
    assert_eq!(reaped, format!("{id}\tnightly\tit is idle\n"));
    assert_eq!(scene.service.alive(), Vec::<String>::new());
}

#[test]
fn costs_are_told_and_a_threshold_refuses() {
    let Some(scene) = Scene::or_skip("cost") else { return };
    scene.configure(HOURLY);
    made(&scene);
    let told = scene.insights(&["cost", "--since", "today", "--by", "workflow"]).ok().stdout;
    // Three instances, a minute each at least: 1 x 0.25 + 2 x 0.5 a sixtieth of an hour.
    assert_eq!(told, "cluster create\t0.05 h\t0.02\ntogether\t\t0.02\n");
    let over = scene.insights(&["cost", "--fail-over", "0.01"]);
    assert_eq!(over.code, Some(42), "{}", over.stderr);
    assert!(over.stderr.contains("OVER THRESHOLD"), "{}", over.stderr);
}

#[test]
fn a_command_runs_on_every_node_with_a_file_for_each() {
    let Some(scene) = Scene::or_skip("exec") else { return };
    let id = made(&scene);
    scene
        .node
        .command("ssh", "#!/bin/bash\nfor last; do :; done\necho \"on $*\"; eval \"$last\"\n");
    let run = |words: &[&str]| {
        let fixed = ["cluster", "exec", &id, "--logs", "said", "--"];
        let mut command = scene.command(&[&fixed[..], words].concat());
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", scene.node.path("").display()));
        crate::university::ended(command.output().unwrap())
    };
    run(&["echo", "a  b"]).ok();
    let files: Vec<_> = std::fs::read_dir(scene.university.path("said")).unwrap().collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let said = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(said.contains("hadoop@ip-") && said.ends_with("a  b\n"), "{said}");
    }
    let failed = run(&["false"]);
    assert_eq!(failed.code, Some(30), "{}", failed.stderr);
}

/// The guide's files, word by word.
#[test]
fn the_guides_files_describe_a_cluster_within_its_budget() {
    let Some(scene) = Scene::or_skip("guide") else { return };
    let guide = include_str!("../../../docs/on-emr.md");
    for block in guide.split("```yaml\n# ").skip(1) {
        let (name, rest) = block.split_once('\n').unwrap();
        let (text, _) = rest.split_once("```").unwrap();
        std::fs::write(scene.university.path(name), text).unwrap();
    }
    let shown = scene.insights(&["cluster", "create", "--dry-run"]).ok().stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["instance_fleets"]["task"]["spot_capacity"], 8);
    let over = scene.insights(&["cluster", "create", "--dry-run", "--budget", "26"]);
    assert_eq!(over.code, Some(42), "{}", over.stderr);
    // Of the dearest units: (1 + 2 + 8) x 0.24 for 10 hours.
    assert!(over.stderr.contains("may cost 26.40"), "{}", over.stderr);
}
