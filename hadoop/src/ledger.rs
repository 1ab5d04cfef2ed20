//! The ledger: what is in the warehouse, made from what. It is the only judge of "done".
//!
//! It stands in the warehouse, below `_ledger/`: one JSON file a partition (`tables/TABLE/VALUE.json`)
//! and one line a scanned log file (`scanned.jsonl`). Everything that a step makes is staged first;
//! [`Ledger::commit`] writes down the moves in one file (the one atomic act), makes them, and removes
//! that file. Whoever opens the ledger makes an interrupted commit's moves to the end, so a run that
//! was killed anywhere leaves either the old state or the new one.

use crate::faults::point;
use crate::storage::{self, StorageError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A ledger that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another run is at work.
    #[error("another run is at work in {0} (its lock is held)")]
    Locked(PathBuf),
    /// A file of the ledger says nothing usable.
    #[error("the ledger file {path} is broken: {source}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The disk refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What is known of one partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The job that made it; of an import `import`.
    pub job: String,
    /// Stands for the content: equal identity, equal bytes.
    pub identity: String,
    /// What it was made from: `table/value`, file or parameter, and its identity.
    pub inputs: BTreeMap<String, String>,
    /// Rows in it.
    pub rows: u64,
    /// The run that made it.
    pub run: String,
    /// When it was done (UTC).
    pub finished: String,
}

/// A log file that was scanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanned {
    /// Its address.
    pub address: Arc<str>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: u128,
    /// SHA-256 of its bytes.
    pub checksum: String,
    /// What each fact job that has scanned it found.
    pub jobs: Vec<ScannedFor>,
}

/// What a fact job found in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedFor {
    /// The job.
    pub job: Box<str>,
    /// The code and the parameters that decide the facts.
    pub code: Box<str>,
    /// The days that the file speaks of, in order.
    pub days: Vec<Box<str>>,
}

impl Scanned {
    /// What a job found in the file; none when it has not scanned it.
    #[must_use]
    pub fn found(&self, job: &str) -> Option<&ScannedFor> {
        self.jobs.iter().find(|found| *found.job == *job)
    }
}

/// The scanned files, by address.
pub type ScannedFiles = BTreeMap<Arc<str>, Scanned>;

/// A folder or file that is to take another's place; none = the place becomes empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Move {
    from: Option<PathBuf>,
    to: PathBuf,
}

/// The ledger of a warehouse, held alone.
pub struct Ledger {
    warehouse: PathBuf,
    scanned: ScannedFiles,
    /// Held until the process ends, however it ends.
    _lock: Option<File>,
}

/// The version of what decides a job's output.
pub const CODE: &str = env!("CARGO_PKG_VERSION");

impl Ledger {
    /// Takes the ledger of a warehouse for this process alone, and ends what another left half done.
    ///
    /// # Errors
    /// When another process has it, or it cannot be read.
    pub fn open(warehouse: &Path) -> Result<Self, LedgerError> {
        let folder = warehouse.join("_ledger");
        fs::create_dir_all(&folder).map_err(StorageError::disk("make the folder", &folder))?;
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(StorageError::disk("open", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LedgerError::Locked(warehouse.to_owned())),
            Err(TryLockError::Error(e)) => return Err(StorageError::disk("lock", &path)(e).into()),
        }
        finish_commit(&folder)?;
        let scanned = read_scanned(&folder.join("scanned.jsonl"))?;
        Ok(Self { warehouse: warehouse.to_owned(), scanned, _lock: Some(lock) })
    }

