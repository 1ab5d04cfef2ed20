//! Lines of logs that are no events: a sample of them, each by its place, beside what a pass makes.

use super::Part;
use crate::side_output::Folder;
use crate::streaming::{Error, Output, Reducer, Values};
use std::io::Write;
use std::sync::Arc;

/// Names the lines that tell which lines of logs were rejected: `address, offset, reason`, the offset NULL
/// where nobody knows it. Folder of the same name, below a pass's output.
pub const REJECTED: &str = "_rejected";

/// Writes the sample of one log that a map task has gathered; of a log without a name there is no place to tell.
pub(crate) fn write_rejected(address: &str, out: &mut Output) -> Result<(), Error> {
    let rejections = std::mem::take(&mut out.rejections);
    if address.is_empty() {
        return Ok(());
    }
    out.set_tag(REJECTED);
    for rejection in rejections {
        let mut row = out.row();
        row.text(address);
        match rejection.offset {
            Some(offset) => row.show(offset),
            None => row.opt(None::<&str>),
        };
        row.text(rejection.reason).end()?;
    }
    Ok(())
}

/// Keeps the samples that a pass over whole lines has no other place for.
pub(super) struct RejectedFile {
    folder: Arc<Folder>,
    part: usize,
}

impl RejectedFile {
    /// Will write `folder/_rejected/part-NNNNN`, of one key: the name of these lines.
    pub(super) fn part(folder: &Arc<Folder>, part: usize) -> Part {
        let file = Self { folder: Arc::clone(folder), part };
        Part { name: REJECTED, key: 0, reducer: Some(Box::new(file)) }
    }
}

impl Reducer for RejectedFile {
    fn reduce(&mut self, _: &[u8], values: &mut Values, _: &mut Output) -> Result<(), Error> {
        let path = format!("{REJECTED}/part-{:05}", self.part);
        let mut file = self.folder.append(&path).map_err(Error::Write)?;
        while let Some(row) = values.next()? {
            file.write_all(&[row, b"\n"].concat()).map_err(Error::Write)?;
        }
        file.close().map_err(Error::Write)
    }
}
