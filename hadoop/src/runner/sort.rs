//! The shuffle on one machine: lines sorted by reducer and bytes within a bound of memory, spilled to
//! the disk as sorted runs, and merged again.

use super::order::{self, Slot};
use jobs::streaming::{Lines, Partitioner};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Take, Write};
use std::path::{Path, PathBuf};

/// What turns sorted lines into fewer lines of the same kind: a combiner at work.
pub type Combine<'a> = &'a mut dyn FnMut(&mut (dyn Lines + Send), Out) -> io::Result<()>;
/// Takes the lines that a combiner gives.
pub type Out<'a> = &'a mut dyn FnMut(&[u8]) -> io::Result<()>;

/// Lines of one map task, or of several, not yet sorted.
pub struct Buffer {
    partitioner: Partitioner,
    reducers: usize,
    limit: usize,
    held: Held,
    folder: PathBuf,
    name: String,
    files: usize,
    runs: Vec<Run>,
}

/// Lines in memory.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

/// Lines sorted by reducer, then by bytes; still in memory, or in a file.
pub enum Run {
    /// In memory.
    Memory(Sorted),
    /// In a file.
    File(SortedFile),
}

/// Lines in memory, sorted.
pub struct Sorted(Held);

/// A file of sorted lines.
pub struct SortedFile {
    path: PathBuf,
    /// Where each reducer's lines begin, and the end.
    starts: Vec<u64>,
}

/// Runs merged at once at the most; more are merged into one first.
const MOST_RUNS: usize = 64;
const READ_BLOCK: usize = 64 * 1024;

impl Buffer {
    /// Holds about `limit` bytes in memory; spills into `folder`, in files that begin with `name`.
    pub fn new(
        partitioner: Partitioner,
        reducers: usize,
        limit: usize,
        folder: &Path,
        name: String,
    ) -> Self {
        Self {
            partitioner,
            reducers,
            limit,
            held: Held::default(),
            folder: folder.to_owned(),
            name,
            files: 0,
            runs: Vec::new(),
        }
    }

    /// Takes one line; true when memory is full and [`Buffer::spill`] is due.
    ///
    /// # Errors
    /// When the line is longer than 4 GiB.
    pub fn push(&mut self, line: &[u8]) -> io::Result<bool> {
        self.held.push(self.partitioner.partition(line, self.reducers), line)?;
        Ok(self.held.size() >= self.limit)
    }

    fn next_file(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.join(format!("{}-{}", self.name, self.files))
    }

    /// Writes what is in memory as a sorted run, combined if there is a combiner.
    ///
    /// # Errors
    /// When the disk or the combiner refuses.
    pub fn spill(&mut self, combine: Option<Combine>) -> io::Result<()> {
        if self.held.slots.is_empty() {
            return Ok(());
        }
        let mut writer = RunWriter::new(self.next_file(), self.reducers)?;
        self.held.sort();
        match combine {
            Some(combine) => {
                self.held.combine(combine, &mut |part, line| writer.write(part, line))?
            }
            None => self.held.each(&mut |part, line| writer.write(part, line))?,
        }
        self.held.clear();
        self.runs.push(writer.end()?);
        if self.runs.len() >= MOST_RUNS {
            self.merge_runs()?;
        }
        Ok(())
    }

    /// Many runs become one, so that a merge never opens too many files.
    fn merge_runs(&mut self) -> io::Result<()> {
        let mut writer = RunWriter::new(self.next_file(), self.reducers)?;
        for part in 0..self.reducers {
            let mut merge = Merge::new(&self.runs, part)?;
            while merge.advance()? {
                writer.write(part, merge.line())?;
            }
        }
        self.runs.drain(..).try_for_each(Run::remove)?;
        self.runs.push(writer.end()?);
        Ok(())
    }

    /// Sorts what is left and gives all runs.
    ///
    /// # Errors
    /// When the combiner refuses.
    pub fn end(mut self, combine: Option<Combine>) -> io::Result<Vec<Run>> {
        if combine.is_some() && self.held.size() > self.limit / 2 {
            // What it gives would stand in memory beside what it takes.
            self.spill(combine)?;
            return Ok(self.runs);
        }
        self.held.sort();
        if let Some(combine) = combine {
            let mut combined = Held::default();
            self.held.combine(combine, &mut |part, line| combined.push(part, line))?;
            self.held = combined;
        }
        if !self.held.slots.is_empty() {
            self.runs.push(Run::Memory(Sorted(self.held)));
        }
        Ok(self.runs)
    }
}

