//! The engine of processes: each task is a run of `jobs`, as a cluster's node would start it, with
//! Hadoop's framing on both sides, its environment, attempts and exit codes.

use super::chaos;
use super::inline::SplitLines;
use super::sort::{Buffer, Merge, Out, Run};
use super::{RunError, Runner, Split, Work, in_parallel, splits, write_near};
use crate::codec;
use crate::storage::Place;
use jobs::pass::Source;
use jobs::streaming::counters::read_report;
use jobs::streaming::report::PanicRecord;
use jobs::streaming::task::variables;
use jobs::streaming::{Counters, LineReader, Lines};
use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

/// The engine's settings.
pub struct Local {
    /// The program that runs a task.
    pub program: PathBuf,
    /// Tasks at once.
    pub parallelism: usize,
    /// How often a task is tried.
    pub attempts: u32,
    /// By which attempts fail, where a test asks for that.
    pub chaos: Option<u64>,
    /// Bytes of memory for sorting, all tasks together.
    pub memory: usize,
    /// Settings of the framework that tasks are told.
    pub jobconf: Vec<(String, String)>,
}

/// Fields of the key that make the whole line the key: Hadoop then puts a TAB behind each line.
const WHOLE_LINE: &str = "100";
/// How much of a failed task's standard error is kept.
const STDERR_KEPT: usize = 4096;

