//! Engagement › Content: how many learners did something, week by week (spec 60 §2.9).

use std::collections::HashMap;
use std::sync::Arc;

use api_client::{EnrollmentByMode, EnrollmentDay, WeeklyActivity};
use chrono::{Days, NaiveDate, NaiveDateTime};
use warp::reply::Response;

use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Axis, Drawing, Look, TimeSeries, Words, line};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::report::{self, Card, Chart, Figures, Freshness};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

/// What learners may do: its name, its key in tables, its colour everywhere on the site, its figure.
struct Activity {
    name: &'static str,
    key: &'static str,
    look: Look,
    of: fn(&Week) -> i64,
}

const ACTIVITIES: [Activity; 4] = [
    Activity { name: "active-learners", key: "any", look: Look::FIRST, of: |week| week.any },
    Activity {
        name: "watched-a-video",
        key: "played_video",
        look: Look::series(2),
        of: |week| week.played_video,
    },
    Activity {
        name: "tried-a-problem",
        key: "attempted_problem",
        look: Look::series(3),
        of: |week| week.attempted_problem,
    },
    Activity {
        name: "participated-in-discussions",
        key: "posted_forum",
        look: Look::series(4),
        of: |week| week.posted_forum,
    },
];

/// A week, named by its last day, a Sunday.
#[derive(Clone, Debug, PartialEq)]
struct Week {
    ending: NaiveDate,
    any: i64,
    played_video: i64,
    attempted_problem: i64,
    posted_forum: i64,
    /// Active learners among all who were enrolled at its end; not known where nobody was.
    active_share: Option<f64>,
    created: Option<NaiveDateTime>,
}

/// The page.
///
/// # Errors
/// None but those of rendering.
pub async fn page(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let ask = visit.ask();
    let records = async {
        let (activity, days) = tokio::join!(ask.activity(access), ask.days(access));
        Ok((activity?, days))
    };
    report::page(visit, access, Place::Content, records, figures).await
}

/// Without any enrollment, the weeks stand and only the shares are missing.
type Records = (Arc<Vec<WeeklyActivity>>, Section<Arc<Vec<EnrollmentDay>>>);

fn figures(visit: &Visit, course: &CourseContext, (activity, days): Records) -> Section<Figures> {
    let texts = visit.texts();
    let enrolled = enrolled(days.as_ref().map_or(&[], |days| days.as_slice()));
    let weeks = weeks(&activity, &enrolled);
    let last = weeks.last().ok_or(Trouble::Empty)?;
    let activities = shown(visit);
    let (count, ranges) = report::ranges(visit);
    let drawn = &weeks[weeks.len().saturating_sub(count.div_ceil(7))..];
    Ok(Figures {
        summary: summary(texts, last),
        freshness: Freshness {
            through: Some(last.ending),
            created: last.created,
            line: "updated-engagement",
        },
        ranges,
        cards: cards(texts, &weeks, &activities, &enrolled),
        charts: vec![Chart {
            drawing: chart(texts, drawn, &activities),
            help: "weekly-engagement",
            note: None,
            choices: Vec::new(),
        }],
        table: table(texts, drawn, &activities),
        csv: format!("{}csv/engagement/activity_trend/", course.url),
        remark: None,
    })
}

/// What the course's home tells of the last week.
pub struct LastWeek {
    /// Learners who did anything.
    pub active: i64,
    /// Their share of those enrolled at its end, where that is known.
    pub share: Option<f64>,
    /// When that was loaded.
    pub created: Option<NaiveDateTime>,
}

/// The last week, by the learners of each day.
pub fn last_week(records: &[WeeklyActivity], days: &[EnrollmentByMode]) -> Option<LastWeek> {
    let enrolled = days.iter().map(|day| (day.date, day.count)).collect();
    let last = weeks(records, &enrolled).pop()?;
    Some(LastWeek { active: last.any, share: last.active_share, created: last.created })
}

fn shown(visit: &Visit) -> Vec<&'static Activity> {
    let forum = visit.live.features.show_engagement_forum_activity;
    ACTIVITIES.iter().filter(|activity| forum || activity.key != "posted_forum").collect()
}

