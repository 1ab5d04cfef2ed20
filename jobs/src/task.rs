//! One task: standard input through a mapper, combiner or reducer.

use crate::Wanted;
use crate::fault::Fault;
use anyhow::{Context, bail};
use jobs::job::Work;
use jobs::pass::{FusedReducer, Source};
use jobs::side_output::{Folder, Packing, SideOutput};
use jobs::streaming::counters::Reporter;
use jobs::streaming::output::write_part_line;
use jobs::streaming::report::{Heartbeat, PanicRecord};
use jobs::streaming::shuffle::key_len;
use jobs::streaming::{Error, Folded, LineReader, Lines, Output, Sorted, map_lines, reduce_lines};
use std::io::{self, BufWriter, StdinLock, StdoutLock, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Which half of a job.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Map,
    Combine,
    Reduce,
}

impl Side {
    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Combine => "combine",
            Self::Reduce => "reduce",
        }
    }
}

/// The exit code of a program that panicked.
const PANICKED: u8 = 101;
/// From so many key fields on, the whole line is the key, and Hadoop adds a TAB behind it.
const WHOLE_LINE_FIELDS: u64 = 100;
const HEARTBEAT_SECONDS: u64 = 60;

type Stdin = LineReader<StdinLock<'static>>;

/// Runs the task; a panic leaves its counters, one record line and exit code 101.
pub fn run(side: Side, wanted: &Wanted) -> anyhow::Result<ExitCode> {
    let prefix = wanted.conf.get("stream.stderr.reporter.prefix").unwrap_or("reporter:");
    let period = wanted.conf.number("insights.heartbeat.seconds").unwrap_or(HEARTBEAT_SECONDS);
    let _heartbeat = (period > 0).then(|| Heartbeat::start(prefix, Duration::from_secs(period)));
    let panic = remember_panics();
    let mut input = LineReader::new(io::stdin().lock());
    let mut place = Place::new(side, wanted)?;
    let mut fault = Fault::asked_for(&wanted.conf, side);
    let mut sink = |line: &[u8]| {
        fault.strike();
        place.write(line)
    };
    let mut folded = Folded::default();
    let mut out = Output::new(&mut sink).reporting(Reporter::new(prefix));
    if !wanted.alone {
        out = out.folding(&mut folded);
    }
    let ended = catch_unwind(AssertUnwindSafe(|| task(side, wanted, &mut input, &mut out)));
    out.report();
    drop(out);
    match ended {
        Ok(done) => {
            done?;
            folded.end(&mut sink).map_err(Error::Write)?;
            place.close().map_err(Error::Write)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(_) => {
            let mut record = panic.lock().map(|record| record.clone()).unwrap_or_default();
            record.input = wanted.conf.input_file().map(str::to_owned);
            record.split_start = wanted.conf.number("mapreduce.map.input.start");
            record.offset = input.offset();
            eprintln!("{}", record.line());
            Ok(ExitCode::from(PANICKED))
        }
    }
}

fn remember_panics() -> Arc<Mutex<PanicRecord>> {
    let last = Arc::new(Mutex::new(PanicRecord::default()));
    let seen = Arc::clone(&last);
    std::panic::set_hook(Box::new(move |info| {
        if let Ok(mut record) = seen.lock() {
            record.message = info.to_string();
            record.backtrace = std::backtrace::Backtrace::force_capture().to_string();
        }
    }));
    last
}

fn task(side: Side, wanted: &Wanted, input: &mut Stdin, out: &mut Output) -> anyhow::Result<()> {
    if let Some(Work::Make(make)) = wanted.pass.jobs.first().map(|job| job.work) {
        return match side {
            Side::Map => make_rows(make, wanted, input, out),
            Side::Combine | Side::Reduce => bail!("this job has no input: it is only mapped"),
        };
    }
    match side {
        Side::Map => {
            let source = source(wanted);
            input.cut_behind(source.longest_line());
            let mut mapper = wanted.pass.mapper(&source)?;
            // Of a split in the middle of a file the framework drops a line that nobody has counted.
            let starts = wanted.conf.number("mapreduce.map.input.start").unwrap_or(0);
            out.begins = Some(starts).filter(|start| *start == 0);
            map_lines(input, mapper.as_mut(), out)?;
        }
        Side::Combine => match wanted.pass.combiner()? {
            Some(combiner) => reduce(combiner, wanted, input, out)?,
            None => bail!("this job has no combiner"),
        },
        Side::Reduce if wanted.pass.is_copy() && !wanted.alone => {
            let number = wanted.conf.partition().unwrap_or_default();
            let reducer = wanted.pass.file_reducer(&Arc::new(folder(wanted)?), number)?;
            reduce(reducer, wanted, input, out)?;
        }
        Side::Reduce => reduce(wanted.pass.reducer()?, wanted, input, out)?,
    }
    Ok(())
}

/// A job without input writes its rows; what comes on standard input is read and dropped, because
/// the framework takes unread input for a failure (spec 40 A.1).
fn make_rows(
    make: fn(&jobs::params::Params, &mut Output) -> Result<(), Error>,
    wanted: &Wanted,
    input: &mut Stdin,
    out: &mut Output,
) -> anyhow::Result<()> {
    if let Some(job) = wanted.pass.jobs.first() {
        out.set_tag(job.name);
    }
    make(&wanted.pass.params, out)?;
    while input.advance().map_err(|source| Error::Read { record: 0, source })? {}
    Ok(())
}

fn source(wanted: &Wanted) -> Source {
    let only = wanted.pass.jobs.first().and_then(|job| job.inputs.first());
    match (wanted.conf.input_file(), only) {
        (Some(address), _) => Source::of(address),
        (None, Some(input)) => {
            Source::Table { table: input.table.name.to_owned(), partition: String::new() }
        }
        (None, None) => Source::Logs(String::new()),
    }
}

fn reduce(
    mut reducer: FusedReducer,
    wanted: &Wanted,
    input: &mut Stdin,
    out: &mut Output,
) -> anyhow::Result<()> {
    let keys = reducer.keys();
    let key_fields = wanted.conf.number("stream.num.map.output.key.fields").unwrap_or(1);
    let mut sorted = Sorted::new(input, key_fields >= WHOLE_LINE_FIELDS);
    let mut tagged = Tagged::new(&mut sorted, wanted.tag());
    reduce_lines(&mut tagged, &|line| keys.key_len(line), &mut reducer, out)?;
    Ok(())
}

/// Lines of a job that runs alone: its name is put in front, as every pass expects it.
struct Tagged<'a> {
    lines: &'a mut dyn Lines,
    prefix: usize,
    line: Vec<u8>,
}

