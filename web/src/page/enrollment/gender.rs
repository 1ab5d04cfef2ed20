//! Enrollment › Demographics › Gender, now and over time (spec 60 §2.7).

use std::sync::Arc;

use api_client::EnrollmentByGender;
use chrono::NaiveDate;
use warp::reply::Response;

use super::age::{known_note, share};
use super::history::{filled, newest};
use crate::chart::bar::{self, Bar};
use crate::chart::scale::Scale;
use crate::chart::table::{Cell, Column, Order, Table};
use crate::chart::{Axis, Drawing, Look, TimeSeries, Words, stacked};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::report::{self, Card, Chart, Figures, Freshness};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

/// A gender: its name, its colour everywhere on the site, its figure.
struct Gender {
    name: &'static str,
    key: &'static str,
    look: Look,
    of: fn(&EnrollmentByGender) -> i64,
}

/// Those who stated none come last.
const GENDERS: [Gender; 4] = [
    Gender { name: "gender-female", key: "female", look: Look::series(1), of: |day| day.female },
    Gender { name: "gender-male", key: "male", look: Look::series(2), of: |day| day.male },
    Gender { name: "gender-other", key: "other", look: Look::series(3), of: |day| day.other },
    Gender {
        name: "gender-not-reported",
        key: "unknown",
        look: Look::UNKNOWN,
        of: |day| day.unknown,
    },
];

fn known(day: &EnrollmentByGender) -> i64 {
    day.female.saturating_add(day.male).saturating_add(day.other)
}

fn total(day: &EnrollmentByGender) -> i64 {
    known(day).saturating_add(day.unknown)
}

/// The page.
///
/// # Errors
/// None but those of rendering.
pub async fn page(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let records = visit.ask().genders(access);
    report::page(visit, access, Place::Gender, records, figures).await
}

fn figures(
    visit: &Visit,
    course: &CourseContext,
    records: Arc<Vec<EnrollmentByGender>>,
) -> Section<Figures> {
    let texts = visit.texts();
    let days = filled(&records, |day| &mut day.date)?;
    let last = days.last().ok_or(Trouble::Empty)?;
    let (count, ranges) = report::ranges(visit);
    let shown = newest(&days, count);
    let unknown = share(last.unknown, total(last));
    Ok(Figures {
        summary: summary(texts, last),
        freshness: Freshness {
            through: Some(last.date),
            created: last.created,
            line: "updated-demographics",
        },
        ranges,
        cards: vec![
            Card::new(texts, "gender-unknown", unknown.map(|value| texts.card_percent(value)))
                .note(texts.say("base-all")),
        ],
        charts: vec![
            Chart {
                drawing: breakdown(texts, last),
                help: "gender-chart",
                note: known_note(texts, known(last), total(last)),
                choices: Vec::new(),
            },
            Chart {
                drawing: over_time(texts, shown),
                help: "gender-over-time",
                note: None,
                choices: Vec::new(),
            },
        ],
        table: table(texts, shown),
        csv: format!("{}csv/enrollment/demographics/gender/", course.url),
        remark: Some(texts.say("self-reported")),
    })
}

fn shares(texts: &Texts, day: &EnrollmentByGender) -> Vec<(&'static Gender, String, f64)> {
    let share_of = |gender: &Gender| share((gender.of)(day), known(day)).unwrap_or(0.0);
    GENDERS[..3].iter().map(|gender| (gender, texts.say(gender.name), share_of(gender))).collect()
}

fn summary(texts: &Texts, last: &EnrollmentByGender) -> String {
    if known(last) == 0 {
        return texts.say("gender-summary-unknown");
    }
    let said = |share: f64| texts.card_percent(share);
    let shares = shares(texts, last);
    texts.say_with(
        "gender-summary",
        &[
            ("known", known(last).into()),
            ("female", said(shares[0].2).into()),
            ("male", said(shares[1].2).into()),
            ("other", said(shares[2].2).into()),
        ],
    )
}

