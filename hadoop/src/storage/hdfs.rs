//! HDFS, without a JVM: the cluster's own configuration folder says where its NameNodes are.

use super::{About, StorageError, Stored};
use bytes::{Buf, Bytes};
use hdfs_native::HdfsError;
use hdfs_native::client::{FileStatus, WriteOptions};
use hdfs_native::sync::{Client, ClientBuilder, FileReadStream};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

static CONF: OnceLock<String> = OnceLock::new();
static CLUSTERS: Mutex<BTreeMap<String, Client>> = Mutex::new(BTreeMap::new());

/// A NameNode that is down is tried so often, with growing pauses: about ten seconds.
const ATTEMPTS: &str = "4";
/// What is gathered before it goes to a DataNode.
const BLOCK: usize = 256 * 1024;

/// Says which folder holds the cluster's `core-site.xml` and `hdfs-site.xml`; without a call it is
/// the environment's `HADOOP_CONF_DIR`. The first call counts.
pub fn set_hadoop_conf(folder: &str) {
    let _ = CONF.set(folder.to_owned());
}

/// A cluster, by the host and port of its NameNode or the name of its name service.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    name: String,
    client: Client,
}

impl Cluster {
    pub(super) fn named(name: &str) -> Stored<Self> {
        let mut clusters = CLUSTERS.lock().unwrap_or_else(PoisonError::into_inner);
        let client = match clusters.get(name) {
            Some(client) => client.clone(),
            None => {
                let client = connect(name).map_err(|e| StorageError::Refused {
                    doing: "reach",
                    place: format!("hdfs://{name}"),
                    source: told(e),
                })?;
                clusters.entry(name.to_owned()).or_insert(client).clone()
            }
        };
        Ok(Self { name: name.to_owned(), client })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn about(&self, path: &str) -> io::Result<About> {
        self.client.get_file_info(path).map(|found| of(&found)).map_err(told)
    }

    pub(super) fn list(&self, path: &str) -> io::Result<Vec<(String, About)>> {
        let found = self.client.list_status(path, false).map_err(told)?;
        let named =
            |status: &FileStatus| status.path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(found.iter().map(|status| (named(status), of(status))).collect())
    }

    pub(super) fn open(&self, path: &str, start: u64) -> io::Result<Box<dyn Read + Send>> {
        let file = self.client.read(path).map_err(told)?;
        let start = usize::try_from(start).map_err(io::Error::other)?.min(file.file_length());
        let stream = file.read_range_stream(start, file.file_length() - start);
        Ok(Box::new(Stream { stream, bytes: Bytes::new() }))
    }

    pub(super) fn create(&self, path: &str) -> io::Result<FileWriter> {
        self.begin(path, WriteOptions::default().overwrite(true))
    }

    pub(super) fn create_new(&self, path: &str) -> io::Result<FileWriter> {
        self.begin(path, WriteOptions::default())
    }

    fn begin(&self, path: &str, options: WriteOptions) -> io::Result<FileWriter> {
        let file = self.client.create(path, options).map_err(told)?;
        Ok(FileWriter { file, bytes: Vec::with_capacity(BLOCK) })
    }

    pub(super) fn make_folder(&self, path: &str) -> io::Result<()> {
        self.client.mkdirs(path, 0o755, true).map_err(told)
    }

    /// Renames to where nothing is.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.client.rename(from, to, false).map_err(told)
    }

    /// Renames a file over one that may be there.
    pub(super) fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        self.client.rename(from, to, true).map_err(told)
    }

    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        self.client.delete(path, true).map(|_| ()).map_err(told)
    }
}

fn connect(name: &str) -> Result<Client, HdfsError> {
    let mut builder = ClientBuilder::new()
        .with_url(format!("hdfs://{name}"))
        .with_config([("dfs.client.failover.max.attempts", ATTEMPTS)]);
    if let Some(folder) = CONF.get() {
        builder = builder.with_config_dir(folder);
    }
    builder.build()
}

fn of(status: &FileStatus) -> About {
    About {
        is_folder: status.isdir,
        size: status.length as u64,
        modified: u128::from(status.modification_time) * 1_000_000,
    }
}

/// The kinds that callers tell apart are kept; of a Java trace, what it is about.
fn told(error: HdfsError) -> io::Error {
    match error {
        HdfsError::IOError(error) => error,
        HdfsError::FileNotFound(_) => io::Error::new(io::ErrorKind::NotFound, error),
        HdfsError::AlreadyExists(_) => io::Error::new(io::ErrorKind::AlreadyExists, error),
        HdfsError::RPCError(class, message) | HdfsError::FatalRPCError(class, message) => {
            let said = message.lines().next().unwrap_or_default();
            io::Error::new(kind_of(&class), format!("{said} ({class})"))
        }
        error => io::Error::other(error),
    }
}

fn kind_of(class: &str) -> io::ErrorKind {
    match class.rsplit('.').next().unwrap_or_default() {
        "FileNotFoundException" => io::ErrorKind::NotFound,
        "FileAlreadyExistsException" | "AlreadyBeingCreatedException" => {
            io::ErrorKind::AlreadyExists
        }
        "AccessControlException" => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    }
}

struct Stream {
    stream: FileReadStream,
    bytes: Bytes,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.bytes.is_empty() {
            match self.stream.next() {
                Some(next) => self.bytes = next.map_err(told)?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.bytes.len());
        self.bytes.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// A file of HDFS that is being written.
pub struct FileWriter {
    file: hdfs_native::sync::FileWriter,
    bytes: Vec<u8>,
}

impl FileWriter {
    fn send(&mut self) -> io::Result<()> {
        if !self.bytes.is_empty() {
            let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(BLOCK));
            self.file.write_bytes(bytes.into()).map_err(told)?;
        }
        Ok(())
    }

    /// Ends the file.
    pub(super) fn close(mut self) -> io::Result<()> {
        self.send()?;
        self.file.close().map_err(told)
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= BLOCK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    /// Bytes go when there are enough of them, and at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
