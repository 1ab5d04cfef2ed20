//! A person's days: enrolling and leaving, visits, certificates, and for staff their work.

use crate::clock::{self, DAY, Day, HOUR, MINUTE, Micros, seconds};
use crate::courses::Course;
use crate::people::Person;
use crate::registration::{Aim, Registration};
use crate::rng::{Purpose, Rng};
use crate::session::{Session, after_outage};
use crate::sink::Sink;
use crate::world::{Plan, World};
use crate::{certificate, enrollment, mobile, office, oneoff, plant, schedule, study};

/// Staff of a course.
pub const STAFF: usize = 3;
/// Steps of the sequences that spread aims and courses evenly over learners.
const EVEN_AIM: f64 = 0.754_877_666_246_692_7;
const EVEN_COURSE: f64 = 0.569_840_290_998_053_3;

/// A person with courses.
#[derive(Clone, Debug)]
pub struct Learner {
    /// Who it is.
    pub person: Person,
    /// The courses, with everything the LMS remembers.
    pub registrations: Vec<Registration>,
    /// End of the last visit.
    busy_until: Micros,
    /// Number among the staff of a course.
    member: Option<usize>,
}

/// One thing on a day.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// The next step of an enrollment.
    Act,
    /// A visit by browser or app.
    Visit,
    /// Certificates for all, the day after the end.
    Batch,
    /// Rare events that are due.
    Rare,
}

/// The share `k` of a sequence that fills `[0, 1)` evenly.
fn even(index: u64, step: f64, seed: u64) -> f64 {
    let start = (seed % 997) as f64 / 997.0;
    (start + (index + 1) as f64 * step).fract()
}

/// Which course, by popularity.
fn course_of(courses: &[Course], luck: f64) -> usize {
    let total: f64 = courses.iter().map(|course| course.popularity).sum();
    let mut left = luck * total;
    for course in courses {
        left -= course.popularity;
        if left < 0.0 {
            return course.index;
        }
    }
    0
}

impl Learner {
    /// The learner of a number with one to three courses.
    pub fn plan(plan: &Plan, courses: &[Course], index: u64) -> Self {
        let mut rng = Rng::keyed(plan.seed, Purpose::Person, [index, 0]);
        let more = rng.weighted(&[0.76, 0.19, 0.05]);
        let mut chosen = vec![course_of(courses, even(index, EVEN_COURSE, plan.seed))];
        for _ in 0..more {
            let course = course_of(courses, rng.unit());
            if !chosen.contains(&course) {
                chosen.push(course);
            }
        }
        let offset = Person::draw(plan.seed, index, plan.first, false).offset();
        let luck = even(index, EVEN_AIM, plan.seed);
        let register = |(rank, number): (usize, &usize)| {
            let luck = if rank == 0 { luck } else { rng.unit() };
            Registration::plan(&courses[*number], offset, plan.now(), luck, &mut rng)
        };
        let registrations: Vec<Registration> = chosen.iter().enumerate().map(register).collect();
        let first =
            registrations.iter().filter_map(|r| r.acts.first()).map(|(time, _)| time / DAY).min();
        let person = Person::draw(plan.seed, index, first.unwrap_or(plan.last), false);
        Self { person, registrations, busy_until: 0, member: None }
    }

    /// A member of staff, enrolled in the course from the first day.
    pub fn staff(plan: &Plan, course: &Course, member: usize) -> Self {
        let index = 1_000_000_000 + (course.index * STAFF + member) as u64;
        let mut person = Person::draw(plan.seed, index, plan.first, true);
        person.id = 10 + (course.index * STAFF + member) as i64;
        person.username = format!("staff_{}_{member}", course.index);
        person.email = format!("{}@northvale.example", person.username);
        let mut rng = Rng::keyed(plan.seed, Purpose::Person, [index, 0]);
        let mut registration =
            Registration::plan(course, person.offset(), plan.now(), 0.95, &mut rng);
        registration.aim = Aim::Sampler;
        registration.dropout = 0.0;
        registration.acts.clear();
        let start = plan.first * DAY + 6 * HOUR + member as i64 * MINUTE;
        let way = crate::registration::Way::Script;
        registration.acts.push((start, crate::registration::Act::Join("audit", way)));
        registration.first_visit = plan.first;
        Self { person, registrations: vec![registration], busy_until: 0, member: Some(member) }
    }

    /// Plays a day.
    pub fn live(&mut self, world: &World, day: Day, sink: &mut Sink) {
        let mut rng = Rng::keyed(world.plan.seed, Purpose::Day, [self.person.index, day as u64]);
        let mut tasks = self.tasks(world, day, &mut rng);
        if tasks.is_empty() {
            return;
        }
        tasks.sort_by_key(|(time, _, _)| *time);
        for (time, number, task) in tasks {
            self.perform(world, time, number, task, sink, &mut rng);
        }
    }

