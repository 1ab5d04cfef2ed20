//! The streaming contract: what a map, combine or reduce program is given and what it writes.
//!
//! A record is one line: fields joined by TAB. The first fields of a map output line are its key;
//! lines of one key reach one reducer, in byte order of the whole line. The same loops run as a
//! Hadoop Streaming task (lines from standard input) and inside a driver (lines from a merge), so a
//! job cannot tell the engines apart. This folder imports nothing else of the crate.

pub mod counters;
pub mod fold;
pub mod input;
pub mod output;
pub mod report;
pub mod shuffle;
pub mod task;

pub use counters::Counters;
pub use fold::{Foldable, Folded};
pub use input::{LineReader, Lines, Sorted};
pub use output::{Output, Rejection, Row};
pub use shuffle::Partitioner;

use std::io;

/// Why a task stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input could not be read.
    #[error("cannot read input after record {record}: {source}")]
    Read {
        /// Records read before the failure.
        record: u64,
        /// What the reader said.
        source: io::Error,
    },
    /// The output could not be written.
    #[error("cannot write output: {0}")]
    Write(#[source] io::Error),
    /// A line that another step of ours wrote does not have the agreed form.
    #[error("{what} is broken at record {record}: {detail}: {line}")]
    Contract {
        /// What the line should be.
        what: &'static str,
        /// The record's number in this task, from 1.
        record: u64,
        /// What is wrong with it.
        detail: String,
        /// The beginning of the line, made printable.
        line: String,
    },
    /// The job's own code refuses to go on.
    #[error("{0}")]
    Job(String),
}

impl Error {
    /// A broken line; `record` is filled in by the loop that met it.
    #[must_use]
    pub fn contract(what: &'static str, detail: impl Into<String>, line: &[u8]) -> Self {
        let shown = &line[..line.len().min(200)];
        let line = String::from_utf8_lossy(shown).escape_debug().to_string();
        Self::Contract { what, record: 0, detail: detail.into(), line }
    }

    fn at_record(self, number: u64) -> Self {
        match self {
            Self::Contract { what, record: 0, detail, line } => {
                Self::Contract { what, record: number, detail, line }
            }
            other => other,
        }
    }
}

/// Turns input lines into map output lines.
pub trait Mapper {
    /// Takes one line, without its line end.
    ///
    /// # Errors
    /// When output cannot be written or a line of ours is broken; a bad *event* is counted instead.
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error>;

    /// Called once after the last line.
    ///
    /// # Errors
    /// As [`Mapper::map`].
    fn finish(&mut self, _out: &mut Output) -> Result<(), Error> {
        Ok(())
    }
}

/// Turns the lines of one key into output lines; also the form of a combiner.
pub trait Reducer {
    /// Takes one key (its fields joined by TAB) and lends its values one at a time. Values that are
    /// not taken are passed over.
    ///
    /// # Errors
    /// When input or output fails, or a line of ours is broken.
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error>;
}

/// Runs a mapper over all lines of a reader; gives the number of records.
///
/// # Errors
/// The first error of reader, mapper or output.
pub fn map_lines(
    lines: &mut dyn Lines,
    mapper: &mut dyn Mapper,
    out: &mut Output,
) -> Result<u64, Error> {
    let mut record = 0;
    while lines.advance().map_err(|source| Error::Read { record, source })? {
        record += 1;
        let rejected = out.rejections.len();
        mapper.map(lines.line(), out).map_err(|e| e.at_record(record))?;
        if out.rejections.len() > rejected {
            out.place_rejection(lines.offset());
        }
        out.tick();
    }
    mapper.finish(out)?;
    Ok(record)
}

/// Runs a reducer over sorted lines; `key_len` tells how many bytes of a line are its key.
///
/// # Errors
/// The first error of reader, reducer or output.
pub fn reduce_lines(
    lines: &mut dyn Lines,
    key_len: &dyn Fn(&[u8]) -> usize,
    reducer: &mut dyn Reducer,
    out: &mut Output,
) -> Result<u64, Error> {
    let mut values = Values::new(lines, key_len);
    let mut key = Vec::new();
    while values.next_group()? {
        key.clone_from(&values.key);
        reducer.reduce(&key, &mut values, out).map_err(|e| e.at_record(values.record))?;
        out.tick();
    }
    Ok(values.record)
}

