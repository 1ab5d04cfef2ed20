//! Input that nobody means well with: each run ends as it should, within the bound of memory.
#![allow(clippy::unwrap_used)]

mod university;

use serde_json::Value;
use std::fs;
use std::io::Write;
use university::{Ended, University, ended};

/// What a run may take, whatever its input.
const MOST_MIB: u64 = 512;

/// A folder of logs and what a run over them says.
struct Hostile(University);

/// How a run ended, and what it left.
struct Ran {
    ended: Ended,
    counters: Value,
}

impl Hostile {
    fn new() -> Self {
        let university = University::new();
        fs::remove_dir_all(university.path("logs")).unwrap();
        fs::create_dir_all(university.path("logs")).unwrap();
        Self(university)
    }

    /// A log of the same text so many times over, packed once only: members of a gzip file follow one
    /// another.
    fn write(&self, name: &str, text: &[u8], times: usize) {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text).unwrap();
        let member = packed.finish().unwrap();
        let mut file = fs::File::create(self.0.path("logs").join(name)).unwrap();
        (0..times).for_each(|_| file.write_all(&member).unwrap());
    }

    /// Runs jobs over the logs; every fact job is in the scan unless `scanned` names some.
    fn run(&self, arguments: &[&str], scanned: Option<&str>) -> Ran {
        let logs = self.0.path("logs").display().to_string();
        let fixed = ["--interval", "2026-03-01-2026-03-09", "-r", "inline", "--source", &logs];
        let mut command = self.0.command("w", &[&["run"], arguments, &fixed[..]].concat());
        if let Some(names) = scanned {
            fs::write(self.0.path("insights.yml"), format!("jobs: {{scan: [{names}]}}\n")).unwrap();
        }
        command.env("INSIGHTS_RUNNERS_INLINE_THREADS", "2");
        let ended = ended(command.output().unwrap()).ok();
        let runs = fs::read_dir(self.0.path("w/_runs")).unwrap();
        let folder = runs.map(|run| run.unwrap().path()).max().unwrap();
        let record: Value =
            serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap();
        let peak = record["peak_memory_kib"].as_u64();
        println!("{arguments:?}: peak of memory: {peak:?} KiB\n{}", ended.stdout);
        assert!(peak.is_none_or(|peak| peak < MOST_MIB * 1024), "{peak:?} KiB");
        let events = fs::read_to_string(folder.join("events.jsonl")).unwrap();
        let events = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut scans =
            events.filter(|event| event["kind"] == "counters" && event["task"] == "scan");
        Ran { ended, counters: scans.next().unwrap()["counters"].clone() }
    }

    /// Rows of a table, all partitions.
    fn rows(&self, table: &str) -> Vec<String> {
        let parts = self.0.parts("w");
        let of_table = parts.iter().filter(|(name, _)| name.starts_with(&format!("{table}/")));
        of_table.flat_map(|(_, text)| text.lines().map(str::to_owned)).collect()
    }
}

fn enrollment(kind: &str, micros: usize) -> String {
    format!(
        "{{\"event_type\": \"edx.course.enrollment.{kind}\", \"time\": \"2026-03-01T10:00:00.{micros:06}\", \"event\": {{\"course_id\": \"o/c/r\", \"user_id\": 1, \"mode\": \"audit\"}}}}\n"
    )
}

/// All of them go to one reducer, which sees them one by one.
#[test]
fn a_key_of_ten_million_values_is_sorted_and_reduced() {
    let hostile = Hostile::new();
    let kinds = ["activated", "deactivated"];
    let lines: String = (0..100_000).map(|at| enrollment(kinds[at % 2], at)).collect();
    for file in 0..4 {
        hostile.write(&format!("{file}.gz"), lines.as_bytes(), 25);
    }
    let ran = hostile.run(&["course-enrollment-spans"], Some("course-enrollment-events"));
    assert_eq!(ran.counters["Event.Lines"], 10_000_000);
    assert!(ran.ended.stdout.contains("10,000,000 rows\tscan"), "{}", ran.ended.stdout);
    let spans = hostile.rows("course_enrollment_spans");
    assert_eq!(spans, ["o/c/r\t1\t2026-03-01\t2026-03-08\t0\t0\taudit"]);
}

/// It is rejected and counted; the lines before and behind it are not touched.
#[test]
fn a_line_of_100_megabytes_is_rejected() {
    let hostile = Hostile::new();
    let mut text = enrollment("activated", 1).into_bytes();
    text.extend_from_slice(b"{\"time\": \"2026-03-01T10:00:00\", \"username\": \"");
    text.resize(text.len() + 100_000_000, b'x');
    text.extend_from_slice(b"\", \"context\": {\"user_id\": 2}}\n");
    text.extend_from_slice(enrollment("deactivated", 2).as_bytes());
    hostile.write("long.gz", &text, 2);
    // A plain file is read in pieces, of which such a line is longer than one.
    fs::write(hostile.0.path("logs/plain.log"), &text).unwrap();
    let ran = hostile.run(&["course-enrollment-events"], None);
    assert_eq!(ran.counters["Event.Lines"], 9);
    assert_eq!(ran.counters["Event.Discard Too Long Line"], 3);
    assert_eq!(hostile.rows("course_enrollment_events").len(), 6);
    assert_eq!(hostile.rows("total_events"), ["2026-03-01\t6"]);
}

