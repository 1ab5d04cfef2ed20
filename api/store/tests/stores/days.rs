//! A table that is loaded by days: some are replaced, the others stay.

use chrono::NaiveDate;
use jobs::table::{Column, DAY, Kind, Load, Table};
use mysql_async::prelude::Queryable;
use store::{Day, DaysLoaded, Error, Limits, Part, Parts, Store};

use crate::setup::{TestStore, mariadb, on, parts, stores};
use testkit::mariadb_or_skip;

const DAILY: Table = Table {
    load: Load::Days,
    ..Table::result(
        "daily",
        &[Column::required(DAY, Kind::Date), Column::required("title", Kind::Text(20))],
        &[&[DAY]],
    )
};

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 3, day).unwrap()
}

/// A day of March 2015 with these titles, which are its identity as well.
fn day(number: u32, titles: &[&str]) -> Day {
    let rows: String =
        titles.iter().map(|title| format!("2015-03-{number:02}\t{title}\n")).collect();
    Day {
        date: date(number),
        identity: titles.join("+"),
        rows: titles.len() as u64,
        parts: parts(&[(&format!("dt=2015-03-{number:02}/part-00000"), &rows)]),
    }
}

const ANYTHING: Limits = Limits { allow_empty: true, max_drop: None };

async fn load(store: &Store, days: Vec<Day>, gone: &[NaiveDate]) -> Result<DaysLoaded, Error> {
    store.load_days(&DAILY, days, gone, &ANYTHING).await
}

/// `day title` of each row, and `day identity` of each mark.
async fn state(store: &TestStore) -> [Vec<String>; 2] {
    let rows = store.column("SELECT CONCAT_WS(' ', date, title) FROM daily ORDER BY 1").await;
    let days = store.store.loaded_days(&DAILY).await.unwrap();
    [rows, days.into_iter().map(|(day, identity)| format!("{day} {identity}")).collect()]
}

const FIRST: [&[&str]; 2] = [
    &["2015-03-01 a", "2015-03-01 b", "2015-03-02 c", "2015-03-09 k"],
    &["2015-03-01 a+b", "2015-03-02 c", "2015-03-09 k"],
];

/// A store that holds [`FIRST`].
async fn filled() -> Vec<TestStore> {
    let stores = stores().await;
    for store in &stores {
        fill(store).await;
    }
    stores
}

async fn fill(store: &TestStore) {
    store.store.create_tables(&[DAILY]).await.unwrap();
    assert_eq!(state(store).await, [[""; 0], [""; 0]]);
    let days = vec![day(1, &["a", "b"]), day(2, &["c"]), day(9, &["k"])];
    let loaded = load(&store.store, days, &[]).await.unwrap();
    assert_eq!(loaded, DaysLoaded { rows: 4, replaced: 0 }, "{}", store.name);
    assert_eq!(state(store).await, FIRST, "{}", store.name);
}

#[tokio::test]
async fn days_that_changed_are_replaced_and_the_others_stay() {
    for store in filled().await {
        let ids = "SELECT id FROM daily WHERE date IN ('2015-03-02', '2015-03-09')";
        let second = store.column(ids).await;
        let days = vec![day(1, &["z"]), day(3, &["x", "y"])];
        let loaded = load(&store.store, days, &[]).await.unwrap();
        assert_eq!(loaded, DaysLoaded { rows: 3, replaced: 2 }, "{}", store.name);
        assert_eq!(
            state(&store).await,
            [
                vec![
                    "2015-03-01 z",
                    "2015-03-02 c",
                    "2015-03-03 x",
                    "2015-03-03 y",
                    "2015-03-09 k"
                ],
                vec!["2015-03-01 z", "2015-03-02 c", "2015-03-03 x+y", "2015-03-09 k"],
            ],
            "{}",
            store.name
        );
        assert_eq!(store.column(ids).await, second, "{}: the day was touched", store.name);
        assert_eq!(store.tables().await, ["daily"], "{}", store.name);
        let moments = store.column("SELECT id FROM daily WHERE created IS NULL").await;
        assert_eq!(moments.len(), 0, "{}", store.name);
    }
}

