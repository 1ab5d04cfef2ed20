//! A connection to whichever database the LMS has, and the pulse of the threads that read it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::mysql;
use super::part::Part;
use super::query::Slice;
use super::shape::{Shape, SourceTable};
use super::source::Place;
use super::split::{self, Range};
use super::sqlite;
use super::{Difference, ImportError, Progress};

/// Rows between two reports.
const BEAT: u64 = 1024;

/// One connection; all of an import see the same rows.
pub(super) enum Session {
    Mysql(mysql::Session),
    Sqlite(sqlite::Session),
}

impl Session {
    /// Opens at most `wanted` sessions with one snapshot, and says how that was reached.
    pub fn open(
        place: &Place,
        wanted: usize,
        tables: &[&str],
    ) -> Result<(Vec<Self>, &'static str), ImportError> {
        Ok(match place {
            Place::Mysql(server) => {
                let (sessions, how) = mysql::open(server, wanted, tables)?;
                (sessions.into_iter().map(Self::Mysql).collect(), how)
            }
            Place::Sqlite(path) => {
                let (sessions, how) = sqlite::open(path, wanted)?;
                (sessions.into_iter().map(Self::Sqlite).collect(), how)
            }
        })
    }

    pub fn describe(
        &mut self,
        table: &str,
    ) -> Result<Result<SourceTable, Difference>, ImportError> {
        match self {
            Self::Mysql(session) => session.describe(table),
            Self::Sqlite(session) => session.describe(table),
        }
    }

    /// The parts of a table: ranges of its key with about as many rows each, or the whole.
    pub fn slices(&mut self, shape: &Shape) -> Result<Vec<Slice>, ImportError> {
        let Some(key) = &shape.split else { return Ok(vec![Slice::WHOLE]) };
        let Some(span) = self.span(shape, &key.name)? else { return Ok(vec![Slice::WHOLE]) };
        let ranges = split::split(span, shape.options.parts, |range| self.weigh(shape, range))?;
        let slice = |(at, range)| Slice { range: Some(range), with_nulls: key.nullable && at == 0 };
        Ok(ranges.into_iter().enumerate().map(slice).collect())
    }

    /// About how many rows a table has; none where its key cannot be split.
    pub fn about(&mut self, shape: &Shape) -> Result<Option<u64>, ImportError> {
        let Some(key) = &shape.split else { return Ok(None) };
        let Some(span) = self.span(shape, &key.name)? else { return Ok(Some(0)) };
        self.weigh(shape, span).map(Some)
    }

    fn span(&mut self, shape: &Shape, key: &str) -> Result<Option<Range>, ImportError> {
        match self {
            Self::Mysql(session) => session.span(shape, key),
            Self::Sqlite(session) => session.span(shape, key),
        }
    }

    fn weigh(&mut self, shape: &Shape, range: Range) -> Result<u64, ImportError> {
        match self {
            Self::Mysql(session) => session.weigh(shape, range),
            Self::Sqlite(session) => session.weigh(shape, range),
        }
    }

    pub fn fill(
        &mut self,
        slice: Slice,
        part: &mut Part,
        shape: &Shape,
        pulse: &Pulse,
    ) -> Result<(), ImportError> {
        match self {
            Self::Mysql(session) => session.fill(slice, part, shape, pulse),
            Self::Sqlite(session) => session.fill(slice, part, shape, pulse),
        }
    }
}

/// Counts the rows of one table over all its parts, reports them, and ends a part whose import has
/// already failed elsewhere.
pub(super) struct Pulse<'a> {
    pub table: &'a str,
    pub rows: &'a AtomicU64,
    pub stopped: &'a AtomicBool,
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

impl Pulse<'_> {
    /// To be called after every row.
    pub fn beat(&self) -> Result<(), ImportError> {
        let rows = self.rows.fetch_add(1, Ordering::Relaxed) + 1;
        if rows.is_multiple_of(BEAT) {
            self.report(rows);
            if self.stopped.load(Ordering::Relaxed) {
                return Err(ImportError::Stopped);
            }
        }
        Ok(())
    }

    /// Reports the rows so far.
    pub fn report(&self, rows: u64) {
        (self.progress)(Progress { table: self.table, rows });
    }
}
