//! The key file: one line a user, `user:SHA-256 of the token in hex:1|0`, the last for staff (spec 02);
//! `:inactive` behind it for a user who may not enter any more (50 §3.2). Behind a blank may follow what
//! the token may do: `service` for one without limit, `rate=60/minute`, and `course=ID` for each course it
//! may read, where an ID that ends in `*` stands for all that begin alike. Tokens themselves are kept
//! nowhere.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::throttle::Rate;

/// A user and the hash of his token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The user.
    pub user: String,
    /// SHA-256 of his token, in lower-case hex.
    pub hash: String,
    /// Whether he is staff.
    pub staff: bool,
    /// Whether he may enter.
    pub active: bool,
    /// What the token may do.
    pub grant: Grant,
}

/// What a token may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// It belongs to a service, which may ask without limit.
    pub service: bool,
    /// How often it may ask; none: as often as settings say.
    pub rate: Option<Rate>,
    /// The courses that it may read; all where there is none.
    pub courses: Vec<String>,
}

impl Grant {
    /// Whether the token may read a course.
    #[must_use]
    pub fn admits(&self, course_id: &str) -> bool {
        let names = |named: &String| match named.strip_suffix('*') {
            Some(start) => course_id.starts_with(start),
            None => course_id == named,
        };
        self.courses.is_empty() || self.courses.iter().any(names)
    }

    fn parse(words: &str) -> Option<Self> {
        let mut grant = Self::default();
        for word in words.split_whitespace() {
            match word.split_once('=') {
                None if word == "service" => grant.service = true,
                Some(("rate", rate)) => grant.rate = Some(rate.parse().ok()?),
                Some(("course", course)) => grant.courses.push(course.to_owned()),
                _ => return None,
            }
        }
        Some(grant)
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.service {
            out.write_str(" service")?;
        }
        if let Some(rate) = &self.rate {
            write!(out, " rate={rate}")?;
        }
        self.courses.iter().try_for_each(|course| write!(out, " course={course}"))
    }
}

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("reading the key file {}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It cannot be written.
    #[error("writing the key file {}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A line has another form.
    #[error("the key file {}, line {line}: not `user:SHA-256 of the token:1|0[:inactive] [service] [rate=N/PERIOD] [course=ID]…`", file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// The line.
        line: usize,
    },
    /// A name that cannot stand in the file.
    #[error(
        "{user:?} cannot be the name of a user: a name is not empty and has no colon and no line end"
    )]
    User {
        /// The name.
        user: String,
    },
    /// What a token may do cannot stand in the file.
    #[error("{grant:?} cannot stand in the key file: an id is not empty and has no blank")]
    Grant {
        /// What was wanted.
        grant: String,
    },
    /// The user has no token.
    #[error("{user} has no token in {}", file.display())]
    Nobody {
        /// The file.
        file: PathBuf,
        /// The user.
        user: String,
    },
    /// The system gave no random bytes.
    #[error("asking the system for random bytes")]
    Random(#[source] std::io::Error),
}

/// The hash under which a token is kept.
#[must_use]
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// The keys of a file.
///
/// # Errors
/// It cannot be read, or a line has another form.
pub fn read(file: &Path) -> Result<Vec<Key>, Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| Error::Read { file: file.to_owned(), source })?;
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            parse(line).ok_or(Error::Line { file: file.to_owned(), line: number + 1 })
        })
        .collect()
}

/// Gives a user a new token, in place of the one he has, and answers it. Makes the file if need be.
///
/// # Errors
/// The file cannot be read or written, the name or the grant cannot stand in it.
pub fn create(file: &Path, user: &str, grant: Grant) -> Result<String, Error> {
    if user.is_empty() || user.starts_with('#') || user.contains([':', '\n', '\r']) {
        return Err(Error::User { user: user.to_owned() });
    }
    let text = grant.to_string();
    if Grant::parse(&text).as_ref() != Some(&grant) {
        return Err(Error::Grant { grant: text });
    }
    let mut keys = match read(file) {
        Err(Error::Read { source, .. }) if source.kind() == ErrorKind::NotFound => Vec::new(),
        keys => keys?,
    };
    let token = random_token()?;
    keys.retain(|key| key.user != user);
    let hash = hash(&token);
    keys.push(Key { user: user.to_owned(), hash, staff: false, active: true, grant });
    write(file, &keys)?;
    Ok(token)
}

/// Takes a user's token away.
///
/// # Errors
/// He has none, or the file cannot be read or written.
pub fn revoke(file: &Path, user: &str) -> Result<(), Error> {
    let mut keys = read(file)?;
    let before = keys.len();
    keys.retain(|key| key.user != user);
    if keys.len() == before {
        return Err(Error::Nobody { file: file.to_owned(), user: user.to_owned() });
    }
    write(file, &keys)
}

