//! What may change while the site runs: switches and announcements, read again on SIGHUP.

use anyhow::Context;

use super::{Features, Settings};
use crate::announcement::Announcement;

/// Switches and announcements of one reading.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// What is shown.
    pub features: Features,
    /// What the operators tell readers, the newest first.
    pub announcements: Vec<Announcement>,
}

impl Live {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// The file of announcements cannot be read, or an entry is not one.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let announcements = match &settings.announcements {
            None => Vec::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("reading announcements {}", path.display()))?;
                Announcement::all(&text)
                    .with_context(|| format!("in announcements {}", path.display()))?
            }
        };
        Ok(Self { features: settings.features.unwrap_or_default(), announcements })
    }
}
