//! The result store with the rights that a load needs, the user who reads it, and the LMS's tables.

use super::{Lack, NOT_LET_IN, NOT_THERE, Told};
use crate::config::Lms;
use crate::error::DriveError;
use crate::import::Database;
use crate::imports;
use crate::publish::wait;
use jobs::lms::LmsTable;
use store::{Address, Store};

/// What a load does there.
const OF_A_LOAD: &str = "SELECT, INSERT, DELETE, CREATE, DROP, ALTER, INDEX";
const ANSWERS: &str = "see whether the server is up, and whether it lets this user in from here";
const OLDEST_MYSQL: (u32, u32) = (5, 6);

/// Tries a load of a small table, which is made, swapped twice and dropped.
pub fn store(url: &str) -> Told {
    let store = opened(url, "store.url")?;
    // A load makes a file that is not there, and a reader does not.
    if let Err(error) = wait(store.check_loadable()) {
        let todo = format!("GRANT {OF_A_LOAD} on the database to its user{}", granted(&store));
        let is_away = matches!(&error, DriveError::Store(error) if error.is_unavailable());
        return Err(Lack::of(error, if is_away { ANSWERS.to_owned() } else { todo }));
    }
    Ok(format!("{}; a probe was loaded, swapped and dropped", version(&store)?))
}

/// The user of the Data API: he reads, and nothing else.
pub fn reader(url: &str) -> Told {
    let store = opened(url, "--reader")?;
    let rights = wait(store.rights()).map_err(|e| Lack::of(e, ANSWERS))?;
    let version = version(&store)?;
    let tables =
        wait(store.shapes()).map_err(|e| Lack::of(e, "GRANT SELECT on the database to him"))?;
    match rights.iter().find(|right| store::may_write(right)) {
        Some(right) => {
            let said = format!("he may do more than read: {right}");
            Err(Lack::missing(NOT_LET_IN, said, "REVOKE it, and GRANT SELECT only"))
        }
        None => Ok(format!("{version}; {} tables to read, none to write", tables.len())),
    }
}

fn opened(url: &str, key: &str) -> Result<Store, Lack> {
    let opened = url.parse::<Address>().and_then(|address| Store::open(&address));
    opened.map_err(|e| Lack::of(e, format!("mend {key} and its password")))
}

fn version(store: &Store) -> Result<String, Lack> {
    let version = wait(store.version()).map_err(|e| Lack::of(e, ANSWERS))?;
    if !store::is_young_enough(&version, OLDEST_MYSQL) {
        let said = format!("{version} is too old");
        return Err(Lack::missing(NOT_THERE, said, "MySQL 5.6 or later, or MariaDB, is needed"));
    }
    Ok(version)
}

/// What its user may do, as far as that helps.
fn granted(store: &Store) -> String {
    match wait(store.rights()) {
        Ok(rights) if !rights.is_empty() => format!("; he has: {}", rights.join("; ")),
        _ => String::new(),
    }
}

/// Compares the LMS's tables that scheduled workflows read with what is expected of them.
pub fn lms(lms: &Lms, database: Database, tables: &[&'static LmsTable]) -> Told {
    let key = database.key();
    match imports::survey(lms, database, tables) {
        Ok(place) => Ok(format!("{place}: {} tables are as expected", tables.len())),
        Err(error @ DriveError::Missing(_)) => Err(Lack::of(error, format!("name it with {key}"))),
        Err(error) => {
            let todo = format!(
                "let the database answer here, and its user read these tables ({key}): {}",
                tables.iter().map(|table| table.staged.name).collect::<Vec<_>>().join(", ")
            );
            Err(Lack::of(error, todo))
        }
    }
}
