//! Where the lines of a pass come from, and the folders of its output.

use crate::event::LONGEST_LINE;

/// The folder, below a pass's output, of lines for the next step.
pub const STEP_FOLDER: &str = "step-output";
/// The folder, below a pass's output, of lines `file, line` of jobs that fill no table.
pub const FILES_FOLDER: &str = "files";

/// Where the lines of a map task come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A tracking log, by its address.
    Logs(String),
    /// A partition of a table.
    Table {
        /// The table's name.
        table: String,
        /// The partition's value.
        partition: String,
    },
    /// What the step before wrote for a job.
    Step {
        /// The job's name.
        job: String,
    },
}

impl Source {
    /// Tells it from a file's address: `…/TABLE/KEY=VALUE/part-…`, `…/step-output/JOB/part-…`, or a
    /// log for everything else.
    #[must_use]
    pub fn of(address: &str) -> Self {
        let parts: Vec<&str> = address.split('/').collect();
        if let [.., step, job, _] = parts[..]
            && step == STEP_FOLDER
        {
            return Self::Step { job: job.to_owned() };
        }
        if let [.., table, folder, _] = parts[..]
            && let Some((key, partition)) = folder.split_once('=')
            && crate::registry::table(table).is_some_and(|t| t.partition == key)
        {
            return Self::Table { table: table.to_owned(), partition: partition.to_owned() };
        }
        Self::Logs(address.to_owned())
    }

    /// Behind how many bytes a line of it may be cut: one of a log is rejected then.
    #[must_use]
    pub fn longest_line(&self) -> usize {
        match self {
            Self::Logs(_) => LONGEST_LINE,
            Self::Table { .. } | Self::Step { .. } => usize::MAX,
        }
    }
}
