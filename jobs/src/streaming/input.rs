//! Lines in: a block reader that lends one line at a time.

use std::io::{self, Read};

const BLOCK: usize = 64 * 1024;

/// A source of lines: standard input, a file, or a merge of sorted runs.
pub trait Lines {
    /// Moves to the next line; false at the end.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn advance(&mut self) -> io::Result<bool>;

    /// The current line, without its line end.
    fn line(&self) -> &[u8];

    /// Where in the source the current line begins, where that means something.
    fn offset(&self) -> Option<u64> {
        None
    }
}

impl<L: Lines + ?Sized> Lines for &mut L {
    fn advance(&mut self) -> io::Result<bool> {
        (**self).advance()
    }

    fn line(&self) -> &[u8] {
        (**self).line()
    }

    fn offset(&self) -> Option<u64> {
        (**self).offset()
    }
}

/// Lines of a byte stream. A line ends at LF, at CR or at CRLF, as Hadoop's own reader has it
/// (spec 40 A.1), or at the end of the stream.
pub struct LineReader<R> {
    source: R,
    buffer: Vec<u8>,
    filled: usize,
    line: std::ops::Range<usize>,
    next: usize,
    consumed: u64,
    eof: bool,
    /// Bytes of a line that are held at the least, and those of the current one that were not.
    longest: usize,
    dropped: u64,
}

impl<R: Read> LineReader<R> {
    /// Reads lines of `source`.
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; BLOCK],
            filled: 0,
            line: 0..0,
            next: 0,
            consumed: 0,
            eof: false,
            longest: usize::MAX,
            dropped: 0,
        }
    }

    /// Holds no line that is much longer than so many bytes: of such a line the end is dropped, but it
    /// stays longer than that.
    pub fn cut_behind(&mut self, longest: usize) {
        self.longest = longest;
    }

    /// Offset in the stream of the first byte of the current line.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.consumed + self.line.start as u64
    }

    /// Offset in the stream of the first byte after the current line.
    #[must_use]
    pub fn next_offset(&self) -> u64 {
        self.consumed + self.next as u64 + self.dropped
    }

    fn drop_end_of_long_line(&mut self) {
        let most = self.next.saturating_add(self.longest).saturating_add(1);
        self.dropped += self.filled.saturating_sub(most) as u64;
        self.filled = self.filled.min(most);
    }

    /// Moves the unread rest to the front, grows a full buffer, reads once.
    fn fill(&mut self, keep: usize) -> io::Result<()> {
        self.buffer.copy_within(keep..self.filled, 0);
        self.filled -= keep;
        self.consumed += keep as u64;
        self.next = 0;
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.filled..]) {
                Ok(count) => {
                    self.eof = count == 0;
                    self.filled += count;
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// A CR that ends the buffer may be half of a CRLF: only the next byte tells.
    fn after_end(&mut self, end: usize) -> io::Result<(usize, usize)> {
        if self.buffer[end] == b'\n' {
            return Ok((end, end + 1));
        }
        let mut end = end;
        if end + 1 == self.filled && !self.eof {
            let start = self.next;
            self.fill(start)?;
            end -= start;
        }
        let crlf = end + 1 < self.filled && self.buffer[end + 1] == b'\n';
        Ok((end, end + 1 + usize::from(crlf)))
    }
}

impl<R: Read> Lines for LineReader<R> {
    fn advance(&mut self) -> io::Result<bool> {
        self.consumed += std::mem::take(&mut self.dropped);
        let mut searched = self.next;
        loop {
            if let Some(found) = memchr::memchr2(b'\n', b'\r', &self.buffer[searched..self.filled])
            {
                let (end, next) = self.after_end(searched + found)?;
                self.line = self.next..end;
                self.next = next;
                return Ok(true);
            }
            if self.eof {
                self.line = self.next..self.filled;
                self.next = self.filled;
                return Ok(!self.line.is_empty());
            }
            self.drop_end_of_long_line();
            let kept = self.filled - self.next;
            self.fill(self.next)?;
            searched = kept;
        }
    }

    fn line(&self) -> &[u8] {
        &self.buffer[self.line.clone()]
    }

    fn offset(&self) -> Option<u64> {
        Some(LineReader::offset(self))
    }
}

/// Lines that must come in byte order: what a reducer relies on, checked where another program
/// did the sorting.
pub struct Sorted<L> {
    lines: L,
    previous: Vec<u8>,
    /// Take one TAB from the end of each line: Hadoop writes it behind a key without a value.
    strip_tab: bool,
}

impl<L: Lines> Sorted<L> {
    /// Checks the order of `lines`.
    pub fn new(lines: L, strip_tab: bool) -> Self {
        Self { lines, previous: Vec::new(), strip_tab }
    }
}

impl<L: Lines> Lines for Sorted<L> {
    fn advance(&mut self) -> io::Result<bool> {
        let more = self.lines.advance()?;
        if more {
            let line = stripped(self.lines.line(), self.strip_tab);
            if *line < *self.previous {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "lines are not in byte order: the whole line must be the key \
                     (stream.num.map.output.key.fields, and the reduce side's)",
                ));
            }
            self.previous.clear();
            self.previous.extend_from_slice(line);
        }
        Ok(more)
    }

    fn line(&self) -> &[u8] {
        stripped(self.lines.line(), self.strip_tab)
    }
}

