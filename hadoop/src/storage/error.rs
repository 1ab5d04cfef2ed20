//! What storage says when it refuses.

use std::io;
use std::path::Path;

/// Storage that refuses.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// An address of a kind that cannot be reached.
    #[error(
        "{address}: files at `{scheme}:` cannot be reached; a path on the disk, hdfs: and s3: can"
    )]
    Scheme {
        /// The address.
        address: String,
        /// Its scheme.
        scheme: String,
    },
    /// The disk, or the cluster, refused.
    #[error("cannot {doing} {place}: {source}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// The address of the file or folder.
        place: String,
        /// What was said.
        source: io::Error,
    },
}

/// Codes of S3 that come as errors of another kind.
const OF_CREDENTIALS: &[&str] = &["ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch"];

impl StorageError {
    /// An error of the disk.
    pub fn disk(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let place = path.display().to_string();
        move |source| Self::Refused { doing, place, source }
    }

    /// Whether S3 does not let in who asks, or not any more.
    #[must_use]
    pub fn is_of_credentials(&self) -> bool {
        let Self::Refused { place, source, .. } = self else { return false };
        let said = source.to_string();
        place.starts_with("s3")
            && (source.kind() == io::ErrorKind::PermissionDenied
                || OF_CREDENTIALS.iter().any(|code| said.contains(code)))
    }

    /// Whether something is not there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// An answer of storage.
pub type Stored<T> = Result<T, StorageError>;
