//! Input selection: which log files a run reads (spec 10 §2.2, 40 B).

use crate::codec::{self, InputError};
use crate::storage::{About, Place, StorageError};
use jobs::event::interval::Interval;
use jobs::event::selection::{Choice, Selection, SelectionError};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::sync::Arc;

/// Input that cannot be chosen.
#[derive(Debug, thiserror::Error)]
pub enum SelectError {
    /// A source is not there.
    #[error("the source {0} is not there")]
    Missing(String),
    /// No file of the sources is wanted.
    #[error("no log file was chosen: {listed} files are below {sources}; {reasons}")]
    Nothing {
        /// Files that were looked at.
        listed: usize,
        /// The sources.
        sources: String,
        /// Why they were left out.
        reasons: String,
    },
    /// A manifest names a file that is not there.
    #[error("{manifest}, line {line}: {entry} is not there")]
    Vanished {
        /// The manifest.
        manifest: String,
        /// The line, from 1.
        line: usize,
        /// What it names.
        entry: String,
    },
    /// The patterns cannot be used.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The disk refused, or the address is of another kind.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A log file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its address.
    pub address: Arc<str>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: u128,
}

impl LogFile {
    fn new(address: &str, about: About) -> Self {
        Self { address: address.into(), size: about.size, modified: about.modified }
    }

    /// Where it stands.
    ///
    /// # Errors
    /// When its cluster's settings cannot be read.
    pub fn place(&self) -> Result<Place, StorageError> {
        Place::at(&self.address)
    }
}

/// How files are chosen.
pub struct Rule {
    selection: Selection,
    patterns: Vec<String>,
}

impl Rule {
    /// Files whose address fits a pattern and whose date lies in the interval, widened by `expand`
    /// on both sides; without an interval, of any date.
    ///
    /// # Errors
    /// When a pattern cannot be used.
    pub fn new(
        patterns: &[String],
        date_pattern: &str,
        interval: Option<&Interval>,
        expand: chrono::TimeDelta,
    ) -> Result<Self, SelectError> {
        let any = Interval::new(chrono::NaiveDate::MIN, chrono::NaiveDate::MAX);
        let selection = Selection::new(patterns, date_pattern, interval.unwrap_or(&any), expand)?;
        Ok(Self { selection, patterns: patterns.to_vec() })
    }

    /// The day that the name of a file gives, whatever the interval is; none where the file is not chosen
    /// on any day, `Some(None)` where its pattern wants no date.
    #[must_use]
    pub fn day(&self, address: &str) -> Option<Option<chrono::NaiveDate>> {
        self.selection.day(address).ok()
    }

    /// Whether a file is chosen.
    #[must_use]
    pub fn chooses(&self, address: &str) -> bool {
        self.selection.choose(address) == Choice::Kept
    }
}

/// The files of a source that a rule chooses, in order of their addresses. A source is a folder, one
/// file, or a manifest (`*.manifest`): a list of paths, one a line.
///
/// # Errors
/// When the source is not there or cannot be listed, or a manifest's entry is not there.
pub fn choose(source: &str, rule: &Rule) -> Result<(Vec<LogFile>, Left), SelectError> {
    let mut left = Left::default();
    let mut chosen = Vec::new();
    for (place, about) in listed(source)? {
        let address = place.address();
        // Hadoop would pass over them: so does every engine.
        if place.is_hidden() {
            left.count_as(HIDDEN);
            continue;
        }
        match rule.selection.choose(&address) {
            Choice::Kept => chosen.push(LogFile::new(&address, about)),
            choice => left.count(choice),
        }
    }
    left.listed = chosen.len() + left.reasons.values().sum::<usize>();
    chosen.sort_by(|a, b| a.address.cmp(&b.address));
    Ok((chosen, left))
}

const HIDDEN: &str = "have names that begin with `_` or `.`";

/// The files of a source, in no order.
///
/// # Errors
/// When the source is not there or cannot be listed, or a manifest's entry is not there.
pub fn listed(source: &str) -> Result<Vec<(Place, About)>, SelectError> {
    let place = Place::at(source)?;
    match place.about()? {
        None => Err(SelectError::Missing(source.to_owned())),
        Some(about) if about.is_folder => Ok(place.walk()?),
        Some(_) if place.name().ends_with(".manifest") => read_manifest(&place),
        Some(about) => Ok(vec![(place, about)]),
    }
}

/// A manifest's entries are files or folders; each must be there.
fn read_manifest(manifest: &Place) -> Result<Vec<(Place, About)>, SelectError> {
    let mut found = Vec::new();
    for (at, line) in BufReader::new(manifest.open(0)?).lines().enumerate() {
        let line = line.map_err(manifest.refused("read"))?;
        // The manifest format of Hadoop's utility jar puts a TAB behind each line.
        let entry = line.trim_end_matches('\t').trim();
        if entry.is_empty() {
            continue;
        }
        let place = Place::at(entry)?;
        match place.about()? {
            Some(about) if about.is_folder => found.extend(place.walk()?),
            Some(about) => found.push((place, about)),
            None => {
                let (manifest, entry) = (manifest.address(), entry.to_owned());
                return Err(SelectError::Vanished { manifest, line: at + 1, entry });
            }
        }
    }
    Ok(found)
}

