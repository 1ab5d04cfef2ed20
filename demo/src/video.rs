//! Watching videos in the browser (05 §2.4, §3.6): play, pause, seek, speed, the end, or none.

use crate::clock::{self, seconds};
use crate::json::Object;
use crate::known::Viewing;
use crate::outline::Video;
use crate::registration::Watched;
use crate::session::Session;

/// The player in front of a learner.
struct Player<'v> {
    number: usize,
    video: &'v Video,
    /// What the events say of the length: 0 and null occur.
    duration: Option<f64>,
    at: f64,
    speed: f64,
}

/// Thousandths, as players report positions.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

impl Player<'_> {
    /// An event of the player; returns whether readers of the rotated logs find it.
    fn event(
        &self,
        visit: &mut Session,
        kind: &'static str,
        more: impl FnOnce(&mut Object),
    ) -> bool {
        visit.browser(kind, |event| {
            event.text("id", &self.video.block.element).text("code", &self.video.code);
            match self.duration {
                Some(duration) => event.number("duration", duration),
                None => event.null("duration"),
            };
            more(event);
        }) > 0
    }

    fn play(&self, visit: &mut Session) {
        *visit.sink.counts.plays.entry((visit.course.index, self.number)).or_default() += 1;
        let at = rounded(self.at);
        let found = self.event(visit, "play_video", |event| {
            event.number("currentTime", at);
        });
        if found {
            viewing(visit, self.number).play(at);
        }
    }

    /// A pause; a few players lose the position or send it as text.
    fn pause(&self, visit: &mut Session) {
        const ODD: [&str; 3] = ["pause at null", "pause at a text", "pause at NaN"];
        let odd = if visit.sink.faulty() {
            visit.rng.weighted(&[0.002, 0.001, 2e-5, 1.0])
        } else {
            ODD.len()
        };
        let at = rounded(self.at);
        let found = self.event(visit, "pause_video", |event| {
            match odd {
                0 => event.null("currentTime"),
                1 => event.text("currentTime", &at.to_string()),
                2 => event.raw("currentTime", "NaN"),
                _ => event.number("currentTime", at),
            };
        });
        if let Some(what) = ODD.get(odd) {
            visit.sink.note_odd(what);
        }
        if found && (odd == 1 || odd == ODD.len()) {
            viewing(visit, self.number).end(at, None);
        }
        self.save(visit);
    }

    fn seek(&mut self, visit: &mut Session, to: f64, by: &str) {
        let to = rounded(to.clamp(0.0, self.video.duration));
        let from = rounded(self.at);
        let found = self.event(visit, "seek_video", |event| {
            event.number("old_time", from).number("new_time", to).text("type", by);
        });
        if found {
            viewing(visit, self.number).end(from, Some(to));
        }
        self.at = to;
        self.save(visit);
    }

    /// The position, kept on the server.
    fn save(&self, visit: &mut Session) {
        let path = format!("{}xmodule_handler/save_user_state", self.video.block.handler);
        let post = format!("{{\"saved_video_position\": [\"{}\"]}}", clock::position(self.at));
        visit.implicit("implicit save_user_state", &path, "{}", &post);
        touch(visit, self.number, self.at);
    }

    /// Watches up to a position; false when the visit ends before.
    fn watch_to(&mut self, visit: &mut Session, to: f64) -> bool {
        let span = (to - self.at).max(0.0);
        let before = visit.now;
        let whole = visit.wait(span / self.speed);
        let watched = (visit.now - before) as f64 / clock::SECOND as f64 * self.speed;
        for _ in 0..(watched / 180.0) as usize {
            self.save(visit);
        }
        self.at =
            (self.at + watched + visit.rng.uniform(-0.2, 0.2)).clamp(self.at, self.video.duration);
        whole
    }

    fn resume(&self, visit: &mut Session, after: f64) -> bool {
        let whole = visit.wait(after);
        if whole {
            self.play(visit);
        }
        whole
    }
}

/// What readers of the rotated logs know of a learner's viewing of a video.
pub fn viewing<'v>(visit: &'v mut Session, number: usize) -> &'v mut Viewing {
    visit.registration.seen.viewings.entry(number).or_default()
}

/// Notes that a learner touched a video.
pub fn touch(visit: &mut Session, number: usize, position: f64) {
    let now = visit.instant();
    let watched = visit.registration.videos.entry(number).or_insert(Watched {
        position,
        created: now,
        modified: now,
        complete: false,
    });
    watched.position = position;
    watched.modified = now;
}

