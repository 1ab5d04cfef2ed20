//! What a load stores, and what it refuses.

use jobs::table::Table;
use store::{Error, Limits, LoadOptions};

use crate::setup::{SAMPLE, TestStore, options, parts, rows, stores};

const EVERY_COLUMN: &str = "SELECT CONCAT_WS('|', course_id, date, COALESCE(title, 'null'), COALESCE(count, 'null'), \
                            COALESCE(share, 'null'), COALESCE(seen, 'null'), COALESCE(done, 'null'), data) \
                            FROM sample ORDER BY id";

/// CONCAT_WS came late to SQLite; the driver's own is new enough.
async fn stored(store: &TestStore) -> Vec<String> {
    store.column(EVERY_COLUMN).await
}

#[tokio::test]
async fn texts_come_out_byte_for_byte() {
    let awkward = [
        "C:\\new\\table\\N\\0\\\\",
        "\\",
        "\\N\\",
        "cr\rin the middle",
        "'quoted' \"double\" `back`",
        "NULL",
        "🦀 ж é \u{0301} \u{feff}",
        " blanks at both ends ",
        "",
        "%s ? {} ;--",
        "nul\0byte",
    ];
    for store in stores().await {
        let loaded = store.load("u1", &awkward).await.unwrap();
        assert_eq!((loaded.rows, loaded.replaced), (11, 0), "{}", store.name);
        assert_eq!(store.titles().await, awkward, "{}", store.name);
    }
}

#[tokio::test]
async fn null_is_told_from_text_by_the_column() {
    let text = "None\t\\N\tNone\tNone\tinf\tNone\t\\N\t\\N\n\
                inf\t2014-01-01\t-inf\t-inf\t-inf\t\\N\tNone\tNone\n\
                -inf\t2014-01-01\t\\\\N\t0\t1e3\t2014-12-31 23:59:59.999999\t0\t{\"a\":\"\\n\"}\n";
    for store in stores().await {
        store.store.load(&SAMPLE, parts(&[("part-00000", text)]), &options("u1")).await.unwrap();
        let rows = stored(&store).await;
        assert_eq!(rows[0], "None|null|null|null|null|null", "{}", store.name);
        assert_eq!(rows[1], "inf|2014-01-01|null|null|null|null|null", "{}", store.name);
        // The databases print a double each in its own way.
        let third = rows[2].replace("|1000.0|", "|1000|");
        let expected = "-inf|2014-01-01|\\\\N|0|1000|2014-12-31 23:59:59|0|{\"a\":\"\\n\"}";
        assert_eq!(third, expected, "{}", store.name);
    }
}

#[tokio::test]
async fn rows_keep_the_order_of_parts_and_share_one_moment() {
    for store in stores().await {
        let row = |title: &str| format!("c\t\\N\t{title}\t\\N\t\\N\t\\N\t\\N\t\\N\n");
        let files = [
            ("part-00000", row("b") + &row("a")),
            ("part-00001", String::new()),
            ("part-00002", row("c")),
        ];
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        store.store.load(&SAMPLE, parts(&files), &options("u1")).await.unwrap();
        assert_eq!(store.titles().await, ["b", "a", "c"], "{}", store.name);
        assert_eq!(store.column("SELECT MIN(id) FROM sample WHERE id = 1").await, ["1"]);
        assert_eq!(
            store.column("SELECT COUNT(DISTINCT created) FROM sample").await,
            ["1"],
            "{}",
            store.name
        );
        assert_eq!(store.column("SELECT title FROM sample WHERE created IS NULL").await.len(), 0);
    }
}

#[tokio::test]
async fn k13_a_wrong_row_names_its_file_and_line_and_leaves_the_table() {
    let good = "c\t2014-01-01\tnew\t1\t0.5\t\\N\t1\t{}\n";
    for (bad, reason) in [
        ("c\t2014-01-01\tnew\t1\t0.5\t\\N\t1\n", "part-00001, line 2 has 7 fields, not 8"),
        ("c\t2014-01-01\tnew\tmany\t0.5\t\\N\t1\t{}\n", "part-00001, line 2: count is \"many\""),
        ("c\t2014-13-01\tnew\t1\t0.5\t\\N\t1\t{}\n", "part-00001, line 2: date is \"2014-13-01\""),
        (
            "\\N\t2014-01-01\tnew\t1\t0.5\t\\N\t1\t{}\n",
            "part-00001, line 2: course_id may not be NULL",
        ),
    ] {
        for store in stores().await {
            store.load("u1", &["old"]).await.unwrap();
            let text = good.to_owned() + bad;
            let files = parts(&[("part-00000", good), ("part-00001", &text)]);
            let error = store.store.load(&SAMPLE, files, &options("u2")).await.unwrap_err();
            assert!(error.to_string().contains(reason), "{}: {error}", store.name);
            assert_untouched(&store).await;
        }
    }
}

