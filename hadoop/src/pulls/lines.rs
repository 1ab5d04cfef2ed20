//! A file of JSON lines that is written as its lines come.

use crate::ledger::hex;
use crate::storage::{Place, StorageError, Writer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::{BufWriter, Write};

/// A file that is being written.
pub struct Lines {
    place: Place,
    file: BufWriter<Writer>,
    hash: Sha256,
    line: Vec<u8>,
    lines: u64,
    bytes: u64,
}

/// What was written.
pub struct Written {
    /// Lines.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub checksum: String,
}

impl Lines {
    /// Begins a file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(place: Place) -> Result<Self, StorageError> {
        let file = BufWriter::new(place.create()?);
        Ok(Self { place, file, hash: Sha256::new(), line: Vec::new(), lines: 0, bytes: 0 })
    }

    /// Writes a value as a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, value: &Value) -> Result<(), StorageError> {
        self.line.clear();
        let put = serde_json::to_writer(&mut self.line, value).map_err(std::io::Error::from);
        put.map_err(self.place.refused("write"))?;
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.lines += 1;
        self.bytes += self.line.len() as u64;
        self.file.write_all(&self.line).map_err(self.place.refused("write"))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When its last bytes cannot be written.
    pub fn close(self) -> Result<Written, StorageError> {
        let file = self.file.into_inner();
        let file = file.map_err(|e| self.place.refused("write")(e.into_error()))?;
        file.close().map_err(self.place.refused("write"))?;
        let checksum = hex(&self.hash.finalize());
        Ok(Written { lines: self.lines, bytes: self.bytes, checksum })
    }
}
