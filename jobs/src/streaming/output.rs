//! Rows out: fields joined by TAB into one buffer, handed on line by line.

use super::Error;
use super::counters::{Counters, Reporter};
use super::fold::{Foldable, Folded};
use super::shuffle::key_len;
use crate::retired::{Outcome, Person, Retired};
use std::io::{self, Write};
use std::rc::Rc;

/// Where the lines of a task go.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> io::Result<()>;

/// How many lines that it rejects a task remembers.
pub const REMEMBERED: usize = 10;

/// A line that was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Where it begins in its file, where that is known.
    pub offset: Option<u64>,
    /// The name under which it is counted.
    pub reason: &'static str,
}

/// What a job writes to: rows, and counters.
pub struct Output<'a> {
    sink: Sink<'a>,
    line: Vec<u8>,
    tag: &'static str,
    /// What this task counts.
    pub counters: Counters,
    /// Lines handed to the sink so far.
    pub written: u64,
    /// The first lines that were rejected.
    pub rejections: Vec<Rejection>,
    /// Where in its file the task's input begins; none where nobody knows.
    pub begins: Option<u64>,
    reporter: Option<Reporter>,
    folded: Option<&'a mut Folded>,
    foldable: Option<Foldable>,
    people: Option<People>,
}

/// How rows that tell of learners are held against the list of those who have left.
#[derive(Clone, Debug)]
pub struct People {
    /// The list.
    pub retired: Rc<Retired>,
    /// The fields that tell of a learner, counted with the tag.
    pub fields: Rc<[(usize, Person)]>,
    /// Whether the rows are there to show single learners.
    pub is_listing: bool,
}

impl<'a> Output<'a> {
    /// Hands each line, without a line end, to `sink`.
    pub fn new(sink: Sink<'a>) -> Self {
        Self {
            sink,
            line: Vec::new(),
            tag: "",
            counters: Counters::default(),
            written: 0,
            rejections: Vec::new(),
            begins: Some(0),
            reporter: None,
            folded: None,
            foldable: None,
            people: None,
        }
    }

    /// Brings rows of one key together where [`Output::set_foldable`] says how. What is left in
    /// `folded` is for its owner to hand on.
    #[must_use]
    pub fn folding(mut self, folded: &'a mut Folded) -> Self {
        self.folded = Some(folded);
        self
    }

    /// Also reports counters from time to time in Hadoop's form.
    #[must_use]
    pub fn reporting(mut self, reporter: Reporter) -> Self {
        self.reporter = Some(reporter);
        self
    }

    /// Begins each following row with this field; empty text takes it away again. The rows are not
    /// foldable until it is said.
    pub fn set_tag(&mut self, tag: &'static str) {
        (self.tag, self.foldable, self.people) = (tag, None, None);
    }

    /// Says which fields of the following rows tell of learners; none where nobody has left.
    pub fn set_people(&mut self, people: Option<People>) {
        self.people = people;
    }

    /// Says how the following rows, written field by field, may be brought together.
    pub fn set_foldable(&mut self, foldable: Option<Foldable>) {
        self.foldable = foldable;
    }

    /// Begins a row; nothing is written before [`Row::end`].
    pub fn row(&mut self) -> Row<'_, 'a> {
        self.line.clear();
        if !self.tag.is_empty() {
            self.line.extend_from_slice(self.tag.as_bytes());
            self.line.push(b'\t');
        }
        Row { fields: 0, key_end: usize::MAX, key: self.foldable.map(|f| f.key), out: self }
    }

