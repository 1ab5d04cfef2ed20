//! A visit in progress: who, where, when, and the ways in which an event of the visit is written.

use crate::clock::{self, Day, HOUR, MINUTE, Micros, SECOND, seconds};
use crate::courses::{APPS, Course, HOST, Kind};
use crate::json::Object;
use crate::known;
use crate::line::{Draft, Era, Payload, Scope, Source, Who};
use crate::outline::Block;
use crate::people::Person;
use crate::registration::{Aim, Registration};
use crate::rng::{Purpose, Rng};
use crate::sink::Sink;
use crate::world::World;

/// Requests are cut to this many characters in an implicit event.
const IMPLICIT_LIMIT: usize = 512;
/// The longest visit.
const LONGEST: f64 = 4.0 * 3600.0;

/// A visit of one person to one course.
pub struct Session<'a> {
    /// The university.
    pub world: &'a World<'a>,
    /// The course.
    pub course: &'a Course,
    /// Who visits.
    pub person: &'a Person,
    /// What the LMS remembers of the person in the course.
    pub registration: &'a mut Registration,
    /// Where lines go.
    pub sink: &'a mut Sink,
    /// Chance of this day.
    pub rng: &'a mut Rng,
    /// The visitor in each line.
    pub who: Who,
    /// Address of the page that is open.
    pub page: String,
    /// The time.
    pub now: Micros,
    /// When the visit is over.
    pub end: Micros,
    /// When nothing works any more, at the latest.
    limit: Micros,
    /// How much later than now background work is logged.
    lead: Micros,
    payload: Vec<u8>,
}

/// The visitor behind a browser on a day.
pub fn browser_visitor(
    world: &World,
    person: &Person,
    course: &Course,
    day: Day,
    rng: &mut Rng,
) -> Who {
    let device = rng.below(person.browsers.len());
    let login = 5000 + (day / 14 * 8) as u64 + device as u64;
    let session = Rng::keyed(world.plan.seed, Purpose::Person, [person.index, login]).hex(32);
    let legacy = course.kind == Kind::Legacy;
    Who {
        user_id: Some(person.id),
        username: person.username.clone(),
        server: if legacy { 2 } else { (session.as_bytes()[0] & 1) ^ (session.as_bytes()[5] & 1) },
        session,
        ip: person.address(world.plan.seed, day, rng),
        agent: person.browsers[device].agent((day - world.plan.first) / 7),
        host: "courses.northvale.example",
        language: person.language(),
        era: if legacy { Era::Of2016 } else { Era::Current },
    }
}

impl<'a> Session<'a> {
    /// Begins a visit at `start`; its length is log-normal.
    pub fn begin(
        world: &'a World<'a>,
        person: &'a Person,
        registration: &'a mut Registration,
        sink: &'a mut Sink,
        rng: &'a mut Rng,
        start: Micros,
    ) -> Self {
        let course = &world.courses[registration.course];
        let who = browser_visitor(world, person, course, clock::day_of(start), rng);
        let median = if registration.aim == Aim::Certified { 13.0 } else { 6.0 } * 60.0;
        let length = seconds(rng.lognormal(median, 0.9).min(LONGEST));
        let outage = world.plan.outage().0 - MINUTE;
        let limit = if start < outage { outage.min(world.plan.now()) } else { world.plan.now() };
        Self {
            world,
            course,
            person,
            registration,
            sink,
            rng,
            who,
            page: format!("{HOST}/dashboard"),
            now: start,
            end: (start + length).min(limit),
            limit,
            lead: 0,
            payload: Vec::with_capacity(2048),
        }
    }

    /// Whether the visit is over.
    pub fn over(&self) -> bool {
        self.now >= self.end
    }

    /// Lets time pass; false when the visit ends before.
    pub fn wait(&mut self, seconds_on: f64) -> bool {
        self.now = (self.now + seconds(seconds_on)).min(self.end.max(self.now));
        !self.over()
    }

    /// Stays to finish something that takes a while.
    pub fn stay(&mut self, seconds_on: f64) {
        self.end = self.end.max((self.now + seconds(seconds_on)).min(self.limit));
    }

    /// The usual pause between two clicks.
    pub fn think(&mut self) -> bool {
        let pause = self.rng.lognormal(9.0, 1.1).min(600.0);
        self.wait(pause)
    }