/// Shows a player: it loads, and brings the transcript as the learner left it.
pub fn load(visit: &mut Session, number: usize) {
    let video = &visit.course.outline.videos[number];
    let player = Player { number, video, duration: Some(0.0), at: 0.0, speed: 1.0 };
    player.event(visit, "load_video", |_| {});
    if visit.rng.chance(0.62) {
        let path = format!("{}transcript/translation/en", video.block.handler);
        let get = format!("{{\"videoId\": [\"{}\"]}}", video.code);
        visit.implicit("implicit transcript", &path, &get, "{}");
    }
    if visit.rng.chance(0.05) {
        let path = format!("{}transcript/available_translations", video.block.handler);
        visit.request("implicit transcript", &path);
    }
    if visit.rng.chance(0.25) {
        let kind =
            if visit.person.hides_transcript { "hide_transcript" } else { "show_transcript" };
        let seen = Player { duration: Some(video.duration), ..player };
        seen.event(visit, kind, |event| {
            event.int("current_time", 0);
        });
    }
    if visit.rng.chance(0.01) {
        bumper(visit, video);
    }
}

/// The short film before the film, with one thing that is done to it.
fn bumper(visit: &mut Session, video: &Video) {
    const ACTIONS: [&str; 7] = [
        "edx.video.bumper.stopped",
        "edx.video.bumper.skipped",
        "edx.video.bumper.dismissed",
        "edx.video.bumper.transcript.shown",
        "edx.video.bumper.transcript.hidden",
        "edx.video.bumper.transcript.menu.shown",
        "edx.video.bumper.transcript.menu.hidden",
    ];
    let action = ACTIONS[visit.rng.below(ACTIONS.len())];
    for (kind, at) in
        [("edx.video.bumper.loaded", 0.0), ("edx.video.bumper.played", 0.0), (action, 4.2)]
    {
        visit.browser(kind, |event| {
            event.text("host_component_id", &video.block.element);
            event
                .text("bumper_id", "https://media.northvale.example/bumper.mp4")
                .int("duration", 10);
            event.text("code", "html5").number("currentTime", at);
        });
        visit.wait(4.2);
    }
}

/// How far a viewing goes: some leave in the first seconds, long videos lose more.
fn reach(visit: &mut Session, video: &Video, again: bool) -> f64 {
    if visit.rng.chance(0.08) {
        return visit.rng.uniform(1.0, 5.0).min(video.duration);
    }
    let to_end = match video.duration {
        d if d <= 180.0 => 0.84,
        d if d <= 360.0 => 0.75,
        d if d <= 720.0 => 0.61,
        _ => 0.42,
    };
    if visit.rng.chance(if again { to_end * 0.7 } else { to_end }) {
        return video.duration;
    }
    video.duration * visit.rng.unit().powf(1.6)
}

/// Watches a video, once.
pub fn watch(visit: &mut Session, number: usize) {
    let video = &visit.course.outline.videos[number];
    let before = visit.registration.videos.get(&number).copied();
    let duration = match visit.rng.weighted(&[0.98, 0.01, 0.01]) {
        0 => Some(length_today(visit, number)),
        1 => Some(0.0),
        _ => None,
    };
    let resumed =
        before.filter(|watched| !watched.complete && watched.position < video.duration - 10.0);
    let at = resumed.map_or(visit.rng.uniform(0.0, 0.05), |watched| watched.position);
    let mut player = Player { number, video, duration, at, speed: 1.0 };
    if !visit.wait(2.0) {
        return;
    }
    player.play(visit);
    touch(visit, number, at);
    if visit.rng.chance(0.15) {
        change_speed(visit, &mut player);
    }
    captions(visit, &player);
    let end = reach(visit, video, before.is_some()).max(at + 2.0).min(video.duration);
    if visit.rng.chance(0.9) {
        visit.stay((end - at) * 1.5 + 30.0);
    }
    let stayed = play_through(visit, &mut player, end, before.is_some());
    if stayed && !visit.rng.chance(0.03) {
        finish(visit, &mut player);
    }
}

/// One video was cut shorter in the middle of the course.
fn length_today(visit: &Session, number: usize) -> f64 {
    let duration = visit.course.outline.videos[number].duration;
    let middle = (visit.course.window.start + 24) * clock::DAY;
    if number == 3 && visit.now > middle { duration + 12.0 } else { duration }
}