#[tokio::test]
async fn a_day_that_is_gone_is_deleted() {
    for store in filled().await {
        let loaded = load(&store.store, vec![day(3, &["x"])], &[date(1)]).await.unwrap();
        assert_eq!(loaded, DaysLoaded { rows: 1, replaced: 2 }, "{}", store.name);
        let left = ["2015-03-02 c", "2015-03-03 x", "2015-03-09 k"];
        assert_eq!(state(&store).await, [left, left], "{}", store.name);
    }
}

/// What the service keys its caches on (50 §13.2).
#[tokio::test]
async fn a_version_moves_with_every_load_of_days() {
    for store in filled().await {
        let version = async || {
            let sql = "SELECT CONCAT_WS(' ', MAX(id), COUNT(*)) FROM table_updates \
                       WHERE target_table = 'daily'";
            store.column(sql).await.remove(0)
        };
        let mut seen = vec![version().await];
        load(&store.store, vec![day(1, &["a", "b"])], &[]).await.unwrap();
        seen.push(version().await);
        load(&store.store, vec![], &[date(1)]).await.unwrap();
        seen.push(version().await);
        load(&store.store, vec![day(1, &["a"])], &[]).await.unwrap();
        seen.push(version().await);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4, "{}: {seen:?}", store.name);
    }
}

#[tokio::test]
async fn k13_a_load_that_fails_leaves_every_day_as_it_was() {
    let of_day = |text: &'static str| Day { parts: parts(&[("part-7", text)]), ..day(2, &["x"]) };
    let torn = || Day {
        parts: Box::new(std::iter::once(Err(std::io::Error::other("the disk is gone")))),
        ..day(2, &["x"])
    };
    for store in filled().await {
        for (bad, reason) in [
            (
                of_day("2015-03-02\tx\n2015-03-03\ty\n"),
                "part-7, line 2: date is 2015-03-03, in the part files of 2015-03-02",
            ),
            (of_day("2015-03-02\n"), "part-7, line 1 has 1 fields, not 2"),
            (of_day("2015-03-02\tlonger than is allowed\n"), "line 1: title has 22 characters"),
            (torn(), "loading daily: reading the first part file of 2015-03-02"),
        ] {
            let days = vec![day(1, &["changed"]), bad];
            let error = load(&store.store, days, &[]).await.unwrap_err().to_string();
            assert!(error.contains(reason), "{}: {error}", store.name);
            assert_eq!(state(&store).await, FIRST, "{}", store.name);
        }
        // Now no row would stay.
        let days = vec![day(1, &["changed"]), torn()];
        load(&store.store, days, &[date(9)]).await.unwrap_err();
        assert_eq!(state(&store).await, FIRST, "{}", store.name);
        assert_eq!(store.tables().await, ["daily"], "{}", store.name);
    }
}

#[tokio::test]
async fn where_no_row_stays_the_table_is_replaced_as_a_whole() {
    for store in filled().await {
        let days = vec![day(1, &["new"]), day(2, &["c"])];
        let loaded = load(&store.store, days, &[date(9)]).await.unwrap();
        assert_eq!(loaded, DaysLoaded { rows: 2, replaced: 4 }, "{}", store.name);
        let new = [["2015-03-01 new", "2015-03-02 c"]; 2];
        assert_eq!(state(&store).await, new, "{}", store.name);
        assert_eq!(store.tables().await, ["daily"], "{}: a generation is kept", store.name);
        assert_eq!(store.indexes("daily").await, 1, "{}", store.name);
        let back = store.store.rollback(&DAILY).await;
        assert!(matches!(back, Err(Error::NoPrevious { .. })), "{}: {back:?}", store.name);
        load(&store.store, vec![], &[date(1), date(2)]).await.unwrap();
        assert_eq!(state(&store).await, [[""; 0], [""; 0]], "{}", store.name);
    }
}

/// Killed when the staged table was swapped in, before its days were marked, or before that.
#[tokio::test]
async fn what_a_killed_loader_of_days_left_is_made_good() {
    let Some(server) = mariadb() else { return };
    let store = on(server).await;
    fill(&store).await;
    store.execute("CREATE TABLE daily__prev (id INTEGER)").await;
    store.execute("CREATE TABLE daily__stage_abc (id INTEGER)").await;
    store.execute("DELETE FROM table_updates").await;
    assert_eq!(store.store.loaded_days(&DAILY).await.unwrap().len(), 0);
    let days = vec![day(1, &["a", "b"]), day(2, &["c"]), day(9, &["k"])];
    let loaded = load(&store.store, days, &[]).await.unwrap();
    assert_eq!(loaded, DaysLoaded { rows: 4, replaced: 4 });
    assert_eq!(state(&store).await, FIRST);
    assert_eq!(store.tables().await, ["daily"]);
}

