//! The catalogue, by the program.

use crate::scene::Scene;
use crate::university::ended;
use std::fs;
use std::path::Path;

#[test]
fn the_catalogue_is_listed_shown_and_the_same_when_it_is_copied() {
    let scene = Scene::new();
    let listed = scene.insights(&["schedule", "list"]).ok().stdout;
    let lines: Vec<_> = listed.lines().map(|l| l.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(lines.len(), 6, "{listed}");
    assert_eq!(lines[2][..6], ["second", "then", "first", "36h", "1m", "1"]);
    assert_eq!(lines[5][0], "ship");
    let config = |text: &str| {
        let file = scene.path("other.yml");
        fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let plain = config("{}");
    let shown = scene.insights(&["-c", &plain, "schedule", "show"]).ok().stdout;
    fs::write(scene.path("copy.yml"), &shown).unwrap();
    let shipped = scene.insights(&["-c", &plain, "schedule", "list"]).ok().stdout;
    let copied = config("{schedule: {file: copy.yml}}");
    assert_eq!(scene.insights(&["-c", &copied, "schedule", "list"]).ok().stdout, shipped);
    assert_eq!(scene.insights(&["-c", &copied, "schedule", "show"]).ok().stdout, shown);
}

#[test]
fn an_argument_that_a_run_would_refuse_is_refused_at_once() {
    let scene = Scene::with_second(&["--intervall", "2026"]);
    let refused = scene.insights(&["schedule", "render", "--to", "cron"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    let says = "schedule.yml: entry `second`: unexpected argument '--intervall' found";
    assert!(refused.stderr.contains(says), "{}", refused.stderr);
}

#[test]
fn the_same_catalogue_gives_the_same_bytes_with_no_secret_in_them() {
    let scene = Scene::new();
    for to in ["cron", "systemd", "jenkins", "airflow"] {
        let render = || {
            let mut command = scene.university.plain_command(&["schedule", "render", "--to", to]);
            command.env("INSIGHTS_SCHEDULE_PING_URL", "https://ping.example/never-shown");
            ended(command.env("INSIGHTS_STORE_URL", "mysql://u@h/d?never-shown").output().unwrap())
        };
        let text = render().ok().stdout;
        assert_eq!(text, render().stdout);
        assert!(text.len() > 500 && !text.contains("never-shown"), "{text}");
    }
}

/// What stands in `ci/` for those who read is what the program makes.
#[test]
fn the_job_definitions_of_the_repository_are_those_of_the_shipped_catalogue() {
    let scene = Scene::new();
    fs::write(scene.path("insights.yml"), "{}").unwrap();
    let made = scene.render("jenkins");
    let ci = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci");
    for name in ["jobs.groovy", "Jenkinsfile"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(
            read(&made),
            read(&ci),
            "ci/{name}: insights schedule render --to jenkins --dir ci"
        );
    }
}
