//! Every question, in each form that makes another statement.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use store::{Dates, Grouping, Order, RosterFilter, SummaryFilter};

use crate::Reads::{All, Course, Returned};
use crate::filling::COURSE;
use crate::{Reads, Watched};

/// What MD5 makes of `demo`, and of the number of the 7th user.
pub const ENTERPRISE: &str = "fe01ce2a7fbac8fafaed7c982a04e229";
pub const TOKEN: &str = "8f14e45fceea167a5a36dedd4bea2543";
/// A user without a token.
pub const NEW_USER: i64 = 20_000;

const SUMMARIES: Reads = All(&["course_meta_summary_enrollment"]);
const PROGRAMS: Reads = All(&["course_program_metadata"]);
const BOTH: Reads = All(&["course_meta_summary_enrollment", "course_program_metadata"]);
const UPDATES: Reads = All(&["table_updates"]);

/// Asks, and takes note of the question's name.
macro_rules! ask {
    ($watched:ident, $asked:ident, $reads:expr, $question:ident($($argument:expr),*)) => {{
        let store = $watched.store().clone();
        $asked.insert(stringify!($question).to_owned());
        $watched.see(stringify!($question), $reads, store.$question($($argument),*)).await;
    }};
}

/// Asks everything; gives the names of the questions.
pub(crate) async fn everything(watched: &mut impl Watched) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    operations(watched, &mut asked).await;
    enrollment(watched, &mut asked).await;
    engagement(watched, &mut asked).await;
    performance(watched, &mut asked).await;
    lists(watched, &mut asked).await;
    roster(watched, &mut asked).await;
    learners(watched, &mut asked).await;
    asked
}

async fn operations(watched: &mut impl Watched, asked: &mut BTreeSet<String>) {
    ask!(watched, asked, Returned, check());
    ask!(watched, asked, UPDATES, updates());
    ask!(watched, asked, UPDATES, versions());
    ask!(watched, asked, Returned, user_of_token(TOKEN));
    ask!(watched, asked, Returned, login("user7"));
    ask!(watched, asked, Returned, give_token(NEW_USER, "new"));
}

async fn enrollment(watched: &mut impl Watched, asked: &mut BTreeSet<String>) {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let ranges = [
        Dates::Latest,
        Dates::Range { start: None, end: day("2030-01-01") },
        Dates::Range { start: day("2014-03-01"), end: day("2014-03-03") },
    ];
    for dates in ranges {
        ask!(watched, asked, Returned, enrollment(COURSE, dates));
        ask!(watched, asked, Returned, enrollment_by_birth_year(COURSE, dates));
        for grouping in [Grouping::Mode, Grouping::Gender, Grouping::Education, Grouping::Location]
        {
            ask!(watched, asked, Returned, enrollment_by(grouping, COURSE, dates));
        }
    }
}

async fn engagement(watched: &mut impl Watched, asked: &mut BTreeSet<String>) {
    let start_of = |day: &str| day.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    let ranges = [
        Dates::Latest,
        Dates::Range { start: None, end: start_of("2030-01-01") },
        Dates::Range { start: start_of("2014-03-01"), end: start_of("2014-03-30") },
    ];
    for dates in ranges {
        ask!(watched, asked, Returned, activity(COURSE, dates));
    }
    for label in ["ACTIVE", "POSTED_FORUM"] {
        ask!(watched, asked, Returned, recent_activity(COURSE, label));
    }
    ask!(watched, asked, Returned, videos(COURSE));
    ask!(watched, asked, Returned, timeline("o/demo/r|v"));
}

async fn performance(watched: &mut impl Watched, asked: &mut BTreeSet<String>) {
    ask!(watched, asked, Course, problem_parts(COURSE));
    ask!(watched, asked, Returned, tags(COURSE));
    ask!(watched, asked, Returned, answers("demo/003"));
    ask!(watched, asked, Returned, grades("demo/003"));
    ask!(watched, asked, Returned, opens("demo/003"));
}

async fn lists(watched: &mut impl Watched, asked: &mut BTreeSet<String>) {
    let few = || Some(vec![COURSE.to_owned(), "o/00007/r".to_owned()]);
    let many = (0..600).map(|number| format!("o/{number:05}/r")).collect();
    let recent = "2014-03-01".parse().ok();
    for (reads, course_ids) in [(SUMMARIES, None), (SUMMARIES, Some(many)), (Returned, few())] {
        let plain = SummaryFilter { course_ids, ..SummaryFilter::default() };
        ask!(watched, asked, reads, summaries(&plain));
        let reads_programs = if reads == Returned { reads } else { BOTH };
        let programs = SummaryFilter { programs: true, ..plain.clone() };
        ask!(watched, asked, reads_programs, summaries(&programs));
        ask!(watched, asked, reads, summaries(&SummaryFilter { recent, ..plain }));
    }
    ask!(watched, asked, PROGRAMS, programs(None));
    let ids = ["demo-0".to_owned(), "demo-1".to_owned()];
    ask!(watched, asked, Returned, programs(Some(&ids)));
}

async fn roster(watched: &mut impl Watched, asked: &mut BTreeSet<String>) {
    let all = RosterFilter::default();
    ask!(watched, asked, Returned, roster(COURSE, &all, 0, 25));
    ask!(watched, asked, Returned, roster(COURSE, &all, 0, 0));
    let descending = RosterFilter { descending: true, ..all.clone() };
    ask!(watched, asked, Returned, roster(COURSE, &descending, 0, 25));
    ask!(watched, asked, Course, roster(COURSE, &all, 1500, 25));
    let some = || "struggling".to_owned();
    for filter in [
        RosterFilter { segments: vec![some(), "inactive".to_owned()], ..all.clone() },
        RosterFilter { without_segments: vec![some()], ..all.clone() },
        RosterFilter { cohort: Some("cohort3".to_owned()), ..all.clone() },
        RosterFilter { enrollment_mode: Some("audit".to_owned()), ..all.clone() },
        RosterFilter { text: Some("ann 7".to_owned()), ..all.clone() },
    ] {
        ask!(watched, asked, Course, roster(COURSE, &filter, 0, 25));
    }
    for order in [
        Order::Email,
        Order::DiscussionContributions,
        Order::ProblemsAttempted,
        Order::ProblemsCompleted,
        Order::AttemptsPerCompleted,
        Order::AttemptRatio,
        Order::VideosViewed,
    ] {
        for descending in [false, true] {
            let filter = RosterFilter { order, descending, ..all.clone() };
            ask!(watched, asked, Course, roster(COURSE, &filter, 0, 25));
        }
    }
    ask!(watched, asked, Course, roster_counts(COURSE));
    ask!(watched, asked, Returned, learner(COURSE, "demo-0007"));
}

async fn learners(watched: &mut impl Watched, asked: &mut BTreeSet<String>) {
    ask!(watched, asked, Course, engagement(COURSE, NaiveDateTime::default()));
    ask!(watched, asked, Returned, learner_days(COURSE, "demo-0007"));
    ask!(watched, asked, Returned, usernames(COURSE));
    ask!(watched, asked, Returned, newest_row("module_engagement"));
    for without in [vec![], vec!["discussion".to_owned()]] {
        ask!(watched, asked, Course, enterprise_engagements(ENTERPRISE, &without, 0, 25));
    }
}
