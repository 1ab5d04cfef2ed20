//! One learner in one course: the plan of enrolling and leaving, and everything the LMS remembers.

use std::collections::BTreeMap;

use crate::clock::{DAY, Day, MINUTE, Micros, seconds};
use crate::courses::{Course, Kind};
use crate::known::{ACTIVITIES, Viewing};
use crate::rng::Rng;
use crate::schedule;

/// How far a learner gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Registers and never enters.
    Never,
    /// Looks at less than half of the sections.
    Sampler,
    /// Sees most of the course.
    Explorer,
    /// Works for the certificate.
    Certified,
}

/// Shares of aims by 05 §3.1: an open course, and a campus.
const OPEN_AIMS: [f64; 4] = [0.348, 0.558, 0.043, 0.051];
const CAMPUS_AIMS: [f64; 4] = [0.03, 0.12, 0.20, 0.65];
const AIMS: [Aim; 4] = [Aim::Never, Aim::Sampler, Aim::Explorer, Aim::Certified];

/// By which way somebody is enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The button on the about page.
    Button,
    /// The old form, used for coming back.
    Form,
    /// A list entered by staff.
    Batch,
    /// A script on the server.
    Script,
    /// A paid entitlement.
    Entitlement,
}

/// A step of the enrollment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Enrolled in a mode.
    Join(&'static str, Way),
    /// Left.
    Leave,
    /// Moved to a mode.
    Change(&'static str),
}

/// What the LMS holds about a problem shown to a learner.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Seed of the shown variant.
    pub seed: i64,
    /// Number of checked attempts.
    pub attempts: u32,
    /// The last checked answer of each question.
    pub answers: Vec<usize>,
    /// First shown.
    pub created: Micros,
    /// Last changed.
    pub modified: Micros,
    /// First checked.
    pub first: Option<Micros>,
    /// Points of the last attempt.
    pub earned: f64,
    /// Every part right.
    pub solved: bool,
}

/// What the LMS holds about a video.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    /// Saved position in seconds.
    pub position: f64,
    /// First touched.
    pub created: Micros,
    /// Last changed.
    pub modified: Micros,
    /// Reached 95 % once.
    pub complete: bool,
}

/// What the LMS holds about a subsection.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Last tab, from 1.
    pub position: usize,
    /// First visited.
    pub created: Micros,
    /// Last changed.
    pub modified: Micros,
}

/// A grade in a course.
#[derive(Clone, Copy, Debug)]
pub struct Grade {
    /// Hundredths.
    pub percent: u32,
    /// Of the first passing grade.
    pub passed: Option<Micros>,
    /// First computed.
    pub created: Micros,
    /// Last computed.
    pub modified: Micros,
}

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// 32 hexadecimal digits.
    pub uuid: String,
    /// When it was made.
    pub created: Micros,
    /// Taken back.
    pub revoked: bool,
}

/// What the events of a learner said, noted where they were written: the tables are checked
/// against it (05 §3.9).
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Time of the first activation.
    pub first_activation: Option<Micros>,
    /// State after the last enrollment event.
    pub enrolled: Option<(bool, &'static str)>,
    /// Attempts and points in the last problem check of each problem.
    pub checks: BTreeMap<usize, (u32, f64)>,
    /// The last answers of each problem in the rotated logs, one a question.
    pub answers: BTreeMap<usize, Vec<usize>>,
    /// What the rotated logs tell of each video.
    pub viewings: BTreeMap<usize, Viewing>,
    /// Percentage in the last course grade.
    pub percent: Option<u32>,
    /// Time of the first passing course grade.
    pub passed: Option<Micros>,
    /// Cohort of the last cohort event.
    pub cohort: Option<usize>,
    /// A certificate was made.
    pub certified: bool,
}

