//! The app: videos on the way, often offline and delivered days later (05 §2.5).

use crate::clock::{self, DAY, Micros, SECOND, seconds};
use crate::courses::HOST;
use crate::devices::App;
use crate::json::Object;
use crate::line::{Draft, Era, Payload, Scope, Source, Who};
use crate::outline::Unit;
use crate::places::{self, COUNTRIES};
use crate::session::{Session, plain};
use crate::video;

/// One use of the app.
struct Ride<'v> {
    app: &'v App,
    /// The `client` object, up to its timezone.
    client: String,
    address: String,
    page: String,
    /// How much later than they happen its events are delivered.
    delay: Micros,
    /// The clock of the device is years off.
    wrong_clock: bool,
}

/// Watches a few videos in the app instead of visiting by browser.
pub fn ride(visit: &mut Session) {
    let Some(app) = &visit.person.app else { return };
    let browser = visit.who.clone();
    let delay = if visit.rng.chance(0.12) {
        visit.rng.between(DAY / 50, 6 * DAY)
    } else {
        visit.rng.between(SECOND, 3 * SECOND)
    };
    let mut ride = Ride {
        app,
        client: app.client(browser.language.split(',').next().unwrap_or("en")),
        address: places::address(visit.person.country, visit.rng),
        page: String::new(),
        delay,
        wrong_clock: visit.sink.faulty() && visit.rng.chance(5e-4),
    };
    visit.who = Who {
        session: String::new(),
        ip: String::new(),
        agent: app.agent().to_owned(),
        language: "",
        era: Era::Current,
        ..browser.clone()
    };
    ride.screen(visit);
    let last =
        visit.course.outline.units_of(visit.course.released(clock::day_of(visit.now))).max(1);
    let first = visit.registration.cursor.min(last - 1);
    let units: Vec<&Unit> = visit.course.outline.units[first..last]
        .iter()
        .filter(|unit| unit.video.is_some())
        .take(3)
        .collect();
    for unit in units {
        ride.page = page(visit, unit);
        if visit.over() || !ride.watch(visit, unit) {
            break;
        }
    }
    visit.who = browser;
}

/// Positions as the app reports them.
fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The address that the app names for a unit.
fn page(visit: &Session, unit: &Unit) -> String {
    let sequence = &visit.course.outline.sequences[unit.sequence];
    format!("{HOST}{}", crate::courses::url_text(sequence.path.trim_end_matches('/')))
}

