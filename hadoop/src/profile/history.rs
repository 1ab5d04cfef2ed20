//! What the history server keeps of a job's tasks.

use super::{Figure, Millis, Phase, Span};
use crate::cluster::Rest;
use crate::runner::RunError;
use serde_json::Value;

/// Reducers whose attempts are asked for; of others the shuffle is not told apart.
const REDUCERS: usize = 100;

/// Counters that tell of spilling, memory and garbage collection.
const TOLD: &[&str] = &[
    "SPILLED_RECORDS",
    "MAP_OUTPUT_RECORDS",
    "MAP_OUTPUT_MATERIALIZED_BYTES",
    "REDUCE_SHUFFLE_BYTES",
    "GC_TIME_MILLIS",
    "CPU_MILLISECONDS",
    "PHYSICAL_MEMORY_BYTES",
    "FAILED_SHUFFLE",
];

/// The spans of a job's tasks, and its figures. `begun` is when the run began, in milliseconds since 1970.
///
/// # Errors
/// When the server does not answer, or does not know the job.
pub fn of_job(
    rest: &Rest,
    job: &str,
    step: &str,
    begun: Millis,
) -> Result<(Vec<Span>, Vec<Figure>), RunError> {
    let about = rest.history(job, "")?;
    let tasks = rest.history(job, "/tasks")?;
    let tasks: Vec<_> = tasks["tasks"]["task"].as_array().into_iter().flatten().cloned().collect();
    let mut spans = Vec::new();
    let mut asked = 0;
    for task in &tasks {
        let id = task["id"].as_str().unwrap_or_default();
        let mut attempts = Value::Null;
        if task["type"] == "REDUCE" && asked < REDUCERS {
            asked += 1;
            attempts = rest.history(job, &format!("/tasks/{id}/attempts"))?;
        }
        spans.extend(of_task(task, &attempts, step, begun));
    }
    let about = &about["job"];
    spans.extend(around(about, &spans, step, begun));
    Ok((spans, figures(job, &rest.history(job, "/counters")?)))
}

fn of_task(task: &Value, attempts: &Value, step: &str, begun: Millis) -> Vec<Span> {
    let id = task["id"].as_str().unwrap_or_default();
    let number = id.rsplit('_').next().unwrap_or_default().trim_start_matches('0');
    let number = if number.is_empty() { "0" } else { number };
    let (Some(began), Some(ended)) = (moment(task, "startTime"), moment(task, "finishTime")) else {
        return Vec::new();
    };
    let span = |kind: &str, phase, began, ended| Span {
        step: step.to_owned(),
        name: format!("{kind} {number}"),
        phase,
        began: began - begun,
        ended: Millis::max(ended, began) - begun,
    };
    if task["type"] != "REDUCE" {
        return vec![span("map", Phase::Map, began, ended)];
    }
    let good = task["successfulAttempt"].as_str().unwrap_or_default();
    let attempts = attempts["taskAttempts"]["taskAttempt"].as_array().into_iter().flatten();
    let merged = attempts
        .filter(|attempt| attempt["id"] == good)
        .find_map(|attempt| moment(attempt, "mergeFinishTime"))
        .map_or(began, |merged| merged.clamp(began, Millis::max(began, ended)));
    vec![
        span("shuffle", Phase::Shuffle, began, merged),
        span("reduce", Phase::Reduce, merged, ended),
    ]
}

/// The job waits before its first task, and commits after its last.
fn around(about: &Value, tasks: &[Span], step: &str, begun: Millis) -> Vec<Span> {
    let first = tasks.iter().map(|span| span.began).min();
    let last = tasks.iter().map(|span| span.ended).max();
    let span = |name: &str, phase, began, ended| Span {
        step: step.to_owned(),
        name: name.to_owned(),
        phase,
        began,
        ended,
    };
    let submitted = moment(about, "submitTime").or(moment(about, "startTime"));
    let waits =
        submitted.zip(first).map(|(at, first)| span("queue", Phase::Queue, at - begun, first));
    let finished = moment(about, "finishTime");
    let commits =
        finished.zip(last).map(|(at, last)| span("commit", Phase::Commit, last, at - begun));
    waits.into_iter().chain(commits).filter(|span| span.took() > 0).collect()
}

