//! How a call fails. No error holds the token.

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service's address cannot be used.
    #[error("the Data API's address {address} is not usable: {reason}")]
    Address {
        /// As it was given.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The token cannot stand in a header.
    #[error("the Data API's token holds characters that cannot be sent")]
    Token,
    /// The HTTP client could not be made.
    #[error("preparing the HTTP client")]
    Setup(#[source] reqwest::Error),
    /// The service has no data for this (or does not know the resource).
    #[error("{url} has no data")]
    NotFound {
        /// What was asked.
        url: String,
    },
    /// The token was refused.
    #[error("{url} refused the token: {detail}")]
    Unauthorised {
        /// What was asked.
        url: String,
        /// The service's words.
        detail: String,
    },
    /// The service calls the request wrong, or throttles it.
    #[error("{url} answered {status}: {detail}")]
    Refused {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The service's words.
        detail: String,
    },
    /// The service cannot be reached, or fails inside.
    #[error("{url} is unavailable: {reason}")]
    Unavailable {
        /// What was asked.
        url: String,
        /// The failure.
        reason: String,
    },
    /// The service took too long.
    #[error("{url} did not answer in time")]
    Timeout {
        /// What was asked.
        url: String,
    },
    /// The answer is not what the resource promises.
    #[error("{url} answered something unexpected: {reason}")]
    Malformed {
        /// What was asked.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}