    /// Reads a ledger without holding or changing it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn look(warehouse: &Path) -> Result<Self, LedgerError> {
        let scanned = read_scanned(&warehouse.join("_ledger/scanned.jsonl"))?;
        Ok(Self { warehouse: warehouse.to_owned(), scanned, _lock: None })
    }

    /// The warehouse's folder.
    #[must_use]
    pub fn warehouse(&self) -> &Path {
        &self.warehouse
    }

    /// The folder of a partition.
    #[must_use]
    pub fn partition(&self, table: &str, key: &str, value: &str) -> PathBuf {
        self.warehouse.join(table).join(format!("{key}={value}"))
    }

    /// What is known of a partition; none where the ledger knows nothing.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn entry(&self, table: &str, value: &str) -> Result<Option<Entry>, LedgerError> {
        let path = self.entry_path(table, value);
        match fs::read(&path) {
            Ok(text) => Ok(Some(parse(&path, &text)?)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StorageError::disk("read", &path)(e).into()),
        }
    }

    /// All partitions of a table that the ledger knows, by value.
    ///
    /// # Errors
    /// When they cannot be listed or read.
    pub fn entries(&self, table: &str) -> Result<BTreeMap<String, Entry>, LedgerError> {
        let folder = self.warehouse.join("_ledger/tables").join(table);
        if !folder.is_dir() {
            return Ok(BTreeMap::new());
        }
        let mut found = BTreeMap::new();
        for path in storage::walk(&folder)? {
            let value =
                path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".json"));
            if let Some(value) = value
                && let Some(entry) = self.entry(table, value)?
            {
                found.insert(value.to_owned(), entry);
            }
        }
        Ok(found)
    }

    /// Takes the scanned files out, for a step that changes them and commits.
    pub fn take_scanned(&mut self) -> ScannedFiles {
        std::mem::take(&mut self.scanned)
    }

    /// The scanned files, by address.
    #[must_use]
    pub fn scanned(&self) -> &ScannedFiles {
        &self.scanned
    }

    fn entry_path(&self, table: &str, value: &str) -> PathBuf {
        self.warehouse.join("_ledger/tables").join(table).join(format!("{value}.json"))
    }

    /// Makes all changes of a step, as one.
    ///
    /// # Errors
    /// When the disk refuses; opening the ledger again then goes on where it stopped.
    pub fn commit(&mut self, changes: Changes) -> Result<(), LedgerError> {
        let folder = self.warehouse.join("_ledger");
        point("commit");
        storage::write(&folder.join("commit.json"), &json(&changes.moves))?;
        point("committed");
        finish_commit(&folder)?;
        if let Some(scanned) = changes.scanned {
            self.scanned = scanned;
        }
        Ok(())
    }
}

/// What a step changes; staged in a folder until [`Ledger::commit`].
pub struct Changes {
    stage: PathBuf,
    moves: Vec<Move>,
    scanned: Option<ScannedFiles>,
}

impl Changes {
    /// Will stage the ledger's own files below `stage`.
    #[must_use]
    pub fn new(stage: &Path) -> Self {
        Self { stage: stage.to_owned(), moves: Vec::new(), scanned: None }
    }

    /// A staged folder becomes a partition, marked as whole.
    ///
    /// # Errors
    /// When the mark or the ledger's file cannot be staged.
    pub fn put(
        &mut self,
        ledger: &Ledger,
        place: (&str, &str, &str),
        staged: &Path,
        entry: &Entry,
    ) -> Result<(), LedgerError> {
        let (table, key, value) = place;
        fs::create_dir_all(staged).map_err(StorageError::disk("make the folder", staged))?;
        storage::stage(&staged.join("_SUCCESS"), b"")?;
        self.note(ledger, table, value, entry)?;
        self.moves
            .push(Move { from: Some(staged.to_owned()), to: ledger.partition(table, key, value) });
        Ok(())
    }

    /// The ledger learns of a partition that is in place already.
    ///
    /// # Errors
    /// When the ledger's file cannot be staged.
    pub fn note(
        &mut self,
        ledger: &Ledger,
        table: &str,
        value: &str,
        entry: &Entry,
    ) -> Result<(), LedgerError> {
        let staged = self.stage.join("entries").join(table).join(value);
        storage::stage(&staged, &json(entry))?;
        self.moves.push(Move { from: Some(staged), to: ledger.entry_path(table, value) });
        Ok(())
    }

    /// A partition goes.
    pub fn drop_partition(&mut self, ledger: &Ledger, table: &str, key: &str, value: &str) {
        self.moves.push(Move { from: None, to: ledger.partition(table, key, value) });
        self.moves.push(Move { from: None, to: ledger.entry_path(table, value) });
    }

    /// The list of scanned files becomes this one.
    ///
    /// # Errors
    /// When it cannot be staged.
    pub fn set_scanned(
        &mut self,
        ledger: &Ledger,
        scanned: ScannedFiles,
    ) -> Result<(), LedgerError> {
        let staged = self.stage.join("scanned.jsonl");
        write_scanned(&staged, &scanned)?;
        let to = ledger.warehouse.join("_ledger/scanned.jsonl");
        self.moves.push(Move { from: Some(staged), to });
        self.scanned = Some(scanned);
        Ok(())
    }
}

/// Makes the moves of a written commit; those already made are seen by their missing origin.
fn finish_commit(folder: &Path) -> Result<(), LedgerError> {
    let path = folder.join("commit.json");
    if !path.exists() {
        return Ok(());
    }
    let text = fs::read(&path).map_err(StorageError::disk("read", &path))?;
    for change in parse::<Vec<Move>>(&path, &text)? {
        point("move");
        let Move { from, to } = change;
        match from {
            None => storage::remove(&to)?,
            Some(from) => put_into_place(&from, &to)?,
        }
    }
    Ok(storage::remove(&path)?)
}

