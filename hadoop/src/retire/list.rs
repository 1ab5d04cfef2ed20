//! The list of those who have left, beside the ledger. Whatever is read from logs or imported goes through it.

use crate::config::{ConfigError, RetirementConfig};
use crate::error::{Drive, DriveError};
use crate::http::Secret;
use crate::ledger::LedgerError;
use crate::storage::{Place, Stored};
use jobs::retired::{Key, Learner, Mode, Retired, side_file};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::users::User;

/// Holds the secret where no `retirement.key_file` is named.
pub const KEY_VARIABLE: &str = "INSIGHTS_RETIREMENT_KEY";
/// Where the list stands, below the warehouse.
pub(super) const FILE: &str = "_ledger/retired.jsonl";
/// Bytes of a secret that nobody guesses.
const SHORTEST_SECRET: usize = 16;

/// The first line of the list: which key it was made with.
#[derive(Serialize, Deserialize)]
struct Head {
    key: String,
}

/// The list, and the secret that it was made with.
pub struct List {
    secret: Secret,
    key: Key,
    learners: Vec<Learner>,
}

impl List {
    /// The list of a warehouse; none where nobody has left.
    ///
    /// # Errors
    /// When it cannot be read, or its secret is not set: without it those who have left would come back.
    pub fn of(config: &RetirementConfig, warehouse: &Place) -> Drive<Option<Self>> {
        match warehouse.join(FILE).exists()? {
            true => Self::open(config, warehouse).map(Some),
            false => Ok(None),
        }
    }

    /// The list of a warehouse, which may be empty.
    ///
    /// # Errors
    /// As [`List::of`].
    pub fn open(config: &RetirementConfig, warehouse: &Place) -> Drive<Self> {
        let secret = secret(config)?;
        let key = Key::of_secret(secret.exposed().as_bytes());
        let place = warehouse.join(FILE);
        let Some(text) = place.read_if_there()? else {
            return Ok(Self { secret, key, learners: Vec::new() });
        };
        let broken = |source| LedgerError::Broken { place: place.address(), source };
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let head: Head =
            serde_json::from_slice(lines.next().unwrap_or_default()).map_err(broken)?;
        if head.key != key.check() {
            return Err(wrong("it is not the secret that those who have left were listed with"));
        }
        let learners =
            lines.map(serde_json::from_slice).collect::<Result<_, _>>().map_err(broken)?;
        Ok(Self { secret, key, learners })
    }

    /// The key of its digests.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Those who have left, in the order of their pseudonyms.
    #[must_use]
    pub fn learners(&self) -> &[Learner] {
        &self.learners
    }

    /// The list, to look rows up in: one for each thread.
    #[must_use]
    pub fn retired(&self) -> Retired {
        Retired::new(self.key.clone(), &self.learners)
    }

    /// Its bytes for tasks.
    #[must_use]
    pub fn side_file(&self) -> Vec<u8> {
        side_file(self.secret.exposed().as_bytes(), &self.learners)
    }

    /// Adds learners, and names to those who are in it. Their pseudonyms follow the order of digests, which
    /// tells nothing. Gives how many are new.
    ///
    /// # Errors
    /// When a name is another learner's, or a learner has left in another mode.
    pub(super) fn add(&mut self, users: &[User], mode: Mode, receipt: &str) -> Drive<usize> {
        let known: BTreeMap<String, usize> =
            self.learners.iter().enumerate().map(|(at, l)| (l.user_id.clone(), at)).collect();
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        for learner in &self.learners {
            owners.extend(learner.usernames.iter().map(|n| (n.clone(), learner.user_id.clone())));
        }
        let mut new = BTreeMap::new();
        for user in users {
            let (id, names) = user.digests(&self.key);
            if names.iter().any(|n| owners.get(n).is_some_and(|owner| *owner != id)) {
                return Err(refused("a name in it belongs to an account that has left before"));
            }
            match known.get(&id).and_then(|at| self.learners.get_mut(*at)) {
                Some(learner) if learner.mode != mode => {
                    return Err(refused("somebody in it has left before in the other --mode"));
                }
                Some(learner) => {
                    let all = learner.usernames.drain(..).chain(names).collect::<BTreeSet<_>>();
                    learner.usernames.extend(all);
                }
                None => drop(new.insert(id, names)),
            }
        }
        let count = new.len();
        let last = self.learners.iter().map(|learner| learner.number).max().unwrap_or(0);
        for (number, (user_id, usernames)) in (last + 1..).zip(new) {
            let receipt = receipt.to_owned();
            self.learners.push(Learner { number, user_id, usernames, mode, receipt });
        }
        Ok(count)
    }

