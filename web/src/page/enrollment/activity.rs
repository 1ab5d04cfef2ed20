//! Enrollment › Activity: learners a day, by mode (spec 60 §2.4).

use std::sync::Arc;

use api_client::EnrollmentByMode;
use chrono::NaiveDate;
use warp::reply::Response;

use super::history::{filled, newest};
use crate::chart::table::{Cell, Column, Order, Table};
use crate::chart::{Axis, Drawing, Look, TimeSeries, Words, line, sparkline, stacked};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::report::{self, Card, Chart, Figures, Freshness};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

/// Days of a card's sparkline.
pub const SPARK_DAYS: usize = 60;

/// An enrollment mode: its name, its colour everywhere on the site, its figure.
struct Mode {
    name: &'static str,
    look: Look,
    of: fn(&EnrollmentByMode) -> i64,
}

const MODES: [Mode; 6] = [
    Mode { name: "mode-honor", look: Look::series(2), of: |day| day.honor },
    Mode { name: "mode-audit", look: Look::series(1), of: |day| day.audit },
    Mode { name: "mode-verified", look: Look::series(3), of: |day| day.verified },
    Mode { name: "mode-professional", look: Look::series(4), of: |day| day.professional },
    Mode { name: "mode-credit", look: Look::series(5), of: |day| day.credit },
    Mode { name: "mode-masters", look: Look::series(6), of: |day| day.masters },
];

/// The page.
///
/// # Errors
/// None but those of rendering.
pub async fn page(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let records = visit.ask().modes(access);
    report::page(visit, access, Place::Activity, records, figures).await
}

/// The days of a course without holes, oldest first; never empty.
pub fn days(records: &[EnrollmentByMode]) -> Section<Vec<EnrollmentByMode>> {
    let days = filled(records, |day| &mut day.date)?;
    if days.is_empty() { Err(Trouble::Empty) } else { Ok(days) }
}

/// Learners now against seven days before; not known in the first week.
pub fn weekly_change(days: &[EnrollmentByMode]) -> Option<i64> {
    let before = days.len().checked_sub(8).and_then(|index| days.get(index))?;
    Some(days.last()?.count.saturating_sub(before.count))
}

fn figures(
    visit: &Visit,
    course: &CourseContext,
    records: Arc<Vec<EnrollmentByMode>>,
) -> Section<Figures> {
    let texts = visit.texts();
    let days = days(&records)?;
    let last = days.last().ok_or(Trouble::Empty)?;
    let modes: Vec<&Mode> =
        MODES.iter().filter(|mode| days.iter().any(|day| (mode.of)(day) > 0)).collect();
    let (count, ranges) = report::ranges(visit);
    let shown = newest(&days, count);
    Ok(Figures {
        summary: summary(texts, last, weekly_change(&days)),
        freshness: Freshness {
            through: Some(last.date),
            created: last.created,
            line: "updated-enrollment",
        },
        ranges,
        cards: cards(texts, &days, last),
        charts: vec![Chart {
            drawing: chart(texts, shown, &modes),
            help: "daily-enrollment",
            note: None,
            choices: Vec::new(),
        }],
        table: table(texts, shown, &modes),
        csv: format!("{}csv/enrollment/", course.url),
        remark: None,
    })
}

fn summary(texts: &Texts, last: &EnrollmentByMode, change: Option<i64>) -> String {
    let name = match change {
        None => "activity-summary",
        Some(0) => "activity-summary-same",
        Some(change) if change > 0 => "activity-summary-more",
        Some(_) => "activity-summary-fewer",
    };
    let change = change.unwrap_or(0).saturating_abs();
    texts.say_with(name, &[("count", last.count.into()), ("change", change.into())])
}

fn cards(texts: &Texts, days: &[EnrollmentByMode], last: &EnrollmentByMode) -> Vec<Card> {
    let ever = |of: fn(&EnrollmentByMode) -> i64| days.iter().any(|day| of(day) > 0);
    let number = |value: i64| Some(texts.number(value));
    let mut current = Card::new(texts, "current-enrollment", number(last.count));
    current.spark = spark(days);
    let change = weekly_change(days);
    let mut cards = vec![
        current,
        Card::new(texts, "change-last-week", change.map(|value| texts.change(value)))
            .note(compared(texts, change)),
        Card::new(texts, "total-enrollment", number(last.cumulative_count)),
    ];
    if ever(|day| day.verified) {
        cards.push(Card::new(texts, "verified-enrollment", number(last.verified)));
    }
    if ever(|day| day.masters) {
        cards.push(Card::new(texts, "masters-enrollment", number(last.masters)));
    }
    cards
}

/// The last weeks of a course, drawn.
pub fn spark(days: &[EnrollmentByMode]) -> Option<Drawing> {
    let counts: Vec<i64> = newest(days, SPARK_DAYS).iter().map(|day| day.count).collect();
    sparkline::draw(&counts)
}

/// Up or down in words: an arrow or colour alone would say too little, and too much.
pub fn compared(texts: &Texts, change: Option<i64>) -> String {
    texts.say(match change {
        None => "change-unknown",
        Some(0) => "change-none",
        Some(change) if change > 0 => "change-up",
        Some(_) => "change-down",
    })
}

