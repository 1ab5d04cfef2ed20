//! Where the time of real runs went.
#![allow(clippy::unwrap_used)]

mod university;

use serde_json::Value;
use std::fs;
use university::{University, ended};

fn profile(university: &University, warehouse: &str, arguments: &[&str]) -> String {
    let words = [&["profile", "last"], arguments].concat();
    ended(university.command(warehouse, &words).output().unwrap()).ok().stdout
}

#[test]
fn each_engine_of_this_machine_tells_of_its_tasks() {
    let university = University::new();
    for engine in ["inline", "local"] {
        let store = format!("sqlite:{}", university.path(&format!("{engine}.db")).display());
        university.run(engine, &["-r", engine, "--store", &store]).ok();
        let found: Value =
            serde_json::from_str(&profile(&university, engine, &["--output", "json"])).unwrap();
        assert_eq!((&found["version"], &found["exit_code"]), (&1.into(), &0.into()));
        let spans = found["spans"].as_array().unwrap();
        let has = |phase: &str| spans.iter().any(|span| span["phase"] == phase);
        assert!(has("map") && has("reduce") && has("load") && has("import"), "{found:#}");
        let whole = found["millis"].as_i64().unwrap();
        let sum = |list: &Value, of: &dyn Fn(&Value) -> i64| -> i64 {
            list.as_array().unwrap().iter().map(of).sum()
        };
        // Phases go on at once: one thread sorts while another maps.
        assert!(sum(&found["phases"], &|time| time["millis"].as_i64().unwrap()) >= whole);
        let took = |span: &Value| span["ended"].as_i64().unwrap() - span["began"].as_i64().unwrap();
        assert_eq!(sum(&found["critical_path"], &took), whole, "from its beginning to its end");
        let parts = found["skew"].as_array().unwrap().iter().filter(|skew| skew["of"] == "part");
        assert!(parts.count() > 0, "{found:#}");
        let text = profile(&university, engine, &[]);
        for says in
            ["phases, by the clock\n", "critical path, the longest of ", "skew, the largest"]
        {
            assert!(text.contains(says), "{text}");
        }
    }
}

#[test]
fn the_page_needs_nothing_else_and_is_put_into_its_place_whole() {
    let university = University::new();
    university.run("w", &[]).ok();
    let file = university.path("profile.html").display().to_string();
    profile(&university, "w", &["--html", &file]);
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    assert!(page.contains("<svg ") && page.contains("prefers-color-scheme: dark"), "{page}");
    for outside in ["<script", "<link", "src=", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let none = ended(university.command("w", &["profile", "none"]).output().unwrap());
    assert_eq!(none.code, Some(20), "{}", none.stderr);
}

/// Of a run that was killed, what it did until then.
#[test]
fn a_run_that_was_killed_has_a_profile() {
    let university = University::new();
    let mut command = university.enrollment("run", "w", &[]);
    assert_eq!(ended(command.env("INSIGHTS_FAULT", "finished:3").output().unwrap()).code, None);
    let found: Value =
        serde_json::from_str(&profile(&university, "w", &["--output", "json"])).unwrap();
    assert_eq!(found["exit_code"], Value::Null);
    assert!(!found["spans"].as_array().unwrap().is_empty(), "{found:#}");
}
