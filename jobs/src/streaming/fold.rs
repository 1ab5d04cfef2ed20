//! Brings map output lines of one key together before they are sorted, as far as a small fixed memory
//! holds them.
//!
//! Each key has one place, by its hash; another key that wants it turns the line out. So nothing grows
//! or slows down, whatever the input: where keys are many, long or chosen by an enemy, their lines are
//! only sorted as they came.

use super::output::Sink;
use std::io;

/// Writes one value that stands for two of the same key, as the reducer would have it; false where they
/// must stay apart.
pub type Fold = fn(kept: &[u8], value: &[u8], both: &mut Vec<u8>) -> bool;

/// How a job's lines are brought together.
#[derive(Clone, Copy, Debug)]
pub struct Foldable {
    /// Fields of a row that are its key.
    pub key: usize,
    /// What is made of two values.
    pub fold: Fold,
}

/// Lines that wait for others of their key.
pub struct Folded {
    places: Vec<Place>,
    /// Apart, so that what is never used is never touched.
    bytes: Vec<[u8; LONGEST]>,
    both: Vec<u8>,
}

/// A line's length and that of its key; both 0 where there is none.
#[derive(Clone, Copy, Default)]
struct Place {
    line: usize,
    key: usize,
}

const PLACES: usize = 1 << 15;
/// Longer lines pass: 8 MiB hold all places.
const LONGEST: usize = 256;

impl Default for Folded {
    fn default() -> Self {
        Self::with_places(PLACES)
    }
}

impl Folded {
    /// Holds at most so many lines, 1 or more.
    #[must_use]
    pub fn with_places(places: usize) -> Self {
        Self {
            places: vec![Place::default(); places],
            bytes: vec![[0; LONGEST]; places],
            both: Vec::new(),
        }
    }

    /// Takes a line; `key` is the length of its key, with all that stands before it. A line that has
    /// to make room goes to `sink`.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn add(&mut self, line: &[u8], key: usize, fold: Fold, sink: Sink) -> io::Result<()> {
        if line.len() > LONGEST || key >= line.len() {
            return sink(line);
        }
        let at = hash(&line[..key]) % self.places.len();
        let (place, bytes) = (&mut self.places[at], &mut self.bytes[at]);
        if place.line > 0 && place.key == key && bytes[..key] == line[..key] {
            self.both.clear();
            let done = fold(&bytes[key + 1..place.line], &line[key + 1..], &mut self.both);
            let end = key + 1 + self.both.len();
            if done && end <= LONGEST {
                bytes[key + 1..end].copy_from_slice(&self.both);
                place.line = end;
                return Ok(());
            }
        }
        if place.line > 0 {
            sink(&bytes[..place.line])?;
        }
        bytes[..line.len()].copy_from_slice(line);
        *place = Place { line: line.len(), key };
        Ok(())
    }

    /// Hands on all that is left.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn end(&mut self, sink: Sink) -> io::Result<()> {
        for (place, bytes) in self.places.iter_mut().zip(&self.bytes) {
            let place = std::mem::take(place);
            if place.line > 0 {
                sink(&bytes[..place.line])?;
            }
        }
        Ok(())
    }
}

/// Eight bytes at a time; all it is for is that like keys spread.
fn hash(key: &[u8]) -> usize {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = key.as_chunks();
    let mut tail = [0; 8];
    tail[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&tail]).map(|word| u64::from_le_bytes(*word));
    let sum = words.fold(0, |sum: u64, word| (sum ^ word).wrapping_mul(ODD).rotate_left(29));
    #[expect(clippy::cast_possible_truncation, reason = "any of its bits will do")]
    let spread = (sum ^ sum >> 32) as usize;
    spread
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn add(kept: &[u8], value: &[u8], both: &mut Vec<u8>) -> bool {
        let number = |text: &[u8]| str::from_utf8(text).ok()?.parse::<u8>().ok();
        let sum = number(kept).zip(number(value)).and_then(|(a, b)| a.checked_add(b));
        both.extend(sum.map(|sum| sum.to_string()).unwrap_or_default().bytes());
        sum.is_some()
    }

    fn folded(places: usize, lines: &[(String, u8)]) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        let mut sink = |line: &[u8]| {
            let (key, value) = str::from_utf8(line).unwrap().split_once('\t').unwrap();
            found.push((key.to_owned(), value.parse().unwrap()));
            Ok(())
        };
        let mut folded = Folded::with_places(places);
        for (key, value) in lines {
            folded.add(format!("{key}\t{value}").as_bytes(), key.len(), add, &mut sink).unwrap();
        }
        folded.end(&mut sink).unwrap();
        folded.end(&mut sink).unwrap();
        found
    }

    #[test]
    fn lines_of_one_key_become_one_while_the_sum_can_be_made() {
        let line = |key: &str, value| (key.to_owned(), value);
        let lines = [line("a", 200), line("a", 50), line("", 1), line("a", 50), line("", 2)];
        let mut found = folded(1 << 10, &lines);
        found.sort();
        assert_eq!(found, [("".into(), 3), ("a".into(), 50), ("a".into(), 250)]);
    }

    #[test]
    fn a_line_that_is_too_long_passes() {
        let long = ("x".repeat(LONGEST), 1);
        assert_eq!(folded(4, &[long.clone(), long]).len(), 2);
        // At the very limit there is room for the line, but not for a longer sum.
        let full = ("x".repeat(LONGEST - 2), 9);
        let found = folded(4, &[full.clone(), full.clone()]);
        assert_eq!(found, [(full.0.clone(), 9), (full.0, 9)]);
    }

    proptest! {
        #[test]
        fn no_places_are_too_few(
            lines in prop::collection::vec(("[a-c]{0,3}", 0..4u8), 0..60),
            places in 1usize..9,
        ) {
            let sums = |lines: Vec<(String, u32)>| {
                let mut sums = BTreeMap::<_, u32>::new();
                lines.into_iter().for_each(|(key, value)| *sums.entry(key).or_default() += value);
                sums
            };
            let given = lines.iter().map(|(key, value)| (key.clone(), (*value).into())).collect();
            prop_assert_eq!(sums(folded(places, &lines)), sums(given));
        }
    }
}
