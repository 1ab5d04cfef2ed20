//! S3. There are no folders there, only keys: a folder is what keys begin with, up to a slash, so that
//! `logs` never lists `logs-old/…`. Nothing can be renamed: what is put into place is copied, its
//! `_SUCCESS` last, and a reader who looks for that mark sees a folder whole or not at all.
//!
//! Credentials, region and endpoint come from the environment, as AWS's own programs have them
//! (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL`, …), or from the machine's role.

use super::{About, StorageError, Stored};
use crate::wait::block_on;
use bytes::{Buf, Bytes};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    RetryConfig, UpdateVersion,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

static BUCKETS: Mutex<BTreeMap<String, Arc<AmazonS3>>> = Mutex::new(BTreeMap::new());

/// The mark of a whole folder: the last that comes, the first that goes.
const MARK: &str = "_SUCCESS";
/// Requests at once, of one call.
const AT_ONCE: usize = 16;
/// A server that is down is asked so often, and no longer than this.
const ATTEMPTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);

/// A bucket, under the scheme that the user wrote: `s3`, or `s3a` and `s3n` as Hadoop has them.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    scheme: &'static str,
    name: String,
    store: Arc<AmazonS3>,
}

impl Bucket {
    /// None when the scheme is no S3.
    pub(super) fn named(scheme: &str, name: &str) -> Option<Stored<Self>> {
        let scheme = ["s3", "s3a", "s3n"].into_iter().find(|known| *known == scheme)?;
        let mut buckets = BUCKETS.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match buckets.get(name) {
            Some(store) => Arc::clone(store),
            None => match connect(name) {
                Ok(store) => Arc::clone(buckets.entry(name.to_owned()).or_insert(store.into())),
                Err(error) => {
                    let place = format!("{scheme}://{name}");
                    return Some(Err(StorageError::Refused {
                        doing: "reach",
                        place,
                        source: told(error),
                    }));
                }
            },
        };
        Some(Ok(Self { scheme, name: name.to_owned(), store }))
    }

    /// `s3://BUCKET`
    pub(super) fn root(&self) -> String {
        format!("{}://{}", self.scheme, self.name)
    }

