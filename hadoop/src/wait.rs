//! Waiting for answers of servers, from the driver's own threads.

use std::io;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());

/// Waits for an answer.
///
/// # Errors
/// When the system lets no runtime start.
pub fn block_on<T>(answer: impl Future<Output = T>) -> io::Result<T> {
    match &*RUNTIME {
        Ok(runtime) => Ok(runtime.block_on(answer)),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}
