//! The whole way: a university, the jobs over it, and their results against `expected.json`, which the
//! generator knows without them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Demo, generate};

/// A number for each key.
type Figures<K> = BTreeMap<K, u64>;
/// A course with what its figure is of.
type InCourse = (String, String);

/// A university with its warehouse and result store.
struct Computed {
    demo: Demo,
    expected: Value,
    store: rusqlite::Connection,
}

/// Runs what `make demo` runs.
fn compute(demo: Demo) -> Computed {
    let root = demo.path();
    let expected = demo.expected();
    for (table, file) in [
        ("discovery_api_raw", "course_runs.json"),
        ("course_list_raw", "course_list.json"),
        ("course_blocks_raw", "course_blocks.json"),
    ] {
        let folder = root.join(format!("warehouse/{table}/dt={TODAY}"));
        fs::create_dir_all(&folder).unwrap();
        fs::copy(root.join(file), folder.join(file)).unwrap();
    }
    let at = root.display();
    let settings = format!(
        "sources: [{{url: '{at}/logs', pattern: ['.*tracking\\.log-(?P<date>\\d{{8}}).*\\.gz']}}]
warehouse: {{url: '{at}/warehouse'}}
store: {{url: 'sqlite:{at}/store.sqlite'}}
lms: {{database: 'sqlite:{at}/lms.sqlite'}}
jobs: {{interval_start: {}, geolocation_data: '{at}/countries.mmdb', enable_course_catalog: true}}
privacy: named
",
        expected["first_day"].as_str().unwrap()
    );
    fs::write(root.join("insights.yml"), settings).unwrap();
    let dates =
        ["date", "import_date", "end_date", "datetime"].map(|name| format!("{name}={TODAY}"));
    run(&root, &["daily"], &dates);
    run(&root, &["grades"], &dates[1..2]);
    run(&root, &["problem-response"], &dates[3..]);
    let weekly = [dates[1].clone(), "interval_type=weekly".to_owned()];
    run(&root, &["student-engagement"], &weekly);
    let store = rusqlite::Connection::open(root.join("store.sqlite")).unwrap();
    Computed { demo, expected, store }
}

/// The day behind the last one with events.
const TODAY: &str = "2026-06-03";
const LAST_DAY: &str = "2026-06-02";

fn run(root: &Path, names: &[&str], params: &[String]) {
    let params = params.iter().flat_map(|param| ["--param", param]);
    let output = Command::new(insights())
        .current_dir(root)
        .args(["-c", "insights.yml", "run"])
        .args(names)
        .args(["-r", "inline", "--param", &format!("interval_end={TODAY}")])
        .args(params)
        .output()
        .unwrap();
    assert!(output.status.success(), "{names:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The driver beside the generator.
fn insights() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_insights-demo")).with_file_name("insights");
    assert!(program.is_file(), "build the program `insights` first: cargo build -p hadoop");
    program
}

impl Computed {
    /// A count of each course and thing, as the store has them; of none there is no row.
    fn stored(&self, query: &str) -> Figures<InCourse> {
        let mut query = self.store.prepare(query).unwrap();
        let rows = query
            .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, u32>(2)?)))
            .unwrap()
            .map(Result::unwrap);
        rows.filter(|(_, count)| *count > 0).map(|(key, count)| (key, u64::from(count))).collect()
    }

    /// The rows of a warehouse table, all partitions.
    fn rows(&self, table: &str) -> Vec<Vec<String>> {
        let prefix = format!("warehouse/{table}/");
        let is_part = |name: &str| name.starts_with(&prefix) && name.contains("/part-");
        let files = self.demo.files().into_iter().filter(|(name, _)| is_part(name));
        let texts: Vec<String> = files.map(|(_, path)| fs::read_to_string(path).unwrap()).collect();
        let lines = texts.iter().flat_map(|text| text.lines());
        lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }

    /// What is expected of each course, as numbers by name; of none there is no entry.
    fn expected(&self, list: &str, number: impl Fn(&Value) -> u64) -> Figures<InCourse> {
        let mut figures = BTreeMap::new();
        for course in self.expected["courses"].as_array().unwrap() {
            let id = course["course_id"].as_str().unwrap();
            for (name, value) in course[list].as_object().unwrap() {
                figures.insert((id.to_owned(), name.clone()), number(value));
            }
        }
        figures.retain(|_, count| *count > 0);
        figures
    }
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Two sets of figures are the same, and not few.
#[track_caller]
fn assert_same<K: Ord + Debug>(found: &Figures<K>, wanted: &Figures<K>, at_least: usize) {
    let differ: Vec<_> = found
        .keys()
        .chain(wanted.keys())
        .filter(|key| found.get(key) != wanted.get(key))
        .map(|key| (key, found.get(key), wanted.get(key)))
        .take(9)
        .collect();
    assert!(differ.is_empty(), "found and wanted: {differ:?}");
    assert!(found.len() >= at_least, "only {} figures", found.len());
}

