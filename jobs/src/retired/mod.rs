//! Learners who have left: who they are, told by digests alone, and what becomes of rows that name them.
//!
//! The list of them stands beside the ledger. Whatever is read from logs or imported later goes through it,
//! so that no late file and no table that is made anew brings a learner back. It holds no name and no number
//! of an account: a digest under a secret key stands for each, so who has the list without the key can
//! neither read it nor try names against it. A pseudonym follows from nothing but the order in the list.

mod rows;

pub use rows::{LISTING, Outcome, Person, columns_of, is_pseudonym, is_pseudonymous_id, person};

use crate::params::{ParamError, Params};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The parameter that names the list's file in a pass over logs.
pub const PARAM: &str = "retired";

/// What begins each pseudonym: no name of an account holds a colon.
const PREFIX: &str = "retired:";

/// Answers that are remembered before all are forgotten: some tens of megabytes.
const REMEMBERED: usize = 1 << 18;

/// What becomes of a learner's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// They stay, under a pseudonym, so that every count that they are in stays as it is.
    Pseudonymise,
    /// They go.
    Remove,
}

/// A learner who has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learner {
    /// The number of the pseudonym, from 1; no two learners of a list share one.
    pub number: u32,
    /// The digest of the account's number.
    pub user_id: String,
    /// Digests of the names that the account has had.
    pub usernames: Vec<String>,
    /// What becomes of the rows.
    pub mode: Mode,
    /// The receipt of the retirement.
    pub receipt: String,
}

/// The key under which digests are made. It is derived from the secret, which stays with the driver.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// The key that follows from a secret.
    #[must_use]
    pub fn of_secret(secret: &[u8]) -> Self {
        Self::of_bytes(&Self::of_bytes(secret).mac(b"insights: learners who have left"))
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        // HMAC takes keys of every length, so none is refused.
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(bytes);
        Self(mac.unwrap_or_else(|_| <Hmac<Sha256> as KeyInit>::new(&Default::default())))
    }

    fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    fn digest(&self, kind: &str, text: &str) -> String {
        hex(&self.mac(format!("{kind}:{text}").as_bytes()))
    }

    /// The digest of an account's number.
    #[must_use]
    pub fn of_user_id(&self, id: i64) -> String {
        self.digest("user_id", &id.to_string())
    }

    /// The digest of an account's name.
    #[must_use]
    pub fn of_username(&self, name: &str) -> String {
        self.digest("username", name)
    }

    /// Tells this key from another without telling the key.
    #[must_use]
    pub fn check(&self) -> String {
        self.digest("check", "")
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// What becomes of the rows of one learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    number: u32,
    mode: Mode,
}

impl Fate {
    /// What becomes of them.
    #[must_use]
    pub const fn mode(self) -> Mode {
        self.mode
    }

    /// The name in place of the learner's.
    #[must_use]
    pub fn username(self) -> String {
        format!("{PREFIX}{}", self.number)
    }

    /// The number in place of the account's: negative, which no account's is.
    #[must_use]
    pub const fn user_id(self) -> i64 {
        -(self.number as i64)
    }
}

/// The list, as tasks are handed it.
#[derive(Serialize, Deserialize)]
struct Side {
    key: String,
    learners: Vec<Learner>,
}

/// Bytes of a file of the list for tasks. It holds the derived key: whoever reads it can try names.
#[must_use]
pub fn side_file(secret: &[u8], learners: &[Learner]) -> Vec<u8> {
    let key = hex(&Key::of_bytes(secret).mac(b"insights: learners who have left"));
    serde_json::to_vec(&Side { key, learners: learners.to_vec() }).unwrap_or_default()
}

/// The list, to look rows up in.
pub struct Retired {
    key: Key,
    /// By the digest of a number or name.
    fates: HashMap<String, Fate>,
    /// What was asked before: learners repeat.
    asked: RefCell<HashMap<Vec<u8>, Option<Fate>>>,
}

impl std::fmt::Debug for Retired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Retired({} digests)", self.fates.len())
    }
}

impl Retired {
    /// A list under its key.
    #[must_use]
    pub fn new(key: Key, learners: &[Learner]) -> Self {
        let mut fates = HashMap::new();
        for learner in learners {
            let fate = Fate { number: learner.number, mode: learner.mode };
            let names = learner.usernames.iter().chain([&learner.user_id]);
            fates.extend(names.map(|digest| (digest.clone(), fate)));
        }
        Self { key, fates, asked: RefCell::default() }
    }

