//! Files as streams of text, whatever they are packed with: plain, gzip (of several members too),
//! bzip2, zstd. What a file is packed with is told by its first bytes, and its name must agree.

use crate::storage::{Place, StorageError};
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file that cannot be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what} (at byte {offset} of the file)")]
pub struct InputError {
    /// The file's address.
    pub place: String,
    /// How far it could be read.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

impl InputError {
    /// The cause without the address, which the error names itself.
    pub(crate) fn opening(place: &Place, error: &StorageError) -> Self {
        let what = match error {
            StorageError::Refused { source, .. } => format!("cannot be opened: {source}"),
            other => other.to_string(),
        };
        Self { place: place.address(), offset: 0, what }
    }
}

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Not at all; such a file can be split.
    Plain,
    /// gzip.
    Gzip,
    /// bzip2.
    Bzip2,
    /// Zstandard.
    Zstd,
}

const MAGIC: &[(&[u8], Codec)] = &[
    (&[0x1f, 0x8b], Codec::Gzip),
    (b"BZh", Codec::Bzip2),
    (&[0x28, 0xb5, 0x2f, 0xfd], Codec::Zstd),
];
const ENDINGS: &[(&str, Codec)] =
    &[("gz", Codec::Gzip), ("bz2", Codec::Bzip2), ("zst", Codec::Zstd), ("zstd", Codec::Zstd)];
const LONGEST_MAGIC: usize = 4;
/// How much of a plain file is looked at to tell text from something else.
const LOOK: usize = 64 * 1024;
const BLOCK: usize = 256 * 1024;

/// Reads a file's text; counts the bytes taken from the disk.
pub struct Reader {
    place: String,
    taken: Arc<AtomicU64>,
    stream: Box<dyn Read + Send>,
}

/// Tells how a file is packed.
///
/// # Errors
/// When it cannot be opened, is named after another packing, or holds no text.
pub fn sniff(place: &Place) -> Result<Codec, InputError> {
    let refuse = |what: String| InputError { place: place.address(), offset: 0, what };
    let mut head = Vec::new();
    let mut file = place.open(0).map_err(|e| InputError::opening(place, &e))?;
    let mut look = |amount: usize, head: &mut Vec<u8>| {
        let looked = file.by_ref().take(amount as u64).read_to_end(head);
        looked.map_err(|e| refuse(format!("cannot be read: {e}")))
    };
    look(LONGEST_MAGIC, &mut head)?;
    let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, codec)| *codec);
    if found.is_none() {
        look(LOOK, &mut head)?;
    }
    let (ending, named) = named_packing(place);
    match (found, named) {
        (Some(codec), _) => Ok(codec),
        (None, None) if is_text(&head) => Ok(Codec::Plain),
        (None, None) => {
            Err(refuse("holds no text and is packed in no way that is known".to_owned()))
        }
        // A file of no bytes is legal, whatever its name.
        (None, Some(_)) if head.is_empty() => Ok(Codec::Plain),
        (None, Some(_)) => {
            Err(refuse(format!("its name ends in .{ending}, its content is not that")))
        }
    }
}

/// The ending of a file's name, and how such files are packed.
fn named_packing(place: &Place) -> (&str, Option<Codec>) {
    let ending = place.name().rsplit_once('.').map_or("", |(_, ending)| ending);
    (ending, ENDINGS.iter().find(|(name, _)| *name == ending).map(|(_, codec)| *codec))
}

/// Text has few bytes that are control characters or not UTF-8. NUL bytes do not count: a log that
/// was cut while it was written begins with a run of them.
fn is_text(head: &[u8]) -> bool {
    let mut strange = head.iter().filter(|b| **b < b' ' && !matches!(b, 0 | 7..=13 | 27)).count();
    for chunk in head.utf8_chunks() {
        strange += chunk.invalid().len();
    }
    strange * 10 <= head.len()
}

impl Reader {
    /// Opens a file to read all of it, however it is packed.
    ///
    /// # Errors
    /// As [`sniff`].
    pub fn whole(place: &Place) -> Result<Self, InputError> {
        Self::open(place, sniff(place)?, 0, u64::MAX, &Arc::default())
    }

