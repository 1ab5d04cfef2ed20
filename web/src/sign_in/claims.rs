//! What the LMS says of a user: the claims of its signed token (spec 60 §4.1).

use std::path::Path;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

/// The claims that the site reads; others are ignored.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Claims {
    /// The user name, by which permissions are asked for.
    pub preferred_username: String,
    /// The account's number.
    #[serde(default)]
    pub user_id: Option<i64>,
    /// The person's name.
    #[serde(default)]
    pub name: Option<String>,
    /// The language chosen in the LMS.
    #[serde(default)]
    pub locale: Option<String>,
    /// Whether the user administrates the platform.
    #[serde(default)]
    pub administrator: bool,
    /// Whether the user may do everything.
    #[serde(default)]
    pub superuser: bool,
}

/// By what a token is known to come from the LMS.
pub struct Verifier {
    keys: Keys,
    issuer: Option<String>,
    audience: Option<String>,
}

enum Keys {
    /// The LMS's public keys.
    Public(JwkSet),
    /// A secret that an older LMS shares.
    Shared(DecodingKey),
}

/// A token, or a file of keys, that is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ClaimsError {
    /// The file cannot be read.
    #[error("reading {path}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file holds no set of keys.
    #[error("{path} holds no JSON Web Key Set")]
    KeySet {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The token names no key of the set.
    #[error("the token is signed by a key that is not in the set")]
    UnknownKey,
    /// The token is not accepted.
    #[error("the token is not accepted")]
    Token(#[source] jsonwebtoken::errors::Error),
}

impl Verifier {
    /// By the public keys of a file, a JSON Web Key Set.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub fn by_key_set(path: &Path) -> Result<Self, ClaimsError> {
        let name = || path.display().to_string();
        let text =
            std::fs::read(path).map_err(|source| ClaimsError::Read { path: name(), source })?;
        let set = serde_json::from_slice(&text)
            .map_err(|source| ClaimsError::KeySet { path: name(), source })?;
        Ok(Self { keys: Keys::Public(set), issuer: None, audience: None })
    }

    /// By a secret that the LMS signs with.
    #[must_use]
    pub fn by_secret(secret: &str) -> Self {
        let keys = Keys::Shared(DecodingKey::from_secret(secret.as_bytes()));
        Self { keys, issuer: None, audience: None }
    }

    /// The same, for tokens of one issuer and for one audience, where they are given.
    #[must_use]
    pub fn issued(self, issuer: Option<String>, audience: Option<String>) -> Self {
        Self { issuer, audience, ..self }
    }

    /// The claims of a token that the LMS signed and that has not ended.
    ///
    /// # Errors
    /// Anything else.
    pub fn verify(&self, token: &str) -> Result<Claims, ClaimsError> {
        let header = decode_header(token).map_err(ClaimsError::Token)?;
        let (key, algorithm) = match &self.keys {
            Keys::Shared(key) => (key.clone(), Algorithm::HS256),
            Keys::Public(set) => {
                let named = header.kid.as_deref().and_then(|id| set.find(id));
                let only = || (set.keys.len() == 1).then(|| &set.keys[0]);
                let key = named.or_else(only).ok_or(ClaimsError::UnknownKey)?;
                (DecodingKey::from_jwk(key).map_err(ClaimsError::Token)?, Algorithm::RS512)
            }
        };
        let mut rules = Validation::new(algorithm);
        rules.set_required_spec_claims(&["exp"]);
        rules.validate_aud = self.audience.is_some();
        if let Some(audience) = &self.audience {
            rules.set_audience(&[audience]);
        }
        if let Some(issuer) = &self.issuer {
            rules.set_issuer(&[issuer]);
        }
        decode::<Claims>(token, &key, &rules).map(|data| data.claims).map_err(ClaimsError::Token)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;

    fn ending_in(seconds: i64) -> String {
        let ends = chrono::Utc::now().timestamp() + seconds;
        let claims = json!({"preferred_username": "ann", "exp": ends, "iat": ends - 3600});
        encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(b"shared"))
            .unwrap()
    }

    #[test]
    fn clocks_may_differ_by_half_a_minute_and_not_by_minutes() {
        let verifier = Verifier::by_secret("shared");
        assert!(verifier.verify(&ending_in(-30)).is_ok());
        assert!(verifier.verify(&ending_in(-120)).is_err());
        // A clock of the LMS that is ahead gives tokens of the future.
        assert!(verifier.verify(&ending_in(2 * 3600)).is_ok());
    }
}
