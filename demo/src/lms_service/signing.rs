//! Signed tokens, by a key that is made at the start.

use anyhow::{Context, Result};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::Value;

/// The bytes that PKCS #8 puts before an RSA key of this size.
const WRAPPING: usize = 26;
const KEY_ID: &str = "demo";

/// Signs, and tells by which keys that is proved.
pub(crate) struct Signer {
    key: EncodingKey,
    public: Jwk,
}

impl Signer {
    pub(crate) fn new() -> Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).context("making a key")?;
        let der = pair.as_der().context("writing a key")?;
        let key = der.as_ref().get(WRAPPING..).context("a key without its wrapping")?;
        let key = EncodingKey::from_rsa_der(key);
        let mut public = Jwk::from_encoding_key(&key, Algorithm::RS512)?;
        public.common.key_id = Some(KEY_ID.to_owned());
        Ok(Self { key, public })
    }

    pub(crate) fn keys(&self) -> String {
        let set = JwkSet { keys: vec![self.public.clone()] };
        serde_json::json!(set).to_string()
    }

    pub(crate) fn sign(&self, claims: &Value) -> Result<String> {
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::RS512) };
        encode(&header, claims, &self.key).context("signing a token")
    }
}

/// A token that says of itself that nobody signs it.
pub(crate) fn unsigned(claims: &Value) -> String {
    let part = |value: &str| URL_SAFE_NO_PAD.encode(value);
    format!("{}.{}.", part(r#"{"typ":"JWT","alg":"none"}"#), part(&claims.to_string()))
}