#[test]
fn results_are_what_the_generator_expects() {
    let computed = compute(generate(&["--learners", "300", "--seed", "5", "--end", LAST_DAY]));
    enrolled_by_mode(&computed);
    activity_by_week(&computed);
    learners_by_country(&computed);
    viewers_by_video(&computed);
    last_answers(&computed);
    engagement(&computed);
    events_by_day(&computed);
    outcomes_differ(&computed);
    every_table_has_rows(&computed);
}

fn enrolled_by_mode(computed: &Computed) {
    let found = computed.stored(
        "SELECT course_id, mode, count FROM course_enrollment_mode_daily
         WHERE date = (SELECT max(date) FROM course_enrollment_mode_daily)",
    );
    assert_same(&found, &computed.expected("enrolled_by_mode", whole), 15);
}

fn activity_by_week(computed: &Computed) {
    const KINDS: [(&str, &str); 4] = [
        ("ACTIVE", "any"),
        ("PLAYED_VIDEO", "played_video"),
        ("ATTEMPTED_PROBLEM", "attempted_problem"),
        ("POSTED_FORUM", "posted_forum"),
    ];
    for (label, kind) in KINDS {
        let found = computed.stored(&format!(
            "SELECT course_id, substr(interval_start, 1, 10), count FROM course_activity WHERE label = '{label}'"
        ));
        let weeks: Vec<String> = found.keys().map(|(_, week)| week.clone()).collect();
        let shown = weeks.iter().min().unwrap()..=weeks.iter().max().unwrap();
        let mut wanted = BTreeMap::new();
        for course in computed.expected["courses"].as_array().unwrap() {
            for week in course["activity_by_week"].as_array().unwrap() {
                let key =
                    [&course["course_id"], &week["week"]].map(|v| v.as_str().unwrap().to_owned());
                wanted.insert(key.into(), whole(&week[kind]));
            }
        }
        wanted.retain(|(_, week): &InCourse, count| *count > 0 && shown.contains(&week));
        assert_same(&found, &wanted, 20);
    }
}

fn learners_by_country(computed: &Computed) {
    let found = computed.stored(
        "SELECT course_id, coalesce(country_code, 'none'), count FROM course_enrollment_location_current",
    );
    assert_same(&found, &computed.expected("learners_by_country", whole), 60);
    let of = |code: &str| found.iter().any(|((_, country), _)| country == code);
    assert!(of("US") && of("UNKNOWN"));
}

fn viewers_by_video(computed: &Computed) {
    let found = computed.stored("SELECT course_id, encoded_module_id, users_at_start FROM video");
    assert_same(&found, &computed.expected("viewers_by_video", whole), 250);
}

