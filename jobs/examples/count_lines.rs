//! Unpacks gzip files and counts their lines: the least that a program spends which reads logs at all.
//! `make bench` holds the scan against it.

use flate2::bufread::MultiGzDecoder;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

fn main() -> io::Result<()> {
    let mut lines = 0u64;
    for path in std::env::args_os().skip(1) {
        lines += count(&path)?;
    }
    println!("{lines}");
    Ok(())
}

fn count(path: &OsString) -> io::Result<u64> {
    let mut text = BufReader::new(MultiGzDecoder::new(BufReader::new(File::open(path)?)));
    let (mut lines, mut line) = (0, Vec::new());
    while text.read_until(b'\n', &mut line)? > 0 {
        lines += 1;
        line.clear();
    }
    Ok(lines)
}
