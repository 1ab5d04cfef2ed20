//! Lines of logs that are no events: jobs count them; here they are summed over a run, a sample of them is left in
//! the run's folder, and too many of them stop the run before anything is committed (spec 41 B row 12).

use crate::config::BadRecords;
use crate::error::Drive;
use crate::run::Run;
use crate::storage::{Place, Stored};
use jobs::event::Reject;
use jobs::pass::REJECTED;
use jobs::streaming::Counters;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::io::{BufRead, BufReader};

/// The sample's file in the run's folder: columns `source, offset, reason`, sorted; the offset, in the unpacked
/// text, is `\N` where nobody knows it.
pub const FILE: &str = "rejected.tsv";
/// Lines of the sample.
const SAMPLE: usize = 1000;
/// How many of them an error names.
const NAMED: usize = 3;

/// Too many lines were rejected.
#[derive(Debug, thiserror::Error)]
#[error(
    "{rejected} of {lines} lines of logs were rejected, and --bad-records {limit} allows fewer ({reasons}). The \
     first: {first}. A sample of them is in {file}"
)]
pub struct TooManyRejected {
    rejected: u64,
    lines: u64,
    limit: BadRecords,
    reasons: String,
    first: String,
    file: String,
}

/// What a run has rejected so far.
#[derive(Debug, Default)]
pub struct Rejected {
    lines: u64,
    reasons: BTreeMap<&'static str, u64>,
    /// Address, offset, reason.
    sample: BTreeSet<(String, Option<u64>, String)>,
}

impl Rejected {
    fn count(&mut self, counters: &Counters) {
        let of = |name| u64::try_from(counters.get("Event", name)).unwrap_or_default();
        self.lines += of("Lines");
        for reason in Reject::ALL.map(Reject::counter) {
            match of(reason) {
                0 => {}
                count => *self.reasons.entry(reason).or_default() += count,
            }
        }
    }

    fn total(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// Takes the sample that the tasks of a pass have left below its output.
    fn take_sample(&mut self, output: &Place) -> Stored<()> {
        let folder = output.join(REJECTED);
        for part in if folder.is_folder()? { folder.parts()? } else { Vec::new() } {
            for row in BufReader::new(part.open(0)?).lines() {
                let row = row.map_err(part.refused("read"))?;
                let mut fields = row.split('\t');
                if let (Some(address), Some(offset), Some(reason)) =
                    (fields.next(), fields.next(), fields.next())
                {
                    // Hadoop writes `file:` before what stands on a disk.
                    let address =
                        Place::at(address).map_or_else(|_| address.to_owned(), |at| at.address());
                    self.sample.insert((address, offset.parse().ok(), reason.to_owned()));
                }
                if self.sample.len() > SAMPLE {
                    self.sample.pop_last();
                }
            }
        }
        Ok(())
    }

    fn text(&self) -> String {
        let mut text = "source\toffset\treason\n".to_owned();
        for (address, offset, reason) in &self.sample {
            let offset = offset.map_or_else(|| "\\N".to_owned(), |offset| offset.to_string());
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{address}\t{offset}\t{reason}");
        }
        text
    }

    fn reasons(&self) -> String {
        let said = self.reasons.iter().map(|(reason, count)| format!("{reason} {count}"));
        said.collect::<Vec<_>>().join(", ")
    }

    fn first(&self) -> String {
        let said = self.sample.iter().take(NAMED).map(|(address, offset, reason)| match offset {
            Some(offset) => format!("{address} at byte {offset} ({reason})"),
            None => format!("{address} ({reason})"),
        });
        said.collect::<Vec<_>>().join(", ")
    }
}

impl Run<'_> {
    /// Notes what a pass over logs has rejected: its sample is among the run's.
    ///
    /// # Errors
    /// When the sample cannot be read or written.
    pub fn note_rejected(&mut self, output: &Place, counters: &Counters) -> Drive<()> {
        let before = self.rejected.total();
        self.rejected.count(counters);
        self.rejected.take_sample(output)?;
        if self.rejected.total() > before {
            let file = self.events.folder().join(FILE);
            file.write(self.rejected.text().as_bytes())?;
            let Rejected { lines, reasons, .. } = &self.rejected;
            let rejected = self.rejected.total();
            let noted =
                json!({"lines": lines, "rejected": rejected, "reasons": reasons, "sample": FILE});
            self.events.write("rejected", noted)?;
        }
        Ok(())
    }

    /// Refuses to go on with more rejected lines than are allowed.
    ///
    /// # Errors
    /// When there are more.
    pub fn check_rejected(&self) -> Drive<()> {
        let (rejected, lines) = (self.rejected.total(), self.rejected.lines);
        match self.request.bad_records {
            Some(limit) if limit.is_passed(rejected, lines) => Err(TooManyRejected {
                rejected,
                lines,
                limit,
                reasons: self.rejected.reasons(),
                first: self.rejected.first(),
                file: self.events.folder().join(FILE).address(),
            }
            .into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_sample_is_bounded_and_the_first_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let output = Place::from(dir.path());
        let rows = |from: usize, address: &str| -> String {
            (from..from + 900)
                .map(|at| format!("{address}\t{at}\tDiscard Malformed Day\t\n"))
                .collect()
        };
        output.join(REJECTED).join("part-00000").write(rows(0, "b.gz").as_bytes()).unwrap();
        let unknown = "a.gz\t\\N\tDiscard Unparseable Event\n".to_owned() + &rows(0, "c.gz");
        output.join(REJECTED).join("part-00001").write(unknown.as_bytes()).unwrap();
        let mut rejected = Rejected::default();
        rejected.take_sample(&output).unwrap();
        let text = rejected.text();
        assert_eq!(text.lines().count(), 1 + SAMPLE);
        assert!(text.starts_with("source\toffset\treason\na.gz\t\\N\tDiscard Unparseable Event\n"));
        assert!(text.ends_with("c.gz\t98\tDiscard Malformed Day\n"), "{text}");
        assert_eq!(
            rejected.first(),
            "a.gz (Discard Unparseable Event), b.gz at byte 0 (Discard Malformed Day), b.gz at byte 1 \
             (Discard Malformed Day)"
        );
    }

    #[test]
    fn only_lines_that_are_no_events_count() {
        let mut counters = Counters::default();
        for (group, name, amount) in [
            ("Event", "Lines", 10),
            ("Event", "Lines Of No Interest", 4),
            ("Event", "Discard Malformed Day", 2),
            ("Event", "Discard Too Long Line", 1),
            ("Enrollment Events", "Discard Malformed Fact", 3),
        ] {
            counters.add(group, name, amount);
        }
        let mut rejected = Rejected::default();
        rejected.count(&counters);
        rejected.count(&counters);
        assert_eq!((rejected.lines, rejected.total()), (20, 6));
        assert_eq!(rejected.reasons(), "Discard Malformed Day 4, Discard Too Long Line 2");
    }
}