/// The values of one key, pulled one at a time; none is kept.
pub struct Values<'a> {
    lines: &'a mut dyn Lines,
    key_len: &'a dyn Fn(&[u8]) -> usize,
    key: Vec<u8>,
    /// Bytes of the current line that are its key.
    len: usize,
    state: State,
    record: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The current line opens a group that has not begun.
    Pending,
    /// The current line belongs to the running group and was not lent yet.
    Ready,
    /// The current line was lent.
    Lent,
    /// There is no further line.
    End,
}

impl<'a> Values<'a> {
    fn new(lines: &'a mut dyn Lines, key_len: &'a dyn Fn(&[u8]) -> usize) -> Self {
        Self { lines, key_len, key: Vec::new(), len: 0, state: State::Lent, record: 0 }
    }

    /// The next value of this key: what follows the key's TAB, empty when nothing does.
    ///
    /// # Errors
    /// When the input cannot be read.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.state == State::Lent {
            self.advance()?;
        }
        if self.state != State::Ready {
            return Ok(None);
        }
        self.state = State::Lent;
        Ok(Some(self.lines.line().get(self.len + 1..).unwrap_or_default()))
    }

    fn next_group(&mut self) -> Result<bool, Error> {
        while matches!(self.state, State::Ready | State::Lent) {
            self.advance()?;
        }
        if self.state == State::End {
            return Ok(false);
        }
        let line = self.lines.line();
        self.key.clear();
        self.key.extend_from_slice(&line[..self.len]);
        self.state = State::Ready;
        Ok(true)
    }

    fn advance(&mut self) -> Result<(), Error> {
        let record = self.record;
        if !self.lines.advance().map_err(|source| Error::Read { record, source })? {
            self.state = State::End;
            return Ok(());
        }
        self.record += 1;
        let line = self.lines.line();
        self.len = (self.key_len)(line);
        let same = line[..self.len] == self.key[..];
        self.state = if same && record > 0 { State::Ready } else { State::Pending };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct FirstValue;

    impl Reducer for FirstValue {
        fn reduce(
            &mut self,
            key: &[u8],
            values: &mut Values,
            out: &mut Output,
        ) -> Result<(), Error> {
            let first = values.next()?.unwrap_or_default().to_vec();
            out.row().text(key).text(&first).end()
        }
    }

    struct All;

    impl Reducer for All {
        fn reduce(
            &mut self,
            key: &[u8],
            values: &mut Values,
            out: &mut Output,
        ) -> Result<(), Error> {
            let mut count = 0;
            while values.next()?.is_some() {
                count += 1;
            }
            assert!(values.next()?.is_none());
            out.row().text(key).int(count).end()
        }
    }

    fn reduce(reducer: &mut dyn Reducer, key_fields: usize, input: &str) -> String {
        let mut rows = Vec::new();
        let mut sink = |line: &[u8]| {
            rows.extend_from_slice(line);
            rows.push(b'|');
            Ok(())
        };
        let mut out = Output::new(&mut sink);
        let key_len = |line: &[u8]| shuffle::key_len(line, key_fields);
        reduce_lines(&mut LineReader::new(input.as_bytes()), &key_len, reducer, &mut out).unwrap();
        drop(out);
        String::from_utf8(rows).unwrap().replace('\t', " ")
    }

    #[test]
    fn contiguous_equal_keys_are_one_group() {
        assert_eq!(reduce(&mut All, 1, "a\t1\na\t2\nb\t1\na\t3\n"), "a 2|b 1|a 1|");
        assert_eq!(reduce(&mut All, 2, "a\t1\tx\na\t1\ty\na\t2\tx\n"), "a 1 2|a 2 1|");
    }

    #[test]
    fn values_that_were_not_taken_are_passed_over() {
        assert_eq!(reduce(&mut FirstValue, 1, "a\t1\na\t2\na\t3\nb\t4\n"), "a 1|b 4|");
    }

    #[test]
    fn an_empty_input_calls_nothing_and_an_empty_key_is_a_key() {
        assert_eq!(reduce(&mut All, 1, ""), "");
        assert_eq!(reduce(&mut All, 1, "\t1\n\t2\na\t1\n"), " 2|a 1|");
        assert_eq!(reduce(&mut All, 1, "a\na\n"), "a 2|");
    }
}
