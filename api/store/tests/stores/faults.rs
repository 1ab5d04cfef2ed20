//! Stores that are not there, may not be written, or go away.

use store::{Address, Error, Store};

use crate::setup::{SAMPLE, options, rows, sqlite, stores};

#[tokio::test]
async fn a_store_that_is_not_there_is_unavailable() {
    for address in ["sqlite:/nonexistent/reports.db", "mysql://nobody@127.0.0.1:1/reports"] {
        let address: Address = address.parse().unwrap();
        let store = Store::open(&address).unwrap();
        for error in [store.check().await.unwrap_err(), store.check_loadable().await.unwrap_err()] {
            assert!(matches!(error, Error::Unreachable { .. } | Error::LockFile { .. }), "{error}");
        }
        assert!(store.check().await.unwrap_err().is_unavailable());
    }
}

#[tokio::test]
async fn a_reader_never_makes_a_file() {
    let store = sqlite();
    assert!(store.store.check().await.unwrap_err().is_unavailable());
    assert!(matches!(&store.address, Address::Sqlite(path) if !path.exists()));
}

#[tokio::test]
async fn a_table_that_is_not_there_has_no_rows() {
    for store in stores().await {
        store.execute("CREATE TABLE other (id INTEGER)").await;
        assert_eq!(store.store.row_count(&SAMPLE).await.unwrap(), 0, "{}", store.name);
        assert_eq!(store.store.updates().await.unwrap(), [], "{}", store.name);
        assert_eq!(
            store.store.enrollment("c", store::Dates::Latest).await.unwrap(),
            [],
            "{}",
            store.name
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let store = sqlite();
    let Address::Sqlite(path) = &store.address else { unreachable!() };
    std::fs::write(
        path,
        "this is not a database, however long it may be; it never was one, and will not be",
    )
    .unwrap();
    let error = store.store.load(&SAMPLE, rows(&["a"]), &options("u1")).await.unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
}

#[tokio::test]
async fn a_file_put_in_anothers_place_is_read() {
    let (store, other) = (sqlite(), sqlite());
    let (Address::Sqlite(path), Address::Sqlite(new)) = (&store.address, &other.address) else {
        unreachable!()
    };
    store.load("u1", &["old", "old"]).await.unwrap();
    other.load("u1", &["new"]).await.unwrap();
    assert_eq!(store.store.row_count(&SAMPLE).await.unwrap(), 2);
    std::fs::rename(new, path).unwrap();
    assert_eq!(store.store.row_count(&SAMPLE).await.unwrap(), 1);
}
