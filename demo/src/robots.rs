//! Visitors without a login: search robots and people who look at public pages (05 §3.3, §3.4).

use crate::clock::{DAY, Day, HOUR, seconds};
use crate::courses::HOST;
use crate::line::{Draft, Era, Payload, Scope, Source, Who};
use crate::places;
use crate::rng::{Purpose, Rng};
use crate::session::{after_outage, plain};
use crate::sink::Sink;
use crate::world::World;

/// Anonymous requests for each line of learners.
pub const SHARE: f64 = 0.027;
/// Length of an anonymous line, compared with the mean.
pub const LENGTH: f64 = 0.55;
const ROBOT: &str = "Mozilla/5.0 (compatible; CrawlBot/2.1; +https://crawler.example/bot.html)";
const PERSON: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const PAGES: [&str; 7] =
    ["/", "/courses", "/register", "/i18n.js", "/favicon.ico", "/jsi18n/", "/logout"];

/// The anonymous requests of a day on which learners left `lines` lines.
pub fn crawl(world: &World, day: Day, lines: u64, sink: &mut Sink) {
    let mut rng = Rng::keyed(world.plan.seed, Purpose::Robots, [day as u64, 0]);
    let usual = (lines as f64 * SHARE) as u64 + 1;
    let hours = day * DAY;
    for _ in 0..usual {
        let time = hours + seconds(rng.uniform(0.0, 86_400.0));
        request(world, time, sink, &mut rng);
    }
    let storm = world.plan.storm();
    if storm / DAY == day {
        for _ in 0..usual * 10 / 24 + 10 {
            let time = storm + rng.between(0, HOUR - 1);
            request(world, time, sink, &mut rng);
        }
    }
}

fn request(world: &World, time: i64, sink: &mut Sink, rng: &mut Rng) {
    let time = after_outage(world.plan.outage(), time).min(world.plan.now());
    let course = &world.courses[rng.below(world.courses.len())];
    let about = rng.chance(0.5);
    let path = if about { course.path("/about") } else { PAGES[rng.below(PAGES.len())].to_owned() };
    let robot = rng.chance(0.5);
    let who = Who {
        user_id: None,
        username: String::new(),
        session: if robot { String::new() } else { rng.hex(32) },
        ip: places::address(places::draw_country(rng), rng),
        agent: if robot { ROBOT } else { PERSON }.to_owned(),
        host: "courses.northvale.example",
        language: if robot { "" } else { "en-US,en;q=0.9" },
        server: rng.below(2) as u8,
        era: Era::Current,
    };
    let payload = br#"{"GET": {}, "POST": {}}"#;
    let draft = Draft {
        course_id: if about { &course.id } else { "" },
        org: if about { &course.org } else { "" },
        scope: Scope::Request,
        referer: if robot { "" } else { HOST },
        ..plain(&path, Source::Server, &path, Payload::Nested(payload), time)
    };
    sink.note_odd("anonymous request");
    sink.push(&draft, &who, time + rng.between(0, 200_000), "implicit anonymous", false, rng);
}