#[tokio::test]
async fn a_torn_part_file_leaves_the_table() {
    for store in stores().await {
        store.load("u1", &["old"]).await.unwrap();
        let torn = std::iter::once(Err(std::io::Error::other("the disk is gone")));
        let files = Box::new(rows(&["new"]).chain(torn));
        let error = store.store.load(&SAMPLE, files, &options("u2")).await.unwrap_err();
        assert!(
            matches!(&error, Error::Read { file, .. } if file.contains("part-00000")),
            "{error}"
        );
        assert_untouched(&store).await;
    }
}

#[tokio::test]
async fn k13_an_empty_load_needs_leave() {
    for store in stores().await {
        store.load("u1", &["old"]).await.unwrap();
        let error = store.load("u2", &[]).await.unwrap_err();
        assert!(matches!(error, Error::Empty { .. }), "{}: {error}", store.name);
        assert_untouched(&store).await;
        let allowed = LoadOptions {
            limits: Limits { allow_empty: true, max_drop: Some(0.1) },
            ..options("u3")
        };
        let loaded = store.store.load(&SAMPLE, rows(&[]), &allowed).await.unwrap();
        assert_eq!((loaded.rows, loaded.replaced), (0, 1));
        assert_eq!(store.marks().await, ["u3"]);
    }
}

#[tokio::test]
async fn a_big_drop_is_refused() {
    for store in stores().await {
        store.load("u1", &["a", "b", "c", "d"]).await.unwrap();
        let careful = |id: &str| LoadOptions {
            limits: Limits { max_drop: Some(0.5), ..Limits::default() },
            ..options(id)
        };
        let error = store.store.load(&SAMPLE, rows(&["only"]), &careful("u2")).await.unwrap_err();
        assert!(matches!(error, Error::Shrunk { rows: 1, live: 4, .. }), "{}: {error}", store.name);
        assert_eq!(store.titles().await, ["a", "b", "c", "d"]);
        store.store.load(&SAMPLE, rows(&["a", "b"]), &careful("u3")).await.unwrap();
        assert_eq!(store.titles().await, ["a", "b"]);
    }
}

#[tokio::test]
async fn rows_that_repeat_the_key_are_refused() {
    const KEYED: Table = SAMPLE.unique(&["course_id", "title"]);
    for store in stores().await {
        store.load("u1", &["old"]).await.unwrap();
        let load = |titles: &'static [&'static str], id| {
            let (store, options) = (&store.store, options(id));
            async move { store.load(&KEYED, rows(titles), &options).await }
        };
        let error = load(&["a", "b", "a"], "u2").await.unwrap_err();
        assert!(matches!(error, Error::Repeated { .. }), "{}: {error}", store.name);
        assert!(error.to_string().contains("the same course_id, title"), "{error}");
        assert_untouched(&store).await;
        // A collation that pads takes these for equal; they are not.
        load(&["a", "a ", "A"], "u3").await.unwrap();
        assert_eq!(store.titles().await, ["a", "a ", "A"], "{}", store.name);
    }
}

#[tokio::test]
async fn an_update_that_cannot_be_named_is_refused() {
    for store in stores().await {
        let error = store.load("it's", &["x"]).await.unwrap_err();
        assert!(matches!(error, Error::Name { .. }), "{error}");
    }
}

#[tokio::test]
async fn every_result_table_is_created_with_its_indexes_and_counts() {
    for store in stores().await {
        store.store.create_tables(jobs::registry::RESULT_TABLES).await.unwrap();
        store.store.create_tables(jobs::registry::RESULT_TABLES).await.unwrap();
        for table in jobs::registry::RESULT_TABLES {
            assert_eq!(
                store.store.row_count(table).await.unwrap(),
                0,
                "{}: {}",
                store.name,
                table.name
            );
            assert_eq!(
                store.indexes(table.name).await,
                table.indexes.len() + if store.name == "SQLite" { 0 } else { table.searched.len() },
                "{}: {}",
                store.name,
                table.name
            );
        }
        assert_eq!(store.tables().await.len(), jobs::registry::RESULT_TABLES.len());
    }
}

async fn assert_untouched(store: &TestStore) {
    assert_eq!(store.titles().await, ["old"], "{}", store.name);
    assert_eq!(store.marks().await, ["u1"], "{}", store.name);
    assert_eq!(store.tables().await, ["sample", "sample__prev"], "{}", store.name);
}