/// Takes lines, each with its reducer.
type Sink<'a> = &'a mut dyn FnMut(usize, &[u8]) -> io::Result<()>;

impl Held {
    fn push(&mut self, part: usize, line: &[u8]) -> io::Result<()> {
        let number =
            |n: usize| u32::try_from(n).map_err(|_| io::Error::other("a line is too long"));
        self.slots.push(Slot::new(number(part)?, self.bytes.len(), number(line.len())?));
        self.bytes.extend_from_slice(line);
        Ok(())
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.slots.len() * size_of::<Slot>()
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
    }

    fn sort(&mut self) {
        order::sort(&mut self.slots, &self.bytes);
    }

    fn each(&self, take: Sink) -> io::Result<()> {
        self.slots.iter().try_for_each(|slot| take(slot.part as usize, slot.line(&self.bytes)))
    }

    /// Lets a combiner work on the sorted lines of each reducer.
    fn combine(&self, combine: Combine, take: Sink) -> io::Result<()> {
        for slots in self.slots.chunk_by(|a, b| a.part == b.part) {
            let mut lines = Slots::new(slots, &self.bytes);
            combine(&mut lines, &mut |line| take(slots[0].part as usize, line))?;
        }
        Ok(())
    }
}

/// Lines that stand in memory, one after the other.
struct Slots<'a> {
    bytes: &'a [u8],
    rest: std::slice::Iter<'a, Slot>,
    line: &'a [u8],
}

impl<'a> Slots<'a> {
    fn new(slots: &'a [Slot], bytes: &'a [u8]) -> Self {
        Self { bytes, rest: slots.iter(), line: &[] }
    }
}

impl Lines for Slots<'_> {
    fn advance(&mut self) -> io::Result<bool> {
        let next = self.rest.next();
        self.line = next.map_or(&[], |slot| slot.line(self.bytes));
        Ok(next.is_some())
    }

    fn line(&self) -> &[u8] {
        self.line
    }
}

/// Writes a run into a file. A line is followed by LF: map output holds none.
struct RunWriter {
    path: PathBuf,
    out: BufWriter<File>,
    written: u64,
    starts: Vec<u64>,
    reducers: usize,
}

impl RunWriter {
    fn new(path: PathBuf, reducers: usize) -> io::Result<Self> {
        let out = BufWriter::new(File::create(&path)?);
        Ok(Self { path, out, written: 0, starts: vec![0], reducers })
    }

    fn write(&mut self, part: usize, line: &[u8]) -> io::Result<()> {
        self.starts.resize(self.starts.len().max(part + 1), self.written);
        self.out.write_all(line)?;
        self.out.write_all(b"\n")?;
        self.written += line.len() as u64 + 1;
        Ok(())
    }

    fn end(mut self) -> io::Result<Run> {
        self.out.flush()?;
        self.starts.resize(self.reducers + 1, self.written);
        Ok(Run::File(SortedFile { path: self.path, starts: self.starts }))
    }
}

impl Run {
    fn remove(self) -> io::Result<()> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::File(file) => std::fs::remove_file(file.path),
        }
    }

    /// The lines of one reducer; none when it has none.
    fn open(&self, part: usize) -> io::Result<Option<Cursor<'_>>> {
        Ok(match self {
            Self::Memory(Sorted(held)) => {
                let begins = |part| held.slots.partition_point(|slot| (slot.part as usize) < part);
                let slots = &held.slots[begins(part)..begins(part + 1)];
                (!slots.is_empty()).then(|| Cursor::Memory(Slots::new(slots, &held.bytes)))
            }
            Self::File(SortedFile { path, starts }) => {
                let (start, end) = (starts[part], starts[part + 1]);
                if start == end {
                    return Ok(None);
                }
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(start))?;
                let reader = BufReader::with_capacity(READ_BLOCK, file.take(end - start));
                Some(Cursor::File { reader, line: Vec::new() })
            }
        })
    }
}

