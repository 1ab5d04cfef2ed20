//! The order in which lines and files come changes no byte of any result, ties included.
//!
//! Events are drawn from a small alphabet, so that ties are common; a test of its own sees to it that
//! they do occur.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jobs::job::{Job, Work};
use jobs::params::Params;
use jobs::pass::Source;
use jobs::registry::{self, JOBS};
use jobs::table::{Column, Kind, Table};
use jobs::testkit::{self, address_files};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const COURSES: [&str; 2] = ["course-v1:A+One+R", "B/Two/R"];
const USERS: [&str; 2] = ["ada", "bo"];
const DAYS: [&str; 2] = ["2015-03-09", "2015-03-10"];
const TIMES: [&str; 3] = ["10:00:00.5+00:00", "10:00:00.500000", "10:00:01+00:00"];
const ADDRESSES: [&str; 3] = ["192.0.2.1", "192.0.2.9", "198.51.100.7"];

/// Type, source and payload of an event; `%` in a payload stands for the user's number.
const KINDS: &[(&str, &str, &str)] = &[
    (
        "edx.course.enrollment.activated",
        "server",
        r#"{"course_id": "B/Two/R", "user_id": %, "mode": "audit"}"#,
    ),
    (
        "edx.course.enrollment.activated",
        "server",
        r#"{"course_id": "B/Two/R", "user_id": %, "mode": "honor"}"#,
    ),
    (
        "edx.course.enrollment.deactivated",
        "server",
        r#"{"course_id": "B/Two/R", "user_id": %, "mode": "audit"}"#,
    ),
    (
        "edx.course.enrollment.mode_changed",
        "server",
        r#"{"course_id": "B/Two/R", "user_id": %, "mode": "verified"}"#,
    ),
    (
        "edx.course.enrollment.validated",
        "server",
        r#"{"course_id": "B/Two/R", "user_id": %, "mode": "audit", "is_active": true, "created": "2015-03-09T10:00:00.5", "dump_start": "2015-03-10T10:00:00", "dump_end": "2015-03-10T10:00:01"}"#,
    ),
    (
        "problem_check",
        "server",
        r#"{"problem_id": "p", "success": "correct", "grade": 1, "max_grade": 1, "answers": {"p_1": "7"}, "submission": {"p_1": {"answer": "7", "correct": true, "input_type": "textline", "question": "q", "response_type": "stringresponse", "variant": ""}}}"#,
    ),
    (
        "problem_check",
        "server",
        r#"{"problem_id": "p", "success": "incorrect", "grade": 0, "max_grade": 1, "answers": {"p_1": "8"}, "submission": {"p_1": {"answer": "8", "correct": false, "input_type": "textline", "question": "q", "response_type": "stringresponse", "variant": ""}}}"#,
    ),
    (
        "problem_check",
        "server",
        r#"{"problem_id": "p", "success": "incorrect", "answers": {"p_1": "9"}, "correct_map": {"p_1": {"correctness": "incorrect"}}}"#,
    ),
    ("play_video", "browser", r#"{"id": "v", "code": "c", "duration": 60, "currentTime": 0}"#),
    ("play_video", "browser", r#"{"id": "v", "code": "c", "duration": 90, "currentTime": 10}"#),
    ("pause_video", "browser", r#"{"id": "v", "currentTime": 20}"#),
    ("stop_video", "browser", r#"{"id": "v", "currentTime": 30}"#),
    ("seek_video", "browser", r#"{"id": "v", "old_time": 20, "new_time": 5}"#),
    ("edx.forum.thread.created", "server", r#"{"commentable_id": "t"}"#),
    (
        "edx.forum.thread.voted",
        "server",
        r#"{"vote_value": "up", "undo_vote": false, "target_username": "bo"}"#,
    ),
    ("/courses/B/Two/R/courseware/c/s/", "server", r#""{\"GET\": {}}""#),
    ("/courses/B/Two/R/courseware/c/s/?x=1", "server", r#""{\"GET\": {}}""#),
    ("page_close", "browser", r#"{}"#),
];

/// Where each choice of an event comes from: small numbers.
type Choices = (usize, usize, usize, usize, usize, usize);

fn choices() -> impl Strategy<Value = Choices> {
    (
        0..KINDS.len(),
        0..COURSES.len(),
        0..USERS.len(),
        0..DAYS.len(),
        0..TIMES.len(),
        0..ADDRESSES.len(),
    )
}

fn line((kind, course, user, day, time, address): Choices) -> String {
    let (event_type, source, payload) = KINDS[kind];
    let (course, name, day, time) = (COURSES[course], USERS[user], DAYS[day], TIMES[time]);
    let (ip, payload) = (ADDRESSES[address], payload.replace('%', &user.to_string()));
    format!(
        r#"{{"username": "{name}", "event_type": "{event_type}", "event_source": "{source}", "ip": "{ip}", "time": "{day}T{time}", "event": {payload}, "context": {{"course_id": "{course}", "user_id": {}, "asides": {{"tagging_aside": {{"saved_tags": {{"t": "{ip}"}}}}}}}}}}"#,
        user + 1
    )
}

/// Lines in the order given, and the same in another order and in other files.
#[derive(Debug)]
struct Arrivals {
    first: Vec<Vec<String>>,
    second: Vec<Vec<String>>,
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let lines = prop::collection::vec(choices().prop_map(line), 1..80);
    let shuffled = lines.prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()));
    (shuffled, 1..4usize, 1..4usize).prop_map(|((one, other), few, more)| Arrivals {
        first: files(one, few),
        second: files(other, more),
    })
}

fn files(lines: Vec<String>, count: usize) -> Vec<Vec<String>> {
    let mut files = vec![Vec::new(); count];
    lines.into_iter().enumerate().for_each(|(at, line)| files[at % count].push(line));
    files
}

/// Rows of tables, each partition's in its order.
type Tables = BTreeMap<(String, String), Vec<String>>;

fn fact_jobs() -> Vec<&'static Job> {
    JOBS.iter().filter(|job| matches!(job.work, Work::Scan(_))).collect()
}

fn facts(files: &[Vec<String>]) -> Tables {
    let names: Vec<_> = (0..files.len()).map(|at| format!("log-{at}")).collect();
    let logs: Vec<_> = names.iter().map(String::as_str).zip(files.iter().cloned()).collect();
    testkit::scan(&fact_jobs(), &[], &logs).rows
}

/// Tables that no job makes from events: of the LMS and of services. Some rows say nearly the same.
fn from_outside(table: &Table) -> Vec<String> {
    // Of these the jobs read the database's own dump.
    let between = if table.name == "courseware_studentmodule" { "," } else { "\t" };
    let cell = |column: &Column, row: usize| match column.kind {
        _ if column.name == "course_id" => COURSES[row % 2].to_owned(),
        _ if column.name == "username" => USERS[row % 2].to_owned(),
        Kind::Int => (row % 3).to_string(),
        Kind::Flag => (row % 2).to_string(),
        Kind::Double | Kind::Float => format!("0.{}", row % 4),
        Kind::Decimal => format!("{}.00", row % 2),
        Kind::Date => DAYS[row % 2].to_owned(),
        Kind::Timestamp => format!("{} 10:00:00.000000", DAYS[row % 2]),
        Kind::Json => "{}".to_owned(),
        Kind::Text(_) | Kind::LongText => ["a", "b"][row % 2].to_owned(),
    };
    let row = |number| table.columns.iter().map(|column| cell(column, number)).collect::<Vec<_>>();
    (0..12).map(|number| row(number).join(between)).collect()
}

/// Every job that makes rows from rows which are known by now, over and over, until none is left.
struct Chain<'p> {
    params: &'p Params,
    tables: BTreeMap<String, Vec<String>>,
    /// Results by job, table and partition.
    results: BTreeMap<String, Tables>,
    left: Vec<&'static Job>,
}

impl<'p> Chain<'p> {
    fn new(params: &'p Params, facts: Tables) -> Self {
        let left = JOBS.iter().filter(|job| matches!(job.work, Work::Steps(_)));
        let mut chain = Self {
            params,
            tables: BTreeMap::new(),
            results: BTreeMap::new(),
            left: left.filter(|job| !of_services(job)).collect(),
        };
        for job in fact_jobs().iter().flat_map(|job| job.fills) {
            chain.tables.insert(job.table.name.to_owned(), Vec::new());
        }
        chain.add(facts);
        for input in JOBS.iter().flat_map(|job| job.inputs) {
            let made = registry::filling(input.table.name).is_some_and(|job| !of_services(job));
            if !made {
                let rows = from_outside(input.table);
                chain.tables.insert(input.table.name.to_owned(), rows);
            }
        }
        chain
    }

    fn add(&mut self, rows: Tables) {
        for ((table, _), mut rows) in rows {
            self.tables.entry(table).or_default().append(&mut rows);
        }
    }

    /// Runs the next job whose inputs are there, its rows as `shuffle` orders them.
    fn next(&mut self, shuffle: &mut dyn FnMut(Vec<String>) -> Vec<String>) -> bool {
        let is_ready =
            |job: &&Job| job.inputs.iter().all(|i| self.tables.contains_key(i.table.name));
        let Some(at) = self.left.iter().position(is_ready) else { return false };
        let job = self.left.remove(at);
        let names: BTreeSet<_> = job.inputs.iter().map(|input| input.table.name).collect();
        let sources = names.into_iter().map(|name| {
            let source = Source::Table { table: name.to_owned(), partition: DAYS[0].to_owned() };
            (source, shuffle(self.tables[name].clone()))
        });
        let done = testkit::execute(job, self.params, sources.collect());
        let rows = done.unwrap_or_else(|e| panic!("{}: {e}", job.name)).rows;
        for fill in job.fills {
            self.tables.entry(fill.table.name.to_owned()).or_default();
        }
        self.add(rows.clone());
        self.results.insert(job.name.to_owned(), rows);
        true
    }
}

/// Whether a job reads what a service of the LMS answered: JSON, of which every row is a thing of its
/// own.
fn of_services(job: &Job) -> bool {
    let raw = |input: &jobs::job::Input| {
        jobs::lms::find(input.table.name).is_none() && registry::filling(input.table.name).is_none()
    };
    job.inputs.iter().any(raw)
}

fn params(folder: &std::path::Path) -> Params {
    let country = address_files::map(&[("iso_code", address_files::text("DE"))]);
    let record = address_files::map(&[("country", country)]);
    let addresses = folder.join("addresses.mmdb");
    std::fs::write(&addresses, address_files::maxmind_db(&[("192.0.2.0/24", record)])).unwrap();
    let addresses = addresses.display().to_string();
    let pairs = [
        ("interval", "2015-03-01-2015-03-11"),
        ("date", "2015-03-11"),
        ("import_date", "2015-03-11"),
        ("end_date", "2015-03-16"),
        ("datetime", "2015-03-11"),
        ("weeks", "2"),
        ("dump_start", "2015-03-11T00:00:00"),
        ("dump_end", "2015-03-11T01:00:00"),
        ("geolocation_data", &addresses),
    ];
    pairs.into_iter().collect()
}

/// All results of events that arrived in some order; the rows between jobs go another way, too.
fn results(files: &[Vec<String>], turn: bool) -> BTreeMap<String, Tables> {
    let folder = tempfile::tempdir().unwrap();
    let params = params(folder.path());
    let mut chain = Chain::new(&params, facts(files));
    let mut shuffle = |mut rows: Vec<String>| {
        if turn {
            rows.reverse();
            let middle = rows.len() / 3;
            rows.rotate_left(middle);
        }
        rows
    };
    while chain.next(&mut shuffle) {}
    assert!(
        chain.left.is_empty(),
        "{:?}",
        chain.left.iter().map(|job| job.name).collect::<Vec<_>>()
    );
    chain.results
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn facts_are_the_same_in_any_order_and_any_files(arrivals in arrivals()) {
        prop_assert_eq!(facts(&arrivals.first), facts(&arrivals.second));
    }

    #[test]
    fn results_are_the_same_in_any_order_and_any_files(arrivals in arrivals()) {
        prop_assert_eq!(results(&arrivals.first, false), results(&arrivals.second, true));
    }
}

/// Pairs of lines, of one job's map output, that agree in some fields and differ in others: what a
/// tie-break has to decide.
fn ties(job: &str, alike: &[usize], differ: usize, files: &[Vec<String>]) -> usize {
    let job = registry::job(job).unwrap();
    let mut found: BTreeMap<Vec<String>, HashSet<String>> = BTreeMap::new();
    let source = (Source::Logs("log".to_owned()), files.concat());
    for line in testkit::mapped(job, &Params::default(), source).unwrap() {
        let fields: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let key = alike.iter().map(|at| fields[*at].clone()).collect();
        found.entry(key).or_default().insert(fields[differ].clone());
    }
    found.values().map(|values| values.len() - 1).sum()
}

/// What the tie-breaks of the specs are about does occur in what the tests above are given.
#[test]
fn ties_occur() {
    let mut runner = TestRunner::deterministic();
    let mut found = [0; 6];
    for _ in 0..20 {
        let files = arrivals().new_tree(&mut runner).unwrap().current().first;
        let seen = [
            // A learner in a course at one time: another address, another path, other tags, another
            // answer, another change of enrollment, another position in a video.
            ties("last-ip-of-user", &[0, 1, 2, 3], 4, &files),
            ties("student-engagement-by-day", &[0, 1, 2, 4, 9], 10, &files),
            ties("tags-distribution-by-day", &[0, 1, 3, 4], 5, &files),
            ties("problem-checks", &[1, 2, 3, 4], 5, &files),
            ties("course-enrollment-events", &[1, 2, 3], 4, &files),
            ties("video-events", &[1, 2, 3, 4], 6, &files),
        ];
        for (sum, seen) in found.iter_mut().zip(seen) {
            *sum += seen;
        }
    }
    assert!(found.iter().all(|ties| *ties >= 5), "{found:?}");
}

/// No job passes the tests above because it has nothing to say.
#[test]
fn every_job_gives_rows() {
    let mut runner = TestRunner::deterministic();
    let mut silent: BTreeSet<String> = fact_jobs().iter().map(|job| job.name.to_owned()).collect();
    let mut spoken = BTreeSet::new();
    for _ in 0..20 {
        let files = arrivals().new_tree(&mut runner).unwrap().current().first;
        let tables: BTreeSet<String> = facts(&files).into_keys().map(|(table, _)| table).collect();
        let fills = |job: &&&Job| job.fills.iter().any(|fill| tables.contains(fill.table.name));
        spoken.extend(fact_jobs().iter().filter(fills).map(|job| job.name.to_owned()));
        for (job, rows) in results(&files, false) {
            if rows.values().any(|rows| !rows.is_empty()) {
                spoken.insert(job.clone());
            }
            silent.insert(job);
        }
    }
    let silent: Vec<_> = silent.difference(&spoken).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
