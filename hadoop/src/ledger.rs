//! The ledger: what is in the warehouse, made from what. It is the only judge of "done".
//!
//! It stands in the warehouse, below `_ledger/`: one line a partition (`tables/TABLE.jsonl`), one line a
//! scanned log file (`scanned.jsonl`), one line a partition that was cut (`cut.jsonl`). Everything that a
//! step makes is staged first; [`Ledger::commit`] writes down the moves in one file (the one atomic act),
//! makes them, and removes that file. Whoever opens the ledger makes an interrupted commit's moves to the
//! end, so a run that was killed anywhere leaves either the old state or the new one.

mod cut;
mod identity;

use crate::faults::point;
use crate::lock::{Lock, LockError};
use crate::storage::{Place, StorageError, Stored};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::sync::Arc;

pub use cut::{Cut, spans};
pub use identity::{CODE, hex, identity};

/// A ledger that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another run is at work, or the lock cannot be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file of the ledger says nothing usable.
    #[error("the ledger file {place} is broken: {source}")]
    Broken {
        /// Its address.
        place: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The storage refused.
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

/// A folder or file that is to take another's place; none = the place becomes empty. Both are paths
/// below the warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Move {
    from: Option<String>,
    to: String,
}

/// What is known of a table's partitions, by value.
pub type Entries = BTreeMap<String, Entry>;

/// The ledger of a warehouse, held alone.
pub struct Ledger {
    warehouse: Place,
    scanned: ScannedFiles,
    cut: Cut,
    /// Tables that were looked at.
    tables: RefCell<BTreeMap<String, Arc<Entries>>>,
    /// Held until the run ends, however it ends.
    _lock: Option<Lock>,
}

const FOLDER: &str = "_ledger";
const SCANNED: &str = "_ledger/scanned.jsonl";
const CUT: &str = "_ledger/cut.jsonl";
const COMMIT: &str = "_ledger/commit.json";

impl Ledger {
    /// Takes the ledger of a warehouse for this process alone, and ends what another left half done.
    ///
    /// # Errors
    /// When another process has it, or it cannot be read.
    pub fn open(warehouse: &Place) -> Result<Self, LedgerError> {
        warehouse.join(FOLDER).make_folder()?;
        let lock = Lock::take(warehouse, FOLDER)?;
        finish_commit(warehouse)?;
        Ok(Self { _lock: Some(lock), ..Self::look(warehouse)? })
    }

    /// Reads a ledger without holding or changing it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn look(warehouse: &Place) -> Result<Self, LedgerError> {
        let scanned = lines::<Scanned>(&warehouse.join(SCANNED))?;
        let scanned = scanned.into_iter().map(|file| (Arc::clone(&file.address), file)).collect();
        let cut = lines(&warehouse.join(CUT))?.into_iter().collect();
        let tables = RefCell::default();
        Ok(Self { warehouse: warehouse.clone(), scanned, cut, tables, _lock: None })
    }

    /// The warehouse's folder.
    #[must_use]
    pub fn warehouse(&self) -> &Place {
        &self.warehouse
    }

    /// The folder of a partition.
    #[must_use]
    pub fn partition(&self, table: &str, key: &str, value: &str) -> Place {
        self.warehouse.join(partition(table, key, value))
    }

    /// What is known of a partition; none where the ledger knows nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn entry(&self, table: &str, value: &str) -> Result<Option<Entry>, LedgerError> {
        Ok(self.entries(table)?.get(value).cloned())
    }

    /// All partitions of a table that the ledger knows, by value.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn entries(&self, table: &str) -> Result<Arc<Entries>, LedgerError> {
        if let Some(known) = self.tables.borrow().get(table) {
            return Ok(Arc::clone(known));
        }
        let found = lines::<Line<String, Entry>>(&self.warehouse.join(table_file(table)))?;
        let found: Entries = found.into_iter().map(|line| (line.value, line.entry)).collect();
        let found = Arc::new(found);
        self.tables.borrow_mut().insert(table.to_owned(), Arc::clone(&found));
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

    /// The partitions that were cut.
    #[must_use]
    pub fn cut(&self) -> &Cut {
        &self.cut
    }

    /// Makes all changes of a step, as one.
    ///
    /// # Errors
    /// When the storage refuses; opening the ledger again then goes on where it stopped.
    pub fn commit(&mut self, mut changes: Changes) -> Result<(), LedgerError> {
        let mut cut = self.cut.clone();
        for (table, changed) in std::mem::take(&mut changes.tables) {
            let mut entries = (*self.entries(&table)?).clone();
            for (value, entry) in changed {
                match entry {
                    Some(entry) => {
                        cut.forget(&table, &value);
                        entries.insert(value, entry)
                    }
                    None => entries.remove(&value),
                };
            }
            let staged = changes.stage.join(table_file(&table));
            write_lines(&staged, entries.iter().map(|(value, entry)| Line { value, entry }))?;
            changes.will_move(&self.warehouse, Some(&staged), table_file(&table))?;
            self.tables.borrow_mut().insert(table, Arc::new(entries));
        }
        if let Some(scanned) = changes.scanned.take() {
            let staged = changes.stage.join(SCANNED);
            write_lines(&staged, scanned.values())?;
            changes.will_move(&self.warehouse, Some(&staged), SCANNED.to_owned())?;
            self.scanned = scanned;
        }
        changes.cut.iter().for_each(|(table, value, run)| cut.add(table, value, run));
        if cut != self.cut {
            let staged = changes.stage.join(CUT);
            write_lines(&staged, cut.lines())?;
            changes.will_move(&self.warehouse, Some(&staged), CUT.to_owned())?;
            self.cut = cut;
        }
        point("commit");
        self.warehouse.join(COMMIT).write(&json(&changes.moves))?;
        point("committed");
        finish_commit(&self.warehouse)
    }
}

