//! The program for the nodes must run there without anything of theirs: static, for Linux, and for a CPU
//! like that of this machine, since the machines of a cluster are of one kind with its edge node.

use crate::runner::RunError;
use std::path::Path;

const MAGIC: &[u8] = b"\x7fELF";
/// Of a 64-bit, little-endian header: where the program headers begin, how long one is, how many.
const HEADERS_AT: usize = 0x20;
const HEADER_SIZE_AT: usize = 0x36;
const HEADERS_AT_COUNT: usize = 0x38;
/// The header that names the loader of a program that is linked with libraries.
const INTERPRETER: u32 = 3;

/// In the header: for which CPU it is.
const CPU_AT: usize = 0x12;
/// CPUs by their numbers in ELF.
const CPUS: &[(u64, &str)] =
    &[(62, "x86_64"), (183, "aarch64"), (21, "powerpc64"), (22, "s390x"), (243, "riscv64")];

/// Refuses a program that the nodes could not start.
///
/// # Errors
/// When it is not there, no Linux program of 64 bits, for another CPU, or needs libraries.
pub fn check(path: &Path) -> Result<(), RunError> {
    let refuse = |why: &str| RunError::Install(format!("the program {} {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| {
        refuse(&format!("for the nodes cannot be read: {e}; name it with runners.hadoop.program"))
    })?;
    let is_for = cpu(&bytes);
    match linked(&bytes) {
        Some(_) if is_for != Some(std::env::consts::ARCH) => Err(refuse(&format!(
            "is for another CPU: {}, and not {}; build it for the nodes (`make program`)",
            is_for.unwrap_or("one that is not known here"),
            std::env::consts::ARCH
        ))),
        None => Err(refuse("is no Linux program of 64 bits: cluster nodes could not start it")),
        Some(true) => Err(refuse(
            "needs libraries of the machine that it was built on; build it static \
             (`make program`), so that it starts on every node",
        )),
        Some(false) => Ok(()),
    }
}

/// The CPU that a program is for, by Rust's name for it.
fn cpu(bytes: &[u8]) -> Option<&'static str> {
    let asked = number(bytes, CPU_AT, 2)?;
    CPUS.iter().find(|(number, _)| *number == asked).map(|(_, name)| *name)
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
        assert_eq!(cpu(&std::fs::read(&own).unwrap()), Some(std::env::consts::ARCH));
        assert_eq!(linked(b"#!/bin/sh\n"), None);
        assert_eq!(linked(b"\x7fELF"), None);
    }

    #[test]
    fn a_program_for_another_cpu_is_refused() {
        let mut bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        for (number, name) in [(22, "s390x"), (43, "one that is not known here")] {
            bytes[CPU_AT] = number;
            std::fs::write(file.path(), &bytes).unwrap();
            let said = check(file.path()).unwrap_err().to_string();
            assert!(said.contains(&format!("is for another CPU: {name}, and not")), "{said}");
        }
    }
}
