//! A file that is being written, wherever it is.

use super::{hdfs, s3};
use std::fs::File;
use std::io::{self, Write};

/// A file that is being written; seen whole once [`Writer::close`] has returned.
pub enum Writer {
    /// On the disk.
    Disk(File),
    /// On HDFS.
    Hdfs(Box<hdfs::FileWriter>),
    /// On S3.
    S3(Box<s3::FileWriter>),
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
            Self::S3(file) => file.close(),
        }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Disk(file) => file.write(bytes),
            Self::Hdfs(file) => file.write(bytes),
            Self::S3(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.flush(),
            Self::Hdfs(file) => file.flush(),
            Self::S3(file) => file.flush(),
        }
    }
}