fn partition(table: &str, key: &str, value: &str) -> String {
    format!("{table}/{key}={value}")
}

fn table_file(table: &str) -> String {
    format!("{FOLDER}/tables/{table}.jsonl")
}

/// A line of a table's file.
#[derive(Serialize, Deserialize)]
struct Line<V, E> {
    value: V,
    #[serde(flatten)]
    entry: E,
}

/// What a step changes; staged in a folder until [`Ledger::commit`].
pub struct Changes {
    stage: Place,
    moves: Vec<Move>,
    tables: BTreeMap<String, BTreeMap<String, Option<Entry>>>,
    scanned: Option<ScannedFiles>,
    cut: Vec<(String, String, String)>,
}

impl Changes {
    /// Will stage the ledger's own files below `stage`, a folder of the warehouse.
    #[must_use]
    pub fn new(stage: &Place) -> Self {
        let (moves, tables) = (Vec::new(), BTreeMap::new());
        Self { stage: stage.clone(), moves, tables, scanned: None, cut: Vec::new() }
    }

    /// A staged folder becomes a partition, marked as whole.
    ///
    /// # Errors
    /// When the mark cannot be staged.
    pub fn put(
        &mut self,
        ledger: &Ledger,
        place: (&str, &str, &str),
        staged: &Place,
        entry: Entry,
    ) -> Result<(), LedgerError> {
        let (table, key, value) = place;
        staged.join("_SUCCESS").stage(b"")?;
        self.note(table, value, entry);
        self.will_move(&ledger.warehouse, Some(staged), partition(table, key, value))
    }

    /// A staged file takes its place: a path below the warehouse.
    ///
    /// # Errors
    /// When it is not staged in the warehouse.
    pub fn put_file(
        &mut self,
        ledger: &Ledger,
        staged: &Place,
        path: String,
    ) -> Result<(), LedgerError> {
        self.will_move(&ledger.warehouse, Some(staged), path)
    }

    /// The ledger learns of a partition that is in place already.
    pub fn note(&mut self, table: &str, value: &str, entry: Entry) {
        self.tables.entry(table.to_owned()).or_default().insert(value.to_owned(), Some(entry));
    }

    /// A partition goes.
    pub fn drop_partition(&mut self, table: &str, key: &str, value: &str) {
        self.tables.entry(table.to_owned()).or_default().insert(value.to_owned(), None);
        self.moves.push(Move { from: None, to: partition(table, key, value) });
    }

    /// A partition goes for good: a run says that it cut it.
    pub fn cut_partition(&mut self, place: (&str, &str, &str), run: &str) {
        let (table, key, value) = place;
        self.drop_partition(table, key, value);
        self.cut.push((table.to_owned(), value.to_owned(), run.to_owned()));
    }

    /// The list of scanned files becomes this one.
    pub fn set_scanned(&mut self, scanned: ScannedFiles) {
        self.scanned = Some(scanned);
    }

    fn will_move(
        &mut self,
        warehouse: &Place,
        from: Option<&Place>,
        to: String,
    ) -> Result<(), LedgerError> {
        let from = from.map(|from| from.below(warehouse)).transpose()?;
        self.moves.push(Move { from, to });
        Ok(())
    }
}

/// Makes the moves of a written commit; those already made are seen by their missing origin.
fn finish_commit(warehouse: &Place) -> Result<(), LedgerError> {
    let commit = warehouse.join(COMMIT);
    let Some(text) = commit.read_if_there()? else { return Ok(()) };
    for change in parse::<Vec<Move>>(&commit, &text)? {
        point("move");
        let to = warehouse.join(change.to);
        match change.from {
            None => to.remove()?,
            Some(from) => put_into_place(&warehouse.join(from), &to)?,
        }
    }
    Ok(commit.remove()?)
}

