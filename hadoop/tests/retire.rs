//! Learners who leave: taken out of everything, for good, with every count as it was.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod everywhere;
mod search_cluster;
mod traces;
mod wire;

use everywhere::{Made, NAMES, University, copy_tree, succeeded};
use hadoop::ledger::Ledger;
use hadoop::storage::Place;
use jobs::job::Work;
use jobs::registry::{self, JOBS};
use jobs::retired::{LISTING, columns_of};
use jobs::table::Table;
use mysql_async::prelude::Queryable;
use search_cluster::SearchCluster;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testkit::{MariaDb, mariadb_or_skip};
use traces::{Learner, all_files, holds_word, look_for, look_for_ids, plain, table_of};

struct Scene {
    university: University,
    cluster: SearchCluster,
    leaving: Vec<Learner>,
}

const DATE: &str = "2026-03-09";
const USERS: &str = "leaving.csv";

impl Scene {
    /// A warehouse `w` in which every job has run, a store, an index, and three learners who want to leave.
    fn new() -> Self {
        let cluster = SearchCluster::start();
        let url = &cluster.url;
        let settings = format!(
            "index: {{url: '{url}', throttle: 0}}\nretirement: {{key_file: retirement.key}}\n"
        );
        let university = University::new(&settings);
        fs::write(university.path("retirement.key"), "a secret of this test\n").unwrap();
        university.begin_warehouse("w");
        let mut scene = Self { university, cluster, leaving: Vec::new() };
        scene.run("w", NAMES, &[]);
        scene.leaving = scene.choose();
        scene.write_users(&scene.leaving);
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.university.path(name)
    }

    fn store(&self, warehouse: &str) -> PathBuf {
        self.path(&format!("{warehouse}.db"))
    }

    fn dated(&self, warehouse: &str, names: &[&str], more: &[&str]) -> Command {
        let mut command = self.university.dated(warehouse, names);
        command.arg("--store").arg(format!("sqlite:{}", self.store(warehouse).display()));
        command.args(more);
        command
    }

    fn run(&self, warehouse: &str, names: &[&str], more: &[&str]) -> String {
        succeeded(&mut self.dated(warehouse, names, more))
    }

    fn retiring(&self, warehouse: &str, more: &[&str]) -> Command {
        let mut command = self.university.insights(warehouse, &["retire", "--users", USERS]);
        command.arg("--store").arg(format!("sqlite:{}", self.store(warehouse).display()));
        command.args(more);
        command
    }

    fn retire(&self, warehouse: &str, more: &[&str]) -> Output {
        let output = self.retiring(warehouse, more).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        for learner in &self.leaving {
            for text in [&output.stdout, &output.stderr] {
                assert!(!holds_word(text, &learner.name), "{said}");
            }
        }
        output
    }

    fn write_users(&self, learners: &[Learner]) {
        let lines =
            learners.iter().map(|l| format!("{},{},retired__user_{}\n", l.id, l.name, l.id));
        fs::write(self.path(USERS), lines.collect::<String>()).unwrap();
    }

