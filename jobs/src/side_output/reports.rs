//! The files that jobs make of their rows while these are written.

use super::files::stays_below;
use super::{File, Folder, Packed, Packing};
use crate::params::ParamError;
use crate::pass::{FILES_FOLDER, Pass};
use crate::report::Report;
use crate::streaming::Error;
use crate::streaming::shuffle::key_len;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

/// The reports of the jobs of a pass that end with it.
pub(super) struct Reports(HashMap<&'static [u8], (Box<dyn Report>, Open)>);

impl Reports {
    pub(super) fn new(dir: &Arc<Folder>, pass: &Pass) -> Result<Self, ParamError> {
        let mut reports = HashMap::new();
        for job in pass.jobs.iter().filter(|job| pass.ends(job)) {
            if let Some(make) = job.report {
                let open = Open { dir: Arc::clone(dir), job: job.name, file: None };
                reports.insert(job.name.as_bytes(), (make(&pass.params)?, open));
            }
        }
        Ok(Self(reports))
    }

    /// Hands the row of a line to the report of the job that the line begins with, if it has one.
    pub(super) fn add(&mut self, line: &[u8], row: &[u8]) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let job = &line[..key_len(line, 1)];
        let Some((report, open)) = self.0.get_mut(job) else { return Ok(()) };
        report.row(row, &mut |path, bytes| open.write(path, bytes)).map_err(io::Error::other)
    }

    pub(super) fn close(self) -> io::Result<()> {
        self.0.into_values().try_for_each(|(mut report, mut open)| {
            let ended = report.finish(&mut |path, bytes| open.write(path, bytes));
            ended.map_err(io::Error::other)?;
            open.close()
        })
    }
}

/// The one file of a job that is being written.
struct Open {
    dir: Arc<Folder>,
    job: &'static str,
    file: Option<(String, Packed<File>)>,
}

impl Open {
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        if self.file.as_ref().is_none_or(|(open, _)| open != path) {
            self.close().map_err(Error::Write)?;
        }
        let file = match self.file.take() {
            Some((_, file)) => file,
            None => self.begin(path)?,
        };
        let (_, file) = self.file.insert((path.to_owned(), file));
        file.write_all(bytes).map_err(Error::Write)
    }

    fn begin(&self, path: &str) -> Result<Packed<File>, Error> {
        if !stays_below(path) {
            return Err(Error::contract("the path of a file", "no path", path.as_bytes()));
        }
        let packing = if path.ends_with(".gz") { Packing::Gzip } else { Packing::Plain };
        let file = self.dir.append(&format!("{FILES_FOLDER}/{}/{path}", self.job));
        Ok(packing.over(file.map_err(Error::Write)?))
    }

    fn close(&mut self) -> io::Result<()> {
        self.file.take().map_or(Ok(()), |(_, file)| file.close())
    }
}
