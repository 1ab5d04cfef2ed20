//! What can stop a run, and the exit code that each kind has (spec 41 C).

use crate::codec::InputError;
use crate::config::ConfigError;
use crate::fixture::FixtureError;
use crate::hive::HiveError;
use crate::import::ImportError;
use crate::index::IndexError;
use crate::input::SelectError;
use crate::interrupt;
use crate::ledger::LedgerError;
use crate::lock::LockError;
use crate::pull::durations::DurationsError;
use crate::pulls::BringError;
use crate::rejected::TooManyRejected;
use crate::rows::RowsError;
use crate::runner::RunError;
use crate::storage::StorageError;
use jobs::params::ParamError;
use std::path::PathBuf;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// A name or parameter that is not known.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A parameter is missing or unreadable.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// The ledger is held by another run, or broken.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Log files cannot be chosen.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// An input file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Something that is read is not there.
    #[error("{0}")]
    Missing(String),
    /// The plan cannot be carried out.
    #[error("{0}")]
    Plan(String),
    /// A run was not run to its end.
    #[error("the process of run {0} is gone without an end; `insights resume {0}` goes on with it")]
    NotRun(String),
    /// The run that is to be resumed has not ended.
    #[error(
        "run {0} is still at work; `insights wait {0}` waits for it, `insights kill {0}` ends it"
    )]
    AtWork(String),
    /// A pass failed.
    #[error("{step}: {source}")]
    Run {
        /// The step.
        step: String,
        /// What happened.
        source: RunError,
    },
    /// An import failed.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Rows could not be made of an import.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A pull failed.
    #[error("{pull}: {source}")]
    Pull {
        /// The pull.
        pull: &'static str,
        /// What happened.
        source: BringError,
    },
    /// The search index was not filled.
    #[error(transparent)]
    Index(IndexError),
    /// Durations of videos cannot be asked for.
    #[error(transparent)]
    Durations(DurationsError),
    /// Hive refused, or has other tables.
    #[error(transparent)]
    Hive(#[from] HiveError),
    /// The result store refused.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The rows of some tables were refused; the other tables are loaded.
    #[error("{}", all(.0))]
    Refused(Vec<store::Error>),
    /// Too many lines of logs were rejected.
    #[error(transparent)]
    Rejected(#[from] TooManyRejected),
    /// Results are older than the schedule allows.
    #[error("{late} of {of} results are older than they may be")]
    Late {
        /// How many.
        late: usize,
        /// Of how many.
        of: usize,
    },
    /// A fixture of golden files cannot be used.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// What a workflow made of a fixture is not what is expected.
    #[error("{files} of {of} files are not as expected")]
    NotAsExpected {
        /// How many.
        files: usize,
        /// Of how many.
        of: usize,
    },
    /// The disk refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A job without input failed.
    #[error("{job}: {source}")]
    Make {
        /// The job.
        job: &'static str,
        /// What it said.
        source: jobs::streaming::Error,
    },
    /// The files of some organisations could not be encrypted, and the run was to go on without them.
    #[error(
        "the files of {0} could not be encrypted, for reasons that the lines above or the tasks' logs \
         tell; those of the others are in place, and the next run makes all of them again"
    )]
    LeftOut(String),
    /// EMR refused, or a cluster of it was lost.
    #[cfg(feature = "emr")]
    #[error(transparent)]
    Emr(#[from] crate::emr::EmrError),
    /// A detached run ended before it had begun.
    #[error("{}", said.trim_end())]
    Detached {
        /// Its exit code.
        code: i32,
        /// What it printed.
        said: String,
    },
    /// A file of the program itself is missing.
    #[error("the program `jobs` is not at {0}; name it with runners.local.program")]
    NoProgram(PathBuf),
}

impl DriveError {
    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Config(_) | Self::Param(_) | Self::NoProgram(_) => 3,
            Self::Durations(DurationsError::Memory { .. }) => 40,
            Self::Durations(_) | Self::Index(IndexError::Unusable(_)) => 3,
            Self::Index(IndexError::Empty) => 41,
            Self::Index(_) => 30,
            Self::AtWork(_) | Self::Ledger(LedgerError::Lock(LockError::Held { .. })) => 10,
            Self::Missing(_) | Self::Select(_) | Self::Input(_) => 20,
            Self::Run { source: RunError::Input(_), .. } => 20,
            Self::Pull { source, .. } => pull_code(source),
            Self::Run { source: RunError::Install(_) | RunError::TooLong { .. }, .. } => 3,
            Self::Run { source: RunError::Cluster { code: 2, .. }, .. } => 20,
            Self::Run { source: RunError::Stopped, .. } => stopped(),
            #[cfg(feature = "emr")]
            Self::Emr(error) | Self::Run { source: RunError::Emr(error), .. } => emr_code(error),
            Self::Storage(error) | Self::Run { source: RunError::Storage(error), .. }
                if error.is_of_credentials() =>
            {
                44
            }
            Self::NotRun(_) => 25,
            Self::Plan(_) => 35,
            Self::Run { .. } | Self::Make { .. } | Self::Rows(_) | Self::Storage(_) => 30,
            Self::Import(ImportError::Drift(_)) | Self::Hive(HiveError::Drift(_)) => 41,
            Self::Hive(HiveError::Nowhere | HiveError::Start { .. } | HiveError::Name(_)) => 3,
            Self::Hive(_) => 30,
            Self::Import(ImportError::Source(_)) => 3,
            Self::Import(_) => 30,
            Self::Store(error) => store_code(error),
            Self::Refused(_) | Self::LeftOut(_) | Self::Late { .. } | Self::Rejected(_) => 41,
            Self::NotAsExpected { .. } => 41,
            Self::Fixture(FixtureError::Storage(_) | FixtureError::Unpack { .. }) => 30,
            Self::Fixture(FixtureError::Run { .. }) => 3,
            Self::Fixture(_) => 20,
            Self::Ledger(_) => 40,
            Self::Detached { code, .. } => u8::try_from(*code).unwrap_or(40),
        }
    }
}