#[tokio::test]
async fn a_table_is_not_emptied_unawares() {
    let careful = Limits { allow_empty: false, max_drop: Some(0.5) };
    for store in filled().await {
        let mut refused = Vec::new();
        for (days, gone) in [
            (vec![], vec![date(1), date(2), date(9)]),
            (vec![], vec![date(1), date(2)]),
            (vec![day(1, &[])], vec![date(9)]),
        ] {
            let loaded = store.store.load_days(&DAILY, days, &gone, &careful).await;
            refused.push(loaded.unwrap_err().to_string());
            assert_eq!(state(&store).await, FIRST, "{}", store.name);
        }
        assert!(refused[0].contains("there are no rows"), "{refused:?}");
        assert!(refused[1].contains("1 rows in place of 4"), "{refused:?}");
        assert_eq!(refused[2], refused[1]);
        // A half of the table may go.
        store.store.load_days(&DAILY, vec![], &[date(1)], &careful).await.unwrap();
        assert_eq!(state(&store).await[0], ["2015-03-02 c", "2015-03-09 k"], "{}", store.name);
    }
}

#[tokio::test]
async fn rows_and_marks_of_others_are_respected() {
    for store in filled().await {
        store
            .execute(
                "INSERT INTO table_updates (update_id, target_table) VALUES \
                 ('DailyTask(date=2015-03-01)', 'daily'), ('daily:1', 'daily_other')",
            )
            .await;
        store
            .execute("INSERT INTO daily (date, title) VALUES ('2015-02-28', 'theirs'), ('2015-03-04', 'theirs')")
            .await;
        load(&store.store, vec![day(4, &["ours"])], &[]).await.unwrap();
        let [rows, days] = state(&store).await;
        assert_eq!((rows[0].as_str(), rows[4].as_str()), ("2015-02-28 theirs", "2015-03-04 ours"));
        assert_eq!((rows.len(), days.len()), (6, 4), "{}", store.name);
        let marks = "SELECT update_id FROM table_updates ORDER BY update_id LIMIT 3";
        let expected = ["DailyTask(date=2015-03-01)", "daily:1", "daily:2015-03-01:a+b"];
        assert_eq!(store.column(marks).await, expected, "{}", store.name);
    }
}

#[tokio::test]
async fn marks_of_a_table_that_somebody_emptied_count_for_nothing() {
    for store in filled().await {
        store.execute("DELETE FROM daily").await;
        assert_eq!(store.store.loaded_days(&DAILY).await.unwrap().len(), 0, "{}", store.name);
        load(&store.store, vec![day(1, &["a", "b"])], &[]).await.unwrap();
        assert_eq!(state(&store).await[1], ["2015-03-01 a+b"], "{}", store.name);
        store.execute("DROP TABLE daily").await;
        assert_eq!(store.store.loaded_days(&DAILY).await.unwrap().len(), 0, "{}", store.name);
        let days = vec![day(1, &["a", "b"]), day(2, &["c"]), day(9, &["k"])];
        load(&store.store, days, &[]).await.unwrap();
        assert_eq!(state(&store).await, FIRST, "{}", store.name);
    }
}

#[tokio::test]
async fn a_year_of_small_days_and_of_days_that_are_gone() {
    let first = NaiveDate::from_ymd_opt(2014, 1, 1).unwrap();
    let dates: Vec<_> = first.iter_days().take(800).collect();
    let day = |date: &NaiveDate| Day {
        date: *date,
        identity: "1".to_owned(),
        rows: 1,
        parts: parts(&[("part-00000", &format!("{date}\tx\n"))]),
    };
    for store in stores().await {
        let loaded = load(&store.store, dates.iter().map(day).collect(), &[]).await.unwrap();
        assert_eq!(loaded, DaysLoaded { rows: 800, replaced: 0 }, "{}", store.name);
        let known = store.store.loaded_days(&DAILY).await.unwrap();
        assert!(known.into_keys().eq(dates.iter().copied()), "{}", store.name);
        let loaded = load(&store.store, vec![], &dates[1..]).await.unwrap();
        assert_eq!(loaded, DaysLoaded { rows: 0, replaced: 799 }, "{}", store.name);
        assert_eq!(state(&store).await, [["2014-01-01 x"], ["2014-01-01 1"]], "{}", store.name);
    }
}

