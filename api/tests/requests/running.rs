//! The service of a case, on a port of its own, and one request to it, byte for byte.

use std::path::PathBuf;

use api::config::Settings;
use api::service;
use store::Address;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::case::{Case, Request};
use crate::tables::Tables;

/// A running service; it stops when it is dropped.
pub struct Running {
    pub base: String,
    port: u16,
    _stop: oneshot::Sender<()>,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Running {
    pub async fn start(case: &Case, tables: &[Tables; 3]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(case, tables, &folder).await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(async move {
            let stopped = async {
                // Dropping the sender is the signal.
                let _ = stopped.await;
            };
            service::run(&settings, listener, stopped).await.unwrap();
        });
        Self { base: format!("http://127.0.0.1:{port}"), port, _stop: stop, _folder: folder }
    }

    pub async fn ask(&self, request: &Request) -> Answer {
        let mut answer = self.send(request).await;
        for _ in 1..request.repeat {
            answer = self.send(request).await;
        }
        answer
    }

    /// Written by hand: clients change paths and headers before they send them.
    async fn send(&self, request: &Request) -> Answer {
        let body = request.body.as_deref().unwrap_or_default();
        let path = request.path.replace("{ext}", "/api/v2");
        let mut text = format!("{} {path} HTTP/1.1\r\n", request.method);
        for (name, value) in &request.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Host: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        if request.body.is_some() || request.method == "POST" {
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all((text + "\r\n" + body).as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        parse(&bytes)
    }
}

async fn settings(case: &Case, tables: &[Tables; 3], folder: &TempDir) -> Settings {
    // Settings go the way that an operator's go: through a file.
    // Some lines show what is there where learners are not.
    let is_aggregate = case.only_without_profile.as_deref() == Some("learners");
    let privacy = if is_aggregate { "aggregate" } else { "named" };
    let mut yaml = format!("privacy: {privacy}\n");
    yaml += "LMS_USER_ACCOUNT_BASE_URL: http://lms-host\n";
    let store = |name: &str, tables: &Tables| {
        if case.down.iter().any(|down| down == name) {
            nowhere(&tables.address)
        } else {
            tables.address.clone()
        }
    };
    yaml += &format!("auth_store: {}\n", store("default", &tables[2]));
    yaml += &format!("ANALYTICS_DATABASE: {}\n", store("analytics", &tables[0]));
    if !case.settings.contains_key("ANALYTICS_DATABASE_V1") {
        yaml += &format!("ANALYTICS_DATABASE_V1: {}\n", store("analytics_v1", &tables[1]));
    }
    if !case.throttle {
        yaml += "DEFAULT_THROTTLE_RATES: {user: null, service_user: null}\n";
    }
    if let Some(now) = &case.now {
        yaml += &format!("clock: {now}\n");
    }
    for (name, value) in &case.settings {
        yaml += &format!("{name}: {value}\n");
    }
    if let Some(storage) = &case.storage {
        yaml += &storage.settings(folder.path()).await;
    }
    let file = folder.path().join("api.yml");
    std::fs::write(&file, yaml).unwrap();
    Settings::read(&file).unwrap()
}

/// A store that cannot be reached.
fn nowhere(address: &Address) -> Address {
    match address {
        Address::Sqlite(_) => Address::Sqlite(PathBuf::from("/nonexistent/reports.db")),
        Address::Mysql { .. } => "mysql://nobody@127.0.0.1:1/reports".parse().unwrap(),
    }
}

fn parse(bytes: &[u8]) -> Answer {
    let end =
        bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}
