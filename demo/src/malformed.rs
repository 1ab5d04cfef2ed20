//! Lines as archives really hold them: cut, glued, blank, zeroed, prefixed, repeated (05 §3.8).

use crate::clock::{self, Micros};
use crate::rng::Rng;

/// What can happen to a line on its way to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Cut at 2,043 characters by syslog.
    CutBySyslog,
    /// Cut at 10,000 characters by the old library.
    CutByLibrary,
    /// Cut anywhere, the writer died.
    CutAnywhere,
    /// Two lines without the LF between.
    Glued,
    /// A NUL byte inside.
    NulInside,
    /// Two writers at once.
    Interleaved,
    /// Something behind the closing brace.
    TextAfter,
    /// A comma before the closing brace.
    TrailingComma,
    /// A prefix with a brace of its own.
    BraceInPrefix,
    /// A blank line more.
    Blank,
    /// A line of white space more.
    WhiteSpace,
    /// A run of NUL bytes more, after a crash.
    NulRun,
    /// A message of the LMS more.
    Noise,
    /// A Python dictionary more.
    PythonText,
    /// `null` more.
    JsonNull,
    /// A list more.
    JsonList,
    /// A number more.
    JsonNumber,
    /// The whole line once more.
    Repeated,
    /// A byte-order mark before the line, which is an event all the same.
    ByteOrderMark,
    /// Blanks around the line, which is an event all the same.
    BlanksAround,
}

/// Every fault with its share of lines, by 05 §3.8.
pub const SHARES: [(Fault, f64); 20] = [
    (Fault::CutBySyslog, 3e-5),
    (Fault::CutByLibrary, 1e-5),
    (Fault::CutAnywhere, 4e-5),
    (Fault::Glued, 3e-5),
    (Fault::NulInside, 5e-6),
    (Fault::Interleaved, 4e-6),
    (Fault::TextAfter, 4e-6),
    (Fault::TrailingComma, 2e-6),
    (Fault::BraceInPrefix, 2e-6),
    (Fault::Blank, 2.5e-5),
    (Fault::WhiteSpace, 5e-6),
    (Fault::NulRun, 5e-6),
    (Fault::Noise, 8e-6),
    (Fault::PythonText, 1e-6),
    (Fault::JsonNull, 1e-6),
    (Fault::JsonList, 1e-6),
    (Fault::JsonNumber, 1e-6),
    (Fault::Repeated, 1e-4),
    (Fault::ByteOrderMark, 2e-6),
    (Fault::BlanksAround, 2e-6),
];

/// What a fault does to the event in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The event is lost.
    Lost,
    /// The event stands, beside a line that is none.
    LineMore,
    /// The event stands twice.
    Twice,
    /// The event stands, in a line that needs care.
    Kept,
}

impl Fault {
    /// The fault of a line, if any.
    pub fn draw(rng: &mut Rng) -> Option<Self> {
        let mut left = rng.unit();
        SHARES
            .iter()
            .find(|(_, share)| {
                left -= share;
                left < 0.0
            })
            .map(|(fault, _)| *fault)
    }

    /// What becomes of the event.
    pub fn effect(self) -> Effect {
        match self {
            Self::Repeated => Effect::Twice,
            Self::ByteOrderMark | Self::BlanksAround => Effect::Kept,
            fault if fault < Self::Blank => Effect::Lost,
            _ => Effect::LineMore,
        }
    }

    /// The name in the report.
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// Damages the line at the end of `out`, which begins at `start`.
    pub fn damage(self, out: &mut Vec<u8>, start: usize, rng: &mut Rng) {
        let length = out.len() - start;
        match self {
            Self::CutBySyslog => out.truncate(start + 2043.min(length * 2 / 3)),
            Self::CutByLibrary => out.truncate(start + 10_000.min(length * 9 / 10)),
            Self::CutAnywhere => out.truncate(start + 1 + rng.below(length - 2)),
            Self::Glued => out.extend_from_within(start..),
            Self::NulInside => out[start + length / 2] = 0,
            Self::Interleaved => {
                let part = out[start..start + length / 3].to_vec();
                out.splice(start + length / 2..start + length / 2, part);
            }
            Self::TextAfter => out.extend_from_slice(b" [dup]"),
            Self::TrailingComma => {
                out.pop();
                out.extend_from_slice(b", }");
            }
            Self::BraceInPrefix => drop(out.splice(start..start, *b"worker {3} ")),
            Self::ByteOrderMark => drop(out.splice(start..start, *b"\xef\xbb\xbf")),
            Self::BlanksAround => {
                out.splice(start..start, *b"  ");
                out.extend_from_slice(b" \t ");
            }
            _ => {}
        }
    }

    /// The line that stands beside the event.
    pub fn line_more(self, time: Micros) -> Vec<u8> {
        match self {
            Self::WhiteSpace => b"  \t ".to_vec(),
            Self::NulRun => vec![0; 64],
            Self::Noise => {
                let when = clock::sql(time);
                format!(
                    "{},{} WARNING 2211 [common.djangoapps.track] slow backend",
                    &when[..19],
                    &when[20..23]
                )
                .into_bytes()
            }
            Self::PythonText => format!(
                "{{'username': 'mira_okafor', 'event_type': 'play_video', 'time': '{}'}}",
                clock::iso(time)
            )
            .into_bytes(),
            Self::JsonNull => b"null".to_vec(),
            Self::JsonList => b"[\"play_video\", 48213]".to_vec(),
            Self::JsonNumber => b"20241001".to_vec(),
            _ => Vec::new(),
        }
    }
}

/// What syslog puts before each line of the hour in which the log went through it.
pub fn syslog_prefix(time: Micros) -> String {
    format!(
        "{} lms-3 [service_variant=lms][tracking][env:prod] INFO [lms-3  2211] [logger.py:41] - ",
        clock::syslog(time)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    const LINE: &[u8] = br#"{"name": "play_video", "event": "{\"id\": 1}", "page": null}"#;

    #[test]
    fn lost_events_are_no_json_and_kept_ones_are() {
        let mut rng = Rng::keyed(1, Purpose::Day, [0, 0]);
        for (fault, _) in SHARES {
            let mut out = b"before\n".to_vec();
            out.extend_from_slice(LINE);
            fault.damage(&mut out, 7, &mut rng);
            assert!(out.starts_with(b"before\n"));
            let parsed = serde_json::from_slice::<serde_json::Value>(&out[7..]);
            match fault.effect() {
                Effect::Lost => assert!(parsed.is_err(), "{fault:?}"),
                Effect::Kept if fault == Fault::ByteOrderMark => assert!(out[7..].ends_with(LINE)),
                _ => assert!(parsed.is_ok(), "{fault:?}"),
            }
        }
    }

    #[test]
    fn rejected_lines_are_about_seventeen_in_a_hundred_thousand() {
        let rejected = |fault: Fault| matches!(fault.effect(), Effect::Lost | Effect::LineMore);
        let share: f64 =
            SHARES.iter().filter(|(fault, _)| rejected(*fault)).map(|(_, share)| share).sum();
        assert!((1.6e-4..1.9e-4).contains(&share), "{share}");
        let mut rng = Rng::keyed(1, Purpose::Day, [0, 1]);
        let hits = (0..1_000_000).filter(|_| Fault::draw(&mut rng).is_some()).count();
        assert!((200..340).contains(&hits), "{hits}");
    }
}
