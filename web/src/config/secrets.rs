//! The secrets that the settings name files of. They are read once, and never printed.

use std::path::Path;

use anyhow::Context;

use super::{Config, JwtFile};
use crate::sign_in::claims::Verifier;
use crate::sign_in::session::Seal;

/// What the site must know and nobody else.
pub struct Secrets {
    /// The Data API's token.
    pub api_token: String,
    /// The secret to the site's name at the LMS, for users.
    pub sign_in: String,
    /// The secret to its name as a service.
    pub service: String,
    /// What proves tokens of the LMS.
    pub verifier: Verifier,
    /// What seals cookies.
    pub seal: Seal,
}

impl Secrets {
    /// Reads the files.
    ///
    /// # Errors
    /// One cannot be read, or holds nothing that can be used.
    pub fn read(config: &Config) -> anyhow::Result<Self> {
        let files = &config.secrets;
        let (issuer, audience) = files.jwt_names.clone();
        let verifier = match &files.jwt {
            JwtFile::Keys(path) => Verifier::by_key_set(path)?,
            JwtFile::Secret(path) => Verifier::by_secret(&line("the LMS's token secret", path)?),
        };
        let secure = config.url.scheme() == "https";
        let seal = match &files.session_keys {
            Some(path) => Seal::from_file(path, secure)?,
            None => {
                log::warn!("session_key_file is not set: sessions end with this process");
                Seal::for_this_process(secure)
            }
        };
        Ok(Self {
            api_token: line("the Data API's token", &files.api_token)?,
            sign_in: line("the secret for users' sign-in", &files.sign_in.1)?,
            service: line("the service's secret", &files.service.1)?,
            verifier: verifier.issued(issuer, audience),
            seal,
        })
    }
}

fn line(what: &str, path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading {what} from {}", path.display()))?;
    let text = text.trim();
    anyhow::ensure!(!text.is_empty(), "{what} is empty in {}", path.display());
    Ok(text.to_owned())
}
