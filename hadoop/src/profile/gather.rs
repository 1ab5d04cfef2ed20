//! From a run's events to its spans.

use super::times::{critical_path, phases, skew};
use super::{Figure, Millis, Phase, Profile, Skew, Span, history};
use crate::cluster::Rest;
use crate::record::{self, Record, State};
use crate::shell;
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of the form.
const VERSION: u32 = 1;

/// Tells where the time of a run went. What cannot be read is named in the answer.
#[must_use]
pub fn profile(record: &Record, rest: &Rest) -> Profile {
    let mut found = Gathered { begun: begun(record), ..Gathered::default() };
    for event in &record.events {
        found.take(event, rest);
    }
    found.cut_off();
    found.steps_without_spans();
    let millis = found.last;
    let mut spans = found.spans;
    spans.sort_by_key(|span| (span.began, span.ended));
    let mut uneven = found.skew;
    uneven.extend(of_tasks(&spans, millis));
    uneven.sort_by(|a, b| b.ratio().unwrap_or(f64::MAX).total_cmp(&a.ratio().unwrap_or(f64::MAX)));
    let started = record.of_kind("run_started").next();
    let words: Vec<_> = record.argv().map(|word| shell::word(&word)).collect();
    Profile {
        version: VERSION,
        run: record.id.clone(),
        command: words.join(" "),
        began: started.and_then(|event| event["ts"].as_str()).unwrap_or_default().to_owned(),
        exit_code: match record.state() {
            State::Ended(code) => Some(code.into()),
            State::Running | State::Gone => None,
        },
        millis,
        peak_memory_kib: record.end["peak_memory_kib"].as_u64(),
        phases: phases(&spans, millis),
        critical_path: critical_path(&spans, millis),
        skew: uneven,
        figures: found.figures,
        spans,
        left_out: found.left_out,
        unread: found.unread,
    }
}

/// When the run began, in milliseconds since 1970.
fn begun(record: &Record) -> Millis {
    let first = record.of_kind("run_started").next().or(record.events.first());
    first.and_then(time).unwrap_or_default()
}

fn time(event: &Value) -> Option<Millis> {
    Some(record::moment(&event["ts"])?.timestamp_millis())
}

fn text(event: &Value, name: &str) -> String {
    event[name].as_str().unwrap_or_default().to_owned()
}

#[derive(Default)]
struct Gathered {
    begun: Millis,
    /// The time of the last event.
    last: Millis,
    /// The pass at work: its name, its beginning, its job on a cluster.
    pass: Option<(String, Millis, Option<String>)>,
    /// Steps that have begun.
    open: BTreeMap<String, Millis>,
    /// Steps that ended.
    steps: Vec<Span>,
    spans: Vec<Span>,
    skew: Vec<Skew>,
    figures: Vec<Figure>,
    left_out: u64,
    unread: Vec<String>,
}

impl Gathered {
    fn take(&mut self, event: &Value, rest: &Rest) {
        let Some(now) = time(event).map(|at| at - self.begun) else { return };
        self.last = self.last.max(now);
        let task = text(event, "task");
        match event["kind"].as_str().unwrap_or_default() {
            "task_started" => drop(self.open.insert(task, now)),
            "task_finished" => self.step_ended(&task, now),
            "pass_started" => self.pass = Some((task, now, None)),
            "job_submitted" => {
                if let Some((_, _, job)) = &mut self.pass {
                    *job = event["job"].as_str().map(str::to_owned);
                }
            }
            "pass_finished" => self.pass_ended(event, now, rest),
            "commit" => {
                let took = event["millis"].as_i64().unwrap_or_default();
                self.spans.push(span(&task, "commit", Phase::Commit, now - took, now));
            }
            _ => {}
        }
    }

    fn step_ended(&mut self, task: &str, now: Millis) {
        let of_many = task.starts_with("import ").then(|| self.open.get("import")).flatten();
        let began = self.open.get(task).or(of_many).copied();
        if let Some(began) = began {
            let phase = match task.split(' ').next().unwrap_or_default() {
                "load" => Phase::Load,
                "import" | "rows" => Phase::Import,
                name if name.ends_with("-pull") => Phase::Import,
                _ => Phase::Other,
            };
            self.steps.push(span(task, task, phase, began, now));
        }
    }

