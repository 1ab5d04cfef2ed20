//! Who asks: the token of a request against the key file and the users of an existing installation
//! (spec 50 §3.1).

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use warp::http::HeaderMap;
use warp::http::header::AUTHORIZATION;

use crate::error::Error;
use crate::keys::{self, Key};
use crate::users::Users;

/// How long a read key file is trusted before it is looked at again.
const TRUST: Duration = Duration::from_secs(1);

/// Every key there is: those of a file, which is read again when it changes, and those of a database.
pub(crate) struct Keys {
    file: Option<PathBuf>,
    read: RwLock<Option<Read>>,
    users: Option<Users>,
}

struct Read {
    keys: Vec<Arc<Key>>,
    version: Version,
    looked: Instant,
}

/// What changes with a file: it may be written within one tick of the clock, or be another file.
type Version = (SystemTime, u64, u64);

fn version(file: &Path) -> std::io::Result<Version> {
    let file = std::fs::metadata(file)?;
    Ok((file.modified()?, file.ino(), file.len()))
}

impl Keys {
    pub(crate) fn new(file: Option<PathBuf>, users: Option<Users>) -> Self {
        if file.is_none() && users.is_none() {
            log::warn!("no key file is given: no token is good (insights-api token create)");
        }
        Self { file, read: RwLock::new(None), users }
    }

    /// Whether the key file, if there is one, can be read now.
    pub(crate) fn check(&self) -> Result<(), keys::Error> {
        self.file.as_ref().map_or(Ok(()), |file| keys::read(file).map(drop))
    }

    /// The users of a database, who can log in by a password.
    pub(crate) fn users(&self) -> Option<&Users> {
        self.users.as_ref()
    }

    /// Lets the user of a request in, or says why not.
    pub(crate) async fn admit(&self, headers: &HeaderMap) -> Result<Arc<Key>, Error> {
        let token = token(headers)?;
        let hash = keys::hash(&token);
        let in_file = self.find(&hash).map_err(|error| Error::Keys(error.to_string()))?;
        let key = match (in_file, &self.users) {
            (None, Some(users)) => users.find(&token, hash).await?,
            (key, _) => key,
        };
        match key {
            None => Err(Error::Unauthorised("Invalid token.")),
            Some(key) if !key.active => Err(Error::Unauthorised("User inactive or deleted.")),
            Some(key) => Ok(key),
        }
    }

    /// The key of a token in the file, by the token's hash; none where nobody has it.
    fn find(&self, hash: &str) -> Result<Option<Arc<Key>>, keys::Error> {
        let Some(file) = &self.file else { return Ok(None) };
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = known.as_ref().filter(|read| read.looked.elapsed() <= TRUST) {
            return Ok(of_token(&read.keys, hash).cloned());
        }
        drop(known);
        let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
        if read.as_ref().is_none_or(|read| read.looked.elapsed() > TRUST) {
            let failed = |source| keys::Error::Read { file: file.clone(), source };
            let version = version(file).map_err(failed)?;
            let unchanged = read.take().filter(|read| read.version == version);
            let read_again = || Ok(keys::read(file)?.into_iter().map(Arc::new).collect());
            let keys = unchanged.map_or_else(read_again, |read| Ok(read.keys))?;
            *read = Some(Read { keys, version, looked: Instant::now() });
        }
        Ok(read.as_ref().and_then(|read| of_token(&read.keys, hash)).cloned())
    }
}

/// Looks at every key, so that time tells nothing of them.
fn of_token<'k>(keys: &'k [Arc<Key>], hash: &str) -> Option<&'k Arc<Key>> {
    let same = |key: &Key| keys::are_same(key.hash.as_bytes(), hash.as_bytes());
    keys.iter().fold(None, |found, key| if same(key) { Some(key) } else { found })
}

fn token(headers: &HeaderMap) -> Result<String, Error> {
    let refuse = |reason| Err(Error::Unauthorised(reason));
    let Some(value) = headers.get(AUTHORIZATION) else {
        return refuse("Authentication credentials were not provided.");
    };
    let mut words = value.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"token")) {
        return refuse("Authentication credentials were not provided.");
    }
    match (words.next(), words.next()) {
        (None, _) => refuse("Invalid token header. No credentials provided."),
        (Some(_), Some(_)) => {
            refuse("Invalid token header. Token string should not contain spaces.")
        }
        (Some(token), None) => String::from_utf8(token.to_vec()).or_else(|_| {
            refuse("Invalid token header. Token string should not contain invalid characters.")
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use warp::http::HeaderValue;

    async fn said(keys: &Keys, header: Option<&[u8]>) -> String {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(AUTHORIZATION, HeaderValue::from_bytes(header).unwrap());
        }
        match keys.admit(&headers).await {
            Ok(_) => "welcome".to_owned(),
            Err(Error::Unauthorised(reason)) => reason.to_owned(),
            Err(other) => format!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn each_mistake_has_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let line = |user: &str, token: &str, active: u8| {
            let inactive = if active == 1 { "" } else { ":inactive" };
            format!("{user}:{}:0{inactive}\n", keys::hash(token))
        };
        std::fs::write(&file, line("ann", "good", 1) + &line("bob", "gone", 0)).unwrap();
        let keys = Keys::new(Some(file), None);
        for (header, expected) in [
            (None, "Authentication credentials were not provided."),
            (Some("Bearer good"), "Authentication credentials were not provided."),
            (Some(""), "Authentication credentials were not provided."),
            (Some("Token"), "Invalid token header. No credentials provided."),
            (Some("Token a b"), "Invalid token header. Token string should not contain spaces."),
            (Some("Token é"), "Invalid token."),
            (Some("Token nope"), "Invalid token."),
            (Some("Token gone"), "User inactive or deleted."),
            (Some("Token good"), "welcome"),
            (Some("tOKEN good"), "welcome"),
        ] {
            assert_eq!(said(&keys, header.map(str::as_bytes)).await, expected, "{header:?}");
        }
        let reason = "Invalid token header. Token string should not contain invalid characters.";
        assert_eq!(said(&keys, Some(b"Token \xff")).await, reason);
    }

    #[tokio::test]
    async fn without_a_file_nobody_enters_and_a_lost_file_is_told() {
        assert_eq!(said(&Keys::new(None, None), Some(b"Token good")).await, "Invalid token.");
        let lost = Keys::new(Some("/nonexistent/keys".into()), None);
        assert!(said(&lost, Some(b"Token good")).await.contains("reading the key file"));
        assert!(lost.check().is_err() && Keys::new(None, None).check().is_ok());
    }

    #[tokio::test]
    async fn a_changed_file_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let token = keys::create(&file, "ann", keys::Grant::default()).unwrap();
        let keys = Keys::new(Some(file.clone()), None);
        let header = format!("Token {token}");
        assert_eq!(said(&keys, Some(header.as_bytes())).await, "welcome");
        keys::revoke(&file, "ann").unwrap();
        std::thread::sleep(TRUST + Duration::from_millis(50));
        assert_eq!(said(&keys, Some(header.as_bytes())).await, "Invalid token.");
    }
}