    /// Learners of whom all tables tell.
    fn choose(&self) -> Vec<Learner> {
        let names = |table: &str| {
            let found = registry::table(table).unwrap();
            let at = found.columns.iter().position(|column| column.name == "username").unwrap();
            let made = self.university.made("w");
            let rows = made.iter().filter(|(name, _)| name.starts_with(&format!("{table}/")));
            let rows = rows.flat_map(|(_, text)| text.lines());
            rows.map(|row| row.split('\t').nth(at).unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let mut all = names("module_engagement_roster");
        let quoted: BTreeSet<_> =
            names("problem_checks").iter().map(|name| name.trim_matches('"').to_owned()).collect();
        for others in [names("module_engagement"), names("student_engagement_by_day"), quoted] {
            all = all.intersection(&others).cloned().collect();
        }
        let lms = rusqlite::Connection::open(self.path("made/lms.sqlite")).unwrap();
        let sql = "SELECT id, username, email FROM auth_user WHERE username = ?";
        let learner = |name: &String| {
            lms.query_row(sql, [name], |row| {
                Ok(Learner { id: row.get(0)?, name: row.get(1)?, email: row.get(2)? })
            })
        };
        let mut others = lms.prepare("SELECT username FROM auth_user").unwrap();
        let others: Vec<String> =
            others.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let is_alone = |name: &&String| others.iter().filter(|o| o.contains(*name)).count() == 1;
        let chosen = all.iter().filter(is_alone).filter_map(|name| learner(name).ok());
        let chosen: Vec<_> = chosen.take(3).collect();
        assert_eq!(chosen.len(), 3, "learners of whom all tables tell");
        chosen
    }

    /// Where those who want to leave are found: names and addresses in any file of the warehouse, in the
    /// store and in the index, numbers in the columns that hold such.
    fn found(&self, warehouse: &str) -> Vec<String> {
        let mut found = Vec::new();
        let root = self.path(warehouse);
        for file in all_files(&root) {
            let name = file.strip_prefix(&root).unwrap().display().to_string();
            let Some(bytes) = plain(&file) else { continue };
            look_for(&self.leaving, &name, &bytes, &mut found);
            look_for_ids(&self.leaving, &name, &bytes, &mut found);
        }
        for ending in ["", "-wal"] {
            let file = format!("{}{ending}", self.store(warehouse).display());
            let bytes = fs::read(file).unwrap_or_default();
            // Nothing stands there between the fields of a row.
            let names = self.leaving.iter().flat_map(|learner| [&learner.name, &learner.email]);
            let names =
                names.filter(|name| memchr::memmem::find(&bytes, name.as_bytes()).is_some());
            found.extend(names.map(|name| format!("store{ending}: {name}")));
        }
        for (name, index) in &self.cluster.state().indexes {
            let documents = json!(index.documents).to_string();
            look_for(&self.leaving, &format!("index {name}"), documents.as_bytes(), &mut found);
        }
        found
    }
}

/// The rows of each partition of tables that tell of no learner, and of reports that do not. Which part they stand in
/// may follow from a learner's name.
fn counts(made: &Made) -> BTreeMap<String, Vec<&str>> {
    let is_count = |name: &str| match table_of(name) {
        Some((table, _)) => columns_of(table.staged()).is_empty(),
        None => name.contains("answer_distribution/") || name.contains("total_events"),
    };
    let mut counts = BTreeMap::<_, Vec<_>>::new();
    for (name, text) in made.iter().filter(|(name, _)| is_count(name)) {
        let folder = name.rsplit_once("/part-").map_or(name.as_str(), |(folder, _)| folder);
        counts.entry(folder.to_owned()).or_default().extend(text.lines());
    }
    counts.values_mut().for_each(|rows| rows.sort_unstable());
    counts
}

/// Rows of results in the store, but for their times.
fn results(store: &Path) -> BTreeMap<String, Vec<String>> {
    let store = rusqlite::Connection::open(store).unwrap();
    let rows_of = |table: &Table| {
        let columns: Vec<_> = table.columns.iter().map(|c| format!("quote({})", c.name)).collect();
        let sql = format!("SELECT {} FROM {}", columns.join("||'|'||"), table.name);
        let mut rows = store.prepare(&sql).unwrap();
        let mut rows: Vec<String> =
            rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        rows.sort();
        rows
    };
    registry::RESULT_TABLES.iter().map(|table| (table.name.to_owned(), rows_of(table))).collect()
}

fn count_results(all: &BTreeMap<String, Vec<String>>) -> BTreeMap<&String, &Vec<String>> {
    let is_count = |name: &str| {
        let table = registry::RESULT_TABLES.iter().find(|table| table.name == name).unwrap();
        columns_of(table).is_empty()
    };
    all.iter().filter(|(name, _)| is_count(name)).collect()
}

fn receipts(folder: &Path) -> Vec<(String, Value)> {
    let mut found: Vec<_> = fs::read_dir(folder.join("_retired"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|file| (file.display().to_string(), fs::read(file).unwrap()))
        .map(|(name, text)| (name, serde_json::from_slice(&text).unwrap()))
        .collect();
    found.sort_by(|a: &(String, Value), b| a.0.cmp(&b.0));
    found
}

#[test]
fn learners_leave_every_place_and_every_count_stays() {
    let scene = Scene::new();
    let before = scene.university.made("w");
    let results_before = results(&scene.store("w"));
    let places: BTreeSet<_> = scene
        .found("w")
        .iter()
        .map(|found| found.split(['/', ':']).next().unwrap().to_owned())
        .collect();
    for place in ["module_engagement", "problem_checks", "auth_user", "_rows", "_files", "store"] {
        assert!(places.contains(place), "{place} is not in {places:?}");
    }
    assert!(places.iter().any(|place| place.starts_with("index roster_")), "{places:?}");

    let said = String::from_utf8(scene.retire("w", &[]).stdout).unwrap();
    assert!(said.contains("3 learners are retired: "), "{said}");
    assert_eq!(scene.found("w"), Vec::<String>::new());
    let after = scene.university.made("w");
    assert_eq!(counts(&after), counts(&before));
    let results_after = results(&scene.store("w"));
    assert_eq!(count_results(&results_after), count_results(&results_before));
    let [(_, receipt)] = &receipts(&scene.path("w"))[..] else { panic!("one receipt") };
    assert!(receipt["finished"].is_string() && receipt["learners"] == 3, "{receipt}");
    for place in ["problem_checks", "auth_user", "store: learner_roster", "index: roster", "_files"]
    {
        assert!(receipt["places"][place].is_object(), "{place}: {receipt:#}");
    }
    let why: Vec<_> = receipt["not_reached"].as_object().unwrap().keys().collect();
    assert_eq!(why.len(), 2, "logs and encrypted exports: {why:?}");

    // Nothing is to be made anew, and nobody is left to leave.
    let said = scene.run("w", NAMES, &[]);
    assert!(said.starts_with("0 steps made"), "{said}");
    let kept = fs::read(receipts(&scene.path("w"))[0].0.clone()).unwrap();
    let said = String::from_utf8(scene.retire("w", &[]).stdout).unwrap();
    assert!(said.starts_with("nothing left to do: "), "{said}");
    assert_eq!(fs::read(receipts(&scene.path("w"))[0].0.clone()).unwrap(), kept);
    assert_eq!(scene.university.made("w"), after);

    // All made anew of the logs, which still hold the lines, and of the LMS, which still has the accounts.
    let tables = ["auth_user", "auth_userprofile", "grades_persistentcoursegrade"];
    let mut import = scene.university.insights("w", &["import", "--date", DATE]);
    succeeded(import.args(tables));
    scene.run("w", NAMES, &["--force-from", "2000-01-01"]);
    assert_eq!(scene.found("w"), Vec::<String>::new());
    let again = scene.university.made("w");
    assert_eq!(counts(&again), counts(&before));
    for job in JOBS.iter().filter(|job| matches!(job.work, Work::Scan(_))) {
        let table = format!("{}/", job.fills[0].table.name);
        let of = |made: &Made| -> Made {
            let files = made.iter().filter(|(name, _)| name.starts_with(&table));
            files.map(|(name, text)| (name.clone(), text.clone())).collect()
        };
        assert_eq!(of(&again), of(&after), "{table}: a scan with the list gives other bytes");
    }
    for (name, text) in &again {
        let of_learner = scene.leaving.iter().find(|l| holds_word(text.as_bytes(), &l.name));
        assert!(of_learner.is_none(), "{name}, an export that was made anew");
    }
    let results_again = results(&scene.store("w"));
    assert_eq!(count_results(&results_again), count_results(&results_before));
    for table in LISTING.iter().filter(|table| results_again.contains_key(**table)) {
        let is_pseudonym = |row: &&String| row.contains("retired:");
        assert_eq!(results_again[*table].iter().find(is_pseudonym), None, "{table}");
    }
}

/// All rows of a database on a server, by table: every generation of each result is one.
async fn rows_on_server(server: &MariaDb, database: &str) -> BTreeMap<String, Vec<String>> {
    let mut connection = server.administrator().await.unwrap();
    let tables: Vec<String> =
        connection.query(format!("SHOW TABLES FROM {database}")).await.unwrap();
    let mut all = BTreeMap::new();
    for table in tables {
        let sql = format!("SELECT * FROM {database}.{table}");
        let rows: Vec<mysql_async::Row> = connection.query(sql).await.unwrap();
        let text = |row: mysql_async::Row| {
            let values: Vec<_> = row.unwrap().iter().map(|value| value.as_sql(true)).collect();
            values.join("\t")
        };
        all.insert(table, rows.into_iter().map(text).collect());
    }
    all
}

#[tokio::test]
async fn learners_leave_every_generation_of_a_store_on_a_server() {
    let Some(server) = mariadb_or_skip("learners who leave a store on MariaDB").unwrap() else {
        return;
    };
    let scene = Scene::new();
    let url = server.database().await.unwrap();
    let database = url.rsplit('/').next().unwrap();
    let load = || succeeded(scene.university.dated("w", NAMES).args(["--store", &url]));
    load();
    // As a load of other rows leaves the ones before.
    let roster = format!("{database}.learner_roster");
    let mut connection = server.administrator().await.unwrap();
    let kept = format!("INSERT INTO {roster}__prev SELECT * FROM {roster}");
    connection.query_drop(kept).await.unwrap();
    let before = rows_on_server(&server, database).await;
    let found = |all: &BTreeMap<String, Vec<String>>| {
        let mut found = Vec::new();
        for (table, rows) in all {
            look_for(&scene.leaving, table, rows.join("\n").as_bytes(), &mut found);
        }
        found.iter().map(|f| f.split(':').next().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let generations = ["learner_roster", "learner_roster__prev"].map(str::to_owned);
    assert!(found(&before).is_superset(&generations.into()), "{:?}", found(&before));

    let mut retire = scene.university.insights("w", &["retire", "--users", USERS]);
    let said = succeeded(retire.args(["--store", &url]));
    assert!(said.contains("store: learner_roster "), "{said}");
    let after = rows_on_server(&server, database).await;
    assert_eq!(found(&after), BTreeSet::new());
    for (table, rows) in &before {
        let result = registry::RESULT_TABLES.iter().find(|result| result.name == table);
        match result.map(|result| (columns_of(result).is_empty(), LISTING.contains(&result.name))) {
            Some((true, _)) => assert_eq!(&after[table], rows, "{table}"),
            Some((false, false)) => assert_eq!(after[table].len(), rows.len(), "{table}"),
            Some((false, true)) | None => {}
        }
    }
    let said = load();
    assert!(said.starts_with("0 steps made") && said.contains(" 0 tables loaded"), "{said}");
}

#[test]
fn a_late_file_does_not_bring_a_learner_back() {
    let scene = Scene::new();
    scene.retire("w", &[]);
    let gone = &scene.leaving[0];
    let lines =
        [("late one", gone.name.as_str(), gone.id), ("of another", "somebody_else", 99_001)];
    let lines = lines.map(|(id, name, user_id)| {
        json!({
            "event_type": "play_video", "event_source": "browser", "username": name,
            "time": "2026-03-03T10:00:00.000000+00:00", "ip": "192.0.2.77", "session": "s",
            "context": {"course_id": "course-v1:A+B+C", "user_id": user_id},
            "event": json!({"id": id, "currentTime": 0, "code": "html5"}).to_string(),
        })
        .to_string()
    });
    fs::write(scene.path("logs/tracking.log-20260303-late"), lines.join("\n")).unwrap();
    scene.run("w", NAMES, &[]);
    assert_eq!(scene.found("w"), Vec::<String>::new());
    let made = scene.university.made("w");
    let rows = |table: &str| {
        let files = made.iter().filter(|(name, _)| name.starts_with(&format!("{table}/")));
        let rows = files.flat_map(|(_, text)| text.lines().map(str::to_owned));
        rows.filter(|row| row.contains("A+B+C")).collect::<Vec<_>>()
    };
    let engagements = rows("module_engagement");
    assert!(engagements.iter().any(|row| row.contains("\tretired:")), "{engagements:?}");
    assert!(engagements.iter().any(|row| row.contains("\tsomebody_else\t")), "{engagements:?}");
    let addresses = rows("last_ip_of_user_id");
    assert!(addresses.iter().any(|row| row.contains("\t192.0.2.0\t-")), "{addresses:?}");
    assert!(addresses.iter().any(|row| row.contains("\t192.0.2.77\t99001\t")), "{addresses:?}");
    assert!(rows("student_engagement_by_day").iter().all(|row| !row.contains("retired:")));
}

#[test]
fn learners_who_are_removed_are_counted_no_more() {
    let scene = Scene::new();
    let before = scene.university.made("w");
    scene.retire("w", &["--mode", "remove"]);
    assert_eq!(scene.found("w"), Vec::<String>::new());
    let after = scene.university.made("w");
    assert_eq!(counts(&after), counts(&before), "results that are made stay");
    assert!(after.values().all(|text| !text.contains("retired:")));
    scene.run("w", NAMES, &["--force-from", "2000-01-01"]);
    assert_eq!(scene.found("w"), Vec::<String>::new());
    let again = scene.university.made("w");
    let learners = |made: &Made| {
        let daily = made.iter().filter(|(name, _)| name.starts_with("course_enrollment_daily/"));
        let counts = daily.flat_map(|(_, text)| text.lines());
        counts.map(|row| row.split('\t').nth(2).unwrap().parse::<i64>().unwrap()).sum::<i64>()
    };
    assert!(learners(&again) < learners(&before));
    let facts = |made: &Made| -> Made {
        let is_fact = |name: &str| {
            let job = registry::filling(name.split('/').next().unwrap());
            job.is_some_and(|job| matches!(job.work, Work::Scan(_)))
        };
        made.iter().filter(|(n, _)| is_fact(n)).map(|(n, t)| (n.clone(), t.clone())).collect()
    };
    let totals = |made: &Made| {
        facts(made).into_iter().filter(|(n, _)| !n.starts_with("tags")).collect::<Made>()
    };
    assert_eq!(totals(&again), totals(&after));
}

#[test]
fn a_retirement_that_is_killed_anywhere_is_finished_by_the_same_command() {
    let scene = Scene::new();
    copy_tree(&scene.path("w"), &scene.path("whole"));
    fs::copy(scene.store("w"), scene.store("whole")).unwrap();
    scene.retire("whole", &[]);
    let whole = scene.university.made("whole");
    let [(_, receipt)] = &receipts(&scene.path("whole"))[..] else { panic!("one receipt") };
    let mut killed = 0;
    for number in (1..).step_by(9) {
        copy_tree(&scene.path("w"), &scene.path("cut"));
        fs::copy(scene.store("w"), scene.store("cut")).unwrap();
        let mut command = scene.retiring("cut", &[]);
        command.env("INSIGHTS_FAULT", format!("any:{number}"));
        let first = command.output().unwrap();
        if first.status.success() {
            break;
        }
        assert_eq!(first.status.code(), None, "{}", String::from_utf8_lossy(&first.stderr));
        killed += 1;
        scene.retire("cut", &[]);
        assert_eq!(scene.university.made("cut"), whole, "killed at point {number}");
        assert_eq!(scene.found("cut"), Vec::<String>::new(), "killed at point {number}");
        assert_eq!(results(&scene.store("cut")), results(&scene.store("whole")));
        let [(_, other)] = &receipts(&scene.path("cut"))[..] else { panic!("one receipt") };
        let mut places = other["places"].clone();
        // The one cluster of all warehouses had the documents once.
        places["index: roster"] = receipt["places"]["index: roster"].clone();
        assert_eq!(places, receipt["places"], "killed at point {number}");
        assert!(other["finished"].is_string() && other["pending"].is_null(), "{other:#}");
        fs::remove_dir_all(scene.path("cut")).unwrap();
    }
    assert!(killed > 10, "only {killed} points were passed");
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_touched() {
    let scene = Scene::new();
    let before = scene.university.made("w");
    let refused = |more: &[&str], code: i32, says: &str| {
        let output = scene.retiring("w", more).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(says), "{said}");
        let is_named = |learner: &Learner| said.contains(&learner.name);
        assert!(!scene.leaving.iter().any(is_named), "{said}");
    };
    let name = &scene.leaving[0].name;
    fs::write(scene.path(USERS), format!("7,{name}\n{name}\n8,\n")).unwrap();
    refused(&[], 2, "line 2: the first field is no number of an account; line 3: a name is none");
    let [one, other] = [&scene.leaving[0], &scene.leaving[1]];
    fs::write(scene.path(USERS), format!("{},{}\n\n{},nobody\n", one.id, other.name, other.id))
        .unwrap();
    refused(
        &[],
        2,
        "line 1: a name is that of another account; line 1: the account has another name",
    );
    refused(
        &[],
        2,
        "line 3: the account has another name, which has to be given, too (by auth_user/dt=",
    );
    scene.write_users(&scene.leaving);
    fs::rename(scene.path("retirement.key"), scene.path("kept.key")).unwrap();
    refused(&[], 3, "retirement.key_file: it cannot be read");
    fs::write(scene.path("retirement.key"), "short").unwrap();
    refused(&[], 3, "fewer than 16 bytes");
    assert_eq!(scene.university.made("w"), before);
    assert!(!scene.path("w/_retired").exists());

    // Without the secret nobody would know who has left.
    fs::rename(scene.path("kept.key"), scene.path("retirement.key")).unwrap();
    scene.retire("w", &[]);
    refused(&["--mode", "remove"], 2, "has left before in the other --mode");
    fs::write(scene.path("retirement.key"), "another secret than that").unwrap();
    refused(&[], 3, "not the secret");
    fs::write(scene.path("logs/tracking.log-20260303-late"), "{}\n").unwrap();
    let output = scene.dated("w", &["course-enrollment-events"], &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let ledger = Ledger::look(&Place::from(scene.path("w").as_path())).unwrap();
    assert!(!ledger.scanned().keys().any(|address| address.ends_with("late")));
}