    /// Writes a line whose fields are joined already.
    ///
    /// # Errors
    /// When the sink refuses it.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Error> {
        self.row().fields(line).end()
    }

    /// Adds to a counter.
    pub fn count(&mut self, group: &str, name: &str, amount: i64) {
        self.counters.add(group, name, amount);
    }

    /// Counts the current line as rejected, and remembers it if it is among the first.
    pub fn reject(&mut self, group: &str, reason: &'static str) {
        self.count(group, reason, 1);
        if self.rejections.len() < REMEMBERED {
            self.rejections.push(Rejection { offset: None, reason });
        }
    }

    /// Says where in the task's input the line stands that was rejected last.
    pub(super) fn place_rejection(&mut self, offset: Option<u64>) {
        if let Some(last) = self.rejections.last_mut() {
            last.offset = self.begins.zip(offset).map(|(begins, offset)| begins + offset);
        }
    }

    /// Reports all that is not reported yet.
    pub fn report(&mut self) {
        if let Some(reporter) = &mut self.reporter {
            reporter.flush(&self.counters);
        }
    }

    /// Gives the reporter its chance; called after each record and each group.
    pub fn tick(&mut self) {
        if let Some(reporter) = &mut self.reporter {
            reporter.tick(&mut self.counters);
        }
    }
}

/// A row being written.
pub struct Row<'o, 'a> {
    out: &'o mut Output<'a>,
    fields: usize,
    /// How many fields are its key, where that matters, and where they end.
    key: Option<usize>,
    key_end: usize,
}

impl Row<'_, '_> {
    fn separate(&mut self) {
        if self.key == Some(self.fields) {
            self.key_end = self.out.line.len();
        }
        if self.fields > 0 {
            self.out.line.push(b'\t');
        }
        self.fields += 1;
    }

    /// A text field. TAB, LF and CR become one blank each, and the row is counted as cleaned
    /// (spec 01 §1): part files have no escapes.
    pub fn text(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.separate();
        let start = self.out.line.len();
        self.out.line.extend_from_slice(text.as_ref());
        let field = &mut self.out.line[start..];
        if memchr::memchr3(b'\t', b'\n', b'\r', field).is_some() {
            field.iter_mut().filter(|b| matches!(b, b'\t' | b'\n' | b'\r')).for_each(|b| *b = b' ');
            self.out.counters.add("Records", "Cleaned", 1);
        }
        self
    }

    /// A text field that is known to hold no TAB and no line end.
    pub fn clean(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.fields(text.as_ref())
    }

    /// Fields that are joined already, as they stand in another row.
    pub fn fields(&mut self, joined: &[u8]) -> &mut Self {
        self.separate();
        self.out.line.extend_from_slice(joined);
        self
    }

    /// A text field, or NULL.
    pub fn opt(&mut self, text: Option<impl AsRef<[u8]>>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.fields(NULL),
        }
    }

    /// A text field of an owned or borrowed string, or NULL.
    pub fn opt_str(&mut self, text: Option<impl AsRef<str>>) -> &mut Self {
        self.opt(text.as_ref().map(AsRef::as_ref))
    }

    /// A whole number.
    pub fn int(&mut self, number: i64) -> &mut Self {
        self.separate();
        push_int(number, &mut self.out.line);
        self
    }

    /// A value by its printed form, which holds no TAB or line end.
    pub fn show(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.separate();
        // Writing to a Vec cannot fail.
        let _ = write!(self.out.line, "{value}");
        self
    }

    /// Ends the last field with more text, and the row.
    ///
    /// # Errors
    /// As [`Row::end`].
    pub fn end_with(&mut self, text: &str) -> Result<(), Error> {
        self.out.line.extend_from_slice(text.as_bytes());
        self.end()
    }

    /// Hands the row to the sink; what tells of a learner who has left is left out or put under a
    /// pseudonym before.
    ///
    /// # Errors
    /// When the sink refuses it.
    pub fn end(&mut self) -> Result<(), Error> {
        let out = &mut *self.out;
        out.written += 1;
        if let Some(People { retired, fields, is_listing }) = &out.people {
            match retired.apply(fields, *is_listing, b'\t', &mut out.line) {
                Outcome::Same => {}
                Outcome::Changed => {
                    let tag = usize::from(!out.tag.is_empty());
                    self.key_end = self.key.map_or(usize::MAX, |key| key_len(&out.line, key + tag));
                }
                Outcome::Gone => {
                    out.counters.add("Retired", "Rows Left Out", 1);
                    return Ok(());
                }
            }
        }
        match (&mut out.folded, out.foldable) {
            (Some(folded), Some(how)) => folded.add(&out.line, self.key_end, how.fold, out.sink),
            _ => (out.sink)(&out.line),
        }
        .map_err(Error::Write)
    }
}

