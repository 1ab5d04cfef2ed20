//! Runs one pass of jobs over files: map, shuffle, reduce. Every engine writes the same part files.
//!
//! `inline` runs the code in this process, on all cores; `local` runs the program that a cluster's
//! nodes would run, one process a task, under the environment that Hadoop gives; `hadoop` submits
//! Streaming jobs to a cluster; `emr` has them as steps of a cluster of EMR, which it joins or makes.

#[cfg(feature = "emr")]
mod chaos;
pub mod emr;
pub mod hadoop;
pub mod inline;
pub mod local;
pub mod order;
pub mod sort;

use crate::codec::{self, Codec, InputError, Reader};
use crate::events::Events;
use crate::progress::Progress;
use crate::storage::{Place, StorageError};
use jobs::params::ParamError;
use jobs::pass::Pass;
use jobs::side_output::Packing;
use jobs::streaming::{self, Counters};
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

/// A run that failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An input file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A job's parameters are missing or unreadable.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// A job stopped.
    #[error("{task}: {source}")]
    Task {
        /// Which task, on which input.
        task: String,
        /// What it said.
        source: streaming::Error,
    },
    /// The disk refused.
    #[error("{doing}: {source}")]
    Disk {
        /// What was being done, where.
        doing: String,
        /// What the disk said.
        source: io::Error,
    },
    /// A process failed as often as it may.
    #[error("{task} failed {attempts} times; last: {cause}")]
    Attempts {
        /// Which task.
        task: String,
        /// How often it was tried.
        attempts: u32,
        /// Why the last attempt failed.
        cause: String,
    },
    /// A job failed on the cluster.
    #[error("{}: {meaning} (exit code {code}): {cause}", job.as_deref().unwrap_or("hadoop jar"))]
    Cluster {
        /// Its id, if it came so far.
        job: Option<String>,
        /// The client's exit code.
        code: i32,
        /// What that means.
        meaning: &'static str,
        /// What the framework said.
        cause: String,
    },
    /// A tool of the cluster, or the program for its nodes, is missing or cannot be used.
    #[error("{0}")]
    Install(String),
    /// A server of the cluster does not answer.
    #[error("{url}: {what}")]
    Rest {
        /// What was asked for.
        url: String,
        /// Why there is no answer.
        what: String,
    },
    /// A parameter is too long for a task's environment.
    #[error("parameter `{name}` has {length} bytes: no task's environment holds it")]
    TooLong {
        /// The parameter.
        name: String,
        /// Its length.
        length: usize,
    },
    /// EMR refused, or a cluster of it was lost.
    #[cfg(feature = "emr")]
    #[error(transparent)]
    Emr(#[from] crate::emr::EmrError),
    /// The run was asked to stop.
    #[error("stopped by a signal")]
    Stopped,
}

impl RunError {
    fn disk(doing: String) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk { doing, source }
    }
}

/// One file to read, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The file's address.
    pub address: Arc<str>,
    /// How it is packed.
    pub codec: Codec,
    /// The first byte.
    pub start: u64,
    /// How many bytes; lines that begin within them belong to this split.
    pub length: u64,
}

impl Split {
    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, taken: &Arc<AtomicU64>) -> Result<Reader, RunError> {
        let place = Place::at(&self.address)?;
        Ok(Reader::open(&place, self.codec, self.start, self.length, taken)?)
    }
}

/// What is to be run.
pub struct Work<'a> {
    /// The jobs and their step.
    pub pass: &'a Pass,
    /// The addresses of the files that they read.
    pub inputs: &'a [Arc<str>],
    /// How many reducers.
    pub reducers: usize,
    /// An empty folder for the part files.
    pub output: &'a Place,
    /// How those of tables are packed.
    pub packing: Packing,
    /// A folder of this machine for what is needed meanwhile.
    pub scratch: &'a Path,
    /// Who is told how far it is.
    pub progress: &'a Progress,
    /// The run's record.
    pub events: &'a Events,
}

/// An engine.
pub trait Runner: Sync {
    /// Runs a pass; part files stand below the output folder afterwards.
    ///
    /// # Errors
    /// The first failure; what was written then is of no use.
    fn run(&self, work: &Work) -> Result<Counters, RunError>;

    /// The run is over: gives back what the engine holds.
    ///
    /// # Errors
    /// When that cannot be given back now; the next run does.
    fn end(&self) -> Result<(), RunError> {
        Ok(())
    }
}

/// A plain file is read by several tasks from this size on.
const SPLIT_SIZE: u64 = 64 * 1024 * 1024;

/// Cuts files into splits: packed files stay whole.
///
/// # Errors
/// When a file cannot be opened or is no text.
pub fn splits(files: &[Arc<str>]) -> Result<Vec<Split>, RunError> {
    let mut splits = Vec::new();
    for address in files {
        let place = Place::at(address)?;
        let size = place.about()?.map_or(0, |about| about.size);
        let codec = codec::sniff(&place)?;
        let step = if codec == Codec::Plain { SPLIT_SIZE } else { size.max(1) };
        let mut start = 0;
        while start < size || (start == 0 && size == 0) {
            let length = step.min(size - start);
            splits.push(Split { address: Arc::clone(address), codec, start, length });
            start += step;
        }
    }
    // The largest first, so that no task is left running alone at the end.
    splits.sort_by(|a, b| b.length.cmp(&a.length).then_with(|| a.address.cmp(&b.address)));
    Ok(splits)
}

/// Lets an engine of this machine write its part files on the disk, and brings them to the output
/// where that is elsewhere.
fn write_near(
    work: &Work,
    run: impl FnOnce(&Path) -> Result<Counters, RunError>,
) -> Result<Counters, RunError> {
    if let Some(folder) = work.output.disk_path() {
        return run(folder);
    }
    let folder = work.scratch.join("output");
    std::fs::create_dir_all(&folder).map_err(StorageError::disk("make the folder", &folder))?;
    let counters = run(&folder)?;
    work.output.put_tree(&folder)?;
    Ok(counters)
}

/// Runs tasks on several threads; the first error stops all.
///
/// # Errors
/// The first error of a task.
pub fn in_parallel<T: Send, E: Send>(
    threads: usize,
    tasks: Vec<T>,
    act: impl Fn(T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let queue = Mutex::new(tasks.into_iter());
    let failed = Mutex::new(None);
    let next = || {
        let stop =
            failed.lock().map_or(true, |error: std::sync::MutexGuard<Option<E>>| error.is_some());
        if stop { None } else { queue.lock().ok()?.next() }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some(task) = next() {
                    if let Err(error) = act(task)
                        && let Ok(mut first) = failed.lock()
                    {
                        first.get_or_insert(error);
                    }
                }
            });
        }
    });
    failed.into_inner().ok().flatten().map_or(Ok(()), Err)
}

/// The number of cores.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
