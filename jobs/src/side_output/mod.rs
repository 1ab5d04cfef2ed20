//! Files written from inside a task: one pass fills many tables and days (spec 00 §3).
//!
//! Lines `job, [table,] [day,] row…` become rows of `DIR/TABLE/KEY=VALUE/part-NNNNN`, where `DIR` is
//! the attempt's own folder, which the framework's committer (or the driver) promotes whole. Lines
//! for a further step go to `DIR/step-output/JOB/part-NNNNN`. Files for people, which a job makes of its
//! rows or in place of them, stand below `DIR/files/JOB/`.

mod files;
mod folder;
mod packing;
mod reports;

pub use files::{FileReducer, Gzip};
pub use folder::{File, Folder};
pub use packing::{Packed, Packing};

use crate::job::{At, Fill, Job, Work};
use crate::params::ParamError;
use crate::pass::{FILES_FOLDER, Pass, REJECTED, SCANNED, STEP_FOLDER};
use crate::streaming::output::write_part_line;
use crate::streaming::shuffle::key_len;
use reports::Reports;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Files kept open at once; a pass over many days closes and opens again.
const MOST_OPEN: usize = 64;

/// Tells where the lines of a pass belong.
pub struct Rows(HashMap<&'static str, Place>);

/// How to read the front of a job's lines.
struct Place {
    /// Folders of the job's tables: name, and partition folder (up to `=` for a table by days).
    tables: Vec<(&'static str, String)>,
    by_days: bool,
}

impl Place {
    fn new(job: &Job, pass: &Pass) -> Result<Self, ParamError> {
        if !pass.ends(job) {
            return Ok(Self { tables: vec![(STEP_FOLDER, job.name.to_owned())], by_days: false });
        }
        if job.fills.is_empty() {
            return Ok(Self { tables: vec![(FILES_FOLDER, job.name.to_owned())], by_days: false });
        }
        let folder = |fill: &Fill| {
            let value = fill.at.value(&pass.params)?.unwrap_or_default();
            Ok((fill.table.name, format!("{}={value}", fill.table.partition)))
        };
        let tables = job.fills.iter().map(folder).collect::<Result<_, ParamError>>()?;
        Ok(Self { tables, by_days: job.fills.iter().any(|fill| fill.at == At::Days) })
    }
}

impl Rows {
    /// The places of a pass.
    ///
    /// # Errors
    /// When a parameter that names a partition is missing or unreadable.
    pub fn new(pass: &Pass) -> Result<Self, ParamError> {
        let mut places = HashMap::new();
        // Copied log lines are written by a reducer of their own: they must not stand about unpacked.
        for job in pass.jobs.iter().filter(|job| !matches!(job.work, Work::Copy(_))) {
            places.insert(job.name, Place::new(job, pass)?);
        }
        for name in [SCANNED, REJECTED] {
            places.insert(name, Place { tables: vec![(name, String::new())], by_days: false });
        }
        Ok(Self(places))
    }

    /// Sets `folder` to that of a line's row, `TABLE/KEY=VALUE`; gives where the row begins.
    ///
    /// # Errors
    /// When the line begins with no job of the pass, or none of its tables.
    pub fn find(&self, line: &[u8], folder: &mut Vec<u8>) -> io::Result<usize> {
        let broken =
            || io::Error::new(io::ErrorKind::InvalidData, "a row without its job or table");
        let mut at = 0;
        let name = str::from_utf8(field(line, &mut at)).map_err(|_| broken())?;
        let place = self.0.get(name).ok_or_else(broken)?;
        let mut table = place.tables.first();
        if place.tables.len() > 1 {
            let wanted = field(line, &mut at);
            table = place.tables.iter().find(|(name, _)| name.as_bytes() == wanted);
        }
        let (table, partition) = table.ok_or_else(broken)?;
        folder.clear();
        folder.extend_from_slice(table.as_bytes());
        folder.push(b'/');
        folder.extend_from_slice(partition.as_bytes());
        if place.by_days {
            folder.extend_from_slice(field(line, &mut at));
        }
        if at > line.len() { Err(broken()) } else { Ok(at) }
    }
}

/// The files of one reducer.
pub struct SideOutput {
    dir: Arc<Folder>,
    part: String,
    packing: Packing,
    rows: Rows,
    open: HashMap<Vec<u8>, Packed<File>>,
    /// Where the last line went, whose folder was told by so much of it: mostly the next one follows.
    folder: Vec<u8>,
    front: Vec<u8>,
    /// None where a job makes files for people only.
    file: Option<Packed<File>>,
    reports: Reports,
}

impl SideOutput {
    /// Will write the files of reducer `part` below `dir`, those of tables packed.
    ///
    /// # Errors
    /// When a parameter is missing or unreadable.
    pub fn new(
        dir: Arc<Folder>,
        part: usize,
        pass: &Pass,
        packing: Packing,
    ) -> Result<Self, ParamError> {
        Ok(Self {
            reports: Reports::new(&dir, pass)?,
            dir,
            part: format!("part-{part:05}"),
            packing,
            rows: Rows::new(pass)?,
            open: HashMap::new(),
            folder: Vec::new(),
            front: Vec::new(),
            file: None,
        })
    }

    /// Writes one line of the reducer.
    ///
    /// # Errors
    /// When a file cannot be written, or the line begins with no job of the pass.
    pub fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.front.is_empty() || !line.starts_with(&self.front) {
            self.turn_to_file_of(line)?;
        }
        let row = &line[self.front.len()..];
        self.reports.add(line, row)?;
        self.file.as_mut().map_or(Ok(()), |file| write_part_line(file, row))
    }

    fn turn_to_file_of(&mut self, line: &[u8]) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            self.open.insert(self.folder.clone(), file);
        }
        let row = self.rows.find(line, &mut self.folder)?;
        self.front.clear();
        self.front.extend_from_slice(&line[..row]);
        if self.folder.starts_with(FILES_FOLDER.as_bytes()) {
            return Ok(());
        }
        self.file = match self.open.remove(&self.folder) {
            Some(file) => Some(file),
            None => Some(self.open_file()?),
        };
        Ok(())
    }

    fn open_file(&mut self) -> io::Result<Packed<File>> {
        if self.open.len() >= MOST_OPEN {
            self.open.drain().try_for_each(|(_, file)| file.close())?;
        }
        let folder = String::from_utf8_lossy(&self.folder);
        let folder = folder.trim_end_matches('/');
        let top = folder.split('/').next().unwrap_or("");
        let of_table = ![SCANNED, REJECTED, STEP_FOLDER].contains(&top);
        let packing = if of_table { self.packing } else { Packing::Plain };
        let path = format!("{folder}/{}{}", self.part, packing.ending());
        Ok(packing.over(self.dir.append(&path)?))
    }

    /// Writes out all that is buffered, and ends the files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn close(self) -> io::Result<()> {
        self.reports.close()?;
        self.open.into_values().chain(self.file).try_for_each(Packed::close)
    }
}

/// The field at `at`; moves `at` behind its TAB.
fn field<'a>(line: &'a [u8], at: &mut usize) -> &'a [u8] {
    let rest = line.get(*at..).unwrap_or_default();
    let found = &rest[..key_len(rest, 1)];
    *at += found.len() + 1;
    found
}
