//! What can stop a load of the search index.

use crate::http::RequestError;
use serde_json::Value;

/// Why the search index was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A setting, or what it names, cannot be used.
    #[error("the search index cannot be used: {0}")]
    Unusable(String),
    /// The documents cannot be read.
    #[error("document {number} for the search index cannot be read: {source}")]
    Read {
        /// Counted from 1.
        number: u64,
        /// What happened.
        source: std::io::Error,
    },
    /// A line is no document.
    #[error("line {number} is no document for the search index: {what}")]
    Document {
        /// Counted from 1.
        number: u64,
        /// What is wrong.
        what: String,
    },
    /// There is nothing to load.
    #[error("there are no documents for the search index (index.allow_empty allows that)")]
    Empty,
    /// The cluster refused, or was busy or gone for too long.
    #[error("{source}{}", reason(source))]
    Request {
        /// The request that failed.
        #[from]
        source: RequestError,
    },
    /// The cluster refused documents.
    #[error("{index} refused {count} documents of a request: {}", reasons.join("; "))]
    Refused {
        /// The index.
        index: String,
        /// How many of one request's.
        count: usize,
        /// The first reasons, each once.
        reasons: Vec<String>,
    },
    /// The cluster was too busy for some documents.
    #[error("{index} turned {count} documents away, {tries} times: {reason}")]
    Busy {
        /// The index.
        index: String,
        /// How many of one request's.
        count: usize,
        /// How often they were sent.
        tries: u32,
        /// What the cluster said.
        reason: String,
    },
    /// The index does not hold what was sent.
    #[error("{index} holds {found} documents, not the {sent} that were sent")]
    Lost {
        /// The index.
        index: String,
        /// Documents sent.
        sent: u64,
        /// Documents that it says it holds.
        found: u64,
    },
    /// Nobody knows whether the alias leads to the new index.
    #[error("whether the index {index} is in use is not known, so it was left: {source}")]
    Unknown {
        /// The new index.
        index: String,
        /// What happened.
        source: Box<IndexError>,
    },
    /// The new index is in use, but what follows went wrong.
    #[error("the new index {index} is in use, but: {source}")]
    InUse {
        /// The new index.
        index: String,
        /// What happened.
        source: Box<IndexError>,
    },
}

/// What the cluster said about a refusal, behind a colon.
fn reason(error: &RequestError) -> String {
    const LONGEST: usize = 300;
    let RequestError::Status { body, .. } = error else { return String::new() };
    let said = match serde_json::from_slice::<Value>(body) {
        Ok(answer) => told(&answer["error"]),
        Err(_) => String::from_utf8_lossy(body).trim().chars().take(LONGEST).collect(),
    };
    if said.is_empty() { said } else { format!(": {said}") }
}

/// An error object of the cluster's: its type, its reason and the reason below that.
pub fn told(error: &Value) -> String {
    let below = &error["caused_by"]["reason"];
    let said = [&error["type"], &error["reason"], below].into_iter().filter_map(Value::as_str);
    let said: Vec<_> = said.collect();
    // Old clusters say one text.
    error.as_str().map_or_else(|| said.join(": "), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_is_told_with_its_cause() {
        let cause = json!({"type": "x", "reason": "no number"});
        let error = json!({"type": "mapping", "reason": "failed", "caused_by": cause});
        assert_eq!(told(&error), "mapping: failed: no number");
        assert_eq!(told(&json!("Rejected[full]")), "Rejected[full]");
        assert_eq!(told(&Value::Null), "");
    }
}