fn put_into_place(from: &Place, to: &Place) -> Stored<()> {
    // Where nothing is yet, one question is enough: most often so.
    if from.rename(to).is_ok() || !from.exists()? {
        return Ok(());
    }
    to.remove()?;
    to.parent().make_folder()?;
    point("moving");
    from.rename(to)
}

fn lines<T: for<'a> Deserialize<'a>>(place: &Place) -> Result<Vec<T>, LedgerError> {
    let file = match place.open(0) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.is_missing() => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for line in file.split(b'\n') {
        found.push(parse(place, &line.map_err(place.refused("read"))?)?);
    }
    Ok(found)
}

fn write_lines<T: Serialize>(place: &Place, lines: impl Iterator<Item = T>) -> Stored<()> {
    let mut out = BufWriter::new(place.create()?);
    let write = || {
        for line in lines {
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    };
    write().map_err(place.refused("write"))?;
    let file = out.into_inner().map_err(|e| place.refused("write")(e.into_error()))?;
    file.close().map_err(place.refused("write"))
}

fn parse<T: for<'a> Deserialize<'a>>(place: &Place, text: &[u8]) -> Result<T, LedgerError> {
    serde_json::from_slice(text)
        .map_err(|source| LedgerError::Broken { place: place.address(), source })
}

/// Our own structs of text, numbers and maps with text keys always have a JSON form.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
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

    fn warehouse() -> (tempfile::TempDir, Place) {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::from(dir.path());
        (dir, place)
    }

    fn staged(warehouse: &Place, name: &str, text: &str) -> Place {
        let folder = warehouse.join("stage").join(name);
        folder.join("part-00000").stage(text.as_bytes()).unwrap();
        folder
    }

    #[test]
    fn a_commit_replaces_partitions_and_is_read_back() {
        let (_dir, place) = warehouse();
        for text in ["one\n", "two\n"] {
            let mut ledger = Ledger::open(&place).unwrap();
            let mut changes = Changes::new(&place.join("stage"));
            let folder = staged(&place, text.trim(), text);
            changes.put(&ledger, ("t", "dt", "2026-01-01"), &folder, entry(text)).unwrap();
            ledger.commit(changes).unwrap();
            let part = ledger.partition("t", "dt", "2026-01-01").join("part-00000");
            assert_eq!(part.read().unwrap(), text.as_bytes());
            assert_eq!(ledger.entry("t", "2026-01-01").unwrap().unwrap().identity, text);
            drop(ledger);
            let known = Ledger::look(&place).unwrap().entry("t", "2026-01-01").unwrap();
            assert_eq!(known.unwrap().identity, text);
        }
        let mut ledger = Ledger::open(&place).unwrap();
        assert_eq!(ledger.entries("t").unwrap().len(), 1);
        let mut changes = Changes::new(&place.join("stage"));
        changes.drop_partition("t", "dt", "2026-01-01");
        ledger.commit(changes).unwrap();
        assert!(ledger.entries("t").unwrap().is_empty());
        assert!(!place.join("t/dt=2026-01-01").exists().unwrap());
    }

    #[test]
    fn a_commit_cut_off_anywhere_is_finished_by_the_next_run() {
        for made in 0..=4 {
            let (_dir, place) = warehouse();
            let stage = place.join("stage");
            let mut moves = Vec::new();
            for day in ["a", "b"] {
                staged(&place, day, day);
                let [from, to] = [format!("stage/{day}"), format!("t/dt={day}")];
                moves.push(Move { from: Some(from), to });
            }
            let known = [("a", entry("a")), ("b", entry("b"))];
            let table = stage.join(table_file("t"));
            write_lines(&table, known.iter().map(|(value, entry)| Line { value, entry })).unwrap();
            let from = Some(format!("stage/{}", table_file("t")));
            moves.push(Move { from, to: table_file("t") });
            place.join(COMMIT).write(&json(&moves)).unwrap();
            for change in moves.iter().take(made) {
                let to = place.join(&change.to);
                to.parent().make_folder().unwrap();
                place.join(change.from.as_ref().unwrap()).rename(&to).unwrap();
            }
            let ledger = Ledger::open(&place).unwrap();
            assert_eq!(ledger.entries("t").unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
            assert_eq!(place.join("t/dt=b/part-00000").read().unwrap(), b"b");
            assert!(!place.join(COMMIT).exists().unwrap());
        }
    }

    #[test]
    fn only_one_run_holds_a_warehouse() {
        let (_dir, place) = warehouse();
        let _held = Ledger::open(&place).unwrap();
        assert!(matches!(Ledger::open(&place), Err(LedgerError::Lock(LockError::Held { .. }))));
    }

    #[test]
    fn identities_do_not_run_together() {
        assert_ne!(identity(["ab", "c"]), identity(["a", "bc"]));
        assert_eq!(identity(["a"]).len(), 64);
    }
}