/// Appends a whole number in decimal digits: rows end in counts, so this is written often.
pub fn push_int(number: i64, out: &mut Vec<u8>) {
    let (mut digits, mut at, mut rest) = ([b'0'; 20], 20, number.unsigned_abs());
    while rest > 0 || at == 20 {
        at -= 1;
        digits[at] += (rest % 10) as u8;
        rest /= 10;
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// The text of NULL in every row (spec 01 §1).
pub const NULL: &[u8] = br"\N";

/// The value of a field: none for NULL.
#[must_use]
pub fn nullable(field: &[u8]) -> Option<&[u8]> {
    (field != NULL).then_some(field)
}

/// Splits a row into exactly `N` fields. One TAB too many at the end is tolerated, because Hadoop
/// may add it behind a line (spec 40 A.1, B.6).
///
/// # Errors
/// When there are fewer or more fields.
pub fn split<'a, const N: usize>(
    what: &'static str,
    line: &'a [u8],
) -> Result<[&'a [u8]; N], Error> {
    let mut fields = [&line[..0]; N];
    let mut found = 0;
    for field in line.split(|b| *b == b'\t') {
        if found < N {
            fields[found] = field;
        } else if found > N || !field.is_empty() {
            return Err(Error::contract(what, format!("more than {N} fields"), line));
        }
        found += 1;
    }
    if found < N {
        return Err(Error::contract(what, format!("{found} fields in place of {N}"), line));
    }
    Ok(fields)
}

/// Writes lines to a stream as Hadoop's text output does: a line that holds no TAB is a key with
/// an empty value, and gets one (spec 40 A.1).
///
/// # Errors
/// When the stream cannot be written.
pub fn write_part_line(stream: &mut impl Write, line: &[u8]) -> io::Result<()> {
    stream.write_all(line)?;
    if memchr::memchr(b'\t', line).is_none() {
        stream.write_all(b"\t")?;
    }
    stream.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn written(act: impl FnOnce(&mut Output)) -> (Vec<u8>, i64) {
        let mut bytes = Vec::new();
        let mut sink = |line: &[u8]| write_part_line(&mut bytes, line);
        let mut out = Output::new(&mut sink);
        act(&mut out);
        let cleaned = out.counters.get("Records", "Cleaned");
        drop(out);
        (bytes, cleaned)
    }

    #[test]
    fn bytes_pass_through_and_separators_become_blanks() {
        let (bytes, cleaned) = written(|out| {
            out.row().text(b"a\\\xff\0").text("x\ty\r\nz").opt(None::<&str>).int(-7).end().unwrap();
        });
        assert_eq!(bytes, b"a\\\xff\0\tx y  z\t\\N\t-7\n");
        assert_eq!(cleaned, 1);
    }

    #[test]
    fn whole_numbers_are_written_as_rust_prints_them() {
        for number in [0, 1, 9, 10, -1, -10, 123_456_789, i64::MAX, i64::MIN] {
            let (bytes, _) = written(|out| out.row().int(number).end().unwrap());
            assert_eq!(bytes, format!("{number}\t\n").as_bytes());
        }
    }

    #[test]
    fn a_tag_leads_rows_and_lines() {
        let (bytes, _) = written(|out| {
            out.set_tag("job");
            out.row().text("a").end().unwrap();
            out.line(b"b\tc").unwrap();
            out.set_tag("");
            out.line(b"alone").unwrap();
        });
        assert_eq!(bytes, b"job\ta\njob\tb\tc\nalone\t\n");
    }

    #[test]
    fn split_wants_the_width_and_forgives_one_tab() {
        assert_eq!(split::<2>("row", b"a\tb").unwrap(), [&b"a"[..], b"b"]);
        assert_eq!(split::<2>("row", b"a\t").unwrap(), [&b"a"[..], b""]);
        assert_eq!(split::<2>("row", b"a\tb\t").unwrap(), [&b"a"[..], b"b"]);
        assert!(split::<2>("row", b"a").is_err());
        assert!(split::<2>("row", b"a\tb\tc").is_err());
        assert!(split::<2>("row", b"a\tb\t\t").is_err());
    }
}
