//! Passwords as Django keeps them: `pbkdf2_sha256$ROUNDS$SALT$HASH`, the hash in base64.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::Sha256;

use crate::keys::are_same;

/// What is hashed for who has no password: as dear as a real one.
const NOBODYS: &str = "pbkdf2_sha256$600000$nobody$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// Whether a password is the one that was hashed. It is not where there is none.
pub(crate) fn is(password: &str, hashed: Option<&str>) -> bool {
    let is_same = compare(password, hashed.unwrap_or(NOBODYS));
    if is_same.is_none() && hashed.is_some_and(is_usable) {
        log::warn!("a password is hashed in a way that is not known here; only PBKDF2 is");
    }
    is_same == Some(true) && hashed.is_some()
}

/// Django marks users who cannot log in by a password.
fn is_usable(hashed: &str) -> bool {
    !hashed.starts_with('!')
}

/// None where the hash has another form.
fn compare(password: &str, hashed: &str) -> Option<bool> {
    let mut parts = hashed.split('$');
    let (kind, rounds, salt) = (parts.next()?, parts.next()?, parts.next()?);
    let expected = BASE64_STANDARD.decode(parts.next()?).ok()?;
    let rounds = rounds.parse().ok().filter(|rounds| *rounds > 0)?;
    let (password, salt) = (password.as_bytes(), salt.as_bytes());
    let mut found = vec![0; expected.len()];
    match kind {
        "pbkdf2_sha256" => pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut found),
        "pbkdf2_sha1" => pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut found),
        _ => return None,
    }
    Some(!expected.is_empty() && are_same(&found, &expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "pbkdf2_sha256$1000$seasalt$LfPIpAWoEL8W08v8/PW36pXAgeu8h/BPaUIxjKTMXlE=";
    const SHA1: &str = "pbkdf2_sha1$1000$seasalt$+YkITyaSSKUmq7gqP/EKyGj7e5o=";

    #[test]
    fn a_password_is_known_by_its_hash() {
        for hashed in [SHA256, SHA1] {
            assert!(is("testpassword", Some(hashed)), "{hashed}");
            assert!(!is("Testpassword", Some(hashed)) && !is("", Some(hashed)), "{hashed}");
        }
    }

    #[test]
    fn what_is_no_hash_lets_nobody_in() {
        let broken = ["", "!unusable", "testpassword", "pbkdf2_sha256$0$s$AAAA", "bcrypt$1$s$AAAA"];
        for hashed in broken.into_iter().chain(["pbkdf2_sha256$1$s$", "pbkdf2_sha256$1$s$%%"]) {
            assert!(!is("testpassword", Some(hashed)) && !is("", Some(hashed)), "{hashed}");
        }
        assert!(!is("testpassword", None));
    }
}