    /// Does something that is logged later, by background work.
    pub fn later(&mut self, seconds_on: f64, act: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.lead, seconds(seconds_on));
        act(self);
        self.lead = before;
    }

    /// The instant of the next event; each is a little later than the one before.
    fn tick(&mut self) -> Micros {
        if self.lead == 0 {
            self.now += self.rng.between(2_000, 45_000);
        }
        self.now + self.lead
    }

    /// The instant at which the last event was written.
    pub fn instant(&self) -> Micros {
        self.now + self.lead
    }

    fn fill(&mut self, fill: impl FnOnce(&mut Object)) -> Vec<u8> {
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        let mut object = Object::open(&mut payload);
        fill(&mut object);
        object.close();
        payload
    }

    fn push(&mut self, draft: &Draft, tally: &'static str, precious: bool) -> u64 {
        let written = draft.time + self.rng.between(0, 300_000);
        self.special(draft, written, tally, precious)
    }

    /// Notes what a reader finds, so often, of the visitor in the course.
    fn note(&mut self, draft: &Draft, found: u64) {
        let (course, counts) = (self.course.index, &mut self.sink.counts);
        if let Some(week) = self.world.plan.weeks_back(draft.time).filter(|week| *week < 64) {
            for activity in known::activities(draft) {
                let weeks = &mut self.registration.weeks[activity];
                if *weeks & (1 << week) == 0 {
                    *weeks |= 1 << week;
                    *counts.weekly.entry((course, week, activity)).or_default() += 1;
                }
            }
        }
        if let Some(act) = known::act(draft).filter(|_| known::is_engaged(&self.who.username)) {
            *counts.acts.entry((course, act)).or_default() += found;
        }
    }

    /// An event of the LMS, under any path. In a course path the context names the course first.
    pub fn server(&mut self, kind: &'static str, path: &str, fill: impl FnOnce(&mut Object)) {
        self.server_from(kind, path, "", fill);
    }

    /// An event of the LMS whose page is said, such as `idashboard`.
    pub fn server_from(
        &mut self,
        kind: &'static str,
        path: &str,
        page: &str,
        fill: impl FnOnce(&mut Object),
    ) {
        let payload = self.fill(fill);
        let time = self.tick();
        let page_before = std::mem::take(&mut self.page);
        let draft = Draft {
            course_id: &self.course.id,
            org: &self.course.org,
            scope: if path.starts_with("/courses/") { Scope::Course } else { Scope::Request },
            referer: &page_before,
            page: (!page.is_empty()).then_some(page),
            ..plain(kind, Source::Server, path, Payload::Plain(&payload), time)
        };
        self.push(
            &draft,
            kind,
            kind.starts_with("edx.course.enrollment.") || kind.starts_with("edx.grades"),
        );
        self.page = page_before;
        self.payload = payload;
    }

    /// An event of the LMS outside any course: the context names none.
    pub fn site(&mut self, kind: &'static str, path: &str, fill: impl FnOnce(&mut Object)) {
        let payload = self.fill(fill);
        let time = self.tick();
        let page = std::mem::take(&mut self.page);
        let draft = Draft {
            referer: &page,
            ..plain(kind, Source::Server, path, Payload::Plain(&payload), time)
        };
        self.push(&draft, kind, false);
        self.page = page;
        self.payload = payload;
    }

    /// An event of a block, by one of its handlers; `asides` goes with problems. Returns what
    /// [`Session::special`] does, as the other events do that somebody asks about.
    pub fn block(
        &mut self,
        kind: &'static str,
        block: &Block,
        handler: &str,
        asides: Option<&str>,
        fill: impl FnOnce(&mut Object),
    ) -> u64 {
        let payload = self.fill(fill);
        let time = self.tick();
        let path = format!("{}{handler}", block.handler);
        let page = std::mem::take(&mut self.page);
        let system = kind.starts_with("edx.grades")
            || kind.starts_with("edx.completion")
            || kind.starts_with("edx.course");
        let draft = Draft {
            course_id: &self.course.id,
            org: &self.course.org,
            scope: Scope::Course,
            module: Some(&block.module),
            asides,
            referer: &page,
            page: (!system).then_some("x_module"),
            ..plain(kind, Source::Server, &path, Payload::Plain(&payload), time)
        };
        let found = self.push(&draft, kind, system || kind == "problem_check");
        self.page = page;
        self.payload = payload;
        found
    }

    /// An event of the page that is open, its payload an object.
    pub fn browser(&mut self, kind: &'static str, fill: impl FnOnce(&mut Object)) -> u64 {
        self.renamed(kind, kind, fill)
    }

    /// An event of the page that is open, whose name is newer than its type.
    pub fn renamed(
        &mut self,
        name: &str,
        kind: &'static str,
        fill: impl FnOnce(&mut Object),
    ) -> u64 {
        let payload = self.fill(fill);
        let found = self.browser_line(name, kind, Payload::Nested(&payload));
        self.payload = payload;
        found
    }

    /// An event of the page that is open, its payload no object.
    pub fn browser_form(&mut self, kind: &'static str, payload: Payload) {
        self.browser_line(kind, kind, payload);
    }

    fn browser_line(&mut self, name: &str, kind: &'static str, payload: Payload) -> u64 {
        let time = self.tick();
        let page = std::mem::take(&mut self.page);
        let mut draft = Draft {
            name,
            course_id: &self.course.id,
            org: &self.course.org,
            referer: &page,
            page: Some(&page),
            ..plain(kind, Source::Browser, "/event", payload, time)
        };
        if self.sink.faulty() {
            self.forget_course(&mut draft, page.starts_with(APPS));
        }
        let found = self.push(&draft, kind, false);
        self.page = page;
        found
    }

    /// Front-end events of which the LMS did not learn the course, and course ids it got wrong.
    fn forget_course(&mut self, draft: &mut Draft, front: bool) {
        if front && self.rng.chance(0.02) {
            (draft.course_id, draft.org) = ("", "");
            self.sink.note_odd("course id empty on a front-end page");
        } else if self.rng.chance(2e-5) {
            draft.course_id = "None";
            self.sink.note_odd("course id None");
        }
    }

    /// A request as the LMS logs it before answering: what was asked for by `GET` and `POST`.
    pub fn implicit(&mut self, asked: &'static str, path: &str, get: &str, post: &str) {
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        let text = match self.who.era {
            Era::Current => format!("{{\"GET\": {get}, \"POST\": {post}}}"),
            Era::Of2016 => format!("{{\"POST\": {post}, \"GET\": {get}}}"),
        };
        payload.extend_from_slice(&text.as_bytes()[..text.len().min(IMPLICIT_LIMIT)]);
        let time = self.tick();
        let page = std::mem::take(&mut self.page);
        let in_course = path.starts_with("/courses/");
        let draft = Draft {
            course_id: if in_course { &self.course.id } else { "" },
            org: if in_course { &self.course.org } else { "" },
            scope: if in_course { Scope::Course } else { Scope::Request },
            referer: &page,
            ..plain(path, Source::Server, path, Payload::Nested(&payload), time)
        };
        self.push(&draft, asked, false);
        self.page = page;
        self.payload = payload;
    }

    /// A request without parameters.
    pub fn request(&mut self, asked: &'static str, path: &str) {
        self.implicit(asked, path, "{}", "{}");
    }

    /// Writes a line that this module has no form for; it does not advance the time. Returns how often
    /// a reader of the rotated logs finds it as an event of the visitor in the course.
    pub fn special(
        &mut self,
        draft: &Draft,
        written: Micros,
        tally: &'static str,
        precious: bool,
    ) -> u64 {
        let found = self.sink.push(draft, &self.who, written, tally, precious, self.rng);
        let Some(user) = self.who.user_id.filter(|_| found > 0 && draft.odd_time.is_none()) else {
            return 0;
        };
        self.sink.counts.addresses.note(user, draft.time, &self.who.ip);
        if !known::in_course(draft, &self.course.id) {
            return 0;
        }
        self.note(draft, found);
        found
    }
}

/// A line with nothing but its type and payload.
pub fn plain<'a>(
    kind: &'a str,
    source: Source,
    path: &'a str,
    payload: Payload<'a>,
    time: Micros,
) -> Draft<'a> {
    Draft {
        name: kind,
        kind,
        source,
        path,
        course_id: "",
        org: "",
        scope: Scope::Request,
        module: None,
        asides: None,
        referer: "",
        payload,
        page: None,
        time,
        odd_time: None,
    }
}

/// An instant moved out of the hours in which nothing works.
pub fn after_outage(outage: (Micros, Micros), time: Micros) -> Micros {
    let dead = outage.0 - MINUTE..outage.1 + SECOND;
    if dead.contains(&time) { time + 3 * HOUR + 2 * MINUTE } else { time }
}
