//! Partition and sort order, byte for byte Hadoop's (spec 40 A.2).
//!
//! Lines are ordered by their bytes. Both of Hadoop's partition formulas are here, so that a part
//! file made on one machine is the part file that a cluster makes.

/// How lines are dealt to reducers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partitioner {
    /// Hadoop's default, over the whole key of so many fields. Values of a key then come in no
    /// promised order on a cluster.
    Key(usize),
    /// Hadoop's key-field partitioner over the first so many fields; the whole line is sorted.
    Fields(usize),
}

impl Partitioner {
    /// The number, below `reducers`, of the reducer that gets this line.
    #[must_use]
    pub fn partition(self, line: &[u8], reducers: usize) -> usize {
        let hash = match self {
            Self::Key(fields) => hash(1, &line[..key_len(line, fields)]),
            Self::Fields(fields) => {
                let key = &line[..key_len(line, fields)];
                match std::str::from_utf8(key) {
                    Ok(_) => hash(0, key),
                    // This formula goes through a Java string: broken bytes become U+FFFD first.
                    Err(_) => hash(0, String::from_utf8_lossy(key).as_bytes()),
                }
            }
        };
        (hash & 0x7fff_ffff) as usize % reducers.max(1)
    }
}

fn hash(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| {
        // Java's bytes are signed: sign-extend before adding.
        hash.wrapping_mul(31).wrapping_add(i32::from(byte.cast_signed()).cast_unsigned())
    })
}

/// Length of the first `fields` fields of a line, with the TABs between them; of the whole line
/// when it has no more.
#[must_use]
pub fn key_len(line: &[u8], fields: usize) -> usize {
    let mut tabs = memchr::memchr_iter(b'\t', line);
    match fields.checked_sub(1) {
        None => 0,
        Some(skip) => tabs.nth(skip).unwrap_or(line.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `Text.hashCode` and `String.hashCode` by their published definitions.
    #[test]
    fn k02_both_formulas_give_the_published_hashes() {
        assert_eq!(hash(0, b"hello"), 99_162_322);
        assert_eq!(hash(1, b""), 1);
        assert_eq!(hash(1, b"a"), 128);
        assert_eq!(hash(0, &[0xff]), u32::MAX);
        assert_eq!(hash(1, b"hello"), 99_162_322 + 31u32.pow(5));
    }

    #[test]
    fn a_key_goes_to_one_partition_whatever_its_value() {
        for reducers in [1, 7, 25] {
            let one = Partitioner::Fields(2).partition(b"job\tday\tx\ty", reducers);
            let two = Partitioner::Fields(2).partition(b"job\tday\tz", reducers);
            assert_eq!(one, two);
            assert!(one < reducers);
            let whole = Partitioner::Key(1).partition(b"job\tday", reducers);
            assert_eq!(whole, (hash(1, b"job") & 0x7fff_ffff) as usize % reducers);
        }
    }

    #[test]
    fn broken_utf8_is_hashed_as_the_replacement_character() {
        let broken = Partitioner::Fields(1).partition(b"a\xffb\tx", 1000);
        let replaced = Partitioner::Fields(1).partition("a\u{fffd}b\tx".as_bytes(), 1000);
        assert_eq!(broken, replaced);
        assert_ne!(
            Partitioner::Key(1).partition(b"a\xffb\tx", 1000),
            Partitioner::Key(1).partition("a\u{fffd}b\tx".as_bytes(), 1000)
        );
    }

    #[test]
    fn key_length_counts_fields() {
        assert_eq!(key_len(b"a\tbb\tc", 0), 0);
        assert_eq!(key_len(b"a\tbb\tc", 1), 1);
        assert_eq!(key_len(b"a\tbb\tc", 2), 4);
        assert_eq!(key_len(b"a\tbb\tc", 3), 6);
        assert_eq!(key_len(b"a\tbb\tc", 9), 6);
        assert_eq!(key_len(b"", 1), 0);
    }
}