fn change_speed(visit: &mut Session, player: &mut Player) {
    let (text, speed) = [("1.25", 1.25), ("1.50", 1.5), ("2.0", 2.0), ("0.75", 0.75)]
        [visit.rng.weighted(&[4.0, 4.0, 1.5, 0.5])];
    let at = rounded(player.at);
    player.event(visit, "speed_change_video", |event| {
        event.number("current_time", at).text("old_speed", "1.0").text("new_speed", text);
    });
    player.speed = speed;
}

/// Captions and their menu, rarely touched.
fn captions(visit: &mut Session, player: &Player) {
    const TOUCHES: [&str; 6] = [
        "edx.video.closed_captions.shown",
        "edx.video.closed_captions.hidden",
        "video_show_cc_menu",
        "video_hide_cc_menu",
        "show_transcript",
        "hide_transcript",
    ];
    if visit.rng.chance(0.97) {
        return;
    }
    let kind = TOUCHES[visit.rng.below(TOUCHES.len())];
    player.event(visit, kind, |event| {
        event.number("current_time", rounded(player.at));
        if kind == "video_hide_cc_menu" {
            event.text("language", "es");
        }
    });
}

/// Plays to `end` with what happens at the points of interest; false when the visit ends before.
fn play_through(visit: &mut Session, player: &mut Player, end: f64, again: bool) -> bool {
    let mut points: Vec<f64> =
        player.video.points.iter().map(|point| point + visit.rng.uniform(0.0, 6.0)).collect();
    points.sort_by(f64::total_cmp);
    if again && visit.rng.chance(0.2) && !skim(visit, player) {
        return false;
    }
    for point in points {
        if point <= player.at || point >= end {
            continue;
        }
        let kept = match visit.rng.weighted(&[0.13, 0.40, 0.47]) {
            0 => player.watch_to(visit, point) && rest(visit, player),
            1 => player.watch_to(visit, point) && go_back(visit, player),
            _ => true,
        };
        if !kept {
            return false;
        }
    }
    player.watch_to(visit, end)
}

fn rest(visit: &mut Session, player: &Player) -> bool {
    player.pause(visit);
    let pause = visit.rng.uniform(20.0, 180.0);
    player.resume(visit, pause)
}

fn go_back(visit: &mut Session, player: &mut Player) -> bool {
    let back = visit.rng.uniform(8.0, 30.0);
    let by = if visit.rng.chance(0.12) { "onCaptionSeek" } else { "onSlideSeek" };
    let to = player.at - back;
    if visit.rng.chance(0.85) {
        player.pause(visit);
    }
    player.seek(visit, to, by);
    let wait = visit.rng.uniform(0.1, 0.9);
    player.resume(visit, wait)
}

/// Jumps forward several times, looking for something.
fn skim(visit: &mut Session, player: &mut Player) -> bool {
    for _ in 0..3 + visit.rng.below(6) {
        let ahead = player.at + visit.rng.uniform(0.5, 4.0);
        if !player.watch_to(visit, ahead) {
            return false;
        }
        let to = player.at + visit.rng.uniform(20.0, 90.0);
        if to > player.video.duration - 5.0 {
            break;
        }
        player.seek(visit, to, "onSlideSeek");
        if !player.resume(visit, 0.4) {
            return false;
        }
    }
    true
}

/// Pauses where the viewing ends; at the end of the video it stops by itself.
fn finish(visit: &mut Session, player: &mut Player) {
    if player.at < player.video.duration - 0.3 {
        return player.pause(visit);
    }
    player.at = player.video.duration;
    complete(visit, player);
    player.pause(visit);
    visit.now += seconds(0.004);
    let found = player.event(visit, "stop_video", |event| {
        event.number("currentTime", player.at);
    });
    if found {
        viewing(visit, player.number).end(player.at, None);
    }
    player.save(visit);
}

fn complete(visit: &mut Session, player: &Player) {
    let known = visit.registration.videos.get_mut(&player.number);
    let first = known.is_some_and(|watched| !std::mem::replace(&mut watched.complete, true));
    if first || visit.rng.chance(0.6) {
        player.event(visit, "complete_video", |_| {});
    }
    if first {
        crate::study::publish_completion(visit, &player.video.block);
    }
}
