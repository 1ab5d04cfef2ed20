//! OpenPGP keys that are made for a test.

use pgp::composed::{
    ArmorOptions, EncryptionCaps, KeyType, Message, SecretKeyParamsBuilder, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::types::Password;
use std::error::Error;
use std::io::Read;

/// A key that can sign and, by its subkey, decrypt.
pub struct KeyPair(SignedSecretKey);

impl KeyPair {
    /// Makes a key for somebody. Without a subkey nothing can be encrypted for its owner.
    ///
    /// # Errors
    /// When the machine cannot make one.
    pub fn generate(owner: &str, with_subkey: bool) -> Result<Self, Box<dyn Error>> {
        let mut subkey = SubkeyParamsBuilder::default();
        subkey.key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy));
        let subkey = subkey.can_encrypt(EncryptionCaps::All).build()?;
        let mut key = SecretKeyParamsBuilder::default();
        key.key_type(KeyType::Ed25519Legacy).can_certify(true).can_sign(true);
        key.primary_user_id(owner.to_owned());
        key.subkeys(if with_subkey { vec![subkey] } else { Vec::new() });
        Ok(Self(key.build()?.generate(rand::thread_rng())?))
    }

    /// The public key, armoured.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn public(&self) -> Result<String, Box<dyn Error>> {
        Ok(self.0.to_public_key().to_armored_string(ArmorOptions::default())?)
    }

    /// Decrypts a file.
    ///
    /// # Errors
    /// When it was not encrypted for this key, or is broken.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut message = Message::from_bytes(sealed)?.decrypt(&Password::empty(), &self.0)?;
        let mut content = Vec::new();
        message.read_to_end(&mut content)?;
        Ok(content)
    }
}