impl Runner for Local {
    fn run(&self, work: &Work) -> Result<Counters, RunError> {
        let counters = Mutex::new(Counters::default());
        let runs = self.map(work, &counters)?;
        work.progress.stage("reduce", work.reducers as u64);
        write_near(work, |output| {
            in_parallel(self.parallelism, (0..work.reducers).collect(), |part| {
                let counted = work.progress.spans().timed("reduce", part, || {
                    self.try_often(&format!("reduce {part}"), |attempt| {
                        self.reduce(work, &runs, (part, attempt), output)
                    })
                })?;
                counters.lock().unwrap_or_else(PoisonError::into_inner).merge(&counted);
                work.progress.advance(1);
                Ok::<(), RunError>(())
            })?;
            Ok(counters.into_inner().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

/// Why an attempt failed.
enum Failure {
    /// Another attempt may do better.
    Attempt(String),
    /// No attempt will.
    Final(RunError),
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::Final(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Attempt(error.to_string())
    }
}

impl Local {
    fn map(&self, work: &Work, counters: &Mutex<Counters>) -> Result<Vec<Run>, RunError> {
        let runs = Mutex::new(Vec::new());
        let splits = splits(work.inputs)?;
        work.progress.stage("map", splits.iter().map(|split| split.length).sum());
        let mut tasks: Vec<_> = splits.iter().enumerate().collect();
        if let Some(seed) = self.chaos {
            tasks = chaos::shuffled(seed, tasks);
        }
        in_parallel(self.parallelism, tasks, |(number, split)| {
            let task = format!("map {number} of {}", split.address);
            let (sorted, counted) = work.progress.spans().timed("map", number, || {
                self.try_often(&task, |attempt| self.map_split(work, number, split, attempt))
            })?;
            counters.lock().unwrap_or_else(PoisonError::into_inner).merge(&counted);
            runs.lock().unwrap_or_else(PoisonError::into_inner).extend(sorted);
            Ok::<(), RunError>(())
        })?;
        Ok(runs.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn try_often<T>(
        &self,
        task: &str,
        act: impl Fn(u32) -> Result<T, Failure>,
    ) -> Result<T, RunError> {
        let mut cause = String::new();
        for attempt in 0..self.attempts {
            match act(attempt) {
                Ok(done) => return Ok(done),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Attempt(why)) => cause = why,
            }
            log::warn!("{task}, attempt {attempt}: {cause}");
        }
        Err(RunError::Attempts { task: task.to_owned(), attempts: self.attempts, cause })
    }

    fn map_split(
        &self,
        work: &Work,
        number: usize,
        split: &Split,
        attempt: u32,
    ) -> Result<(Vec<Run>, Counters), Failure> {
        let taken = work.progress.bytes();
        let source = Source::of(&split.address);
        let mut lines = SplitLines::new(LineReader::new(split.open(&taken)?), split, &source)
            .map_err(|e| RunError::Input(codec::named(e, &split.address)))?;
        let mut command = self.command("map", work, number, attempt, true);
        export(&mut command, "mapreduce.map.input.file", &split.address);
        export(&mut command, "mapreduce.map.input.start", &split.start.to_string());
        export(&mut command, "mapreduce.map.input.length", &split.length.to_string());
        let limit = self.memory / self.parallelism.max(1) / 2;
        let name = format!("map-{number}-{attempt}");
        let partitioner = work.pass.partitioner();
        let mut buffer = Buffer::new(partitioner, work.reducers, limit, work.scratch, name);
        let has_combiner = work.pass.combiner().map_err(RunError::Param)?.is_some();
        let combine = |buffer: Buffer| self.end_buffer(buffer, work, number, attempt, has_combiner);
        let (counters, records) = converse(
            command,
            |stdin| feed(&mut lines, stdin, b"\n").map_err(|e| at_file(e, split)),
            |line| if buffer.push(line)? { buffer.spill(None) } else { Ok(()) },
        )?;
        work.progress.events(records);
        Ok((combine(buffer)?, counters))
    }

    /// The rest of a task's lines, run through the combiner where there is one.
    fn end_buffer(
        &self,
        buffer: Buffer,
        work: &Work,
        number: usize,
        attempt: u32,
        has_combiner: bool,
    ) -> Result<Vec<Run>, Failure> {
        if !has_combiner {
            return Ok(buffer.end(None)?);
        }
        let mut combine = |lines: &mut (dyn Lines + Send), out: Out| {
            let command = self.command("combine", work, number, attempt, true);
            let ended = converse(command, |stdin| feed(lines, stdin, b"\t\n"), out);
            match ended {
                Ok(_) => Ok(()),
                Err(Failure::Attempt(why)) => Err(io::Error::other(format!("combiner: {why}"))),
                Err(Failure::Final(error)) => Err(io::Error::other(error.to_string())),
            }
        };
        Ok(buffer.end(Some(&mut combine))?)
    }

    fn reduce(
        &self,
        work: &Work,
        runs: &[Run],
        (part, attempt): (usize, u32),
        output: &Path,
    ) -> Result<Counters, Failure> {
        let folder = work.scratch.join(format!("attempt-r-{part:05}-{attempt}"));
        Place::from(folder.as_path()).remove().map_err(|e| Failure::Attempt(e.to_string()))?;
        fs::create_dir_all(&folder)?;
        let mut command = self.command("reduce", work, part, attempt, false);
        export(&mut command, "mapreduce.task.output.dir", &format!("file:{}", folder.display()));
        let mut merge = Merge::new(runs, part)?;
        let (counters, _) = converse(
            command,
            |stdin| feed(&mut merge, stdin, b"\t\n"),
            |line| Err(io::Error::other(format!("unexpected output of {} bytes", line.len()))),
        )?;
        promote(&folder, output)?;
        Ok(counters)
    }

    fn command(&self, side: &str, work: &Work, number: usize, attempt: u32, map: bool) -> Command {
        let names: Vec<&str> = work.pass.jobs.iter().map(|job| job.name).collect();
        let mut command = Command::new(&self.program);
        command.arg(side).arg("--scan").arg(names.join(","));
        command.arg("--step").arg((work.pass.step + 1).to_string());
        let kind = if map { 'm' } else { 'r' };
        let attempt_id = format!("attempt_local_0001_{kind}_{number:06}_{attempt}");
        let task_id = format!("task_local_0001_{kind}_{number:06}");
        let settings = [
            ("mapreduce.job.id", "job_local_0001".to_owned()),
            ("mapreduce.job.name", names.join(" ")),
            ("mapreduce.task.id", task_id),
            ("mapreduce.task.attempt.id", attempt_id),
            ("mapreduce.task.ismap", map.to_string()),
            ("mapreduce.task.partition", number.to_string()),
            ("mapreduce.job.reduces", work.reducers.to_string()),
            ("mapreduce.job.local.dir", work.scratch.display().to_string()),
            ("stream.num.map.output.key.fields", WHOLE_LINE.to_owned()),
            ("stream.num.reduce.output.key.fields", WHOLE_LINE.to_owned()),
        ];
        for (name, value) in settings {
            export(&mut command, name, &value);
        }
        for (name, value) in work.packing.settings() {
            export(&mut command, name, value);
        }
        for (name, value) in &self.jobconf {
            export(&mut command, name, value);
        }
        let task = format!("{side} {number} of {}", names.join(" "));
        let fault = self.chaos.and_then(|seed| chaos::fault(seed, &task, attempt, self.attempts));
        if let Some(fault) = fault {
            export(&mut command, "insights.fault", &fault);
        }
        for (name, value) in work.pass.params.iter() {
            export(&mut command, &format!("insights.param.{name}"), value);
        }
        command
    }
}

fn export(command: &mut Command, name: &str, value: &str) {
    for variable in variables(name) {
        command.env(variable, value);
    }
}

/// Keeps the file's name in an error of reading it.
fn at_file(error: io::Error, split: &Split) -> io::Error {
    let kind = error.kind();
    match kind {
        io::ErrorKind::BrokenPipe => error,
        _ => io::Error::new(kind, codec::named(error, &split.address)),
    }
}

/// Writes lines with Hadoop's end: LF, or TAB and LF behind a key without a value.
fn feed(lines: &mut dyn Lines, stdin: &mut dyn Write, end: &[u8]) -> io::Result<u64> {
    let mut out = BufWriter::with_capacity(128 * 1024, stdin);
    let mut records = 0;
    while lines.advance()? {
        out.write_all(lines.line())?;
        out.write_all(end)?;
        records += 1;
    }
    out.flush()?;
    Ok(records)
}

/// Runs a task: writes its input, reads its lines (which end at LF, CR or CRLF) and its reports.
fn converse(
    mut command: Command,
    write: impl FnOnce(&mut dyn Write) -> io::Result<u64> + Send,
    mut read: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<(Counters, u64), Failure> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|e| Failure::Attempt(format!("cannot start {:?}: {e}", command.get_program())))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(Failure::Attempt("a task without its pipes".to_owned()));
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || write(&mut stdin));
        let reporter = scope.spawn(move || listen(stderr));
        let received = receive(stdout, &mut read);
        if received.is_err() {
            // Its input would wait for ever for a task that nobody reads from.
            let _ = child.kill();
        }
        let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the feeder broke")));
        let (counters, said) = reporter.join().unwrap_or_default();
        let status = wait(&mut child)?;
        received?;
        judge(status, &said, written).map(|records| (counters, records))
    })
}

fn wait(child: &mut Child) -> Result<ExitStatus, Failure> {
    child.wait().map_err(Failure::from)
}

fn receive(stdout: impl Read, read: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut lines = LineReader::new(stdout);
    while lines.advance()? {
        read(lines.line())?;
    }
    Ok(())
}

/// Counters, and the end of everything else that a task wrote on standard error.
fn listen(stderr: ChildStderr) -> (Counters, String) {
    let (mut counters, mut said) = (Counters::default(), String::new());
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        if read_report(&line, &mut counters) || line.starts_with("reporter:") {
            continue;
        }
        said.push_str(&line);
        said.push('\n');
        if said.len() > 2 * STDERR_KEPT && !line.contains(jobs::streaming::report::PANIC_MARK) {
            let cut = said.len() - STDERR_KEPT;
            let cut = (cut..said.len()).find(|at| said.is_char_boundary(*at)).unwrap_or(cut);
            said.drain(..cut);
        }
    }
    (counters, said)
}

/// Whether an attempt succeeded. A task that ends well without reading all of its input has failed,
/// as it would on a cluster.
fn judge(status: ExitStatus, said: &str, written: io::Result<u64>) -> Result<u64, Failure> {
    if let Err(e) = &written
        && e.get_ref().is_some_and(|inner| inner.is::<codec::InputError>())
    {
        return Err(Failure::Final(RunError::Input(codec::named(
            written.err().unwrap_or_else(|| io::Error::other("unread")),
            "",
        ))));
    }
    if !status.success() {
        let why = PanicRecord::find(said).map_or_else(|| said.trim().to_owned(), |r| r.message);
        return Err(Failure::Attempt(format!("{status}: {why}")));
    }
    written.map_err(|e| Failure::Attempt(format!("it ended before it had read its input: {e}")))
}

/// Moves an attempt's files into the output, as Hadoop's committer does.
fn promote(from: &Path, to: &Path) -> Result<(), Failure> {
    let (from, to) = (Place::from(from), Place::from(to));
    let promoted = from.walk().and_then(|files| {
        for (file, _) in files {
            let place = to.join(file.below(&from)?);
            place.parent().make_folder()?;
            file.rename(&place)?;
        }
        from.remove()
    });
    promoted.map_err(|e| Failure::Attempt(e.to_string()))
}