/// A time in milliseconds since 1970; 0 and less is none.
fn moment(value: &Value, name: &str) -> Option<Millis> {
    value[name].as_i64().filter(|at| *at > 0)
}

fn figures(job: &str, counters: &Value) -> Vec<Figure> {
    let groups = counters["jobCounters"]["counterGroup"].as_array().into_iter().flatten();
    let all = groups.flat_map(|group| group["counter"].as_array().into_iter().flatten());
    let told = all.filter_map(|counter| {
        let name = counter["name"].as_str()?;
        let of = |side: &str| counter[side].as_u64().unwrap_or_default();
        TOLD.contains(&name).then(|| Figure {
            job: job.to_owned(),
            counter: name.to_owned(),
            map: of("mapCounterValue"),
            reduce: of("reduceCounterValue"),
        })
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reducer_is_told_apart_from_its_shuffle() {
        let task = json!({
            "id": "task_1_10001_r_000012", "type": "REDUCE", "startTime": 1100, "finishTime": 1900,
            "successfulAttempt": "attempt_1_10001_r_000012_1",
        });
        let attempt = |id: &str, merged| json!({"id": id, "mergeFinishTime": merged});
        let attempts = json!({"taskAttempts": {"taskAttempt": [
            attempt("attempt_1_10001_r_000012_0", 1200),
            attempt("attempt_1_10001_r_000012_1", 1500),
        ]}});
        let found = |attempts: &Value| -> Vec<_> {
            let spans = of_task(&task, attempts, "scan", 1000);
            spans.into_iter().map(|span| (span.name, span.began, span.ended)).collect()
        };
        let spans = [("shuffle 12".to_owned(), 100, 500), ("reduce 12".to_owned(), 500, 900)];
        assert_eq!(found(&attempts), spans);
        let unknown = [("shuffle 12".to_owned(), 100, 100), ("reduce 12".to_owned(), 100, 900)];
        assert_eq!(found(&Value::Null), unknown);
        let map =
            json!({"id": "task_1_10001_m_000000", "type": "MAP", "startTime": 1, "finishTime": 0});
        assert!(of_task(&map, &Value::Null, "scan", 0).is_empty(), "it never ended");
    }

    #[test]
    fn a_job_waits_before_its_tasks_and_commits_behind_them() {
        let task = Span {
            step: "scan".to_owned(),
            name: "map 0".to_owned(),
            phase: Phase::Map,
            began: 300,
            ended: 800,
        };
        let about = json!({"submitTime": 1100, "startTime": 1200, "finishTime": 1850});
        let found = around(&about, &[task], "scan", 1000);
        let found: Vec<_> = found.iter().map(|s| (s.phase, s.began, s.ended)).collect();
        assert_eq!(found, [(Phase::Queue, 100, 300), (Phase::Commit, 800, 850)]);
        assert!(around(&about, &[], "scan", 1000).is_empty());
    }

    #[test]
    fn spilling_and_collecting_are_told() {
        let counter =
            |name: &str| json!({"name": name, "mapCounterValue": 5, "reduceCounterValue": 2});
        let counters = json!({"jobCounters": {"counterGroup": [
            {"counter": [counter("SPILLED_RECORDS"), counter("HDFS_BYTES_READ")]},
            {"counter": [counter("GC_TIME_MILLIS")]},
        ]}});
        let found: Vec<_> = figures("job_1_10001", &counters)
            .into_iter()
            .map(|figure| (figure.counter, figure.map, figure.reduce))
            .collect();
        assert_eq!(
            found,
            [("SPILLED_RECORDS".to_owned(), 5, 2), ("GC_TIME_MILLIS".to_owned(), 5, 2)]
        );
    }
}