fn parse(line: &str) -> Option<Key> {
    let (line, words) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let grant = Grant::parse(words)?;
    let fields: Vec<_> = line.split(':').collect();
    let (user, hash, staff, active) = match fields[..] {
        [user, hash, staff] => (user, hash, staff, true),
        [user, hash, staff, "inactive"] => (user, hash, staff, false),
        _ => return None,
    };
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let staff = match staff {
        "1" => true,
        "0" => false,
        _ => return None,
    };
    let hash = hash.to_ascii_lowercase();
    let user = user.to_owned();
    (is_hash && !user.is_empty()).then_some(Key { user, hash, staff, active, grant })
}

/// Replaces the file by one that only its owner may read, so that a reader never sees half of it.
fn write(file: &Path, keys: &[Key]) -> Result<(), Error> {
    let failed = |source| Error::Write { file: file.to_owned(), source };
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let mut out = private(&new).map_err(failed)?;
    for Key { user, hash, staff, active, grant } in keys {
        let inactive = if *active { "" } else { ":inactive" };
        writeln!(out, "{user}:{hash}:{}{inactive}{grant}", u8::from(*staff)).map_err(failed)?;
    }
    out.sync_all().map_err(failed)?;
    std::fs::rename(&new, file).map_err(failed)
}

fn private(file: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)
}

/// Whether two hashes are the same. Looks at every byte, so that time tells nothing of them.
pub(crate) fn are_same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differences) == 0
}

/// As many random bits as the original's keys, in as many characters.
pub(crate) fn random_token() -> Result<String, Error> {
    let mut bytes = [0; 20];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(Error::Random)?;
    Ok(hex(&bytes))
}

/// Every request's token is spelled like that, so it is done without formatting.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn empty() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        (folder, file)
    }

    #[test]
    fn a_token_is_made_kept_as_its_hash_alone_and_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, file) = empty();
        let first = create(&file, "insights", Grant::default()).unwrap();
        create(&file, "other", Grant::default()).unwrap();
        let second = create(&file, "insights", Grant::default()).unwrap();
        assert!(first != second && first.len() == 40);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains(&second), "{text}");
        let keys = read(&file).unwrap();
        assert_eq!(
            keys.iter().map(|key| key.user.as_str()).collect::<Vec<_>>(),
            ["other", "insights"]
        );
        assert_eq!(keys[1].hash, hash(&second));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_revoked_user_is_gone_and_an_unknown_one_an_error() {
        let (_folder, file) = empty();
        create(&file, "insights", Grant::default()).unwrap();
        revoke(&file, "insights").unwrap();
        assert_eq!(read(&file).unwrap(), []);
        assert!(matches!(revoke(&file, "insights"), Err(Error::Nobody { .. })));
    }

    #[test]
    fn reads_a_file_written_by_hand() {
        let (_folder, file) = empty();
        let hash = hash("abc").to_ascii_uppercase();
        std::fs::write(&file, format!("# users\n\nann:{hash}:1\nbob:{hash}:0:inactive\n")).unwrap();
        let keys = read(&file).unwrap();
        assert_eq!(
            keys[0].hash,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(keys[0].active && keys[0].staff && !keys[1].active && !keys[1].staff);
    }

    #[test]
    fn a_line_of_another_form_is_named() {
        let (_folder, file) = empty();
        for line in
            ["ann", "ann:abc:1", &format!("ann:{}:yes", hash("x")), &format!(":{}:1", hash("x"))]
        {
            std::fs::write(&file, format!("# users\n{line}\n")).unwrap();
            assert!(matches!(read(&file), Err(Error::Line { line: 2, .. })), "{line}");
        }
        for user in ["", "a:b", "a\nb", "#a"] {
            assert!(
                matches!(create(&file, user, Grant::default()), Err(Error::User { .. })),
                "{user}"
            );
        }
    }

    #[test]
    fn a_grant_is_written_and_read_and_names_courses_by_their_beginnings() {
        let (_folder, file) = empty();
        let courses = ["course-v1:edX+*", "a/b/c"].map(str::to_owned).to_vec();
        let grant = Grant { service: true, rate: Some("5/second".parse().unwrap()), courses };
        create(&file, "insights", grant.clone()).unwrap();
        assert_eq!(read(&file).unwrap()[0].grant, grant);
        assert!(grant.admits("course-v1:edX+DemoX+1") && grant.admits("a/b/c"));
        assert!(!grant.admits("course-v1:edx+DemoX+1") && !grant.admits("a/b/c/d"));
        assert!(Grant::default().admits("anything"));
        let grant = Grant { courses: vec!["a b".to_owned()], ..Grant::default() };
        assert!(matches!(create(&file, "x", grant), Err(Error::Grant { .. })));
        std::fs::write(&file, format!("ann:{}:0 everything\n", hash("x"))).unwrap();
        assert!(matches!(read(&file), Err(Error::Line { line: 1, .. })));
    }
}
