//! Ctrl-C and SIGTERM: a job on a cluster is killed or left, as was asked for; then the run ends with
//! the signal's exit code, at a second signal at once. Without such a job the process ends at once, as by default: a run that
//! was killed anywhere is finished by the next.

use serde::{Deserialize, Serialize};
use std::io::{BufRead, IsTerminal};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a signal does to a job on a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum OnInterrupt {
    /// Asks on a terminal; kills otherwise.
    #[default]
    Ask,
    /// Kills it.
    Kill,
    /// Leaves it alone.
    Leave,
}

type End = Box<dyn Fn() + Send>;

static SIGNAL: AtomicI32 = AtomicI32::new(0);
static JOB: Mutex<Option<End>> = Mutex::new(None);

const INTERRUPT: i32 = 2;
const TERMINATE: i32 = 15;

/// The signal that asked this process to end.
#[must_use]
pub fn signal() -> Option<i32> {
    Some(SIGNAL.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
}

/// Begins to watch for signals.
///
/// # Errors
/// When the system lets nobody watch.
pub fn watch() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        let signal = runtime.block_on(next());
        SIGNAL.store(signal, Ordering::Relaxed);
        let end = JOB.lock().unwrap_or_else(PoisonError::into_inner).take();
        match end {
            Some(end) => {
                std::thread::spawn(end);
                // Who does not want to wait for that presses the key again.
                std::process::exit(128 + runtime.block_on(next()));
            }
            None => std::process::exit(128 + signal),
        }
    });
    Ok(())
}

async fn next() -> i32 {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => drop(stream.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => INTERRUPT,
        () = terminated => TERMINATE,
    }
}

/// From now on a signal ends this job by `kill`, or leaves it and ends the process.
pub fn remember(
    id: &str,
    choice: OnInterrupt,
    kill: impl Fn(&str) -> Result<(), String> + Send + 'static,
) {
    let id = id.to_owned();
    let end = move || {
        if choice == OnInterrupt::Leave || (choice == OnInterrupt::Ask && !wants_kill(&id)) {
            log::warn!("{id} goes on on the cluster");
            std::process::exit(128 + signal().unwrap_or(INTERRUPT));
        }
        log::warn!("killing {id}");
        if let Err(error) = kill(&id) {
            log::error!("{id} could not be killed: {error}");
            std::process::exit(128 + signal().unwrap_or(INTERRUPT));
        }
    };
    *JOB.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(end));
}

/// The job has ended.
pub fn forget() {
    *JOB.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn wants_kill(id: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return true;
    }
    eprint!("\nkill {id} on the cluster? [Y/n] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_err() || !answer.trim().to_ascii_lowercase().starts_with('n')
}
