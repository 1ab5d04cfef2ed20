//! How part files of tables are packed: as they are, or with gzip.

use super::File;
use crate::streaming::task::JobConf;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// The setting that asks for packed part files, in Hadoop's name.
pub const COMPRESS: &str = "mapreduce.output.fileoutputformat.compress";
/// The setting that says how.
pub const COMPRESS_CODEC: &str = "mapreduce.output.fileoutputformat.compress.codec";
/// The class that Hadoop packs with gzip by.
pub const GZIP_CODEC: &str = "org.apache.hadoop.io.compress.GzipCodec";

/// How part files are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Packing {
    /// Not at all.
    #[default]
    #[serde(rename = "none")]
    Plain,
    /// With gzip: half the disk or less, read by Hive as it is.
    Gzip,
}

impl Packing {
    /// What a job's settings ask for.
    ///
    /// # Errors
    /// When they ask for another codec than gzip's.
    pub fn asked_for(conf: &JobConf) -> io::Result<Self> {
        if conf.get(COMPRESS) != Some("true") {
            return Ok(Self::Plain);
        }
        match conf.get(COMPRESS_CODEC) {
            Some(GZIP_CODEC) => Ok(Self::Gzip),
            other => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!(
                    "{COMPRESS_CODEC} is {}: part files are packed by {GZIP_CODEC} only",
                    other.unwrap_or("not set")
                ),
            )),
        }
    }

    /// The settings of a job that ask for it.
    #[must_use]
    pub fn settings(self) -> [(&'static str, &'static str); 2] {
        let asked = if self == Self::Gzip { "true" } else { "false" };
        [(COMPRESS, asked), (COMPRESS_CODEC, GZIP_CODEC)]
    }

    /// What the name of a part file ends with.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip => ".gz",
        }
    }

    /// A writer into a file: what is written, packed.
    pub fn over<W: Write>(self, file: W) -> Packed<W> {
        match self {
            Self::Plain => Packed::Plain(file),
            Self::Gzip => Packed::Gzip(Box::new(GzEncoder::new(file, Compression::default()))),
        }
    }
}

/// A file that is packed while it is written.
pub enum Packed<W: Write> {
    /// As it is.
    Plain(W),
    /// With gzip.
    Gzip(Box<GzEncoder<W>>),
}

impl<W: Write> Packed<W> {
    /// Ends the packing; gives the file, which is still to be closed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end(self) -> io::Result<W> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Gzip(packer) => packer.finish(),
        }
    }
}

impl Packed<File> {
    /// Ends the packing and the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn close(self) -> io::Result<()> {
        self.end()?.close()
    }
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(packer) => packer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(packer) => packer.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn conf(pairs: &[(&str, &str)]) -> JobConf {
        JobConf::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn settings_say_how_under_either_name() {
        let old =
            [("mapred_output_compress", "true"), ("mapred_output_compression_codec", GZIP_CODEC)];
        assert_eq!(Packing::asked_for(&conf(&old)).unwrap(), Packing::Gzip);
        for packing in [Packing::Plain, Packing::Gzip] {
            assert_eq!(Packing::asked_for(&conf(&packing.settings())).unwrap(), packing);
        }
        let other = Packing::asked_for(&conf(&[(COMPRESS, "true")])).unwrap_err().to_string();
        assert!(other.contains("is not set: part files are packed by"), "{other}");
    }
}
