//! Who is signed in, kept by the reader's own browser in a sealed cookie: the site needs no store of sessions.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cookie::{Cookie, CookieJar, Key, SameSite};
use rand::RngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};

use crate::asset;

/// Nobody is signed in for longer.
pub const LONGEST: TimeDelta = TimeDelta::days(7);
/// Nor for longer without looking at a page.
const IDLE: TimeDelta = TimeDelta::hours(8);
/// The time of the last page is written down so often.
const NOTED: TimeDelta = TimeDelta::minutes(5);
/// A key of fewer bytes could be guessed.
const SHORTEST_KEY: usize = 32;

/// Someone who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Tells this session from others, also of the same user.
    pub id: String,
    /// The user name in the LMS.
    pub username: String,
    /// The account's number there.
    pub user_id: Option<i64>,
    /// The person's name.
    pub name: Option<String>,
    /// The language chosen there.
    pub language: Option<String>,
    /// Whether every course may be seen.
    pub staff: bool,
    /// When the sign-in was.
    pub signed_in: DateTime<Utc>,
    /// When a page was last looked at, about.
    pub seen: DateTime<Utc>,
    /// When the LMS last said who this is.
    pub checked: DateTime<Utc>,
    /// By which it is asked again.
    pub refresh_token: Option<String>,
}

impl Session {
    /// Whether the session is over: too old, or too long unused.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        now - self.signed_in >= LONGEST || now - self.seen >= IDLE
    }

    /// The same session, seen now; none where that is written down already.
    #[must_use]
    pub fn seen_at(&self, now: DateTime<Utc>) -> Option<Self> {
        (now - self.seen >= NOTED).then(|| Self { seen: now, ..self.clone() })
    }
}

/// A text that nobody can guess: 128 bits.
#[must_use]
pub fn unguessable() -> String {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Seals and opens cookies; those sealed by an older key are still opened.
pub struct Seal {
    keys: Vec<Key>,
    secure: bool,
}

/// A file of keys that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read.
    #[error("reading session keys from {path}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line is too short, or there is none.
    #[error("{path} must hold lines of at least {SHORTEST_KEY} characters, the newest key first")]
    Short {
        /// The file.
        path: String,
    },
}

