//! Faults that a test asks for: a task that panics or falls silent at its first line of output. They
//! are in the program because what becomes of such tasks is a part of its promise.

use jobs::streaming::task::JobConf;
use std::time::Duration;

/// What a task does wrong, once.
#[derive(Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It panics.
    Panic,
    /// It says nothing for a while, as if it were busy with one long group.
    Silence(Duration),
}

impl Fault {
    /// The fault that the setting `insights.fault` asks for: `panic`, or `silence SECONDS`.
    pub fn asked_for(conf: &JobConf) -> Self {
        match conf
            .get("insights.fault")
            .and_then(|asked| asked.split_once(' ').or(Some((asked, ""))))
        {
            Some(("panic", _)) => Self::Panic,
            Some(("silence", seconds)) => {
                Self::Silence(Duration::from_secs(seconds.parse().unwrap_or_default()))
            }
            _ => Self::None,
        }
    }

    /// Lets it happen.
    pub fn strike(&mut self) {
        match std::mem::take(self) {
            Self::None => {}
            Self::Panic => panic!("insights.fault asks for it"),
            Self::Silence(time) => std::thread::sleep(time),
        }
    }
}
