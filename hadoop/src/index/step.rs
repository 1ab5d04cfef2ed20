//! The step that loads the documents of a job into the index.

use super::{Loaded, load};
use crate::error::{Drive, DriveError};
use crate::files;
use crate::http::Clock;
use crate::run::Run;
use crate::storage::Place;
use jobs::job::Job;
use std::io::{self, BufRead, BufReader};

/// Loads the documents that a job has left in the folders of its steps; none where no index is named.
///
/// # Errors
/// When a file cannot be read, or as [`load`].
pub fn load_made(
    run: &Run,
    job: &Job,
    outputs: &[Place],
    update_id: &str,
) -> Drive<Option<Loaded>> {
    let config = &run.settings.config.index;
    if config.url.is_none() {
        return Ok(None);
    }
    let made = files::made(job, outputs)?;
    let lines = made.into_iter().flat_map(|(file, _)| lines(&file));
    let loaded = load(config, lines, update_id, &Clock::default());
    loaded.map(Some).map_err(DriveError::Index)
}

/// The lines of a file; that it cannot be opened is one of them.
fn lines(file: &Place) -> Box<dyn Iterator<Item = io::Result<Vec<u8>>> + Send> {
    match file.open(0) {
        Ok(bytes) => Box::new(BufReader::new(bytes).split(b'\n')),
        Err(error) => Box::new(std::iter::once(Err(io::Error::other(error)))),
    }
}