/// A learner in a course.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The course.
    pub course: usize,
    /// How far the learner gets.
    pub aim: Aim,
    /// Steps of the enrollment by time, those done before `next_act`.
    pub acts: Vec<(Micros, Act)>,
    /// The next step.
    pub next_act: usize,
    /// Enrolled now.
    pub active: bool,
    /// Mode now.
    pub mode: &'static str,
    /// First enrolled.
    pub created: Option<Micros>,
    /// Active in a week as long as the survival of that week is above this.
    pub dropout: f64,
    /// Day of the first visit.
    pub first_visit: Day,
    /// The next unit.
    pub cursor: usize,
    /// Problems shown.
    pub problems: BTreeMap<usize, Tried>,
    /// Videos touched.
    pub videos: BTreeMap<usize, Watched>,
    /// Subsections visited.
    pub sequences: BTreeMap<usize, Place>,
    /// Grade, once something graded was tried.
    pub grade: Option<Grade>,
    /// Cohort, an index of the course's cohorts.
    pub cohort: Option<usize>,
    /// Certificate, if made.
    pub certificate: Option<Certificate>,
    /// Own essay, once handed in: its submission and time.
    pub essay: Option<(String, Micros)>,
    /// Weeks (before the last) that count this learner, by kind of activity.
    pub weeks: [u64; ACTIVITIES.len()],
    /// What the events said.
    pub seen: Seen,
}

impl Registration {
    /// Plans one registration; `luck` in `[0, 1)` decides the aim, spread evenly over learners.
    pub fn plan(course: &Course, offset: i64, now: Micros, luck: f64, rng: &mut Rng) -> Self {
        let shares = if course.campus() { &CAMPUS_AIMS } else { &OPEN_AIMS };
        let aim = AIMS[share_of(luck, shares)];
        let joined = schedule::instant(course.registration_day(rng), offset, rng);
        let acts = plan_acts(course, aim, joined, now, rng);
        let entry = (joined / DAY).max(course.window.start);
        Self {
            course: course.index,
            aim,
            acts,
            next_act: 0,
            active: false,
            mode: "audit",
            created: None,
            dropout: rng.unit(),
            first_visit: entry + rng.exponential(1.5) as Day,
            cursor: 0,
            problems: BTreeMap::new(),
            videos: BTreeMap::new(),
            sequences: BTreeMap::new(),
            grade: None,
            cohort: None,
            certificate: None,
            essay: None,
            weeks: [0; ACTIVITIES.len()],
            seen: Seen::default(),
        }
    }

    /// Expected visits on a day, before the weight of the day.
    pub fn visits(&self, course: &Course, day: Day) -> f64 {
        if self.aim == Aim::Never || !course.open(day) || day < self.first_visit {
            return 0.0;
        }
        if day == self.first_visit {
            return 1.0;
        }
        let weeks = (day - self.first_visit) / 7 + 1;
        let over = !course.paced(day) && day > course.window.end;
        match self.aim {
            _ if over && course.kind == Kind::Finished => 0.012,
            Aim::Sampler if self.dropout < schedule::survival(weeks) => 0.09,
            Aim::Explorer if self.dropout < 0.7 || weeks < 5 => 0.25,
            Aim::Certified if weeks < 18 => 0.36,
            _ => 0.004,
        }
    }
}

fn share_of(luck: f64, shares: &[f64]) -> usize {
    let mut left = luck;
    for (index, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return index;
        }
    }
    1
}

fn plan_acts(
    course: &Course,
    aim: Aim,
    joined: Micros,
    now: Micros,
    rng: &mut Rng,
) -> Vec<(Micros, Act)> {
    let (mode, way) = first_mode(course, rng);
    let mut acts = vec![(joined, Act::Join(mode, way))];
    let left = leaving(aim, joined, now, rng);
    if matches!(mode, "audit" | "honor") && rng.chance(upgrade_chance(aim)) {
        let upgrade = upgrade_time(course, joined, now, rng);
        if left.is_none_or(|left| upgrade < left) {
            acts.push((upgrade, Act::Change("verified")));
            let credit = upgrade + 20 * DAY + seconds(rng.uniform(0.0, 20.0 * 86_400.0));
            if aim == Aim::Certified && left.is_none() && rng.chance(0.1) {
                acts.push((credit, Act::Change("credit")));
            }
        }
    }
    if let Some(left) = left {
        acts.push((left, Act::Leave));
        if rng.chance(0.25) {
            let mode = acts.iter().rev().find_map(|(_, act)| mode_of(*act)).unwrap_or("audit");
            come_back(left, mode, &mut acts, rng);
        }
    }
    acts.retain(|(time, _)| *time < now - MINUTE);
    acts
}

