//! A learner's right to leave: takes learners out of everything that was kept of them, for good.
//!
//! Those who leave are written into a list of keyed digests beside the ledger first ([`list`]); from then on no
//! scan and no import brings them back. Then each place is gone over: facts, tables and imports of the
//! warehouse ([`tables`]), reports ([`reports`]), the store and the index ([`outside`]), records of runs
//! ([`records`]). Whatever was killed is gone over again by the same command; what is done already finds
//! nothing. The receipt ([`receipt`]) tells what was done, in numbers alone.
//!
//! Rows that are counted are put under a pseudonym, unless they are to go: so every count, span and median
//! stays as it was. Rows that show single learners go in any case.

mod accounts;
mod avro;
pub mod list;
mod outside;
pub mod receipt;
mod records;
mod reports;
mod rewrite;
mod tables;
mod users;

use crate::error::{Drive, DriveError};
use crate::events;
use crate::ledger::{Changes, identity};
use crate::run::{Run, Summary};
use crate::storage::{Place, StorageError};
use jobs::params::Params;
use jobs::retired::Mode;
use list::List;
use receipt::Receipt;
use serde_json::json;
use std::path::Path;

pub use tables::{clean_import, clean_rows};
pub use users::User;

/// What is asked for.
pub struct Request<'a> {
    /// Those who leave.
    pub users: &'a [User],
    /// What becomes of rows that are counted.
    pub mode: Mode,
    /// Folders of reports that no settings name.
    pub files: &'a [String],
    /// Parameters of the settings.
    pub params: &'a Params,
}

/// What a retirement has come to.
#[derive(Debug)]
pub struct Done {
    /// Its receipt.
    pub receipt: Receipt,
    /// Whether this run has found anything to do.
    pub is_new: bool,
}

/// Reads the file of those who leave.
///
/// # Errors
/// When it cannot be read; every line that cannot be used, without what it holds.
pub fn read_users(file: &Path) -> Drive<Vec<User>> {
    let unread = |e| DriveError::Missing(StorageError::disk("read", file)(e).to_string());
    let text = std::fs::read(file).map_err(unread)?;
    users::read(&text).map_err(|wrong| {
        let said = wrong.join("; ");
        DriveError::Usage(format!("--users {}: {said}; nothing was done", file.display()))
    })
}

/// Takes learners out of everything.
///
/// # Errors
/// The first thing that goes wrong; the same command goes on from there.
pub fn retire(run: &mut Run, request: &Request, summary: &mut Summary) -> Drive<Done> {
    run.params = request.params.clone();
    let config = &run.settings.config.retirement;
    let mut list = List::open(config, run.ledger.warehouse())?;
    accounts::check(run.ledger.warehouse(), request.users)?;
    let mut digests: Vec<_> =
        request.users.iter().map(|user| list.key().of_user_id(user.id)).collect();
    digests.sort();
    let id = id_of(&digests, request.mode);
    let known = Receipt::read(&id, run.ledger.warehouse())?;
    let before = known.clone();
    let mut receipt = known.unwrap_or_else(|| Receipt::new(&id, request.mode, digests));
    run.started("retire", &format!("{} learners, receipt {id}", receipt.learners))?;
    let listed = list.learners().to_vec();
    list.add(request.users, request.mode, &id)?;
    if list.learners() != listed || before.is_none() {
        receipt.finished = None;
        write_list(run, &list, &receipt)?;
    }
    tables::facts(run, &list, &mut receipt)?;
    tables::others(run, &list, &mut receipt)?;
    reports::reports(run, request.files, &list, &mut receipt)?;
    outside::store(run, request.users, &list, &mut receipt)?;
    outside::index(run, request.users, &mut receipt)?;
    records::records(run, request.users, &list, &mut receipt)?;
    logs(run, &mut receipt);
    let is_new = before.as_ref() != Some(&receipt);
    if is_new || receipt.finished.is_none() {
        receipt.finished = Some(events::now());
        receipt.save(run)?;
    }
    let sum = receipt.sum();
    let figures = json!({"rows": sum.changed + sum.removed, "receipt": id});
    run.finished("retire", figures, summary)?;
    Ok(Done { receipt, is_new })
}

/// The same learners and mode have the same receipt, whoever asks how often.
fn id_of(digests: &[String], mode: Mode) -> String {
    const DIGITS: usize = 16;
    let mode = match mode {
        Mode::Pseudonymise => "pseudonymise",
        Mode::Remove => "remove",
    };
    let mut id = identity(digests.iter().map(String::as_str).chain([mode]));
    id.truncate(DIGITS);
    id
}

/// The list comes first: whatever is killed later, nobody comes back.
fn write_list(run: &mut Run, list: &List, receipt: &Receipt) -> Drive<()> {
    let stage = run.stage("ledger")?;
    let mut changes = Changes::new(&stage);
    let staged = stage.join("retired.jsonl");
    list.stage(&staged)?;
    changes.put_file(&run.ledger, &staged, list::FILE.to_owned())?;
    receipt.commit(run, changes)
}

/// Logs are not ours to change.
fn logs(run: &Run, receipt: &mut Receipt) {
    let sources = run.settings.config.sources.iter().map(|source| source.url.clone());
    let scanned = run.ledger.scanned().keys().filter_map(|address| {
        let place = Place::at(address).ok()?;
        Some(place.parent().address())
    });
    let why = "source logs, which still hold the lines; whatever is scanned goes through the list";
    receipt.cannot_reach(why, sources.chain(scanned));
}
