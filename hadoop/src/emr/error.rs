//! What EMR says when it refuses, sorted by what an operator has to do about it.

use crate::config::ConfigError;
use crate::lock::LockError;
use crate::storage::StorageError;
use aws_sdk_emr::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use std::error::Error;

/// A cluster that cannot be had, or was lost.
#[derive(Debug, thiserror::Error)]
pub enum EmrError {
    /// A description or setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A setting is missing.
    #[error("{0}")]
    Setting(String),
    /// Who asks is not let in, or not any more.
    #[error("{doing}: the credentials are refused: {said}")]
    Credentials {
        /// What was asked for.
        doing: String,
        /// What EMR said.
        said: String,
    },
    /// EMR refused, or could not be reached.
    #[error("{doing}: {said}")]
    Refused {
        /// What was asked for.
        doing: String,
        /// What EMR said.
        said: String,
        /// Whether it turned away more requests than it takes.
        throttled: bool,
        /// Whether the request may have been obeyed all the same.
        unsure: bool,
    },
    /// The budget, or a quota of the account, does not allow it.
    #[error("{0}")]
    Budget(String),
    /// Others use what was asked for.
    #[error("{0}")]
    Taken(String),
    /// The cluster ended by itself.
    #[error("cluster {id} is lost: {reason}")]
    Lost {
        /// Its id.
        id: String,
        /// Why, as EMR has it.
        reason: String,
    },
    /// The cluster was not ready in time.
    #[error("cluster {id} was not ready within {minutes} minutes: it is {state}")]
    Late {
        /// Its id.
        id: String,
        /// The minutes.
        minutes: f64,
        /// How it was at the end.
        state: String,
    },
    /// The lease could not be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A command on a node failed.
    #[error("{0}")]
    Node(String),
    /// A signal came.
    #[error("stopped by a signal")]
    Stopped,
}

/// Codes of services by which a request is turned away because of who asks.
const OF_CREDENTIALS: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];
/// Codes by which more requests are turned away than are taken.
const OF_THROTTLING: &[&str] = &[
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
];

/// Sorts an error of the service.
pub(super) fn told<E, R>(doing: impl Into<String>, error: &SdkError<E, R>) -> EmrError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let doing = doing.into();
    let code = error.code().unwrap_or_default();
    let said = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{message} ({code})"),
        (Some(code), None) => code.to_owned(),
        _ => format!("{}", DisplayErrorContext(error)),
    };
    // No provider had any: that is found out before a request goes out, and has no code.
    let none = matches!(error, SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_))
        && said.to_ascii_lowercase().contains("credentials");
    if none || OF_CREDENTIALS.contains(&code) {
        return EmrError::Credentials { doing, said };
    }
    if code == "LimitExceeded" || is_quota(&said) {
        return EmrError::Budget(format!("{doing}: {said}"));
    }
    // What was described cannot be had: nobody but who described it can help.
    if code == "ValidationException" {
        return EmrError::Setting(format!("{doing}: {said}"));
    }
    let throttled = OF_THROTTLING.contains(&code);
    let answered = error.code().is_some_and(|code| !code.starts_with("InternalServer"));
    let built = matches!(error, SdkError::ConstructionFailure(_));
    EmrError::Refused { doing, said, throttled, unsure: !(answered || built) }
}

/// Whether a reason is a quota of the account: EMR has no code for that.
pub(super) fn is_quota(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ["quota", "exceeds the limit", "limit exceeded", "limit has been reached"]
        .iter()
        .any(|word| said.contains(word))
}
