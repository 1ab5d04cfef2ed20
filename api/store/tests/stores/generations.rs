//! Swapping, going back one step, and what a killed loader leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use store::{Error, Store};

use crate::setup::{SAMPLE, TestStore, options, parts, rows, stores};

#[tokio::test]
async fn a_load_replaces_all_rows_and_keeps_one_generation() {
    for store in stores().await {
        store.load("u1", &["a"]).await.unwrap();
        store.load("u2", &["b", "c"]).await.unwrap();
        let loaded = store.load("u3", &["d"]).await.unwrap();
        assert_eq!((loaded.rows, loaded.replaced), (1, 2), "{}", store.name);
        assert_eq!(store.titles().await, ["d"]);
        assert_eq!(store.marks().await, ["u3"]);
        assert_eq!(store.column("SELECT title FROM sample__prev ORDER BY id").await, ["b", "c"]);
        assert_eq!(store.tables().await, ["sample", "sample__prev"], "{}", store.name);
        assert_eq!(store.indexes("sample").await, 2, "{}", store.name);
    }
}

#[tokio::test]
async fn a_rollback_goes_one_step_back_and_forth() {
    for store in stores().await {
        store.load("u1", &["a"]).await.unwrap();
        store.load("u2", &["b"]).await.unwrap();
        store.store.rollback(&SAMPLE).await.unwrap();
        assert_eq!(
            (store.titles().await, store.marks().await),
            (vec!["a".to_owned()], vec!["u1".to_owned()])
        );
        assert_eq!(
            store.store.published(&SAMPLE).await.unwrap().as_deref(),
            Some("u1"),
            "{}",
            store.name
        );
        store.store.rollback(&SAMPLE).await.unwrap();
        assert_eq!(
            (store.titles().await, store.marks().await),
            (vec!["b".to_owned()], vec!["u2".to_owned()])
        );
        assert_eq!(store.tables().await, ["sample", "sample__prev"], "{}", store.name);
    }
}

#[tokio::test]
async fn a_version_moves_with_every_load_and_rollback() {
    for store in stores().await {
        let newest = async || {
            store.column("SELECT MAX(id) FROM table_updates").await[0].parse::<i64>().unwrap()
        };
        store.load("u1", &["a"]).await.unwrap();
        let first = newest().await;
        store.load("u2", &["b"]).await.unwrap();
        let second = newest().await;
        store.store.rollback(&SAMPLE).await.unwrap();
        assert!(first < second && second < newest().await, "{}", store.name);
    }
}

#[tokio::test]
async fn the_same_update_may_be_loaded_again() {
    for store in stores().await {
        store.load("u1", &["a"]).await.unwrap();
        store.load("u1", &["b"]).await.unwrap();
        assert_eq!(
            (store.titles().await, store.marks().await),
            (vec!["b".to_owned()], vec!["u1".to_owned()])
        );
    }
}

#[tokio::test]
async fn without_a_previous_generation_there_is_no_way_back() {
    for store in stores().await {
        store.store.create_tables(&[SAMPLE]).await.unwrap();
        let error = store.store.rollback(&SAMPLE).await.unwrap_err();
        assert!(matches!(error, Error::NoPrevious { .. }), "{}: {error}", store.name);
    }
}

#[tokio::test]
async fn the_first_load_can_be_rolled_back_to_the_empty_table() {
    for store in stores().await {
        store.store.create_tables(&[SAMPLE]).await.unwrap();
        assert_eq!(store.store.published(&SAMPLE).await.unwrap(), None, "{}", store.name);
        store.load("u1", &["a"]).await.unwrap();
        store.store.rollback(&SAMPLE).await.unwrap();
        assert_eq!(store.titles().await.len(), 0, "{}", store.name);
        assert_eq!(store.marks().await.len(), 1, "{}: a rollback is an update too", store.name);
    }
}

#[tokio::test]
async fn a_table_made_by_somebody_else_is_replaced() {
    for store in stores().await {
        store
            .execute("CREATE TABLE sample (id INTEGER PRIMARY KEY, title VARCHAR(9), old INTEGER)")
            .await;
        store.execute("INSERT INTO sample (id, title) VALUES (1, 'theirs')").await;
        let loaded = store.load("u1", &["ours"]).await.unwrap();
        assert_eq!((loaded.rows, loaded.replaced), (1, 1), "{}", store.name);
        store.store.rollback(&SAMPLE).await.unwrap();
        assert_eq!(store.titles().await, ["theirs"], "{}", store.name);
    }
}

/// Two loaders as two processes are: each with connections of its own.
#[tokio::test]
async fn k13_two_loaders_of_a_table_refuse_each_other() {
    for store in stores().await {
        let second = Store::open(&store.address).unwrap();
        let (begun, slow) = slow_rows();
        let first_options = options("u1");
        let (first, refused) =
            tokio::join!(store.store.load(&SAMPLE, slow.rows, &first_options), async {
                begun.await.unwrap();
                let refused = second.load(&SAMPLE, rows(&["b"]), &options("u2")).await;
                let rollback = second.rollback(&SAMPLE).await;
                slow.go_on.send(()).unwrap();
                (refused, rollback)
            });
        assert!(matches!(refused.0, Err(Error::Locked { .. })), "{}: {:?}", store.name, refused.0);
        assert!(matches!(refused.1, Err(Error::Locked { .. })), "{}: {:?}", store.name, refused.1);
        assert_eq!(first.unwrap().rows, 2);
        assert_eq!(store.titles().await, ["a", "z"], "{}", store.name);
        second.load(&SAMPLE, rows(&["b"]), &options("u3")).await.unwrap();
        assert_eq!(store.titles().await, ["b"], "{}", store.name);
    }
}