    fn tasks(&self, world: &World, day: Day, rng: &mut Rng) -> Vec<(Micros, usize, Task)> {
        let mut tasks = Vec::new();
        for (number, registration) in self.registrations.iter().enumerate() {
            let pending = &registration.acts[registration.next_act..];
            let today = pending.iter().take_while(|(time, _)| *time < (day + 1) * DAY);
            tasks.extend(today.map(|(time, _)| (*time, number, Task::Act)));
            let course = &world.courses[registration.course];
            if day == course.window.end + 1 && registration.grade.is_some() {
                tasks.push((day * DAY + 6 * HOUR + rng.between(0, HOUR), number, Task::Batch));
            }
            for _ in 0..self.visits(world, course, registration, day, rng) {
                tasks.push((
                    schedule::instant(day, self.person.offset(), rng),
                    number,
                    Task::Visit,
                ));
            }
            if self.rare(world, day).next().is_some()
                || (self.member == Some(0) && day == world.plan.first)
            {
                tasks.push((day * DAY + 8 * HOUR + rng.between(0, HOUR), number, Task::Rare));
            }
        }
        tasks
    }

    fn visits(
        &self,
        world: &World,
        course: &Course,
        registration: &Registration,
        day: Day,
        rng: &mut Rng,
    ) -> u32 {
        let mut mean =
            registration.visits(course, day) * schedule::day_weight(day, course.paced(day));
        if day == registration.first_visit && mean > 0.0 {
            mean = 2.0;
        }
        if world.plan.quiet {
            mean *= 0.01;
        }
        if mean > 0.0 { rng.poisson(mean).min(3) } else { 0 }
    }

    /// The rare events that a member of staff has to see to.
    fn rare(&self, world: &World, day: Day) -> impl Iterator<Item = usize> + use<> {
        let own = self.member.filter(|_| self.registrations[0].course == 0);
        own.into_iter().flat_map({
            let plan = world.plan.clone();
            move |member| oneoff::due(&plan, day, member, STAFF).collect::<Vec<_>>()
        })
    }

    fn perform(
        &mut self,
        world: &World,
        time: Micros,
        number: usize,
        task: Task,
        sink: &mut Sink,
        rng: &mut Rng,
    ) {
        let registration = &mut self.registrations[number];
        if matches!(task, Task::Visit) && !registration.active {
            return;
        }
        let app = self.person.app.is_some() && rng.chance(0.3);
        let start = if app { time } else { after_outage(world.plan.outage(), time) };
        let start = start.max(self.busy_until + 31 * MINUTE);
        if !matches!(task, Task::Act) && start >= world.plan.now() {
            return;
        }
        let act = registration.acts.get(registration.next_act).copied();
        let mut visit = Session::begin(world, &self.person, registration, sink, rng, start);
        match (task, act) {
            (Task::Act, Some((time, act))) => {
                visit.now = after_outage(world.plan.outage(), time).max(self.busy_until + 1);
                visit.end = visit.now + MINUTE;
                visit.registration.next_act += 1;
                enrollment::perform(&mut visit, act);
            }
            (Task::Act, None) => {}
            (Task::Visit, _) => pay_visit(&mut visit, app, self.member.is_some()),
            (Task::Batch, _) => certificate::consider(&mut visit, true),
            (Task::Rare, _) => {
                visit.end = visit.now + 4 * HOUR;
                rarities(&mut visit, self.member.unwrap_or_default());
            }
        }
        let rest = if matches!(task, Task::Act) { 0 } else { seconds(6.0) };
        self.busy_until = visit.now + rest;
    }
}

fn pay_visit(visit: &mut Session, app: bool, staff: bool) {
    if app {
        return mobile::ride(visit);
    }
    if visit.world.plan.quiet {
        visit.end = visit.end.min(visit.now + 30 * clock::SECOND);
    } else if staff {
        visit.end = visit.end.min(visit.now + 7 * MINUTE);
    }
    study::visit(visit);
    if staff {
        office::work(visit);
    }
    let day = clock::day_of(visit.now);
    if day > visit.course.window.end || visit.course.window.end > visit.world.plan.last {
        certificate::consider(visit, false);
    }
}

fn rarities(visit: &mut Session, member: usize) {
    let (plan, day) = (visit.world.plan, clock::day_of(visit.now));
    if day == plan.first && member == 0 {
        oneoff::first_day(visit);
        if visit.course.index == 0 {
            plant::all(visit);
        }
    }
    if visit.course.index == 0 {
        let due: Vec<usize> = oneoff::due(plan, day, member, STAFF).collect();
        due.into_iter().for_each(|number| oneoff::perform(visit, number));
    }
}
