//! Lines of a MySQL dump, as Sqoop's direct mode writes them (spec 20 §7, 30 §C.3): fields joined by
//! commas, text in single quotes, NULL as a bare word.

use memchr::memchr2;

/// Bytes of the longest field that is read.
const LONGEST: usize = 4 * 1024 * 1024;

/// Why a line is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DumpError {
    /// A quote that is not closed, or a backslash at the end.
    #[error("the line ends within a text")]
    Unterminated,
    /// Another number of fields than the table has columns.
    #[error("{0} fields in place of {1}")]
    Width(usize, usize),
    /// A field of more than 4 MiB.
    #[error("a field is too long")]
    LongField,
}

impl DumpError {
    /// The name under which such a line is counted, in the group `Dump`.
    #[must_use]
    pub const fn counter(self) -> &'static str {
        match self {
            Self::Unterminated => "Discard Unterminated Row",
            Self::Width(..) => "Discard Row Of Other Width",
            Self::LongField => "Discard Row With Long Field",
        }
    }
}

/// Reads lines one after the other into the same memory.
#[derive(Default)]
pub struct DumpReader {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl DumpReader {
    /// The fields of a line. Quotes open only at the start of a field; a backslash takes the next
    /// character as it is, so that `\n` is the letter n; `NULL` stays that text, quoted or not.
    ///
    /// # Errors
    /// When the line is no row of so many columns.
    pub fn read<const N: usize>(&mut self, line: &[u8]) -> Result<[&[u8]; N], DumpError> {
        self.text.clear();
        self.ends.clear();
        let mut rest = Some(line);
        while let Some(from) = rest {
            let start = self.text.len();
            rest = self.field(from)?;
            if self.text.len() - start > LONGEST {
                return Err(DumpError::LongField);
            }
            self.ends.push(self.text.len());
        }
        if self.ends.len() != N {
            return Err(DumpError::Width(self.ends.len(), N));
        }
        let (mut fields, mut start) = ([&self.text[..0]; N], 0);
        for (field, end) in fields.iter_mut().zip(&self.ends) {
            *field = &self.text[start..*end];
            start = *end;
        }
        Ok(fields)
    }

    /// Takes one field; gives what follows its comma.
    fn field<'l>(&mut self, from: &'l [u8]) -> Result<Option<&'l [u8]>, DumpError> {
        let rest = match from.strip_prefix(b"'") {
            Some(quoted) => self.up_to(b'\'', quoted)?.ok_or(DumpError::Unterminated)?,
            None => from,
        };
        self.up_to(b',', rest)
    }

    /// Takes what stands before a mark that is not escaped; gives what follows it, if it is there.
    fn up_to<'l>(&mut self, mark: u8, mut rest: &'l [u8]) -> Result<Option<&'l [u8]>, DumpError> {
        while let Some(at) = memchr2(b'\\', mark, rest) {
            self.text.extend_from_slice(&rest[..at]);
            if rest[at] == mark {
                return Ok(Some(&rest[at + 1..]));
            }
            self.text.push(*rest.get(at + 1).ok_or(DumpError::Unterminated)?);
            rest = &rest[at + 2..];
        }
        self.text.extend_from_slice(rest);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<[String; 3], DumpError> {
        let mut reader = DumpReader::default();
        // What an earlier line left behind must not show.
        let _ = reader.read::<3>(b"'earlier','line");
        let fields = reader.read::<3>(line.as_bytes())?;
        Ok(fields.map(|field| String::from_utf8_lossy(field).into_owned()))
    }

    #[test]
    fn fields_are_read_by_the_rules_of_the_dump() {
        for (line, fields) in [
            ("1,'a',NULL", ["1", "a", "NULL"]),
            ("1,'NULL',", ["1", "NULL", ""]),
            ("'a,b','','it\\'s'", ["a,b", "", "it's"]),
            ("'a\\nb','\\\\','\\\"'", ["anb", "\\", "\""]),
            ("a\\,b,\\N,\\'x", ["a,b", "N", "'x"]),
            ("'a'b,'a''b',x'y'", ["ab", "a'b'", "x'y'"]),
            (" 'a', b ,é", [" 'a'", " b ", "é"]),
        ] {
            assert_eq!(read(line), Ok(fields.map(str::to_owned)), "{line}");
        }
    }

    #[test]
    fn what_is_no_row_says_why() {
        for (line, error) in [
            ("", DumpError::Width(1, 3)),
            ("1,2,3,4", DumpError::Width(4, 3)),
            ("1,2,'3", DumpError::Unterminated),
            ("1,2,'3\\'", DumpError::Unterminated),
            ("1,2,3\\", DumpError::Unterminated),
        ] {
            assert_eq!(read(line), Err(error), "{line}");
        }
    }

    #[test]
    fn a_field_may_have_four_mebibytes() {
        let line = |length| format!("1,'{}',3", "x".repeat(length));
        assert!(read(&line(LONGEST)).is_ok());
        assert_eq!(read(&line(LONGEST + 1)), Err(DumpError::LongField));
    }
}