    /// The list of a pass; none where nobody has left.
    ///
    /// # Errors
    /// When the file that the parameter names cannot be read, or is none of a list.
    pub fn of(params: &Params) -> Result<Option<Rc<Self>>, ParamError> {
        let Some(text) = params.file(PARAM)? else { return Ok(None) };
        let wrong = |detail: String| ParamError::File {
            name: PARAM,
            path: params.get(PARAM).unwrap_or_default().to_owned(),
            detail,
        };
        let side: Side = serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))?;
        let key = unhex(&side.key).ok_or_else(|| wrong("its key is none".to_owned()))?;
        Ok(Some(Rc::new(Self::new(Key::of_bytes(&key), &side.learners))))
    }

    /// What becomes of the rows of an account, by its number; none where its learner is still there.
    #[must_use]
    pub fn user_id(&self, id: &[u8]) -> Option<Fate> {
        self.look_up(b'#', id, || {
            let text = str::from_utf8(id).ok()?.trim();
            let id: i64 = text.strip_suffix(".0").unwrap_or(text).parse().ok()?;
            Some(self.key.of_user_id(id))
        })
    }

    /// What becomes of the rows of an account, by its name; none where its learner is still there.
    #[must_use]
    pub fn username(&self, name: &[u8]) -> Option<Fate> {
        let digest = || Some(self.key.of_username(str::from_utf8(name).ok()?.trim()));
        self.look_up(b'@', name, digest)
    }

    fn look_up(&self, kind: u8, text: &[u8], digest: impl Fn() -> Option<String>) -> Option<Fate> {
        let mut asked = self.asked.borrow_mut();
        let question = [&[kind], text].concat();
        if let Some(known) = asked.get(&question) {
            return *known;
        }
        let fate = digest().and_then(|digest| self.fates.get(&digest).copied());
        if asked.len() >= REMEMBERED {
            asked.clear();
        }
        asked.insert(question, fate);
        fate
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn learner(key: &Key, number: u32, id: i64, name: &str, mode: Mode) -> Learner {
        let (user_id, usernames) = (key.of_user_id(id), vec![key.of_username(name)]);
        Learner { number, user_id, usernames, mode, receipt: "r".to_owned() }
    }

    #[test]
    fn a_learner_is_known_by_number_and_name() {
        let key = Key::of_secret(b"secret");
        let list = [
            learner(&key, 1, 7, "mira", Mode::Pseudonymise),
            learner(&key, 2, 8, "zoe", Mode::Remove),
        ];
        let retired = Retired::new(key, &list);
        for id in ["7", "07", " 7", "7.0"] {
            assert_eq!(retired.user_id(id.as_bytes()).map(Fate::user_id), Some(-1), "{id}");
        }
        assert_eq!(retired.username(b"mira ").map(Fate::username).as_deref(), Some("retired:1"));
        assert_eq!(retired.username(b"zoe").map(Fate::mode), Some(Mode::Remove));
        for stranger in ["Mira", "7", "", "\u{fffd}"] {
            assert_eq!(retired.username(stranger.as_bytes()), None, "{stranger}");
        }
        assert_eq!([&b"70"[..], b"mira", b"-1", b""].map(|id| retired.user_id(id)), [None; 4]);
        assert_eq!(retired.user_id(b"7").map(Fate::user_id), Some(-1), "asked again");
    }

    #[test]
    fn a_list_holds_no_name_and_is_of_one_key() {
        let (key, other) = (Key::of_secret(b"secret"), Key::of_secret(b"Secret"));
        let list = vec![learner(&key, 1, 1_234_567, "mira", Mode::Remove)];
        let text = serde_json::to_string(&list).unwrap();
        assert!(!text.contains("mira") && !text.contains("1234567"), "{text}");
        assert_ne!(key.check(), other.check());
        assert_eq!(Retired::new(other, &list).username(b"mira"), None);
        assert_eq!(format!("{key:?}"), "…");
    }

    /// A late event of somebody who has left is merged with what stands under the pseudonym.
    #[test]
    fn a_scan_goes_through_the_list_before_facts_are_brought_together() {
        use crate::enrollment::last_ip_of_user::{JOB, TABLE};
        use crate::pass::{Pass, Source};
        let list = [learner(&Key::of_secret(b"secret"), 3, 7, "mira", Mode::Pseudonymise)];
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), side_file(b"secret", &list)).unwrap();
        let params: Params = [(PARAM, file.path().to_str().unwrap())].into_iter().collect();
        let event = |second: u32, user: u32| {
            format!(
                r#"{{"time": "2015-03-09T04:00:0{second}.0", "ip": "192.0.2.{second}", "context": {{"user_id": {user}, "course_id": "o/c/r"}}}}"#
            )
        };
        let table =
            Source::Table { table: TABLE.name.to_owned(), partition: "2015-03-09".to_owned() };
        let standing = "2015-03-09T04:00:03.0\t192.0.2.0\t-3\to/c/r".to_owned();
        let late = vec![event(1, 7), event(5, 7), event(4, 8)];
        let sources = [(table, vec![standing]), (Source::Logs("late".to_owned()), late)];
        let pass = Pass { jobs: vec![&JOB], step: 0, params };
        assert_eq!(pass.files().count(), 1, "tasks are brought the list");
        let done = crate::testkit::execute_pass(&pass, &sources).unwrap();
        assert_eq!(
            done.table(TABLE.name),
            [
                "2015-03-09T04:00:05.0\t192.0.2.0\t-3\to/c/r",
                "2015-03-09T04:00:04.0\t192.0.2.4\t8\to/c/r",
            ]
        );
    }

    #[test]
    fn tasks_are_handed_the_list_as_a_file() {
        let list = [learner(&Key::of_secret(b"secret"), 3, 7, "mira", Mode::Remove)];
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = side_file(b"secret", &list);
        assert!(!String::from_utf8_lossy(&text).contains(&hex(b"secret")), "the secret stays");
        std::fs::write(file.path(), text).unwrap();
        let params: Params = [(PARAM, file.path().to_str().unwrap())].into_iter().collect();
        let retired = Retired::of(&params).unwrap().unwrap();
        assert_eq!(retired.user_id(b"7").map(Fate::user_id), Some(-3));
        assert!(Retired::of(&Params::default()).unwrap().is_none());
        std::fs::write(file.path(), "{}").unwrap();
        assert!(Retired::of(&params).unwrap_err().to_string().contains("`retired`"));
    }
}