fn put_into_place(from: &Path, to: &Path) -> Result<(), LedgerError> {
    if fs::rename(from, to).is_ok() || !from.exists() {
        return Ok(());
    }
    storage::remove(to)?;
    storage::make_parent(to)?;
    point("moving");
    Ok(fs::rename(from, to).map_err(StorageError::disk("put into place", to))?)
}

fn read_scanned(path: &Path) -> Result<ScannedFiles, LedgerError> {
    let file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(e) => return Err(StorageError::disk("read", path)(e).into()),
    };
    let mut files = ScannedFiles::new();
    for line in file.lines() {
        let line = line.map_err(StorageError::disk("read", path))?;
        let file: Scanned = parse(path, line.as_bytes())?;
        files.insert(Arc::clone(&file.address), file);
    }
    Ok(files)
}

fn write_scanned(path: &Path, files: &ScannedFiles) -> Result<(), StorageError> {
    storage::make_parent(path)?;
    let write = || {
        let mut out = BufWriter::new(File::create(path)?);
        for file in files.values() {
            serde_json::to_writer(&mut out, file)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    };
    write().map_err(StorageError::disk("write", path))
}

fn parse<T: for<'a> Deserialize<'a>>(path: &Path, text: &[u8]) -> Result<T, LedgerError> {
    serde_json::from_slice(text)
        .map_err(|source| LedgerError::Broken { path: path.to_owned(), source })
}

/// Our own structs of text, numbers and maps with text keys always have a JSON form.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// SHA-256, in hexadecimal, of texts of which none can be mistaken for two.
#[must_use]
pub fn identity<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hex(&hash.finalize())
}

/// Hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entry(identity: &str) -> Entry {
        Entry {
            job: "job".into(),
            identity: identity.into(),
            inputs: BTreeMap::new(),
            rows: 1,
            run: "run".into(),
            finished: "2026-01-01T00:00:00Z".into(),
        }
    }

    fn staged(dir: &Path, name: &str, text: &str) -> PathBuf {
        let folder = dir.join("stage").join(name);
        storage::write(&folder.join("part-00000"), text.as_bytes()).unwrap();
        folder
    }

    #[test]
    fn a_commit_replaces_partitions_and_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path()).unwrap();
        for text in ["one\n", "two\n"] {
            let mut changes = Changes::new(&dir.path().join("stage"));
            let folder = staged(dir.path(), text.trim(), text);
            changes.put(&ledger, ("t", "dt", "2026-01-01"), &folder, &entry(text)).unwrap();
            ledger.commit(changes).unwrap();
            let part = ledger.partition("t", "dt", "2026-01-01").join("part-00000");
            assert_eq!(fs::read_to_string(part).unwrap(), text);
            assert_eq!(ledger.entry("t", "2026-01-01").unwrap().unwrap().identity, text);
        }
        assert_eq!(ledger.entries("t").unwrap().len(), 1);
        let mut changes = Changes::new(&dir.path().join("stage"));
        changes.drop_partition(&ledger, "t", "dt", "2026-01-01");
        ledger.commit(changes).unwrap();
        assert!(ledger.entries("t").unwrap().is_empty());
        assert!(!dir.path().join("t/dt=2026-01-01").exists());
    }

    #[test]
    fn a_commit_cut_off_anywhere_is_finished_by_the_next_run() {
        for made in 0..=4 {
            let dir = tempfile::tempdir().unwrap();
            let ledger = Ledger::open(dir.path()).unwrap();
            let mut changes = Changes::new(&dir.path().join("stage"));
            for day in ["a", "b"] {
                let folder = staged(dir.path(), day, day);
                changes.put(&ledger, ("t", "dt", day), &folder, &entry(day)).unwrap();
            }
            let moves = changes.moves;
            storage::write(&dir.path().join("_ledger/commit.json"), &json(&moves)).unwrap();
            for change in &moves[..made] {
                storage::make_parent(&change.to).unwrap();
                fs::rename(change.from.as_ref().unwrap(), &change.to).unwrap();
            }
            drop(ledger);
            let ledger = Ledger::open(dir.path()).unwrap();
            assert_eq!(ledger.entries("t").unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
            assert_eq!(fs::read_to_string(dir.path().join("t/dt=b/part-00000")).unwrap(), "b");
        }
    }

    #[test]
    fn only_one_run_holds_a_warehouse() {
        let dir = tempfile::tempdir().unwrap();
        let _held = Ledger::open(dir.path()).unwrap();
        assert!(matches!(Ledger::open(dir.path()), Err(LedgerError::Locked(_))));
    }

    #[test]
    fn identities_do_not_run_together() {
        assert_ne!(identity(["ab", "c"]), identity(["a", "bc"]));
        assert_eq!(identity(["a"]).len(), 64);
    }
}
