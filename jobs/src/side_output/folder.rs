//! The attempt's own folder: on the node's disk, or on the cluster's HDFS.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// What a task gathers of one file before it is written.
const BLOCK: usize = 128 * 1024;

/// A folder that a task writes files into.
pub enum Folder {
    /// On the disk.
    Disk(PathBuf),
    /// On HDFS: the client, and the path there.
    #[cfg(feature = "hdfs")]
    Hdfs(hdfs_native::sync::Client, String),
}

/// A file that is being written.
pub enum File {
    /// On the disk.
    Disk(BufWriter<fs::File>),
    /// On HDFS.
    #[cfg(feature = "hdfs")]
    Hdfs(Box<BufWriter<hdfs_native::sync::FileWriter>>),
}

impl From<PathBuf> for Folder {
    fn from(path: PathBuf) -> Self {
        Self::Disk(path)
    }
}

impl Folder {
    /// The folder at an address. On HDFS, `setting` tells the cluster's settings by their names, in
    /// case the node has no configuration folder, and the user's name.
    ///
    /// # Errors
    /// When the address is of a kind that this program cannot write to, or the cluster's settings
    /// make no sense.
    pub fn at<'s>(address: &str, setting: &dyn Fn(&str) -> Option<&'s str>) -> io::Result<Self> {
        match address.split_once("://") {
            #[cfg(feature = "hdfs")]
            Some(("hdfs", rest)) => {
                let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
                Ok(Self::Hdfs(hdfs::client(name, setting)?, format!("/{path}")))
            }
            Some((scheme, _)) if scheme != "file" => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("this program writes no files at {scheme}: ({address})"),
            )),
            _ => {
                let _ = setting;
                let path = address.strip_prefix("file:").unwrap_or(address);
                Ok(Self::Disk(path.strip_prefix("//").unwrap_or(path).into()))
            }
        }
    }

    /// Opens a file below the folder for writing at its end; it is made if it is not there, with the
    /// folders that it stands in.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn append(&self, path: &str) -> io::Result<File> {
        match self {
            Self::Disk(folder) => {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap_or(folder))?;
                let file = fs::File::options().create(true).append(true).open(path)?;
                Ok(File::Disk(BufWriter::with_capacity(BLOCK, file)))
            }
            #[cfg(feature = "hdfs")]
            Self::Hdfs(client, folder) => {
                let file = hdfs::append(client, &format!("{folder}/{path}"))?;
                Ok(File::Hdfs(Box::new(BufWriter::with_capacity(BLOCK, file))))
            }
        }
    }
}

impl File {
    /// Writes out what is buffered, and ends the file.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn close(self) -> io::Result<()> {
        match self {
            Self::Disk(mut file) => file.flush(),
            #[cfg(feature = "hdfs")]
            Self::Hdfs(mut file) => {
                file.flush()?;
                file.get_mut().close().map_err(io::Error::other)
            }
        }
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Disk(file) => file.write(bytes),
            #[cfg(feature = "hdfs")]
            Self::Hdfs(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.flush(),
            #[cfg(feature = "hdfs")]
            Self::Hdfs(file) => file.flush(),
        }
    }
}

#[cfg(feature = "hdfs")]
mod hdfs {
    use hdfs_native::client::WriteOptions;
    use hdfs_native::sync::{Client, ClientBuilder, FileWriter};
    use hdfs_native::{HdfsError, Result};
    use std::io;

    /// A client of the cluster that a task runs on: by the node's configuration folder, and by what
    /// the job's own settings say of its NameNodes.
    pub(super) fn client<'s>(
        name: &str,
        setting: &dyn Fn(&str) -> Option<&'s str>,
    ) -> io::Result<Client> {
        let mut builder = ClientBuilder::new()
            .with_url(format!("hdfs://{name}"))
            .with_config(name_nodes(name, setting));
        let is_secure = setting("hadoop.security.authentication") == Some("kerberos");
        if let (Some(user), false) = (setting("mapreduce.job.user.name"), is_secure) {
            builder = builder.with_user(user);
        }
        builder.build().map_err(io::Error::other)
    }

    /// Where the NameNodes of a name service are.
    fn name_nodes<'s>(
        name: &str,
        setting: &dyn Fn(&str) -> Option<&'s str>,
    ) -> Vec<(String, String)> {
        let nodes = format!("dfs.ha.namenodes.{name}");
        let Some(ids) = setting(&nodes) else { return Vec::new() };
        let mut found = vec![("dfs.nameservices".to_owned(), name.to_owned())];
        found.push((nodes, ids.to_owned()));
        for id in ids.split(',').map(str::trim) {
            let key = format!("dfs.namenode.rpc-address.{name}.{id}");
            found.extend(setting(&key).map(|address| (key.clone(), address.to_owned())));
        }
        found
    }

    pub(super) fn append(client: &Client, path: &str) -> io::Result<FileWriter> {
        let created = client.create(path, WriteOptions::default());
        let opened: Result<FileWriter> = match created {
            Err(HdfsError::AlreadyExists(_)) => client.append(path),
            created => created,
        };
        opened.map_err(|error| io::Error::other(told(path, &error)))
    }

    /// What a cluster says is a Java trace: its first line is what it is about.
    fn told(path: &str, error: &HdfsError) -> String {
        let said = error.to_string();
        format!("hdfs:{path}: {}", said.lines().next().unwrap_or_default())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_name_service_is_told_by_the_jobs_settings() {
            let settings = [
                ("dfs.ha.namenodes.prod", "nn1, nn2"),
                ("dfs.namenode.rpc-address.prod.nn1", "a:8020"),
                ("dfs.namenode.rpc-address.prod.nn2", "b:8020"),
            ];
            let setting = |name: &str| {
                settings.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
            };
            assert_eq!(name_nodes("prod", &setting).len(), 4);
            assert!(name_nodes("host:8020", &setting).is_empty());
        }
    }
}