/// What was left out, and why.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// Files that were looked at.
    pub listed: usize,
    reasons: BTreeMap<&'static str, usize>,
}

impl Left {
    fn count(&mut self, choice: Choice) {
        let reason = match choice {
            Choice::Kept => return,
            Choice::NoPattern => "fit no pattern",
            Choice::OutOfInterval => "are of days outside the interval",
            Choice::NoDate => "have no date where the pattern wants one",
        };
        self.count_as(reason);
    }

    fn count_as(&mut self, reason: &'static str) {
        *self.reasons.entry(reason).or_default() += 1;
    }

    /// Takes another source's figures.
    pub fn add(&mut self, other: &Self) {
        self.listed += other.listed;
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
    }

    /// The error that nothing was chosen, with the reasons and the patterns as they were understood.
    #[must_use]
    pub fn nothing(&self, sources: &[String], rule: &Rule) -> SelectError {
        let counts = self.reasons.iter().map(|(reason, count)| format!("{count} {reason}"));
        let mut reasons: Vec<_> = counts.collect();
        reasons.push(format!("patterns: {}", rule.patterns.join(" ")));
        SelectError::Nothing {
            listed: self.listed,
            sources: sources.join(", "),
            reasons: reasons.join(", "),
        }
    }
}

/// What stands for a file's bytes: their SHA-256, in hexadecimal, where reading is cheap; on a
/// cluster its size and the time of its last change.
///
/// # Errors
/// When it cannot be read.
pub fn checksum(place: &Place, size: u64, modified: u128) -> Result<String, InputError> {
    use sha2::{Digest, Sha256};
    use std::io::Read;
    if place.disk_path().is_none() {
        return Ok(format!("{size}-{modified}"));
    }
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut file = place.open(0).map_err(|e| InputError::opening(place, &e))?;
    loop {
        match file.read(&mut buffer).map_err(|e| codec::named(e, &place.address()))? {
            0 => return Ok(crate::ledger::hex(&hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rule(pattern: &str) -> Rule {
        let interval = "2014-03".parse().unwrap();
        Rule::new(&[pattern.to_owned()], "%Y%m%d", Some(&interval), chrono::TimeDelta::days(2))
            .unwrap()
    }

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            Place::from(dir.path()).join(name).stage(b"x").unwrap();
        }
        dir
    }

    #[test]
    fn a_folder_gives_its_files_by_date_and_never_its_neighbours() {
        let dir = folder(&[
            "logs/a/x-20140301.gz",
            "logs/x-20140227.gz",
            "logs/x-20140226.gz",
            "logs-old/x-20140301.gz",
        ]);
        let source = dir.path().join("logs").display().to_string();
        let (chosen, left) = choose(&source, &rule(r".*x-(?P<date>\d{8})\.gz")).unwrap();
        let names: Vec<_> =
            chosen.iter().map(|f| f.address.strip_prefix(&source).unwrap()).collect();
        assert_eq!(names, ["/a/x-20140301.gz", "/x-20140227.gz"]);
        assert_eq!(left.listed, 3);
    }

    #[test]
    fn files_that_hadoop_would_pass_over_are_left_out_everywhere() {
        let dir = folder(&["_x-20140301.gz", ".x-20140301.gz", "_old/x-20140301.gz"]);
        let source = dir.path().display().to_string();
        let (chosen, left) = choose(&source, &rule(r".*x-(?P<date>\d{8})\.gz")).unwrap();
        assert_eq!(
            chosen.iter().map(|file| &*file.address).collect::<Vec<_>>(),
            [format!("{source}/_old/x-20140301.gz")]
        );
        assert_eq!((left.listed, left.reasons[HIDDEN]), (3, 2));
    }

    #[test]
    fn nothing_chosen_says_why() {
        let dir = folder(&["a.txt", "x-20150101.gz"]);
        let source = dir.path().display().to_string();
        let rule = rule(r".*x-(?P<date>\d{8})\.gz");
        let (chosen, left) = choose(&source, &rule).unwrap();
        assert!(chosen.is_empty());
        let said = left.nothing(&[source], &rule).to_string();
        assert!(said.contains("1 are of days outside the interval, 1 fit no pattern"), "{said}");
        assert!(choose("/nowhere", &rule).unwrap_err().to_string().contains("/nowhere"));
        assert!(choose("gs://bucket/logs", &rule).unwrap_err().to_string().contains("gs"));
    }

    #[test]
    fn a_manifest_lists_files_that_must_be_there() {
        let dir = folder(&["x-20140301.gz"]);
        let manifest = dir.path().join("list.manifest");
        let file = dir.path().join("x-20140301.gz").display().to_string();
        std::fs::write(&manifest, format!("{file}\t\n\n")).unwrap();
        let (chosen, _) = choose(&manifest.display().to_string(), &rule(".*")).unwrap();
        assert_eq!(*chosen[0].address, *file);
        std::fs::write(&manifest, format!("{file}\n{file}-gone\n")).unwrap();
        let said = choose(&manifest.display().to_string(), &rule(".*")).unwrap_err().to_string();
        assert!(
            said.contains("list.manifest, line 2: ") && said.contains("-gone is not there"),
            "{said}"
        );
    }
}
