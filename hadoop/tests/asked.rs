//! What other servers are asked and told in a whole run: durations of videos, the index of the roster.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

mod everywhere;
mod scripted_server;
mod search_cluster;
mod wire;

use std::fs;

use everywhere::University;
use scripted_server::Server;
use search_cluster::SearchCluster;
use serde_json::json;

/// A learner plays a video of which only the code is known, and stops after a minute.
fn watched(university: &University) {
    let event = |event_type: &str, second: u32| {
        let event = json!({"id": "v1", "currentTime": second, "code": "abcdefghijk"});
        let line = json!({
            "event_type": event_type,
            "event_source": "browser",
            "time": format!("2026-03-03T10:0{}:00.000000+00:00", second / 60),
            "username": "ada",
            "context": {"course_id": "course-v1:A+B+C", "user_id": 7},
            "event": event.to_string(),
        });
        format!("{line}\n")
    };
    let text = event("play_video", 0) + &event("pause_video", 60);
    let folder = university.path("logs/more");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("tracking.log-20260303"), text).unwrap();
}

/// The rows of a table's partition.
fn rows(university: &University, table: &str) -> String {
    let parts = fs::read_dir(university.path(&format!("w/{table}/dt=2026-03-09"))).unwrap();
    parts.map(|part| fs::read_to_string(part.unwrap().path()).unwrap()).collect()
}

#[test]
fn a_video_is_asked_for_once_and_its_duration_is_in_the_table() {
    let item = json!({"id": "abcdefghijk", "contentDetails": {"duration": "PT2M5S"}});
    let server = Server::start(vec![json!({"status": 200, "json": {"items": [item]}})]);
    let url = &server.url;
    let university = University::new(&format!("video: {{api_key_file: key, api_url: '{url}'}}\n"));
    fs::write(university.path("key"), "AIza-secret\n").unwrap();
    watched(&university);
    university.run_some("w", &["video"]);
    let rows = rows(&university, "video");
    let row = rows.lines().find(|row| row.starts_with("course-v1:A+B+C|v1\t"));
    assert_eq!(row.unwrap().split('\t').nth(3), Some("125"), "{rows}");
    let said = university.run_some("w", &["video"]);
    assert!(said.starts_with("0 steps made"), "{said}");
    assert_eq!(server.asked().len(), 1);
    for file in ["memory.tsv", "codes.json", "video_durations.tsv"] {
        let text = fs::read_to_string(university.path("w/_durations").join(file)).unwrap();
        assert!(text.contains("abcdefghijk") && !text.contains("AIza"), "{text}");
    }
}

#[test]
fn the_roster_is_in_the_index_and_a_second_run_leaves_it_alone() {
    let cluster = SearchCluster::start();
    let university = University::new(&format!("index: {{url: '{}', throttle: 0}}\n", cluster.url));
    university.run_some("w", &["engagement"]);
    let names = cluster.names();
    let [name] = &names.iter().filter(|name| name.ends_with("> roster")).collect::<Vec<_>>()[..]
    else {
        panic!("{names:?}")
    };
    let index = name.split(' ').next().unwrap();
    let rows = rows(&university, "module_engagement_roster");
    let learners: std::collections::BTreeSet<_> =
        rows.lines().map(|row| row.split('\t').take(2).collect::<Vec<_>>().join("|")).collect();
    let documents: Vec<_> = cluster.state().indexes[index].documents.keys().cloned().collect();
    assert!(!learners.is_empty());
    assert_eq!(documents, learners.into_iter().collect::<Vec<_>>());
    let said = university.run_some("w", &["engagement"]);
    assert!(said.starts_with("0 steps made"), "{said}");
    assert_eq!(cluster.names(), names);
}
