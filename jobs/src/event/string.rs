//! What a string of tracking-log JSON says: its escapes (spec 10 §2.3 rules 4 and 5).
//!
//! Which escapes decode depends on the whole string, as in the reader that the original used. All
//! that strict JSON allows means here what it means there.

use memchr::memchr;
use std::borrow::Cow;
use std::cell::LazyCell;

/// Which escapes of a string decode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    /// It holds `\u` or non-ASCII text: all of them.
    Unicode,
    /// It holds a common escape: all but `\u` and `\U`.
    Common,
    /// Neither: only `\/`.
    None,
}

/// Whether no escape that decodes is cut short. `inner` is the text between the quotes.
pub(super) fn is_whole(inner: &[u8]) -> bool {
    let escapes = Escapes::of(inner);
    each_escape(inner).all(|rest| match (rest[0], escapes) {
        (b'u', _) => hex(rest, 4).is_some(),
        (b'x', Escapes::Unicode | Escapes::Common) => hex(rest, 2).is_some(),
        (b'U', Escapes::Unicode) => hex(rest, 8).is_some_and(|code| code <= 0x10_FFFF),
        _ => true,
    })
}

/// The text of a string; `inner` is what stands between its quotes.
pub(super) fn decode(inner: &[u8]) -> Cow<'_, str> {
    // Nearly all text is UTF-8, and to tell that is twice as fast as to mend it.
    let text = match str::from_utf8(inner) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(inner),
    };
    match memchr(b'\\', inner) {
        None => text,
        Some(_) => Cow::Owned(unescape(&text)),
    }
}

/// What follows each backslash that begins an escape.
fn each_escape(inner: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = inner;
    std::iter::from_fn(move || {
        let escape = &rest[memchr(b'\\', rest)? + 1..];
        rest = escape.get(1..)?;
        Some(escape)
    })
}

impl Escapes {
    fn of(inner: &[u8]) -> Self {
        if !inner.is_ascii() {
            return Self::Unicode;
        }
        let mut found = Self::None;
        for escape in each_escape(inner) {
            match escape[0] {
                b'u' => return Self::Unicode,
                b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => found = Self::Common,
                _ => {}
            }
        }
        found
    }

    /// The code of an escape that does not decode in every string, and how many bytes it takes
    /// behind its backslash.
    fn decode(self, rest: &[u8]) -> Option<(u32, usize)> {
        match *rest.first()? {
            _ if self == Self::None => None,
            b'\'' => Some((u32::from(b'\''), 1)),
            b'a' => Some((0x07, 1)),
            b'v' => Some((0x0b, 1)),
            b'x' => Some((hex(rest, 2)?, 3)),
            b'0'..=b'7' => Some(octal(rest)),
            b'U' if self == Self::Unicode => Some((hex(rest, 8)?, 9)),
            _ => None,
        }
    }
}

/// The code of an escape that strict JSON knows. Those that do not decode in every string make the
/// string one in which they do.
fn json_escape(rest: &[u8]) -> Option<(u32, usize)> {
    let code = match *rest.first()? {
        letter @ (b'"' | b'\\' | b'/') => letter,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'f' => 0x0c,
        b'r' => b'\r',
        b'u' => return Some((hex(rest, 4)?, 5)),
        _ => return None,
    };
    Some((code.into(), 1))
}

/// The number in `count` hexadecimal digits behind the escape's letter.
fn hex(rest: &[u8], count: usize) -> Option<u32> {
    rest.get(1..=count)?
        .iter()
        .try_fold(0, |sum, byte| Some(sum << 4 | char::from(*byte).to_digit(16)?))
}

/// The number in one to three octal digits, and how many they are.
fn octal(rest: &[u8]) -> (u32, usize) {
    let digits = rest.iter().take(3).map_while(|byte| char::from(*byte).to_digit(8));
    digits.fold((0, 0), |(sum, count), digit| (sum << 3 | digit, count + 1))
}

