//! One run at a time in a warehouse.
//!
//! On the disk the kernel holds the lock and frees it with the process, however it ends. On HDFS the
//! lock is a file that its holder writes anew every few seconds; when it has stood unchanged for a
//! while, or its holder was a process of this machine that is gone, it is taken over.

use crate::storage::{Place, StorageError};
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A lock that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run has it.
    #[error("another run is at work in {warehouse} ({holder})")]
    Held {
        /// The warehouse.
        warehouse: String,
        /// What is known of the other.
        holder: String,
    },
    /// The storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Held until it is dropped, or the process ends.
pub enum Lock {
    /// The kernel's, on this file.
    Disk(File),
    /// A file that is kept fresh.
    Lease(Lease),
}

/// How often a holder says that it lives, and how long it may be silent.
const BEAT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(30);
/// How often somebody who waits to see whether a holder lives looks.
const LOOK: Duration = Duration::from_secs(1);

impl Lock {
    /// Takes the lock of a warehouse, whose file stands in a folder of it. A lease left by another
    /// machine is watched for as long as its holder may be silent.
    ///
    /// # Errors
    /// When another run is at work.
    pub fn take(warehouse: &Place, folder: &str) -> Result<Self, LockError> {
        let file = warehouse.join(folder).join("lock");
        let held = |holder: String| LockError::Held { warehouse: warehouse.address(), holder };
        let Some(path) = file.disk_path() else {
            return Lease::take(&file, held).map(Self::Lease);
        };
        let lock = File::create(path).map_err(file.refused("open"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::Disk(lock)),
            Err(TryLockError::WouldBlock) => Err(held("its lock is held".to_owned())),
            Err(TryLockError::Error(e)) => Err(file.refused("lock")(e).into()),
        }
    }
}

/// Who holds a lease; another number with each beat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    host: String,
    pid: u32,
    beat: u64,
}

/// A file that is written anew every few seconds.
pub struct Lease {
    file: Place,
    beating: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

impl Lease {
    /// Takes a lease; `held` makes an error of who has it. One left by another machine is watched for as
    /// long as its holder may be silent.
    ///
    /// # Errors
    /// When somebody has it who lives, or storage refuses.
    pub fn take(file: &Place, held: impl Fn(String) -> LockError) -> Result<Self, LockError> {
        let me = Holder { host: host(), pid: std::process::id(), beat: 0 };
        // Two runs on this machine have different ids; those of two machines differ by their names.
        let aside = file.parent().join(format!("lock-{}-{}", me.host, me.pid));
        while !file.stage_new(&me.text())? {
            let Some(seen) = wait_until_free(file, &me, &held)? else { continue };
            if file.exchange(&seen, &me.text(), &aside)? {
                break;
            }
        }
        let (stop, stopped) = mpsc::channel();
        let place = file.clone();
        let beating = std::thread::spawn(move || beat(&place, me, &stopped));
        Ok(Self { file: file.clone(), beating: Some((stop, beating)) })
    }

    /// Who has a lease, or had it at last.
    ///
    /// # Errors
    /// When storage refuses.
    pub fn holder(file: &Place) -> Result<Option<String>, StorageError> {
        Ok(file.read_if_there()?.map(|text| Holder::of(&text).said()))
    }
}

fn beat(file: &Place, mut me: Holder, stopped: &mpsc::Receiver<()>) {
    while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
        me.beat += 1;
        if let Err(error) = file.write(&me.text()) {
            log::warn!("the lock could not be kept fresh: {error}");
        }
    }
}

/// Waits as long as the holder may be silent; a holder that lives is an error. Gives what the file
/// held to the end; none where it is gone.
fn wait_until_free(
    file: &Place,
    me: &Holder,
    held: &impl Fn(String) -> LockError,
) -> Result<Option<Vec<u8>>, LockError> {
    let Some(text) = file.read_if_there()? else { return Ok(None) };
    let first = Holder::of(&text);
    if first.host == me.host && !is_running(first.pid) {
        return Ok(Some(text));
    }
    let since = Instant::now();
    log::info!("the lock of {} is there; waiting to see whether its holder lives", first.said());
    while since.elapsed() < SILENCE {
        std::thread::sleep(LOOK);
        match file.read_if_there()? {
            None => return Ok(None),
            Some(now) if now != text => return Err(held(Holder::of(&now).said())),
            Some(_) => {}
        }
    }
    Ok(Some(text))
}

impl Holder {
    /// Who holds a lease. A file without sense is that of a holder who was cut off while writing.
    fn of(text: &[u8]) -> Self {
        let unknown = Self { host: "an unknown machine".to_owned(), pid: 0, beat: 0 };
        serde_json::from_slice(text).unwrap_or(unknown)
    }

    fn text(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn said(&self) -> String {
        format!("process {} on {}", self.pid, self.host)
    }
}

/// This machine's name.
pub fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// Whether a process of this machine is there.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    std::path::Path::new(&format!("/proc/{pid}")).exists()
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some((stop, beating)) = self.beating.take() {
            drop(stop);
            let _ = beating.join();
        }
        if let Err(error) = self.file.remove() {
            log::warn!("the lock stays behind: {error}");
        }
    }
}