#[test]
fn a_file_of_nothing_but_malformed_lines_gives_nothing_and_ends_well() {
    let hostile = Hostile::new();
    let whole = enrollment("activated", 1);
    let lines = [
        whole[..whole.len() / 2].to_owned(),
        "[".repeat(5000),
        format!("{}{}", "{\"a\":".repeat(1000), "}".repeat(1000)),
        whole.replace("\"time\"", "\"no time\"").trim_end().to_owned(),
        whole.replace("2026-03-01T", "2026-02-30T").trim_end().to_owned(),
        "\\u0000\\ud800 \u{fffd} not JSON".to_owned(),
        String::new(),
    ];
    let text = lines.map(|line| line + "\n").concat();
    hostile.write("bad.gz", text.repeat(100).as_bytes(), 100);
    let ran = hostile.run(&["course-enrollment-events"], None);
    let counted = |name: &str| ran.counters[format!("Event.{name}")].as_i64().unwrap_or_default();
    assert_eq!(counted("Lines"), 70_000);
    let discarded =
        ["Discard Unparseable Event", "Discard Missing Time Field", "Discard Malformed Day"];
    assert_eq!(discarded.map(counted), [50_000, 10_000, 10_000]);
    assert!(ran.ended.stdout.contains("0 rows\tscan"), "{}", ran.ended.stdout);
}

/// A course with so many problems, each checked twice by two learners.
#[test]
fn a_course_of_a_hundred_thousand_problems_is_counted() {
    const PROBLEMS: usize = 100_000;
    let hostile = Hostile::new();
    let check = |problem: usize, user: usize, answer: &str| {
        format!(
            "{{\"event_type\": \"problem_check\", \"event_source\": \"server\", \"username\": \"u{user}\", \"time\": \"2026-03-0{}T10:00:00\", \"context\": {{\"course_id\": \"o/c/r\", \"user_id\": {user}}}, \"event\": {{\"problem_id\": \"p{problem}\", \"success\": \"correct\", \"answers\": {{\"p{problem}_1\": \"{answer}\"}}, \"submission\": {{\"p{problem}_1\": {{\"answer\": \"{answer}\", \"correct\": true, \"input_type\": \"textline\", \"question\": \"q\", \"response_type\": \"stringresponse\", \"variant\": \"\"}}}}}}}}\n",
            1 + problem % 2
        )
    };
    for user in 1..=2 {
        let lines: String = (0..PROBLEMS)
            .flat_map(|problem| [check(problem, user, "7"), check(problem, user, "8")])
            .collect();
        hostile.write(&format!("{user}.gz"), lines.as_bytes(), 1);
    }
    for (table, said) in [("course_list_raw", ""), ("course_blocks_raw", &outline(PROBLEMS))] {
        let folder = hostile.0.path("w").join(table).join("dt=2026-03-09");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("said.json"), said).unwrap();
    }
    let jobs = ["answer-distribution", "problem-response", "tags-distribution"];
    let days = ["--param", "date=2026-03-09", "--param", "datetime=2026-03-09"];
    let ran = hostile.run(&[&jobs[..], &days].concat(), None);
    assert_eq!(ran.counters["Event.Lines"], 4 * PROBLEMS);
    assert_eq!(hostile.rows("problem_checks").len(), 4 * PROBLEMS);
    assert_eq!(hostile.rows("problem_response_latest").len(), 2 * PROBLEMS);
    assert_eq!(hostile.rows("problem_response_location").len(), 2 * PROBLEMS);
    assert_eq!(hostile.rows("tags_distribution").len(), 0);
    assert!(hostile.rows("answer_distribution_per_course").len() >= PROBLEMS);
}

/// A course of so many problems below its root, as the LMS's service tells it.
fn outline(problems: usize) -> String {
    let ids: Vec<_> = (0..problems).map(|problem| format!("\"p{problem}\"")).collect();
    let block = |id: &String| format!("{id}: {{\"id\": {id}, \"type\": \"problem\"}}");
    format!(
        "{{\"course_id\": \"o/c/r\", \"root\": \"r\", \"blocks\": {{{}, \"r\": {{\"id\": \"r\", \"type\": \"course\", \"children\": [{}]}}}}}}\n",
        ids.iter().map(block).collect::<Vec<_>>().join(", "),
        ids.join(", ")
    )
}