    /// Writes it where nobody looks yet.
    pub(super) fn stage(&self, place: &Place) -> Stored<()> {
        let mut text = json_line(&Head { key: self.key.check() });
        self.learners.iter().for_each(|learner| text.extend(json_line(learner)));
        place.stage(&text)
    }
}

/// Our own structs of texts and numbers always have a JSON form.
fn json_line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

fn refused(what: &str) -> DriveError {
    DriveError::Usage(format!("--users: {what}; nothing was done"))
}

fn secret(config: &RetirementConfig) -> Drive<Secret> {
    let file = config.key_file.as_deref();
    let read = Secret::read(file, std::env::var(KEY_VARIABLE).ok());
    let secret = read.map_err(|e| wrong(&format!("it cannot be read: {e}")))?;
    let secret = secret.ok_or_else(|| {
        wrong(&format!(
            "it is not set, nor {KEY_VARIABLE}: learners have left, and who they are cannot be told without it"
        ))
    })?;
    if secret.exposed().len() < SHORTEST_SECRET {
        return Err(wrong(&format!("the secret has fewer than {SHORTEST_SECRET} bytes")));
    }
    Ok(secret)
}

fn wrong(what: &str) -> DriveError {
    DriveError::Config(ConfigError::Wrong {
        origin: "retirement.key_file".to_owned(),
        what: what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn users(text: &str) -> Vec<User> {
        super::super::users::read(text.as_bytes()).ok().unwrap()
    }

    fn config(folder: &std::path::Path, secret: &str) -> RetirementConfig {
        let file = folder.join("key");
        std::fs::write(&file, secret).unwrap();
        RetirementConfig { key_file: Some(file) }
    }

    #[test]
    fn the_list_is_read_back_under_its_key_alone() {
        let dir = tempfile::tempdir().unwrap();
        let warehouse = Place::from(dir.path());
        let config_of = |secret| config(dir.path(), secret);
        assert!(List::of(&config_of("short"), &warehouse).unwrap().is_none(), "no list, no secret");
        let mut list = List::open(&config_of("of sixteen bytes"), &warehouse).unwrap();
        assert_eq!(list.add(&users("7,mira\n8,zoe"), Mode::Remove, "r").unwrap(), 2);
        assert_eq!(list.add(&users("7,mira_n"), Mode::Remove, "s").unwrap(), 0);
        list.stage(&warehouse.join(FILE)).unwrap();
        let read = List::of(&config_of("of sixteen bytes\n"), &warehouse).unwrap().unwrap();
        assert_eq!(read.learners(), list.learners());
        assert_eq!(read.learners()[0].number, 1);
        assert!(read.retired().username(b"mira_n").is_some());
        for (secret, says) in
            [("sixteen other bytes", "not the secret"), ("short", "fewer than 16 bytes")]
        {
            let error = List::of(&config_of(secret), &warehouse).err().unwrap();
            assert_eq!(error.exit_code(), 3);
            assert!(error.to_string().contains(says) && !error.to_string().contains(secret));
        }
    }

    #[test]
    fn what_contradicts_the_list_is_refused_without_names() {
        let dir = tempfile::tempdir().unwrap();
        let secret = config(dir.path(), "of sixteen bytes");
        let mut list = List::open(&secret, &Place::from(dir.path())).unwrap();
        list.add(&users("7,mira"), Mode::Remove, "r").unwrap();
        for (text, mode) in [("8,mira", Mode::Remove), ("7,mira", Mode::Pseudonymise)] {
            let error = list.add(&users(text), mode, "s").unwrap_err();
            assert!(error.exit_code() == 2 && !error.to_string().contains("mira"), "{error}");
        }
    }
}
