//! Every statement that the service can send, on a store of ten million rows: each finds its rows by an index
//! and reads about as many as it returns. A question that is not asked here fails the test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod asked;
mod file;
mod filling;
mod server;

use std::collections::BTreeSet;
use std::path::Path;

use store::{Address, Error, Store};

/// How many rows a statement may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// About as many as it returns or counts.
    Returned,
    /// All that the table has of what is asked for, which is more than it returns: it sums or sorts them.
    Course,
    /// The whole of these tables.
    All(&'static [&'static str]),
}

/// A store whose statements are seen.
pub(crate) trait Watched {
    fn store(&self) -> &Store;

    /// Empties the log of statements.
    async fn forget(&mut self);

    /// The statements that were sent since.
    async fn sent(&mut self) -> Vec<String>;

    /// Complains of a statement that reads more than it may.
    async fn judge(&mut self, question: &str, reads: Reads, sql: &str);

    /// Asks, and judges every statement that was sent for it.
    async fn see<T>(
        &mut self,
        question: &'static str,
        reads: Reads,
        answer: impl Future<Output = Result<T, Error>>,
    ) {
        self.forget().await;
        answer.await.unwrap();
        let sent = self.sent().await;
        assert!(!sent.is_empty(), "{question} asks nothing");
        for sql in sent.iter().filter(|sql| sql.starts_with("SELECT")) {
            self.judge(question, reads, sql).await;
        }
    }
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index_among_ten_million() {
    let name = "statements on ten million rows in MariaDB";
    let Some(mariadb) = testkit::mariadb_or_skip(name).unwrap() else { return };
    let address: Address = mariadb.database().await.unwrap().parse().unwrap();
    filling::fill(&address).await;
    let mut server = server::Server::new(&mariadb, &address).await;
    let questions = asked::everything(&mut server).await;
    server.end().await;
    assert_eq!(questions, in_the_source());
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = file::File::new(&folder.path().join("reports.db")).await;
    let questions = asked::everything(&mut file).await;
    file.end();
    assert_eq!(questions, in_the_source());
}

/// The questions that the store can be asked: its public methods that ask.
fn in_the_source() -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut names = BTreeSet::new();
    in_file(&source.join("lib.rs"), &mut names);
    in_folder(&source.join("query"), &mut names);
    names
}

fn in_folder(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { in_folder(&path, names) } else { in_file(&path, names) }
    }
}

fn in_file(file: &Path, names: &mut BTreeSet<String>) {
    let text = std::fs::read_to_string(file).unwrap();
    let methods = text.split("    pub async fn ").skip(1);
    names.extend(methods.filter_map(|method| method.split(['(', '<']).next()).map(str::to_owned));
}
