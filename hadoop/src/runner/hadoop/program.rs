//! The program for the nodes must run there without anything of theirs: static, and for Linux.

use crate::runner::RunError;
use std::path::Path;

const MAGIC: &[u8] = b"\x7fELF";
/// Of a 64-bit, little-endian header: where the program headers begin, how long one is, how many.
const HEADERS_AT: usize = 0x20;
const HEADER_SIZE_AT: usize = 0x36;
const HEADERS_AT_COUNT: usize = 0x38;
/// The header that names the loader of a program that is linked with libraries.
const INTERPRETER: u32 = 3;

/// Refuses a program that the nodes could not start.
///
/// # Errors
/// When it is not there, no Linux program of 64 bits, or needs libraries.
pub fn check(path: &Path) -> Result<(), RunError> {
    let refuse = |why: &str| RunError::Install(format!("the program {} {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| {
        refuse(&format!("for the nodes cannot be read: {e}; name it with runners.hadoop.program"))
    })?;
    match linked(&bytes) {
        None => Err(refuse("is no Linux program of 64 bits: cluster nodes could not start it")),
        Some(true) => Err(refuse(
            "needs libraries of the machine that it was built on; build it static \
             (`make program`), so that it starts on every node",
        )),
        Some(false) => Ok(()),
    }
}

/// Whether a program needs a loader; none when it is no program of 64 bits.
fn linked(bytes: &[u8]) -> Option<bool> {
    if !bytes.starts_with(MAGIC) || bytes.get(4..6)? != [2, 1] {
        return None;
    }
    let start = usize::try_from(number(bytes, HEADERS_AT, 8)?).ok()?;
    let size = usize::try_from(number(bytes, HEADER_SIZE_AT, 2)?).ok()?;
    let count = usize::try_from(number(bytes, HEADERS_AT_COUNT, 2)?).ok()?;
    let mut kinds = (0..count).filter_map(|at| number(bytes, start + at * size, 4));
    Some(kinds.any(|kind| kind == u64::from(INTERPRETER)))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn this_test_is_a_linked_program_and_text_is_none() {
        let own = std::env::current_exe().unwrap();
        assert_eq!(linked(&std::fs::read(&own).unwrap()), Some(true));
        assert!(check(&own).unwrap_err().to_string().contains("needs libraries"));
        assert_eq!(linked(b"#!/bin/sh\n"), None);
        assert_eq!(linked(b"\x7fELF"), None);
    }
}