fn unescape(inner: &str) -> String {
    let escapes = LazyCell::new(|| Escapes::of(inner.as_bytes()));
    let mut text = Text { done: String::with_capacity(inner.len()), high: None };
    let mut rest = inner;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        text.literal(&rest[..at]);
        rest = &rest[at + 1..];
        match json_escape(rest.as_bytes()).or_else(|| escapes.decode(rest.as_bytes())) {
            Some((code, used)) => {
                text.code(code);
                rest = &rest[used..];
            }
            None => text.literal("\\"),
        }
    }
    text.literal(rest);
    text.end_pair();
    text.done
}

/// Text in the making, which may wait for the second half of a surrogate pair.
struct Text {
    done: String,
    high: Option<u32>,
}

impl Text {
    fn literal(&mut self, text: &str) {
        if !text.is_empty() {
            self.end_pair();
            self.done += text;
        }
    }

    fn code(&mut self, code: u32) {
        match (self.high.take(), code) {
            (Some(high), 0xDC00..=0xDFFF) => {
                self.push(0x1_0000 + ((high - 0xD800) << 10) + (code - 0xDC00))
            }
            (high, _) => {
                self.high = high;
                self.end_pair();
                if (0xD800..=0xDBFF).contains(&code) {
                    self.high = Some(code);
                } else {
                    self.push(code);
                }
            }
        }
    }

    /// A half that no other half follows is no character.
    fn end_pair(&mut self) {
        if self.high.take().is_some() {
            self.push(0xFFFD);
        }
    }

    fn push(&mut self, code: u32) {
        self.done.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cases: &[(&str, &str)]) {
        for (written, text) in cases {
            assert!(is_whole(written.as_bytes()), "{written}");
            assert_eq!(decode(written.as_bytes()), *text, "{written}");
        }
    }

    #[test]
    fn json_escapes_decode_in_every_string() {
        check(&[
            ("plain", "plain"),
            (r#"\"\\\b\f\n\r\t"#, "\"\\\u{8}\u{c}\n\r\t"),
            (r"\/", "/"),
            (r"a\/\n", "a/\n"),
            (r"\u00e9\u4E2d", "é中"),
            (r"\\u00e9", r"\u00e9"),
        ]);
    }

    #[test]
    fn a_string_with_unicode_decodes_everything() {
        check(&[
            (r"\u0041\a\v\'\x41\101\7\777\U0001F600", "A\u{7}\u{b}'AA\u{7}\u{1ff}😀"),
            (r"é\x41\U00000041", "éAA"),
            (r"é\q\N{DASH}\8", r"é\q\N{DASH}\8"),
            (r"\u0000\08", "\0\08"),
        ]);
    }

    #[test]
    fn a_string_with_a_common_escape_decodes_all_but_unicode() {
        check(&[(r"\n\a\v\'\x41\xe9\101\U00000041\q", "\n\u{7}\u{b}'AéA\\U00000041\\q")]);
    }

    #[test]
    fn a_string_with_neither_keeps_its_backslashes() {
        check(&[(r"\x41\a\'\v\101\U00000041\q\x4", r"\x41\a\'\v\101\U00000041\q\x4")]);
    }

    #[test]
    fn surrogates_pair_up_or_are_replaced() {
        check(&[
            (r"\ud83d\ude00", "😀"),
            (r"\ud83d", "\u{fffd}"),
            (r"\ude00", "\u{fffd}"),
            (r"\ud83dx\ude00", "\u{fffd}x\u{fffd}"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
            (r"\ud83d\n", "\u{fffd}\n"),
            (r"\U0000d83d\q", "\\U0000d83d\\q"),
            (r"é\U0000d83d", "é\u{fffd}"),
        ]);
    }

    #[test]
    fn an_escape_that_is_cut_short_spoils_the_string() {
        for cut in
            [r"\u12", r"\u12G4", r"\u", r"é\x4", r"\n\x4", r"\n\xg1", r"é\U0001F60", r"é\U00110000"]
        {
            assert!(!is_whole(cut.as_bytes()), "{cut}");
        }
        assert!(is_whole(br"\x4") && is_whole(br"\n\U12"));
    }

    #[test]
    fn bytes_that_are_no_utf8_are_replaced() {
        assert_eq!(decode(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(decode(b"a\xff\\n\xc3\xa9"), "a\u{fffd}\né");
    }
}
