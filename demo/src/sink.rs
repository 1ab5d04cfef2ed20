//! Where lines go while a day is played: one block of bytes, an entry for each line, and counts.

use std::collections::BTreeMap;

use crate::clock::{DAY, Day, Micros};
use crate::forum::Post;
use crate::known::{self, Addresses};
use crate::line::{self, Draft, Who};
use crate::malformed::{Effect, Fault};
use crate::rng::Rng;
use crate::world::Plan;

/// One line in the block.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// When it is written to the log.
    pub written: Micros,
    /// Which lines of one instant come first.
    pub order: u64,
    /// Offset of the first byte.
    pub start: usize,
    /// Number of bytes.
    pub length: usize,
    /// Which server writes it.
    pub server: u8,
}

/// Figures of what was written; parts add up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Events that a reader finds, by event type; implicit ones by what they ask for.
    pub events: BTreeMap<&'static str, u64>,
    /// Faults planted, by name.
    pub faults: BTreeMap<String, u64>,
    /// Odd but readable events, by what is odd.
    pub odd: BTreeMap<&'static str, u64>,
    /// Events of the rotated logs, by the day that their time says.
    pub days: BTreeMap<Day, u64>,
    /// Distinct learners of (course, weeks before the last one, kind of activity).
    pub weekly: BTreeMap<(usize, u32, usize), u64>,
    /// What was done with parts of a course, by what.
    pub acts: BTreeMap<(usize, &'static str), u64>,
    /// The last address of everybody.
    pub addresses: Addresses,
    /// Play events of (course, video).
    pub plays: BTreeMap<(usize, usize), u64>,
    /// First answers of (course, problem, question): right, all.
    pub first_tries: BTreeMap<(usize, usize, usize), (u64, u64)>,
    /// Lines and bytes, LF included.
    pub lines: u64,
    /// Bytes of the lines, LF included.
    pub bytes: u64,
}

fn merge<K: Ord, V>(into: &mut BTreeMap<K, V>, from: BTreeMap<K, V>, add: impl Fn(&mut V, V)) {
    for (key, value) in from {
        match into.entry(key) {
            std::collections::btree_map::Entry::Vacant(free) => drop(free.insert(value)),
            std::collections::btree_map::Entry::Occupied(mut held) => add(held.get_mut(), value),
        }
    }
}

impl Counts {
    /// Adds the figures of another part.
    pub fn add(&mut self, other: Self) {
        let sum = |held: &mut u64, more: u64| *held += more;
        merge(&mut self.events, other.events, sum);
        merge(&mut self.faults, other.faults, sum);
        merge(&mut self.odd, other.odd, sum);
        merge(&mut self.days, other.days, sum);
        merge(&mut self.weekly, other.weekly, sum);
        merge(&mut self.acts, other.acts, sum);
        self.addresses.add(other.addresses);
        merge(&mut self.plays, other.plays, sum);
        merge(&mut self.first_tries, other.first_tries, |held, more| {
            held.0 += more.0;
            held.1 += more.1;
        });
        self.lines += other.lines;
        self.bytes += other.bytes;
    }
}

/// Lines of a part of the people on one day.
#[derive(Debug, Default)]
pub struct Sink {
    /// The bytes of all lines, without LF.
    pub bytes: Vec<u8>,
    /// The lines, in the order they were made.
    pub entries: Vec<Entry>,
    /// Figures.
    pub counts: Counts,
    /// Forum posts that others will see from the next day on.
    pub posts: Vec<Post>,
    /// Whether faults are planted.
    faulty: bool,
    /// When the last log is rotated.
    closes: Micros,
    /// A fault that the next line must have.
    forced: Option<Fault>,
    order: u64,
}

impl Sink {
    /// An empty sink; `part` orders the lines of one instant.
    pub fn new(part: usize, plan: &Plan, faulty: bool) -> Self {
        let closes = (plan.last + 1) * DAY;
        Self { faulty, closes, order: (part as u64) << 32, ..Self::default() }
    }

    /// Plants a fault into the next line.
    pub fn force(&mut self, fault: Fault) {
        self.forced = self.faulty.then_some(fault);
    }

    /// Whether faults are planted.
    pub fn faulty(&self) -> bool {
        self.faulty
    }

    /// Notes that an event is odd in a way that readers must cope with.
    pub fn note_odd(&mut self, what: &'static str) {
        *self.counts.odd.entry(what).or_default() += 1;
    }

    /// Adds a line. `precious` lines, with which tables must agree, are never lost. Returns how often
    /// a reader of the rotated logs will find the event.
    pub fn push(
        &mut self,
        draft: &Draft,
        who: &Who,
        written: Micros,
        tally: &'static str,
        precious: bool,
        rng: &mut Rng,
    ) -> u64 {
        let start = self.bytes.len();
        line::write(&mut self.bytes, draft, who);
        let fault = self.fault(precious, rng);
        if let Some(fault) = fault {
            *self.counts.faults.entry(fault.name()).or_default() += 1;
            fault.damage(&mut self.bytes, start, rng);
        }
        self.enter(start, written, who.server);
        let effect = fault.map_or(Effect::Kept, Fault::effect);
        match (effect, fault) {
            (Effect::Twice, _) => self.repeat(start, written, who.server),
            (Effect::LineMore, Some(fault)) => self.line_more(fault, written, who.server),
            _ => {}
        }
        let times = match effect {
            Effect::Lost => return 0,
            Effect::Twice => 2,
            Effect::LineMore | Effect::Kept => 1,
        };
        *self.counts.events.entry(tally).or_default() += times;
        if written >= self.closes {
            return 0;
        }
        if let Some(day) = known::day(draft) {
            *self.counts.days.entry(day).or_default() += times;
        }
        times
    }

    fn fault(&mut self, precious: bool, rng: &mut Rng) -> Option<Fault> {
        if !self.faulty {
            return None;
        }
        let harmless = |fault: &Fault| !precious || fault.effect() == Effect::LineMore;
        if self.forced.as_ref().is_some_and(harmless) {
            return self.forced.take();
        }
        Fault::draw(rng).filter(harmless)
    }

    fn repeat(&mut self, start: usize, written: Micros, server: u8) {
        let again = self.bytes.len();
        self.bytes.extend_from_within(start..again);
        self.enter(again, written, server);
    }

    fn line_more(&mut self, fault: Fault, written: Micros, server: u8) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&fault.line_more(written));
        self.enter(start, written, server);
    }

    fn enter(&mut self, start: usize, written: Micros, server: u8) {
        let length = self.bytes.len() - start;
        self.order += 1;
        self.entries.push(Entry { written, order: self.order, start, length, server });
        self.counts.lines += 1;
        self.counts.bytes += length as u64 + 1;
    }

    /// The bytes of a line.
    pub fn line(&self, entry: &Entry) -> &[u8] {
        &self.bytes[entry.start..entry.start + entry.length]
    }
}
