//! What the program says of settings and stores before it starts.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use jobs::registry::RESULT_TABLES;
use mysql_async::prelude::Queryable;
use store::{Address, Store};

/// The exit code, and all that was printed.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insights-api"));
    let output = command.args(arguments).env("RUST_LOG", "off").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

fn config(folder: &Path, text: &str) -> (Option<i32>, String) {
    let file = folder.join("api.yml");
    std::fs::write(&file, text).unwrap();
    run(&["check-config", file.to_str().unwrap()])
}

#[test]
fn settings_are_read_as_the_service_would() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    std::fs::write(&keys, format!("ann:{}:0\n", "ab".repeat(32))).unwrap();
    let usable = format!(
        "DATABASES: {{reports: {{ENGINE: django.db.backends.mysql, HOST: db, NAME: reports, USER: reader, PASSWORD: hunter2}}}}\n\
         ALLOWED_HOSTS: ['*']\nJWT_AUTH: {{}}\nkey_file: {}\nMEDIA_ROOT: /reports\nSECRET_KEY: hunter3\n\
         DEFAULT_THROTTLE_RATES: {{user: null}}\nprivacy: named\n",
        keys.display()
    );
    let (code, said) = config(folder.path(), &usable);
    assert_eq!(code, Some(0), "{said}");
    for line in [
        "no effect  ALLOWED_HOSTS",
        "no effect  JWT_AUTH",
        "store      mysql://reader@db:3306/reports",
        "privacy    named: learners are shown by name, each access is logged",
        "rates      users without limit, services 800/minute",
        "reports    problem_response in /reports; links of this service; good for 120 s",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}\n{said}");
    }
    assert!(said.contains("keys: 1 users") && !said.contains("hunter"), "{said}");

    let (code, said) = config(folder.path(), "kee_file: keys\nzzz: 1\nstore: sqlite:x.db\n");
    assert_eq!(code, Some(1));
    assert!(said.contains("unknown    kee_file; did you mean `key_file`?"), "{said}");
    assert!(said.contains("unknown    zzz\n") && said.contains("store      sqlite:x.db"), "{said}");
}

#[test]
fn what_would_end_the_start_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    for (text, said) in [
        ("privacy: secret\n", "wrong      the settings"),
        ("", "wrong      no result store is given"),
        ("store: sqlite:x.db\nkey_file: nowhere\n", "reading the key file nowhere"),
        (
            "store: mysql://u@h/d?password_file=nowhere\n",
            "reading the store's password from nowhere",
        ),
        ("- a list\n", "insights-api: the settings"),
    ] {
        let (code, all) = config(folder.path(), text);
        assert_eq!(code, Some(1), "{text}");
        assert!(all.contains(said), "{text}: {all}");
    }
    let (code, all) = run(&["check-config", "--store", "mysql://u:hunter2@h/d"]);
    assert!(code == Some(1) && !all.contains("hunter2"), "{all}");
}

/// An empty store of each kind that there is.
async fn addresses(folder: &Path) -> (Vec<String>, Option<testkit::MariaDb>) {
    let mut all = vec![format!("sqlite:{}", folder.join("reports.db").display())];
    let server = testkit::mariadb_or_skip("check-store on MariaDB").unwrap();
    if let Some(server) = &server {
        all.push(server.database().await.unwrap());
    }
    (all, server)
}

async fn execute(address: &str, sql: &str) {
    match address.strip_prefix("sqlite:") {
        Some(path) => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
        None => {
            let mut connection = mysql_async::Conn::from_url(address).await.unwrap();
            for statement in sql.split(";\n").filter(|statement| !statement.trim().is_empty()) {
                connection.query_drop(statement).await.unwrap();
            }
            connection.disconnect().await.unwrap();
        }
    }
}

async fn create_tables(address: &str) {
    let store = Store::open(&address.parse::<Address>().unwrap()).unwrap();
    store.create_tables(RESULT_TABLES).await.unwrap();
}

fn check_store(folder: &Path, address: &str, more: &str) -> (Option<i32>, String) {
    let file = folder.join("api.yml");
    std::fs::write(&file, format!("store: '{address}'\n{more}")).unwrap();
    run(&["check-store", file.to_str().unwrap()])
}

