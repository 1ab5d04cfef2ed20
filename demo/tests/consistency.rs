//! 05 §3.9, checked from outside: what the logs say, read line by line, against the tables, the
//! course structure and `expected.json`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use support::{Demo, event, generate, payload, sql_time};

/// A learner in a course.
type Key = (i64, String);

/// What a reader learns from the logs.
#[derive(Default)]
struct Logs {
    lines: u64,
    bytes: u64,
    rejected: u64,
    named: BTreeMap<String, u64>,
    implicit: u64,
    enrollments: HashMap<Key, Vec<(String, String, String)>>,
    checks: HashMap<(i64, String), (i64, f64)>,
    first_tries: BTreeMap<String, (u64, u64)>,
    grades: HashMap<Key, Vec<(String, f64)>>,
    cohorts: HashMap<Key, i64>,
    certificates: BTreeSet<Key>,
    plays: BTreeMap<String, u64>,
    /// Of the rotated logs: events by day, learners by course, Monday and kind of activity, and what
    /// they did with parts of each course.
    days: BTreeMap<String, u64>,
    weekly: BTreeMap<(String, String, &'static str), BTreeSet<i64>>,
    acts: BTreeMap<(String, &'static str), u64>,
    users: BTreeSet<i64>,
    problems: BTreeSet<String>,
}

fn read(demo: &Demo) -> Logs {
    let mut logs = Logs::default();
    for (name, text) in demo.logs() {
        assert!(text.ends_with(b"\n"), "{name}");
        for line in text[..text.len() - 1].split(|byte| *byte == b'\n') {
            logs.lines += 1;
            logs.bytes += line.len() as u64 + 1;
            match event(line) {
                Some(event) => {
                    note(&mut logs, &event);
                    if name.ends_with(".gz") {
                        note_rotated(&mut logs, &event);
                    }
                }
                None => logs.rejected += 1,
            }
        }
    }
    logs
}

fn note(logs: &mut Logs, event: &Value) {
    let kind = event["event_type"].as_str().unwrap();
    if kind.starts_with('/') {
        logs.implicit += 1;
    } else {
        *logs.named.entry(kind.to_owned()).or_default() += 1;
    }
    let user = event["context"]["user_id"].as_i64();
    logs.users.extend(user);
    let course = event["context"]["course_id"].as_str().unwrap_or_default().to_owned();
    let time = event["time"].as_str().unwrap();
    match (kind, event["event_source"].as_str().unwrap()) {
        ("problem_check", "server") => note_check(logs, event, user.unwrap()),
        ("play_video", _) => {
            let id = payload(event).unwrap()["id"].as_str().unwrap().to_owned();
            *logs.plays.entry(format!("{course} {id}")).or_default() += 1;
        }
        ("edx.grades.course.grade_calculated", _) => {
            let percent = event["event"]["percent_grade"].as_f64().unwrap();
            logs.grades
                .entry((user.unwrap(), course))
                .or_default()
                .push((time.to_owned(), percent));
        }
        ("edx.cohort.user_added", _) => {
            logs.cohorts
                .insert((user.unwrap(), course), event["event"]["cohort_id"].as_i64().unwrap());
        }
        ("edx.certificate.created", _) => {
            logs.certificates.insert((user.unwrap(), course));
        }
        (kind, _)
            if kind.starts_with("edx.course.enrollment.") && event["event_source"] == "server" =>
        {
            let detail = &event["event"];
            let key = (
                detail["user_id"].as_i64().unwrap(),
                detail["course_id"].as_str().unwrap().to_owned(),
            );
            let mode = detail["mode"].as_str().unwrap().to_owned();
            logs.enrollments.entry(key).or_default().push((time.to_owned(), kind.to_owned(), mode));
        }
        _ => {}
    }
}

/// Activity is any event with user and course but of enrollment.
fn note_rotated(logs: &mut Logs, event: &Value) {
    let kind = event["event_type"].as_str().unwrap();
    let Some((date, _)) = event["time"].as_str().unwrap().split_once('T') else { return };
    *logs.days.entry(date.to_owned()).or_default() += 1;
    let Some(user) = event["context"]["user_id"].as_i64() else { return };
    let course = match event["context"]["course_id"].as_str().unwrap_or_default() {
        "" => kind.strip_prefix("/xblock/").and_then(course_of_block).unwrap_or_default(),
        course => course.to_owned(),
    };
    let of_person = !kind.starts_with("edx.course.enrollment.") && event["event_source"] != "task";
    if !of_person || !course.contains(['+', '/']) {
        return;
    }
    let act = match kind {
        "play_video" => Some(("viewed", "played_video")),
        "problem_check" if event["event_source"] == "server" => {
            Some(("attempted", "attempted_problem"))
        }
        _ if kind.starts_with("edx.forum.") && kind.ends_with(".created") => {
            Some(("contributed", "posted_forum"))
        }
        _ => None,
    };
    for activity in ["any"].into_iter().chain(act.map(|(_, activity)| activity)) {
        let key = (course.clone(), monday_of(date), activity);
        logs.weekly.entry(key).or_default().insert(user);
    }
    let solved = kind == "problem_check" && event["event"]["success"] == "correct";
    let acts = act.map(|(act, _)| act).into_iter().chain(solved.then_some("completed"));
    for act in acts.filter(|_| event["username"].as_str().unwrap().len() <= 30) {
        *logs.acts.entry((course.clone(), act)).or_default() += 1;
    }
}

fn monday_of(date: &str) -> String {
    let date: chrono::NaiveDate = date.parse().unwrap();
    date.week(chrono::Weekday::Mon).first_day().to_string()
}

fn course_of_block(key: &str) -> Option<String> {
    let (space, rest) = key.split_once(':')?;
    let course = rest.split("+type@").next()?;
    Some(format!("{}:{course}", if space == "ccx-block-v1" { "ccx-v1" } else { "course-v1" }))
}

fn note_check(logs: &mut Logs, event: &Value, user: i64) {
    let detail = &event["event"];
    let problem = detail["problem_id"].as_str().unwrap().to_owned();
    let attempts = detail["attempts"].as_i64().unwrap();
    let grade = detail["grade"].as_f64().unwrap();
    assert_eq!(
        detail["success"] == "correct",
        (grade - detail["max_grade"].as_f64().unwrap()).abs() < 1e-9
    );
    logs.problems.insert(problem.clone());
    let held = logs.checks.entry((user, problem)).or_insert((0, 0.0));
    if attempts > held.0 {
        *held = (attempts, grade);
    }
    if attempts != 1 {
        return;
    }
    for (id, part) in detail["submission"].as_object().unwrap() {
        if !id.ends_with("_dynamath") {
            let counted = logs.first_tries.entry(id.clone()).or_default();
            counted.0 += u64::from(part["correct"] == true);
            counted.1 += 1;
        }
    }
}

fn pairs(expected: &Value, list: &str) -> BTreeSet<Key> {
    let item = |item: &Value| {
        (item["user_id"].as_i64().unwrap(), item["course_id"].as_str().unwrap().to_owned())
    };
    expected[list].as_array().unwrap().iter().map(item).collect()
}

fn numbers(expected: &Value, list: &str) -> BTreeSet<i64> {
    expected[list].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect()
}

#[test]
fn logs_tables_and_expectations_agree() {
    let demo = generate(&["--learners", "260", "--seed", "11"]);
    let expected = demo.expected();
    let logs = read(&demo);
    counts_agree(&logs, &expected);
    enrollments_agree(&logs, &demo, &expected);
    modules_agree(&logs, &demo);
    grades_agree(&logs, &demo);
    cohorts_and_certificates_agree(&logs, &demo);
    users_agree(&logs, &demo, &expected);
    figures_agree(&logs, &expected);
    blocks_exist(&logs, &demo);
}

fn counts_agree(logs: &Logs, expected: &Value) {
    assert_eq!(expected["lines"], logs.lines);
    assert_eq!(expected["bytes"], logs.bytes);
    let mut implicit = 0;
    for (kind, count) in expected["events"].as_object().unwrap() {
        match kind.starts_with("implicit ") {
            true => implicit += count.as_u64().unwrap(),
            false => assert_eq!(logs.named.get(kind).copied(), count.as_u64(), "{kind}"),
        }
    }
    assert_eq!(implicit, logs.implicit);
    let events: u64 = logs.named.values().sum::<u64>() + logs.implicit;
    assert_eq!(events + logs.rejected, logs.lines);
    let faults = expected["planted_faults"].as_object().unwrap();
    let sum = |names: &[&str]| {
        names.iter().map(|name| faults[*name].as_u64().unwrap_or_default()).sum::<u64>()
    };
    let rejected = sum(&[
        "CutBySyslog",
        "CutByLibrary",
        "CutAnywhere",
        "Glued",
        "NulInside",
        "Interleaved",
        "TextAfter",
        "TrailingComma",
        "BraceInPrefix",
        "Blank",
        "WhiteSpace",
        "NulRun",
        "Noise",
        "PythonText",
        "JsonNull",
        "JsonList",
        "JsonNumber",
    ]);
    assert_eq!(rejected, logs.rejected);
    let share = rejected as f64 / logs.lines as f64;
    assert!((1e-4..6e-4).contains(&share), "{share}");
    assert!(faults["SyslogPrefix"].as_u64().unwrap() > 0);
}

fn enrollments_agree(logs: &Logs, demo: &Demo, expected: &Value) {
    let wrong = pairs(expected, "enrollment_rows_that_disagree");
    let database = demo.database();
    let mut query = database
        .prepare(
            "SELECT user_id, course_id, created, is_active, mode FROM student_courseenrollment",
        )
        .unwrap();
    let mut rows = query.query([]).unwrap();
    let (mut agreeing, mut disagreeing) = (0, BTreeSet::new());
    while let Some(row) = rows.next().unwrap() {
        let key: Key = (row.get(0).unwrap(), row.get(1).unwrap());
        let mut events = logs.enrollments[&key].clone();
        events.retain(|(_, kind, _)| !kind.contains("upgrade"));
        events.sort();
        let first = events.iter().find(|(_, kind, _)| kind.ends_with(".activated")).unwrap();
        assert_eq!(sql_time(&first.0), row.get::<_, String>(2).unwrap(), "{key:?}");
        let state =
            events.iter().rev().find(|(_, kind, _)| !kind.ends_with(".mode_changed")).unwrap();
        let active = state.1.ends_with(".activated");
        let mode = &events.last().unwrap().2;
        let same = (active, mode.as_str())
            == (row.get::<_, bool>(3).unwrap(), row.get::<_, String>(4).unwrap().as_str());
        match same {
            true => agreeing += 1,
            false => assert!(disagreeing.insert(key)),
        }
    }
    assert!(agreeing > 250);
    assert_eq!(disagreeing, wrong);
    let pairs = logs.enrollments.len() as u64;
    assert_eq!(expected["rows"]["student_courseenrollment"], pairs);
}

fn modules_agree(logs: &Logs, demo: &Demo) {
    let database = demo.database();
    let mut query = database
        .prepare("SELECT student_id, module_id, grade, max_grade, state, created <= modified FROM courseware_studentmodule WHERE module_type = 'problem'")
        .unwrap();
    let mut rows = query.query([]).unwrap();
    let (mut tried, mut shown) = (0, 0);
    while let Some(row) = rows.next().unwrap() {
        let key = (row.get::<_, i64>(0).unwrap(), row.get::<_, String>(1).unwrap());
        let state: Value = serde_json::from_str(&row.get::<_, String>(4).unwrap()).unwrap();
        assert!(row.get::<_, bool>(5).unwrap(), "{key:?}");
        shown += 1;
        match (row.get::<_, Option<f64>>(2).unwrap(), logs.checks.get(&key)) {
            (Some(grade), Some((attempts, said))) => {
                tried += 1;
                assert!((grade - said).abs() < 1e-9, "{key:?}");
                assert_eq!(state["attempts"], *attempts, "{key:?}");
            }
            (None, None) => assert_eq!(state.get("attempts"), None),
            (grade, said) => panic!("{key:?}: {grade:?} in the table, {said:?} in the logs"),
        }
    }
    assert_eq!(tried, logs.checks.len());
    assert!(shown > tried);
}

fn grades_agree(logs: &Logs, demo: &Demo) {
    let database = demo.database();
    let mut query = database
        .prepare("SELECT user_id, course_id, percent_grade, letter_grade, passed_timestamp FROM grades_persistentcoursegrade")
        .unwrap();
    let mut rows = query.query([]).unwrap();
    let (mut count, mut passing) = (0, 0);
    while let Some(row) = rows.next().unwrap() {
        let key: Key = (row.get(0).unwrap(), row.get(1).unwrap());
        let mut events = logs.grades[&key].clone();
        events.sort_by(|a, b| a.0.cmp(&b.0));
        let percent: f64 = row.get(2).unwrap();
        assert!((percent - events.last().unwrap().1).abs() < 1e-9, "{key:?}");
        assert_eq!(row.get::<_, String>(3).unwrap().is_empty(), percent < 0.5, "{key:?}");
        let passed =
            events.iter().find(|(_, percent)| *percent >= 0.5).map(|(time, _)| sql_time(time));
        assert_eq!(row.get::<_, Option<String>>(4).unwrap(), passed, "{key:?}");
        count += 1;
        passing += u32::from(passed.is_some());
    }
    assert_eq!(count, logs.grades.len());
    assert!(passing > 0);
}

fn cohorts_and_certificates_agree(logs: &Logs, demo: &Demo) {
    let database = demo.database();
    let mut query = database
        .prepare("SELECT m.user_id, g.course_id, g.id FROM course_groups_courseusergroup_users m JOIN course_groups_courseusergroup g ON g.id = m.courseusergroup_id")
        .unwrap();
    let rows = query.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).unwrap();
    let held: HashMap<Key, i64> = rows.map(Result::unwrap).collect();
    assert_eq!(held, logs.cohorts);
    let mut query = database
        .prepare("SELECT c.user_id, c.course_id FROM certificates_generatedcertificate c JOIN grades_persistentcoursegrade g USING (user_id, course_id) WHERE c.status IN ('downloadable', 'unavailable') AND c.mode <> 'audit' AND g.passed_timestamp IS NOT NULL")
        .unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let held: BTreeSet<Key> = rows.map(Result::unwrap).collect();
    assert_eq!(held, logs.certificates);
}

fn users_agree(logs: &Logs, demo: &Demo, expected: &Value) {
    let database = demo.database();
    let ids = |sql: &str| -> BTreeSet<i64> {
        database
            .prepare(sql)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let accounts = ids("SELECT id FROM auth_user");
    let missing: BTreeSet<i64> = logs.users.difference(&accounts).copied().collect();
    assert!(missing.is_subset(&numbers(expected, "users_without_account")));
    let profiles = ids("SELECT user_id FROM auth_userprofile");
    let without: BTreeSet<i64> =
        accounts.difference(&profiles).copied().filter(|id| *id > 5).collect();
    assert!(without.is_subset(&numbers(expected, "users_without_profile")));
    let future: i64 = database.query_row("SELECT count(*) FROM auth_user u JOIN student_courseenrollment e ON e.user_id = u.id WHERE u.date_joined > e.created", [], |row| row.get(0)).unwrap();
    assert_eq!(future, 0);
}

fn figures_agree(logs: &Logs, expected: &Value) {
    let days: BTreeMap<String, u64> =
        serde_json::from_value(expected["events_by_day"].clone()).unwrap();
    assert_eq!(logs.days, days);
    for course in expected["courses"].as_array().unwrap() {
        let id = course["course_id"].as_str().unwrap();
        for week in course["activity_by_week"].as_array().unwrap() {
            let monday = week["week"].as_str().unwrap();
            for kind in ["any", "played_video", "attempted_problem", "posted_forum"] {
                let key = (id.to_owned(), monday.to_owned(), kind);
                let learners = logs.weekly.get(&key).map_or(0, BTreeSet::len);
                assert_eq!(week[kind], learners, "{key:?}");
            }
        }
        for (act, count) in course["engagement"].as_object().unwrap() {
            let own = logs.acts.iter().find(|((course, a), _)| (course.as_str(), *a) == (id, act));
            assert_eq!(own.map(|(_, n)| *n), count.as_u64(), "{id} {act}");
        }
        for (answer, counted) in course["first_tries_by_answer"].as_object().unwrap() {
            if id.starts_with("ccx-v1:") || id.contains("BIO101") {
                continue; // a custom course has the answer ids of its parent
            }
            assert_eq!(logs.first_tries[answer].1, counted["all"].as_u64().unwrap(), "{answer}");
            assert_eq!(logs.first_tries[answer].0, counted["right"].as_u64().unwrap(), "{answer}");
        }
    }
}

fn blocks_exist(logs: &Logs, demo: &Demo) {
    let text = std::fs::read_to_string(demo.path().join("course_blocks.json")).unwrap();
    let answers: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let blocks: BTreeSet<&String> =
        answers.iter().flat_map(|answer| answer["blocks"].as_object().unwrap().keys()).collect();
    let gone: Vec<_> = logs.problems.iter().filter(|problem| !blocks.contains(problem)).collect();
    assert!(gone.len() <= answers.len(), "more than one removed problem a course: {gone:?}");
    for answer in &answers {
        let blocks = answer["blocks"].as_object().unwrap();
        assert!(blocks.contains_key(answer["root"].as_str().unwrap()));
        let children = blocks.values().filter_map(|block| block["children"].as_array()).flatten();
        assert!(children.into_iter().all(|child| blocks.contains_key(child.as_str().unwrap())));
    }
}
