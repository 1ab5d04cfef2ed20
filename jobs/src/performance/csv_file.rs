//! CSV files for people: comma, CR LF, quotes only where they are needed (spec 20 §1.3).

/// A file as the driver has to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvFile {
    /// Where it belongs, below the folder that the run names.
    pub path: String,
    /// All of it, in UTF-8.
    pub bytes: Vec<u8>,
}

/// Adds a row.
pub fn write_row(bytes: &mut Vec<u8>, cells: &[impl AsRef<str>]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        // A row of one empty cell would look like no row.
        write_cell(bytes, cell.as_ref(), cells.len() == 1);
    }
    bytes.extend_from_slice(b"\r\n");
}

fn write_cell(bytes: &mut Vec<u8>, cell: &str, alone: bool) {
    if cell.contains([',', '"', '\r', '\n']) || (alone && cell.is_empty()) {
        bytes.push(b'"');
        bytes.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
        bytes.push(b'"');
    } else {
        bytes.extend_from_slice(cell.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut bytes = Vec::new();
        write_row(&mut bytes, &["a", " b;'", "", "c,", "d\"e", "f\ng", "h\ri"]);
        write_row(&mut bytes, &[""]);
        let rows = "a, b;',,\"c,\",\"d\"\"e\",\"f\ng\",\"h\ri\"\r\n\"\"\r\n";
        assert_eq!(String::from_utf8_lossy(&bytes), rows);
    }
}
