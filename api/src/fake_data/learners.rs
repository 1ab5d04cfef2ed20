//! A class of learners: what each did on each day, and the roster that comes of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use jobs::engagement::student_engagement::{RESULT_ALL, RESULT_DAILY, RESULT_WEEKLY};
use jobs::engagement::{module_engagement, module_engagement_metric_ranges as ranges};
use jobs::learners::module_engagement_roster::LEARNER_ROSTER;
use jobs::table::Table;

use super::Plan;
use super::chance::Chance;
use super::enrollment::MODES;
use super::performance::{PROBLEMS, problem};
use super::table_text::{TableText, or_null};
use super::video;

/// The others of the class, by first name.
const OTHERS: [&str; 24] = [
    "amal", "bela", "chidi", "dana", "emeka", "farid", "greta", "hana", "ines", "jonas", "kofi",
    "lena", "mira", "noor", "oskar", "pia", "quinn", "rosa", "sven", "tara", "uma", "viktor",
    "wanda", "yusuf",
];
/// What is done with which kind of thing, and with how many different ones.
const EVENTS: [(&str, &str, usize); 4] = [
    ("problem", "attempted", PROBLEMS),
    ("problem", "completed", PROBLEMS),
    ("video", "viewed", 1),
    ("discussion", "contributed", 10),
];
const ATTEMPTED: usize = 0;
const COMPLETED: usize = 1;
const VIEWED: usize = 2;
const CONTRIBUTED: usize = 3;
/// The most that happens on a day of each event.
const MOST_ON_A_DAY: i64 = 100;
const COHORTS: [&str; 2] = ["Morning", "Evening"];
const LEVELS: [&str; 4] = ["hs", "b", "m", "p"];
/// Days that the roster and the ranges look back.
const WEEK: u64 = 7;

/// How often a learner did something with a thing on a day: by day, learner, event and thing.
type Deeds = BTreeMap<(NaiveDate, usize, usize, usize), i64>;

/// What a learner did in some days.
#[derive(Default)]
struct Sum {
    days: BTreeSet<NaiveDate>,
    /// Different things, of each event.
    things: [BTreeSet<usize>; 4],
    /// How often, of each event.
    counts: [i64; 4],
}

impl Sum {
    fn things(&self, event: usize) -> i64 {
        self.things.get(event).map_or(0, |things| things.len() as i64)
    }

    /// Attempts for each completed problem.
    fn ratio(&self) -> Option<f64> {
        let completed = self.things(COMPLETED);
        (completed > 0).then(|| self.counts[ATTEMPTED] as f64 / completed as f64)
    }
}

pub(super) fn tables(plan: &Plan, chance: &mut Chance) -> Vec<TableText> {
    let class = class(plan);
    let deeds = deeds(plan, class.len(), chance);
    let week = sums(&deeds, class.len(), plan.before(WEEK - 1)..=plan.until);
    vec![
        engagement(plan, &class, &deeds),
        metric_ranges(plan),
        roster(plan, &class, &week, chance),
        intervals(&RESULT_DAILY, 1, plan, &class, &deeds),
        intervals(&RESULT_WEEKLY, WEEK, plan, &class, &deeds),
        intervals(&RESULT_ALL, plan.days(), plan, &class, &deeds),
    ]
}

/// The usernames, first that of the plan.
fn class(plan: &Plan) -> Vec<&str> {
    let others = OTHERS.into_iter().filter(|name| *name != plan.username);
    std::iter::once(plan.username.as_str()).chain(others).collect()
}

fn deeds(plan: &Plan, learners: usize, chance: &mut Chance) -> Deeds {
    let mut deeds = Deeds::new();
    for date in plan.dates() {
        for (event, (_, _, things)) in EVENTS.iter().enumerate() {
            for _ in 0..chance.between(1, MOST_ON_A_DAY) {
                let learner = chance.early(learners);
                let thing = chance.early(*things);
                *deeds.entry((date, learner, event, thing)).or_default() += chance.between(1, 3);
            }
        }
    }
    deeds
}

/// What each learner did in these days.
fn sums(deeds: &Deeds, learners: usize, days: std::ops::RangeInclusive<NaiveDate>) -> Vec<Sum> {
    let mut sums: Vec<Sum> = (0..learners).map(|_| Sum::default()).collect();
    let (first, last) = days.into_inner();
    let within = deeds.range((first, 0, 0, 0)..=(last, usize::MAX, usize::MAX, usize::MAX));
    for ((date, learner, event, thing), count) in within {
        let Some(sum) = sums.get_mut(*learner) else { continue };
        sum.days.insert(*date);
        sum.things[*event].insert(*thing);
        sum.counts[*event] += count;
    }
    sums
}

fn thing_id(entity_type: &str, thing: usize) -> String {
    match entity_type {
        "problem" => problem(thing),
        "video" => video::MODULE.to_owned(),
        _ => format!("topic-{thing}"),
    }
}

