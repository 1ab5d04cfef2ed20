//! Files and folders wherever they are: on this machine's disk or on HDFS, by their addresses.
//!
//! An address is a bare path (or `file:`) or `hdfs://NAMESERVICE/path`. A [`Place`] is an address with
//! what reaches it. What is published moves into place by a rename; what nobody may see yet is
//! staged in the same file system first.

mod disk;
mod hdfs;

pub use hdfs::set_hadoop_conf;

use crate::runner::{cores, in_parallel};
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Storage that refuses.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// An address of a kind that cannot be reached.
    #[error("{address}: files at `{scheme}:` cannot be reached; a path on the disk or hdfs: can")]
    Scheme {
        /// The address.
        address: String,
        /// Its scheme.
        scheme: String,
    },
    /// The disk, or the cluster, refused.
    #[error("cannot {doing} {place}: {source}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// The address of the file or folder.
        place: String,
        /// What was said.
        source: io::Error,
    },
}

impl StorageError {
    /// An error of the disk.
    pub fn disk(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let place = path.display().to_string();
        move |source| Self::Refused { doing, place, source }
    }

    /// Whether something is not there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// An answer of storage.
pub type Stored<T> = Result<T, StorageError>;

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
}

/// What is known of a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes of a file.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: u128,
}

/// A file that is being written; seen whole once [`Writer::close`] has returned.
pub enum Writer {
    /// On the disk.
    Disk(std::fs::File),
    /// On HDFS.
    Hdfs(Box<hdfs::FileWriter>),
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
            Some((scheme, _)) => {
                Err(StorageError::Scheme { address: address.to_owned(), scheme: scheme.to_owned() })
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
            Home::Hdfs(_) => None,
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
        let rest = self.path.strip_prefix(&folder.path).and_then(|rest| rest.strip_prefix('/'));
        rest.map(str::to_owned).ok_or_else(|| {
            self.refused("find")(io::Error::other(format!("it is not below {folder}")))
        })
    }

    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
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
            in_parallel(self.listers(), std::mem::take(&mut folders), |folder: Self| {
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
    fn listers(&self) -> usize {
        match self.home {
            Home::Disk => cores(),
            Home::Hdfs(_) => 16,
        }
    }

    /// The part files of a partition: what Hadoop would read of it, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn parts(&self) -> Stored<Vec<Self>> {
        let files = self.walk()?.into_iter().map(|(place, _)| place);
        Ok(files.filter(|place| !place.name().starts_with(['_', '.'])).collect())
    }

    /// Rows of a partition; 0 where it is not there.
    ///
    /// # Errors
    /// When a part file cannot be read.
    pub fn count_rows(&self) -> Stored<u64> {
        let mut rows = 0;
        let mut buffer = vec![0; 64 * 1024];
        for part in if self.is_folder()? { self.parts()? } else { Vec::new() } {
            let mut bytes = part.open(0)?;
            loop {
                match bytes.read(&mut buffer).map_err(part.refused("read"))? {
                    0 => break,
                    count => rows += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64,
                }
            }
        }
        Ok(rows)
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
        let created = match &self.home {
            Home::Disk => std::fs::File::create_new(&self.path).map(Writer::Disk),
            Home::Hdfs(cluster) => {
                cluster.create_new(&self.path).map(|file| Writer::Hdfs(Box::new(file)))
            }
        };
        let written = created.and_then(|mut file| {
            file.write_all(content)?;
            file.close()
        });
        match written {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            written => written.map(|()| true).map_err(self.refused("write")),
        }
    }

    /// Writes a file whole: beside its place first, then by one rename.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, content: &[u8]) -> Stored<()> {
        let beside = Self { home: self.home.clone(), path: format!("{}.writing", self.path) };
        beside.stage(content)?;
        let renamed = match &self.home {
            Home::Disk => std::fs::rename(&beside.path, &self.path),
            Home::Hdfs(cluster) => cluster.replace(&beside.path, &self.path),
        };
        renamed.map_err(self.refused("put into place"))
    }

    /// Makes a folder, and those that it stands in.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_folder(&self) -> Stored<()> {
        let made = match &self.home {
            Home::Disk => std::fs::create_dir_all(&self.path),
            Home::Hdfs(cluster) => cluster.make_folder(&self.path),
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
        };
        match removed {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(self.refused("remove")),
        }
    }

    /// Copies the files below a local folder to below this place.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn put_tree(&self, folder: &Path) -> Stored<()> {
        let root = Self::on_disk(&folder.display().to_string());
        for (file, _) in root.walk()? {
            let to = self.join(file.below(&root)?);
            let mut out = to.create()?;
            let copied = file.open(0).map(|mut bytes| io::copy(&mut bytes, &mut out))?;
            copied.and_then(|_| out.close()).map_err(to.refused("write"))?;
        }
        Ok(())
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

impl Writer {
    /// Ends the file.
    ///
    /// # Errors
    /// When its last bytes cannot be written.
    pub fn close(self) -> io::Result<()> {
        match self {
            Self::Disk(_) => Ok(()),
            Self::Hdfs(file) => file.close(),
        }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Disk(file) => file.write(bytes),
            Self::Hdfs(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.flush(),
            Self::Hdfs(_) => Ok(()),
        }
    }
}
