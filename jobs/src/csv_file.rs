//! CSV files for people: comma, CR LF, quotes only where they are needed (spec 20 §1.3, 30 §B.4).

use sha1::{Digest, Sha1};
use std::fmt::Write;

/// Adds a row.
pub fn write_row<C: AsRef<[u8]>>(bytes: &mut Vec<u8>, cells: impl IntoIterator<Item = C>) {
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(bytes);
    // Writing to memory cannot fail.
    let _ = rows.write_record(cells);
}

/// The folder of a course's files: the SHA-1 of its id, in hexadecimal.
#[must_use]
pub fn course_folder(course_id: &[u8]) -> String {
    let mut hex = String::new();
    for byte in Sha1::digest(course_id) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut bytes = Vec::new();
        write_row(&mut bytes, ["a", " b;'", "", "c,", "d\"e", "f\ng", "h\ri"]);
        write_row(&mut bytes, [""]);
        let rows = "a, b;',,\"c,\",\"d\"\"e\",\"f\ng\",\"h\ri\"\r\n\"\"\r\n";
        assert_eq!(String::from_utf8_lossy(&bytes), rows);
    }

    #[test]
    fn only_a_field_that_needs_quotes_has_them() {
        for (field, written) in [
            ("a b", "a b"),
            ("a,b", "\"a,b\""),
            ("\"", "\"\"\"\""),
            ("a\r", "\"a\r\""),
            ("'é;", "'é;"),
            ("", ""),
        ] {
            let mut bytes = Vec::new();
            write_row(&mut bytes, ["x", field]);
            assert_eq!(bytes, format!("x,{written}\r\n").as_bytes(), "{field}");
        }
    }
}
