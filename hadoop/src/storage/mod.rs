//! Files and folders wherever they are: on this machine's disk, on HDFS or on S3, by their addresses.
//!
//! An address is a bare path (or `file:`), `hdfs://NAMESERVICE/path` or `s3://BUCKET/path`. A [`Place`]
//! is an address with what reaches it. What is published moves into place by a rename; what nobody
//! may see yet is staged in the same file system first.

mod disk;
mod error;
mod hdfs;
mod s3;
mod writer;

pub use error::{StorageError, Stored};
pub use hdfs::set_hadoop_conf;
pub use writer::Writer;

use crate::runner::{cores, in_parallel};
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file or folder, there or not.
#[derive(Clone, Debug)]
pub struct Place {
    home: Home,
    /// Below the home: what the disk or the NameNode calls it.
    path: String,
}

#[derive(Clone, Debug)]
enum Home {
    Disk,
    Hdfs(hdfs::Cluster),
    S3(s3::Bucket),
}

/// What is known of a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes of a file.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970; on S3 a number made of the entity tag.
    pub modified: u128,
}

impl Place {
    /// The place at an address.
    ///
    /// # Errors
    /// When the address has a scheme that is not known, or its cluster's settings cannot be read.
    pub fn at(address: &str) -> Stored<Self> {
        if let Some(path) = address.strip_prefix("file:") {
            return Ok(Self::on_disk(path.strip_prefix("//").unwrap_or(path)));
        }
        match address.split_once("://") {
            None => Ok(Self::on_disk(address)),
            Some(("hdfs", rest)) => {
                let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
                let home = Home::Hdfs(hdfs::Cluster::named(name)?);
                Ok(Self { home, path: format!("/{}", path.trim_matches('/')) })
            }
            Some((scheme, rest)) => {
                let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
                let bucket = s3::Bucket::named(scheme, name).ok_or_else(|| {
                    let (address, scheme) = (address.to_owned(), scheme.to_owned());
                    StorageError::Scheme { address, scheme }
                })?;
                Ok(Self { home: Home::S3(bucket?), path: format!("/{}", path.trim_matches('/')) })
            }
        }
    }

    /// A place on this machine's disk.
    #[must_use]
    pub fn on_disk(path: &str) -> Self {
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        Self { home: Home::Disk, path: path.to_owned() }
    }

    /// Its path, where it is on this machine's disk.
    #[must_use]
    pub fn disk_path(&self) -> Option<&Path> {
        match self.home {
            Home::Disk => Some(Path::new(&self.path)),
            Home::Hdfs(_) | Home::S3(_) => None,
        }
    }

    /// Its address: a bare path for the disk.
    #[must_use]
    pub fn address(&self) -> String {
        self.to_string()
    }

    /// Its address for Hadoop's own programs, which would look for a bare path on the cluster.
    ///
    /// # Errors
    /// When the working directory cannot be found.
    pub fn url(&self) -> Stored<String> {
        let Some(path) = self.disk_path() else { return Ok(self.address()) };
        let path = std::path::absolute(path).map_err(StorageError::disk("find", path))?;
        Ok(format!("file://{}", path.display()))
    }

    /// Where the storage tells the time by HTTP, as S3 does.
    #[must_use]
    pub fn time_server(&self) -> Option<String> {
        matches!(self.home, Home::S3(_)).then(s3::endpoint)
    }

    /// What stands in a folder under a name, or a relative path.
    #[must_use]
    pub fn join(&self, name: impl AsRef<str>) -> Self {
        let slash = if self.path.ends_with('/') { "" } else { "/" };
        Self { home: self.home.clone(), path: format!("{}{slash}{}", self.path, name.as_ref()) }
    }

