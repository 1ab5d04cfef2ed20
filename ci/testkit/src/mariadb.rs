//! A private MariaDB server: its own data folder, port and socket, gone when its owner is.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use tempfile::TempDir;

use crate::tool::{find, there_or_skip};

/// How long a server may take to answer; a busy two-core machine needs a few seconds.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Starts the server, starts it anew for every line of its input, and ends it with its input: so the
/// server ends with the test's process, however that ends, although nothing runs for a `static` at
/// exit.
const KEEPER: &str = r#"
    folder=$1; shift
    "$@" & server=$!
    while read -r _; do "$@" & server=$!; done
    kill "$server"; wait "$server"; rm -rf "$folder"
"#;

/// A running server. Dropping it ends the server; so does the end of the process.
#[derive(Debug)]
pub struct MariaDb {
    keeper: Child,
    port: u16,
    folder: TempDir,
    databases: AtomicU32,
}

/// A server for the tests of the caller, or nothing where MariaDB is not installed: then `tests` is
/// printed as skipped. On CI (`CI=true`) a missing MariaDB is an error instead.
///
/// # Errors
/// A server that is installed and does not start; a missing one on CI.
pub fn mariadb_or_skip(tests: &str) -> Result<Option<MariaDb>> {
    match there_or_skip(
        tests,
        find("mariadbd"),
        "mariadbd is not installed (Debian: mariadb-server)",
    )? {
        Some(_) => MariaDb::start().map(Some),
        None => Ok(None),
    }
}

impl MariaDb {
    /// Makes an empty data folder and starts a server on it.
    ///
    /// # Errors
    /// MariaDB is not installed, or does not start.
    pub fn start() -> Result<Self> {
        Self::with(|_| Ok(Vec::new()))
    }

    /// A server that can be reached by TLS; [`MariaDb::certificates`] prove it.
    ///
    /// # Errors
    /// As [`MariaDb::start`], or openssl is not installed.
    pub fn start_with_tls() -> Result<Self> {
        Self::with(certify)
    }

    fn with(options: impl Fn(&Path) -> Result<Vec<String>>) -> Result<Self> {
        let folder = TempDir::with_prefix("mariadb-").context("making the server's folder")?;
        install(folder.path())?;
        let options = options(folder.path())?;
        let port = free_port()?;
        let keeper = keeper(folder.path(), port, &options)?;
        let server = Self { keeper, port, folder, databases: AtomicU32::new(0) };
        server.wait_until_it_answers()?;
        Ok(server)
    }

    /// Where the server listens, on the loopback address.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that proves a server with TLS, as 127.0.0.1.
    #[must_use]
    pub fn certificates(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A connection as the administrator, to no database.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn administrator(&self) -> Result<Conn> {
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.port)
            .user(Some("root"));
        Conn::new(options.prefer_socket(false)).await.context("connecting as the administrator")
    }

    /// A new empty database with the administrator's rights, as a `mysql://` address.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn database(&self) -> Result<String> {
        let name = format!("reports_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = self.administrator().await?;
        connection
            .query_drop(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
            .await
            .context("creating a database")?;
        connection.disconnect().await.context("leaving the server")?;
        Ok(format!("mysql://root@127.0.0.1:{}/{name}", self.port))
    }

    /// Ends the server at once, as a power cut does. Its databases stay on disk until it is dropped.
    ///
    /// # Errors
    /// The server's process cannot be told.
    pub fn kill(&self) -> Result<()> {
        let pid = fs::read_to_string(self.folder.path().join("pid"))
            .context("reading the server's process id")?;
        let ended = run(Command::new("kill").args(["-9", pid.trim()]))?;
        ensure!(ended.status.success(), "the server could not be killed");
        Ok(())
    }

    /// Starts the server again after [`MariaDb::kill`], on the same data and port.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart(&self) -> Result<()> {
        let mut keeper = self.keeper.stdin.as_ref().context("the server has no keeper")?;
        keeper.write_all(b"again\n").context("asking the server's keeper")?;
        self.wait_until_it_answers()
    }

    /// Whether the server says its greeting; one that is still starting may take a connection and
    /// drop it.
    fn greets(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let limited = stream.set_read_timeout(Some(Duration::from_secs(5)));
        limited.and_then(|()| stream.read_exact(&mut [0; 5])).is_ok()
    }

    fn wait_until_it_answers(&self) -> Result<()> {
        let limit = Instant::now() + START_LIMIT;
        while !self.greets() {
            if Instant::now() > limit {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                bail!("mariadbd did not start:\n{log}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing can be done about a keeper that is gone already: the server is gone with it.
        let _ = self.keeper.wait();
    }
}

fn install(folder: &Path) -> Result<()> {
    let program = find("mariadb-install-db").context("mariadb-install-db is not installed")?;
    let mut command = Command::new(program);
    command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    command.arg(format!("--datadir={}", folder.join("data").display())).args(as_this_user());
    // A server that starts removes what it finds of others' temporary tables: each has a place of its own.
    command.env("TMPDIR", folder);
    let made = run(&mut command)?;
    ensure!(
        made.status.success(),
        "mariadb-install-db failed:\n{}",
        String::from_utf8_lossy(&made.stderr)
    );
    Ok(())
}

/// Makes an authority and a certificate of the server's.
const CERTIFY: &str = r#"
    cd "$1"
    key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    openssl req -x509 $key -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
    openssl req $key -subj /CN=server -keyout server.key -out server.csr
    echo subjectAltName=IP:127.0.0.1 > names
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
"#;

/// Gives the server's options for them.
fn certify(folder: &Path) -> Result<Vec<String>> {
    let made = run(Command::new("sh").args(["-ec", CERTIFY, "certify"]).arg(folder))?;
    ensure!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
    let option = |(name, file)| format!("--{name}={}", folder.join(file).display());
    Ok([("ssl-cert", "server.pem"), ("ssl-key", "server.key")].map(option).into())
}

fn keeper(folder: &Path, port: u16, options: &[String]) -> Result<Child> {
    let program = find("mariadbd").context("mariadbd is not installed")?;
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "keeper"]).arg(folder).arg(program).arg("--no-defaults");
    for (option, file) in
        [("datadir", "data"), ("socket", "socket"), ("pid-file", "pid"), ("log-error", "log")]
    {
        command.arg(format!("--{option}={}", folder.join(file).display()));
    }
    command.args([
        &format!("--port={port}"),
        "--bind-address=127.0.0.1",
        "--skip-log-bin",
        "--local-infile=1",
    ]);
    command
        .args(["--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0"])
        .args(as_this_user())
        .args(options);
    command.env("TMPDIR", folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().context("starting mariadbd")
}

/// The server refuses to run as root unless told so.
fn as_this_user() -> Option<&'static str> {
    let root = run(Command::new("id").arg("-u")).is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    root.then_some("--user=root")
}

fn run(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().with_context(|| format!("running {command:?}"))
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn starts_makes_databases_dies_and_comes_back() {
        let Some(server) = mariadb_or_skip("the launcher's own test").unwrap() else {
            return;
        };
        let first = server.database().await.unwrap();
        assert_ne!(first, server.database().await.unwrap());
        let mut connection = server.administrator().await.unwrap();
        assert_eq!(connection.query_first::<u8, _>("SELECT 1").await.unwrap(), Some(1));
        server.kill().unwrap();
        assert!(connection.query_first::<u8, _>("SELECT 1").await.is_err());
        server.restart().unwrap();
        server.administrator().await.unwrap();
        let folder = server.folder.path().to_owned();
        drop(server);
        assert!(!folder.exists());
    }
}
