//! The events that must be missing between those that are there (spec 30 E.1, steps 2 to 7).
//!
//! A learner's history in a course is walked from the newest event to the oldest: what the state is
//! after an event is told by the next newer one, and where the event itself says otherwise, an event
//! was lost between the two.

use super::moment::shifted;
use super::{ACTIVATED, DEACTIVATED, MODE_CHANGED};
use crate::streaming::Error;

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Before all events: nobody is enrolled.
    Start,
    /// In place of a snapshot that should have shown the learner and did not.
    Missing,
    /// Enrolled.
    Activated,
    /// Unenrolled.
    Deactivated,
    /// Enrolled or not, now in this mode.
    ModeChanged,
    /// A snapshot says that the learner is enrolled.
    ValidatedActive,
    /// A snapshot says that the learner is not.
    ValidatedInactive,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Missing => "missing",
            Self::Activated => "activate",
            Self::Deactivated => "deactivate",
            Self::ModeChanged => "mode_change",
            Self::ValidatedActive => "validate(active)",
            Self::ValidatedInactive => "validate(inactive)",
        }
    }

    fn is_validation(self) -> bool {
        matches!(self, Self::ValidatedActive | Self::ValidatedInactive)
    }
}

/// One event of a learner in a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it says.
    pub kind: Kind,
    /// When, as text.
    pub time: String,
    /// The mode of enrollment.
    pub mode: String,
    /// When the snapshot says that the enrollment was made.
    pub created: Option<String>,
    /// When the snapshot was begun and ended.
    pub dump: Option<(String, String)>,
}

impl Seen {
    /// The event before all events.
    pub fn start() -> Self {
        Self {
            kind: Kind::Start,
            time: String::new(),
            mode: "honor".to_owned(),
            created: None,
            dump: None,
        }
    }

    /// Whether a snapshot was read before an older event happened that stands inside the time of the
    /// dump: the two contradict each other.
    fn was_read_before(&self, older: &Self) -> bool {
        let Some((begun, ended)) = &self.dump else { return false };
        let contradicts = match (self.kind, older.kind) {
            (Kind::ValidatedActive, Kind::Deactivated)
            | (Kind::ValidatedInactive, Kind::Activated) => true,
            (kind, Kind::ModeChanged) => kind.is_validation() && older.mode != self.mode,
            _ => false,
        };
        contradicts && *begun < older.time && older.time < *ended
    }
}

/// An event that was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its time.
    pub time: String,
    /// Its type.
    pub event_type: &'static str,
    /// The mode of enrollment.
    pub mode: String,
    /// Between which two it was lost.
    pub reason: String,
    /// The time of what came before it, if anything did.
    pub after: Option<String>,
    /// The time of what came after it.
    pub before: String,
}

/// What a run asks for.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The first day of the interval.
    pub interval_start: String,
    /// Events before the interval's start are wanted too.
    pub generate_before: bool,
    /// Events that change nothing are wanted too: between two activations, for example.
    pub include_nonstate_changes: bool,
    /// No event of a first enrollment is put before this time.
    pub earliest: Option<String>,
    /// By this time a snapshot should have shown the learner.
    pub expected_validation: Option<String>,
}

/// The walk over one history, newest event first.
pub struct Walk<'r> {
    rules: &'r Rules,
    /// The newest event not walked yet: an older one may have to change places with it.
    held: Option<Seen>,
    begun: bool,
    /// The newer event that tells the state; none until one does.
    state: Option<Seen>,
    /// The newer event that tells the mode.
    mode: Option<Seen>,
    newer_is_mode_change: bool,
    created: Option<String>,
}

impl<'r> Walk<'r> {
    /// Begins a walk.
    pub fn new(rules: &'r Rules) -> Self {
        Self {
            rules,
            held: None,
            begun: false,
            state: None,
            mode: None,
            newer_is_mode_change: false,
            created: None,
        }
    }

    /// Takes the next older event; gives what was lost behind the one before it.
    ///
    /// # Errors
    /// When a time cannot be read.
    pub fn older(&mut self, event: Seen) -> Result<Vec<Lost>, Error> {
        let Some(newer) = self.held.take() else {
            self.held = Some(event);
            return Ok(Vec::new());
        };
        if newer.was_read_before(&event) {
            let time = moved(&event.time, -1)?;
            self.held = Some(Seen { time, ..newer });
            self.pass(event)
        } else {
            self.held = Some(event);
            self.pass(newer)
        }
    }

