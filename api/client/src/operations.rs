//! Answers about the service itself: its health, and what an error says (spec 50 §5, §8.9).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a part answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Availability {
    /// It does.
    #[serde(rename = "OK")]
    Ok,
    /// It does not.
    #[serde(rename = "UNAVAILABLE")]
    Unavailable,
}

/// The answer of `health/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Available if every part is.
    pub overall_status: Availability,
    /// The parts.
    pub detailed_status: DetailedStatus,
}

/// The parts that `health/` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DetailedStatus {
    /// Where users and tokens are kept.
    pub default_db_status: Availability,
    /// The result stores, all of them.
    pub analytics_db_status: Availability,
}

/// What the body of an error says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ErrorBody {
    /// An error that a program is meant to tell apart.
    Coded {
        /// Which error, `course_key_malformed` say.
        error_code: String,
        /// The same for people.
        developer_message: String,
    },
    /// A refusal in words.
    Detail {
        /// The words.
        detail: String,
    },
    /// Just the status again: a path that nothing matches, or a failure inside.
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// What is wrong with single fields of a form.
    Fields(BTreeMap<String, Vec<String>>),
}

impl ErrorBody {
    /// The text for people; none where the body has none.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Coded { developer_message, .. } => Some(developer_message.clone()),
            Self::Detail { detail } => Some(detail.clone()),
            Self::Status { .. } => None,
            Self::Fields(fields) => {
                Some(fields.values().flatten().cloned().collect::<Vec<_>>().join(" "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn health_prints_as_the_service_prints_it() {
        let json = r#"{"overall_status":"UNAVAILABLE","detailed_status":{"default_db_status":"OK","analytics_db_status":"UNAVAILABLE"}}"#;
        let read: Health = serde_json::from_str(json).unwrap();
        assert_eq!(read.detailed_status.default_db_status, Availability::Ok);
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    #[test]
    fn each_form_of_an_error_is_told_apart() {
        let message = |json: &str| serde_json::from_str::<ErrorBody>(json).unwrap().message();
        assert_eq!(message(r#"{"detail":"Not found."}"#).as_deref(), Some("Not found."));
        assert_eq!(
            message(r#"{"error_code":"x","developer_message":"Course y."}"#).as_deref(),
            Some("Course y.")
        );
        assert_eq!(message(r#"{"status":404}"#), None);
        assert_eq!(message(r#"{"non_field_errors":["Unable."]}"#).as_deref(), Some("Unable."));
    }
}
