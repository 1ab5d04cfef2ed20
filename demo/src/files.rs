//! Log files as servers rotate them: `<server>/tracking.log-YYYYMMDD-<epoch>.gz`, named after the
//! second of rotation, so that a file holds what was written before its name's time (05 §1.8).

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};

use crate::clock::{DAY, Day, HOUR, Micros, SECOND, date_of_day, day_of};
use crate::malformed;
use crate::parallel;
use crate::sink::{Entry, Sink};
use crate::world::Plan;

/// Names of the servers; the last one runs the LMS of 2016.
pub const SERVERS: [&str; 3] = ["lms-1", "lms-2", "lms-legacy"];
/// Rotation looks once an hour and takes a log of at least this size, and any log at midnight.
const ROTATE_BYTES: usize = 256 << 10;

/// Where the lines of a day are: sink and entry.
type Line<'a> = (&'a Sink, Entry);

/// What a day's writing added to the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines that got a syslog prefix.
    pub prefixed: u64,
    /// Bytes of those prefixes.
    pub prefix_bytes: u64,
    /// Bytes of the files.
    pub stored: u64,
}

/// One file to be.
struct Job<'a> {
    path: PathBuf,
    /// The hour, counted from 1970, whose lines have a prefix.
    syslog: Option<Micros>,
    lines: Vec<Line<'a>>,
}

/// Writes what was logged on a day; lines for later days stay behind in the returned sink.
pub fn write_day(root: &Path, plan: &Plan, day: Day, sinks: &[Sink]) -> Result<(Written, Sink)> {
    let mut jobs = Vec::new();
    for server in 0..SERVERS.len() as u8 {
        let lines = sorted(sinks, server, day);
        let syslog = syslog_hour(plan, day, server, &lines);
        let files = rotate(root, plan, day, server, lines);
        jobs.extend(files.into_iter().map(|(path, lines)| Job { path, syslog, lines }));
    }
    for folder in jobs.iter().filter_map(|job| job.path.parent()) {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make folder {}", folder.display()))?;
    }
    let mut total = Written::default();
    for written in parallel::map(jobs, |_, job| write_file(&job)) {
        let written = written?;
        total.prefixed += written.prefixed;
        total.prefix_bytes += written.prefix_bytes;
        total.stored += written.stored;
    }
    Ok((total, later_lines(sinks, day)))
}

/// The lines of a server up to the end of a day, in order of writing.
fn sorted(sinks: &[Sink], server: u8, day: Day) -> Vec<Line<'_>> {
    let end = (day + 1) * DAY;
    let mut lines: Vec<(usize, Line)> = Vec::new();
    for (number, sink) in sinks.iter().enumerate() {
        let own = sink.entries.iter().filter(|entry| entry.server == server && entry.written < end);
        lines.extend(own.map(|entry| (number, (sink, *entry))));
    }
    lines.sort_unstable_by_key(|(number, (_, entry))| (entry.written, entry.order, *number));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn rotate<'a>(
    root: &Path,
    plan: &Plan,
    day: Day,
    server: u8,
    lines: Vec<Line<'a>>,
) -> Vec<(PathBuf, Vec<Line<'a>>)> {
    let mut files = Vec::new();
    let mut held: Vec<Line> = Vec::new();
    let mut lines = lines.into_iter().peekable();
    for hour in 1..=24 {
        let now = day * DAY + hour * HOUR;
        while let Some(line) = lines.next_if(|(_, entry)| entry.written < now) {
            held.push(line);
        }
        let bytes: usize = held.iter().map(|(_, entry)| entry.length + 1).sum();
        let due = hour == 24 || (bytes >= ROTATE_BYTES && !plan.quiet);
        if due && !held.is_empty() {
            let path = root.join(SERVERS[usize::from(server)]).join(file_name(now + SECOND));
            files.push((path, std::mem::take(&mut held)));
        }
    }
    files
}

