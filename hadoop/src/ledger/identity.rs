//! What stands for content in the ledger.

use sha2::{Digest, Sha256};

/// The version of what decides a job's output: releases that differ in their last number alone compute the same,
/// so they leave what is there.
pub const CODE: &str =
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// SHA-256, in hexadecimal, of texts of which none can be mistaken for two.
#[must_use]
pub fn identity<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hex(&hash.finalize())
}

/// Hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
