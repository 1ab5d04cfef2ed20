//! Playing the days: everybody's part of a day on all cores, then the day's files, then the next.

use std::path::Path;

use anyhow::{Result, bail};

use crate::clock::Day;
use crate::courses::{self, Course};
use crate::files;
use crate::forum::Board;
use crate::learner::{Learner, STAFF};
use crate::parallel;
use crate::people::Person;
use crate::robots;
use crate::sink::{Counts, Sink};
use crate::world::{Plan, World};

/// Learners that are played together.
const CHUNK: usize = 128;
/// Learners in a sample from which the number of learners is reckoned.
const SAMPLE: u64 = 1000;

/// Everybody and everything at one time.
pub struct University {
    /// What was asked for.
    pub plan: Plan,
    /// All courses.
    pub courses: Vec<Course>,
    /// Learners, then staff.
    pub people: Vec<Learner>,
    /// Figures of what was written.
    pub counts: Counts,
    /// Bytes of the files.
    pub stored: u64,
    staff: Vec<Vec<Person>>,
    boards: Vec<Board>,
}

fn staff_of(plan: &Plan, courses: &[Course]) -> Vec<Learner> {
    let members = |course| (0..STAFF).map(move |member| Learner::staff(plan, course, member));
    courses.iter().flat_map(members).collect()
}

impl University {
    /// A university before its first day.
    pub fn found(plan: Plan) -> Self {
        let courses = courses::all(plan.seed, plan.courses, plan.first, plan.last);
        let mut people: Vec<Learner> =
            (0..plan.learners as u64).map(|index| Learner::plan(&plan, &courses, index)).collect();
        let staff = staff_of(&plan, &courses);
        let persons: Vec<Person> = staff.iter().map(|member| member.person.clone()).collect();
        people.extend(staff);
        Self {
            boards: vec![Board::default(); courses.len()],
            staff: persons.chunks(STAFF).map(<[Person]>::to_vec).collect(),
            plan,
            courses,
            people,
            counts: Counts::default(),
            stored: 0,
        }
    }

    /// Plays all days and writes their logs below `logs`; `progress` hears of each day.
    pub fn play(&mut self, logs: &Path, progress: impl Fn(Day)) -> Result<()> {
        let mut later = Sink::default();
        for day in self.plan.first..=self.plan.last {
            let mut sinks = self.play_day(day);
            sinks.push(later);
            let (written, rest) = files::write_day(logs, &self.plan, day, &sinks)?;
            self.note_prefixes(&written);
            later = rest;
            progress(day);
        }
        let (lines, bytes) = files::write_running(logs, &self.plan, &later)?;
        self.counts.lines -= lines;
        self.counts.bytes -= bytes;
        Ok(())
    }

    fn note_prefixes(&mut self, written: &files::Written) {
        self.stored += written.stored;
        self.counts.bytes += written.prefix_bytes;
        if written.prefixed > 0 {
            *self.counts.faults.entry("SyslogPrefix".to_owned()).or_default() += written.prefixed;
        }
    }

    /// Plays one day; returns its lines and adds up its figures.
    fn play_day(&mut self, day: Day) -> Vec<Sink> {
        let world = World {
            plan: &self.plan,
            courses: &self.courses,
            staff: &self.staff,
            boards: &self.boards,
        };
        let malformed = self.plan.malformed;
        let chunks: Vec<&mut [Learner]> = self.people.chunks_mut(CHUNK).collect();
        let mut sinks = parallel::map(chunks, |part, chunk| {
            let mut sink = Sink::new(part, &self.plan, malformed);
            chunk.iter_mut().for_each(|learner| learner.live(&world, day, &mut sink));
            sink
        });
        let lines = sinks.iter().map(|sink| sink.counts.lines).sum();
        let mut robots = Sink::new(sinks.len(), &self.plan, malformed);
        if malformed {
            robots::crawl(&world, day, lines, &mut robots);
        }
        sinks.push(robots);
        for sink in &mut sinks {
            self.counts.add(std::mem::take(&mut sink.counts));
            sink.posts.drain(..).for_each(|post| self.boards[post.course].add(post));
        }
        sinks
    }
}

/// How much is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    /// Bytes of log text.
    Bytes(u64),
    /// Lines.
    Lines(u64),
}

impl Amount {
    fn wanted(self) -> u64 {
        match self {
            Self::Bytes(wanted) | Self::Lines(wanted) => wanted,
        }
    }

    fn of(self, counts: &Counts) -> u64 {
        match self {
            Self::Bytes(_) => counts.bytes,
            Self::Lines(_) => counts.lines,
        }
    }

    /// What anonymous requests add to one unit of it.
    fn overhead(self, plan: &Plan) -> f64 {
        match self {
            _ if !plan.malformed => 1.0,
            Self::Bytes(_) => 1.0 + robots::SHARE * robots::LENGTH,
            Self::Lines(_) => 1.0 + robots::SHARE,
        }
    }
}

/// How many learners make about an amount of log: counted one by one while they are few, else
/// from the mean of a sample.
pub fn learners_for(plan: &Plan, amount: Amount) -> Result<usize> {
    let courses = courses::all(plan.seed, plan.courses, plan.first, plan.last);
    let staff: Vec<Learner> = staff_of(plan, &courses);
    let persons: Vec<Person> = staff.iter().map(|member| member.person.clone()).collect();
    let persons: Vec<Vec<Person>> = persons.chunks(STAFF).map(<[Person]>::to_vec).collect();
    let boards = vec![Board::default(); courses.len()];
    let world = World { plan, courses: &courses, staff: &persons, boards: &boards };
    let by_staff: u64 =
        parallel::map(staff, |_, learner| measure(&world, learner, amount)).iter().sum();
    let wanted = amount.wanted() as f64 / amount.overhead(plan) - by_staff as f64;
    if wanted <= 0.0 {
        bail!(
            "{amount:?} is less than the staff of {} courses makes alone, {by_staff}",
            courses.len()
        );
    }
    let (mut sum, mut count) = (0.0, 0);
    while sum < wanted && count < SAMPLE {
        let batch = (count..count + 40).map(|index| Learner::plan(plan, &courses, index)).collect();
        for made in parallel::map(batch, |_, learner| measure(&world, learner, amount)) {
            if sum < wanted {
                sum += made as f64;
                count += 1;
            }
        }
    }
    Ok((count as f64 * wanted / sum.max(1.0)).round().max(1.0) as usize)
}

/// What one person makes in all days, alone.
fn measure(world: &World, mut learner: Learner, amount: Amount) -> u64 {
    let mut sink = Sink::new(0, world.plan, false);
    for day in world.plan.first..=world.plan.last {
        learner.live(world, day, &mut sink);
        sink.bytes.clear();
        sink.entries.clear();
        sink.posts.clear();
    }
    amount.of(&sink.counts)
}
