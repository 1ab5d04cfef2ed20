//! Liveness and last words: the heartbeat of a silent task and the record of a panic.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Says that the task lives, while one long group keeps it silent (spec 40 A.3). Ends when dropped.
pub struct Heartbeat {
    _stop: mpsc::Sender<()>,
}

impl Heartbeat {
    /// Writes a status line every `period`, under the job's reporter prefix.
    #[must_use]
    pub fn start(prefix: &str, period: Duration) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let line = format!("{prefix}status:working\n");
        std::thread::spawn(move || {
            while stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                let _ = io::stderr().lock().write_all(line.as_bytes());
            }
        });
        Self { _stop: stop }
    }
}

/// Begins the line that holds a panic record; the number is the form's version.
pub const PANIC_MARK: &str = "insights-panic-1:";

/// What is known of a task that panicked.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PanicRecord {
    /// The panic's message and place.
    pub message: String,
    /// The stack, where it could be had.
    pub backtrace: String,
    /// Address of the input file, if any.
    pub input: Option<String>,
    /// First byte of the split in that file.
    pub split_start: Option<u64>,
    /// Offset in the task's own input of the record that was being read.
    pub offset: u64,
}

impl PanicRecord {
    /// One line of standard error that survives any log: the mark, then hexadecimal JSON.
    #[must_use]
    pub fn line(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        json.iter().fold(PANIC_MARK.to_owned(), |mut line, byte| {
            let _ = write!(line, "{byte:02x}");
            line
        })
    }

    /// Reads such a line back, wherever in a log line it begins.
    #[must_use]
    pub fn find(line: &str) -> Option<Self> {
        let (_, hex) = line.split_once(PANIC_MARK)?;
        let digits = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
        let json: Option<Vec<u8>> = (0..digits / 2)
            .map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok())
            .collect();
        serde_json::from_slice(&json?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_record_survives_a_log() {
        let record = PanicRecord {
            message: "boom, at\nline 3 \u{1f4a5}".into(),
            input: Some("file:///logs/a.gz".into()),
            offset: 42,
            ..PanicRecord::default()
        };
        let logged = format!("2026-01-01 00:00:00 [stderr] {}  ", record.line());
        assert_eq!(PanicRecord::find(&logged), Some(record));
        assert_eq!(PanicRecord::find("no record"), None);
        assert_eq!(PanicRecord::find("insights-panic-1:zz"), None);
    }
}
