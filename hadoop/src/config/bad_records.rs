//! How many lines of logs may be rejected: a number, or a share of all lines.

use super::{Engine, Runners};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How many lines of logs may be rejected before a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub enum BadRecords {
    /// So many lines: `N`.
    Lines(u64),
    /// So many of a hundred lines: `P%`.
    Percent(f64),
}

/// In YAML a number is no text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Lines(u64),
    Text(String),
}

impl BadRecords {
    /// Whether so many rejected lines, of so many in all, are too many.
    #[must_use]
    pub fn is_passed(self, rejected: u64, lines: u64) -> bool {
        match self {
            Self::Lines(most) => rejected > most,
            #[expect(clippy::cast_precision_loss, reason = "a share is no exact thing")]
            Self::Percent(most) => rejected as f64 * 100.0 > most * lines as f64,
        }
    }
}

impl FromStr for BadRecords {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = match text.strip_suffix('%') {
            Some(share) => {
                share.trim().parse().ok().filter(|p| (0.0..=100.0).contains(p)).map(Self::Percent)
            }
            None => text.parse().ok().map(Self::Lines),
        };
        found.ok_or_else(|| format!("`{text}` is neither a number of lines nor a share like 0.5%"))
    }
}

impl TryFrom<Written> for BadRecords {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Lines(most) => Ok(Self::Lines(most)),
            Written::Text(text) => text.parse(),
        }
    }
}

impl From<BadRecords> for String {
    fn from(limit: BadRecords) -> Self {
        limit.to_string()
    }
}

impl fmt::Display for BadRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

impl Runners {
    /// How many lines an engine's runs may reject; none = any number.
    #[must_use]
    pub fn bad_records(&self, engine: Engine) -> Option<BadRecords> {
        match engine {
            Engine::Inline => self.inline.bad_records,
            Engine::Local => self.local.bad_records,
            Engine::Hadoop => self.hadoop.bad_records,
            Engine::Emr => self.emr.bad_records,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_and_shares_are_told_apart() {
        let lines: BadRecords = "3".parse().unwrap();
        assert!(lines.is_passed(4, 1_000_000) && !lines.is_passed(3, 3));
        let share: BadRecords = "0.5%".parse().unwrap();
        assert!(share.is_passed(6, 1000) && !share.is_passed(5, 1000));
        assert!("0%".parse::<BadRecords>().unwrap().is_passed(1, 1000));
        assert!(!"0%".parse::<BadRecords>().unwrap().is_passed(0, 0));
        for wrong in ["", "-1", "1.5", "101%", "NaN%", "-1%", "%", "many"] {
            assert!(wrong.parse::<BadRecords>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn settings_are_read_as_they_are_written() {
        for text in ["7", "0.25%", "100%"] {
            let limit: BadRecords = serde_yaml::from_str(text).unwrap();
            assert_eq!(limit.to_string(), text);
            let again = serde_json::to_value(limit).unwrap();
            assert_eq!(serde_json::from_value::<BadRecords>(again).unwrap(), limit);
        }
        assert!(serde_yaml::from_str::<BadRecords>("some").is_err());
    }
}
