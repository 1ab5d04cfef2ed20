//! Encryption for the owners of OpenPGP keys (spec 30 C.4).

use crate::streaming::Error;
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use pgp::composed::{Deserializable, MessageBuilder, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::errors::Error as PgpError;
use pgp::packet::{Signature, SignatureType};
use pgp::types::KeyDetails;
use std::io::{Read, Write};
use std::path::Path;

/// Why nothing was encrypted.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is nobody to encrypt for.
    #[error("there is no key to encrypt with")]
    NoKeys,
    /// A key cannot be used for it, now or at all.
    #[error("the key of {0} has expired, was revoked, or is not one to encrypt with")]
    Unusable(String),
    /// Content, file or key made trouble.
    #[error(transparent)]
    Pgp(#[from] PgpError),
}

/// A public key, which is trusted as it is.
pub struct PublicKey(SignedPublicKey);

/// Reads all public keys of a file, armoured or binary.
///
/// # Errors
/// When the file cannot be read or holds no key.
pub fn read_keys(path: &Path) -> Result<Vec<PublicKey>, Error> {
    let trouble = |said: String| Error::Job(format!("{}: {said}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| trouble(error.to_string()))?;
    let keys = parse(&bytes).map_err(|error| trouble(error.to_string()))?;
    if keys.is_empty() { Err(trouble("no key".to_owned())) } else { Ok(keys) }
}

fn parse(bytes: &[u8]) -> Result<Vec<PublicKey>, PgpError> {
    let is_armoured = memchr::memmem::find(bytes, b"-----BEGIN PGP").is_some();
    let keys: Vec<SignedPublicKey> = if is_armoured {
        SignedPublicKey::from_armor_many(bytes)?.0.collect::<Result<_, _>>()?
    } else {
        SignedPublicKey::from_bytes_many(bytes)?.collect::<Result<_, _>>()?
    };
    Ok(keys.into_iter().map(PublicKey).collect())
}

/// Whether a message can be encrypted with all of the keys.
///
/// # Errors
/// When there is none, or one cannot be used at the time `now`.
pub fn check(keys: &[PublicKey], now: NaiveDateTime) -> Result<(), SealError> {
    usable(keys, now).map(drop)
}

fn usable(keys: &[PublicKey], now: NaiveDateTime) -> Result<Vec<Usable<'_>>, SealError> {
    if keys.is_empty() {
        return Err(SealError::NoKeys);
    }
    let of_key = |key| PublicKey::usable(key, now).ok_or_else(|| SealError::Unusable(key.owner()));
    keys.iter().map(of_key).collect()
}

/// Writes `content` so that the owner of each of the keys can read it, in the binary form.
///
/// # Errors
/// When a key cannot be used at the time `now`, the content not read or the file not written.
pub fn encrypt(
    keys: &[PublicKey],
    now: NaiveDateTime,
    content: impl Read,
    file: impl Write,
) -> Result<(), SealError> {
    let keys = usable(keys, now)?;
    let mut random = rand::thread_rng();
    // The first of the two forms is read by GnuPG of every age.
    let mut message = MessageBuilder::from_reader("", content)
        .seipd_v1(&mut random, SymmetricKeyAlgorithm::AES256);
    for key in keys {
        match key {
            Usable::Primary(key) => message.encrypt_to_key(&mut random, &key.primary_key)?,
            Usable::Subkey(subkey) => message.encrypt_to_key(&mut random, &subkey.key)?,
        };
    }
    Ok(message.to_writer(&mut random, file)?)
}

/// The part of a key that one encrypts with.
enum Usable<'k> {
    Primary(&'k SignedPublicKey),
    Subkey(&'k SignedPublicSubKey),
}

impl PublicKey {
    /// Whose it is, in ASCII.
    #[must_use]
    pub fn owner(&self) -> String {
        let id = self.0.details.users.first().and_then(|user| user.id.as_str());
        let id = id.map_or_else(|| self.0.fingerprint().to_string(), str::to_owned);
        id.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
    }

    /// When it can no longer be used; none for a key without end.
    #[must_use]
    pub fn expires(&self) -> Option<NaiveDateTime> {
        let users = self.0.details.users.iter().flat_map(|user| &user.signatures);
        let key = &self.0.primary_key;
        let (id, fingerprint) = (key.legacy_key_id(), key.fingerprint());
        let own = users.chain(&self.0.details.direct_signatures).filter(|signature| {
            let issued = signature.issuer_key_id().contains(&&id)
                || signature.issuer_fingerprint().contains(&&fingerprint);
            issued && signature.typ() != Some(SignatureType::CertRevocation)
        });
        end(key, own)
    }

    fn usable(&self, now: NaiveDateTime) -> Option<Usable<'_>> {
        let revoked = !self.0.details.revocation_signatures.is_empty();
        if revoked || self.expires().is_some_and(|end| end <= now) {
            return None;
        }
        let subkeys = self.0.public_subkeys.iter().filter(|subkey| self.can_encrypt(subkey, now));
        let newest = subkeys.max_by_key(|subkey| subkey.key.created_at().as_secs());
        newest
            .map(Usable::Subkey)
            .or_else(|| self.primary_can_encrypt().then_some(Usable::Primary(&self.0)))
    }

    fn can_encrypt(&self, subkey: &SignedPublicSubKey, now: NaiveDateTime) -> bool {
        let is = |kind| move |signature: &&Signature| signature.typ() == Some(kind);
        let revoked = subkey.signatures.iter().any(|s| is(SignatureType::SubkeyRevocation)(&s));
        let bindings = || subkey.signatures.iter().filter(is(SignatureType::SubkeyBinding));
        subkey.key.algorithm().can_encrypt()
            && !revoked
            && newest(bindings()).is_some_and(is_for_encryption)
            && end(&subkey.key, bindings()).is_none_or(|end| end > now)
            && subkey.verify_bindings(&self.0.primary_key).is_ok()
    }

    fn primary_can_encrypt(&self) -> bool {
        let mut users = self.0.details.users.iter().flat_map(|user| &user.signatures);
        self.0.primary_key.algorithm().can_encrypt() && users.any(is_for_encryption)
    }
}

fn is_for_encryption(signature: &Signature) -> bool {
    let flags = signature.key_flags();
    flags.encrypt_comms() || flags.encrypt_storage()
}

fn newest<'s>(signatures: impl Iterator<Item = &'s Signature>) -> Option<&'s Signature> {
    signatures.max_by_key(|signature| signature.created().map(|time| time.as_secs()))
}

