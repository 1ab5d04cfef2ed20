//! The shuffle on one machine: lines sorted by reducer and bytes within a bound of memory, spilled to
//! the disk as sorted runs, and merged again.

use jobs::streaming::{Lines, Partitioner};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
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
    bytes: Vec<u8>,
    index: Vec<Slot>,
    folder: PathBuf,
    name: String,
    files: usize,
    runs: Vec<Run>,
}

#[derive(Clone, Copy)]
struct Slot {
    part: u32,
    start: usize,
    len: u32,
}

/// Lines sorted by reducer, then by bytes; in a file, or still in memory.
pub struct Run {
    place: Place,
    /// Where each reducer's lines begin, and the end.
    starts: Vec<u64>,
}

enum Place {
    Memory(Vec<u8>),
    File(PathBuf),
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
            bytes: Vec::new(),
            index: Vec::new(),
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
        let part = self.partitioner.partition(line, self.reducers);
        let number =
            |n: usize| u32::try_from(n).map_err(|_| io::Error::other("a line is too long"));
        self.index.push(Slot {
            part: number(part)?,
            start: self.bytes.len(),
            len: number(line.len())?,
        });
        self.bytes.extend_from_slice(line);
        Ok(self.bytes.len() + self.index.len() * size_of::<Slot>() >= self.limit)
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
        if self.index.is_empty() {
            return Ok(());
        }
        let path = self.next_file();
        let mut writer = RunWriter::new(BufWriter::new(File::create(&path)?), self.reducers);
        self.write_sorted(&mut writer, combine)?;
        let (mut file, starts) = writer.end();
        file.flush()?;
        self.runs.push(Run { place: Place::File(path), starts });
        if self.runs.len() >= MOST_RUNS {
            self.merge_runs()?;
        }
        Ok(())
    }

    /// Many runs become one, so that a merge never opens too many files.
    fn merge_runs(&mut self) -> io::Result<()> {
        let path = self.next_file();
        let mut writer = RunWriter::new(BufWriter::new(File::create(&path)?), self.reducers);
        for part in 0..self.reducers {
            let mut merge = Merge::new(&self.runs, part)?;
            while merge.advance()? {
                writer.write(part, merge.line())?;
            }
        }
        let (mut file, starts) = writer.end();
        file.flush()?;
        self.runs.drain(..).try_for_each(Run::remove)?;
        self.runs.push(Run { place: Place::File(path), starts });
        Ok(())
    }

    /// Sorts what is left and gives all runs.
    ///
    /// # Errors
    /// When the combiner refuses.
    pub fn end(mut self, combine: Option<Combine>) -> io::Result<Vec<Run>> {
        let mut writer =
            RunWriter::new(Vec::with_capacity(self.bytes.len() + self.index.len()), self.reducers);
        self.write_sorted(&mut writer, combine)?;
        let (bytes, starts) = writer.end();
        if !bytes.is_empty() {
            self.runs.push(Run { place: Place::Memory(bytes), starts });
        }
        Ok(self.runs)
    }

    fn write_sorted(
        &mut self,
        out: &mut RunWriter<impl Write>,
        combine: Option<Combine>,
    ) -> io::Result<()> {
        let (bytes, reducers) = (&self.bytes, self.reducers);
        let line = |slot: &Slot| &bytes[slot.start..slot.start + slot.len as usize];
        self.index.sort_unstable_by(|a, b| a.part.cmp(&b.part).then_with(|| line(a).cmp(line(b))));
        match combine {
            None => {
                self.index.iter().try_for_each(|slot| out.write(slot.part as usize, line(slot)))?
            }
            Some(combine) => {
                for part in 0..reducers {
                    let from = self.index.partition_point(|slot| (slot.part as usize) < part);
                    let to = self.index.partition_point(|slot| (slot.part as usize) <= part);
                    if from == to {
                        continue;
                    }
                    let mut lines = Slots { bytes, slots: &self.index[from..to], at: None };
                    combine(&mut lines, &mut |line| out.write(part, line))?;
                }
            }
        }
        self.bytes.clear();
        self.index.clear();
        Ok(())
    }
}

struct Slots<'a> {
    bytes: &'a [u8],
    slots: &'a [Slot],
    at: Option<usize>,
}

impl Lines for Slots<'_> {
    fn advance(&mut self) -> io::Result<bool> {
        let next = self.at.map_or(0, |at| at + 1);
        self.at = Some(next);
        Ok(next < self.slots.len())
    }

    fn line(&self) -> &[u8] {
        let slot = self.at.and_then(|at| self.slots.get(at));
        slot.map_or(&[], |slot| &self.bytes[slot.start..slot.start + slot.len as usize])
    }
}

/// Writes the lines of a run. A line is followed by LF: map output holds none.
struct RunWriter<W> {
    out: W,
    written: u64,
    starts: Vec<u64>,
    reducers: usize,
}

impl<W: Write> RunWriter<W> {
    fn new(out: W, reducers: usize) -> Self {
        Self { out, written: 0, starts: vec![0], reducers }
    }

    fn write(&mut self, part: usize, line: &[u8]) -> io::Result<()> {
        self.starts.resize(self.starts.len().max(part + 1), self.written);
        self.out.write_all(line)?;
        self.out.write_all(b"\n")?;
        self.written += line.len() as u64 + 1;
        Ok(())
    }

    fn end(mut self) -> (W, Vec<u64>) {
        self.starts.resize(self.reducers + 1, self.written);
        (self.out, self.starts)
    }
}

impl Run {
    fn remove(self) -> io::Result<()> {
        match self.place {
            Place::Memory(_) => Ok(()),
            Place::File(path) => std::fs::remove_file(path),
        }
    }

    /// The lines of one reducer; none when it has none.
    fn open(&self, part: usize) -> io::Result<Option<Cursor<'_>>> {
        let (start, end) = (self.starts[part], self.starts[part + 1]);
        if start == end {
            return Ok(None);
        }
        let reader: Box<dyn BufRead + Send> = match &self.place {
            Place::Memory(bytes) => {
                let range = |at: u64| usize::try_from(at).map_err(io::Error::other);
                Box::new(&bytes[range(start)?..range(end)?])
            }
            Place::File(path) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(start))?;
                Box::new(BufReader::with_capacity(READ_BLOCK, file.take(end - start)))
            }
        };
        Ok(Some(Cursor { reader, line: Vec::new() }))
    }
}

struct Cursor<'a> {
    reader: Box<dyn BufRead + Send + 'a>,
    line: Vec<u8>,
}

impl Cursor<'_> {
    fn advance(&mut self) -> io::Result<bool> {
        self.line.clear();
        let read = self.reader.read_until(b'\n', &mut self.line)?;
        self.line.pop_if(|last| *last == b'\n');
        Ok(read > 0)
    }
}

impl PartialEq for Cursor<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
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
        other.line.cmp(&self.line)
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
        self.heap.peek().map_or(&[], |cursor| &cursor.line)
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
