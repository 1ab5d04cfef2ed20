//! Learners who leave: out of every generation of a table, and of the file's free pages.

use jobs::table::{Column, Kind, Table};
use store::{Address, Leaver};

use crate::setup::{TestStore, options, parts, stores};

const LEARNERS: Table = Table::result(
    "learners",
    &[
        Column::new("username", Kind::Text(255)),
        Column::new("user_id", Kind::Int),
        Column::new("note", Kind::Text(255)),
    ],
    &[&["username"]],
);

fn leaver(user_id: i64, names: &[&str], pseudonym: Option<&str>) -> Leaver {
    let usernames = names.iter().map(|name| (*name).to_owned()).collect();
    Leaver { user_id, usernames, pseudonym: pseudonym.map(str::to_owned) }
}

async fn load(store: &TestStore, update: &str, rows: &str) {
    let loaded = parts(&[("part-00000", rows)]);
    store.store.load(&LEARNERS, loaded, &options(update)).await.unwrap();
}

async fn names(store: &TestStore, table: &str) -> Vec<String> {
    store.column(&format!("SELECT username FROM {table} ORDER BY id")).await
}

/// A store with two generations, and a third that a killed loader left.
async fn filled() -> Vec<TestStore> {
    let stores = stores().await;
    for store in &stores {
        load(store, "u1", "mira\t7\tmira-before\nzoe\t8\tx\n").await;
        load(store, "u2", "mira\t7\tmira-now\nzoe\t8\tx\nmira_old\t7\tx\nMira\t9\tx\n").await;
        store.execute("CREATE TABLE learners__stage_1 AS SELECT * FROM learners").await;
        store.execute("CREATE TABLE learnersXstage AS SELECT * FROM learners").await;
    }
    stores
}

#[tokio::test]
async fn rows_go_from_every_generation_and_the_table_is_another_version() {
    for store in filled().await {
        let leaving = [leaver(7, &["mira"], None), leaver(70, &["nobody"], None)];
        let version = store.store.versions().await.unwrap();
        assert_eq!(store.store.count_leaving(&LEARNERS, &leaving).await.unwrap(), (3, 5));
        store.store.leave(&LEARNERS, &leaving).await.unwrap();
        assert_eq!(names(&store, "learners").await, ["zoe", "Mira"], "{}", store.name);
        assert_eq!(names(&store, "learners__prev").await, ["zoe"], "{}", store.name);
        assert_eq!(names(&store, "learners__stage_1").await, ["zoe", "Mira"], "{}", store.name);
        assert_eq!(names(&store, "learnersXstage").await.len(), 4, "another table");
        assert_eq!(store.column("SELECT update_id FROM table_updates").await, ["u2"]);
        assert_ne!(store.store.versions().await.unwrap(), version, "{}", store.name);
        assert_eq!(store.store.published(&LEARNERS).await.unwrap().as_deref(), Some("u2"));
        assert_eq!(store.store.count_leaving(&LEARNERS, &leaving).await.unwrap(), (0, 0));
        store.execute("DROP TABLE learnersXstage").await;
        store.store.compact().await.unwrap();
        if let Address::Sqlite(path) = &store.address {
            let bytes = std::fs::read(path).unwrap();
            for text in ["mira-before", "mira-now"] {
                let found = bytes.windows(text.len()).any(|part| part == text.as_bytes());
                assert!(!found, "{text} stands in a free page");
            }
        }
    }
}

#[tokio::test]
async fn rows_are_put_under_pseudonyms() {
    for store in filled().await {
        let leaving =
            [leaver(7, &["mira", "mira_old"], Some("retired:1")), leaver(8, &["zoe"], None)];
        store.store.leave(&LEARNERS, &leaving).await.unwrap();
        let expected = ["retired:1", "retired:1", "Mira"];
        assert_eq!(names(&store, "learners").await, expected, "{}", store.name);
        assert_eq!(names(&store, "learners__prev").await, ["retired:1"], "{}", store.name);
    }
}

#[tokio::test]
async fn a_store_without_the_table_holds_nobody() {
    for store in stores().await {
        store.store.create_tables(&[]).await.unwrap();
        let leaving = [leaver(7, &["mira"], None)];
        assert_eq!(store.store.count_leaving(&LEARNERS, &leaving).await.unwrap(), (0, 0));
        store.store.leave(&LEARNERS, &leaving).await.unwrap();
    }
}