/// When a key ends by the newest signature over it.
fn end<'s>(
    key: &impl KeyDetails,
    signatures: impl Iterator<Item = &'s Signature>,
) -> Option<NaiveDateTime> {
    let lasts = newest(signatures)?.key_expiration_time()?.as_secs();
    let created = DateTime::from_timestamp(key.created_at().as_secs().into(), 0)?.naive_utc();
    if lasts == 0 { None } else { created.checked_add_signed(TimeDelta::seconds(lasts.into())) }
}

/// Made by GnuPG for `Zoë <zoe@fox.example>`; it lasted through the year 2024, a leap year, but for
/// its last day.
#[cfg(test)]
pub(super) const OF_2024: &str = "\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEZZIAgBYJKwYBBAHaRw8BAQdAMD7nLsZlI9Vr3j6JCuFqe/so2pbwbp02gXPB
BOtv68m0Flpvw6sgPHpvZUBmb3guZXhhbXBsZT6IlgQTFggAPhYhBJcf4I8LDUyX
O8XTXfojTN9gELlcBQJlkgCAAhsDBQkB4TOABQsJCAcCBhUKCQgLAgQWAgMBAh4B
AheAAAoJEPojTN9gELlcISYBANvfTUP6oX3elu0CgdXge3OIdbfGmoR66iiFE0Fo
C5b7AQDrb/+aeXIWki48pb8zMZla3ybS6PYJ6HlUA5OgYCcQArg4BGWSAIASCisG
AQQBl1UBBQEBB0AWKdK34k8ttX8pgld/8sbh06w0X1CEApsWGR4FZudOMgMBCAeI
eAQYFggAIBYhBJcf4I8LDUyXO8XTXfojTN9gELlcBQJlkgCAAhsMAAoJEPojTN9g
ELlcnwIBAOWPXK65LZZJeQTOAvV5LM/skeq9FwJN7WzUS+g9UTa9AP4pz4GEivM/
ve//zCwQscZafvHkuhAUZRHSq10HYmtiCA==
=+mdP
-----END PGP PUBLIC KEY BLOCK-----
";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::KeyPair;

    fn day(text: &str) -> NaiveDateTime {
        text.parse::<chrono::NaiveDate>().unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    fn public(pair: &KeyPair) -> Vec<PublicKey> {
        parse(pair.public().unwrap().as_bytes()).unwrap()
    }

    fn sealed(keys: &[PublicKey], now: &str, content: &[u8]) -> Result<Vec<u8>, String> {
        let mut file = Vec::new();
        encrypt(keys, day(now), content, &mut file).map_err(|error| error.to_string())?;
        Ok(file)
    }

    #[test]
    fn every_owner_of_a_key_can_read_and_nobody_else() {
        let pairs = ["a", "b", "c"].map(|owner| KeyPair::generate(owner, true).unwrap());
        let keys: Vec<_> = pairs[..2].iter().flat_map(public).collect();
        let content = b"one line\n".repeat(200_000);
        let file = sealed(&keys, "2100-01-01", &content).unwrap();
        assert!(pairs[0].open(&file).unwrap() == content);
        assert!(pairs[1].open(&file).unwrap() == content);
        assert!(pairs[2].open(&file).is_err());
        assert!(memchr::memmem::find(&file, b"one line").is_none());
    }

    #[test]
    fn a_key_of_gnupg_is_read_and_ends_when_it_says() {
        let keys = parse(OF_2024.as_bytes()).unwrap();
        assert_eq!(keys[0].owner(), "Zo? <zoe@fox.example>");
        assert_eq!(keys[0].expires().unwrap().to_string(), "2024-12-31 00:00:00");
        assert!(sealed(&keys, "2024-12-30", b"x").is_ok());
        let said = sealed(&keys, "2024-12-31", b"x").unwrap_err();
        assert_eq!(
            said,
            "the key of Zo? <zoe@fox.example> has expired, was revoked, or is not one to encrypt with"
        );
    }

    #[test]
    fn a_key_without_a_part_for_it_encrypts_nothing() {
        let signer = public(&KeyPair::generate("signer", false).unwrap());
        assert!(signer[0].expires().is_none());
        assert!(sealed(&signer, "2100-01-01", b"x").unwrap_err().contains("signer"));
        assert!(sealed(&[], "2100-01-01", b"x").is_err());
    }

    #[test]
    fn a_file_of_keys_may_be_binary_or_hold_none() {
        use pgp::ser::Serialize;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recipient");
        let said = |file: &Path| read_keys(file).err().unwrap().to_string();
        assert!(said(&file).contains("recipient"));
        let armoured = parse(OF_2024.as_bytes()).unwrap();
        let twice = armoured[0].0.to_bytes().unwrap().repeat(2);
        std::fs::write(&file, twice).unwrap();
        assert_eq!(read_keys(&file).unwrap().len(), 2);
        for nothing in ["", "no key at all", &OF_2024[..200]] {
            std::fs::write(&file, nothing).unwrap();
            assert!(said(&file).contains("recipient"), "{nothing}");
        }
    }
}
