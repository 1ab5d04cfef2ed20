//! Whether accounts have the names that the file of those who leave gives them: what is done to the wrong learner
//! cannot be undone.

use super::tables::values_of;
use super::users::User;
use crate::error::{Drive, DriveError};
use crate::rows;
use crate::storage::Place;
use jobs::lms;
use std::collections::{BTreeSet, HashMap};

/// Where the LMS names its accounts.
const ACCOUNTS: &str = "auth_user";
/// The LMS's own names for accounts that are retired there begin so.
const RETIRED: &str = "retired__";

/// Holds the file against the newest import of accounts, where there is one. An account that it does not have may be
/// gone from the LMS already.
///
/// # Errors
/// The lines that name other accounts than they say, by their numbers alone; when the import cannot be read.
pub fn check(warehouse: &Place, users: &[User]) -> Drive<()> {
    let folder = warehouse.join(ACCOUNTS);
    let newest = values_of(&folder)?.into_iter().max();
    let (Some(table), Some(newest)) = (lms::find(ACCOUNTS), newest) else { return Ok(()) };
    let mut wrong = BTreeSet::new();
    let by_id: HashMap<_, _> = users.iter().map(|user| (user.id.to_string(), user)).collect();
    let by_name: HashMap<_, _> = users
        .iter()
        .flat_map(|user| user.names.iter().map(move |name| (name.as_str(), user)))
        .collect();
    let import = folder.join(format!("dt={newest}"));
    rows::each(&table.rows, &import, |row| {
        let row = String::from_utf8_lossy(row);
        let mut fields = row.trim_end_matches('\n').split('\t');
        let (id, name) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if let Some(user) = by_name.get(name).filter(|user| user.id.to_string() != id) {
            wrong.insert((user.line, "a name is that of another account"));
        }
        if let Some(user) = by_id.get(id)
            && !user.names.contains(name)
            && !name.starts_with(RETIRED)
        {
            wrong.insert((user.line, "the account has another name, which has to be given, too"));
        }
    })?;
    if wrong.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = wrong.iter().map(|(line, what)| format!("line {line}: {what}")).collect();
    Err(DriveError::Usage(format!(
        "--users: {} (by {ACCOUNTS}/dt={newest}); nothing was done",
        lines.join("; ")
    )))
}