/// Learners by day.
fn enrolled(days: &[EnrollmentDay]) -> HashMap<NaiveDate, i64> {
    days.iter().filter_map(|day| Some((day.date, day.count?))).collect()
}

/// The weeks in their order; what a week has no figure of is zero.
fn weeks(records: &[WeeklyActivity], enrolled: &HashMap<NaiveDate, i64>) -> Vec<Week> {
    let figure = |value: Option<Option<i64>>| value.flatten().unwrap_or(0).max(0);
    let week = |record: &WeeklyActivity| {
        let ending = record.interval_end?.date().checked_sub_days(Days::new(1))?;
        let any = figure(record.any);
        Some(Week {
            ending,
            any,
            played_video: figure(record.played_video),
            attempted_problem: figure(record.attempted_problem),
            posted_forum: figure(record.posted_forum),
            active_share: share(any, enrolled.get(&ending).copied()),
            created: record.created,
        })
    };
    let mut weeks: Vec<Week> = records.iter().filter_map(week).collect();
    weeks.sort_by_key(|week| week.ending);
    weeks
}

/// Nobody active is a share of nothing, whoever was enrolled; of nobody enrolled there is no share.
fn share(active: i64, enrolled: Option<i64>) -> Option<f64> {
    match enrolled? {
        _ if active == 0 => Some(0.0),
        0 => None,
        enrolled => Some(active as f64 / enrolled as f64),
    }
}

fn summary(texts: &Texts, last: &Week) -> String {
    texts.say_with(
        "content-summary",
        &[
            ("count", last.any.into()),
            ("day", texts.long_date(last.ending).into()),
            (
                "share",
                last.active_share
                    .map_or_else(String::new, |value| texts.card_percent(value))
                    .into(),
            ),
            ("known", if last.active_share.is_some() { "yes" } else { "no" }.into()),
        ],
    )
}

/// Last week's figures, and what share of the learners that is who were enrolled at the end of the latest
/// week of which that is known.
fn cards(
    texts: &Texts,
    weeks: &[Week],
    activities: &[&Activity],
    enrolled: &HashMap<NaiveDate, i64>,
) -> Vec<Card> {
    let base = weeks.iter().rev().find_map(|week| enrolled.get(&week.ending)).copied();
    let card = |activity: &&Activity| {
        let value = weeks.last().map(activity.of);
        let mut card = Card::new(texts, activity.name, value.map(|value| texts.number(value)));
        let share = value.filter(|value| *value > 0).zip(base.filter(|base| *base > 0));
        let share = share.map_or_else(
            || "--".to_owned(),
            |(value, base)| texts.card_percent(value as f64 / base as f64),
        );
        card.note = Some(texts.say_of("of-current-learners", "share", &share));
        card
    };
    activities.iter().map(card).collect()
}

fn chart(texts: &Texts, weeks: &[Week], activities: &[&Activity]) -> Drawing {
    let weeks = with_empty_week(weeks);
    let endings: Vec<NaiveDate> = weeks.iter().map(|week| week.ending).collect();
    let axis = Axis::named_days(texts, &endings, |day| {
        texts.say_of("week-ending", "day", &texts.short_date(day))
    });
    let series = |activity: &&Activity| TimeSeries {
        name: texts.say(&format!("term-{}", activity.name)),
        look: activity.look,
        values: weeks.iter().map(|week| (activity.of)(week) as f64).collect(),
        labels: weeks.iter().map(|week| texts.number((activity.of)(week))).collect(),
    };
    let series: Vec<TimeSeries> = activities.iter().map(series).collect();
    line::counts(&words(texts, &weeks), &axis, &series)
}

/// One week alone is no line, so it rises from an empty one.
fn with_empty_week(weeks: &[Week]) -> Vec<Week> {
    let ([only], Some(before)) =
        (weeks, weeks.first().and_then(|week| week.ending.checked_sub_days(Days::new(7))))
    else {
        return weeks.to_vec();
    };
    let empty = Week {
        ending: before,
        any: 0,
        played_video: 0,
        attempted_problem: 0,
        posted_forum: 0,
        ..only.clone()
    };
    vec![empty, only.clone()]
}

