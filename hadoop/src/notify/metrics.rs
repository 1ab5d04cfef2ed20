//! A run's figures in the text form of Prometheus, for its node exporter's folder of text files.

use crate::record::{self, Record, State};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// When a run of the workflow last ended well; kept over runs that fail.
const SUCCESS: &str = "insights_run_success_timestamp_seconds";

/// The metrics of a run that has ended. `before` is what the file held, of which a failed run keeps the time
/// of the last success.
pub fn text(workflow: &str, record: &Record, before: &str) -> String {
    let of_run = format!("{{workflow=\"{}\"}}", escaped(workflow));
    let (began, ended) = (of(record, "run_started"), of(record, "run_finished"));
    let code = match record.state() {
        State::Ended(code) => code,
        State::Running | State::Gone => u8::MAX,
    };
    let success = match (code, ended) {
        (0, Some(at)) => Some(at.to_string()),
        _ => last_success(before, &of_run),
    };
    let mut text = String::new();
    let mut gauge = |name: &str, about: &str, lines: &[(String, String)]| {
        if !lines.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# HELP {name} {about}\n# TYPE {name} gauge");
        }
        for (labels, value) in lines {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let one = |value: String| vec![(of_run.clone(), value)];
    gauge("insights_run_exit_code", "How the last run ended; 0 is well.", &one(code.to_string()));
    if let (Some(began), Some(ended)) = (began, ended) {
        let (about, took) = ("How long the last run took.", ended - began);
        gauge("insights_run_duration_seconds", about, &one(format!("{took:.3}")));
        gauge(
            "insights_run_timestamp_seconds",
            "When the last run ended.",
            &one(ended.to_string()),
        );
    }
    if let Some(at) = success {
        gauge(SUCCESS, "When a run last ended well.", &one(at));
    }
    let steps = steps(record);
    let each = |value: &dyn Fn(&Step) -> String| -> Vec<_> {
        let labels = |name: &str| {
            format!("{{workflow=\"{}\",step=\"{}\"}}", escaped(workflow), escaped(name))
        };
        steps.iter().map(|(name, step)| (labels(name), value(step))).collect()
    };
    gauge(
        "insights_step_duration_seconds",
        "How long a step of the last run took; steps of one pass share its time.",
        &each(&|step| format!("{:.3}", step.took)),
    );
    gauge("insights_step_rows", "Rows that a step made.", &each(&|step| step.rows.to_string()));
    text
}

#[derive(Default)]
struct Step {
    took: f64,
    rows: u64,
}

/// The steps that made something, by name.
fn steps(record: &Record) -> BTreeMap<&str, Step> {
    let mut begun = BTreeMap::new();
    let mut steps: BTreeMap<&str, Step> = BTreeMap::new();
    // A step that was not told to begin began when the one before ended.
    let mut last = of(record, "run_started");
    for event in &record.events {
        let Some(task) = event["task"].as_str() else { continue };
        match event["kind"].as_str() {
            Some("task_started") => {
                begun.insert(task, time(event));
            }
            Some("task_finished") => {
                let now = time(event);
                let from = begun.get(task).copied().flatten().or(last);
                let step = steps.entry(task).or_default();
                step.took = now.zip(from).map_or(0.0, |(now, from)| now - from);
                step.rows += event["figures"]["rows"].as_u64().unwrap_or_default();
                last = now;
            }
            _ => {}
        }
    }
    steps
}

fn of(record: &Record, kind: &str) -> Option<f64> {
    record.of_kind(kind).next_back().and_then(time)
}

/// Seconds since 1970.
fn time(event: &Value) -> Option<f64> {
    let at = record::moment(&event["ts"])?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of our time are exact")]
    Some(at.timestamp_millis() as f64 / 1000.0)
}

fn last_success(before: &str, labels: &str) -> Option<String> {
    let mut lines = before.lines().filter_map(|line| line.strip_prefix(SUCCESS));
    let value = lines.find_map(|line| line.strip_prefix(labels))?;
    value.trim().parse::<f64>().ok().map(|_| value.trim().to_owned())
}

fn escaped(label: &str) -> String {
    label.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(code: u8) -> Record {
        let at = |seconds: u8| format!("2026-03-09T00:00:{seconds:02}.500Z");
        let events = vec![
            json!({"kind": "run_started", "ts": at(0)}),
            json!({"kind": "task_started", "ts": at(1), "task": "scan"}),
            json!({"kind": "task_finished", "ts": at(4), "task": "scan", "figures": {"rows": 7}}),
            json!({"kind": "task_finished", "ts": at(5), "task": "load \"x\"", "figures": {}}),
            json!({"kind": "run_finished", "ts": at(9), "exit_code": code}),
        ];
        Record { id: "r".to_owned(), end: json!({"exit_code": code}), events }
    }

    #[test]
    fn a_run_has_its_figures_and_each_step_has() {
        let text = text("daily", &record(0), "");
        for line in [
            "insights_run_exit_code{workflow=\"daily\"} 0",
            "insights_run_duration_seconds{workflow=\"daily\"} 9.000",
            "insights_run_success_timestamp_seconds{workflow=\"daily\"} 1773014409.5",
            "insights_step_duration_seconds{workflow=\"daily\",step=\"scan\"} 3.000",
            "insights_step_duration_seconds{workflow=\"daily\",step=\"load \\\"x\\\"\"} 1.000",
            "insights_step_rows{workflow=\"daily\",step=\"scan\"} 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_failed_run_keeps_the_time_of_the_last_success() {
        let failed = text("daily", &record(30), &text("daily", &record(0), ""));
        let success = "insights_run_success_timestamp_seconds{workflow=\"daily\"} 1773014409.5\n";
        assert!(failed.contains(success), "{failed}");
        assert!(failed.contains("insights_run_exit_code{workflow=\"daily\"} 30\n"), "{failed}");
        let other = text("enrollment", &record(30), &failed);
        assert!(!other.contains(SUCCESS), "another workflow's success is none: {other}");
    }
}