    /// Opens a file, packed as [`sniff`] told, from byte `start` on (0 unless it is plain), of which
    /// about `size` bytes will be read.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(
        place: &Place,
        codec: Codec,
        start: u64,
        size: u64,
        taken: &Arc<AtomicU64>,
    ) -> Result<Self, InputError> {
        let refuse = |e: io::Error| InputError {
            place: place.address(),
            offset: start,
            what: format!("cannot be opened: {e}"),
        };
        let file = place.open(start).map_err(|e| InputError::opening(place, &e))?;
        // Archives of quiet years are many small files.
        let block = usize::try_from(size).unwrap_or(BLOCK).clamp(1, BLOCK);
        let read = Arc::new(AtomicU64::new(start));
        let counted = Counted { file, own: Arc::clone(&read), all: Arc::clone(taken) };
        let packed = BufReader::with_capacity(block, counted);
        let stream: Box<dyn Read + Send> = match codec {
            Codec::Plain => Box::new(packed.into_inner()),
            Codec::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
            Codec::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
            Codec::Zstd => Box::new(zstd::Decoder::with_buffer(packed).map_err(refuse)?),
        };
        Ok(Self { place: place.address(), taken: read, stream })
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer).map_err(|e| {
            let offset = self.taken.load(Ordering::Relaxed);
            let what = match e.kind() {
                io::ErrorKind::UnexpectedEof => {
                    "the file ends in the middle of its data".to_owned()
                }
                _ => format!("cannot be read: {e}"),
            };
            io::Error::new(e.kind(), InputError { place: self.place.clone(), offset, what })
        })
    }
}

struct Counted {
    file: Box<dyn Read + Send>,
    own: Arc<AtomicU64>,
    all: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.own.fetch_add(count as u64, Ordering::Relaxed);
        self.all.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads a whole file to see that nothing in it is torn.
///
/// # Errors
/// When it cannot be read to its end.
pub fn verify(place: &Place) -> Result<(), InputError> {
    read_all(place, sniff(place)?, &mut vec![0; BLOCK], |_| {})
}

/// Rows of a partition that was made here, so that names tell how its files are packed; 0 where it is
/// not there.
///
/// # Errors
/// When a part file cannot be read to its end.
pub fn count_rows(folder: &Place) -> Result<u64, InputError> {
    let there = folder.is_folder().and_then(|is| if is { folder.parts() } else { Ok(Vec::new()) });
    let mut rows = 0;
    let mut buffer = vec![0; LOOK];
    for part in there.map_err(|e| InputError::opening(folder, &e))? {
        let codec = named_packing(&part).1.unwrap_or(Codec::Plain);
        read_all(&part, codec, &mut buffer, |bytes| {
            rows += memchr::memchr_iter(b'\n', bytes).count() as u64;
        })?;
    }
    Ok(rows)
}

fn read_all(
    place: &Place,
    codec: Codec,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]),
) -> Result<(), InputError> {
    let mut reader = Reader::open(place, codec, 0, buffer.len() as u64, &Arc::default())?;
    loop {
        match reader.read(buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => take(&buffer[..count]),
            Err(e) => return Err(named(e, &place.address())),
        }
    }
}

/// The error of a reader, with its file.
pub fn named(error: io::Error, address: &str) -> InputError {
    let what = error.to_string();
    match error.into_inner().map(|inner| inner.downcast::<InputError>()) {
        Some(Ok(named)) => *named,
        _ => InputError { place: address.to_owned(), offset: 0, what },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    fn gz(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Place) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (dir, path.into())
    }

    fn text(name: &str, bytes: &[u8]) -> Result<String, InputError> {
        let (_dir, place) = file(name, bytes);
        let mut text = String::new();
        let mut reader = Reader::open(&place, sniff(&place)?, 0, 1 << 20, &Arc::default())?;
        reader.read_to_string(&mut text).map_err(|e| named(e, &place.address()))?;
        Ok(text)
    }

    #[test]
    fn every_packing_gives_its_text() {
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bz.write_all(b"a\nb\n").unwrap();
        assert_eq!(text("x.log", b"a\nb\n").unwrap(), "a\nb\n");
        assert_eq!(text("x.gz", &gz("a\nb\n")).unwrap(), "a\nb\n");
        assert_eq!(text("x.gz", &[gz("a\n"), gz("b\n")].concat()).unwrap(), "a\nb\n");
        assert_eq!(text("x.bz2", &bz.finish().unwrap()).unwrap(), "a\nb\n");
        assert_eq!(text("x.zst", &zstd::encode_all(&b"a\nb\n"[..], 1).unwrap()).unwrap(), "a\nb\n");
        assert_eq!(text("no-ending", &gz("a")).unwrap(), "a");
        assert_eq!(text("empty.gz", b"").unwrap(), "");
    }

    #[test]
    fn a_torn_file_is_named_with_the_place() {
        let whole = gz(&"tracking ".repeat(10_000));
        let error = text("x.gz", &whole[..whole.len() - 20]).unwrap_err();
        let said = error.to_string();
        assert!(said.contains("x.gz: the file ends in the middle of its data"), "{said}");
        assert!(said.contains(&format!("at byte {}", whole.len() - 20)), "{said}");
        assert!(text("x.gz", &[&whole[..], b"garbage"].concat()).is_err());
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let noise: Vec<u8> =
            (0..4000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(text("x.log", &noise).unwrap_err().to_string().contains("holds no text"));
        assert!(text("x.gz", b"plain").unwrap_err().to_string().contains("ends in .gz"));
        assert!(text("x.log", b"").is_ok());
        assert!(text("x.log", &[&[0; 5000][..], b"{\"a\": 1}\n"].concat()).is_ok());
    }
}