impl Seal {
    /// With the keys of a file, one a line, the newest first.
    ///
    /// # Errors
    /// The file cannot be read, or a key in it could be guessed.
    pub fn from_file(path: &Path, secure: bool) -> Result<Self, KeyError> {
        let name = || path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| KeyError::Read { path: name(), source })?;
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() || lines.iter().any(|line| line.len() < SHORTEST_KEY) {
            return Err(KeyError::Short { path: name() });
        }
        let keys = lines.into_iter().map(|line| Key::derive_from(line.as_bytes())).collect();
        Ok(Self { keys, secure })
    }

    /// With a key that ends with this process.
    #[must_use]
    pub fn for_this_process(secure: bool) -> Self {
        Self { keys: vec![Key::generate()], secure }
    }

    /// The same for the same text as long as the key is, and no way back to the text.
    #[must_use]
    pub fn mark(&self, text: &str) -> String {
        let key = self.keys.first().map(Key::signing).unwrap_or_default();
        asset::short_hash(&[key, text.as_bytes()].concat())
    }

    /// The name of a cookie: browsers accept those of the first form from this very host by TLS only.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        if self.secure { format!("__Host-insights_{name}") } else { format!("insights_{name}") }
    }

    /// The line that sets a sealed cookie for some time.
    pub fn set(&self, name: &str, value: &impl Serialize, life: Duration) -> Option<String> {
        self.sealed(name, value, SameSite::Lax, life)
    }

    fn sealed(
        &self,
        name: &str,
        value: &impl Serialize,
        same: SameSite,
        life: Duration,
    ) -> Option<String> {
        let value = serde_json::to_string(value).ok()?;
        let mut jar = CookieJar::new();
        let name = self.name(name);
        jar.private_mut(self.keys.first()?).add(Cookie::new(name.clone(), value));
        let sealed = jar.get(&name)?.clone();
        Some(self.line(sealed, same, life))
    }

    /// The line that sets a sealed cookie which also comes back from pages of other sites; browsers take it
    /// by TLS only, so there is none without.
    pub fn set_across_sites(
        &self,
        name: &str,
        value: &impl Serialize,
        life: Duration,
    ) -> Option<String> {
        self.secure.then(|| self.sealed(name, value, SameSite::None, life)).flatten()
    }

    /// The line that sets a cookie as it is.
    #[must_use]
    pub fn set_plain(&self, name: &str, value: &str, life: Duration) -> String {
        self.line(Cookie::new(self.name(name), value.to_owned()), SameSite::Lax, life)
    }

    /// The line that takes a cookie away.
    #[must_use]
    pub fn remove(&self, name: &str) -> String {
        self.set_plain(name, "", Duration::ZERO)
    }

    fn line(&self, mut cookie: Cookie<'static>, same: SameSite, life: Duration) -> String {
        let life = i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_secure(self.secure);
        cookie.set_same_site(same);
        cookie.set_max_age(cookie::time::Duration::seconds(life));
        cookie.to_string()
    }

    /// What a sealed cookie holds; none where no key opens it.
    pub fn open<T: for<'de> Deserialize<'de>>(&self, name: &str, value: &str) -> Option<T> {
        let cookie = Cookie::new(self.name(name), value.to_owned());
        let opened = self.keys.iter().find_map(|key| {
            let jar = CookieJar::new();
            jar.private(key).decrypt(cookie.clone())
        })?;
        serde_json::from_str(opened.value()).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn session(now: DateTime<Utc>) -> Session {
        Session {
            id: unguessable(),
            username: "ann".to_owned(),
            user_id: Some(7),
            name: None,
            language: None,
            staff: false,
            signed_in: now,
            seen: now,
            checked: now,
            refresh_token: None,
        }
    }

    fn value_of(line: &str) -> &str {
        line.split_once('=').unwrap().1.split(';').next().unwrap()
    }

    fn keys(lines: &str) -> Seal {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        std::fs::write(&path, lines).unwrap();
        Seal::from_file(&path, true).unwrap()
    }

    #[test]
    fn only_the_keys_open_what_they_sealed() {
        let (old, new) = ("o".repeat(32), "n".repeat(32));
        let ann = session("2026-01-01T00:00:00Z".parse().unwrap());
        let line = keys(&old).set("session", &ann, Duration::from_secs(60)).unwrap();
        assert!(line.starts_with("__Host-insights_session="), "{line}");
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=60"] {
            assert!(line.contains(attribute), "{attribute} in {line}");
        }
        assert!(!line.contains("ann"), "{line}");
        let both = keys(&format!("{new}\n{old}\n"));
        assert_eq!(both.open("session", value_of(&line)), Some(ann.clone()));
        assert_eq!(keys(&new).open::<Session>("session", value_of(&line)), None);
        // A cookie of another name is another thing, and so is one that was changed.
        assert_eq!(both.open::<Session>("sign_in", value_of(&line)), None);
        let changed = value_of(&line).replacen('A', "B", 1);
        let opened = both.open::<Session>("session", &changed);
        assert!(opened.is_none() || changed == value_of(&line));
    }

    #[test]
    fn a_session_ends_by_age_and_by_idleness() {
        let now: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let ann = session(now);
        assert!(!ann.is_over(now + TimeDelta::hours(7)));
        assert!(ann.is_over(now + TimeDelta::hours(8)));
        let busy = Session { seen: now + TimeDelta::days(7), ..ann.clone() };
        assert!(busy.is_over(now + TimeDelta::days(7)));
        assert_eq!(ann.seen_at(now + TimeDelta::minutes(4)), None);
        let later = ann.seen_at(now + TimeDelta::minutes(5)).unwrap();
        assert_eq!((later.seen, later.id), (now + TimeDelta::minutes(5), ann.id));
    }

    #[test]
    fn weak_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        for text in ["", "\n \n", "short", &format!("{}\nshort", "n".repeat(32))] {
            std::fs::write(&path, text).unwrap();
            let error = Seal::from_file(&path, true).err().unwrap().to_string();
            assert!(error.ends_with("the newest key first"), "{error}");
        }
        assert_ne!(unguessable(), unguessable());
    }
}
