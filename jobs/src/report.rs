//! Files for people that a job writes beside its rows, or in place of them: reports and exports.
//!
//! They are made where the rows are made, in the reducers of the job's last step, from the rows in
//! their order. So whoever writes them needs no look at the whole table, and a job that wants them has
//! to bring the rows of one file together.

use crate::params::{ParamError, Params};
use crate::streaming::Error;
use crate::streaming::shuffle::key_len;

/// Takes bytes of a file; the file is named by its path below the job's `output_root`.
pub type Write<'w> = dyn FnMut(&str, &[u8]) -> Result<(), Error> + 'w;

/// What a job makes its files with, one a reducer.
pub type MakeReport = fn(&Params) -> Result<Box<dyn Report>, ParamError>;

/// Makes files from rows.
pub trait Report {
    /// Takes the next row, and hands on what it adds to a file. The parts of one file are handed on
    /// one after the other.
    ///
    /// # Errors
    /// When it is no row of the job, or the file cannot be written.
    fn row(&mut self, row: &[u8], write: &mut Write) -> Result<(), Error>;

    /// Called once after the last row.
    ///
    /// # Errors
    /// When a file cannot be written.
    fn finish(&mut self, _write: &mut Write) -> Result<(), Error> {
        Ok(())
    }
}

/// The files of rows `path, line`: each line goes to its file as it is, with LF at its end.
pub struct Lines;

/// Makes [`Lines`].
///
/// # Errors
/// None.
pub fn lines(_: &Params) -> Result<Box<dyn Report>, ParamError> {
    Ok(Box::new(Lines))
}

impl Report for Lines {
    fn row(&mut self, row: &[u8], write: &mut Write) -> Result<(), Error> {
        let path = &row[..key_len(row, 1)];
        let line = row.get(path.len() + 1..);
        let line = line.ok_or_else(|| Error::contract("a line of a file", "no path", row))?;
        let path = str::from_utf8(path)
            .map_err(|e| Error::contract("the path of a file", e.to_string(), row))?;
        write(path, line)?;
        write(path, b"\n")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_keeps_its_tabs_and_goes_to_its_file() {
        let mut written = Vec::new();
        let mut write = |path: &str, bytes: &[u8]| {
            written.push((path.to_owned(), String::from_utf8(bytes.to_vec()).unwrap()));
            Ok(())
        };
        Lines.row(b"a/b.log\tx\ty", &mut write).unwrap();
        Lines.row(b"c\t", &mut write).unwrap();
        assert!(Lines.row(b"c", &mut write).is_err() && Lines.row(b"\xff\tx", &mut write).is_err());
        let pair = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let wanted =
            [pair("a/b.log", "x\ty"), pair("a/b.log", "\n"), pair("c", ""), pair("c", "\n")];
        assert_eq!(written, wanted);
    }
}
