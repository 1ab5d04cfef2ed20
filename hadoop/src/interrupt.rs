//! Ctrl-C and SIGTERM: a job on a cluster is killed or left, as was asked for; then the run ends with
//! the signal's exit code, at a second signal at once. Without such a job the process ends at once, as by default: a run that
//! was killed anywhere is finished by the next. In any case the client that submits jobs goes with the
//! driver, and what the run had on this machine's disk.

use crate::near;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, IsTerminal};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
/// What a signal does; none where the process just ends.
static JOB: Mutex<Option<End>> = Mutex::new(None);
/// The group of processes of the client that submits a job, or has done so.
static CLIENT: Mutex<Option<u32>> = Mutex::new(None);
/// The run that this process is.
static RUN: Mutex<Option<String>> = Mutex::new(None);
/// Held while a signal is obeyed.
static ENDING: Mutex<()> = Mutex::new(());

const INTERRUPT: i32 = 2;
const TERMINATE: i32 = 15;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

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
        let first = runtime.block_on(next());
        let _ending = locked(&ENDING);
        SIGNAL.store(first, Ordering::Relaxed);
        let Some(end) = locked(&JOB).take() else { leave(first) };
        // Who does not want to wait for that presses the key again.
        std::thread::spawn(move || leave(runtime.block_on(next())));
        end();
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

/// Ends this process by a signal's exit code, without its client and its folders.
fn leave(signal: i32) -> ! {
    end_client();
    if let Some(run) = &*locked(&RUN)
        && let Err(error) = near::remove_folders(run)
    {
        log::warn!("{error}");
    }
    std::process::exit(128 + signal);
}

fn end_client() {
    if let Some(group) = locked(&CLIENT).take() {
        near::end_group(group);
    }
}

/// From now on a signal removes the folders that this run has on this machine.
pub fn remember_run(id: &str) {
    *locked(&RUN) = Some(id.to_owned());
}

/// From now on a signal ends this client, and `kill` what it may have submitted already.
pub fn remember_client(group: u32, kill: impl Fn() + Send + 'static) {
    *locked(&CLIENT) = Some(group);
    let end = move || {
        end_client();
        kill();
    };
    *locked(&JOB) = Some(Box::new(end));
}

/// From now on a signal ends this job by `kill`, or leaves it and ends the process.
pub fn remember(
    id: &str,
    choice: OnInterrupt,
    kill: impl Fn(&str) -> Result<(), String> + Send + 'static,
) {
    let id = id.to_owned();
    let end = move || {
        let signal = signal().unwrap_or(INTERRUPT);
        if choice == OnInterrupt::Leave || (choice == OnInterrupt::Ask && !wants_kill(&id)) {
            log::warn!("{id} goes on on the cluster");
            leave(signal);
        }
        log::warn!("killing {id}");
        if let Err(error) = kill(&id) {
            log::error!("{id} could not be killed: {error}");
            leave(signal);
        }
    };
    *locked(&JOB) = Some(Box::new(end));
}

/// If a signal is obeyed at this time, waits for that: somebody may still choose what becomes of the job.
pub fn wait_until_obeyed() {
    if signal().is_some() {
        drop(locked(&ENDING));
    }
}

/// From now on a signal only asks for a stop: who makes something looks at [`signal`], and takes it back.
pub fn remember_stop() {
    *locked(&JOB) = Some(Box::new(|| {}));
}

/// From now on a signal ends this process, after `end`.
pub fn remember_end(end: impl Fn() + Send + 'static) {
    *locked(&JOB) = Some(Box::new(move || {
        end();
        leave(signal().unwrap_or(INTERRUPT));
    }));
}

/// The client and its job have ended. If a signal is obeyed at this time, that is waited for.
pub fn forget() {
    *locked(&CLIENT) = None;
    *locked(&JOB) = None;
    wait_until_obeyed();
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