impl<'a> Tagged<'a> {
    fn new(lines: &'a mut dyn Lines, tag: Option<&str>) -> Self {
        let line = tag.map(|tag| format!("{tag}\t").into_bytes()).unwrap_or_default();
        Self { lines, prefix: line.len(), line }
    }
}

impl Lines for Tagged<'_> {
    fn advance(&mut self) -> io::Result<bool> {
        let more = self.lines.advance()?;
        if more && self.prefix > 0 {
            self.line.truncate(self.prefix);
            self.line.extend_from_slice(self.lines.line());
        }
        Ok(more)
    }

    fn line(&self) -> &[u8] {
        if self.prefix > 0 { &self.line } else { self.lines.line() }
    }
}

/// The attempt's own folder.
fn folder(wanted: &Wanted) -> anyhow::Result<Folder> {
    let dir = wanted.conf.output_dir().context(
        "a pass writes its own files, and the task's output folder \
         (mapreduce.task.output.dir) is not set",
    )?;
    Ok(Folder::at(dir, &|name| wanted.conf.get(name))?)
}

/// Where a task's lines go.
enum Place {
    /// Standard output, as they are: between the steps of a pass.
    Stdout(BufWriter<StdoutLock<'static>>),
    /// Standard output, the lines of one job without its name.
    Alone(BufWriter<StdoutLock<'static>>, &'static str),
    /// Files of many tables, below the attempt's folder.
    Side(Box<SideOutput>),
}

impl Place {
    fn new(side: Side, wanted: &Wanted) -> anyhow::Result<Self> {
        let stdout = || BufWriter::with_capacity(128 * 1024, io::stdout().lock());
        if let Some(name) = wanted.tag() {
            return Ok(Self::Alone(stdout(), name));
        }
        if side != Side::Reduce || wanted.pass.is_copy() {
            return Ok(Self::Stdout(stdout()));
        }
        let folder = folder(wanted)?;
        let part = wanted.conf.partition().context("mapreduce.task.partition is not set")?;
        let packing = Packing::asked_for(&wanted.conf)?;
        Ok(Self::Side(Box::new(SideOutput::new(Arc::new(folder), part, &wanted.pass, packing)?)))
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => {
                stdout.write_all(line)?;
                stdout.write_all(b"\n")
            }
            Self::Alone(stdout, name) => {
                let tag = &line[..key_len(line, 1)];
                if tag != name.as_bytes() {
                    return Ok(());
                }
                write_part_line(stdout, line.get(tag.len() + 1..).unwrap_or_default())
            }
            Self::Side(files) => files.write(line),
        }
    }

    fn close(self) -> io::Result<()> {
        match self {
            Self::Stdout(mut stdout) | Self::Alone(mut stdout, _) => stdout.flush(),
            Self::Side(files) => files.close(),
        }
    }
}