    /// Ends the walk at the start of all things.
    ///
    /// # Errors
    /// When a time cannot be read.
    pub fn end(mut self) -> Result<Vec<Lost>, Error> {
        let mut lost = match self.held.take() {
            Some(oldest) => self.pass(oldest)?,
            None => Vec::new(),
        };
        lost.extend(self.pass(Seen::start())?);
        Ok(lost)
    }

    fn pass(&mut self, event: Seen) -> Result<Vec<Lost>, Error> {
        if !std::mem::replace(&mut self.begun, true)
            && let Some(expected) = &self.rules.expected_validation
            && event.time < *expected
        {
            let time = expected.clone();
            self.remember(Seen { kind: Kind::Missing, time, ..Seen::start() });
        }
        let mut lost = match &self.state {
            Some(newer) if event.kind == Kind::Start => self.first_enrollment(newer)?,
            Some(newer) => self.change_of_state(&event, newer)?.into_iter().collect(),
            None => Vec::new(),
        };
        lost.extend(self.change_of_mode(&event, lost.last())?);
        self.remember(event);
        Ok(lost)
    }

    fn remember(&mut self, event: Seen) {
        self.newer_is_mode_change = event.kind == Kind::ModeChanged;
        if event.kind.is_validation() {
            self.created.clone_from(&event.created);
        }
        self.mode = (event.kind != Kind::Missing).then(|| event.clone());
        if !self.newer_is_mode_change {
            self.state = Some(event);
        }
    }

    fn change_of_state(&self, event: &Seen, newer: &Seen) -> Result<Option<Lost>, Error> {
        use Kind::{
            Activated, Deactivated, Missing, ModeChanged, Start, ValidatedActive, ValidatedInactive,
        };
        let (event_type, changes) = match (event.kind, newer.kind) {
            (Activated, ValidatedInactive | Missing) => (DEACTIVATED, true),
            (Deactivated | ValidatedInactive, ValidatedActive) => (ACTIVATED, true),
            (ValidatedActive, ValidatedInactive) => (DEACTIVATED, true),
            (Activated | ValidatedActive, Activated) => (DEACTIVATED, false),
            (Deactivated | ValidatedInactive, Deactivated) => (ACTIVATED, false),
            (Deactivated, Missing) => (DEACTIVATED, false),
            (Start | Missing | ModeChanged, _)
            | (Activated | ValidatedActive, Deactivated | ValidatedActive)
            | (Deactivated | ValidatedInactive, Activated | ValidatedInactive)
            | (ValidatedActive | ValidatedInactive, Missing)
            | (_, Start | ModeChanged) => return Ok(None),
        };
        if !changes && !self.rules.include_nonstate_changes {
            return Ok(None);
        }
        Ok(Some(Lost {
            time: moved(&event.time, 1)?,
            event_type,
            mode: event.mode.clone(),
            reason: between(event, newer),
            after: Some(event.time.clone()),
            before: newer.time.clone(),
        }))
    }

    /// What was lost before the oldest event.
    fn first_enrollment(&self, oldest: &Seen) -> Result<Vec<Lost>, Error> {
        let wanted =
            |created: &&str| self.rules.generate_before || **created >= *self.rules.interval_start;
        let lost = |event_type, time: String, after: Option<&str>| Lost {
            time,
            event_type,
            mode: self.mode.as_ref().map(|newer| newer.mode.clone()).unwrap_or_default(),
            reason: between(&Seen::start(), oldest),
            after: after.map(str::to_owned),
            before: oldest.time.clone(),
        };
        let created = self.created.as_deref().filter(wanted);
        let enrolled = created.map(|created| (self.clamped(created), created));
        Ok(match (oldest.kind, enrolled) {
            (Kind::Deactivated | Kind::ValidatedActive, Some((time, created))) => {
                vec![lost(ACTIVATED, time, Some(created))]
            }
            (Kind::ValidatedInactive, Some((time, created)))
                if self.rules.include_nonstate_changes =>
            {
                let left = lost(DEACTIVATED, moved(&time, 1)?, Some(created));
                vec![lost(ACTIVATED, time, Some(created)), left]
            }
            // When the enrollment was made is not known.
            (Kind::Deactivated | Kind::ValidatedActive, None) if self.rules.generate_before => {
                vec![lost(ACTIVATED, moved(&oldest.time, -1)?, None)]
            }
            _ => Vec::new(),
        })
    }

