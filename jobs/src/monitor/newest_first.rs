//! Bytes written so that they sort the other way round: a reducer that wants the newest value first
//! need not keep a learner's whole history in memory.

use std::fmt::Write;

/// Sorts behind every digit, so that of two texts that begin alike the longer one comes first.
const END: char = '~';

/// A text whose byte order is the reverse of that of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len() + 1);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{:02x}", !byte);
    }
    text.push(END);
    text
}

/// What [`encode`] was given; none for any other text.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(!(digit(*high)? << 4 | digit(*low)?)),
        _ => None,
    };
    text.strip_suffix(&[END as u8])?.chunks(2).map(byte).collect()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_reversed_and_nothing_lost(a: Vec<u8>, b: Vec<u8>) {
            prop_assert_eq!(a.cmp(&b), encode(&b).cmp(&encode(&a)));
            prop_assert_eq!(decode(encode(&a).as_bytes()), Some(a));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "00", "0~", "zz~", "+1~"] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