/// As shells have it: 128 and the signal's number.
fn stopped() -> u8 {
    interrupt::signal().and_then(|signal| u8::try_from(128 + signal).ok()).unwrap_or(130)
}

#[cfg(feature = "emr")]
fn emr_code(error: &crate::emr::EmrError) -> u8 {
    use crate::emr::EmrError;
    match error {
        EmrError::Config(_) | EmrError::Setting(_) => 3,
        EmrError::Taken(_) => 10,
        EmrError::Budget(_) => 42,
        EmrError::Lost { .. } => 43,
        EmrError::Credentials { .. } => 44,
        EmrError::Storage(error) if error.is_of_credentials() => 44,
        EmrError::Late { .. } => 45,
        EmrError::Stopped => stopped(),
        EmrError::Refused { .. } | EmrError::Lock(_) | EmrError::Storage(_) | EmrError::Node(_) => {
            30
        }
    }
}

fn pull_code(error: &BringError) -> u8 {
    match error {
        BringError::Settings(_) => 20,
        BringError::Service(error) if matches!(error.status(), Some(401 | 403)) => 44,
        BringError::Service(_) | BringError::Storage(_) => 30,
    }
}

fn store_code(error: &store::Error) -> u8 {
    match error {
        refused if refused.is_refusal() => 41,
        store::Error::Locked { .. } => 10,
        store::Error::Address { .. } | store::Error::Password { .. } => 3,
        _ => 30,
    }
}

fn all(errors: &[store::Error]) -> String {
    errors.iter().map(store::Error::to_string).collect::<Vec<_>>().join("; ")
}

/// What a step gives.
pub type Drive<T> = Result<T, DriveError>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::PullError;
    use reqwest::{Method, StatusCode};
    use std::path::Path;

    fn at_hadoop(source: RunError) -> DriveError {
        DriveError::Run { step: "scan".into(), source }
    }

    fn failed_job(code: i32) -> DriveError {
        let cause = String::new();
        at_hadoop(RunError::Cluster { job: None, code, meaning: "", cause })
    }

    fn of_pull(source: BringError) -> DriveError {
        DriveError::Pull { pull: "course-list-pull", source }
    }

    fn refusal(status: u16) -> PullError {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let (retry_after, body) = (None, Vec::new());
        PullError::Status { method: Method::GET, url: String::new(), status, retry_after, body }
    }

    fn at_s3(kind: std::io::ErrorKind) -> DriveError {
        let place = "s3://bucket/w".to_owned();
        StorageError::Refused { doing: "write", place, source: kind.into() }.into()
    }

    fn of_store(error: store::Error) -> DriveError {
        DriveError::Store(error)
    }

    #[test]
    fn k15_each_class_of_failure_has_its_exit_code() {
        let input = || InputError { place: "a.gz".into(), offset: 0, what: "is torn".into() };
        let table = || "course_enrollment_daily".to_owned();
        let full = StorageError::disk("write", Path::new("/w"));
        for (class, error, code) in [
            ("usage", DriveError::Usage("x".into()), 2),
            ("no program", DriveError::NoProgram("jobs".into()), 3),
            ("no Streaming jar", at_hadoop(RunError::Install("x".into())), 3),
            ("a name that Hive cannot take", HiveError::Name("a'b".into()).into(), 3),
            ("two loaders", of_store(store::Error::Locked { table: table() }), 10),
            ("missing input", DriveError::Missing("x".into()), 20),
            ("torn input", input().into(), 20),
            ("a pull that nobody set up", of_pull(BringError::Settings("x".into())), 20),
            ("a service that takes no such client", of_pull(refusal(403).into()), 44),
            ("a service that fails", of_pull(refusal(500).into()), 30),
            ("torn input in a task", at_hadoop(input().into()), 20),
            ("input missing on the cluster", failed_job(2), 20),
            ("the job failed", failed_job(1), 30),
            ("full disk", full(std::io::ErrorKind::StorageFull.into()).into(), 30),
            ("credentials that S3 refuses", at_s3(std::io::ErrorKind::PermissionDenied), 44),
            ("S3 that is down", at_s3(std::io::ErrorKind::TimedOut), 30),
            ("other tables in Hive", HiveError::Drift(Vec::new()).into(), 41),
            ("an empty result", of_store(store::Error::Empty { table: table() }), 41),
            ("refused", DriveError::Refused(vec![store::Error::Empty { table: table() }]), 41),
            (
                "another run was detached",
                DriveError::Detached { code: 20, said: String::new() },
                20,
            ),
        ] {
            assert_eq!(error.exit_code(), code, "{class}: {error}");
        }
    }
}