struct SlowRows {
    rows: store::Parts,
    go_on: std::sync::mpsc::Sender<()>,
}

/// Rows whose second file comes only when it is told to; the receiver hears when the first is asked for.
fn slow_rows() -> (tokio::sync::oneshot::Receiver<()>, SlowRows) {
    let (tell, begun) = tokio::sync::oneshot::channel();
    let (go_on, wait) = std::sync::mpsc::channel();
    let mut tell = Some(tell);
    let first = rows(&["a"]).inspect(move |_| tell.take().unwrap().send(()).unwrap());
    let second = rows(&["z"]).inspect(move |_| wait.recv().unwrap());
    (begun, SlowRows { rows: Box::new(first.chain(second)), go_on })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_the_old_rows_or_the_new_ones() {
    for store in stores().await {
        let many = |title: &str| vec![title; 500].join(" ");
        store.load("u0", &many("t0").split(' ').collect::<Vec<_>>()).await.unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let watcher = tokio::spawn(watch(Store::open(&store.address).unwrap(), done.clone()));
        for round in 1..=10 {
            let titles = many(&format!("t{round}"));
            store.load(&format!("u{round}"), &titles.split(' ').collect::<Vec<_>>()).await.unwrap();
        }
        done.store(true, Ordering::Relaxed);
        let looks = watcher.await.unwrap();
        assert!(looks > 10, "{}: the reader only looked {looks} times", store.name);
    }
}

/// Reads the sample table as the service reads its tables, and wants 500 rows every time.
async fn watch(store: Store, done: Arc<AtomicBool>) -> u32 {
    let mut looks = 0;
    while !done.load(Ordering::Relaxed) {
        assert_eq!(store.row_count(&SAMPLE).await.unwrap(), 500);
        looks += 1;
    }
    looks
}

/// MySQL cannot swap and mark in one act. A loader killed between the two leaves the new rows with
/// the old mark.
#[tokio::test]
async fn a_missing_mark_is_written_by_the_next_run() {
    for store in stores().await {
        store.load("u1", &["a"]).await.unwrap();
        store.load("u2", &["b"]).await.unwrap();
        if store.name == "SQLite" {
            continue;
        }
        store.execute("UPDATE table_updates SET update_id = 'u1'").await;
        assert_eq!(store.store.published(&SAMPLE).await.unwrap().as_deref(), Some("u2"));
        assert_eq!(store.marks().await, ["u2"]);
    }
}

#[tokio::test]
async fn what_a_killed_loader_left_is_dropped() {
    for store in stores().await {
        store.load("u1", &["a"]).await.unwrap();
        if store.name == "SQLite" {
            // Its transaction was never committed: there is nothing to drop.
            continue;
        }
        store.execute("CREATE TABLE sample__stage_abc (id INTEGER)").await;
        store.execute("CREATE TABLE sample__stage_abcx (id INTEGER)").await;
        store.execute("CREATE TABLE sample_of_others (id INTEGER)").await;
        store.load("u2", &["b"]).await.unwrap();
        assert_eq!(store.tables().await, ["sample", "sample__prev", "sample_of_others"]);
    }
}

#[tokio::test]
async fn a_check_before_the_work_tries_all_and_leaves_nothing() {
    for store in stores().await {
        store.store.check_loadable().await.unwrap();
        assert_eq!(store.tables().await.len(), 0, "{}", store.name);
        assert_eq!(store.store.updates().await.unwrap(), []);
    }
}

#[tokio::test]
async fn one_row_per_file_and_one_file_of_many_rows_are_the_same() {
    for store in stores().await {
        let row = "c\t\\N\tt\t\\N\t\\N\t\\N\t\\N\t\\N\n".to_owned();
        let names: Vec<String> = (0..200).map(|number| format!("part-{number:05}")).collect();
        let files: Vec<(&str, &str)> =
            names.iter().map(|name| (name.as_str(), row.as_str())).collect();
        store.store.load(&SAMPLE, parts(&files), &options("u1")).await.unwrap();
        assert_eq!(store.store.row_count(&SAMPLE).await.unwrap(), 200, "{}", store.name);
        // Larger than a packet, so that rows are cut between packets.
        let text = row.repeat(50_000);
        store.store.load(&SAMPLE, parts(&[("part-00000", &text)]), &options("u2")).await.unwrap();
        assert_eq!(store.store.row_count(&SAMPLE).await.unwrap(), 50_000, "{}", store.name);
        assert_ne!(TestStore::titles(&store).await.len(), 0);
    }
}