fn stripped(line: &[u8], strip_tab: bool) -> &[u8] {
    if strip_tab { line.strip_suffix(b"\t").unwrap_or(line) } else { line }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// Gives a few bytes a read, so that every line end meets a block's edge.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn lines(input: &[u8], step: usize) -> Vec<(u64, Vec<u8>)> {
        let mut reader = LineReader::new(Trickle(input, step));
        let mut found = Vec::new();
        while reader.advance().unwrap() {
            found.push((reader.offset(), reader.line().to_vec()));
        }
        found
    }

    fn expected(input: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
        while at < input.len() {
            if input[at] == b'\n' || input[at] == b'\r' {
                found.push((start as u64, input[start..at].to_vec()));
                at += usize::from(input[at] == b'\r' && input.get(at + 1) == Some(&b'\n'));
                start = at + 1;
            }
            at += 1;
        }
        if start < input.len() {
            found.push((start as u64, input[start..].to_vec()));
        }
        found
    }

    #[test]
    fn a_line_ends_at_lf_cr_and_crlf() {
        let found: Vec<_> = lines(b"a\nb\rc\r\n\nd", 2).into_iter().map(|(_, l)| l).collect();
        assert_eq!(found, [&b"a"[..], b"b", b"c", b"", b"d"]);
    }

    #[test]
    fn a_line_longer_than_the_block_is_whole() {
        let long = vec![b'x'; 3 * BLOCK + 5];
        let input = [&long[..], b"\n", &long[..]].concat();
        let found = lines(&input, BLOCK - 1);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|(_, line)| *line == long));
    }

    #[test]
    fn of_a_line_that_is_too_long_only_the_beginning_is_held() {
        let long = b"x".repeat(50 * BLOCK);
        let input = [b"a\n", &long[..], b"\nb\r\n", &long[..]].concat();
        let mut reader = LineReader::new(&input[..]);
        reader.cut_behind(100);
        let mut found = Vec::new();
        while reader.advance().unwrap() {
            found.push((reader.offset(), reader.line().len(), reader.next_offset()));
        }
        let [a, cut, b, last] = found[..] else { panic!("{found:?}") };
        let end = 2 + long.len() as u64;
        assert_eq!((a, b), ((0, 1, 2), (end + 1, 1, end + 4)));
        assert!((cut.0, cut.2) == (2, end + 1) && (101..=2 * BLOCK).contains(&cut.1), "{cut:?}");
        assert!((last.0, last.2) == (end + 4, input.len() as u64) && last.1 > 100, "{last:?}");
        assert!(reader.buffer.len() <= 2 * BLOCK);
    }

    #[test]
    fn order_is_checked_and_one_tab_taken() {
        let mut sorted = Sorted::new(LineReader::new(&b"a\t1\t\na\t2\t\na\t1\t\n"[..]), true);
        assert!(sorted.advance().unwrap());
        assert_eq!(sorted.line(), b"a\t1");
        assert!(sorted.advance().unwrap());
        assert!(sorted.advance().unwrap_err().to_string().contains("byte order"));
    }

    proptest! {
        #[test]
        fn any_bytes_split_alike_in_any_blocks(
            input in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'\t'), any::<u8>()], 0..80),
            step in 1usize..9,
        ) {
            prop_assert_eq!(lines(&input, step), expected(&input));
        }
    }
}
