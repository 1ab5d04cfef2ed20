//! Lengths of time and sizes, as people spell them in a catalogue.

use chrono::TimeDelta;
use jobs::event::duration;
use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// A length of time; it prints as it was spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    text: String,
    value: TimeDelta,
}

impl Length {
    /// The length.
    #[must_use]
    pub const fn get(&self) -> TimeDelta {
        self.value
    }
}

impl fmt::Display for Length {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let value = duration::parse(&text).map_err(de::Error::custom)?;
        Ok(Self { text, value })
    }
}

/// A number of bytes; it prints as it was spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size(String);

const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = UNITS.iter().find_map(|unit| text.strip_suffix(unit)).map(str::trim_end);
        match number.map(str::parse::<u64>) {
            Some(Ok(_)) => Ok(Self(text)),
            _ => Err(de::Error::custom(format!("`{text}` is no size; write it like `2 GiB`"))),
        }
    }
}