fn chart(texts: &Texts, days: &[EnrollmentByMode], modes: &[&Mode]) -> Drawing {
    let days = with_zero_day(days);
    let dates: Vec<NaiveDate> = days.iter().map(|day| day.date).collect();
    let words = words(texts, &days);
    if modes.is_empty() {
        let name = texts.say("term-current-enrollment");
        return line::counts(
            &words,
            &Axis::days(texts, &dates),
            &[series(texts, &days, name, Look::FIRST, |day| day.count)],
        );
    }
    let series: Vec<TimeSeries> = modes
        .iter()
        .map(|mode| series(texts, &days, texts.say(mode.name), mode.look, mode.of))
        .collect();
    let totals: Vec<String> = days.iter().map(|day| texts.number(day.count)).collect();
    let name = texts.say("total");
    stacked::counts(
        &words,
        &Axis::days(texts, &dates),
        &series,
        &stacked::Total { name: &name, labels: &totals },
    )
}

/// One day alone is no area, so it rises from an empty one.
fn with_zero_day(days: &[EnrollmentByMode]) -> Vec<EnrollmentByMode> {
    let ([only], Some(before)) = (days, days.first().and_then(|day| day.date.pred_opt())) else {
        return days.to_vec();
    };
    let zero = EnrollmentByMode {
        date: before,
        count: 0,
        cumulative_count: 0,
        audit: 0,
        credit: 0,
        honor: 0,
        professional: 0,
        verified: 0,
        masters: 0,
        ..only.clone()
    };
    vec![zero, only.clone()]
}

fn series(
    texts: &Texts,
    days: &[EnrollmentByMode],
    name: String,
    look: Look,
    of: fn(&EnrollmentByMode) -> i64,
) -> TimeSeries {
    TimeSeries {
        name,
        look,
        values: days.iter().map(|day| of(day) as f64).collect(),
        labels: days.iter().map(|day| texts.number(of(day))).collect(),
    }
}

fn words<'t>(texts: &'t Texts, days: &[EnrollmentByMode]) -> Words<'t> {
    let largest = days.iter().max_by_key(|day| day.count);
    let day = |day: Option<&EnrollmentByMode>| {
        day.map_or_else(String::new, |day| texts.long_date(day.date))
    };
    let count = |day: Option<&EnrollmentByMode>| day.map_or(0, |day| day.count);
    Words {
        t: texts,
        id: "daily",
        title: texts.say("term-daily-enrollment"),
        description: texts.say_with(
            "activity-chart",
            &[
                ("first", day(days.first()).into()),
                ("last", day(days.last()).into()),
                ("from", count(days.first()).into()),
                ("to", count(days.last()).into()),
                ("most", count(largest).into()),
                ("peak", day(largest).into()),
            ],
        ),
        x: texts.say("axis-day"),
        y: texts.say("axis-learners"),
    }
}

fn table(texts: &Texts, days: &[EnrollmentByMode], modes: &[&Mode]) -> Table {
    let mut columns = vec![
        Column::words("date", texts.say("column-date")),
        Column::figures("count", texts.say("term-current-enrollment")),
    ];
    columns.extend(
        modes.iter().map(|mode| Column::figures(&mode.name["mode-".len()..], texts.say(mode.name))),
    );
    let row = |day: &EnrollmentByMode| {
        let figures = modes.iter().map(|mode| Cell::number(texts, (mode.of)(day)));
        [Cell::day(texts, day.date), Cell::number(texts, day.count)]
            .into_iter()
            .chain(figures)
            .collect()
    };
    Table {
        id: "data",
        title: texts.say("activity-table"),
        columns,
        rows: days.iter().map(row).collect(),
        footer: None,
        order: ("date", Order::Descending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(date: &str, count: i64) -> EnrollmentByMode {
        EnrollmentByMode {
            course_id: "a/b/c".to_owned(),
            date: date.parse().unwrap(),
            count,
            cumulative_count: count + 10,
            created: None,
            audit: count,
            credit: 0,
            honor: 0,
            professional: 0,
            verified: 0,
            masters: 0,
        }
    }

    #[test]
    fn the_change_compares_with_seven_days_before() {
        let days: Vec<EnrollmentByMode> =
            (1..=8).map(|n| day(&format!("2024-01-{n:02}"), n * 10)).collect();
        assert_eq!(weekly_change(&days), Some(70));
        assert_eq!(weekly_change(&days[..7]), None);
        assert_eq!(weekly_change(&[]), None);
    }

    #[test]
    fn one_day_alone_rises_from_an_empty_one() {
        let drawn = with_zero_day(&[day("2024-01-02", 5)]);
        let days: Vec<(String, i64)> =
            drawn.iter().map(|day| (day.date.to_string(), day.count)).collect();
        assert_eq!(days, [("2024-01-01".to_owned(), 0), ("2024-01-02".to_owned(), 5)]);
    }

    #[test]
    fn the_summary_says_the_direction_in_words() {
        let texts = Texts::english().unwrap();
        let last = day("2024-01-08", 1234);
        let said = [None, Some(0), Some(41), Some(-1)].map(|change| summary(&texts, &last, change));
        insta::assert_snapshot!(said.join("\n"), @r"
        1,234 learners are enrolled.
        1,234 learners are enrolled, as many as 7 days ago.
        1,234 learners are enrolled, 41 more than 7 days ago.
        1,234 learners are enrolled, 1 fewer than 7 days ago.
        ");
    }

    #[test]
    fn no_days_is_no_data() {
        assert_eq!(days(&[]), Err(Trouble::Empty));
    }
}
