//! The receipt of a retirement: what was done where, without names. While it is unfinished it is the journal
//! that a later run goes on by.

use crate::error::Drive;
use crate::events;
use crate::faults::point;
use crate::ledger::{Changes, LedgerError};
use crate::run::Run;
use crate::storage::Place;
use jobs::retired::Mode;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The folder of receipts, below the warehouse.
pub const FOLDER: &str = "_retired";

/// What became of a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Files in which somebody was found; of the store tables, of the index indexes.
    pub files: u64,
    /// Rows that are under a pseudonym now.
    pub changed: u64,
    /// Rows that are gone.
    pub removed: u64,
}

impl Counts {
    /// Adds what became of another part of the place.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.changed += other.changed;
        self.removed += other.removed;
    }

    /// Whether nobody was found.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What a retirement did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its name: it follows from who left and how.
    pub id: String,
    /// What became of rows that are counted.
    pub mode: Mode,
    /// How many learners.
    pub learners: usize,
    /// The digest of each account's number, under the secret key.
    pub digests: Vec<String>,
    /// The version of the program.
    pub program: String,
    /// When it began (UTC).
    pub began: String,
    /// When all was done (UTC); none while it is at work.
    pub finished: Option<String>,
    /// The runs that did something.
    pub runs: Vec<String>,
    /// What became of each place in which somebody was found.
    pub places: BTreeMap<String, Counts>,
    /// Places outside of the warehouse that are being worked on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<String, Counts>,
    /// What could not be reached, and why that is so.
    pub not_reached: BTreeMap<String, BTreeSet<String>>,
}

impl Receipt {
    /// A receipt that is begun.
    #[must_use]
    pub fn new(id: &str, mode: Mode, digests: Vec<String>) -> Self {
        Self {
            id: id.to_owned(),
            mode,
            learners: digests.len(),
            digests,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            began: events::now(),
            finished: None,
            runs: Vec::new(),
            places: BTreeMap::new(),
            pending: BTreeMap::new(),
            not_reached: BTreeMap::new(),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn place(id: &str, warehouse: &Place) -> Place {
        warehouse.join(path(id))
    }

    /// The receipt of that name, if there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(id: &str, warehouse: &Place) -> Drive<Option<Self>> {
        let place = Self::place(id, warehouse);
        let Some(text) = place.read_if_there()? else { return Ok(None) };
        let broken = |source| LedgerError::Broken { place: place.address(), source };
        Ok(Some(serde_json::from_slice(&text).map_err(broken)?))
    }

    /// Notes what became of a place.
    pub fn note(&mut self, place: &str, counts: Counts, run: &str) {
        if counts.is_nothing() {
            return;
        }
        self.places.entry(place.to_owned()).or_default().add(counts);
        self.finished = None;
        if !self.runs.iter().any(|known| known == run) {
            self.runs.push(run.to_owned());
        }
    }

    /// Does what no commit of the ledger covers: what is found is written down before it is done, so that a run
    /// that goes on after a killed one does it again and counts it once.
    ///
    /// # Errors
    /// What counting and doing say, or when the receipt cannot be written.
    pub fn outside(
        &mut self,
        run: &mut Run,
        place: &str,
        count: impl FnOnce() -> Drive<Counts>,
        act: impl FnOnce() -> Drive<()>,
    ) -> Drive<()> {
        let counts = match self.pending.get(place) {
            Some(counts) => *counts,
            None => count()?,
        };
        if counts.is_nothing() {
            return Ok(());
        }
        self.pending.insert(place.to_owned(), counts);
        self.finished = None;
        self.save(run)?;
        act()?;
        point("outside");
        self.pending.remove(place);
        self.note(place, counts, run.events.id());
        self.save(run)
    }

    /// Notes what cannot be reached.
    pub fn cannot_reach(&mut self, why: &str, what: impl IntoIterator<Item = String>) {
        self.not_reached.entry(why.to_owned()).or_default().extend(what);
    }

    /// All that was found.
    #[must_use]
    pub fn sum(&self) -> Counts {
        let mut sum = Counts::default();
        self.places.values().for_each(|counts| sum.add(*counts));
        sum
    }

    /// Commits changes, and itself with them, since it tells of them.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn commit(&self, run: &mut Run, mut changes: Changes) -> Drive<()> {
        let staged = run.stage("receipt")?.join("receipt.json");
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        staged.stage(&text)?;
        changes.put_file(&run.ledger, &staged, path(&self.id))?;
        point("retired");
        run.commit(changes)
    }

    /// Writes it now.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn save(&self, run: &mut Run) -> Drive<()> {
        let changes = Changes::new(&run.stage("ledger")?);
        self.commit(run, changes)
    }
}

fn path(id: &str) -> String {
    format!("{FOLDER}/{id}.json")
}
