//! What is read of logs and of clients: ids with numbers of any length, and lines that nobody expects.
#![allow(clippy::unwrap_used)]

use hadoop::cluster::{Said, id_in, meaning};
use hadoop::emr_logs;
use hadoop::record::{self, Record};
use hadoop::storage::Place;
use jobs::streaming::Counters;
use jobs::streaming::counters::read_report;
use jobs::streaming::report::PanicRecord;
use proptest::prelude::*;
use serde_json::json;
use std::fs;
use std::io::Write;

/// Ids as Hadoop writes them: four digits at the least.
struct Ids {
    application: String,
    job: String,
    attempt: String,
}

fn ids(started: u64, number: u64) -> Ids {
    let number = format!("{started}_{number:04}");
    Ids {
        application: format!("application_{number}"),
        job: format!("job_{number}"),
        attempt: format!("attempt_{number}_m_000007_1"),
    }
}

/// Every reader of ids finds them.
fn are_found(Ids { application, job, attempt }: &Ids) {
    let mut said = Said::default();
    for line in [
        format!("2026 INFO impl.YarnClientImpl: Submitted application {application}"),
        format!("2026 INFO mapreduce.Job: Running job: {job}"),
        "2026 INFO mapreduce.Job:  map 50% reduce 7%".to_owned(),
        format!("2026 INFO mapreduce.Job: Job {job} failed with state FAILED due to: x"),
    ] {
        said.line(&line);
    }
    assert_eq!(
        (said.application.as_deref(), said.job.as_deref()),
        (Some(&**application), Some(&**job))
    );
    assert_eq!(said.percent, (50, 7));
    for (id, kind) in [(application, "application_"), (job, "job_"), (attempt, "attempt_")] {
        for text in [id.clone(), format!("x {id}"), format!("[{id}]: y"), format!("/{id}/z")] {
            assert_eq!(id_in(&text, kind), Some(id.as_str()), "{text}");
        }
    }
    for id in [application, job] {
        let record = Record::of_job(id).unwrap();
        assert_eq!(record.last_job(), Some((application.as_str(), job.as_str())));
    }
    let warehouse = tempfile::tempdir().unwrap();
    let run = warehouse.path().join("_runs/20260309T000000.000-1");
    fs::create_dir_all(&run).unwrap();
    let submitted = json!({"kind": "job_submitted", "application": application, "job": job});
    fs::write(run.join("events.jsonl"), format!("{submitted}\n")).unwrap();
    let warehouse = Place::from(warehouse.path());
    for id in [application, job] {
        assert_eq!(record::find(&warehouse, id).unwrap().id, "20260309T000000.000-1");
        assert!(record::find(&warehouse, &format!("{id}0")).is_err(), "another job");
    }
    is_found_far(application, attempt);
}

/// Logs of containers as EMR brings them.
fn is_found_far(application: &str, attempt: &str) {
    let folder = tempfile::tempdir().unwrap();
    let container = folder.path().join(format!("containers/{application}/container_1_1_01_000002"));
    fs::create_dir_all(&container).unwrap();
    let syslog = fs::File::create(container.join("syslog.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(syslog, flate2::Compression::fast());
    writeln!(packed, "INFO [main] mapred.Task: Task:{attempt} is done.").unwrap();
    packed.finish().unwrap();
    let found = emr_logs::containers(&Place::from(folder.path()), application).unwrap();
    assert_eq!(found[0].attempt(), Some(attempt));
}

#[test]
fn k16_numbers_around_the_lengths_that_others_stumble_over() {
    for number in [1, 9, 999, 1000, 9999, 10_000, 99_999, 1_234_567, u64::from(u32::MAX), u64::MAX]
    {
        are_found(&ids(1_700_000_000_000, number));
    }
}

/// Words that the readers look for, between which anything may stand.
const WORDS: &[&str] = &[
    "application_",
    "job_",
    "attempt_1_",
    "Running job: ",
    "The url to track the job: ",
    " map ",
    "% reduce ",
    "Input path does not exist: ",
    "failed with state ",
    "Error Launching job : ",
    "java.lang.Exception: ",
    "Task failed task_",
    "\t",
    "\t\t",
    "=",
    "-",
    " Job: Counters: ",
    "reporter:counter:",
    ",",
    "reporter:",
    "insights-panic-1:",
    "7b",
    "é",
    "\u{1f4a5}",
    "\0",
    " ",
    "18446744073709551616",
    "-9223372036854775808",
    "\u{feff}",
    ": NA",
    "100",
    "%",
];

fn odd_line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(WORDS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[0-9a-f_%=, ]{0,12}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn k16_ids_of_any_length_are_found(started in 1..=u64::MAX, number in 1..=u64::MAX) {
        are_found(&ids(started, number));
    }

    #[test]
    fn no_line_is_too_odd(lines in prop::collection::vec(odd_line(), 0..20)) {
        let (mut said, mut counters) = (Said::default(), Counters::default());
        for line in &lines {
            said.line(line);
            read_report(line, &mut counters);
            let _ = PanicRecord::find(line);
            let _ = Record::of_job(line);
            for kind in ["application_", "job_", "attempt_", ""] {
                let found = id_in(line, kind);
                prop_assert!(found.is_none_or(|id| line.contains(id) && id.starts_with(kind)));
            }
        }
        let _ = said.cause();
        prop_assert!(!meaning(lines.len() as i32).is_empty());
    }

    /// A record that a killed driver left, or that somebody has written over.
    #[test]
    fn no_record_is_too_odd(lines in prop::collection::vec(odd_line(), 0..20), end in odd_line()) {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("_runs/r");
        fs::create_dir_all(&run).unwrap();
        let whole = json!({"kind": "run_started", "ts": "2026-03-09T00:00:00Z", "argv": [1, null]});
        fs::write(run.join("events.jsonl"), format!("{}\n{whole}\n{{\"kind\": \"task_", lines.join("\n"))).unwrap();
        fs::write(run.join("run.json"), end).unwrap();
        let record = record::find(&Place::from(folder.path()), "r").unwrap();
        prop_assert_eq!(record.of_kind("run_started").count(), 1);
        let _ = (record.state(), record.last_job(), record.argv().count(), record.resumes());
        let found = hadoop::profile::profile(&record, &hadoop::cluster::Rest::default());
        prop_assert!(hadoop::profile::html(&found).ends_with("</html>\n"));
    }
}
