//! `events`: complete example lines; each has the outcome that its name says.

use crate::case;
use jobs::event::{Event, Reject};
use serde::Deserialize;
use std::fs;

#[derive(Deserialize)]
struct Example {
    name: String,
    line: String,
}

pub fn check() {
    let Some(folder) = case::folder("events") else { return case::skipped("events") };
    let text = fs::read_to_string(folder.join("examples.jsonl")).unwrap();
    let examples: Vec<Example> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let failures: Vec<_> = examples.iter().filter_map(failure).collect();
    println!("conformance events: {}/{}", examples.len() - failures.len(), examples.len());
    assert!(
        failures.is_empty() && !examples.is_empty(),
        "conformance events:\n{}",
        failures.join("\n")
    );
}

fn failure(example: &Example) -> Option<String> {
    let event = Event::parse(example.line.as_bytes());
    let day = event.as_ref().map_err(|reject| *reject).and_then(|event| event.day().map(drop));
    let expected = match example.name.as_str() {
        name if name.starts_with("malformed.rejected.") => Err(Reject::Unparseable),
        "malformed.odd.time-missing"
        | "malformed.odd.time-null"
        | "malformed.odd.time-is-a-number" => Err(Reject::MissingTime),
        "malformed.odd.time-blank-instead-of-T" | "malformed.odd.time-words" => {
            Err(Reject::MalformedDay)
        }
        _ => Ok(()),
    };
    let whole =
        event.is_ok_and(|event| event.event_type().is_some() && event.event_source().is_some());
    let odd = example.name.starts_with("malformed.");
    (day != expected || !whole && !odd)
        .then(|| format!("{}: {day:?}, expected {expected:?}", example.name))
}