    fn pass_ended(&mut self, event: &Value, now: Millis, rest: &Rest) {
        let Some((step, began, job)) = self.pass.take() else { return };
        self.left_out += event["spans_left_out"].as_u64().unwrap_or_default();
        let parts = event["parts"].as_object().into_iter().flatten();
        let parts = parts.filter_map(|(part, bytes)| Some((part.clone(), bytes.as_u64()?)));
        self.skew.extend(skew(&step, "part", parts.collect()));
        let told = event["spans"].as_array().into_iter().flatten();
        let before = self.spans.len();
        self.spans.extend(told.filter_map(|told| of_task(told, &step, began)));
        if let Some(job) = job {
            match history::of_job(rest, &job, &step, self.begun) {
                Ok((spans, figures)) => {
                    self.spans.extend(spans);
                    self.figures.extend(figures);
                }
                Err(error) => self.unread.push(format!("history server: {error}")),
            }
        }
        if self.spans.len() == before {
            self.spans.push(span(&step, &step, Phase::Pass, began, now));
        }
    }

    /// What was at work when the run was killed, or is at work now.
    fn cut_off(&mut self) {
        if let Some((step, began, _)) = self.pass.take() {
            self.spans.push(span(&step, &step, Phase::Pass, began, self.last));
        }
    }

    /// A step without a pass is a span itself, up to its commit.
    fn steps_without_spans(&mut self) {
        let mut steps = std::mem::take(&mut self.steps);
        steps.dedup_by(|a, b| a.began == b.began && a.phase == b.phase && a.phase == Phase::Import);
        for step in steps {
            // What took no time may be of the step before, which ended at the same moment.
            let within = |span: &&Span| {
                span.took() > 0 && step.began <= span.began && span.ended <= step.ended
            };
            let mut inner = self.spans.iter().filter(within);
            let first = inner.clone().map(|span| span.began).min();
            match first {
                None => self.spans.push(step),
                Some(first) if inner.all(|span| span.phase == Phase::Commit) => {
                    self.spans.push(Span { ended: first, ..step });
                }
                Some(_) => {}
            }
        }
    }
}

fn span(step: &str, name: &str, phase: Phase, began: Millis, ended: Millis) -> Span {
    let began = began.max(0);
    Span { step: step.to_owned(), name: name.to_owned(), phase, began, ended: ended.max(began) }
}

/// A task of an engine of this machine: its kind, its number, when it began and ended since the pass did.
fn of_task(told: &Value, step: &str, pass: Millis) -> Option<Span> {
    let kind = told[0].as_str()?;
    let phase = Phase::ALL.into_iter().find(|phase| phase.name() == kind)?;
    let name = format!("{kind} {}", told[1].as_u64()?);
    Some(span(step, &name, phase, pass + told[2].as_i64()?, pass + told[3].as_i64()?))
}