#[tokio::test]
async fn k13_two_loaders_of_days_refuse_each_other() {
    for store in filled().await {
        let second = Store::open(&store.address).unwrap();
        let (tell, begun) = tokio::sync::oneshot::channel();
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let slow = day(1, &["slow"]);
        let mut tell = Some(tell);
        let parts: Parts = Box::new(slow.parts.inspect(move |_| {
            tell.take().unwrap().send(()).unwrap();
            wait.recv().unwrap();
        }));
        let (first, refused) =
            tokio::join!(load(&store.store, vec![Day { parts, ..slow }], &[]), async {
                begun.await.unwrap();
                let refused = load(&second, vec![day(1, &["second"])], &[]).await;
                // Until the first is done, readers see what was.
                assert_eq!(state(&store).await, FIRST, "{}", store.name);
                go_on.send(()).unwrap();
                refused
            });
        assert!(matches!(refused, Err(Error::Locked { .. })), "{}: {refused:?}", store.name);
        first.unwrap();
        assert_eq!(
            state(&store).await[0],
            ["2015-03-01 slow", "2015-03-02 c", "2015-03-09 k"],
            "{}",
            store.name
        );
    }
}

/// The server is killed when a first transaction is done and a second one half sent.
#[tokio::test]
async fn k13_a_server_that_goes_away_leaves_old_days_or_new_ones() {
    let Some(server) = mariadb_or_skip("days against a server that goes away").unwrap() else {
        return;
    };
    let server = std::sync::Arc::new(server);
    let database = on(&server).await;
    fill(&database).await;
    // A commit is one, as outside of tests.
    let mut administrator = server.administrator().await.unwrap();
    administrator.query_drop("SET GLOBAL innodb_flush_log_at_trx_commit = 1").await.unwrap();
    let whole = 250_000;
    let row = |title: &str| format!("2015-03-01\t{title}\n");
    let first = Day {
        rows: whole,
        parts: parts(&[("part-00000", &row("new").repeat(whole as usize))]),
        ..day(1, &["new"])
    };
    let (killer, mut number) = (server.clone(), 0);
    let endless: Parts = Box::new(std::iter::repeat_with(move || {
        number += 1;
        if number == 50 {
            killer.kill().unwrap();
        }
        let rows = "2015-03-02\tnew\n".repeat(5000);
        Ok(Part {
            name: format!("part-{number}"),
            bytes: Box::new(std::io::Cursor::new(rows.into_bytes())),
        })
    }));
    let second = Day { parts: endless, rows: whole, ..day(2, &["new"]) };
    let loading = load(&database.store, vec![first, second], &[]);
    let limit = std::time::Duration::from_secs(60);
    let error = tokio::time::timeout(limit, loading).await.unwrap().unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    server.restart().unwrap();
    let days = database.store.loaded_days(&DAILY).await.unwrap();
    assert_eq!(days.values().collect::<Vec<_>>(), ["new", "c", "k"]);
    let counts = "SELECT CONCAT_WS(' ', date, COUNT(*)) FROM daily GROUP BY date ORDER BY date";
    assert_eq!(
        database.column(counts).await,
        ["2015-03-01 250000", "2015-03-02 1", "2015-03-09 1"]
    );
    load(&database.store, vec![day(2, &["d"])], &[]).await.unwrap();
    assert_eq!(database.store.loaded_days(&DAILY).await.unwrap()[&date(2)], "d");
}

#[tokio::test]
async fn a_table_of_another_collation_takes_days() {
    let Some(server) = mariadb() else { return };
    let database = on(server).await;
    database
        .execute(
            "CREATE TABLE daily (id INT AUTO_INCREMENT PRIMARY KEY, date DATE, title VARCHAR(20), \
             created TIMESTAMP DEFAULT NOW()) CHARACTER SET utf8mb4",
        )
        .await;
    database.store.create_tables(&[]).await.unwrap();
    let text = parts(&[("part-00000", "2015-03-01\t\u{1f980}\\\n")]);
    load(&database.store, vec![Day { parts: text, ..day(1, &["x"]) }], &[]).await.unwrap();
    assert_eq!(state(&database).await[0], ["2015-03-01 \u{1f980}\\"]);
}
