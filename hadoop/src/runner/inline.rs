//! The engine inside this process: all cores, memory within a bound.

use super::sort::{Buffer, Merge, Run};
use super::{RunError, Runner, Split, Work, cores, in_parallel, splits, write_near};
use crate::codec::{self, Codec};
use jobs::pass::{FusedReducer, Source};
use jobs::side_output::SideOutput;
use jobs::streaming::{
    Counters, Error, Folded, LineReader, Lines, Output, map_lines, reduce_lines,
};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The engine's settings.
pub struct Inline {
    /// Threads.
    pub threads: usize,
    /// Bytes of memory for sorting, all threads together.
    pub memory: usize,
}

impl Default for Inline {
    fn default() -> Self {
        Self { threads: cores(), memory: 256 * 1024 * 1024 }
    }
}

impl Runner for Inline {
    fn run(&self, work: &Work) -> Result<Counters, RunError> {
        let counters = Mutex::new(Counters::default());
        let runs = self.map(work, &counters)?;
        let parts = (0..work.reducers).collect();
        work.progress.stage("reduce", work.reducers as u64);
        write_near(work, |output| {
            in_parallel(self.threads, parts, |part| {
                let spans = work.progress.spans();
                let counted = spans.timed("reduce", part, || reduce(work, &runs, part, output))?;
                add(&counters, &counted);
                work.progress.advance(1);
                Ok::<(), RunError>(())
            })?;
            Ok(counters.into_inner().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

fn add(counters: &Mutex<Counters>, counted: &Counters) {
    counters.lock().unwrap_or_else(PoisonError::into_inner).merge(counted);
}

impl Inline {
    fn map(&self, work: &Work, counters: &Mutex<Counters>) -> Result<Vec<Run>, RunError> {
        let splits = splits(work.inputs)?;
        let total = splits.iter().map(|split| split.length).sum();
        work.progress.stage("map", total);
        let queue = Mutex::new(splits.iter().enumerate());
        let spans = work.progress.spans();
        let runs = Mutex::new(Vec::new());
        let number = AtomicUsize::new(0);
        let limit = self.memory / self.threads.max(1);
        in_parallel(self.threads, vec![(); self.threads], |()| {
            let thread = number.fetch_add(1, Ordering::Relaxed);
            let name = format!("run-{thread}");
            let partitioner = work.pass.partitioner();
            let buffer = Buffer::new(partitioner, work.reducers, limit, work.scratch, name);
            let folded = Folded::default();
            let mut mapping = Mapping { work, folded, buffer, counters: Counters::default() };
            loop {
                let split = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((at, split)) = split else { break };
                spans.timed("map", at, || mapping.map(split))?;
            }
            let (sorted, counted) = spans.timed("shuffle", thread, || mapping.end())?;
            add(counters, &counted);
            runs.lock().unwrap_or_else(PoisonError::into_inner).extend(sorted);
            Ok::<(), RunError>(())
        })?;
        Ok(runs.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One thread's share of the map side.
struct Mapping<'a> {
    work: &'a Work<'a>,
    folded: Folded,
    buffer: Buffer,
    counters: Counters,
}

impl Mapping<'_> {
    fn map(&mut self, split: &Split) -> Result<(), RunError> {
        let source = Source::of(&split.address);
        let mut mapper = self.work.pass.mapper(&source)?;
        let mut combiner = self.work.pass.combiner()?;
        let taken = self.work.progress.bytes();
        let mut lines = SplitLines::new(LineReader::new(split.open(&taken)?), split, &source)
            .map_err(|e| codec::named(e, &split.address))?;
        let buffer = &mut self.buffer;
        let mut sink = |line: &[u8]| {
            if buffer.push(line)? { spill(buffer, combiner.as_mut()) } else { Ok(()) }
        };
        let mut out = Output::new(&mut sink).folding(&mut self.folded);
        out.begins = Some(split.start);
        let mapped = map_lines(&mut lines, mapper.as_mut(), &mut out);
        self.counters.merge(&out.counters);
        drop(out);
        let records = mapped.map_err(|e| in_map(e, split))?;
        self.work.progress.events(records);
        Ok(())
    }

    fn end(mut self) -> Result<(Vec<Run>, Counters), RunError> {
        let sorting = || RunError::disk(format!("sorting in {}", self.work.scratch.display()));
        let mut combiner = self.work.pass.combiner()?;
        let buffer = &mut self.buffer;
        let mut sink = |line: &[u8]| {
            if buffer.push(line)? { spill(buffer, combiner.as_mut()) } else { Ok(()) }
        };
        self.folded.end(&mut sink).map_err(sorting())?;
        let runs = match &mut combiner {
            Some(combiner) => {
                self.buffer.end(Some(&mut |lines, out| combine(combiner, lines, out)))
            }
            None => self.buffer.end(None),
        };
        Ok((runs.map_err(sorting())?, self.counters))
    }
}

fn spill(buffer: &mut Buffer, combiner: Option<&mut FusedReducer>) -> io::Result<()> {
    match combiner {
        Some(combiner) => buffer.spill(Some(&mut |lines, out| combine(combiner, lines, out))),
        None => buffer.spill(None),
    }
}

fn combine(
    combiner: &mut FusedReducer,
    lines: &mut dyn Lines,
    sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let keys = combiner.keys();
    let mut out = Output::new(sink);
    let combined = reduce_lines(lines, &|line| keys.key_len(line), combiner, &mut out);
    combined.map(|_| ()).map_err(io::Error::other)
}

/// An error of a map task, with its file; a torn file speaks for itself.
fn in_map(error: Error, split: &Split) -> RunError {
    match error {
        Error::Read { source, .. } => codec::named(source, &split.address).into(),
        source => RunError::Task { task: format!("map of {}", split.address), source },
    }
}

fn reduce(work: &Work, runs: &[Run], part: usize, output: &Path) -> Result<Counters, RunError> {
    let task = || format!("reduce {part}");
    let disk = || format!("reading sorted lines of {} in {}", task(), work.scratch.display());
    let mut merge = Merge::new(runs, part).map_err(RunError::disk(disk()))?;
    let folder = Arc::new(output.to_owned().into());
    let failed = |source| RunError::Task { task: task(), source };
    let mut reducer = match work.pass.is_copy() {
        true => work.pass.file_reducer(&folder, part).map_err(failed)?,
        false => work.pass.reducer()?,
    };
    let mut files = SideOutput::new(folder, part, work.pass, work.packing)?;
    let keys = reducer.keys();
    let mut sink = |line: &[u8]| files.write(line);
    let mut out = Output::new(&mut sink);
    let reduced = reduce_lines(&mut merge, &|line| keys.key_len(line), &mut reducer, &mut out);
    let counters = std::mem::take(&mut out.counters);
    drop(out);
    reduced.map_err(failed)?;
    files.close().map_err(|e| failed(Error::Write(e)))?;
    Ok(counters)
}

/// The lines that begin within a split: as Hadoop cuts files, a split that does not begin the file
/// leaves its first line to the split before, and reads one line over its end.
pub struct SplitLines<R> {
    lines: LineReader<R>,
    /// The last offset, in the stream, at which a line may begin.
    last: u64,
    whole: bool,
}

impl<R: io::Read> SplitLines<R> {
    /// Reads the lines of a split; `lines` begins at the split's first byte.
    ///
    /// # Errors
    /// When the line before cannot be read.
    pub fn new(mut lines: LineReader<R>, split: &Split, source: &Source) -> io::Result<Self> {
        lines.cut_behind(source.longest_line());
        if split.start > 0 {
            lines.advance()?;
        }
        Ok(Self { lines, last: split.length, whole: split.codec != Codec::Plain })
    }
}

impl<R: io::Read> Lines for SplitLines<R> {
    fn advance(&mut self) -> io::Result<bool> {
        Ok((self.whole || self.lines.next_offset() <= self.last) && self.lines.advance()?)
    }

    fn line(&self) -> &[u8] {
        self.lines.line()
    }

    fn offset(&self) -> Option<u64> {
        Lines::offset(&self.lines)
    }
}
