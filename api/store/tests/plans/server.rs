//! The statements as a server logs them: what it says of each, and how many rows it reads for it.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};
use store::{Address, Store};
use testkit::MariaDb;

use crate::{Reads, Watched};

/// Rows that the course asked for has in a table, at the most.
const OF_COURSE: u64 = 2000;
/// A row may be read to be found, to be sorted and to be returned.
const TIMES: u64 = 4;
/// What a statement may read besides: a course's days on both sides of an edge, say.
const BESIDES: u64 = 32;

/// A store of a server that logs every statement.
pub struct Server {
    store: Store,
    connection: Conn,
    complaints: Vec<String>,
    statements: usize,
}

impl Server {
    pub async fn new(mariadb: &MariaDb, address: &Address) -> Self {
        let Address::Mysql { url, .. } = address else { panic!("not the address of a server") };
        let mut administrator = mariadb.administrator().await.unwrap();
        let logging = "SET GLOBAL log_output = 'TABLE', general_log = 1";
        administrator.query_drop(logging).await.unwrap();
        administrator.disconnect().await.unwrap();
        let connection = Conn::from_url(url).await.unwrap();
        let store = Store::open(address).unwrap();
        Self { store, connection, complaints: Vec::new(), statements: 0 }
    }

    /// Fails if there is anything to complain of.
    pub async fn end(self) {
        self.connection.disconnect().await.unwrap();
        println!("{} statements on {} rows", self.statements, crate::filling::ROWS);
        assert!(self.complaints.is_empty(), "{}", self.complaints.join("\n"));
    }

    async fn plan(&mut self, sql: &str) -> Vec<Step> {
        let rows: Vec<Row> = self.connection.query(format!("EXPLAIN {sql}")).await.unwrap();
        let text = |row: &Row, name: &str| row.get::<Option<String>, _>(name).flatten();
        let step = |row: &Row| Step {
            table: text(row, "table"),
            how: text(row, "type"),
            key: text(row, "key"),
        };
        rows.iter().map(step).collect()
    }

    /// How many rows the server reads for a statement, and how many it returns or counts.
    async fn run(&mut self, sql: &str) -> (u64, u64) {
        self.connection.query_drop("FLUSH STATUS").await.unwrap();
        let rows: Vec<Row> = self.connection.query(sql).await.unwrap();
        let counters = "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%' \
                        AND Variable_name NOT LIKE '%deleted'";
        let counters: Vec<(String, u64)> = self.connection.query(counters).await.unwrap();
        let returned = match rows.first().and_then(|row| row.get::<Option<u64>, _>("COUNT(*)")) {
            Some(counted) if rows.len() == 1 => counted.unwrap_or(0),
            _ => rows.len() as u64,
        };
        (counters.iter().map(|(_, read)| read).sum(), returned)
    }
}

impl Watched for Server {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn forget(&mut self) {
        self.connection.query_drop("TRUNCATE TABLE mysql.general_log").await.unwrap();
    }

    async fn sent(&mut self) -> Vec<String> {
        let executed = "SELECT argument FROM mysql.general_log WHERE command_type = 'Execute'";
        self.connection.query(executed).await.unwrap()
    }

    async fn judge(&mut self, question: &str, reads: Reads, sql: &str) {
        self.statements += 1;
        let scans: Vec<_> =
            self.plan(sql).await.into_iter().filter(|step| step.is_scan(reads)).collect();
        let (read, returned) = self.run(sql).await;
        let wanted = match reads {
            Reads::Returned => returned,
            Reads::Course => OF_COURSE,
            Reads::All(_) => u64::MAX / TIMES - BESIDES,
        };
        let complaint = if !scans.is_empty() {
            format!("scans {scans:?}")
        } else if returned == 0 && !sql.contains("LIMIT 0 ") {
            "finds nothing".to_owned()
        } else if read > wanted * TIMES + BESIDES {
            format!("reads {read} rows to return {returned}")
        } else {
            return;
        };
        self.complaints.push(format!("{question} ({reads:?}) {complaint}: {sql}"));
    }
}

/// How a statement reads one table.
#[derive(Debug)]
struct Step {
    table: Option<String>,
    how: Option<String>,
    key: Option<String>,
}

impl Step {
    /// Whether it reads a table, or an index of it, from end to end. What the server makes for itself while it
    /// answers, as `<derived2>`, is read whole.
    fn is_scan(&self, reads: Reads) -> bool {
        let Some(table) = &self.table else { return false };
        let is_made = table.starts_with('<');
        let may = matches!(reads, Reads::All(whole) if whole.contains(&table.as_str()));
        let is_found = self.key.is_some() && self.how.as_deref() != Some("index");
        !is_made && !may && !is_found
    }
}