fn mode_of(act: Act) -> Option<&'static str> {
    match act {
        Act::Join(mode, _) | Act::Change(mode) => Some(mode),
        Act::Leave => None,
    }
}

fn first_mode(course: &Course, rng: &mut Rng) -> (&'static str, Way) {
    if course.campus() {
        let mode = if rng.chance(0.1) { "masters" } else { "audit" };
        return (mode, if rng.chance(0.9) { Way::Batch } else { Way::Button });
    }
    if course.kind == Kind::Legacy {
        return (if rng.chance(0.6) { "honor" } else { "audit" }, Way::Form);
    }
    match rng.weighted(&[0.90, 0.03, 0.02, 0.02, 0.007, 0.008, 0.015]) {
        0 => ("audit", Way::Button),
        1 => ("audit", Way::Batch),
        2 => ("honor", Way::Script),
        3 => ("verified", Way::Entitlement),
        4 => ("professional", Way::Button),
        5 => ("no-id-professional", Way::Button),
        _ => ("honor", Way::Button),
    }
}

fn upgrade_chance(aim: Aim) -> f64 {
    match aim {
        Aim::Never => 0.03,
        Aim::Sampler => 0.06,
        Aim::Explorer => 0.35,
        Aim::Certified => 0.75,
    }
}

/// A third in the first week, a third around the upgrade deadline, a third at any time.
fn upgrade_time(course: &Course, joined: Micros, now: Micros, rng: &mut Rng) -> Micros {
    let deadline = (course.window.start * 2 + course.window.end) / 3 * DAY;
    let time = match rng.below(3) {
        0 => joined + seconds(rng.uniform(600.0, 7.0 * 86_400.0)),
        1 => deadline - seconds(rng.exponential(86_400.0)),
        _ => joined + seconds(rng.uniform(0.0, 40.0 * 86_400.0)),
    };
    if time > joined && time < now { time } else { joined + seconds(rng.uniform(600.0, 90_000.0)) }
}

/// Six in a hundred leave, half of them within a day.
fn leaving(aim: Aim, joined: Micros, now: Micros, rng: &mut Rng) -> Option<Micros> {
    let share = if aim == Aim::Certified { 0.01 } else { 0.065 };
    if !rng.chance(share) {
        return None;
    }
    let later = if rng.chance(0.5) {
        rng.uniform(60.0, 80_000.0)
    } else {
        rng.uniform(86_400.0, 60.0 * 86_400.0)
    };
    Some(joined + seconds(later)).filter(|time| *time < now - MINUTE)
}

/// Back by the form; those who come back paid change mode milliseconds later.
fn come_back(left: Micros, mode: &'static str, acts: &mut Vec<(Micros, Act)>, rng: &mut Rng) {
    let back = left + seconds(rng.uniform(3600.0, 20.0 * 86_400.0));
    let paid = rng.chance(0.2);
    acts.push((back, Act::Join(if paid { "audit" } else { mode }, Way::Form)));
    if paid {
        acts.push((back + seconds(rng.uniform(0.002, 0.02)), Act::Change("verified")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courses;
    use crate::rng::Purpose;

    #[test]
    fn acts_are_ordered_and_begin_with_joining() {
        let courses = courses::all(1, 7, 20_000, 20_181);
        let now = 20_182 * DAY;
        let mut rng = Rng::keyed(1, Purpose::Person, [0, 0]);
        let mut upgrades = 0;
        for number in 0..3000 {
            let course = &courses[number % 7];
            let plan = Registration::plan(course, 0, now, number as f64 / 3000.0, &mut rng);
            assert!(plan.acts.windows(2).all(|pair| pair[0].0 < pair[1].0), "{:?}", plan.acts);
            assert!(plan.acts.first().is_none_or(|(_, act)| matches!(act, Act::Join(..))));
            assert!(plan.acts.iter().all(|(time, _)| *time < now && *time >= 20_000 * DAY));
            upgrades +=
                usize::from(plan.acts.iter().any(|(_, act)| *act == Act::Change("verified")));
        }
        assert!((150..500).contains(&upgrades), "{upgrades}");
    }
}