    pub(super) fn about(&self, path: &str) -> io::Result<About> {
        let key = key(path)?;
        if !key.as_ref().is_empty() {
            match wait(self.store.head(&key)) {
                Ok(found) => return Ok(of(&found)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(e),
            }
        }
        // The bucket itself is a folder, if it is there.
        let first = wait(self.store.list(Some(&key)).try_next())?;
        match first.is_some() || key.as_ref().is_empty() {
            true => Ok(About { is_folder: true, size: 0, modified: 0 }),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// What is below a prefix that ends with a slash; a mark of an empty folder is no file.
    pub(super) fn list(&self, path: &str) -> io::Result<Vec<(String, About)>> {
        let key = key(path)?;
        let found = wait(self.store.list_with_delimiter(Some(&key)))?;
        let folders = found.common_prefixes.iter().filter_map(|folder| {
            Some((folder.filename()?.to_owned(), About { is_folder: true, size: 0, modified: 0 }))
        });
        let files = found.objects.iter().filter(|object| object.location != key);
        let files = files.filter_map(|file| Some((file.location.filename()?.to_owned(), of(file))));
        Ok(folders.chain(files).collect())
    }

    pub(super) fn open(&self, path: &str, start: u64) -> io::Result<Box<dyn Read + Send>> {
        let key = key(path)?;
        let range = (start > 0).then_some(GetRange::Offset(start));
        let found = wait(self.store.get_opts(&key, GetOptions::new().with_range(range)))?;
        Ok(Box::new(Stream { stream: found.into_stream(), bytes: Bytes::new() }))
    }

    pub(super) fn create(&self, path: &str) -> io::Result<FileWriter> {
        let store: Arc<dyn ObjectStore> = Arc::clone(&self.store) as _;
        Ok(FileWriter { upload: BufWriter::new(store, key(path)?), open: true })
    }

    /// Writes an object whole, in the place of one that is there.
    pub(super) fn put(&self, path: &str, content: &[u8]) -> io::Result<()> {
        self.put_if(path, content, PutMode::Overwrite)
    }

    /// Writes an object where none is.
    pub(super) fn put_new(&self, path: &str, content: &[u8]) -> io::Result<()> {
        self.put_if(path, content, PutMode::Create)
    }

    /// Writes an object in the place of one that still has this content; false when it has not.
    pub(super) fn exchange(&self, path: &str, seen: &[u8], content: &[u8]) -> io::Result<bool> {
        let found = match wait(self.store.get(&key(path)?)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            found => found?,
        };
        let e_tag = found.meta.e_tag.clone();
        if wait(found.bytes())? != seen {
            return Ok(false);
        }
        let seen = UpdateVersion { e_tag, version: None };
        match self.put_if(path, content, PutMode::Update(seen)) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            put => put.map(|()| true),
        }
    }

    fn put_if(&self, path: &str, content: &[u8], mode: PutMode) -> io::Result<()> {
        let content = Bytes::copy_from_slice(content).into();
        wait(self.store.put_opts(&key(path)?, content, PutOptions::from(mode))).map(|_| ())
    }

    /// Copies an object, or all below a prefix, to where nothing is, then removes the origin. After
    /// an interruption the same call goes on: the origin's mark is the first that is removed.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let target = key(to)?;
        let cut_off = || Ok::<_, io::Error>(self.is_marked(to)? && !self.is_marked(from)?);
        match self.about(to) {
            Ok(_) if cut_off()? => return self.remove(from),
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        let origin = key(from)?;
        let (marks, others): (Vec<_>, Vec<_>) =
            self.below(&origin)?.into_iter().partition(|key| key.filename() == Some(MARK));
        if marks.is_empty() && others.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        for keys in [others, marks] {
            wait(stream::iter(keys).map(Ok).try_for_each_concurrent(AT_ONCE, |key| {
                let to = moved(&key, &origin, &target);
                async move { self.store.copy(&key, &to?).await }
            }))?;
        }
        self.remove(from)
    }

    fn is_marked(&self, path: &str) -> io::Result<bool> {
        match wait(self.store.head(&key(&format!("{path}/{MARK}"))?)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            found => found.map(|_| true),
        }
    }

    /// The object of this key and all below it.
    fn below(&self, key: &Path) -> io::Result<Vec<Path>> {
        let listed = self.store.list(Some(key)).map_ok(|object| object.location);
        let mut keys: Vec<_> = wait(listed.try_collect())?;
        match wait(self.store.head(key)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            found => keys.push(found?.location),
        }
        Ok(keys)
    }

    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        let (marks, others): (Vec<_>, Vec<_>) =
            self.below(&key(path)?)?.into_iter().partition(|key| key.filename() == Some(MARK));
        for keys in [marks, others] {
            let keys = stream::iter(keys).map(Ok).boxed();
            let removed = self.store.delete_stream(keys);
            wait(removed.try_for_each(|_| std::future::ready(Ok(()))))?;
        }
        Ok(())
    }
}

fn connect(name: &str) -> Result<AmazonS3, Error> {
    // An address that the user wrote with http: is meant so.
    let plain = endpoint().starts_with("http://");
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(name);
    if plain {
        builder = builder.with_allow_http(true);
    }
    let retry =
        RetryConfig { max_retries: ATTEMPTS, retry_timeout: PATIENCE, ..Default::default() };
    builder.with_retry(retry).build()
}

/// Where S3 is: as the environment says, else AWS's own of the region.
pub(super) fn endpoint() -> String {
    let first = |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok());
    let of_region = || match first(&["AWS_REGION", "AWS_DEFAULT_REGION"]) {
        Some(region) => format!("https://s3.{region}.amazonaws.com"),
        None => "https://s3.amazonaws.com".to_owned(),
    };
    first(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]).unwrap_or_else(of_region)
}

/// Keys are taken as they are written.
fn key(path: &str) -> io::Result<Path> {
    Path::parse(path).map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))
}

fn moved(key: &Path, from: &Path, to: &Path) -> Result<Path, Error> {
    let rest = key.as_ref().strip_prefix(from.as_ref()).unwrap_or_default();
    Ok(Path::parse(format!("{to}{rest}"))?)
}

/// The entity tag says more than the time: two writes within a second differ by it.
fn of(found: &ObjectMeta) -> About {
    let modified = match &found.e_tag {
        Some(tag) => {
            let hash = Sha256::digest(tag.as_bytes());
            hash.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
        }
        None => found.last_modified.timestamp_millis().unsigned_abs().into(),
    };
    About { is_folder: false, size: found.size, modified }
}

fn wait<T>(answer: impl Future<Output = Result<T, Error>>) -> io::Result<T> {
    block_on(answer)?.map_err(told)
}

fn told(error: Error) -> io::Error {
    let kind = match &error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::AlreadyExists { .. } | Error::Precondition { .. } => io::ErrorKind::AlreadyExists,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            io::ErrorKind::PermissionDenied
        }
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

struct Stream {
    stream: BoxStream<'static, Result<Bytes, Error>>,
    bytes: Bytes,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.bytes.is_empty() {
            match wait(self.stream.try_next())? {
                Some(next) => self.bytes = next,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.bytes.len());
        self.bytes.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// An object that is being written, in parts where it is large; nobody sees it before its end.
pub struct FileWriter {
    upload: BufWriter,
    open: bool,
}

impl FileWriter {
    pub(super) fn close(mut self) -> io::Result<()> {
        self.open = false;
        block_on(self.upload.shutdown())?
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        block_on(self.upload.write(bytes))?
    }

    /// Bytes go when there are enough of them, and at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for FileWriter {
    /// Parts of an upload that never ended would be kept, and paid for.
    fn drop(&mut self) {
        if self.open
            && let Ok(Err(error)) = block_on(self.upload.abort())
        {
            log::warn!("an upload could not be taken back: {error}");
        }
    }
}
