//! What a reader of the rotated logs must find, by the rules of the figures that pages show: noted where
//! lines are written, so that `expected.json` owes nothing to the jobs (05 §3.9 rule 7).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::clock::{Day, Micros, day_of, day_of_date};
use crate::line::{Draft, Source};

/// The kinds of activity in a week (10 §5.1), by the columns that show them.
pub const ACTIVITIES: [&str; 4] = ["any", "played_video", "attempted_problem", "posted_forum"];

/// The longest account name that engagement counts (30 A.2).
const LONGEST_NAME: usize = 30;

/// Whether a reader sees in which course the event is: by its context, else by the address asked for.
pub fn in_course(draft: &Draft, course_id: &str) -> bool {
    let by_address = draft.course_id.is_empty() && draft.path.starts_with("/xblock/");
    draft.course_id == course_id || by_address
}

/// Which of [`ACTIVITIES`] an event is; enrolling is none.
pub fn activities(draft: &Draft) -> impl Iterator<Item = usize> {
    let act = act(draft);
    let of_person = !draft.kind.starts_with("edx.course.enrollment.");
    let are = [
        of_person && draft.source != Source::Task,
        act == Some("viewed"),
        act == Some("attempted"),
        act == Some("contributed"),
    ];
    (0..ACTIVITIES.len()).filter(move |number| are[*number])
}

/// What an event does with a part of its course (30 A.2).
pub fn act(draft: &Draft) -> Option<&'static str> {
    let posted = draft.kind.starts_with("edx.forum.") && draft.kind.ends_with(".created");
    match draft.kind {
        "problem_check" if draft.source == Source::Server => Some("attempted"),
        "play_video" => Some("viewed"),
        _ if posted => Some("contributed"),
        _ => None,
    }
}

/// Whether engagement counts what somebody does.
pub fn is_engaged(username: &str) -> bool {
    (1..=LONGEST_NAME).contains(&username.chars().count())
}

/// The day of a line as its time says it; a time without a `T` says none.
pub fn day(draft: &Draft) -> Option<Day> {
    match draft.odd_time {
        None => Some(day_of(draft.time)),
        Some(odd) => {
            let date: NaiveDate = odd.split_once('T')?.0.parse().ok()?;
            Some(day_of_date(date))
        }
    }
}

/// The last address of each user, by the time of the event that shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Addresses(BTreeMap<i64, (Micros, String)>);

impl Addresses {
    /// Notes the address of an event; mobile events have none.
    pub fn note(&mut self, user: i64, time: Micros, address: &str) {
        if address.is_empty() {
            return;
        }
        let (held, text) = self.0.entry(user).or_insert((Micros::MIN, String::new()));
        if (*held, text.as_str()) < (time, address) {
            *held = time;
            address.clone_into(text);
        }
    }

    /// Adds what another part noted.
    pub fn add(&mut self, other: Self) {
        other.0.into_iter().for_each(|(user, (time, text))| self.note(user, time, &text));
    }

    /// The last address of a user.
    pub fn of(&self, user: i64) -> Option<&str> {
        self.0.get(&user).map(|(_, text)| text.as_str())
    }
}

/// What a reader makes of a learner's events about one video, in their order (20 §4.1).
#[derive(Clone, Copy, Debug, Default)]
pub struct Viewing {
    /// Where the viewing began that is going on.
    open: Option<f64>,
    /// Where the learner jumped when the last viewing ended.
    sought: Option<f64>,
    /// The first five seconds were seen.
    pub started: bool,
}

impl Viewing {
    /// The video plays from a position.
    pub fn play(&mut self, at: f64) {
        self.open = Some(self.sought.take().unwrap_or(at));
    }

    /// It stops at a position, by a pause, by its end, or by a jump to another position.
    pub fn end(&mut self, at: f64, sought: Option<f64>) {
        let Some(start) = self.open.take() else { return };
        self.sought = sought;
        self.started |= start < 5.0 && at - start >= 0.25;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;
    use crate::line::Payload;
    use crate::session::plain;

    fn draft(kind: &'static str, source: Source) -> Draft<'static> {
        plain(kind, source, "/event", Payload::Text("{}"), 20_000 * DAY)
    }

    #[test]
    fn events_are_activities_by_type_and_source() {
        let of = |kind, source| activities(&draft(kind, source)).collect::<Vec<_>>();
        assert_eq!(of("play_video", Source::Mobile), [0, 1]);
        assert_eq!(of("problem_check", Source::Server), [0, 2]);
        assert_eq!(of("problem_check", Source::Browser), [0]);
        assert_eq!(of("edx.forum.comment.created", Source::Server), [0, 3]);
        assert_eq!(of("edx.forum.thread.viewed", Source::Server), [0]);
        assert!(of("edx.course.enrollment.activated", Source::Server).is_empty());
        assert!(of("problem_rescore", Source::Task).is_empty());
    }

    #[test]
    fn the_day_is_what_the_time_says() {
        let mut draft = draft("page_close", Source::Browser);
        assert_eq!(day(&draft), Some(20_000));
        draft.odd_time = Some("2024-10-02T23:59:59+05:30");
        assert_eq!(day(&draft), Some(19_998));
        draft.odd_time = Some("2024-10-02 23:59:59+00:00");
        assert_eq!(day(&draft), None);
    }

    #[test]
    fn the_last_address_is_kept() {
        let mut addresses = Addresses::default();
        for (time, text) in [(5, "a"), (9, "b"), (7, "c"), (11, "")] {
            addresses.note(1, time, text);
        }
        assert_eq!((addresses.of(1), addresses.of(2)), (Some("b"), None));
    }

    #[test]
    fn a_viewing_goes_on_from_where_the_learner_jumped() {
        let mut viewing = Viewing::default();
        viewing.play(30.0);
        viewing.end(40.0, Some(0.0));
        assert!(!viewing.started);
        viewing.play(40.0);
        viewing.end(3.0, None);
        assert!(viewing.started);
        let mut short = Viewing::default();
        short.play(0.0);
        short.end(0.2, None);
        short.end(9.0, None);
        assert!(!short.started);
    }
}