    /// Its path relative to a folder.
    ///
    /// # Errors
    /// When it is not below that folder.
    pub fn below(&self, folder: &Self) -> Stored<String> {
        let (address, folder_address) = (self.address(), folder.address());
        let rest = address.strip_prefix(folder_address.trim_end_matches('/'));
        let rest = rest.and_then(|rest| rest.strip_prefix('/'));
        rest.map(str::to_owned).ok_or_else(|| {
            self.refused("find")(io::Error::other(format!("it is not below {folder}")))
        })
    }

    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether Hadoop passes over it: such files are marks, or half written.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.name().starts_with(['_', '.'])
    }

    /// The folder that it stands in.
    #[must_use]
    pub fn parent(&self) -> Self {
        let path = match self.path.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((parent, _)) => parent,
            None => ".",
        };
        Self { home: self.home.clone(), path: path.to_owned() }
    }

    /// What is known of it; none where nothing is.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn about(&self) -> Stored<Option<About>> {
        let found = match &self.home {
            Home::Disk => disk::about(&self.path),
            Home::Hdfs(cluster) => cluster.about(&self.path),
            Home::S3(bucket) => bucket.about(&self.path),
        };
        match found {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            found => found.map(Some).map_err(self.refused("look at")),
        }
    }

    /// Whether a folder is there.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn is_folder(&self) -> Stored<bool> {
        Ok(self.about()?.is_some_and(|about| about.is_folder))
    }

    /// Whether anything is there.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn exists(&self) -> Stored<bool> {
        Ok(self.about()?.is_some())
    }

    /// What stands in a folder, in no order; links are followed, since archives are often linked
    /// into place.
    ///
    /// # Errors
    /// When it is no folder, or cannot be read.
    pub fn list(&self) -> Stored<Vec<(Self, About)>> {
        let found = match &self.home {
            Home::Disk => disk::list(&self.path),
            Home::Hdfs(cluster) => cluster.list(&self.path),
            Home::S3(bucket) => bucket.list(&self.path),
        };
        let found = found.map_err(self.refused("list"))?;
        Ok(found.into_iter().map(|(name, about)| (self.join(name), about)).collect())
    }

    /// The files below a folder, in order of their addresses; folders are listed in parallel.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn walk(&self) -> Stored<Vec<(Self, About)>> {
        let files = Mutex::new(Vec::new());
        let mut folders = vec![self.clone()];
        while !folders.is_empty() {
            let below = Mutex::new(Vec::new());
            in_parallel(self.at_once(), std::mem::take(&mut folders), |folder: Self| {
                let (inner, found): (Vec<_>, Vec<_>) =
                    folder.list()?.into_iter().partition(|(_, about)| about.is_folder);
                let mut below = below.lock().unwrap_or_else(PoisonError::into_inner);
                below.extend(inner.into_iter().map(|(place, _)| place));
                files.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                Ok::<(), StorageError>(())
            })?;
            folders = below.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
        let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        Ok(files)
    }

    /// A far server answers many questions at once.
    fn at_once(&self) -> usize {
        match self.home {
            Home::Disk => cores(),
            Home::Hdfs(_) | Home::S3(_) => 16,
        }
    }

    /// The part files of a partition: what Hadoop would read of it, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn parts(&self) -> Stored<Vec<Self>> {
        let files = self.walk()?.into_iter().map(|(place, _)| place);
        Ok(files.filter(|place| !place.is_hidden()).collect())
    }

    /// The bytes of a file from `start` on.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, start: u64) -> Stored<Box<dyn Read + Send>> {
        let opened = match &self.home {
            Home::Disk => {
                disk::open(&self.path, start).map(|f| Box::new(f) as Box<dyn Read + Send>)
            }
            Home::Hdfs(cluster) => cluster.open(&self.path, start),
            Home::S3(bucket) => bucket.open(&self.path, start),
        };
        opened.map_err(self.refused("open"))
    }

    /// A whole file.
    ///
    /// # Errors
    /// When it is not there, or cannot be read.
    pub fn read(&self) -> Stored<Vec<u8>> {
        let mut content = Vec::new();
        self.open(0)?.read_to_end(&mut content).map_err(self.refused("read"))?;
        Ok(content)
    }

    /// A whole file; none where it is not there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_if_there(&self) -> Stored<Option<Vec<u8>>> {
        match self.read() {
            Err(error) if error.is_missing() => Ok(None),
            read => read.map(Some),
        }
    }

    /// Begins a file, in the place of one that is there; its folder is made.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(&self) -> Stored<Writer> {
        let created = match &self.home {
            Home::Disk => disk::create(&self.path).map(Writer::Disk),
            Home::Hdfs(cluster) => {
                cluster.create(&self.path).map(|file| Writer::Hdfs(Box::new(file)))
            }
            Home::S3(bucket) => bucket.create(&self.path).map(|file| Writer::S3(Box::new(file))),
        };
        created.map_err(self.refused("write"))
    }

    /// Writes a file where nobody looks for it yet.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn stage(&self, content: &[u8]) -> Stored<()> {
        let mut file = self.create()?;
        file.write_all(content).and_then(|()| file.close()).map_err(self.refused("write"))
    }

    /// Writes a file where none is; false when one is there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn stage_new(&self, content: &[u8]) -> Stored<bool> {
        let whole = |mut file: Writer| {
            file.write_all(content)?;
            file.close()
        };
        let written = match &self.home {
            Home::Disk => std::fs::File::create_new(&self.path).map(Writer::Disk).and_then(whole),
            Home::Hdfs(cluster) => {
                let created = cluster.create_new(&self.path);
                created.map(|file| Writer::Hdfs(Box::new(file))).and_then(whole)
            }
            Home::S3(bucket) => bucket.put_new(&self.path, content),
        };
        match written {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            written => written.map(|()| true).map_err(self.refused("write")),
        }
    }

    /// Writes a file in the place of one that still holds what was seen; false when it does not. Of
    /// several who try, one succeeds. `aside` is a name of the caller's own, for storage that can
    /// rename and not compare.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn exchange(&self, seen: &[u8], content: &[u8], aside: &Self) -> Stored<bool> {
        if let Home::S3(bucket) = &self.home {
            return bucket.exchange(&self.path, seen, content).map_err(self.refused("write"));
        }
        if self.read_if_there()?.as_deref() != Some(seen) {
            return Ok(false);
        }
        aside.remove()?;
        if self.rename(aside).is_err() {
            return Ok(false);
        }
        aside.remove()?;
        self.stage_new(content)
    }

    /// Writes a file whole: beside its place first, then by one rename. On S3 every write is whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, content: &[u8]) -> Stored<()> {
        if let Home::S3(bucket) = &self.home {
            return bucket.put(&self.path, content).map_err(self.refused("write"));
        }
        let beside = self.beside();
        beside.stage(content)?;
        beside.replace(self)
    }

    /// Becomes a copy of a file, whole: beside its place first, then by one rename. On S3 every write
    /// is whole.
    ///
    /// # Errors
    /// When the file cannot be read, or this one not written.
    pub fn copy_of(&self, file: &Self) -> Stored<()> {
        if matches!(self.home, Home::S3(_)) {
            return self.fill_from(file);
        }
        let beside = self.beside();
        beside.fill_from(file)?;
        beside.replace(self)
    }

    fn beside(&self) -> Self {
        Self { home: self.home.clone(), path: format!("{}.writing", self.path) }
    }

    fn replace(&self, other: &Self) -> Stored<()> {
        let renamed = match &self.home {
            Home::Disk => std::fs::rename(&self.path, &other.path),
            Home::Hdfs(cluster) => cluster.replace(&self.path, &other.path),
            Home::S3(bucket) => bucket.rename(&self.path, &other.path),
        };
        renamed.map_err(other.refused("put into place"))
    }

    fn fill_from(&self, file: &Self) -> Stored<()> {
        let mut out = self.create()?;
        let copied = file.open(0).map(|mut bytes| io::copy(&mut bytes, &mut out))?;
        copied.and_then(|_| out.close()).map_err(self.refused("write"))
    }

    /// Makes a folder, and those that it stands in.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_folder(&self) -> Stored<()> {
        let made = match &self.home {
            Home::Disk => std::fs::create_dir_all(&self.path),
            Home::Hdfs(cluster) => cluster.make_folder(&self.path),
            // A folder is there as soon as something is in it.
            Home::S3(_) => Ok(()),
        };
        made.map_err(self.refused("make the folder"))
    }

    /// Moves it to a place of the same home where nothing is, by one rename.
    ///
    /// # Errors
    /// When it is not there, something is at the other place, or their homes differ.
    pub fn rename(&self, to: &Self) -> Stored<()> {
        let renamed = match (&self.home, &to.home) {
            (Home::Disk, Home::Disk) => std::fs::rename(&self.path, &to.path),
            (Home::Hdfs(cluster), Home::Hdfs(_)) => cluster.rename(&self.path, &to.path),
            (Home::S3(bucket), Home::S3(_)) => bucket.rename(&self.path, &to.path),
            _ => Err(io::Error::other("a rename from one storage to another")),
        };
        renamed.map_err(to.refused("put into place"))
    }

    /// Removes a file or a folder with all that is in it; nothing there is as good.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self) -> Stored<()> {
        let removed = match &self.home {
            Home::Disk => disk::remove(&self.path),
            Home::Hdfs(cluster) => cluster.remove(&self.path),
            Home::S3(bucket) => bucket.remove(&self.path),
        };
        match removed {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(self.refused("remove")),
        }
    }

    /// Copies the files below a local folder to below this place, several at once.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn put_tree(&self, folder: &Path) -> Stored<()> {
        let root = Self::on_disk(&folder.display().to_string());
        in_parallel(self.at_once(), root.walk()?, |(file, _): (Self, About)| {
            self.join(file.below(&root)?).fill_from(&file)
        })
    }

    /// Names an error that met this place.
    pub fn refused(&self, doing: &'static str) -> impl FnOnce(io::Error) -> StorageError + use<> {
        let place = self.address();
        move |source| StorageError::Refused { doing, place, source }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.home {
            Home::Disk => f.write_str(&self.path),
            Home::Hdfs(cluster) => write!(f, "hdfs://{}{}", cluster.name(), self.path),
            Home::S3(bucket) => write!(f, "{}{}", bucket.root(), self.path),
        }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::on_disk(&path.display().to_string())
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        path.as_path().into()
    }
}