/// The lines of one reducer in one run.
enum Cursor<'a> {
    Memory(Slots<'a>),
    File { reader: BufReader<Take<File>>, line: Vec<u8> },
}

impl Lines for Cursor<'_> {
    fn advance(&mut self) -> io::Result<bool> {
        match self {
            Self::Memory(slots) => slots.advance(),
            Self::File { reader, line } => {
                line.clear();
                let read = reader.read_until(b'\n', line)?;
                line.pop_if(|last| *last == b'\n');
                Ok(read > 0)
            }
        }
    }

    fn line(&self) -> &[u8] {
        match self {
            Self::Memory(slots) => slots.line,
            Self::File { line, .. } => line,
        }
    }
}

impl PartialEq for Cursor<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.line() == other.line()
    }
}

impl Eq for Cursor<'_> {}

impl PartialOrd for Cursor<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cursor<'_> {
    /// The heap gives its greatest first; the least line is wanted.
    fn cmp(&self, other: &Self) -> Ordering {
        other.line().cmp(self.line())
    }
}

/// The sorted lines of one reducer, out of all runs.
pub struct Merge<'a> {
    heap: BinaryHeap<Cursor<'a>>,
    begun: bool,
}

impl<'a> Merge<'a> {
    /// Opens the reducer's lines in each run.
    ///
    /// # Errors
    /// When a run cannot be opened or read.
    pub fn new(runs: &'a [Run], part: usize) -> io::Result<Self> {
        let mut heap = BinaryHeap::new();
        for run in runs {
            if let Some(mut cursor) = run.open(part)?
                && cursor.advance()?
            {
                heap.push(cursor);
            }
        }
        Ok(Self { heap, begun: false })
    }
}

impl Lines for Merge<'_> {
    fn advance(&mut self) -> io::Result<bool> {
        if std::mem::replace(&mut self.begun, true)
            && let Some(mut first) = self.heap.peek_mut()
            && !first.advance()?
        {
            std::collections::binary_heap::PeekMut::pop(first);
        }
        Ok(!self.heap.is_empty())
    }

    fn line(&self) -> &[u8] {
        self.heap.peek().map_or(&[], Cursor::line)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn merged(lines: &[Vec<u8>], limit: usize, reducers: usize) -> Vec<Vec<Vec<u8>>> {
        let folder = tempfile::tempdir().unwrap();
        let partitioner = Partitioner::Fields(1);
        let mut buffer = Buffer::new(partitioner, reducers, limit, folder.path(), "run".into());
        for line in lines {
            if buffer.push(line).unwrap() {
                buffer.spill(None).unwrap();
            }
        }
        let runs = buffer.end(None).unwrap();
        let all = |part| {
            let mut merge = Merge::new(&runs, part).unwrap();
            let mut found = Vec::new();
            while merge.advance().unwrap() {
                found.push(merge.line().to_vec());
            }
            found
        };
        (0..reducers).map(all).collect()
    }

    fn expected(lines: &[Vec<u8>], reducers: usize) -> Vec<Vec<Vec<u8>>> {
        let mut parts = vec![Vec::new(); reducers];
        for line in lines {
            parts[Partitioner::Fields(1).partition(line, reducers)].push(line.clone());
        }
        parts.iter_mut().for_each(|part| part.sort());
        parts
    }

    #[test]
    fn hundreds_of_runs_are_merged() {
        let lines: Vec<_> =
            (0..900u32).map(|n| format!("{}\t{n}", n * 7919 % 1000).into_bytes()).collect();
        assert_eq!(merged(&lines, 60, 3), expected(&lines, 3));
    }

    proptest! {
        #[test]
        fn any_memory_gives_the_same_order(
            lines in proptest::collection::vec("[a-c\t\\x01\u{e9}]{0,6}", 0..60),
            limit in 1usize..2000,
            reducers in 1usize..8,
        ) {
            let lines: Vec<_> = lines.into_iter().map(String::into_bytes).collect();
            prop_assert_eq!(merged(&lines, limit, reducers), expected(&lines, reducers));
        }
    }
}
