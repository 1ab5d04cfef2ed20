//! The order of lines between map and reduce: by reducer, then by bytes. Lines of a job and a day begin
//! alike, so eight bytes are looked at together, and once only for all lines that agree before them.

/// Where a line stands among the bytes of many.
#[derive(Clone, Copy)]
pub struct Slot {
    /// The reducer that it is for.
    pub part: u32,
    len: u32,
    start: usize,
    /// The bytes that are compared at the moment.
    chunk: u64,
}

/// Fewer lines are compared whole.
const FEW: usize = 16;
/// Behind so many equal bytes, too: each eight cost a call.
const DEEPEST: usize = 256;

impl Slot {
    /// The place of a line that begins at `start`.
    #[must_use]
    pub fn new(part: u32, start: usize, len: u32) -> Self {
        Self { part, len, start, chunk: part.into() }
    }

    /// The line.
    #[must_use]
    pub fn line(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.start + self.len as usize]
    }

    /// Eight bytes of the line from `depth` on, filled up with zeros.
    fn chunk_at(self, bytes: &[u8], depth: usize) -> u64 {
        let rest = self.line(bytes).get(depth..).unwrap_or_default();
        match rest.first_chunk() {
            Some(chunk) => u64::from_be_bytes(*chunk),
            None => rest.iter().rev().fold(0, |chunk, byte| chunk >> 8 | u64::from(*byte) << 56),
        }
    }
}

/// Sorts lines by reducer, then by bytes.
pub fn sort(slots: &mut [Slot], bytes: &[u8]) {
    slots.sort_unstable_by_key(|slot| slot.chunk);
    slots.chunk_by_mut(|a, b| a.part == b.part).for_each(|part| sort_from(part, bytes, 0));
}

/// Sorts lines that agree before `depth`.
fn sort_from(slots: &mut [Slot], bytes: &[u8], mut depth: usize) {
    while slots.len() > FEW && depth < DEEPEST {
        for slot in &mut *slots {
            slot.chunk = slot.chunk_at(bytes, depth);
        }
        depth += size_of::<u64>();
        if slots.iter().any(|slot| slot.chunk != slots[0].chunk) {
            slots.sort_unstable_by_key(|slot| slot.chunk);
            let alike = slots.chunk_by_mut(|a, b| a.chunk == b.chunk);
            return alike.for_each(|alike| sort_from(alike, bytes, depth));
        }
    }
    // Of lines that ended before, some with zeros that others only were filled up with, the length tells.
    let rest = |slot: &Slot| slot.line(bytes).get(depth..).unwrap_or_default();
    slots.sort_unstable_by(|a, b| rest(a).cmp(rest(b)).then(a.len.cmp(&b.len)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_sorted_as_bytes_are(
            lines in prop::collection::vec(
                (0..3u32, prop::sample::select(&["", "abcdefgh", "job\t2026-01-0"][..]), "[\\x00ab]{0,20}"),
                0..200,
            ),
            long in prop::sample::select(&[0, 7, 8, 255, 256, 300][..]),
        ) {
            let mut expected: Vec<_> = lines
                .into_iter()
                .map(|(part, front, rest)| (part, format!("{}{front}{rest}", "x".repeat(long))))
                .collect();
            let (mut slots, mut bytes) = (Vec::new(), Vec::new());
            for (part, line) in &expected {
                slots.push(Slot::new(*part, bytes.len(), u32::try_from(line.len()).unwrap_or(0)));
                bytes.extend_from_slice(line.as_bytes());
            }
            sort(&mut slots, &bytes);
            expected.sort();
            let found = slots.iter().map(|slot| (slot.part, slot.line(&bytes)));
            prop_assert!(found.eq(expected.iter().map(|(part, line)| (*part, line.as_bytes()))));
        }
    }
}
