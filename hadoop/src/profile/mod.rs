//! Where the time of a run went: from its events, and of jobs on a cluster from the history server (spec 41 D).
//!
//! The smallest things that are known become spans: a map task, a reducer, a commit, a load. Of these follow the
//! phases, the chain of spans that the run's length hangs on, and how uneven parallel work was.

mod gather;
mod history;
mod html;
mod text;
mod times;

use serde::Serialize;

pub use gather::profile;
pub use html::html;
pub use text::text;

/// Milliseconds since the run began.
pub type Millis = i64;

/// What a span's time went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Between the spans: planning, listing, comparing with the ledger.
    Scheduling,
    /// LMS tables and what services say are brought in.
    Import,
    /// A job waits for its first container.
    Queue,
    /// Map tasks, their sorting with them.
    Map,
    /// Map output goes to reducers, or is written out and merged.
    Shuffle,
    /// Reducers.
    Reduce,
    /// A pass of which no task is known.
    Pass,
    /// Results are brought to their places.
    Commit,
    /// Result tables are loaded.
    Load,
    /// What else the driver does by itself.
    Other,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Scheduling,
        Self::Import,
        Self::Queue,
        Self::Map,
        Self::Shuffle,
        Self::Reduce,
        Self::Pass,
        Self::Commit,
        Self::Load,
        Self::Other,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduling => "scheduling",
            Self::Import => "import",
            Self::Queue => "queue",
            Self::Map => "map",
            Self::Shuffle => "shuffle",
            Self::Reduce => "reduce",
            Self::Pass => "pass",
            Self::Commit => "commit",
            Self::Load => "load",
            Self::Other => "other",
        }
    }
}

/// Something that took time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The step or pass that it belongs to.
    pub step: String,
    /// What it is: a step by its name, or a task by kind and number.
    pub name: String,
    /// What its time went to.
    pub phase: Phase,
    /// When it began.
    pub began: Millis,
    /// When it ended.
    pub ended: Millis,
}

impl Span {
    /// How long it took.
    #[must_use]
    pub fn took(&self) -> Millis {
        self.ended - self.began
    }
}

/// How long a phase went on, whatever ran at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhaseTime {
    /// The phase.
    pub phase: Phase,
    /// In milliseconds of the clock.
    pub millis: Millis,
}

/// How uneven the parallel work of a pass was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Skew {
    /// The pass.
    pub step: String,
    /// What is compared: `map`, `reduce` (milliseconds) or `part` (bytes that a reducer wrote).
    pub of: &'static str,
    /// Whose the largest is.
    pub largest_of: String,
    /// The largest.
    pub largest: u64,
    /// The one in the middle.
    pub median: u64,
    /// How many there are.
    pub count: usize,
}

impl Skew {
    /// How many times the median the largest is; none where the median is nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    pub fn ratio(&self) -> Option<f64> {
        (self.median > 0).then(|| self.largest as f64 / self.median as f64)
    }
}

/// A figure of a job on a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// The job's id.
    pub job: String,
    /// The counter's name.
    pub counter: String,
    /// Of map tasks.
    pub map: u64,
    /// Of reducers.
    pub reduce: u64,
}

/// Where the time of a run went.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Profile {
    /// The version of this form.
    pub version: u32,
    /// The run.
    pub run: String,
    /// Its command line.
    pub command: String,
    /// When it began, UTC.
    pub began: String,
    /// How it ended; none where nobody knows.
    pub exit_code: Option<u64>,
    /// How long it took.
    pub millis: Millis,
    /// The most memory of the driver at once, in KiB.
    pub peak_memory_kib: Option<u64>,
    /// The phases.
    pub phases: Vec<PhaseTime>,
    /// The chain of spans, and of gaps between them, that the run's length hangs on, in order.
    pub critical_path: Vec<Span>,
    /// The least even first.
    pub skew: Vec<Skew>,
    /// Spilling, garbage collection and the like of jobs on a cluster.
    pub figures: Vec<Figure>,
    /// All spans, in order of their beginning.
    pub spans: Vec<Span>,
    /// Tasks of which no span is kept, since too many took longer.
    pub left_out: u64,
    /// What could not be read, and why.
    pub unread: Vec<String>,
}