fn engagement(plan: &Plan, class: &[&str], deeds: &Deeds) -> TableText {
    let mut text = TableText::new(&module_engagement::TABLE);
    for ((date, learner, event, thing), count) in deeds {
        let (entity_type, event, _) = EVENTS[*event];
        text.row(&[
            ("course_id", &plan.course_id),
            ("username", &class[*learner]),
            ("date", date),
            ("entity_type", &entity_type),
            ("entity_id", &thing_id(entity_type, *thing)),
            ("event", &event),
            ("count", count),
        ]);
    }
    text
}

/// What is little, usual and much of each metric in a week.
fn metric_ranges(plan: &Plan) -> TableText {
    let metrics = [
        ("problem_attempts_per_completed", 1.5, 4.0),
        ("problems_attempted", 5.0, 25.0),
        ("problems_completed", 3.0, 20.0),
        ("discussion_contributions", 2.0, 12.0),
        ("videos_viewed", 1.0, 10.0),
    ];
    let mut text = TableText::new(&ranges::TABLE);
    for (metric, low, high) in metrics {
        let bounds = [
            ("low", None, Some(low)),
            ("normal", Some(low), Some(high)),
            ("high", Some(high), None),
        ];
        for (range_type, from, to) in bounds {
            text.row(&[
                ("course_id", &plan.course_id),
                ("start_date", &plan.before(WEEK - 1)),
                ("end_date", &plan.until),
                ("metric", &metric),
                ("range_type", &range_type),
                ("low_value", &or_null(from)),
                ("high_value", &or_null(to)),
            ]);
        }
    }
    text
}

fn roster(plan: &Plan, class: &[&str], week: &[Sum], chance: &mut Chance) -> TableText {
    let mut text = TableText::new(&LEARNER_ROSTER);
    for (number, (username, sum)) in class.iter().zip(week).enumerate() {
        let attempts = sum.counts[ATTEMPTED];
        let ratio = sum.ratio();
        let order = if ratio.is_some() { attempts } else { -attempts };
        let (mode, _) = MODES[number % MODES.len()];
        text.row(&[
            ("course_id", &plan.course_id),
            ("username", username),
            ("start_date", &plan.before(WEEK - 1)),
            ("end_date", &plan.until),
            ("email", &format!("{username}@example.com")),
            ("name", &format!("{username} of the demo")),
            ("enrollment_mode", &mode),
            ("enrollment_date", &plan.start()),
            ("cohort", &chance.pick(&COHORTS)),
            ("problem_attempts", &attempts),
            ("problems_attempted", &sum.things(ATTEMPTED)),
            ("problems_completed", &sum.things(COMPLETED)),
            ("problem_attempts_per_completed", &or_null(ratio)),
            ("videos_viewed", &sum.things(VIEWED)),
            ("discussion_contributions", &sum.counts[CONTRIBUTED]),
            ("segments", &segments(sum)),
            ("attempt_ratio_order", &order),
            ("user_id", &(number + 1)),
            ("language", &"English"),
            ("year_of_birth", &chance.between(1960, 2004)),
            ("level_of_education", &chance.pick(&LEVELS)),
            ("gender", &chance.pick(&["m", "f"])),
            ("country", &chance.pick(&["US", "GH", "IN", "CA", "CN", "DE"])),
        ]);
    }
    text
}

/// By the ranges above, roughly.
fn segments(sum: &Sum) -> String {
    let mut segments = Vec::new();
    if sum.days.is_empty() {
        segments.push("inactive");
    }
    if sum.things(ATTEMPTED) >= 25 {
        segments.push("highly_engaged");
    }
    if sum.ratio().is_some_and(|ratio| ratio >= 4.0) {
        segments.push("struggling");
    }
    segments.join(",")
}

/// What each learner did, as the interval that ends on a day has it.
fn interval(text: &mut TableText, plan: &Plan, class: &[&str], sums: &[Sum], end: NaiveDate) {
    for (username, sum) in class.iter().zip(sums).filter(|(_, sum)| !sum.days.is_empty()) {
        text.row(&[
            ("end_date", &end),
            ("course_id", &plan.course_id),
            ("username", username),
            ("days_active", &sum.days.len()),
            ("problems_attempted", &sum.things(ATTEMPTED)),
            ("problem_attempts", &sum.counts[ATTEMPTED]),
            ("problems_correct", &sum.things(COMPLETED)),
            ("videos_played", &sum.things(VIEWED)),
            ("forum_posts", &sum.counts[CONTRIBUTED]),
            ("forum_responses", &0),
            ("forum_comments", &0),
            ("forum_upvotes_given", &0),
            ("forum_downvotes_given", &0),
            ("forum_upvotes_received", &0),
            ("forum_downvotes_received", &0),
            ("textbook_pages_viewed", &0),
            ("last_subsection_viewed", &""),
        ]);
    }
}

/// A table of intervals of so many days, the last of which ends with the plan.
fn intervals(
    table: &'static Table,
    days: u64,
    plan: &Plan,
    class: &[&str],
    deeds: &Deeds,
) -> TableText {
    let mut text = TableText::new(table);
    for back in (0..plan.days().div_ceil(days)).rev() {
        let (first, last) = (plan.before((back + 1) * days - 1), plan.before(back * days));
        interval(&mut text, plan, class, &sums(deeds, class.len(), first..=last), last);
    }
    text
}
