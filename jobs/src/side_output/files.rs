//! Whole files for people: all lines of one path, written by one reducer (spec 30 C).

use super::{File, Folder};
use crate::job::Pack;
use crate::pass::FILES_FOLDER;
use crate::streaming::{Error, Output, Reducer, Values};
use flate2::Compression;
use flate2::read::GzEncoder;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// Writes one file a key: the key is its path, the values are its lines.
pub struct FileReducer {
    folder: Arc<Folder>,
    job: &'static str,
    pack: Box<dyn Pack>,
}

impl FileReducer {
    /// Will write below `folder/files/JOB/`.
    #[must_use]
    pub fn new(folder: Arc<Folder>, job: &'static str, pack: Box<dyn Pack>) -> Self {
        Self { folder, job, pack }
    }
}

impl Reducer for FileReducer {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let path = str::from_utf8(key).ok().filter(|path| stays_below(path));
        let path = path.ok_or_else(|| Error::contract("the path of a file", "no path", key))?;
        if !self.pack.is_ready(path, out)? {
            return Ok(());
        }
        let below = format!("{FILES_FOLDER}/{}/{path}", self.job);
        let file = self.folder.append(&below).map_err(Error::Write)?;
        let mut file = Counted { file, written: 0 };
        let mut content = Content { values, line: Vec::new(), taken: 0, read: 0 };
        self.pack.pack(path, &mut content, &mut file, out)?;
        out.count("Files", "Raw Bytes Written", content.read);
        out.count("Files", "Bytes Written to Output", file.written);
        file.file.close().map_err(Error::Write)
    }
}

pub(super) fn stays_below(path: &str) -> bool {
    path.split('/').all(|part| !["", ".", ".."].contains(&part))
}

/// The lines of a file as one stream, each with its line end.
struct Content<'v, 'l> {
    values: &'v mut Values<'l>,
    line: Vec<u8>,
    taken: usize,
    read: i64,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.line.len() {
            let Some(line) = self.values.next().map_err(io::Error::other)? else { return Ok(0) };
            self.line.clear();
            self.line.extend_from_slice(line);
            self.line.push(b'\n');
            self.taken = 0;
        }
        let count = (&self.line[self.taken..]).read(buffer)?;
        self.taken += count;
        self.read += i64::try_from(count).unwrap_or(i64::MAX);
        Ok(count)
    }
}

struct Counted {
    file: File,
    written: i64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.written += i64::try_from(count).unwrap_or(i64::MAX);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Packs with gzip.
pub struct Gzip;

impl Pack for Gzip {
    fn pack(
        &mut self,
        _: &str,
        content: &mut dyn Read,
        file: &mut dyn Write,
        _: &mut Output,
    ) -> Result<(), Error> {
        let mut packed = GzEncoder::new(content, Compression::default());
        io::copy(&mut packed, file).map(drop).map_err(Error::Write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_the_folder() {
        assert!(stays_below("a/b..c/.d"));
        for path in ["", "/a", "a//b", "../a", "a/..", "a/./b"] {
            assert!(!stays_below(path), "{path}");
        }
    }
}