fn breakdown(texts: &Texts, last: &EnrollmentByGender) -> Drawing {
    let bars: Vec<Bar> = shares(texts, last)
        .into_iter()
        .map(|(gender, name, share)| {
            let exact = texts.percent(share);
            Bar {
                tip: format!(
                    "{}: {name}\n{}: {exact}",
                    texts.say("nav-gender"),
                    texts.say("axis-percent")
                ),
                label: name,
                value: share * 100.0,
                exact,
                look: gender.look,
            }
        })
        .collect();
    let words = Words {
        t: texts,
        id: "gender",
        title: texts.say("term-gender-chart"),
        description: summary(texts, last),
        x: texts.say("nav-gender"),
        y: texts.say("axis-percent-known"),
    };
    let top = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    bar::lying(&words, &Scale::percent(top), &bars)
}

fn over_time(texts: &Texts, days: &[EnrollmentByGender]) -> Drawing {
    let dates: Vec<NaiveDate> = days.iter().map(|day| day.date).collect();
    let label = |day: &EnrollmentByGender, gender: &Gender| {
        let count = (gender.of)(day);
        let share = share(count, total(day)).unwrap_or(0.0);
        format!("{} ({})", texts.number(count), texts.percent(share))
    };
    let series: Vec<TimeSeries> = GENDERS
        .iter()
        .map(|gender| TimeSeries {
            name: texts.say(gender.name),
            look: gender.look,
            values: days.iter().map(|day| (gender.of)(day) as f64).collect(),
            labels: days.iter().map(|day| label(day, gender)).collect(),
        })
        .collect();
    let edge = |day: Option<&EnrollmentByGender>| {
        day.map_or_else(String::new, |day| texts.long_date(day.date))
    };
    let words = Words {
        t: texts,
        id: "gender-time",
        title: texts.say("term-gender-over-time"),
        description: texts.say_with(
            "gender-time-about",
            &[("first", edge(days.first()).into()), ("last", edge(days.last()).into())],
        ),
        x: texts.say("axis-day"),
        y: texts.say("axis-percent-all"),
    };
    stacked::shares(&words, &Axis::days(texts, &dates), &series)
}

fn table(texts: &Texts, days: &[EnrollmentByGender]) -> Table {
    let mut columns = vec![
        Column::words("date", texts.say("column-date")),
        Column::figures("count", texts.say("term-current-enrollment")),
    ];
    columns
        .extend(GENDERS.iter().map(|gender| Column::figures(gender.key, texts.say(gender.name))));
    let row = |day: &EnrollmentByGender| {
        let figures = GENDERS.iter().map(|gender| Cell::number(texts, (gender.of)(day)));
        [Cell::day(texts, day.date), Cell::number(texts, total(day))]
            .into_iter()
            .chain(figures)
            .collect()
    };
    Table {
        id: "data",
        title: texts.say("gender-table"),
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

    fn day(female: i64, male: i64, other: i64, unknown: i64) -> EnrollmentByGender {
        EnrollmentByGender {
            course_id: "a/b/c".to_owned(),
            date: "2024-01-01".parse().unwrap(),
            female,
            male,
            other,
            unknown,
            created: None,
        }
    }

    #[test]
    fn shares_leave_out_those_who_stated_none() {
        let texts = Texts::english().unwrap();
        let shares: Vec<f64> =
            shares(&texts, &day(1, 2, 1, 96)).into_iter().map(|(_, _, share)| share).collect();
        assert_eq!(shares, [0.25, 0.5, 0.25]);
        insta::assert_snapshot!(summary(&texts, &day(1, 2, 1, 96)), @"Of the 4 learners who answered, 25.0% are female, 50.0% male and 25.0% other.");
        insta::assert_snapshot!(summary(&texts, &day(0, 0, 0, 4)), @"No learner has stated a gender.");
    }

    #[test]
    fn no_number_is_too_large() {
        assert_eq!(total(&day(i64::MAX, 1, 1, 1)), i64::MAX);
    }
}