/// `tracking.log-20241001-1727805601.gz`
fn file_name(rotated: Micros) -> String {
    let date = date_of_day(day_of(rotated)).format("%Y%m%d");
    format!("tracking.log-{date}-{}.gz", rotated / SECOND)
}

/// The hour in which one server's log went through syslog: on one day, the hour of the first line
/// of the afternoon.
fn syslog_hour(plan: &Plan, day: Day, server: u8, lines: &[Line]) -> Option<Micros> {
    if !plan.malformed || server != 1 || day != plan.first + plan.days() / 4 {
        return None;
    }
    let afternoon = day * DAY + 15 * HOUR;
    let line = lines.iter().find(|(_, entry)| entry.written >= afternoon).or(lines.last())?;
    Some(line.1.written.div_euclid(HOUR))
}

fn write_file(job: &Job) -> Result<Written> {
    let path = &job.path;
    let fail = || format!("cannot write {}", path.display());
    let file = File::create_new(path).with_context(fail)?;
    let encoder = GzBuilder::new().mtime(0).write(BufWriter::new(file), Compression::new(6));
    let mut out = BufWriter::with_capacity(64 << 10, encoder);
    let mut written = Written::default();
    for (sink, entry) in &job.lines {
        if job.syslog == Some(entry.written.div_euclid(HOUR)) {
            let prefix = malformed::syslog_prefix(entry.written);
            out.write_all(prefix.as_bytes()).with_context(fail)?;
            written.prefixed += 1;
            written.prefix_bytes += prefix.len() as u64;
        }
        out.write_all(sink.line(entry)).with_context(fail)?;
        out.write_all(b"\n").with_context(fail)?;
    }
    let encoder =
        out.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(fail)?;
    encoder.finish().and_then(|mut file| file.flush()).with_context(fail)?;
    written.stored = fs::metadata(path).with_context(fail)?.len();
    Ok(written)
}

/// The lines that are written after a day: of visits across midnight and of late deliveries.
fn later_lines(sinks: &[Sink], day: Day) -> Sink {
    let mut later = Sink::default();
    for sink in sinks {
        for entry in sink.entries.iter().filter(|entry| entry.written >= (day + 1) * DAY) {
            let start = later.bytes.len();
            later.bytes.extend_from_slice(sink.line(entry));
            later.entries.push(Entry { start, ..*entry });
        }
    }
    later
}

/// The log that is not rotated yet: what was written after the last whole day, as plain text.
/// Lines that would be delivered later than `now` are not there yet. Returns the lines written
/// and those left out, with their bytes.
pub fn write_running(root: &Path, plan: &Plan, later: &Sink) -> Result<(u64, u64)> {
    let mut left_out = (0, 0);
    for (server, name) in SERVERS.iter().enumerate() {
        let mut lines: Vec<&Entry> =
            later.entries.iter().filter(|entry| usize::from(entry.server) == server).collect();
        lines.sort_by_key(|entry| (entry.written, entry.order));
        let (there, missing): (Vec<&Entry>, Vec<&Entry>) =
            lines.into_iter().partition(|entry| entry.written < plan.now() + 10 * 60 * SECOND);
        left_out.0 += missing.len() as u64;
        left_out.1 += missing.iter().map(|entry| entry.length as u64 + 1).sum::<u64>();
        if there.is_empty() {
            continue;
        }
        let folder = root.join(name);
        let path = folder.join("tracking.log");
        let fail = || format!("cannot write {}", path.display());
        fs::create_dir_all(&folder).with_context(fail)?;
        let mut out = BufWriter::new(File::create_new(&path).with_context(fail)?);
        for entry in there {
            out.write_all(later.line(entry))
                .and_then(|()| out.write_all(b"\n"))
                .with_context(fail)?;
        }
        out.flush().with_context(fail)?;
    }
    Ok(left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_the_second_of_rotation() {
        assert_eq!(file_name(1_727_805_601 * SECOND), "tracking.log-20241001-1727805601.gz");
        assert_eq!(file_name(1_727_740_801 * SECOND), "tracking.log-20241001-1727740801.gz");
    }
}
