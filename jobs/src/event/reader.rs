//! The reader of tracking-log JSON: finds where values begin and end, and rejects what is no JSON.
//!
//! It accepts more than JSON does, by the exact list of spec 10 §2.3 rules 3 to 5, and never less.
//! Strings are only delimited here; what they say is decoded when somebody asks (`string`).
//! It neither recurses nor allocates, and its time is linear in the text, whatever that holds.

use super::json::Json;
use super::string;
use memchr::memchr2;

/// Containers inside one another that are still read; the original's reader overran its stack.
const DEEPEST: usize = 1024;

/// A place in a text, moving forward. `None` from any method means: this is no JSON.
pub(super) struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

/// What stands between the quotes of a string, and whether there is a backslash in it.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'a> {
    pub inner: &'a [u8],
    pub escaped: bool,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is no white space, which stays unread.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.get(self.at)?;
            if !is_space(byte) {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Passes the byte that was peeked at.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// Whether only white space is left.
    pub(super) fn at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Any value.
    #[inline]
    pub(super) fn value(&mut self) -> Option<Json<'a>> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'"' => drop(self.string()?),
            b'{' | b'[' => self.containers()?,
            _ => self.word(first)?,
        }
        Some(Json::trusted(&self.text[start..self.at]))
    }

    /// An object, handing each member's key to `member`, which must read the value.
    pub(super) fn object(
        &mut self,
        mut member: impl FnMut(Quoted<'a>, &mut Self) -> Option<()>,
    ) -> Option<Json<'a>> {
        self.expect(b'{')?;
        let start = self.at - 1;
        if self.peek()? == b'}' {
            self.at += 1;
        } else {
            loop {
                let key = self.key()?;
                member(key, self)?;
                match self.next()? {
                    b',' => {}
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        Some(Json::trusted(&self.text[start..self.at]))
    }

    /// An array, handing each item to `item`.
    pub(super) fn array(&mut self, mut item: impl FnMut(Json<'a>)) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            return self.expect(b']');
        }
        loop {
            item(self.value()?);
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A container with all that it holds.
    fn containers(&mut self) -> Option<()> {
        let mut open = Nesting::default();
        loop {
            match self.peek()? {
                b'"' => drop(self.string()?),
                b'{' => {
                    if !self.opens_empty(b'}')? {
                        open.push(true)?;
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    if !self.opens_empty(b']')? {
                        open.push(false)?;
                        continue;
                    }
                }
                first => self.word(first)?,
            }
            if self.close(&mut open)? {
                return Some(());
            }
        }
    }

    /// Takes an opening bracket, and its closing one if that follows at once.
    fn opens_empty(&mut self, close: u8) -> Option<bool> {
        self.at += 1;
        let empty = self.peek()? == close;
        self.at += usize::from(empty);
        Some(empty)
    }

    /// Behind a value: closes what ends here. False when another value follows, true at the very end.
    fn close(&mut self, open: &mut Nesting) -> Option<bool> {
        while let Some(in_object) = open.innermost() {
            match (self.next()?, in_object) {
                (b',', true) => {
                    self.key()?;
                    return Some(false);
                }
                (b',', false) => return Some(false),
                (b'}', true) | (b']', false) => open.pop(),
                _ => return None,
            }
        }
        Some(true)
    }

    /// A member's key, and the colon behind it.
    pub(super) fn key(&mut self) -> Option<Quoted<'a>> {
        if self.peek()? != b'"' {
            return None;
        }
        let key = self.string()?;
        self.expect(b':')?;
        Some(key)
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// A string whose opening quote is the next byte.
    #[inline]
    fn string(&mut self) -> Option<Quoted<'a>> {
        let start = self.at + 1;
        let (mut at, mut escaped, mut doubtful) = (start, false, false);
        loop {
            at += quote_or_backslash(self.text.get(at..)?)?;
            if self.text[at] == b'"' {
                break;
            }
            escaped = true;
            doubtful |= matches!(self.text.get(at + 1)?, b'u' | b'x' | b'U');
            at += 2;
        }
        self.at = at + 1;
        let inner = &self.text[start..at];
        (!doubtful || string::is_whole(inner)).then_some(Quoted { inner, escaped })
    }

    /// A number, or a word that stands for a value.
    fn word(&mut self, first: u8) -> Option<()> {
        match first {
            b'n' => self.literal(b"null"),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'N' => self.literal(b"NaN"),
            b'I' => self.literal(b"Infinity"),
            b'-' | b'+' if self.text.get(self.at + 1) == Some(&b'I') => {
                self.at += 1;
                self.literal(b"Infinity")
            }
            b'-' | b'+' => {
                self.at += 1;
                self.number()
            }
            _ => self.number(),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    /// A number behind its sign.
    fn number(&mut self) -> Option<()> {
        let zero = self.text.get(self.at) == Some(&b'0');
        let digits = self.digits()?;
        if zero && digits > 1 {
            return None;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// One or more digits; gives how many.
    fn digits(&mut self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(count)
    }
}

/// Words of a string that are looked at before the long search is called for: enough for a time, or a
/// checksum in hexadecimal digits.
const SHORT: usize = 5;

/// Where the first quote or backslash is. Most strings are short: they are looked at eight bytes at a
/// time, which is an eighth of all parsing faster than to call for the long search at once.
#[inline]
fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    let (words, _) = text.as_chunks();
    let short = words.len().min(SHORT);
    for (at, word) in words[..short].iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ u64::from_le_bytes([b'"'; 8]))
            | zero_bytes(word ^ u64::from_le_bytes([b'\\'; 8]));
        if found != 0 {
            return Some(at * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    Some(short * 8 + memchr2(b'"', b'\\', &text[short * 8..])?)
}

/// The top bit of the lowest byte that is zero, and perhaps of higher bytes.
const fn zero_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// White space between the tokens of tracking-log JSON, and around a line: as in C, so with the
/// vertical tab and the form feed that JSON does not count.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Which containers are open: one bit each, set for an object.
#[derive(Default)]
struct Nesting {
    bits: [u64; DEEPEST / 64],
    depth: usize,
}

impl Nesting {
    fn push(&mut self, object: bool) -> Option<()> {
        let word = self.bits.get_mut(self.depth / 64)?;
        let bit = 1 << (self.depth % 64);
        *word = if object { *word | bit } else { *word & !bit };
        self.depth += 1;
        Some(())
    }

    fn pop(&mut self) {
        self.depth -= 1;
    }

    fn innermost(&self) -> Option<bool> {
        let top = self.depth.checked_sub(1)?;
        Some(self.bits[top / 64] >> (top % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::Json;

    fn accepts(text: &str) -> bool {
        Json::parse(text.as_bytes()).is_some()
    }

    #[test]
    fn what_json_allows_is_read() {
        for text in [
            "{}",
            "[]",
            " [ ] ",
            r#"{"a":[{"b":{}},[]],"c":null}"#,
            "0",
            "-0",
            "10.5e-3",
            "1E5",
            r#""""#,
            r#""\"\\\/\b\f\n\r\t\u00e9""#,
            "true",
            "false",
            "null",
        ] {
            assert!(accepts(text), "{text}");
        }
    }

    #[test]
    fn what_the_original_also_took_is_read() {
        for text in [
            "NaN",
            "Infinity",
            "-Infinity",
            "+Infinity",
            "+5",
            "1e400",
            "-1e400",
            "123456789012345678901234567890",
            "\"a\tb\x01\"",
            r#""\ud83d""#,
            r#""\q\a\x4""#,
            r#""\N{DASH} é""#,
            "\x0b{}\x0c",
            r#"{"a":1,"a":2}"#,
        ] {
            assert!(accepts(text), "{text:?}");
        }
    }

    #[test]
    fn what_the_original_refused_is_refused() {
        for text in [
            "",
            "  ",
            "{",
            "}",
            "[1,]",
            r#"{"a":1,}"#,
            "{'a':1}",
            "{a:1}",
            r#"{"a" 1}"#,
            r#"{"a":}"#,
            r#"{"a":1 "b":2}"#,
            "[1 2]",
            "[1}",
            r#"{"a":1]"#,
            "01",
            "-01",
            "+",
            "-",
            ".5",
            "1.",
            "1e",
            "1e+",
            "0x10",
            "++1",
            "nul",
            "nullx",
            "NaNa",
            "Inf",
            "- 1",
            "1 2",
            "{} {}",
            r#""a"#,
            r#""a\"#,
            r#""\u12""#,
            r#""\u12g4""#,
            r#""\n\x4""#,
            r#""é\x4""#,
            r#""é\U0001F60""#,
            r#""\u0041\U00110000""#,
            "// c\n1",
            "[\0]",
            "\"\0\"",
            ",",
            ":",
            "[,1]",
        ] {
            assert!(!accepts(text), "{text:?}");
        }
    }

    #[test]
    fn depth_is_bounded_and_costs_no_stack() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(accepts(&nested(1000)));
        assert!(!accepts(&nested(2000)));
        assert!(!accepts(&"[{\"a\":".repeat(1_000_000)));
        assert!(accepts(&format!("[{}0]", "[],{},".repeat(200_000))));
    }
}