fn words<'t>(texts: &'t Texts, weeks: &[Week]) -> Words<'t> {
    let busiest = weeks.iter().max_by_key(|week| week.any);
    let day =
        |week: Option<&Week>| week.map_or_else(String::new, |week| texts.long_date(week.ending));
    let count = |week: Option<&Week>| week.map_or(0, |week| week.any);
    Words {
        t: texts,
        id: "weekly",
        title: texts.say("term-weekly-engagement"),
        description: texts.say_with(
            "content-chart",
            &[
                ("first", day(weeks.first()).into()),
                ("last", day(weeks.last()).into()),
                ("now", count(weeks.last()).into()),
                ("most", count(busiest).into()),
                ("peak", day(busiest).into()),
            ],
        ),
        x: texts.say("axis-week"),
        y: texts.say("axis-learners"),
    }
}

fn table(texts: &Texts, weeks: &[Week], activities: &[&Activity]) -> Table {
    let shares = weeks.iter().any(|week| week.active_share.is_some());
    let mut columns = vec![Column::words("week_ending", texts.say("column-week"))];
    columns.extend(activities.iter().map(|activity| {
        Column::figures(activity.key, texts.say(&format!("term-{}", activity.name)))
    }));
    if shares {
        columns.push(Column::figures("active_percent", texts.say("column-active-percent")));
    }
    let row = |week: &Week| {
        let figures = activities.iter().map(|activity| Cell::number(texts, (activity.of)(week)));
        let share = shares.then(|| match week.active_share {
            Some(share) => Cell::share(texts, share),
            None => Cell::text("-", Key::Nothing),
        });
        [Cell::day(texts, week.ending)].into_iter().chain(figures).chain(share).collect()
    };
    Table {
        id: "data",
        title: texts.say("content-table"),
        columns,
        rows: weeks.iter().map(row).collect(),
        footer: None,
        order: ("week_ending", Order::Descending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn record(monday_after: &str, any: i64, video: Option<i64>) -> WeeklyActivity {
        let end: NaiveDate = monday_after.parse().unwrap();
        WeeklyActivity {
            interval_end: end.and_hms_opt(0, 0, 0),
            any: Some(Some(any)),
            played_video: video.map(Some),
            ..WeeklyActivity::default()
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_end_on_the_day_before_and_lack_nothing() {
        let records = [record("2024-01-15", 4, Some(3)), record("2024-01-08", 2, None)];
        let weeks = weeks(&records, &HashMap::from([(day("2024-01-14"), 8)]));
        let told: Vec<_> = weeks
            .iter()
            .map(|week| (week.ending, week.any, week.played_video, week.active_share))
            .collect();
        assert_eq!(told, [(day("2024-01-07"), 2, 0, None), (day("2024-01-14"), 4, 3, Some(0.5))]);
    }

    #[test]
    fn shares_of_nobody() {
        assert_eq!(share(0, Some(0)), Some(0.0));
        assert_eq!(share(3, Some(0)), None);
        assert_eq!(share(3, None), None);
        assert_eq!(share(3, Some(4)), Some(0.75));
    }

    #[test]
    fn cards_take_the_latest_enrollment_that_is_known() {
        let texts = Texts::english().unwrap();
        let records = [record("2024-01-08", 2, None), record("2024-01-15", 4, None)];
        let enrolled = HashMap::from([(day("2024-01-07"), 8)]);
        let weeks = weeks(&records, &enrolled);
        let cards = cards(&texts, &weeks, &ACTIVITIES.iter().collect::<Vec<_>>(), &enrolled);
        let told: Vec<_> = cards
            .iter()
            .map(|card| (card.value.clone().unwrap(), card.note.clone().unwrap()))
            .collect();
        let expected =
            |value: &str, share: &str| (value.to_owned(), format!("{share} of current learners"));
        assert_eq!(
            told,
            [expected("4", "50.0%"), expected("0", "--"), expected("0", "--"), expected("0", "--")]
        );
    }

    #[test]
    fn one_week_alone_rises_from_an_empty_one() {
        let only = weeks(&[record("2024-01-15", 4, None)], &HashMap::new());
        let drawn = with_empty_week(&only);
        let told: Vec<_> = drawn.iter().map(|week| (week.ending, week.any)).collect();
        assert_eq!(told, [(day("2024-01-07"), 0), (day("2024-01-14"), 4)]);
        assert!(with_empty_week(&[]).is_empty());
    }
}