/// How uneven tasks of a pass were, where the longest took more than a hundredth of the run.
fn of_tasks(spans: &[Span], whole: Millis) -> Vec<Skew> {
    let mut groups: BTreeMap<(&str, Phase), Vec<(String, u64)>> = BTreeMap::new();
    for span in spans.iter().filter(|span| matches!(span.phase, Phase::Map | Phase::Reduce)) {
        let took = u64::try_from(span.took()).unwrap_or_default();
        groups.entry((&span.step, span.phase)).or_default().push((span.name.clone(), took));
    }
    let skews = groups.into_iter().filter_map(|((step, phase), all)| skew(step, phase.name(), all));
    let least = u64::try_from(whole / 100).unwrap_or_default();
    skews.filter(|skew| skew.largest > least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(millis: u32, kind: &str, mut fields: Value) -> Value {
        fields["kind"] = kind.into();
        fields["ts"] =
            format!("2026-03-09T00:00:{:02}.{:03}Z", millis / 1000, millis % 1000).into();
        fields
    }

    #[test]
    fn events_become_spans_phases_and_a_path() {
        let events = vec![
            at(0, "run_started", json!({"argv": ["insights", "run", "a b"]})),
            at(100, "task_started", json!({"task": "scan"})),
            at(200, "pass_started", json!({"task": "scan"})),
            at(
                900,
                "pass_finished",
                json!({"task": "scan", "parts": {"0": 10, "1": 50, "2": 10}, "spans": [
                    ["map", 0, 0, 300], ["map", 1, 0, 500], ["shuffle", 0, 500, 510],
                    ["reduce", 0, 510, 600], ["reduce", 1, 510, 700], ["unheard", 1, 0, 0]]}),
            ),
            at(960, "commit", json!({"task": "scan", "millis": 50})),
            at(1000, "task_finished", json!({"task": "scan"})),
            at(1100, "task_started", json!({"task": "load x"})),
            at(1500, "task_finished", json!({"task": "load x"})),
            at(1600, "pass_started", json!({"task": "quick"})),
            at(
                1600,
                "pass_finished",
                json!({"task": "quick", "parts": {}, "spans": [["map", 0, 0, 0]]}),
            ),
            at(1600, "task_started", json!({"task": "import"})),
            at(1680, "commit", json!({"task": "import", "millis": 30})),
            at(1700, "task_finished", json!({"task": "import a"})),
            at(1700, "task_finished", json!({"task": "import b"})),
            at(2000, "run_finished", json!({"exit_code": 0})),
        ];
        let record = Record { id: "r".to_owned(), end: json!({"exit_code": 0}), events };
        let found = profile(&record, &Rest::default());
        assert_eq!((found.millis, found.exit_code), (2000, Some(0)));
        assert_eq!(found.command, "insights run 'a b'");
        let phases: Vec<_> =
            found.phases.iter().map(|time| (time.phase.name(), time.millis)).collect();
        assert_eq!(
            phases,
            [
                ("scheduling", 770),
                ("import", 50),
                ("map", 500),
                ("shuffle", 10),
                ("reduce", 190),
                ("commit", 80),
                ("load", 400)
            ]
        );
        let path: Vec<_> = found.critical_path.iter().map(|span| span.name.as_str()).collect();
        let driver = "the driver";
        let expected = [
            driver,
            "map 1",
            "shuffle 0",
            "reduce 1",
            driver,
            "commit",
            driver,
            "load x",
            driver,
            "import a",
            "commit",
            driver,
        ];
        assert_eq!(path, expected);
        let skew: Vec<_> =
            found.skew.iter().map(|skew| (skew.of, skew.largest, skew.median)).collect();
        assert_eq!(skew, [("part", 50, 10), ("reduce", 190, 90), ("map", 500, 300)]);
    }

    #[test]
    fn a_run_that_was_cut_off_has_a_profile() {
        let events = vec![
            at(0, "run_started", json!({})),
            at(100, "pass_started", json!({"task": "scan"})),
            at(900, "job_progress", json!({})),
        ];
        let record = Record { id: "r".to_owned(), end: Value::Null, events };
        let found = profile(&record, &Rest::default());
        assert_eq!((found.millis, found.exit_code), (900, None));
        assert_eq!(found.spans, [span("scan", "scan", Phase::Pass, 100, 900)]);
        let none = Record { id: "r".to_owned(), end: Value::Null, events: Vec::new() };
        assert_eq!(profile(&none, &Rest::default()).millis, 0);
    }

    #[test]
    fn a_job_whose_history_nobody_tells_is_one_span() {
        let events = vec![
            at(0, "run_started", json!({})),
            at(100, "pass_started", json!({"task": "scan"})),
            at(300, "job_submitted", json!({"job": "job_1_10001"})),
            at(900, "pass_finished", json!({"task": "scan", "spans": [], "parts": {}})),
        ];
        let record = Record { id: "r".to_owned(), end: Value::Null, events };
        let found = profile(&record, &Rest::default());
        assert_eq!(found.spans, [span("scan", "scan", Phase::Pass, 100, 900)]);
        assert!(found.unread[0].contains("no server is known"), "{:?}", found.unread);
    }
}