impl Ride<'_> {
    fn event(
        &self,
        visit: &mut Session,
        names: (&str, &'static str),
        component: &str,
        page: Option<&str>,
        fill: impl FnOnce(&mut Object),
    ) -> bool {
        let mut payload = Vec::with_capacity(160);
        let mut object = Object::open(&mut payload);
        fill(&mut object);
        object.close();
        visit.now += visit.rng.between(200, 900) * 1000;
        let time = visit.now - visit.now % 1000;
        let received = time + self.delay.max(SECOND);
        let shown = if self.wrong_clock { time - 3 * 365 * DAY } else { time };
        let fields = self.context(visit, received, component);
        let odd = self.wrong_clock.then(|| clock::iso(shown));
        let lost = visit.sink.faulty() && visit.rng.chance(0.01);
        let course = visit.course;
        let draft = Draft {
            name: names.0,
            course_id: if lost { "" } else { &course.id },
            org: if lost { "" } else { &course.org },
            scope: Scope::App(fields.as_bytes()),
            page: page.filter(|_| !lost),
            odd_time: odd.as_deref(),
            ..plain(names.1, Source::Mobile, "/segmentio/event", Payload::Plain(&payload), time)
        };
        if self.wrong_clock {
            visit.sink.note_odd("device clock years off");
        }
        visit.special(&draft, received, names.1, false) > 0
    }

    fn context(&self, visit: &Session, received: Micros, component: &str) -> String {
        let zone = COUNTRIES[visit.person.country].code;
        let component = if component.is_empty() {
            String::new()
        } else {
            format!(", \"component\": \"{component}\"")
        };
        format!(
            r#""application": {{"name": "{}", "version": "{}"}}, "client": {}, "timezone": "Etc/{zone}", "ip": "{}"}}, "user_id": {}, "received_at": "{}"{component}"#,
            self.app.application(),
            self.app.version(),
            self.client,
            self.address,
            visit.person.id,
            clock::iso(received)
        )
    }

    fn screen(&self, visit: &mut Session) {
        self.event(
            visit,
            ("edx.bi.app.navigation.screen", "edx.bi.app.navigation.screen"),
            "",
            None,
            |event| {
                event.text("screen_name", "Course Dashboard").text("action", "Course Dashboard");
            },
        );
    }

    fn player(
        &self,
        visit: &mut Session,
        names: (&str, &'static str),
        id: &str,
        more: impl FnOnce(&mut Object),
    ) -> bool {
        let page = self.page.clone();
        self.event(visit, names, "videoplayer", Some(&page), |event| {
            event.text("code", "mobile").text("id", id);
            more(event);
        })
    }

    /// Downloads, plays, skips and stops one video; false when the visit ends before.
    fn watch(&self, visit: &mut Session, unit: &Unit) -> bool {
        let Some(number) = unit.video else { return true };
        let film = &visit.course.outline.videos[number];
        let id = &film.block.element;
        if visit.rng.chance(0.15) {
            self.event(
                visit,
                ("edx.bi.video.downloaded", "edx.bi.video.downloaded"),
                "downloadmodule",
                None,
                |event| {
                    event.text("code", "mobile").text("id", id).text("module_id", &film.block.key);
                },
            );
        }
        self.player(visit, ("edx.video.loaded", "load_video"), id, |_| {});
        let mut at = 0.0;
        self.play(visit, (number, id), at);
        if visit.rng.chance(0.2) {
            self.menus(visit, id);
        }
        let first = visit.rng.uniform(0.2, 0.9) * film.duration;
        let whole = visit.wait(first);
        at += first;
        if whole && visit.rng.chance(0.4) {
            at = self.skip(visit, (number, id), at, film.duration);
            self.play(visit, (number, id), at);
        }
        if whole && visit.rng.chance(0.5) && visit.wait(film.duration - at) {
            self.end(visit, ("edx.video.stopped", "stop_video"), (number, id), film.duration);
        } else {
            self.end(visit, ("edx.video.paused", "pause_video"), (number, id), at);
        }
        video::touch(visit, number, at);
        whole
    }

    fn play(&self, visit: &mut Session, (number, id): (usize, &str), at: f64) {
        *visit.sink.counts.plays.entry((visit.course.index, number)).or_default() += 1;
        if self.at(visit, ("edx.video.played", "play_video"), id, at) {
            video::viewing(visit, number).play(hundredths(at));
        }
    }

    fn end(
        &self,
        visit: &mut Session,
        names: (&str, &'static str),
        (number, id): (usize, &str),
        at: f64,
    ) {
        if self.at(visit, names, id, at) {
            video::viewing(visit, number).end(hundredths(at), None);
        }
    }

    fn at(&self, visit: &mut Session, names: (&str, &'static str), id: &str, at: f64) -> bool {
        self.player(visit, names, id, |event| {
            event.float("currentTime", hundredths(at));
        })
    }

    fn skip(
        &self,
        visit: &mut Session,
        (number, id): (usize, &str),
        at: f64,
        duration: f64,
    ) -> f64 {
        let skip = visit.rng.chance(0.7);
        let step = if skip { -30.0 } else { (duration - at) * 0.3 };
        let (from, to) = (hundredths(at), hundredths((at + step).max(0.0)));
        let found = self.player(visit, ("edx.video.position.changed", "seek_video"), id, |event| {
            event.float("old_time", from).float("new_time", to);
            if skip {
                event.int("requested_skip_interval", -30);
            } else {
                event.float("requested_skip_interval", hundredths(to - from));
            }
            event.text("type", if skip { "onSkipSeek" } else { "onSlideSeek" });
        });
        if found {
            video::viewing(visit, number).end(from, Some(to));
        }
        visit.now += seconds(0.3);
        to
    }

    /// Transcript and language menu.
    fn menus(&self, visit: &mut Session, id: &str) {
        const TOUCHES: [(&str, &str); 4] = [
            ("edx.video.transcript.shown", "show_transcript"),
            ("edx.video.transcript.hidden", "hide_transcript"),
            ("edx.video.language_menu.shown", "video_show_cc_menu"),
            ("edx.video.language_menu.hidden", "video_hide_cc_menu"),
        ];
        let first = 2 * visit.rng.below(2);
        for (name, kind) in &TOUCHES[first..first + 2] {
            self.player(visit, (name, kind), id, |event| {
                if name.ends_with("language_menu.hidden") {
                    event.text("language", "es");
                }
                event.float("currentTime", 1.5);
            });
        }
    }
}