    fn clamped(&self, time: &str) -> String {
        let earliest = self.rules.earliest.as_deref().unwrap_or_default();
        time.max(earliest).to_owned()
    }

    fn change_of_mode(&self, event: &Seen, lost: Option<&Lost>) -> Result<Option<Lost>, Error> {
        let Some(newer) = &self.mode else { return Ok(None) };
        let told = self.newer_is_mode_change || newer.kind == Kind::Activated;
        let same = event.mode == newer.mode || newer.mode.is_empty();
        if told || same || event.kind == Kind::Start {
            return Ok(None);
        }
        let base = lost.map_or(&event.time, |lost| &lost.time);
        Ok(Some(Lost {
            time: moved(base, 1)?,
            event_type: MODE_CHANGED,
            mode: newer.mode.clone(),
            reason: format!("{} ({}=>{})", between(event, newer), event.mode, newer.mode),
            after: Some(base.clone()),
            before: newer.time.clone(),
        }))
    }
}

fn between(older: &Seen, newer: &Seen) -> String {
    format!("{} => {}", older.kind.name(), newer.kind.name())
}

fn moved(time: &str, microseconds: i64) -> Result<String, Error> {
    shifted(time, microseconds)
        .ok_or_else(|| Error::contract("the time of an event", "no time", time.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(kind: Kind, second: u32, mode: &str) -> Seen {
        let time = format!("2014-01-01T00:00:{second:02}.000000");
        Seen { kind, time, mode: mode.to_owned(), created: None, dump: None }
    }

    fn walked(rules: &Rules, newest_first: &[Seen]) -> Vec<String> {
        let mut walk = Walk::new(rules);
        let mut lost = Vec::new();
        for event in newest_first {
            lost.extend(walk.older(event.clone()).unwrap());
        }
        lost.extend(walk.end().unwrap());
        lost.into_iter().map(|lost| format!("{} {}", &lost.time[17..], lost.reason)).collect()
    }

    #[test]
    fn a_first_enrollment_of_unknown_time_stands_just_before_what_is_known() {
        let all =
            Rules { generate_before: true, include_nonstate_changes: true, ..Rules::default() };
        for (kind, lost) in [
            (Kind::ValidatedActive, &["04.999999 start => validate(active)"][..]),
            (Kind::Deactivated, &["04.999999 start => deactivate"]),
            (Kind::ValidatedInactive, &[]),
            (Kind::Activated, &[]),
        ] {
            assert_eq!(walked(&all, &[seen(kind, 5, "a")]), lost);
            assert!(walked(&Rules::default(), &[seen(kind, 5, "a")]).is_empty());
        }
    }

    #[test]
    fn a_snapshot_changes_places_with_all_that_happened_during_its_dump() {
        let dump = Some(("2014-01-01T00:00:03".to_owned(), "2014-01-01T00:00:09".to_owned()));
        let snapshot = Seen { dump, ..seen(Kind::ValidatedActive, 9, "a") };
        let history = [
            snapshot,
            seen(Kind::ModeChanged, 8, "b"),
            seen(Kind::Deactivated, 7, "a"),
            seen(Kind::Activated, 1, "a"),
        ];
        let rules = Rules { include_nonstate_changes: true, ..Rules::default() };
        assert!(walked(&rules, &history).is_empty());
        let later = [&history[..2], &[seen(Kind::Deactivated, 2, "a")], &history[3..]].concat();
        assert_eq!(walked(&rules, &later), ["02.000001 deactivate => validate(active)"]);
    }

    #[test]
    fn a_mode_change_stands_behind_the_change_of_state() {
        let history = [seen(Kind::ValidatedActive, 9, "b"), seen(Kind::Deactivated, 5, "a")];
        assert_eq!(
            walked(&Rules::default(), &history),
            [
                "05.000001 deactivate => validate(active)",
                "05.000002 deactivate => validate(active) (a=>b)"
            ]
        );
    }
}