fn last_answers(computed: &Computed) {
    // Types whose answers can be counted (20 §1).
    const COUNTED: [&str; 6] = [
        "choiceresponse",
        "formularesponse",
        "multiplechoiceresponse",
        "numericalresponse",
        "optionresponse",
        "stringresponse",
    ];
    let (mut right, mut all) = (BTreeMap::new(), BTreeMap::new());
    for row in computed.rows("answer_distribution_per_course") {
        let answer: Value = serde_json::from_str(&row[1]).unwrap();
        let key: InCourse = (row[0].clone(), answer["PartID"].as_str().unwrap().to_owned());
        let count = whole(&answer["Last Response Count"]);
        *right.entry(key.clone()).or_default() += count * whole(&answer["Correct Answer"]);
        *all.entry(key).or_default() += count;
    }
    right.retain(|_, count| *count > 0);
    let counted = |value: &Value| COUNTED.contains(&value["type"].as_str().unwrap());
    let number = |value: &Value, name| if counted(value) { whole(&value[name]) } else { 0 };
    assert_same(&all, &computed.expected("last_answers", |value| number(value, "all")), 300);
    assert_same(&right, &computed.expected("last_answers", |value| number(value, "right")), 300);
}

fn engagement(computed: &Computed) {
    let day = |name: &str| computed.expected[name].as_str().unwrap().to_owned();
    let days = day("first_day")..=day("last_day");
    let mut found = BTreeMap::new();
    for row in computed.rows("module_engagement").into_iter().filter(|row| days.contains(&row[2])) {
        let [course, act, count] = [0, 5, 6].map(|column| row[column].clone());
        *found.entry((course, act)).or_default() += count.parse::<u64>().unwrap();
    }
    assert_same(&found, &computed.expected("engagement", whole), 20);
}

fn events_by_day(computed: &Computed) {
    let mut found: Figures<String> = BTreeMap::new();
    for row in computed.rows("total_events") {
        *found.entry(row[0].clone()).or_default() += row[1].parse::<u64>().unwrap();
    }
    let days = computed.expected["events_by_day"].as_object().unwrap();
    let wanted = days.iter().map(|(day, count)| (day.clone(), whole(count))).collect();
    assert_same(&found, &wanted, 182);
}

/// Outcomes that always go together would make a page of equal bars.
fn outcomes_differ(computed: &Computed) {
    let tags = computed.stored(
        "SELECT course_id, tag_value, sum(total_submissions) FROM tags_distribution
         WHERE tag_name = 'learning_outcome' GROUP BY 1, 2",
    );
    let courses = tags.keys().map(|(course, _)| course).collect::<std::collections::BTreeSet<_>>();
    assert!(courses.len() >= 5, "{courses:?}");
    for course in courses {
        let mut counts: Vec<_> =
            tags.iter().filter(|((of, _), _)| of == course).map(|(_, n)| n).collect();
        counts.sort();
        counts.dedup();
        assert!(counts.len() >= 3, "{course}: {counts:?}");
    }
}

/// Tables that pages read, with how many of the seven courses have rows in them; one is not open yet.
fn every_table_has_rows(computed: &Computed) {
    for (table, courses) in [
        ("course_enrollment_daily", 7),
        ("course_enrollment_gender_daily", 7),
        ("course_enrollment_birth_year_daily", 7),
        ("course_enrollment_education_level_daily", 7),
        ("course_meta_summary_enrollment", 7),
        ("course_program_metadata", 4),
        ("module_engagement_metric_ranges", 3),
        ("learner_roster", 7),
        ("grade_distribution", 6),
        ("sequential_open_distribution", 6),
    ] {
        let query = format!("SELECT count(DISTINCT course_id) FROM {table}");
        let found: i64 = computed.store.query_row(&query, [], |row| row.get(0)).unwrap();
        assert!(found >= courses, "{table}: {found} courses");
    }
    for (table, column, courses) in [
        ("student_engagement_joined_weekly", 1, 7),
        ("problem_response_location", 0, 6),
        ("course_list", 0, 7),
        ("course_blocks", 1, 7),
    ] {
        let rows = computed.rows(table);
        let found: std::collections::BTreeSet<_> = rows.iter().map(|row| &row[column]).collect();
        assert!(found.len() >= courses, "{table}: {found:?}");
    }
    let query = "SELECT count(DISTINCT segments), count(DISTINCT cohort), count(DISTINCT enrollment_mode) FROM learner_roster";
    let kinds: (i64, i64, i64) = computed
        .store
        .query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert!(kinds.0 >= 4 && kinds.1 >= 2 && kinds.2 >= 5, "{kinds:?}");
}
