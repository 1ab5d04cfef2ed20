//! Faults that a test asks for: a task that panics or falls silent at one of its lines of output. They
//! are in the program because what becomes of such tasks is a part of its promise.

use crate::task::Side;
use jobs::streaming::task::JobConf;
use std::time::Duration;

/// What a task does wrong, once.
#[derive(Default)]
pub struct Fault {
    kind: Kind,
    /// Lines of output that come before.
    before: u64,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Nothing,
    Panic,
    /// It says nothing for a while, as if it were busy with one long group.
    Silence(Duration),
}

impl Fault {
    /// The fault that the setting `insights.fault` asks for: `[map|combine|reduce] panic [at LINE]` or
    /// `[map|combine|reduce] silence SECONDS [at LINE]`. Without a side it is for all tasks, without a
    /// line for the first; at a later one a reducer has its files open.
    pub fn asked_for(conf: &JobConf, side: Side) -> Self {
        conf.get("insights.fault").and_then(|asked| Self::parse(asked, side)).unwrap_or_default()
    }

    fn parse(asked: &str, side: Side) -> Option<Self> {
        let mut words = asked.split_whitespace().peekable();
        if let Some(wanted) = words.next_if(|word| ["map", "combine", "reduce"].contains(word))
            && wanted != side.name()
        {
            return None;
        }
        let kind = match words.next()? {
            "panic" => Kind::Panic,
            "silence" => Kind::Silence(Duration::from_secs(words.next()?.parse().ok()?)),
            _ => return None,
        };
        let line = match words.next() {
            Some("at") => words.next()?.parse().ok()?,
            _ => 1,
        };
        Some(Self { kind, before: u64::saturating_sub(line, 1) })
    }

    /// Lets it happen, if the line that is about to be written is the one.
    pub fn strike(&mut self) {
        if self.before > 0 {
            self.before -= 1;
            return;
        }
        match std::mem::take(&mut self.kind) {
            Kind::Nothing => {}
            Kind::Panic => panic!("insights.fault asks for it"),
            Kind::Silence(time) => std::thread::sleep(time),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fault_is_of_a_side_and_a_line() {
        let parsed = |asked| Fault::parse(asked, Side::Reduce).map(|it| (it.kind, it.before));
        let silence = |seconds| Kind::Silence(Duration::from_secs(seconds));
        assert_eq!(parsed("panic"), Some((Kind::Panic, 0)));
        assert_eq!(parsed("silence 20"), Some((silence(20), 0)));
        assert_eq!(parsed("reduce silence 5 at 20"), Some((silence(5), 19)));
        assert_eq!(parsed("map panic at 2"), None);
        assert_eq!(parsed("silence"), None);
    }

    #[test]
    fn it_strikes_once_at_its_line() {
        let mut fault = Fault::parse("panic at 3", Side::Map).unwrap();
        fault.strike();
        fault.strike();
        assert!(std::panic::catch_unwind(move || fault.strike()).is_err());
    }
}