#[tokio::test]
async fn a_loaders_store_is_well_and_what_it_lacks_is_named_with_its_endpoints() {
    let folder = tempfile::tempdir().unwrap();
    let (addresses, _server) = addresses(folder.path()).await;
    for address in &addresses {
        create_tables(address).await;
        let (code, said) = check_store(folder.path(), address, "privacy: named\n");
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(said.matches("\nok ").count(), 18, "{said}");
        assert!(said.contains("note       enterprise_user is not there"), "{said}");

        let index = match address.starts_with("sqlite") {
            true => "DROP INDEX video_timeline_pipeline_video_id",
            false => "DROP INDEX pipeline_video_id ON video_timeline",
        };
        let sql = format!(
            "DROP TABLE learner_roster;\nDROP TABLE student_engagement_all;\n{index};\n\
             ALTER TABLE course_enrollment_mode_daily DROP COLUMN cumulative_count;\n\
             ALTER TABLE course_enrollment_daily DROP COLUMN cumulative_count;\n"
        );
        execute(address, &sql).await;
        let (code, said) = check_store(folder.path(), address, "privacy: named\n");
        assert_eq!(code, Some(1), "{said}");
        for line in [
            "missing    learner_roster: nothing is found by /api/v0/learners/, /api/v0/learners/{username}/, /api/v0/course_learner_metadata/{course_id}/",
            "column     course_enrollment_mode_daily has no cumulative_count: needed by /api/v0/courses/{course_id}/enrollment/mode/",
            "slow       video_timeline has no index (pipeline_video_id): looked for by /api/v0/videos/{id}/timeline/",
            "ok         course_enrollment_daily",
        ] {
            assert!(said.lines().any(|said| said == line), "{line}\n{said}");
        }
        execute(
            address,
            "ALTER TABLE course_enrollment_mode_daily ADD COLUMN cumulative_count INT",
        )
        .await;
        let (code, said) = check_store(folder.path(), address, "");
        assert_eq!(
            code,
            Some(0),
            "without learners their tables are no matter, and slow is no failure: {said}"
        );
        assert!(!said.contains("learner"), "{said}");
    }
}

#[tokio::test]
async fn tables_of_the_original_services_models_are_well() {
    let folder = tempfile::tempdir().unwrap();
    let (addresses, _server) = addresses(folder.path()).await;
    for address in &addresses {
        execute(address, &models()).await;
        let (code, said) = check_store(folder.path(), address, "");
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(said.matches("\nok ").count(), 15, "{said}");
        assert!(said.contains("note       table_updates is not there"), "{said}");
        let older = "ALTER TABLE answer_distribution DROP COLUMN first_response_count;\n\
                     ALTER TABLE answer_distribution DROP COLUMN last_response_count;\n\
                     ALTER TABLE answer_distribution ADD COLUMN count INT;\n";
        execute(address, older).await;
        assert_eq!(check_store(folder.path(), address, "").0, Some(0));
    }
}

/// Tables as the original service's models make them (spec 50 §10.4): name, columns, indexes.
fn models() -> String {
    const DAILY: &str = "course_id,date";
    let tables = [
        ("course_activity", "course_id interval_start interval_end label count", "course_id,label"),
        ("course_enrollment_daily", "course_id date count", DAILY),
        ("course_enrollment_mode_daily", "course_id date count mode cumulative_count", DAILY),
        ("course_enrollment_gender_daily", "course_id date count gender", DAILY),
        ("course_enrollment_education_level_daily", "course_id date count education_level", DAILY),
        ("course_enrollment_birth_year_daily", "course_id date count birth_year", DAILY),
        ("course_enrollment_location_current", "course_id date count country_code", DAILY),
        (
            "course_meta_summary_enrollment",
            "course_id catalog_course_title catalog_course start_time end_time pacing_type availability \
             enrollment_mode count cumulative_count count_change_7_days passing_users",
            "course_id,enrollment_mode",
        ),
        ("course_program_metadata", "course_id program_id program_type program_title", "course_id"),
        (
            "answer_distribution",
            "course_id module_id part_id correct value_id answer_value_text variant \
             problem_display_name question_text first_response_count last_response_count",
            "course_id module_id",
        ),
        (
            "tags_distribution",
            "course_id module_id tag_name tag_value total_submissions correct_submissions",
            "course_id module_id",
        ),
        ("grade_distribution", "course_id module_id grade max_grade count", "course_id module_id"),
        ("sequential_open_distribution", "course_id module_id count", "course_id module_id"),
        (
            "video",
            "pipeline_video_id course_id encoded_module_id duration segment_length users_at_start users_at_end",
            "pipeline_video_id course_id",
        ),
        ("video_timeline", "pipeline_video_id segment num_users num_views", "pipeline_video_id"),
    ];
    let table = |(name, columns, indexes): (&str, &str, &str)| {
        let columns = columns.split_whitespace().map(|column| format!("{column} VARCHAR(99)"));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let index = |index: &str| {
            let of = index.replace(',', "_");
            format!("CREATE INDEX {name}_{of} ON {name} ({index});\n")
        };
        let indexes: String = indexes.split_whitespace().map(index).collect();
        format!(
            "CREATE TABLE {name} (id INTEGER PRIMARY KEY, created DATETIME(6), {columns});\n{indexes}"
        )
    };
    tables.into_iter().map(table).collect()
}
