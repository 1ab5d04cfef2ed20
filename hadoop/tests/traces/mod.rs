//! Traces of learners: where their names, addresses and numbers stand in files, however these are packed.
#![allow(dead_code, clippy::unwrap_used)]

use apache_avro::Reader;
use flate2::read::MultiGzDecoder;
use jobs::lms;
use jobs::registry;
use jobs::retired::{Person, columns_of};
use jobs::table::Table;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A learner of the university.
#[derive(Clone, Debug)]
pub struct Learner {
    pub id: i64,
    pub name: String,
    pub email: String,
}

/// Notes names, addresses and numbers of learners in the bytes of a place.
pub fn look_for(learners: &[Learner], name: &str, bytes: &[u8], found: &mut Vec<String>) {
    for Learner { name: username, email, .. } in learners {
        for word in [username, email] {
            if holds_word(bytes, word) {
                found.push(format!("{name}: {word}"));
            }
        }
    }
    for learner in learners {
        let id = learner.id;
        let in_json = format!("\"user_id\":{id}");
        let in_avro = ["Int", "Long"].map(|kind| format!("\"user_id\", Union(1, {kind}({id})"));
        for id in in_avro.iter().chain([&in_json]).filter(|id| holds_word(bytes, id)) {
            found.push(format!("{name}: {id}"));
        }
    }
}

/// Notes numbers of learners in the columns of a part file that hold such.
pub fn look_for_ids(learners: &[Learner], name: &str, bytes: &[u8], found: &mut Vec<String>) {
    let Some((table, is_rows)) = table_of(name) else { return };
    let columns = if is_rows { table.rows() } else { *table.staged() };
    let fields = columns_of(&columns);
    let at: Vec<_> =
        fields.iter().filter(|(_, p)| *p == Person::UserId).map(|(at, _)| *at).collect();
    let separator = if name.contains("courseware_studentmodule") { b',' } else { b'\t' };
    for line in bytes.split(|byte| *byte == b'\n') {
        for field in at.iter().filter_map(|at| line.split(|b| *b == separator).nth(*at)) {
            let is_of = |learner: &Learner| field == learner.id.to_string().as_bytes();
            if learners.iter().any(is_of) {
                found.push(format!("{name}: {}", String::from_utf8_lossy(line)));
            }
        }
    }
}

/// A table that a job fills, or of the LMS.
pub enum Known {
    OfJob(&'static Table),
    OfLms(&'static lms::LmsTable),
}

impl Known {
    pub fn staged(&self) -> &Table {
        match self {
            Self::OfJob(table) => table,
            Self::OfLms(table) => &table.staged,
        }
    }

    pub fn rows(&self) -> Table {
        match self {
            Self::OfJob(table) => **table,
            Self::OfLms(table) => table.rows,
        }
    }
}

/// The table of a part file of text, and whether it holds rows of an import.
pub fn table_of(name: &str) -> Option<(Known, bool)> {
    let (is_rows, name) = match name.strip_prefix("_rows/") {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    if name.ends_with(".avro") || !name.contains("/part-") {
        return None;
    }
    let table = name.split('/').next()?;
    match lms::find(table) {
        Some(found) => Some((Known::OfLms(found), is_rows)),
        None => Some((Known::OfJob(registry::table(table)?), is_rows)),
    }
}

/// Every file below a folder.
pub fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.append(&mut all_files(&path)) } else { found.push(path) }
    }
    found
}

/// What a file holds, unpacked; none of one that nobody here can open.
pub fn plain(file: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(file).unwrap();
    let name = file.display().to_string();
    if name.ends_with(".gpg") {
        return None;
    }
    if name.ends_with(".gz") {
        let mut plain = Vec::new();
        MultiGzDecoder::new(&*bytes).read_to_end(&mut plain).unwrap();
        return Some(plain);
    }
    if name.ends_with(".avro") {
        let records =
            Reader::new(&*bytes).unwrap().map(|record| format!("{:?}\n", record.unwrap()));
        return Some(records.collect::<String>().into_bytes());
    }
    Some(bytes)
}

pub fn holds_word(bytes: &[u8], word: &str) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    memchr::memmem::find_iter(bytes, word).any(|at| {
        !is_part(at.checked_sub(1).and_then(|at| bytes.get(at)))
            && !is_part(bytes.get(at + word.len()))
    })
}
