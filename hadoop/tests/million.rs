//! A million generated events: the scan of all fact jobs counts every line, within the bound of memory. Larger
//! runs are in `ci/bench/run`.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a run may need, in MiB, whatever it reads.
const MOST_MIB: u64 = 512;

fn succeeded(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn a_million_events_are_scanned_within_the_bound_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (made, warehouse) = (folder.path().join("made"), folder.path().join("w"));
    let insights = Path::new(env!("CARGO_BIN_EXE_insights"));
    let generator = insights.with_file_name("insights-demo");
    let size = ["--events", "1000000", "--seed", "1"];
    succeeded(Command::new(generator).arg("--out").arg(&made).args(size));
    let scan = || {
        let mut command = Command::new(insights);
        command.current_dir(folder.path()).args([
            "run",
            "course-enrollment-events",
            "-r",
            "inline",
        ]);
        command.arg("--source").arg(made.join("logs")).arg("--warehouse").arg(&warehouse);
        succeeded(&mut command)
    };
    assert!(scan().starts_with("1 steps made"));
    let run = fs::read_dir(warehouse.join("_runs")).unwrap().next().unwrap().unwrap().path();
    let peak = json(&run.join("run.json"))["peak_memory_kib"].as_u64();
    println!("peak of memory: {peak:?} KiB");
    assert!(peak.is_none_or(|peak| peak < MOST_MIB * 1024), "{peak:?} KiB");
    let events = fs::read_to_string(run.join("events.jsonl")).unwrap();
    let mut events = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let counters = events.find(|event| event["kind"] == "counters").unwrap();
    let lines = &json(&made.join("expected.json"))["lines"];
    assert!(lines.as_u64().unwrap() >= 1_000_000);
    assert_eq!(&counters["counters"]["Event.Lines"], lines);
    assert!(scan().starts_with("0 steps made"));
}
