//! Those who have left in the result store and the search index.

use super::list::List;
use super::receipt::{Counts, Receipt};
use super::users::User;
use crate::error::{Drive, DriveError};
use crate::http::Clock;
use crate::index;
use crate::publish::wait;
use crate::run::Run;
use jobs::registry::RESULT_TABLES;
use jobs::retired::{LISTING, Mode, columns_of};
use jobs::table::Table;
use store::{Address, Leaver, Store};

/// What becomes of the rows of users in a table of the store.
fn leaving(table: &Table, users: &[User], list: &List) -> Vec<Leaver> {
    let is_listing = LISTING.contains(&table.name);
    let retired = list.retired();
    let leaver = |user: &User| {
        let fate = retired.user_id(user.id.to_string().as_bytes());
        let kept = fate.filter(|fate| !is_listing && fate.mode() == Mode::Pseudonymise);
        Leaver {
            user_id: user.id,
            usernames: user.names.iter().cloned().collect(),
            pseudonym: kept.map(|fate| fate.username()),
        }
    };
    users.iter().map(leaver).collect()
}

/// Goes over every generation of each table of the store that shows learners.
///
/// # Errors
/// When the store cannot be reached, or refuses.
pub fn store(run: &mut Run, users: &[User], list: &List, receipt: &mut Receipt) -> Drive<()> {
    let Some(url) = &run.settings.config.store.url else { return Ok(()) };
    let store = Store::open(&url.parse::<Address>()?)?;
    wait(store.check())?;
    let mut found = false;
    for table in RESULT_TABLES.iter().filter(|table| !columns_of(table).is_empty()) {
        let leaving = leaving(table, users, list);
        let keeps = leaving.iter().any(|leaver| leaver.pseudonym.is_some());
        let count = || {
            let (files, rows) = wait(store.count_leaving(table, &leaving))?;
            let (changed, removed) = if keeps { (rows, 0) } else { (0, rows) };
            Ok(Counts { files, changed, removed })
        };
        let name = format!("store: {}", table.name);
        receipt.outside(run, &name, count, || wait(store.leave(table, &leaving)))?;
        found |= receipt.places.contains_key(&name);
    }
    // Rows that are gone stand in free pages of a file until it is packed.
    if found && receipt.finished.is_none() {
        wait(store.compact())?;
        if matches!(store, Store::Mysql(_)) {
            let why = "what a database server keeps by itself until it writes over it";
            receipt.cannot_reach(why, ["binary logs and backups of the store".to_owned()]);
        }
    }
    Ok(())
}

/// Goes over the documents that the alias of the roster leads to.
///
/// # Errors
/// When the cluster cannot be reached, or refuses.
pub fn index(run: &mut Run, users: &[User], receipt: &mut Receipt) -> Drive<()> {
    let config = run.settings.config.index.clone();
    if config.url.is_none() {
        return Ok(());
    }
    let clock = Clock::default();
    let names: Vec<_> = users.iter().flat_map(|user| user.names.iter().cloned()).collect();
    let count = || {
        let removed = index::count_of(&config, &names, &clock).map_err(DriveError::Index)?;
        Ok(Counts { files: u64::from(removed > 0), changed: 0, removed })
    };
    let remove = || index::remove_of(&config, &names, &clock).map_err(DriveError::Index);
    receipt.outside(run, &format!("index: {}", config.alias), count, remove)
}
